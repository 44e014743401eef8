//! One peer of a hub, as an endpoint.

use crate::{Endpoint, Hub, Instant, LinkDemand, LinkEvent, Transport};

/// A [`Hub`] with one peer and no other, as an [`Endpoint`]: so that a hub can stand in a [`Harness`](super::Harness) and
/// take the contract tests of a server.
#[derive(Clone, Debug)]
pub struct SolePeer<H: Hub> {
    hub: H,
    peer: H::Peer,
}

impl<H: Hub> SolePeer<H> {
    /// Lets a hub, which has no peer yet, have this one.
    pub const fn new(hub: H, peer: H::Peer) -> Self {
        Self { hub, peer }
    }

    /// The hub.
    pub const fn hub(&self) -> &H {
        &self.hub
    }

    /// The hub, to change what it serves.
    pub const fn hub_mut(&mut self) -> &mut H {
        &mut self.hub
    }
}

impl<H: Hub> Endpoint for SolePeer<H> {
    fn transport(&self) -> Transport {
        self.hub.transport()
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        if self.hub.transport() != Transport::Stream {
            return;
        }
        match event {
            // A hub of which nobody else is a peer has room for one.
            LinkEvent::Up => drop(self.hub.handle_open(now, &self.peer)),
            LinkEvent::Eof => {}
            LinkEvent::Lost => self.hub.handle_close(now, &self.peer),
        }
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.hub.handle_input(now, &self.peer, bytes)
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        self.hub.handle_transmitted(now, &self.peer, len);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.hub.handle_timeout(now);
    }

    fn transmit(&self) -> &[u8] {
        match self.hub.transmit() {
            Some((peer, bytes)) if peer == self.peer => bytes,
            _ => &[],
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.hub.poll_timeout()
    }

    fn link_demand(&self) -> LinkDemand {
        match self.hub.link_demand() {
            Some((peer, demand)) if peer == self.peer => demand,
            _ => LinkDemand::Idle,
        }
    }
}
