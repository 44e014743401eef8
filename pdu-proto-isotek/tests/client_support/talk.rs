//! A client driven by hand, line by line.

use std::time::Duration;

use pdu_core::{Endpoint, Event, Instant, LinkEvent, Session, Ticket};
use pdu_proto_isotek::IsotekError;
use pdu_proto_isotek::client::{Client, Notice, Options, Reply, Request};
use pdu_proto_isotek::wire::{Command, Outlet, OutletState, StatusFrame};

pub const T0: Instant = Instant::from_millis(1_000);

/// Three status lines and the clock: a small unit's whole frame.
pub const FRAME: &str = "CH0=1|230|36|\nCH1=1|230|36|\nCH2=0|230|0|\nRTC=2026|11|21|08|00|00|\n";

/// A frame of two outlets in these states.
pub fn frame(first: u8, second: u8) -> String {
    format!("CH0=1|230|36|\nCH1={first}|230|36|\nCH2={second}|230|0|\nRTC=2026|11|21|08|00|00|\n")
}

pub struct Talk {
    pub client: Client,
    pub now: Instant,
}

impl Talk {
    /// A client with a link.
    pub fn new(options: Options) -> Self {
        let mut client = Client::new(options);
        client.handle_link(T0, LinkEvent::Up);
        Self { client, now: T0 }
    }

    /// A client that has learnt that frames end with `OK`.
    pub fn with_ok_frames(options: Options) -> Self {
        let mut talk = Self::new(options);
        talk.hear(FRAME).hear("OK\n>").forget();
        talk
    }

    /// A client that has learnt that frames are bare.
    pub fn with_bare_frames(options: Options) -> Self {
        let mut talk = Self::new(options);
        talk.hear(FRAME)
            .wait(1_000)
            .hear(FRAME)
            .wait(1_000)
            .hear(FRAME)
            .forget();
        talk
    }

    pub fn wait(&mut self, millis: u64) -> &mut Self {
        self.now += Duration::from_millis(millis);
        self.client.handle_timeout(self.now);
        self
    }

    pub fn hear(&mut self, text: &str) -> &mut Self {
        self.hear_bytes(text.as_bytes())
    }

    pub fn hear_bytes(&mut self, bytes: &[u8]) -> &mut Self {
        assert_eq!(self.client.handle_input(self.now, bytes), bytes.len());
        self
    }

    /// Jumps to the next wake-up.
    pub fn wake(&mut self) -> &mut Self {
        self.now = self.client.poll_timeout().unwrap().max(self.now);
        self.client.handle_timeout(self.now);
        self
    }

    pub fn ask(&mut self, request: impl Into<Request>) -> Ticket {
        self.client.submit(self.now, request.into()).unwrap()
    }

    /// Asks, and lets the command leave.
    pub fn send(&mut self, request: impl Into<Request>) -> Ticket {
        let ticket = self.ask(request);
        self.leave();
        ticket
    }

    /// Lets whatever waits leave, and gives it back.
    pub fn leave(&mut self) -> String {
        let bytes = self.client.transmit().to_vec();
        self.client.handle_transmitted(self.now, bytes.len());
        String::from_utf8(bytes).unwrap()
    }

    pub fn cut(&mut self) -> &mut Self {
        self.client.handle_link(self.now, LinkEvent::Lost);
        self
    }

    pub fn connect(&mut self) -> &mut Self {
        self.client.handle_link(self.now, LinkEvent::Up);
        self
    }

    /// Everything told since, as `Done`s and notices.
    #[allow(clippy::type_complexity)] // a test helper's pair of lists
    pub fn told(&mut self) -> (Vec<(Ticket, Result<Reply, IsotekError>)>, Vec<Notice>) {
        let (mut dones, mut notices) = (Vec::new(), Vec::new());
        while let Some(event) = self.client.poll_event() {
            match event {
                Event::Done { ticket, result } => dones.push((ticket, result)),
                Event::Notice(notice) => notices.push(notice),
            }
        }
        (dones, notices)
    }

    pub fn forget(&mut self) {
        self.told();
    }

    /// How commands ended since.
    pub fn dones(&mut self) -> Vec<(Ticket, Result<Reply, IsotekError>)> {
        self.told().0
    }

    /// How the only command that ended since did.
    pub fn done(&mut self) -> Result<Reply, IsotekError> {
        let mut dones = self.dones();
        assert_eq!(dones.len(), 1, "{dones:?}");
        dones.remove(0).1
    }

    pub fn notices(&mut self) -> Vec<Notice> {
        let (dones, notices) = self.told();
        assert!(dones.is_empty(), "{dones:?}");
        notices
    }

    /// The frames among the notices.
    pub fn frames(&mut self) -> Vec<StatusFrame> {
        let frame = |notice| match notice {
            Notice::Status { frame, .. } => Some(*frame),
            _ => None,
        };
        self.notices().into_iter().filter_map(frame).collect()
    }

    /// Nobody is told that a command ended.
    #[track_caller]
    pub fn expect_nothing_done(&mut self) -> &mut Self {
        assert_eq!(self.dones(), []);
        self
    }
}

pub fn outlet(number: u8) -> Outlet {
    Outlet::new(number).unwrap()
}

pub fn on(number: u8) -> Command<'static> {
    Command::SwitchOutlet {
        outlet: outlet(number),
        state: OutletState::On,
    }
}

pub fn off(number: u8) -> Command<'static> {
    Command::SwitchOutlet {
        outlet: outlet(number),
        state: OutletState::Off,
    }
}
