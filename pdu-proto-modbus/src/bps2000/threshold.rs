//! Thresholds: what may be written, and as what.

use pdu_core::{Decimal, Effect, ErrorKind, Point, Quantity, Threshold, ThresholdSetting};

use super::map::{FIRST_THRESHOLD, Meaning, Register};

/// A threshold that may be written: proven to have a register, and to fit it digit for digit.
///
/// Two of three questions are answered before a byte is sent. The third, whether low would stand above high, needs the
/// device's present pair: see [`check_order`](Self::check_order).
///
/// ```
/// use pdu_core::{Decimal, Line, Point, Quantity, Threshold, ThresholdSetting};
/// use pdu_proto_modbus::bps2000::ThresholdWrite;
///
/// let setting = ThresholdSetting {
///     point: Point::inlet(1).on(Line::L1),
///     quantity: Quantity::Voltage,
///     level: Threshold::UpperCritical,
///     value: Decimal::new(2500, -1), // 250.0 V
/// };
/// let write = ThresholdWrite::new(&setting)?;
/// assert_eq!((write.address(), write.raw()), (64, 2500));
/// assert_eq!(write.pair_address(), 63);
/// assert!(write.check_order([1700, 2760]).is_ok());
/// assert!(write.check_order([2600, 2760]).is_err()); // low stands at 260.0 V
/// # Ok::<(), pdu_proto_modbus::bps2000::ThresholdError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThresholdWrite {
    register: &'static Register,
    raw: u16,
}

impl ThresholdWrite {
    /// The register and the value for a setting. Its chain member is not looked at.
    ///
    /// The manual states no bounds, only samples up to 276.0 V, 32.0 A, 44 degrees and 99 %. So they are what the register
    /// can hold, 0 to 6553.5 V or A in tenths, and 0 to 99 whole degrees or percent: two digits, as its display has them, and
    /// no negative degrees, since the sign of these registers is inferred (note I-01).
    ///
    /// # Errors
    ///
    /// [`ThresholdError::NoRegister`], [`WarningLevel`](ThresholdError::WarningLevel),
    /// [`TooFine`](ThresholdError::TooFine) or [`OutOfRange`](ThresholdError::OutOfRange).
    pub fn new(setting: &ThresholdSetting) -> Result<Self, ThresholdError> {
        let register = register_of(setting)?;
        let max = highest(setting.quantity);
        if setting.value < Decimal::ZERO || setting.value > max {
            return Err(ThresholdError::OutOfRange {
                register,
                value: setting.value,
                max,
            });
        }
        let number = setting.value.scaled(register.exponent());
        match number.and_then(|number| u16::try_from(number).ok()) {
            Some(raw) => Ok(Self { register, raw }),
            None => Err(ThresholdError::TooFine {
                register,
                value: setting.value,
            }),
        }
    }

    /// The row that is to be written.
    pub const fn register(&self) -> &'static Register {
        self.register
    }

    /// Its address, 63 to 86.
    pub const fn address(&self) -> u16 {
        self.register.address
    }

    /// What is to be written there.
    pub const fn raw(&self) -> u16 {
        self.raw
    }

    /// Address of the pair that it belongs to: Low Alarm there, High Alarm after it.
    pub const fn pair_address(&self) -> u16 {
        self.address() - self.place()
    }

    /// The device's present pair, low and high as registers, with this write in it.
    pub fn applied_to(&self, mut pair: [u16; 2]) -> [u16; 2] {
        let [low, high] = &mut pair;
        *(if self.place() == 0 { low } else { high }) = self.raw;
        pair
    }

    /// What stands in the present pair where this is to be written.
    pub const fn present_in(&self, pair: [u16; 2]) -> u16 {
        let [low, high] = pair;
        if self.place() == 0 { low } else { high }
    }

    /// Whether the device's present pair, low and high as registers, may become what this write makes of it.
    ///
    /// # Errors
    ///
    /// [`ThresholdError::LowAboveHigh`]; equal is allowed.
    pub fn check_order(&self, pair: [u16; 2]) -> Result<(), ThresholdError> {
        let [low, high] = self
            .applied_to(pair)
            .map(|raw| self.register.decimal(raw).unwrap_or(Decimal::ZERO));
        if low <= high {
            return Ok(());
        }
        Err(ThresholdError::LowAboveHigh {
            register: self.register,
            low,
            high,
        })
    }

    /// 0 for the low one of a pair, 1 for the high one: pairs begin at odd addresses, from 63 on.
    const fn place(&self) -> u16 {
        (self.address() - FIRST_THRESHOLD) % 2
    }
}

fn register_of(setting: &ThresholdSetting) -> Result<&'static Register, ThresholdError> {
    let &ThresholdSetting {
        point, quantity, level, ..
    } = setting;
    let row = |level| {
        Register::meaning(Meaning::Threshold {
            point: point.of_unit(0),
            quantity,
            level,
        })
    };
    match (row(level), row(Threshold::UpperCritical)) {
        (Some(register), _) => Ok(register),
        (None, Some(_)) => Err(ThresholdError::WarningLevel { level }),
        (None, None) => Err(ThresholdError::NoRegister { point, quantity }),
    }
}

/// The highest value that is written.
const fn highest(quantity: Quantity) -> Decimal {
    match quantity {
        Quantity::Temperature | Quantity::RelativeHumidity => Decimal::new(99, 0),
        _ => Decimal::new(u16::MAX as i64, -1),
    }
}

impl Register {
    /// The threshold that this row is, set to `raw`.
    pub(super) fn setting(&self, raw: u16, unit: u16) -> Option<ThresholdSetting> {
        let Meaning::Threshold { point, quantity, level } = self.meaning else {
            return None;
        };
        Some(ThresholdSetting {
            point: point.of_unit(unit),
            quantity,
            level,
            value: self.decimal(raw)?,
        })
    }
}

/// Why a threshold cannot be set. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ThresholdError {
    /// The unit compares nothing there with anything.
    #[error(
        "no threshold for {quantity} at {point}: the bps2000 has them for voltage and current on inlet1.L1 to L3, and for \
         temperature and relative_humidity of sensor1 to 3"
    )]
    NoRegister {
        /// The place asked for.
        point: Point,
        /// The quantity asked for.
        quantity: Quantity,
    },
    /// The warnings have no register; the unit's web page and its console can set them.
    #[error("{level} has no register: over modbus the bps2000 has lower_critical and upper_critical")]
    WarningLevel {
        /// The level asked for.
        level: Threshold,
    },
    /// The register would have to round.
    #[error("{}: {value} is finer than the register's step of {}", .register.name, step(.register))]
    TooFine {
        /// Its row.
        register: &'static Register,
        /// The value asked for.
        value: Decimal,
    },
    /// The device cannot hold it.
    #[error("{}: {value} is not within 0 to {max} {}", .register.name, symbol(.register))]
    OutOfRange {
        /// Its row.
        register: &'static Register,
        /// The value asked for.
        value: Decimal,
        /// The highest that can be set.
        max: Decimal,
    },
    /// The low one of the pair would stand above the high one.
    #[error("{}: low would stand at {low}, above high at {high} {}", .register.name, symbol(.register))]
    LowAboveHigh {
        /// The row to be written.
        register: &'static Register,
        /// What low would be.
        low: Decimal,
        /// What high would be.
        high: Decimal,
    },
}

fn symbol(register: &Register) -> &'static str {
    register.unit().map_or("", |unit| unit.symbol)
}

fn step(register: &Register) -> Decimal {
    Decimal::new(1, register.exponent())
}

impl pdu_core::Error for ThresholdError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoRegister { .. } | Self::WarningLevel { .. } => ErrorKind::Unsupported,
            Self::TooFine { .. } | Self::OutOfRange { .. } | Self::LowAboveHigh { .. } => ErrorKind::InvalidArgument,
        }
    }

    fn effect(&self) -> Effect {
        Effect::NotApplied
    }
}
