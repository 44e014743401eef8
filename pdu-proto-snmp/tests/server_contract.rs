//! The contract of a server, as far as it is about datagrams.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod server_support;

use std::sync::LazyLock;

use pdu_core::testing::SolePeer;
use pdu_core::testing::server::{self, ServerFixture};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::server::{Access, Agent, MapTree};
use pdu_proto_snmp::usm::{AuthProtocol, Keys, Outgoing, PrivProtocol, Salt, User};
use pdu_proto_snmp::wire::v3::{Flags, Scoped};
use pdu_proto_snmp::wire::{Body, Message, Value, VarBind};
use server_support::*;

struct Asked;

/// Its keys are made once, since that takes long without optimisation.
fn user() -> &'static User {
    static USER: LazyLock<User> = LazyLock::new(|| {
        let auth = Some((AuthProtocol::Sha256, &b"maplesyrup"[..]));
        User::with_passwords("secret", auth, Some((PrivProtocol::Aes128, b"pancakes"))).unwrap()
    });
    &USER
}

fn sealed(body: Body<'_>) -> Vec<u8> {
    let id = engine().id();
    let outgoing = Outgoing {
        message_id: 4242,
        max_size: 1472,
        flags: Flags::REPORTABLE,
        engine_id: id.as_octets(),
        boots: 3,
        time: 5,
        salt: Salt(1),
    };
    let mut buffer = [0; 1472];
    let len = Scoped::new(id.as_octets(), b"", body)
        .encode(&mut buffer)
        .unwrap()
        .len();
    let keys = Keys::localise(user(), &id).unwrap();
    keys.seal(outgoing, len, &mut buffer).unwrap().to_vec()
}

impl ServerFixture for Asked {
    type Server = SolePeer<Agent<MapTree>>;

    fn server(&self) -> Self::Server {
        let agent = agent(tree()).with_user(user(), Access::read_write()).unwrap();
        SolePeer::new(agent, manager())
    }

    fn request(&self, n: u32) -> Vec<u8> {
        let names = asking([SYS_NAME, oid!(1, 3, 6)]);
        let name = if n.is_multiple_of(2) { "left" } else { "right" };
        let change = [VarBind::new(SYS_NAME, Value::OctetString(name.as_bytes()))];
        let id = i32::try_from(n).unwrap();
        let body = match n % 4 {
            0 => Body::get(id, &names),
            1 => Body::get_next(id, &names),
            2 => Body::get_bulk(id, 1, 4, &names),
            _ => Body::set(id, &change),
        };
        let mut buffer = [0; 1472];
        let message = match n / 4 % 3 {
            0 => Message::v2c(b"private", body),
            1 if n % 4 != 2 => Message::v1(b"private", body),
            _ => return sealed(body),
        };
        message.encode(&mut buffer).unwrap().to_vec()
    }
}

#[test]
fn an_agent_and_one_manager() {
    server::all(&Asked);
}
