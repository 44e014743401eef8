//! The faulty link: what a medium may do to bytes, seeded, in virtual time.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::{Instant, Rng, earliest};

/// One of the two ends of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The end that asks.
    Client,
    /// The end that answers.
    Server,
}

impl Side {
    /// The other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    pub(super) const fn index(self) -> usize {
        match self {
            Self::Client => 0,
            Self::Server => 1,
        }
    }
}

/// What kind of medium a link is: it decides which faults are possible at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Medium {
    /// TCP: all bytes arrive, in order, until the connection is cut.
    Stream,
    /// A serial line: bytes arrive in order, but may be lost, damaged or joined by noise.
    Serial,
    /// UDP: datagrams arrive whole or not at all, in any order, perhaps twice.
    Datagram,
}

/// How bytes are cut into the pieces that one `handle_input` sees. (Datagrams are never split.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Split {
    /// As they were written.
    Never,
    /// One byte at a time.
    EveryByte,
    /// After each byte with this chance, per mille.
    Chance(u16),
}

/// The timing of a serial line. Source: EIA-485; an RTU character has 11 bits (Modbus over Serial Line V1.02, 2.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wire {
    /// Bits per second; 0 counts as 1.
    pub bits_per_second: u32,
    /// Bits of one character on the wire, with start, parity and stop bits.
    pub bits_per_character: u8,
    /// Who hears what, when.
    pub duplex: Duplex,
}

/// Who hears what on a serial line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Duplex {
    /// Both may speak at once (RS-232).
    Full,
    /// One pair of wires (RS-485): what both say at once is damaged.
    Half,
    /// As `Half`, and each side hears itself too.
    HalfWithEcho,
}

impl Wire {
    /// The time that `len` characters take.
    pub fn time_of(&self, len: usize) -> Duration {
        let bits = u64::from(self.bits_per_character).saturating_mul(len as u64);
        Duration::from_micros(bits.saturating_mul(1_000_000) / u64::from(self.bits_per_second.max(1)))
    }
}

/// What a link does to bytes: chances are per mille of the writes, and spans are virtual time.
///
/// Start from [`stream`](Self::stream), [`serial`](Self::serial), [`datagram`](Self::datagram) or [`none`](Self::none) and
/// change what the test is about. A fault that the medium cannot have is ignored: a stream loses nothing in the middle.
/// At most one damage (loss, truncation, corruption, noise, duplication) befalls what is written at one time, so that what
/// a CRC promises (every single burst of up to 16 bits is found) can be relied on whatever the seed.
///
/// ```
/// use pdu_core::testing::{Faults, Split};
///
/// let mut faults = Faults::datagram();
/// faults.loss = 200;
/// faults.split = Split::Never;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Faults {
    /// The medium.
    pub medium: Medium,
    /// From the demand for a link to the link.
    pub connecting: RangeInclusive<Duration>,
    /// From leaving to arriving, as a rule.
    pub delay: RangeInclusive<Duration>,
    /// Chance of a late delivery. On streams and lines, what was written later waits too.
    pub late: u16,
    /// From leaving to arriving, if late.
    pub lateness: RangeInclusive<Duration>,
    /// How arriving bytes are cut into pieces.
    pub split: Split,
    /// Chance that a write takes only a part of what was shown. (Streams and lines.)
    pub partial_write: u16,
    /// Chance that a write vanishes. (Lines and datagrams.)
    pub loss: u16,
    /// Chance that some bytes from anywhere in a write vanish. (Lines; of a datagram, its end.)
    pub truncation: u16,
    /// Chance of a burst of 1 to 16 damaged bits. (Lines and datagrams.)
    pub corruption: u16,
    /// Chance of 1 to 4 bytes that nobody sent, before or after a write. (Lines.)
    pub noise: u16,
    /// Chance that a datagram arrives twice.
    pub duplication: u16,
    /// Chance that a datagram is overtaken by later ones.
    pub reordering: u16,
    /// Chance that the connection is cut within a write, of which only the first bytes arrive. (Streams and lines.)
    pub cut: u16,
    /// The timing of the wire; without one, bytes take no time beyond the delay.
    pub wire: Option<Wire>,
}

const fn millis(from: u64, to: u64) -> RangeInclusive<Duration> {
    Duration::from_millis(from)..=Duration::from_millis(to)
}

impl Faults {
    /// A link without faults: everything arrives after one millisecond, as it was written.
    pub const fn none(medium: Medium) -> Self {
        Self {
            medium,
            connecting: millis(1, 1),
            delay: millis(1, 1),
            late: 0,
            lateness: millis(0, 0),
            split: Split::Never,
            partial_write: 0,
            loss: 0,
            truncation: 0,
            corruption: 0,
            noise: 0,
            duplication: 0,
            reordering: 0,
            cut: 0,
            wire: None,
        }
    }

    /// A bad TCP connection: delay, late delivery, splits, partial writes, cuts.
    pub const fn stream() -> Self {
        Self {
            connecting: millis(1, 300),
            delay: millis(0, 40),
            late: 30,
            lateness: millis(500, 8_000),
            split: Split::Chance(150),
            partial_write: 200,
            cut: 30,
            ..Self::none(Medium::Stream)
        }
    }

    /// A bad serial line: lost bytes and writes, damaged bits, noise, late answers.
    pub const fn serial() -> Self {
        Self {
            delay: millis(0, 20),
            late: 20,
            lateness: millis(100, 600),
            split: Split::Chance(150),
            partial_write: 100,
            loss: 40,
            truncation: 40,
            corruption: 60,
            noise: 40,
            ..Self::none(Medium::Serial)
        }
    }

    /// A bad network of datagrams: loss, duplication, reordering, truncation, late delivery.
    pub const fn datagram() -> Self {
        Self {
            delay: millis(0, 40),
            late: 30,
            lateness: millis(500, 8_000),
            loss: 80,
            truncation: 20,
            duplication: 60,
            reordering: 80,
            ..Self::none(Medium::Datagram)
        }
    }

    fn possible(&self, damage: Damage) -> bool {
        match (damage, self.medium) {
            (Damage::Cut, medium) => medium != Medium::Datagram,
            (Damage::Duplication, medium) => medium == Medium::Datagram,
            (Damage::Noise, medium) => medium == Medium::Serial,
            (_, medium) => medium != Medium::Stream,
        }
    }

    /// Which single damage, if any, befalls a write.
    fn draw_damage(&self, rng: &mut Rng) -> Option<Damage> {
        let mut ticket = rng.below(1000);
        for (damage, chance) in [
            (Damage::Loss, self.loss),
            (Damage::Truncation, self.truncation),
            (Damage::Corruption, self.corruption),
            (Damage::Noise, self.noise),
            (Damage::Duplication, self.duplication),
            (Damage::Cut, self.cut),
        ] {
            if !self.possible(damage) {
                continue;
            }
            match ticket.checked_sub(u64::from(chance)) {
                Some(rest) => ticket = rest,
                None => return Some(damage),
            }
        }
        None
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Damage {
    Loss,
    Truncation,
    Corruption,
    Noise,
    Duplication,
    Cut,
}

/// Bytes under way to one side, ordered by arrival.
#[derive(Debug, Default)]
struct Lane {
    in_flight: VecDeque<(Instant, Vec<u8>)>,
    /// When the last byte of the last write arrives: nothing later may arrive before, save datagrams that overtake.
    last_arrival: Instant,
    /// When the transmitter of this lane falls silent.
    busy_until: Instant,
    damaged_at: Option<Instant>,
    held: bool,
}

impl Lane {
    fn insert(&mut self, at: Instant, bytes: Vec<u8>) {
        let place = self.in_flight.partition_point(|(arrival, _)| *arrival <= at);
        self.in_flight.insert(place, (at, bytes));
    }
}

/// Two directions of bytes in virtual time, that suffer what [`Faults`] says. The same seed and the same calls give the same
/// faults.
///
/// [`Harness`](super::Harness) drives one; by hand: [`send`](Self::send), wait until
/// [`next_arrival`](Self::next_arrival), [`receive`](Self::receive).
///
/// ```
/// use pdu_core::Instant;
/// use pdu_core::testing::{Faults, FaultyLink, Medium, Side};
///
/// let mut link = FaultyLink::new(1, Faults::none(Medium::Stream));
/// link.send(Instant::EPOCH, Side::Client, b"ping");
/// let arrival = link.next_arrival().unwrap();
/// assert_eq!(arrival, Instant::from_millis(1));
/// assert_eq!(link.receive(Instant::EPOCH, Side::Server), None);
/// assert_eq!(link.receive(arrival, Side::Server).as_deref(), Some(&b"ping"[..]));
/// ```
#[derive(Debug)]
pub struct FaultyLink {
    faults: Faults,
    /// Draws what happens to a write; apart from `pieces`, so that other splits leave the faults as they are.
    fate: Rng,
    pieces: Rng,
    /// By the side that the bytes go to.
    lanes: [Lane; 2],
    cut_at: Option<Instant>,
}

impl FaultyLink {
    /// A link with nothing under way.
    pub fn new(seed: u64, faults: Faults) -> Self {
        let mut rng = Rng::from_seed(seed);
        Self {
            faults,
            fate: rng.fork(),
            pieces: rng.fork(),
            lanes: [Lane::default(), Lane::default()],
            cut_at: None,
        }
    }

    /// What this link does to bytes.
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Changes what the link does to bytes that are sent from now on.
    pub const fn faults_mut(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// How many of these bytes a write takes: all, save for a [`partial_write`](Faults::partial_write).
    pub fn writable(&mut self, len: usize) -> usize {
        if self.faults.medium == Medium::Datagram || len < 2 || !self.pieces.chance(self.faults.partial_write) {
            return len;
        }
        draw(&mut self.pieces, 1, len - 1)
    }

    /// Puts bytes on the way to the other side.
    pub fn send(&mut self, now: Instant, from: Side, bytes: &[u8]) {
        if bytes.is_empty() || self.cut_at.is_some() {
            return;
        }
        let start = self.lanes[from.other().index()].busy_until.max(now);
        let mut bytes = bytes.to_vec();
        self.collide(start, from, &mut bytes);
        let on_wire = self
            .faults
            .wire
            .map_or(Duration::ZERO, |wire| wire.time_of(bytes.len()));
        self.lanes[from.other().index()].busy_until = start + on_wire;
        if self.faults.wire.is_some_and(|wire| wire.duplex == Duplex::HalfWithEcho) {
            let echo = bytes.clone();
            self.post(start, from, echo);
        }
        let lane = &mut self.lanes[from.other().index()];
        let damage = self.faults.draw_damage(&mut self.fate);
        let damage = damage.filter(|_| lane.damaged_at != Some(now));
        if damage.is_some() {
            lane.damaged_at = Some(now);
        }
        self.suffer(start, from, bytes, damage);
    }

    /// Speaking into what the other says at the same time spoils it.
    fn collide(&mut self, start: Instant, from: Side, bytes: &mut [u8]) {
        let shared = self.faults.wire.is_some_and(|wire| wire.duplex != Duplex::Full);
        if shared && self.lanes[from.index()].busy_until > start {
            self.fate.fill(bytes);
        }
    }

    fn suffer(&mut self, start: Instant, from: Side, mut bytes: Vec<u8>, damage: Option<Damage>) {
        let fate = &mut self.fate;
        match damage {
            Some(Damage::Loss) => return,
            Some(Damage::Truncation) => truncate(&self.faults, fate, &mut bytes),
            Some(Damage::Corruption) => corrupt(fate, &mut bytes),
            Some(Damage::Noise) => add_noise(fate, &mut bytes),
            Some(Damage::Duplication) => {
                let copy = bytes.clone();
                self.post(start, from.other(), copy);
            }
            Some(Damage::Cut) => bytes.truncate(draw(fate, 0, bytes.len() - 1)),
            None => {}
        }
        let arrival = self.post(start, from.other(), bytes);
        if damage == Some(Damage::Cut) {
            self.cut_at = Some(arrival);
        }
    }

    /// Schedules the arrival of a write, piece by piece, and tells when its last byte arrives.
    fn post(&mut self, start: Instant, to: Side, bytes: Vec<u8>) -> Instant {
        let is_late = self.fate.chance(self.faults.late);
        let range = if is_late {
            &self.faults.lateness
        } else {
            &self.faults.delay
        };
        let delay = self.fate.span(range);
        let lane = &mut self.lanes[to.index()];
        if self.faults.medium == Medium::Datagram {
            let overtaken = self.fate.chance(self.faults.reordering);
            let at = if is_late {
                start + delay
            } else if overtaken {
                (start + delay).max(lane.last_arrival) + self.fate.span(&millis(1, 100))
            } else {
                lane.last_arrival = lane.last_arrival.max(start + delay);
                lane.last_arrival
            };
            lane.insert(at, bytes);
            return at;
        }
        let first = (start + delay).max(lane.last_arrival);
        let mut arrived = 0;
        for piece in cut_into_pieces(&mut self.pieces, self.faults.split, &bytes) {
            arrived += piece.len();
            let on_wire = self.faults.wire.map_or(Duration::ZERO, |wire| wire.time_of(arrived));
            lane.last_arrival = first + on_wire;
            lane.insert(lane.last_arrival, piece.to_vec());
        }
        lane.last_arrival = lane.last_arrival.max(first);
        lane.last_arrival
    }

    /// When the next bytes arrive at either side, or the connection is cut.
    pub fn next_arrival(&self) -> Option<Instant> {
        let head = |lane: &Lane| lane.in_flight.front().filter(|_| !lane.held).map(|(at, _)| *at);
        let [a, b] = &self.lanes;
        earliest(earliest(head(a), head(b)), self.cut_at)
    }

    /// The next piece that has arrived at a side.
    pub fn receive(&mut self, now: Instant, to: Side) -> Option<Vec<u8>> {
        let lane = &mut self.lanes[to.index()];
        let due = lane.in_flight.front().is_some_and(|(at, _)| *at <= now);
        if lane.held || !due {
            return None;
        }
        lane.in_flight.pop_front().map(|(_, bytes)| bytes)
    }

    /// Lets nothing arrive at a side until [`release`](Self::release): a peer that answers late, at a time that the test picks.
    pub const fn hold(&mut self, to: Side) {
        self.lanes[to.index()].held = true;
    }

    /// Ends [`hold`](Self::hold).
    pub const fn release(&mut self, to: Side) {
        self.lanes[to.index()].held = false;
    }

    /// Whether bytes are under way to a side.
    pub fn is_underway(&self, to: Side) -> bool {
        !self.lanes[to.index()].in_flight.is_empty()
    }

    /// Whether the connection has been cut by now.
    pub fn is_cut(&self, now: Instant) -> bool {
        self.cut_at.is_some_and(|at| at <= now)
    }

    /// Forgets all that is under way: the next link knows nothing of this one.
    pub fn clear(&mut self) {
        self.cut_at = None;
        for side in [Side::Client, Side::Server] {
            self.discard(side);
        }
    }

    /// Forgets all that is under way to a side.
    pub fn discard(&mut self, to: Side) {
        let lane = &mut self.lanes[to.index()];
        lane.in_flight.clear();
        lane.last_arrival = Instant::EPOCH;
        lane.busy_until = Instant::EPOCH;
    }

    pub(super) fn connecting(&mut self) -> Duration {
        self.fate.span(&self.faults.connecting)
    }

    pub(super) const fn flip(&mut self) -> bool {
        self.fate.chance(500)
    }
}

fn draw(rng: &mut Rng, low: usize, high: usize) -> usize {
    usize::try_from(rng.within(low as u64..=high as u64)).unwrap_or(low)
}

/// A datagram loses its end; a line loses up to four bytes anywhere.
fn truncate(faults: &Faults, rng: &mut Rng, bytes: &mut Vec<u8>) {
    let last = bytes.len() - 1;
    if faults.medium == Medium::Datagram {
        return bytes.truncate(draw(rng, 0, last));
    }
    let from = draw(rng, 0, last);
    let to = draw(rng, from + 1, (from + 4).min(last + 1));
    bytes.drain(from..to);
}

/// One burst: up to 16 bits in a row, of which the first is damaged, and each other perhaps.
fn corrupt(rng: &mut Rng, bytes: &mut [u8]) {
    let bits = bytes.len() * 8;
    let first = draw(rng, 0, bits - 1);
    let length = draw(rng, 1, 16);
    for bit in first..bits.min(first + length) {
        if bit == first || rng.chance(500) {
            // A UART sends the lowest bit first, and RTU's CRC counts in that order.
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

fn add_noise(rng: &mut Rng, bytes: &mut Vec<u8>) {
    let place = if rng.chance(500) { 0 } else { bytes.len() };
    for _ in 0..draw(rng, 1, 4) {
        bytes.insert(place, rng.next_u8());
    }
}

pub(super) fn cut_into_pieces<'b>(rng: &mut Rng, split: Split, bytes: &'b [u8]) -> Vec<&'b [u8]> {
    let chance = match split {
        Split::Never => 0,
        Split::EveryByte => 1000,
        Split::Chance(chance) => chance,
    };
    bytes.split_inclusive(|_| rng.chance(chance)).collect()
}
