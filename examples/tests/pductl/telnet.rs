//! Consoles over telnet, from outside: a simulated BPS2000 that a person could type at.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::Simulator;

/// Somebody who types.
struct Person {
    stream: TcpStream,
}

impl Person {
    fn at(simulator: &Simulator) -> Self {
        let stream = TcpStream::connect(&simulator.first_line).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self { stream }
    }

    /// All that is shown up to this text.
    fn sees(&mut self, text: &str) -> String {
        let mut seen = Vec::new();
        while !seen.ends_with(text.as_bytes()) {
            let mut octet = [0];
            self.stream.read_exact(&mut octet).unwrap();
            seen.extend(octet);
        }
        String::from_utf8_lossy(&seen).into_owned()
    }

    fn types(&mut self, line: &str) {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
    }

    fn logged_in_at(simulator: &Simulator) -> Self {
        let mut person = Self::at(simulator);
        person.sees("Telnet Account:");
        person.types("admin");
        person.sees("Password:");
        person.types("admin");
        person.sees("Please enter the command:");
        person
    }
}

#[test]
fn the_simulated_console_shows_the_manuals_screens_to_several_people() {
    let simulator = Simulator::start(&["bps2000-telnet"]);
    let mut one = Person::logged_in_at(&simulator);
    let mut two = Person::logged_in_at(&simulator);
    one.types("2");
    one.sees("Please enter the command:");
    one.types("date 2026-11-21,time 08:00:00");
    one.sees("Please enter the command:");
    two.types("2");
    assert!(
        two.sees("Please enter the command:")
            .contains("Date: 2026-11-21 Time: 08:00:0")
    );
    assert_eq!(simulator.end("TERM"), Some(0));
}

#[test]
fn a_wrong_password_leads_back_to_the_account() {
    let simulator = Simulator::start(&["bps2000-telnet", "--seed", "3"]);
    let mut person = Person::at(&simulator);
    person.sees("Telnet Account:");
    person.types("admin");
    person.sees("Password:");
    person.types("geheim");
    assert!(!person.sees("Telnet Account:").contains("geheim"));
}
