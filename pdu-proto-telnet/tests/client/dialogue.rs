//! What the console does on a good day, and when it is withdrawn from or left alone.

use std::time::Duration;

use pdu_core::{Effect, Endpoint, ErrorKind, LinkDemand, LinkEvent, Session};
use pdu_proto_telnet::client::{Command, Console, ConsoleOptions, Echoing, LineEnd, Login};
use pdu_proto_telnet::{Awaited, TelnetError};

use super::talk::{T0, Talk, options, serial};

#[test]
fn it_logs_in_sends_each_command_and_collects_up_to_the_prompt() {
    let mut talk = Talk::new(options());
    talk.ask("show");
    talk.ask("help");
    assert_eq!(
        talk.shown(b"\xFF\xFB\x01\xFF\xFD\x18Welcome\r\nlogin: "),
        r"\xff\xfd\x01\xff\xfc\x18admin\r\n"
    );
    assert_eq!(talk.shown("admin\r\nPassword: "), r"open sesame\r\n");
    assert_eq!(talk.shown("***********\r\n\r\n7M> "), r"show\r\n");
    assert_eq!(talk.told().1, ["Welcome"]);
    assert_eq!(talk.shown("show\r\n a = 1\r\n\r\n b = 2\r\n7M> "), r"help\r\n");
    assert_eq!(talk.done().unwrap(), [" a = 1", "", " b = 2"]);
    assert_eq!(talk.shown("help\r\n7M> "), "");
    assert_eq!(talk.done().unwrap(), Vec::<String>::new());
    assert_eq!(talk.console.link_demand(), LinkDemand::Idle);
}

#[test]
fn it_wants_a_link_only_while_something_is_asked() {
    let mut console = Console::new(options());
    assert_eq!(console.link_demand(), LinkDemand::Idle);
    let ticket = console.submit(T0, "show".into()).unwrap();
    assert_eq!(console.link_demand(), LinkDemand::Open);
    console.cancel(T0, ticket);
    assert_eq!(console.link_demand(), LinkDemand::Idle);
    assert_eq!(console.poll_timeout(), None);
}

#[test]
fn a_command_that_finds_no_link_fails_without_effect() {
    let mut console = Console::new(options());
    console.submit(T0, "show".into()).unwrap();
    let at = console.poll_timeout().unwrap();
    assert_eq!(at, T0 + Duration::from_secs(5));
    console.handle_timeout(at);
    let mut talk = Talk { console, now: at };
    let effect = Effect::NotApplied;
    assert_eq!(talk.done(), Err(TelnetError::LinkDown { effect }));
}

#[test]
fn nothing_is_said_before_somebody_asks() {
    let mut talk = Talk::new(options());
    assert_eq!(talk.shown("login: "), "");
    assert_eq!(talk.console.poll_timeout(), None);
    talk.ask("show");
    assert_eq!(talk.leave(), r"admin\r\n", "the question has stood long enough");
}

#[test]
fn a_device_that_asks_for_a_password_only_is_given_it() {
    let mut options = options();
    options.login = Some(Login::new("", "Password:", "", "open sesame"));
    let mut talk = Talk::new(options);
    talk.ask("show");
    assert_eq!(talk.shown("Password: "), r"open sesame\r\n");
    assert_eq!(talk.shown("\r\n> "), r"show\r\n");
}

#[test]
fn a_password_that_nobody_has_led_to_is_not_answered() {
    let mut talk = Talk::new(options());
    talk.ask("show");
    assert_eq!(talk.shown("Password: "), "");
    talk.wait(10_000);
    let (awaited, effect) = (Awaited::AccountPrompt, Effect::NotApplied);
    assert_eq!(talk.done(), Err(TelnetError::Timeout { awaited, effect }));
    talk.expect_given_up();
}

#[test]
fn the_longest_of_several_prompts_is_meant() {
    let mut options = options();
    options.prompts = vec![b":".to_vec(), b"Old password:".to_vec()];
    let mut talk = Talk::new(options);
    talk.ask("passwd");
    assert_eq!(talk.shown("login:"), r"admin\r\n", "also a prompt, and a shorter one");
    assert_eq!(talk.shown("\r\nPassword:"), r"open sesame\r\n");
    assert_eq!(talk.shown("\r\n:"), r"passwd\r\n");
    assert_eq!(
        talk.shown("passwd\r\nOld password:"),
        "",
        "what the caller named is for the caller"
    );
    assert!(talk.done().is_ok());
    talk.ask(Command::secret("old one"));
    assert_eq!(talk.leave(), r"old one\r\n");
}

#[test]
fn a_device_that_has_logged_out_in_between_is_logged_in_to_again() {
    let mut talk = Talk::new(options());
    talk.ask("show");
    talk.shown("login: ");
    talk.shown("admin\r\nPassword: ");
    talk.shown("\r\n> ");
    talk.shown("show\r\n> ");
    assert!(talk.done().is_ok());
    talk.hear("\r\nidle for too long\r\nlogin: ").wait(50);
    assert_eq!(talk.told().1, ["idle for too long"]);
    talk.ask("show");
    assert_eq!(talk.leave(), r"admin\r\n");
}

#[test]
fn a_line_that_comes_unasked_is_told_and_the_prompt_awaited_anew() {
    let mut talk = Talk::at_prompt(options());
    talk.hear("\r\nalarm: L1\r\n");
    talk.ask("show");
    assert_eq!(talk.leave(), "", "no prompt stands there");
    assert_eq!(talk.shown("> "), r"show\r\n");
    assert_eq!(talk.told().1, ["alarm: L1"]);
}

#[test]
fn a_prompt_that_goes_away_takes_the_unsent_line_with_it() {
    let mut talk = Talk::at_prompt(options());
    talk.ask("show");
    assert_eq!(talk.console.transmit(), b"show\r\n");
    talk.hear("\r\nrestarting\r\n");
    assert_eq!(talk.console.transmit(), b"");
    assert_eq!(talk.shown("> "), r"show\r\n");
    assert_eq!(talk.shown("show\r\nx\r\n> "), "");
    assert_eq!(talk.done().unwrap(), ["x"]);
}

#[test]
fn a_negotiation_is_answered_without_waiting_for_a_command() {
    let mut talk = Talk::at_prompt(options());
    talk.hear(b"\xFF\xFD\x1F"); // DO NAWS
    assert_eq!(talk.leave(), r"\xff\xfc\x1f"); // WONT
}

#[test]
fn a_reply_may_take_as_long_as_its_lines_keep_coming() {
    let mut talk = Talk::at_prompt(options());
    talk.send("show");
    for _ in 0..4 {
        talk.wait(4_900).hear("line\r\n").expect_nothing_done();
    }
    talk.shown("> ");
    assert_eq!(talk.done().unwrap().len(), 4);
}

#[test]
fn a_reply_that_does_not_come_is_a_timeout_of_unknown_effect() {
    let mut talk = Talk::at_prompt(options());
    talk.send("reboot");
    talk.wait(4_999).expect_nothing_done();
    talk.wait(1);
    let (awaited, effect) = (Awaited::Prompt, Effect::Unknown);
    assert_eq!(talk.done(), Err(TelnetError::Timeout { awaited, effect }));
    talk.expect_given_up();
}

#[test]
fn over_a_serial_line_the_time_on_the_wire_counts_too() {
    let mut talk = Talk::at_prompt(serial());
    talk.send("x".repeat(478));
    talk.wait(5_499).expect_nothing_done(); // 480 octets at 9600 baud take half a second
    talk.wait(1);
    assert!(matches!(talk.done(), Err(TelnetError::Timeout { .. })));
}

#[test]
fn a_serial_console_is_knocked_at_and_after_a_timeout_left_alone_until_quiet() {
    let mut talk = Talk::new(serial());
    talk.ask("show");
    talk.ask("help");
    assert_eq!(talk.leave(), "");
    assert_eq!(talk.wait(50).leave(), r"\r");
    assert_eq!(talk.shown("\r\n> "), r"show\r");
    talk.wait(6_000);
    assert!(talk.done().is_err());
    assert_eq!(talk.leave(), "");
    assert_eq!(
        talk.wait(400).hear("late\r\n> ").wait(499).leave(),
        "",
        "not quiet for long enough"
    );
    assert_eq!(
        talk.console.link_demand(),
        LinkDemand::Open,
        "a serial line is not reset"
    );
    assert_eq!(talk.wait(1).leave(), r"help\r", "the prompt stands");
    assert_eq!(talk.told().1, ["late"]);
}

#[test]
fn a_serial_line_that_is_never_quiet_fails_what_waits() {
    let mut talk = Talk::at_prompt(serial());
    talk.send("show");
    talk.ask("help");
    talk.wait(6_000);
    assert!(matches!(talk.done(), Err(TelnetError::Timeout { .. })));
    for _ in 0..17 {
        talk.wait(300).hear("noise ");
    }
    assert_eq!(talk.done(), Err(TelnetError::LineBusy));
}

#[test]
fn noise_in_long_lines_does_not_put_off_the_failure() {
    let mut talk = Talk::at_prompt(serial());
    talk.send("show");
    talk.ask("help");
    talk.wait(6_000);
    assert!(matches!(talk.done(), Err(TelnetError::Timeout { .. })));
    for _ in 0..17 {
        talk.wait(300).hear("x".repeat(600)).hear("\n");
    }
    assert_eq!(talk.done(), Err(TelnetError::LineBusy));
}

#[test]
fn a_command_is_withdrawn_as_long_as_nothing_of_it_has_left() {
    let mut talk = Talk::at_prompt(options());
    let ticket = talk.ask("reboot");
    talk.console.cancel(talk.now, ticket);
    let effect = Effect::NotApplied;
    assert_eq!(talk.done(), Err(TelnetError::Cancelled { effect }));
    assert_eq!(talk.leave(), "");
    talk.ask("show");
    assert_eq!(talk.leave(), r"show\r\n", "the prompt stands as before");
}

#[test]
fn a_command_that_has_begun_to_leave_is_finished_and_its_reply_given_to_nobody() {
    let mut talk = Talk::at_prompt(options());
    let ticket = talk.ask("reboot");
    talk.console.handle_transmitted(talk.now, 1);
    talk.console.cancel(talk.now, ticket);
    let effect = Effect::Unknown;
    assert_eq!(talk.done(), Err(TelnetError::Cancelled { effect }));
    assert_eq!(talk.leave(), r"eboot\r\n");
    talk.ask("show");
    assert_eq!(talk.leave(), "");
    assert_eq!(talk.shown("reboot\r\nnow\r\n> "), r"show\r\n");
    assert_eq!(talk.shown("show\r\nx\r\n> "), "");
    assert_eq!(talk.done().unwrap(), ["x"]);
}

#[test]
fn a_command_that_never_leaves_ends_in_time() {
    for (left, effect) in [(0, Effect::NotApplied), (3, Effect::Unknown)] {
        for options in [options(), serial()] {
            let mut talk = Talk::at_prompt(options);
            talk.ask("reboot");
            talk.console.handle_transmitted(talk.now, left);
            talk.wait(19_999).expect_nothing_done();
            talk.wait(1);
            let awaited = Awaited::Transmission;
            assert_eq!(talk.done(), Err(TelnetError::Timeout { awaited, effect }));
        }
    }
}

#[test]
fn a_command_for_which_there_is_no_room_leaves_none_behind_it_waiting() {
    let mut talk = Talk::at_prompt(options());
    let negotiations = [b"\xFF\xFD\x18".repeat(100), b" ".to_vec()].concat();
    for _ in 0..12 {
        talk.hear(&negotiations);
    }
    talk.ask("x".repeat(512));
    talk.ask("y".repeat(512));
    talk.wait(50);
    let (dones, _) = talk.told();
    assert_eq!(dones.len(), 2, "{dones:?}");
    assert!(dones.iter().all(|done| matches!(done, Err(TelnetError::Wire(_)))));
}

#[test]
fn a_login_goes_on_when_the_command_that_wanted_it_is_withdrawn() {
    let mut talk = Talk::new(options());
    let ticket = talk.ask("show");
    assert_eq!(talk.shown("login: "), r"admin\r\n");
    talk.console.cancel(talk.now, ticket);
    assert!(talk.done().is_err());
    assert_eq!(talk.shown("admin\r\nPassword: "), r"open sesame\r\n");
    assert_eq!(talk.shown("\r\n> "), "");
    talk.ask("help");
    assert_eq!(talk.leave(), r"help\r\n");
}

#[test]
fn what_has_not_begun_to_leave_waits_for_the_next_link() {
    let mut talk = Talk::at_prompt(options());
    talk.ask("show");
    talk.console.handle_link(talk.now, LinkEvent::Lost);
    talk.expect_nothing_done();
    talk.console.handle_link(talk.now, LinkEvent::Up);
    assert_eq!(talk.shown("> "), r"show\r\n");
}

#[test]
fn a_device_that_closes_at_once_is_not_called_for_ever() {
    let mut talk = Talk::new(options());
    talk.ask("show");
    talk.console.handle_link(talk.now, LinkEvent::Lost);
    talk.expect_nothing_done();
    talk.console.handle_link(talk.now, LinkEvent::Up);
    talk.hear("Welcome\r\n");
    talk.console.handle_link(talk.now, LinkEvent::Eof);
    let effect = Effect::NotApplied;
    assert_eq!(talk.done(), Err(TelnetError::Closed { effect }));
}

#[test]
fn what_has_left_when_the_link_is_lost_is_not_sent_again() {
    let mut talk = Talk::at_prompt(options());
    talk.send("reboot");
    talk.console.handle_link(talk.now, LinkEvent::Lost);
    let effect = Effect::Unknown;
    assert_eq!(talk.done(), Err(TelnetError::LinkDown { effect }));
    talk.console.handle_link(talk.now, LinkEvent::Up);
    assert_eq!(talk.shown("> "), "");
}

#[test]
fn a_line_that_is_no_line_fails_at_once_and_the_ninth_is_refused() {
    let mut talk = Talk::at_prompt(options());
    for line in ["two\nlines", "two\rlines", "nul\0", &"x".repeat(513)] {
        talk.ask(line);
        let error = talk.done().unwrap_err();
        assert_eq!(pdu_core::Error::kind(&error), ErrorKind::InvalidArgument);
        assert_eq!(talk.leave(), "");
    }
    for _ in 0..8 {
        talk.ask("show");
    }
    let refused = talk.console.submit(talk.now, "one more".into()).unwrap_err();
    assert_eq!(
        (refused.kind, refused.request),
        (ErrorKind::Busy, Command::new("one more"))
    );
}

#[test]
fn line_ends_and_iac_are_written_as_the_link_has_them() {
    let line = |options| {
        let mut talk = Talk::at_prompt(options);
        talk.ask(&b"a\xFF"[..]);
        talk.leave()
    };
    let with = |line_end| ConsoleOptions { line_end, ..options() };
    assert_eq!(line(with(LineEnd::CrLf)), r"a\xff\xff\r\n");
    assert_eq!(line(with(LineEnd::Cr)), r"a\xff\xff\r\x00");
    assert_eq!(line(with(LineEnd::Lf)), r"a\xff\xff\n");
    let over_serial = ConsoleOptions {
        opening: options().opening,
        ..serial()
    };
    assert_eq!(line(over_serial), r"a\xff\r");
}

#[test]
fn a_device_that_never_echoes_may_answer_with_the_same_line() {
    let reply = |echoing| {
        let mut talk = Talk::at_prompt(ConsoleOptions { echoing, ..options() });
        talk.send("7");
        talk.shown("7\r\n> ");
        talk.done().unwrap()
    };
    assert_eq!(reply(Echoing::Possible), Vec::<String>::new());
    assert_eq!(reply(Echoing::Never), ["7"]);
}

#[test]
fn of_notices_that_nobody_takes_the_newest_are_kept() {
    let mut talk = Talk::at_prompt(options());
    for n in 0..100 {
        talk.hear(format!("alarm {n}\r\n"));
    }
    let notices = talk.told().1;
    assert_eq!((notices.len(), notices.last().unwrap().as_str()), (64, "alarm 99"));
    assert!(talk.console.notices_dropped() >= 36);
}
