//! What holds for every pair of protocols and whatever is sent.

#![allow(clippy::unwrap_used)] // clippy excepts only the functions marked as tests, not their helpers

use std::sync::LazyLock;

use pdu_proto_snmp::{
    oid,
    usm::{AuthProtocol, EngineId, Keys, MasterKey, Outgoing, PrivProtocol, Salt, User, UsmError},
    wire::{
        Body, Tolerance, Value, VarBind,
        v3::{Flags, Message, Scoped},
    },
};
use proptest::prelude::*;

const ENGINE: &[u8] = b"\x80\x00\x1F\x88\x04rack";

/// Keys for every pair of protocols that this build has. Made once: Reeder's way takes a while.
static KEYS: LazyLock<Vec<(String, Keys)>> = LazyLock::new(|| {
    let engine = EngineId::new(ENGINE).unwrap();
    let pairs = AuthProtocol::ALL
        .into_iter()
        .flat_map(|auth| PrivProtocol::ALL.map(|privacy| (auth, privacy)));
    let keys = |(auth, privacy): (AuthProtocol, PrivProtocol)| {
        let master = |octet| MasterKey::from_octets(auth, &vec![octet; auth.key_len()]).unwrap();
        let user = User::new("reader").unwrap();
        let user = user.with_auth(auth, master(1)).with_privacy(privacy, master(2));
        match Keys::localise(&user, &engine) {
            Err(UsmError::Unsupported { .. }) => None,
            keys => Some((format!("{auth}, {privacy}"), keys.unwrap())),
        }
    };
    pairs.filter_map(keys).collect()
});

fn outgoing() -> impl Strategy<Value = Outgoing<'static>> {
    let number = || 0..=2_147_483_647_u32;
    (number(), 484..=2_147_483_647_u32, number(), number(), any::<u64>()).prop_map(
        |(message_id, max_size, boots, time, salt)| Outgoing {
            message_id,
            max_size,
            flags: Flags::NONE,
            engine_id: ENGINE,
            boots,
            time,
            salt: Salt(salt),
        },
    )
}

proptest! {
    // Each with all pairs, of which there are 42.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_any_pair_seals_it_verifies_and_deciphers(
        outgoing in outgoing(),
        text in prop::collection::vec(any::<u8>(), 0..600),
        change in any::<(prop::sample::Index, u8)>(),
    ) {
        for (pair, keys) in KEYS.iter() {
            let varbinds = [VarBind::new(oid!(1, 3, 6, 1, 2, 1, 1, 1, 0), Value::OctetString(&text))];
            let scoped = Scoped::new(ENGINE, b"context", Body::response(1, &varbinds));
            let mut buffer = [0; 1472];
            let len = scoped.encode(&mut buffer).unwrap().len();
            let mut octets = keys.seal(outgoing, len, &mut buffer).unwrap().to_vec();
            {
                let message = Message::parse(&octets, Tolerance::STRICT).unwrap();
                prop_assert_eq!(keys.verify(&message), Ok(()), "{}", pair);
                let mut scratch = [0xAA; 1472];
                let found = keys.decrypt(&message, &mut scratch, Tolerance::STRICT);
                prop_assert_eq!(found, Ok(scoped), "{}", pair);
            }
            let (place, bits) = change;
            let place = place.index(octets.len());
            octets[place] ^= bits.max(1);
            if let Ok(message) = Message::parse(&octets, Tolerance::LENIENT) {
                prop_assert!(keys.verify(&message).is_err(), "{}", pair);
            }
        }
    }

    /// Whatever was encrypted with whatever keys: scoped data or an error.
    #[test]
    fn deciphering_anything_ends_well(message in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut buffer = [0; 484];
        for (_, keys) in KEYS.iter() {
            let start = buffer.len() - message.len();
            buffer[start..].copy_from_slice(&message);
            let (_, other) = &KEYS[0];
            let outgoing = Outgoing {
                message_id: 1,
                max_size: 1472,
                flags: Flags::NONE,
                engine_id: ENGINE,
                boots: 1,
                time: 1,
                salt: Salt(1),
            };
            let octets = keys.seal(outgoing, message.len(), &mut buffer).unwrap();
            let message = Message::parse(octets, Tolerance::STRICT).unwrap();
            let mut scratch = [0; 484];
            let _ = keys.decrypt(&message, &mut scratch, Tolerance::LENIENT);
            let _ = other.decrypt(&message, &mut scratch, Tolerance::LENIENT);
        }
    }
}
