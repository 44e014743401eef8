//! A session with somebody who looks on.

use pdu_core::{Endpoint, Error, Event, EventOf, Instant, LinkDemand, LinkEvent, Refused, Session, Ticket, Transport};

use crate::show;

/// What a target holds against its session, beyond the contract that the player of scripts asserts.
pub(crate) trait Watch<S: Session> {
    /// The session will hear of a change of its link.
    fn link(&mut self, _session: &S, _event: LinkEvent) {}

    /// The session has taken what came.
    fn heard(&mut self, _session: &S) {}

    /// These bytes leave, and still are what the session shows first.
    fn left(&mut self, _session: &S, _bytes: &[u8]) {}

    /// The session has accepted a request.
    fn accepted(&mut self, _session: &S, _request: &S::Request) {}

    /// A request that was accepted has ended so.
    fn done(&mut self, request: S::Request, result: &Result<S::Reply, S::Error>);

    /// The session tells what nobody asked for.
    fn notice(&mut self, notice: &S::Notice);
}

/// A session, who looks on, and what it still has to answer: what ends is what was accepted, and how it fails can be shown.
pub(crate) struct Watched<S: Session, W> {
    pub(crate) session: S,
    pub(crate) watch: W,
    asked: Vec<(Ticket, S::Request)>,
}

impl<S: Session, W> Watched<S, W> {
    pub(crate) fn new(session: S, watch: W) -> Self {
        Self {
            session,
            watch,
            asked: Vec::new(),
        }
    }

    fn take(&mut self, ticket: Ticket) -> S::Request {
        let place = self.asked.iter().position(|(asked, _)| *asked == ticket);
        self.asked.swap_remove(place.expect("a ticket that is live")).1
    }
}

impl<S: Session, W: Watch<S>> Endpoint for Watched<S, W> {
    fn transport(&self) -> Transport {
        self.session.transport()
    }
    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.watch.link(&self.session, event);
        self.session.handle_link(now, event);
    }
    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        let taken = self.session.handle_input(now, bytes);
        self.watch.heard(&self.session);
        taken
    }
    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        let left = self.session.transmit().get(..len).expect("what was shown");
        self.watch.left(&self.session, left);
        self.session.handle_transmitted(now, len);
    }
    fn handle_timeout(&mut self, now: Instant) {
        self.session.handle_timeout(now);
    }
    fn transmit(&self) -> &[u8] {
        self.session.transmit()
    }
    fn poll_timeout(&self) -> Option<Instant> {
        self.session.poll_timeout()
    }
    fn link_demand(&self) -> LinkDemand {
        self.session.link_demand()
    }
}

impl<S, W> Session for Watched<S, W>
where
    S: Session<Request: Clone>,
    W: Watch<S>,
{
    type Request = S::Request;
    type Reply = S::Reply;
    type Notice = S::Notice;
    type Error = S::Error;

    fn submit(&mut self, now: Instant, request: S::Request) -> Result<Ticket, Refused<S::Request>> {
        let ticket = self.session.submit(now, request.clone())?;
        self.watch.accepted(&self.session, &request);
        self.asked.push((ticket, request));
        Ok(ticket)
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.session.cancel(now, ticket);
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        let event = self.session.poll_event()?;
        match &event {
            Event::Done { ticket, result } => {
                if let Err(error) = result {
                    show(error);
                    let _ = (error.kind(), error.effect());
                }
                let request = self.take(*ticket);
                self.watch.done(request, result);
            }
            Event::Notice(notice) => self.watch.notice(notice),
        }
        Some(event)
    }
}
