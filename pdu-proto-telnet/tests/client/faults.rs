//! What a faulty link may not do: no command is lost without an error, none leaves twice, and nothing is typed where it has no
//! business.

use std::time::Duration;

use pdu_core::testing::{Faults, Harness, Medium, Side};
use pdu_core::{Effect, Error, Rng, Ticket};
use pdu_proto_telnet::client::{Command, Console};

use super::contract::{line, serial_faults};
use super::device::{BARE, Device, Habits, SERIAL, TELNET};

struct Run {
    seed: u64,
    harness: Harness<Console, Device>,
    tickets: Vec<Ticket>,
}

impl Run {
    fn new(seed: u64, habits: Habits, faults: Faults) -> Self {
        Self {
            seed,
            harness: Harness::new(seed, faults, Console::new(habits.options()), Device::new(habits)),
            tickets: Vec::new(),
        }
    }

    fn random_steps(&mut self) {
        let mut rng = Rng::from_seed(self.seed);
        for _ in 0..rng.within(4..=12) {
            match rng.below(12) {
                0 => self.harness.cut(),
                1 => {
                    let known = self.tickets.get(usize::try_from(rng.below(8)).unwrap());
                    self.harness.cancel(known.copied().unwrap_or(Ticket(0)));
                }
                _ => {
                    let number = u32::try_from(self.tickets.len()).unwrap();
                    let asked = self.harness.submit(Command::new(line(number)));
                    self.tickets.extend(asked.ok());
                }
            }
            let pause = rng.span(&(Duration::ZERO..=Duration::from_millis(1_500)));
            self.harness.run_for(pause).unwrap();
        }
        let limit = Duration::from_secs(60) * u32::try_from(self.tickets.len() + 1).unwrap();
        let all = self.harness.run_until_done(limit).unwrap();
        assert!(all, "seed {}: a command was lost without an error", self.seed);
        self.harness.run_for(Duration::from_secs(5)).unwrap();
    }

    fn check(&self) {
        let seed = self.seed;
        let device = self.harness.server();
        assert_eq!(device.astray(), Vec::<&_>::new(), "seed {seed}");
        let sent = String::from_utf8_lossy(&self.harness.transmitted(Side::Client)).into_owned();
        for submission in 0..self.tickets.len() {
            let line = line(u32::try_from(submission).unwrap());
            let times = sent.matches(&format!("{line}\r")).count();
            let done = device.times(&line);
            let result = self.harness.result(submission).unwrap();
            let context = format!("seed {seed}: {line:?}: {result:?}, sent {times} times, done {done} times");
            assert!(times <= 1 && done <= times, "{context}");
            match result {
                Ok(response) => assert_eq!(
                    response.lines.first().unwrap(),
                    format!("of {line}").as_bytes(),
                    "{context}"
                ),
                Err(error) => assert!(error.effect() == Effect::Unknown || times == 0, "{context}"),
            }
        }
    }
}

fn over_all(check: impl Fn(Run)) {
    for seed in super::seeds() {
        check(Run::new(seed, TELNET, Faults::stream()));
        check(Run::new(seed, BARE, Faults::stream()));
        check(Run::new(seed, SERIAL, serial_faults()));
    }
}

#[test]
fn a_command_leaves_once_and_only_at_the_prompt() {
    over_all(|mut run| {
        run.random_steps();
        run.check();
    });
}

#[test]
fn a_device_that_is_damaged_on_the_way_is_never_typed_at_without_end() {
    for seed in super::seeds() {
        let mut faults = Faults::serial();
        faults.medium = Medium::Serial;
        for habits in [TELNET, SERIAL] {
            let mut run = Run::new(seed, habits, faults.clone());
            run.random_steps();
            let sent = run.harness.transmitted(Side::Client).len();
            assert!(sent < 4096, "seed {seed}: {sent} octets");
        }
    }
}
