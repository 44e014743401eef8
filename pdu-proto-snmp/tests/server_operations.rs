//! Get, get-next and get-bulk, in v1 and v2c.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod server_support;

use pdu_core::Instant;
use pdu_proto_snmp::oid;
use pdu_proto_snmp::server::{Absent, AgentOptions, MapTree, Tree};
use pdu_proto_snmp::wire::{Body, ErrorStatus, Oid, OidBuf, Value, VarBind};
use server_support::*;

const UP_TIME: VarBind<'static> = VarBind::new(SYS_UP_TIME, Value::TimeTicks(4711));
const DESCR: VarBind<'static> = VarBind::new(SYS_DESCR, Value::OctetString(b"a rack unit"));
const NO_OBJECT: Oid<'static> = oid!(1, 3, 6, 1, 9, 1, 0);
const NO_INSTANCE: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 77);

#[test]
fn get_answers_in_the_order_of_the_names() {
    let answered = ask_v2c(
        &mut agent(tree()),
        Body::get(7, &asking([SYS_UP_TIME, SYS_DESCR, SYS_UP_TIME])),
    );
    assert_eq!(answered, well(&[UP_TIME, DESCR, UP_TIME]));
}

#[test]
fn get_of_what_is_not_there_says_what_is_missing_and_costs_the_others_nothing() {
    let answered = ask_v2c(
        &mut agent(tree()),
        Body::get(7, &asking([NO_OBJECT, SYS_UP_TIME, NO_INSTANCE])),
    );
    let (object, instance) = (Value::NoSuchObject, Value::NoSuchInstance);
    assert_eq!(
        answered,
        well(&[
            VarBind::new(NO_OBJECT, object),
            UP_TIME,
            VarBind::new(NO_INSTANCE, instance)
        ])
    );
}

#[test]
fn get_in_v1_of_what_is_not_there_is_no_such_name_and_gives_the_request_back() {
    let names = asking([SYS_UP_TIME, NO_INSTANCE, NO_OBJECT]);
    let answered = ask_v1(&mut agent(tree()), Body::get(7, &names));
    assert_eq!(answered, failed(ErrorStatus::NO_SUCH_NAME, 2, &names));
}

#[test]
fn counter64_is_not_there_for_v1() {
    let names = asking([HC_IN_OCTETS_1]);
    let answered = ask_v1(&mut agent(tree()), Body::get(7, &names));
    assert_eq!(answered, failed(ErrorStatus::NO_SUCH_NAME, 1, &names));
}

#[test]
fn get_next_in_v1_goes_over_counter64() {
    let answered = ask_v1(&mut agent(tree()), Body::get_next(7, &asking([IN_OCTETS_2])));
    assert_eq!(answered, well(&[VarBind::new(OUTLET, Value::Gauge32(1))]));
}

#[test]
fn a_request_for_nothing_is_answered_with_nothing() {
    for body in [
        Body::get(7, &[]),
        Body::get_next(7, &[]),
        Body::set(7, &[]),
        Body::get_bulk(7, 0, 9, &[]),
    ] {
        assert_eq!(ask_v2c(&mut agent(tree()), body), well(&[]), "{body:?}");
    }
}

#[test]
fn get_next_finds_what_is_behind_a_name_that_is_nothing_itself() {
    let names = asking([oid!(0, 0), SYS_DESCR, oid!(1, 3, 6, 1, 2, 1, 2), OUTLET]);
    let answered = ask_v2c(&mut agent(tree()), Body::get_next(7, &names));
    let end = VarBind::new(OUTLET, Value::EndOfMibView);
    assert_eq!(
        answered,
        well(&[DESCR, UP_TIME, VarBind::new(IN_OCTETS_1, Value::Counter32(1000)), end])
    );
}

#[test]
fn get_next_in_v1_behind_the_last_name_is_no_such_name() {
    let names = asking([SYS_DESCR, OUTLET]);
    let answered = ask_v1(&mut agent(tree()), Body::get_next(7, &names));
    assert_eq!(answered, failed(ErrorStatus::NO_SUCH_NAME, 2, &names));
}

#[test]
fn get_bulk_gives_the_first_names_once_and_the_others_row_by_row() {
    let names = asking([oid!(1, 3), IN_OCTETS_1, HC_IN_OCTETS_1]);
    let answered = ask_v2c(&mut agent(tree()), Body::get_bulk(7, 1, 2, &names));
    let octets = [
        (IN_OCTETS_2, Value::Counter32(2000)),
        (HC_IN_OCTETS_2, Value::Counter64(2 << 40)),
    ];
    let second_row = [(HC_IN_OCTETS_1, Value::Counter64(1 << 40)), (OUTLET, Value::Gauge32(1))];
    let rows = octets
        .into_iter()
        .chain(second_row)
        .map(|(name, value)| VarBind::new(name, value));
    let expected: Vec<_> = [DESCR].into_iter().chain(rows).collect();
    assert_eq!(answered, well(&expected));
}

#[test]
fn get_bulk_stops_once_all_columns_are_at_the_end() {
    let answered = ask_v2c(
        &mut agent(tree()),
        Body::get_bulk(7, 0, 1000, &asking([HC_IN_OCTETS_2, OUTLET])),
    );
    let [outlet, end] = [Value::Gauge32(1), Value::EndOfMibView].map(|value| VarBind::new(OUTLET, value));
    assert_eq!(answered, well(&[outlet, end, end, end]));
}

#[test]
fn get_bulk_takes_negative_numbers_as_zero() {
    let names = asking([SYS_DESCR, SYS_UP_TIME]);
    let both = |non_repeaters, repetitions| {
        ask_v2c(
            &mut agent(tree()),
            Body::get_bulk(7, non_repeaters, repetitions, &names),
        )
        .names()
    };
    assert_eq!(both(-1, 1), ["1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.4.0"]);
    assert_eq!(both(2, -1), ["1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.4.0"]);
    assert!(both(0, i32::MIN).is_empty());
    assert_eq!(both(i32::MAX, i32::MAX).len(), 2);
}

#[test]
fn get_bulk_repeats_as_often_as_the_agent_allows() {
    let options = AgentOptions {
        max_repetitions: 3,
        ..AgentOptions::default()
    };
    let answered = ask_v2c(
        &mut agent_with(tree(), options),
        Body::get_bulk(7, 0, 100, &asking([oid!(1, 3)])),
    );
    assert_eq!(answered.names().len(), 3);
}

/// 100 values of 100 octets.
fn large() -> MapTree {
    let mut tree = MapTree::new();
    for row in 0..100 {
        let mut name: OidBuf = "1.3.6.1.4.1.9.1".parse().unwrap();
        name.push(row).unwrap();
        tree.insert(name.as_oid(), Value::OctetString(&[b'x'; 100]));
    }
    tree
}

#[test]
fn get_bulk_fills_a_message_and_no_more() {
    for max_message_size in [484, 1472, 9000] {
        let options = AgentOptions {
            max_message_size,
            ..AgentOptions::default()
        };
        let mut agent = agent_with(large(), options);
        let names = asking([oid!(1, 3)]);
        let mut buffer = [0; 512];
        let request = pdu_proto_snmp::wire::Message::v2c(b"public", Body::get_bulk(7, 0, 1000, &names));
        let response = exchange(&mut agent, START, request.encode(&mut buffer).unwrap()).unwrap();
        let one = 100 + 13 + 4;
        assert!(response.len() <= max_message_size, "{} octets", response.len());
        assert!(
            response.len() + one > max_message_size,
            "room for one more: {} octets",
            response.len()
        );
    }
}

#[test]
fn a_response_that_is_too_large_says_so_without_varbinds() {
    let options = AgentOptions {
        max_message_size: 484,
        ..AgentOptions::default()
    };
    let names = asking([oid!(1, 3, 6, 1, 4, 1, 9, 1, 1); 5]);
    let mut agent = agent_with(large(), options);
    assert_eq!(
        ask_v2c(&mut agent, Body::get(7, &names)),
        failed(ErrorStatus::TOO_BIG, 0, &[])
    );
    assert_eq!(
        ask_v2c(&mut agent, Body::get_next(7, &names)),
        failed(ErrorStatus::TOO_BIG, 0, &[])
    );
    assert_eq!(
        ask_v1(&mut agent, Body::get(7, &names)),
        failed(ErrorStatus::TOO_BIG, 0, &names)
    );
    assert_eq!(agent.statistics().too_big, 3);
}

#[test]
fn get_bulk_of_which_not_one_value_fits_says_so() {
    let mut tree = MapTree::new();
    tree.insert(SYS_DESCR, Value::OctetString(&[b'x'; 2000]));
    let answered = ask_v2c(&mut agent(tree), Body::get_bulk(7, 0, 10, &asking([oid!(1, 3)])));
    assert_eq!(answered, failed(ErrorStatus::TOO_BIG, 0, &[]));
}

/// Names of which each is the next of itself.
struct Loop;

impl Tree for Loop {
    fn get(&mut self, _: Instant, _: Oid<'_>) -> Result<Value<'_>, Absent> {
        Err(Absent::Object)
    }

    fn next(&mut self, _: Instant, after: Oid<'_>, name: &mut OidBuf) -> Option<Value<'_>> {
        name.set(after);
        Some(Value::Integer(1))
    }
}

#[test]
fn a_tree_that_does_not_go_on_is_a_failure_and_not_a_walk_without_end() {
    let names = asking([SYS_DESCR]);
    for body in [
        Body::get_next(7, &names),
        Body::get_bulk(7, 0, 100, &names),
        Body::get_bulk(7, 1, 0, &names),
    ] {
        assert_eq!(ask_v2c(&mut agent(Loop), body), failed(ErrorStatus::GEN_ERR, 1, &names));
    }
}

#[test]
fn an_agent_behind_a_reference_or_a_box_is_the_same() {
    let mut tree = tree();
    let mut boxed: Box<dyn Tree> = Box::new(&mut tree);
    let answered = ask_v2c(&mut agent(&mut boxed), Body::get(7, &asking([SYS_UP_TIME])));
    assert_eq!(answered, well(&[UP_TIME]));
}
