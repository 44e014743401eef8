//! A link that loses answers when it is told to.

use std::collections::VecDeque;

use pdu_core::{Hub, Instant, LinkDemand, Refused, Transport};

use super::Fault;

/// Any device, over such a link.
pub(super) struct Lossy<H> {
    hub: H,
    pub(super) faults: VecDeque<Fault>,
}

impl<H: Hub> Lossy<H> {
    pub(super) fn new(hub: H) -> Self {
        let faults = VecDeque::new();
        Self { hub, faults }
    }

    /// Takes back the answer to what just came, if it is to be lost.
    fn lose(&mut self, now: Instant) {
        let Some(fault) = self.faults.pop_front() else {
            return;
        };
        let answer = self.hub.transmit().map(|(peer, answer)| (peer, answer.len()));
        if let (Fault::LoseAnswer, Some((peer, len))) = (fault, answer) {
            self.hub.handle_transmitted(now, &peer, len);
        }
    }
}

impl<H: Hub> Hub for Lossy<H> {
    type Peer = H::Peer;

    fn transport(&self) -> Transport {
        self.hub.transport()
    }

    fn handle_open(&mut self, now: Instant, peer: &H::Peer) -> Result<(), Refused<()>> {
        self.hub.handle_open(now, peer)
    }

    fn handle_close(&mut self, now: Instant, peer: &H::Peer) {
        self.hub.handle_close(now, peer);
    }

    fn handle_input(&mut self, now: Instant, peer: &H::Peer, bytes: &[u8]) -> usize {
        let had_nothing_to_send = self.hub.transmit().is_none();
        let taken = self.hub.handle_input(now, peer, bytes);
        if had_nothing_to_send {
            self.lose(now);
        }
        taken
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &H::Peer, len: usize) {
        self.hub.handle_transmitted(now, peer, len);
    }

    fn handle_blocked(&mut self, now: Instant, peer: &H::Peer) {
        self.hub.handle_blocked(now, peer);
    }

    fn handle_writable(&mut self, now: Instant, peer: &H::Peer) {
        self.hub.handle_writable(now, peer);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.hub.handle_timeout(now);
    }

    fn transmit(&self) -> Option<(H::Peer, &[u8])> {
        self.hub.transmit()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.hub.poll_timeout()
    }

    fn link_demand(&self) -> Option<(H::Peer, LinkDemand)> {
        self.hub.link_demand()
    }
}
