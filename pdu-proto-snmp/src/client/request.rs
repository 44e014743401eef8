//! What may be asked.

use crate::wire::{Oid, OidBuf, VarBind, VarBindList, VarBinds};

/// A question to an agent, borrowed: it is encoded when it is submitted.
///
/// Of what is only read the names count; their values are sent as Null.
///
/// ```
/// use pdu_proto_snmp::{oid, client::Request, wire::VarBind};
///
/// let names = [VarBind::ask(oid!(1, 3, 6, 1, 2, 1, 1, 3, 0))];
/// let _ = Request::Get((&names).into());
/// let _ = Request::walk(oid!(1, 3, 6, 1, 2, 1, 2, 2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request<'a> {
    /// The values of these names. Asked for in parts if the agent says that its answer would be too big.
    Get(VarBinds<'a>),
    /// The names behind these, and their values. In parts as well.
    GetNext(VarBinds<'a>),
    /// As many successors of each name as the agent gives in one answer. Not in v1.
    GetBulk {
        /// Of the first names, how many are asked for one successor only.
        non_repeaters: u16,
        /// How many successors the others are asked for; fewer if the agent says that its answer would be too big.
        max_repetitions: u16,
        /// The names.
        names: VarBinds<'a>,
    },
    /// Changes values: all or none. Never split.
    Set {
        /// Names and their new values.
        varbinds: VarBinds<'a>,
        /// Whether it may be sent more than once.
        retry: Retry,
    },
    /// Everything below a name.
    Walk(Walk<'a>),
}

impl<'a> Request<'a> {
    /// A get of these names.
    pub fn get(names: impl Into<VarBinds<'a>>) -> Self {
        Self::Get(names.into())
    }

    /// A get-next of these names.
    pub fn get_next(names: impl Into<VarBinds<'a>>) -> Self {
        Self::GetNext(names.into())
    }

    /// A set that is sent once.
    pub fn set(varbinds: impl Into<VarBinds<'a>>) -> Self {
        let (varbinds, retry) = (varbinds.into(), Retry::Never);
        Self::Set { varbinds, retry }
    }

    /// A walk of everything below a name.
    pub const fn walk(root: Oid<'a>) -> Self {
        Self::Walk(Walk::new(root))
    }
}

/// Whether a set may be sent again when no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Retry {
    /// It is sent once. If no answer comes, its effect is unknown.
    #[default]
    Never,
    /// The caller says that doing it twice is the same as doing it once, and that nobody else may have changed it in between:
    /// it is sent as often as a request that reads.
    Idempotent,
}

/// A walk: the names below a root, in the agent's order, as often asked as there are any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Walk<'a> {
    /// Where it is. It is not part of the walk itself: of a single instance, ask with a get.
    pub root: Oid<'a>,
    /// By which operation.
    pub step: WalkStep,
    /// What the agent's order may be.
    pub order: WalkOrder,
    /// How many varbinds it may have; `None` for the manager's [`max_walk`](super::ManagerOptions::max_walk).
    pub max_varbinds: Option<u32>,
}

impl<'a> Walk<'a> {
    /// By get-bulk where there is one, names must increase.
    pub const fn new(root: Oid<'a>) -> Self {
        Self {
            root,
            step: WalkStep::Bulk,
            order: WalkOrder::Increasing,
            max_varbinds: None,
        }
    }

    /// The same, by another operation.
    #[must_use]
    pub const fn with_step(self, step: WalkStep) -> Self {
        Self { step, ..self }
    }

    /// The same, with another rule for the order of names.
    #[must_use]
    pub const fn with_order(self, order: WalkOrder) -> Self {
        Self { order, ..self }
    }

    /// The same, with at most so many varbinds.
    #[must_use]
    pub const fn with_max_varbinds(self, max: u32) -> Self {
        Self {
            max_varbinds: Some(max),
            ..self
        }
    }
}

/// By which operation a walk goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum WalkStep {
    /// Get-bulk; get-next in v1, and where the agent turns out not to have get-bulk.
    #[default]
    Bulk,
    /// Get-next, always.
    Next,
}

/// What the order of an agent's names may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum WalkOrder {
    /// As the standard has it: each name comes after the one before. Another one ends the walk with
    /// [`NotIncreasing`](crate::SnmpError::NotIncreasing).
    #[default]
    Increasing,
    /// Any. A walk that runs in circles is found out and ends with [`Loop`](crate::SnmpError::Loop); some names will have come
    /// more than once by then.
    Any,
}

/// A [`Request`] with names and values of its own: what a [`Client`](super::Client) is asked.
///
/// ```
/// use pdu_proto_snmp::{oid, client::OwnedRequest};
///
/// let _ = OwnedRequest::get([oid!(1, 3, 6, 1, 2, 1, 1, 3, 0)]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedRequest {
    kind: Kind,
    /// Names, names with values, or the root of a walk.
    varbinds: VarBindList,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Get,
    GetNext,
    GetBulk {
        non_repeaters: u16,
        max_repetitions: u16,
    },
    Set(Retry),
    Walk {
        root: OidBuf,
        step: WalkStep,
        order: WalkOrder,
        max_varbinds: Option<u32>,
    },
}

impl OwnedRequest {
    const fn new(kind: Kind, varbinds: VarBindList) -> Self {
        Self { kind, varbinds }
    }

    /// The values of these names.
    #[allow(single_use_lifetimes)] // an anonymous one is not stable here
    pub fn get<'a>(names: impl IntoIterator<Item = Oid<'a>>) -> Self {
        Self::new(Kind::Get, VarBindList::asking(names))
    }

    /// The names behind these, and their values.
    #[allow(single_use_lifetimes)] // an anonymous one is not stable here
    pub fn get_next<'a>(names: impl IntoIterator<Item = Oid<'a>>) -> Self {
        Self::new(Kind::GetNext, VarBindList::asking(names))
    }

    /// As many successors of each name as the agent gives in one answer.
    #[allow(single_use_lifetimes)] // an anonymous one is not stable here
    pub fn get_bulk<'a>(non_repeaters: u16, max_repetitions: u16, names: impl IntoIterator<Item = Oid<'a>>) -> Self {
        let kind = Kind::GetBulk {
            non_repeaters,
            max_repetitions,
        };
        Self::new(kind, VarBindList::asking(names))
    }

    /// A set that is sent once.
    pub fn set(varbinds: &[VarBind<'_>]) -> Self {
        let varbinds = VarBindList::copied(VarBinds::new(varbinds));
        Self::new(Kind::Set(Retry::Never), varbinds)
    }

    /// Everything below a name, as one whole table.
    pub fn walk(root: Oid<'_>) -> Self {
        Request::walk(root).into()
    }

    /// The same request, with another rule for sending a set again.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        if let Kind::Set(old) = &mut self.kind {
            *old = retry;
        }
        self
    }

    /// The request, borrowed.
    pub fn as_request(&self) -> Request<'_> {
        let varbinds = self.varbinds.varbinds();
        match &self.kind {
            Kind::Get => Request::Get(varbinds),
            Kind::GetNext => Request::GetNext(varbinds),
            Kind::GetBulk {
                non_repeaters,
                max_repetitions,
            } => Request::GetBulk {
                non_repeaters: *non_repeaters,
                max_repetitions: *max_repetitions,
                names: varbinds,
            },
            Kind::Set(retry) => Request::Set {
                varbinds,
                retry: *retry,
            },
            Kind::Walk {
                root,
                step,
                order,
                max_varbinds,
            } => Request::Walk(Walk {
                root: root.as_oid(),
                step: *step,
                order: *order,
                max_varbinds: *max_varbinds,
            }),
        }
    }

    /// Whether it changes nothing on the agent.
    pub const fn is_read_only(&self) -> bool {
        !matches!(self.kind, Kind::Set(_))
    }
}

impl From<Request<'_>> for OwnedRequest {
    fn from(request: Request<'_>) -> Self {
        match request {
            Request::Get(names) => Self::new(Kind::Get, names.into()),
            Request::GetNext(names) => Self::new(Kind::GetNext, names.into()),
            Request::GetBulk {
                non_repeaters,
                max_repetitions,
                names,
            } => {
                let kind = Kind::GetBulk {
                    non_repeaters,
                    max_repetitions,
                };
                Self::new(kind, names.into())
            }
            Request::Set { varbinds, retry } => Self::new(Kind::Set(retry), varbinds.into()),
            Request::Walk(walk) => {
                let kind = Kind::Walk {
                    root: walk.root.into(),
                    step: walk.step,
                    order: walk.order,
                    max_varbinds: walk.max_varbinds,
                };
                Self::new(kind, VarBindList::EMPTY)
            }
        }
    }
}
