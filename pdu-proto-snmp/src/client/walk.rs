//! Walks: where one stands, what is asked next, and how it ends. It always does: names increase or are found to go in
//! circles, their number is bounded, and an answer without any ends it.

use super::{Walk, WalkOrder, WalkStep, peers::Bulk};
use crate::{
    SnmpError,
    wire::{BadVarBind, ErrorStatus, Field, Oid, OidBuf, OidError, Problem, VarBind, VarBinds, Version, WireError},
};

/// A walk under way. Its names lie in places that the next walk uses again.
#[derive(Debug, Default)]
pub(super) struct Walking {
    root: OidBuf,
    /// The last name that came; at the start the root.
    at: OidBuf,
    /// How many successors are asked for; 0 for get-next.
    repetitions: u16,
    /// Some get-bulk of it was answered.
    bulk_works: bool,
    order: WalkOrder,
    /// Varbinds that came.
    count: u32,
    max: u32,
    circle: Circle,
}

/// What follows from an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The first so many octets of its varbinds are part of the walk, which goes on behind them.
    On(usize),
    /// The same, and these were the last.
    Last(usize),
    /// The agent may be able to answer a smaller request.
    Again,
    Failed(SnmpError),
}

/// How a step is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Next,
    Bulk(u16),
}

impl Walking {
    pub(super) fn start(&mut self, walk: &Walk<'_>, max: u32, repetitions: u16, version: Version, bulk: Bulk) {
        let is_by_bulk = walk.step == WalkStep::Bulk && version != Version::V1 && bulk != Bulk::Fails;
        self.root.set(walk.root);
        self.at.set(walk.root);
        self.repetitions = if is_by_bulk { repetitions } else { 0 };
        self.bulk_works = bulk == Bulk::Works;
        self.order = walk.order;
        self.count = 0;
        self.max = walk.max_varbinds.unwrap_or(max);
        self.circle.start(walk.root);
    }

    /// Behind which name is asked.
    pub(super) fn at(&self) -> Oid<'_> {
        self.at.as_oid()
    }

    /// How the attempt of this number, from 0, of `allowed` is asked.
    ///
    /// What was lost once is asked again as it was. After that it may be that the agent does not know get-bulk
    /// (snmp_exporter#469) or answers short ones only (gufo#17), and is silent about it: fewer names are asked for, and by the
    /// last attempt one.
    pub(super) fn ask(&self, attempt: u32, allowed: u32) -> Ask {
        match (self.repetitions, attempt) {
            (0, _) => Ask::Next,
            (repetitions, 0) => Ask::Bulk(repetitions),
            _ if attempt + 1 >= allowed => Ask::Next,
            (repetitions, _) => {
                let fewer = repetitions >> (2 * (attempt - 1)).min(15);
                Ask::Bulk(if fewer == 0 { 1 } else { fewer })
            }
        }
    }

    /// Takes the answer to an attempt that was asked like this.
    pub(super) fn take(&mut self, asked: Ask, varbinds: VarBinds<'_>, bulk: &mut Bulk) -> Step {
        self.learn(asked, bulk);
        if varbinds.is_empty() {
            return self.retreat(asked, SnmpError::Empty { after: self.at.clone() });
        }
        self.take_varbinds(varbinds)
    }

    /// An attempt was answered. If it was not the usual one, the usual one may be too much.
    fn learn(&mut self, asked: Ask, bulk: &mut Bulk) {
        match asked {
            Ask::Bulk(repetitions) => {
                self.repetitions = repetitions;
                self.bulk_works = true;
                *bulk = Bulk::Works;
            }
            Ask::Next if self.repetitions > 0 && !self.bulk_works => {
                self.repetitions = 0;
                *bulk = Bulk::Fails;
            }
            Ask::Next => self.repetitions = self.repetitions.div_ceil(2),
        }
    }

    /// Takes an answer with an error status.
    pub(super) fn take_error(&mut self, asked: Ask, status: ErrorStatus, error: SnmpError) -> Step {
        match (asked, status) {
            // What v1 says at the end of its tree, and some agents of v2c do too.
            (Ask::Next, ErrorStatus::NO_SUCH_NAME) => Step::Last(0),
            (Ask::Next, ErrorStatus::TOO_BIG) => Step::Failed(SnmpError::TooBig {
                name: Some(self.at.clone()),
            }),
            (Ask::Bulk(repetitions), ErrorStatus::TOO_BIG) => {
                self.repetitions = repetitions / 2;
                Step::Again
            }
            _ => self.retreat(asked, error),
        }
    }

    /// Goes on by get-next where get-bulk did not do.
    fn retreat(&mut self, asked: Ask, error: SnmpError) -> Step {
        if asked == Ask::Next {
            return Step::Failed(error);
        }
        self.repetitions = 0;
        Step::Again
    }

    fn take_varbinds(&mut self, varbinds: VarBinds<'_>) -> Step {
        let all = varbinds.as_octets().unwrap_or_default().len();
        let mut items = varbinds.iter();
        let mut unnamed = None;
        // Octets up to the end of the last varbind with a name: those behind it come again at the next step.
        let mut taken = 0;
        while let Some(item) = items.next() {
            let name = match name_of(&item) {
                Ok(name) => name,
                Err(error) => {
                    unnamed.get_or_insert(error);
                    continue;
                }
            };
            if self.is_end(&item, name) {
                return Step::Last(taken);
            }
            if let Err(error) = self.pass(name) {
                return Step::Failed(error);
            }
            taken = all - items.rest().len();
        }
        match unnamed {
            Some(error) if taken == 0 => Step::Failed(SnmpError::VarBind {
                after: self.at.clone(),
                error,
            }),
            _ => Step::On(taken),
        }
    }

    /// Whether the walk ended before this varbind.
    fn is_end(&self, item: &Result<VarBind<'_>, BadVarBind<'_>>, name: Oid<'_>) -> bool {
        // The other two exceptions are none for get-next; agents that send them mean the same.
        let is_exception = matches!(item, Ok(varbind) if varbind.value.is_exception());
        is_exception || !name.starts_with(self.root.as_oid())
    }

    /// Goes on to the next name, or finds out that the walk may not.
    fn pass(&mut self, name: Oid<'_>) -> Result<(), SnmpError> {
        if self.order == WalkOrder::Increasing && name <= self.at.as_oid() {
            return Err(SnmpError::NotIncreasing {
                after: self.at.clone(),
                found: name.into(),
            });
        }
        self.count = self.count.saturating_add(1);
        if self.count > self.max {
            return Err(SnmpError::WalkTooLong { max: self.max });
        }
        if self.order == WalkOrder::Any && self.circle.closes(name) {
            return Err(SnmpError::Loop { name: name.into() });
        }
        self.at.set(name);
        Ok(())
    }
}

/// The name of a varbind, even of one with a bad value; proven, since it is sent back.
fn name_of<'a>(item: &Result<VarBind<'a>, BadVarBind<'a>>) -> Result<Oid<'a>, WireError> {
    let (name, error) = match item {
        Ok(varbind) => (Some(varbind.name), None),
        Err(bad) => (bad.name, Some(bad.error)),
    };
    let nameless = |problem: OidError| WireError {
        varbind: None,
        field: Field::Name,
        offset: 0,
        problem: Problem::Oid(problem),
    };
    let name = name.ok_or_else(|| error.unwrap_or(nameless(OidError::Empty)))?;
    name.check().map_err(nameless)?;
    Ok(name)
}

/// Finds out that names go in circles, with the memory of one name: the one met last at a power of two steps (Brent's way).
#[derive(Debug, Default)]
struct Circle {
    mark: OidBuf,
    steps: u32,
    /// After how many steps the mark moves.
    reach: u32,
}

impl Circle {
    fn start(&mut self, root: Oid<'_>) {
        self.mark.set(root);
        self.steps = 0;
        self.reach = 1;
    }

    fn closes(&mut self, name: Oid<'_>) -> bool {
        if self.mark == name {
            return true;
        }
        self.steps += 1;
        if self.steps == self.reach {
            self.mark.set(name);
            self.steps = 0;
            self.reach = self.reach.saturating_mul(2);
        }
        false
    }
}
