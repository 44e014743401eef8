//! Level 2: commands in the vocabulary of [`pdu_core`], made of Modbus requests.

use alloc::format;
use alloc::vec::Vec;
use core::convert::Infallible;

use pdu_core::{
    Answer, Capabilities, Capability, Command, Decimal, DeviceError, Effect, Endpoint, Error, ErrorKind, Event,
    EventOf, Instant, LinkDemand, LinkEvent, Refused, Session, ThresholdSetting, Ticket, Transport, Update,
};

use super::map::{FIRST_THRESHOLD, REGISTER_COUNT, REGISTER_MAP, Register, THRESHOLD_COUNT};
use super::readout::{DecodeError, Decoding, Readout, identity};
use super::threshold::ThresholdWrite;
use crate::ModbusError;
use crate::client::{Reply, Request};
use crate::wire::{ExceptionCode, Registers, WireError};

/// A raw Modbus session: [`RtuClient`](crate::client::RtuClient), [`TcpClient`](crate::client::TcpClient), or a box of either.
pub trait ModbusSession: Session<Request = Request, Reply = Reply, Notice = Infallible, Error = ModbusError> {}

impl<S> ModbusSession for S where
    S: Session<Request = Request, Reply = Reply, Notice = Infallible, Error = ModbusError> + ?Sized
{
}

/// What a BPS2000 can do over Modbus.
pub const CAPABILITIES: Capabilities =
    Capabilities::of(&[Capability::Snapshot, Capability::Thresholds, Capability::SetThreshold]);

/// Commands that a [`SharedLine`] holds at most, unless it is made with another number.
const LINE_CAPACITY: usize = 32;
/// Commands that a [`Device`] holds at most.
const DEVICE_CAPACITY: usize = 8;

/// A command for one of the units on a [`SharedLine`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Addressed {
    /// Its Modbus address: 1 to 32 on a serial line (line 1444); over TCP what the unit or a gateway wants, mostly 1.
    pub unit: u8,
    /// The chain member that stands in the points of its answers, and must stand in those of a command.
    pub member: u16,
    /// What it is asked or told.
    pub command: Command,
}

impl Addressed {
    /// A command for the unit at a Modbus address, which is member 0 in its points.
    pub const fn new(unit: u8, command: Command) -> Self {
        Self {
            unit,
            member: 0,
            command,
        }
    }

    /// The same command, for a unit that is another member.
    #[must_use]
    pub fn as_member(self, member: u16) -> Self {
        Self { member, ..self }
    }
}

/// All BPS2000 that share one raw Modbus session: an RTU line of up to 32 units, a gateway, or just one unit.
///
/// Commands for one unit are carried out one after the other, in the order in which they came. Units take turns, so that one
/// that does not answer costs the others one timeout a round. A snapshot is one Read Holding Registers (03) of 99 registers.
///
/// Setting a threshold takes three requests: its pair is read, and the command refused if low would stand above high; it is
/// written by Write Single Register (06), once; it is read back. What was read back decides:
/// [`Confirmed`](Answer::Confirmed), even if the answer to the write was lost, or [`NotConfirmed`].
///
/// Outlets, clock, restart and energy reset have no register, and are unsupported. Nothing comes unasked.
#[derive(Debug)]
pub struct SharedLine<S> {
    raw: S,
    decoding: Decoding,
    /// In the order in which they came.
    commands: Vec<Pending>,
    capacity: usize,
    next_ticket: u64,
    last_unit: u8,
}

#[derive(Debug)]
struct Pending {
    ticket: Ticket,
    unit: u8,
    member: u16,
    withdrawn: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The step is to be sent.
    Ready(Step),
    /// The raw session has it, under its own ticket.
    Sent(Step, Ticket),
    Done(Result<Answer, DeviceError>),
}

/// One request of a command.
#[derive(Clone, Copy, Debug)]
enum Step {
    Snapshot,
    Thresholds,
    /// The present pair of a threshold that is to be written.
    ReadPair(ThresholdWrite),
    Write {
        write: ThresholdWrite,
        previous: u16,
    },
    ReadBack {
        write: ThresholdWrite,
        previous: u16,
        written: Written,
    },
}

/// What is known of a write before it is read back.
#[derive(Clone, Copy, Debug)]
enum Written {
    Acknowledged,
    /// No reliable answer came. What is read back over another link need not have come after it.
    Unanswered {
        error: ModbusError,
        same_link: bool,
    },
}

impl<S> SharedLine<S> {
    /// A line over a raw session, with up to 32 commands waiting for their end.
    pub fn new(raw: S) -> Self {
        Self::with_capacity(raw, LINE_CAPACITY)
    }

    /// A line over a raw session, with up to `capacity` commands. More are [`Busy`](ErrorKind::Busy).
    pub fn with_capacity(raw: S, capacity: usize) -> Self {
        Self {
            raw,
            decoding: Decoding::default(),
            commands: Vec::with_capacity(capacity),
            capacity,
            next_ticket: 0,
            last_unit: 0,
        }
    }

    /// The same line with another way of reading registers; [lenient](super::Mode::Lenient) unless told.
    #[must_use]
    pub fn with_decoding(self, decoding: impl Into<Decoding>) -> Self {
        Self {
            decoding: decoding.into(),
            ..self
        }
    }

    /// The raw session, for what it knows of the line.
    pub const fn raw(&self) -> &S {
        &self.raw
    }
}

impl<S: ModbusSession> SharedLine<S> {
    fn note_link(&mut self, _: LinkEvent) {
        self.commands.iter_mut().for_each(Pending::note_other_link);
    }

    /// Takes what the raw session has ended and gives it what is to be sent, until neither moves. Says whether anything did.
    ///
    /// One event at a time: so what is sent next does not depend on how many answers came in one piece of input.
    fn pump(&mut self, now: Instant) -> bool {
        let mut moved = false;
        loop {
            while self.send_next(now) {
                moved = true;
            }
            match self.raw.poll_event() {
                Some(Event::Done { ticket, result }) => self.advance(ticket, result),
                Some(Event::Notice(never)) => match never {},
                None => return moved,
            }
            moved = true;
        }
    }

    fn advance(&mut self, raw: Ticket, result: Result<Reply, ModbusError>) {
        let sent = self.commands.iter_mut().find_map(|pending| match pending.state {
            State::Sent(step, ticket) if ticket == raw => Some((pending, step)),
            _ => None,
        });
        let Some((pending, step)) = sent else { return };
        pending.state = match result {
            Ok(reply) => step.answered(&reply, pending.member, self.decoding),
            Err(error) => step.failed(error),
        };
        if pending.withdrawn {
            pending.withdraw();
        }
    }

    /// Gives the raw session the next request in turn; whether there was one, and room for it.
    fn send_next(&mut self, now: Instant) -> bool {
        let Some((index, unit, step)) = self.next_in_turn() else {
            return false;
        };
        let submitted = match step.request(unit) {
            Ok(request) => self.raw.submit(now, request).map_err(|refused| refused.kind),
            // Never: the requests of the steps are constant but for address and value.
            Err(_) => Err(ErrorKind::Other),
        };
        let state = match submitted {
            Ok(ticket) => State::Sent(step, ticket),
            Err(ErrorKind::Busy) => return false,
            Err(kind) => State::Done(Err(
                DeviceError::new(Refused { request: (), kind }).with_effect(step.effect())
            )),
        };
        if let Some(pending) = self.commands.get_mut(index) {
            pending.state = state;
        }
        self.last_unit = unit;
        true
    }

    /// The oldest command of each unit may send; of these, that of the next unit in turn does. Where it stands, for whom, and
    /// what.
    fn next_in_turn(&self) -> Option<(usize, u8, Step)> {
        let mut has_older = [false; 256];
        let live = self
            .commands
            .iter()
            .enumerate()
            .filter(|(_, pending)| !matches!(pending.state, State::Done(_)));
        let oldest = live.filter(|(_, pending)| !core::mem::replace(&mut has_older[usize::from(pending.unit)], true));
        let ready = oldest.filter_map(|(index, pending)| match pending.state {
            State::Ready(step) => Some((index, pending.unit, step)),
            _ => None,
        });
        ready.min_by_key(|(_, unit, _)| unit.wrapping_sub(self.last_unit).wrapping_sub(1))
    }
}

impl Pending {
    /// A write that went over the link before may still be under way there.
    fn note_other_link(&mut self) {
        if let State::Ready(step) | State::Sent(step, _) = &mut self.state
            && let Step::ReadBack {
                written: Written::Unanswered { same_link, .. },
                ..
            } = step
        {
            *same_link = false;
        }
    }

    /// Ends it, unless the raw session has a request of it: that has to end first.
    fn withdraw(&mut self) {
        if let State::Ready(step) = self.state {
            let effect = step.effect();
            self.state = State::Done(Err(DeviceError::new(ModbusError::Cancelled { effect })));
        }
    }
}

impl State {
    fn of(command: &Command, member: u16) -> Self {
        let unsupported = |why: &str| Self::Done(Err(DeviceError::unsupported(why)));
        match command {
            Command::Capabilities => Self::Done(Ok(Answer::Capabilities(CAPABILITIES))),
            Command::Identity => Self::Done(Ok(Answer::Identity([identity(member)].into()))),
            Command::Snapshot => Self::Ready(Step::Snapshot),
            Command::Thresholds => Self::Ready(Step::Thresholds),
            Command::SetThreshold(setting) => match checked(setting, member) {
                Ok(write) => Self::Ready(Step::ReadPair(write)),
                Err(error) => Self::Done(Err(error)),
            },
            Command::Switch { .. } => unsupported("the bps2000 only measures: it switches no outlet"),
            Command::ResetEnergy(_) => {
                unsupported("no register resets energy: the bps2000's web page and its console do")
            }
            Command::Clock | Command::SetClock(_) => {
                unsupported("no register has the clock: the bps2000's web page and its console have")
            }
            Command::Restart(_) => unsupported("no register restarts: the bps2000's web page and its console do"),
            _ => unsupported("the bps2000 has no register for this command"),
        }
    }
}

/// What can be told of a setting before anything is sent.
fn checked(setting: &ThresholdSetting, member: u16) -> Result<ThresholdWrite, DeviceError> {
    if setting.point.unit != member {
        let point = setting.point;
        return Err(DeviceError::invalid(format!(
            "{point} is of unit {}, where unit {member} was expected",
            point.unit
        )));
    }
    ThresholdWrite::new(setting).map_err(DeviceError::new)
}

impl Step {
    fn request(&self, unit: u8) -> Result<Request, WireError> {
        match self {
            Self::Snapshot => Request::read_holding_registers(unit, 0, REGISTER_COUNT),
            Self::Thresholds => Request::read_holding_registers(unit, FIRST_THRESHOLD, THRESHOLD_COUNT),
            Self::ReadPair(write) => Request::read_holding_registers(unit, write.pair_address(), 2),
            Self::Write { write, .. } => Request::write_single_register(unit, write.address(), write.raw()),
            Self::ReadBack { write, .. } => Request::read_holding_registers(unit, write.address(), 1),
        }
    }

    /// What the command has done before this step.
    fn effect(&self) -> Effect {
        match self {
            Self::ReadBack { written, .. } => match written {
                Written::Acknowledged => Effect::Applied,
                Written::Unanswered { .. } => Effect::Unknown,
            },
            _ => Effect::NotApplied,
        }
    }

    fn answered(self, reply: &Reply, member: u16, decoding: Decoding) -> State {
        let registers = reply.registers().unwrap_or(Registers::new(&[]));
        match self {
            Self::Snapshot => State::Done(
                Readout::decode(registers, decoding)
                    .map(|readout| Answer::Snapshot(readout.of_unit(member).to_snapshot().into()))
                    .map_err(DeviceError::new),
            ),
            Self::Thresholds => State::Done(thresholds(registers, member).map(Answer::Thresholds)),
            Self::ReadPair(write) => match pair(registers).and_then(|pair| allowed(write, pair)) {
                Ok(previous) => State::Ready(Self::Write { write, previous }),
                Err(error) => State::Done(Err(error)),
            },
            Self::Write { write, previous } => State::Ready(Self::ReadBack {
                write,
                previous,
                written: Written::Acknowledged,
            }),
            Self::ReadBack {
                write,
                previous,
                written,
            } => State::Done(match registers.get(0) {
                Some(found) => confirmed(write, previous, written, found),
                None => Err(wrong_count(1, registers).with_effect(self.effect())),
            }),
        }
    }

    fn failed(self, error: ModbusError) -> State {
        let effect = self.effect();
        match self {
            // What came of it can still be read; not over a link that is gone, nor for a caller who does not want to know.
            Self::Write { write, previous } if is_open(&error) => State::Ready(Self::ReadBack {
                write,
                previous,
                written: Written::Unanswered { error, same_link: true },
            }),
            // The answer that was lost first tells more than the one that was lost after it.
            Self::ReadBack {
                written: Written::Unanswered { error: first, .. },
                ..
            } if error.kind() != ErrorKind::Cancelled => State::Done(Err(DeviceError::new(first))),
            Self::ReadBack { .. } => State::Done(Err(DeviceError::new(error).with_effect(effect))),
            _ => State::Done(Err(DeviceError::new(error))),
        }
    }
}

/// Whether a write may have happened, and a read can tell.
fn is_open(error: &ModbusError) -> bool {
    error.effect() == Effect::Unknown && !matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::LinkDown)
}

/// Whether the unit took the write and will need time for it: until then it reads as before. Source: Application Protocol
/// V1.1b3, 7, code 05.
fn is_still_at_it(error: &ModbusError) -> bool {
    matches!(
        error,
        ModbusError::Exception {
            code: ExceptionCode::ACKNOWLEDGE,
            ..
        }
    )
}

fn thresholds(registers: Registers<'_>, member: u16) -> Result<Vec<ThresholdSetting>, DeviceError> {
    if registers.len() != usize::from(THRESHOLD_COUNT) {
        return Err(wrong_count(usize::from(THRESHOLD_COUNT), registers));
    }
    let rows = REGISTER_MAP.iter().skip_while(|row| row.address < FIRST_THRESHOLD);
    Ok(rows
        .zip(registers)
        .filter_map(|(row, raw)| row.setting(raw, member))
        .collect())
}

fn pair(registers: Registers<'_>) -> Result<[u16; 2], DeviceError> {
    registers.array(0).ok_or_else(|| wrong_count(2, registers))
}

fn wrong_count(expected: usize, registers: Registers<'_>) -> DeviceError {
    let found = registers.len();
    DeviceError::new(DecodeError::Quantity { expected, found })
}

/// What stands where `write` goes, if it may go there.
fn allowed(write: ThresholdWrite, pair: [u16; 2]) -> Result<u16, DeviceError> {
    write.check_order(pair).map_err(DeviceError::new)?;
    Ok(write.present_in(pair))
}

/// What a read-back tells of a write.
fn confirmed(write: ThresholdWrite, previous: u16, written: Written, found: u16) -> Result<Answer, DeviceError> {
    if found == write.raw() {
        return Ok(Answer::Confirmed);
    }
    let register = write.register();
    let decimal = |raw| register.decimal(raw).unwrap_or(Decimal::ZERO);
    let (unanswered, is_settled) = match written {
        Written::Acknowledged => (None, true),
        Written::Unanswered { error, same_link } => (Some(error), same_link && !is_still_at_it(&error)),
    };
    Err(DeviceError::new(NotConfirmed {
        register,
        expected: decimal(write.raw()),
        found: decimal(found),
        // Anything but the old value is neither: changed by the unit, or written by somebody else.
        effect: if is_settled && found == previous {
            Effect::NotApplied
        } else {
            Effect::Unknown
        },
        unanswered,
    }))
}

/// A threshold was written, and reads back as something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} reads {found} after {expected} was written", .register.name)]
#[non_exhaustive]
pub struct NotConfirmed {
    /// Its row.
    pub register: &'static Register,
    /// What was written.
    pub expected: Decimal,
    /// What was read back.
    pub found: Decimal,
    /// [`NotApplied`](Effect::NotApplied) if it reads as before, over the link that the write went, and the unit did not say
    /// that it is still at it (exception 05); else [`Unknown`](Effect::Unknown).
    pub effect: Effect,
    /// How the write failed, if it was not even acknowledged.
    #[source]
    pub unanswered: Option<ModbusError>,
}

impl Error for NotConfirmed {
    fn kind(&self) -> ErrorKind {
        ErrorKind::NotConfirmed
    }

    fn effect(&self) -> Effect {
        self.effect
    }
}

pdu_core::endpoint_over!([S: ModbusSession] SharedLine<S>, raw, note_link);

impl<S: ModbusSession> Session for SharedLine<S> {
    type Request = Addressed;
    type Reply = Answer;
    type Notice = Update;
    type Error = DeviceError;

    fn submit(&mut self, now: Instant, request: Addressed) -> Result<Ticket, Refused<Addressed>> {
        if self.commands.len() >= self.capacity {
            let kind = ErrorKind::Busy;
            return Err(Refused { request, kind });
        }
        let ticket = Ticket(self.next_ticket);
        self.next_ticket = self.next_ticket.wrapping_add(1);
        let Addressed { unit, member, command } = request;
        self.commands.push(Pending {
            ticket,
            unit,
            member,
            withdrawn: false,
            state: State::of(&command, member),
        });
        self.pump(now);
        Ok(ticket)
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        let Some(pending) = self.commands.iter_mut().find(|pending| pending.ticket == ticket) else {
            return;
        };
        pending.withdrawn = true;
        match pending.state {
            State::Sent(_, raw) => self.raw.cancel(now, raw),
            _ => pending.withdraw(),
        }
        self.pump(now);
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        let done = |pending: &Pending| matches!(pending.state, State::Done(_));
        let at = self.commands.iter().position(done)?;
        let Pending { ticket, state, .. } = self.commands.remove(at);
        match state {
            State::Done(result) => Some(Event::Done { ticket, result }),
            State::Ready(_) | State::Sent(..) => None, // never: it was looked for
        }
    }
}

/// One BPS2000 on a raw session of its own: a [`DeviceSession`](pdu_core::DeviceSession), so that a program can hold it beside
/// devices of other protocols.
///
/// For several units on one line, see [`SharedLine`].
///
/// ```
/// use pdu_core::{Answer, Command, DeviceSession, Event, Instant, Session};
/// use pdu_proto_modbus::bps2000::Device;
/// use pdu_proto_modbus::client::{RtuClient, RtuOptions, TcpClient, TcpOptions};
///
/// let over_tcp: TcpClient<1> = TcpClient::new(TcpOptions::default());
/// let over_rtu: RtuClient<1> = RtuClient::new(RtuOptions::default());
/// let mut fleet: Vec<Box<dyn DeviceSession>> = vec![
///     Box::new(Device::new(over_tcp, 1)),
///     Box::new(Device::new(over_rtu, 7)),
/// ];
/// for device in &mut fleet {
///     let ticket = device.submit(Instant::EPOCH, Command::Snapshot).unwrap();
///     // … a driver moves bytes and time until poll_event gives the Done of this ticket …
/// #   let _ = ticket;
/// }
/// ```
#[derive(Debug)]
pub struct Device<S> {
    line: SharedLine<S>,
    unit: u8,
    member: u16,
}

impl<S> Device<S> {
    /// The unit at a Modbus address, with up to 8 commands waiting for their end.
    pub fn new(raw: S, unit: u8) -> Self {
        Self {
            line: SharedLine::with_capacity(raw, DEVICE_CAPACITY),
            unit,
            member: 0,
        }
    }

    /// The same unit, as another member in the points of its answers and of the commands to it.
    #[must_use]
    pub fn as_member(self, member: u16) -> Self {
        Self { member, ..self }
    }

    /// The same unit with another way of reading registers; [lenient](super::Mode::Lenient) unless told.
    #[must_use]
    pub fn with_decoding(self, decoding: impl Into<Decoding>) -> Self {
        Self {
            line: self.line.with_decoding(decoding),
            ..self
        }
    }

    /// The raw session, for what it knows of the line.
    pub const fn raw(&self) -> &S {
        self.line.raw()
    }
}

impl<S: ModbusSession> Endpoint for Device<S> {
    fn transport(&self) -> Transport {
        self.line.transport()
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.line.handle_link(now, event);
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.line.handle_input(now, bytes)
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.line.handle_transmitted(now, len);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.line.handle_timeout(now);
    }

    fn transmit(&self) -> &[u8] {
        self.line.transmit()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.line.poll_timeout()
    }

    fn link_demand(&self) -> LinkDemand {
        self.line.link_demand()
    }
}

impl<S: ModbusSession> Session for Device<S> {
    type Request = Command;
    type Reply = Answer;
    type Notice = Update;
    type Error = DeviceError;

    fn submit(&mut self, now: Instant, request: Command) -> Result<Ticket, Refused<Command>> {
        let addressed = Addressed::new(self.unit, request).as_member(self.member);
        self.line.submit(now, addressed).map_err(|refused| Refused {
            request: refused.request.command,
            kind: refused.kind,
        })
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.line.cancel(now, ticket);
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        self.line.poll_event()
    }
}
