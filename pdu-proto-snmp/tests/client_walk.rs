//! Walks: that they fetch all there is, from agents of all manners, and that they always end.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod client_support;

use client_support::{Agent, BulkManners, COMMUNITY, Desk, ROOT, Told, address, name, send, target, told};
use pdu_core::{Endpoint, Error, ErrorKind, Event, Hub, Instant, LinkEvent, Session};
use pdu_proto_snmp::client::{Client, OwnedRequest, Request, Target, Walk, WalkOrder, WalkStep};
use pdu_proto_snmp::wire::{
    Body, ErrorStatus, Message, Oid, OidBuf, Operation, Tolerance, Value, VarBind, VarBindList, VarBinds, Version,
};
use pdu_proto_snmp::{SnmpError, oid};

const ALL: [Version; 3] = [Version::V1, Version::V2C, Version::V3];

fn column(count: u32) -> VarBindList {
    let mut list = VarBindList::EMPTY;
    for index in 1..=count {
        list.push(VarBind::new(
            name(&[index]).as_oid(),
            Value::Integer(index.cast_signed()),
        ));
    }
    list
}

fn walk() -> Request<'static> {
    Request::walk(ROOT)
}

#[test]
fn walk_fetches_the_whole_column_and_nothing_behind_it() {
    for version in ALL {
        for count in [0, 1, 24, 25, 26, 100] {
            let mut desk = Desk::of(version, count);
            assert_eq!(desk.ask(walk()), Ok(column(count)), "{version} {count}");
        }
    }
}

#[test]
fn walk_to_the_end_of_the_tree_ends_with_end_of_mib_view_or_no_such_name() {
    for version in ALL {
        for step in [WalkStep::Bulk, WalkStep::Next] {
            let mut desk = Desk::of(version, 30);
            desk.agent.objects.remove(&OidBuf::from(client_support::BEYOND));
            let request = Request::Walk(Walk::new(ROOT).with_step(step));
            assert_eq!(desk.ask(request), Ok(column(30)), "{version}");
        }
    }
}

#[test]
fn walk_uses_bulk_where_there_is_one() {
    let mut desk = Desk::of(Version::V2C, 100);
    desk.ask(walk()).unwrap();
    assert_eq!(desk.agent.heard, [(Operation::GET_BULK, 1); 5]);
    let mut desk = Desk::of(Version::V1, 3);
    desk.ask(walk()).unwrap();
    assert_eq!(desk.agent.heard, [(Operation::GET_NEXT, 1); 4]);
}

#[test]
fn bulk_that_is_not_supported_falls_back_to_get_next() {
    for bulk in [BulkManners::Silent, BulkManners::GenErr, BulkManners::Empty] {
        let mut desk = Desk::of(Version::V2C, 40);
        desk.agent.bulk = bulk;
        assert_eq!(desk.ask(walk()), Ok(column(40)), "{bulk:?}");
        let asked = desk.agent.heard.iter().filter(|heard| heard.0 == Operation::GET_BULK);
        assert!(asked.count() <= 3, "{bulk:?}: {:?}", desk.agent.heard);
    }
}

#[test]
fn agent_that_was_silent_to_bulk_is_not_asked_so_again() {
    let mut desk = Desk::of(Version::V2C, 4);
    desk.agent.bulk = BulkManners::Silent;
    desk.ask(walk()).unwrap();
    desk.agent.heard.clear();
    assert_eq!(desk.ask(walk()), Ok(column(4)));
    assert_eq!(desk.agent.heard, [(Operation::GET_NEXT, 1); 5]);
}

#[test]
fn bulk_with_few_repetitions_only_is_asked_with_fewer() {
    for most in [1, 5, 8] {
        let mut desk = Desk::of(Version::V2C, 60);
        desk.agent.bulk = BulkManners::AtMost(most);
        assert_eq!(desk.ask(walk()), Ok(column(60)), "{most}");
    }
}

#[test]
fn too_big_bulk_is_asked_with_fewer_repetitions() {
    let mut desk = Desk::new(
        target(Version::V2C).with_max_repetitions(50),
        Agent::new(Version::V2C, 100),
    );
    let ticket = desk.manager.submit(desk.now, desk.id, walk()).unwrap();
    let mut asked = Vec::new();
    for _ in 0..7 {
        let (path, datagram) = send(&mut desk.manager, desk.now).unwrap();
        let message = Message::parse(&datagram, Tolerance::STRICT).unwrap();
        let id = message.body.request_id().unwrap();
        asked.push(match message.body {
            Body::Bulk(bulk) => bulk.max_repetitions,
            _ => 0,
        });
        let refusal = refusal(id, ErrorStatus::TOO_BIG);
        desk.manager.handle_input(desk.now, &path, &refusal);
    }
    assert_eq!(asked, [50, 25, 12, 6, 3, 1, 0]);
    let expected = SnmpError::TooBig {
        name: Some(ROOT.into()),
    };
    assert_eq!(told(&mut desk.manager), Some(Told::Done(ticket, Err(expected))));
}

fn refusal(id: i32, status: ErrorStatus) -> Vec<u8> {
    let body = Body::Common(pdu_proto_snmp::wire::Common {
        operation: Operation::RESPONSE,
        request_id: id,
        error_status: status,
        error_index: 0,
        varbinds: VarBinds::EMPTY,
    });
    let mut buffer = [0; 200];
    Message::v2c(COMMUNITY, body).encode(&mut buffer).unwrap().to_vec()
}

/// The next name of an agent whose walks go wrong, and the kind of error that comes of it.
type Wrong = (fn(&Oid<'_>) -> OidBuf, fn(&SnmpError) -> bool);

fn same(after: &Oid<'_>) -> OidBuf {
    (*after).into()
}

fn first(_: &Oid<'_>) -> OidBuf {
    name(&[1])
}

fn back_and_forth(after: &Oid<'_>) -> OidBuf {
    name(&[if *after == name(&[2]).as_oid() { 1 } else { 2 }])
}

/// 1, 2, ... 99, 40, 41, ...
fn long_way_round(after: &Oid<'_>) -> OidBuf {
    let last = after.arcs().last().unwrap().unwrap();
    let is_root = *after == ROOT;
    name(&[if is_root {
        1
    } else if last == 99 {
        40
    } else {
        last + 1
    }])
}

fn endless(after: &Oid<'_>) -> OidBuf {
    let mut next = OidBuf::from(*after);
    let len = next.len();
    if *after == ROOT {
        return name(&[1]);
    }
    let last = after.arcs().last().unwrap().unwrap();
    next.truncate(len - 1);
    next.push(last + 1).unwrap();
    next
}

#[test]
fn walk_that_does_not_increase_ends_with_an_error() {
    let wrong: [Wrong; 4] = [
        (
            same,
            |error| matches!(error, SnmpError::NotIncreasing { after, found } if after == found),
        ),
        (first, |error| matches!(error, SnmpError::NotIncreasing { .. })),
        (back_and_forth, |error| matches!(error, SnmpError::NotIncreasing { .. })),
        (
            long_way_round,
            |error| matches!(error, SnmpError::NotIncreasing { found, .. } if *found == name(&[40])),
        ),
    ];
    for version in ALL {
        for (successor, is_expected) in wrong {
            let mut desk = Desk::of(version, 0);
            desk.agent.successor = Some(successor);
            let error = desk.ask(walk()).unwrap_err();
            assert!(is_expected(&error), "{version}: {error}");
            assert_eq!(error.kind(), ErrorKind::Mismatch);
        }
    }
}

#[test]
fn walk_that_may_go_backwards_ends_when_it_runs_in_circles() {
    let request = Request::Walk(Walk::new(ROOT).with_order(WalkOrder::Any));
    for version in ALL {
        for successor in [same, first, back_and_forth, long_way_round] {
            let mut desk = Desk::of(version, 0);
            desk.agent.successor = Some(successor);
            let error = desk.ask(request).unwrap_err();
            assert!(matches!(error, SnmpError::Loop { .. }), "{version}: {error}");
            assert!(desk.sent.len() < 500);
        }
    }
}

#[test]
fn walk_that_may_go_backwards_fetches_an_unordered_table() {
    fn unordered(after: &Oid<'_>) -> OidBuf {
        let order = [7, 3, 5, 1, 2];
        let at = order.iter().position(|index| name(&[*index]).as_oid() == *after);
        match at.map_or(Some(&order[0]), |at| order.get(at + 1)) {
            Some(index) => name(&[*index]),
            None => client_support::BEYOND.into(),
        }
    }
    let request = Request::Walk(Walk::new(ROOT).with_order(WalkOrder::Any));
    let mut desk = Desk::of(Version::V2C, 0);
    desk.agent.successor = Some(unordered);
    assert_eq!(desk.ask(request).unwrap().count(), 5);
}

#[test]
fn walk_without_end_stops_at_its_cap() {
    for version in ALL {
        for order in [WalkOrder::Increasing, WalkOrder::Any] {
            let request = Request::Walk(Walk::new(ROOT).with_max_varbinds(1000).with_order(order));
            let mut desk = Desk::of(version, 0);
            desk.agent.successor = Some(endless);
            assert_eq!(desk.ask(request), Err(SnmpError::WalkTooLong { max: 1000 }));
        }
    }
}

#[test]
fn empty_answer_ends_a_walk_with_an_error() {
    let mut desk = Desk::of(Version::V2C, 3);
    let request = Request::Walk(Walk::new(ROOT).with_step(WalkStep::Next));
    desk.manager.submit(desk.now, desk.id, request).unwrap();
    let (path, datagram) = send(&mut desk.manager, desk.now).unwrap();
    let id = Message::parse(&datagram, Tolerance::STRICT)
        .unwrap()
        .body
        .request_id()
        .unwrap();
    let empty = refusal(id, ErrorStatus::NO_ERROR);
    desk.manager.handle_input(desk.now, &path, &empty);
    let Some(Told::Done(_, Err(error))) = told(&mut desk.manager) else {
        panic!()
    };
    assert_eq!(error, SnmpError::Empty { after: ROOT.into() });
}

#[test]
fn error_in_mid_walk_is_never_a_complete_table() {
    for version in ALL {
        let mut desk = Desk::of(version, 100);
        let ticket = desk.manager.submit(desk.now, desk.id, walk()).unwrap();
        let (path, datagram) = send(&mut desk.manager, desk.now).unwrap();
        for _ in 0..4 {
            // The first steps (discovery and correction among them) are answered.
            let Some(answer) = desk.agent.answer(desk.now, &datagram) else {
                break;
            };
            desk.manager.handle_input(desk.now, &path, &answer);
            if !matches!(told(&mut desk.manager), Some(Told::Part(..))) {
                break;
            }
        }
        desk.agent.is_silent = true;
        let end = (0..100).find_map(|_| {
            let ended = desk.run();
            desk.now = desk.manager.poll_timeout().unwrap_or(desk.now);
            desk.manager.handle_timeout(desk.now);
            ended
        });
        let (done, result) = end.unwrap();
        assert_eq!(done, ticket);
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Timeout);
    }
}

#[test]
fn walk_goes_on_behind_a_bad_varbind_and_tells_it() {
    // The number of the second row has no octet.
    let good = |index: u8| {
        vec![
            0x30, 0x0C, 0x06, 0x07, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x63, index, 0x02, 0x01, 1,
        ]
    };
    let bad = vec![
        0x30, 0x0B, 0x06, 0x07, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x63, 2, 0x02, 0x00,
    ];
    let beyond = vec![
        0x30, 0x0B, 0x06, 0x06, 0x2B, 0x06, 0x01, 0x04, 0x02, 0x00, 0x02, 0x01, 1,
    ];
    let list = [good(1), bad, good(3), beyond].concat();
    let root = oid!(1, 3, 6, 1, 4, 1, 99);
    let mut desk = Desk::of(Version::V2C, 0);
    desk.manager.submit(desk.now, desk.id, Request::walk(root)).unwrap();
    let (path, datagram) = send(&mut desk.manager, desk.now).unwrap();
    let id = Message::parse(&datagram, Tolerance::STRICT)
        .unwrap()
        .body
        .request_id()
        .unwrap();
    let answer = message_around(id, &list);
    desk.manager.handle_input(desk.now, &path, &answer);
    let Some(Told::Part(_, part)) = told(&mut desk.manager) else {
        panic!()
    };
    let read: Vec<bool> = part.iter().map(|item| item.is_ok()).collect();
    assert_eq!(read, [true, false, true]);
    let Some(Told::Done(_, Ok(_))) = told(&mut desk.manager) else {
        panic!()
    };
}

#[test]
fn walk_that_meets_a_varbind_without_a_name_ends_with_an_error() {
    let nameless = [0x30, 0x05, 0x06, 0x00, 0x02, 0x01, 0x01];
    let mut desk = Desk::of(Version::V2C, 0);
    let request = Request::Walk(Walk::new(ROOT).with_step(WalkStep::Next));
    desk.manager.submit(desk.now, desk.id, request).unwrap();
    let (path, datagram) = send(&mut desk.manager, desk.now).unwrap();
    let id = Message::parse(&datagram, Tolerance::STRICT)
        .unwrap()
        .body
        .request_id()
        .unwrap();
    let mut broken = nameless.to_vec();
    broken[2] = 0x04; // no name at all
    let answer = message_around(id, &broken);
    desk.manager.handle_input(desk.now, &path, &answer);
    let Some(Told::Done(_, Err(error))) = told(&mut desk.manager) else {
        panic!()
    };
    assert!(
        matches!(&error, SnmpError::VarBind { after, .. } if *after == ROOT),
        "{error}"
    );
}

/// A response of v2c whose varbinds are these octets.
fn message_around(id: i32, varbinds: &[u8]) -> Vec<u8> {
    let item = |tag: u8, content: &[u8]| [&[tag, 0x82, 0, u8::try_from(content.len()).unwrap()], content].concat();
    let id = item(0x02, &id.to_be_bytes());
    let zero = [0x02, 1, 0];
    let body = [&id[..], &zero, &zero, &item(0x30, varbinds)].concat();
    let community = item(0x04, COMMUNITY);
    item(0x30, &[&[0x02, 1, 1][..], &community, &item(0xA2, &body)].concat())
}

#[test]
fn walk_of_large_values_ends_before_it_fills_the_memory_of_a_client() {
    let mut client = Client::new(Target::v2c(address(1), b"public"), 7).unwrap();
    let now = Instant::EPOCH;
    client.handle_link(now, LinkEvent::Up);
    client.submit(now, OwnedRequest::walk(ROOT)).unwrap();
    let large = vec![0; 60_000];
    for row in 1..1000 {
        let request = client.transmit().to_vec();
        if request.is_empty() {
            break;
        }
        client.handle_transmitted(now, request.len());
        let id = Message::parse(&request, Tolerance::STRICT)
            .unwrap()
            .body
            .request_id()
            .unwrap();
        let name = name(&[row]);
        let row = [VarBind::new(name.as_oid(), Value::OctetString(&large))];
        let mut buffer = vec![0; 65_000];
        let answer = Message::v2c(b"public", Body::response(id, &row))
            .encode(&mut buffer)
            .unwrap();
        client.handle_input(now, answer);
        if let Some(Event::Done { result, .. }) = client.poll_event() {
            assert_eq!(result.unwrap_err(), SnmpError::WalkTooLarge { max: 16 << 20 });
            return;
        }
    }
    panic!("walk has not ended");
}
