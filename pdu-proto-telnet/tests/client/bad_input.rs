//! What a device, or what stands in for it, may send: a typed error, nothing further sent, and no password in anything that is shown.

use std::fmt::Write as _;

use pdu_core::{Effect, Endpoint, Error, ErrorKind, LinkDemand, LinkEvent, Session};
use pdu_proto_telnet::client::{Command, ConsoleOptions};
use pdu_proto_telnet::wire::TelnetOption;
use pdu_proto_telnet::{ReplyPart, StreamFault, TelnetError};

use super::talk::{PASSWORD, Talk, options, serial};

/// One that has been asked `set x` and has sent it.
fn asked() -> Talk {
    let mut talk = Talk::at_prompt(options());
    talk.send("set x");
    talk
}

#[test]
fn a_prompt_inside_a_value_is_none() {
    let mut talk = asked();
    talk.hear("set x\r\na> b\r\n> \r\n>\r\nlast> ")
        .wait(49)
        .hear("c\r\n")
        .expect_nothing_done();
    talk.shown("> ");
    assert_eq!(talk.done().unwrap(), ["a> b", "> ", ">", "last> c"]);
}

#[test]
fn a_question_of_the_login_inside_a_value_is_none() {
    let mut talk = Talk::new(options());
    talk.ask("show");
    talk.hear("last login: ").wait(49).hear("yesterday\r\n");
    assert_eq!(talk.shown("Your login: none\r\nlogin: "), r"admin\r\n");
}

#[test]
fn a_prompt_is_counted_before_what_comes_late_behind_it_whoever_brings_the_news() {
    let mut talk = asked();
    talk.hear("set x\r\nok\r\n> ");
    // The driver was busy and tells of nothing before this:
    talk.now += std::time::Duration::from_millis(51);
    talk.hear("alarm\r\n");
    assert_eq!(talk.done().unwrap(), ["ok"]);
}

#[test]
fn iac_in_the_middle_of_a_word_is_no_part_of_it() {
    let mut talk = Talk::new(options());
    talk.ask("show");
    assert_eq!(talk.shown(b"log\xFF\xFB\x01in: "), r"\xff\xfd\x01admin\r\n");
    assert_eq!(
        talk.shown(b"ad\xFF\xF1min\r\nPass\xFF\xFA\x18\x01\xFF\xF0word: "),
        r"open sesame\r\n"
    );
    assert_eq!(talk.shown(b"\r\n\xFF\xF9> "), r"show\r\n");
    talk.shown(b"show\r\nva\xFF\xF1lue\xFF\xFF\r\n> ");
    assert_eq!(talk.done().unwrap(), [r"value\xff"]);
}

#[test]
fn a_subnegotiation_without_end_ends_the_session() {
    let mut talk = asked();
    talk.hear(b"set x\r\n\xFF\xFA\x18");
    talk.hear([b'>'; 600]);
    let fault = StreamFault::Subnegotiation(TelnetOption::TERMINAL_TYPE);
    let effect = Effect::Unknown;
    assert_eq!(talk.done(), Err(TelnetError::Stream { fault, effect }));
    talk.expect_given_up();
}

#[test]
fn a_flood_of_negotiations_ends_the_session() {
    let mut talk = asked();
    for option in 0..=128 {
        talk.hear([255, 253, option]);
        assert!(talk.console.transmit().len() <= 4096);
    }
    let (fault, effect) = (StreamFault::Flooded(128), Effect::Unknown);
    assert_eq!(talk.done(), Err(TelnetError::Stream { fault, effect }));
    talk.expect_given_up();
}

#[test]
fn a_device_that_negotiates_and_does_not_read_is_not_read() {
    let mut talk = Talk::at_prompt(options());
    let piece = b"\xFF\xFD\x18text\r\n".repeat(2_000);
    let taken = talk.console.handle_input(talk.now, &piece);
    assert!(taken < piece.len(), "{taken}");
    assert!(talk.console.transmit().len() <= 4096);
    assert_eq!(talk.console.handle_input(talk.now, &piece[taken..]), 0);
    talk.leave();
    assert!(talk.console.handle_input(talk.now, &piece[taken..]) > 0);
}

#[test]
fn a_line_of_a_megabyte_ends_the_session_whatever_it_holds() {
    for filler in ["x", "> ", "login: ", "\x1B[1m", "\x08a"] {
        let mut talk = asked();
        let line = filler.repeat(1_000_000 / filler.len());
        talk.hear(&line);
        talk.wait(50);
        let (fault, effect) = (StreamFault::LineTooLong, Effect::Unknown);
        match talk.told().0.pop() {
            Some(Err(error)) => assert_eq!(error, TelnetError::Stream { fault, effect }, "{filler:?}"),
            // What erases itself, or shows nothing, makes no line too long; and no reply either.
            other => assert!(
                other.is_none() && ["\x1B[1m", "\x08a"].contains(&filler),
                "{filler:?}: {other:?}"
            ),
        }
        talk.wait(5_000);
        talk.expect_given_up();
    }
}

#[test]
fn a_reply_without_end_is_cut_off() {
    let bounds = ConsoleOptions {
        max_lines: 10,
        max_octets: 100,
        ..options()
    };
    for (line, limit, of) in [
        ("\r\n", 10, ReplyPart::Lines),
        ("0123456789abcdef\r\n", 100, ReplyPart::Octets),
    ] {
        let mut talk = Talk::at_prompt(bounds.clone());
        talk.send("set x");
        talk.hear(line.repeat(1_000));
        let effect = Effect::Unknown;
        assert_eq!(talk.done(), Err(TelnetError::ReplyTooLong { limit, of, effect }));
        talk.expect_given_up();
    }
}

/// Account and password have been sent, and three commands wait.
fn logging_in(options: ConsoleOptions) -> Talk {
    let mut talk = Talk::new(options);
    for command in ["show", "set x", "help"] {
        talk.ask(command);
    }
    assert!(talk.shown("login: ").starts_with("admin"));
    assert!(talk.shown("admin\r\nPassword: ").starts_with(PASSWORD));
    talk
}

#[test]
fn a_login_that_is_refused_is_not_tried_again_and_fails_all_that_wait() {
    for answer in ["\r\nsorry\r\nlogin: ", "\r\nPassword: ", "\r\nlogin:"] {
        let mut talk = logging_in(options());
        assert_eq!(talk.shown(answer), "");
        let (dones, _) = talk.told();
        assert_eq!(dones, [const { Err(TelnetError::LoginRefused) }; 3]);
        assert_eq!(TelnetError::LoginRefused.kind(), ErrorKind::Denied);
        talk.expect_given_up();
    }
}

#[test]
fn an_account_that_is_asked_for_twice_is_refused_before_the_password() {
    let mut talk = Talk::new(options());
    talk.ask("show");
    talk.shown("login: ");
    assert_eq!(talk.shown("admin\r\nunknown\r\nlogin: "), "");
    assert_eq!(talk.done(), Err(TelnetError::LoginRefused));
    talk.expect_given_up();
}

#[test]
fn a_line_that_refuses_the_login_is_known_by_its_text() {
    let mut options = options();
    options.login.as_mut().unwrap().refusals = vec![b"incorrect".to_vec()];
    let mut talk = logging_in(options);
    talk.hear("\r\nLogin incorrect\r\n");
    assert_eq!(talk.told().0, [const { Err(TelnetError::LoginRefused) }; 3]);
    talk.expect_given_up();
}

#[test]
fn a_serial_console_that_refuses_is_left_alone_until_the_next_command() {
    let mut talk = Talk::new(serial());
    talk.ask("show");
    assert_eq!(talk.wait(50).leave(), r"\r");
    talk.shown("\r\nlogin: ");
    talk.shown("admin\r\nPassword: ");
    assert_eq!(talk.shown("\r\nlogin: "), "");
    assert_eq!(talk.done(), Err(TelnetError::LoginRefused));
    assert_eq!(talk.wait(60_000).leave(), "");
    assert_eq!(talk.console.link_demand(), LinkDemand::Idle);
}

#[test]
fn a_session_that_is_closed_is_closed_for_the_command_under_way() {
    let mut talk = asked();
    talk.ask("help");
    talk.hear("set x\r\nok\r\n> ");
    talk.console.handle_link(talk.now, LinkEvent::Eof);
    let effect = Effect::Unknown;
    assert_eq!(
        talk.done(),
        Err(TelnetError::Closed { effect }),
        "whether that was the prompt nobody knows"
    );
    assert_eq!(talk.leave(), "");
    assert_eq!(talk.console.link_demand(), LinkDemand::Reset);
    talk.console.handle_link(talk.now, LinkEvent::Lost);
    assert_eq!(
        talk.console.link_demand(),
        LinkDemand::Open,
        "the other command waits for the next link"
    );
}

#[test]
fn a_session_that_is_closed_during_the_login_costs_the_command_that_wanted_it() {
    let mut talk = logging_in(options());
    talk.console.handle_link(talk.now, LinkEvent::Eof);
    let effect = Effect::NotApplied;
    assert_eq!(talk.done(), Err(TelnetError::Closed { effect }));
}

#[test]
fn a_question_of_the_login_in_a_reply_means_that_the_device_has_logged_out() {
    for question in ["login: ", "Password: "] {
        let mut talk = Talk::new(options());
        talk.ask("set x");
        talk.shown("> ");
        assert_eq!(talk.shown(format!("set x\r\n{question}")), "");
        let effect = Effect::Unknown;
        assert_eq!(talk.done(), Err(TelnetError::LoggedOut { effect }));
        talk.expect_given_up();
    }
}

#[test]
fn no_password_is_in_anything_that_is_shown() {
    let mut shown = String::new();
    let mut talk = logging_in(options());
    write!(shown, "{:?}", talk.console).unwrap();
    // One that shows what is typed, and one that does so beside other text.
    talk.hear(format!("{PASSWORD}\r\nyou typed {PASSWORD}!\r\n"));
    write!(shown, "{:?}", talk.console).unwrap();
    talk.shown("> ");
    let secret = Command::secret(PASSWORD);
    write!(shown, "{secret:?} {:?}", talk.console.options()).unwrap();
    talk.hear(format!("show\r\npassword={PASSWORD}\r\n"));
    write!(shown, "{:?}", talk.console).unwrap();
    talk.shown("> ");
    talk.ask(secret);
    write!(shown, "{:?}", talk.console).unwrap();
    while let Some(event) = talk.console.poll_event() {
        write!(shown, "{event:?}").unwrap();
        if let pdu_core::Event::Notice(pdu_proto_telnet::client::Notice::Line(line)) = event {
            write!(shown, "{}", line.escape_ascii()).unwrap();
        }
    }
    let octets = format!("{:?}", b"sesame");
    for text in ["sesame", octets.trim_matches(['[', ']'])] {
        assert!(!shown.contains(text), "{shown}");
    }
}
