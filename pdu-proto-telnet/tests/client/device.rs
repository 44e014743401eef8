//! A small honest console, apart from the crate's own server: it asks who is there, carries out what it is told, and counts it.

use std::time::Duration;

use pdu_core::{Endpoint, Instant, LineSettings, LinkDemand, LinkEvent, Transport};
use pdu_proto_telnet::client::{ConsoleOptions, Login};

pub const PROMPT: &str = "rack-7> ";
pub const ACCOUNT: &str = "admin";
pub const PASSWORD: &str = "open*sesame";
pub const REPLY_TIMEOUT: Duration = Duration::from_secs(2);

/// What a console is reached over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// It asks to echo and to leave the go-ahead out.
    Telnet,
    Tcp,
    /// It does not notice that somebody has come.
    Serial,
}

/// What differs from console to console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    pub over: Over,
    /// Asks for account and password.
    pub asks: bool,
    /// Shows what it is sent.
    pub echoes: bool,
    pub eol: &'static str,
}

pub const TELNET: Habits = Habits {
    over: Over::Telnet,
    asks: true,
    echoes: true,
    eol: "\r\n",
};

/// Neither login nor echo.
pub const BARE: Habits = Habits {
    over: Over::Tcp,
    asks: false,
    echoes: false,
    eol: "\n",
};

pub const SERIAL: Habits = Habits {
    over: Over::Serial,
    ..TELNET
};

impl Habits {
    /// What a client of this console is told.
    pub fn options(self) -> ConsoleOptions {
        let mut options = match self.over {
            Over::Telnet => ConsoleOptions::telnet([PROMPT]),
            Over::Tcp => ConsoleOptions::stream([PROMPT]),
            Over::Serial => ConsoleOptions::serial(LineSettings::eight_n_one(115_200), [PROMPT]),
        };
        options.login = self.asks.then(|| Login::new("login:", "Password:", ACCOUNT, PASSWORD));
        options.reply_timeout = REPLY_TIMEOUT;
        options.quiet = Duration::from_secs(1);
        options
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Account,
    Password,
    Shell,
}

#[derive(Debug)]
pub struct Device {
    habits: Habits,
    place: Place,
    /// What was carried out, as it came.
    pub done: Vec<String>,
    /// Lines with the place where they were typed.
    pub typed: Vec<(Place, String)>,
    input: Vec<u8>,
    is_behind_cr: bool,
    /// Octets of a telnet command that are still to be skipped.
    skip: usize,
    output: Vec<u8>,
}

impl Device {
    pub fn new(habits: Habits) -> Self {
        Self {
            habits,
            place: if habits.asks { Place::Account } else { Place::Shell },
            done: Vec::new(),
            typed: Vec::new(),
            input: Vec::new(),
            is_behind_cr: false,
            skip: 0,
            output: Vec::new(),
        }
    }

    /// How often this line was carried out.
    pub fn times(&self, line: &str) -> usize {
        self.done.iter().filter(|done| *done == line).count()
    }

    /// What was typed where it has no business: a command at a question of the login, or an account anywhere else.
    pub fn astray(&self) -> Vec<&(Place, String)> {
        let is_right = |(place, line): &(Place, String)| match place {
            Place::Account => line == ACCOUNT || line.is_empty(),
            // An empty line finds out where a serial console is.
            Place::Password => line == PASSWORD || line.is_empty() && self.habits.over == Over::Serial,
            Place::Shell => line != ACCOUNT && line != PASSWORD,
        };
        self.typed.iter().filter(|typed| !is_right(typed)).collect()
    }

    fn say(&mut self, text: &str) {
        self.output.extend_from_slice(text.as_bytes());
    }

    fn ask(&mut self) {
        self.say(match self.place {
            Place::Account => "login: ",
            Place::Password => "Password: ",
            Place::Shell => PROMPT,
        });
    }

    fn octet(&mut self, octet: u8) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        let is_behind_cr = std::mem::replace(&mut self.is_behind_cr, octet == b'\r');
        match octet {
            255 if self.habits.over == Over::Telnet => self.skip = 2,
            b'\n' | 0 if is_behind_cr => {}
            b'\r' | b'\n' => {
                let line = String::from_utf8_lossy(&std::mem::take(&mut self.input)).into_owned();
                self.line(line);
            }
            _ => self.input.push(octet),
        }
    }

    fn line(&mut self, line: String) {
        let eol = self.habits.eol;
        if self.habits.echoes {
            let shown = match self.place {
                Place::Password => "*".repeat(line.len()),
                Place::Account | Place::Shell => line.clone(),
            };
            self.say(&format!("{shown}{eol}"));
        }
        let place = self.place;
        match place {
            Place::Account if line == ACCOUNT => self.place = Place::Password,
            Place::Account => {}
            Place::Password if line == PASSWORD => self.place = Place::Shell,
            Place::Password => self.place = Place::Account,
            Place::Shell => self.serve(&line),
        }
        self.typed.push((place, line));
        self.ask();
    }

    fn serve(&mut self, line: &str) {
        let eol = self.habits.eol;
        if line.starts_with("set ") {
            self.done.push(line.into());
        }
        if !line.is_empty() {
            self.say(&format!("of {line}{eol}{eol}a > b: done{eol}end of {line}{eol}"));
        }
    }
}

impl Endpoint for Device {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, _now: Instant, event: LinkEvent) {
        self.output.clear();
        self.input.clear();
        (self.is_behind_cr, self.skip) = (false, 0);
        let over = self.habits.over;
        if over != Over::Serial {
            *self = Self {
                done: std::mem::take(&mut self.done),
                typed: std::mem::take(&mut self.typed),
                ..Self::new(self.habits)
            };
        }
        if event == LinkEvent::Up && over != Over::Serial {
            if over == Over::Telnet {
                self.output.extend([255, 251, 1, 255, 251, 3]);
            }
            self.say("Welcome\r\n\r\n");
            self.ask();
        }
    }

    fn handle_input(&mut self, _now: Instant, bytes: &[u8]) -> usize {
        for octet in bytes {
            self.octet(*octet);
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, _now: Instant, len: usize) {
        self.output.drain(..len);
    }

    fn handle_timeout(&mut self, _now: Instant) {}

    fn transmit(&self) -> &[u8] {
        &self.output
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn link_demand(&self) -> LinkDemand {
        LinkDemand::Idle
    }
}
