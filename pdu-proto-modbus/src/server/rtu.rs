use core::time::Duration;

use alloc::vec::Vec;

use pdu_core::{Endpoint, Instant, LinkDemand, LinkEvent, Transport, earliest};

use crate::wire::{
    Encode, Request, WireError,
    rtu::{self, BROADCAST, Framing, MAX_FRAME, MIN_FRAME},
};

use crate::client::{LineSettings, LocalEcho, RtuLink, silence};

use super::output::{Framer, Output};
use super::{Service, serve};

/// Settings of an [`RtuServer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtuServerOptions {
    /// What the frames go over.
    pub link: RtuLink,
    /// The silence behind which a new frame may begin although the one before is not whole, and that ends frames whose
    /// length nothing tells. t3.5 on a serial line, 50 ms over TCP.
    pub frame_gap: Duration,
    /// What the adapter does with the bytes that are sent.
    pub echo: LocalEcho,
}

impl Default for RtuServerOptions {
    /// A serial line of 9600 baud 8N1.
    fn default() -> Self {
        Self::serial(LineSettings::default())
    }
}

impl RtuServerOptions {
    /// A serial line, half duplex and perhaps shared.
    pub fn serial(line: LineSettings) -> Self {
        Self {
            link: RtuLink::Serial(line),
            frame_gap: silence(line),
            echo: LocalEcho::None,
        }
    }

    /// RTU frames over a TCP connection: nothing waits for silence, and requests in a row are each answered.
    pub fn over_tcp() -> Self {
        Self {
            link: RtuLink::Stream,
            frame_gap: Duration::from_millis(50),
            echo: LocalEcho::None,
        }
    }
}

/// The device side of a serial line, for one unit address or many: [`Service::has_unit`] says which.
///
/// Frames are found by their function code, in both directions: on a shared line the server hears what others are asked
/// and what they answer, and passes over it. Silence between bytes means nothing by itself, since adapters deliver in
/// chunks; it only decides where the function code does not: it ends frames of unknown functions, and is where the next
/// frame is looked for after one that was damaged, cut short, or never was one. No place is tried for its CRC alone.
///
/// On a serial line an answer waits until the line was silent for t3.5. If anybody else is heard before it begins to
/// leave, it is void: the client has given up, and would take it for the answer to its next request.
///
/// ```
/// use pdu_core::{Endpoint, Instant};
/// use pdu_proto_modbus::server::{Chain, RegisterBank, RtuServer, RtuServerOptions};
///
/// let mut units = Chain::new();
/// units.add(1, RegisterBank::new().with_holding_registers(0, [2318]))?;
/// let mut server = RtuServer::new(units, RtuServerOptions::default());
///
/// let now = Instant::EPOCH;
/// server.handle_input(now, &[0x01, 0x03, 0x00, 0x00, 0x00, 0x01, 0x84, 0x0A]);
/// assert_eq!(server.transmit(), []);
/// let due = server.poll_timeout().unwrap();
/// assert_eq!(due.saturating_since(now).as_micros(), 4011); // 3.5 characters of 11 bits
/// server.handle_timeout(due);
/// assert_eq!(server.transmit(), [0x01, 0x03, 0x02, 0x09, 0x0E, 0x3F, 0xD0]);
/// # Ok::<(), pdu_proto_modbus::server::ChainError>(())
/// ```
///
/// Source: MODBUS over Serial Line V1.02, 2.
#[derive(Clone, Debug)]
pub struct RtuServer<S> {
    service: S,
    options: RtuServerOptions,
    now: Instant,
    heard: Heard,
    /// When the last byte came.
    heard_at: Instant,
    attention: Attention,
    output: Output,
    echo: EchoFilter,
    /// The peer of a stream sends no more.
    is_ending: bool,
}

/// What the server makes of the silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attention {
    /// Bytes came, and no silence since.
    Busy,
    /// The line was silent since the last byte, and what that means has been drawn from it.
    Quiet,
    /// What came last made no sense: all that follows without a silence is dropped.
    Deaf,
}

impl<S: Service> RtuServer<S> {
    /// A server on this line.
    pub fn new(service: S, options: RtuServerOptions) -> Self {
        let answers = match options.link {
            RtuLink::Stream => 16,
            // One that is leaving, and one that waits.
            _ => 2,
        };
        Self {
            service,
            options,
            now: Instant::EPOCH,
            heard: Heard::new(),
            heard_at: Instant::EPOCH,
            attention: Attention::Quiet,
            output: Output::with_room_for(answers),
            echo: EchoFilter::default(),
            is_ending: false,
        }
    }

    /// The application.
    pub const fn service(&self) -> &S {
        &self.service
    }

    /// The application, to change it.
    pub const fn service_mut(&mut self) -> &mut S {
        &mut self.service
    }

    /// Time has gone by: the answer that waited may leave, and a silence may have passed.
    fn advance_to(&mut self, now: Instant) {
        self.now = self.now.max(now);
        self.output.release(self.now);
        if self.attention != Attention::Quiet && self.now >= self.heard_at + self.options.frame_gap {
            self.attention = Attention::Quiet;
            self.take_frames_at_silence();
        }
    }

    /// Carries out what is whole, as far as the function codes tell.
    fn take_frames(&mut self) {
        while self.can_answer() {
            match self.read(self.heard.bytes()) {
                Reading::Frame { len } => self.accept(len),
                Reading::Nothing => self.give_up_first(),
                Reading::Begun | Reading::UntilSilence => return,
            }
        }
    }

    /// A silence has ended here: a frame that began after an earlier silence, or behind stray zeros, is taken, whatever
    /// lies before it.
    fn take_frames_at_silence(&mut self) {
        let mut start = Some(0);
        while let Some(at) = start {
            if !self.can_answer() {
                return;
            }
            let bytes = self.heard.bytes().get(at..).unwrap_or_default();
            let found = match self.read(bytes) {
                Reading::UntilSilence => read_whole(bytes),
                reading => reading,
            };
            start = if let Reading::Frame { len } = found {
                self.heard.drop_first(at);
                self.accept(len);
                Some(0)
            } else {
                self.heard.next_start(at)
            };
        }
        if self.heard.is_full() {
            // No frame is longer.
            self.heard.clear();
        }
        self.heard.mark_silence();
    }

    /// Whether an answer would have room. On a serial line it always has: an older one that waits is void.
    fn can_answer(&mut self) -> bool {
        match self.options.link {
            RtuLink::Stream => self.output.held_until().is_none() && self.output.make_room(),
            _ => true,
        }
    }

    /// What the front of these bytes is. Our own units only ever get requests; what belongs to others may be either.
    fn read(&self, bytes: &[u8]) -> Reading {
        let request = read_as(bytes, rtu::request_len(bytes));
        match bytes.first() {
            Some(unit) if !self.is_for_us(*unit) => request.or(read_as(bytes, rtu::foreign_response_len(bytes))),
            _ => request,
        }
    }

    fn is_for_us(&self, unit: u8) -> bool {
        unit == BROADCAST || self.service.has_unit(unit)
    }

    /// Carries out the frame of that length at the front of what was heard, or passes over it if it is not for us.
    fn accept(&mut self, len: usize) {
        if self.is_serial() {
            self.output.withdraw();
        }
        if let [unit, pdu @ .., _, _] = self.heard.bytes().get(..len).unwrap_or_default() {
            if *unit == BROADCAST {
                if let Ok(request) = Request::parse(pdu) {
                    self.service.broadcast(self.now, request);
                }
            } else if self.service.has_unit(*unit) && self.output.make_room() {
                let served = serve(&mut self.service, self.now, *unit, pdu);
                self.output.push(&RtuFramer { unit: *unit }, pdu, &served, self.now);
                self.hold_until_silence();
            }
        }
        self.heard.drop_first(len);
    }

    /// On a serial line an answer leaves t3.5 after the last byte heard at the earliest.
    fn hold_until_silence(&mut self) {
        if let RtuLink::Serial(line) = self.options.link {
            let silent = self.heard_at + silence(line);
            if silent > self.now {
                self.output.hold(silent);
            }
        }
    }

    fn is_serial(&self) -> bool {
        self.options.link != RtuLink::Stream
    }

    fn time_of(&self, len: usize) -> Duration {
        match self.options.link {
            RtuLink::Serial(line) => line.time_of(len),
            _ => Duration::ZERO,
        }
    }

    /// What begins here is no frame: look where the next one may begin, or else wait for a silence.
    fn give_up_first(&mut self) {
        if let Some(start) = self.heard.next_start(0) {
            self.heard.drop_first(start);
        } else {
            self.heard.clear();
            self.attention = Attention::Deaf;
        }
    }

    /// Takes as many bytes as there is room for.
    fn hear(&mut self, bytes: &[u8]) -> usize {
        if self.attention == Attention::Deaf {
            return bytes.len();
        }
        let taken = self.heard.push(bytes);
        self.take_frames();
        if taken == 0 && self.heard.is_full() && self.can_answer() {
            // A frame of unknown function, longer than any frame.
            self.give_up_first();
        }
        taken
    }

    fn reset(&mut self) {
        self.heard.clear();
        self.attention = Attention::Quiet;
        self.output.clear();
        self.echo.clear();
        self.is_ending = false;
    }
}

impl<S: Service> Endpoint for RtuServer<S> {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.now = self.now.max(now);
        if event == LinkEvent::Eof {
            self.is_ending = true;
        } else {
            self.reset();
        }
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.advance_to(now);
        let mut rest = bytes;
        if !rest.is_empty() {
            self.heard_at = self.now;
            if self.attention == Attention::Quiet {
                self.attention = Attention::Busy;
            }
            if self.output.held_until().is_some() {
                self.hold_until_silence();
            }
            rest = self.without_echo(rest);
        }
        while !rest.is_empty() {
            if !self.can_answer() {
                break;
            }
            let taken = self.hear(rest);
            rest = rest.get(taken..).unwrap_or_default();
        }
        bytes.len() - rest.len()
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.advance_to(now);
        if self.options.echo == LocalEcho::Removed {
            let sent = self.output.ready().get(..len).unwrap_or_default();
            self.echo.expect(self.now, sent, self.time_of(len));
        }
        self.output.advance(len);
        self.take_frames();
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.advance_to(now);
        self.take_frames();
    }

    fn transmit(&self) -> &[u8] {
        self.output.ready()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let silence = match self.attention {
            Attention::Busy if !self.heard.is_empty() => Some(self.heard_at + self.options.frame_gap),
            _ => None,
        };
        earliest(silence, self.output.held_until())
    }

    /// A serial line is wanted for good; an RTU connection over TCP is the client's to keep.
    fn link_demand(&self) -> LinkDemand {
        match self.options.link {
            // A driver closes once nothing is shown any more, so what is held back must be waited for.
            RtuLink::Stream if self.is_ending && self.output.held_until().is_none() => LinkDemand::Close,
            RtuLink::Stream => LinkDemand::Idle,
            _ => LinkDemand::Open,
        }
    }
}

impl<S: Service> RtuServer<S> {
    /// What remains of `bytes` behind our own echo. Bytes that looked like an echo before, and turn out to be something
    /// else, are heard after all.
    fn without_echo<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut rest = bytes;
        while let [byte, tail @ ..] = rest {
            match self.echo.take(self.now, *byte) {
                Match::Echo => rest = tail,
                Match::Other => break,
                Match::FalseStart => {
                    let started = self.echo.false_start();
                    self.hear(&started);
                    break;
                }
            }
        }
        rest
    }
}

/// What stands at the front of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// A whole frame, its CRC right.
    Frame { len: usize },
    /// A frame that may still become whole.
    Begun,
    /// A frame, perhaps, that only silence can end.
    UntilSilence,
    /// No frame.
    Nothing,
}

impl Reading {
    /// The better of two readings, this one if they are equally good.
    fn or(self, other: Self) -> Self {
        let worth = |reading| match reading {
            Self::Frame { .. } => 3,
            Self::Begun => 2,
            Self::UntilSilence => 1,
            Self::Nothing => 0,
        };
        if worth(other) > worth(self) { other } else { self }
    }
}

fn read_as(bytes: &[u8], framing: Framing) -> Reading {
    match framing {
        Framing::Length(len) => match bytes.get(..len) {
            None => Reading::Begun,
            Some(frame) if rtu::parse(frame).is_ok() => Reading::Frame { len },
            Some(_) => Reading::Nothing,
        },
        Framing::Partial { .. } => Reading::Begun,
        Framing::Silence => Reading::UntilSilence,
        Framing::Never => Reading::Nothing,
    }
}

/// All of these bytes as one frame, whose length only the silence behind it told.
fn read_whole(bytes: &[u8]) -> Reading {
    let len = bytes.len().max(MIN_FRAME);
    read_as(bytes, Framing::Length(len))
}

struct RtuFramer {
    unit: u8,
}

impl Framer for RtuFramer {
    fn frame<M: Encode + ?Sized>(&self, message: &M, out: &mut [u8]) -> Result<usize, WireError> {
        rtu::encode(self.unit, message, out)
    }
}

/// Bytes that are not made sense of yet, and before which of them the line was silent.
#[derive(Clone, Debug)]
struct Heard {
    bytes: [u8; MAX_FRAME],
    after_silence: [bool; MAX_FRAME],
    len: usize,
}

impl Heard {
    const fn new() -> Self {
        Self {
            bytes: [0; MAX_FRAME],
            after_silence: [false; MAX_FRAME],
            len: 0,
        }
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    const fn is_empty(&self) -> bool {
        self.len == 0
    }

    const fn is_full(&self) -> bool {
        self.len == MAX_FRAME
    }

    fn clear(&mut self) {
        self.drop_first(self.len);
    }

    /// Adds as much as there is room for.
    fn push(&mut self, bytes: &[u8]) -> usize {
        let room = self.bytes.get_mut(self.len..).unwrap_or_default();
        let taken = room.len().min(bytes.len());
        room.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
        self.len += taken;
        taken
    }

    fn drop_first(&mut self, count: usize) {
        let count = count.min(self.len);
        self.bytes.copy_within(count..self.len, 0);
        self.after_silence.copy_within(count.., 0);
        self.len -= count;
        // The mark for the byte to come stays.
        let behind = self.after_silence.get_mut(self.len + 1..).unwrap_or_default();
        behind.fill(false);
    }

    /// The next byte comes after a silence.
    fn mark_silence(&mut self) {
        if let Some(mark) = self.after_silence.get_mut(self.len) {
            *mark = true;
        }
    }

    /// Where, after a false start at `at`, the next frame may begin: behind a stray 00, or after a silence.
    fn next_start(&self, at: usize) -> Option<usize> {
        let next = at + 1;
        if next < self.len && self.bytes.get(at) == Some(&0) {
            return Some(next);
        }
        let marks = self.after_silence.get(..self.len)?.iter().enumerate().skip(next);
        marks.clone().find(|(_, silent)| **silent).map(|(start, _)| start)
    }
}

/// What was sent and will be heard again.
#[derive(Clone, Debug, Default)]
struct EchoFilter {
    sent: Vec<u8>,
    heard: usize,
    until: Instant,
}

/// Whose byte it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    Echo,
    Other,
    /// Somebody else's, and so are those before it that were taken for an echo.
    FalseStart,
}

impl EchoFilter {
    /// An echo comes with the sending, and as late as adapters deliver what they have gathered.
    const LATENCY: Duration = Duration::from_millis(30);

    fn clear(&mut self) {
        self.sent.clear();
        self.heard = 0;
    }

    fn expect(&mut self, now: Instant, sent: &[u8], wire_time: Duration) {
        if self.sent.is_empty() || now > self.until {
            self.clear();
            self.until = now;
        }
        self.sent.extend_from_slice(sent);
        self.until = self.until.max(now) + wire_time + Self::LATENCY;
    }

    fn take(&mut self, now: Instant, byte: u8) -> Match {
        if self.sent.is_empty() || now > self.until {
            self.clear();
            return Match::Other;
        }
        if self.sent.get(self.heard) != Some(&byte) {
            return Match::FalseStart;
        }
        self.heard += 1;
        if self.heard == self.sent.len() {
            self.clear();
        }
        Match::Echo
    }

    /// The bytes that were wrongly taken for an echo.
    fn false_start(&mut self) -> Vec<u8> {
        let mut started = core::mem::take(&mut self.sent);
        started.truncate(self.heard);
        self.heard = 0;
        started
    }
}
