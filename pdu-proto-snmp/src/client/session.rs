use alloc::collections::BTreeMap;
use core::{convert::Infallible, time::Duration};

use pdu_core::{
    Endpoint, Event, EventOf, Hub, Instant, LinkDemand, LinkEvent, Path, Refused, Session, Ticket, Transport, earliest,
};

use super::{Manager, ManagerEvent, ManagerOptions, OwnedRequest, Reply, Statistics, Target, TargetId};
use crate::{SnmpError, wire::VarBindList};

/// Requests that a client holds at most, those included whose end was not taken yet.
const CAPACITY: u32 = 64;
/// Varbinds of a walk, which stay in memory until it ends.
const MAX_WALK: u32 = 100_000;
/// Octets of all varbinds of a walk.
const MAX_TABLE: usize = 16 << 20;
/// How long requests wait for a link.
const LINK_TIMEOUT: Duration = Duration::from_secs(5);

/// A raw session with one agent: a [`Client`], or a box of one.
pub trait SnmpSession: Session<Request = OwnedRequest, Reply = Reply, Notice = Infallible, Error = SnmpError> {}

impl<S> SnmpSession for S where
    S: Session<Request = OwnedRequest, Reply = Reply, Notice = Infallible, Error = SnmpError> + ?Sized
{
}

/// Asks one agent, over a link of datagrams that goes to it and nowhere else (a UDP socket that is connected): a [`Session`]
/// with a [`Manager`] inside, which says how requests are sent, repeated and answered.
///
/// A walk comes as one [`Reply`] with the whole table, or as an error: it may have 100,000 varbinds (see
/// [`with_options`](Self::with_options)) and 16 MiB. Up to 64 requests are in the table, those included
/// whose end was not taken yet. Requests that find no link for 5 s fail.
///
/// ```
/// use pdu_core::{Endpoint, Event, Instant, LinkEvent, Session};
/// use pdu_proto_snmp::{oid, client::{Client, OwnedRequest, Target}};
/// use pdu_proto_snmp::wire::{Body, Message, Tolerance, Value, VarBind};
///
/// const UPTIME: pdu_proto_snmp::wire::Oid = oid!(1, 3, 6, 1, 2, 1, 1, 3, 0);
///
/// let mut client = Client::new(Target::v2c("192.0.2.7:161".parse()?, b"public"), 7)?; // and 64 random bits
/// let now = Instant::EPOCH; // the caller's clock
/// client.handle_link(now, LinkEvent::Up);
/// let ticket = client.submit(now, OwnedRequest::get([UPTIME])).unwrap();
///
/// let id = Message::parse(client.transmit(), Tolerance::STRICT)?.body.request_id().unwrap();
/// client.handle_transmitted(now, client.transmit().len());
///
/// let value = [VarBind::new(UPTIME, Value::TimeTicks(1234))];
/// let mut buffer = [0; 100];
/// let answer = Message::v2c(b"public", Body::response(id, &value)).encode(&mut buffer)?;
/// client.handle_input(now, answer);
/// let Some(Event::Done { ticket: done, result: Ok(reply) }) = client.poll_event() else { panic!() };
/// assert_eq!((done, reply.value(UPTIME)), (ticket, Some(Value::TimeTicks(1234))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Client {
    manager: Manager,
    target: TargetId,
    path: Path,
    is_up: bool,
    /// Since when requests wait for a link.
    linkless: Option<Instant>,
    /// What came of walks under way; `None` of one that grew too large.
    tables: BTreeMap<Ticket, Option<VarBindList>>,
}

impl Client {
    /// A client of this agent, without a link. `seed` are 64 random bits that make ids hard to guess; the same seed gives the
    /// same octets.
    ///
    /// # Errors
    ///
    /// Keys that cannot be made.
    pub fn new(target: Target, seed: u64) -> Result<Self, SnmpError> {
        let options = ManagerOptions::new(seed)
            .with_capacity(CAPACITY)
            .with_max_walk(MAX_WALK);
        Self::with_options(target, options)
    }

    /// The same, with other bounds.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_options(target: Target, options: ManagerOptions) -> Result<Self, SnmpError> {
        let mut manager = Manager::new(options);
        let path = target.path;
        let target = manager.add(target)?;
        Ok(Self {
            manager,
            target,
            path,
            is_up: false,
            linkless: None,
            tables: BTreeMap::new(),
        })
    }

    /// What it has seen and done.
    pub const fn statistics(&self) -> Statistics {
        self.manager.statistics()
    }

    /// Forgets which engine the agent has; see [`Manager::forget_engine`].
    pub fn forget_engine(&mut self) {
        self.manager.forget_engine(self.target);
    }

    /// Starts or stops the time that requests wait for a link.
    fn watch_link(&mut self) {
        let waits = !self.is_up && self.manager.has_live();
        self.linkless = match self.linkless {
            since @ Some(_) if waits => since,
            _ => waits.then_some(self.manager.now),
        };
    }

    fn link_deadline(&self) -> Option<Instant> {
        self.linkless.map(|since| since + LINK_TIMEOUT)
    }
}

impl Endpoint for Client {
    fn transport(&self) -> Transport {
        Hub::transport(&self.manager)
    }

    fn handle_link(&mut self, now: Instant, event: LinkEvent) {
        self.manager.catch_up(now);
        self.is_up = event == LinkEvent::Up;
        self.watch_link();
    }

    fn handle_input(&mut self, now: Instant, bytes: &[u8]) -> usize {
        if self.is_up {
            // The link goes to the agent, whatever address it answers from.
            self.manager.handle_input(now, &self.path, bytes);
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, len: usize) {
        if self.is_up && len > 0 {
            self.manager.handle_transmitted(now, &self.path, len);
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.manager.handle_timeout(now);
        if self.link_deadline().is_some_and(|at| at <= self.manager.now) {
            self.manager.fail_all(|effect| SnmpError::LinkDown { effect });
        }
        self.watch_link();
    }

    fn transmit(&self) -> &[u8] {
        match self.manager.transmit() {
            Some((_, datagram)) if self.is_up => datagram,
            _ => &[],
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        earliest(self.manager.poll_timeout(), self.link_deadline())
    }

    fn link_demand(&self) -> LinkDemand {
        if self.manager.has_live() {
            LinkDemand::Open
        } else {
            LinkDemand::Idle
        }
    }
}

impl Session for Client {
    type Request = OwnedRequest;
    type Reply = Reply;
    type Notice = Infallible;
    type Error = SnmpError;

    fn submit(&mut self, now: Instant, request: OwnedRequest) -> Result<Ticket, Refused<OwnedRequest>> {
        let asked = self.manager.submit(now, self.target, request.as_request());
        self.watch_link();
        asked.map_err(|refused| Refused {
            request,
            kind: refused.kind,
        })
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.manager.cancel(now, ticket);
        self.watch_link();
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        loop {
            match self.manager.poll_event()? {
                ManagerEvent::Part { ticket, varbinds, .. } => {
                    let table = self.tables.entry(ticket).or_insert_with(|| Some(VarBindList::EMPTY));
                    let Some(list) = table else { continue };
                    list.extend(varbinds);
                    if list.octets() > MAX_TABLE {
                        *table = None;
                        self.manager.cancel(self.manager.now, ticket);
                    }
                }
                ManagerEvent::Done { ticket, result, .. } => {
                    let table = self.tables.remove(&ticket);
                    let result = match table {
                        Some(None) => Err(SnmpError::WalkTooLarge { max: MAX_TABLE }),
                        table => result.map(|response| Reply {
                            varbinds: table.flatten().unwrap_or_else(|| response.varbinds().into()),
                            anomalies: response.anomalies(),
                        }),
                    };
                    return Some(Event::Done { ticket, result });
                }
            }
        }
    }
}
