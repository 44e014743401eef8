//! 10,000 SNMP agents, each at an address of its own, and who polls them all through one socket: our manager, and a poller that
//! only moves octets.
//!
//! The agents are one socket in a process of its own, which sees to which address a request came and answers from there. It reads
//! each request whole and encodes an answer; of v3 it verifies, checks the time, deciphers, enciphers and authenticates, with
//! the keys of that agent. It does so whoever asks, so that what differs is the poller alone.

use std::future::poll_fn;
use std::io::{self, IoSlice, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use nix::libc::in_pktinfo;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg, sendmsg, setsockopt, sockopt::Ipv4PacketInfo,
};
use pdu_core::Instant;
use pdu_core::tokio::UdpDriver;
use pdu_proto_snmp::client::{Manager, ManagerEvent, ManagerOptions, Request, Target, TargetId};
use pdu_proto_snmp::oid;
use pdu_proto_snmp::usm::{
    AuthProtocol, EngineId, Keys, LocalEngine, MasterKey, Outgoing, PrivProtocol, Report, Salt, Salts, User,
};
use pdu_proto_snmp::wire::v3::{self, Flags, Scoped, SecurityLevel};
use pdu_proto_snmp::wire::{Body, Message, Oid, Operation, Tolerance, Value, VarBind, Version};
use socket2::SockRef;

/// How many agents there are.
pub const AGENTS: u16 = 10_000;
/// How many requests are under way.
pub const WINDOW: u32 = 128;
/// What the socket buffers are raised to, as far as the system lets: a datagram takes about 1.3 KiB of them.
const SOCKET_BUFFER: usize = 4 << 20;
/// The largest message.
const MAX_SIZE: usize = 1472;
const BOOTS: u32 = 1;
const COMMUNITY: &[u8] = b"public";

/// The objects that are asked for: ten counters of one table.
const OBJECTS: [Oid<'static>; 10] = [
    oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 1),
    oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 2),
    oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 3),
    oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 4),
    oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 5),
    oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 6),
    oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 7),
    oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 8),
    oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 9),
    oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 10),
];
/// The value of each.
const VALUE: u32 = 4_000_000_000;

/// What is asked, of all agents alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// v2c, or v3 with SHA-256 and AES-128.
    pub version: Version,
    /// How many varbinds, up to ten.
    pub varbinds: usize,
}

impl Question {
    fn names(&self) -> Vec<VarBind<'static>> {
        OBJECTS
            .iter()
            .take(self.varbinds)
            .map(|name| VarBind::ask(*name))
            .collect()
    }
}

/// Where an agent is. All of 127.0.0.0/8 is this machine.
fn address(agent: u16, port: u16) -> SocketAddr {
    let [high, low] = agent.to_be_bytes();
    SocketAddrV4::new(Ipv4Addr::new(127, 1, high, low), port).into()
}

/// Which agent is there.
fn agent_at(address: Ipv4Addr) -> u16 {
    let [_, _, high, low] = address.octets();
    u16::from_be_bytes([high, low])
}

fn engine_id(agent: u16) -> EngineId {
    EngineId::from_text(99_999, &format!("agent {agent}")).expect("a short text")
}

/// The one user, whom all agents know.
fn user() -> User {
    let key = |octet| MasterKey::from_octets(AuthProtocol::Sha256, &[octet; 32]).expect("as long as the hash");
    User::new("poller")
        .expect("a short name")
        .with_auth(AuthProtocol::Sha256, key(0x42))
        .with_privacy(PrivProtocol::Aes128, key(0x24))
}

/// The time in both processes: engines have started at the epoch.
fn wall_clock(start: SystemTime) -> Instant {
    let since = start.elapsed().unwrap_or_default();
    Instant::from_micros(u64::try_from(since.as_micros()).unwrap_or(0))
}

fn raise_buffers(socket: &UdpSocket) -> io::Result<()> {
    let socket = SockRef::from(socket);
    socket.set_recv_buffer_size(SOCKET_BUFFER)?;
    socket.set_send_buffer_size(SOCKET_BUFFER)
}

/// All agents.
#[derive(Debug)]
pub struct Agents {
    socket: UdpSocket,
    keys: Vec<(EngineId, Keys)>,
    start: SystemTime,
    salts: Salts,
    values: Vec<VarBind<'static>>,
    buffer: Vec<u8>,
    scratch: Vec<u8>,
}

impl Agents {
    /// Agents that have started at `start`, on some port of all their addresses.
    pub fn bind(start: SystemTime) -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        raise_buffers(&socket)?;
        setsockopt(&socket, Ipv4PacketInfo, &true)?;
        let user = user();
        let keys = (0..AGENTS)
            .map(engine_id)
            .map(|id| (id, Keys::localise(&user, &id).expect("keys that fit")));
        Ok(Self {
            socket,
            keys: keys.collect(),
            start,
            salts: Salts::new(1),
            values: OBJECTS
                .iter()
                .map(|name| VarBind::new(*name, Value::Counter32(VALUE)))
                .collect(),
            buffer: vec![0; MAX_SIZE],
            scratch: vec![0; MAX_SIZE],
        })
    }

    /// The port.
    pub fn port(&self) -> io::Result<u16> {
        Ok(self.socket.local_addr()?.port())
    }

    /// Answers until the process is ended.
    pub fn run(&mut self) -> io::Result<()> {
        let mut request = [0; 2048];
        let mut ancillary = nix::cmsg_space!(in_pktinfo);
        loop {
            let (len, from, to) = {
                let mut slices = [IoSliceMut::new(&mut request)];
                let message = recvmsg::<SockaddrIn>(
                    self.socket.as_raw_fd(),
                    &mut slices,
                    Some(&mut ancillary),
                    MsgFlags::empty(),
                )?;
                let to = message.cmsgs()?.find_map(|one| match one {
                    ControlMessageOwned::Ipv4PacketInfo(info) => Some(info),
                    _ => None,
                });
                (message.bytes, message.address, to)
            };
            let (Some(from), Some(to)) = (from, to) else { continue };
            let agent = agent_at(Ipv4Addr::from(u32::from_be(to.ipi_addr.s_addr)));
            let fd = self.socket.as_raw_fd();
            if let Some(answer) = self.answer(agent, &request[..len]) {
                let way = in_pktinfo {
                    ipi_ifindex: 0,
                    ipi_spec_dst: to.ipi_addr,
                    ..to
                };
                let _ = sendmsg(
                    fd,
                    &[IoSlice::new(answer)],
                    &[ControlMessage::Ipv4PacketInfo(&way)],
                    MsgFlags::empty(),
                    Some(&from),
                );
            }
        }
    }

    fn answer(&mut self, agent: u16, request: &[u8]) -> Option<&[u8]> {
        match Version::of(request).ok()? {
            Version::V3 => self.answer_v3(agent, request),
            _ => self.answer_v2c(request),
        }
    }

    fn answer_v2c(&mut self, request: &[u8]) -> Option<&[u8]> {
        let request = Message::parse(request, Tolerance::STRICT).ok()?;
        let values = self.values.get(..request.body.varbinds().count())?;
        let response = Body::response(request.body.request_id()?, values);
        let answer = Message::v2c(request.community.0, response).encode(&mut self.buffer);
        answer.ok().map(|octets| &*octets)
    }

    fn answer_v3(&mut self, agent: u16, request: &[u8]) -> Option<&[u8]> {
        let (id, keys) = self.keys.get(usize::from(agent))?;
        let message = v3::Message::parse(request, Tolerance::STRICT).ok()?;
        let usm = message.usm()?;
        let now = wall_clock(self.start);
        let engine = LocalEngine::new(*id, BOOTS, Instant::EPOCH);
        let (boots, time) = engine.stamp(now);
        let outgoing = Outgoing {
            message_id: message.header().message_id,
            max_size: 1472,
            flags: Flags::NONE,
            engine_id: id.as_octets(),
            boots,
            time,
            salt: self.salts.take(),
        };
        let refused = if usm.engine_id.is_empty() {
            Some((Report::UnknownEngineIds, SecurityLevel::NoAuthNoPriv))
        } else {
            keys.verify(&message).ok()?;
            let is_late = engine.check(now, usm.engine_boots, usm.engine_time).is_err();
            is_late.then_some((Report::NotInTimeWindows, SecurityLevel::AuthNoPriv))
        };
        if let Some((report, level)) = refused {
            let count = [VarBind::new(report.oid(), Value::Counter32(1))];
            let body = Body::common(Operation::REPORT, 0, &count);
            let len = Scoped::new(id.as_octets(), b"", body)
                .encode(&mut self.buffer)
                .ok()?
                .len();
            return keys
                .seal_at(level, outgoing, len, &mut self.buffer)
                .ok()
                .map(|octets| &*octets);
        }
        let scoped = keys.decrypt(&message, &mut self.scratch, Tolerance::STRICT).ok()?;
        let values = self.values.get(..scoped.body.varbinds().count())?;
        let body = Body::response(scoped.body.request_id()?, values);
        let len = Scoped::new(id.as_octets(), b"", body)
            .encode(&mut self.buffer)
            .ok()?
            .len();
        keys.seal(outgoing, len, &mut self.buffer).ok().map(|octets| &*octets)
    }
}

/// Whoever polls: so many requests, each answered, in turns over all agents.
pub trait Poller {
    /// Polls so often, and says how long it took.
    fn poll(&mut self, requests: u64) -> impl Future<Output = Duration>;
}

async fn socket() -> io::Result<tokio::net::UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    raise_buffers(&socket)?;
    socket.set_nonblocking(true)?;
    tokio::net::UdpSocket::from_std(socket)
}

/// Sends what was prepared, and takes whatever comes back for an answer.
#[derive(Debug)]
pub struct Raw {
    socket: tokio::net::UdpSocket,
    /// One for each agent.
    requests: Vec<(SocketAddr, Vec<u8>)>,
    buffer: Vec<u8>,
}

impl Raw {
    /// Requests as our manager sends them. Those of v3 are good for 150 seconds.
    pub async fn new(port: u16, start: SystemTime, question: Question) -> io::Result<Self> {
        let user = user();
        let request = |agent| (address(agent, port), prepared(agent, &user, start, question));
        Ok(Self {
            socket: socket().await?,
            requests: (0..AGENTS).map(request).collect(),
            buffer: vec![0; 65_508],
        })
    }
}

fn prepared(agent: u16, user: &User, start: SystemTime, question: Question) -> Vec<u8> {
    let names = question.names();
    let mut buffer = [0; MAX_SIZE];
    // An id of four octets, as almost all are.
    let body = Body::get(0x4242_4242, names.as_slice());
    if question.version != Version::V3 {
        return Message::v2c(COMMUNITY, body)
            .encode(&mut buffer)
            .expect("room")
            .to_vec();
    }
    let id = engine_id(agent);
    let keys = Keys::localise(user, &id).expect("keys that fit");
    let (boots, time) = LocalEngine::new(id, BOOTS, Instant::EPOCH).stamp(wall_clock(start));
    let outgoing = Outgoing {
        message_id: 0x4242_4242,
        max_size: 1472,
        flags: Flags::REPORTABLE,
        engine_id: id.as_octets(),
        boots,
        time,
        salt: Salt(u64::from(agent)),
    };
    let len = Scoped::new(id.as_octets(), b"", body)
        .encode(&mut buffer)
        .expect("room")
        .len();
    keys.seal(outgoing, len, &mut buffer).expect("room").to_vec()
}

impl Poller for Raw {
    async fn poll(&mut self, requests: u64) -> Duration {
        let start = std::time::Instant::now();
        let mut order = self.requests.iter().cycle();
        let (mut sent, mut received, mut free) = (0_u64, 0_u64, u64::from(WINDOW));
        while received < requests {
            // As the driver: all that came is taken, then all that may be is sent.
            while free > 0 && sent < requests {
                let (to, request) = order.next().expect("a circle");
                self.socket.send_to(request, to).await.expect("a free way");
                (sent, free) = (sent + 1, free - 1);
            }
            self.socket.readable().await.expect("a socket");
            while let Ok((len, _from)) = self.socket.try_recv_from(&mut self.buffer) {
                assert!(len > 0, "an answer");
                (received, free) = (received + 1, free + 1);
            }
        }
        start.elapsed()
    }
}

/// Our manager, with the driver that everybody uses.
pub struct Ours {
    driver: UdpDriver<Manager>,
    targets: Vec<TargetId>,
    names: Vec<VarBind<'static>>,
    next: usize,
}

impl Ours {
    /// A manager that knows all agents.
    pub async fn new(port: u16, question: Question) -> io::Result<Self> {
        let user = user();
        let options = ManagerOptions::new(1).with_window(WINDOW).with_capacity(2 * WINDOW);
        let mut manager = Manager::new(options);
        let target = |agent| match question.version {
            Version::V3 => Target::v3(address(agent, port), user.clone()),
            _ => Target::v2c(address(agent, port), COMMUNITY),
        };
        let targets = (0..AGENTS)
            .map(|agent| manager.add(target(agent)).expect("keys that fit"))
            .collect();
        Ok(Self {
            driver: UdpDriver::new(socket().await?, manager),
            targets,
            names: question.names(),
            next: 0,
        })
    }

    /// What it has seen and done.
    pub fn statistics(&self) -> pdu_proto_snmp::client::Statistics {
        self.driver.hub().statistics()
    }

    fn submit(&mut self, now: Instant) {
        let target = self.targets[self.next];
        self.next = (self.next + 1) % self.targets.len();
        let request = Request::get(self.names.as_slice());
        self.driver.hub_mut().submit(now, target, request).expect("room");
    }
}

impl Poller for Ours {
    async fn poll(&mut self, requests: u64) -> Duration {
        let start = std::time::Instant::now();
        let (mut submitted, mut done) = (0_u64, 0_u64);
        poll_fn(|cx| {
            loop {
                let now = self.driver.now();
                while submitted < requests && submitted - done < u64::from(WINDOW) {
                    self.submit(now);
                    submitted += 1;
                }
                let _ = self.driver.poll_run(cx);
                let before = done;
                while let Some(event) = self.driver.hub_mut().poll_event() {
                    check(&event, self.names.len());
                    done += 1;
                }
                if done == requests {
                    return Poll::Ready(());
                }
                if done == before {
                    return Poll::Pending;
                }
            }
        })
        .await;
        start.elapsed()
    }
}

/// Every varbind is visited.
fn check(event: &ManagerEvent<'_>, varbinds: usize) {
    let ManagerEvent::Done {
        result: Ok(response), ..
    } = event
    else {
        panic!("{event:?}");
    };
    let good = |varbind: VarBind<'_>| varbind.value == Value::Counter32(VALUE);
    let found = response
        .varbinds()
        .iter()
        .filter(|varbind| varbind.is_ok_and(good))
        .count();
    assert_eq!(found, varbinds);
}
