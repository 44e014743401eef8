use core::convert::Infallible;

use pdu_core::{Endpoint, EventOf, Instant, LinkDemand, LinkEvent, Refused, Session, Ticket, Transport};

use super::{Manager, ManagerOptions, OwnedRequest, Reply, Target, TargetId};
use crate::SnmpError;

/// A raw session with one agent: a [`Client`], or a box of one.
pub trait SnmpSession: Session<Request = OwnedRequest, Reply = Reply, Notice = Infallible, Error = SnmpError> {}

impl<S> SnmpSession for S where
    S: Session<Request = OwnedRequest, Reply = Reply, Notice = Infallible, Error = SnmpError> + ?Sized
{
}

/// Asks one agent, over a link of datagrams that goes to it and nowhere else: a [`Session`].
#[derive(Debug)]
pub struct Client {
    manager: Manager,
    target: Option<TargetId>,
}

impl Client {
    /// A client of this agent, without a link. `seed` are 64 random bits that make ids hard to guess; the same seed gives the
    /// same octets.
    ///
    /// # Errors
    ///
    /// Keys that cannot be.
    pub fn new(target: Target, seed: u64) -> Result<Self, SnmpError> {
        let mut manager = Manager::new(ManagerOptions::new(seed).with_capacity(64));
        let target = Some(manager.add(target)?);
        Ok(Self { manager, target })
    }
}

impl Endpoint for Client {
    fn transport(&self) -> Transport {
        Transport::Datagram { max_len: 65_507 }
    }

    fn handle_link(&mut self, _now: Instant, _event: LinkEvent) {}

    fn handle_input(&mut self, _now: Instant, bytes: &[u8]) -> usize {
        bytes.len()
    }

    fn handle_transmitted(&mut self, _now: Instant, _len: usize) {}

    fn handle_timeout(&mut self, _now: Instant) {}

    fn transmit(&self) -> &[u8] {
        &[]
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn link_demand(&self) -> LinkDemand {
        LinkDemand::Idle
    }
}

impl Session for Client {
    type Request = OwnedRequest;
    type Reply = Reply;
    type Notice = Infallible;
    type Error = SnmpError;

    fn submit(&mut self, now: Instant, request: OwnedRequest) -> Result<Ticket, Refused<OwnedRequest>> {
        let target = self.target.unwrap_or(TargetId {
            index: 0,
            generation: 0,
        });
        let asked = self.manager.submit(now, target, request.as_request());
        asked.map_err(|refused| Refused {
            request,
            kind: refused.kind,
        })
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.manager.cancel(now, ticket);
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        None
    }
}
