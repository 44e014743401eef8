//! Level 1, notifications: traps and informs, received and sent.
//!
//! A [`Notification`] says what happened, when, and with which values; it is the same whether it goes as a trap of v1, as a
//! trap of v2c or v3, or as an inform, which is a trap that is answered.
//!
//! A [`Receiver`] is a [`Hub`](pdu_core::Hub) that hears them, answers informs, and hands out what it believes as
//! [`Received`]; what it does not believe it counts, and keeps the last few of ([`Rejected`]). A [`Sender`] is a hub that
//! sends them to [destinations](Destination), and tells how each went ([`Done`]).
//!
//! Source: RFC 1157, 4.1.6; RFC 3416, 4.2.6 and 4.2.7; RFC 3413, 3.3 and 3.4; RFC 3584, 3 (between versions).

mod content;
mod destination;
mod engines;
mod options;
mod output;
mod received;
mod receiver;
mod recent;
mod sealer;
mod secured;
mod sender;

pub use content::{Notification, NotificationError, TrapV1Buf};
pub use destination::{Destination, DestinationId};
pub use options::{ReceiverOptions, SenderOptions};
pub use received::{Content, Received, Rejected, Rejection, Source, Statistics};
pub use receiver::Receiver;
pub use sender::{Delivery, Done, SendError, Sender};

use crate::{oid, wire::Oid};

/// The port at which receivers listen. Source: RFC 3417, 3.2.
pub const PORT: u16 = 162;

/// Time since the sender started: the first varbind of a notification. Source: RFC 3416, 4.2.6.
pub const SYS_UP_TIME: Oid<'static> = oid!(1, 3, 6, 1, 2, 1, 1, 3, 0);

/// What happened: the second varbind of a notification. Source: RFC 3418 (`snmpTrapOID`).
pub const SNMP_TRAP_OID: Oid<'static> = oid!(1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0);

/// The enterprise of a trap that came as one of v1. Source: RFC 3418 (`snmpTrapEnterprise`).
pub const SNMP_TRAP_ENTERPRISE: Oid<'static> = oid!(1, 3, 6, 1, 6, 3, 1, 1, 4, 3, 0);

/// The agent address of a trap that came as one of v1. Source: RFC 2576 (`snmpTrapAddress`).
pub const SNMP_TRAP_ADDRESS: Oid<'static> = oid!(1, 3, 6, 1, 6, 3, 18, 1, 3, 0);

/// What the six generic traps of v1 lie below: coldStart is its 1. Source: RFC 3418 (`snmpTraps`).
pub const SNMP_TRAPS: Oid<'static> = oid!(1, 3, 6, 1, 6, 3, 1, 1, 5);
