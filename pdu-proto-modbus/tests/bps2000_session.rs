//! Commands to BPS2000 units, down to the frames: what is asked, what is refused before a byte leaves, and what is told when
//! an answer is lost.

#![allow(clippy::expect_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use std::collections::{BTreeMap, VecDeque};

use pdu_core::{
    Action, Answer, Capability, Command, Decimal, Delay, DeviceError, DeviceSession, Effect, Endpoint, Error,
    ErrorKind, Event, Instant, Line, LinkEvent, LocalDateTime, Point, Quantity, Refused, Restart, Session, Status,
    Target, Threshold, ThresholdSetting, Ticket,
};
use pdu_proto_modbus::ModbusError;
use pdu_proto_modbus::bps2000::{
    Addressed, CAPABILITIES, Device, Mode, NotConfirmed, Readout, SharedLine, ThresholdError,
};
use pdu_proto_modbus::client::{RtuClient, RtuOptions, TcpClient, TcpOptions};
use pdu_proto_modbus::wire::{ExceptionCode, Registers, Request, Response, tcp};

const L1: Point = Point::inlet(1).on(Line::L1);

fn set(point: Point, quantity: Quantity, level: Threshold, value: &str) -> Command {
    Command::SetThreshold(ThresholdSetting {
        point,
        quantity,
        level,
        value: value.parse().expect("a decimal number"),
    })
}

/// High Alarm L1 Voltage to 250.0 V: register 64, in the pair from 63.
fn set_high_voltage() -> Command {
    set(L1, Quantity::Voltage, Threshold::UpperCritical, "250.0")
}

/// How a unit treats one request.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Manner {
    Proper,
    /// It carries the request out and does not answer.
    Mute,
    /// It neither carries it out nor answers.
    Deaf,
    /// It answers a write, and does not carry it out.
    Liar,
    /// It answers a write, and carries out another.
    Rounds,
    Refuses(ExceptionCode),
}

/// What a unit was asked.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asked {
    Read(u8, u16, u16),
    Write(u8, u16, u16),
}

/// A session, and the units at the other end of its TCP connection.
struct Bench<S> {
    session: S,
    now: Instant,
    units: BTreeMap<u8, [u16; 99]>,
    manners: VecDeque<Manner>,
    asked: Vec<Asked>,
    input: Vec<u8>,
}

impl<S: Session<Reply = Answer, Error = DeviceError>> Bench<S> {
    fn new(mut session: S) -> Self {
        let now = Instant::from_millis(1000);
        session.handle_link(now, LinkEvent::Up);
        let mut registers = [0; 99];
        registers[0] = 2318;
        registers[59..63].copy_from_slice(&[2; 4]);
        registers[63..65].copy_from_slice(&[1700, 2760]);
        Self {
            session,
            now,
            units: BTreeMap::from([(1, registers)]),
            manners: VecDeque::new(),
            asked: Vec::new(),
            input: Vec::new(),
        }
    }

    fn with_manners(mut self, manners: &[Manner]) -> Self {
        self.manners.extend(manners);
        self
    }

    fn submit(&mut self, request: S::Request) -> Ticket {
        let submitted = self.session.submit(self.now, request);
        submitted.ok().expect("there is room")
    }

    /// Lets everything that is shown leave, and the units answer it; whether anything moved.
    fn exchange(&mut self) -> bool {
        let sent = self.session.transmit().to_vec();
        self.session.handle_transmitted(self.now, sent.len());
        self.input.extend(&sent);
        let mut answers = Vec::new();
        while let Ok(Status::Complete((frame, len))) = tcp::parse(&self.input.clone()) {
            let request = Request::parse(frame.pdu).expect("a good request");
            answers.extend(self.answer(frame.transaction, frame.unit, &request));
            self.input.drain(..len);
        }
        assert_eq!(self.session.handle_input(self.now, &answers), answers.len());
        !sent.is_empty()
    }

    fn answer(&mut self, transaction: u16, unit: u8, request: &Request<'_>) -> Vec<u8> {
        let manner = self.manners.pop_front().unwrap_or(Manner::Proper);
        match *request {
            Request::ReadHoldingRegisters { address, quantity } => {
                self.asked.push(Asked::Read(unit, address, quantity));
            }
            Request::WriteSingleRegister { address, value } => self.asked.push(Asked::Write(unit, address, value)),
            ref other => panic!("the manual does not have {other:?}"),
        }
        let Some(registers) = self.units.get_mut(&unit) else {
            return Vec::new(); // nobody there
        };
        if let (Request::WriteSingleRegister { address, value }, Manner::Proper | Manner::Mute | Manner::Rounds) =
            (request, manner)
        {
            registers[usize::from(*address)] = value - u16::from(manner == Manner::Rounds);
        }
        let response = match (manner, *request) {
            (Manner::Mute | Manner::Deaf, _) => return Vec::new(),
            (Manner::Refuses(code), _) => Response::Exception {
                function: request.function(),
                code,
            },
            (_, Request::WriteSingleRegister { address, value }) => Response::WriteSingleRegister { address, value },
            (_, Request::ReadHoldingRegisters { address, quantity }) => Response::ReadHoldingRegisters {
                values: Registers::new(&registers[usize::from(address)..usize::from(address + quantity)]),
            },
            _ => return Vec::new(),
        };
        let mut frame = [0; tcp::MAX_FRAME];
        let len = tcp::encode(transaction, unit, &response, &mut frame).expect("an answer fits");
        frame[..len].to_vec()
    }

    /// Runs until nothing moves any more, jumping from deadline to deadline; the results in the order in which they came.
    fn run(&mut self) -> Vec<(Ticket, Result<Answer, DeviceError>)> {
        let mut results = Vec::new();
        for _ in 0..1000 {
            while let Some(event) = self.session.poll_event() {
                match event {
                    Event::Done { ticket, result } => results.push((ticket, result)),
                    Event::Notice(_) => panic!("nothing comes unasked"),
                }
            }
            if self.exchange() {
                continue;
            }
            let Some(at) = self
                .session
                .poll_timeout()
                .filter(|at| *at < Instant::from_millis(60_000))
            else {
                return results;
            };
            self.now = at;
            self.session.handle_timeout(at);
        }
        panic!("no end");
    }

    fn call(&mut self, request: S::Request) -> Result<Answer, DeviceError> {
        let ticket = self.submit(request);
        let mut results = self.run();
        assert_eq!(results.len(), 1, "{results:?}");
        let (done, result) = results.remove(0);
        assert_eq!(done, ticket);
        result
    }
}

type Tcp = TcpClient<4>;

fn device() -> Bench<Device<Tcp>> {
    Bench::new(Device::new(TcpClient::new(once()), 1))
}

/// Nothing is sent twice, so that each request counts.
fn once() -> TcpOptions {
    TcpOptions {
        retries: 0,
        silent_timeouts: 0,
        ..TcpOptions::device()
    }
}

fn line<const N: usize>(units: &[u8]) -> Bench<SharedLine<TcpClient<N>>> {
    let mut bench = Bench::new(SharedLine::new(TcpClient::new(once())));
    let registers = bench.units[&1];
    bench.units = units.iter().map(|&unit| (unit, registers)).collect();
    for (&unit, registers) in &mut bench.units {
        registers[0] = 2000 + u16::from(unit);
    }
    bench
}

fn verdict(result: &Result<Answer, DeviceError>) -> (ErrorKind, Effect) {
    let error = result.as_ref().expect_err("this fails");
    (error.kind(), error.effect())
}

#[test]
fn a_snapshot_is_one_read_of_99_registers() {
    let mut bench = device();
    let Ok(Answer::Snapshot(snapshot)) = bench.call(Command::Snapshot) else {
        panic!("a snapshot");
    };
    assert_eq!(bench.asked, [Asked::Read(1, 0, 99)]);
    let expected = Readout::decode(Registers::new(&bench.units[&1]), Mode::Strict).unwrap();
    assert_eq!(*snapshot, expected.to_snapshot());
}

#[test]
fn capabilities_and_identity_need_no_byte_and_no_link() {
    let mut session = Device::new(Tcp::new(TcpOptions::device()), 1).as_member(2);
    let now = Instant::EPOCH;
    session.submit(now, Command::Capabilities).unwrap();
    session.submit(now, Command::Identity).unwrap();
    let Some(Event::Done { result: Ok(answer), .. }) = session.poll_event() else {
        panic!("capabilities");
    };
    assert_eq!(answer, Answer::Capabilities(CAPABILITIES));
    assert!(!CAPABILITIES.has(Capability::Switch) && CAPABILITIES.has(Capability::SetThreshold));
    let Some(Event::Done {
        result: Ok(Answer::Identity(identities)),
        ..
    }) = session.poll_event()
    else {
        panic!("an identity");
    };
    assert_eq!((identities.len(), identities[0].unit), (1, 2));
    assert_eq!(session.link_demand(), pdu_core::LinkDemand::Idle);
    assert!(session.transmit().is_empty());
}

#[test]
fn thresholds_are_one_read_of_their_24_registers() {
    let mut bench = device();
    let Ok(Answer::Thresholds(thresholds)) = bench.call(Command::Thresholds) else {
        panic!("thresholds");
    };
    assert_eq!(bench.asked, [Asked::Read(1, 63, 24)]);
    let readout = Readout::decode(Registers::new(&bench.units[&1]), Mode::Strict).unwrap();
    assert_eq!(thresholds, readout.thresholds().collect::<Vec<_>>());
}

#[test]
fn a_threshold_is_checked_written_once_and_read_back() {
    let mut bench = device();
    assert_eq!(bench.call(set_high_voltage()).unwrap(), Answer::Confirmed);
    assert_eq!(
        bench.asked,
        [Asked::Read(1, 63, 2), Asked::Write(1, 64, 2500), Asked::Read(1, 64, 1)]
    );
    assert_eq!(bench.units[&1][64], 2500);
}

#[test]
fn every_threshold_can_be_set() {
    let mut bench = device();
    let Ok(Answer::Thresholds(thresholds)) = bench.call(Command::Thresholds) else {
        panic!("thresholds");
    };
    // High before low, so that low never stands above high.
    for setting in thresholds.into_iter().rev() {
        let value = match (setting.quantity, setting.level) {
            (Quantity::Voltage | Quantity::Current, Threshold::UpperCritical) => Decimal::new(405, -1),
            (Quantity::Voltage | Quantity::Current, _) => Decimal::new(205, -1),
            (_, Threshold::UpperCritical) => Decimal::new(40, 0),
            _ => Decimal::new(20, 0),
        };
        if setting.point == L1 && setting.quantity == Quantity::Voltage {
            continue; // stands at 170.0 to 276.0 V
        }
        let command = Command::SetThreshold(ThresholdSetting { value, ..setting });
        assert_eq!(bench.call(command).unwrap(), Answer::Confirmed, "{setting:?}");
    }
    let expected: Vec<u16> = [[1700, 2760]]
        .into_iter()
        .chain([[205, 405]; 5])
        .chain([[20, 40]; 6])
        .flatten()
        .collect();
    assert_eq!(bench.units[&1][63..87], expected);
}

#[test]
fn what_fits_no_register_is_refused_before_a_byte_is_sent() {
    for (command, kind) in [
        (
            set(L1, Quantity::Voltage, Threshold::UpperWarning, "240"),
            ErrorKind::Unsupported,
        ),
        (
            set(L1, Quantity::Frequency, Threshold::UpperCritical, "50"),
            ErrorKind::Unsupported,
        ),
        (
            set(L1, Quantity::Voltage, Threshold::UpperCritical, "250.05"),
            ErrorKind::InvalidArgument,
        ),
        (
            set(L1, Quantity::Voltage, Threshold::UpperCritical, "6553.6"),
            ErrorKind::InvalidArgument,
        ),
        (
            set(L1, Quantity::Voltage, Threshold::LowerCritical, "-1"),
            ErrorKind::InvalidArgument,
        ),
        (
            set(Point::sensor(1), Quantity::Temperature, Threshold::UpperCritical, "100"),
            ErrorKind::InvalidArgument,
        ),
        (
            set(L1.of_unit(1), Quantity::Voltage, Threshold::UpperCritical, "250"),
            ErrorKind::InvalidArgument,
        ),
    ] {
        let mut bench = device();
        let result = bench.call(command);
        assert_eq!(verdict(&result), (kind, Effect::NotApplied));
        assert_eq!(bench.asked, [], "{result:?}");
    }
}

#[test]
fn a_low_threshold_above_the_high_one_is_refused_before_the_write() {
    let mut bench = device();
    let result = bench.call(set(L1, Quantity::Voltage, Threshold::LowerCritical, "276.1"));
    assert_eq!(verdict(&result), (ErrorKind::InvalidArgument, Effect::NotApplied));
    let error = result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Low Alarm L1 Voltage: low would stand at 276.1, above high at 276.0 V"
    );
    assert!(error.inner().downcast_ref::<ThresholdError>().is_some());
    assert_eq!(bench.asked, [Asked::Read(1, 63, 2)]);
}

#[test]
fn everything_else_is_unsupported_and_says_why() {
    let noon = LocalDateTime::new(2026, 11, 21, 12, 0, 0).unwrap();
    let switch = Command::Switch {
        target: Target::All,
        action: Action::Off,
        delay: Delay::None,
    };
    for (command, why) in [
        (switch, "switches no outlet"),
        (Command::ResetEnergy(L1), "no register resets energy"),
        (Command::Clock, "no register has the clock"),
        (Command::SetClock(noon), "no register has the clock"),
        (Command::Restart(Restart::FactoryDefaults), "no register restarts"),
    ] {
        let mut bench = device();
        let result = bench.call(command);
        assert_eq!(verdict(&result), (ErrorKind::Unsupported, Effect::NotApplied));
        let message = result.unwrap_err().to_string();
        assert!(message.contains(why), "{message}");
        assert_eq!(bench.asked, []);
    }
}

#[test]
fn a_lost_answer_to_a_write_is_settled_by_reading_back() {
    let mut bench = device().with_manners(&[Manner::Proper, Manner::Mute]);
    assert_eq!(bench.call(set_high_voltage()).unwrap(), Answer::Confirmed);
    assert_eq!(
        bench.asked,
        [Asked::Read(1, 63, 2), Asked::Write(1, 64, 2500), Asked::Read(1, 64, 1)],
        "the write is not repeated"
    );
}

#[test]
fn a_write_that_was_never_heard_is_not_applied() {
    let mut bench = device().with_manners(&[Manner::Proper, Manner::Deaf]);
    let result = bench.call(set_high_voltage());
    assert_eq!(verdict(&result), (ErrorKind::NotConfirmed, Effect::NotApplied));
    let error = result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "High Alarm L1 Voltage reads 276.0 after 250.0 was written"
    );
    let told = error.inner().downcast_ref::<NotConfirmed>().unwrap();
    assert!(matches!(told.unanswered, Some(ModbusError::Timeout { .. })));
    assert_eq!(bench.asked.len(), 3);
    assert_eq!(bench.units[&1][64], 2760);
}

#[test]
fn a_read_back_over_another_link_does_not_prove_that_nothing_was_written() {
    let mut bench = device().with_manners(&[Manner::Proper, Manner::Deaf]);
    bench.submit(set_high_voltage());
    assert!(bench.exchange() && bench.exchange());
    bench.now = bench.session.poll_timeout().unwrap();
    bench.session.handle_timeout(bench.now); // the write is given up, and is to be read back
    bench.session.handle_link(bench.now, LinkEvent::Lost);
    bench.session.handle_link(bench.now, LinkEvent::Up);
    let results = bench.run();
    assert_eq!(verdict(&results[0].1), (ErrorKind::NotConfirmed, Effect::Unknown));
}

#[test]
fn a_write_that_nothing_can_settle_is_unknown() {
    let mut bench = device().with_manners(&[Manner::Proper, Manner::Mute, Manner::Deaf]);
    let result = bench.call(set_high_voltage());
    assert_eq!(verdict(&result), (ErrorKind::Timeout, Effect::Unknown));
    let message = result.unwrap_err().to_string();
    assert!(
        message.contains("write single register"),
        "the first loss is told: {message}"
    );
    assert_eq!(bench.asked.len(), 3);
}

#[test]
fn a_write_that_was_answered_is_applied_even_if_the_read_back_is_lost() {
    let mut bench = device().with_manners(&[Manner::Proper, Manner::Proper, Manner::Deaf]);
    let result = bench.call(set_high_voltage());
    assert_eq!(verdict(&result), (ErrorKind::Timeout, Effect::Applied));
}

#[test]
fn a_unit_that_answers_and_does_not_write_is_not_believed() {
    let mut liar = device().with_manners(&[Manner::Proper, Manner::Liar]);
    let result = liar.call(set_high_voltage());
    assert_eq!(verdict(&result), (ErrorKind::NotConfirmed, Effect::NotApplied));

    let mut rounding = device().with_manners(&[Manner::Proper, Manner::Rounds]);
    let result = rounding.call(set_high_voltage());
    assert_eq!(verdict(&result), (ErrorKind::NotConfirmed, Effect::Unknown));
    assert_eq!(
        result.unwrap_err().to_string(),
        "High Alarm L1 Voltage reads 249.9 after 250.0 was written"
    );
}

#[test]
fn a_unit_that_is_still_at_a_write_may_apply_it_later() {
    let accepts = Manner::Refuses(ExceptionCode::ACKNOWLEDGE);
    let mut bench = device().with_manners(&[Manner::Proper, accepts]);
    let result = bench.call(set_high_voltage());
    assert_eq!(verdict(&result), (ErrorKind::NotConfirmed, Effect::Unknown));
    assert_eq!(bench.asked.len(), 3, "it is read back, once");
}

#[test]
fn an_exception_ends_a_command_with_its_effect() {
    let refuses = Manner::Refuses(ExceptionCode::ILLEGAL_DATA_VALUE);
    let mut bench = device().with_manners(&[Manner::Proper, refuses]);
    let result = bench.call(set_high_voltage());
    assert_eq!(verdict(&result), (ErrorKind::Refused, Effect::NotApplied));
    assert_eq!(bench.asked.len(), 2, "a refused write is not read back");

    let failed = Manner::Refuses(ExceptionCode::SERVER_DEVICE_FAILURE);
    let mut bench = device().with_manners(&[Manner::Proper, failed]);
    let result = bench.call(set_high_voltage());
    assert_eq!(verdict(&result), (ErrorKind::NotConfirmed, Effect::NotApplied));
    assert_eq!(bench.asked.len(), 3, "one that failed half way is");

    let mut bench = device().with_manners(&[refuses]);
    let result = bench.call(set_high_voltage());
    assert_eq!(verdict(&result), (ErrorKind::Refused, Effect::NotApplied));
    assert_eq!(bench.asked, [Asked::Read(1, 63, 2)]);
}

#[test]
fn strict_refuses_a_snapshot_that_lenient_marks() {
    let strict = Device::new(Tcp::new(once()), 1).with_decoding(Mode::Strict);
    let mut bench = Bench::new(strict);
    bench.units.get_mut(&1).unwrap()[24] = 256;
    let result = bench.call(Command::Snapshot);
    assert_eq!(verdict(&result), (ErrorKind::Malformed, Effect::NotApplied));
    assert_eq!(
        result.unwrap_err().to_string(),
        "register 24 (Active energy L1): 256 where 0 to 255 was expected"
    );
    let mut bench = device();
    bench.units.get_mut(&1).unwrap()[24] = 256;
    assert!(bench.call(Command::Snapshot).is_ok());
}

/// Runs the command until so many requests have been answered, then cancels it; the next request has not left, or has left
/// whole and unanswered.
fn cancelled_after(answered: usize, leaves: bool) -> (ErrorKind, Effect, usize) {
    let mut bench = device();
    let ticket = bench.submit(set_high_voltage());
    for _ in 0..answered {
        assert!(bench.exchange());
    }
    if leaves {
        bench.manners.push_back(Manner::Mute);
        assert!(bench.exchange());
    }
    bench.session.cancel(bench.now, ticket);
    let results = bench.run();
    assert_eq!(results.len(), 1);
    assert_eq!(results[0].0, ticket);
    let (kind, effect) = verdict(&results[0].1);
    (kind, effect, bench.asked.len())
}

#[test]
fn cancel_tells_the_effect_at_each_step() {
    let cancelled = ErrorKind::Cancelled;
    assert_eq!(cancelled_after(0, false), (cancelled, Effect::NotApplied, 0));
    assert_eq!(cancelled_after(0, true), (cancelled, Effect::NotApplied, 1));
    assert_eq!(cancelled_after(1, false), (cancelled, Effect::NotApplied, 1));
    assert_eq!(cancelled_after(1, true), (cancelled, Effect::Unknown, 2));
    assert_eq!(cancelled_after(2, false), (cancelled, Effect::Applied, 2));
    assert_eq!(cancelled_after(2, true), (cancelled, Effect::Applied, 3));
}

#[test]
fn cancel_while_an_unanswered_write_is_read_back_leaves_it_unknown() {
    let mut bench = device().with_manners(&[Manner::Proper, Manner::Mute, Manner::Mute]);
    let ticket = bench.submit(set_high_voltage());
    assert!(bench.exchange() && bench.exchange());
    bench.now = bench.session.poll_timeout().unwrap();
    bench.session.handle_timeout(bench.now);
    assert!(bench.exchange());
    assert_eq!(bench.asked.len(), 3);
    bench.session.cancel(bench.now, ticket);
    let results = bench.run();
    assert_eq!(verdict(&results[0].1), (ErrorKind::Cancelled, Effect::Unknown));
}

#[test]
fn a_second_cancel_and_one_too_late_change_nothing() {
    let mut bench = device();
    let ticket = bench.submit(Command::Snapshot);
    assert!(bench.exchange());
    bench.session.cancel(bench.now, ticket);
    bench.session.cancel(bench.now, ticket);
    let results = bench.run();
    assert!(matches!(results[..], [(_, Ok(Answer::Snapshot(_)))]), "{results:?}");
    bench.session.cancel(bench.now, ticket);
    assert!(bench.run().is_empty());
}

/// A raw session that cannot withdraw what it was given.
struct Stubborn(Tcp);

impl Endpoint for Stubborn {
    fn transport(&self) -> pdu_core::Transport {
        self.0.transport()
    }
    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.0.handle_link(now, event);
    }
    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.0.handle_input(now, bytes)
    }
    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.0.handle_transmitted(now, len);
    }
    fn handle_timeout(&mut self, now: Instant) {
        self.0.handle_timeout(now);
    }
    fn transmit(&self) -> &[u8] {
        self.0.transmit()
    }
    fn poll_timeout(&self) -> Option<Instant> {
        self.0.poll_timeout()
    }
    fn link_demand(&self) -> pdu_core::LinkDemand {
        self.0.link_demand()
    }
}

impl Session for Stubborn {
    type Request = <Tcp as Session>::Request;
    type Reply = <Tcp as Session>::Reply;
    type Notice = <Tcp as Session>::Notice;
    type Error = ModbusError;

    fn submit(&mut self, now: Instant, request: Self::Request) -> Result<Ticket, Refused<Self::Request>> {
        self.0.submit(now, request)
    }
    fn cancel(&mut self, _now: Instant, _ticket: Ticket) {}
    fn poll_event(&mut self) -> Option<pdu_core::EventOf<Self>> {
        self.0.poll_event()
    }
}

#[test]
fn a_command_that_was_cancelled_takes_no_further_step() {
    for (answered, effect) in [(1, Effect::NotApplied), (2, Effect::Applied)] {
        let mut bench = Bench::new(Device::new(Stubborn(Tcp::new(once())), 1));
        let ticket = bench.submit(set_high_voltage());
        for _ in 1..answered {
            assert!(bench.exchange());
        }
        bench.session.cancel(bench.now, ticket);
        let results = bench.run();
        assert_eq!(verdict(&results[0].1), (ErrorKind::Cancelled, effect));
        assert_eq!(bench.asked.len(), answered);
    }
}

#[test]
fn a_link_lost_within_a_write_is_unknown_and_before_it_not_applied() {
    for (answered, effect) in [(1, Effect::Unknown), (2, Effect::Applied)] {
        let mut bench = device();
        bench.submit(set_high_voltage());
        for _ in 0..answered {
            assert!(bench.exchange());
        }
        bench.manners.push_back(Manner::Mute);
        assert!(bench.exchange());
        bench.session.handle_link(bench.now, LinkEvent::Lost);
        let results = bench.run();
        assert_eq!(verdict(&results[0].1), (ErrorKind::LinkDown, effect));
    }
}

#[test]
fn commands_for_one_unit_keep_their_order() {
    let mut bench = line::<4>(&[1]);
    bench.units.get_mut(&1).unwrap()[63] = 0;
    // Each alone is allowed; together, only in this order.
    let first = bench.submit(Addressed::new(
        1,
        set(L1, Quantity::Voltage, Threshold::LowerCritical, "240"),
    ));
    let second = bench.submit(Addressed::new(
        1,
        set(L1, Quantity::Voltage, Threshold::UpperCritical, "230"),
    ));
    let third = bench.submit(Addressed::new(1, Command::Thresholds));
    let results = bench.run();
    assert_eq!(results.len(), 3);
    assert_eq!(results[0].0, first);
    assert_eq!(*results[0].1.as_ref().unwrap(), Answer::Confirmed);
    assert_eq!(results[1].0, second);
    assert_eq!(verdict(&results[1].1), (ErrorKind::InvalidArgument, Effect::NotApplied));
    let (ticket, Ok(Answer::Thresholds(thresholds))) = &results[2] else {
        panic!("thresholds");
    };
    assert_eq!((*ticket, thresholds[0].value), (third, Decimal::new(240, 0)));
    assert_eq!(bench.units[&1][63..65], [2400, 2760]);
}

#[test]
fn units_on_a_line_answer_for_themselves_and_keep_their_member_number() {
    let mut bench = line::<4>(&[1, 2, 32]);
    let tickets: BTreeMap<_, _> = [(1, 0), (2, 1), (32, 7)]
        .map(|(unit, member)| {
            let command = Addressed::new(unit, Command::Snapshot).as_member(member);
            (bench.submit(command), (unit, member))
        })
        .into();
    for (ticket, result) in bench.run() {
        let (unit, member) = tickets[&ticket];
        let Ok(Answer::Snapshot(snapshot)) = result else {
            panic!("a snapshot of unit {unit}");
        };
        let voltage = snapshot.reading(L1.of_unit(member), Quantity::Voltage).unwrap();
        let expected = Decimal::new(2000 + i64::from(unit), -1);
        assert_eq!(voltage.value, Some(pdu_core::Value::Gauge(expected)));
    }
    assert_eq!(bench.asked.len(), 3);
}

#[test]
fn a_silent_unit_does_not_starve_the_others() {
    // A raw session with one place only: the line has to share it out.
    let mut bench = line::<1>(&[2, 3]);
    for _ in 0..4 {
        bench.submit(Addressed::new(1, Command::Snapshot)); // nobody there
    }
    for unit in [2, 3, 2, 3] {
        bench.submit(Addressed::new(unit, Command::Snapshot));
    }
    let results = bench.run();
    assert_eq!(results.len(), 8);
    let order: Vec<u8> = bench
        .asked
        .iter()
        .map(|asked| match asked {
            Asked::Read(unit, ..) | Asked::Write(unit, ..) => *unit,
        })
        .collect();
    assert_eq!(order, [1, 2, 3, 1, 2, 3, 1, 1]);
}

#[test]
fn a_full_line_gives_the_command_back() {
    let mut bench = Bench::new(SharedLine::with_capacity(Tcp::new(once()), 2));
    bench.submit(Addressed::new(1, Command::Snapshot));
    bench.submit(Addressed::new(1, Command::Capabilities));
    let third = Addressed::new(1, set_high_voltage());
    let refused = bench.session.submit(bench.now, third.clone()).unwrap_err();
    assert_eq!(
        refused,
        Refused {
            request: third.clone(),
            kind: ErrorKind::Busy
        }
    );
    assert_eq!(bench.run().len(), 2);
    assert_eq!(bench.call(third).unwrap(), Answer::Confirmed);
}

#[test]
fn a_raw_session_that_is_full_is_waited_for() {
    let mut bench = line::<1>(&[1, 2, 3]);
    for unit in [1, 2, 3] {
        bench.submit(Addressed::new(unit, set_high_voltage()));
    }
    let results = bench.run();
    assert_eq!(results.len(), 3);
    assert!(
        results
            .iter()
            .all(|(_, result)| matches!(result, Ok(Answer::Confirmed)))
    );
    assert_eq!(bench.asked.len(), 9);
}

#[test]
fn one_program_holds_units_over_tcp_and_rtu() {
    let over_tcp: TcpClient<1> = TcpClient::new(TcpOptions::device());
    let over_rtu: RtuClient<1> = RtuClient::new(RtuOptions::default());
    let mut fleet: Vec<Box<dyn DeviceSession>> =
        vec![Box::new(Device::new(over_tcp, 1)), Box::new(Device::new(over_rtu, 7))];
    for device in &mut fleet {
        let ticket = device.submit(Instant::EPOCH, Command::Capabilities).unwrap();
        let Some(Event::Done {
            ticket: done,
            result: Ok(Answer::Capabilities(capabilities)),
        }) = device.poll_event()
        else {
            panic!("capabilities");
        };
        assert_eq!((done, capabilities), (ticket, CAPABILITIES));
        device.submit(Instant::EPOCH, Command::Snapshot).unwrap();
        assert_eq!(device.link_demand(), pdu_core::LinkDemand::Open);
    }
}

#[test]
fn a_boxed_raw_session_serves_as_well() {
    use pdu_proto_modbus::bps2000::ModbusSession;
    let raw: Box<dyn ModbusSession + Send> = Box::new(Tcp::new(once()));
    let mut bench = Bench::new(Device::new(raw, 1));
    assert!(matches!(bench.call(Command::Snapshot), Ok(Answer::Snapshot(_))));
}
