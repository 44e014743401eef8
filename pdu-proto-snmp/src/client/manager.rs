use alloc::vec::Vec;

use core::fmt;

use pdu_core::{Effect, ErrorKind, Hub, Instant, LinkDemand, Path, Refused, Rng, Ticket, Transport};
use zeroize::Zeroizing;

use super::{
    ManagerEvent, ManagerOptions, Request, Response, Retry, Statistics, Target, TargetId,
    ids::{Generation, Ids},
    links::List,
    peers::{Access, Peer, Peers},
    slot::{Job, Slots, Stage},
};
use crate::{
    SnmpError,
    usm::Salts,
    wire::{Operation, VarBinds, Version, append_ask, append_of},
};

/// The largest table of requests.
const MAX_CAPACITY: u32 = 1 << 20;
/// The largest datagram of UDP over IPv4. That an engine says that it takes larger ones is legal.
const MAX_DATAGRAM: usize = 65_507;

/// Asks many agents over one socket: a [`Hub`].
///
/// Each agent has its own version, credentials, patience and window; requests beyond a window wait in the order in which they
/// came, and agents take turns. Ends of requests come from [`poll_event`](Self::poll_event), and borrow what the agent sent.
///
/// - An answer is taken for any attempt of a request under way, from where [`SourcePolicy`](super::SourcePolicy) allows, and
///   for nothing else: every attempt has an id of its own, which comes again after thousands of others.
/// - What reads is asked again, as often and with the waits that [`TargetOptions`](super::TargetOptions) say. A set is sent
///   once, unless the caller says that it is [`Idempotent`](Retry::Idempotent).
/// - A get that the agent finds too big is asked in parts. A [walk](super::Walk) falls back to get-next where get-bulk is not
///   answered.
/// - In v3, the agent's engine is found by a probe, and its clock taken over from an authenticated report: outside the count of
///   attempts, once a request. A report that is not authenticated changes no clock and, once a message of the engine was
///   verified, no engine; it is believed if it comes twice, and then only ends its request.
///
/// In steady state nothing is allocated for a get whose names and values are no larger than those before.
///
/// ```
/// use pdu_core::{Hub, Instant, Path};
/// use pdu_proto_snmp::{oid, client::{Manager, ManagerEvent, ManagerOptions, Request, Target}};
/// use pdu_proto_snmp::wire::{Body, Message, Tolerance, Value, VarBind};
///
/// let mut manager = Manager::new(ManagerOptions::new(7)); // 64 random bits
/// let unit = manager.add(Target::v2c("192.0.2.7:161".parse()?, b"public"))?;
/// let now = Instant::EPOCH; // the caller's clock
/// let uptime = VarBind::ask(oid!(1, 3, 6, 1, 2, 1, 1, 3, 0));
/// let ticket = manager.submit(now, unit, Request::get(&[uptime]))?;
///
/// let (path, datagram) = manager.transmit().unwrap();
/// let id = Message::parse(datagram, Tolerance::STRICT)?.body.request_id().unwrap();
/// let len = datagram.len();
/// manager.handle_transmitted(now, &path, len);
///
/// let value = [VarBind::new(uptime.name, Value::TimeTicks(1234))];
/// let mut buffer = [0; 100];
/// let answer = Message::v2c(b"public", Body::response(id, &value)).encode(&mut buffer)?;
/// manager.handle_input(now, &path, answer);
/// match manager.poll_event() {
///     Some(ManagerEvent::Done { ticket: done, result: Ok(response), .. }) => {
///         assert_eq!((done, response.varbinds()), (ticket, (&value).into()));
///     }
///     other => panic!("{other:?}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Manager {
    pub(super) options: ManagerOptions,
    pub(super) now: Instant,
    pub(super) peers: Peers,
    pub(super) slots: Slots,
    /// Requests that are to be sent, in order.
    pub(super) ready: List,
    /// Those whose agents can take nothing now.
    pub(super) parked: List,
    /// Those of which there is something to tell.
    pub(super) events: List,
    /// The request whose end was told last: what it holds may still be borrowed.
    told: Option<u32>,
    /// Requests in the send buffer or with an agent.
    pub(super) outstanding: u32,
    pub(super) staged: Option<Staged>,
    /// The send buffer: one message, at its end.
    pub(super) out: Zeroizing<Vec<u8>>,
    /// Where messages are deciphered.
    pub(super) scratch: Zeroizing<Vec<u8>>,
    pub(super) ids: Ids,
    pub(super) salts: Salts,
    pub(super) rng: Rng,
    pub(super) statistics: Statistics,
}

/// The message in the send buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Staged {
    pub(super) place: u32,
    pub(super) path: Path,
    /// The attempt before: if this one is taken back, its number is free again.
    pub(super) before: Generation,
    /// Where in the buffer it begins.
    pub(super) start: usize,
    /// And where it ends.
    pub(super) end: usize,
}

impl Manager {
    /// A manager without targets.
    pub fn new(options: ManagerOptions) -> Self {
        let options = ManagerOptions {
            window: options.window.max(1),
            capacity: options.capacity.clamp(1, MAX_CAPACITY),
            ..options
        };
        let mut rng = Rng::from_seed(options.seed);
        Self {
            now: Instant::EPOCH,
            peers: Peers::default(),
            slots: Slots::new(options.capacity),
            ready: List::EMPTY,
            parked: List::EMPTY,
            events: List::EMPTY,
            told: None,
            outstanding: 0,
            staged: None,
            out: Zeroizing::default(),
            scratch: Zeroizing::default(),
            ids: Ids::new(options.capacity, &mut rng),
            salts: Salts::new(rng.next_u64()),
            rng,
            statistics: Statistics::default(),
            options,
        }
    }

    /// Its settings.
    pub const fn options(&self) -> &ManagerOptions {
        &self.options
    }

    /// What it has seen and done.
    pub const fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// How many agents it knows.
    pub fn targets(&self) -> usize {
        self.peers.len()
    }

    /// Adds an agent. One address may have several, as with several communities.
    ///
    /// # Errors
    ///
    /// Keys that cannot be made: a protocol that this build leaves out.
    pub fn add(&mut self, target: Target) -> Result<TargetId, SnmpError> {
        let id = self.peers.insert(target)?;
        let largest = self.peer(id.index).map(|peer| peer.options.max_message_size);
        let largest = usize::from(largest.unwrap_or_default());
        if self.out.len() < largest {
            let mut larger = alloc::vec![0; largest];
            // What is staged is addressed from the front.
            for (place, octet) in larger.iter_mut().zip(self.out.iter()) {
                *place = *octet;
            }
            self.out = Zeroizing::new(larger);
        }
        Ok(id)
    }

    /// Removes an agent. Its requests are cancelled.
    pub fn remove(&mut self, now: Instant, target: TargetId) {
        self.catch_up(now);
        let Some(peer) = self.peers.place(target) else {
            return;
        };
        let is_its = |(place, slot): (u32, &super::slot::Slot)| (slot.target == target).then_some(place);
        let live: Vec<u32> = self.slots.all_live().filter_map(is_its).collect();
        for place in live {
            self.cancel_place(place);
        }
        self.peers.remove(peer);
        self.stage_next();
    }

    /// Forgets which engine an agent of v3 has, so that the next request looks for it: for one that was exchanged or got
    /// another id, and now reports [`UnknownEngineIds`](crate::usm::Report::UnknownEngineIds). That is not done on the word of
    /// such a report, since anyone can send one. An engine that the caller named stays.
    pub fn forget_engine(&mut self, target: TargetId) {
        if let Some(place) = self.peers.place(target)
            && let Some(peer) = self.peers.at(place)
            && let Access::User(principal) = &mut peer.access
        {
            principal.forget();
        }
    }

    /// Asks an agent something. The ticket names it in the `Done` that will come, exactly once.
    ///
    /// # Errors
    ///
    /// [`Busy`](ErrorKind::Busy) if the table is full, [`InvalidArgument`](ErrorKind::InvalidArgument) for an agent that was
    /// removed. What is wrong with the request itself comes as its `Done`.
    pub fn submit(&mut self, now: Instant, target: TargetId, request: Request<'_>) -> Result<Ticket, Refused<()>> {
        self.catch_up(now);
        let refused = |kind| Refused { request: (), kind };
        let peer = self.peers.place(target).ok_or(refused(ErrorKind::InvalidArgument))?;
        let place = self.slots.take(target).ok_or(refused(ErrorKind::Busy))?;
        let ticket = self.slots[place].ticket;
        match self.load(place, peer, request) {
            Ok(()) => self.enter(place),
            Err(error) => self.tell_end(place, Some(error)),
        }
        self.stage_next();
        Ok(ticket)
    }

    /// Withdraws a request. Its `Done` comes all the same: with [`Effect::NotApplied`] if nothing of it has left. A ticket that
    /// is not live is ignored.
    pub fn cancel(&mut self, now: Instant, ticket: Ticket) {
        self.catch_up(now);
        if let Some(place) = self.slots.live(ticket) {
            self.cancel_place(place);
            self.stage_next();
        }
    }

    /// The next thing that the manager has to tell. What it borrows is there until the manager is used again.
    pub fn poll_event(&mut self) -> Option<ManagerEvent<'_>> {
        if let Some(place) = self.told.take() {
            self.slots.trim(place);
        }
        let place = self.slots.links.pop_front(&mut self.events)?;
        let is_part = self.slots[place].stage == Stage::Part;
        let error = self.slots[place].error.take();
        if is_part {
            self.go_on(place);
        } else {
            self.slots.release(place);
            self.told = Some(place);
        }
        self.stage_next();
        let slot = &self.slots[place];
        let (target, ticket) = (slot.target, slot.ticket);
        if is_part {
            let varbinds = slot.answer.varbinds();
            return Some(ManagerEvent::Part {
                target,
                ticket,
                varbinds,
            });
        }
        let varbinds = match slot.job {
            Job::Walk => VarBinds::EMPTY,
            _ => slot.answer.varbinds(),
        };
        let anomalies = slot.answer.anomalies;
        let result = error.map_or(Ok(Response { varbinds, anomalies }), |error| Err(*error));
        Some(ManagerEvent::Done { target, ticket, result })
    }

    /// Whether any request has not ended.
    pub(super) fn has_live(&self) -> bool {
        self.slots.all_live().next().is_some()
    }

    /// Ends all requests.
    pub(super) fn fail_all(&mut self, error: impl Fn(Effect) -> SnmpError) {
        let live: Vec<u32> = self.slots.all_live().map(|(place, _)| place).collect();
        for place in live {
            let effect = self.slots[place].effect();
            self.fail(place, error(effect));
        }
        self.stage_next();
    }

    pub(super) fn catch_up(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    pub(super) fn peer(&mut self, place: u32) -> Option<&mut Peer> {
        self.peers.at(place)
    }

    /// Puts what is asked into its place.
    fn load(&mut self, place: u32, peer: u32, request: Request<'_>) -> Result<(), SnmpError> {
        let (slots, options) = (&mut self.slots, &self.options);
        let Some(peer) = self.peers.at(peer) else {
            return Ok(());
        };
        let slot = &mut slots[place];
        let all = peer.options.retries.saturating_add(1);
        slot.allowed = all;
        let names = match request {
            Request::Get(names) => {
                slot.job = Job::Read(Operation::GET);
                names
            }
            Request::GetNext(names) => {
                slot.job = Job::Read(Operation::GET_NEXT);
                names
            }
            Request::GetBulk {
                non_repeaters,
                max_repetitions,
                names,
            } => {
                slot.job = Job::Bulk {
                    non_repeaters,
                    max_repetitions,
                };
                names
            }
            Request::Set { varbinds, retry } => {
                slot.job = Job::Set;
                slot.allowed = if retry == Retry::Idempotent { all } else { 1 };
                load_values(&mut slot.asked, peer.version(), varbinds)?;
                slot.choose_part();
                return Ok(());
            }
            Request::Walk(walk) => {
                slot.job = Job::Walk;
                let walking = slot.walk.get_or_insert_default();
                let repetitions = peer.options.max_repetitions;
                walking.start(&walk, options.max_walk, repetitions, peer.version(), peer.bulk);
                return Ok(());
            }
        };
        load_names(&mut slot.asked, names)?;
        slot.choose_part();
        Ok(())
    }

    /// What to do once a part of a walk was taken.
    fn go_on(&mut self, place: u32) {
        if self.slots[place].is_last_part {
            self.end(place, None);
        } else {
            self.make_ready(place);
        }
    }

    fn cancel_place(&mut self, place: u32) {
        let effect = self.slots[place].effect();
        self.fail(place, SnmpError::Cancelled { effect });
    }
}

fn load_names(asked: &mut Vec<u8>, names: VarBinds<'_>) -> Result<(), SnmpError> {
    for varbind in names {
        let varbind = varbind.map_err(|bad| not_sent(&bad))?;
        append_ask(asked, varbind.name);
    }
    Ok(())
}

fn load_values(asked: &mut Vec<u8>, version: Version, varbinds: VarBinds<'_>) -> Result<(), SnmpError> {
    for varbind in varbinds {
        let varbind = varbind.map_err(|bad| not_sent(&bad))?;
        append_of(asked, version, varbind)?;
    }
    Ok(())
}

/// A varbind of the caller's that came off the wire, and could not be read then.
fn not_sent(bad: &crate::wire::BadVarBind<'_>) -> SnmpError {
    SnmpError::Wire {
        error: bad.error,
        effect: Effect::NotApplied,
    }
}

/// Neither messages nor who is asked: both hold secrets.
impl fmt::Debug for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manager")
            .field("options", &self.options)
            .field("targets", &self.targets())
            .field("outstanding", &self.outstanding)
            .field("statistics", &self.statistics)
            .finish_non_exhaustive()
    }
}

impl Hub for Manager {
    type Peer = Path;

    fn transport(&self) -> Transport {
        Transport::Datagram { max_len: MAX_DATAGRAM }
    }

    fn handle_open(&mut self, _now: Instant, _peer: &Path) -> Result<(), Refused<()>> {
        Ok(())
    }

    fn handle_close(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_input(&mut self, now: Instant, peer: &Path, bytes: &[u8]) -> usize {
        self.catch_up(now);
        self.receive(peer, bytes);
        self.stage_next();
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &Path, _len: usize) {
        self.catch_up(now);
        self.transmitted(peer);
        self.stage_next();
    }

    fn handle_blocked(&mut self, now: Instant, peer: &Path) {
        self.catch_up(now);
        self.set_blocked(peer);
        self.stage_next();
    }

    fn handle_writable(&mut self, now: Instant, peer: &Path) {
        self.catch_up(now);
        self.set_writable(peer);
        self.stage_next();
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.catch_up(now);
        self.expire();
        self.stage_next();
    }

    fn transmit(&self) -> Option<(Path, &[u8])> {
        let staged = self.staged.as_ref()?;
        Some((staged.path, self.out.get(staged.start..staged.end)?))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.slots.deadlines.first().map(|(at, _)| at)
    }

    fn link_demand(&self) -> Option<(Path, LinkDemand)> {
        None
    }
}
