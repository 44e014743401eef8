//! A console driven by hand.

use std::time::Duration;

use pdu_core::{Endpoint, Event, Instant, LineSettings, LinkDemand, LinkEvent, Session, Ticket};
use pdu_proto_telnet::TelnetError;
use pdu_proto_telnet::client::{Command, Console, ConsoleOptions, Login, Notice, Response};

pub const T0: Instant = Instant::from_millis(1_000);
pub const PASSWORD: &str = "open sesame";

pub struct Talk {
    pub console: Console,
    pub now: Instant,
}

pub fn options() -> ConsoleOptions {
    let mut options = ConsoleOptions::telnet(["> "]);
    options.login = Some(Login::new("login:", "Password:", "admin", PASSWORD));
    options
}

pub fn serial() -> ConsoleOptions {
    ConsoleOptions {
        login: options().login,
        ..ConsoleOptions::serial(LineSettings::eight_n_one(9600), ["> "])
    }
}

impl Talk {
    /// A console with a link.
    pub fn new(options: ConsoleOptions) -> Self {
        let mut console = Console::new(options);
        console.handle_link(T0, LinkEvent::Up);
        Self { console, now: T0 }
    }

    /// One that stands at the prompt, without having said anything.
    pub fn at_prompt(mut options: ConsoleOptions) -> Self {
        options.login = None;
        let mut talk = Self::new(options);
        talk.hear("> ").wait(50);
        talk
    }

    pub fn wait(&mut self, millis: u64) -> &mut Self {
        self.now += Duration::from_millis(millis);
        self.console.handle_timeout(self.now);
        self
    }

    /// Something comes, and nothing behind it for a while.
    pub fn hear(&mut self, text: impl AsRef<[u8]>) -> &mut Self {
        let text = text.as_ref();
        assert_eq!(self.console.handle_input(self.now, text), text.len());
        self
    }

    /// Something comes and stands for long enough to count; what is said to it.
    pub fn shown(&mut self, text: impl AsRef<[u8]>) -> String {
        self.hear(text).wait(50).leave()
    }

    pub fn ask(&mut self, command: impl Into<Command>) -> Ticket {
        self.console.submit(self.now, command.into()).unwrap()
    }

    /// Asks, and lets the command leave.
    pub fn send(&mut self, command: impl Into<Command>) -> Ticket {
        let ticket = self.ask(command);
        assert_ne!(self.leave(), "");
        ticket
    }

    /// Lets whatever waits leave, and gives it back.
    pub fn leave(&mut self) -> String {
        let bytes = self.console.transmit().to_vec();
        self.console.handle_transmitted(self.now, bytes.len());
        bytes.escape_ascii().to_string()
    }

    pub fn told(&mut self) -> (Vec<Result<Response, TelnetError>>, Vec<String>) {
        let (mut dones, mut notices) = (Vec::new(), Vec::new());
        while let Some(event) = self.console.poll_event() {
            match event {
                Event::Done { result, .. } => dones.push(result),
                Event::Notice(Notice::Line(line)) => notices.push(line.escape_ascii().to_string()),
                Event::Notice(other) => panic!("{other:?}"),
            }
        }
        (dones, notices)
    }

    /// How the only command that ended since did.
    pub fn done(&mut self) -> Result<Vec<String>, TelnetError> {
        let (mut dones, _) = self.told();
        assert_eq!(dones.len(), 1, "{dones:?}");
        let text = |line: &Vec<u8>| line.escape_ascii().to_string();
        dones
            .remove(0)
            .map(|response| response.lines.iter().map(text).collect())
    }

    #[track_caller]
    pub fn expect_nothing_done(&mut self) -> &mut Self {
        assert_eq!(self.told().0, []);
        self
    }

    /// The session wants no more of this connection, and says nothing more on it, whatever comes.
    #[track_caller]
    pub fn expect_given_up(&mut self) {
        assert_eq!(self.console.link_demand(), LinkDemand::Reset);
        for text in ["\r\n> ", "\r\nlogin: ", "\r\nPassword: "] {
            assert_eq!(self.shown(text), "");
        }
        assert_eq!(self.wait(60_000).leave(), "");
    }
}
