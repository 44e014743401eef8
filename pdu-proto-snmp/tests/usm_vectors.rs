//! Keys and whole messages as foreign implementations have them.
//!
//! `data/usm_vectors.tsv` is written by `data/usm_vectors.py`: hashes and HMAC of Python's hashlib, ciphers of the Python package
//! cryptography (OpenSSL), keys for privacy of pysnmp with both ways to make them longer; pysnmp also deciphered each message. There
//! is one for every pair of protocols.

#![allow(clippy::unwrap_used)] // clippy excepts only the functions marked as tests, not their helpers

use std::collections::HashMap;

use pdu_proto_snmp::{
    oid,
    usm::{AuthProtocol, EngineId, Keys, MasterKey, Outgoing, PrivProtocol, Salt, User, UsmError},
    wire::{
        Body, Tolerance, Value, VarBind,
        v3::{Flags, Message, Scoped},
    },
};

const ENGINE: &[u8] = b"\x80\x00\x1F\x88\x04rack";
const AUTH_PASSWORD: &[u8] = b"maplesyrup";
const PRIV_PASSWORD: &[u8] = b"pancakes and eggs";
const OUTGOING: Outgoing = Outgoing {
    message_id: 7,
    max_size: 1472,
    flags: Flags::NONE,
    engine_id: ENGINE,
    boots: 3,
    time: 1000,
    salt: Salt(0x0102_0304_0506_0708),
};

struct Vector {
    auth: AuthProtocol,
    privacy: PrivProtocol,
    master: Vec<u8>,
    message: Vec<u8>,
}

impl Vector {
    fn is_of_this_build(&self) -> bool {
        let old = matches!(self.privacy, PrivProtocol::Des | PrivProtocol::TripleDes);
        cfg!(feature = "legacy-crypto") || !old && self.auth != AuthProtocol::Md5
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap())
        .collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn vectors() -> Vec<Vector> {
    let mut lines = include_str!("data/usm_vectors.tsv").lines();
    assert_eq!(lines.next(), Some("auth\tpriv\tmaster\tlocalised\tprivacy\tmessage"));
    let vector = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        Vector {
            auth: columns[0].parse().unwrap(),
            privacy: columns[1].parse().unwrap(),
            master: hex(columns[2]),
            message: hex(columns[5]),
        }
    };
    lines.map(vector).collect()
}

fn varbinds() -> [VarBind<'static>; 1] {
    [VarBind::new(oid!(1, 3, 6, 1, 2, 1, 1, 3, 0), Value::TimeTicks(123_456))]
}

/// Master keys take a while to make: one for each protocol.
#[derive(Default)]
struct MasterKeys(HashMap<AuthProtocol, [MasterKey; 2]>);

impl MasterKeys {
    fn user(&mut self, auth: AuthProtocol, privacy: PrivProtocol) -> User {
        let make = || [AUTH_PASSWORD, PRIV_PASSWORD].map(|password| MasterKey::from_password(auth, password).unwrap());
        let [for_auth, for_privacy] = self.0.entry(auth).or_insert_with(make).clone();
        let user = User::new("reader").unwrap();
        user.with_auth(auth, for_auth).with_privacy(privacy, for_privacy)
    }
}

#[test]
fn there_is_a_vector_for_every_pair() {
    let pairs: Vec<_> = vectors().iter().map(|vector| (vector.auth, vector.privacy)).collect();
    let all = AuthProtocol::ALL.into_iter();
    let expected: Vec<_> = all
        .flat_map(|auth| PrivProtocol::ALL.map(|privacy| (auth, privacy)))
        .collect();
    assert_eq!(pairs, expected);
}

#[test]
fn master_keys_are_those_of_hashlib() {
    for vector in vectors()
        .iter()
        .step_by(PrivProtocol::ALL.len())
        .filter(|vector| vector.is_of_this_build())
    {
        let key = MasterKey::from_password(vector.auth, AUTH_PASSWORD).unwrap();
        assert_eq!(key.as_octets(), vector.master, "{}", vector.auth);
    }
}

#[test]
fn messages_are_those_of_foreign_implementations_octet_for_octet() {
    let mut master_keys = MasterKeys::default();
    let engine = EngineId::new(ENGINE).unwrap();
    let mut count = 0;
    for vector in vectors().iter().filter(|vector| vector.is_of_this_build()) {
        let pair = format!("{}, {}", vector.auth, vector.privacy);
        let keys = Keys::localise(&master_keys.user(vector.auth, vector.privacy), &engine).unwrap();
        let varbinds = varbinds();
        let scoped = Scoped::new(ENGINE, b"", Body::response(9, &varbinds));
        let mut buffer = [0; 484];
        let len = scoped.encode(&mut buffer).unwrap().len();
        assert_eq!(keys.seal(OUTGOING, len, &mut buffer).unwrap(), vector.message, "{pair}");

        let message = Message::parse(&vector.message, Tolerance::STRICT).unwrap();
        assert_eq!(keys.verify(&message), Ok(()), "{pair}");
        let mut scratch = [0; 484];
        let found = keys.decrypt(&message, &mut scratch, Tolerance::STRICT);
        assert_eq!(found, Ok(scoped), "{pair}");
        count += 1;
    }
    assert_eq!(count, if cfg!(feature = "legacy-crypto") { 42 } else { 25 });
}

#[test]
#[cfg(not(feature = "legacy-crypto"))]
fn broken_protocols_are_refused_by_name_where_keys_are_made() {
    let refused = |protocol| Err(UsmError::Unsupported { protocol });
    let md5 = MasterKey::from_password(AuthProtocol::Md5, AUTH_PASSWORD);
    assert_eq!(md5.map(|_| ()), refused("md5"));
    let engine = EngineId::new(ENGINE).unwrap();
    for (privacy, name) in [(PrivProtocol::Des, "des"), (PrivProtocol::TripleDes, "3des")] {
        let user = MasterKeys::default().user(AuthProtocol::Sha256, privacy);
        assert_eq!(Keys::localise(&user, &engine).map(|_| ()), refused(name));
    }
}

#[test]
fn unprotected_keys_of_a_user_with_keys_are_an_error_for_its_messages() {
    let vectors = vectors();
    let vector = vectors.iter().find(|vector| vector.is_of_this_build()).unwrap();
    let message = Message::parse(&vector.message, Tolerance::STRICT).unwrap();
    let keys = Keys::unprotected(&User::new("reader").unwrap());
    assert!(matches!(keys.verify(&message), Err(UsmError::SecurityLevel { .. })));
    let mut scratch = [0; 484];
    let found = keys.decrypt(&message, &mut scratch, Tolerance::STRICT);
    assert!(matches!(found, Err(UsmError::SecurityLevel { .. })));
}
