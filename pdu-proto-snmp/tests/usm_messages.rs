//! Messages sealed, verified, deciphered; what must not pass; and that no secret is shown.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use std::sync::OnceLock;

use pdu_core::ErrorKind;
use pdu_proto_snmp::{
    oid,
    usm::{AuthProtocol, EngineId, Keys, MasterKey, Outgoing, PrivProtocol, Report, Salt, Salts, User, UsmError},
    wire::{
        Anomaly, Body, Deviation, EncodeError, Tolerance, Value, VarBind, VarBinds, WireError,
        v3::{Data, Flags, Header, Message, Scoped, SecurityLevel, SecurityModel, Usm},
    },
};
use zeroize::ZeroizeOnDrop;

const ENGINE: &[u8] = b"\x80\x00\x1F\x88\x04rack";
const OUTGOING: Outgoing = Outgoing {
    message_id: 9,
    max_size: 1472,
    flags: Flags::REPORTABLE,
    engine_id: ENGINE,
    boots: 3,
    time: 1000,
    salt: Salt(77),
};

fn engine() -> EngineId {
    EngineId::new(ENGINE).unwrap()
}

fn master() -> MasterKey {
    static KEY: OnceLock<MasterKey> = OnceLock::new();
    KEY.get_or_init(|| MasterKey::from_password(AuthProtocol::Sha256, b"maplesyrup").unwrap())
        .clone()
}

fn user(level: SecurityLevel) -> User {
    let user = User::new("reader").unwrap();
    match level {
        SecurityLevel::NoAuthNoPriv => user,
        SecurityLevel::AuthNoPriv => user.with_auth(AuthProtocol::Sha256, master()),
        SecurityLevel::AuthPriv => user
            .with_auth(AuthProtocol::Sha256, master())
            .with_privacy(PrivProtocol::Aes128, master()),
    }
}

fn keys(level: SecurityLevel) -> Keys {
    Keys::localise(&user(level), &engine()).unwrap()
}

fn varbinds() -> [VarBind<'static>; 1] {
    [VarBind::new(oid!(1, 3, 6, 1, 2, 1, 1, 3, 0), Value::TimeTicks(7))]
}

fn sealed(keys: &Keys, level: SecurityLevel, outgoing: Outgoing<'_>) -> Vec<u8> {
    let varbinds = varbinds();
    let mut buffer = [0; 484];
    let scoped = Scoped::new(ENGINE, b"", Body::response(9, &varbinds));
    let len = scoped.encode(&mut buffer).unwrap().len();
    keys.seal_at(level, outgoing, len, &mut buffer).unwrap().to_vec()
}

fn parsed(octets: &[u8]) -> Message<'_> {
    Message::parse(octets, Tolerance::LENIENT).unwrap()
}

/// What a message of these parts would be that nobody has keys for.
fn wrapped(flags: Flags, usm: &Usm<'_>, data: &[u8]) -> Vec<u8> {
    let header = Header {
        message_id: 9,
        max_size: 1472,
        flags,
        security_model: SecurityModel::USM,
    };
    let mut buffer = vec![0; header.wrapped_len(usm, data.len())];
    let start = buffer.len() - data.len();
    buffer[start..].copy_from_slice(data);
    header.wrap(usm, data.len(), &mut buffer).unwrap();
    buffer
}

const ALL_LEVELS: [SecurityLevel; 3] = [
    SecurityLevel::NoAuthNoPriv,
    SecurityLevel::AuthNoPriv,
    SecurityLevel::AuthPriv,
];

#[test]
fn what_was_sealed_is_verified_and_read_at_every_level() {
    for level in ALL_LEVELS {
        let keys = keys(level);
        assert_eq!((keys.level(), keys.user_name()), (level, &b"reader"[..]));
        let octets = sealed(&keys, level, OUTGOING);
        let message = parsed(&octets);
        assert_eq!(message.header().flags, Flags::REPORTABLE.union(level.into()));
        assert_eq!(keys.verify(&message), Ok(()), "{level:?}");
        let mut scratch = [0; 484];
        let varbinds = varbinds();
        let scoped = Scoped::new(ENGINE, b"", Body::response(9, &varbinds));
        let found = keys.decrypt(&message, &mut scratch, Tolerance::STRICT);
        assert_eq!(found, Ok(scoped), "{level:?}");
    }
}

/// RFC 3414, 2.4: without authentication no code, without privacy no salt.
#[test]
fn parameters_are_empty_at_lower_levels() {
    let keys = keys(SecurityLevel::AuthPriv);
    for (level, code, salt) in [
        (SecurityLevel::NoAuthNoPriv, 0, 0),
        (SecurityLevel::AuthNoPriv, 24, 0),
        (SecurityLevel::AuthPriv, 24, 8),
    ] {
        let octets = sealed(&keys, level, OUTGOING);
        let usm = parsed(&octets).usm().unwrap();
        let lengths = (usm.authentication_parameters.len(), usm.privacy_parameters.len());
        assert_eq!(lengths, (code, salt), "{level:?}");
    }
}

/// RFC 3414, 4: empty engine id, empty user, reportable, no varbinds.
#[test]
fn discovery_probe_is_that_of_the_standard() {
    let nobody = Keys::unprotected(&User::new("").unwrap());
    let outgoing = Outgoing {
        engine_id: b"",
        boots: 0,
        time: 0,
        ..OUTGOING
    };
    let mut buffer = [0; 484];
    let scoped = Scoped::new(b"", b"", Body::get(9, VarBinds::EMPTY));
    let len = scoped.encode(&mut buffer).unwrap().len();
    let octets = nobody.seal(outgoing, len, &mut buffer).unwrap();
    let message = parsed(octets);
    assert_eq!(message.usm(), Some(Usm::default()));
    assert_eq!(message.header().flags, Flags::REPORTABLE);
    assert_eq!(message.scoped(), Ok(Some(scoped)));
}

#[test]
fn any_changed_octet_is_refused() {
    let keys = keys(SecurityLevel::AuthPriv);
    let octets = sealed(&keys, SecurityLevel::AuthPriv, OUTGOING);
    for place in 0..octets.len() {
        for bit in 0..8 {
            let mut changed = octets.clone();
            changed[place] ^= 1 << bit;
            let Ok(message) = Message::parse(&changed, Tolerance::LENIENT) else {
                continue;
            };
            assert!(keys.verify(&message).is_err(), "octet {place}, bit {bit}");
        }
    }
}

/// What trails a message is no part of it, is flagged, and costs the message nothing.
#[test]
fn octets_behind_the_message_do_not_break_its_code() {
    let keys = keys(SecurityLevel::AuthPriv);
    let mut octets = sealed(&keys, SecurityLevel::AuthPriv, OUTGOING);
    octets.extend([0xFF; 3]);
    let message = parsed(&octets);
    assert_eq!(keys.verify(&message), Ok(()));
    let anomalies: Vec<Anomaly> = message.anomalies().iter().collect();
    assert!(
        anomalies
            .iter()
            .any(|anomaly| anomaly.deviation == Deviation::TrailingOctets)
    );
}

#[test]
fn code_of_another_key_or_engine_or_length_is_refused() {
    let octets = sealed(&keys(SecurityLevel::AuthPriv), SecurityLevel::AuthPriv, OUTGOING);
    let message = parsed(&octets);
    let other = MasterKey::from_password(AuthProtocol::Sha256, b"maplesyrup2").unwrap();
    let other = User::new("reader").unwrap().with_auth(AuthProtocol::Sha256, other);
    let other = Keys::localise(&other, &engine()).unwrap();
    assert_eq!(other.verify(&message), Err(UsmError::WrongDigest));
    let elsewhere = EngineId::new(b"\x80\x00\x1F\x88\x04room").unwrap();
    let elsewhere = Keys::localise(&user(SecurityLevel::AuthPriv), &elsewhere).unwrap();
    assert_eq!(elsewhere.verify(&message), Err(UsmError::WrongDigest));

    let keys = keys(SecurityLevel::AuthNoPriv);
    let Data::Encrypted(data) = message.data() else {
        panic!("in clear")
    };
    for len in [0, 1, 12, 23, 25, 48, 64, 200] {
        let code = vec![0; len];
        let usm = Usm {
            authentication_parameters: &code,
            ..message.usm().unwrap()
        };
        let octets = wrapped(Flags::AUTHENTICATED.union(Flags::ENCRYPTED), &usm, data);
        assert_eq!(keys.verify(&parsed(&octets)), Err(UsmError::WrongDigest), "{len}");
    }
}

#[test]
fn message_without_a_code_is_not_believed_where_there_should_be_one() {
    let octets = sealed(
        &keys(SecurityLevel::NoAuthNoPriv),
        SecurityLevel::NoAuthNoPriv,
        OUTGOING,
    );
    let message = parsed(&octets);
    assert_eq!(
        keys(SecurityLevel::AuthNoPriv).verify(&message),
        Err(UsmError::NotAuthenticated)
    );
    assert_eq!(
        keys(SecurityLevel::AuthPriv).verify(&message),
        Err(UsmError::NotAuthenticated)
    );
    assert_eq!(keys(SecurityLevel::NoAuthNoPriv).verify(&message), Ok(()));
}

#[test]
fn level_beyond_the_keys_is_refused_both_ways() {
    let octets = sealed(&keys(SecurityLevel::AuthPriv), SecurityLevel::AuthPriv, OUTGOING);
    let message = parsed(&octets);
    let mut scratch = [0; 484];
    for available in [SecurityLevel::NoAuthNoPriv, SecurityLevel::AuthNoPriv] {
        let found = SecurityLevel::AuthPriv;
        let beyond = UsmError::SecurityLevel { available, found };
        let keys = keys(available);
        let read = keys.decrypt(&message, &mut scratch, Tolerance::STRICT);
        assert_eq!(read, Err(beyond));
        let mut buffer = [0; 484];
        assert_eq!(keys.seal_at(found, OUTGOING, 10, &mut buffer), Err(beyond));
        assert_eq!(beyond.report(), Some(Report::UnsupportedSecurityLevels));
    }
    let nobody = keys(SecurityLevel::NoAuthNoPriv);
    assert!(matches!(nobody.verify(&message), Err(UsmError::SecurityLevel { .. })));
}

#[test]
fn message_of_another_security_model_is_refused() {
    let mut octets = sealed(
        &keys(SecurityLevel::NoAuthNoPriv),
        SecurityLevel::NoAuthNoPriv,
        OUTGOING,
    );
    let flags = octets
        .windows(3)
        .position(|octets| octets == [0x04, 0x01, 0x04])
        .unwrap();
    octets[flags + 5] = 4;
    let found = SecurityModel::TSM;
    let refused = Err(UsmError::SecurityModel { found });
    assert_eq!(keys(SecurityLevel::AuthPriv).verify(&parsed(&octets)), refused);
    assert_eq!(keys(SecurityLevel::NoAuthNoPriv).verify(&parsed(&octets)), refused);
}

/// What comes out of another privacy key is noise, of which the error shows nothing but where it stopped to be BER.
#[test]
fn wrong_privacy_password_is_an_error_that_says_so() {
    let octets = sealed(&keys(SecurityLevel::AuthPriv), SecurityLevel::AuthPriv, OUTGOING);
    let other = MasterKey::from_password(AuthProtocol::Sha256, b"another password").unwrap();
    let other = user(SecurityLevel::AuthNoPriv).with_privacy(PrivProtocol::Aes128, other);
    let other = Keys::localise(&other, &engine()).unwrap();
    let message = parsed(&octets);
    assert_eq!(other.verify(&message), Ok(()));
    let mut scratch = [0; 484];
    let error = other.decrypt(&message, &mut scratch, Tolerance::LENIENT).unwrap_err();
    let UsmError::Deciphered(WireError { .. }) = error else {
        panic!("{error}")
    };
    assert!(
        error
            .to_string()
            .starts_with("deciphered data, with another privacy key perhaps: ")
    );
    assert_eq!(
        (error.kind(), error.report()),
        (ErrorKind::Denied, Some(Report::DecryptionErrors))
    );
}

#[test]
fn privacy_parameters_have_eight_octets() {
    let keys = keys(SecurityLevel::AuthPriv);
    let mut scratch = [0; 484];
    for len in [0, 7, 9, 16] {
        let salt = vec![0; len];
        let usm = Usm {
            engine_id: ENGINE,
            privacy_parameters: &salt,
            ..Usm::default()
        };
        let octets = wrapped(Flags::AUTHENTICATED.union(Flags::ENCRYPTED), &usm, &[0; 40]);
        let found = keys.decrypt(&parsed(&octets), &mut scratch, Tolerance::STRICT);
        assert_eq!(found, Err(UsmError::PrivacyParameters { found: len }));
    }
}

#[test]
fn scratch_as_long_as_the_message_is_enough_and_one_too_small_is_an_error() {
    let keys = keys(SecurityLevel::AuthPriv);
    let octets = sealed(&keys, SecurityLevel::AuthPriv, OUTGOING);
    let message = parsed(&octets);
    let mut scratch = vec![0; octets.len()];
    assert!(keys.decrypt(&message, &mut scratch, Tolerance::STRICT).is_ok());
    let Data::Encrypted(data) = message.data() else {
        panic!("in clear")
    };
    for available in 0..data.len() {
        let found = keys.decrypt(&message, &mut scratch[..available], Tolerance::STRICT);
        assert!(matches!(found, Err(UsmError::Scratch { available: found, .. }) if found == available));
    }
}

#[test]
fn encrypted_data_of_no_octets_is_an_error() {
    let keys = keys(SecurityLevel::AuthPriv);
    let usm = Usm {
        engine_id: ENGINE,
        privacy_parameters: &[0; 8],
        ..Usm::default()
    };
    let octets = wrapped(Flags::AUTHENTICATED.union(Flags::ENCRYPTED), &usm, &[]);
    let mut scratch = [0; 484];
    let found = keys.decrypt(&parsed(&octets), &mut scratch, Tolerance::LENIENT);
    assert!(matches!(found, Err(UsmError::Deciphered(_))));
}

/// Padding is whatever a sender likes (RFC 3414, 8.1.1.2); its length is not.
#[test]
#[cfg(feature = "legacy-crypto")]
fn des_padding_is_ignored_and_half_blocks_are_refused() {
    let user = user(SecurityLevel::AuthNoPriv).with_privacy(PrivProtocol::Des, master());
    let keys = Keys::localise(&user, &engine()).unwrap();
    let varbinds = varbinds();
    let scoped = Scoped::new(ENGINE, b"", Body::response(9, &varbinds));
    for padding in 0..16 {
        let mut buffer = [0xAA; 484];
        let len = scoped.encode(&mut buffer).unwrap().len();
        let start = buffer.len() - len;
        buffer.copy_within(start.., start - padding);
        let octets = keys.seal(OUTGOING, len + padding, &mut buffer).unwrap().to_vec();
        let message = parsed(&octets);
        let mut scratch = [0; 484];
        let found = keys.decrypt(&message, &mut scratch, Tolerance::STRICT);
        assert_eq!(found, Ok(scoped), "{padding}");

        let Data::Encrypted(data) = message.data() else {
            panic!("in clear")
        };
        let usm = message.usm().unwrap();
        let cut = wrapped(message.header().flags, &usm, &data[1..]);
        let found = keys.decrypt(&parsed(&cut), &mut scratch, Tolerance::STRICT);
        assert_eq!(found, Err(UsmError::CipherLength { found: data.len() - 1 }));
    }
}

/// Up to 2^31-1, where a datagram ends at 65,507.
#[test]
fn largest_message_size_above_65507_is_legal() {
    let keys = keys(SecurityLevel::AuthPriv);
    let outgoing = Outgoing {
        max_size: 2_147_483_647,
        ..OUTGOING
    };
    let octets = sealed(&keys, SecurityLevel::AuthPriv, outgoing);
    assert_eq!(parsed(&octets).header().max_size, 2_147_483_647);
    assert_eq!(keys.verify(&parsed(&octets)), Ok(()));
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let keys = keys(SecurityLevel::AuthPriv);
    let mut buffer = [0; 100];
    let too_small =
        |found: Result<&mut [u8], UsmError>| matches!(found, Err(UsmError::Encode(EncodeError::Buffer { .. })));
    assert!(too_small(keys.seal(OUTGOING, 101, &mut buffer)));
    assert!(too_small(keys.seal(OUTGOING, usize::MAX, &mut buffer)));
    assert!(too_small(keys.seal(OUTGOING, 60, &mut buffer)));
    let outgoing = Outgoing {
        message_id: 1 << 31,
        ..OUTGOING
    };
    let mut buffer = [0; 484];
    let found = keys.seal(outgoing, 10, &mut buffer);
    assert!(matches!(found, Err(UsmError::Encode(EncodeError::Range { .. }))));
}

#[test]
fn same_text_under_two_salts_looks_different() {
    let keys = keys(SecurityLevel::AuthPriv);
    let mut salts = Salts::new(u64::MAX);
    let [first, second] = [(); 2].map(|()| {
        let outgoing = Outgoing {
            salt: salts.take(),
            ..OUTGOING
        };
        sealed(&keys, SecurityLevel::AuthPriv, outgoing)
    });
    let data = |octets: &[u8]| match parsed(octets).data() {
        Data::Encrypted(data) => data.to_vec(),
        Data::Plain(_) => panic!("in clear"),
    };
    assert_ne!(data(&first), data(&second));
    assert_eq!(salts.take(), Salt(1));
}

#[test]
fn users_without_sense_are_refused() {
    assert_eq!(User::new([b'x'; 33]).map(|_| ()), Err(UsmError::UserName { found: 33 }));
    assert!(User::new([b'x'; 32]).is_ok());
    let sha256 = Some((AuthProtocol::Sha256, &b"1234567"[..]));
    let short = Err(UsmError::PasswordTooShort { found: 7 });
    assert_eq!(User::with_passwords("x", sha256, None).map(|_| ()), short);
    let lone = User::with_passwords("x", None, Some((PrivProtocol::Aes128, b"12345678")));
    assert_eq!(lone.map(|_| ()), Err(UsmError::PrivacyWithoutAuthentication));
    let lone = User::new("x").unwrap().with_privacy(PrivProtocol::Aes128, master());
    assert_eq!(lone.level(), SecurityLevel::NoAuthNoPriv);
    let found = Keys::localise(&lone, &engine()).map(|_| ());
    assert_eq!(found, Err(UsmError::PrivacyWithoutAuthentication));

    let length = Err(UsmError::KeyLength {
        expected: 20,
        found: 32,
    });
    assert_eq!(MasterKey::from_octets(AuthProtocol::Sha1, &[7; 32]).map(|_| ()), length);
    let mixed = User::new("x").unwrap().with_auth(AuthProtocol::Sha1, master());
    assert_eq!(Keys::localise(&mixed, &engine()).map(|_| ()), length);
    let too_long = MasterKey::from_octets(AuthProtocol::Sha512, &[7; 65]).map(|_| ());
    assert_eq!(
        too_long,
        Err(UsmError::KeyLength {
            expected: 64,
            found: 65
        })
    );
}

#[test]
fn kept_master_key_does_as_well_as_the_password() {
    let kept = master().as_octets().to_vec();
    let again = MasterKey::from_octets(AuthProtocol::Sha256, &kept).unwrap();
    let user = User::new("reader").unwrap().with_auth(AuthProtocol::Sha256, again);
    let octets = sealed(&keys(SecurityLevel::AuthPriv), SecurityLevel::AuthNoPriv, OUTGOING);
    assert_eq!(
        Keys::localise(&user, &engine()).unwrap().verify(&parsed(&octets)),
        Ok(())
    );
}

#[test]
fn protocols_are_known_by_their_names() {
    for protocol in AuthProtocol::ALL {
        assert_eq!(protocol.as_str().to_uppercase().parse(), Ok(protocol));
        assert_eq!(protocol.to_string(), protocol.as_str());
        assert!(protocol.code_len() <= protocol.key_len());
    }
    for protocol in PrivProtocol::ALL {
        assert_eq!(protocol.as_str().to_uppercase().parse(), Ok(protocol));
        assert_eq!(protocol.to_string(), protocol.as_str());
    }
    // What net-snmp and pysnmp mean by it is not the same.
    for name in ["aes256", "aes-256", "aes192", ""] {
        assert_eq!(name.parse::<PrivProtocol>(), Err(UsmError::UnknownProtocol), "{name}");
    }
}

#[test]
fn reports_are_known_by_their_counters() {
    for report in Report::ALL {
        assert_eq!(Report::of(report.oid()), Some(report));
        let name = report.oid().to_string();
        assert!(name.starts_with("1.3.6.1.6.3.1") && name.ends_with(".0"), "{name}");
    }
    // Without the last 0, as some agents have it.
    assert_eq!(
        Report::of(oid!(1, 3, 6, 1, 6, 3, 15, 1, 1, 4)),
        Some(Report::UnknownEngineIds)
    );
    for other in [
        oid!(1, 3, 6, 1, 6, 3, 15, 1, 1),
        oid!(1, 3, 6, 1, 6, 3, 15, 1, 1, 7, 0),
        oid!(1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 1),
    ] {
        assert_eq!(Report::of(other), None);
    }
    assert_eq!(UsmError::WrongDigest.report(), Some(Report::WrongDigests));
    assert_eq!(UsmError::PasswordTooShort { found: 1 }.report(), None);
}

#[test]
fn nothing_shows_a_secret() {
    let user = user(SecurityLevel::AuthPriv);
    let keys = keys(SecurityLevel::AuthPriv);
    assert_eq!(format!("{:?}", master()), "MasterKey(secret)");
    assert_eq!(
        format!("{user:?}"),
        "User { name: \"reader\", auth: Some((Sha256, MasterKey(secret))), privacy: Some((Aes128, MasterKey(secret))) }"
    );
    assert_eq!(
        format!("{keys:?}"),
        "Keys { user_name: \"reader\", level: AuthPriv, .. }"
    );
    let short = User::with_passwords("x", Some((AuthProtocol::Sha256, b"secret!")), None).unwrap_err();
    assert!(!format!("{short:?} {short}").contains("secret"));
}

/// Each part of them is held to it where it is made, by a bound on its type.
#[test]
fn keys_are_overwritten_when_dropped() {
    fn overwritten<T: ZeroizeOnDrop>() {}
    overwritten::<MasterKey>();
    overwritten::<User>();
    overwritten::<Keys>();
    overwritten::<sha2::Sha256>();
    overwritten::<sha2::Sha512>();
    overwritten::<sha1::Sha1>();
    overwritten::<aes::Aes128Enc>();
    overwritten::<aes::Aes256Enc>();
}

#[test]
fn keys_take_little_memory() {
    assert!(size_of::<Keys>() <= 80, "{}", size_of::<Keys>());
    assert!(size_of::<User>() <= 256, "{}", size_of::<User>());
}
