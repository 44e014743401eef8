//! Decoders of SNMP.

use pdu_proto_snmp::wire::v3::{self, Data, Scoped};
use pdu_proto_snmp::wire::{
    BadVarBind, Body, Deviation, EncodeError, Message, Tolerance, Value, VarBind, VarBinds, Version, WireError,
};

use crate::show;

/// A message of v1 or v2c, read with the deviations accepted that the first octet names, or refused with a reason. What was
/// read is built again and read as the same.
pub fn message(data: &[u8]) {
    let Some((&switches, octets)) = data.split_first() else {
        return;
    };
    let tolerance = tolerance(switches);
    let message = match Message::parse(octets, tolerance) {
        Ok(message) => message,
        Err(error) => return refused(&error, octets),
    };
    assert_eq!(Version::of(octets), Ok(message.version));
    if switches == 0 {
        assert!(message.anomalies().is_empty());
    }
    assert!(!format!("{message:?}").is_empty());
    varbinds(&message.body.varbinds(), octets);
    let mut buffer = vec![0; message.encoded_len()];
    match message.encode(&mut buffer) {
        Ok(octets) => same(
            &Message::parse(octets, tolerance).expect("what was read").body,
            &message.body,
        ),
        // Operations of another version are accepted and not sent.
        Err(error) => assert!(matches!(error, EncodeError::Operation { .. }), "{error}"),
    }
}

/// An envelope of v3, its USM parameters and, in clear, its scoped data; or scoped data alone, as it is once deciphered.
pub fn v3_envelope(data: &[u8]) {
    let Some((&switches, octets)) = data.split_first() else {
        return;
    };
    let tolerance = tolerance(switches);
    if switches & 0x80 != 0 {
        return match Scoped::parse(octets, tolerance) {
            Ok(found) => scoped(&found, octets, tolerance),
            Err(error) => refused(&error, octets),
        };
    }
    let message = match v3::Message::parse(octets, tolerance) {
        Ok(message) => message,
        Err(error) => return refused(&error, octets),
    };
    assert!(octets.starts_with(message.octets()) && !format!("{message:?}").is_empty());
    envelope(&message);
    match message.scoped() {
        Ok(Some(found)) => scoped(&found, octets, tolerance),
        Ok(None) => assert!(matches!(message.data(), Data::Encrypted(_))),
        Err(error) => refused(&error, octets),
    }
}

/// One switch for each of the lower bits.
fn tolerance(switches: u8) -> Tolerance {
    let chosen = (0..).zip(Deviation::ALL).filter(|(bit, _)| switches >> bit & 1 == 1);
    chosen.fold(Tolerance::STRICT, |tolerance, (_, deviation)| {
        tolerance.accepting(deviation)
    })
}

/// It is built again around the same data, with the code in the same place.
fn envelope(message: &v3::Message<'_>) {
    let Some(usm) = message.usm() else {
        assert!(message.authentication_code().is_empty());
        return;
    };
    assert_eq!(
        message.octets()[message.authentication_code()],
        *usm.authentication_parameters
    );
    let (Data::Plain(data) | Data::Encrypted(data)) = message.data();
    let mut buffer = vec![0; message.header().wrapped_len(&usm, data.len())];
    let start = buffer.len() - data.len();
    buffer[start..].copy_from_slice(data);
    let (octets, place) = message
        .header()
        .wrap(&usm, data.len(), &mut buffer)
        .expect("what was read may be built");
    let again = v3::Message::parse(octets, Tolerance::STRICT).expect("what was built is strict");
    assert_eq!(
        (again.header(), again.usm(), again.data()),
        (message.header(), Some(usm), message.data())
    );
    assert_eq!(again.authentication_code(), place);
}

fn scoped(found: &Scoped<'_>, octets: &[u8], tolerance: Tolerance) {
    varbinds(&found.body.varbinds(), octets);
    let mut buffer = vec![0; found.encoded_len()];
    match found.encode(&mut buffer) {
        Ok(octets) => {
            let again = Scoped::parse(octets, tolerance).expect("what was read");
            assert_eq!(
                (again.context_engine_id, again.context_name),
                (found.context_engine_id, found.context_name)
            );
            same(&again.body, &found.body);
        }
        Err(error) => assert!(matches!(error, EncodeError::Operation { .. }), "{error}"),
    }
}

fn same(again: &Body<'_>, body: &Body<'_>) {
    assert_eq!(
        (again.operation(), again.request_id()),
        (body.operation(), body.request_id())
    );
    let good = |varbinds: VarBinds<'_>| varbinds.iter().map(|found| found.ok().map(key)).collect::<Vec<_>>();
    assert_eq!(good(again.varbinds()), good(body.varbinds()));
}

fn key(varbind: VarBind<'_>) -> String {
    format!("{varbind:?}")
}

/// Each is good, or an error that says which it is and where; names are names, or errors.
fn varbinds(all: &VarBinds<'_>, octets: &[u8]) {
    for (index, (lazy, checked)) in (1..).zip(all.iter().zip(all.checked())) {
        match lazy {
            Ok(varbind) => one(&varbind),
            Err(bad) => broken(&bad, index, octets),
        }
        match checked {
            Ok(varbind) => assert_eq!(varbind.name.check(), Ok(())),
            Err(bad) => broken(&bad, index, octets),
        }
    }
    assert_eq!(all.iter().count(), all.checked().count());
}

fn one(varbind: &VarBind<'_>) {
    assert!(!format!("{varbind:?}").is_empty());
    assert_eq!(varbind.name.cmp(&varbind.name), core::cmp::Ordering::Equal);
    if let Value::Opaque(opaque) = varbind.value {
        assert!(opaque.float().is_none() || opaque.double().is_none());
    }
}

fn broken(bad: &BadVarBind<'_>, index: u32, octets: &[u8]) {
    assert_eq!(bad.error.varbind, Some(index));
    show(bad);
    refused(&bad.error, octets);
}

fn refused(error: &WireError, octets: &[u8]) {
    show(error);
    assert!(error.offset <= octets.len(), "{error}");
}
