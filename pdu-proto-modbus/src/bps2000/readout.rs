//! From 99 registers to the vocabulary of [`pdu_core`].

use pdu_core::{
    Alarm, ContactStatus, Counter, Decimal, Effect, ErrorKind, Mode, Point, Quality, Quantity, Reading, Statistic,
    ThresholdSetting, Value,
};

use super::map::{Meaning, REGISTER_COUNT, REGISTER_MAP, Register};
use super::state::{AlarmState, contact_of, energy_of};
use crate::wire::Registers;

/// What a probe is that reads 0 degrees and 0 % at once (note I-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ZeroProbe {
    /// Absent: both readings are [`Unavailable`](Quality::Unavailable) and have no value, since absent is never zero.
    #[default]
    Absent,
    /// Perhaps there: both readings are 0 and [`Suspect`](Quality::Suspect).
    Suspect,
}

/// How registers are read: a [`Mode`], which is all that most callers give, and what else can be chosen.
///
/// [`Strict`](Mode::Strict) refuses the readout for an energy register above 255, a power factor above 1.00, a contact that is
/// neither 1 nor 2, an alarm that is neither 0, 1 nor 16. A unit without a SensorBox may well be refused, since nobody knows
/// what its contacts hold then (note B-23). [`Lenient`](Mode::Lenient) takes them, and marks them: energy by the printed
/// formula and the power factor as it is, both [`Suspect`](Quality::Suspect), contacts and alarms as unknown.
/// [`Readout::deviations`] lists what was taken.
///
/// ```
/// use pdu_proto_modbus::bps2000::{Decoding, Mode, ZeroProbe};
///
/// let decoding = Decoding::from(Mode::Strict).with_zero_probe(ZeroProbe::Suspect);
/// assert_eq!(decoding.mode(), Mode::Strict);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Decoding {
    mode: Mode,
    zero_probe: ZeroProbe,
}

impl Decoding {
    /// What to do with values that the manual does not have.
    pub const fn mode(self) -> Mode {
        self.mode
    }

    /// What a probe is that reads 0 degrees and 0 %.
    pub const fn zero_probe(self) -> ZeroProbe {
        self.zero_probe
    }

    /// The same with another view of probes that read 0 degrees and 0 %.
    #[must_use]
    pub const fn with_zero_probe(self, zero_probe: ZeroProbe) -> Self {
        Self { zero_probe, ..self }
    }
}

impl From<Mode> for Decoding {
    fn from(mode: Mode) -> Self {
        Self {
            mode,
            ..Self::default()
        }
    }
}

/// The 99 registers of one unit, read at once by Read Holding Registers (03) from address 0: a view, without a copy.
///
/// ```
/// use pdu_core::{Line, Point, Quality, Quantity};
/// use pdu_proto_modbus::bps2000::{Mode, REGISTER_COUNT, Readout};
/// use pdu_proto_modbus::wire::Registers;
///
/// let mut registers = [0; REGISTER_COUNT as usize];
/// registers[0] = 2318; // the manual's example: 231.8 V
/// let readout = Readout::decode(Registers::new(&registers), Mode::Lenient)?;
///
/// let voltage = readout.reading(Point::inlet(1).on(Line::L1), Quantity::Voltage).unwrap();
/// assert_eq!(voltage.value.unwrap().to_string(), "231.8");
/// assert_eq!(voltage.quality, Quality::Good);
/// # Ok::<(), pdu_proto_modbus::bps2000::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readout<'a> {
    registers: Registers<'a>,
    decoding: Decoding,
    unit: u16,
}

impl<'a> Readout<'a> {
    /// Takes the registers 0 to 98, as [`Mode`] allows them.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Quantity`] if they are not 99; in strict mode [`DecodeError::Register`] with the first
    /// deviation.
    pub fn decode(registers: Registers<'a>, decoding: impl Into<Decoding>) -> Result<Self, DecodeError> {
        if registers.len() != usize::from(REGISTER_COUNT) {
            return Err(DecodeError::Quantity {
                expected: usize::from(REGISTER_COUNT),
                found: registers.len(),
            });
        }
        let readout = Self {
            registers,
            decoding: decoding.into(),
            unit: 0,
        };
        match (readout.decoding.mode, readout.deviations().next()) {
            (Mode::Strict, Some(deviation)) => Err(DecodeError::Register(deviation)),
            _ => Ok(readout),
        }
    }

    /// The same as the readout of another member of the chain: all points get this unit number.
    #[must_use]
    pub const fn of_unit(self, unit: u16) -> Self {
        Self { unit, ..self }
    }

    /// What the register at an address holds, as it came; `None` above 98.
    pub fn raw(&self, address: u16) -> Option<u16> {
        self.registers.get(usize::from(address))
    }

    /// All values that the manual does not have, in the order of addresses: what strict mode refuses.
    pub fn deviations(&self) -> impl Iterator<Item = Deviation> + use<'a> {
        let registers = self.registers;
        REGISTER_MAP.iter().flat_map(move |row| {
            (row.address..row.end()).filter_map(move |address| {
                let found = registers.get(usize::from(address))?;
                let expected = refusal(row, found)?;
                Some(Deviation {
                    register: row,
                    address,
                    expected,
                    found,
                })
            })
        })
    }

    /// All readings, in the order of the table.
    pub fn readings(&self) -> impl Iterator<Item = Reading> + use<'a> {
        let readout = *self;
        REGISTER_MAP.iter().filter_map(move |row| readout.reading_of(row))
    }

    /// The reading of a quantity at a place of this unit.
    pub fn reading(&self, point: Point, quantity: Quantity) -> Option<Reading> {
        self.readings()
            .find(|reading| reading.point == point && reading.quantity == quantity)
    }

    /// The four two-state sensors.
    pub fn contacts(&self) -> impl Iterator<Item = ContactStatus> + use<'a> {
        let readout = *self;
        REGISTER_MAP.iter().filter_map(move |row| match row.meaning {
            Meaning::Contact { point, kind } => Some(ContactStatus {
                point: point.of_unit(readout.unit),
                kind,
                state: contact_of(kind, readout.register(row.address)),
            }),
            _ => None,
        })
    }

    /// The alarms that stand, and those whose state is unknown.
    pub fn alarms(&self) -> impl Iterator<Item = Alarm> + use<'a> {
        let readout = *self;
        REGISTER_MAP.iter().filter_map(move |row| {
            let Meaning::Alarm { point, quantity } = row.meaning else {
                return None;
            };
            let state = AlarmState::from_raw(readout.register(row.address));
            (state != AlarmState::Normal).then(|| Alarm {
                point: point.of_unit(readout.unit),
                quantity,
                level: state.level(),
                severity: state.severity(),
            })
        })
    }

    /// The 24 thresholds.
    pub fn thresholds(&self) -> impl Iterator<Item = ThresholdSetting> + use<'a> {
        let readout = *self;
        REGISTER_MAP
            .iter()
            .filter_map(move |row| row.setting(readout.register(row.address), readout.unit))
    }

    /// What a register holds; that there are 99 was proven at the start.
    fn register(&self, address: u16) -> u16 {
        self.raw(address).unwrap_or_default()
    }

    fn reading_of(&self, row: &Register) -> Option<Reading> {
        let (point, quantity, value, quality) = match row.meaning {
            Meaning::Gauge { point, quantity } => {
                let quality = self.gauge_quality(row, point, quantity);
                let value = row.decimal(self.register(row.address)).map(Value::Gauge);
                (point, quantity, value, quality)
            }
            Meaning::Energy { point, quantity } => {
                let (count, quality) = self.energy(row);
                (point, quantity, count.map(Value::Count), quality)
            }
            _ => return None,
        };
        let has_value = matches!(quality, Quality::Good | Quality::Suspect);
        Some(Reading {
            point: point.of_unit(self.unit),
            quantity,
            statistic: Statistic::Now,
            value: value.filter(|_| has_value),
            quality,
        })
    }

    fn gauge_quality(&self, row: &Register, point: Point, quantity: Quantity) -> Quality {
        let raw = self.register(row.address);
        let suspect = match quantity {
            Quantity::ActivePower | Quantity::ReactivePower | Quantity::ApparentPower => {
                raw == u16::MAX || self.exceeds_power_register(point)
            }
            Quantity::PowerFactor => refusal(row, raw).is_some(),
            Quantity::Temperature | Quantity::RelativeHumidity => return self.probe_quality(row, point, quantity),
            _ => false,
        };
        if suspect { Quality::Suspect } else { Quality::Good }
    }

    /// Whether voltage × current is over 6500 VA, next to the 6553.5 that a power register can hold (note B-19).
    fn exceeds_power_register(&self, point: Point) -> bool {
        const LIMIT: u32 = 6_500_000; // 0.1 V × 0.01 A is a thousandth of a volt-ampere
        let raw = |quantity| self.gauge_at(point, quantity).map_or(0, u32::from);
        raw(Quantity::Voltage) * raw(Quantity::Current) > LIMIT
    }

    fn probe_quality(&self, row: &Register, point: Point, quantity: Quantity) -> Quality {
        let both = [Quantity::Temperature, Quantity::RelativeHumidity];
        if both.iter().all(|&quantity| self.gauge_at(point, quantity) == Some(0)) {
            return match self.decoding.zero_probe {
                ZeroProbe::Absent => Quality::Unavailable,
                ZeroProbe::Suspect => Quality::Suspect,
            };
        }
        let value = row.decimal(self.register(row.address)).unwrap_or(Decimal::ZERO);
        match quantity {
            Quantity::Temperature if value < LOWEST_TEMPERATURE => Quality::Underflow,
            Quantity::Temperature if value > HIGHEST_TEMPERATURE => Quality::Overflow,
            Quantity::RelativeHumidity if value > SATURATION => Quality::Suspect,
            _ => Quality::Good,
        }
    }

    fn gauge_at(&self, point: Point, quantity: Quantity) -> Option<u16> {
        let row = Register::meaning(Meaning::Gauge { point, quantity })?;
        self.raw(row.address)
    }

    fn energy(&self, row: &Register) -> (Option<Counter>, Quality) {
        let registers = self.registers.array(usize::from(row.address)).unwrap_or_default();
        let sum = energy_of(registers);
        // Only registers above 255 can take the sum over the device's 32 bits; such a count fits no earlier one.
        let count = Counter::new(sum, row.exponent(), 32).or_else(|| Counter::new(sum, row.exponent(), 64));
        let suspect = registers.iter().any(|&raw| refusal(row, raw).is_some());
        (count, if suspect { Quality::Suspect } else { Quality::Good })
    }
}

/// Readings outside are no temperature that the probe can have (note I-01).
const LOWEST_TEMPERATURE: Decimal = Decimal::new(-40, 0);
const HIGHEST_TEMPERATURE: Decimal = Decimal::new(125, 0);
/// More water than air takes.
const SATURATION: Decimal = Decimal::new(100, 0);

/// What the manual expects of a register of `row`, if `raw` is not that.
fn refusal(row: &Register, raw: u16) -> Option<&'static str> {
    let (allowed, expected) = match row.meaning {
        Meaning::Energy { .. } => (raw <= 0xFF, "0 to 255"),
        Meaning::Gauge {
            quantity: Quantity::PowerFactor,
            ..
        } => (raw <= 100, "0 to 100"),
        Meaning::Contact { .. } => (matches!(raw, 1 | 2), "1 or 2"),
        Meaning::Alarm { .. } => (
            !matches!(AlarmState::from_raw(raw), AlarmState::Unknown(_)),
            "0, 1 or 16",
        ),
        _ => return None,
    };
    (!allowed).then_some(expected)
}

/// A value that the manual does not have for its register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("register {address} ({}): {found} where {expected} was expected", .register.name)]
#[non_exhaustive]
pub struct Deviation {
    /// Its row of the map.
    pub register: &'static Register,
    /// Its address: one of the four, for energy.
    pub address: u16,
    /// The values that the manual has, in words.
    pub expected: &'static str,
    /// The value that came.
    pub found: u16,
}

/// Why registers are no readout of this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Another number of registers than was asked for, or than the map has.
    #[error("{found} registers where {expected} were expected")]
    Quantity {
        /// How many there should be.
        expected: usize,
        /// How many there were.
        found: usize,
    },
    /// A value that the manual does not have, in [strict mode](Mode::Strict).
    #[error(transparent)]
    Register(Deviation),
}

impl pdu_core::Error for DecodeError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Malformed
    }

    fn effect(&self) -> Effect {
        Effect::NotApplied // a read changes nothing
    }
}

#[cfg(feature = "alloc")]
mod snapshot {
    use alloc::vec;
    use pdu_core::{Identity, IdentitySource, Snapshot};

    use super::Readout;

    impl Readout<'_> {
        /// Everything that the registers tell, in the order of the table. Outlets and clock are not among them.
        pub fn to_snapshot(&self) -> Snapshot {
            Snapshot {
                identities: vec![identity(self.unit)],
                readings: self.readings().collect(),
                contacts: self.contacts().collect(),
                alarms: self.alarms().collect(),
                thresholds: self.thresholds().collect(),
                ..Snapshot::default()
            }
        }
    }

    /// Who the unit is. No register tells: that it is a BPS2000v2 is the caller's choice of this module.
    ///
    /// ```
    /// use pdu_core::IdentitySource;
    ///
    /// let identity = pdu_proto_modbus::bps2000::identity(0);
    /// assert_eq!(identity.model.as_deref(), Some("BPS2000v2"));
    /// assert_eq!(identity.source, IdentitySource::Profile);
    /// ```
    pub fn identity(unit: u16) -> Identity {
        Identity {
            unit,
            vendor: Some("BKT".into()),
            model: Some("BPS2000v2".into()),
            name: None,
            serial: None,
            mac: None,
            firmware: None,
            source: IdentitySource::Profile,
        }
    }
}

#[cfg(feature = "alloc")]
pub use snapshot::identity;
