//! Ours and the peers, doing the same work on the same bytes in one run.
//!
//! A [`Case`] is one piece of work, a [`Contender`] one library that does it. The criterion benches and the programs
//! that print ratios run the same cases. `README.md` has the commands.

pub mod alloc;
pub mod by_hand;
pub mod isotek_fleet;
pub mod isotek_status;
pub mod modbus_codec;
pub mod modbus_end_to_end;
pub mod ratios;
pub mod raw_shared;
pub mod series7_config;
pub mod series7_live;
pub mod snmp_codec;
pub mod snmp_fleet;
pub mod snmp_usm;
pub mod telnet_wire;

use std::fmt;

/// One piece of work, and everyone who does it.
pub struct Case {
    /// What is done, as `decode rtu fc03 answer, 53 registers`.
    pub name: String,
    /// Ours first.
    pub contenders: Vec<Contender>,
}

/// One library that does the work of a [`Case`].
pub struct Contender {
    /// The crate, and in what it differs.
    pub name: &'static str,
    run: Box<dyn FnMut(u64) -> u64>,
}

impl Contender {
    /// A contender whose `work` returns something that depends on every byte, so that none of it can be left out.
    pub fn new(name: &'static str, mut work: impl FnMut() -> u64 + 'static) -> Self {
        let run = move |times| (0..times).fold(0_u64, |sum, _| sum.wrapping_add(work()));
        Self {
            name,
            run: Box::new(run),
        }
    }

    /// A contender that does the work as often as it is told in one go.
    pub fn batched(name: &'static str, run: impl FnMut(u64) -> u64 + 'static) -> Self {
        Self {
            name,
            run: Box::new(run),
        }
    }

    /// Does the work so many times.
    pub fn run(&mut self, times: u64) -> u64 {
        (self.run)(times)
    }
}

impl fmt::Debug for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
