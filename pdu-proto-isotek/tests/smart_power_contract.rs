//! The contract of sessions, held by a SMART Power unit over TCP and on a serial line: each ticket one `Done`, no reply to
//! another's request, no line that writes sent twice, and every `Effect` true.
//!
//! `PDU_FAULT_SEEDS=10000 cargo test --release -p pdu-proto-isotek --all-features --test smart_power_contract` runs more seeds.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use pdu_core::testing::{Faults, Fixture, Harness, Medium, Side, Split, contract};
use pdu_core::{
    Action, Answer, Command, Delay, Effect, Error, Event, Instant, LocalDateTime, OutletSettings, Restart, Rng,
    ScheduleRecord, Settings, Target, Trigger,
};
use pdu_proto_isotek::Rejected;
use pdu_proto_isotek::client::{Client, FrameEnd, Options};
use pdu_proto_isotek::server::{Served, Service, TextServer};
use pdu_proto_isotek::smart_power::Device;
use pdu_proto_isotek::smart_power::simulator::SmartPower;
use pdu_proto_isotek::wire::{self, Address, Dialect, Outlet, OutletConfig, Record, StatusFrame};

/// How many seeds each function runs: a few at every test run, 10,000 where it is asked for.
fn seeds() -> Range<u64> {
    0..std::env::var("PDU_FAULT_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(60)
}

/// A unit that remembers every command that it was told.
struct Witness {
    unit: SmartPower,
    heard: Vec<String>,
}

impl Witness {
    /// With a record in its scheduler: over a serial line, an empty one would be asked for twice.
    fn new() -> Self {
        let mut unit = SmartPower::builder().outlets(16).seed(3).build();
        for line in ["P=1", "PW=900|1|keep|12:00|9|0|0|1|0|0|1|"] {
            let command = wire::Command::parse(line.as_bytes(), pdu_core::Mode::Strict).unwrap();
            let _ = unit.serve(Instant::EPOCH, &command.value);
        }
        Self {
            unit,
            heard: Vec::new(),
        }
    }
}

impl Service for Witness {
    fn serve(&mut self, now: Instant, command: &wire::Command<'_>) -> Served {
        let mut line = [0; 256];
        let len = command.encode(&Dialect::default(), &mut line).unwrap();
        self.heard
            .push(String::from_utf8_lossy(&line[..len]).trim_end().to_string());
        self.unit.serve(now, command)
    }
    fn status(&mut self, now: Instant) -> StatusFrame {
        self.unit.status(now)
    }
    fn address(&self) -> Address<'_> {
        self.unit.address()
    }
    fn record(&self, position: usize) -> Option<Record<'_>> {
        self.unit.record(position)
    }
    fn config(&self, position: usize) -> Option<(Outlet, OutletConfig<'_>)> {
        self.unit.config(position)
    }
    fn handle_rejected(&mut self, now: Instant, line: &[u8], why: Rejected) {
        self.unit.handle_rejected(now, line, why);
    }
    fn handle_timeout(&mut self, now: Instant) {
        self.unit.handle_timeout(now);
    }
    fn poll_timeout(&self) -> Option<Instant> {
        self.unit.poll_timeout()
    }
}

// --- Requests that are told apart by their lines -------------------------------------------------------------------------

fn outlet(n: u32) -> u16 {
    u16::try_from(n / 2 % 16).unwrap() + 1
}

/// A time that no other number has.
fn time(n: u32) -> LocalDateTime {
    let part = |value: u32| u8::try_from(value).unwrap();
    LocalDateTime::new(2030, 1, part(1 + n / 1440), part(n / 60 % 24), part(n % 60), 0).unwrap()
}

/// As many records as no other number below 64 has, with ids that no other number has.
fn records(n: u32) -> Vec<ScheduleRecord> {
    let record = |place: u32| ScheduleRecord {
        id: n % 500 * 100 + place,
        name: "evening".into(),
        outlet: 2,
        trigger: Trigger::Time {
            at: "21:30".parse().unwrap(),
            day: 9,
        },
        action: Action::Off,
        raw: BTreeMap::new(),
    };
    (0..=n / 8 % 8).map(record).collect()
}

fn delay(n: u32) -> u32 {
    100 + n
}

/// The first eight have one line each, as some lines of the contract count lines.
fn request(n: u32) -> Command {
    match n % 8 {
        0 => Command::Settings,
        1 => switch(n),
        3 | 5 | 7 if n < 8 => switch(n),
        6 if n < 8 => Command::Clock,
        2 => Command::Schedule,
        3 => Command::SetSettings(
            Settings::from(vec![OutletSettings {
                delay: Some(delay(n)),
                ..OutletSettings::of(outlet(n))
            }])
            .into(),
        ),
        4 => Command::Identity,
        5 => Command::SetSchedule(records(n)),
        6 => Command::Snapshot,
        _ => Command::SetClock(time(n)),
    }
}

fn switch(n: u32) -> Command {
    Command::Switch {
        target: Target::Outlet(outlet(n)),
        action: if n % 64 < 32 { Action::Off } else { Action::On },
        delay: Delay::None,
    }
}

fn answers(n: u32, answer: &Answer) -> bool {
    match (request(n), answer) {
        (Command::Settings, Answer::Settings(settings)) => settings.outlets.len() == 16,
        (Command::Switch { .. }, Answer::Accepted)
        | (Command::SetSettings(_) | Command::SetSchedule(_) | Command::SetClock(_), Answer::Confirmed)
        | (Command::Schedule, Answer::Schedule(_))
        | (Command::Clock, Answer::Clock(_)) => true,
        // Over a link that loses three answers in a row it may be that of the profile.
        (Command::Identity, Answer::Identity(identities)) => identities.len() == 1,
        (Command::Snapshot, Answer::Snapshot(snapshot)) => snapshot.readings.len() == 34 && snapshot.clock.is_some(),
        _ => false,
    }
}

fn is_write(n: u32) -> bool {
    n % 2 == 1
}

/// Whether a line is the one by which request `n` changes the unit.
fn is_line_of(n: u32, line: &str) -> bool {
    let of_outlet = |head: &str| line.strip_prefix(head)?.strip_prefix(&format!("{}=", outlet(n)));
    match request(n) {
        Command::Switch { action, .. } => of_outlet("S") == Some(if action == Action::On { "1" } else { "0" }),
        Command::SetSettings(_) => of_outlet("C").is_some_and(|rest| rest.ends_with(&format!("|{}|", delay(n)))),
        Command::SetSchedule(records) => line.starts_with(&format!("PW={}|", records[0].id)),
        Command::SetClock(time) => {
            let date = format!(
                "T=2030|01|{:02}|{:02}|{:02}|00|",
                time.day(),
                time.hour(),
                time.minute()
            );
            line == date
        }
        _ => false,
    }
}

struct Unit {
    options: Options,
    faults: Faults,
    hazard: Option<Duration>,
    seeds: Range<u64>,
}

impl Fixture for Unit {
    type Session = Device<Client>;
    type Peer = TextServer<Witness>;

    fn session(&self) -> Self::Session {
        Device::new(Client::new(self.options))
    }

    fn peer(&self) -> Self::Peer {
        TextServer::new(Witness::new())
    }

    fn request(&self, n: u32) -> Command {
        request(n)
    }

    fn answers(&self, n: u32, reply: &Answer) -> bool {
        answers(n, reply)
    }

    fn is_write(&self, n: u32) -> bool {
        is_write(n)
    }

    fn times_applied(&self, peer: &Self::Peer, n: u32) -> usize {
        let heard = &peer.service().heard;
        heard.iter().filter(|line| is_line_of(n, line)).count()
    }

    fn reply_timeout(&self) -> Duration {
        self.options.timeout
    }

    fn late_reply_hazard(&self) -> Option<Duration> {
        self.hazard
    }

    fn faults(&self) -> Faults {
        self.faults.clone()
    }

    fn seeds(&self) -> Range<u64> {
        self.seeds.clone()
    }
}

/// `?` is always asked, as on a unit whose frames are known to end with `OK`: so each request has bytes to be counted.
fn asking(options: Options) -> Options {
    Options {
        frame_end: FrameEnd::Ok,
        ..options
    }
}

fn over_tcp(seeds: Range<u64>) -> Unit {
    Unit {
        options: asking(Options::tcp()),
        faults: Faults::stream(),
        hazard: None,
        seeds,
    }
}

/// The protocol has no integrity: where single bytes are lost or damaged, one command may become another. So what is lost
/// here is lost whole.
fn on_a_line(seeds: Range<u64>) -> Unit {
    let mut faults = Faults::serial();
    faults.partial_write = 0;
    faults.truncation = 0;
    faults.corruption = 0;
    faults.noise = 0;
    Unit {
        options: asking(Options::serial()),
        faults,
        hazard: Some(Options::serial().quiet),
        seeds,
    }
}

/// Every line of the contract. What is damaged need not give the same events however it is split, since what leaves between
/// two pieces is another line than the one that leaves after both: so the splits run with seed 0, which damages nothing.
fn keeps_the_contract(unit: impl Fn(Range<u64>) -> Unit) {
    contract::input_may_be_split_anywhere(&unit(0..1));
    let few = unit(0..32);
    contract::reply_timer_starts_when_the_last_byte_left(&few);
    contract::late_replies_reach_nobody_else(&few);
    contract::polls_are_level_triggered(&few);
    contract::time_running_backwards_is_harmless(&few);
    contract::full_table_gives_the_request_back(&few);
    contract::cancelled_before_sending_is_not_applied(&few);
    contract::a_frame_begun_is_finished(&few);
    let fixture = unit(seeds());
    contract::every_ticket_gets_exactly_one_done(&fixture);
    contract::never_panics(&fixture);
}

#[test]
fn a_unit_over_tcp_keeps_the_contract() {
    keeps_the_contract(over_tcp);
}

#[test]
fn a_unit_on_a_serial_line_keeps_the_contract() {
    keeps_the_contract(on_a_line);
}

// --- What a bad link may not do -----------------------------------------------------------------------------------------

/// A command that has a line of its own.
#[derive(Clone, Copy, Debug)]
enum Asked {
    AllOff,
    AllOn,
    Restart,
    Number(u32),
}

impl Asked {
    /// All of them, in any order.
    fn shuffled(rng: &mut Rng) -> Vec<Self> {
        let mut all = vec![Self::AllOff, Self::AllOn, Self::Restart];
        all.extend((1..32).map(Self::Number));
        for place in (1..all.len()).rev() {
            all.swap(place, usize::try_from(rng.below(place as u64 + 1)).unwrap());
        }
        all
    }

    fn command(self) -> Command {
        let all = |action| Command::Switch {
            target: Target::All,
            action,
            delay: Delay::None,
        };
        match self {
            Self::AllOff => all(Action::Off),
            Self::AllOn => all(Action::On),
            Self::Restart => Command::Restart(Restart::Controller),
            Self::Number(n) => request(n),
        }
    }

    fn is_its_line(self, line: &str) -> bool {
        match self {
            Self::AllOff => line == "G",
            Self::AllOn => line == "H",
            Self::Restart => line == "X",
            Self::Number(n) => is_line_of(n, line),
        }
    }

    fn is_write(self) -> bool {
        !matches!(self, Self::Number(n) if !is_write(n))
    }
}

/// Whatever the link does: a line that writes leaves at most once, each command ends, what is said to be accepted was heard, and
/// what is said not to be applied was not.
fn is_transmitted_once_and_told_truly(unit: &Unit, seed: u64) {
    let mut rng = Rng::from_seed(seed);
    let mut harness = Harness::new(seed, unit.faults(), unit.session(), unit.peer());
    let all = Asked::shuffled(&mut rng);
    for asked in &all {
        // More than the table holds: each waits for room, which comes with an end.
        while harness.submit(asked.command()).is_err() {
            let before = harness.live();
            assert!(
                harness
                    .run(Duration::from_secs(600), |harness| harness.live() < before)
                    .unwrap()
            );
        }
        if rng.chance(300) {
            harness
                .run_for(rng.span(&(Duration::ZERO..=Duration::from_secs(3))))
                .unwrap();
        }
    }
    assert!(
        harness.run_until_done(Duration::from_secs(3600)).unwrap(),
        "seed {seed}: a command without its end"
    );
    harness.run_for(Duration::from_secs(20)).unwrap();

    let sent = String::from_utf8(harness.transmitted(Side::Client)).unwrap();
    let mut writes = BTreeSet::new();
    for line in sent.lines().filter(|line| !line.ends_with('?')) {
        assert!(writes.insert(line), "seed {seed}: {line} left twice");
    }
    let heard = &harness.server().service().heard;
    for (submission, asked) in all.iter().enumerate() {
        let times = |lines: &mut dyn Iterator<Item = &str>| lines.filter(|line| asked.is_its_line(line)).count();
        let (sent, heard) = (times(&mut sent.lines()), times(&mut heard.iter().map(String::as_str)));
        assert!(sent <= 1, "seed {seed}: {asked:?} left {sent} times");
        assert!(heard <= 1, "seed {seed}: {asked:?} was heard {heard} times");
        let result = harness.result(submission).unwrap();
        let effect = result.as_ref().map_or_else(Error::effect, |_| Effect::Applied);
        let is_true = match effect {
            Effect::Applied => heard == 1 || !asked.is_write(),
            Effect::NotApplied => heard == 0,
            Effect::Unknown => true,
        };
        assert!(
            is_true,
            "seed {seed}: {asked:?} was heard {heard} times, and ended as {result:?}"
        );
    }
    let dones = harness
        .events()
        .iter()
        .filter(|recorded| matches!(recorded.event, Event::Done { .. }));
    assert_eq!(dones.count(), all.len(), "seed {seed}: each command has one end");
}

#[test]
fn over_a_bad_connection_nothing_is_sent_twice_and_nothing_is_lost_without_an_error() {
    let unit = over_tcp(seeds());
    seeds().for_each(|seed| is_transmitted_once_and_told_truly(&unit, seed));
}

#[test]
fn on_a_bad_serial_line_nothing_is_sent_twice_and_nothing_is_lost_without_an_error() {
    let unit = on_a_line(seeds());
    seeds().for_each(|seed| is_transmitted_once_and_told_truly(&unit, seed));
}

/// With a unit whose frames end as they will, which the client has to learn.
#[test]
fn a_client_that_has_yet_to_learn_how_frames_end_tells_no_less_truly() {
    let learning = |unit: Unit| Unit {
        options: Options {
            frame_end: FrameEnd::Learnt,
            ..unit.options
        },
        ..unit
    };
    let (connection, line) = (learning(over_tcp(seeds())), learning(on_a_line(seeds())));
    for seed in seeds() {
        is_transmitted_once_and_told_truly(&connection, seed);
        is_transmitted_once_and_told_truly(&line, seed);
    }
}

#[test]
fn over_a_good_link_every_command_ends_well() {
    let mut faults = Faults::none(Medium::Stream);
    faults.split = Split::EveryByte;
    let unit = over_tcp(0..1);
    let mut harness = Harness::new(0, faults, unit.session(), unit.peer());
    for n in 0..64 {
        harness.submit(request(n)).unwrap();
        assert!(harness.run_until_done(Duration::from_secs(30)).unwrap());
        let result = harness.result(usize::try_from(n).unwrap()).unwrap();
        assert!(answers(n, result.as_ref().unwrap()), "{n}: {result:?}");
    }
}
