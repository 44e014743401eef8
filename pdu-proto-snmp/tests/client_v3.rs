//! v3 from the asking side: the engine is found, its clock followed, and nothing believed that is not proven.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod client_support;

use std::time::Duration;

use client_support::{Agent, Desk, Told, address, name, send, told, user};
use pdu_core::{Effect, Error, ErrorKind, Hub};
use pdu_proto_snmp::client::{Context, Request, Target};
use pdu_proto_snmp::usm::{EngineId, Report};
use pdu_proto_snmp::wire::v3::{self, Flags, Header, Scoped, SecurityLevel, SecurityModel, Usm};
use pdu_proto_snmp::wire::{Body, Message, Operation, Tolerance, Value, VarBind, VarBindList, VarBinds, Version};
use pdu_proto_snmp::{Rejected, Silence, SnmpError};

const LEVELS: [SecurityLevel; 3] = [
    SecurityLevel::NoAuthNoPriv,
    SecurityLevel::AuthNoPriv,
    SecurityLevel::AuthPriv,
];

fn desk(level: SecurityLevel) -> Desk {
    let target = Target::v3(address(1), user(level));
    Desk::new(target, Agent::new(Version::V3, 3).with_user(user(level)))
}

fn get() -> VarBindList {
    VarBindList::asking([name(&[2]).as_oid()])
}

fn two() -> VarBindList {
    VarBindList::copied(VarBinds::new(&[VarBind::new(name(&[2]).as_oid(), Value::Integer(2))]))
}

fn set() -> VarBindList {
    VarBindList::copied(VarBinds::new(&[VarBind::new(name(&[2]).as_oid(), Value::Integer(7))]))
}

fn ask(desk: &mut Desk) -> Result<VarBindList, SnmpError> {
    desk.ask(Request::Get(get().varbinds()))
}

fn parse(datagram: &[u8]) -> v3::Message<'_> {
    v3::Message::parse(datagram, Tolerance::STRICT).unwrap()
}

/// A report in clear, from whoever saw the request.
fn forged(request: &[u8], engine: &[u8], report: Report) -> Vec<u8> {
    let request = parse(request);
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
        engine_boots: 77,
        engine_time: 2_000_000_000,
        user_name: b"reader",
        ..Usm::default()
    };
    header.wrap(&usm, len, &mut buffer).unwrap().0.to_vec()
}

#[test]
fn engine_is_found_and_its_clock_taken_over_at_the_first_request() {
    for level in LEVELS {
        let mut desk = desk(level);
        assert_eq!(ask(&mut desk), Ok(two()), "{level:?}");
        let expected: &[Report] = match level {
            SecurityLevel::NoAuthNoPriv => &[Report::UnknownEngineIds],
            _ => &[Report::UnknownEngineIds, Report::NotInTimeWindows],
        };
        assert_eq!(desk.agent.reports, expected);
        assert_eq!(ask(&mut desk), Ok(two()));
        assert_eq!(desk.agent.reports, expected, "the second request needs neither");
    }
}

#[test]
fn probe_has_an_empty_engine_no_user_no_varbind_and_is_reportable() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    ask(&mut desk).unwrap();
    let probe = parse(&desk.sent[0]);
    assert_eq!(probe.usm(), Some(Usm::default()));
    assert_eq!(probe.header().flags, Flags::REPORTABLE);
    let scoped = probe.scoped().unwrap().unwrap();
    assert!(scoped.body.varbinds().is_empty() && scoped.context_engine_id.is_empty());
}

#[test]
fn clock_of_a_discovery_report_is_not_sent_back() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    ask(&mut desk).unwrap();
    let first = parse(&desk.sent[1]).usm().unwrap();
    assert_eq!((first.engine_boots, first.engine_time), (0, 0));
    let second = parse(&desk.sent[2]).usm().unwrap();
    assert_eq!((second.engine_boots, second.engine_time), (4, 1_000_010));
}

#[test]
fn unknown_user_name_report_as_answer_to_a_probe_is_a_discovery() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    desk.manager
        .submit(desk.now, desk.id, Request::Get(get().varbinds()))
        .unwrap();
    let (path, probe) = send(&mut desk.manager, desk.now).unwrap();
    let report = forged(&probe, desk.agent.engine.id.as_octets(), Report::UnknownUserNames);
    desk.manager.handle_input(desk.now, &path, &report);
    let (_, result) = desk.run().unwrap();
    assert_eq!(result, Ok(two()));
}

#[test]
fn engine_that_the_caller_names_is_not_looked_for() {
    let engine = EngineId::new(b"\x80\0\0\0\x05agent").unwrap();
    let target = Target::v3(address(1), user(SecurityLevel::AuthPriv))
        .with_context(Context::default().with_authoritative_engine(engine));
    let mut desk = Desk::new(target, Agent::new(Version::V3, 3));
    assert_eq!(ask(&mut desk), Ok(two()));
    assert_eq!(desk.agent.reports, [Report::NotInTimeWindows]);
}

#[test]
fn idle_session_works_at_the_first_try_after_160_seconds_and_after_a_week() {
    for pause in [160, 7 * 86_400] {
        let mut desk = desk(SecurityLevel::AuthPriv);
        ask(&mut desk).unwrap();
        let sent = desk.sent.len();
        desk.now += Duration::from_secs(pause);
        assert_eq!(ask(&mut desk), Ok(two()));
        assert_eq!(desk.sent.len(), sent + 1, "sent once");
    }
}

#[test]
fn restarted_agent_is_followed_within_one_request() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    ask(&mut desk).unwrap();
    desk.agent.engine.boots += 1;
    desk.agent.engine.offset = 0;
    assert_eq!(ask(&mut desk), Ok(two()));
}

#[test]
fn frozen_clock_and_boots_of_0_are_followed() {
    for boots in [0, 3] {
        let mut desk = desk(SecurityLevel::AuthPriv);
        desk.agent.engine.boots = boots;
        desk.agent.engine.frozen = Some(40);
        for _ in 0..4 {
            assert_eq!(ask(&mut desk), Ok(two()), "boots {boots}");
            desk.now += Duration::from_secs(400);
        }
    }
}

#[test]
fn clock_that_goes_backwards_is_taken_for_a_replay() {
    let target = Target::v3(address(1), user(SecurityLevel::AuthPriv)).with_retries(1);
    let mut desk = Desk::new(target, Agent::new(Version::V3, 3));
    ask(&mut desk).unwrap();
    desk.agent.engine.frozen = Some(100);
    let error = ask(&mut desk).unwrap_err();
    let rejected = matches!(
        error,
        SnmpError::Timeout {
            rejected: Some(Rejected::Usm(_)),
            ..
        }
    );
    assert!(rejected, "{error}");
    // Once it has restarted, it is believed again.
    desk.agent.engine.boots += 1;
    assert_eq!(ask(&mut desk), Ok(two()));
}

#[test]
fn correction_is_outside_the_retry_count_and_done_once_a_request() {
    let target = Target::v3(address(1), user(SecurityLevel::AuthPriv)).with_retries(0);
    let mut desk = Desk::new(target, Agent::new(Version::V3, 3));
    assert_eq!(ask(&mut desk), Ok(two()), "with no retry at all");
    let (mut boots, sent) = (100, desk.sent.len());
    desk.manager
        .submit(desk.now, desk.id, Request::Get(get().varbinds()))
        .unwrap();
    let end = loop {
        boots += 1;
        desk.agent.engine.boots = boots; // never the one that was corrected to
        let (path, datagram) = send(&mut desk.manager, desk.now).unwrap();
        desk.sent.push(datagram.clone());
        let answer = desk.agent.answer(desk.now, &datagram).unwrap();
        desk.manager.handle_input(desk.now, &path, &answer);
        if let Some(Told::Done(_, result)) = told(&mut desk.manager) {
            break result;
        }
    };
    let (report, effect) = (Report::NotInTimeWindows, Effect::NotApplied);
    assert_eq!(end, Err(SnmpError::Report { report, effect }));
    assert_eq!(desk.sent.len(), sent + 2);
}

#[test]
fn unauthenticated_report_of_a_wrong_time_moves_no_clock() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    ask(&mut desk).unwrap();
    desk.manager
        .submit(desk.now, desk.id, Request::Get(get().varbinds()))
        .unwrap();
    let (path, request) = send(&mut desk.manager, desk.now).unwrap();
    let engine = desk.agent.engine.id;
    let report = forged(&request, engine.as_octets(), Report::NotInTimeWindows);
    desk.manager.handle_input(desk.now, &path, &report);
    // The next attempt has the clock that was proven before, and is answered.
    let (_, again) = send(&mut desk.manager, desk.now).unwrap();
    let usm = parse(&again).usm().unwrap();
    assert_eq!((usm.engine_boots, usm.engine_time), (4, 1_000_010));
    let answer = desk.agent.answer(desk.now, &again).unwrap();
    desk.manager.handle_input(desk.now, &path, &answer);
    assert!(matches!(told(&mut desk.manager), Some(Told::Done(_, Ok(_)))));
    assert_eq!(
        desk.manager.statistics().corrected,
        1,
        "only the first, authenticated one"
    );
}

#[test]
fn unauthenticated_unknown_engine_report_does_not_change_a_proven_engine() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    ask(&mut desk).unwrap();
    desk.manager
        .submit(desk.now, desk.id, Request::Get(get().varbinds()))
        .unwrap();
    for _ in 0..2 {
        let (path, request) = send(&mut desk.manager, desk.now).unwrap();
        assert_eq!(
            parse(&request).usm().unwrap().engine_id,
            desk.agent.engine.id.as_octets()
        );
        let report = forged(&request, b"\x80\0\0\0\x05other", Report::UnknownEngineIds);
        desk.manager.handle_input(desk.now, &path, &report);
        // The network may repeat it.
        desk.manager.handle_input(desk.now, &path, &report);
    }
    let (report, effect) = (Report::UnknownEngineIds, Effect::NotApplied);
    let expected = Err(SnmpError::Report { report, effect });
    assert!(matches!(told(&mut desk.manager), Some(Told::Done(_, result)) if result == expected));
    assert_eq!(ask(&mut desk), Ok(two()), "the engine is still the one");
}

#[test]
fn wrong_engine_of_a_forged_discovery_is_given_up_when_the_agent_says_so() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    desk.manager
        .submit(desk.now, desk.id, Request::Get(get().varbinds()))
        .unwrap();
    let (path, probe) = send(&mut desk.manager, desk.now).unwrap();
    let report = forged(&probe, b"\x80\0\0\0\x05other", Report::UnknownEngineIds);
    desk.manager.handle_input(desk.now, &path, &report);
    let (_, result) = desk.run().unwrap();
    assert_eq!(result, Ok(two()));
}

#[test]
fn forgotten_engine_is_looked_for_again() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    ask(&mut desk).unwrap();
    let mut other = Agent::new(Version::V3, 3);
    other.engine.id = EngineId::new(b"\x80\0\0\0\x05other").unwrap();
    other = {
        let mut engine = client_support::Engine::of(other.engine.id, user(SecurityLevel::AuthPriv));
        engine.boots = 1;
        other.engine = engine;
        other
    };
    desk.agent = other;
    assert_eq!(ask(&mut desk).unwrap_err().kind(), ErrorKind::Refused);
    desk.manager.forget_engine(desk.id);
    assert_eq!(ask(&mut desk), Ok(two()));
}

#[test]
fn wrong_password_is_told_after_two_attempts() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    desk.agent = Agent::new(Version::V3, 3).with_user(client_support::other_user());
    let error = ask(&mut desk).unwrap_err();
    let (report, effect) = (Report::WrongDigests, Effect::NotApplied);
    assert_eq!(error, SnmpError::Report { report, effect });
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(desk.sent.len(), 3, "a probe and two attempts");
}

#[test]
fn silence_under_privacy_says_what_it_may_mean() {
    for (level, silence) in [
        (SecurityLevel::AuthPriv, Silence::Privacy),
        (SecurityLevel::AuthNoPriv, Silence::Context),
    ] {
        let target = Target::v3(address(1), user(level)).with_context(Context::named(b"unknown"));
        let mut desk = Desk::new(target, Agent::new(Version::V3, 3).with_user(user(level)));
        let error = ask(&mut desk).unwrap_err();
        assert!(matches!(error, SnmpError::Timeout { silence: found, attempts: 4, .. } if found == silence));
    }
    let error = SnmpError::Timeout {
        attempts: 4,
        silence: Silence::Privacy,
        rejected: None,
        effect: Effect::NotApplied,
    };
    let expected = "no answer (4 sent), which a wrong privacy password or an unknown context looks like too";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn answer_with_a_wrong_code_or_a_lower_level_is_not_taken() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    ask(&mut desk).unwrap();
    desk.manager
        .submit(desk.now, desk.id, Request::Get(get().varbinds()))
        .unwrap();
    let (path, request) = send(&mut desk.manager, desk.now).unwrap();
    let answer = desk.agent.answer(desk.now, &request).unwrap();
    for at in 0..answer.len() {
        let mut damaged = answer.clone();
        damaged[at] ^= 0x10;
        desk.manager.handle_input(desk.now, &path, &damaged);
        assert_eq!(told(&mut desk.manager), None, "octet {at}");
    }
    // In clear, by who knows all but the keys.
    let parsed = parse(&request);
    let id = parsed.header().message_id.cast_signed();
    let list = two();
    for level in [SecurityLevel::NoAuthNoPriv, SecurityLevel::AuthNoPriv] {
        let clear = desk.agent.seal(&parsed, level, Body::response(id, list.varbinds()));
        desk.manager.handle_input(desk.now, &path, &clear);
        assert_eq!(told(&mut desk.manager), None, "{level:?}");
    }
    desk.manager.handle_input(desk.now, &path, &answer);
    assert_eq!(
        told(&mut desk.manager).map(|told| matches!(told, Told::Done(_, Ok(_)))),
        Some(true)
    );
}

#[test]
fn replayed_answer_is_not_taken_for_another_request() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    ask(&mut desk).unwrap();
    let old = desk.answers.last().unwrap().clone();
    desk.manager
        .submit(desk.now, desk.id, Request::Get(get().varbinds()))
        .unwrap();
    let (path, _) = send(&mut desk.manager, desk.now).unwrap();
    desk.manager.handle_input(desk.now, &path, &old);
    assert_eq!(told(&mut desk.manager), None);
}

#[test]
fn answer_from_before_the_time_window_is_not_taken() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    ask(&mut desk).unwrap();
    desk.manager
        .submit(desk.now, desk.id, Request::Get(get().varbinds()))
        .unwrap();
    let (path, request) = send(&mut desk.manager, desk.now).unwrap();
    desk.agent.engine.frozen = Some(desk.agent.engine.time(desk.now) - 151);
    let parsed = parse(&request);
    let list = two();
    let body = Body::response(parsed.header().message_id.cast_signed(), list.varbinds());
    let late = desk.agent.seal(&parsed, SecurityLevel::AuthPriv, body);
    desk.manager.handle_input(desk.now, &path, &late);
    assert_eq!(told(&mut desk.manager), None);
}

#[test]
fn authentic_answer_with_another_request_id_is_not_taken() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    ask(&mut desk).unwrap();
    desk.manager
        .submit(desk.now, desk.id, Request::Get(get().varbinds()))
        .unwrap();
    let (path, request) = send(&mut desk.manager, desk.now).unwrap();
    let parsed = parse(&request);
    let list = two();
    let id = parsed.header().message_id.cast_signed() ^ 1;
    let answer = desk
        .agent
        .seal(&parsed, SecurityLevel::AuthPriv, Body::response(id, list.varbinds()));
    desk.manager.handle_input(desk.now, &path, &answer);
    assert_eq!(told(&mut desk.manager), None);
    assert_eq!(desk.manager.statistics().rejected, 1);
}

#[test]
fn set_to_an_engine_that_is_not_known_yet_is_carried_out_once() {
    for level in LEVELS {
        let mut desk = desk(level);
        desk.ask(Request::set(set().varbinds())).unwrap();
        assert_eq!(desk.agent.sets.len(), 1, "{level:?}");
    }
}

#[test]
fn set_that_an_unauthenticated_report_denies_has_an_unknown_effect_and_is_not_repeated() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    ask(&mut desk).unwrap();
    for report in Report::ALL {
        desk.manager
            .submit(desk.now, desk.id, Request::set(set().varbinds()))
            .unwrap();
        let (path, request) = send(&mut desk.manager, desk.now).unwrap();
        let forged = forged(&request, desk.agent.engine.id.as_octets(), report);
        desk.manager.handle_input(desk.now, &path, &forged);
        assert!(
            told(&mut desk.manager).is_none(),
            "{report}: the true answer may follow"
        );
        desk.now = desk.manager.poll_timeout().unwrap();
        desk.manager.handle_timeout(desk.now);
        let Some(Told::Done(_, Err(error))) = told(&mut desk.manager) else {
            panic!("{report}")
        };
        let effect = Effect::Unknown;
        assert_eq!(error, SnmpError::Report { report, effect });
        assert!(desk.manager.transmit().is_none(), "{report}");
    }
}

#[test]
fn true_answer_behind_an_unauthenticated_report_counts() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    ask(&mut desk).unwrap();
    desk.manager
        .submit(desk.now, desk.id, Request::set(set().varbinds()))
        .unwrap();
    let (path, request) = send(&mut desk.manager, desk.now).unwrap();
    let forged = forged(&request, desk.agent.engine.id.as_octets(), Report::WrongDigests);
    desk.manager.handle_input(desk.now, &path, &forged);
    let answer = desk.agent.answer(desk.now, &request).unwrap();
    desk.manager.handle_input(desk.now, &path, &answer);
    assert!(matches!(told(&mut desk.manager), Some(Told::Done(_, Ok(_)))));
}

#[test]
fn max_message_size_above_65507_is_legal() {
    let mut desk = desk(SecurityLevel::NoAuthNoPriv);
    ask(&mut desk).unwrap();
    desk.manager
        .submit(desk.now, desk.id, Request::Get(get().varbinds()))
        .unwrap();
    let (path, request) = send(&mut desk.manager, desk.now).unwrap();
    let request = parse(&request);
    let (mut buffer, list) = ([0; 400], two());
    let engine = desk.agent.engine.id;
    let body = Body::response(request.header().message_id.cast_signed(), list.varbinds());
    let len = Scoped::new(engine.as_octets(), b"", body)
        .encode(&mut buffer)
        .unwrap()
        .len();
    let header = Header {
        max_size: 0x7FFF_FFFF,
        flags: Flags::NONE,
        ..request.header()
    };
    let usm = Usm {
        engine_id: engine.as_octets(),
        user_name: b"reader",
        ..Usm::default()
    };
    let (answer, _) = header.wrap(&usm, len, &mut buffer).unwrap();
    desk.manager.handle_input(desk.now, &path, answer);
    assert_eq!(
        told(&mut desk.manager).map(|told| matches!(told, Told::Done(_, Ok(_)))),
        Some(true)
    );
}

#[test]
fn answer_that_deciphers_to_nothing_says_that_the_privacy_key_may_differ() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    ask(&mut desk).unwrap();
    desk.manager
        .submit(desk.now, desk.id, Request::Get(get().varbinds()))
        .unwrap();
    let (path, request) = send(&mut desk.manager, desk.now).unwrap();
    let mut other = Agent::new(Version::V3, 3).with_user(client_support::same_user_other_privacy());
    let parsed = parse(&request);
    other.answer(desk.now, b"");
    let list = two();
    let body = Body::response(parsed.header().message_id.cast_signed(), list.varbinds());
    let answer = other.seal(&parsed, SecurityLevel::AuthPriv, body);
    desk.manager.handle_input(desk.now, &path, &answer);
    let Some(Told::Done(_, Err(error))) = told(&mut desk.manager) else {
        panic!()
    };
    assert!(error.to_string().contains("another privacy key"), "{error}");
}

#[test]
fn requests_of_a_wide_window_wait_for_one_discovery() {
    let target = Target::v3(address(1), user(SecurityLevel::AuthPriv)).with_window(4);
    let mut desk = Desk::new(target, Agent::new(Version::V3, 3));
    for _ in 0..4 {
        desk.manager
            .submit(desk.now, desk.id, Request::Get(get().varbinds()))
            .unwrap();
    }
    for _ in 0..4 {
        assert_eq!(desk.run().unwrap().1, Ok(two()));
    }
    let probes = desk
        .agent
        .reports
        .iter()
        .filter(|report| **report == Report::UnknownEngineIds);
    assert_eq!(probes.count(), 1);
}

#[test]
fn no_secret_is_in_any_message_or_debug_output() {
    let mut desk = desk(SecurityLevel::AuthPriv);
    ask(&mut desk).unwrap();
    let target = || Target::v2c(address(1), b"hush-hush");
    let secret = desk.manager.add(target()).unwrap();
    desk.manager
        .submit(desk.now, secret, Request::Get(get().varbinds()))
        .unwrap();
    assert!(desk.manager.transmit().is_some());
    let shown = format!("{:?} {:?} {:?}", desk.manager, target(), user(SecurityLevel::AuthPriv));
    // The keys are 32 times 1 and 32 times 2.
    for secret in [
        "1, 1, 1, 1",
        "2, 2, 2, 2",
        "01010101",
        "02020202",
        "hush",
        "104, 117, 115, 104",
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn message_of_another_version_is_not_taken_and_told_at_the_timeout() {
    let target = Target::v3(address(1), user(SecurityLevel::AuthPriv)).with_retries(0);
    let mut desk = Desk::new(target, Agent::new(Version::V3, 3));
    ask(&mut desk).unwrap();
    desk.agent.is_silent = true;
    desk.manager
        .submit(desk.now, desk.id, Request::Get(get().varbinds()))
        .unwrap();
    let (path, request) = send(&mut desk.manager, desk.now).unwrap();
    let (mut buffer, list) = ([0; 200], two());
    let body = Body::response(parse(&request).header().message_id.cast_signed(), list.varbinds());
    let answer = Message::v2c(b"public", body).encode(&mut buffer).unwrap();
    desk.manager.handle_input(desk.now, &path, answer);
    desk.now = desk.manager.poll_timeout().unwrap();
    desk.manager.handle_timeout(desk.now);
    let Some(Told::Done(_, Err(SnmpError::Timeout { rejected, .. }))) = told(&mut desk.manager) else {
        panic!()
    };
    let (expected, found) = (Version::V3, Version::V2C);
    assert_eq!(rejected, Some(Rejected::Version { expected, found }));
}
