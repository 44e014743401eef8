use pdu_core::{ErrorKind, Hub, Instant, LinkDemand, Path, Refused, Ticket, Transport};

use super::{ManagerEvent, ManagerOptions, Request, Target, TargetId};
use crate::SnmpError;

/// Asks many agents over one socket: a [`Hub`].
#[derive(Debug)]
pub struct Manager {
    options: ManagerOptions,
}

impl Manager {
    /// A manager without targets.
    pub const fn new(options: ManagerOptions) -> Self {
        Self { options }
    }

    /// Its settings.
    pub const fn options(&self) -> &ManagerOptions {
        &self.options
    }

    /// Adds an agent.
    #[allow(clippy::needless_pass_by_value)]
    pub fn add(&mut self, _target: Target) -> Result<TargetId, SnmpError> {
        let (index, generation) = (0, 0);
        Ok(TargetId { index, generation })
    }

    /// Removes an agent. Its requests are cancelled.
    pub fn remove(&mut self, _now: Instant, _target: TargetId) {}

    /// Asks an agent something. The ticket names it in the `Done` that will come, exactly once.
    pub fn submit(&mut self, _now: Instant, _target: TargetId, _request: Request<'_>) -> Result<Ticket, Refused<()>> {
        let (request, kind) = ((), ErrorKind::Busy);
        Err(Refused { request, kind })
    }

    /// Withdraws a request. Its `Done` comes all the same. A ticket that is not live is ignored.
    pub fn cancel(&mut self, _now: Instant, _ticket: Ticket) {}

    /// The next thing that the manager has to tell. What the one before borrowed is given up.
    pub fn poll_event(&mut self) -> Option<ManagerEvent<'_>> {
        None
    }
}

impl Hub for Manager {
    type Peer = Path;

    fn transport(&self) -> Transport {
        Transport::Datagram { max_len: 65_507 }
    }

    fn handle_open(&mut self, _now: Instant, _peer: &Path) -> Result<(), Refused<()>> {
        Ok(())
    }

    fn handle_close(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_input(&mut self, _now: Instant, _peer: &Path, bytes: &[u8]) -> usize {
        bytes.len()
    }

    fn handle_transmitted(&mut self, _now: Instant, _peer: &Path, _len: usize) {}

    fn handle_blocked(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_writable(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_timeout(&mut self, _now: Instant) {}

    fn transmit(&self) -> Option<(Path, &[u8])> {
        None
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn link_demand(&self) -> Option<(Path, LinkDemand)> {
        None
    }
}
