//! What holds for every notification: it is the same on the other side, in whatever version.
#![cfg(feature = "proptest")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod notification_support;

use std::net::Ipv4Addr;

use notification_support::{STATION, address, at, authentic, carry, open, private, receiver, sender, take};
use pdu_core::Hub;
use pdu_proto_snmp::notification::{Content, Destination, Notification};
use pdu_proto_snmp::usm::User;
use pdu_proto_snmp::wire::{GenericTrap, Oid, OidBuf, TrapV1, Value, VarBind, VarBinds};
use proptest::collection::vec;
use proptest::prelude::*;

/// Names that have room for two more arcs.
fn name() -> impl Strategy<Value = OidBuf> {
    (0..=2_u32, 0..40_u32, vec(any::<u32>(), 1..20)).prop_map(|(first, second, rest)| {
        let mut buffer = [0; Oid::MAX_OCTETS];
        let arcs = [first, second].into_iter().chain(rest);
        Oid::from_arcs(arcs, &mut buffer).unwrap().into()
    })
}

/// A value that v1 has too.
#[derive(Clone, Debug)]
enum Said {
    Number(i32),
    Gauge(u32),
    Text(Vec<u8>),
    Name(OidBuf),
    Address([u8; 4]),
}

impl Said {
    fn as_value(&self) -> Value<'_> {
        match self {
            Self::Number(number) => Value::Integer(*number),
            Self::Gauge(number) => Value::Gauge32(*number),
            Self::Text(text) => Value::OctetString(text),
            Self::Name(name) => Value::ObjectIdentifier(name.as_oid()),
            Self::Address(octets) => Value::IpAddress((*octets).into()),
        }
    }
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        any::<i32>().prop_map(Said::Number),
        any::<u32>().prop_map(Said::Gauge),
        vec(any::<u8>(), 0..40).prop_map(Said::Text),
        name().prop_map(Said::Name),
        any::<[u8; 4]>().prop_map(Said::Address),
    ]
}

fn bindings() -> impl Strategy<Value = Vec<(OidBuf, Said)>> {
    vec((name(), said()), 0..6)
}

fn varbinds(bindings: &[(OidBuf, Said)]) -> Vec<VarBind<'_>> {
    let bindings = bindings.iter();
    bindings
        .map(|(name, said)| VarBind::new(name.as_oid(), said.as_value()))
        .collect()
}

proptest! {
    #[test]
    fn trap_of_v1_comes_back_from_v2_as_it_was(
        enterprise in name(),
        octets in any::<[u8; 4]>(),
        generic in 0..=6_i32,
        specific in any::<i32>(),
        time_stamp in any::<u32>(),
        bindings in bindings(),
    ) {
        let table = varbinds(&bindings);
        let trap = TrapV1 {
            enterprise: enterprise.as_oid(),
            agent_address: Ipv4Addr::from(octets),
            generic_trap: GenericTrap(generic),
            specific_trap: if generic == 6 { specific } else { 0 },
            time_stamp,
            varbinds: VarBinds::new(&table),
        };
        let there = Notification::from_v1(&trap).unwrap();
        let back = there.to_v1().unwrap();
        prop_assert_eq!(back.as_trap(), trap);

        // Also where it was sent on in v2 in between, which adds what v2 has no place for.
        let list = there.to_v2().unwrap();
        let received = Notification::from_v2(list.varbinds()).unwrap();
        let back = received.to_v1().unwrap();
        prop_assert_eq!((&back.enterprise, back.agent_address), (&enterprise, trap.agent_address));
        prop_assert_eq!((back.generic_trap, back.specific_trap), (trap.generic_trap, trap.specific_trap));
    }

    #[test]
    fn notification_is_the_same_on_the_other_side(
        trap in name(),
        uptime in any::<u32>(),
        bindings in bindings(),
        way in 0..8_usize,
    ) {
        let notification = Notification::new(trap.as_oid(), uptime, &varbinds(&bindings)).unwrap();
        let to = address(STATION);
        let user = |make: fn(&str) -> User| make("u");
        let destination = match way {
            0 => Destination::trap_v2c(to, b"public"),
            1 => Destination::inform_v2c(to, b"public"),
            2 => Destination::trap_v3(to, user(open)),
            3 => Destination::trap_v3(to, user(authentic)),
            4 => Destination::trap_v3(to, user(private)),
            5 => Destination::inform_v3(to, user(open)),
            6 => Destination::inform_v3(to, user(authentic)),
            _ => Destination::inform_v3(to, user(private)),
        };
        let believed = match way {
            2 | 5 => user(open),
            3 | 6 => user(authentic),
            _ => user(private),
        };
        let (mut sender, mut receiver) = (sender(), receiver().with_community(b"public").with_user(believed));
        let to = sender.add(destination).unwrap();
        sender.send(at(10), to, &notification).unwrap();
        carry(at(10), &mut sender, &mut receiver);
        prop_assert!(sender.poll_event().unwrap().result.is_ok());
        let event = receiver.poll_event().unwrap();
        // A list may name what a translated trap of v1 said; then it is found there too.
        let Content::Notification(found) = event.content else { panic!() };
        prop_assert_eq!((&found.trap, found.uptime, &found.varbinds), (&notification.trap, uptime, &notification.varbinds));
        prop_assert_eq!(receiver.poll_event(), None);
    }

    #[test]
    fn datagram_that_was_damaged_anywhere_is_not_believed_in_v3(
        way in 0..2_usize,
        at_octet in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let make: fn(&str) -> User = if way == 0 { authentic } else { private };
        let mut sender = sender();
        let to = sender.add(Destination::trap_v3(address(STATION), make("u"))).unwrap();
        sender.send(at(10), to, &notification_support::tripped(1)).unwrap();
        let mut datagram = take(&mut sender, at(10)).unwrap();
        let place = at_octet.index(datagram.len());
        datagram[place] ^= 1 << bit;
        let mut receiver = receiver().with_user(make("u"));
        receiver.handle_input(at(10), &notification_support::path(notification_support::DEVICE), &datagram);
        prop_assert_eq!(receiver.poll_event(), None);
        prop_assert_eq!(receiver.engines().count(), 0);
    }
}
