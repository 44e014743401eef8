//! Messages of SNMP, both ways.

use pdu_proto_snmp::oid;
use pdu_proto_snmp::usm::{AuthProtocol, EngineId, Keys, Outgoing, PrivProtocol, Salt, User};
use pdu_proto_snmp::wire::v3::{Flags, Header, Message as V3Message, Scoped, SecurityModel, Usm};
use pdu_proto_snmp::wire::{Body, Message, Oid, Tolerance, Value, VarBind};

const SYS_UP_TIME: Oid = oid!(1, 3, 6, 1, 2, 1, 1, 3, 0);

pub fn response_is_read() -> Option<bool> {
    let varbinds = [VarBind::new(SYS_UP_TIME, Value::TimeTicks(1234))];
    let mut buffer = [0; 64];
    let message = Message::v2c(b"public", Body::response(7, &varbinds));
    let octets = message.encode(&mut buffer).ok()?;
    let received = Message::parse(octets, Tolerance::LENIENT).ok()?;
    let varbind = received.body.varbinds().checked().next()?.ok()?;
    Some(varbind.name == SYS_UP_TIME && varbind.value == Value::TimeTicks(1234))
}

pub fn envelope_is_built_and_read() -> Option<bool> {
    let names = [VarBind::ask(SYS_UP_TIME)];
    let scoped = Scoped::new(b"engine", b"", Body::get(7, &names));
    let header = Header {
        message_id: 7,
        max_size: 1472,
        flags: Flags::REPORTABLE,
        security_model: SecurityModel::USM,
    };
    let mut buffer = [0; 128];
    let len = scoped.encode(&mut buffer).ok()?.len();
    let (octets, _) = header.wrap(&Usm::default(), len, &mut buffer).ok()?;
    let message = V3Message::parse(octets, Tolerance::STRICT).ok()?;
    Some(message.header() == header && message.scoped().ok()?? == scoped)
}

pub fn message_is_sealed_verified_and_deciphered() -> Option<bool> {
    let user = User::with_passwords(
        "reader",
        Some((AuthProtocol::Sha256, b"maplesyrup")),
        Some((PrivProtocol::Aes128, b"pancakes")),
    );
    let engine = EngineId::from_text(8072, "rack").ok()?;
    let keys = Keys::localise(&user.ok()?, &engine).ok()?;
    let names = [VarBind::ask(SYS_UP_TIME)];
    let scoped = Scoped::new(engine.as_octets(), b"", Body::get(7, &names));
    let mut buffer = [0; 256];
    let len = scoped.encode(&mut buffer).ok()?.len();
    let outgoing = Outgoing {
        message_id: 7,
        max_size: 1472,
        flags: Flags::REPORTABLE,
        engine_id: engine.as_octets(),
        boots: 3,
        time: 1000,
        salt: Salt(77),
    };
    let octets = keys.seal(outgoing, len, &mut buffer).ok()?;
    let message = V3Message::parse(octets, Tolerance::STRICT).ok()?;
    keys.verify(&message).ok()?;
    let mut scratch = [0; 256];
    Some(keys.decrypt(&message, &mut scratch, Tolerance::STRICT).ok()? == scoped)
}
