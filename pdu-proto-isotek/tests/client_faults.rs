//! What a faulty link may not do: no command is lost without an error, none is transmitted twice unasked, and nothing but the
//! acknowledgement of a command is taken for one. Against units of all habits, which refuse every other command in the only way
//! that the protocol has: without a word.
//!
//! `PDU_FAULT_SEEDS=10000 cargo test --release -p pdu-proto-isotek --all-features --test client_faults` runs more seeds.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

mod client_support;

use std::time::Duration;

use client_support::talk::{off, outlet};
use client_support::{DISPATCHER, Habits, PRINTED, TERSE, Unit};
use pdu_core::testing::{Faults, Harness, Medium, Side};
use pdu_core::{Effect, Error, Rng, Ticket};
use pdu_proto_isotek::client::{Client, Options, Reply, Request, Retry};
use pdu_proto_isotek::wire::{Command, OutletConfig, OutletType, Text};

fn seeds() -> u64 {
    let told = std::env::var("PDU_FAULT_SEEDS").ok();
    told.and_then(|n| n.parse().ok()).unwrap_or(200)
}

/// Every number is another command; the unit refuses the odd ones.
fn write(n: u32) -> Command<'static> {
    Command::SetConfig {
        outlet: outlet(u8::try_from(n % 16).unwrap() + 1),
        config: OutletConfig {
            name: Text::default(),
            outlet_type: OutletType::Normal,
            delay: n,
        },
    }
}

fn is_refused(line: &str) -> bool {
    let odd = |delay: &str| delay.parse::<u32>().unwrap() % 2 == 1;
    match line.as_bytes() {
        [b'C', ..] if line != "C?" => odd(line.split('|').nth(2).unwrap()),
        [b'S', number @ b'1'..=b'9', b'=', ..] => number % 2 == 1,
        _ => false,
    }
}

fn line_of(command: &Command<'_>) -> String {
    let mut bytes = [0; 300];
    let len = command.encode(&Options::tcp().dialect, &mut bytes).unwrap();
    String::from_utf8(bytes[..len].to_vec()).unwrap()
}

/// A run of one client against one unit, and what was asked.
struct Run {
    seed: u64,
    may_lose: bool,
    harness: Harness<Client, Unit>,
    asked: Vec<Request>,
    tickets: Vec<Ticket>,
}

impl Run {
    fn new(seed: u64, options: Options, faults: Faults, habits: Habits) -> Self {
        let mut unit = Unit::new(habits);
        unit.refuses = is_refused;
        unit.pieces = Some(Rng::from_seed(seed ^ 0x0151));
        Self {
            seed,
            may_lose: faults.loss > 0 && faults.medium == Medium::Serial,
            harness: Harness::new(seed, faults, Client::new(options), unit),
            asked: Vec::new(),
            tickets: Vec::new(),
        }
    }

    fn ask(&mut self, request: Request) {
        if let Ok(ticket) = self.harness.submit(request.clone()) {
            self.asked.push(request);
            self.tickets.push(ticket);
        }
    }

    fn random_steps(&mut self, request: impl Fn(&mut Rng, u32) -> Request) {
        let mut rng = Rng::from_seed(self.seed);
        for n in 0..rng.within(4..=12) {
            match rng.below(12) {
                0 => self.harness.cut(),
                1 => {
                    let known = self.tickets.get(usize::try_from(rng.below(8)).unwrap());
                    self.harness.cancel(known.copied().unwrap_or(Ticket(0)));
                }
                _ => {
                    let request = request(&mut rng, u32::try_from(n).unwrap());
                    self.ask(request);
                }
            }
            let pause = rng.span(&(Duration::ZERO..=Duration::from_millis(1_500)));
            self.harness.run_for(pause).unwrap();
        }
        let limit = Duration::from_secs(60) * u32::try_from(self.asked.len() + 1).unwrap();
        let all = self.harness.run_until_done(limit).unwrap();
        assert!(all, "seed {}: a command was lost without an error", self.seed);
        self.harness.run_for(Duration::from_secs(5)).unwrap();
    }

    /// How often this line left the client whole.
    fn transmitted(&self, line: &str) -> usize {
        let sent = self.harness.transmitted(Side::Client);
        String::from_utf8(sent).unwrap().matches(line).count()
    }

    fn check(&self) {
        for (submission, request) in self.asked.iter().enumerate() {
            let command = request.command();
            let line = line_of(command);
            let times = self.harness.server().times(line.trim_end());
            let result = self.harness.result(submission).unwrap();
            let context = format!("seed {}: {line:?}: {result:?}, carried out {times} times", self.seed);
            if !command.is_read_only() {
                let may_repeat = request.retry() == Retry::AfterStatus;
                assert!(
                    self.transmitted(&line) <= if may_repeat { 3 } else { 1 },
                    "twice: {context}"
                );
                let effect = result.as_ref().map_or_else(Error::effect, |_| Effect::Applied);
                assert!(effect != Effect::NotApplied || times == 0, "{context}");
            }
            match (command, result) {
                (_, Err(_))
                | (Command::ReadStatus, Ok(Reply::Status(_)))
                | (Command::ReadAddress, Ok(Reply::Address(_))) => {}
                // Nothing tells that the last lines before an OK were lost; those in between are missed.
                (Command::ReadSchedule, Ok(Reply::Schedule(records))) => {
                    assert!(records.len() == 3 || self.may_lose, "{context}");
                    assert!((1..).zip(records).all(|(n, (index, _))| n == *index), "{context}");
                }
                (Command::ReadConfigs, Ok(Reply::Configs(configs))) => {
                    assert!(configs.len() == 16 || self.may_lose, "{context}");
                    assert!(
                        (1..).zip(configs).all(|(n, (outlet, _))| n == outlet.number()),
                        "{context}"
                    );
                }
                (Command::SetConfig { .. } | Command::SwitchOutlet { .. }, Ok(Reply::Accepted)) => {
                    assert!(times > 0, "not its acknowledgement: {context}");
                }
                (Command::SwitchOutlet { outlet, .. }, Ok(Reply::Confirmed)) => {
                    let is_on = self.harness.server().outlets[usize::from(outlet.number()) - 1];
                    assert!(!is_on, "{context}");
                }
                _ => panic!("another command's answer: {context}"),
            }
        }
    }
}

fn serial_faults() -> Faults {
    let mut faults = Faults::serial();
    // What is delivered is not changed: text without a checksum cannot tell a digit that is missing, nor the unit a command of
    // which the beginning is. (The unit's own output is lost in pieces all the same.)
    (faults.truncation, faults.corruption, faults.noise) = (0, 0, 0);
    faults.partial_write = 0;
    faults
}

fn over_all_units(check: impl Fn(u64, Options, Faults, Habits)) {
    for seed in 0..seeds() {
        for habits in [PRINTED, DISPATCHER, TERSE] {
            check(seed, Options::tcp(), Faults::stream(), habits);
            check(seed, Options::serial(), serial_faults(), habits);
        }
    }
}

#[test]
fn nothing_but_its_own_ok_acknowledges_a_command_and_none_is_sent_twice() {
    over_all_units(|seed, options, faults, habits| {
        let mut run = Run::new(seed, options, faults, habits);
        run.random_steps(|rng, n| match rng.below(8) {
            0 => Command::ReadStatus.into(),
            1 => Command::ReadAddress.into(),
            2 => Command::ReadSchedule.into(),
            3 => Command::ReadConfigs.into(),
            _ => write(n).into(),
        });
        run.check();
    });
}

#[test]
fn a_switch_that_may_be_repeated_is_never_confirmed_by_anything_but_its_status() {
    over_all_units(|seed, options, faults, habits| {
        let mut run = Run::new(seed, options, faults, habits);
        run.random_steps(|_, n| {
            let number = u8::try_from(n % 16).unwrap() + 1;
            Request::new(off(number)).with_retry(Retry::AfterStatus)
        });
        run.check();
    });
}
