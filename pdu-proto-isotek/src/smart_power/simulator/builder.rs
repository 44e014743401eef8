use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::Ipv4Addr;
use core::time::Duration;

use pdu_core::simulator::Wander;
use pdu_core::{Instant, LocalDateTime, Rng};

use super::clock::UnitClock;
use super::model::OutletModel;
use super::schedule::Schedule;
use super::{Counts, SmartPower};
use crate::wire::{Address, Outlet, OutletConfig, OutletType, Text};

/// What a simulated unit is to be, from [`SmartPower::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
    outlets: u8,
    seed: u64,
    clock: LocalDateTime,
    serial: String,
    mac: [u8; 6],
    servers: [(Ipv4Addr, u16); 2],
    configs: Vec<(Outlet, OutletConfig<'static>)>,
    locked_outlets: LockedOutlets,
    voltage_when_off: VoltageWhenOff,
    restart_time: Duration,
    record_limit: u16,
}

/// What becomes of `Sx=` for an outlet that is locked; the manual does not say what locking does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LockedOutlets {
    /// Nothing is done, and nothing answered.
    Refuse,
    /// Nothing is done, but `OK` answered.
    Ignore,
}

/// What the status of an outlet tells of the voltage while it is off; the manual does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VoltageWhenOff {
    /// 0 V.
    Zero,
    /// That of the mains.
    Mains,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            outlets: Outlet::MAX,
            seed: 0,
            clock: UnitClock::FIRST,
            serial: String::from("SIM0001"),
            mac: [0x02, 0, 0, 0, 0, 0x01],
            servers: [(Ipv4Addr::UNSPECIFIED, 0); 2],
            configs: Vec::new(),
            locked_outlets: LockedOutlets::Refuse,
            voltage_when_off: VoltageWhenOff::Zero,
            restart_time: Duration::from_secs(5),
            record_limit: 100,
        }
    }

    /// 8 or 16, as the models have them; any number from 1 to 16 is taken, what is outside becomes the nearest of these.
    #[must_use]
    pub fn outlets(mut self, count: u8) -> Self {
        self.outlets = count.clamp(1, Outlet::MAX);
        self
    }

    /// What all that moves is derived from.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// What the clock shows when the unit is first told the time; by default the beginning of 2026. The clock's line has
    /// years from 2000 on only.
    #[must_use]
    pub const fn clock(mut self, time: LocalDateTime) -> Self {
        self.clock = time;
        self
    }

    /// The serial number; characters that it may not have (`|`, `/`, what is not printable ASCII) become `_`.
    #[must_use]
    pub fn serial(mut self, serial: &str) -> Self {
        let may_have = |c: char| matches!(c, ' '..='~') && c != '|' && c != '/';
        self.serial = serial.chars().map(|c| if may_have(c) { c } else { '_' }).collect();
        self
    }

    /// The Ethernet address.
    #[must_use]
    pub const fn mac(mut self, mac: [u8; 6]) -> Self {
        self.mac = mac;
        self
    }

    /// The two servers of the unit's address line; by default none, which is 0.0.0.0, port 0.
    #[must_use]
    pub const fn servers(mut self, first: (Ipv4Addr, u16), second: (Ipv4Addr, u16)) -> Self {
        self.servers = [first, second];
        self
    }

    /// What is stored of an outlet. By default its name is `Outlet 1` to `Outlet16`, and it is a normal one without delay.
    #[must_use]
    pub fn config(mut self, outlet: Outlet, config: OutletConfig<'_>) -> Self {
        self.configs.push((outlet, config.into_owned()));
        self
    }

    /// What becomes of `Sx=` for a locked outlet; by default it is refused.
    #[must_use]
    pub const fn locked_outlets(mut self, behaviour: LockedOutlets) -> Self {
        self.locked_outlets = behaviour;
        self
    }

    /// The voltage of an outlet that is off; by default zero.
    #[must_use]
    pub const fn voltage_when_off(mut self, voltage: VoltageWhenOff) -> Self {
        self.voltage_when_off = voltage;
        self
    }

    /// For how long all links are down after `X`; by default 5 s.
    #[must_use]
    pub const fn restart_time(mut self, time: Duration) -> Self {
        self.restart_time = time;
        self
    }

    /// How many records the scheduler has room for; by default 100.
    #[must_use]
    pub const fn record_limit(mut self, records: u16) -> Self {
        self.record_limit = records;
        self
    }

    /// The unit. All outlets are on.
    pub fn build(&self) -> SmartPower {
        let mut rng = Rng::from_seed(self.seed);
        let mains = Wander::new(&mut rng.fork(), 2300, 30, 120);
        let numbers = (1..=self.outlets).filter_map(Outlet::new);
        SmartPower {
            address: self.address(),
            outlets: numbers
                .map(|outlet| OutletModel::new(&mut rng.fork(), self.config_of(outlet)))
                .collect(),
            mains,
            fixed_voltage: None,
            clock: UnitClock::showing(self.clock),
            schedule: Schedule::with_limit(self.record_limit.into()),
            locked_outlets: self.locked_outlets,
            voltage_when_off: self.voltage_when_off,
            restart_time: self.restart_time,
            started: None,
            now: Instant::EPOCH,
            faults: VecDeque::new(),
            counts: Counts::default(),
        }
    }

    fn address(&self) -> Address<'static> {
        let [server_1, server_2] = self.servers;
        Address {
            serial: text(&self.serial),
            mac: self.mac,
            server_1,
            server_2,
        }
    }

    fn config_of(&self, outlet: Outlet) -> OutletConfig<'static> {
        let of_outlet = self.configs.iter().rev().find(|(of, _)| *of == outlet);
        of_outlet.map_or_else(
            || OutletConfig {
                name: text(&format!("Outlet{:2}", outlet.number())),
                outlet_type: OutletType::Normal,
                delay: 0,
            },
            |(_, config)| config.clone(),
        )
    }
}

/// Text that was made so that it is one.
fn text(text: &str) -> Text<'static> {
    Text::new(text).map(Text::into_owned).unwrap_or_default()
}
