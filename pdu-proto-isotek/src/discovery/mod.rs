//! Level 1, finding units: the question `A?` by UDP broadcast, and a table of who answered.
//!
//! Every unit on the local network answers with its serial number, its Ethernet address and two servers, whose use is not
//! stated; its own IP address is that of the datagram (inferred: it is not in the line). With that one connects by TCP, to
//! port 501.
//!
//! Source: lines 14 to 27.

mod found;

pub use found::{Found, Statistics, Stray};

use alloc::collections::{BTreeMap, VecDeque};
use core::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use pdu_core::{ErrorKind, Hub, Instant, LinkDemand, Mode, Path, Refused, Transport};

use self::found::Key;
use crate::wire::{MAX_LINE, Parsed, Reply, datagram_line};

/// The port at which units listen, by UDP and by TCP. Source: lines 14 to 18.
pub const PORT: u16 = 501;

/// Everybody on the local network. Source: lines 15 to 18.
pub const BROADCAST: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::BROADCAST, PORT));

/// The question. No terminator is shown (line 18).
const QUESTION: &[u8] = b"A?";

/// How many questions may wait to be sent.
const MAX_QUESTIONS: usize = 16;
/// How many datagrams that were no answer are kept.
const MAX_STRAYS: usize = 8;

/// Asks who is there, and keeps a table of who answered: a [`Hub`] over UDP.
///
/// A question may be lost, and so may an answer: how often to [`ask`](Self::ask), and how long to wait, is the caller's to
/// decide; twice within two seconds is usual. On a machine of several interfaces ask once for each, with
/// [`Path::local`] set to its address, since a broadcast leaves by one only.
///
/// Answers of one unit from one address are one row of the table, however many came. The same unit behind two addresses is
/// two rows. The table holds as many rows as it was made for, and counts what it had no place for.
///
/// ```
/// use pdu_core::{Hub, Instant, Path};
/// use pdu_proto_isotek::discovery::{BROADCAST, Discovery};
///
/// let mut discovery = Discovery::new();
/// let now = Instant::EPOCH; // the caller's clock
/// discovery.ask(now, Path::to(BROADCAST)).unwrap();
/// let (path, datagram) = discovery.transmit().unwrap();
/// assert_eq!((path.remote, datagram), (BROADCAST, &b"A?"[..]));
/// discovery.handle_transmitted(now, &path, 2);
///
/// let from = Path::to("192.0.2.7:501".parse()?);
/// discovery.handle_input(now, &from, b"A=SN0001|00:11:22:33:44:55|192.0.2.1|80|192.0.2.2|80|\r\n");
/// let unit = discovery.units().next().unwrap();
/// assert_eq!(unit.address.serial.as_str(), "SN0001");
/// assert_eq!(unit.path, from);
/// # Ok::<(), core::net::AddrParseError>(())
/// ```
#[derive(Debug)]
pub struct Discovery {
    mode: Mode,
    capacity: usize,
    now: Instant,
    questions: VecDeque<Question>,
    units: BTreeMap<Key, Found>,
    /// Found, and not told yet.
    news: VecDeque<Key>,
    strays: VecDeque<Stray>,
    statistics: Statistics,
}

#[derive(Debug)]
struct Question {
    path: Path,
    is_blocked: bool,
}

impl Default for Discovery {
    fn default() -> Self {
        Self::new()
    }
}

impl Discovery {
    /// A table of at most 1,024 rows, that takes answers leniently.
    pub fn new() -> Self {
        Self::with_capacity(1024)
    }

    /// A table of at most so many rows.
    pub const fn with_capacity(capacity: usize) -> Self {
        Self {
            mode: Mode::Lenient,
            capacity,
            now: Instant::EPOCH,
            questions: VecDeque::new(),
            units: BTreeMap::new(),
            news: VecDeque::new(),
            strays: VecDeque::new(),
            statistics: Statistics::NONE,
        }
    }

    /// The same, with another way to take answers that differ from the strict form.
    #[must_use]
    pub fn with_mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    /// Asks everybody behind `path`: [`BROADCAST`], the broadcast address of a network, or one unit.
    ///
    /// # Errors
    ///
    /// [`Busy`](ErrorKind::Busy) if 16 questions wait to be sent.
    pub fn ask(&mut self, now: Instant, path: Path) -> Result<(), Refused<Path>> {
        self.catch_up(now);
        if self.questions.len() >= MAX_QUESTIONS {
            let kind = ErrorKind::Busy;
            return Err(Refused { request: path, kind });
        }
        let is_blocked = false;
        self.questions.push_back(Question { path, is_blocked });
        Ok(())
    }

    /// All units that were found, by address, then by serial number.
    pub fn units(&self) -> impl Iterator<Item = &Found> {
        self.units.values()
    }

    /// The next unit that was found and not told here yet, in the order of the answers.
    pub fn poll_found(&mut self) -> Option<&Found> {
        let key = self.news.pop_front()?;
        self.units.get(&key)
    }

    /// The next datagram that was no answer. Of those that are not taken, the oldest are dropped.
    pub fn poll_stray(&mut self) -> Option<Stray> {
        self.strays.pop_front()
    }

    /// What came, counted.
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// Forgets all units; questions that wait are sent all the same.
    pub fn clear(&mut self) {
        self.units.clear();
        self.news.clear();
    }

    fn catch_up(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    fn take(&mut self, path: Path, datagram: &[u8]) {
        let line = datagram_line(datagram);
        if line == QUESTION {
            // Our own, heard back, or another's.
            return bump(&mut self.statistics.questions);
        }
        match Reply::parse(line, self.mode) {
            Ok(Parsed {
                value: Reply::Address(address),
                deviations,
            }) => {
                let address = address.into_owned();
                let found = Found::new(path, address, deviations, self.now);
                self.enter(found);
            }
            Err(error) if line.starts_with(b"A=") => {
                bump(&mut self.statistics.rejected);
                self.keep_stray(path, datagram, Some(error));
            }
            _ => {
                bump(&mut self.statistics.foreign);
                self.keep_stray(path, datagram, None);
            }
        }
    }

    fn enter(&mut self, found: Found) {
        bump(&mut self.statistics.answers);
        let key = Key::of(&found);
        if let Some(known) = self.units.get_mut(&key) {
            bump(&mut self.statistics.repeated);
            known.hear_again(found);
        } else if self.units.len() >= self.capacity {
            bump(&mut self.statistics.not_kept);
        } else {
            self.news.push_back(key.clone());
            self.units.insert(key, found);
        }
    }

    fn keep_stray(&mut self, path: Path, datagram: &[u8], error: Option<crate::wire::WireError>) {
        if self.strays.len() >= MAX_STRAYS {
            self.strays.pop_front();
        }
        let head = datagram.get(..MAX_LINE).unwrap_or(datagram);
        self.strays.push_back(Stray {
            path,
            error,
            datagram: head.into(),
        });
    }

    fn questions_to(&mut self, path: &Path) -> impl Iterator<Item = &mut Question> {
        self.questions.iter_mut().filter(move |question| question.path == *path)
    }
}

impl Hub for Discovery {
    type Peer = Path;

    fn transport(&self) -> Transport {
        Transport::Datagram { max_len: 2 * MAX_LINE }
    }

    fn handle_open(&mut self, _now: Instant, _peer: &Path) -> Result<(), Refused<()>> {
        Ok(())
    }

    fn handle_close(&mut self, _now: Instant, _peer: &Path) {}

    fn handle_input(&mut self, now: Instant, peer: &Path, bytes: &[u8]) -> usize {
        self.catch_up(now);
        self.take(*peer, bytes);
        bytes.len()
    }

    fn handle_transmitted(&mut self, now: Instant, peer: &Path, _len: usize) {
        self.catch_up(now);
        let place = self.questions.iter().position(|question| question.path == *peer);
        if place.and_then(|place| self.questions.remove(place)).is_some() {
            bump(&mut self.statistics.asked);
        }
    }

    fn handle_blocked(&mut self, now: Instant, peer: &Path) {
        self.catch_up(now);
        self.questions_to(peer).for_each(|question| question.is_blocked = true);
    }

    fn handle_writable(&mut self, now: Instant, peer: &Path) {
        self.catch_up(now);
        self.questions_to(peer).for_each(|question| question.is_blocked = false);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.catch_up(now);
    }

    fn transmit(&self) -> Option<(Path, &[u8])> {
        let next = self.questions.iter().find(|question| !question.is_blocked)?;
        Some((next.path, QUESTION))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn link_demand(&self) -> Option<(Path, LinkDemand)> {
        None
    }
}

fn bump(count: &mut u32) {
    *count = count.saturating_add(1);
}
