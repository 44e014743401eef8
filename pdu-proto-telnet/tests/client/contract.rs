//! The console held to the contract of sessions, with devices of all habits.

use std::ops::Range;
use std::time::Duration;

use pdu_core::testing::{Faults, Fixture, contract};
use pdu_proto_telnet::client::{Command, Console, Link, Response};

use super::device::{BARE, Device, Habits, PROMPT, REPLY_TIMEOUT, SERIAL, TELNET};

struct Session(Habits);

pub fn line(n: u32) -> String {
    match n % 2 {
        0 => format!("get {n}"),
        _ => format!("set {n}"),
    }
}

/// What a text without a checksum survives: whole writes are lost or late, and none is damaged.
pub fn serial_faults() -> Faults {
    let mut faults = Faults::serial();
    (faults.truncation, faults.corruption, faults.noise) = (0, 0, 0);
    faults.partial_write = 0;
    faults
}

impl Fixture for Session {
    type Session = Console;
    type Peer = Device;

    fn session(&self) -> Console {
        Console::new(self.0.options())
    }

    fn peer(&self) -> Device {
        Device::new(self.0)
    }

    fn request(&self, n: u32) -> Command {
        line(n).into()
    }

    fn answers(&self, n: u32, reply: &Response) -> bool {
        let line = line(n);
        let expected = [
            format!("of {line}"),
            String::new(),
            "a > b: done".into(),
            format!("end of {line}"),
        ];
        reply.prompt == PROMPT.trim_end().as_bytes() && reply.lines.iter().eq(expected.iter().map(String::as_bytes))
    }

    fn is_write(&self, n: u32) -> bool {
        n % 2 == 1
    }

    fn times_applied(&self, peer: &Device, n: u32) -> usize {
        peer.times(&line(n))
    }

    fn reply_timeout(&self) -> Duration {
        REPLY_TIMEOUT
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn late_reply_hazard(&self) -> Option<Duration> {
        match self.0.options().link {
            Link::Serial(_) => Some(self.0.options().quiet),
            _ => None,
        }
    }

    fn faults(&self) -> Faults {
        match self.0.options().link {
            Link::Serial(_) => serial_faults(),
            _ => Faults::stream(),
        }
    }

    fn seeds(&self) -> Range<u64> {
        super::seeds()
    }
}

#[test]
fn over_telnet() {
    contract::all(&Session(TELNET));
}

#[test]
fn over_tcp_without_login_or_echo() {
    contract::all(&Session(BARE));
}

#[test]
fn over_a_serial_line() {
    contract::all(&Session(SERIAL));
}
