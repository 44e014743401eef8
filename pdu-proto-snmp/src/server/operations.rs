//! What get, get-next, get-bulk and set do to a tree, whatever message they came in.

use alloc::vec::Vec;
use core::mem;

use pdu_core::Instant;

use super::answer::Answer;
use super::{Access, Tree};
use crate::wire::{Body, Bulk, Common, ErrorStatus, Oid, OidBuf, Operation, Value, VarBind, VarBinds, Version};

/// A request, as far as objects are concerned.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) version: Version,
    pub(super) body: Body<'a>,
    /// What who asks may do.
    pub(super) access: &'a Access,
    /// Octets that the varbinds of the response may take.
    pub(super) room: usize,
    /// The most repetitions of a get-bulk.
    pub(super) max_repetitions: u32,
}

/// Why a request failed: `index` counts varbinds from 1, and is 0 if it is about none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) status: ErrorStatus,
    pub(super) index: i32,
}

impl Failure {
    pub(super) const NONE: Self = Self {
        status: ErrorStatus::NO_ERROR,
        index: 0,
    };

    pub(super) const TOO_BIG: Self = Self {
        status: ErrorStatus::TOO_BIG,
        index: 0,
    };

    /// The message is not protected as far as it has to be. Source: RFC 3413, 3.2.
    pub(super) const AUTHORIZATION: Self = Self {
        status: ErrorStatus::AUTHORIZATION_ERROR,
        index: 0,
    };

    const fn new(status: ErrorStatus, index: i32) -> Self {
        Self { status, index }
    }
}

/// Carries requests out; what it holds is used again for the next one.
#[derive(Debug, Default)]
pub(super) struct Operations {
    answer: Answer,
    now: Instant,
    columns: Vec<Column>,
    /// Where the search for the next name starts.
    from: OidBuf,
    /// What it has found.
    name: OidBuf,
}

/// One of the names that a get-bulk repeats.
#[derive(Debug, Default)]
struct Column {
    last: OidBuf,
    has_ended: bool,
}

/// How the search for a next name ended.
enum Step {
    /// Its name is in `name`, and it was added to the answer.
    Found,
    /// Nothing comes behind.
    End,
    /// There is something, for which the answer has no room.
    NoRoom,
    /// The tree went backwards.
    Broken,
}

impl Operations {
    /// Carries out what is asked. Of the answer to a set there is nothing but that it went well.
    pub(super) fn run<T: Tree>(&mut self, tree: &mut T, now: Instant, asked: &Asked<'_>) -> Result<(), Failure> {
        self.answer.clear();
        self.now = now;
        match asked.body {
            Body::Bulk(bulk) => self.get_bulk(tree, asked, &bulk),
            Body::Common(common) if common.operation == Operation::GET => self.get(tree, asked),
            Body::Common(common) if common.operation == Operation::GET_NEXT => self.get_next(tree, asked),
            Body::Common(common) if common.operation == Operation::SET => set(tree, now, asked),
            _ => Err(Failure::new(ErrorStatus::GEN_ERR, 0)),
        }
    }

    /// The response to send, and the one to send if that is too large for who asked.
    ///
    /// Source: RFC 3416, 4.2.1 (a v2 response that says tooBig has no varbinds); RFC 1157, 4.1.2 (in v1 it has those asked for).
    pub(super) fn responses<'s>(&'s self, asked: &Asked<'s>, done: Result<(), Failure>) -> [Body<'s>; 2] {
        let request = asked.body.varbinds();
        let too_big = match asked.version {
            Version::V1 => request,
            _ => VarBinds::EMPTY,
        };
        let is_set = asked.body.operation() == Operation::SET;
        let (failure, varbinds) = match done {
            Ok(()) if is_set => (Failure::NONE, request),
            Ok(()) => (Failure::NONE, self.answer.varbinds()),
            Err(Failure::TOO_BIG) => (Failure::TOO_BIG, too_big),
            Err(failure) if asked.version == Version::V1 => (in_v1(failure), request),
            Err(failure) => (failure, request),
        };
        [(failure, varbinds), (Failure::TOO_BIG, too_big)].map(|(failure, varbinds)| {
            Body::Common(Common {
                operation: Operation::RESPONSE,
                request_id: asked.body.request_id().unwrap_or_default(),
                error_status: failure.status,
                error_index: failure.index,
                varbinds,
            })
        })
    }

    /// Source: RFC 3416, 4.2.1; for v1 RFC 3584, 4.2.2.1.
    fn get<T: Tree>(&mut self, tree: &mut T, asked: &Asked<'_>) -> Result<(), Failure> {
        for (index, name) in asked.names() {
            let value = if asked.access.read().contains(name) {
                tree.get(self.now, name).unwrap_or_else(Value::from)
            } else {
                Value::NoSuchObject
            };
            if !asked.has(&value) {
                return Err(Failure::new(ErrorStatus::NO_SUCH_NAME, index));
            }
            if !self.answer.push(VarBind::new(name, value), asked.room) {
                return Err(Failure::TOO_BIG);
            }
        }
        Ok(())
    }

    /// Source: RFC 3416, 4.2.2; for v1 RFC 3584, 4.2.2.1.
    fn get_next<T: Tree>(&mut self, tree: &mut T, asked: &Asked<'_>) -> Result<(), Failure> {
        for (index, name) in asked.names() {
            match self.next_of(tree, asked, name, index)? {
                Step::Found => {}
                Step::End if asked.version == Version::V1 => {
                    return Err(Failure::new(ErrorStatus::NO_SUCH_NAME, index));
                }
                Step::End if self.push_end(name, asked.room) => {}
                _ => return Err(Failure::TOO_BIG),
            }
        }
        Ok(())
    }

    /// As many as the response has room for; one at least. Source: RFC 3416, 4.2.3.
    fn get_bulk<T: Tree>(&mut self, tree: &mut T, asked: &Asked<'_>, bulk: &Bulk<'_>) -> Result<(), Failure> {
        let is_full = self.once(tree, asked, bulk)? || self.repeat(tree, asked, bulk)?;
        if is_full && self.answer.is_empty() {
            return Err(Failure::TOO_BIG);
        }
        Ok(())
    }

    /// The successors of the first names. `true` if the answer is full.
    fn once<T: Tree>(&mut self, tree: &mut T, asked: &Asked<'_>, bulk: &Bulk<'_>) -> Result<bool, Failure> {
        for (index, name) in asked.names().take(count(bulk.non_repeaters)) {
            let is_full = match self.next_of(tree, asked, name, index)? {
                Step::Found => false,
                Step::End => !self.push_end(name, asked.room),
                _ => true,
            };
            if is_full {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The successors of the other names, row by row, until all are at the end. `true` if the answer is full.
    fn repeat<T: Tree>(&mut self, tree: &mut T, asked: &Asked<'_>, bulk: &Bulk<'_>) -> Result<bool, Failure> {
        let mut columns = mem::take(&mut self.columns);
        let mut used = 0;
        for (_, name) in asked.names().skip(count(bulk.non_repeaters)) {
            start_column(&mut columns, used, name);
            used = used.saturating_add(1);
        }
        let rows = count(bulk.max_repetitions).min(count_of(asked.max_repetitions));
        let mut done = Ok(false);
        for _ in 0..rows {
            let columns = columns.get_mut(..used).unwrap_or_default();
            done = self.row(tree, asked, columns, count(bulk.non_repeaters));
            if done != Ok(false) || columns.iter().all(|column| column.has_ended) {
                break;
            }
        }
        self.columns = columns;
        done
    }

    /// One repetition. `true` if the answer is full.
    fn row<T: Tree>(
        &mut self,
        tree: &mut T,
        asked: &Asked<'_>,
        columns: &mut [Column],
        before: usize,
    ) -> Result<bool, Failure> {
        for (position, column) in columns.iter_mut().enumerate() {
            if !column.has_ended {
                let index = before.saturating_add(position).saturating_add(1);
                let index = i32::try_from(index).unwrap_or(i32::MAX);
                match self.next_of(tree, asked, column.last.as_oid(), index)? {
                    Step::Found => {
                        column.last.set(self.name.as_oid());
                        continue;
                    }
                    Step::End => column.has_ended = true,
                    _ => return Ok(true),
                }
            }
            if !self.push_end(column.last.as_oid(), asked.room) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn push_end(&mut self, name: Oid<'_>, room: usize) -> bool {
        self.answer.push(VarBind::new(name, Value::EndOfMibView), room)
    }

    /// Adds the first instance behind `after` that is seen, to the answer. `index` is of the varbind that asks.
    fn next_of<T: Tree>(
        &mut self,
        tree: &mut T,
        asked: &Asked<'_>,
        after: Oid<'_>,
        index: i32,
    ) -> Result<Step, Failure> {
        self.from.set(after);
        match self.search(tree, asked) {
            Step::Broken => Err(Failure::new(ErrorStatus::GEN_ERR, index)),
            step => Ok(step),
        }
    }

    fn search<T: Tree>(&mut self, tree: &mut T, asked: &Asked<'_>) -> Step {
        let view = asked.access.read();
        loop {
            let Some(value) = tree.next(self.now, self.from.as_oid(), &mut self.name) else {
                return Step::End;
            };
            let found = self.name.as_oid();
            if found <= self.from.as_oid() || value.is_exception() {
                return Step::Broken;
            }
            if view.contains(found) {
                if asked.has(&value) {
                    return self.answer.step(VarBind::new(found, value), asked.room);
                }
                mem::swap(&mut self.from, &mut self.name);
                continue;
            }
            let Some(at) = view.resume(found) else {
                return Step::End;
            };
            // The name at which the view goes on may itself be that of an instance.
            self.from.set(at);
            if let Ok(value) = tree.get(self.now, at)
                && view.contains(at)
                && asked.has(&value)
            {
                self.name.set(at);
                return self.answer.step(VarBind::new(at, value), asked.room);
            }
        }
    }
}

impl Answer {
    fn step(&mut self, varbind: VarBind<'_>, room: usize) -> Step {
        if self.push(varbind, room) {
            Step::Found
        } else {
            Step::NoRoom
        }
    }
}

impl<'a> Asked<'a> {
    fn varbinds(&self) -> impl Iterator<Item = VarBind<'a>> {
        // They were all found readable before.
        self.body.varbinds().iter().flatten()
    }

    /// Each name that is asked for, and its index.
    fn names(&self) -> impl Iterator<Item = (i32, Oid<'a>)> {
        (1..).zip(self.varbinds().map(|varbind| varbind.name))
    }

    /// Whether the version of the request has such a value.
    fn has(&self, value: &Value<'_>) -> bool {
        let is_of_v2 = value.is_exception() || matches!(value, Value::Counter64(_));
        self.version != Version::V1 || !is_of_v2
    }
}

/// Sets all or nothing. Source: RFC 3416, 4.2.5.
fn set<T: Tree>(tree: &mut T, now: Instant, asked: &Asked<'_>) -> Result<(), Failure> {
    if asked.body.varbinds().as_octets().map_or(0, <[u8]>::len) > asked.room {
        return Err(Failure::TOO_BIG);
    }
    let changes: Vec<VarBind<'_>> = asked.varbinds().collect();
    if changes.is_empty() {
        return Ok(());
    }
    let write = asked.access.write();
    if let Some((index, _)) = asked.names().find(|(_, name)| !write.contains(*name)) {
        return Err(Failure::new(ErrorStatus::NO_ACCESS, index));
    }
    tree.reserve(now, &changes)
        .map_err(|error| Failure::new(reason(error.status), index_of(error.position)))?;
    let Err(error) = tree.commit(now, &changes) else {
        return Ok(());
    };
    Err(match tree.undo(now, &changes) {
        Ok(()) => Failure::new(ErrorStatus::COMMIT_FAILED, index_of(error.position)),
        Err(_) => Failure::new(ErrorStatus::UNDO_FAILED, 0),
    })
}

/// A failure is none without a reason.
fn reason(status: ErrorStatus) -> ErrorStatus {
    if status == ErrorStatus::NO_ERROR {
        return ErrorStatus::GEN_ERR;
    }
    status
}

fn index_of(position: usize) -> i32 {
    i32::try_from(position.saturating_add(1)).unwrap_or(i32::MAX)
}

/// A failure as v1 has words for it. Source: RFC 3584, 4.4.
const fn in_v1(failure: Failure) -> Failure {
    let status = match failure.status {
        ErrorStatus::WRONG_VALUE
        | ErrorStatus::WRONG_ENCODING
        | ErrorStatus::WRONG_TYPE
        | ErrorStatus::WRONG_LENGTH
        | ErrorStatus::INCONSISTENT_VALUE => ErrorStatus::BAD_VALUE,
        ErrorStatus::NO_ACCESS
        | ErrorStatus::NOT_WRITABLE
        | ErrorStatus::NO_CREATION
        | ErrorStatus::INCONSISTENT_NAME
        | ErrorStatus::AUTHORIZATION_ERROR => ErrorStatus::NO_SUCH_NAME,
        ErrorStatus::RESOURCE_UNAVAILABLE | ErrorStatus::COMMIT_FAILED | ErrorStatus::UNDO_FAILED => {
            ErrorStatus::GEN_ERR
        }
        status => status,
    };
    Failure { status, ..failure }
}

/// Negative counts as 0. Source: RFC 3416, 4.2.3.
fn count(number: i32) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn count_of(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Starts the column of this position, in place of an earlier request's if there was one.
fn start_column(columns: &mut Vec<Column>, position: usize, name: Oid<'_>) {
    if columns.len() <= position {
        columns.push(Column::default());
    }
    if let Some(column) = columns.get_mut(position) {
        column.last.set(name);
        column.has_ended = false;
    }
}
