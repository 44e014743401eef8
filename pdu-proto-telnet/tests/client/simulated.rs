//! The raw console against the crate's own device side, whose menu it knows nothing of: over telnet, and over a serial line.

use std::time::Duration;

use pdu_core::testing::{Faults, Harness, Medium, SolePeer};
use pdu_core::{ConnectionId, Endpoint, LineSettings};
use pdu_proto_telnet::TelnetError;
use pdu_proto_telnet::bps2000::simulator::Bps2000;
use pdu_proto_telnet::client::{Command, Console, ConsoleOptions, Login};
use pdu_proto_telnet::server::{SerialTerminal, Terminals};

const PROMPT: &str = "Please enter the command:";

fn with_login(mut options: ConsoleOptions, password: &str) -> Console {
    options.login = Some(Login::new("Telnet Account:", "Password:", "admin", password));
    Console::new(options)
}

/// What the device shows to each of these, lines of blanks left out.
fn shown<B: Endpoint>(
    medium: Medium,
    console: Console,
    device: B,
    typed: &[&str],
) -> Vec<Result<Vec<String>, TelnetError>> {
    let mut harness = Harness::new(7, Faults::none(medium), console, device);
    for line in typed {
        harness.submit(Command::new(*line)).unwrap();
        assert!(harness.run_until_done(Duration::from_secs(30)).unwrap());
    }
    let lines = |lines: &Vec<Vec<u8>>| {
        let text = lines.iter().map(|line| line.trim_ascii().escape_ascii().to_string());
        text.filter(|line| !line.is_empty()).collect()
    };
    let result = |n| {
        harness
            .result(n)
            .unwrap()
            .as_ref()
            .map(|response| lines(&response.lines))
    };
    (0..typed.len()).map(|n| result(n).map_err(|error| *error)).collect()
}

fn check_walk(screens: &[Result<Vec<String>, TelnetError>]) {
    let screens: Vec<_> = screens.iter().map(|screen| screen.as_ref().unwrap()).collect();
    let [entry, load, main, network] = screens[..] else {
        panic!("{screens:?}")
    };
    assert!(entry[0].starts_with("Command:1.Load"), "{entry:?}");
    assert!(load[0].starts_with("Load Phase1:"), "{load:?}");
    assert_eq!((main.len(), main[11].as_str()), (12, "11.Logout"), "{main:?}");
    assert_eq!((network[0].as_str(), network.len()), ("Network", 7), "{network:?}");
}

const WALK: [&str; 4] = ["1", "master load", "10", "4"];

#[test]
fn the_menu_is_walked_over_telnet() {
    let device = SolePeer::new(Terminals::new(Bps2000::new(1)), ConnectionId::from_number(1));
    let console = with_login(ConsoleOptions::telnet([PROMPT]), "admin");
    check_walk(&shown(Medium::Stream, console, device, &WALK));
}

#[test]
fn the_menu_is_walked_over_a_serial_line() {
    let options = ConsoleOptions::serial(LineSettings::default(), [PROMPT]);
    let device = SerialTerminal::new(Bps2000::new(1));
    check_walk(&shown(Medium::Serial, with_login(options, "admin"), device, &WALK));
}

#[test]
fn a_wrong_password_is_refused() {
    let device = SolePeer::new(Terminals::new(Bps2000::new(1)), ConnectionId::from_number(1));
    let console = with_login(ConsoleOptions::telnet([PROMPT]), "guess");
    assert_eq!(
        shown(Medium::Stream, console, device, &["1"]),
        [Err(TelnetError::LoginRefused)]
    );
}

#[test]
fn a_logout_closes_the_session() {
    let device = SolePeer::new(Terminals::new(Bps2000::new(1)), ConnectionId::from_number(1));
    let console = with_login(ConsoleOptions::telnet([PROMPT]), "admin");
    let results = shown(Medium::Stream, console, device, &["11", "4"]);
    assert!(
        matches!(
            results[0],
            Err(TelnetError::Closed { .. } | TelnetError::LinkDown { .. })
        ),
        "{results:?}"
    );
    assert_eq!(results[1].as_ref().unwrap()[0], "Network", "on the next connection");
}
