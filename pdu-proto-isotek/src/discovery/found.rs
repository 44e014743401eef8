use alloc::boxed::Box;
use core::net::{IpAddr, SocketAddr};

use pdu_core::{Instant, Path};

use super::PORT;
use crate::wire::{Address, Deviations, WireError};

/// A unit that answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// Where its first answer came from, and to which of our own addresses.
    pub path: Path,
    /// What its newest answer says: serial number, Ethernet address, servers.
    pub address: Address<'static>,
    /// What in its answers was taken leniently.
    pub deviations: Deviations,
    /// How many answers came.
    pub answers: u32,
    /// When the first came.
    pub first_heard: Instant,
    /// When the newest came.
    pub last_heard: Instant,
}

impl Found {
    pub(super) const fn new(path: Path, address: Address<'static>, deviations: Deviations, now: Instant) -> Self {
        Self {
            path,
            address,
            deviations,
            answers: 1,
            first_heard: now,
            last_heard: now,
        }
    }

    /// Where it takes TCP connections: its address, port 501.
    pub const fn tcp_address(&self) -> SocketAddr {
        let mut at = self.path.remote;
        at.set_port(PORT);
        at
    }

    pub(super) fn hear_again(&mut self, newer: Self) {
        self.address = newer.address;
        self.deviations = self.deviations.union(newer.deviations);
        self.answers = self.answers.saturating_add(1);
        self.last_heard = newer.last_heard;
    }
}

/// What makes answers those of one unit at one address. Its port is not part of it: the manual does not say which it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    ip: IpAddr,
    serial: Box<str>,
    mac: [u8; 6],
}

impl Key {
    pub(super) fn of(found: &Found) -> Self {
        Self {
            ip: found.path.remote.ip(),
            serial: found.address.serial.as_str().into(),
            mac: found.address.mac,
        }
    }
}

/// A datagram that was no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stray {
    /// Where it came from.
    pub path: Path,
    /// What is wrong with the answer; `None` if it does not look like one.
    pub error: Option<WireError>,
    /// The datagram, or its first [`MAX_LINE`](crate::wire::MAX_LINE) octets.
    pub datagram: Box<[u8]>,
}

/// What a discovery has sent and heard. Counts stop at their largest value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Statistics {
    /// Questions sent.
    pub asked: u32,
    /// Answers.
    pub answers: u32,
    /// Answers among them of units that were known.
    pub repeated: u32,
    /// Answers among them of units for which the table had no place.
    pub not_kept: u32,
    /// `A?`: our own, heard back, and those of others.
    pub questions: u32,
    /// Datagrams that begin like an answer, and were refused.
    pub rejected: u32,
    /// Datagrams of other protocols.
    pub foreign: u32,
}

impl Statistics {
    pub(super) const NONE: Self = Self {
        asked: 0,
        answers: 0,
        repeated: 0,
        not_kept: 0,
        questions: 0,
        rejected: 0,
        foreign: 0,
    };
}
