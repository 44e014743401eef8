use core::time::Duration;

use pdu_core::Instant;

use crate::wire::{self, Command, Event, Line, Lines, Negotiation, Nvt, OptionSet, Policy, TelnetOption};

use super::output::Output;
use super::{Application, Echo, Framing, Next, Offers, Options, Page, Typed};

const DELETE: u8 = 0x7F;

/// What a terminal does to take the last character away.
const RUB_OUT: &[u8] = b"\x08 \x08";

/// The answer to "are you there": "some visible (i.e., printable) evidence" (RFC 854, page 8).
const YES: &[u8] = b"\r\n[Yes]\r\n";

/// What is kept of one client: what it is typing, what it was promised, output that has not left.
#[derive(Debug)]
pub(super) struct Connection<S> {
    /// What the application keeps; `None` before it opened the session, and after its end.
    session: Option<S>,
    nvt: Nvt,
    negotiated: wire::Options,
    lines: Lines,
    shows: Shows,
    pub(super) output: Output,
    /// When the client was last heard.
    heard: Instant,
}

/// What the client sees of what it types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shows {
    Text,
    Asterisks,
}

/// What became of some input.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Taken {
    pub(super) len: usize,
    /// The device goes down for so long.
    pub(super) down: Option<Duration>,
}

impl<S> Connection<S> {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            session: None,
            nvt: Nvt::default(),
            negotiated: wire::Options::new(policy(options)),
            lines: Lines::new(),
            shows: Shows::Text,
            output: Output::new(options),
            heard: Instant::EPOCH,
        }
    }

    /// The client is there: it is offered what is to be offered, and shown the first page. Gives for how long the device goes
    /// down, if it does.
    pub(super) fn open<A>(
        &mut self,
        application: &mut A,
        now: Instant,
        options: &Options,
        page: &mut Page,
    ) -> Option<Duration>
    where
        A: Application<Session = S>,
    {
        self.heard = now;
        if (options.framing, options.offers) == (Framing::Telnet, Offers::EchoAndSuppressGoAhead) {
            while let Some(offer) = self.negotiated.offer() {
                self.output.push_octets(&offer.encode());
            }
        }
        page.clear();
        let (session, next) = application.open(now, page);
        self.session = Some(session);
        self.show(page, next)
    }

    /// Nothing is heard any more, and nothing said but what waits to leave.
    pub(super) fn end(&mut self) {
        self.session = None;
    }

    pub(super) const fn is_ending(&self) -> bool {
        self.session.is_none()
    }

    /// When the session is to end if nothing is heard.
    pub(super) fn idle_at(&self, options: &Options) -> Option<Instant> {
        let idle = options.idle.filter(|_| !self.is_ending())?;
        Some(self.heard + idle)
    }

    /// Takes input up to the end of the session, and as far as there is room for what it may lead to.
    pub(super) fn handle_input<A>(
        &mut self,
        application: &mut A,
        now: Instant,
        options: &Options,
        page: &mut Page,
        bytes: &[u8],
    ) -> Taken
    where
        A: Application<Session = S>,
    {
        let mut taken = Taken::default();
        self.heard = now;
        // One by one, since each may end a line; what people type is not much.
        while let Some(octet) = bytes.get(taken.len..=taken.len) {
            if self.is_ending() || !self.output.has_room() {
                break;
            }
            taken.len += 1;
            taken.down = match options.framing {
                Framing::Plain => self.data(application, now, options, page, octet),
                Framing::Telnet => self.telnet(application, now, options, page, octet),
            };
        }
        taken
    }

    /// An octet of telnet.
    fn telnet<A>(
        &mut self,
        application: &mut A,
        now: Instant,
        options: &Options,
        page: &mut Page,
        octet: &[u8],
    ) -> Option<Duration>
    where
        A: Application<Session = S>,
    {
        let (event, _) = self.nvt.next(octet)?;
        match event {
            Event::Data(data) => return self.data(application, now, options, page, data),
            Event::Negotiation(said) => {
                let answer = self.negotiated.answer(said).map(Negotiation::encode);
                self.output.push_octets(answer.as_ref().map_or(&[], |answer| answer));
            }
            Event::Command(Command::ERASE_CHARACTER) => {
                return self.data(application, now, options, page, &[DELETE]);
            }
            Event::Command(Command::ERASE_LINE) => self.erase_line(options),
            Event::Command(Command::ARE_YOU_THERE) => self.output.push(YES),
            // What comes behind it is lost, so nothing that comes can be trusted.
            Event::SubnegotiationTooLong(_) => self.end(),
            _ => {}
        }
        None
    }

    /// An octet that was typed.
    fn data<A>(
        &mut self,
        application: &mut A,
        now: Instant,
        options: &Options,
        page: &mut Page,
        octet: &[u8],
    ) -> Option<Duration>
    where
        A: Application<Session = S>,
    {
        let echoes = self.echoes(options);
        let before = self.lines.unfinished().len();
        let (line, _) = self.lines.next(octet);
        let typed = match line {
            Some(Line::Text(line)) => Typed::Line(line),
            Some(Line::TooLong) => Typed::TooLong,
            None => {
                let after = self.lines.unfinished().len();
                if echoes {
                    self.echo(octet, before, after);
                }
                return None;
            }
        };
        if echoes {
            self.output.push(b"\r\n");
        }
        page.clear();
        let next = application.enter(now, self.session.as_mut()?, typed, page);
        self.show(page, next)
    }

    /// Shows what an octet did to the line, which had so many before it and after it.
    fn echo(&mut self, octet: &[u8], before: usize, after: usize) {
        if after < before {
            self.output.push(RUB_OUT);
        } else if after > before {
            self.output.push(match self.shows {
                Shows::Text => octet,
                Shows::Asterisks => b"*",
            });
        }
    }

    fn erase_line(&mut self, options: &Options) {
        let len = self.lines.unfinished().len();
        self.lines.forget_unfinished();
        if self.echoes(options) {
            for _ in 0..len {
                self.output.push(RUB_OUT);
            }
        }
    }

    fn echoes(&self, options: &Options) -> bool {
        match options.echo {
            Echo::AsAgreed => self.negotiated.ours().has(TelnetOption::ECHO),
            Echo::Always => true,
            Echo::Never => false,
        }
    }

    fn show(&mut self, page: &Page, next: Next) -> Option<Duration> {
        self.output.push(page.bytes());
        match next {
            Next::Line => self.shows = Shows::Text,
            Next::Secret => self.shows = Shows::Asterisks,
            Next::Close => self.end(),
            Next::Down(down) => {
                self.end();
                return Some(down);
            }
        }
        None
    }
}

fn policy(options: &Options) -> Policy {
    match options.echo {
        Echo::AsAgreed | Echo::Always => Policy::SERVER,
        Echo::Never => Policy {
            ours: OptionSet::NONE.with(TelnetOption::SUPPRESS_GO_AHEAD),
            ..Policy::SERVER
        },
    }
}
