//! A response out of a table in the library's own types, into a buffer that is used again where the library can.

use std::hint::black_box;

use pdu_proto_snmp::wire::{Body, Message};

use super::{COMMUNITY, REQUEST_ID, Table, touch};
use crate::{Case, Contender};

pub(super) fn case(table: &Table) -> Case {
    let octets = table.octets();
    let mut contenders = vec![ours(table), snmp2(octets.clone()), async_snmp(&octets), rasn(&octets)];
    #[cfg(feature = "net-snmp")]
    contenders.push(super::net_snmp::encode(table));
    for one in &mut contenders {
        assert_eq!(one.run(1), touch(&octets), "{}", one.name);
    }
    Case {
        name: format!("encode v2c response of {} varbinds", table.rows.len()),
        contenders,
    }
}

fn ours(table: &Table) -> Contender {
    // Leaked once: a table that borrows its names, kept as long as the program.
    let varbinds = table.varbinds(table.encoded_names().leak());
    let mut buffer = [0; 1472];
    Contender::new("pdu-proto-snmp", move || {
        let body = Body::response(black_box(REQUEST_ID), black_box(varbinds.as_slice()));
        touch(Message::v2c(COMMUNITY, body).encode(&mut buffer).unwrap())
    })
}

/// It only encodes what it has decoded: the varbinds are read once more on the way.
fn snmp2(octets: Vec<u8>) -> Contender {
    let octets: &'static [u8] = octets.leak();
    let pdu = snmp2::Pdu::from_bytes(octets).unwrap();
    Contender::new("snmp2 (reads its varbinds first)", move || {
        touch(&black_box(&pdu).to_bytes().unwrap())
    })
}

fn async_snmp(octets: &[u8]) -> Contender {
    use async_snmp::{compatibility::DecodeConfig, message::CommunityMessage};
    let octets = bytes::Bytes::copy_from_slice(octets);
    let message = CommunityMessage::decode(octets, DecodeConfig::default()).unwrap().value;
    Contender::new("async-snmp", move || touch(&black_box(&message).encode().unwrap()))
}

fn rasn(octets: &[u8]) -> Contender {
    use rasn_snmp::{v2::Pdus, v2c::Message};
    let message: Message<Pdus> = rasn::ber::decode(octets).unwrap();
    Contender::new("rasn-snmp", move || {
        touch(&rasn::ber::encode(black_box(&message)).unwrap())
    })
}
