//! The manager: windows, patience, ids, what is taken for an answer and what is not.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod client_support;

use std::time::Duration;

use client_support::{Agent, COMMUNITY, Desk, ROOT, Told, address, name, send, target, told};
use pdu_core::{Effect, Error, ErrorKind, Hub, Instant, Path, Ticket};
use pdu_proto_snmp::client::{Manager, ManagerOptions, Request, Retry, SourcePolicy, Target, TargetId, TargetOptions};
use pdu_proto_snmp::wire::{
    Body, Common, ErrorStatus, Message, OidBuf, Operation, Tolerance, Value, VarBind, VarBindList, VarBinds, Version,
};
use pdu_proto_snmp::{Rejected, SnmpError, oid};

const NOW: Instant = Instant::from_millis(5_000);
const SECOND: Duration = Duration::from_secs(1);

fn names(of: &[u32]) -> VarBindList {
    let names: Vec<OidBuf> = of.iter().map(|index| name(&[*index])).collect();
    VarBindList::asking(names.iter().map(OidBuf::as_oid))
}

fn numbers(of: &[u32]) -> VarBindList {
    let mut list = VarBindList::EMPTY;
    for index in of {
        list.push(VarBind::new(
            name(&[*index]).as_oid(),
            Value::Integer(index.cast_signed()),
        ));
    }
    list
}

fn ids_of(datagram: &[u8]) -> i32 {
    let message = Message::parse(datagram, Tolerance::STRICT).unwrap();
    message.body.request_id().unwrap()
}

fn response(id: i32, varbinds: &VarBindList) -> Vec<u8> {
    let mut buffer = vec![0; 65_507];
    let body = Body::response(id, varbinds.varbinds());
    Message::v2c(COMMUNITY, body).encode(&mut buffer).unwrap().to_vec()
}

fn manager(targets: u8, options: ManagerOptions, with: fn(Target) -> Target) -> (Manager, Vec<TargetId>) {
    let mut manager = Manager::new(options);
    let ids = (1..=targets).map(|host| manager.add(with(Target::v2c(address(host), COMMUNITY))).unwrap());
    let ids = ids.collect();
    (manager, ids)
}

fn one(with: fn(Target) -> Target) -> (Manager, TargetId) {
    let (manager, ids) = manager(1, ManagerOptions::new(3), with);
    (manager, ids[0])
}

fn get(manager: &mut Manager, target: TargetId, index: u32) -> Ticket {
    manager
        .submit(NOW, target, Request::Get(names(&[index]).varbinds()))
        .unwrap()
}

/// Everything that leaves now: whom it goes to, and its octets.
fn all(manager: &mut Manager, now: Instant) -> Vec<(Path, Vec<u8>)> {
    std::iter::from_fn(|| send(manager, now)).take(10_000).collect()
}

fn expire(manager: &mut Manager) -> Instant {
    let due = manager.poll_timeout().unwrap();
    manager.handle_timeout(due);
    due
}

#[test]
fn get_get_next_get_bulk_and_set_are_answered_in_every_version() {
    for version in [Version::V1, Version::V2C, Version::V3] {
        let mut desk = Desk::of(version, 5);
        assert_eq!(desk.ask(Request::Get(names(&[2, 4]).varbinds())), Ok(numbers(&[2, 4])));
        assert_eq!(
            desk.ask(Request::GetNext(names(&[2, 4]).varbinds())),
            Ok(numbers(&[3, 5]))
        );
        let second = name(&[2]);
        let seven = [VarBind::new(second.as_oid(), Value::Integer(7))];
        assert_eq!(
            desk.ask(Request::set(&seven)),
            Ok(VarBindList::copied(VarBinds::new(&seven)))
        );
        assert_eq!(desk.agent.sets, [(name(&[2]), 7)]);
        let asked = names(&[3]);
        let bulk = Request::GetBulk {
            non_repeaters: 0,
            max_repetitions: 2,
            names: asked.varbinds(),
        };
        match version {
            Version::V1 => assert_eq!(desk.ask(bulk).unwrap_err().kind(), ErrorKind::InvalidArgument),
            _ => assert_eq!(desk.ask(bulk), Ok(numbers(&[4, 5]))),
        }
    }
}

#[test]
fn values_of_names_that_are_asked_for_are_sent_as_null() {
    let (mut manager, target) = one(|target| target);
    manager
        .submit(NOW, target, Request::Get(numbers(&[1]).varbinds()))
        .unwrap();
    let (_, datagram) = send(&mut manager, NOW).unwrap();
    let message = Message::parse(&datagram, Tolerance::STRICT).unwrap();
    assert_eq!(message.body.varbinds(), names(&[1]).varbinds());
}

#[test]
fn value_of_v2_is_not_sent_to_an_agent_of_v1() {
    let mut desk = Desk::of(Version::V1, 0);
    let counter = [VarBind::new(ROOT, Value::Counter64(1))];
    let error = desk.ask(Request::set(&counter)).unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::InvalidArgument, Effect::NotApplied)
    );
    assert!(desk.sent.is_empty());
}

#[test]
fn every_attempt_has_its_own_id_and_all_of_the_live_request_are_taken() {
    for answered in 0..4 {
        let (mut manager, target) = one(|target| target.with_retries(3));
        let ticket = get(&mut manager, target, 1);
        let mut attempts = Vec::new();
        for _ in 0..3 {
            attempts.push(send(&mut manager, NOW).unwrap());
            expire(&mut manager);
        }
        attempts.push(send(&mut manager, NOW).unwrap());
        let ids: std::collections::BTreeSet<i32> = attempts.iter().map(|(_, datagram)| ids_of(datagram)).collect();
        assert_eq!(ids.len(), 4);
        assert!(ids.iter().all(|id| *id > 0));
        let (path, datagram) = &attempts[answered];
        let answer = response(ids_of(datagram), &numbers(&[1]));
        manager.handle_input(NOW, path, &answer);
        assert_eq!(told(&mut manager), Some(Told::Done(ticket, Ok(numbers(&[1])))));
        // The answers to the others are late, and so is this one again.
        for (path, datagram) in &attempts {
            let answer = response(ids_of(datagram), &numbers(&[2]));
            manager.handle_input(NOW, path, &answer);
        }
        assert_eq!(told(&mut manager), None);
        assert_eq!(manager.statistics().late, 4);
        assert_eq!(manager.poll_timeout(), None);
    }
}

#[test]
fn late_and_duplicate_answers_neither_end_nor_shift_nor_extend_the_next_request() {
    let (mut manager, target) = one(|target| target.with_retries(0));
    get(&mut manager, target, 1);
    let (path, first) = send(&mut manager, NOW).unwrap();
    expire(&mut manager);
    assert!(matches!(
        told(&mut manager),
        Some(Told::Done(_, Err(SnmpError::Timeout { .. })))
    ));
    let ticket = manager
        .submit(NOW + 2 * SECOND, target, Request::Get(names(&[2]).varbinds()))
        .unwrap();
    let (_, second) = send(&mut manager, NOW + 2 * SECOND).unwrap();
    let due = manager.poll_timeout();
    for _ in 0..3 {
        let late = response(ids_of(&first), &numbers(&[1]));
        manager.handle_input(NOW + 2 * SECOND, &path, &late);
    }
    assert_eq!((told(&mut manager), manager.poll_timeout()), (None, due));
    let answer = response(ids_of(&second), &numbers(&[2]));
    manager.handle_input(NOW + 2 * SECOND, &path, &answer);
    assert_eq!(told(&mut manager), Some(Told::Done(ticket, Ok(numbers(&[2])))));
}

#[test]
fn late_answer_does_not_reach_a_request_in_the_same_place() {
    // A table of one place, used again and again: every late answer is still told apart.
    let (mut manager, ids) = manager(1, ManagerOptions::new(5).with_capacity(1), |target| target);
    let mut late: Vec<Vec<u8>> = Vec::new();
    for round in 0..300 {
        let ticket = get(&mut manager, ids[0], 1);
        let (path, datagram) = send(&mut manager, NOW).unwrap();
        for answer in &late {
            manager.handle_input(NOW, &path, answer);
        }
        assert_eq!(told(&mut manager), None, "round {round}");
        let answer = response(ids_of(&datagram), &numbers(&[1]));
        manager.handle_input(NOW, &path, &answer);
        assert_eq!(told(&mut manager), Some(Told::Done(ticket, Ok(numbers(&[1])))));
        late.push(answer);
    }
}

/// How a target is set, where an answer comes from, and whether it is taken.
type Source = (fn(Target) -> Target, &'static str, bool);

#[test]
fn answers_from_another_address_are_refused_unless_the_target_allows_them() {
    let from = |text: &str| Path::to(text.parse().unwrap());
    let cases: [Source; 8] = [
        (|t| t, "192.0.2.1:161", true),
        (|t| t, "[::ffff:192.0.2.1]:161", true),
        (|t| t, "192.0.2.1:162", false),
        (|t| t, "192.0.2.9:161", false),
        (|t| t.with_source(SourcePolicy::AnyPort), "192.0.2.1:162", true),
        (|t| t.with_source(SourcePolicy::AnyPort), "192.0.2.9:161", false),
        (|t| t.with_source(SourcePolicy::Any), "192.0.2.9:5000", true),
        (|t| t.with_source(SourcePolicy::Any), "[2001:db8::1]:5000", true),
    ];
    for (with, source, is_taken) in cases {
        let (mut manager, target) = one(with);
        get(&mut manager, target, 1);
        let (_, datagram) = send(&mut manager, NOW).unwrap();
        let answer = response(ids_of(&datagram), &numbers(&[1]));
        manager.handle_input(NOW, &from(source), &answer);
        assert_eq!(told(&mut manager).is_some(), is_taken, "{source}");
    }
}

#[test]
fn answer_from_elsewhere_is_named_in_the_timeout() {
    let (mut manager, target) = one(|target| target.with_retries(0));
    get(&mut manager, target, 1);
    let (_, datagram) = send(&mut manager, NOW).unwrap();
    let found = address(9);
    let answer = response(ids_of(&datagram), &numbers(&[1]));
    manager.handle_input(NOW, &Path::to(found), &answer);
    expire(&mut manager);
    let Some(Told::Done(_, Err(error))) = told(&mut manager) else {
        panic!()
    };
    assert!(
        matches!(error, SnmpError::Timeout { rejected: Some(Rejected::Source { found: from }), .. } if from == found)
    );
    assert!(error.to_string().contains("192.0.2.9:161"), "{error}");
}

#[test]
fn set_is_sent_once_and_its_effect_is_unknown() {
    let (mut manager, target) = one(|target| target.with_retries(5));
    manager
        .submit(NOW, target, Request::set(numbers(&[1]).varbinds()))
        .unwrap();
    assert_eq!(all(&mut manager, NOW).len(), 1);
    let due = expire(&mut manager);
    assert!(manager.transmit().is_none());
    let Some(Told::Done(_, Err(error))) = told(&mut manager) else {
        panic!()
    };
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Unknown));
    assert!(due <= NOW + SECOND * 11 / 10);
}

#[test]
fn set_is_repeated_where_the_caller_says_that_it_is_idempotent() {
    let (mut manager, target) = one(|target| target.with_retries(2));
    let varbinds = numbers(&[1]);
    let retry = Retry::Idempotent;
    let varbinds = varbinds.varbinds();
    manager.submit(NOW, target, Request::Set { varbinds, retry }).unwrap();
    for _ in 0..3 {
        assert_eq!(all(&mut manager, NOW).len(), 1);
        expire(&mut manager);
    }
    let Some(Told::Done(_, Err(error))) = told(&mut manager) else {
        panic!()
    };
    assert_eq!(error.effect(), Effect::Unknown);
}

#[test]
fn waits_grow_by_the_backoff_up_to_their_bound_and_no_further_than_the_jitter() {
    let options = |jitter| TargetOptions {
        retries: 4,
        backoff: 2,
        jitter,
        max_timeout: 5 * SECOND,
        ..TargetOptions::default()
    };
    for (jitter, seed) in [(0, 1), (50, 1), (50, 2), (100, 3)] {
        let mut manager = Manager::new(ManagerOptions::new(seed));
        let target = Target::v2c(address(1), COMMUNITY).with_options(options(jitter));
        let target = manager.add(target).unwrap();
        get(&mut manager, target, 1);
        let mut now = NOW;
        for expected in [1, 2, 4, 5, 5] {
            send(&mut manager, now).unwrap();
            let due = manager.poll_timeout().unwrap();
            let (wait, least) = (due.saturating_since(now), SECOND * expected);
            assert!(
                wait >= least && wait <= least + least * u32::from(jitter) / 100,
                "{wait:?}"
            );
            now = due;
            manager.handle_timeout(now);
        }
        let Some(Told::Done(_, Err(error))) = told(&mut manager) else {
            panic!()
        };
        assert!(matches!(error, SnmpError::Timeout { attempts: 5, .. }));
    }
}

#[test]
fn reply_timer_starts_when_the_datagram_has_left() {
    let (mut manager, target) = one(|target| target);
    get(&mut manager, target, 1);
    assert_eq!(manager.poll_timeout(), None);
    send(&mut manager, NOW + 9 * SECOND).unwrap();
    assert!(manager.poll_timeout().unwrap() >= NOW + 10 * SECOND);
}

#[test]
fn window_of_a_target_is_kept_and_its_order_too() {
    let (mut manager, target) = one(|target| target.with_window(2));
    let tickets: Vec<Ticket> = (1..=5).map(|index| get(&mut manager, target, index)).collect();
    let mut out = all(&mut manager, NOW);
    assert_eq!(out.len(), 2);
    for (index, ticket) in (1..=5).zip(tickets) {
        let (path, datagram) = out.remove(0);
        let message = Message::parse(&datagram, Tolerance::STRICT).unwrap();
        assert_eq!(message.body.varbinds(), names(&[index]).varbinds());
        let answer = response(ids_of(&datagram), &numbers(&[index]));
        manager.handle_input(NOW, &path, &answer);
        assert_eq!(told(&mut manager), Some(Told::Done(ticket, Ok(numbers(&[index])))));
        out.extend(all(&mut manager, NOW));
    }
    assert!(out.is_empty());
}

#[test]
fn window_of_all_is_kept_and_targets_take_turns() {
    let options = ManagerOptions::new(1).with_window(2);
    let (mut manager, ids) = manager(4, options, |target| target.with_retries(0));
    for id in &ids {
        for index in 1..=3 {
            get(&mut manager, *id, index);
        }
    }
    let mut order = Vec::new();
    let mut out = all(&mut manager, NOW);
    while !out.is_empty() {
        assert!(out.len() <= 2);
        let (path, datagram) = out.remove(0);
        order.push(path.remote);
        let answer = response(ids_of(&datagram), &numbers(&[1]));
        manager.handle_input(NOW, &path, &answer);
        told(&mut manager).unwrap();
        out.extend(all(&mut manager, NOW));
    }
    let expected: Vec<_> = (0..12_u8).map(|at| address(at % 4 + 1)).collect();
    assert_eq!(order, expected);
}

#[test]
fn silent_agent_does_not_hold_up_the_others() {
    let options = ManagerOptions::new(1).with_window(2);
    let (mut manager, ids) = manager(3, options, |target| target);
    get(&mut manager, ids[0], 1);
    for _ in 0..50 {
        for id in &ids[1..] {
            get(&mut manager, *id, 1);
        }
        for _ in 0..2 {
            let (path, datagram) = all(&mut manager, NOW)
                .into_iter()
                .find(|(path, _)| path.remote != address(1))
                .unwrap();
            let answer = response(ids_of(&datagram), &numbers(&[1]));
            manager.handle_input(NOW, &path, &answer);
            assert!(matches!(told(&mut manager), Some(Told::Done(_, Ok(_)))));
        }
    }
}

#[test]
fn full_table_is_busy_until_an_end_was_taken() {
    let (mut manager, ids) = manager(1, ManagerOptions::new(1).with_capacity(3), |target| target);
    let tickets: Vec<Ticket> = (0..3).map(|_| get(&mut manager, ids[0], 1)).collect();
    let asked = names(&[1]);
    let refused = manager.submit(NOW, ids[0], Request::Get(asked.varbinds())).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Busy);
    manager.cancel(NOW, tickets[1]);
    assert!(manager.submit(NOW, ids[0], Request::Get(asked.varbinds())).is_err());
    told(&mut manager).unwrap();
    assert!(manager.submit(NOW, ids[0], Request::Get(asked.varbinds())).is_ok());
}

#[test]
fn cancelled_request_ends_once_with_a_true_effect() {
    let (mut manager, target) = one(|target| target);
    let varbinds = numbers(&[1]);
    let set = |manager: &mut Manager| manager.submit(NOW, target, Request::set(varbinds.varbinds())).unwrap();
    // In the send buffer, and behind it.
    let (first, second) = (set(&mut manager), set(&mut manager));
    for ticket in [second, first, first] {
        manager.cancel(NOW, ticket);
    }
    let effect = Effect::NotApplied;
    assert_eq!(
        told(&mut manager),
        Some(Told::Done(second, Err(SnmpError::Cancelled { effect })))
    );
    assert_eq!(
        told(&mut manager),
        Some(Told::Done(first, Err(SnmpError::Cancelled { effect })))
    );
    assert!(manager.transmit().is_none() && told(&mut manager).is_none());
    let third = set(&mut manager);
    send(&mut manager, NOW).unwrap();
    manager.cancel(NOW, third);
    let effect = Effect::Unknown;
    assert_eq!(
        told(&mut manager),
        Some(Told::Done(third, Err(SnmpError::Cancelled { effect })))
    );
    assert_eq!(manager.poll_timeout(), None);
}

#[test]
fn removed_target_ends_its_requests_and_is_known_no_more() {
    let (mut manager, ids) = manager(2, ManagerOptions::new(1), |target| target);
    let tickets: Vec<Ticket> = (0..3).map(|_| get(&mut manager, ids[0], 1)).collect();
    let other = get(&mut manager, ids[1], 1);
    let (path, datagram) = send(&mut manager, NOW).unwrap();
    manager.remove(NOW, ids[0]);
    let new = manager.add(Target::v2c(address(7), COMMUNITY)).unwrap();
    assert_ne!(new, ids[0]);
    for ticket in tickets {
        assert!(
            matches!(told(&mut manager), Some(Told::Done(done, Err(SnmpError::Cancelled { .. }))) if done == ticket)
        );
    }
    let asked = names(&[1]);
    let refused = manager.submit(NOW, ids[0], Request::Get(asked.varbinds())).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::InvalidArgument);
    let late = response(ids_of(&datagram), &numbers(&[1]));
    manager.handle_input(NOW, &path, &late);
    assert_eq!(told(&mut manager), None);
    let (path, datagram) = send(&mut manager, NOW).unwrap();
    let answer = response(ids_of(&datagram), &numbers(&[1]));
    manager.handle_input(NOW, &path, &answer);
    assert_eq!(told(&mut manager), Some(Told::Done(other, Ok(numbers(&[1])))));
}

#[test]
fn too_big_get_is_split_and_answered_as_one() {
    for version in [Version::V1, Version::V2C, Version::V3] {
        for most in [1, 2, 3, 7, 20] {
            let mut desk = Desk::of(version, 20);
            desk.agent.max_varbinds = most;
            let order: Vec<u32> = (1..=20).rev().collect();
            assert_eq!(
                desk.ask(Request::Get(names(&order).varbinds())),
                Ok(numbers(&order)),
                "{most}"
            );
            let behind: Vec<u32> = (0..20).collect();
            let asked = names(&behind);
            let expected: Vec<u32> = (1..=20).collect();
            let root = VarBindList::asking([ROOT]);
            let mut all = root;
            asked.iter().skip(1).for_each(|varbind| all.push(varbind.unwrap()));
            assert_eq!(
                desk.ask(Request::GetNext(all.varbinds())),
                Ok(numbers(&expected)),
                "{most}"
            );
        }
    }
}

#[test]
fn get_too_large_for_a_message_of_ours_is_split_before_it_is_sent() {
    let options = TargetOptions {
        max_message_size: 484,
        ..TargetOptions::default()
    };
    for version in [Version::V1, Version::V2C, Version::V3] {
        let mut desk = Desk::new(target(version).with_options(options), Agent::new(version, 300));
        desk.agent.max_varbinds = 1000;
        let order: Vec<u32> = (1..=300).collect();
        assert_eq!(desk.ask(Request::Get(names(&order).varbinds())), Ok(numbers(&order)));
        assert!(desk.sent.iter().all(|datagram| datagram.len() <= 484));
    }
}

#[test]
fn too_big_for_a_single_name_and_too_big_sets_are_errors() {
    let mut desk = Desk::of(Version::V2C, 3);
    desk.agent.max_varbinds = 0;
    let error = desk.ask(Request::Get(names(&[2, 3]).varbinds())).unwrap_err();
    assert_eq!(error, SnmpError::TooBig { name: Some(name(&[2])) });

    let (mut manager, target) = one(|target| target);
    manager
        .submit(NOW, target, Request::set(numbers(&[1, 2]).varbinds()))
        .unwrap();
    let error = refuse(&mut manager, ErrorStatus::TOO_BIG, 0);
    assert!(manager.transmit().is_none());
    assert_eq!(error.effect(), Effect::NotApplied);
    assert!(matches!(
        error,
        SnmpError::Agent {
            status: ErrorStatus::TOO_BIG,
            ..
        }
    ));
}

/// Answers what is sent next with an error.
fn refuse(manager: &mut Manager, status: ErrorStatus, index: i32) -> SnmpError {
    let (path, datagram) = send(manager, NOW).unwrap();
    let message = Message::parse(&datagram, Tolerance::STRICT).unwrap();
    let body = Body::Common(Common {
        operation: Operation::RESPONSE,
        request_id: message.body.request_id().unwrap(),
        error_status: status,
        error_index: index,
        varbinds: message.body.varbinds(),
    });
    let mut buffer = [0; 500];
    let answer = Message::v2c(COMMUNITY, body).encode(&mut buffer).unwrap();
    manager.handle_input(NOW, &path, answer);
    match told(manager) {
        Some(Told::Done(_, Err(error))) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn agents_error_names_the_varbind_and_tells_the_effect() {
    let (mut manager, target) = one(|target| target);
    let cases = [
        (ErrorStatus::NOT_WRITABLE, 2, 2, Effect::NotApplied, ErrorKind::Denied),
        (ErrorStatus::WRONG_VALUE, 1, 1, Effect::NotApplied, ErrorKind::Refused),
        (ErrorStatus::COMMIT_FAILED, 2, 2, Effect::Unknown, ErrorKind::Refused),
        (ErrorStatus::UNDO_FAILED, 0, 0, Effect::Unknown, ErrorKind::Refused),
        (ErrorStatus::GEN_ERR, 9, 0, Effect::Unknown, ErrorKind::Refused),
        (ErrorStatus(77), -1, 0, Effect::Unknown, ErrorKind::Refused),
    ];
    for (status, index, shown, effect, kind) in cases {
        manager
            .submit(NOW, target, Request::set(numbers(&[1, 2]).varbinds()))
            .unwrap();
        let error = refuse(&mut manager, status, index);
        assert_eq!((error.kind(), error.effect()), (kind, effect), "{status}");
        let name = (shown > 0).then(|| name(&[shown]));
        let index = shown;
        assert_eq!(
            error,
            SnmpError::Agent {
                status,
                index,
                name,
                effect
            }
        );
    }
}

#[test]
fn error_in_a_later_part_counts_its_index_from_the_whole_request() {
    let mut desk = Desk::of(Version::V1, 3);
    desk.agent.max_varbinds = 2;
    let error = desk.ask(Request::Get(names(&[1, 2, 3, 9]).varbinds())).unwrap_err();
    let expected = SnmpError::Agent {
        status: ErrorStatus::NO_SUCH_NAME,
        index: 4,
        name: Some(name(&[9])),
        effect: Effect::NotApplied,
    };
    assert_eq!(error, expected);
}

#[test]
fn answer_with_another_number_of_varbinds_is_an_error() {
    for (found, is_set, effect) in [
        (1, false, Effect::NotApplied),
        (3, false, Effect::NotApplied),
        (0, true, Effect::Applied),
    ] {
        let (mut manager, target) = one(|target| target);
        let asked = numbers(&[1, 2]);
        let request = if is_set {
            Request::set(asked.varbinds())
        } else {
            Request::Get(asked.varbinds())
        };
        manager.submit(NOW, target, request).unwrap();
        let (path, datagram) = send(&mut manager, NOW).unwrap();
        let list: Vec<u32> = (1..=found).collect();
        let answer = response(ids_of(&datagram), &numbers(&list));
        manager.handle_input(NOW, &path, &answer);
        let (expected, found) = (2, list.len());
        let error = SnmpError::Mismatch {
            expected,
            found,
            effect,
        };
        assert!(matches!(told(&mut manager), Some(Told::Done(_, Err(told))) if told == error));
    }
}

#[test]
fn status_of_no_octets_is_a_typed_error_and_never_a_silent_0() {
    // snmp_exporter#541: INTEGERs of length 0 with an error-index.
    let (mut manager, target) = one(|target| target);
    get(&mut manager, target, 1);
    let (path, datagram) = send(&mut manager, NOW).unwrap();
    let id = ids_of(&datagram).to_be_bytes();
    let body = [&[0x02, 4][..], &id, &[0x02, 0, 0x02, 1, 1, 0x30, 0]].concat();
    let community = [&[0x04, 6][..], COMMUNITY].concat();
    let message = [
        &[0x02, 1, 1][..],
        &community,
        &[0xA2, u8::try_from(body.len()).unwrap()],
        &body,
    ]
    .concat();
    let answer = [&[0x30, u8::try_from(message.len()).unwrap()][..], &message].concat();
    manager.handle_input(NOW, &path, &answer);
    let Some(Told::Done(_, Err(error))) = told(&mut manager) else {
        panic!()
    };
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains("error-status"), "{error}");
}

#[test]
fn error_index_beside_no_error_and_trailing_octets_are_taken_and_told() {
    let (mut manager, target) = one(|target| target);
    get(&mut manager, target, 1);
    let (path, datagram) = send(&mut manager, NOW).unwrap();
    let mut answer = response(ids_of(&datagram), &numbers(&[1]));
    answer.push(0);
    manager.handle_input(NOW, &path, &answer);
    match manager.poll_event() {
        Some(pdu_proto_snmp::client::ManagerEvent::Done {
            result: Ok(response), ..
        }) => {
            assert!(!response.anomalies().is_empty());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn strict_target_refuses_what_a_lenient_one_takes() {
    let options = TargetOptions {
        tolerance: Tolerance::STRICT,
        ..TargetOptions::default()
    };
    let mut manager = Manager::new(ManagerOptions::new(1));
    let target = manager
        .add(Target::v2c(address(1), COMMUNITY).with_options(options))
        .unwrap();
    get(&mut manager, target, 1);
    let (path, datagram) = send(&mut manager, NOW).unwrap();
    let mut answer = response(ids_of(&datagram), &numbers(&[1]));
    answer.push(0);
    manager.handle_input(NOW, &path, &answer);
    assert!(matches!(
        told(&mut manager),
        Some(Told::Done(_, Err(SnmpError::Wire { .. })))
    ));
}

#[test]
fn one_bad_varbind_costs_none_of_the_others() {
    let (mut manager, target) = one(|target| target);
    let asked = VarBindList::asking([oid!(1, 3, 1), oid!(1, 3, 2), oid!(1, 3, 3)]);
    manager.submit(NOW, target, Request::Get(asked.varbinds())).unwrap();
    let (path, datagram) = send(&mut manager, NOW).unwrap();
    let good = |last| VarBindList::copied(VarBinds::new(&[VarBind::new(oid!(1, 3, 1), Value::Integer(last))]));
    let mut answer = response(ids_of(&datagram), &{
        let mut three = good(1);
        three.push(VarBind::new(oid!(1, 3, 2), Value::IpAddress([1, 2, 3, 4].into())));
        three.push(VarBind::new(oid!(1, 3, 3), Value::Integer(3)));
        three
    });
    // An IpAddress whose tag is that of a Counter32 with five octets would be another length; make its type unknown.
    let at = answer.windows(2).position(|pair| pair == [0x40, 4]).unwrap();
    answer[at] = 0x4F;
    manager.handle_input(NOW, &path, &answer);
    let Some(Told::Done(_, Ok(list))) = told(&mut manager) else {
        panic!()
    };
    let read: Vec<bool> = list.iter().map(|item| item.is_ok()).collect();
    assert_eq!(read, [true, false, true]);
}

#[test]
fn blocked_agents_wait_and_the_others_are_sent() {
    let (mut manager, ids) = manager(2, ManagerOptions::new(1), |target| target);
    let first = get(&mut manager, ids[0], 1);
    get(&mut manager, ids[1], 1);
    let (path, _) = manager.transmit().unwrap();
    manager.handle_blocked(NOW, &path);
    assert_eq!(manager.transmit().unwrap().0.remote, address(2));
    assert_eq!(all(&mut manager, NOW).len(), 1);
    get(&mut manager, ids[0], 2);
    assert!(manager.transmit().is_none());
    manager.handle_writable(NOW, &path);
    assert_eq!(manager.transmit().unwrap().0, path);
    let (path, datagram) = send(&mut manager, NOW).unwrap();
    let answer = response(ids_of(&datagram), &numbers(&[1]));
    manager.handle_input(NOW, &path, &answer);
    assert_eq!(told(&mut manager), Some(Told::Done(first, Ok(numbers(&[1])))));
}

#[test]
fn two_targets_of_one_address_have_their_own_communities_and_answers() {
    let mut manager = Manager::new(ManagerOptions::new(1));
    let ids: Vec<TargetId> = [&b"one"[..], b"two"]
        .iter()
        .map(|community| manager.add(Target::v2c(address(1), community)).unwrap())
        .collect();
    let tickets: Vec<Ticket> = ids.iter().map(|id| get(&mut manager, *id, 1)).collect();
    let out = all(&mut manager, NOW);
    let communities: Vec<&[u8]> = out
        .iter()
        .map(|(_, datagram)| Message::parse(datagram, Tolerance::STRICT).unwrap().community.0)
        .collect();
    assert_eq!(communities, [b"one", b"two"]);
    for (index, (path, datagram)) in out.iter().enumerate().rev() {
        let answer = response(ids_of(datagram), &numbers(&[1]));
        manager.handle_input(NOW, path, &answer);
        assert!(matches!(told(&mut manager), Some(Told::Done(done, Ok(_))) if done == tickets[index]));
    }
}

#[test]
fn same_seed_gives_the_same_octets_and_another_seed_other_ids() {
    let run = |seed| {
        let (mut manager, ids) = manager(3, ManagerOptions::new(seed), |target| target);
        for id in &ids {
            get(&mut manager, *id, 1);
        }
        all(&mut manager, NOW)
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}
