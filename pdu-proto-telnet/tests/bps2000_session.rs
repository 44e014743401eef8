//! The console session against a console that answers as the manual's pictures show, and against ones that do not.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod bps2000_unit;

use std::time::Duration;

use bps2000_unit::{At, Habits, LEAVING, PASSWORD, TALKATIVE, TERSE, USUAL, Unit, decimal, load_of};
use pdu_core::testing::{Faults, Harness, Medium};
use pdu_core::{Effect, Endpoint, Error, ErrorKind, Event, Instant, LinkDemand, LinkEvent, Session as _};
use pdu_proto_telnet::TelnetError;
use pdu_proto_telnet::bps2000::{
    ClockForm, Confirmed, Levels, Load, Member, Options, Phase, Reply, Request, ScreenKind, Session, Undocumented,
};

struct Talk {
    harness: Harness<Session, Unit>,
    asked: usize,
}

fn options() -> Options {
    Options::new("admin", PASSWORD)
}

impl Talk {
    fn with(options: Options, habits: Habits) -> Self {
        let faults = Faults::none(Medium::Stream);
        Self {
            harness: Harness::new(1, faults, Session::new(options), Unit::new(habits)),
            asked: 0,
        }
    }

    fn new(habits: Habits) -> Self {
        Self::with(options(), habits)
    }

    fn ask(&mut self, request: Request) -> Result<Reply, TelnetError> {
        self.harness.submit(request).unwrap();
        assert!(self.harness.run_until_done(Duration::from_secs(60)).unwrap());
        self.asked += 1;
        self.harness.result(self.asked - 1).unwrap().clone()
    }

    fn unit(&mut self) -> &mut Unit {
        self.harness.server_mut()
    }
}

#[test]
fn all_eleven_entries_are_walked_in_one_session() {
    for habits in [USUAL, TERSE, TALKATIVE] {
        let mut talk = Talk::new(habits);
        let Reply::Banner(banner) = talk.ask(Request::Banner).unwrap() else {
            panic!("no banner")
        };
        assert_eq!(banner.version.as_deref(), Some("1.0.0"));
        for number in 0..=5 {
            let member = if number == 0 {
                Member::MASTER
            } else {
                Member::slave(number).unwrap()
            };
            let phases = [1, 2, 3].map(|phase| Some(load_of(number, phase)));
            assert_eq!(talk.ask(Request::Load(member)), Ok(Reply::Load(Load { phases })));
        }
        assert_eq!(talk.ask(Request::Clock), Ok(Reply::Clock(talk.unit().clock)));
        assert_eq!(talk.ask(Request::Users), Ok(Reply::Users("admin".into())));
        assert_eq!(talk.ask(Request::Network), Ok(Reply::Network(talk.unit().network)));
        let Ok(Reply::Snmp(snmp)) = talk.ask(Request::Snmp) else {
            panic!("no SNMP")
        };
        assert_eq!(snmp.write_community.reveal(), "private");
        assert!(matches!(talk.ask(Request::Http), Ok(Reply::Http(http)) if http.port == 80));
        let Ok(Reply::Smtp(smtp)) = talk.ask(Request::Smtp) else {
            panic!("no SMTP")
        };
        assert_eq!((smtp.server.as_str(), smtp.port), ("mail.example", 25));
        let Ok(Reply::Thresholds(thresholds)) = talk.ask(Request::Thresholds) else {
            panic!("no thresholds")
        };
        assert_eq!(*thresholds, talk.unit().thresholds);
        assert!(matches!(talk.ask(Request::Energy), Ok(Reply::Energy(energy)) if energy.raw == [1150, 0, 150]));
        let confirmed = Confirmed::on_purpose();
        assert_eq!(talk.ask(Request::RestartMenu(confirmed)), Ok(Reply::RestartMenu));
        assert_eq!(talk.ask(Request::Logout), Ok(Reply::LoggedOut));
        let unit = talk.unit();
        assert_eq!((unit.logins, unit.restarts, unit.clearings), (1, 0, 0));
        assert_eq!(unit.strange, []);
        for entry in 1..=11 {
            let typed = (At::Screen(ScreenKind::Main), entry.to_string());
            assert!(unit.heard.contains(&typed), "{entry}");
        }
    }
}

// --- What is set ---------------------------------------------------------------------------------------------------------

fn levels() -> Levels {
    Levels {
        high_alarm: decimal("15.5"),
        high_warning: decimal("12"),
        low_warning: decimal("0.5"),
        low_alarm: decimal("0"),
    }
}

fn settings() -> [(Request, &'static str); 7] {
    let confirmed = Confirmed::on_purpose();
    [
        (
            Request::SetClock("2026-11-21T08:00:00".parse().unwrap()),
            "date 2026-11-21,time 08:00:00",
        ),
        (Request::SetTrap([192, 0, 2, 9].into()), "address:192.0.2.9"),
        (Request::SetAddress([192, 0, 2, 7].into()), "address:192.0.2.7"),
        (Request::SetPort(8080), "port:8080"),
        (
            Request::SetAccount("alarm@example.org".into()),
            "account:alarm@example.org",
        ),
        (Request::SetCurrent(Phase::One, levels()), "current one:15.5&12&0.5&0"),
        (Request::ClearEnergy(Phase::One, confirmed), "clearp1"),
    ]
}

#[test]
fn a_setting_is_typed_once_and_read_back_whatever_the_console_says_to_it() {
    for habits in [USUAL, TERSE, TALKATIVE, LEAVING] {
        let mut talk = Talk::new(habits);
        for (request, line) in settings() {
            assert_eq!(
                talk.ask(request.clone()),
                Ok(Reply::Confirmed),
                "{request:?} {habits:?}"
            );
            assert_eq!(talk.unit().times(line), 1);
        }
        let unit = talk.unit();
        assert_eq!(
            (unit.strange.len(), unit.clearings, unit.restarts, unit.logins),
            (0, 1, 0, 1)
        );
        assert_eq!(unit.thresholds.current[0], levels());
    }
}

#[test]
fn a_setting_that_does_not_read_back_is_not_confirmed() {
    for habits in [USUAL, TALKATIVE, LEAVING] {
        let mut talk = Talk::new(Habits { obeys: false, ..habits });
        for (request, line) in settings() {
            let error = talk.ask(request).unwrap_err();
            assert_eq!(
                (error.kind(), error.effect()),
                (ErrorKind::NotConfirmed, Effect::Unknown)
            );
            assert_eq!(talk.unit().times(line), 1);
        }
    }
}

#[test]
fn the_screen_of_a_setting_is_seen_right_before_and_shown_anew_behind_it() {
    let mut talk = Talk::new(USUAL);
    talk.ask(Request::Http).unwrap();
    talk.ask(Request::SetPort(81)).unwrap();
    assert_eq!(talk.unit().typed(), ["6", "2", "6", "port:81", "2", "6"]);
}

#[test]
fn a_clock_may_be_set_in_two_lines() {
    let options = Options {
        clock_form: ClockForm::TwoLines,
        ..options()
    };
    let mut talk = Talk::with(options, USUAL);
    // This console does not know them: the clock stays.
    let at = "2026-11-21T08:00:00".parse().unwrap();
    assert_eq!(
        talk.ask(Request::SetClock(at)).unwrap_err().kind(),
        ErrorKind::NotConfirmed
    );
    let typed = ["2", "date 2026-11-21", "time 08:00:00", "2", "2"];
    assert_eq!(talk.unit().typed(), typed);
}

#[test]
fn what_may_not_be_asked_opens_no_link() {
    let low = Levels {
        high_alarm: decimal("15.55"),
        ..levels()
    };
    for (request, kind) in [
        (Request::SetPort(0), ErrorKind::InvalidArgument),
        (Request::SetAccount("a&b".into()), ErrorKind::InvalidArgument),
        (Request::SetAccount("a\r\n10".into()), ErrorKind::InvalidArgument),
        (Request::SetAccount("x".repeat(31)), ErrorKind::InvalidArgument),
        (Request::SetCurrent(Phase::One, low), ErrorKind::InvalidArgument),
        (Request::SetCurrent(Phase::Two, levels()), ErrorKind::Unsupported),
        (
            Request::ClearEnergy(Phase::Three, Confirmed::on_purpose()),
            ErrorKind::Unsupported,
        ),
        (change(PASSWORD, "with&sign"), ErrorKind::InvalidArgument),
        (undocumented(ScreenKind::Http, "port 80"), ErrorKind::Unsupported),
    ] {
        let mut talk = Talk::new(USUAL);
        let error = talk.ask(request.clone()).unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (kind, Effect::NotApplied),
            "{request:?}"
        );
        assert!(!talk.harness.is_up());
    }
}

// --- Undocumented lines --------------------------------------------------------------------------------------------------

fn undocumented(on: ScreenKind, line: &str) -> Request {
    let line = line.into();
    Request::Undocumented { on, line }
}

fn curious() -> Options {
    Options {
        undocumented: Undocumented::Allowed,
        ..options()
    }
}

#[test]
fn behind_an_undocumented_line_nothing_is_typed_unless_a_known_screen_came() {
    let mut talk = Talk::with(curious(), USUAL);
    let Ok(Reply::Lines(lines)) = talk.ask(undocumented(ScreenKind::Information, "master voltage")) else {
        panic!("no lines");
    };
    assert!(lines.iter().eq([&b"Unknown command"[..], b""]));
    assert!(talk.harness.client().stands().is_none());
    talk.ask(Request::Clock).unwrap();
    // `10`, which leaves entry 1 and would open entry 10 on the main menu, was not typed.
    assert_eq!(talk.unit().typed(), ["1", "master voltage", "2"]);
    assert_eq!(talk.unit().logins, 2);
}

#[test]
fn an_undocumented_line_on_the_main_menu_or_behind_entry_ten_is_refused() {
    for on in [ScreenKind::Main, ScreenKind::Restart] {
        let mut talk = Talk::with(curious(), USUAL);
        let error = talk.ask(undocumented(on, "anything")).unwrap_err();
        assert_eq!(error.effect(), Effect::NotApplied);
        assert_eq!(talk.unit().heard, []);
    }
    let mut talk = Talk::with(curious(), USUAL);
    let error = talk.ask(undocumented(ScreenKind::Energy, "clearp1")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn phases_that_the_manual_does_not_show_may_be_allowed() {
    let mut talk = Talk::with(curious(), USUAL);
    assert_eq!(
        talk.ask(Request::SetCurrent(Phase::Two, levels())),
        Ok(Reply::Confirmed)
    );
    let clear = Request::ClearEnergy(Phase::Three, Confirmed::on_purpose());
    assert_eq!(talk.ask(clear), Ok(Reply::Confirmed));
    assert_eq!(talk.unit().energy, [1150, 0, 0]);
}

// --- Passwords and restarts ----------------------------------------------------------------------------------------------

fn change(old: &str, new: &str) -> Request {
    let (old, new) = (old.into(), new.into());
    Request::ChangePassword { old, new }
}

#[test]
fn a_new_password_is_confirmed_by_logging_in_with_it() {
    for habits in [USUAL, TERSE, TALKATIVE, LEAVING] {
        let mut talk = Talk::new(habits);
        assert_eq!(talk.ask(change(PASSWORD, "secret2")), Ok(Reply::Confirmed));
        assert_eq!(talk.ask(Request::Users), Ok(Reply::Users("admin".into())));
        assert_eq!(talk.unit().logins, 2);
        talk.harness.cut();
        assert!(talk.ask(Request::Clock).is_ok());
        assert_eq!(talk.unit().times("old:sesame1&new:secret2&confirm:secret2&"), 1);
    }
}

#[test]
fn a_password_that_was_not_changed_stays_the_sessions() {
    let mut talk = Talk::new(USUAL);
    let error = talk.ask(change("wrong", "secret2")).unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::NotConfirmed, Effect::Unknown)
    );
    assert!(talk.ask(Request::Clock).is_ok());
    assert_eq!(talk.unit().password, PASSWORD);
}

#[test]
fn a_restart_takes_the_request_for_it_and_is_accepted_when_the_console_heard_it() {
    let confirmed = Confirmed::on_purpose();
    let mut talk = Talk::new(USUAL);
    assert_eq!(talk.ask(Request::Restart(confirmed)), Ok(Reply::Accepted));
    assert_eq!((talk.unit().restarts, talk.unit().defaults), (1, 0));
    assert_eq!(talk.ask(Request::FactoryDefault(confirmed)), Ok(Reply::Accepted));
    assert_eq!((talk.unit().restarts, talk.unit().defaults), (1, 1));
    assert_eq!(talk.unit().typed(), ["10", "1", "10", "2"]);
}

#[test]
fn a_restart_of_which_nothing_was_heard_has_an_unknown_effect_and_is_not_repeated() {
    let mut talk = Talk::new(TERSE);
    let error = talk.ask(Request::Restart(Confirmed::on_purpose())).unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::LinkDown, Effect::Unknown));
    assert_eq!(talk.unit().restarts, 1);
}

#[test]
fn a_negotiation_is_no_line_that_the_console_heard() {
    // Options 10 and 13 are the octets of a line end.
    for option in [b'\n', b'\r'] {
        let mut talk = Talk::new(TERSE);
        talk.ask(Request::Clock).unwrap();
        talk.unit().says_when_it_restarts = vec![255, 253, option];
        let error = talk.ask(Request::Restart(Confirmed::on_purpose())).unwrap_err();
        assert_eq!(error.effect(), Effect::Unknown);
    }
}

#[test]
fn a_restart_that_is_withdrawn_leaves_the_menu_that_restarts() {
    let mut talk = Talk::new(USUAL);
    talk.ask(Request::Clock).unwrap();
    let ticket = talk.harness.submit(Request::Restart(Confirmed::on_purpose())).unwrap();
    let opened = |harness: &Harness<Session, Unit>| harness.server().at == At::Screen(ScreenKind::Restart);
    assert!(talk.harness.run(Duration::from_secs(5), opened).unwrap());
    talk.harness.cancel(ticket);
    talk.harness.run_for(Duration::from_secs(5)).unwrap();
    assert_eq!(talk.harness.client().stands(), Some(ScreenKind::Main));
    assert_eq!(talk.unit().typed(), ["2", "2", "10", "3"]);
    assert_eq!(talk.unit().restarts, 0);
}

// --- Bad input -----------------------------------------------------------------------------------------------------------

const PROMPT: &str = "Please enter the command:";

/// What the console shows instead of the screen of `request`, and what comes of it.
fn refused(request: &Request, instead: &[u8]) -> TelnetError {
    let once = Options {
        attempts: 1,
        ..options()
    };
    let mut talk = Talk::with(once, USUAL);
    // Leaves it on the main menu.
    talk.ask(Request::RestartMenu(Confirmed::on_purpose())).unwrap();
    talk.harness.run_for(Duration::from_secs(1)).unwrap();
    talk.unit().instead.push_back(instead.to_vec());
    let typed = talk.unit().heard.len();
    let error = talk.ask(request.clone()).unwrap_err();
    // Nothing more was typed after what came, and the connection is left.
    talk.harness.run_for(Duration::from_secs(20)).unwrap();
    assert_eq!(talk.unit().heard.len(), typed + 1, "{error}");
    assert!(!talk.harness.is_up());
    assert_eq!(talk.unit().strange, []);
    assert_eq!(error.effect(), Effect::NotApplied);
    for shown in [
        error.to_string(),
        format!("{error:?}"),
        format!("{:?}", talk.harness.client()),
    ] {
        assert!(!shown.contains(PASSWORD) && !shown.contains("hush"), "{shown}");
    }
    // And the next request finds its way anew.
    assert!(talk.ask(Request::Clock).is_ok());
    error
}

fn screen(lines: &[&str]) -> Vec<u8> {
    let mut text = lines.join("\r\n");
    text.push_str("\r\n\r\n");
    text.push_str(PROMPT);
    text.into_bytes()
}

const HTTP: [&str; 4] = [
    "HTTP Settings",
    "HTTP port:80",
    "Command:1.Set port 2.Back",
    "Command format: port:xx",
];

fn http_with(line: usize, text: &str) -> Vec<u8> {
    let mut lines = HTTP;
    lines[line] = text;
    screen(&lines)
}

#[test]
fn screens_that_are_none_are_refused_and_nothing_more_is_typed() {
    for (instead, kind) in [
        (http_with(1, "HTTP port:http"), ErrorKind::Malformed),
        (http_with(1, "HTTP port:65536"), ErrorKind::Malformed),
        (
            http_with(1, "HTTP port:80 Please enter the command:"),
            ErrorKind::Malformed,
        ),
        (http_with(1, "Please enter the command:80"), ErrorKind::Malformed),
        (http_with(1, "Please enter the command:"), ErrorKind::Malformed),
        (http_with(3, "Telnet Account:"), ErrorKind::Mismatch),
        (http_with(0, "SMTP Settings"), ErrorKind::Mismatch),
        (http_with(0, "Restart"), ErrorKind::Mismatch),
        (screen(&HTTP[1..]), ErrorKind::Malformed),
        (
            screen(&["Restart", "1.Restart", "2.Restart to factory default", "3.Back"]),
            ErrorKind::Mismatch,
        ),
        (screen(&[]), ErrorKind::Malformed),
        (b"Please enter the command:".to_vec(), ErrorKind::Malformed),
        (b"Telnet Account:".to_vec(), ErrorKind::Denied),
        (b"\r\n\r\nPassword:".to_vec(), ErrorKind::Denied),
    ] {
        let error = refused(&Request::Http, &instead);
        assert_eq!(error.kind(), kind, "{error}: {}", instead.escape_ascii());
    }
    let volts = screen(&["Load Phase1:0.00V Phase2:0.00A Phase3:0.00A"]);
    let mut talk = Talk::new(USUAL);
    talk.ask(Request::Load(Member::MASTER)).unwrap();
    talk.unit().instead.push_back(volts);
    let error = talk.ask(Request::Load(Member::MASTER)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(talk.unit().typed(), ["1", "master load", "master load"]);
}

#[test]
fn what_goes_wrong_with_a_request_that_was_withdrawn_costs_no_other() {
    let mut talk = Talk::new(USUAL);
    talk.ask(Request::Clock).unwrap();
    talk.unit().instead.extend([main_menu(), screen(&HTTP)]);
    let ticket = talk.harness.submit(Request::Network).unwrap();
    let asked = |harness: &Harness<Session, Unit>| harness.server().times("4") == 1;
    assert!(talk.harness.run(Duration::from_secs(5), asked).unwrap());
    talk.harness.cancel(ticket);
    talk.asked += 1;
    assert!(talk.ask(Request::SetPort(81)).is_ok());
    assert_eq!(talk.unit().times("port:81"), 1);
}

#[test]
fn streams_that_are_none_are_refused() {
    let subnegotiation = [&[255, 250, 24][..], &[b'x'; 2000]].concat();
    let flood: Vec<u8> = (0..2000_u16).flat_map(|n| [255, 253, n.to_le_bytes()[0]]).collect();
    let lines = b"x\r\n".repeat(1000);
    for (instead, what) in [
        (subnegotiation, "subnegotiation"),
        (flood, "negotiations"),
        (vec![b'x'; 1_000_000], "512 octets"),
        (lines, "64 lines"),
        (vec![b'\n'; 100_000], "64 lines"),
    ] {
        let error = refused(&Request::Http, &instead);
        assert!(error.to_string().contains(what), "{error}");
        assert_eq!(error.kind(), ErrorKind::Malformed);
    }
    assert_eq!(
        refused(&Request::Http, b"HTTP Settings\r\nHTTP").kind(),
        ErrorKind::Timeout
    );
    assert_eq!(refused(&Request::Http, b"").kind(), ErrorKind::Timeout);
}

#[test]
fn a_console_that_negotiates_and_does_not_read_is_left() {
    let mut session = Session::new(options());
    let mut now = Instant::EPOCH;
    session.handle_link(now, LinkEvent::Up);
    session.handle_input(now, b"Telnet Account:");
    for _ in 0..20 {
        session.handle_input(now, &[255, 253, 24].repeat(100));
        session.handle_input(now, b" ");
    }
    now += Duration::from_secs(1);
    session.handle_timeout(now);
    session.submit(now, Request::SetPort(81)).unwrap();
    let Some(Event::Done { result: Err(error), .. }) = session.poll_event() else {
        panic!("no end");
    };
    assert_eq!(error.effect(), Effect::NotApplied);
    assert_eq!(session.link_demand(), LinkDemand::Reset);
}

#[test]
fn telnet_commands_in_the_middle_of_a_word_are_not_of_the_word() {
    let mut text = http_with(1, "HTTP port:8080");
    let middle = text.iter().position(|&octet| octet == b'8').unwrap() + 2;
    text.splice(middle..middle, [255, 241, 255, 251, 1, 255, 250, 24, 1, 255, 240]);
    let mut talk = Talk::new(USUAL);
    talk.ask(Request::Clock).unwrap();
    talk.unit().instead.push_back(main_menu());
    talk.unit().instead.push_back(text);
    assert!(matches!(talk.ask(Request::Http), Ok(Reply::Http(http)) if http.port == 8080));
}

fn main_menu() -> Vec<u8> {
    let mut out = [0; 512];
    let len = pdu_proto_telnet::bps2000::Screen::Main.encode(&mut out).unwrap();
    out[..len].to_vec()
}

#[test]
fn a_prompt_is_one_once_nothing_came_behind_it() {
    // All of a screen in one piece, with a line that begins as the prompt does.
    let error = refused(&Request::Http, &http_with(2, "Please enter the command:2"));
    assert!(matches!(error, TelnetError::Screen { number: 3, .. }), "{error:?}");
}

#[test]
fn a_login_that_cannot_be_typed_is_refused_before_anything_is_sent() {
    for (account, password) in [
        ("admin", "a&b"),
        ("admin", ""),
        ("a:b", PASSWORD),
        ("admin\r\n10", PASSWORD),
    ] {
        let mut talk = Talk::with(Options::new(account, password), USUAL);
        let error = talk.ask(Request::Clock).unwrap_err();
        assert!(matches!(error, TelnetError::Line(_)), "{error}");
        assert_eq!(talk.unit().heard, []);
    }
}

#[test]
fn a_refused_login_is_not_tried_again_for_anything_that_waits() {
    let mut talk = Talk::with(Options::new("admin", "wrongpass"), USUAL);
    for request in [
        Request::Clock,
        Request::SetPort(81),
        Request::Restart(Confirmed::on_purpose()),
    ] {
        talk.harness.submit(request).unwrap();
    }
    assert!(talk.harness.run_until_done(Duration::from_secs(60)).unwrap());
    for submission in 0..3 {
        let error = *talk.harness.result(submission).unwrap().as_ref().unwrap_err();
        assert_eq!(error, TelnetError::LoginRefused);
        assert!(!format!("{error} {error:?}").contains("wrongpass"));
    }
    assert!(!format!("{:?}", talk.harness.client()).contains("wrongpass"));
    let heard: Vec<_> = talk.unit().heard.iter().map(|(_, line)| line.as_str()).collect();
    assert_eq!(heard, ["admin", "wrongpass"]);
}

#[test]
fn a_session_closed_in_a_menu_is_a_typed_error_for_what_was_set_and_another_login_for_what_was_asked() {
    let mut talk = Talk::new(USUAL);
    talk.ask(Request::Load(Member::MASTER)).unwrap();
    talk.harness.link_mut().hold(pdu_core::testing::Side::Server);
    talk.harness.submit(Request::Load(Member::MASTER)).unwrap();
    talk.harness.run_for(Duration::from_secs(1)).unwrap();
    talk.harness.cut();
    talk.harness.link_mut().release(pdu_core::testing::Side::Server);
    assert!(talk.harness.run_until_done(Duration::from_secs(60)).unwrap());
    assert!(talk.harness.result(1).unwrap().is_ok());
    assert_eq!(talk.unit().logins, 2);

    talk.asked = 2;
    talk.harness.submit(Request::SetPort(81)).unwrap();
    let typed = |harness: &Harness<Session, Unit>| harness.server().times("port:81") == 1;
    assert!(talk.harness.run(Duration::from_secs(5), typed).unwrap());
    talk.harness.cut();
    assert!(talk.harness.run_until_done(Duration::from_secs(60)).unwrap());
    let error = *talk.harness.result(2).unwrap().as_ref().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::LinkDown, Effect::Unknown));
    assert_eq!(talk.unit().times("port:81"), 1);
}

// --- With nothing to do --------------------------------------------------------------------------------------------------

#[test]
fn a_session_with_nothing_to_do_logs_out_and_comes_back() {
    let mut talk = Talk::new(USUAL);
    talk.ask(Request::Clock).unwrap();
    talk.harness.run_for(Duration::from_secs(29)).unwrap();
    assert!(talk.harness.is_up());
    talk.harness.run_for(Duration::from_secs(2)).unwrap();
    assert!(!talk.harness.is_up());
    assert_eq!(talk.unit().typed(), ["2", "2", "11"]);
    talk.ask(Request::Clock).unwrap();
    assert_eq!(talk.unit().logins, 2);
}

#[test]
fn what_comes_unasked_at_a_prompt_ends_the_connection_before_anything_is_typed() {
    let mut talk = Talk::new(USUAL);
    talk.ask(Request::Clock).unwrap();
    talk.unit().says(b"\r\nSession will end soon\r\n");
    talk.harness.run_for(Duration::from_secs(1)).unwrap();
    assert!(!talk.harness.is_up());
    talk.ask(Request::Clock).unwrap();
    assert_eq!(talk.unit().typed(), ["2", "2"]);
    assert_eq!(talk.unit().logins, 2);
}

#[test]
fn without_a_link_a_request_waits_for_its_own_time_and_no_longer() {
    let mut talk = Talk::new(USUAL);
    talk.harness.link_mut().faults_mut().connecting = Duration::from_secs(60)..=Duration::from_secs(60);
    let first = talk.harness.submit(Request::Clock).unwrap();
    talk.harness.run_for(Duration::from_secs(9)).unwrap();
    talk.harness.cancel(first);
    talk.harness.submit(Request::Clock).unwrap();
    talk.harness.run_for(Duration::from_secs(9)).unwrap();
    assert_eq!(talk.harness.live(), 1);
    talk.harness.run_for(Duration::from_secs(2)).unwrap();
    let error = *talk.harness.result(1).unwrap().as_ref().unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::LinkDown, Effect::NotApplied)
    );
}
