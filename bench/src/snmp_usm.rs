//! Messages of v3 at authPriv, SHA-256 and AES-128: decoded, verified, deciphered, every name compared and every value visited;
//! and encoded, enciphered, authenticated. Keys are localised beforehand.

mod decode;
mod encode;

use async_snmp::v3::{AuthProtocol as AsyncAuth, DerivedKeys, PrivProtocol as AsyncPriv, UsmConfig};
use pdu_core::Instant;
use pdu_proto_snmp::usm::{AuthProtocol, EngineId, Keys, Outgoing, PrivProtocol, Salt, User};
use pdu_proto_snmp::wire::{
    Body,
    v3::{Flags, Scoped},
};

use crate::Case;
use crate::snmp_codec::{REQUEST_ID, SIZES, Table};

const USER: &str = "reader";
const AUTH_PASSWORD: &[u8] = b"maplesyrup";
const PRIV_PASSWORD: &[u8] = b"pancakes";
const ENGINE_ID: &[u8] = b"\x80\x00\x1F\x88\x04rack-unit";
const BOOTS: u32 = 3;
const TIME: u32 = 100_000;
const MAX_SIZE: u32 = 1472;
const MESSAGE_ID: u32 = REQUEST_ID.cast_unsigned();
const NOW: Instant = Instant::EPOCH;

/// All cases.
pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = SIZES.map(|count| decode::case(&Table::new(count))).into();
    cases.extend(SIZES.map(|count| encode::case(&Table::new(count))));
    cases
}

fn engine() -> EngineId {
    EngineId::new(ENGINE_ID).expect("an engine id")
}

fn keys() -> Keys {
    let user = User::with_passwords(
        USER,
        Some((AuthProtocol::Sha256, AUTH_PASSWORD)),
        Some((PrivProtocol::Aes128, PRIV_PASSWORD)),
    );
    Keys::localise(&user.expect("a user"), &engine()).expect("keys")
}

fn outgoing(salt: u64) -> Outgoing<'static> {
    Outgoing {
        message_id: MESSAGE_ID,
        max_size: MAX_SIZE,
        flags: Flags::NONE,
        engine_id: ENGINE_ID,
        boots: BOOTS,
        time: TIME,
        salt: Salt(salt),
    }
}

/// The response that has the table's varbinds.
fn message(table: &Table, keys: &Keys) -> Vec<u8> {
    let names = table.encoded_names();
    let varbinds = table.varbinds(&names);
    let scoped = Scoped::new(ENGINE_ID, b"", Body::response(REQUEST_ID, varbinds.as_slice()));
    let mut buffer = [0; 2048];
    let len = scoped.encode(&mut buffer).expect("a good message").len();
    keys.seal(outgoing(77), len, &mut buffer)
        .expect("a good message")
        .to_vec()
}

/// snmp2's keys and clock. It derives keys from passwords once, when it learns the engine's id.
fn snmp2_security() -> snmp2::v3::Security {
    use snmp2::v3::{Auth, AuthProtocol, Cipher, Security};
    let privacy = Auth::AuthPriv {
        cipher: Cipher::Aes128,
        privacy_password: PRIV_PASSWORD.to_vec(),
    };
    Security::new(USER.as_bytes(), AUTH_PASSWORD)
        .with_auth_protocol(AuthProtocol::Sha256)
        .with_auth(privacy)
        .with_engine_id(ENGINE_ID)
        .expect("keys")
        .with_engine_boots_and_time(BOOTS.into(), TIME.into())
}

fn async_keys() -> DerivedKeys {
    UsmConfig::new(USER)
        .auth_priv(AsyncAuth::Sha256, AUTH_PASSWORD, AsyncPriv::Aes128, PRIV_PASSWORD)
        .and_then(|config| config.derive_keys(ENGINE_ID))
        .expect("keys")
}
