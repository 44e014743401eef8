//! A response out of a table in the library's own types, enciphered with a salt of its own, and authenticated.

use std::hint::black_box;

use pdu_proto_snmp::usm::Salts;
use pdu_proto_snmp::wire::{
    Body, Tolerance,
    v3::{Message, Scoped},
};

use super::{BOOTS, ENGINE_ID, MAX_SIZE, REQUEST_ID, TIME, USER, async_keys, keys, message, outgoing, snmp2_security};
use crate::snmp_codec::{Table, touch};
use crate::{Case, Contender};

pub(super) fn case(table: &Table) -> Case {
    let octets = message(table, &keys());
    Case {
        name: format!("encode v3 authPriv response of {} varbinds", table.rows.len()),
        contenders: vec![ours(table), snmp2(octets, table), async_snmp(table)],
    }
}

/// Fails where a message does not hold the table: salts differ, so the octets cannot be compared.
fn check(octets: &[u8], table: &Table) {
    let keys = keys();
    let message = Message::parse(octets, Tolerance::STRICT).unwrap();
    keys.verify(&message).unwrap();
    let mut scratch = [0; 2048];
    let scoped = keys.decrypt(&message, &mut scratch, Tolerance::STRICT).unwrap();
    let names = table.encoded_names();
    let found: Vec<_> = scoped.body.varbinds().iter().map(|varbind| varbind.unwrap()).collect();
    assert_eq!(found, table.varbinds(&names));
}

fn ours(table: &Table) -> Contender {
    // Leaked once: a table that borrows its names, kept as long as the program.
    let varbinds = table.varbinds(table.encoded_names().leak());
    let keys = keys();
    let mut salts = Salts::new(1);
    let mut buffer = [0; 1472];
    let mut encode = move || {
        let body = Body::response(black_box(REQUEST_ID), black_box(varbinds.as_slice()));
        let len = Scoped::new(ENGINE_ID, b"", body).encode(&mut buffer).unwrap().len();
        let message = keys.seal(outgoing(salts.take().0), len, &mut buffer).unwrap();
        (touch(message), message.len())
    };
    let (_, len) = encode();
    assert!(len > 100);
    Contender::new("pdu-proto-snmp", move || encode().0)
}

/// It only encodes what it has decoded: the varbinds are read once more on the way. A random salt.
fn snmp2(octets: Vec<u8>, table: &Table) -> Contender {
    let octets: &'static [u8] = octets.leak();
    let decoding: &'static mut snmp2::v3::Security = Box::leak(Box::new(snmp2_security()));
    let pdu = snmp2::Pdu::from_bytes_with_security(octets, Some(decoding)).unwrap();
    let security = snmp2_security();
    let encode = move || black_box(&pdu).to_bytes_with_security(Some(&security)).unwrap();
    check(&encode(), table);
    Contender::new("snmp2 (reads its varbinds first)", move || touch(&encode()))
}

/// The steps of its own sender, which is not public, one by one, with what is public. A salt that counts.
fn async_snmp(table: &Table) -> Contender {
    use async_snmp::message::{MsgFlags, MsgGlobalData, ScopedPdu, SecurityLevel, V3Message};
    use async_snmp::v3::{SaltCounter, UsmSecurityParams, auth::authenticate_message};
    let pdu = async_pdu(table);
    let keys = async_keys();
    let (auth, privacy) = (keys.auth_key.unwrap(), keys.priv_key.unwrap());
    let salts = SaltCounter::new().unwrap();
    let max_size = async_snmp::MessageSize::new(MAX_SIZE as usize).unwrap();
    let encode = move || {
        let scoped = ScopedPdu::new(ENGINE_ID, "", black_box(&pdu).clone());
        let data = scoped.encode_to_bytes().unwrap();
        let (encrypted, salt) = privacy.encrypt_aes(&data, BOOTS, TIME, &salts).unwrap();
        let usm = UsmSecurityParams::new(ENGINE_ID, BOOTS, TIME, USER)
            .and_then(|usm| usm.with_auth_placeholder(auth.mac_len()))
            .and_then(|usm| usm.with_priv_params(salt))
            .and_then(|usm| usm.encode())
            .unwrap();
        let header = MsgGlobalData::new(REQUEST_ID, max_size, MsgFlags::new(SecurityLevel::AuthPriv, false)).unwrap();
        let message = V3Message::new_with_opaque_encrypted_scoped_pdu(header, usm, encrypted).unwrap();
        let mut octets = message.encode().unwrap().to_vec();
        let (start, len) = UsmSecurityParams::find_auth_params_offset(&octets).unwrap();
        authenticate_message(&auth, &mut octets, start, len).unwrap();
        octets
    };
    check(&encode(), table);
    Contender::new("async-snmp", move || touch(&encode()))
}

fn async_pdu(table: &Table) -> async_snmp::Pdu {
    use async_snmp::{compatibility::DecodeConfig, message::CommunityMessage};
    let octets = bytes::Bytes::from(table.octets());
    let message = CommunityMessage::decode(octets, DecodeConfig::default()).unwrap().value;
    message.into_pdu().unwrap()
}
