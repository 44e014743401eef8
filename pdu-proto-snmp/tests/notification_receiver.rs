//! What a receiver believes, hands out, answers, counts and refuses.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod notification_support;

use std::net::Ipv4Addr;
use std::time::Duration;

use notification_support::{
    DEVICE, LOAD, STATION, address, at, authentic, carry, device, engine, engine_id, key, number_of, open, path,
    private, receiver, sender, station, take, tripped,
};
use pdu_core::{Hub, Instant, Path};
use pdu_proto_snmp::notification::{
    Content, Delivery, Destination, Receiver, ReceiverOptions, Rejection, SNMP_TRAP_OID, SYS_UP_TIME, Sender,
    SenderOptions, Source,
};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::usm::{AuthProtocol, PrivProtocol, UsmError};
use pdu_proto_snmp::wire::v3::SecurityLevel;
use pdu_proto_snmp::wire::{
    Anomaly, Body, Deviation, ErrorStatus, Field, GenericTrap, Message, Operation, Problem, Tolerance, TrapV1, Value,
    VarBind, VarBinds, Version,
};

const TRAP: VarBind = VarBind::new(SNMP_TRAP_OID, Value::ObjectIdentifier(oid!(1, 3, 6, 1, 4, 1, 99, 0, 1)));
const UPTIME: VarBind = VarBind::new(SYS_UP_TIME, Value::TimeTicks(4711));

fn v2c(operation: Operation, request_id: i32, varbinds: &[VarBind<'_>]) -> Vec<u8> {
    let mut buffer = [0; 1472];
    let message = Message::v2c(b"public", Body::common(operation, request_id, varbinds));
    message.encode(&mut buffer).unwrap().to_vec()
}

fn public() -> Receiver {
    Receiver::new(ReceiverOptions::new(1)).with_community(b"public")
}

/// The reason why the last datagram was not believed.
fn reason(receiver: &mut Receiver) -> Option<Rejection> {
    receiver.poll_rejected().map(|rejected| rejected.reason)
}

#[test]
fn trap_of_v1_is_handed_out_under_the_name_that_v2_gives_it() {
    let mut receiver = public();
    let trap = TrapV1 {
        enterprise: oid!(1, 3, 6, 1, 4, 1, 99),
        agent_address: Ipv4Addr::new(10, 0, 0, 1),
        generic_trap: GenericTrap::ENTERPRISE_SPECIFIC,
        specific_trap: 1,
        time_stamp: 4711,
        varbinds: VarBinds::new(&[LOAD]),
    };
    let mut buffer = [0; 1472];
    let datagram = Message::v1(b"public", Body::TrapV1(trap)).encode(&mut buffer).unwrap();
    receiver.handle_input(at(5), &path(DEVICE), datagram);
    let event = receiver.poll_event().unwrap();
    let notification = event.notification().unwrap();
    assert_eq!(notification.trap, oid!(1, 3, 6, 1, 4, 1, 99, 0, 1));
    assert_eq!(notification.agent_address, Some(Ipv4Addr::new(10, 0, 0, 1)));
    assert_eq!(notification.varbinds.iter().collect::<Vec<_>>(), [Ok(LOAD)]);
    assert_eq!(
        (event.path, event.at, event.operation),
        (path(DEVICE), at(5), Operation::TRAP_V1)
    );
    assert_eq!(event.version(), Version::V1);
    assert_eq!(receiver.transmit(), None, "traps are not answered");
}

#[test]
fn trap_of_v2c_is_handed_out_without_its_first_two_varbinds() {
    let mut receiver = public();
    receiver.handle_input(at(0), &path(DEVICE), &v2c(Operation::TRAP_V2, 9, &[UPTIME, TRAP, LOAD]));
    let event = receiver.poll_event().unwrap();
    let notification = event.notification().unwrap();
    assert_eq!(
        (notification.trap.to_string().as_str(), notification.uptime),
        ("1.3.6.1.4.1.99.0.1", 4711)
    );
    assert_eq!(notification.varbinds.iter().collect::<Vec<_>>(), [Ok(LOAD)]);
    let community = (*b"public").into();
    assert_eq!(
        event.source,
        Source::Community {
            version: Version::V2C,
            community
        }
    );
    assert_eq!((receiver.poll_event(), receiver.transmit()), (None, None));
}

#[test]
fn inform_is_answered_with_its_own_varbinds_and_request_id() {
    let mut receiver = public();
    receiver.handle_input(at(0), &path(DEVICE), &v2c(Operation::INFORM, 9, &[UPTIME, TRAP, LOAD]));
    assert_eq!(receiver.poll_event().unwrap().operation, Operation::INFORM);
    let (to, answer) = receiver.transmit().unwrap();
    assert_eq!(
        (to, answer),
        (path(DEVICE), &v2c(Operation::RESPONSE, 9, &[UPTIME, TRAP, LOAD])[..])
    );
}

#[test]
fn inform_that_comes_again_is_answered_again_and_not_handed_out_again() {
    let mut receiver = public();
    let inform = v2c(Operation::INFORM, 9, &[UPTIME, TRAP, LOAD]);
    for second in 0..3 {
        receiver.handle_input(at(second), &path(DEVICE), &inform);
        assert!(
            take(&mut receiver, at(second)).is_some(),
            "reception {second} is answered"
        );
    }
    assert!(receiver.poll_event().is_some() && receiver.poll_event().is_none());
    let statistics = receiver.statistics();
    assert_eq!(
        (statistics.informs, statistics.repeated, statistics.datagrams),
        (1, 2, 3)
    );
}

#[test]
fn informs_are_told_apart_by_address_request_id_content_and_time() {
    let mut receiver = public();
    let inform = v2c(Operation::INFORM, 9, &[UPTIME, TRAP]);
    receiver.handle_input(at(0), &path(DEVICE), &inform);
    receiver.handle_input(at(0), &path("192.0.2.7:49153"), &inform);
    receiver.handle_input(at(0), &path(DEVICE), &v2c(Operation::INFORM, 10, &[UPTIME, TRAP]));
    receiver.handle_input(at(0), &path(DEVICE), &v2c(Operation::INFORM, 9, &[UPTIME, TRAP, LOAD]));
    receiver.handle_input(at(150), &path(DEVICE), &inform);
    assert_eq!((receiver.statistics().informs, receiver.statistics().repeated), (5, 0));
}

#[test]
fn memory_of_informs_is_bounded() {
    let options = ReceiverOptions::new(1).with_memory(Duration::from_secs(150), 2);
    let mut receiver = Receiver::new(options).with_any_community();
    for request_id in [1, 2, 3, 3, 2, 1] {
        receiver.handle_input(
            at(0),
            &path(DEVICE),
            &v2c(Operation::INFORM, request_id, &[UPTIME, TRAP]),
        );
    }
    assert_eq!(
        (receiver.statistics().informs, receiver.statistics().repeated),
        (4, 2),
        "the first was forgotten"
    );
}

#[test]
fn notification_that_does_not_say_what_happened_is_kept_as_it_came() {
    let mut receiver = public();
    for varbinds in [&[LOAD][..], &[TRAP, UPTIME], &[]] {
        receiver.handle_input(at(0), &path(DEVICE), &v2c(Operation::TRAP_V2, 9, varbinds));
        let Content::Raw(raw) = receiver.poll_event().unwrap().content else {
            panic!("{varbinds:?}");
        };
        assert_eq!(raw.varbinds(), VarBinds::new(varbinds));
    }
    receiver.handle_input(at(0), &path(DEVICE), &v2c(Operation::INFORM, 9, &[LOAD]));
    assert!(take(&mut receiver, at(0)).is_some(), "a raw inform is answered as well");
}

#[test]
fn full_queue_drops_the_oldest_and_counts() {
    let mut receiver = Receiver::new(ReceiverOptions::new(1).with_queue(3)).with_any_community();
    for uptime in 0..5 {
        let uptime = VarBind::new(SYS_UP_TIME, Value::TimeTicks(uptime));
        receiver.handle_input(at(0), &path(DEVICE), &v2c(Operation::TRAP_V2, 9, &[uptime, TRAP]));
    }
    let uptimes = std::iter::from_fn(|| receiver.poll_event()).map(|event| event.notification().unwrap().uptime);
    assert_eq!(uptimes.collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!((receiver.statistics().traps, receiver.statistics().dropped), (5, 2));
}

#[test]
fn inform_that_is_answered_has_a_place_also_in_a_queue_of_none() {
    let mut receiver = Receiver::new(ReceiverOptions::new(1).with_queue(0)).with_community(b"public");
    for request_id in [1, 2] {
        let inform = v2c(Operation::INFORM, request_id, &[UPTIME, TRAP, LOAD]);
        receiver.handle_input(at(0), &path(DEVICE), &inform);
        assert!(take(&mut receiver, at(0)).is_some());
    }
    assert!(receiver.poll_event().is_some() && receiver.poll_event().is_none());
    assert_eq!((receiver.statistics().informs, receiver.statistics().dropped), (2, 1));
}

#[test]
fn receiver_believes_no_community_until_it_is_told() {
    let trap = v2c(Operation::TRAP_V2, 9, &[UPTIME, TRAP]);
    let mut receivers = [
        (Receiver::new(ReceiverOptions::new(1)), false),
        (Receiver::new(ReceiverOptions::new(1)).with_community(b"secret"), false),
        (
            Receiver::new(ReceiverOptions::new(1))
                .with_community(b"secret")
                .with_community(b"public"),
            true,
        ),
        (Receiver::new(ReceiverOptions::new(1)).with_any_community(), true),
    ];
    for (receiver, believes) in &mut receivers {
        receiver.handle_input(at(0), &path(DEVICE), &trap);
        assert_eq!(receiver.poll_event().is_some(), *believes);
        assert_eq!(reason(receiver), (!*believes).then_some(Rejection::Community));
    }
}

#[test]
fn inform_of_an_unknown_community_is_not_answered() {
    let mut receiver = Receiver::new(ReceiverOptions::new(1)).with_community(b"secret");
    receiver.handle_input(at(0), &path(DEVICE), &v2c(Operation::INFORM, 9, &[UPTIME, TRAP]));
    assert_eq!(receiver.transmit(), None);
}

#[test]
fn what_is_not_believed_is_counted_and_the_last_few_are_kept_with_the_reason() {
    let mut receiver = Receiver::new(ReceiverOptions::new(1).with_rejected(2)).with_community(b"public");
    let malformed = [0x30, 0x05, 0x02, 0x01];
    let request = v2c(Operation::GET, 9, &[LOAD]);
    for datagram in [&malformed[..], &[], &request, &malformed, &request] {
        assert_eq!(receiver.handle_input(at(4), &path(DEVICE), datagram), datagram.len());
    }
    let kept: Vec<_> = std::iter::from_fn(|| receiver.poll_rejected()).collect();
    assert!(matches!(kept[0].reason, Rejection::Malformed(_)), "{:?}", kept[0]);
    assert_eq!(kept[1].reason, Rejection::Operation(Operation::GET));
    assert_eq!(
        (kept[1].path, kept[1].at, kept[1].len, kept.len()),
        (path(DEVICE), at(4), request.len(), 2)
    );
    assert_eq!(receiver.statistics().rejected, 5);
}

#[test]
fn generic_trap_that_v1_does_not_have_is_rejected_by_name() {
    let mut receiver = public();
    let trap = TrapV1 {
        enterprise: oid!(1, 3, 6, 1, 4, 1, 99),
        agent_address: Ipv4Addr::UNSPECIFIED,
        generic_trap: GenericTrap(9),
        specific_trap: 1,
        time_stamp: 4711,
        varbinds: VarBinds::EMPTY,
    };
    let mut buffer = [0; 100];
    let datagram = Message::v1(b"public", Body::TrapV1(trap)).encode(&mut buffer).unwrap();
    receiver.handle_input(at(0), &path(DEVICE), datagram);
    assert_eq!(
        reason(&mut receiver).unwrap().to_string(),
        "generic trap (9) is no generic trap"
    );
}

/// snmp.md, section 2: one bad varbind must not cost the others, and must not vanish. An INTEGER of no octets is never 0, an
/// IpAddress of 8 octets is none, a Counter32 of 2^31 in four octets is that number.
#[test]
fn broken_varbind_stands_in_its_place_among_the_others_also_in_the_answer() {
    let mut receiver = public();
    let mut varbinds = Vec::new();
    let no_octets = [0x30, 0x08, 0x06, 0x04, 0x2B, 0x06, 0x01, 0x01, 0x02, 0x00];
    let eight = [
        0x30, 0x10, 0x06, 0x04, 0x2B, 0x06, 0x01, 0x02, 0x40, 0x08, 1, 2, 3, 4, 5, 6, 7, 8,
    ];
    let unsigned = [
        0x30, 0x0C, 0x06, 0x04, 0x2B, 0x06, 0x01, 0x03, 0x41, 0x04, 0x80, 0, 0, 0,
    ];
    let front = v2c(Operation::INFORM, 0x1234, &[UPTIME, TRAP]);
    let plain = Message::parse(&front, Tolerance::STRICT).unwrap().body.varbinds();
    varbinds.extend_from_slice(plain.as_octets().unwrap());
    varbinds.extend_from_slice(&no_octets);
    varbinds.extend_from_slice(&eight);
    varbinds.extend_from_slice(&unsigned);
    let inform = |operation: Operation| around(operation, &varbinds);
    receiver.handle_input(at(0), &path(DEVICE), &inform(Operation::INFORM));
    let event = receiver.poll_event().unwrap();
    let found: Vec<_> = event
        .notification()
        .unwrap()
        .varbinds
        .iter()
        .map(|found| found.map(|good| good.value).map_err(|bad| bad.error.problem))
        .collect();
    let expected = [
        Err(Problem::EmptyInteger),
        Err(Problem::Length { expected: 4, found: 8 }),
    ];
    assert_eq!(found[..2], expected);
    let [.., Ok(Value::Counter32(0x8000_0000))] = found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        receiver.transmit().unwrap().1,
        inform(Operation::RESPONSE),
        "the sender gets back what it sent"
    );
}

/// A message of v2c with request id 0x1234 around these octets.
fn around(operation: Operation, varbinds: &[u8]) -> Vec<u8> {
    fn item(tag: u8, content: &[u8]) -> Vec<u8> {
        let len = u8::try_from(content.len()).unwrap();
        let head = if len < 0x80 {
            vec![tag, len]
        } else {
            vec![tag, 0x81, len]
        };
        [&head[..], content].concat()
    }
    let numbers = [0x02, 0x02, 0x12, 0x34, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00];
    let body = item(operation.0, &[&numbers[..], &item(0x30, varbinds)].concat());
    let head = [&[0x02, 0x01, 0x01][..], &item(0x04, b"public"), &body].concat();
    item(0x30, &head)
}

/// snmp.md, section 2: a trailing octet is accepted and flagged; strict and lenient are switches.
#[test]
fn deviation_is_accepted_and_told_or_refused_by_a_switch() {
    let mut datagram = v2c(Operation::TRAP_V2, 9, &[UPTIME, TRAP]);
    datagram.push(0);
    let mut lenient = public();
    lenient.handle_input(at(0), &path(DEVICE), &datagram);
    let found = lenient.poll_event().unwrap().anomalies;
    let (deviation, field) = (Deviation::TrailingOctets, Field::Message);
    assert_eq!(found.iter().collect::<Vec<_>>(), [Anomaly { deviation, field }]);

    let mut strict = Receiver::new(ReceiverOptions::new(1).with_tolerance(Tolerance::STRICT)).with_any_community();
    strict.handle_input(at(0), &path(DEVICE), &datagram);
    assert!(matches!(reason(&mut strict), Some(Rejection::Malformed(_))));
}

/// snmp.md, section 2: negative and non-minimal request ids are accepted; the answer has the same number.
#[test]
fn request_id_of_an_inform_may_be_any_number() {
    let mut receiver = public();
    for request_id in [0, -1, i32::MIN, i32::MAX] {
        receiver.handle_input(
            at(0),
            &path(DEVICE),
            &v2c(Operation::INFORM, request_id, &[UPTIME, TRAP]),
        );
        let answer = take(&mut receiver, at(0)).unwrap();
        assert_eq!(
            Message::parse(&answer, Tolerance::STRICT).unwrap().body.request_id(),
            Some(request_id)
        );
    }
}

#[test]
fn answers_that_nobody_sends_take_a_bounded_place_and_their_informs_are_not_handed_out() {
    let mut receiver = public();
    for request_id in 1..=300 {
        receiver.handle_input(
            at(0),
            &path(DEVICE),
            &v2c(Operation::INFORM, request_id, &[UPTIME, TRAP]),
        );
    }
    assert_eq!(receiver.statistics().informs, 256);
    assert_eq!(reason(&mut receiver), Some(Rejection::Busy));
    while take(&mut receiver, at(0)).is_some() {}
    receiver.handle_input(at(1), &path(DEVICE), &v2c(Operation::INFORM, 300, &[UPTIME, TRAP]));
    assert_eq!(
        (receiver.statistics().informs, receiver.statistics().repeated),
        (257, 0),
        "its repetition is"
    );
}

#[test]
fn neither_receiver_nor_received_shows_a_community_or_a_key() {
    let mut receiver = public().with_user(private("alarms"));
    receiver.handle_input(at(0), &path(DEVICE), &v2c(Operation::TRAP_V2, 9, &[UPTIME, TRAP]));
    let event = receiver.poll_event().unwrap();
    let sender = sender();
    let destination = Destination::inform_v2c(address(STATION), b"public");
    let shown = format!("{receiver:?} {event:?} {sender:?} {destination:?}");
    assert!(!shown.contains("public") && !shown.contains("112, 117, 98"), "{shown}");
    assert!(shown.contains("(6 octets)"), "{shown}");
}

// v3: traps, of the sender's engine.

/// Traps of v3 from one user.
fn v3_traps(now: Instant, user: pdu_proto_snmp::usm::User, numbers: impl IntoIterator<Item = u32>) -> Vec<Vec<u8>> {
    traps_of(sender(), now, user, numbers)
}

fn traps_of(
    mut sender: Sender,
    now: Instant,
    user: pdu_proto_snmp::usm::User,
    numbers: impl IntoIterator<Item = u32>,
) -> Vec<Vec<u8>> {
    let to = sender.add(Destination::trap_v3(address(STATION), user)).unwrap();
    let mut trap = |number| {
        sender.send(now, to, &tripped(number)).unwrap();
        let datagram = take(&mut sender, now).unwrap();
        assert_eq!(sender.poll_event().unwrap().result, Ok(Delivery::Sent));
        datagram
    };
    numbers.into_iter().map(&mut trap).collect()
}

fn hear(receiver: &mut Receiver, now: Instant, datagram: &[u8]) -> Result<u32, Rejection> {
    receiver.handle_input(now, &path(DEVICE), datagram);
    match receiver.poll_event() {
        Some(event) => Ok(number_of(event.notification().unwrap())),
        None => Err(reason(receiver).unwrap()),
    }
}

#[test]
fn trap_of_v3_is_believed_at_each_level_of_a_user() {
    for user in [open("u"), authentic("u"), private("u")] {
        let level = user.level();
        let mut receiver = receiver().with_user(user.clone());
        let [datagram] = &v3_traps(at(40), user, [1])[..] else {
            panic!()
        };
        receiver.handle_input(at(900), &path(DEVICE), datagram);
        let event = receiver.poll_event().unwrap_or_else(|| panic!("{level:?}"));
        assert_eq!((event.operation, event.version()), (Operation::TRAP_V2, Version::V3));
        let Source::User {
            engine_id,
            name,
            level: found,
            context_engine_id,
            ..
        } = event.source
        else {
            panic!("{level:?}");
        };
        assert_eq!((engine_id, &*name, found), (device().id(), &b"u"[..], level));
        assert_eq!(&*context_engine_id, device().id().as_octets());
        assert_eq!(
            receiver.transmit(),
            None,
            "traps are not answered, and nothing is reported about them"
        );
    }
}

#[test]
fn trap_of_v3_needs_no_engine_at_the_receiver() {
    let mut receiver = Receiver::new(ReceiverOptions::new(1)).with_user(private("u"));
    assert_eq!(
        hear(&mut receiver, at(0), &v3_traps(at(0), private("u"), [5])[0]),
        Ok(5)
    );
}

#[test]
fn trap_of_v3_with_another_key_user_or_level_is_rejected_by_name() {
    let other_key = open("u").with_auth(AuthProtocol::Sha256, key(9));
    let other_cipher = authentic("u").with_privacy(PrivProtocol::Aes128, key(9));
    let mut receiver = receiver().with_user(private("u")).with_user(authentic("a"));
    let mut heard = |user| hear(&mut receiver, at(0), &v3_traps(at(0), user, [1])[0]);
    assert_eq!(heard(private("stranger")), Err(Rejection::UnknownUser));
    let (expected, found) = (SecurityLevel::AuthPriv, SecurityLevel::AuthNoPriv);
    assert_eq!(heard(authentic("u")), Err(Rejection::Level { expected, found }));
    let (expected, found) = (SecurityLevel::AuthPriv, SecurityLevel::NoAuthNoPriv);
    assert_eq!(
        heard(open("u")),
        Err(Rejection::Level { expected, found }),
        "or anybody could speak as u"
    );
    let (expected, found) = (SecurityLevel::AuthNoPriv, SecurityLevel::AuthPriv);
    assert_eq!(heard(private("a")), Err(Rejection::Level { expected, found }));
    assert!(matches!(
        heard(other_cipher),
        Err(Rejection::Usm(UsmError::Deciphered(_)))
    ));
    let other_key = other_key.with_privacy(PrivProtocol::Aes128, key(2));
    assert_eq!(heard(other_key), Err(Rejection::Usm(UsmError::WrongDigest)));
}

#[test]
fn user_at_an_engine_is_not_believed_at_another() {
    let mut receiver = receiver().with_user_at(engine_id("other"), private("u"));
    assert_eq!(
        hear(&mut receiver, at(0), &v3_traps(at(0), private("u"), [1])[0]),
        Err(Rejection::UnknownUser)
    );
    let mut receiver = receiver.with_user_at(device().id(), private("u"));
    assert_eq!(
        hear(&mut receiver, at(0), &v3_traps(at(0), private("u"), [1])[0]),
        Ok(1)
    );
}

#[test]
fn user_at_an_engine_goes_before_the_one_at_any() {
    let special = open("u").with_auth(AuthProtocol::Sha256, key(9));
    let mut receiver = receiver()
        .with_user(authentic("u"))
        .with_user_at(device().id(), special.clone());
    assert_eq!(hear(&mut receiver, at(0), &v3_traps(at(0), special, [1])[0]), Ok(1));
    let elsewhere = Sender::new(SenderOptions::new(2)).with_engine(engine("other", 1, at(0)));
    assert_eq!(
        hear(
            &mut receiver,
            at(0),
            &traps_of(elsewhere, at(0), authentic("u"), [2])[0]
        ),
        Ok(2)
    );
}

#[test]
fn trap_of_v3_that_somebody_repeats_is_a_replay_from_whatever_address() {
    let mut receiver = receiver().with_user(authentic("u"));
    let traps = v3_traps(at(0), authentic("u"), [1, 2]);
    assert_eq!(hear(&mut receiver, at(0), &traps[0]), Ok(1));
    assert_eq!(hear(&mut receiver, at(1), &traps[0]), Err(Rejection::Replayed));
    receiver.handle_input(at(2), &path("198.51.100.1:4000"), &traps[0]);
    assert_eq!(reason(&mut receiver), Some(Rejection::Replayed));
    assert_eq!(hear(&mut receiver, at(3), &traps[1]), Ok(2));
}

#[test]
fn trap_of_v3_from_before_the_time_window_is_not_believed() {
    let mut receiver = receiver().with_user(authentic("u"));
    let old = v3_traps(at(100), authentic("u"), [1, 2, 3]);
    assert_eq!(
        hear(&mut receiver, at(1000), &v3_traps(at(200), authentic("u"), [9])[0]),
        Ok(9),
        "sets the clock"
    );
    assert_eq!(hear(&mut receiver, at(1050), &old[0]), Ok(1), "150 seconds late");
    let late = hear(&mut receiver, at(1051), &old[1]);
    let (boots, time, local_boots, local_time) = (7, 100, 7, 251);
    assert_eq!(
        late,
        Err(Rejection::Usm(UsmError::NotInTimeWindow {
            boots,
            time,
            local_boots,
            local_time
        }))
    );
}

#[test]
fn engine_that_was_started_again_is_believed_and_its_earlier_runs_no_more() {
    let mut receiver = receiver().with_user(authentic("u"));
    let of_run = |boots, number: u32| {
        let sender = Sender::new(SenderOptions::new(number.into())).with_engine(engine("device", boots, at(0)));
        traps_of(sender, at(3), authentic("u"), [number]).remove(0)
    };
    assert_eq!(hear(&mut receiver, at(9000), &of_run(7, 1)), Ok(1));
    assert_eq!(hear(&mut receiver, at(9001), &of_run(8, 2)), Ok(2));
    assert!(matches!(
        hear(&mut receiver, at(9002), &of_run(7, 3)),
        Err(Rejection::Usm(UsmError::NotInTimeWindow { .. }))
    ));
    receiver.forget_engine(&device().id());
    assert_eq!(
        hear(&mut receiver, at(9003), &of_run(1, 4)),
        Ok(4),
        "the caller knows that it was reset"
    );
}

/// snmp.md, section 2: time never changes on an unauthenticated message.
#[test]
fn clock_of_an_engine_does_not_change_by_what_is_not_authentic() {
    let mut receiver = receiver().with_user(authentic("u")).with_user(open("anybody"));
    assert_eq!(
        hear(&mut receiver, at(10), &v3_traps(at(10), authentic("u"), [1])[0]),
        Ok(1)
    );
    let future = |user| {
        let sender = Sender::new(SenderOptions::new(5)).with_engine(engine("device", 2_000_000, at(0)));
        traps_of(sender, at(11), user, [2]).remove(0)
    };
    assert_eq!(hear(&mut receiver, at(11), &future(open("anybody"))), Ok(2));
    let forged = open("u").with_auth(AuthProtocol::Sha256, key(9));
    assert_eq!(
        hear(&mut receiver, at(11), &future(forged)),
        Err(Rejection::Usm(UsmError::WrongDigest))
    );
    assert_eq!(
        hear(&mut receiver, at(12), &v3_traps(at(12), authentic("u"), [3])[0]),
        Ok(3)
    );
}

#[test]
fn engines_that_somebody_makes_up_take_no_place() {
    let options = ReceiverOptions::new(1).with_engines(3).with_trials_per_second(u32::MAX);
    let mut receiver = Receiver::new(options)
        .with_user(authentic("u"))
        .with_user(open("anybody"));
    let from = |name: &str, user| {
        let sender = Sender::new(SenderOptions::new(1)).with_engine(engine(name, 1, at(0)));
        traps_of(sender, at(0), user, [1]).remove(0)
    };
    let forged = open("u").with_auth(AuthProtocol::Sha256, key(9));
    for number in 0..50 {
        let name = format!("made up {number}");
        assert_eq!(
            hear(&mut receiver, at(0), &from(&name, forged.clone())),
            Err(Rejection::Usm(UsmError::WrongDigest))
        );
        assert_eq!(hear(&mut receiver, at(0), &from(&name, open("anybody"))), Ok(1));
    }
    assert_eq!(receiver.engines().count(), 0);
    for name in ["a", "b", "c"] {
        assert_eq!(hear(&mut receiver, at(0), &from(name, authentic("u"))), Ok(1));
    }
    assert_eq!(
        hear(&mut receiver, at(0), &from("d", authentic("u"))),
        Err(Rejection::TooManyEngines)
    );
    assert_eq!(
        hear(&mut receiver, at(0), &from("b", authentic("u"))),
        Err(Rejection::Replayed),
        "b is still known"
    );
    assert_eq!(receiver.engines().collect::<Vec<_>>(), ["a", "b", "c"].map(engine_id));
}

#[test]
fn flood_of_made_up_engines_costs_a_bounded_number_of_trials_a_second() {
    let mut receiver = Receiver::new(ReceiverOptions::new(1).with_trials_per_second(4)).with_user(authentic("u"));
    let forged = open("u").with_auth(AuthProtocol::Sha256, key(9));
    let mut heard = |second, name: &str, user| {
        let sender = Sender::new(SenderOptions::new(1)).with_engine(engine(name, 1, at(0)));
        hear(&mut receiver, at(second), &traps_of(sender, at(second), user, [1])[0])
    };
    assert_eq!(heard(100, "known", authentic("u")), Ok(1));
    for number in 0..3 {
        let name = format!("made up {number}");
        assert_eq!(
            heard(100, &name, forged.clone()),
            Err(Rejection::Usm(UsmError::WrongDigest))
        );
    }
    assert_eq!(heard(100, "made up 4", forged.clone()), Err(Rejection::TooManyEngines));
    assert_eq!(heard(100, "new", authentic("u")), Err(Rejection::TooManyEngines));
    assert_eq!(heard(101, "new", authentic("u")), Ok(1), "in the next second");
    for number in 5..20 {
        let _ = heard(102, &format!("made up {number}"), forged.clone());
    }
    assert_eq!(
        heard(102, "known", authentic("u")),
        Ok(1),
        "who is known is not held up"
    );
}

#[test]
fn user_at_an_engine_is_heard_whatever_somebody_makes_up() {
    let options = ReceiverOptions::new(1).with_trials_per_second(2);
    let mut receiver = Receiver::new(options)
        .with_user(authentic("u"))
        .with_user_at(engine_id("named"), authentic("v"));
    let forged = |name| open(name).with_auth(AuthProtocol::Sha256, key(9));
    let mut heard = |name: &str, user| {
        let sender = Sender::new(SenderOptions::new(1)).with_engine(engine(name, 1, at(0)));
        hear(&mut receiver, at(100), &traps_of(sender, at(100), user, [1])[0])
    };
    let wrong = Err(Rejection::Usm(UsmError::WrongDigest));
    for _ in 0..10 {
        assert_eq!(heard("named", forged("v")), wrong, "takes no trial");
    }
    assert_eq!(heard("made up 1", forged("u")), wrong);
    assert_eq!(heard("made up 2", forged("u")), wrong);
    assert_eq!(heard("made up 3", forged("u")), Err(Rejection::TooManyEngines));
    assert_eq!(heard("named", authentic("v")), Ok(1));
}

// v3: informs, of the receiver's engine.

fn v3_informs(user: pdu_proto_snmp::usm::User) -> (Sender, pdu_proto_snmp::notification::DestinationId) {
    let mut sender = Sender::new(SenderOptions::new(2));
    let to = sender.add(Destination::inform_v3(address(STATION), user)).unwrap();
    (sender, to)
}

#[test]
fn inform_of_v3_finds_the_engine_and_is_answered_at_each_level() {
    for user in [open("u"), authentic("u"), private("u")] {
        let level = user.level();
        let mut receiver = receiver().with_user(user.clone());
        let (mut sender, to) = v3_informs(user);
        // One about the engine, and one about its clock where that counts.
        let reports = if level == SecurityLevel::NoAuthNoPriv { 1 } else { 2 };
        for (number, reports) in [(1, reports), (2, 0)] {
            let ticket = sender.send(at(1000), to, &tripped(number)).unwrap();
            let count = carry(at(1000), &mut sender, &mut receiver);
            assert_eq!(count, 2 + 2 * reports, "{level:?}: reports before the first only");
            let done = sender.poll_event().unwrap();
            assert_eq!(
                (done.ticket, done.result),
                (ticket, Ok(Delivery::Acknowledged)),
                "{level:?}"
            );
            let event = receiver.poll_event().unwrap();
            assert_eq!(event.notification(), Some(&tripped(number)));
            let Source::User {
                engine_id,
                level: found,
                ..
            } = event.source
            else {
                panic!()
            };
            assert_eq!((engine_id, found), (station().id(), level));
        }
        let statistics = receiver.statistics();
        assert_eq!(
            (statistics.rejected, statistics.reports),
            (0, u64::try_from(reports).unwrap())
        );
    }
}

#[test]
fn inform_of_v3_that_comes_again_is_answered_again_and_not_handed_out_again() {
    let mut receiver = receiver().with_user(private("u"));
    let (mut sender, to) = v3_informs(private("u"));
    sender.send(at(0), to, &tripped(1)).unwrap();
    carry_first_answer_lost(&mut sender, &mut receiver);
    assert_eq!(sender.poll_event().unwrap().result, Ok(Delivery::Acknowledged));
    assert_eq!((receiver.statistics().informs, receiver.statistics().repeated), (1, 1));
}

/// The probe is answered, and the clock corrected; the first answer to the inform is lost.
fn carry_first_answer_lost(sender: &mut Sender, receiver: &mut Receiver) {
    for (second, is_answer_lost) in [(0, false), (0, false), (0, true), (1, false)] {
        sender.handle_timeout(at(second));
        let datagram = take(sender, at(second)).unwrap();
        receiver.handle_input(at(second), &path(DEVICE), &datagram);
        let answer = take(receiver, at(second)).unwrap();
        if !is_answer_lost {
            sender.handle_input(at(second), &path(STATION), &answer);
        }
    }
}

#[test]
fn inform_of_v3_without_an_engine_at_the_receiver_is_not_answered() {
    let mut receiver = Receiver::new(ReceiverOptions::new(1)).with_user(private("u"));
    let (mut sender, to) = v3_informs(private("u"));
    sender.send(at(0), to, &tripped(1)).unwrap();
    let probe = take(&mut sender, at(0)).unwrap();
    receiver.handle_input(at(0), &path(DEVICE), &probe);
    assert_eq!((receiver.transmit(), receiver.statistics().rejected), (None, 1));
}

/// An inform that has left, and was not believed.
fn reported(report: pdu_proto_snmp::usm::Report) -> pdu_proto_snmp::notification::SendError {
    let effect = pdu_core::Effect::Unknown;
    pdu_proto_snmp::notification::SendError::Report { report, effect }
}

#[test]
fn inform_of_v3_is_reported_about_when_it_is_not_believed() {
    use pdu_proto_snmp::usm::Report;

    let mut receiver = receiver().with_user(private("u")).with_user(open("bare"));
    let other_key = open("u")
        .with_auth(AuthProtocol::Sha256, key(9))
        .with_privacy(PrivProtocol::Aes128, key(2));
    let other_cipher = authentic("u").with_privacy(PrivProtocol::Aes128, key(9));
    let cases = [
        (private("stranger"), Report::UnknownUserNames),
        (other_key, Report::WrongDigests),
        (other_cipher, Report::DecryptionErrors),
        (authentic("u"), Report::UnsupportedSecurityLevels),
        (private("bare"), Report::UnsupportedSecurityLevels),
    ];
    for (user, report) in cases {
        let (mut sender, to) = v3_informs(user);
        sender.send(at(0), to, &tripped(1)).unwrap();
        carry(at(0), &mut sender, &mut receiver);
        assert_eq!(sender.poll_event(), None, "one report proves nothing");
        sender.handle_timeout(at(2));
        carry(at(2), &mut sender, &mut receiver);
        assert_eq!(sender.poll_event().unwrap().result, Err(reported(report)));
        assert!(
            receiver.poll_event().is_none() && receiver.poll_rejected().is_some(),
            "{report}"
        );
    }
}

#[test]
fn inform_of_v3_whose_answer_its_sender_could_not_receive_is_answered_with_too_big() {
    use pdu_proto_snmp::usm::{Keys, Outgoing, Salt};
    use pdu_proto_snmp::wire::v3::{self, Flags, Scoped};

    let long = [b'x'; 500];
    let text = VarBind::new(oid!(1, 3, 6, 1, 4, 1, 99, 3, 0), Value::OctetString(&long));
    let varbinds = [UPTIME, TRAP, text];
    let scoped = Scoped::new(b"", b"", Body::common(Operation::INFORM, 77, &varbinds));
    let mut buffer = [0; 1472];
    let len = scoped.encode(&mut buffer).unwrap().len();
    let keys = Keys::localise(&private("u"), &station().id()).unwrap();
    let id = station().id();
    let outgoing = Outgoing {
        message_id: 5,
        max_size: 484,
        flags: Flags::REPORTABLE,
        engine_id: id.as_octets(),
        boots: 3,
        time: 10,
        salt: Salt(1),
    };
    let inform = keys.seal(outgoing, len, &mut buffer).unwrap();
    let mut receiver = receiver().with_user(private("u"));
    receiver.handle_input(at(10), &path(DEVICE), inform);
    assert_eq!(reason(&mut receiver), Some(Rejection::TooBig));
    assert_eq!(receiver.poll_event(), None);

    let answer = take(&mut receiver, at(10)).unwrap();
    let message = v3::Message::parse(&answer, Tolerance::STRICT).unwrap();
    keys.verify(&message).unwrap();
    let mut scratch = [0; 1472];
    let scoped = keys.decrypt(&message, &mut scratch, Tolerance::STRICT).unwrap();
    let Body::Common(common) = scoped.body else { panic!() };
    assert_eq!((common.error_status, common.request_id), (ErrorStatus::TOO_BIG, 77));
    assert!(common.varbinds.is_empty() && answer.len() <= 484);
}

#[test]
fn probe_as_the_standard_has_it_is_answered_with_the_engine_and_its_clock() {
    use pdu_proto_snmp::usm::Report;
    use pdu_proto_snmp::wire::v3::{Flags, Header, Message, Scoped, SecurityModel, Usm};

    let scoped = Scoped::new(b"", b"", Body::get(42, VarBinds::EMPTY));
    // snmp.md, section 2: a msgMaxSize above 65,507 is legal.
    let header = Header {
        message_id: 7,
        max_size: i32::MAX.cast_unsigned(),
        flags: Flags::REPORTABLE,
        security_model: SecurityModel::USM,
    };
    let mut buffer = [0; 200];
    let len = scoped.encode(&mut buffer).unwrap().len();
    let (probe, _) = header.wrap(&Usm::default(), len, &mut buffer).unwrap();
    let mut receiver = receiver().with_user(private("u"));
    receiver.handle_input(at(60), &path(DEVICE), probe);
    let answer = take(&mut receiver, at(60)).unwrap();
    let message = Message::parse(&answer, Tolerance::STRICT).unwrap();
    assert_eq!((message.header().message_id, message.header().flags), (7, Flags::NONE));
    let usm = message.usm().unwrap();
    assert_eq!(
        (usm.engine_id, usm.engine_boots, usm.engine_time),
        (station().id().as_octets(), 3, 60)
    );
    assert!(usm.authentication_parameters.is_empty() && usm.privacy_parameters.is_empty());
    let report = message.scoped().unwrap().unwrap().body;
    assert_eq!((report.operation(), report.request_id()), (Operation::REPORT, Some(42)));
    let counter = VarBind::new(Report::UnknownEngineIds.oid(), Value::Counter32(1));
    assert_eq!(report.varbinds().iter().collect::<Vec<_>>(), [Ok(counter)]);
    assert_eq!((receiver.statistics().reports, receiver.statistics().rejected), (1, 0));
}

#[test]
fn whoever_may_not_be_reported_to_is_not() {
    let mut receiver = receiver();
    for datagram in v3_traps(at(0), private("stranger"), [1]) {
        receiver.handle_input(at(0), &path(DEVICE), &datagram);
    }
    assert_eq!((receiver.transmit(), receiver.statistics().reports), (None, 0));
}

#[test]
fn time_of_the_answer_is_that_of_the_receivers_clock() {
    let mut receiver = receiver().with_user(authentic("u"));
    let path = Path::to(address(DEVICE));
    let (mut sender, to) = v3_informs(authentic("u"));
    sender.send(at(500), to, &tripped(1)).unwrap();
    let probe = take(&mut sender, at(500)).unwrap();
    receiver.handle_input(at(500), &path, &probe);
    let report = take(&mut receiver, at(500)).unwrap();
    sender.handle_input(at(500), &self::path(STATION), &report);
    let inform = take(&mut sender, at(500)).unwrap();
    receiver.handle_input(at(502), &path, &inform);
    let answer = take(&mut receiver, at(502)).unwrap();
    let message = pdu_proto_snmp::wire::v3::Message::parse(&answer, Tolerance::STRICT).unwrap();
    let usm = message.usm().unwrap();
    assert_eq!((usm.engine_boots, usm.engine_time), (3, 502));
}
