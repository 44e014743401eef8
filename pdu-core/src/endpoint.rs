//! One way to talk: bytes and time in, bytes and a deadline out.

#[cfg(feature = "alloc")]
use alloc::boxed::Box;
use core::fmt;

use crate::{Effect, Error, ErrorKind, Instant};

/// What an [`Endpoint`] wants to speak over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// A byte stream: TCP, a serial line, TLS.
    Stream,
    /// Datagrams: each [`handle_input`](Endpoint::handle_input) is one whole, each [`transmit`](Endpoint::transmit)
    /// shows one whole.
    Datagram {
        /// Octets of the longest datagram that the endpoint takes.
        max_len: usize,
    },
}

/// What happened to the link under an [`Endpoint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LinkEvent {
    /// A fresh link is there; nothing of an earlier one will come any more.
    Up,
    /// The peer has closed its sending side: no more input, output may still go.
    Eof,
    /// The link is gone in both directions.
    Lost,
}

/// What an [`Endpoint`] wants of its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LinkDemand {
    /// Nothing: leave it as it is, and open none for its sake.
    Idle,
    /// A link is wanted: keep it, or open one.
    Open,
    /// No link is wanted any more: close it once [`transmit`](Endpoint::transmit) is empty.
    Close,
    /// This link is of no more use, at once: drop it, report [`LinkEvent::Lost`], and ask again.
    Reset,
}

/// One side of one conversation: bytes and time in, bytes and a deadline out. Clients and servers are endpoints.
///
/// All outputs are level-triggered: any of [`transmit`](Self::transmit), [`poll_timeout`](Self::poll_timeout) and
/// [`link_demand`](Self::link_demand) may be asked at any time, in any order, any number of times, and a skipped one loses
/// nothing. No method blocks, reads a clock, allocates without bound or panics on input. `now` running backwards counts as
/// the last `now`.
///
/// A driver does this, in a loop (the ones of this crate are in the modules `blocking` and `tokio`):
///
/// 1. hand out events, if the endpoint is a [`Session`];
/// 2. obey [`link_demand`](Self::link_demand);
/// 3. write [`transmit`](Self::transmit), and report what left to [`handle_transmitted`](Self::handle_transmitted);
/// 4. read, and pass what came to [`handle_input`](Self::handle_input);
/// 5. at [`poll_timeout`](Self::poll_timeout), call [`handle_timeout`](Self::handle_timeout).
pub trait Endpoint {
    /// What this endpoint speaks over; constant for its life.
    fn transport(&self) -> Transport;

    /// Tells of a change of the link.
    fn handle_link(&mut self, now: Instant, event: LinkEvent);

    /// Takes bytes that came, and says how many it took.
    ///
    /// Less than all is back-pressure: offer the rest again, before anything newer, once output left or an event was taken.
    /// A datagram is always taken whole.
    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize;

    /// Tells that the first `len` bytes that [`transmit`](Self::transmit) shows have left. (Of a datagram: all of them.)
    fn handle_transmitted(&mut self, now: Instant, len: usize);

    /// Tells that time went by. Early or twice is harmless.
    fn handle_timeout(&mut self, now: Instant);

    /// What waits to be sent; empty if there is nothing. A datagram endpoint shows the head of its queue.
    fn transmit(&self) -> &[u8];

    /// When to call [`handle_timeout`](Self::handle_timeout) at the latest.
    fn poll_timeout(&self) -> Option<Instant>;

    /// What the endpoint wants of its link.
    fn link_demand(&self) -> LinkDemand;
}

/// Names one accepted request of one session, until its `Done`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What a [`Session`] has to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<R, N, E> {
    /// The end of a request: each accepted one gets exactly one.
    Done {
        /// Which request.
        ticket: Ticket,
        /// How it ended.
        result: Result<R, E>,
    },
    /// Something that nobody asked for: a state, an alarm.
    Notice(N),
}

/// A request that was not accepted, given back: not now. What is wrong with a request itself comes as its `Done`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused<Q> {
    /// The request, untouched.
    pub request: Q,
    /// Why not: [`Busy`](ErrorKind::Busy) if the table of requests is full.
    pub kind: ErrorKind,
}

impl<Q> fmt::Display for Refused<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "request not accepted: {}", self.kind)
    }
}

impl<Q: fmt::Debug> core::error::Error for Refused<Q> {}

impl<Q: fmt::Debug> Error for Refused<Q> {
    fn kind(&self) -> ErrorKind {
        self.kind
    }

    fn effect(&self) -> Effect {
        Effect::NotApplied
    }
}

/// An [`Endpoint`] that an application asks things.
pub trait Session: Endpoint {
    /// What may be asked.
    type Request;
    /// What is answered.
    type Reply;
    /// What comes unasked; [`Infallible`](core::convert::Infallible) where nothing does.
    type Notice;
    /// How a request fails.
    type Error: Error;

    /// Asks something. The ticket names it in the `Done` that will come, exactly once.
    fn submit(&mut self, now: Instant, request: Self::Request) -> Result<Ticket, Refused<Self::Request>>;

    /// Withdraws a request. Its `Done` comes all the same: with [`Effect::NotApplied`] if nothing of it has left. A ticket
    /// that is not live is ignored.
    fn cancel(&mut self, now: Instant, ticket: Ticket);

    /// The next thing that the session has to tell.
    #[allow(clippy::type_complexity)] // the one place where the four types meet; everywhere else it is `EventOf`
    fn poll_event(&mut self) -> Option<Event<Self::Reply, Self::Notice, Self::Error>>;
}

/// The [`Event`] of a session.
pub type EventOf<S> = Event<<S as Session>::Reply, <S as Session>::Notice, <S as Session>::Error>;

/// One state machine with many peers: the verbs of [`Endpoint`], each with a peer.
///
/// On datagrams a peer is a path (a local and a remote address); on streams it is a connection, which a listener opens with
/// [`handle_open`](Self::handle_open). All clients of one simulated device stand on one hub, so what one switches the
/// others see. Deadlines cost O(log n), the next output O(1).
pub trait Hub {
    /// Names one peer.
    type Peer: Clone + Eq;

    /// What this hub speaks over; constant for its life.
    fn transport(&self) -> Transport;

    /// A peer has connected (streams only). `Err` if the hub takes no more peers: close the connection.
    fn handle_open(&mut self, now: Instant, peer: &Self::Peer) -> Result<(), Refused<()>>;

    /// A peer is gone, whoever closed.
    fn handle_close(&mut self, now: Instant, peer: &Self::Peer);

    /// Takes bytes that came from a peer, and says how many it took; see [`Endpoint::handle_input`]. Bytes of a stream peer
    /// that is not open are taken and dropped.
    fn handle_input(&mut self, now: Instant, peer: &Self::Peer, bytes: &[u8]) -> usize;

    /// Tells that the first `len` bytes of what [`transmit`](Self::transmit) shows for this peer have left.
    fn handle_transmitted(&mut self, now: Instant, peer: &Self::Peer, len: usize);

    /// This peer can take nothing now: [`transmit`](Self::transmit) shows other peers' output until
    /// [`handle_writable`](Self::handle_writable), so that one peer that does not read holds up nobody else.
    fn handle_blocked(&mut self, now: Instant, peer: &Self::Peer);

    /// This peer can take output again.
    fn handle_writable(&mut self, now: Instant, peer: &Self::Peer);

    /// Tells that time went by. Early or twice is harmless.
    fn handle_timeout(&mut self, now: Instant);

    /// The next output, and for whom.
    fn transmit(&self) -> Option<(Self::Peer, &[u8])>;

    /// When to call [`handle_timeout`](Self::handle_timeout) at the latest.
    fn poll_timeout(&self) -> Option<Instant>;

    /// A peer whose connection is to be closed ([`LinkDemand::Close`]: once it has no more output; [`LinkDemand::Reset`]: at
    /// once). Answered by [`handle_close`](Self::handle_close).
    fn link_demand(&self) -> Option<(Self::Peer, LinkDemand)>;
}

macro_rules! forward_endpoint {
    () => {
        #[inline]
        fn transport(&self) -> Transport {
            (**self).transport()
        }
        #[inline]
        fn handle_link(&mut self, now: Instant, event: LinkEvent) {
            (**self).handle_link(now, event);
        }
        #[inline]
        fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
            (**self).handle_input(now, bytes)
        }
        #[inline]
        fn handle_transmitted(&mut self, now: Instant, len: usize) {
            (**self).handle_transmitted(now, len);
        }
        #[inline]
        fn handle_timeout(&mut self, now: Instant) {
            (**self).handle_timeout(now);
        }
        #[inline]
        fn transmit(&self) -> &[u8] {
            (**self).transmit()
        }
        #[inline]
        fn poll_timeout(&self) -> Option<Instant> {
            (**self).poll_timeout()
        }
        #[inline]
        fn link_demand(&self) -> LinkDemand {
            (**self).link_demand()
        }
    };
}

/// Writes the [`Endpoint`] of a session that stands on another one: bytes and times go to that, and what it made of them is taken
/// at once.
///
/// `endpoint_over!([S: Session] Device<S>, raw)` is for a `Device<S>` with a field `raw: S` and a method
/// `pump(&mut self, now: Instant) -> bool`, which takes the events of `raw`, submits what is to be sent next, and says whether it
/// did either. With a third name, `endpoint_over!([S: Session] Device<S>, raw, note_link)`, that method hears of every
/// [`LinkEvent`] before `raw` does.
#[macro_export]
macro_rules! endpoint_over {
    ([$($generics:tt)*] $session:ty, $below:ident $(, $note_link:ident)?) => {
        impl<$($generics)*> $crate::Endpoint for $session {
            fn transport(&self) -> $crate::Transport {
                $crate::Endpoint::transport(&self.$below)
            }

            fn handle_link(&mut self, now: $crate::Instant, event: $crate::LinkEvent) {
                $( self.$note_link(event); )?
                $crate::Endpoint::handle_link(&mut self.$below, now, event);
                self.pump(now);
            }

            fn handle_input(&mut self, now: $crate::Instant, bytes: &[u8]) -> usize {
                let mut taken: usize = 0;
                loop {
                    let rest = bytes.get(taken..).unwrap_or_default();
                    taken = taken.saturating_add($crate::Endpoint::handle_input(&mut self.$below, now, rest));
                    // Events are taken here, so input that waited for that is offered again.
                    if !self.pump(now) || taken >= bytes.len() {
                        return taken;
                    }
                }
            }

            fn handle_transmitted(&mut self, now: $crate::Instant, len: usize) {
                $crate::Endpoint::handle_transmitted(&mut self.$below, now, len);
                self.pump(now);
            }

            fn handle_timeout(&mut self, now: $crate::Instant) {
                $crate::Endpoint::handle_timeout(&mut self.$below, now);
                self.pump(now);
            }

            fn transmit(&self) -> &[u8] {
                $crate::Endpoint::transmit(&self.$below)
            }

            fn poll_timeout(&self) -> Option<$crate::Instant> {
                $crate::Endpoint::poll_timeout(&self.$below)
            }

            fn link_demand(&self) -> $crate::LinkDemand {
                $crate::Endpoint::link_demand(&self.$below)
            }
        }
    };
}

macro_rules! forward_session {
    ($inner:ident) => {
        type Request = $inner::Request;
        type Reply = $inner::Reply;
        type Notice = $inner::Notice;
        type Error = $inner::Error;

        #[inline]
        fn submit(&mut self, now: Instant, request: Self::Request) -> Result<Ticket, Refused<Self::Request>> {
            (**self).submit(now, request)
        }
        #[inline]
        fn cancel(&mut self, now: Instant, ticket: Ticket) {
            (**self).cancel(now, ticket);
        }
        #[inline]
        fn poll_event(&mut self) -> Option<EventOf<Self>> {
            (**self).poll_event()
        }
    };
}

impl<T: Endpoint + ?Sized> Endpoint for &mut T {
    forward_endpoint!();
}

impl<T: Session + ?Sized> Session for &mut T {
    forward_session!(T);
}

#[cfg(feature = "alloc")]
impl<T: Endpoint + ?Sized> Endpoint for Box<T> {
    forward_endpoint!();
}

#[cfg(feature = "alloc")]
impl<T: Session + ?Sized> Session for Box<T> {
    forward_session!(T);
}
