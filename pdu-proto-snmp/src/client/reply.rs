//! What comes back.

use pdu_core::Ticket;

use super::TargetId;
use crate::{
    SnmpError,
    wire::{Anomalies, Oid, Value, VarBind, VarBindList, VarBinds, VarBindsIter},
};

/// What a [`Manager`](super::Manager) has to tell. What it borrows lies in the manager until the next event is taken.
#[derive(Debug)]
#[non_exhaustive]
pub enum ManagerEvent<'a> {
    /// The end of a request: each accepted one gets exactly one. For a walk, all varbinds were told in parts before, and an
    /// `Ok` says that these were all.
    Done {
        /// Who was asked.
        target: TargetId,
        /// Which request.
        ticket: Ticket,
        /// How it ended.
        result: Result<Response<'a>, SnmpError>,
    },
    /// A part of a walk, in order. The walk goes on once this was taken.
    Part {
        /// Who was asked.
        target: TargetId,
        /// Which request.
        ticket: Ticket,
        /// The next varbinds: all whose name is one are below the walk's root. What is broken among them stands in its place.
        varbinds: VarBinds<'a>,
    },
}

/// An agent's answer, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response<'a> {
    pub(super) varbinds: VarBinds<'a>,
    pub(super) anomalies: Anomalies,
}

impl<'a> Response<'a> {
    /// Names and values: as many as were asked for, but of a get-bulk. Empty at the end of a walk.
    #[inline]
    pub const fn varbinds(&self) -> VarBinds<'a> {
        self.varbinds
    }

    /// Deviations from the standard that were accepted, but for those in varbinds.
    #[inline]
    pub const fn anomalies(&self) -> Anomalies {
        self.anomalies
    }
}

impl<'a> IntoIterator for Response<'a> {
    type Item = <VarBindsIter<'a> as Iterator>::Item;
    type IntoIter = VarBindsIter<'a>;

    #[inline]
    fn into_iter(self) -> VarBindsIter<'a> {
        self.varbinds.iter()
    }
}

/// An agent's answer to a [`Client`](super::Client): of a walk the whole table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    pub(super) varbinds: VarBindList,
    pub(super) anomalies: Anomalies,
}

impl Reply {
    /// Names and values: as many as were asked for, but of a get-bulk and a walk.
    pub fn varbinds(&self) -> VarBinds<'_> {
        self.varbinds.varbinds()
    }

    /// Each in order, or why it cannot be read. What cannot be borrows the answer too; its
    /// [`error`](crate::wire::BadVarBind::error) alone does not, so that `?` passes it on:
    ///
    /// ```
    /// # fn show(reply: pdu_proto_snmp::client::Reply) -> Result<(), Box<dyn std::error::Error>> {
    /// for varbind in reply.iter() {
    ///     let varbind = varbind.map_err(|bad| bad.error)?;
    ///     println!("{} = {}", varbind.name, varbind.value);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter(&self) -> VarBindsIter<'_> {
        self.varbinds.iter()
    }

    /// The value of this name, if it is among them and could be read.
    pub fn value(&self, name: Oid<'_>) -> Option<Value<'_>> {
        let mut good = self.iter().filter_map(Result::ok);
        good.find(|varbind: &VarBind<'_>| varbind.name == name)
            .map(|varbind| varbind.value)
    }

    /// Deviations from the standard that were accepted, but for those in varbinds.
    pub const fn anomalies(&self) -> Anomalies {
        self.anomalies
    }
}

impl<'a> IntoIterator for &'a Reply {
    type Item = <VarBindsIter<'a> as Iterator>::Item;
    type IntoIter = VarBindsIter<'a>;

    fn into_iter(self) -> VarBindsIter<'a> {
        self.iter()
    }
}

impl From<VarBindList> for Reply {
    /// An answer that was made up, for tests of what stands above.
    fn from(varbinds: VarBindList) -> Self {
        Self {
            varbinds,
            anomalies: Anomalies::NONE,
        }
    }
}
