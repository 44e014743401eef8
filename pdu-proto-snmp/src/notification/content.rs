use alloc::vec::Vec;
use core::net::Ipv4Addr;

use super::{SNMP_TRAP_ADDRESS, SNMP_TRAP_ENTERPRISE, SNMP_TRAP_OID, SNMP_TRAPS, SYS_UP_TIME};
use crate::wire::{
    EncodeError, GenericTrap, Oid, OidBuf, OidError, TrapV1, Value, VarBind, VarBindList, VarBinds, Version, WireError,
};

/// What happened, when, and with which values.
///
/// The names are those of v2: a trap of v1 is translated (RFC 3584, 3.1), and back where it is sent as one (3.2).
///
/// ```
/// use pdu_proto_snmp::{notification::Notification, oid, wire::{Value, VarBind}};
///
/// let load = VarBind::new(oid!(1, 3, 6, 1, 4, 1, 21239, 2, 25, 1, 8, 1), Value::Gauge32(163));
/// let tripped = Notification::new(oid!(1, 3, 6, 1, 4, 1, 21239, 2, 32767, 0, 12508), 360_000, &[load])?;
/// assert_eq!(tripped.uptime, 360_000); // an hour
/// assert_eq!(tripped.varbinds.iter().next(), Some(Ok(load)));
/// # Ok::<(), pdu_proto_snmp::wire::EncodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// What happened: the value of snmpTrapOID.0.
    pub trap: OidBuf,
    /// Hundredths of a second since the sender started: sysUpTime.0.
    pub uptime: u32,
    /// The kind of object that a trap of v1 was sent by, also where such a trap was translated on its way; `None` of all
    /// others.
    pub enterprise: Option<OidBuf>,
    /// The address that the sender of a trap of v1 believed to have, also where such a trap was translated on its way; `None`
    /// of all others.
    pub agent_address: Option<Ipv4Addr>,
    /// More about it: all varbinds but sysUpTime.0 and snmpTrapOID.0.
    pub varbinds: VarBindList,
}

/// Why a notification cannot be translated from one version to the other, or not be sent at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotificationError {
    /// A generic trap that v1 does not have (RFC 1157, 4.1.6 has 0 to 6).
    #[error("{0} is no generic trap")]
    GenericTrap(GenericTrap),
    /// A name that has not enough arcs, or too many.
    #[error("name of the trap: {0}")]
    Trap(OidError),
    /// One of its varbinds, which came over the wire, cannot be read.
    #[error(transparent)]
    VarBind(WireError),
    /// It cannot be written: a Counter64 in v1, for example (RFC 3584, 3.2).
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// What stands in a trap of v1 in place of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrapV1Buf {
    /// The kind of object that sends it.
    pub enterprise: OidBuf,
    /// The address of the sender; 0.0.0.0 if it is not known.
    pub agent_address: Ipv4Addr,
    /// What happened.
    pub generic_trap: GenericTrap,
    /// What happened, where `generic_trap` is enterpriseSpecific; 0 else.
    pub specific_trap: i32,
    /// Hundredths of a second since the sender started.
    pub time_stamp: u32,
    /// More about it.
    pub varbinds: VarBindList,
}

impl TrapV1Buf {
    /// The same, borrowed: what goes into a [`Body`](crate::wire::Body).
    pub fn as_trap(&self) -> TrapV1<'_> {
        TrapV1 {
            enterprise: self.enterprise.as_oid(),
            agent_address: self.agent_address,
            generic_trap: self.generic_trap,
            specific_trap: self.specific_trap,
            time_stamp: self.time_stamp,
            varbinds: self.varbinds.varbinds(),
        }
    }
}

impl Notification {
    /// One to be sent. `varbinds` are those behind sysUpTime.0 and snmpTrapOID.0.
    ///
    /// # Errors
    ///
    /// More varbinds than fit any message.
    pub fn new(trap: Oid<'_>, uptime: u32, varbinds: &[VarBind<'_>]) -> Result<Self, EncodeError> {
        Ok(Self {
            trap: trap.into(),
            uptime,
            enterprise: None,
            agent_address: None,
            varbinds: VarBindList::new(Version::V2C, varbinds)?,
        })
    }

    /// Reads the varbinds of a trap of v2 or an inform. `None` if sysUpTime.0 and snmpTrapOID.0 are not the first two, as the
    /// standard wants it (RFC 3416, 4.2.6): real senders leave them out.
    pub fn from_v2(varbinds: VarBinds<'_>) -> Option<Self> {
        let mut iter = varbinds.iter();
        let (Ok(uptime), Ok(trap)) = (iter.next()?, iter.next()?) else {
            return None;
        };
        let (Value::TimeTicks(uptime), Value::ObjectIdentifier(trap)) =
            (value_of(&uptime, SYS_UP_TIME)?, value_of(&trap, SNMP_TRAP_OID)?)
        else {
            return None;
        };
        trap.check().ok()?;
        let mut notification = Self {
            trap: trap.into(),
            uptime,
            enterprise: None,
            agent_address: None,
            varbinds: VarBindList::copied(iter.as_varbinds()),
        };
        notification.find_what_v1_said(iter.as_varbinds());
        Some(notification)
    }

    /// A translated trap of v1 carries what has no place in v2 as two more varbinds (RFC 3584, 3.1, 4).
    fn find_what_v1_said(&mut self, varbinds: VarBinds<'_>) {
        for varbind in varbinds.iter().flatten() {
            match (varbind.name, varbind.value) {
                (SNMP_TRAP_ADDRESS, Value::IpAddress(address)) => self.agent_address = Some(address),
                (SNMP_TRAP_ENTERPRISE, Value::ObjectIdentifier(name)) if name.check().is_ok() => {
                    self.enterprise = Some(name.into());
                }
                _ => {}
            }
        }
    }

    /// Translates a trap of v1. Source: RFC 3584, 3.1.
    ///
    /// # Errors
    ///
    /// A generic trap that v1 does not have, or an enterprise of too many arcs.
    pub fn from_v1(trap: &TrapV1<'_>) -> Result<Self, NotificationError> {
        let name = match trap.generic_trap {
            GenericTrap::ENTERPRISE_SPECIFIC => extended(trap.enterprise, &[0, trap.specific_trap.cast_unsigned()]),
            GenericTrap(generic @ 0..=5) => extended(SNMP_TRAPS, &[generic.cast_unsigned() + 1]),
            other => return Err(NotificationError::GenericTrap(other)),
        };
        Ok(Self {
            trap: name.map_err(NotificationError::Trap)?,
            uptime: trap.time_stamp,
            enterprise: Some(trap.enterprise.into()),
            agent_address: Some(trap.agent_address),
            varbinds: VarBindList::copied(trap.varbinds),
        })
    }

    /// Translates into a trap of v1. Source: RFC 3584, 3.2.
    ///
    /// # Errors
    ///
    /// A value that v1 does not have, a varbind that cannot be read, or a name of too few arcs.
    pub fn to_v1(&self) -> Result<TrapV1Buf, NotificationError> {
        let (enterprise, generic_trap, specific_trap) = self.name_in_v1().map_err(NotificationError::Trap)?;
        let varbinds = self.readable()?;
        Ok(TrapV1Buf {
            enterprise,
            agent_address: self.agent_address.unwrap_or(Ipv4Addr::UNSPECIFIED),
            generic_trap,
            specific_trap,
            time_stamp: self.uptime,
            varbinds: VarBindList::new(Version::V1, &varbinds)?,
        })
    }

    /// All varbinds of a trap of v2 or an inform: sysUpTime.0, snmpTrapOID.0, the others, and what v1 said, if it is not among
    /// them.
    ///
    /// # Errors
    ///
    /// A varbind that cannot be read, or more of them than fit any message.
    pub fn to_v2(&self) -> Result<VarBindList, NotificationError> {
        let mut varbinds = Vec::from([
            VarBind::new(SYS_UP_TIME, Value::TimeTicks(self.uptime)),
            VarBind::new(SNMP_TRAP_OID, Value::ObjectIdentifier(self.trap.as_oid())),
        ]);
        varbinds.extend(self.readable()?);
        let what_v1_said = [
            self.agent_address
                .map(|address| VarBind::new(SNMP_TRAP_ADDRESS, Value::IpAddress(address))),
            self.enterprise
                .as_ref()
                .map(|name| VarBind::new(SNMP_TRAP_ENTERPRISE, Value::ObjectIdentifier(name.as_oid()))),
        ];
        for varbind in what_v1_said.into_iter().flatten() {
            if varbinds.iter().all(|known| known.name != varbind.name) {
                varbinds.push(varbind);
            }
        }
        Ok(VarBindList::new(Version::V2C, &varbinds)?)
    }

    /// Which generic trap of v1 it is, if it is one.
    pub fn generic_trap(&self) -> Option<GenericTrap> {
        let mut below = self.trap.as_oid().index_below(SNMP_TRAPS)?;
        match (below.next(), below.next()) {
            (Some(Ok(number @ 1..=6)), None) => Some(GenericTrap(number.cast_signed() - 1)),
            _ => None,
        }
    }

    /// Enterprise, generic and specific trap.
    fn name_in_v1(&self) -> Result<(OidBuf, GenericTrap, i32), OidError> {
        if let Some(generic) = self.generic_trap() {
            let enterprise = self.enterprise.clone().unwrap_or_else(|| SNMP_TRAPS.into());
            return Ok((enterprise, generic, 0));
        }
        let (enterprise, specific) = split_trap(self.trap.as_oid())?;
        Ok((enterprise, GenericTrap::ENTERPRISE_SPECIFIC, specific))
    }

    fn readable(&self) -> Result<Vec<VarBind<'_>>, NotificationError> {
        let varbinds = self.varbinds.varbinds().into_iter();
        varbinds
            .map(|varbind| varbind.map_err(|bad| NotificationError::VarBind(bad.error)))
            .collect()
    }
}

/// The value, if the name is this one.
fn value_of<'a>(varbind: &VarBind<'a>, name: Oid<'_>) -> Option<Value<'a>> {
    (varbind.name == name).then_some(varbind.value)
}

/// The name behind `base` and then these arcs.
fn extended(base: Oid<'_>, arcs: &[u32]) -> Result<OidBuf, OidError> {
    let mut name = OidBuf::from(base);
    for &arc in arcs {
        name.push(arc)?;
    }
    Ok(name)
}

/// The enterprise and the number that make the name of a trap which is not generic: the last arc is the number, and a zero in
/// front of it belongs to neither (RFC 3584, 3.2, 1 and 3).
fn split_trap(trap: Oid<'_>) -> Result<(OidBuf, i32), OidError> {
    let arcs = trap.arcs().collect::<Result<Vec<u32>, OidError>>()?;
    let (&specific, rest) = arcs.split_last().ok_or(OidError::Empty)?;
    let enterprise = match rest {
        [enterprise @ .., 0] if enterprise.len() >= 2 => enterprise,
        _ => rest,
    };
    let mut buffer = [0; Oid::MAX_OCTETS];
    let enterprise = Oid::from_arcs(enterprise.iter().copied(), &mut buffer)?;
    Ok((enterprise.into(), specific.cast_signed()))
}
