use core::fmt;
use core::future::poll_fn;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::boxed::Box;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use super::clock::Clock;
use super::desk::{Desk, Seat};
use super::{Driver, Link};
use crate::{CallError, Effect, Session};

/// How much a [`Handle`] holds at most; all of it is reserved at once, so that calls allocate nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandleOptions {
    /// Calls at one time, those included that wait for room in the session; at least 1. One more is refused as
    /// [`CallError::Busy`].
    pub calls: usize,
    /// Notices that were not taken; at least 1. One more drops the oldest.
    pub notices: usize,
}

/// 64 of each.
impl Default for HandleOptions {
    fn default() -> Self {
        Self { calls: 64, notices: 64 }
    }
}

/// Asks a session that a [`Runner`] drives: cheap to clone, for any number of tasks and threads.
///
/// ```no_run
/// # async fn demo<S>(session: S) -> Result<(), Box<dyn std::error::Error>>
/// # where S: pdu_core::Session<Request = u16, Reply = u16, Notice: Send, Error: Send> + Send + Unpin + 'static {
/// use core::time::Duration;
/// use pdu_core::tokio::{Driver, tcp};
///
/// let driver = Driver::connecting(session, tcp("192.0.2.7:502", Duration::from_secs(3)));
/// let (handle, runner) = driver.into_handle();
/// tokio::spawn(runner);
///
/// let other = handle.clone();
/// let task = tokio::spawn(async move { other.call(5).await });
/// println!("{}", handle.call(4).await?);
/// # Ok(())
/// # }
/// ```
///
/// When the last handle (and [`Notices`]) is gone, the runner ends; when the runner ends or is dropped, every call ends with
/// an error.
pub struct Handle<S: Session> {
    shared: Arc<Shared<S>>,
}

struct Shared<S: Session> {
    desk: Mutex<Desk<S>>,
    clock: Clock,
}

impl<S: Session> Shared<S> {
    /// A panic inside a session leaves it as bad as it is; the others still get their errors.
    fn lock(&self) -> MutexGuard<'_, Desk<S>> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Session, L: Link + Send + 'static> Driver<S, L> {
    /// Parts the driver into a handle to ask with and a future that does the work, for you to spawn or to poll.
    ///
    /// Tickets that were submitted before are forgotten: their `Done` goes nowhere.
    pub fn into_handle(self) -> (Handle<S>, Runner<S>) {
        self.into_handle_with(&HandleOptions::default())
    }

    /// The same with other capacities.
    pub fn into_handle_with(self, options: &HandleOptions) -> (Handle<S>, Runner<S>) {
        let clock = self.wire.clock();
        let calls = options.calls.max(1);
        let desk = Desk::new(self.session, Box::new(self.wire), calls, options.notices.max(1));
        let shared = Arc::new(Shared {
            desk: Mutex::new(desk),
            clock,
        });
        let runner = Runner {
            shared: Arc::clone(&shared),
            wakers: Vec::with_capacity(calls.saturating_add(2)),
        };
        (Handle { shared }, runner)
    }
}

impl<S: Session> Handle<S> {
    /// Asks, and waits for the answer. Nothing is sent before the first poll.
    ///
    /// Where the session has no room, calls wait in their order. Cancel safe: dropping the call withdraws the request, with
    /// [`Session::cancel`] if it was submitted already.
    pub fn call(&self, request: S::Request) -> Call<'_, S> {
        Call {
            shared: &self.shared,
            stage: Stage::New(request),
        }
    }

    /// The notices of the session; `None` while another [`Notices`] exists.
    pub fn notices(&self) -> Option<Notices<S>> {
        let mut desk = self.shared.lock();
        if mem::replace(&mut desk.listened, true) {
            return None;
        }
        desk.users += 1;
        let shared = Arc::clone(&self.shared);
        Some(Notices { shared })
    }

    /// Whether the runner has ended: no call will succeed any more.
    pub fn is_closed(&self) -> bool {
        self.shared.lock().has_ended()
    }

    /// Why the last link was lost or could not be opened, if it was: kind and message of the operating system's error. The
    /// session's own error says only that there is no link. Once the runner has ended, its result tells.
    ///
    /// ```no_run
    /// # async fn demo<S>(handle: pdu_core::tokio::Handle<S>)
    /// # where S: pdu_core::Session<Request = u16, Reply = u16, Error: pdu_core::Error + 'static> {
    /// use pdu_core::{Error, ErrorKind};
    ///
    /// match handle.call(4).await {
    ///     Ok(reply) => println!("{reply}"),
    ///     Err(error) if error.kind() == ErrorKind::LinkDown => println!("{error}: {:?}", handle.link_error()),
    ///     Err(error) => println!("{error}"),
    /// }
    /// # }
    /// ```
    pub fn link_error(&self) -> Option<io::Error> {
        self.shared.lock().link_error()
    }

    /// Looks at the session, for its counters. Be quick: everything else waits. A call from in there would wait for ever.
    pub fn with_session<R>(&self, look: impl FnOnce(&S) -> R) -> R {
        look(&self.shared.lock().session)
    }
}

impl<S: Session> Clone for Handle<S> {
    fn clone(&self) -> Self {
        self.shared.lock().users += 1;
        let shared = Arc::clone(&self.shared);
        Self { shared }
    }
}

impl<S: Session> Drop for Handle<S> {
    fn drop(&mut self) {
        let driver = self.shared.lock().leave();
        wake(driver);
    }
}

impl<S: Session> fmt::Debug for Handle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

/// One call under way; see [`Handle::call`].
#[must_use = "nothing is asked before this is awaited"]
pub struct Call<'a, S: Session> {
    shared: &'a Shared<S>,
    stage: Stage<S::Request>,
}

enum Stage<Q> {
    New(Q),
    Seated(Seat),
    Over,
}

/// The request is only ever moved, never pinned.
impl<S: Session> Unpin for Call<'_, S> {}

impl<S: Session> Future for Call<'_, S> {
    type Output = Result<S::Reply, CallError<S::Error>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Stage::Seated(seat) = self.stage {
            let mut old = None; // dropped after the lock, since that may run other code
            let result = self.shared.lock().collect(seat, cx.waker(), &mut old);
            if result.is_ready() {
                self.stage = Stage::Over;
            }
            return result;
        }
        let Stage::New(request) = mem::replace(&mut self.stage, Stage::Over) else {
            let effect = Effect::NotApplied;
            return Poll::Ready(Err(CallError::Closed { effect }));
        };
        let (seat, runner) = self.shared.lock().admit(self.shared.clock, request, cx.waker())?;
        self.stage = Stage::Seated(seat);
        wake(runner);
        Poll::Pending
    }
}

impl<S: Session> Drop for Call<'_, S> {
    fn drop(&mut self) {
        if let Stage::Seated(seat) = self.stage {
            let now = self.shared.clock.now();
            let (driver, _left) = self.shared.lock().withdraw(now, seat);
            wake(driver);
        }
    }
}

impl<S: Session> fmt::Debug for Call<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

/// Takes what a session tells unasked; see [`Handle::notices`].
pub struct Notices<S: Session> {
    shared: Arc<Shared<S>>,
}

impl<S: Session> Notices<S> {
    /// The next notice; `None` once the runner has ended and all were taken. Cancel safe.
    pub async fn next(&mut self) -> Option<S::Notice> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// The same, for those who poll by hand.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<S::Notice>> {
        let (notice, _old_waker) = self.shared.lock().notice(cx.waker());
        notice
    }

    /// How many notices were dropped because they were not taken in time.
    pub fn missed(&self) -> u64 {
        self.shared.lock().missed
    }
}

impl<S: Session> Drop for Notices<S> {
    fn drop(&mut self) {
        let mut desk = self.shared.lock();
        desk.listened = false;
        let _listener = desk.listener.take();
        let driver = desk.leave();
        drop(desk);
        wake(driver);
    }
}

impl<S: Session> fmt::Debug for Notices<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notices").finish_non_exhaustive()
    }
}

/// The future that drives the session of a [`Handle`].
///
/// It ends when no handle is left, or when the link is gone and there is no other: `Ok` if that was orderly.
#[must_use = "calls make no progress unless this is spawned or polled"]
pub struct Runner<S: Session> {
    shared: Arc<Shared<S>>,
    /// Who is to be woken once the lock is given back; kept for its capacity.
    wakers: Vec<Waker>,
}

impl<S: Session> Future for Runner<S> {
    type Output = io::Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { shared, wakers } = &mut *self;
        let mut desk = shared.lock();
        let poll = desk.drive(cx, wakers);
        if poll.is_ready() {
            desk.end(wakers);
        }
        drop(desk);
        wakers.drain(..).for_each(Waker::wake);
        poll
    }
}

impl<S: Session> Drop for Runner<S> {
    fn drop(&mut self) {
        self.shared.lock().end(&mut self.wakers);
        self.wakers.drain(..).for_each(Waker::wake);
    }
}

impl<S: Session> fmt::Debug for Runner<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").finish_non_exhaustive()
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}
