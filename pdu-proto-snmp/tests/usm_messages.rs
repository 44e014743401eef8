//! Whole messages: sealed, verified, deciphered.

#![allow(clippy::unwrap_used)] // clippy excepts only the functions marked as tests, not their helpers

use pdu_proto_snmp::{
    oid,
    usm::{AuthProtocol, EngineId, Keys, Outgoing, PrivProtocol, Salt, User, UsmError},
    wire::{
        Body, Tolerance, Value, VarBind,
        v3::{Flags, Message, Scoped},
    },
};

fn keys() -> (Keys, EngineId) {
    let user = User::with_passwords(
        "reader",
        Some((AuthProtocol::Sha256, b"maplesyrup")),
        Some((PrivProtocol::Aes128, b"pancakes")),
    );
    let engine = EngineId::new(b"\x80\x00\x1F\x88\x04rack").unwrap();
    (Keys::localise(&user.unwrap(), &engine).unwrap(), engine)
}

#[test]
fn what_was_sealed_is_verified_and_deciphered() {
    let (keys, engine) = keys();
    let varbinds = [VarBind::new(oid!(1, 3, 6, 1, 2, 1, 1, 3, 0), Value::TimeTicks(7))];
    let scoped = Scoped::new(engine.as_octets(), b"", Body::response(9, &varbinds));
    let mut buffer = [0; 484];
    let len = scoped.encode(&mut buffer).unwrap().len();
    let outgoing = Outgoing {
        message_id: 9,
        max_size: 1472,
        flags: Flags::NONE,
        engine_id: engine.as_octets(),
        boots: 3,
        time: 1000,
        salt: Salt(77),
    };
    let octets = keys.seal(outgoing, len, &mut buffer).unwrap().to_vec();

    let message = Message::parse(&octets, Tolerance::STRICT).unwrap();
    assert_eq!(keys.verify(&message), Ok(()));
    let mut scratch = [0; 484];
    assert_eq!(keys.decrypt(&message, &mut scratch, Tolerance::STRICT), Ok(scoped));

    let mut changed = octets.clone();
    *changed.last_mut().unwrap() ^= 1;
    let message = Message::parse(&changed, Tolerance::STRICT).unwrap();
    assert_eq!(keys.verify(&message), Err(UsmError::WrongDigest));
}
