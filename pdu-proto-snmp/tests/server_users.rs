//! Messages of v3: who is believed, what is reported, and how what is answered is protected.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod server_support;

use pdu_core::{Hub, Instant};
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, MapTree, View};
use pdu_proto_snmp::usm::{AuthProtocol, EngineId, Keys, LocalEngine, Outgoing, PrivProtocol, Report, Salt, User};
use pdu_proto_snmp::wire::v3::{Flags, Header, Message, Scoped, SecurityLevel, SecurityModel, Usm};
use pdu_proto_snmp::wire::{Body, ErrorStatus, Operation, Tolerance, Value, VarBind};
use server_support::*;
use std::sync::LazyLock;
use std::time::Duration;

const UP_TIME: VarBind<'static> = VarBind::new(SYS_UP_TIME, Value::TimeTicks(4711));

/// One user of each level. Their keys are made once, since that takes long without optimisation.
fn user(level: SecurityLevel) -> User {
    static USERS: LazyLock<[User; 3]> = LazyLock::new(|| {
        let auth = Some((AuthProtocol::Sha256, &b"maplesyrup"[..]));
        let privacy = Some((PrivProtocol::Aes128, &b"pancakes"[..]));
        [
            User::new("anyone").unwrap(),
            User::with_passwords("writer", auth, None).unwrap(),
            User::with_passwords("secret", auth, privacy).unwrap(),
        ]
    });
    USERS.iter().find(|user| user.level() == level).unwrap().clone()
}

const LEVELS: [SecurityLevel; 3] = [
    SecurityLevel::NoAuthNoPriv,
    SecurityLevel::AuthNoPriv,
    SecurityLevel::AuthPriv,
];

fn guarded_with(options: AgentOptions) -> Agent<MapTree> {
    LEVELS
        .into_iter()
        .fold(Agent::new(engine(), tree(), options), |agent, level| {
            agent.with_user(&user(level), Access::read_write()).unwrap()
        })
}

fn guarded() -> Agent<MapTree> {
    guarded_with(AgentOptions::default())
}

/// A manager of one user, that knows the engine.
struct Asker {
    keys: Keys,
    level: SecurityLevel,
    engine_id: Vec<u8>,
    context_engine_id: Vec<u8>,
    context: &'static [u8],
    boots: u32,
    time: u32,
    max_size: u32,
    flags: Flags,
}

impl Asker {
    fn new(user: &User) -> Self {
        let id = engine().id();
        Self {
            keys: Keys::localise(user, &id).unwrap(),
            level: user.level(),
            engine_id: id.as_octets().to_vec(),
            context_engine_id: id.as_octets().to_vec(),
            context: b"",
            boots: 3,
            time: 0,
            max_size: 65_507,
            flags: Flags::REPORTABLE,
        }
    }

    fn at(level: SecurityLevel) -> Self {
        Self::new(&user(level))
    }

    fn datagram(&self, body: Body<'_>) -> Vec<u8> {
        let mut buffer = [0; 2000];
        let scoped = Scoped::new(&self.context_engine_id, self.context, body);
        let len = scoped.encode(&mut buffer).unwrap().len();
        let outgoing = Outgoing {
            message_id: 4242,
            max_size: self.max_size,
            flags: self.flags,
            engine_id: &self.engine_id,
            boots: self.boots,
            time: self.time,
            salt: Salt(1),
        };
        self.keys
            .seal_at(self.level, outgoing, len, &mut buffer)
            .unwrap()
            .to_vec()
    }

    /// The answer, which is a response, and protected as the request was.
    fn ask(&self, agent: &mut Agent<MapTree>, body: Body<'_>) -> Answered {
        let datagram = exchange(agent, START, &self.datagram(body)).unwrap();
        assert!(datagram.len() <= usize::try_from(self.max_size).unwrap());
        let message = Message::parse(&datagram, Tolerance::STRICT).unwrap();
        assert_eq!(message.header().message_id, 4242);
        assert_eq!(
            message.header().flags,
            self.level.into(),
            "protected, and not reportable"
        );
        if self.level > SecurityLevel::NoAuthNoPriv {
            self.keys.verify(&message).unwrap();
        }
        let mut scratch = [0; 2000];
        let scoped = self.keys.decrypt(&message, &mut scratch, Tolerance::STRICT).unwrap();
        assert_eq!(
            (scoped.context_engine_id, scoped.context_name),
            (engine().id().as_octets(), self.context)
        );
        assert_eq!(scoped.body.operation(), Operation::RESPONSE);
        Answered::of(scoped.body, body.request_id().unwrap())
    }
}

/// What a report says, and at which level; the engine's id and clock stand in it.
fn report_in(datagram: &[u8]) -> (Report, u32, SecurityLevel) {
    let message = Message::parse(datagram, Tolerance::STRICT).unwrap();
    let usm = message.usm().unwrap();
    assert_eq!((usm.engine_id, usm.engine_boots), (engine().id().as_octets(), 3));
    assert_eq!(message.header().message_id, 4242);
    assert!(!message.header().flags.contains(Flags::REPORTABLE));
    let level = message.header().flags.level().unwrap();
    let keys = match level {
        SecurityLevel::NoAuthNoPriv => Keys::unprotected(&User::new("").unwrap()),
        level => LEVELS
            .map(|level| Keys::localise(&user(level), &engine().id()).unwrap())
            .into_iter()
            .find(|keys| keys.user_name() == usm.user_name && keys.level() >= level)
            .unwrap(),
    };
    keys.verify(&message).unwrap();
    let mut scratch = [0; 2000];
    let scoped = keys.decrypt(&message, &mut scratch, Tolerance::STRICT).unwrap();
    assert_eq!(scoped.body.operation(), Operation::REPORT);
    let varbind = scoped.body.varbinds().iter().next().unwrap().unwrap();
    let Value::Counter32(count) = varbind.value else {
        panic!("{varbind:?}");
    };
    (Report::of(varbind.name).unwrap(), count, level)
}

/// What the agent reports of a get of this asker.
fn reported(agent: &mut Agent<MapTree>, asker: &Asker) -> (Report, u32, SecurityLevel) {
    let names = asking([SYS_UP_TIME]);
    report_in(&exchange(agent, START, &asker.datagram(Body::get(7, &names))).unwrap())
}

#[test]
fn each_level_is_answered_at_its_own() {
    let names = asking([SYS_UP_TIME]);
    for level in LEVELS {
        let answered = Asker::at(level).ask(&mut guarded(), Body::get(7, &names));
        assert_eq!(answered, well(&[UP_TIME]), "{level:?}");
    }
}

#[test]
fn sets_and_walks_work_encrypted() {
    let mut agent = guarded();
    let asker = Asker::at(SecurityLevel::AuthPriv);
    let change = [VarBind::new(SYS_NAME, Value::OctetString(b"rack 8"))];
    assert_eq!(asker.ask(&mut agent, Body::set(7, &change)), well(&change));
    let all = asker.ask(&mut agent, Body::get_bulk(8, 0, 100, &asking([SYS_CONTACT])));
    assert_eq!(all.varbinds.iter().next(), Some(Ok(change[0])));
    assert_eq!(all.names().len(), 7, "six more, and the end");
}

#[test]
fn a_probe_learns_engine_boots_and_time() {
    let mut agent = guarded();
    let scoped = Scoped::new(b"", b"", Body::get(7, &[]));
    let header = Header {
        message_id: 4242,
        max_size: 1472,
        flags: Flags::REPORTABLE,
        security_model: SecurityModel::USM,
    };
    let mut buffer = [0; 512];
    let len = scoped.encode(&mut buffer).unwrap().len();
    let (probe, _) = header.wrap(&Usm::default(), len, &mut buffer).unwrap();
    let now = START + Duration::from_secs(77);
    let datagram = exchange(&mut agent, now, probe).unwrap();
    assert_eq!(
        report_in(&datagram),
        (Report::UnknownEngineIds, 1, SecurityLevel::NoAuthNoPriv)
    );
    let message = Message::parse(&datagram, Tolerance::STRICT).unwrap();
    assert_eq!(message.usm().unwrap().engine_time, 77);
    assert_eq!(message.scoped().unwrap().unwrap().body.request_id(), Some(7));
    let second = exchange(&mut agent, now, probe).unwrap();
    assert_eq!(report_in(&second).1, 2, "the count goes on");
}

#[test]
fn another_engine_id_is_reported_before_the_user_is_looked_for() {
    let mut asker = Asker::at(SecurityLevel::AuthPriv);
    asker.engine_id = b"\x80another".to_vec();
    let report = reported(&mut guarded(), &asker);
    assert_eq!(report, (Report::UnknownEngineIds, 1, SecurityLevel::NoAuthNoPriv));
}

#[test]
fn an_unknown_user_is_reported() {
    for name in ["", "secre", "secretx"] {
        let report = reported(&mut guarded(), &Asker::new(&User::new(name).unwrap()));
        assert_eq!(
            report,
            (Report::UnknownUserNames, 1, SecurityLevel::NoAuthNoPriv),
            "{name}"
        );
    }
}

#[test]
fn a_level_for_which_the_user_has_no_keys_is_reported() {
    let auth = Some((AuthProtocol::Sha256, &b"maplesyrup"[..]));
    let privacy = Some((PrivProtocol::Aes128, &b"pancakes"[..]));
    let askers = [
        User::with_passwords("anyone", auth, None),
        User::with_passwords("writer", auth, privacy),
    ];
    for asker in askers {
        let report = reported(&mut guarded(), &Asker::new(&asker.unwrap()));
        assert_eq!(
            report,
            (Report::UnsupportedSecurityLevels, 1, SecurityLevel::NoAuthNoPriv)
        );
    }
}

#[test]
fn another_key_or_hash_is_a_wrong_digest() {
    let askers = [
        User::with_passwords("writer", Some((AuthProtocol::Sha256, b"maplesyruP")), None),
        User::with_passwords("writer", Some((AuthProtocol::Sha512, b"maplesyrup")), None),
    ];
    for asker in askers {
        let report = reported(&mut guarded(), &Asker::new(&asker.unwrap()));
        assert_eq!(report, (Report::WrongDigests, 1, SecurityLevel::NoAuthNoPriv));
    }
}

#[test]
fn no_octet_of_a_message_can_be_changed() {
    let names = asking([SYS_UP_TIME]);
    let mut agent = guarded();
    let datagram = Asker::at(SecurityLevel::AuthPriv).datagram(Body::get(7, &names));
    for at in 0..datagram.len() {
        let mut changed = datagram.clone();
        changed[at] ^= 0x10;
        exchange(&mut agent, START, &changed);
    }
    assert_eq!(agent.statistics().gets, 0);
    exchange(&mut agent, START, &datagram).unwrap();
    assert_eq!(agent.statistics().gets, 1);
}

#[test]
fn what_is_outside_the_time_window_is_reported_authenticated() {
    for level in [SecurityLevel::AuthNoPriv, SecurityLevel::AuthPriv] {
        for (boots, time) in [(0, 0), (2, 0), (4, 0), (3, 151)] {
            let mut asker = Asker::at(level);
            (asker.boots, asker.time) = (boots, time);
            let report = reported(&mut guarded(), &asker);
            assert_eq!(
                report,
                (Report::NotInTimeWindows, 1, SecurityLevel::AuthNoPriv),
                "{boots} {time}"
            );
        }
    }
}

#[test]
fn a_message_is_good_for_150_seconds() {
    let names = asking([SYS_UP_TIME]);
    let datagram = Asker::at(SecurityLevel::AuthNoPriv).datagram(Body::get(7, &names));
    let mut agent = guarded();
    for seconds in [150, 151] {
        exchange(&mut agent, START + Duration::from_secs(seconds), &datagram).unwrap();
    }
    assert_eq!(
        (
            agent.statistics().gets,
            agent.statistics().refused(Report::NotInTimeWindows)
        ),
        (1, 1)
    );
}

#[test]
fn an_engine_that_started_too_often_believes_nobody() {
    let tired = LocalEngine::new(engine().id(), u32::MAX, START);
    let mut agent = Agent::new(tired, tree(), AgentOptions::default())
        .with_user(&user(SecurityLevel::AuthNoPriv), Access::read_only())
        .unwrap();
    let mut asker = Asker::at(SecurityLevel::AuthNoPriv);
    asker.boots = i32::MAX.cast_unsigned();
    let names = asking([SYS_UP_TIME]);
    exchange(&mut agent, START, &asker.datagram(Body::get(7, &names))).unwrap();
    assert_eq!(
        (
            agent.statistics().gets,
            agent.statistics().refused(Report::NotInTimeWindows)
        ),
        (0, 1)
    );
}

#[test]
fn another_privacy_key_is_a_decryption_error() {
    let auth = Some((AuthProtocol::Sha256, &b"maplesyrup"[..]));
    let other = User::with_passwords("secret", auth, Some((PrivProtocol::Aes128, b"pancakez"))).unwrap();
    let report = reported(&mut guarded(), &Asker::new(&other));
    assert_eq!(report, (Report::DecryptionErrors, 1, SecurityLevel::NoAuthNoPriv));
}

#[test]
fn an_unknown_context_is_reported_as_the_request_was_protected() {
    for level in LEVELS {
        let mut asker = Asker::at(level);
        asker.context = b"other";
        assert_eq!(reported(&mut guarded(), &asker), (Report::UnknownContexts, 1, level));
    }
}

#[test]
fn what_was_deciphered_is_not_shown() {
    let mut asker = Asker::at(SecurityLevel::AuthPriv);
    asker.context = b"hush";
    let mut agent = guarded();
    reported(&mut agent, &asker);
    assert!(!format!("{agent:?}").contains("104, 117, 115, 104"));
}

#[test]
fn another_context_engine_is_nobodys() {
    let mut asker = Asker::at(SecurityLevel::AuthNoPriv);
    asker.context_engine_id = b"\x80another".to_vec();
    let report = reported(&mut guarded(), &asker);
    assert_eq!(report, (Report::UnknownPduHandlers, 1, SecurityLevel::AuthNoPriv));
}

#[test]
fn who_wants_no_report_gets_none() {
    let names = asking([SYS_UP_TIME]);
    let mut asker = Asker::new(&User::new("nobody").unwrap());
    asker.flags = Flags::NONE;
    let mut agent = guarded();
    assert_eq!(exchange(&mut agent, START, &asker.datagram(Body::get(7, &names))), None);
    assert_eq!(agent.statistics().refused(Report::UnknownUserNames), 1);
}

#[test]
fn responses_reports_and_traps_are_not_answered_whatever_their_flags_say() {
    let mut agent = guarded();
    let names = asking([SYS_UP_TIME]);
    for operation in [Operation::RESPONSE, Operation::REPORT, Operation::TRAP_V2] {
        let datagram = Asker::at(SecurityLevel::AuthPriv).datagram(Body::common(operation, 7, &names));
        assert_eq!(exchange(&mut agent, START, &datagram), None, "{operation}");
    }
    assert_eq!(agent.statistics().unexpected, 3);
}

#[test]
fn an_inform_is_nobodys() {
    let names = asking([SYS_UP_TIME]);
    let datagram = Asker::at(SecurityLevel::AuthPriv).datagram(Body::common(Operation::INFORM, 7, &names));
    let answer = exchange(&mut guarded(), START, &datagram).unwrap();
    assert_eq!(
        Message::parse(&answer, Tolerance::STRICT).unwrap().header().flags,
        SecurityLevel::AuthPriv.into()
    );
}

#[test]
fn a_user_with_keys_is_not_served_without_them_unless_that_is_allowed() {
    let names = asking([SYS_UP_TIME]);
    let mut asker = Asker::at(SecurityLevel::AuthPriv);
    for level in [SecurityLevel::NoAuthNoPriv, SecurityLevel::AuthNoPriv] {
        asker.level = level;
        let answered = asker.ask(&mut guarded(), Body::get(7, &names));
        assert_eq!(answered, failed(ErrorStatus::AUTHORIZATION_ERROR, 0, &names));
    }
    let access = Access::read_only().with_level(SecurityLevel::AuthNoPriv);
    let mut agent = guarded().with_user(&user(SecurityLevel::AuthPriv), access).unwrap();
    assert_eq!(asker.ask(&mut agent, Body::get(7, &names)), well(&[UP_TIME]));
}

#[test]
fn views_hold_for_users_too() {
    let access = Access::read_only().with_read(View::all().excluding(SYS_UP_TIME));
    let mut agent = guarded().with_user(&user(SecurityLevel::AuthPriv), access).unwrap();
    let asker = Asker::at(SecurityLevel::AuthPriv);
    let hidden = VarBind::new(SYS_UP_TIME, Value::NoSuchObject);
    assert_eq!(
        asker.ask(&mut agent, Body::get(7, &asking([SYS_UP_TIME]))),
        well(&[hidden])
    );
    let change = [VarBind::new(SYS_NAME, Value::OctetString(b"rack 8"))];
    let answered = asker.ask(&mut agent, Body::set(7, &change));
    assert_eq!(answered, failed(ErrorStatus::NO_ACCESS, 1, &change));
}

#[test]
fn a_response_is_no_larger_than_the_manager_takes() {
    let long = [b'x'; 300];
    let mut tree = tree();
    tree.insert(SYS_DESCR, Value::OctetString(&long));
    for level in LEVELS {
        let mut agent = Agent::new(engine(), tree.clone(), AgentOptions::default())
            .with_user(&user(level), Access::read_only())
            .unwrap();
        let mut asker = Asker::at(level);
        asker.max_size = 484;
        let twice = asker.ask(&mut agent, Body::get(7, &asking([SYS_DESCR, SYS_DESCR])));
        assert_eq!(twice, failed(ErrorStatus::TOO_BIG, 0, &[]));
        let once = asker.ask(
            &mut agent,
            Body::get_bulk(7, 0, 100, &asking([pdu_proto_snmp::oid!(1, 3)])),
        );
        assert_eq!(once.names()[0], "1.3.6.1.2.1.1.1.0");
        assert!(once.names().len() < 6, "{level:?}: {} fit", once.names().len());
    }
}

#[test]
fn get_bulk_fills_an_encrypted_message() {
    let mut asker = Asker::at(SecurityLevel::AuthPriv);
    asker.max_size = 484;
    let mut tree = MapTree::new();
    for row in 0..100 {
        let mut name: pdu_proto_snmp::wire::OidBuf = "1.3.6.1.4.1.9.1".parse().unwrap();
        name.push(row).unwrap();
        tree.insert(name.as_oid(), Value::Integer(5));
    }
    let mut agent = Agent::new(engine(), tree, AgentOptions::default())
        .with_user(&user(SecurityLevel::AuthPriv), Access::read_only())
        .unwrap();
    let request = asker.datagram(Body::get_bulk(7, 0, 1000, &asking([SYS_DESCR])));
    let response = exchange(&mut agent, START, &request).unwrap();
    let one = 15;
    assert!(
        (484 - 2 * one..=484).contains(&response.len()),
        "{} octets",
        response.len()
    );
}

#[test]
fn other_security_models_and_broken_flags_are_counted_and_not_answered() {
    let mut agent = guarded();
    let header = Header {
        message_id: 1,
        max_size: 1472,
        flags: Flags::REPORTABLE,
        security_model: SecurityModel::TSM,
    };
    let mut buffer = [0; 512];
    let len = Scoped::new(b"", b"", Body::get(7, &[]))
        .encode(&mut buffer)
        .unwrap()
        .len();
    let (message, _) = header.wrap(&Usm::default(), len, &mut buffer).unwrap();
    assert_eq!(exchange(&mut agent, START, message), None);
    assert_eq!(agent.statistics().refused(Report::UnknownSecurityModels), 1);

    let names = asking([SYS_UP_TIME]);
    let mut datagram = Asker::at(SecurityLevel::NoAuthNoPriv).datagram(Body::get(7, &names));
    let flags = datagram
        .windows(3)
        .position(|window| window == [0x04, 0x01, Flags::REPORTABLE.0])
        .unwrap()
        + 2;
    datagram[flags] = Flags::ENCRYPTED.0;
    assert_eq!(exchange(&mut agent, START, &datagram), None);
    assert_eq!(agent.statistics().refused(Report::InvalidMessages), 1);
}

#[test]
fn two_encrypted_responses_have_different_salts() {
    let names = asking([SYS_UP_TIME]);
    let datagram = Asker::at(SecurityLevel::AuthPriv).datagram(Body::get(7, &names));
    let mut agent = guarded();
    let salts: Vec<Vec<u8>> = (0..2)
        .map(|_| {
            let response = exchange(&mut agent, START, &datagram).unwrap();
            let message = Message::parse(&response, Tolerance::STRICT).unwrap();
            message.usm().unwrap().privacy_parameters.to_vec()
        })
        .collect();
    assert_ne!(salts[0], salts[1]);
}

#[test]
fn time_that_runs_backwards_stands_still() {
    let names = asking([SYS_UP_TIME]);
    let mut agent = guarded();
    agent.handle_timeout(START + Duration::from_secs(151));
    let datagram = Asker::at(SecurityLevel::AuthNoPriv).datagram(Body::get(7, &names));
    agent.handle_input(Instant::EPOCH, &manager(), &datagram);
    assert_eq!(agent.statistics().refused(Report::NotInTimeWindows), 1);
}

#[test]
fn keys_that_cannot_be_made_are_refused_when_the_user_is_added() {
    let short = EngineId::new(b"tiny");
    assert!(short.is_err(), "an engine has an id of five octets at least");
    if cfg!(not(feature = "legacy-crypto")) {
        let auth = Some((AuthProtocol::Sha1, &b"maplesyrup"[..]));
        let user = User::with_passwords("old", auth, Some((PrivProtocol::Des, b"pancakes"))).unwrap();
        assert!(guarded().with_user(&user, Access::read_only()).is_err());
    }
}

#[test]
fn no_key_is_shown_by_debug() {
    let shown = format!("{:?}", guarded());
    assert!(shown.contains("secret") && !shown.contains("pancakes") && !shown.contains("maplesyrup"));
}
