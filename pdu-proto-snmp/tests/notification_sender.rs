//! How a sender sends, repeats, finds engines, and tells what became of it.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod notification_support;

use std::collections::BTreeSet;
use std::time::Duration;

use notification_support::{
    DEVICE, STATION, address, at, carry, device, engine, key, open, path, private, receiver, sender, station, take,
    tripped,
};
use pdu_core::{Effect, Error, ErrorKind, Hub, Instant};
use pdu_proto_snmp::notification::{
    Delivery, Destination, DestinationId, Notification, NotificationError, Receiver, ReceiverOptions, SendError,
    Sender, SenderOptions,
};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::usm::{AuthProtocol, Keys, LocalEngine, Outgoing, Report, Salt, User};
use pdu_proto_snmp::wire::v3::{self, Flags, Scoped, SecurityLevel};
use pdu_proto_snmp::wire::{
    Body, Common, ErrorStatus, GenericTrap, Message, Operation, Tolerance, Value, VarBind, VarBinds,
};

fn informing(destination: Destination) -> (Sender, DestinationId) {
    let mut sender = sender();
    let to = sender.add(destination).unwrap();
    (sender, to)
}

fn v2c() -> Destination {
    Destination::inform_v2c(address(STATION), b"public")
}

fn v3(user: User) -> Destination {
    Destination::inform_v3(address(STATION), user)
}

/// The response to an inform of v2c.
fn response(inform: &[u8], status: ErrorStatus) -> Vec<u8> {
    let message = Message::parse(inform, Tolerance::STRICT).unwrap();
    let Body::Common(inform) = message.body else { panic!() };
    let (operation, error_status) = (Operation::RESPONSE, status);
    let body = Body::Common(Common {
        operation,
        error_status,
        ..inform
    });
    let mut buffer = [0; 1472];
    Message::v2c(message.community.0, body)
        .encode(&mut buffer)
        .unwrap()
        .to_vec()
}

fn result(sender: &mut Sender) -> Option<Result<Delivery, SendError>> {
    sender.poll_event().map(|done| done.result)
}

#[test]
fn trap_is_done_when_it_has_left_and_not_before() {
    let (mut sender, to) = informing(Destination::trap_v2c(address(STATION), b"public"));
    let ticket = sender.send(at(0), to, &tripped(1)).unwrap();
    assert_eq!((sender.poll_event(), sender.poll_timeout()), (None, None));
    let (to_path, datagram) = sender.transmit().unwrap();
    assert_eq!(to_path, path(STATION));
    let message = Message::parse(datagram, Tolerance::STRICT).unwrap();
    assert_eq!(
        (message.community.0, message.body.operation()),
        (&b"public"[..], Operation::TRAP_V2)
    );
    assert_eq!(Notification::from_v2(message.body.varbinds()), Some(tripped(1)));
    assert!(take(&mut sender, at(0)).is_some());
    let done = sender.poll_event().unwrap();
    assert_eq!(
        (done.destination, done.ticket, done.result),
        (to, ticket, Ok(Delivery::Sent))
    );
    assert_eq!((sender.transmit(), sender.poll_timeout()), (None, None));
}

#[test]
fn trap_of_v1_has_the_address_of_the_notification_or_else_that_of_the_destination() {
    let to = Destination::trap_v1(address(STATION), b"public").with_agent_address([192, 0, 2, 7].into());
    let (mut sender, to) = informing(to);
    let mut forwarded = tripped(2);
    forwarded.agent_address = Some([10, 0, 0, 1].into());
    for (notification, expected) in [(tripped(1), [192, 0, 2, 7]), (forwarded, [10, 0, 0, 1])] {
        sender.send(at(0), to, &notification).unwrap();
        let datagram = take(&mut sender, at(0)).unwrap();
        let message = Message::parse(&datagram, Tolerance::STRICT).unwrap();
        let Body::TrapV1(trap) = message.body else { panic!() };
        assert_eq!(trap.agent_address, std::net::Ipv4Addr::from(expected));
        assert_eq!(
            (trap.enterprise, trap.generic_trap),
            (oid!(1, 3, 6, 1, 4, 1, 99), GenericTrap::ENTERPRISE_SPECIFIC)
        );
    }
}

#[test]
fn inform_is_repeated_as_it_is_with_growing_waits_until_it_is_given_up() {
    let (mut sender, to) = informing(
        v2c()
            .with_timeout(Duration::from_secs(1))
            .with_max_timeout(Duration::from_secs(3))
            .with_retries(3),
    );
    sender.send(at(0), to, &tripped(1)).unwrap();
    let first = take(&mut sender, at(0)).unwrap();
    for (second, deadline) in [(1, 3), (3, 6), (6, 9)] {
        assert_eq!(sender.poll_timeout(), Some(at(second)));
        sender.handle_timeout(at(second));
        assert_eq!(
            take(&mut sender, at(second)).unwrap(),
            first,
            "the same, octet by octet"
        );
        assert_eq!(sender.poll_timeout(), Some(at(deadline)));
    }
    sender.handle_timeout(at(9));
    let (attempts, effect) = (4, Effect::Unknown);
    let timeout = SendError::Timeout { attempts, effect };
    assert_eq!(result(&mut sender), Some(Err(timeout)));
    assert_eq!(
        (timeout.kind(), timeout.effect()),
        (ErrorKind::Timeout, Effect::Unknown)
    );
    assert_eq!(
        (sender.poll_event(), sender.transmit(), sender.poll_timeout()),
        (None, None, None)
    );
}

#[test]
fn time_for_the_answer_begins_when_the_inform_has_left() {
    let (mut sender, to) = informing(v2c());
    sender.send(at(0), to, &tripped(1)).unwrap();
    assert_eq!(sender.poll_timeout(), None);
    sender.handle_timeout(at(100));
    take(&mut sender, at(100)).unwrap();
    assert_eq!(sender.poll_timeout(), Some(at(101)));
}

#[test]
fn inform_is_done_by_an_answer_to_any_of_its_attempts_and_only_once() {
    let (mut sender, to) = informing(v2c());
    sender.send(at(0), to, &tripped(1)).unwrap();
    let inform = take(&mut sender, at(0)).unwrap();
    let answer = response(&inform, ErrorStatus::NO_ERROR);
    sender.handle_timeout(at(1));
    assert!(sender.transmit().is_some());
    sender.handle_input(at(1), &path(STATION), &answer);
    assert_eq!(result(&mut sender), Some(Ok(Delivery::Acknowledged)));
    assert_eq!(
        (sender.transmit(), sender.poll_timeout()),
        (None, None),
        "what was to be repeated is withdrawn"
    );
    sender.handle_input(at(2), &path(STATION), &answer);
    assert_eq!(sender.poll_event(), None);
}

/// Whoever sees one inform must not be able to answer the next one.
#[test]
fn ids_of_informs_do_not_count_up() {
    let (mut sender, to) = informing(v2c());
    let mut ids: Vec<_> = (0..100)
        .map(|number| {
            sender.send(at(0), to, &tripped(number)).unwrap();
            let inform = take(&mut sender, at(0)).unwrap();
            let message = Message::parse(&inform, Tolerance::STRICT).unwrap();
            message.body.request_id().unwrap()
        })
        .collect();
    let steps: BTreeSet<_> = ids.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
    assert_eq!(steps.len(), 99);
    ids.sort_unstable();
    ids.dedup();
    assert!(ids.len() == 100 && ids[0] > 0);
}

/// snmp.md, section 2: answers from another address are refused.
#[test]
fn inform_is_not_done_by_what_is_no_answer_to_it() {
    let (mut sender, to) = informing(v2c());
    sender.send(at(0), to, &tripped(1)).unwrap();
    let early = response(sender.transmit().unwrap().1, ErrorStatus::NO_ERROR);
    sender.handle_input(at(0), &path(STATION), &early);
    let inform = take(&mut sender, at(0)).unwrap();
    let answer = response(&inform, ErrorStatus::NO_ERROR);
    sender.handle_input(at(0), &path("192.0.2.9:163"), &answer);
    sender.handle_input(at(0), &path("192.0.2.10:162"), &answer);
    sender.handle_input(at(0), &path(STATION), &inform);
    sender.handle_input(at(0), &path(STATION), &answer[..answer.len() - 1]);
    sender.handle_input(at(0), &path(STATION), &[]);
    let other_community = answer.iter().map(|octet| if *octet == b'p' { b'q' } else { *octet });
    sender.handle_input(at(0), &path(STATION), &other_community.collect::<Vec<_>>());
    assert_eq!(sender.poll_event(), None);
    assert!(sender.is_answer(&path(STATION), &answer) && !sender.is_answer(&path(DEVICE), &answer));
    sender.handle_input(at(0), &path(STATION), &answer);
    assert_eq!(result(&mut sender), Some(Ok(Delivery::Acknowledged)));
    assert!(!sender.is_answer(&path(STATION), &answer));
}

#[test]
fn inform_that_is_answered_by_an_error_was_refused() {
    let (mut sender, to) = informing(v2c());
    sender.send(at(0), to, &tripped(1)).unwrap();
    let inform = take(&mut sender, at(0)).unwrap();
    sender.handle_input(at(0), &path(STATION), &response(&inform, ErrorStatus::TOO_BIG));
    let status = ErrorStatus::TOO_BIG;
    assert_eq!(result(&mut sender), Some(Err(SendError::Refused { status })));
}

#[test]
fn what_cannot_be_sent_is_refused_at_once_and_leaves_no_trace() {
    let mut sender = Sender::new(SenderOptions::new(1).with_capacity(1).with_max_message_size(200));
    assert_eq!(
        sender.add(Destination::trap_v3(address(STATION), open("u"))),
        Err(SendError::NoEngine)
    );
    let v1 = sender.add(Destination::trap_v1(address(STATION), b"public")).unwrap();
    let v2c = sender.add(v2c()).unwrap();
    let energy = VarBind::new(oid!(1, 3, 6, 1, 4, 1, 99, 1), Value::Counter64(1 << 40));
    let energy = Notification::new(oid!(1, 3, 6, 1, 4, 1, 99, 0, 1), 1, &[energy]).unwrap();
    let refused = sender.send(at(0), v1, &energy);
    assert!(
        matches!(refused, Err(SendError::Notification(NotificationError::Encode(_)))),
        "{refused:?}"
    );
    let text = VarBind::new(oid!(1, 3, 6, 1, 4, 1, 99, 3), Value::OctetString(&[b'x'; 200]));
    let long = Notification::new(oid!(1, 3, 6, 1, 4, 1, 99, 0, 1), 1, &[text]).unwrap();
    assert_eq!(sender.send(at(0), v2c, &long), Err(SendError::TooLong { max: 200 }));
    assert_eq!((sender.poll_event(), sender.transmit()), (None, None));
    sender.remove(at(0), v1);
    assert_eq!(sender.send(at(0), v1, &tripped(1)), Err(SendError::Destination));
    sender.send(at(0), v2c, &tripped(1)).unwrap();
    assert_eq!(sender.send(at(0), v2c, &tripped(2)), Err(SendError::Busy));
}

#[test]
fn what_was_not_told_yet_counts_as_on_its_way() {
    let mut sender = Sender::new(SenderOptions::new(1).with_capacity(2));
    let to = sender.add(Destination::trap_v2c(address(STATION), b"public")).unwrap();
    for number in 0..2 {
        sender.send(at(0), to, &tripped(number)).unwrap();
        take(&mut sender, at(0)).unwrap();
    }
    assert_eq!(sender.send(at(0), to, &tripped(3)), Err(SendError::Busy));
    assert!(sender.poll_event().is_some());
    assert!(sender.send(at(0), to, &tripped(3)).is_ok());
}

#[test]
fn withdrawn_notification_says_whether_it_may_have_arrived() {
    let (mut sender, to) = informing(v2c());
    let first = sender.send(at(0), to, &tripped(1)).unwrap();
    sender.send(at(0), to, &tripped(2)).unwrap();
    take(&mut sender, at(0)).unwrap();
    sender.cancel(at(0), first);
    sender.cancel(at(0), first);
    sender.remove(at(0), to);
    let effect = |sender: &mut Sender| sender.poll_event().unwrap().result.unwrap_err().effect();
    assert_eq!(
        (effect(&mut sender), effect(&mut sender)),
        (Effect::Unknown, Effect::NotApplied)
    );
    assert_eq!(
        (sender.poll_event(), sender.transmit(), sender.poll_timeout()),
        (None, None, None)
    );
}

#[test]
fn destinations_are_served_in_the_order_in_which_they_were_asked_for() {
    let mut sender = sender();
    let stations = ["192.0.2.1:162", "192.0.2.2:162"];
    let [a, b] = stations.map(|station| sender.add(Destination::trap_v2c(address(station), b"x")).unwrap());
    assert_eq!(sender.destinations().collect::<Vec<_>>(), [a, b]);
    for to in [b, a, b] {
        sender.send(at(0), to, &tripped(1)).unwrap();
    }
    let mut order = Vec::new();
    while let Some((to, _)) = sender.transmit() {
        sender.handle_transmitted(at(0), &path("192.0.2.3:162"), 1); // another's, which is not ours to count
        order.push(to);
        take(&mut sender, at(0)).unwrap();
    }
    assert_eq!(order, [stations[1], stations[0], stations[1]].map(path));
}

/// An inform that has left, and was not believed.
const fn reported(report: Report) -> SendError {
    let effect = Effect::Unknown;
    SendError::Report { report, effect }
}

// v3 informs: of the receiver's engine.

#[test]
fn probe_is_as_the_standard_has_it() {
    let (mut sender, to) = informing(v3(private("u")));
    sender.send(at(0), to, &tripped(1)).unwrap();
    let probe = take(&mut sender, at(0)).unwrap();
    let message = v3::Message::parse(&probe, Tolerance::STRICT).unwrap();
    assert_eq!(
        (message.header().flags, message.usm()),
        (Flags::REPORTABLE, Some(v3::Usm::default()))
    );
    let scoped = message.scoped().unwrap().unwrap();
    assert!(scoped.body.varbinds().is_empty() && scoped.body.operation() == Operation::GET);
}

#[test]
fn informs_wait_for_the_one_that_looks_for_the_engine_and_leave_once_it_is_found() {
    let mut receiver = receiver().with_user(private("u"));
    let (mut sender, to) = informing(v3(private("u")));
    let tickets: Vec<_> = (0..3)
        .map(|number| sender.send(at(0), to, &tripped(number)).unwrap())
        .collect();
    let probe = take(&mut sender, at(0)).unwrap();
    assert_eq!(sender.transmit(), None, "one looks, the others wait");
    receiver.handle_input(at(0), &path(DEVICE), &probe);
    carry(at(0), &mut sender, &mut receiver);
    let done: Vec<_> = std::iter::from_fn(|| sender.poll_event())
        .map(|done| (done.ticket, done.result))
        .collect();
    assert_eq!(
        done,
        tickets
            .iter()
            .map(|ticket| (*ticket, Ok(Delivery::Acknowledged)))
            .collect::<Vec<_>>()
    );
    assert_eq!(receiver.statistics().informs, 3);
}

#[test]
fn informs_fail_together_when_the_engine_is_not_found_and_none_of_them_has_left() {
    let (mut sender, to) = informing(v3(private("u")).with_retries(1));
    for number in 0..3 {
        sender.send(at(0), to, &tripped(number)).unwrap();
    }
    for second in [0, 1] {
        sender.handle_timeout(at(second));
        take(&mut sender, at(second)).unwrap();
        assert_eq!(sender.transmit(), None);
    }
    sender.handle_timeout(at(3));
    let (attempts, effect) = (2, Effect::NotApplied);
    let results: Vec<_> = std::iter::from_fn(|| result(&mut sender)).collect();
    assert_eq!(results, [Err(SendError::Timeout { attempts, effect }); 3]);
    sender.send(at(4), to, &tripped(4)).unwrap();
    assert!(sender.transmit().is_some(), "the next one looks anew");
}

#[test]
fn when_the_one_that_looks_for_the_engine_is_withdrawn_the_next_one_looks() {
    let (mut sender, to) = informing(v3(private("u")));
    let first = sender.send(at(0), to, &tripped(1)).unwrap();
    sender.send(at(0), to, &tripped(2)).unwrap();
    take(&mut sender, at(0)).unwrap();
    sender.cancel(at(0), first);
    let effect = Effect::NotApplied;
    assert_eq!(result(&mut sender), Some(Err(SendError::Cancelled { effect })));
    let mut receiver = receiver().with_user(private("u"));
    carry(at(0), &mut sender, &mut receiver);
    assert_eq!(result(&mut sender), Some(Ok(Delivery::Acknowledged)));
}

/// A receiver that answers a probe as it likes, and then as this engine at this time.
struct Station {
    engine: LocalEngine,
    keys: Keys,
}

impl Station {
    fn new(engine: LocalEngine, user: &User) -> Self {
        let keys = Keys::localise(user, &engine.id()).unwrap();
        Self { engine, keys }
    }

    /// A report about `message`, at `level`, with the clock of the engine.
    fn report(&self, now: Instant, message: &[u8], report: Report, level: SecurityLevel) -> Vec<u8> {
        let counter = [VarBind::new(report.oid(), Value::Counter32(1))];
        self.answer(now, message, &Body::common(Operation::REPORT, 0, &counter), level)
    }

    fn answer(&self, now: Instant, message: &[u8], body: &Body<'_>, level: SecurityLevel) -> Vec<u8> {
        let asked = v3::Message::parse(message, Tolerance::STRICT).unwrap();
        let id = self.engine.id();
        let (boots, time) = self.engine.stamp(now);
        let outgoing = Outgoing {
            message_id: asked.header().message_id,
            max_size: 65_507,
            flags: Flags::NONE,
            engine_id: id.as_octets(),
            boots,
            time,
            salt: Salt(now.as_micros()),
        };
        let mut buffer = [0; 1472];
        let len = Scoped::new(id.as_octets(), b"", *body)
            .encode(&mut buffer)
            .unwrap()
            .len();
        self.keys.seal_at(level, outgoing, len, &mut buffer).unwrap().to_vec()
    }

    /// Boots and time of a message, if it is for this engine and authentic.
    fn stamp_of(&self, message: &[u8]) -> Option<(u32, u32)> {
        let message = v3::Message::parse(message, Tolerance::STRICT).unwrap();
        let usm = message.usm().unwrap();
        let is_its = usm.engine_id == self.engine.id().as_octets() && self.keys.verify(&message).is_ok();
        is_its.then_some((usm.engine_boots, usm.engine_time))
    }
}

/// An inform on its way whose receiver's engine was found; and the datagram.
fn found(sender: &mut Sender, to: DestinationId, station: &Station, now: Instant) -> Vec<u8> {
    sender.send(now, to, &tripped(1)).unwrap();
    let probe = take(sender, now).unwrap();
    let report = station.report(now, &probe, Report::UnknownEngineIds, SecurityLevel::NoAuthNoPriv);
    sender.handle_input(now, &path(STATION), &report);
    take(sender, now).unwrap()
}

/// snmp.md, section 2: an unknownUserNames Report as answer to discovery is a discovery; reports carry request-id 0, and v3 is
/// correlated by msgID.
#[test]
fn any_report_in_answer_to_a_probe_is_a_discovery() {
    let station = Station::new(station(), &private("u"));
    for report in [
        Report::UnknownEngineIds,
        Report::UnknownUserNames,
        Report::NotInTimeWindows,
    ] {
        let (mut sender, to) = informing(v3(private("u")));
        sender.send(at(50), to, &tripped(1)).unwrap();
        let probe = take(&mut sender, at(50)).unwrap();
        let answer = station.report(at(50), &probe, report, SecurityLevel::NoAuthNoPriv);
        assert!(sender.is_answer(&path(STATION), &answer));
        sender.handle_input(at(50), &path(STATION), &answer);
        let inform = take(&mut sender, at(50)).unwrap();
        // RFC 3414, 4: what is not authentic is no clock. A stranger's time yet to come would make a message for then.
        assert_eq!(station.stamp_of(&inform), Some((0, 0)), "{report}");
    }
}

#[test]
fn late_report_about_an_attempt_from_before_the_correction_ends_no_inform() {
    let station = Station::new(station(), &private("u"));
    let (mut sender, to) = informing(v3(private("u")));
    let first = found(&mut sender, to, &station, at(100));
    sender.handle_timeout(at(101));
    let second = take(&mut sender, at(101)).unwrap();
    for late in [&first, &second] {
        let report = station.report(at(102), late, Report::NotInTimeWindows, SecurityLevel::AuthNoPriv);
        sender.handle_input(at(102), &path(STATION), &report);
    }
    assert_eq!(sender.poll_event(), None);
    assert_eq!(station.stamp_of(&take(&mut sender, at(102)).unwrap()), Some((3, 102)));
}

#[test]
fn clock_of_a_receiver_is_corrected_once_for_an_inform_and_not_counted_as_an_attempt() {
    let before = Station::new(station(), &private("u"));
    let again = Station::new(engine("station", 4, at(100)), &private("u"));
    let (mut sender, to) = informing(v3(private("u")).with_retries(0));
    let inform = found(&mut sender, to, &before, at(100));
    let report = again.report(at(101), &inform, Report::NotInTimeWindows, SecurityLevel::AuthNoPriv);
    sender.handle_input(at(101), &path(STATION), &report);
    let inform = take(&mut sender, at(101)).unwrap();
    assert_eq!(again.stamp_of(&inform), Some((4, 1)));
    let report = again.report(at(101), &inform, Report::NotInTimeWindows, SecurityLevel::AuthNoPriv);
    sender.handle_input(at(101), &path(STATION), &report);
    assert_eq!(result(&mut sender), Some(Err(reported(Report::NotInTimeWindows))));
}

/// snmp.md, section 2: time never changes on an unauthenticated message.
#[test]
fn clock_of_a_receiver_does_not_change_by_what_is_not_authentic_or_not_new() {
    let honest = Station::new(station(), &private("u"));
    let forger = Station::new(
        engine("station", 9, at(0)),
        &open("u").with_auth(AuthProtocol::Sha256, key(9)),
    );
    let bare = Station::new(engine("station", 9, at(0)), &open("u"));
    let earlier = Station::new(engine("station", 2, at(0)), &private("u"));
    let (mut sender, to) = informing(v3(private("u")));
    let inform = found(&mut sender, to, &honest, at(100));
    let answer = honest.report(at(100), &inform, Report::NotInTimeWindows, SecurityLevel::AuthNoPriv);
    sender.handle_input(at(100), &path(STATION), &answer);
    let inform = take(&mut sender, at(100)).unwrap();
    let lies = [
        forger.report(at(101), &inform, Report::NotInTimeWindows, SecurityLevel::AuthNoPriv),
        bare.report(at(101), &inform, Report::NotInTimeWindows, SecurityLevel::NoAuthNoPriv),
        earlier.report(at(101), &inform, Report::NotInTimeWindows, SecurityLevel::AuthNoPriv),
    ];
    for lie in lies {
        sender.handle_input(at(101), &path(STATION), &lie);
    }
    assert_eq!((sender.poll_event(), sender.transmit()), (None, None));
    sender.handle_timeout(at(102));
    assert_eq!(
        honest.stamp_of(&take(&mut sender, at(102)).unwrap()),
        Some((3, 102)),
        "the wait went on"
    );
}

/// snmp.md, section 2: a session idle for 160 s must still work at the first try; clocks that stand still are found.
#[test]
fn destination_that_was_idle_for_long_works_at_the_first_try() {
    let mut receiver = receiver().with_user(private("u"));
    let (mut sender, to) = informing(v3(private("u")));
    // At first two for the engine, and two for its clock.
    for (second, datagrams) in [(0, 6), (160, 2), (100_000, 2)] {
        sender.send(at(second), to, &tripped(1)).unwrap();
        assert_eq!(
            carry(at(second), &mut sender, &mut receiver),
            datagrams,
            "after {second} s"
        );
        assert_eq!(result(&mut sender), Some(Ok(Delivery::Acknowledged)));
    }
}

/// A receiver whose engine has this name.
fn another(name: &str) -> Receiver {
    Receiver::new(ReceiverOptions::new(3))
        .with_engine(engine(name, 1, at(0)))
        .with_user(private("u"))
}

#[test]
fn engine_that_proved_itself_is_replaced_by_the_caller_and_by_no_report() {
    let mut first = receiver().with_user(private("u"));
    let mut other = another("other");
    let (mut sender, to) = informing(v3(private("u")).with_retries(1));
    sender.send(at(5), to, &tripped(1)).unwrap();
    carry(at(5), &mut sender, &mut first);
    assert_eq!(result(&mut sender), Some(Ok(Delivery::Acknowledged)));

    sender.send(at(5), to, &tripped(2)).unwrap();
    assert_eq!(
        carry(at(5), &mut sender, &mut other),
        2,
        "an inform, and a report about it"
    );
    sender.handle_timeout(at(6));
    carry(at(6), &mut sender, &mut other);
    assert_eq!(result(&mut sender), Some(Err(reported(Report::UnknownEngineIds))));

    sender.forget_engine(to);
    sender.send(at(7), to, &tripped(3)).unwrap();
    carry(at(7), &mut sender, &mut other);
    assert_eq!(result(&mut sender), Some(Ok(Delivery::Acknowledged)));
}

#[test]
fn report_that_proves_nothing_does_not_undo_what_is_known_of_a_clock() {
    let honest = Station::new(station(), &private("u"));
    let liar = Station::new(engine("liar", 9, at(0)), &private("u"));
    let (mut sender, to) = informing(v3(private("u")));
    let inform = found(&mut sender, to, &honest, at(100));
    let report = honest.report(at(100), &inform, Report::NotInTimeWindows, SecurityLevel::AuthNoPriv);
    sender.handle_input(at(100), &path(STATION), &report);
    let inform = take(&mut sender, at(100)).unwrap();
    let lie = liar.report(at(100), &inform, Report::UnknownEngineIds, SecurityLevel::NoAuthNoPriv);
    sender.handle_input(at(100), &path(STATION), &lie);
    assert_eq!(sender.transmit(), None);
    sender.handle_timeout(at(101));
    assert_eq!(honest.stamp_of(&take(&mut sender, at(101)).unwrap()), Some((3, 101)));
}

#[test]
fn engine_that_proved_nothing_is_found_anew_once_for_an_inform() {
    let first = Station::new(station(), &private("u"));
    let (mut sender, to) = informing(v3(private("u")).with_retries(0));
    let mut inform = found(&mut sender, to, &first, at(5));
    for name in ["a", "b"] {
        let station = Station::new(engine(name, 1, at(0)), &private("u"));
        assert_eq!(station.stamp_of(&inform), None);
        let report = station.report(at(5), &inform, Report::UnknownEngineIds, SecurityLevel::NoAuthNoPriv);
        sender.handle_input(at(5), &path(STATION), &report);
        inform = take(&mut sender, at(5)).unwrap_or(inform);
    }
    assert!(
        Station::new(engine("a", 1, at(0)), &private("u"))
            .stamp_of(&inform)
            .is_some()
    );
    assert_eq!(result(&mut sender), Some(Err(reported(Report::UnknownEngineIds))));
}

#[test]
fn informs_on_their_way_when_the_engine_is_forgotten_find_the_new_one_together() {
    let mut other = another("other");
    let honest = Station::new(station(), &private("u"));
    let (mut sender, to) = informing(v3(private("u")));
    let early = found(&mut sender, to, &honest, at(5));
    for number in [2, 3] {
        sender.send(at(5), to, &tripped(number)).unwrap();
        take(&mut sender, at(5)).unwrap();
    }
    sender.forget_engine(to);
    let late = honest.report(at(5), &early, Report::UnknownUserNames, SecurityLevel::NoAuthNoPriv);
    sender.handle_input(at(5), &path(STATION), &late);
    assert_eq!(sender.transmit(), None, "that was no probe");
    sender.handle_timeout(at(6));
    carry(at(6), &mut sender, &mut other);
    let results: Vec<_> = std::iter::from_fn(|| result(&mut sender)).collect();
    assert_eq!(results, [Ok(Delivery::Acknowledged); 3]);
}

fn request_id_of(station: &Station, inform: &[u8]) -> i32 {
    let message = v3::Message::parse(inform, Tolerance::STRICT).unwrap();
    let mut scratch = [0; 1472];
    let scoped = station.keys.decrypt(&message, &mut scratch, Tolerance::STRICT).unwrap();
    scoped.body.request_id().unwrap()
}

#[test]
fn answer_of_v3_counts_only_if_it_is_authentic_of_now_as_protected_and_of_that_inform() {
    let honest = Station::new(station(), &private("u"));
    let (mut sender, to) = informing(v3(private("u")));
    // The clock is proven by a first answer.
    let inform = found(&mut sender, to, &honest, at(999));
    let right = Body::response(request_id_of(&honest, &inform), VarBinds::EMPTY);
    let good = honest.answer(at(999), &inform, &right, SecurityLevel::AuthPriv);
    sender.handle_input(at(999), &path(STATION), &good);
    assert_eq!(result(&mut sender), Some(Ok(Delivery::Acknowledged)));

    sender.send(at(1000), to, &tripped(2)).unwrap();
    let inform = take(&mut sender, at(1000)).unwrap();
    let request_id = request_id_of(&honest, &inform);
    let right = Body::response(request_id, VarBinds::EMPTY);
    let forger = open("u")
        .with_auth(AuthProtocol::Sha256, key(9))
        .with_privacy(pdu_proto_snmp::usm::PrivProtocol::Aes128, key(2));
    let forger = Station::new(station(), &forger);
    let nobody = Station::new(station(), &private("v"));
    let elsewhere = Station::new(engine("elsewhere", 3, at(0)), &private("u"));
    let earlier = Station::new(engine("station", 2, at(0)), &private("u"));
    let level = SecurityLevel::AuthPriv;
    let good = honest.answer(at(1000), &inform, &right, level);
    let wrong = [
        forger.answer(at(1000), &inform, &right, level),
        nobody.answer(at(1000), &inform, &right, level),
        elsewhere.answer(at(1000), &inform, &right, level),
        earlier.answer(at(1000), &inform, &right, level),
        honest.answer(at(849), &inform, &right, level),
        honest.answer(at(1000), &inform, &right, SecurityLevel::AuthNoPriv),
        honest.answer(at(1000), &inform, &right, SecurityLevel::NoAuthNoPriv),
        honest.answer(
            at(1000),
            &inform,
            &Body::response(request_id + 1, VarBinds::EMPTY),
            level,
        ),
        honest.answer(at(1000), &inform, &Body::get(request_id, VarBinds::EMPTY), level),
    ];
    for (index, wrong) in wrong.iter().enumerate() {
        sender.handle_input(at(1000), &path(STATION), wrong);
        assert_eq!(sender.poll_event(), None, "{index}");
    }
    sender.handle_input(at(1000), &path("192.0.2.10:162"), &good);
    assert_eq!(sender.poll_event(), None);
    sender.handle_input(at(1000), &path(STATION), &good);
    assert_eq!(result(&mut sender), Some(Ok(Delivery::Acknowledged)));
}

#[test]
fn attempts_of_an_inform_of_v3_have_ids_of_their_own_and_an_answer_to_any_counts() {
    let station = Station::new(station(), &private("u"));
    let (mut sender, to) = informing(v3(private("u")));
    let first = found(&mut sender, to, &station, at(10));
    sender.handle_timeout(at(11));
    let second = take(&mut sender, at(11)).unwrap();
    let read = |datagram: &[u8]| {
        let message = v3::Message::parse(datagram, Tolerance::STRICT).unwrap();
        let mut scratch = [0; 1472];
        let scoped = station.keys.decrypt(&message, &mut scratch, Tolerance::STRICT).unwrap();
        (message.header().message_id, scoped.body.request_id().unwrap())
    };
    let ((first_id, request_id), (second_id, same)) = (read(&first), read(&second));
    assert!(first_id != second_id && request_id == same);
    let late = station.answer(
        at(12),
        &first,
        &Body::response(request_id, VarBinds::EMPTY),
        SecurityLevel::AuthPriv,
    );
    sender.handle_input(at(12), &path(STATION), &late);
    assert_eq!(result(&mut sender), Some(Ok(Delivery::Acknowledged)));
}

#[test]
fn inform_says_its_context_and_the_engine_of_its_sender() {
    let station = Station::new(station(), &open("u"));
    let (mut sender, to) = informing(v3(open("u")).with_context(b"rack 7"));
    let inform = found(&mut sender, to, &station, at(10));
    let message = v3::Message::parse(&inform, Tolerance::STRICT).unwrap();
    let scoped = message.scoped().unwrap().unwrap();
    assert_eq!(
        (scoped.context_engine_id, scoped.context_name),
        (device().id().as_octets(), &b"rack 7"[..])
    );
}

#[test]
fn request_that_somebody_sends_is_no_answer_to_an_inform_of_the_agent_that_is_asked() {
    let station = Station::new(station(), &private("u"));
    let (mut sender, to) = informing(v3(private("u")));
    let inform = found(&mut sender, to, &station, at(10));
    assert!(
        !sender.is_answer(&path(STATION), &inform),
        "it may be reported to, so it asks"
    );
    assert!(!sender.is_answer(&path(STATION), b"\x30\x03\x02\x01\x03"));
}

#[test]
fn one_report_that_proves_nothing_ends_no_inform() {
    let honest = Station::new(station(), &private("u"));
    let (mut sender, to) = informing(v3(private("u")));
    let inform = found(&mut sender, to, &honest, at(100));
    let lie = honest.report(at(100), &inform, Report::WrongDigests, SecurityLevel::NoAuthNoPriv);
    for _ in 0..2 {
        sender.handle_input(at(100), &path(STATION), &lie);
    }
    let body = Body::response(request_id_of(&honest, &inform), VarBinds::EMPTY);
    let answer = honest.answer(at(100), &inform, &body, SecurityLevel::AuthPriv);
    sender.handle_input(at(100), &path(STATION), &answer);
    assert_eq!(result(&mut sender), Some(Ok(Delivery::Acknowledged)));

    // Said of two attempts, it is believed.
    let inform = {
        sender.send(at(100), to, &tripped(1)).unwrap();
        take(&mut sender, at(100)).unwrap()
    };
    let lie = honest.report(at(100), &inform, Report::WrongDigests, SecurityLevel::NoAuthNoPriv);
    sender.handle_input(at(100), &path(STATION), &lie);
    sender.handle_timeout(at(102));
    let again = take(&mut sender, at(102)).unwrap();
    let lie = honest.report(at(102), &again, Report::WrongDigests, SecurityLevel::NoAuthNoPriv);
    sender.handle_input(at(102), &path(STATION), &lie);
    assert_eq!(result(&mut sender), Some(Err(reported(Report::WrongDigests))));

    // Of the only one, at its end.
    let (mut sender, to) = informing(v3(private("u")).with_retries(0));
    let inform = found(&mut sender, to, &honest, at(100));
    let lie = honest.report(at(100), &inform, Report::WrongDigests, SecurityLevel::NoAuthNoPriv);
    sender.handle_input(at(100), &path(STATION), &lie);
    assert_eq!(result(&mut sender), None);
    sender.handle_timeout(at(102));
    assert_eq!(result(&mut sender), Some(Err(reported(Report::WrongDigests))));
}
