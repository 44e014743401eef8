//! What a notification says, and its translation from version to version (RFC 3584, 3).

use std::net::Ipv4Addr;

use pdu_proto_snmp::notification::{
    Notification, NotificationError, SNMP_TRAP_ADDRESS, SNMP_TRAP_ENTERPRISE, SNMP_TRAP_OID, SNMP_TRAPS, SYS_UP_TIME,
};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::wire::{EncodeError, GenericTrap, Oid, Tag, TrapV1, Value, VarBind, VarBinds};

const ENTERPRISE: Oid = oid!(1, 3, 6, 1, 4, 1, 21239);
const LOAD: VarBind = VarBind::new(oid!(1, 3, 6, 1, 4, 1, 21239, 2, 25, 1, 8, 1), Value::Gauge32(163));

const fn trap(generic_trap: GenericTrap, specific_trap: i32, varbinds: &'static [VarBind<'static>]) -> TrapV1<'static> {
    TrapV1 {
        enterprise: ENTERPRISE,
        agent_address: Ipv4Addr::new(192, 0, 2, 7),
        generic_trap,
        specific_trap,
        time_stamp: 4711,
        varbinds: VarBinds::new(varbinds),
    }
}

#[test]
fn enterprise_specific_trap_of_v1_is_named_by_enterprise_zero_and_number() {
    let there = Notification::from_v1(&trap(GenericTrap::ENTERPRISE_SPECIFIC, 12508, &[LOAD])).unwrap();
    assert_eq!(there.trap, oid!(1, 3, 6, 1, 4, 1, 21239, 0, 12508));
    assert_eq!(
        (there.uptime, there.enterprise.as_ref().unwrap().as_oid()),
        (4711, ENTERPRISE)
    );
    assert_eq!(there.agent_address, Some(Ipv4Addr::new(192, 0, 2, 7)));
    assert_eq!(there.varbinds.iter().collect::<Vec<_>>(), [Ok(LOAD)]);
    let back = there.to_v1().unwrap();
    assert_eq!(back.as_trap(), trap(GenericTrap::ENTERPRISE_SPECIFIC, 12508, &[LOAD]));
}

#[test]
fn generic_traps_of_v1_are_the_six_below_snmp_traps_and_keep_their_enterprise() {
    for generic in 0..=5 {
        let there = Notification::from_v1(&trap(GenericTrap(generic), 0, &[])).unwrap();
        let arc = generic.cast_unsigned() + 1;
        assert_eq!(
            there.trap.as_oid().index_below(SNMP_TRAPS).unwrap().collect::<Vec<_>>(),
            [Ok(arc)]
        );
        assert_eq!(there.generic_trap(), Some(GenericTrap(generic)));
        assert_eq!(there.to_v1().unwrap().as_trap(), trap(GenericTrap(generic), 0, &[]));
    }
}

#[test]
fn generic_trap_that_v1_does_not_have_is_refused() {
    for generic in [-1, 7, i32::MAX] {
        let refused = Notification::from_v1(&trap(GenericTrap(generic), 0, &[]));
        assert_eq!(refused, Err(NotificationError::GenericTrap(GenericTrap(generic))));
    }
}

#[test]
fn trap_of_v2_without_a_zero_before_its_number_becomes_enterprise_and_number() {
    let there = Notification::new(oid!(1, 3, 6, 1, 4, 1, 99, 5, 17), 1, &[])
        .unwrap()
        .to_v1()
        .unwrap();
    assert_eq!(there.enterprise, oid!(1, 3, 6, 1, 4, 1, 99, 5));
    assert_eq!(
        (there.generic_trap, there.specific_trap),
        (GenericTrap::ENTERPRISE_SPECIFIC, 17)
    );
    assert_eq!(there.agent_address, Ipv4Addr::UNSPECIFIED);
}

#[test]
fn generic_trap_of_v2_has_snmp_traps_for_an_enterprise_in_v1() {
    let there = Notification::new(oid!(1, 3, 6, 1, 6, 3, 1, 1, 5, 3), 1, &[])
        .unwrap()
        .to_v1()
        .unwrap();
    assert_eq!(
        (there.enterprise.as_oid(), there.generic_trap),
        (SNMP_TRAPS, GenericTrap::LINK_DOWN)
    );
}

#[test]
fn value_that_v1_does_not_have_keeps_a_notification_out_of_v1() {
    let energy = VarBind::new(oid!(1, 3, 6, 1, 4, 1, 99, 1), Value::Counter64(1 << 40));
    let refused = Notification::new(oid!(1, 3, 6, 1, 4, 1, 99, 0, 1), 1, &[energy])
        .unwrap()
        .to_v1();
    let reason = EncodeError::ValueOfV2 { found: Tag::COUNTER64 };
    assert_eq!(refused, Err(NotificationError::Encode(reason)));
}

#[test]
fn name_of_two_arcs_has_no_enterprise_in_v1() {
    let refused = Notification::new(oid!(1, 3), 1, &[]).unwrap().to_v1();
    assert!(matches!(refused, Err(NotificationError::Trap(_))), "{refused:?}");
}

#[test]
fn trap_of_v1_sent_on_in_v2_says_at_its_end_what_v2_has_no_place_for() {
    let sent_on = Notification::from_v1(&trap(GenericTrap::ENTERPRISE_SPECIFIC, 1, &[LOAD])).unwrap();
    let list = sent_on.to_v2().unwrap();
    let expected = [
        VarBind::new(SYS_UP_TIME, Value::TimeTicks(4711)),
        VarBind::new(
            SNMP_TRAP_OID,
            Value::ObjectIdentifier(oid!(1, 3, 6, 1, 4, 1, 21239, 0, 1)),
        ),
        LOAD,
        VarBind::new(SNMP_TRAP_ADDRESS, Value::IpAddress([192, 0, 2, 7].into())),
        VarBind::new(SNMP_TRAP_ENTERPRISE, Value::ObjectIdentifier(ENTERPRISE)),
    ];
    assert_eq!(list.iter().collect::<Vec<_>>(), expected.map(Ok));

    let received = Notification::from_v2(list.varbinds()).unwrap();
    assert_eq!(received.enterprise, sent_on.enterprise);
    assert_eq!(received.agent_address, sent_on.agent_address);
    assert_eq!(
        received.to_v2().unwrap().iter().collect::<Vec<_>>(),
        expected.map(Ok),
        "said once"
    );
}

#[test]
fn varbinds_without_uptime_and_name_in_front_are_no_notification() {
    let uptime = VarBind::new(SYS_UP_TIME, Value::TimeTicks(1));
    let name = VarBind::new(SNMP_TRAP_OID, Value::ObjectIdentifier(SNMP_TRAPS));
    assert!(Notification::from_v2(VarBinds::new(&[uptime, name])).is_some());
    let others: [&[VarBind]; 6] = [
        &[],
        &[uptime],
        &[name],
        &[name, uptime],
        &[LOAD, uptime, name],
        &[uptime, VarBind::new(SNMP_TRAP_OID, Value::Integer(1))],
    ];
    for other in others {
        assert_eq!(Notification::from_v2(VarBinds::new(other)), None, "{other:?}");
    }
}
