use core::time::Duration;

use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use pdu_core::simulator::Energy;
use pdu_core::{Instant, Line, LocalDateTime};

use crate::bps2000::{HttpSettings, Network, SmtpSettings, SnmpService, ThresholdSettings};

use super::clock::UnitClock;
use super::member::MemberModel;
use super::settings::Settings;
use super::{Acknowledgement, BannerLines, Bps2000, Counts, Undocumented};

/// What a simulated chain and its console are to be, from [`Bps2000::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
    seed: u64,
    slaves: u8,
    settings: Settings,
    clock: UnitClock,
    uptime: Duration,
    version: String,
    banner: BannerLines,
    energy: [Option<u64>; 3],
    acknowledgement: Acknowledgement,
    undocumented: Undocumented,
    down: Duration,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            seed: 0,
            slaves: 5,
            settings: Settings::factory(),
            clock: UnitClock::new(),
            uptime: Duration::ZERO,
            version: "1.0.0".to_string(),
            banner: BannerLines::All,
            energy: [None; 3],
            acknowledgement: Acknowledgement::None,
            undocumented: Undocumented::Taken,
            down: Duration::from_secs(5),
        }
    }

    /// What all that moves is derived from: of the master from this seed, of its slaves from the next ones. The same seed gives
    /// the same loads as in the simulators of the other protocols.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many slaves the master has: 0 to 5, more count as 5.
    #[must_use]
    pub const fn slaves(mut self, slaves: u8) -> Self {
        self.slaves = if slaves < 5 { slaves } else { 5 };
        self
    }

    /// Who may log in; `admin` and `admin` unless told (line 654).
    #[must_use]
    pub fn login(mut self, account: &str, password: &str) -> Self {
        self.settings.account = account.to_string();
        self.settings.password = password.to_string();
        self
    }

    /// What the clock shows at first; the beginning of 2026 unless told.
    #[must_use]
    pub const fn clock(mut self, time: LocalDateTime) -> Self {
        self.clock = UnitClock::showing(time, Instant::EPOCH);
        self
    }

    /// How long the unit has been up at first; not at all unless told.
    #[must_use]
    pub const fn uptime(mut self, uptime: Duration) -> Self {
        self.uptime = uptime;
        self
    }

    /// The firmware's version in the banner; `1.0.0` unless told.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.version = version.to_string();
        self
    }

    /// What the console says before it asks who is there.
    #[must_use]
    pub const fn banner(mut self, banner: BannerLines) -> Self {
        self.banner = banner;
        self
    }

    /// What is stored in entry 4; the factory values unless told.
    #[must_use]
    pub const fn network(mut self, network: Network) -> Self {
        self.settings.network = network;
        self
    }

    /// What is stored in entry 5; the factory values unless told.
    #[must_use]
    pub fn snmp(mut self, snmp: &SnmpService<'_>) -> Self {
        self.settings.set_snmp(snmp);
        self
    }

    /// What is stored in entry 6; port 80 unless told.
    #[must_use]
    pub const fn http(mut self, http: HttpSettings) -> Self {
        self.settings.http = http;
        self
    }

    /// What is stored in entry 7; nothing but numbers unless told.
    #[must_use]
    pub fn smtp(mut self, smtp: &SmtpSettings<'_>) -> Self {
        self.settings.set_smtp(smtp);
        self
    }

    /// What is stored in entry 8; what the manual's picture has unless told.
    #[must_use]
    pub const fn thresholds(mut self, thresholds: ThresholdSettings) -> Self {
        self.settings.thresholds = thresholds;
        self
    }

    /// What a line of the master has drawn before, in Wh; the seed's choice unless told. Lines other than L1 to L3 are left
    /// out.
    #[must_use]
    pub fn initial_energy(mut self, line: Line, watt_hours: u64) -> Self {
        if let Some(energy) = MemberModel::index_of(line).and_then(|index| self.energy.get_mut(index)) {
            *energy = Some(watt_hours);
        }
        self
    }

    /// What a setting that was taken is answered with; nothing but the prompt unless told.
    #[must_use]
    pub fn acknowledgement(mut self, acknowledgement: Acknowledgement) -> Self {
        self.acknowledgement = acknowledgement;
        self
    }

    /// Whether `current two`, `current three`, `clearp2` and `clearp3` are taken, which the manual does not show; they are
    /// unless told.
    #[must_use]
    pub const fn undocumented(mut self, undocumented: Undocumented) -> Self {
        self.undocumented = undocumented;
        self
    }

    /// For how long the unit is down when it restarts; 5 s unless told.
    #[must_use]
    pub const fn down(mut self, down: Duration) -> Self {
        self.down = down;
        self
    }

    /// The master and its slaves.
    pub fn build(&self) -> Bps2000 {
        let mut members: Vec<_> = (0..=self.slaves)
            .map(|unit| MemberModel::new(self.seed.wrapping_add(unit.into())))
            .collect();
        let lines = members.first_mut().into_iter().flat_map(|master| &mut master.lines);
        for (line, energy) in lines.zip(self.energy) {
            if let Some(watt_hours) = energy {
                line.energy = Energy::from_watt_hours(watt_hours);
            }
        }
        let mut unit = Bps2000 {
            members,
            settings: self.settings.clone(),
            clock: self.clock,
            up_since: Instant::EPOCH,
            up_before: self.uptime,
            version: self.version.clone(),
            banner: self.banner,
            acknowledgement: self.acknowledgement.clone(),
            undocumented: self.undocumented,
            down: self.down,
            now: Instant::EPOCH,
            started: None,
            seconds: 0,
            faults: VecDeque::new(),
            counts: Counts::default(),
        };
        unit.sample();
        unit
    }
}
