//! A small honest unit for tests of the client, apart from the crate's own server: it carries out what it is told, counts it,
//! and sends its status every second, in whatever way the manual leaves open.
#![allow(dead_code, unreachable_pub)] // each test file uses a part of it, as a module of its own
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

pub mod talk;

use std::time::Duration;

use pdu_core::{Endpoint, Instant, LinkDemand, LinkEvent, Mode, Rng, Status, Transport};
use pdu_proto_isotek::wire::{Command, Framing, OutletState, Token};

/// What ends what the unit says, where the manual does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// Behind status frames that nobody asked for.
    pub unasked: &'static str,
    /// Behind the answer to `?`.
    pub asked: &'static str,
    /// Behind the answer to `A?`.
    pub address: &'static str,
    /// Behind every other answer.
    pub ok: &'static str,
    /// What ends a line.
    pub eol: &'static str,
    /// Whether commands come back first.
    pub echoes: bool,
    /// Whether status is sent unasked.
    pub talks: bool,
}

/// As the manual prints the answer to `?`, for all frames.
pub const PRINTED: Habits = Habits {
    unasked: "OK\n>",
    asked: "OK\n>",
    address: "",
    ok: "OK\n>",
    eol: "\n",
    echoes: false,
    talks: true,
};

/// A unit of which a timer sends bare frames, and only what handles commands writes `OK` and the prompt.
pub const DISPATCHER: Habits = Habits {
    unasked: "",
    asked: "OK\r\n>",
    address: "OK\r\n>",
    ok: "OK\r\n>",
    eol: "\r\n",
    ..PRINTED
};

/// Frames have no `OK`, whether asked for or not; there is no prompt, and commands come back.
pub const TERSE: Habits = Habits {
    unasked: "",
    asked: "",
    address: "",
    ok: "OK\r",
    eol: "\r",
    echoes: true,
    talks: true,
};

#[derive(Debug)]
pub struct Unit {
    pub habits: Habits,
    pub outlets: [bool; 16],
    /// What was carried out, as it came.
    pub done: Vec<String>,
    pub schedule: Vec<String>,
    /// Commands that are neither carried out nor answered, as the only way that the protocol has to refuse one.
    pub refuses: fn(&str) -> bool,
    now: Instant,
    next_status: Option<Instant>,
    framing: Framing,
    input: Vec<u8>,
    output: Vec<u8>,
    sent: usize,
    /// Up to where the output is shown.
    shown: usize,
    /// Writes its output in pieces, often from line to line, so that a link can lose any of them.
    pub pieces: Option<Rng>,
}

impl Unit {
    pub fn new(habits: Habits) -> Self {
        Self {
            habits,
            outlets: [true; 16],
            done: Vec::new(),
            schedule: vec![
                String::from("1|1|morning|07:30|1|0|0|3|0|0|1|"),
                String::from("2|2|limit|00:00|0|1500|1|4|0|0|3|"),
                String::from("3|1|a/b|23:59|127|0|0|16|x|y|2|"),
            ],
            refuses: |_| false,
            now: Instant::EPOCH,
            next_status: None,
            framing: Framing::default(),
            input: Vec::new(),
            output: Vec::new(),
            sent: 0,
            shown: 0,
            pieces: None,
        }
    }

    /// How often this line was carried out.
    pub fn times(&self, line: &str) -> usize {
        self.done.iter().filter(|done| *done == line).count()
    }

    pub fn frame(&self) -> String {
        let eol = self.habits.eol;
        let watts: usize = self.outlets.iter().filter(|on| **on).count() * 10;
        let mut frame = format!("CH0=1|230|{watts}|{eol}");
        for (index, on) in (1..).zip(self.outlets) {
            let on = u8::from(on);
            frame.extend([
                "CH",
                &index.to_string(),
                "=",
                &on.to_string(),
                "|230|",
                &(on * 10).to_string(),
                "|",
                eol,
            ]);
        }
        frame + &format!("RTC=2026|11|21|08|00|00|{eol}")
    }

    fn say(&mut self, text: &str) {
        self.output.extend_from_slice(text.as_bytes());
        self.show_more();
    }

    fn show_more(&mut self) {
        let end = self.output.len();
        self.shown = end;
        let Some(rng) = self.pieces.as_mut().filter(|_| self.sent < end) else {
            return;
        };
        if rng.chance(400) {
            let span = u64::try_from(end - self.sent).unwrap();
            let cut = self.sent + usize::try_from(rng.within(1..=span)).unwrap();
            let line_end = self.output[cut..].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let at_line_end = line_end.map_or(end, |len| cut + len + 1);
            self.shown = if rng.chance(700) { at_line_end } else { cut };
        }
    }

    fn serve(&mut self, line: &[u8]) {
        let Ok(command) = Command::parse(line, Mode::Strict) else {
            return;
        };
        let text = String::from_utf8(line.to_vec()).unwrap();
        if (self.refuses)(&text) {
            return;
        }
        let eol = self.habits.eol;
        if self.habits.echoes {
            self.say(&format!("{text}{eol}"));
        }
        let habits = self.habits;
        match command.value {
            Command::ReadStatus => {
                let frame = self.frame();
                self.say(&frame);
                return self.say(habits.asked);
            }
            Command::ReadAddress => {
                self.say(&format!("A=SN0001|00:11:22:33:44:55|192.0.2.1|80|192.0.2.2|8080|{eol}"));
                return self.say(habits.address);
            }
            Command::ReadSchedule => {
                for (index, record) in (1..).zip(self.schedule.clone()) {
                    self.say(&format!("P{index}={record}{eol}"));
                }
            }
            Command::ReadConfigs => {
                for index in 1..=16 {
                    self.say(&format!("C{index}=out {index}|1|{index}|{eol}"));
                }
            }
            Command::SwitchOutlet { outlet, state } => {
                self.outlets[usize::from(outlet.number()) - 1] = state == OutletState::On;
            }
            Command::AllOff => self.outlets = [false; 16],
            Command::AllOn => self.outlets = [true; 16],
            _ => {}
        }
        self.say(habits.ok);
        if !command.value.is_read_only() {
            self.done.push(text);
        }
    }
}

impl Endpoint for Unit {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.now = self.now.max(now);
        self.input.clear();
        self.output.clear();
        (self.sent, self.shown) = (0, 0);
        self.framing.reset();
        let is_up = event == LinkEvent::Up;
        self.next_status = (is_up && self.habits.talks).then_some(self.now + Duration::from_millis(300));
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.now = self.now.max(now);
        self.input.extend_from_slice(bytes);
        let input = std::mem::take(&mut self.input);
        let mut rest = &input[..];
        while let Status::Complete((token, used)) = self.framing.next(rest) {
            if let Token::Line(line) = token {
                self.serve(line);
            }
            rest = &rest[used..];
        }
        self.input = rest.to_vec();
        bytes.len()
    }

    fn handle_transmitted(&mut self, _now: Instant, len: usize) {
        self.sent += len;
        if self.sent == self.output.len() {
            self.output.clear();
            self.sent = 0;
        }
        self.show_more();
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
        while let Some(at) = self.next_status.filter(|at| *at <= self.now) {
            let text = self.frame() + self.habits.unasked;
            self.say(&text);
            self.next_status = Some(at + Duration::from_secs(1));
        }
    }

    fn transmit(&self) -> &[u8] {
        &self.output[self.sent..self.shown]
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.next_status
    }

    fn link_demand(&self) -> LinkDemand {
        LinkDemand::Idle
    }
}
