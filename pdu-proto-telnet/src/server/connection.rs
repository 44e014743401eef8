use core::time::Duration;

use pdu_core::{Instant, LinkDemand};

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
    output: Output,
    /// When the client was last heard.
    heard: Instant,
    /// For how long it need not be heard.
    idle: Option<Duration>,
    /// How its link is to end, once the session has.
    ends_by: LinkDemand,
}

/// What a connection needs of whoever has it.
pub(super) struct Desk<'d, A> {
    pub(super) application: &'d mut A,
    pub(super) options: &'d Options,
    pub(super) page: &'d mut Page,
    pub(super) now: Instant,
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
            idle: options.idle,
            ends_by: LinkDemand::Close,
        }
    }

    /// The client is there: it is offered what is to be offered, and shown the first page. Gives for how long the device goes
    /// down, if it does.
    pub(super) fn open<A: Application<Session = S>>(&mut self, desk: &mut Desk<'_, A>) -> Option<Duration> {
        self.heard = desk.now;
        if (desk.options.framing, desk.options.offers) == (Framing::Telnet, Offers::EchoAndSuppressGoAhead) {
            while let Some(offer) = self.negotiated.offer() {
                self.output.push_octets(&offer.encode());
            }
        }
        desk.page.clear();
        let (session, next) = desk.application.open(desk.now, desk.page);
        self.session = Some(session);
        self.show(desk.page, next)
    }

    /// Nothing is heard any more, and nothing said but what waits to leave.
    pub(super) fn end(&mut self) {
        self.session = None;
    }

    pub(super) const fn is_ending(&self) -> bool {
        self.session.is_none()
    }

    /// Nothing is heard any more, and what waits to leave is lost.
    pub(super) fn drop_link(&mut self) {
        self.end();
        self.output.clear();
        self.ends_by = LinkDemand::Reset;
    }

    pub(super) fn handle_transmitted(&mut self, len: usize) {
        self.output.advance(len);
    }

    /// Whether what any octet may lead to fits.
    pub(super) fn has_room(&mut self) -> bool {
        self.output.has_room()
    }

    /// Takes input up to the end of the session, and as far as there is room for what it may lead to.
    pub(super) fn handle_input<A>(&mut self, desk: &mut Desk<'_, A>, bytes: &[u8]) -> Taken
    where
        A: Application<Session = S>,
    {
        let mut taken = Taken::default();
        self.heard = desk.now;
        // One by one, since each may end a line; what people type is not much.
        while let Some(octet) = bytes.get(taken.len..=taken.len) {
            if self.is_ending() || !self.output.has_room() {
                break;
            }
            taken.len += 1;
            taken.down = match desk.options.framing {
                Framing::Plain => self.data(desk, octet),
                Framing::Telnet => self.telnet(desk, octet),
            };
        }
        taken
    }

    /// An octet of telnet.
    fn telnet<A>(&mut self, desk: &mut Desk<'_, A>, octet: &[u8]) -> Option<Duration>
    where
        A: Application<Session = S>,
    {
        let (event, _) = self.nvt.next(octet)?;
        match event {
            Event::Data(data) => return self.data(desk, data),
            Event::Negotiation(said) => {
                let answer = self.negotiated.answer(said).map(Negotiation::encode);
                self.output.push_octets(answer.as_ref().map_or(&[], |answer| answer));
            }
            Event::Command(Command::ERASE_CHARACTER) => return self.data(desk, &[DELETE]),
            Event::Command(Command::ERASE_LINE) => self.erase_line(desk.options),
            Event::Command(Command::ARE_YOU_THERE) => self.output.push(YES),
            // What comes behind it is lost, so nothing that comes can be trusted.
            Event::SubnegotiationTooLong(_) => self.end(),
            _ => {}
        }
        None
    }

    /// An octet that was typed.
    fn data<A>(&mut self, desk: &mut Desk<'_, A>, octet: &[u8]) -> Option<Duration>
    where
        A: Application<Session = S>,
    {
        let echoes = self.echoes(desk.options);
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
        desk.page.clear();
        let session = self.session.as_mut()?;
        let next = desk.application.enter(desk.now, session, typed, desk.page);
        self.show(desk.page, next)
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

impl<S> pdu_core::Connection for Connection<S> {
    fn output(&self) -> &[u8] {
        self.output.waiting()
    }

    fn link_demand(&self) -> LinkDemand {
        if self.is_ending() {
            self.ends_by
        } else {
            LinkDemand::Idle
        }
    }

    /// When the session is to end if nothing is heard.
    fn poll_timeout(&self) -> Option<Instant> {
        let idle = self.idle.filter(|_| !self.is_ending())?;
        Some(self.heard + idle)
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
