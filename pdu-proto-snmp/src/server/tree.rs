use alloc::boxed::Box;

use pdu_core::Instant;

use crate::notification::Notification;
use crate::wire::{ErrorStatus, Oid, OidBuf, Value, VarBind};

/// The objects behind an [`Agent`](super::Agent): what is read, what is set, and what happens by itself.
///
/// A name is that of an instance, as `1.3.6.1.2.1.1.3.0` is; names are in the order of [`Oid`]. The agent has already looked
/// whether who asks may see or set it.
///
/// ```
/// use pdu_core::Instant;
/// use pdu_proto_snmp::oid;
/// use pdu_proto_snmp::server::{Absent, Tree};
/// use pdu_proto_snmp::wire::{Oid, OidBuf, Value};
///
/// /// A thing that knows how long it runs, and nothing else.
/// struct Uptime;
///
/// const SYS_UP_TIME: Oid = oid!(1, 3, 6, 1, 2, 1, 1, 3);
/// const INSTANCE: Oid = oid!(1, 3, 6, 1, 2, 1, 1, 3, 0);
///
/// fn ticks(now: Instant) -> Value<'static> {
///     Value::TimeTicks((now.as_micros() / 10_000) as u32)
/// }
///
/// impl Tree for Uptime {
///     fn get(&mut self, now: Instant, name: Oid<'_>) -> Result<Value<'_>, Absent> {
///         match name {
///             INSTANCE => Ok(ticks(now)),
///             _ if name.starts_with(SYS_UP_TIME) => Err(Absent::Instance),
///             _ => Err(Absent::Object),
///         }
///     }
///
///     fn next(&mut self, now: Instant, after: Oid<'_>, name: &mut OidBuf) -> Option<Value<'_>> {
///         if after >= INSTANCE {
///             return None;
///         }
///         name.set(INSTANCE);
///         Some(ticks(now))
///     }
/// }
/// ```
///
/// # Sets
///
/// A set is one change of several values: all of them or none. The agent shows the whole list at each step, in its order:
///
/// 1. [`reserve`](Self::reserve) looks whether everything could be set, and changes nothing;
/// 2. [`commit`](Self::commit) sets it;
/// 3. if that failed, [`undo`](Self::undo) puts back what it had set.
///
/// [`release`](Self::release) ends a set that was reserved but is not committed: a tree made of several calls it on those
/// that agreed when another did not; an agent itself never has a reason to.
///
/// The defaults are those of a tree in which nothing can be set.
///
/// An agent cannot tell a set that the network has delivered twice from one that was sent twice, so it is carried out twice.
/// Objects for which that matters are guarded as RFC 1905, 4.2.5 and SNMPv2-TC's `TestAndIncr` have it: with a lock that the
/// manager sets in the same list.
///
/// Source: RFC 3416, 4.2.
pub trait Tree {
    /// The value of this instance.
    ///
    /// # Errors
    ///
    /// There is none: see [`Absent`].
    fn get(&mut self, now: Instant, name: Oid<'_>) -> Result<Value<'_>, Absent>;

    /// The first instance behind `after`, which need not be the name of anything: its value, and its name in `name`. `None`
    /// behind the last one.
    ///
    /// What is put into `name` must lie behind `after`, and a [`get`](Self::get) of it must have the same value. The value is
    /// none of the [exceptions](Value::is_exception).
    fn next(&mut self, now: Instant, after: Oid<'_>, name: &mut OidBuf) -> Option<Value<'_>>;

    /// Looks whether all these changes can be made, together and now; makes none.
    ///
    /// # Errors
    ///
    /// The first change that cannot be made, and why, in the words of RFC 3416, 4.2.5: notWritable, wrongType, wrongLength,
    /// wrongEncoding, wrongValue, noCreation, inconsistentName, inconsistentValue, resourceUnavailable or genErr. For v1 the
    /// agent translates.
    fn reserve(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
        let _ = (now, changes);
        Err(SetError::new(0, ErrorStatus::NOT_WRITABLE))
    }

    /// Makes the changes that were just found possible.
    ///
    /// # Errors
    ///
    /// The change that failed after all; [`undo`](Self::undo) follows at once. Whatever its status, the answer is commitFailed.
    fn commit(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
        let _ = (now, changes);
        Err(SetError::new(0, ErrorStatus::COMMIT_FAILED))
    }

    /// Puts everything back as it was before the [`commit`](Self::commit) that just failed.
    ///
    /// # Errors
    ///
    /// Something could not be put back.
    fn undo(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), UndoFailed> {
        let _ = (now, changes);
        Ok(())
    }

    /// Ends a set that was reserved and will not be committed.
    fn release(&mut self, now: Instant, changes: &[VarBind<'_>]) {
        let _ = (now, changes);
    }

    /// Tells that time went by, whether anybody asks or not. Early or twice is harmless. By default nothing is done.
    fn handle_timeout(&mut self, now: Instant) {
        let _ = now;
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) at the latest. By default never.
    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// The next thing that managers are to be told unasked. By default there is nothing.
    ///
    /// It is asked for after each call, so what a set or the time brings about is told at once.
    fn poll_notification(&mut self) -> Option<Notification> {
        None
    }
}

/// Why there is no value: of a Get; of a get-next there is always one, or the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: RFC 3416, 4.2.1 knows these two.
pub enum Absent {
    /// There is no such object, with any instance: `noSuchObject`.
    Object,
    /// The object is there, but not this instance: `noSuchInstance`.
    Instance,
}

impl From<Absent> for Value<'_> {
    fn from(absent: Absent) -> Self {
        match absent {
            Absent::Object => Self::NoSuchObject,
            Absent::Instance => Self::NoSuchInstance,
        }
    }
}

/// Which change of a set cannot be made, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("change {position}: {status}")]
pub struct SetError {
    /// Which of the changes, counted from 0 as they stand in the list.
    pub position: usize,
    /// Why, in the words of v2.
    pub status: ErrorStatus,
}

impl SetError {
    /// The change at this position, counted from 0, cannot be made for this reason.
    pub const fn new(position: usize, status: ErrorStatus) -> Self {
        Self { position, status }
    }
}

/// Something that a failed set had changed could not be put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("what was set could not be put back")]
pub struct UndoFailed;

macro_rules! forward_tree {
    () => {
        fn get(&mut self, now: Instant, name: Oid<'_>) -> Result<Value<'_>, Absent> {
            (**self).get(now, name)
        }
        fn next(&mut self, now: Instant, after: Oid<'_>, name: &mut OidBuf) -> Option<Value<'_>> {
            (**self).next(now, after, name)
        }
        fn reserve(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
            (**self).reserve(now, changes)
        }
        fn commit(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), SetError> {
            (**self).commit(now, changes)
        }
        fn undo(&mut self, now: Instant, changes: &[VarBind<'_>]) -> Result<(), UndoFailed> {
            (**self).undo(now, changes)
        }
        fn release(&mut self, now: Instant, changes: &[VarBind<'_>]) {
            (**self).release(now, changes);
        }
        fn handle_timeout(&mut self, now: Instant) {
            (**self).handle_timeout(now);
        }
        fn poll_timeout(&self) -> Option<Instant> {
            (**self).poll_timeout()
        }
        fn poll_notification(&mut self) -> Option<Notification> {
            (**self).poll_notification()
        }
    };
}

impl<T: Tree + ?Sized> Tree for &mut T {
    forward_tree!();
}

impl<T: Tree + ?Sized> Tree for Box<T> {
    forward_tree!();
}
