//! The user-based security of SNMP v3, with keys that are known.

use std::sync::LazyLock;

use pdu_core::Instant;
use pdu_proto_snmp::usm::{
    AuthProtocol, EngineId, Keys, LocalEngine, MasterKey, Outgoing, PrivProtocol, RemoteEngine, Salt, User, UsmError,
};
use pdu_proto_snmp::wire::Tolerance;
use pdu_proto_snmp::wire::v3::{Data, Flags, Message, Scoped};

use crate::show;

const ENGINE: &[u8] = b"\x80\x00\x1F\x88\x04rack";

struct Pair {
    privacy: PrivProtocol,
    keys: Keys,
}

/// Every pair of protocols.
static PAIRS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    let auth = AuthProtocol::ALL.into_iter();
    let pairs = auth.flat_map(|auth| PrivProtocol::ALL.map(|privacy| (auth, privacy)));
    pairs.map(|(auth, privacy)| pair(auth, privacy)).collect()
});

fn pair(auth: AuthProtocol, privacy: PrivProtocol) -> Pair {
    let master = |octet| MasterKey::from_octets(auth, &vec![octet; auth.key_len()]).expect("a key");
    let user = User::new("reader").expect("a name");
    let user = user.with_auth(auth, master(1)).with_privacy(privacy, master(2));
    let engine = EngineId::new(ENGINE).expect("an engine id");
    Pair {
        privacy,
        keys: Keys::localise(&user, &engine).expect("legacy-crypto is on"),
    }
}

/// The first octet chooses what is done, the second the protocols.
pub fn usm(data: &[u8]) {
    let [what, pair, data @ ..] = data else { return };
    let pair = &PAIRS[usize::from(*pair) % PAIRS.len()];
    match what % 4 {
        0 => received(pair, data),
        1 | 2 => sent(pair, data),
        _ => clocks(data),
    }
}

/// A datagram from anyone, verified and, whatever came out of that, deciphered.
fn received(pair: &Pair, datagram: &[u8]) {
    let Ok(message) = Message::parse(datagram, Tolerance::LENIENT) else {
        return;
    };
    let nobody = Keys::unprotected(&User::new("reader").expect("a name"));
    let mut scratch = vec![0; datagram.len()];
    for keys in [&pair.keys, &nobody] {
        if let Err(error) = keys.verify(&message) {
            show(&error);
        }
        match keys.decrypt(&message, &mut scratch, Tolerance::LENIENT) {
            Ok(scoped) => assert!(scoped.body.varbinds().iter().count() <= datagram.len()),
            Err(error) => show(&error),
        }
    }
}

/// Any octets as scoped data: sealed, they are verified, deciphered and read as they are in clear. With one octet changed, they
/// are not verified.
fn sent(pair: &Pair, data: &[u8]) {
    let Some((parameters, plain)) = data.split_first_chunk::<19>() else {
        return;
    };
    let [boots @ .., _, _, _] = parameters;
    let (boots, rest) = boots.split_first_chunk::<4>().expect("16 octets");
    let (time, salt) = rest.split_first_chunk::<4>().expect("12 octets");
    let outgoing = Outgoing {
        message_id: 7,
        max_size: 1472,
        flags: Flags::REPORTABLE,
        engine_id: ENGINE,
        boots: u32::from_be_bytes(*boots) >> 1,
        time: u32::from_be_bytes(*time) >> 1,
        salt: Salt(u64::from_be_bytes(salt.try_into().expect("8 octets"))),
    };
    let mut buffer = vec![0; plain.len() + 256];
    let start = buffer.len() - plain.len();
    buffer[start..].copy_from_slice(plain);
    let octets = pair.keys.seal(outgoing, plain.len(), &mut buffer).expect("room");

    let message = Message::parse(octets, Tolerance::STRICT).expect("what was sealed");
    assert_eq!(pair.keys.verify(&message), Ok(()));
    let mut padded = plain.to_vec();
    if matches!(pair.privacy, PrivProtocol::Des | PrivProtocol::TripleDes) {
        padded.resize(plain.len().next_multiple_of(8), 0);
    }
    assert!(matches!(message.data(), Data::Encrypted(data) if data.len() == padded.len()));
    let mut scratch = vec![0xAA; octets.len()];
    let found = pair.keys.decrypt(&message, &mut scratch, Tolerance::LENIENT);
    let expected = Scoped::parse(&padded, Tolerance::LENIENT).map_err(UsmError::Deciphered);
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));

    let [.., high, low, bits] = *parameters;
    let place = usize::from(u16::from_be_bytes([high, low])) % octets.len();
    octets[place] ^= bits.max(1);
    if let Ok(message) = Message::parse(octets, Tolerance::LENIENT) {
        assert!(pair.keys.verify(&message).is_err(), "octet {place}");
    }
}

/// Authenticated messages of an engine at any time: its clock never goes behind the latest of them.
fn clocks(data: &[u8]) {
    let id = EngineId::new(ENGINE).expect("an engine id");
    let mut remote = RemoteEngine::new(id);
    let mut latest = (0, 0);
    let mut now = Instant::EPOCH;
    for step in data.chunks_exact(11) {
        let [kind, a, b, c, d, e, f, g, h, wait, scale] = *step else {
            return;
        };
        // What the envelope lets through has 31 bits.
        let (boots, time) = (
            u32::from_be_bytes([a, b, c, d]) >> 1,
            u32::from_be_bytes([e, f, g, h]) >> 1,
        );
        now += core::time::Duration::from_secs(u64::from(wait) << (scale % 40));
        match kind % 3 {
            0 => {
                let fine = remote.check(now, boots, time).is_ok();
                assert!(!fine || boots >= latest.0);
                latest = latest.max((boots, time));
            }
            1 => {
                let fine = remote.adopt(now, boots, time).is_ok();
                assert!(!fine || (boots, time) >= latest);
                latest = if fine { (boots, time) } else { latest };
            }
            _ => {
                let local = LocalEngine::new(id, boots, Instant::EPOCH);
                let (own, seconds) = local.stamp(now);
                assert!(own <= 0x7FFF_FFFF && seconds <= 0x7FFF_FFFF);
                assert_eq!(local.check(now, own, seconds).is_ok(), own < 0x7FFF_FFFF);
            }
        }
        assert!(remote.stamp(now) >= latest);
    }
}
