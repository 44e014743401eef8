//! Who is answered in v1 and v2c, and what they see.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod server_support;

use pdu_core::Hub;
use pdu_proto_snmp::oid;
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, MapTree, View};
use pdu_proto_snmp::wire::v3::SecurityLevel;
use pdu_proto_snmp::wire::{
    Body, Community, ErrorStatus, Message, Operation, TrapV1, Value, VarBind, VarBinds, Version,
};
use server_support::*;

const INTERFACES: pdu_proto_snmp::wire::Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 2);

fn seeing(view: View) -> Agent<MapTree> {
    let access = Access::read_write().with_read(view);
    Agent::new(engine(), tree(), AgentOptions::default()).with_community(b"private", access)
}

#[test]
fn what_is_hidden_is_no_object_for_get() {
    let mut agent = seeing(View::all().excluding(INTERFACES));
    let names = asking([IN_OCTETS_1, SYS_UP_TIME]);
    let answered = ask_v2c(&mut agent, Body::get(7, &names));
    let hidden = VarBind::new(IN_OCTETS_1, Value::NoSuchObject);
    assert_eq!(
        answered,
        well(&[hidden, VarBind::new(SYS_UP_TIME, Value::TimeTicks(4711))])
    );
    let names = asking([IN_OCTETS_1]);
    assert_eq!(
        ask_v1(&mut agent, Body::get(7, &names)),
        failed(ErrorStatus::NO_SUCH_NAME, 1, &names)
    );
}

#[test]
fn get_next_goes_over_what_is_hidden() {
    let cases = [
        (View::all().excluding(INTERFACES), "1.3.6.1.2.1.31.1.1.1.6.1"),
        // One instance only, whose name is where the view begins.
        (View::none().including(OUTLET), "1.3.6.1.4.1.99999.1.0"),
        (
            View::all().excluding(oid!(1, 3)).including(HC_IN_OCTETS_2),
            "1.3.6.1.2.1.31.1.1.1.6.2",
        ),
        (
            View::all().excluding(INTERFACES).including(IN_OCTETS_2),
            "1.3.6.1.2.1.2.2.1.10.2",
        ),
    ];
    for (view, expected) in cases {
        let answered = ask_v2c(&mut seeing(view.clone()), Body::get_next(7, &asking([SYS_NAME])));
        assert_eq!(answered.names(), [expected], "{view:?}");
    }
    let end = VarBind::new(SYS_NAME, Value::EndOfMibView);
    for view in [
        View::none(),
        View::none().including(oid!(1, 3, 6, 1, 2, 1, 1)),
        View::none().including(oid!(2, 1)),
    ] {
        assert_eq!(
            ask_v2c(&mut seeing(view), Body::get_next(7, &asking([SYS_NAME]))),
            well(&[end])
        );
    }
}

#[test]
fn a_walk_shows_what_the_view_contains_and_nothing_else() {
    let view = View::none()
        .including(oid!(1, 3, 6, 1, 2, 1, 1))
        .excluding(SYS_CONTACT)
        .including(HC_IN_OCTETS_1);
    let answered = ask_v2c(&mut seeing(view), Body::get_bulk(7, 0, 100, &asking([oid!(0, 0)])));
    let seen = [
        "1.3.6.1.2.1.1.1.0",
        "1.3.6.1.2.1.1.3.0",
        "1.3.6.1.2.1.1.5.0",
        "1.3.6.1.2.1.31.1.1.1.6.1",
    ];
    assert_eq!(answered.names()[..4], seen);
    assert_eq!(answered.names().len(), 5, "and the end");
}

fn is_silent(agent: &mut Agent<MapTree>, message: &Message<'_>) -> bool {
    let mut buffer = [0; 1472];
    exchange(agent, START, message.encode(&mut buffer).unwrap()).is_none()
}

#[test]
fn a_wrong_community_is_not_answered() {
    let mut agent = agent(tree());
    let names = asking([SYS_DESCR]);
    for community in ["", "publi", "publicc", "PUBLIC"] {
        for version in [Version::V1, Version::V2C] {
            let message = Message::new(version, Community(community.as_bytes()), Body::get(7, &names));
            assert!(is_silent(&mut agent, &message), "{community}");
        }
    }
    assert_eq!(agent.statistics().bad_community_names, 8);
}

#[test]
fn only_requests_are_answered() {
    let mut agent = agent(tree());
    let names = asking([SYS_DESCR]);
    for operation in [
        Operation::RESPONSE,
        Operation::INFORM,
        Operation::TRAP_V2,
        Operation::REPORT,
    ] {
        let message = Message::v2c(b"public", Body::common(operation, 7, &names));
        assert!(is_silent(&mut agent, &message), "{operation}");
    }
    let trap = TrapV1 {
        enterprise: SYS_DESCR,
        agent_address: [192, 0, 2, 1].into(),
        generic_trap: pdu_proto_snmp::wire::GenericTrap::COLD_START,
        specific_trap: 0,
        time_stamp: 0,
        varbinds: VarBinds::EMPTY,
    };
    assert!(is_silent(&mut agent, &Message::v1(b"public", Body::TrapV1(trap))));
    assert_eq!(agent.statistics().unexpected, 5);
}

#[test]
fn a_request_of_which_one_varbind_cannot_be_read_is_none() {
    let mut agent = agent(tree());
    let names = asking([SYS_DESCR, SYS_NAME]);
    let mut buffer = [0; 1472];
    let good = Message::v2c(b"public", Body::get(7, &names))
        .encode(&mut buffer)
        .unwrap()
        .to_vec();
    let mut bad = good.clone();
    // The value of the last varbind: a NULL of a type that there is not.
    let at = bad.len() - 2;
    bad[at] = 0x47;
    assert!(exchange(&mut agent, START, &good).is_some());
    assert_eq!(exchange(&mut agent, START, &bad), None);
    assert_eq!(exchange(&mut agent, START, &good[..good.len() - 1]), None);
    assert_eq!(exchange(&mut agent, START, b""), None);
    assert_eq!(agent.statistics().parse_errors, 3);
}

#[test]
fn versions_that_nobody_knows_are_counted() {
    let mut agent = agent(tree());
    for version in [2, 4, 0x7F] {
        assert_eq!(exchange(&mut agent, START, &[0x30, 0x03, 0x02, 0x01, version]), None);
    }
    assert_eq!((agent.statistics().bad_versions, agent.statistics().received), (3, 3));
}

#[test]
fn get_bulk_in_v1_is_not_answered() {
    let mut agent = agent(tree());
    let names = asking([SYS_DESCR]);
    let mut buffer = [0; 1472];
    let mut octets = Message::v2c(b"public", Body::get_bulk(7, 0, 1, &names))
        .encode(&mut buffer)
        .unwrap()
        .to_vec();
    assert_eq!(octets[4], 1, "the version");
    octets[4] = 0;
    assert_eq!(exchange(&mut agent, START, &octets), None);
    assert_eq!(agent.statistics().parse_errors, 1);
}

#[test]
fn a_community_that_is_to_be_protected_may_do_nothing() {
    let access = Access::read_write().with_level(SecurityLevel::AuthNoPriv);
    let mut agent = Agent::new(engine(), tree(), AgentOptions::default()).with_community(b"private", access);
    let names = asking([SYS_DESCR]);
    assert_eq!(
        ask_v2c(&mut agent, Body::get(7, &names)),
        failed(ErrorStatus::AUTHORIZATION_ERROR, 0, &names)
    );
    assert_eq!(
        ask_v1(&mut agent, Body::get(7, &names)),
        failed(ErrorStatus::NO_SUCH_NAME, 0, &names)
    );
}

#[test]
fn a_community_added_again_gets_the_later_access() {
    let mut agent = agent(tree()).with_community(b"private", Access::read_only().with_read(View::none()));
    let names = asking([SYS_DESCR]);
    let hidden = VarBind::new(SYS_DESCR, Value::NoSuchObject);
    assert_eq!(ask_v2c(&mut agent, Body::get(7, &names)), well(&[hidden]));
}

#[test]
fn responses_wait_in_order_and_one_way_that_is_blocked_holds_up_no_other() {
    let mut agent = agent(tree());
    let names = asking([SYS_DESCR]);
    let mut buffer = [0; 1472];
    let request = Message::v2c(b"public", Body::get(7, &names))
        .encode(&mut buffer)
        .unwrap();
    let others: Vec<_> = (1..=3)
        .map(|port| pdu_core::Path::to(([192, 0, 2, 7], port).into()))
        .collect();
    for other in &others {
        agent.handle_input(START, other, request);
    }
    agent.handle_blocked(START, &others[0]);
    assert_eq!(agent.transmit().unwrap().0, others[1]);
    agent.handle_writable(START, &others[0]);
    for other in &others {
        let (to, datagram) = agent.transmit().unwrap();
        assert_eq!(to, *other);
        let len = datagram.len();
        agent.handle_transmitted(START, other, len);
    }
    assert_eq!(agent.transmit(), None);
    assert_eq!((agent.statistics().answered, agent.statistics().gets), (3, 3));
}

#[test]
fn no_community_is_shown_by_debug() {
    let mut agent = agent(tree());
    let names = asking([SYS_DESCR]);
    let mut buffer = [0; 1472];
    let request = Message::v2c(b"public", Body::get(7, &names))
        .encode(&mut buffer)
        .unwrap();
    agent.handle_input(START, &manager(), request);
    assert!(agent.transmit().is_some(), "a response that waits");
    let shown = format!("{agent:?}");
    assert!(!shown.contains("public") && !shown.contains("112, 117"), "{shown}");
}
