//! The device session over a raw session that is a script: which commands each command takes, and what is told of them.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use pdu_core::{
    Action, Answer, Command, Comparison, Decimal, Delay, DeviceError, Effect, Endpoint, Error, ErrorKind, Event,
    EventOf, IdentitySource, Instant, LinkDemand, LinkEvent, LocalDateTime, OutletKind, OutletSettings, Point,
    PowerRestorePolicy, PowerState, Quality, Quantity, Refused, Restart, ScheduleRecord, Session, Settings, Snapshot,
    Target, Ticket, Transport, Trigger, Update,
};
use pdu_proto_isotek::IsotekError;
use pdu_proto_isotek::client::{Notice, Reply, Request, Retry};
use pdu_proto_isotek::smart_power::{
    CAPABILITIES, Device, Incomplete, NotConfirmed, TextSession, record_of, schedule_record,
};
use pdu_proto_isotek::wire::{
    self, Address, Channel, ChannelStatus, Deviations, Dialect, Operator, Outlet, OutletConfig, OutletState,
    OutletType, Record, RecordType, Setup, StatusFrame, Text,
};

// --- A raw session that is a script --------------------------------------------------------------------------------------

#[derive(Default)]
struct Script {
    /// What was submitted, in order.
    submitted: Vec<Request>,
    /// The one that waits for its end.
    live: Option<Ticket>,
    cancelled: Vec<Ticket>,
    events: VecDeque<EventOf<Raw>>,
    is_busy: bool,
}

#[derive(Clone, Default)]
struct Raw(Rc<RefCell<Script>>);

impl Endpoint for Raw {
    fn transport(&self) -> Transport {
        Transport::Stream
    }
    fn handle_link(&mut self, _: Instant, _: LinkEvent) {}
    fn handle_input(&mut self, _: Instant, bytes: &[u8]) -> usize {
        bytes.len()
    }
    fn handle_transmitted(&mut self, _: Instant, _: usize) {}
    fn handle_timeout(&mut self, _: Instant) {}
    fn transmit(&self) -> &[u8] {
        &[]
    }
    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
    fn link_demand(&self) -> LinkDemand {
        LinkDemand::Open
    }
}

impl Session for Raw {
    type Request = Request;
    type Reply = Reply;
    type Notice = Notice;
    type Error = IsotekError;

    fn submit(&mut self, _: Instant, request: Request) -> Result<Ticket, Refused<Request>> {
        let mut script = self.0.borrow_mut();
        if script.is_busy {
            let kind = ErrorKind::Busy;
            return Err(Refused { request, kind });
        }
        assert_eq!(script.live, None, "one line is outstanding at a time");
        let ticket = Ticket(100 + script.submitted.len() as u64);
        script.live = Some(ticket);
        script.submitted.push(request);
        Ok(ticket)
    }
    fn cancel(&mut self, _: Instant, ticket: Ticket) {
        self.0.borrow_mut().cancelled.push(ticket);
    }
    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        self.0.borrow_mut().events.pop_front()
    }
}

impl TextSession for Raw {
    fn dialect(&self) -> Dialect {
        Dialect::default()
    }
}

struct Bench {
    device: Device<Raw>,
    raw: Raw,
    now: Instant,
    seen: usize,
}

impl Bench {
    fn new() -> Self {
        Self::of(|device| device)
    }

    fn of(device: impl Fn(Device<Raw>) -> Device<Raw>) -> Self {
        let raw = Raw::default();
        let mut bench = Self {
            device: device(Device::new(raw.clone())),
            raw,
            now: Instant::from_millis(5_000),
            seen: 0,
        };
        bench.link(LinkEvent::Up);
        bench
    }

    /// A device that has asked for identity and names already.
    fn warm() -> Self {
        let mut bench = Self::new();
        bench.submit(Command::Snapshot);
        bench.replies(&wire::Command::ReadStatus, Reply::Status(status(&[(1, true)])));
        bench.replies(&wire::Command::ReadAddress, Reply::Address(address()));
        bench.replies(&wire::Command::ReadConfigs, Reply::Configs(Vec::new()));
        bench.done().unwrap();
        bench
    }

    fn submit(&mut self, command: Command) -> Ticket {
        self.device.submit(self.now, command).unwrap()
    }

    fn link(&mut self, event: LinkEvent) {
        self.device.handle_link(self.now, event);
    }

    /// The next line that was submitted must be this one.
    fn expect(&mut self, line: &wire::Command<'_>) -> Retry {
        let script = self.raw.0.borrow();
        let Some(request) = script.submitted.get(self.seen) else {
            panic!("no line was submitted, {line:?} was expected");
        };
        assert_eq!(request.command(), line);
        self.seen += 1;
        request.retry()
    }

    fn expect_nothing(&self) {
        assert_eq!(self.raw.0.borrow().submitted.len(), self.seen, "nothing more is sent");
    }

    fn end(&mut self, result: Result<Reply, IsotekError>) {
        let mut script = self.raw.0.borrow_mut();
        let ticket = script.live.take().unwrap();
        script.events.push_back(Event::Done { ticket, result });
        drop(script);
        self.device.handle_timeout(self.now);
    }

    fn replies(&mut self, line: &wire::Command<'_>, reply: Reply) {
        self.expect(line);
        self.end(Ok(reply));
    }

    fn fails(&mut self, line: &wire::Command<'_>, error: IsotekError) {
        self.expect(line);
        self.end(Err(error));
    }

    fn notice(&mut self, notice: Notice) {
        self.raw.0.borrow_mut().events.push_back(Event::Notice(notice));
        self.device.handle_timeout(self.now);
    }

    fn status(&mut self, frame: Box<StatusFrame>) {
        self.notice(Notice::Status {
            frame,
            deviations: Deviations::NONE,
            replaced: 0,
        });
    }

    fn wait(&mut self, span: Duration) {
        self.now += span;
    }

    /// The next Done; updates before it are dropped.
    fn done(&mut self) -> Result<Answer, DeviceError> {
        loop {
            match self.device.poll_event() {
                Some(Event::Done { result, .. }) => return result,
                Some(Event::Notice(_)) => {}
                None => panic!("no Done"),
            }
        }
    }

    fn updates(&mut self) -> Vec<Update> {
        let events = std::iter::from_fn(|| self.device.poll_event());
        events
            .map(|event| match event {
                Event::Notice(update) => update,
                Event::Done { result, .. } => panic!("no command was asked: {result:?}"),
            })
            .collect()
    }

    /// The end of a command that sends nothing.
    fn at_once(command: Command) -> Result<Answer, DeviceError> {
        let mut bench = Self::new();
        bench.submit(command);
        bench.expect_nothing();
        bench.done()
    }

    fn snapshot(&mut self) -> Snapshot {
        match self.done().unwrap() {
            Answer::Snapshot(snapshot) => *snapshot,
            other => panic!("a snapshot: {other:?}"),
        }
    }
}

fn outlet(number: u8) -> Outlet {
    Outlet::new(number).unwrap()
}

fn text(text: &str) -> Text<'static> {
    Text::new(text).unwrap().into_owned()
}

fn clock() -> LocalDateTime {
    "2026-11-21T08:00:00".parse().unwrap()
}

/// A status of these channels, 230 V and ten watts for each number, with a clock.
fn status(channels: &[(u8, bool)]) -> Box<StatusFrame> {
    let mut frame = StatusFrame::default();
    frame.clock = Some(clock());
    for &(index, is_on) in channels {
        frame.set(ChannelStatus {
            channel: Channel::new(index).unwrap(),
            state: if is_on { OutletState::On } else { OutletState::Off },
            voltage: Decimal::new(230, 0),
            power: Decimal::new(i64::from(index) * 10, 0),
        });
    }
    Box::new(frame)
}

fn status_at(clock: &str) -> Reply {
    let mut frame = status(&[(1, true)]);
    frame.clock = Some(clock.parse().unwrap());
    Reply::Status(frame)
}

fn address() -> Address<'static> {
    Address {
        serial: text("SP-0042"),
        mac: [0x00, 0x1a, 0xb6, 0x03, 0x04, 0xff],
        server_1: ("192.168.0.1".parse().unwrap(), 501),
        server_2: ("0.0.0.0".parse().unwrap(), 0),
    }
}

fn config(name: &str, delay: u32) -> OutletConfig<'static> {
    OutletConfig {
        name: text(name),
        outlet_type: OutletType::Normal,
        delay,
    }
}

fn configs(configs: &[(u8, &str, u32)]) -> Reply {
    let all = configs
        .iter()
        .map(|&(number, name, delay)| (outlet(number), config(name, delay)));
    Reply::Configs(all.collect())
}

fn no_reply(command: &'static str) -> IsotekError {
    IsotekError::NoReply {
        command,
        attempts: 1,
        rejected: None,
        effect: if command.ends_with('?') {
            Effect::NotApplied
        } else {
            Effect::Unknown
        },
    }
}

fn kind_and_effect(result: Result<Answer, DeviceError>) -> (ErrorKind, Effect) {
    let error = result.unwrap_err();
    (error.kind(), error.effect())
}

fn switch(target: Target, action: Action) -> Command {
    Command::Switch {
        target,
        action,
        delay: Delay::None,
    }
}

// --- Snapshots and updates -----------------------------------------------------------------------------------------------

#[test]
fn a_first_snapshot_asks_for_status_identity_and_names_and_a_second_one_for_the_status() {
    let mut bench = Bench::new();
    bench.submit(Command::Snapshot);
    bench.replies(
        &wire::Command::ReadStatus,
        Reply::Status(status(&[(0, true), (1, true), (2, false)])),
    );
    bench.replies(&wire::Command::ReadAddress, Reply::Address(address()));
    bench.replies(&wire::Command::ReadConfigs, configs(&[(1, "amp     ", 0), (2, "", 0)]));
    let snapshot = bench.snapshot();
    let told: Vec<String> = snapshot.readings.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "unit0.inlet1 voltage 230 V",
            "unit0.inlet1 active_power 0 W",
            "unit0.outlet1 voltage 230 V",
            "unit0.outlet1 active_power 10 W",
            "unit0.outlet2 voltage 230 V",
            "unit0.outlet2 active_power 20 W",
        ],
        "the power of the unit is its own number, not a sum"
    );
    let outlets: Vec<_> = snapshot
        .outlets
        .iter()
        .map(|o| (o.number, o.name.as_deref(), o.state))
        .collect();
    assert_eq!(outlets, [(1, Some("amp"), PowerState::On), (2, None, PowerState::Off)]);
    assert_eq!(snapshot.clock, Some(clock()));
    let [identity] = &snapshot.identities[..] else {
        panic!("one identity")
    };
    assert_eq!(identity.serial.as_deref(), Some("SP-0042"));
    assert_eq!(identity.mac.as_deref(), Some("00:1a:b6:03:04:ff"));
    assert_eq!(identity.source, IdentitySource::Device);

    bench.submit(Command::Snapshot);
    bench.replies(&wire::Command::ReadStatus, Reply::Status(status(&[(1, true)])));
    assert_eq!(bench.snapshot().outlets[0].name.as_deref(), Some("amp"));
    bench.expect_nothing();
}

#[test]
fn names_and_identity_are_asked_for_again_over_another_link() {
    let mut bench = Bench::warm();
    bench.link(LinkEvent::Lost);
    bench.link(LinkEvent::Up);
    bench.submit(Command::Snapshot);
    bench.replies(&wire::Command::ReadStatus, Reply::Status(status(&[(1, true)])));
    bench.replies(&wire::Command::ReadAddress, Reply::Address(address()));
    bench.replies(&wire::Command::ReadConfigs, configs(&[(1, "tv", 0)]));
    assert_eq!(bench.snapshot().outlets[0].name.as_deref(), Some("tv"));
}

#[test]
fn a_unit_that_does_not_tell_names_or_identity_still_gives_a_snapshot_and_is_not_asked_again() {
    let mut bench = Bench::new();
    bench.submit(Command::Snapshot);
    bench.replies(&wire::Command::ReadStatus, Reply::Status(status(&[(1, true)])));
    bench.fails(&wire::Command::ReadAddress, no_reply("A?"));
    bench.fails(&wire::Command::ReadConfigs, no_reply("C?"));
    let snapshot = bench.snapshot();
    assert_eq!(
        (snapshot.outlets[0].state, snapshot.outlets[0].name.as_deref()),
        (PowerState::On, None)
    );
    assert_eq!(snapshot.identities[0].source, IdentitySource::Profile);
    assert_eq!(snapshot.identities[0].serial, None);

    bench.link(LinkEvent::Lost);
    bench.link(LinkEvent::Up);
    bench.submit(Command::Snapshot);
    bench.replies(&wire::Command::ReadStatus, Reply::Status(status(&[(1, true)])));
    bench.snapshot();
    bench.expect_nothing();
}

#[test]
fn a_link_that_goes_with_each_question_does_not_keep_a_snapshot_for_ever() {
    let mut bench = Bench::new();
    bench.submit(Command::Snapshot);
    bench.replies(&wire::Command::ReadStatus, Reply::Status(status(&[(1, true)])));
    for (line, command) in [(wire::Command::ReadAddress, "A?"), (wire::Command::ReadConfigs, "C?")] {
        bench.link(LinkEvent::Lost);
        bench.link(LinkEvent::Up);
        let effect = Effect::NotApplied;
        bench.fails(&line, IsotekError::LinkDown { command, effect });
    }
    assert_eq!(bench.snapshot().outlets.len(), 1);
}

#[test]
fn a_snapshot_without_status_fails_and_asks_no_further() {
    let mut bench = Bench::new();
    bench.submit(Command::Snapshot);
    bench.fails(&wire::Command::ReadStatus, no_reply("?"));
    assert_eq!(kind_and_effect(bench.done()), (ErrorKind::Timeout, Effect::NotApplied));
    bench.expect_nothing();
}

#[test]
fn what_a_status_lacks_is_absent_or_unknown_and_never_zero_or_off() {
    let mut bench = Bench::warm();
    bench.status(status(&[(1, true), (2, true)]));
    let mut frame = status(&[(2, true)]);
    frame.clock = None;
    bench.submit(Command::Snapshot);
    bench.replies(&wire::Command::ReadStatus, Reply::Status(frame));
    let snapshot = bench.snapshot();
    assert_eq!(snapshot.clock, None);
    assert_eq!(snapshot.reading(Point::inlet(1), Quantity::ActivePower), None);
    assert_eq!(snapshot.reading(Point::outlet(1), Quantity::Voltage), None);
    let outlets: Vec<_> = snapshot.outlets.iter().map(|o| (o.number, o.state)).collect();
    assert_eq!(
        outlets,
        [(1, PowerState::Unknown), (2, PowerState::On)],
        "outlets 3 to 16 were never told of"
    );
}

#[test]
fn each_status_is_an_update_and_the_newest_one_wins() {
    let mut bench = Bench::warm();
    bench.updates();
    bench.status(status(&[(1, true)]));
    bench.status(status(&[(1, false)]));
    let updates = bench.updates();
    let [Update::Outlet(changed), Update::Snapshot(snapshot)] = &updates[..] else {
        panic!("a change and one snapshot: {updates:?}");
    };
    assert_eq!((changed.number, changed.state), (1, PowerState::Off));
    assert_eq!(snapshot.outlets[0].state, PowerState::Off);
    bench.status(status(&[(1, false)]));
    assert!(
        matches!(&bench.updates()[..], [Update::Snapshot(_)]),
        "nothing has changed"
    );
}

#[test]
fn a_first_status_changes_no_outlet() {
    let mut bench = Bench::new();
    bench.status(status(&[(1, true), (2, false)]));
    assert!(matches!(&bench.updates()[..], [Update::Snapshot(_)]));
}

#[test]
fn an_outlet_that_a_status_lacks_has_not_changed_until_it_is_told_of_again() {
    let mut bench = Bench::warm();
    bench.status(status(&[(1, true)]));
    bench.status(status(&[]));
    assert!(!bench.updates().iter().any(|update| matches!(update, Update::Outlet(_))));
    bench.status(status(&[(1, false)]));
    assert!(matches!(&bench.updates()[..], [Update::Outlet(changed), _] if changed.state == PowerState::Off));
}

#[test]
fn readings_become_stale_when_no_status_comes_and_fresh_when_one_does() {
    let mut bench = Bench::warm();
    bench.status(status(&[(0, true), (1, true)]));
    bench.updates();
    bench.notice(Notice::Stale);
    let updates = bench.updates();
    let [Update::Snapshot(snapshot)] = &updates[..] else {
        panic!("one snapshot: {updates:?}")
    };
    assert_eq!(snapshot.readings.len(), 4);
    assert!(
        snapshot
            .readings
            .iter()
            .all(|reading| reading.quality == Quality::Stale)
    );
    assert!(
        snapshot
            .outlets
            .iter()
            .all(|outlet| outlet.state == PowerState::Unknown)
    );
    assert_eq!(snapshot.clock, None, "it runs on");
    bench.status(status(&[(1, true)]));
    let updates = bench.updates();
    let [Update::Snapshot(snapshot)] = &updates[..] else {
        panic!("one snapshot: {updates:?}")
    };
    assert!(snapshot.readings.iter().all(|reading| reading.quality == Quality::Good));
    assert_eq!(snapshot.outlets[0].state, PowerState::On);
}

#[test]
fn silence_before_the_first_status_is_no_update() {
    let mut bench = Bench::new();
    bench.notice(Notice::Stale);
    assert_eq!(bench.updates(), []);
}

// --- Identity, clock, switching ------------------------------------------------------------------------------------------

#[test]
fn capabilities_are_told_without_a_line() {
    assert_eq!(
        Bench::at_once(Command::Capabilities).unwrap(),
        Answer::Capabilities(CAPABILITIES)
    );
}

#[test]
fn a_unit_that_is_there_and_does_not_say_who_it_is_has_the_identity_of_its_profile() {
    let mut bench = Bench::new();
    bench.submit(Command::Identity);
    bench.fails(&wire::Command::ReadAddress, no_reply("A?"));
    bench.replies(&wire::Command::ReadStatus, Reply::Status(status(&[])));
    let Ok(Answer::Identity(identities)) = bench.done() else {
        panic!("an identity")
    };
    assert_eq!(identities[0].source, IdentitySource::Profile);
    assert_eq!(identities[0].model.as_deref(), Some("SMART Power"));

    bench.submit(Command::Identity);
    bench.fails(&wire::Command::ReadAddress, no_reply("A?"));
    bench.fails(&wire::Command::ReadStatus, no_reply("?"));
    assert_eq!(kind_and_effect(bench.done()).0, ErrorKind::Timeout, "nobody is there");
}

#[test]
fn the_clock_is_that_of_the_next_status_and_its_absence_is_an_error() {
    let mut bench = Bench::new();
    bench.submit(Command::Clock);
    bench.replies(&wire::Command::ReadStatus, status_at("2026-11-21T08:15:00"));
    assert_eq!(
        bench.done().unwrap(),
        Answer::Clock("2026-11-21T08:15:00".parse().unwrap())
    );
    bench.submit(Command::Clock);
    bench.replies(&wire::Command::ReadStatus, Reply::Status(Box::default()));
    assert_eq!(kind_and_effect(bench.done()), (ErrorKind::Mismatch, Effect::NotApplied));
}

#[test]
fn a_clock_that_is_set_is_read_back_and_may_have_run() {
    for (read, confirmed) in [
        ("2026-11-21T07:59:58", true),
        ("2026-11-21T08:00:00", true),
        ("2026-11-21T08:00:06", true),
        ("2026-11-21T08:00:07", false),
        ("2026-11-21T07:59:57", false),
    ] {
        let mut bench = Bench::new();
        bench.submit(Command::SetClock(clock()));
        assert_eq!(bench.expect(&wire::Command::SetClock(clock())), Retry::Never);
        bench.wait(Duration::from_millis(4_500));
        bench.end(Ok(Reply::Accepted));
        bench.replies(&wire::Command::ReadStatus, status_at(read));
        match bench.done() {
            Ok(answer) => assert_eq!((answer, confirmed), (Answer::Confirmed, true), "{read}"),
            Err(error) => {
                assert!(!confirmed, "{read}");
                assert_eq!(
                    (error.kind(), error.effect()),
                    (ErrorKind::NotConfirmed, Effect::Unknown)
                );
                let told = error.inner().downcast_ref::<NotConfirmed>().unwrap();
                assert_eq!((&*told.expected, &*told.found), ("2026-11-21T08:00:00", read));
            }
        }
    }
}

#[test]
fn a_clock_whose_ok_was_lost_is_decided_by_what_it_reads() {
    let ended = |status: Result<Reply, IsotekError>| {
        let mut bench = Bench::new();
        bench.submit(Command::SetClock(clock()));
        bench.fails(&wire::Command::SetClock(clock()), no_reply("T="));
        bench.expect(&wire::Command::ReadStatus);
        bench.end(status);
        bench.expect_nothing();
        bench.done()
    };
    assert_eq!(ended(Ok(status_at("2026-11-21T08:00:01"))).unwrap(), Answer::Confirmed);
    let otherwise = kind_and_effect(ended(Ok(status_at("2001-01-01T00:00:00"))));
    assert_eq!(otherwise, (ErrorKind::NotConfirmed, Effect::Unknown));
    let error = ended(Err(no_reply("?"))).unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Unknown));
    assert!(
        error.to_string().contains("T="),
        "the answer that was lost first: {error}"
    );
    let ended = kind_and_effect(ended(Ok(Reply::Status(Box::default()))));
    assert_eq!(ended, (ErrorKind::Mismatch, Effect::Unknown));
}

#[test]
fn a_clock_that_was_set_and_cannot_be_read_is_applied() {
    let mut bench = Bench::new();
    bench.submit(Command::SetClock(clock()));
    bench.replies(&wire::Command::SetClock(clock()), Reply::Accepted);
    bench.fails(&wire::Command::ReadStatus, no_reply("?"));
    assert_eq!(kind_and_effect(bench.done()), (ErrorKind::Timeout, Effect::Applied));
}

#[test]
fn a_clock_before_2000_is_not_set() {
    let early = "1999-12-31T23:59:59".parse().unwrap();
    let ended = kind_and_effect(Bench::at_once(Command::SetClock(early)));
    assert_eq!(ended, (ErrorKind::InvalidArgument, Effect::NotApplied));
}

#[test]
fn one_outlet_and_all_are_switched_by_one_line_that_is_sent_once() {
    let one = |state| wire::Command::SwitchOutlet {
        outlet: outlet(16),
        state,
    };
    for (command, line) in [
        (switch(Target::Outlet(16), Action::On), one(OutletState::On)),
        (switch(Target::Outlet(16), Action::Off), one(OutletState::Off)),
        (switch(Target::All, Action::On), wire::Command::AllOn),
        (switch(Target::All, Action::Off), wire::Command::AllOff),
    ] {
        let mut bench = Bench::new();
        bench.submit(command.clone());
        assert_eq!(
            bench.expect(&line),
            Retry::ReadsOnly,
            "{line:?} reads nothing, so it is sent once"
        );
        bench.end(Ok(Reply::Accepted));
        assert_eq!(bench.done().unwrap(), Answer::Accepted);
        bench.expect_nothing();

        let mut bench = Bench::of(|device| device.with_retry(Retry::AfterStatus));
        bench.submit(command);
        assert_eq!(bench.expect(&line), Retry::AfterStatus);
        bench.end(Ok(Reply::Confirmed));
        assert_eq!(
            bench.done().unwrap(),
            Answer::Confirmed,
            "the status that was read shows it"
        );
    }
}

#[test]
fn a_switch_command_without_ok_is_a_timeout_of_unknown_effect() {
    let mut bench = Bench::new();
    bench.submit(switch(Target::All, Action::Off));
    bench.fails(&wire::Command::AllOff, no_reply("G"));
    let error = bench.done().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Unknown));
    assert!(error.to_string().starts_with("no reply to G"), "{error}");
    bench.expect_nothing();
}

#[test]
fn what_the_protocol_has_no_line_for_is_unsupported_and_never_approximated() {
    let outlet_1 = Target::Outlet(1);
    let delayed = |delay| Command::Switch {
        target: outlet_1,
        action: Action::Off,
        delay,
    };
    for command in [
        switch(outlet_1, Action::Cycle),
        switch(outlet_1, Action::CancelPending),
        switch(outlet_1, Action::ResetEnergy),
        delayed(Delay::Configured),
        delayed(Delay::Exact(Duration::ZERO)),
        switch(Target::Group(1), Action::On),
        Command::Restart(Restart::FactoryDefaults),
        Command::Thresholds,
        Command::ResetEnergy(Point::outlet(1)),
        Command::SetSettings(
            Settings::from(vec![OutletSettings {
                restore_policy: Some(PowerRestorePolicy::AlwaysOn),
                ..OutletSettings::of(1)
            }])
            .into(),
        ),
        Command::SetSettings(
            Settings::from(vec![OutletSettings {
                on_delay: Some(5),
                ..OutletSettings::of(1)
            }])
            .into(),
        ),
        Command::SetSchedule(vec![ScheduleRecord {
            action: Action::CancelPending,
            ..at_half_past_seven(1)
        }]),
    ] {
        let ended = kind_and_effect(Bench::at_once(command.clone()));
        assert_eq!(ended, (ErrorKind::Unsupported, Effect::NotApplied), "{command:?}");
    }
}

#[test]
fn outlets_that_do_not_exist_are_invalid_and_nothing_is_sent() {
    for number in [0, 17, 256, 272, u16::MAX] {
        let ended = kind_and_effect(Bench::at_once(switch(Target::Outlet(number), Action::Off)));
        assert_eq!(ended, (ErrorKind::InvalidArgument, Effect::NotApplied), "{number}");
    }
}

#[test]
fn a_restart_is_one_line_for_which_no_link_is_no_answer() {
    let mut bench = Bench::of(|device| device.with_retry(Retry::AfterStatus));
    bench.submit(Command::Restart(Restart::Controller));
    assert_eq!(bench.expect(&wire::Command::Restart), Retry::Never);
    let effect = Effect::Unknown;
    bench.end(Err(IsotekError::LinkDown { command: "X", effect }));
    assert_eq!(kind_and_effect(bench.done()), (ErrorKind::LinkDown, Effect::Unknown));
    bench.expect_nothing();
}

// --- The scheduler -------------------------------------------------------------------------------------------------------

fn at_half_past_seven(id: u32) -> ScheduleRecord {
    ScheduleRecord {
        id,
        name: "morning".into(),
        outlet: 3,
        trigger: Trigger::Time {
            at: "07:30".parse().unwrap(),
            day: 127,
        },
        action: Action::On,
        raw: [].into(),
    }
}

fn above_two_kilowatts(id: u32) -> ScheduleRecord {
    ScheduleRecord {
        id,
        name: "too much".into(),
        outlet: 16,
        trigger: Trigger::ActivePower {
            comparison: Comparison::Greater,
            watts: 2000,
        },
        action: Action::Cycle,
        raw: [("hh:min".into(), "12:05".into()), ("status_slot".into(), "?".into())].into(),
    }
}

fn line_of(record: &ScheduleRecord) -> wire::Command<'static> {
    wire::Command::WriteRecord(record_of(record).unwrap())
}

#[test]
fn records_are_told_whole_and_go_back_as_they_were() {
    let base = Record {
        id: 7,
        record_type: RecordType::TimePlan,
        name: text(" amp/1  "),
        time: "07:30".parse().unwrap(),
        day: 127,
        power: 15,
        operator: Operator::Less,
        channel: outlet(3),
        status_value: text(""),
        status_slot: text(" 7f "),
        setup: Setup::Restart,
    };
    let power_plan = Record {
        record_type: RecordType::PowerPlan,
        ..base.clone()
    };
    for record in [base, power_plan] {
        let in_words = schedule_record(&record);
        assert_eq!(in_words.action, Action::Cycle);
        assert_eq!(in_words.raw.len(), 4);
        assert_eq!(in_words.raw["status_slot"], " 7f ");
        assert_eq!(record_of(&in_words).unwrap(), record, "nothing is lost");
    }
}

#[test]
fn a_schedule_is_counted_written_and_read_back() {
    let records = vec![at_half_past_seven(1), above_two_kilowatts(2)];
    let mut bench = Bench::new();
    bench.submit(Command::SetSchedule(records.clone()));
    assert_eq!(bench.expect(&wire::Command::SetRecordCount(2)), Retry::Never);
    bench.end(Ok(Reply::Accepted));
    for record in &records {
        assert_eq!(bench.expect(&line_of(record)), Retry::Never);
        bench.end(Ok(Reply::Accepted));
    }
    // In another order, and with a name that is padded.
    let mut found: Vec<_> = (1..)
        .zip(records.iter().rev().map(|record| record_of(record).unwrap()))
        .collect();
    found[1].1.name = text("morning ");
    bench.replies(&wire::Command::ReadSchedule, Reply::Schedule(found));
    assert_eq!(bench.done().unwrap(), Answer::Confirmed);
    bench.expect_nothing();
}

#[test]
fn an_empty_schedule_is_a_count_of_none() {
    let mut bench = Bench::new();
    bench.submit(Command::SetSchedule(Vec::new()));
    bench.replies(&wire::Command::SetRecordCount(0), Reply::Accepted);
    bench.replies(&wire::Command::ReadSchedule, Reply::Schedule(Vec::new()));
    assert_eq!(bench.done().unwrap(), Answer::Confirmed);
}

#[test]
fn a_new_record_has_the_documented_values_where_nothing_is_said() {
    let time_plan = record_of(&at_half_past_seven(1)).unwrap();
    assert_eq!((time_plan.power, time_plan.operator), (0, Operator::None));
    assert_eq!((time_plan.status_value, time_plan.status_slot), (text("0"), text("0")));
    let power_plan = record_of(&ScheduleRecord {
        raw: [].into(),
        ..above_two_kilowatts(2)
    })
    .unwrap();
    assert_eq!((power_plan.time.to_string().as_str(), power_plan.day), ("00:00", 0));
}

#[test]
fn one_invalid_record_keeps_all_from_being_sent() {
    let with_raw = |key: &str, value: &str| ScheduleRecord {
        raw: [(key.into(), value.into())].into(),
        ..at_half_past_seven(2)
    };
    let power_with_raw = |key: &str, value: &str| ScheduleRecord {
        raw: [(key.into(), value.into())].into(),
        ..above_two_kilowatts(2)
    };
    let named = |name: &str| ScheduleRecord {
        name: name.into(),
        ..at_half_past_seven(2)
    };
    let on_outlet = |outlet| ScheduleRecord {
        outlet,
        ..at_half_past_seven(2)
    };
    let on_day = |day| ScheduleRecord {
        trigger: Trigger::Time {
            at: "07:30".parse().unwrap(),
            day,
        },
        ..at_half_past_seven(2)
    };
    let at_watts = |watts| ScheduleRecord {
        trigger: Trigger::ActivePower {
            comparison: Comparison::Less,
            watts,
        },
        raw: [].into(),
        ..above_two_kilowatts(2)
    };
    let invalid = [
        at_half_past_seven(1), // twice the same id
        at_half_past_seven(100_000),
        named("a|b"),
        named("a\nX"),
        named("caf\u{e9}"),
        named("nine char"),
        on_outlet(0),
        on_outlet(17),
        on_day(1000),
        at_watts(100_000),
        with_raw("Power", "0"),
        with_raw("hh:min", "00:00"),
        with_raw("power", "-1"),
        with_raw("power", "+1"),
        with_raw("power", ""),
        with_raw("power", "100000"),
        with_raw("operator", "3"),
        with_raw("status_value", "|"),
        with_raw("status_slot", "\r"),
        power_with_raw("hh:min", "24:00"),
        power_with_raw("dd", "70000"),
        power_with_raw("dd", "x"),
        power_with_raw("operator", "1"),
    ];
    for record in invalid {
        let command = Command::SetSchedule(vec![at_half_past_seven(1), record]);
        let ended = kind_and_effect(Bench::at_once(command.clone()));
        assert_eq!(ended, (ErrorKind::InvalidArgument, Effect::NotApplied), "{command:?}");
    }
    let too_many = (0..1000).map(at_half_past_seven).collect();
    let ended = kind_and_effect(Bench::at_once(Command::SetSchedule(too_many)));
    assert_eq!(ended, (ErrorKind::InvalidArgument, Effect::NotApplied));
}

#[test]
fn a_schedule_that_breaks_off_says_how_much_was_written_and_writes_no_more() {
    let records = vec![at_half_past_seven(1), above_two_kilowatts(2), at_half_past_seven(3)];
    let mut bench = Bench::new();
    bench.submit(Command::SetSchedule(records.clone()));
    bench.replies(&wire::Command::SetRecordCount(3), Reply::Accepted);
    bench.replies(&line_of(&records[0]), Reply::Accepted);
    bench.fails(&line_of(&records[1]), no_reply("PW="));
    let error = bench.done().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Unknown));
    let told = error.inner().downcast_ref::<Incomplete>().unwrap();
    assert_eq!((told.written, told.of), (1, 3));
    assert!(
        error
            .to_string()
            .starts_with("1 of 3 records written, then: no reply to PW="),
        "{error}"
    );
    bench.expect_nothing();
}

#[test]
fn a_count_that_never_left_changed_nothing() {
    let mut bench = Bench::new();
    bench.submit(Command::SetSchedule(vec![at_half_past_seven(1)]));
    let effect = Effect::NotApplied;
    bench.fails(
        &wire::Command::SetRecordCount(1),
        IsotekError::LinkDown { command: "P=", effect },
    );
    assert_eq!(kind_and_effect(bench.done()), (ErrorKind::LinkDown, Effect::NotApplied));
}

#[test]
fn a_last_record_whose_ok_was_lost_is_decided_by_what_is_read_back() {
    let record = at_half_past_seven(1);
    let ended = |found: Vec<(u16, Record<'static>)>| {
        let mut bench = Bench::new();
        bench.submit(Command::SetSchedule(vec![record.clone()]));
        bench.replies(&wire::Command::SetRecordCount(1), Reply::Accepted);
        bench.fails(&line_of(&record), no_reply("PW="));
        bench.replies(&wire::Command::ReadSchedule, Reply::Schedule(found));
        bench.expect_nothing();
        bench.done()
    };
    assert_eq!(
        ended(vec![(1, record_of(&record).unwrap())]).unwrap(),
        Answer::Confirmed
    );
    let error = ended(Vec::new()).unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::NotConfirmed, Effect::Unknown)
    );
    assert_eq!(
        error.to_string(),
        "number of records reads \"0\" after \"1\" was written"
    );
}

#[test]
fn a_schedule_that_reads_otherwise_is_not_confirmed_and_both_are_shown() {
    let record = at_half_past_seven(1);
    for change in [
        |r: &mut Record<'static>| r.day = 126,
        |r: &mut Record<'static>| r.status_slot = text("1"),
        |r: &mut Record<'static>| r.name = text("evening"),
        |r: &mut Record<'static>| r.id = 2,
    ] {
        let mut bench = Bench::new();
        bench.submit(Command::SetSchedule(vec![record.clone()]));
        bench.replies(&wire::Command::SetRecordCount(1), Reply::Accepted);
        bench.replies(&line_of(&record), Reply::Accepted);
        let mut found = record_of(&record).unwrap();
        change(&mut found);
        bench.replies(&wire::Command::ReadSchedule, Reply::Schedule(vec![(1, found)]));
        let error = bench.done().unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::NotConfirmed, Effect::Unknown)
        );
        let told = error.inner().downcast_ref::<NotConfirmed>().unwrap();
        assert_eq!(told.expected, "1|1|morning|07:30|127|0|0|3|0|0|1|");
        assert_ne!(told.found, told.expected);
    }
}

// --- Settings ------------------------------------------------------------------------------------------------------------

fn named(number: u16, name: &str) -> OutletSettings {
    OutletSettings {
        name: Some(name.into()),
        ..OutletSettings::of(number)
    }
}

fn set(outlets: Vec<OutletSettings>) -> Command {
    Command::SetSettings(Settings::from(outlets).into())
}

fn write_config(number: u8, config: OutletConfig<'static>) -> wire::Command<'static> {
    wire::Command::SetConfig {
        outlet: outlet(number),
        config,
    }
}

#[test]
fn settings_are_told_without_padding() {
    let mut bench = Bench::new();
    bench.submit(Command::Settings);
    bench.replies(&wire::Command::ReadConfigs, configs(&[(1, "amp     ", 5), (2, "", 0)]));
    let Ok(Answer::Settings(settings)) = bench.done() else {
        panic!("settings")
    };
    let amp = OutletSettings {
        kind: Some(OutletKind::Normal),
        delay: Some(5),
        ..named(1, "amp")
    };
    assert_eq!(settings.outlets[0], amp);
    assert_eq!(settings.outlets[1].name.as_deref(), Some(""));
}

#[test]
fn only_outlets_that_differ_are_written_and_padding_stays() {
    let stored = configs(&[
        (1, "amp     ", 5),
        (2, "dac     ", 0),
        (3, "tv      ", 0),
        (4, "        ", 0),
    ]);
    let mut bench = Bench::new();
    bench.submit(set(vec![
        named(2, "streamer"),
        named(1, "amp"), // as it is
        OutletSettings {
            delay: Some(30),
            kind: Some(OutletKind::Router),
            ..named(3, "tv  ")
        },
    ]));
    bench.replies(&wire::Command::ReadConfigs, stored);
    assert_eq!(bench.expect(&write_config(2, config("streamer", 0))), Retry::Never);
    bench.end(Ok(Reply::Accepted));
    let router = OutletConfig {
        outlet_type: OutletType::Router,
        ..config("tv      ", 30)
    };
    bench.replies(&write_config(3, router.clone()), Reply::Accepted);
    let mut found = configs(&[(1, "amp     ", 5), (2, "streamer", 0), (4, "        ", 0)]);
    if let Reply::Configs(found) = &mut found {
        found.push((outlet(3), router));
    }
    bench.replies(&wire::Command::ReadConfigs, found);
    assert_eq!(bench.done().unwrap(), Answer::Confirmed);
    bench.expect_nothing();
}

#[test]
fn settings_that_are_as_wanted_are_confirmed_without_a_write() {
    let mut bench = Bench::new();
    bench.submit(set(vec![named(1, "amp"), OutletSettings::of(2)]));
    bench.replies(&wire::Command::ReadConfigs, configs(&[(1, "amp     ", 5), (2, "", 0)]));
    assert_eq!(bench.done().unwrap(), Answer::Confirmed);
    bench.expect_nothing();
}

#[test]
fn invalid_settings_are_refused_before_anything_is_sent() {
    for outlets in [
        vec![named(0, "x")],
        vec![named(17, "x")],
        vec![named(1, "x"), named(1, "y")],
        vec![named(1, "nine char")],
        vec![named(1, "a|b")],
        vec![named(1, "a\nX")],
        vec![OutletSettings {
            unit: 1,
            ..named(1, "x")
        }],
        vec![
            named(1, "fine"),
            OutletSettings {
                delay: Some(100_000),
                ..OutletSettings::of(2)
            },
        ],
    ] {
        let ended = kind_and_effect(Bench::at_once(set(outlets.clone())));
        assert_eq!(ended, (ErrorKind::InvalidArgument, Effect::NotApplied), "{outlets:?}");
    }
}

#[test]
fn an_outlet_that_the_unit_does_not_have_keeps_all_from_being_written() {
    let mut bench = Bench::new();
    bench.submit(set(vec![named(1, "new"), named(9, "x")]));
    bench.replies(&wire::Command::ReadConfigs, configs(&[(1, "old", 0)]));
    assert_eq!(
        kind_and_effect(bench.done()),
        (ErrorKind::InvalidArgument, Effect::NotApplied)
    );
    bench.expect_nothing();
}

#[test]
fn a_stored_name_too_long_to_be_sent_keeps_its_outlet_from_being_written() {
    let mut bench = Bench::new();
    let delayed = OutletSettings {
        delay: Some(9),
        ..OutletSettings::of(1)
    };
    bench.submit(set(vec![delayed.clone()]));
    bench.replies(&wire::Command::ReadConfigs, configs(&[(1, "twelve chars", 0)]));
    assert_eq!(
        kind_and_effect(bench.done()),
        (ErrorKind::InvalidArgument, Effect::NotApplied)
    );
    // Where it is padding that is too long, the name is sent without it.
    bench.submit(set(vec![delayed]));
    bench.replies(&wire::Command::ReadConfigs, configs(&[(1, "amp         ", 0)]));
    bench.expect(&write_config(1, config("amp", 9)));
}

#[test]
fn settings_that_read_otherwise_are_not_confirmed_with_the_effect_that_is_known() {
    let ended = |write: Result<Reply, IsotekError>, is_lost: bool, found: Reply| {
        let mut bench = Bench::new();
        bench.submit(set(vec![named(1, "new")]));
        bench.replies(&wire::Command::ReadConfigs, configs(&[(1, "old", 0)]));
        bench.expect(&write_config(1, config("new", 0)));
        bench.end(write);
        if is_lost {
            bench.link(LinkEvent::Lost);
            bench.link(LinkEvent::Up);
        }
        bench.replies(&wire::Command::ReadConfigs, found);
        bench.expect_nothing();
        bench.done()
    };
    let old = || configs(&[(1, "old     ", 0)]);
    let new = || configs(&[(1, "new     ", 0)]);
    let other = || configs(&[(1, "ne", 0)]);
    let unheard = || Err(no_reply("Cx="));
    let not_applied = (ErrorKind::NotConfirmed, Effect::NotApplied);
    let unknown = (ErrorKind::NotConfirmed, Effect::Unknown);
    assert_eq!(ended(Ok(Reply::Accepted), false, new()).unwrap(), Answer::Confirmed);
    assert_eq!(ended(unheard(), false, new()).unwrap(), Answer::Confirmed);
    assert_eq!(kind_and_effect(ended(Ok(Reply::Accepted), false, old())), not_applied);
    assert_eq!(kind_and_effect(ended(Ok(Reply::Accepted), false, other())), unknown);
    assert_eq!(kind_and_effect(ended(unheard(), false, old())), not_applied);
    // Over another link it may still be on its way.
    assert_eq!(kind_and_effect(ended(unheard(), true, old())), unknown);
    assert_eq!(
        kind_and_effect(ended(Ok(Reply::Accepted), false, configs(&[]))),
        unknown
    );
}

#[test]
fn what_settings_read_names_the_outlets_of_later_updates() {
    let mut bench = Bench::warm();
    bench.submit(set(vec![named(1, "new")]));
    bench.replies(&wire::Command::ReadConfigs, configs(&[(1, "old", 0)]));
    bench.replies(&write_config(1, config("new", 0)), Reply::Accepted);
    bench.replies(&wire::Command::ReadConfigs, configs(&[(1, "new", 0)]));
    bench.done().unwrap();
    bench.status(status(&[(1, true)]));
    assert!(matches!(&bench.updates()[..], [Update::Snapshot(s)] if s.outlets[0].name.as_deref() == Some("new")));
}

// --- The queue, cancelling -----------------------------------------------------------------------------------------------

#[test]
fn commands_wait_for_each_other_and_a_ninth_is_given_back() {
    let mut bench = Bench::new();
    for _ in 0..8 {
        bench.submit(Command::Clock);
    }
    let refused = bench.device.submit(bench.now, Command::Clock).unwrap_err();
    assert_eq!((refused.kind, refused.request), (ErrorKind::Busy, Command::Clock));
    for _ in 0..8 {
        bench.replies(&wire::Command::ReadStatus, status_at("2026-11-21T08:00:00"));
    }
    let refused = bench.device.submit(bench.now, Command::Clock).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Busy, "none of the ends was taken");
    bench.done().unwrap();
    bench.submit(Command::Clock);
}

#[test]
fn a_busy_raw_session_is_asked_later() {
    let mut bench = Bench::new();
    bench.raw.0.borrow_mut().is_busy = true;
    bench.submit(Command::Clock);
    bench.expect_nothing();
    bench.raw.0.borrow_mut().is_busy = false;
    bench.device.handle_timeout(bench.now);
    bench.replies(&wire::Command::ReadStatus, status_at("2026-11-21T08:00:00"));
    bench.done().unwrap();
}

fn cancelled(effect: Effect) -> IsotekError {
    IsotekError::Cancelled { effect }
}

#[test]
fn a_command_that_waits_is_withdrawn_without_a_line() {
    let mut bench = Bench::new();
    bench.submit(Command::Clock);
    let waiting = bench.submit(switch(Target::All, Action::Off));
    bench.device.cancel(bench.now, waiting);
    assert_eq!(
        kind_and_effect(bench.done()),
        (ErrorKind::Cancelled, Effect::NotApplied)
    );
    bench.replies(&wire::Command::ReadStatus, status_at("2026-11-21T08:00:00"));
    bench.done().unwrap();
    bench.expect_nothing();
}

#[test]
fn a_cancelled_command_ends_as_the_raw_session_says_of_its_line() {
    let mut bench = Bench::new();
    let ticket = bench.submit(switch(Target::All, Action::Off));
    bench.device.cancel(bench.now, ticket);
    assert_eq!(bench.raw.0.borrow().cancelled, [Ticket(100)]);
    bench.fails(&wire::Command::AllOff, cancelled(Effect::Unknown));
    assert_eq!(kind_and_effect(bench.done()), (ErrorKind::Cancelled, Effect::Unknown));
}

#[test]
fn a_schedule_that_is_cancelled_says_what_it_has_done_in_each_step() {
    // After so many lines that were acknowledged, the next is cancelled with this effect.
    let ended = |acknowledged: usize, of_line: Effect| {
        let mut bench = Bench::new();
        let ticket = bench.submit(Command::SetSchedule(vec![at_half_past_seven(1), at_half_past_seven(2)]));
        for _ in 0..acknowledged {
            bench.seen += 1;
            bench.end(Ok(Reply::Accepted));
        }
        bench.device.cancel(bench.now, ticket);
        bench.seen += 1;
        bench.end(Err(cancelled(of_line)));
        bench.expect_nothing();
        bench.done()
    };
    let not_applied = (ErrorKind::Cancelled, Effect::NotApplied);
    let unknown = (ErrorKind::Cancelled, Effect::Unknown);
    let applied = (ErrorKind::Cancelled, Effect::Applied);
    assert_eq!(kind_and_effect(ended(0, Effect::NotApplied)), not_applied);
    assert_eq!(kind_and_effect(ended(0, Effect::Unknown)), unknown);
    assert_eq!(kind_and_effect(ended(1, Effect::NotApplied)), unknown);
    assert_eq!(kind_and_effect(ended(2, Effect::Unknown)), unknown);
    assert_eq!(
        kind_and_effect(ended(3, Effect::NotApplied)),
        applied,
        "only reading back was left"
    );
    assert_eq!(
        ended(2, Effect::Unknown).unwrap_err().to_string(),
        "1 of 2 records written, then: cancelled"
    );
}

#[test]
fn a_cancelled_command_whose_line_was_answered_all_the_same_goes_no_further() {
    let mut bench = Bench::new();
    let ticket = bench.submit(Command::SetClock(clock()));
    bench.device.cancel(bench.now, ticket);
    bench.replies(&wire::Command::SetClock(clock()), Reply::Accepted);
    assert_eq!(kind_and_effect(bench.done()), (ErrorKind::Cancelled, Effect::Applied));
    bench.expect_nothing();
}

#[test]
fn reading_back_that_is_cancelled_leaves_open_what_was_not_acknowledged() {
    let record = at_half_past_seven(1);
    let mut bench = Bench::new();
    let ticket = bench.submit(Command::SetSchedule(vec![record.clone()]));
    bench.replies(&wire::Command::SetRecordCount(1), Reply::Accepted);
    bench.fails(&line_of(&record), no_reply("PW="));
    bench.device.cancel(bench.now, ticket);
    bench.fails(&wire::Command::ReadSchedule, cancelled(Effect::NotApplied));
    assert_eq!(kind_and_effect(bench.done()), (ErrorKind::Cancelled, Effect::Unknown));
}

#[test]
fn a_snapshot_that_is_cancelled_while_it_asks_on_leaves_that_to_the_next_one() {
    let mut bench = Bench::new();
    let ticket = bench.submit(Command::Snapshot);
    bench.replies(&wire::Command::ReadStatus, Reply::Status(status(&[(1, true)])));
    bench.device.cancel(bench.now, ticket);
    bench.fails(&wire::Command::ReadAddress, cancelled(Effect::NotApplied));
    assert_eq!(
        kind_and_effect(bench.done()),
        (ErrorKind::Cancelled, Effect::NotApplied)
    );
    bench.expect_nothing();
    bench.submit(Command::Snapshot);
    bench.replies(&wire::Command::ReadStatus, Reply::Status(status(&[(1, true)])));
    bench.replies(&wire::Command::ReadAddress, Reply::Address(address()));
    bench.expect(&wire::Command::ReadConfigs);
}
