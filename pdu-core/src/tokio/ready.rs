//! Which of many connections have something to do: so that a wake-up costs what is ready, not what is open.

use core::mem;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

use crate::ConnectionId;

/// The connections that woke, each once, and the task that serves them all.
#[derive(Default)]
pub(super) struct Ready {
    woken: Mutex<Woken>,
}

#[derive(Default)]
struct Woken {
    ids: VecDeque<ConnectionId>,
    task: Option<Waker>,
}

impl Ready {
    fn lock(&self) -> MutexGuard<'_, Woken> {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the connections that woke to the end of `due`. Those that wake from now on wake this task.
    pub(super) fn take(&self, due: &mut VecDeque<ConnectionId>, task: &Waker) {
        let mut woken = self.lock();
        if due.is_empty() {
            mem::swap(due, &mut woken.ids);
        } else {
            due.append(&mut woken.ids);
        }
        let old = match &woken.task {
            Some(old) if old.will_wake(task) => None,
            _ => woken.task.replace(task.clone()),
        };
        drop(woken);
        drop(old); // which may run other code
    }
}

/// What one connection's socket wakes.
pub(super) struct Signal {
    id: ConnectionId,
    /// In the list already.
    queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Signal {
    pub(super) fn new(id: ConnectionId, ready: &Arc<Ready>) -> Arc<Self> {
        let (queued, ready) = (AtomicBool::new(false), Arc::clone(ready));
        Arc::new(Self { id, queued, ready })
    }

    /// The connection is looked at now: what wakes it from here on counts anew.
    pub(super) fn clear(&self) {
        self.queued.store(false, Ordering::Release);
    }

    /// Whether it woke and was not looked at since.
    pub(super) fn is_set(&self) -> bool {
        self.queued.load(Ordering::Acquire)
    }

    /// There is more to look at, as if it had woken.
    pub(super) fn set(&self) {
        self.queued.store(true, Ordering::Release);
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.queued.swap(true, Ordering::AcqRel) {
            return;
        }
        let mut woken = self.ready.lock();
        woken.ids.push_back(self.id);
        let task = woken.task.take();
        drop(woken);
        if let Some(task) = task {
            task.wake();
        }
    }
}
