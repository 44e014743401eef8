//! Scripts of bytes that drive a session through anything a program and a peer might do: for fuzz targets.

use crate::{Endpoint, Event, Instant, LinkDemand, LinkEvent, Session, Ticket, Transport};

/// More than any session may show or hold at once.
const MAX_SHOWN: usize = 16 * 1024 * 1024;
const MAX_EVENTS: usize = 100_000;
const MAX_TIMEOUTS: usize = 100_000;

/// The bytes of a script, read from front to back; past the end there are zeros.
#[derive(Debug)]
pub struct Script<'d> {
    rest: &'d [u8],
}

impl<'d> Script<'d> {
    /// The script that these bytes are.
    pub const fn new(data: &'d [u8]) -> Self {
        Self { rest: data }
    }

    /// Whether all bytes are used up.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next byte.
    pub const fn next_u8(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((first, rest)) => {
                self.rest = rest;
                *first
            }
            None => 0,
        }
    }

    /// The next two bytes, big end first.
    pub fn next_u16(&mut self) -> u16 {
        u16::from_be_bytes([self.next_u8(), self.next_u8()])
    }

    /// The next `len` bytes, or what is left of them.
    pub fn take(&mut self, len: usize) -> &'d [u8] {
        let (head, rest) = self.rest.split_at(len.min(self.rest.len()));
        self.rest = rest;
        head
    }
}

/// Drives a session as a script of bytes says: input in any pieces, partial writes, time forwards and backwards, submits,
/// cancels, events of the link. `request_from` makes a request of the next bytes, or none.
///
/// Any script is valid, so this is what a fuzz target for a session calls, and nothing more:
///
/// ```ignore
/// fuzz_target!(|data: &[u8]| {
///     pdu_core::testing::drive_script(&mut Client::new(), data, |script| Some(Request::read(script.next_u16())));
/// });
/// ```
///
/// # Panics
///
/// If the session does, or breaks one of these: each accepted ticket gets exactly one `Done`; not more input is taken than
/// offered, and of a datagram all; deadlines move; output stays bounded.
pub fn drive_script<S: Session>(
    session: &mut S,
    data: &[u8],
    request_from: impl FnMut(&mut Script<'_>) -> Option<S::Request>,
) {
    Player::new(session, None).play(data, request_from);
}

/// As [`drive_script`], with a peer that answers (when the script lets it, and as the script damages it): so scripts get
/// deep into a session whose frames carry checksums or ids.
///
/// # Panics
///
/// As [`drive_script`].
pub fn drive_script_with_peer<S: Session, P: Endpoint>(
    session: &mut S,
    peer: &mut P,
    data: &[u8],
    request_from: impl FnMut(&mut Script<'_>) -> Option<S::Request>,
) {
    Player::new(session, Some(peer)).play(data, request_from);
}

struct Player<'s, S> {
    session: &'s mut S,
    peer: Option<&'s mut dyn Endpoint>,
    now: Instant,
    live: Vec<Ticket>,
    /// Input that the session has refused, to be offered again.
    refused: Vec<u8>,
    last_sent: Vec<u8>,
}

impl<'s, S: Session> Player<'s, S> {
    fn new(session: &'s mut S, peer: Option<&'s mut dyn Endpoint>) -> Self {
        Self {
            session,
            peer,
            now: Instant::from_millis(1_000),
            live: Vec::new(),
            refused: Vec::new(),
            last_sent: Vec::new(),
        }
    }

    fn play(mut self, data: &[u8], mut request_from: impl FnMut(&mut Script<'_>) -> Option<S::Request>) {
        let mut script = Script::new(data);
        while !script.is_empty() {
            self.step(&mut script, &mut request_from);
            assert!(self.session.transmit().len() <= MAX_SHOWN, "output without bound");
        }
        self.end();
    }

    fn step(&mut self, script: &mut Script<'_>, request_from: &mut impl FnMut(&mut Script<'_>) -> Option<S::Request>) {
        match script.next_u8() % 16 {
            0 | 1 => {
                let len = usize::from(script.next_u8());
                self.input(script.take(len));
            }
            2 => {
                let len = usize::from(script.next_u8() % 32);
                script.take(len).iter().for_each(|byte| self.input(&[*byte]));
            }
            3 => self.peer_answers(None),
            4 => self.peer_answers(Some((script.next_u16(), script.next_u8()))),
            5 => self.write(usize::MAX),
            6 => self.write(usize::from(script.next_u8())),
            7 => self.input(&self.last_sent.clone()),
            8 => self.wait(u64::from(script.next_u16()) * 1_000),
            9 => self.wait(u64::from(script.next_u8()) * 100),
            10 => self.skip_to_deadline(),
            11 | 12 => {
                if let Some(request) = request_from(script) {
                    self.submit(request);
                }
            }
            13 => self.cancel(script.next_u8()),
            14 => self.link(script.next_u8()),
            _ => self.other(script.next_u8()),
        }
    }

    /// The rarer ways to move things.
    fn other(&mut self, what: u8) {
        match what % 4 {
            0 => self.drain_events(),
            1 => {
                self.take_event();
            }
            2 => self.obey(),
            _ => {
                let back = Instant::from_micros(self.now.as_micros().saturating_sub(u64::from(what) * 10_000));
                self.session.handle_timeout(back);
            }
        }
    }

    fn input(&mut self, bytes: &[u8]) {
        if self.session.transport() != Transport::Stream {
            let taken = self.session.handle_input(self.now, bytes);
            assert_eq!(taken, bytes.len(), "a datagram is taken whole");
            return;
        }
        if self.refused.len() < MAX_SHOWN {
            self.refused.extend_from_slice(bytes);
        }
        let taken = self.session.handle_input(self.now, &self.refused);
        assert!(
            taken <= self.refused.len(),
            "took {taken} of {} bytes",
            self.refused.len()
        );
        self.refused.drain(..taken);
    }

    /// The peer's answer, whole or with one damaged byte.
    fn peer_answers(&mut self, damage: Option<(u16, u8)>) {
        let Some(peer) = &mut self.peer else { return };
        peer.handle_timeout(self.now);
        let mut answer = peer.transmit().to_vec();
        peer.handle_transmitted(self.now, answer.len());
        if let Some((place, mask)) = damage {
            let place = usize::from(place) % answer.len().max(1);
            answer.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= mask);
        }
        if !answer.is_empty() {
            self.input(&answer);
        }
    }

    fn write(&mut self, limit: usize) {
        let shown = self.session.transmit();
        let len = match self.session.transport() {
            Transport::Stream => shown.len().min(limit),
            Transport::Datagram { .. } => shown.len(),
        };
        if len == 0 {
            return;
        }
        self.last_sent = shown.get(..len).unwrap_or_default().to_vec();
        self.session.handle_transmitted(self.now, len);
        if let Some(peer) = &mut self.peer {
            peer.handle_input(self.now, &self.last_sent);
        }
    }

    fn wait(&mut self, micros: u64) {
        self.now = Instant::from_micros(self.now.as_micros().saturating_add(micros));
        self.session.handle_timeout(self.now);
    }

    fn skip_to_deadline(&mut self) {
        if let Some(at) = self.session.poll_timeout() {
            self.now = self.now.max(at);
            self.session.handle_timeout(self.now);
        }
    }

    fn submit(&mut self, request: S::Request) {
        if let Ok(ticket) = self.session.submit(self.now, request) {
            assert!(!self.live.contains(&ticket), "{ticket:?} is still live");
            self.live.push(ticket);
        }
    }

    fn cancel(&mut self, which: u8) {
        let ticket = match self.live.len() {
            0 => Ticket(u64::from(which)),
            live => self.live[usize::from(which) % live],
        };
        self.session.cancel(self.now, ticket);
    }

    fn link(&mut self, which: u8) {
        let event = match which % 3 {
            0 => LinkEvent::Up,
            1 => LinkEvent::Eof,
            _ => LinkEvent::Lost,
        };
        self.tell_link(event);
    }

    fn tell_link(&mut self, event: LinkEvent) {
        if event != LinkEvent::Eof {
            self.refused.clear();
        }
        self.session.handle_link(self.now, event);
        if let Some(peer) = &mut self.peer {
            peer.handle_link(self.now, event);
        }
    }

    fn obey(&mut self) {
        match self.session.link_demand() {
            LinkDemand::Open => self.tell_link(LinkEvent::Up),
            LinkDemand::Reset | LinkDemand::Close => self.tell_link(LinkEvent::Lost),
            LinkDemand::Idle => {}
        }
    }

    fn take_event(&mut self) -> bool {
        let event = self.session.poll_event();
        if let Some(Event::Done { ticket, .. }) = event {
            let place = self.live.iter().position(|live| *live == ticket);
            assert!(place.is_some(), "Done for {ticket:?}, which is not live");
            place.map(|place| self.live.swap_remove(place));
        }
        event.is_some()
    }

    fn drain_events(&mut self) {
        for _ in 0..MAX_EVENTS {
            if !self.take_event() {
                return;
            }
        }
        assert_eq!(MAX_EVENTS, 0, "poll_event never ends");
    }

    /// Without a link, and with everything withdrawn, every ticket has its `Done` after a while.
    fn end(mut self) {
        self.tell_link(LinkEvent::Lost);
        for ticket in self.live.clone() {
            self.session.cancel(self.now, ticket);
        }
        for _ in 0..MAX_TIMEOUTS {
            self.drain_events();
            if self.live.is_empty() || self.session.poll_timeout().is_none() {
                break;
            }
            self.skip_to_deadline();
        }
        assert!(self.live.is_empty(), "no Done for {:?}", self.live);
    }
}
