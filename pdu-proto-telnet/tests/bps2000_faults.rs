//! The console session held to the contract of sessions, and to what a faulty link may not do to it: never a line on a screen that it
//! is not for, never a restart or a clearing that was not asked for, nothing that changes the unit typed twice, and every effect true.
//!
//! `PDU_FAULT_SEEDS=10000 cargo test --release -p pdu-proto-telnet --all-features --test bps2000_faults` runs more seeds.
#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod bps2000_unit;

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use bps2000_unit::{Habits, LEAVING, PASSWORD, TALKATIVE, TERSE, USUAL, Unit, decimal, load_of};
use pdu_core::testing::{Faults, Fixture, Harness, SolePeer, contract};
use pdu_core::{ConnectionId, Effect, Error, Rng, Ticket};
use pdu_proto_telnet::TelnetError;
use pdu_proto_telnet::bps2000::simulator::{Acknowledgement, Bps2000, Fault};
use pdu_proto_telnet::bps2000::{
    Confirmed, Levels, Load, Member, Options, Phase, Reply, Request, ScreenKind, Session, Undocumented,
};
use pdu_proto_telnet::server::Terminals;

/// How many seeds each function runs: a few at every test run, 10,000 where it is asked for.
fn seeds(few: u64) -> Range<u64> {
    let told = std::env::var("PDU_FAULT_SEEDS").ok();
    0..told.and_then(|n| n.parse().ok()).unwrap_or(few)
}

// --- The contract --------------------------------------------------------------------------------------------------------

/// Requests of one line each, as some lines of the contract count lines; from the eighth on, those that walk and those that set.
fn single(n: u32) -> Request {
    match n {
        0..8 => load(n),
        _ => walking(n),
    }
}

/// Requests that walk from entry to entry, and between them settings that each are the only one of their kind.
fn walking(n: u32) -> Request {
    let port = u16::try_from(1000 + n).unwrap();
    match n % 8 {
        0 => load(n / 8),
        1 => Request::SetPort(port),
        2 => Request::Clock,
        3 => Request::SetAccount(format!("user{n}@example.org")),
        4 => Request::Users,
        5 => Request::SetTrap([10, 0, port.to_be_bytes()[0], port.to_be_bytes()[1]].into()),
        6 => Request::Thresholds,
        _ => Request::SetCurrent(Phase::One, levels(n)),
    }
}

fn load(n: u32) -> Request {
    let number = u8::try_from(n % 6).unwrap();
    Request::Load(Member::slave(number).unwrap_or(Member::MASTER))
}

fn levels(n: u32) -> Levels {
    Levels {
        high_alarm: decimal(&format!("{}.5", n % 900 + 10)),
        high_warning: decimal("10"),
        low_warning: decimal("0"),
        low_alarm: decimal("0"),
    }
}

fn line(request: &Request) -> String {
    match request {
        Request::SetPort(port) => format!("port:{port}"),
        Request::SetAccount(account) => format!("account:{account}"),
        Request::SetTrap(address) => format!("address:{address}"),
        Request::SetCurrent(_, levels) => format!("current one:{}&10&0&0", levels.high_alarm),
        _ => String::new(),
    }
}

fn answers(request: &Request, reply: &Reply) -> bool {
    match (request, reply) {
        (Request::Load(member), Reply::Load(load)) => {
            let phases = [1, 2, 3].map(|phase| Some(load_of(member.number(), phase)));
            *load == Load { phases }
        }
        (Request::Clock, Reply::Clock(_))
        | (Request::Users, Reply::Users(_))
        | (Request::Thresholds, Reply::Thresholds(_)) => true,
        (request, Reply::Confirmed) => request.is_write(),
        _ => false,
    }
}

struct Console {
    habits: Habits,
    request: fn(u32) -> Request,
    seeds: Range<u64>,
}

fn options() -> Options {
    Options::new("admin", PASSWORD)
}

impl Fixture for Console {
    type Session = Session;
    type Peer = Unit;

    fn session(&self) -> Session {
        Session::new(options())
    }

    fn peer(&self) -> Unit {
        Unit::new(self.habits)
    }

    fn request(&self, n: u32) -> Request {
        (self.request)(n)
    }

    fn answers(&self, n: u32, reply: &Reply) -> bool {
        answers(&self.request(n), reply)
    }

    fn is_write(&self, n: u32) -> bool {
        self.request(n).is_write()
    }

    fn times_applied(&self, peer: &Unit, n: u32) -> usize {
        assert_eq!(peer.strange, []);
        assert_eq!((peer.restarts, peer.defaults, peer.clearings), (0, 0, 0));
        peer.times(&line(&self.request(n)))
    }

    fn reply_timeout(&self) -> Duration {
        options().reply_timeout
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(240)
    }

    fn seeds(&self) -> Range<u64> {
        self.seeds.clone()
    }
}

#[test]
fn a_session_keeps_the_contract() {
    for habits in [USUAL, TERSE] {
        contract::all(&Console {
            habits,
            request: single,
            seeds: seeds(24),
        });
    }
}

#[test]
fn a_session_that_walks_and_sets_keeps_the_contract() {
    for habits in [USUAL, TERSE, TALKATIVE, LEAVING] {
        let fixture = Console {
            habits,
            request: walking,
            seeds: seeds(8),
        };
        contract::every_ticket_gets_exactly_one_done(&fixture);
        contract::input_may_be_split_anywhere(&fixture);
        contract::late_replies_reach_nobody_else(&fixture);
        contract::polls_are_level_triggered(&fixture);
        contract::time_running_backwards_is_harmless(&fixture);
        contract::full_table_gives_the_request_back(&fixture);
        contract::cancelled_before_sending_is_not_applied(&fixture);
        contract::never_panics(&fixture);
    }
}

// --- A faulty link to the simulated unit ---------------------------------------------------------------------------------

type Simulated = SolePeer<Terminals<Bps2000>>;

/// What one run may ask: each seed draws a few of these, so that what was not asked for can be told.
fn any_request(rng: &mut Rng, n: u16) -> Request {
    let confirmed = Confirmed::on_purpose();
    let phase = [Phase::One, Phase::Two, Phase::Three][usize::try_from(rng.below(3)).unwrap()];
    match rng.below(20) {
        0 => Request::Banner,
        1 | 2 => load(n.into()),
        3 => Request::Clock,
        4 => Request::SetClock("2030-01-01T00:00:00".parse().unwrap()),
        5 => Request::Users,
        6 => Request::Network,
        7 => Request::SetAddress([10, 1, 0, n.to_be_bytes()[1]].into()),
        8 => Request::Snmp,
        9 => Request::SetTrap([10, 2, 0, n.to_be_bytes()[1]].into()),
        10 => Request::Http,
        11 => Request::SetPort(1000 + n),
        12 => Request::Smtp,
        13 => Request::SetAccount(format!("user{n}")),
        14 => Request::Thresholds,
        15 => Request::SetCurrent(phase, levels(n.into())),
        16 => Request::Energy,
        17 => Request::ClearEnergy(phase, confirmed),
        18 => Request::RestartMenu(confirmed),
        _ => match rng.below(8) {
            0 | 1 => Request::Restart(confirmed),
            2 => Request::FactoryDefault(confirmed),
            _ => Request::Logout,
        },
    }
}

/// The screen behind the main menu on which a request types something.
fn screen_of(request: &Request) -> Option<ScreenKind> {
    Some(match request {
        Request::Load(_) => ScreenKind::Information,
        Request::Clock | Request::SetClock(_) => ScreenKind::Clock,
        Request::Users => ScreenKind::Users,
        Request::Network | Request::SetAddress(_) => ScreenKind::Network,
        Request::Snmp | Request::SetTrap(_) => ScreenKind::Snmp,
        Request::Http | Request::SetPort(_) => ScreenKind::Http,
        Request::Smtp | Request::SetAccount(_) => ScreenKind::Smtp,
        Request::Thresholds | Request::SetCurrent(..) => ScreenKind::Thresholds,
        Request::Energy | Request::ClearEnergy(..) => ScreenKind::Energy,
        Request::RestartMenu(_) | Request::Restart(_) | Request::FactoryDefault(_) => ScreenKind::Restart,
        _ => return None,
    })
}

struct Run {
    seed: u64,
    rng: Rng,
    harness: Harness<Session, Simulated>,
    asked: Vec<Request>,
    tickets: Vec<Ticket>,
}

impl Run {
    fn new(seed: u64, faults: Faults) -> Self {
        let mut rng = Rng::from_seed(seed);
        let acknowledgement = match rng.below(3) {
            0 => Acknowledgement::None,
            1 => Acknowledgement::Text("OK".into()),
            _ => Acknowledgement::Screen,
        };
        let unit = Bps2000::builder().seed(seed).acknowledgement(acknowledgement);
        let hub = Terminals::new(unit.build());
        let options = Options {
            undocumented: Undocumented::Allowed,
            // The factory's, to which a factory default goes back.
            ..Options::new("admin", "admin")
        };
        Self {
            seed,
            rng,
            harness: Harness::new(
                seed,
                faults,
                Session::new(options),
                SolePeer::new(hub, ConnectionId::from_number(1)),
            ),
            asked: Vec::new(),
            tickets: Vec::new(),
        }
    }

    fn random_steps(&mut self, may_be_injected: &[Fault]) {
        for n in 0..u16::try_from(self.rng.within(4..=14)).unwrap() {
            match self.rng.below(14) {
                0 => self.harness.cut(),
                1 => {
                    let known = self.tickets.get(usize::try_from(self.rng.below(8)).unwrap());
                    self.harness.cancel(known.copied().unwrap_or(Ticket(0)));
                }
                2 if !may_be_injected.is_empty() => {
                    let fault = may_be_injected[usize::try_from(self.rng.below(may_be_injected.len() as u64)).unwrap()];
                    self.harness.server_mut().hub_mut().application_mut().inject(fault);
                }
                _ => {
                    let request = any_request(&mut self.rng, n);
                    if let Ok(ticket) = self.harness.submit(request.clone()) {
                        self.asked.push(request);
                        self.tickets.push(ticket);
                    }
                }
            }
            let longest = if self.rng.chance(100) { 40_000 } else { 1_500 };
            let pause = self.rng.span(&(Duration::ZERO..=Duration::from_millis(longest)));
            self.harness.run_for(pause).unwrap();
        }
        let limit = Duration::from_secs(120) * u32::try_from(self.asked.len() + 1).unwrap();
        let all = self.harness.run_until_done(limit).unwrap();
        assert!(all, "seed {}: a request was lost without an error", self.seed);
        self.harness.run_for(Duration::from_secs(60)).unwrap();
    }

    fn unit(&self) -> &Bps2000 {
        self.harness.server().hub().application()
    }

    fn count(&self, is_it: impl Fn(&Request) -> bool) -> u64 {
        self.asked.iter().filter(|request| is_it(request)).count() as u64
    }

    /// Nothing was done that was not asked for, and nothing twice.
    fn check_unit(&self) {
        let counts = self.unit().counts();
        let seed = self.seed;
        assert_eq!(
            counts.refused_lines, 0,
            "seed {seed}: a line on a screen that it is not for"
        );
        assert_eq!(counts.refused_logins, 0, "seed {seed}");
        assert!(
            counts.restarts <= self.count(|request| matches!(request, Request::Restart(_))),
            "seed {seed}"
        );
        let defaults = self.count(|request| matches!(request, Request::FactoryDefault(_)));
        assert!(counts.factory_defaults <= defaults, "seed {seed}");
        for (phase, cleared) in [Phase::One, Phase::Two, Phase::Three].into_iter().zip(counts.clearings) {
            let asked = self.count(|request| matches!(request, Request::ClearEnergy(of, _) if *of == phase));
            assert!(
                cleared <= asked,
                "seed {seed}: {phase:?} cleared {cleared} times, asked {asked}"
            );
        }
        let settings = self.count(|request| {
            let is_other = matches!(
                request,
                Request::ClearEnergy(..) | Request::Restart(_) | Request::FactoryDefault(_)
            );
            request.is_write() && !is_other
        });
        assert!(counts.settings <= settings, "seed {seed}");
        let wanted: BTreeSet<_> = self.asked.iter().filter_map(screen_of).collect();
        for kind in ScreenKind::ALL {
            let is_wanted = kind == ScreenKind::Main || wanted.contains(&kind);
            assert!(
                is_wanted || counts.lines_on(kind) == 0,
                "seed {seed}: a line on {kind:?}"
            );
        }
    }

    /// Every answer is one to its request, and every effect true.
    fn check_answers(&self) {
        for (submission, request) in self.asked.iter().enumerate() {
            let result = self.harness.result(submission).unwrap();
            let context = format!("seed {}: {request:?}: {result:?}", self.seed);
            match result {
                Ok(reply) => assert!(fits(request, reply), "{context}"),
                Err(error) => {
                    assert!(request.is_write() || error.effect() == Effect::NotApplied, "{context}");
                    assert!(!error.to_string().contains("admin"), "{context}");
                }
            }
            if let Some(times) = self.times_done(request) {
                match result {
                    Ok(_) => assert!(times > 0, "{context}"),
                    Err(error) if error.effect() == Effect::NotApplied => assert_eq!(times, 0, "{context}"),
                    Err(_) => {}
                }
            }
        }
    }

    /// How often what a request asks for was done, if no other asks for the same.
    fn times_done(&self, request: &Request) -> Option<u64> {
        let counts = self.unit().counts();
        let times = match request {
            Request::Restart(_) => counts.restarts,
            Request::FactoryDefault(_) => counts.factory_defaults,
            Request::ClearEnergy(phase, _) => counts.clearings[usize::from(phase.number()) - 1],
            _ => return None,
        };
        (self.count(|other| other == request) == 1).then_some(times)
    }
}

fn fits(request: &Request, reply: &Reply) -> bool {
    match (request, reply) {
        (Request::Banner, Reply::Banner(banner)) => banner.version.as_deref() == Some("1.0.0"),
        (Request::Load(_), Reply::Load(load)) => load.phases.iter().all(Option::is_some),
        (Request::Clock, Reply::Clock(_))
        | (Request::Network, Reply::Network(_))
        | (Request::Http, Reply::Http(_))
        | (Request::Smtp, Reply::Smtp(_))
        | (Request::Thresholds, Reply::Thresholds(_))
        | (Request::Energy, Reply::Energy(_))
        | (Request::RestartMenu(_), Reply::RestartMenu)
        | (Request::Restart(_) | Request::FactoryDefault(_), Reply::Accepted)
        | (Request::Logout, Reply::LoggedOut) => true,
        (Request::Users, Reply::Users(name)) => name == "admin",
        (Request::Snmp, Reply::Snmp(snmp)) => snmp.read_community.reveal() == "public",
        (Request::Restart(_) | Request::FactoryDefault(_), _) => false,
        (request, Reply::Confirmed) => request.is_write(),
        _ => false,
    }
}

#[test]
fn over_a_faulty_link_nothing_is_done_that_was_not_asked_for() {
    for seed in seeds(300) {
        let mut run = Run::new(seed, Faults::stream());
        run.random_steps(&[]);
        run.check_unit();
        run.check_answers();
    }
}

#[test]
fn a_console_that_goes_astray_is_left_before_another_line_is_typed() {
    let astray = [
        Fault::HangUp,
        Fault::HangUpBehind,
        Fault::Mute,
        Fault::Stray(ScreenKind::Main),
        Fault::Stray(ScreenKind::Restart),
        Fault::Stray(ScreenKind::Energy),
        Fault::Stray(ScreenKind::Network),
        Fault::Stray(ScreenKind::Clock),
    ];
    for seed in seeds(300) {
        let mut run = Run::new(seed, Faults::stream());
        run.random_steps(&astray);
        run.check_unit();
        // Energy is cleared only on the screen for it, so that what was read before it was cleared is its own.
        for (submission, request) in run.asked.iter().enumerate() {
            if let Ok(reply) = run.harness.result(submission).unwrap() {
                assert!(fits(request, reply), "seed {seed}: {request:?}: {reply:?}");
            }
        }
    }
}

#[test]
fn a_login_that_is_refused_is_tried_once_for_all_that_waits() {
    for seed in seeds(100) {
        let unit = Bps2000::builder().seed(seed).login("admin", "another1").build();
        let peer = SolePeer::new(Terminals::new(unit), ConnectionId::from_number(1));
        let mut harness = Harness::new(seed, Faults::stream(), Session::new(options()), peer);
        for request in [
            Request::Clock,
            Request::SetPort(81),
            Request::Restart(Confirmed::on_purpose()),
        ] {
            harness.submit(request).unwrap();
        }
        assert!(harness.run_until_done(Duration::from_secs(300)).unwrap());
        let refused = (0..3).filter(|n| *harness.result(*n).unwrap() == Err(TelnetError::LoginRefused));
        let refused = refused.count();
        let counts = harness.server().hub().application().counts();
        // Where the link is lost before the refusal is seen, a request is tried again: twice at most.
        assert!(
            counts.refused_logins <= 6 && counts.logins == 0,
            "seed {seed}: {counts:?}"
        );
        assert!(refused > 0 || counts.refused_logins <= 6, "seed {seed}");
        assert_eq!(counts.lines_on(ScreenKind::Main), 0);
    }
}
