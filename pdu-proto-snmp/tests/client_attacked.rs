//! What an attacker may do to the asking side.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod client_support;

use std::time::Duration;

use client_support::{Agent, Desk, Told, address, name, send, told, user};
use pdu_core::{Effect, Error, Hub};
use pdu_proto_snmp::SnmpError;
use pdu_proto_snmp::client::{Request, Retry, Target};
use pdu_proto_snmp::usm::Report;
use pdu_proto_snmp::wire::v3::{self, Flags, Header, Scoped, SecurityLevel, SecurityModel, Usm};
use pdu_proto_snmp::wire::{Body, Operation, Tolerance, Value, VarBind, VarBindList, VarBinds, Version};

fn desk(level: SecurityLevel) -> Desk {
    let target = Target::v3(address(1), user(level));
    Desk::new(target, Agent::new(Version::V3, 3).with_user(user(level)))
}

fn get() -> VarBindList {
    VarBindList::asking([name(&[2]).as_oid()])
}

fn set() -> VarBindList {
    VarBindList::copied(VarBinds::new(&[VarBind::new(name(&[2]).as_oid(), Value::Integer(7))]))
}

/// A report in clear, from whoever saw the request.
fn forged(request: &[u8], engine: &[u8], report: Report) -> Vec<u8> {
    let request = v3::Message::parse(request, Tolerance::STRICT).unwrap();
    let counter = [VarBind::new(report.oid(), Value::Counter32(1))];
    let mut buffer = [0; 400];
    let body = Body::common(Operation::REPORT, 0, &counter);
    let len = Scoped::new(engine, b"", body).encode(&mut buffer).unwrap().len();
    let header = Header {
        message_id: request.header().message_id,
        max_size: 1472,
        flags: Flags::NONE,
        security_model: SecurityModel::USM,
    };
    let usm = Usm {
        engine_id: engine,
        user_name: b"reader",
        ..Usm::default()
    };
    header.wrap(&usm, len, &mut buffer).unwrap().0.to_vec()
}

const FALSE_ENGINE: &[u8] = b"\x80\0\0\0\x05false";

#[test]
fn agent_that_names_an_engine_and_then_does_not_know_it_ends_the_request() {
    for level in [SecurityLevel::NoAuthNoPriv, SecurityLevel::AuthPriv] {
        let mut desk = desk(level);
        let ticket = desk
            .manager
            .submit(desk.now, desk.id, Request::Get(get().varbinds()))
            .unwrap();
        let mut sent = 0;
        let end = loop {
            if let Some(end) = told(&mut desk.manager) {
                break end;
            }
            let (path, datagram) = send(&mut desk.manager, desk.now).unwrap();
            sent += 1;
            assert!(sent < 50, "{level:?}: goes on for ever");
            let report = forged(&datagram, FALSE_ENGINE, Report::UnknownEngineIds);
            desk.manager.handle_input(desk.now, &path, &report);
        };
        let report = Report::UnknownEngineIds;
        let effect = Effect::NotApplied;
        assert_eq!(end, Told::Done(ticket, Err(SnmpError::Report { report, effect })));
    }
}

#[test]
fn request_of_ours_that_is_sent_back_proves_no_engine() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    desk.manager
        .submit(desk.now, desk.id, Request::Get(get().varbinds()))
        .unwrap();
    let (path, probe) = send(&mut desk.manager, desk.now).unwrap();
    let report = forged(&probe, FALSE_ENGINE, Report::UnknownEngineIds);
    desk.manager.handle_input(desk.now, &path, &report);
    let (path, request) = send(&mut desk.manager, desk.now).unwrap();
    desk.manager.handle_input(desk.now, &path, &request);
    // The attacker is gone. The agent does not know that engine, and says so.
    let answer = desk.agent.answer(desk.now, &request).unwrap();
    desk.manager.handle_input(desk.now, &path, &answer);
    let (_, result) = desk.run().unwrap();
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn second_answer_to_a_probe_does_not_replace_a_proven_engine() {
    let target = Target::v3(address(1), user(SecurityLevel::AuthPriv)).with_window(2);
    let mut desk = Desk::new(target, Agent::new(Version::V3, 3));
    desk.ask(Request::Get(get().varbinds())).unwrap();
    for _ in 0..2 {
        desk.manager
            .submit(desk.now, desk.id, Request::Get(get().varbinds()))
            .unwrap();
        send(&mut desk.manager, desk.now).unwrap(); // and lost
    }
    desk.manager.forget_engine(desk.id);
    desk.now += Duration::from_secs(2);
    desk.manager.handle_timeout(desk.now);
    let (path, first) = send(&mut desk.manager, desk.now).unwrap();
    let (_, second) = send(&mut desk.manager, desk.now).unwrap();
    let answer = desk.agent.answer(desk.now, &first).unwrap();
    desk.manager.handle_input(desk.now, &path, &answer);
    let (_, result) = desk.run().unwrap();
    assert!(result.is_ok(), "{result:?}");
    let report = forged(&second, FALSE_ENGINE, Report::UnknownEngineIds);
    desk.manager.handle_input(desk.now, &path, &report);
    let heard = desk.agent.reports.len();
    let (_, result) = desk.run().unwrap();
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(
        desk.agent.reports.len(),
        heard,
        "asked at once with the engine that is known"
    );
}

#[test]
fn set_that_left_has_an_unknown_effect_also_while_its_engine_is_looked_for() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    desk.ask(Request::Get(get().varbinds())).unwrap();
    let set = set();
    let request = Request::Set {
        varbinds: set.varbinds(),
        retry: Retry::Idempotent,
    };
    let ticket = desk.manager.submit(desk.now, desk.id, request).unwrap();
    send(&mut desk.manager, desk.now).unwrap(); // it may have been carried out
    desk.manager.forget_engine(desk.id);
    desk.now += Duration::from_secs(2);
    desk.manager.handle_timeout(desk.now);
    send(&mut desk.manager, desk.now).unwrap(); // a probe
    desk.manager.cancel(desk.now, ticket);
    let Some(Told::Done(_, Err(error))) = told(&mut desk.manager) else {
        panic!()
    };
    assert_eq!(error.effect(), Effect::Unknown);
}

#[test]
fn set_that_left_twice_has_an_unknown_effect_when_its_second_attempt_was_out_of_time() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    desk.ask(Request::Get(get().varbinds())).unwrap();
    let set = set();
    let request = Request::Set {
        varbinds: set.varbinds(),
        retry: Retry::Idempotent,
    };
    let ticket = desk.manager.submit(desk.now, desk.id, request).unwrap();
    let (path, first) = send(&mut desk.manager, desk.now).unwrap();
    desk.agent.answer(desk.now, &first).unwrap(); // carried out, and the answer is lost
    assert_eq!(desk.agent.sets.len(), 1);
    desk.agent.engine.boots += 1;
    desk.now += Duration::from_secs(2);
    desk.manager.handle_timeout(desk.now);
    let (_, second) = send(&mut desk.manager, desk.now).unwrap();
    let report = desk.agent.answer(desk.now, &second).unwrap();
    desk.manager.handle_input(desk.now, &path, &report);
    desk.manager.cancel(desk.now, ticket);
    let Some(Told::Done(_, Err(error))) = told(&mut desk.manager) else {
        panic!()
    };
    assert_eq!(error.effect(), Effect::Unknown);
}
