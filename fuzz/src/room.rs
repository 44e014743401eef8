//! Clients of a hub: they open and close, cut what they send anywhere, read late, and close what the hub wants closed.

use std::collections::VecDeque;

use pdu_core::testing::Script;
use pdu_core::{ConnectionId, Hub, Instant, LinkDemand};

/// Bytes that a client would send on while the server takes none.
const PATIENCE: usize = 4096;

/// A hub, and its clients by their numbers.
pub(crate) struct Room<H, C> {
    pub(crate) hub: H,
    pub(crate) now: Instant,
    pub(crate) clients: Vec<Client<C>>,
    /// Most that the hub may show for one of them.
    output: usize,
}

/// A client, and what a target notes of it.
#[derive(Default)]
pub(crate) struct Client<C> {
    pub(crate) is_open: bool,
    is_blocked: bool,
    /// Bytes that the hub has not taken yet.
    pub(crate) outbox: VecDeque<u8>,
    /// What it has got, and nobody has read.
    pub(crate) inbox: Vec<u8>,
    pub(crate) notes: C,
}

impl<H: Hub<Peer = ConnectionId>, C: Default> Room<H, C> {
    /// So many clients, none of them open, of a hub that may owe each of them so many bytes of output.
    pub(crate) fn new(hub: H, clients: u8, output: usize) -> Self {
        Self {
            hub,
            now: Instant::from_millis(1),
            clients: (0..clients).map(|_| Client::default()).collect(),
            output,
        }
    }

    pub(crate) fn client(&mut self, who: u8) -> &mut Client<C> {
        &mut self.clients[usize::from(who)]
    }

    /// Whether the hub has taken the client; `None` of one that is open.
    pub(crate) fn open(&mut self, who: u8) -> Option<bool> {
        if self.client(who).is_open {
            return None;
        }
        let is_open = self.hub.handle_open(self.now, &id(who)).is_ok();
        *self.client(who) = Client {
            is_open,
            ..Client::default()
        };
        Some(is_open)
    }

    pub(crate) fn close(&mut self, who: u8) {
        self.hub.handle_close(self.now, &id(who));
        *self.client(who) = Client::default();
    }

    /// Whether the client will send this: it must be open, and have some patience left.
    pub(crate) fn send(&mut self, who: u8, bytes: &[u8]) -> bool {
        let client = self.client(who);
        let will_send = client.is_open && client.outbox.len() <= PATIENCE;
        if will_send {
            client.outbox.extend(bytes);
        }
        will_send
    }

    /// Offers up to so many bytes of what a client sends, and gives those that were taken.
    pub(crate) fn deliver(&mut self, who: u8, limit: usize) -> Vec<u8> {
        let client = &mut self.clients[usize::from(who)];
        let offered = client.outbox.len().min(limit);
        let bytes = &client.outbox.make_contiguous()[..offered];
        let taken = self.hub.handle_input(self.now, &id(who), bytes);
        assert!(taken <= offered);
        client.outbox.drain(..taken).collect()
    }

    /// Takes up to so many bytes of the output that is shown, and says whose it was if it was any.
    pub(crate) fn take(&mut self, limit: usize) -> Option<u8> {
        let (peer, shown) = self.hub.transmit()?;
        assert!(!shown.is_empty() && shown.len() <= self.output, "{} bytes", shown.len());
        let bytes = shown[..shown.len().min(limit)].to_vec();
        self.hub.handle_transmitted(self.now, &peer, bytes.len());
        let who = number(&peer);
        let client = self.client(who);
        assert!(
            client.is_open && !client.is_blocked,
            "output for a client that can take none"
        );
        client.inbox.extend_from_slice(&bytes);
        (!bytes.is_empty()).then_some(who)
    }

    /// A client can take nothing any more, or something again.
    pub(crate) fn block(&mut self, who: u8, blocked: bool) {
        match blocked {
            true => self.hub.handle_blocked(self.now, &id(who)),
            false => self.hub.handle_writable(self.now, &id(who)),
        }
        let client = self.client(who);
        client.is_blocked = blocked && client.is_open;
    }

    pub(crate) fn wait(&mut self, micros: u64) {
        self.now = Instant::from_micros(self.now.as_micros() + micros);
        self.hub.handle_timeout(self.now);
        assert!(
            self.hub.poll_timeout().is_none_or(|at| at > self.now),
            "a deadline that does not move"
        );
    }

    /// Closes one connection that the hub wants closed, and gives its client as it was, and how it is to be closed.
    pub(crate) fn obey(&mut self) -> Option<(Client<C>, LinkDemand)> {
        let (peer, demand) = self.hub.link_demand()?;
        let who = number(&peer);
        assert!(self.client(who).is_open, "the end of what is not there");
        let is_over = demand == LinkDemand::Reset || self.hub.transmit().is_none_or(|(shown, _)| shown != peer);
        assert!(is_over, "closed before its output has left");
        let client = core::mem::take(self.client(who));
        self.close(who);
        Some((client, demand))
    }
}

pub(crate) fn id(who: u8) -> ConnectionId {
    ConnectionId::from_number(u64::from(who))
}

fn number(peer: &ConnectionId) -> u8 {
    u8::try_from(peer.number()).expect("a small number")
}

/// A line in which each `#` is a byte of the script.
pub(crate) fn filled(line: &[u8], script: &mut Script<'_>) -> Vec<u8> {
    let fill = |&byte: &u8| if byte == b'#' { script.next_u8() } else { byte };
    line.iter().map(fill).collect()
}

/// Up to 63 bytes as the script has them.
pub(crate) fn noise<'d>(script: &mut Script<'d>) -> &'d [u8] {
    let len = usize::from(script.next_u8() % 64);
    script.take(len)
}
