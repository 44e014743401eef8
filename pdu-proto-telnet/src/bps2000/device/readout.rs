//! From screens to the vocabulary of [`pdu_core`].

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use pdu_core::{
    Counter, Identity, IdentitySource, Line, LocalDateTime, Point, Quality, Quantity, Reading, Snapshot, Statistic,
    Threshold, ThresholdSetting, Value,
};

use crate::bps2000::{
    EnergyPhases, EnergyUnit, HttpSettings, Levels, Load, Network, Options, OwnedBanner, OwnedSmtpSettings,
    OwnedSnmpService, Phase, Reply, Request, ThresholdSettings,
};

/// What was read of a unit so far.
#[derive(Debug, Default)]
pub(super) struct Readout {
    banner: Option<OwnedBanner>,
    /// With the number of the member.
    loads: Vec<(u8, Load)>,
    pub(super) clock: Option<LocalDateTime>,
    pub(super) user: Option<String>,
    pub(super) network: Option<Network>,
    pub(super) snmp: Option<OwnedSnmpService>,
    pub(super) http: Option<HttpSettings>,
    pub(super) smtp: Option<OwnedSmtpSettings>,
    thresholds: Option<Box<ThresholdSettings>>,
    energy: Option<EnergyPhases>,
}

const LINES: [Line; 3] = [Line::L1, Line::L2, Line::L3];

/// In the order of the screen.
const LEVELS: [Threshold; 4] = [
    Threshold::UpperCritical,
    Threshold::UpperWarning,
    Threshold::LowerWarning,
    Threshold::LowerCritical,
];

/// The probe at the T/H port, which is the first sensor in the registers too. Whether the console means that one is not stated.
const PROBE: Point = Point::sensor(1);

impl Readout {
    /// Keeps what a request has told.
    pub(super) fn take(&mut self, request: &Request, reply: Reply) {
        match (reply, request) {
            (Reply::Banner(banner), _) => self.banner = Some(banner),
            (Reply::Load(load), Request::Load(member)) => self.loads.push((member.number(), load)),
            (Reply::Clock(clock), _) => self.clock = Some(clock),
            (Reply::Users(user), _) => self.user = Some(user),
            (Reply::Network(network), _) => self.network = Some(network),
            (Reply::Snmp(snmp), _) => self.snmp = Some(snmp),
            (Reply::Http(http), _) => self.http = Some(http),
            (Reply::Smtp(smtp), _) => self.smtp = Some(smtp),
            (Reply::Thresholds(thresholds), _) => self.thresholds = Some(thresholds),
            (Reply::Energy(energy), _) => self.energy = Some(energy),
            _ => {}
        }
    }

    /// The thresholds of a phase's current.
    pub(super) fn levels(&self, phase: Phase) -> Option<Levels> {
        let [one, two, three] = self.thresholds.as_ref()?.current;
        Some(match phase {
            Phase::One => one,
            Phase::Two => two,
            Phase::Three => three,
        })
    }

    /// The master, and the slaves that the settings know of.
    pub(super) fn identities(&self, options: &Options) -> Vec<Identity> {
        let firmware = self.banner.as_ref().and_then(|banner| banner.version.clone());
        let identity = |unit: u16| Identity {
            unit,
            vendor: Some("BKT".into()),
            model: Some("BPS2000v2".into()),
            name: None,
            serial: None,
            mac: None,
            firmware: firmware.clone().filter(|_| unit == 0),
            source: IdentitySource::Profile,
        };
        (0..=u16::from(options.slaves.min(5))).map(identity).collect()
    }

    pub(super) fn snapshot(&self, options: &Options) -> Snapshot {
        Snapshot {
            identities: self.identities(options),
            readings: self.currents().chain(self.energies(options.energy_unit)).collect(),
            thresholds: self.thresholds(),
            clock: self.clock,
            ..Snapshot::default()
        }
    }

    fn currents(&self) -> impl Iterator<Item = Reading> {
        self.loads.iter().flat_map(|&(member, load)| {
            LINES.into_iter().zip(load.phases).map(move |(line, value)| Reading {
                point: Point::inlet(1).on(line).of_unit(member.into()),
                quantity: Quantity::Current,
                statistic: Statistic::Now,
                value: value.map(Value::Gauge),
                quality: if value.is_some() {
                    Quality::Good
                } else {
                    Quality::Unavailable
                },
            })
        })
    }

    fn energies(&self, unit: EnergyUnit) -> impl Iterator<Item = Reading> {
        let quality = match unit {
            EnergyUnit::Unknown => Quality::Suspect,
            EnergyUnit::WattHours => Quality::Good,
        };
        let raw = self.energy.map(|energy| energy.raw);
        LINES
            .into_iter()
            .zip(raw.into_iter().flatten())
            .map(move |(line, raw)| Reading {
                point: Point::inlet(1).on(line),
                quantity: Quantity::ActiveEnergy,
                statistic: Statistic::Now,
                value: count(raw).map(Value::Count),
                quality,
            })
    }

    /// All thresholds, in the order of the screen.
    pub(super) fn thresholds(&self) -> Vec<ThresholdSetting> {
        let Some(all) = &self.thresholds else {
            return Vec::new();
        };
        let on = |line| Point::inlet(1).on(line);
        let current = LINES
            .into_iter()
            .zip(all.current)
            .map(|(line, levels)| (on(line), Quantity::Current, levels));
        let voltage = LINES
            .into_iter()
            .zip(all.voltage)
            .map(|(line, levels)| (on(line), Quantity::Voltage, levels));
        let probe = [
            (PROBE, Quantity::Temperature, all.temperature),
            (PROBE, Quantity::RelativeHumidity, all.humidity),
        ];
        let places = current.chain(voltage).chain(probe);
        places
            .flat_map(|(point, quantity, levels)| {
                LEVELS.map(|level| ThresholdSetting {
                    point,
                    quantity,
                    level,
                    value: levels.level(level),
                })
            })
            .collect()
    }
}

/// As wide as the device's registers are, or as wide as can be.
fn count(raw: u64) -> Option<Counter> {
    Counter::new(raw, 0, 32).or(Counter::new(raw, 0, 64))
}
