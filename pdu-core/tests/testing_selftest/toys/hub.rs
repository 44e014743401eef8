//! The toy device with its one client behind a hub.

use pdu_core::{Endpoint, ErrorKind, Hub, Instant, LinkDemand, LinkEvent, Refused, Transport};

use super::{PeerBug, ToyPeer};

pub(crate) struct ToyHub {
    device: ToyPeer,
    client: Option<u8>,
}

impl ToyHub {
    pub(crate) fn new() -> Self {
        let device = ToyPeer::tagged(Transport::Stream, PeerBug::None);
        Self { device, client: None }
    }
}

impl Hub for ToyHub {
    type Peer = u8;

    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_open(&mut self, now: Instant, peer: &u8) -> Result<(), Refused<()>> {
        if self.client.is_some() {
            let (request, kind) = ((), ErrorKind::Busy);
            return Err(Refused { request, kind });
        }
        self.client = Some(*peer);
        self.device.handle_link(now, LinkEvent::Up);
        Ok(())
    }

    fn handle_close(&mut self, now: Instant, peer: &u8) {
        if self.client == Some(*peer) {
            self.client = None;
            self.device.handle_link(now, LinkEvent::Lost);
        }
    }

    fn handle_input(&mut self, now: Instant, peer: &u8, bytes: &[u8]) -> usize {
        if self.client == Some(*peer) {
            self.device.handle_input(now, bytes)
        } else {
            bytes.len()
        }
    }

    fn handle_transmitted(&mut self, now: Instant, _peer: &u8, len: usize) {
        self.device.handle_transmitted(now, len);
    }

    fn handle_blocked(&mut self, _now: Instant, _peer: &u8) {}

    fn handle_writable(&mut self, _now: Instant, _peer: &u8) {}

    fn handle_timeout(&mut self, now: Instant) {
        self.device.handle_timeout(now);
    }

    fn transmit(&self) -> Option<(u8, &[u8])> {
        let shown = Some(self.device.transmit()).filter(|bytes| !bytes.is_empty());
        self.client.zip(shown)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn link_demand(&self) -> Option<(u8, LinkDemand)> {
        None
    }
}
