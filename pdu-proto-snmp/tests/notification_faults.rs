//! A sender and a receiver over a network that loses, repeats, delays and turns round datagrams, in virtual time.
//!
//! `PDU_FAULT_SEEDS=10000 cargo test --release -p pdu-proto-snmp --all-features --test notification_faults` runs more seeds.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod notification_support;

use std::collections::BTreeMap;
use std::time::Duration;

use notification_support::{DEVICE, STATION, address, number_of, path, private, station, tripped};
use pdu_core::testing::{Faults, FaultyLink, Side};
use pdu_core::{Effect, Error as _, Hub, Instant, Rng, Ticket, earliest};
use pdu_proto_snmp::notification::{
    Delivery, Destination, Receiver, ReceiverOptions, SendError, Sender, SenderOptions,
};

/// Notifications of one run.
const NUMBERS: u32 = 12;
/// No run takes longer: the last attempt of an inform has ended long before.
const LIMIT: Instant = Instant::from_millis(600_000);

fn seeds() -> std::ops::Range<u64> {
    let told = std::env::var("PDU_FAULT_SEEDS").ok();
    0..told.and_then(|count| count.parse().ok()).unwrap_or(300)
}

struct Run {
    link: FaultyLink,
    now: Instant,
    sender: Sender,
    receiver: Receiver,
    numbers: BTreeMap<Ticket, u32>,
    results: BTreeMap<u32, Vec<Result<Delivery, SendError>>>,
    /// How often each was handed out.
    heard: BTreeMap<u32, u32>,
}

impl Run {
    fn new(seed: u64, faults: Faults) -> Self {
        let receiver = Receiver::new(ReceiverOptions::new(seed))
            .with_community(b"public")
            .with_engine(station())
            .with_user(private("u"));
        Self {
            link: FaultyLink::new(seed, faults),
            now: Instant::EPOCH,
            sender: Sender::new(SenderOptions::new(!seed)),
            receiver,
            numbers: BTreeMap::new(),
            results: BTreeMap::new(),
            heard: BTreeMap::new(),
        }
    }

    /// Sends all at seeded times, and runs until all have ended and nothing is on its way.
    fn informs(mut self, seed: u64, destination: Destination) -> Self {
        let mut rng = Rng::from_seed(seed ^ 0x1F0);
        let to = self.sender.add(destination).unwrap();
        let mut next = (0..NUMBERS)
            .map(|number| (Instant::from_millis(rng.below(20_000)), number))
            .collect::<Vec<_>>();
        next.sort_unstable_by(|a, b| b.cmp(a));
        loop {
            while let Some((_, number)) = next.pop_if(|(at, _)| *at <= self.now) {
                let ticket = self.sender.send(self.now, to, &tripped(number)).unwrap();
                self.numbers.insert(ticket, number);
            }
            self.exchange();
            let coming = earliest(self.link.next_arrival(), self.sender.poll_timeout());
            let Some(at) = earliest(coming, next.last().map(|(at, _)| *at)) else {
                return self;
            };
            assert!(at < LIMIT, "seed {seed}: no end");
            self.now = self.now.max(at);
            self.sender.handle_timeout(self.now);
        }
    }

    /// All that can happen now.
    fn exchange(&mut self) {
        while let Some(datagram) = self.link.receive(self.now, Side::Server) {
            self.receiver.handle_input(self.now, &path(DEVICE), &datagram);
        }
        while let Some(datagram) = self.link.receive(self.now, Side::Client) {
            self.sender.handle_input(self.now, &path(STATION), &datagram);
        }
        send_all(&mut self.link, self.now, Side::Client, &mut self.sender);
        send_all(&mut self.link, self.now, Side::Server, &mut self.receiver);
        while let Some(received) = self.receiver.poll_event() {
            *self
                .heard
                .entry(number_of(received.notification().unwrap()))
                .or_default() += 1;
        }
        while let Some(done) = self.sender.poll_event() {
            self.results
                .entry(self.numbers[&done.ticket])
                .or_default()
                .push(done.result);
        }
    }
}

fn send_all(link: &mut FaultyLink, now: Instant, side: Side, hub: &mut impl Hub<Peer = pdu_core::Path>) {
    while let Some((path, datagram)) = hub.transmit() {
        link.send(now, side, datagram);
        let len = datagram.len();
        hub.handle_transmitted(now, &path, len);
    }
}

/// Each inform ends exactly once; one that was acknowledged was handed out exactly once, one that was not at most once, and
/// one that never left not at all.
fn hold(seed: u64, run: &Run) -> (u32, u32) {
    let (mut acknowledged, mut failed) = (0, 0);
    for number in 0..NUMBERS {
        let heard = run.heard.get(&number).copied().unwrap_or_default();
        let results = &run.results[&number];
        match results[..] {
            [Ok(Delivery::Acknowledged)] => {
                acknowledged += 1;
                assert_eq!(heard, 1, "seed {seed}: {number} was acknowledged");
            }
            [Err(error)] => {
                failed += 1;
                let most = u32::from(error.effect() == Effect::Unknown);
                assert!(
                    heard <= most,
                    "seed {seed}: {number} was handed out {heard} times: {error}"
                );
            }
            _ => panic!("seed {seed}: {number} ended {results:?}"),
        }
    }
    assert!(
        run.heard.keys().all(|number| *number < NUMBERS),
        "seed {seed}: {:?}",
        run.heard
    );
    (acknowledged, failed)
}

fn patient(destination: Destination) -> Destination {
    destination.with_timeout(Duration::from_millis(300)).with_retries(3)
}

#[test]
fn inform_of_v2c_that_was_acknowledged_was_handed_out_exactly_once() {
    let mut all = (0, 0);
    for seed in seeds() {
        let to = patient(Destination::inform_v2c(address(STATION), b"public"));
        let mut faults = Faults::datagram();
        faults.loss = 250;
        let (acknowledged, failed) = hold(seed, &Run::new(seed, faults).informs(seed, to));
        all = (all.0 + acknowledged, all.1 + failed);
    }
    assert!(all.0 > 0 && all.1 > 0, "the seeds show both ends: {all:?}");
}

#[test]
fn inform_of_v3_that_was_acknowledged_was_handed_out_exactly_once_also_where_bits_are_damaged() {
    let mut all = (0, 0);
    for seed in seeds() {
        let to = patient(Destination::inform_v3(address(STATION), private("u")));
        let mut faults = Faults::datagram();
        faults.loss = 200;
        faults.corruption = 80;
        let (acknowledged, failed) = hold(seed, &Run::new(seed, faults).informs(seed, to));
        all = (all.0 + acknowledged, all.1 + failed);
    }
    assert!(all.0 > 0 && all.1 > 0, "the seeds show both ends: {all:?}");
}

#[test]
fn without_faults_every_inform_is_acknowledged() {
    for (seed, to) in (0..).zip([
        Destination::inform_v2c(address(STATION), b"public"),
        Destination::inform_v3(address(STATION), private("u")),
    ]) {
        let faults = Faults::none(pdu_core::testing::Medium::Datagram);
        assert_eq!(hold(seed, &Run::new(seed, faults).informs(seed, to)), (NUMBERS, 0));
    }
}
