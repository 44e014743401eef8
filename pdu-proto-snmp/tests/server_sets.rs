//! Sets: all or nothing, in steps, and why not.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod server_support;

use pdu_core::Instant;
use pdu_proto_snmp::oid;
use pdu_proto_snmp::server::{Absent, Access, Agent, AgentOptions, SetError, Tree, UndoFailed, View};
use pdu_proto_snmp::wire::{Body, ErrorStatus, Message, Oid, OidBuf, Value, VarBind};
use server_support::*;

const CONTACT: VarBind<'static> = VarBind::new(SYS_CONTACT, Value::OctetString(b"nobody"));
const NAME: VarBind<'static> = VarBind::new(SYS_NAME, Value::OctetString(b"rack 8"));

/// A tree that tells what it was told, and fails as it was asked to.
#[derive(Default)]
struct Told {
    steps: Vec<&'static str>,
    reserve: Option<SetError>,
    commit: Option<SetError>,
    undo: Option<UndoFailed>,
}

impl Tree for Told {
    fn get(&mut self, _: Instant, _: Oid<'_>) -> Result<Value<'_>, Absent> {
        Err(Absent::Object)
    }

    fn next(&mut self, _: Instant, _: Oid<'_>, _: &mut OidBuf) -> Option<Value<'_>> {
        None
    }

    fn reserve(&mut self, _: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
        assert_eq!(changes, [CONTACT, NAME]);
        self.steps.push("reserve");
        self.reserve.map_or(Ok(()), Err)
    }

    fn commit(&mut self, _: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
        assert_eq!(changes, [CONTACT, NAME]);
        self.steps.push("commit");
        self.commit.map_or(Ok(()), Err)
    }

    fn undo(&mut self, _: Instant, changes: &[VarBind<'_>]) -> Result<(), UndoFailed> {
        assert_eq!(changes, [CONTACT, NAME]);
        self.steps.push("undo");
        self.undo.map_or(Ok(()), Err)
    }

    fn release(&mut self, _: Instant, _: &[VarBind<'_>]) {
        self.steps.push("release");
    }
}

/// Sets both, in v2c and v1: what is answered, and the steps.
fn set_both(tree: impl Fn() -> Told) -> (Answered, Answered, Vec<&'static str>) {
    let mut agent = agent(tree());
    let v2 = ask_v2c(&mut agent, Body::set(7, &[CONTACT, NAME]));
    let steps = std::mem::take(&mut agent.tree_mut().steps);
    let v1 = ask_v1(&mut agent, Body::set(7, &[CONTACT, NAME]));
    assert_eq!(agent.tree().steps, steps);
    (v2, v1, steps)
}

#[test]
fn what_can_be_set_is_reserved_then_committed() {
    let (v2, v1, steps) = set_both(Told::default);
    assert_eq!((&v2, &v1), (&well(&[CONTACT, NAME]), &well(&[CONTACT, NAME])));
    assert_eq!(steps, ["reserve", "commit"]);
}

#[test]
fn what_cannot_be_reserved_is_not_committed_and_v1_has_its_own_word_for_why() {
    let reasons = [
        (ErrorStatus::NOT_WRITABLE, ErrorStatus::NO_SUCH_NAME),
        (ErrorStatus::NO_CREATION, ErrorStatus::NO_SUCH_NAME),
        (ErrorStatus::INCONSISTENT_NAME, ErrorStatus::NO_SUCH_NAME),
        (ErrorStatus::WRONG_TYPE, ErrorStatus::BAD_VALUE),
        (ErrorStatus::WRONG_LENGTH, ErrorStatus::BAD_VALUE),
        (ErrorStatus::WRONG_ENCODING, ErrorStatus::BAD_VALUE),
        (ErrorStatus::WRONG_VALUE, ErrorStatus::BAD_VALUE),
        (ErrorStatus::INCONSISTENT_VALUE, ErrorStatus::BAD_VALUE),
        (ErrorStatus::RESOURCE_UNAVAILABLE, ErrorStatus::GEN_ERR),
        (ErrorStatus::GEN_ERR, ErrorStatus::GEN_ERR),
    ];
    for (reason, reason_v1) in reasons {
        let (v2, v1, steps) = set_both(|| Told {
            reserve: Some(SetError::new(1, reason)),
            ..Told::default()
        });
        assert_eq!(v2, failed(reason, 2, &[CONTACT, NAME]));
        assert_eq!(v1, failed(reason_v1, 2, &[CONTACT, NAME]));
        assert_eq!(steps, ["reserve"]);
    }
}

#[test]
fn a_commit_that_fails_is_undone() {
    let (v2, v1, steps) = set_both(|| Told {
        commit: Some(SetError::new(1, ErrorStatus::GEN_ERR)),
        ..Told::default()
    });
    assert_eq!(v2, failed(ErrorStatus::COMMIT_FAILED, 2, &[CONTACT, NAME]));
    assert_eq!(v1, failed(ErrorStatus::GEN_ERR, 2, &[CONTACT, NAME]));
    assert_eq!(steps, ["reserve", "commit", "undo"]);
}

#[test]
fn an_undo_that_fails_is_told() {
    let (v2, v1, steps) = set_both(|| Told {
        commit: Some(SetError::new(0, ErrorStatus::GEN_ERR)),
        undo: Some(UndoFailed),
        ..Told::default()
    });
    assert_eq!(v2, failed(ErrorStatus::UNDO_FAILED, 0, &[CONTACT, NAME]));
    assert_eq!(v1, failed(ErrorStatus::GEN_ERR, 0, &[CONTACT, NAME]));
    assert_eq!(steps, ["reserve", "commit", "undo"]);
}

#[test]
fn a_failure_without_a_reason_is_none_that_looks_like_success() {
    let (v2, ..) = set_both(|| Told {
        reserve: Some(SetError::new(0, ErrorStatus::NO_ERROR)),
        ..Told::default()
    });
    assert_eq!(v2.status, ErrorStatus::GEN_ERR);
}

#[test]
fn nothing_is_reserved_if_one_name_may_not_be_set() {
    let access = Access::read_only().with_write(View::none().including(SYS_CONTACT));
    let mut agent = Agent::new(engine(), Told::default(), AgentOptions::default()).with_community(b"private", access);
    let answered = ask_v2c(&mut agent, Body::set(7, &[CONTACT, NAME]));
    assert_eq!(answered, failed(ErrorStatus::NO_ACCESS, 2, &[CONTACT, NAME]));
    let answered = ask_v1(&mut agent, Body::set(7, &[CONTACT, NAME]));
    assert_eq!(answered, failed(ErrorStatus::NO_SUCH_NAME, 2, &[CONTACT, NAME]));
    assert!(agent.tree().steps.is_empty());
}

#[test]
fn nothing_is_reserved_if_the_answer_would_be_too_large() {
    let mut agent = agent_with(
        Told::default(),
        AgentOptions {
            max_message_size: 484,
            ..AgentOptions::default()
        },
    );
    let large = [VarBind::new(SYS_NAME, Value::OctetString(&[b'x'; 460]))];
    let answered = ask_v2c(&mut agent, Body::set(7, &large));
    assert_eq!(answered, failed(ErrorStatus::TOO_BIG, 0, &[]));
    assert!(agent.tree().steps.is_empty());
}

#[test]
fn nothing_is_reserved_while_there_is_no_room_for_the_answer() {
    use pdu_core::Hub;
    let options = AgentOptions {
        queue: 1,
        ..AgentOptions::default()
    };
    let mut agent = agent_with(Told::default(), options);
    let mut buffer = [0; 512];
    let set = Message::v2c(b"private", Body::set(7, &[CONTACT, NAME]))
        .encode(&mut buffer)
        .unwrap()
        .to_vec();
    for _ in 0..3 {
        agent.handle_input(START, &manager(), &set);
    }
    assert_eq!(agent.tree().steps, ["reserve", "commit"]);
    assert_eq!(agent.statistics().overflowed, 2);
}

#[test]
fn a_read_only_community_sets_nothing_and_is_counted() {
    use pdu_proto_snmp::wire::Version;
    let mut agent = agent(Told::default());
    let answered = ask(&mut agent, Version::V2C, "public", Body::set(7, &[CONTACT, NAME])).unwrap();
    assert_eq!(answered, failed(ErrorStatus::NO_ACCESS, 1, &[CONTACT, NAME]));
    assert!(agent.tree().steps.is_empty());
    assert_eq!(agent.statistics().bad_community_uses, 1);
}

#[test]
fn map_tree_sets_values_of_the_same_type_only() {
    let cases = [
        (VarBind::new(SYS_NAME, Value::OctetString(b"new")), None),
        (VarBind::new(SYS_NAME, Value::Integer(5)), Some(ErrorStatus::WRONG_TYPE)),
        (
            VarBind::new(SYS_DESCR, Value::OctetString(b"x")),
            Some(ErrorStatus::NOT_WRITABLE),
        ),
        (
            VarBind::new(oid!(1, 3, 6, 1, 2, 1, 1, 6, 0), Value::OctetString(b"x")),
            Some(ErrorStatus::NO_CREATION),
        ),
    ];
    for (change, refused) in cases {
        let mut agent = agent(tree());
        let answered = ask_v2c(&mut agent, Body::set(7, &[change]));
        assert_eq!(
            (answered.status != ErrorStatus::NO_ERROR).then_some(answered.status),
            refused,
            "{change:?}"
        );
        let value = agent.tree().value(change.name);
        assert_eq!(value == Some(change.value), refused.is_none());
    }
}

#[test]
fn default_tree_can_not_be_set() {
    struct ReadOnly;
    impl Tree for ReadOnly {
        fn get(&mut self, _: Instant, _: Oid<'_>) -> Result<Value<'_>, Absent> {
            Ok(Value::Integer(1))
        }
        fn next(&mut self, _: Instant, _: Oid<'_>, _: &mut OidBuf) -> Option<Value<'_>> {
            None
        }
    }
    let answered = ask_v2c(&mut agent(ReadOnly), Body::set(7, &[CONTACT, NAME]));
    assert_eq!(answered, failed(ErrorStatus::NOT_WRITABLE, 1, &[CONTACT, NAME]));
}
