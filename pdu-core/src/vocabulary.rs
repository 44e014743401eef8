//! What rack power units measure and can be told. Names follow DMTF Redfish, IEC and NUT, one meaning each.

use core::fmt;

use crate::words::words;
use crate::{Counter, Decimal};

words! {
    /// What is measured. The bare word power does not occur: watts are not volt-amperes.
    #[non_exhaustive]
    pub enum Quantity as "quantity" {
        /// Volts, root mean square.
        Voltage = "voltage",
        /// Amperes, root mean square.
        Current = "current",
        /// Amperes that return by another way than the neutral.
        ResidualCurrent = "residual_current",
        /// Watts.
        ActivePower = "active_power",
        /// Volt-amperes.
        ApparentPower = "apparent_power",
        /// Volt-amperes reactive.
        ReactivePower = "reactive_power",
        /// Active over apparent power, 0 to 1.
        PowerFactor = "power_factor",
        /// Hertz.
        Frequency = "frequency",
        /// Watt-hours.
        ActiveEnergy = "active_energy",
        /// Volt-ampere-hours.
        ApparentEnergy = "apparent_energy",
        /// Volt-ampere-hours reactive.
        ReactiveEnergy = "reactive_energy",
        /// Percent of what the component is rated for.
        Load = "load",
        /// Degrees Celsius.
        Temperature = "temperature",
        /// Percent of saturation.
        RelativeHumidity = "relative_humidity",
        /// Degrees Celsius at which the air's water condenses.
        DewPoint = "dew_point",
        /// Moving air, on the scale of the device.
        AirFlow = "air_flow",
        /// Light, on the scale of the device.
        Illuminance = "illuminance",
        /// Sound, on the scale of the device.
        SoundLevel = "sound_level",
        /// Where an input stands, on the scale of the device: analog inputs, and two-state ones whose ends the device's
        /// documentation does not explain.
        InputLevel = "input_level",
    }
}

/// A unit of measure: a symbol, and how many powers of ten it is larger than the unit that readings of its quantity use.
///
/// ```
/// use pdu_core::{Counter, Quantity, Value};
///
/// let energy = Value::Count(Counter::new(1_800_120, 0, 32).unwrap()); // watt-hours
/// let unit = Quantity::ActiveEnergy.customary_unit();
/// assert_eq!(format!("{} {}", energy.in_unit(unit).unwrap(), unit.symbol), "1800.120 kWh");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unit {
    /// The symbol: V, A, W, VA, var, Hz, Wh, kWh, Cel (degrees Celsius, as UCUM and SenML have it), %, and 1 for ratios.
    pub symbol: &'static str,
    /// 3 for the kilo of kWh, 0 for units without a prefix.
    pub exponent: i8,
}

impl Quantity {
    /// The unit in which the values of a [`Reading`] of this quantity count.
    pub const fn unit(self) -> Unit {
        let symbol = match self {
            Self::Voltage => "V",
            Self::Current | Self::ResidualCurrent => "A",
            Self::ActivePower => "W",
            Self::ApparentPower => "VA",
            Self::ReactivePower => "var",
            Self::Frequency => "Hz",
            Self::ActiveEnergy => "Wh",
            Self::ApparentEnergy => "VAh",
            Self::ReactiveEnergy => "varh",
            Self::Temperature | Self::DewPoint => "Cel",
            Self::Load | Self::RelativeHumidity => "%",
            Self::PowerFactor | Self::AirFlow | Self::Illuminance | Self::SoundLevel | Self::InputLevel => "1",
        };
        Unit { symbol, exponent: 0 }
    }

    /// The unit in which people read this quantity: energy in kWh, kVAh and kvarh, all else as [`unit`](Self::unit).
    pub const fn customary_unit(self) -> Unit {
        match self {
            Self::ActiveEnergy => Unit {
                symbol: "kWh",
                exponent: 3,
            },
            Self::ApparentEnergy => Unit {
                symbol: "kVAh",
                exponent: 3,
            },
            Self::ReactiveEnergy => Unit {
                symbol: "kvarh",
                exponent: 3,
            },
            _ => self.unit(),
        }
    }
}

words! {
    /// Which value over time a reading is.
    pub enum Statistic as "statistic" {
        /// The latest.
        Now = "now",
        /// The smallest since the device began to keep it.
        Min = "min",
        /// The largest since the device began to keep it.
        Max = "max",
        /// The mean over the device's interval.
        Mean = "mean",
    }
}

words! {
    /// A conductor, a pair of them, or all together. A, B, C of the 7-series are L1, L2, L3.
    pub enum Line as "line" {
        /// Line 1.
        L1 = "L1",
        /// Line 2.
        L2 = "L2",
        /// Line 3.
        L3 = "L3",
        /// The neutral.
        N = "N",
        /// Line 1 to line 2.
        L1L2 = "L1-L2",
        /// Line 2 to line 3.
        L2L3 = "L2-L3",
        /// Line 3 to line 1.
        L3L1 = "L3-L1",
        /// The sum or the mean of all lines, as the device means it.
        Total = "total",
    }
}

words! {
    /// The part of a unit that something belongs to.
    #[non_exhaustive]
    pub enum Component as "component" {
        /// The unit itself, its controller.
        Device = "device",
        /// Where power comes in.
        Inlet = "inlet",
        /// A branch circuit behind a breaker.
        Branch = "branch",
        /// Outlets that are measured or switched together.
        OutletGroup = "outlet_group",
        /// One outlet.
        Outlet = "outlet",
        /// A sensor of the environment.
        Sensor = "sensor",
    }
}

/// A place of measurement.
///
/// ```
/// use pdu_core::{Line, Point};
///
/// let point = Point::inlet(1).on(Line::L2).of_unit(3);
/// assert_eq!(point.to_string(), "unit3.inlet1.L2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Point {
    /// Member of a chain: 0 the unit that is spoken to (the master), 1 and up its slaves.
    pub unit: u16,
    /// The kind of part.
    pub component: Component,
    /// Which of its kind, from 1.
    pub number: u16,
    /// Which conductor, where that makes a difference.
    pub line: Option<Line>,
}

impl Point {
    /// The `number`th `component` of unit 0, without a line.
    pub const fn new(component: Component, number: u16) -> Self {
        Self {
            unit: 0,
            component,
            number,
            line: None,
        }
    }

    /// The `number`th inlet.
    pub const fn inlet(number: u16) -> Self {
        Self::new(Component::Inlet, number)
    }

    /// The `number`th outlet.
    pub const fn outlet(number: u16) -> Self {
        Self::new(Component::Outlet, number)
    }

    /// The `number`th sensor, counted in the order of the device's table.
    pub const fn sensor(number: u16) -> Self {
        Self::new(Component::Sensor, number)
    }

    /// The same place on one conductor.
    #[must_use]
    pub const fn on(self, line: Line) -> Self {
        Self {
            line: Some(line),
            ..self
        }
    }

    /// The same place on another member of the chain.
    #[must_use]
    pub const fn of_unit(self, unit: u16) -> Self {
        Self { unit, ..self }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unit{}.{}{}", self.unit, self.component, self.number)?;
        match self.line {
            Some(line) => write!(f, ".{line}"),
            None => Ok(()),
        }
    }
}

/// A number that a device gave: a gauge that goes up and down, or a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Value {
    /// A value at a time.
    Gauge(Decimal),
    /// A count since a beginning.
    Count(Counter),
}

impl Value {
    /// The same value counted in `unit`, by moving the point; `None` if the exponent would leave its range.
    #[must_use]
    pub fn in_unit(self, unit: Unit) -> Option<Self> {
        let places = unit.exponent.checked_neg()?;
        match self {
            Self::Gauge(value) => value.shifted(places).map(Self::Gauge),
            Self::Count(value) => value.shifted(places).map(Self::Count),
        }
    }
}

/// The digits of the device.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gauge(value) => value.fmt(f),
            Self::Count(value) => value.fmt(f),
        }
    }
}

words! {
    /// How far a reading is to be trusted.
    #[non_exhaustive]
    pub enum Quality as "quality" {
        /// As measured.
        Good = "good",
        /// The last one known; newer ones did not come.
        Stale = "stale",
        /// There is none: the sensor is absent or the device says so.
        Unavailable = "unavailable",
        /// Below what the device can measure.
        Underflow = "underflow",
        /// Above what the device can measure.
        Overflow = "overflow",
        /// There is one, and a reason to doubt it, which the device's documentation names.
        Suspect = "suspect",
    }
}

/// One measured value.
///
/// ```
/// use pdu_core::{Decimal, Line, Point, Quality, Quantity, Reading, Statistic, Value};
///
/// let volts = Reading {
///     point: Point::inlet(1).on(Line::L1),
///     quantity: Quantity::Voltage,
///     statistic: Statistic::Now,
///     value: Some(Value::Gauge(Decimal::new(2318, -1))),
///     quality: Quality::Good,
/// };
/// assert_eq!(volts.to_string(), "unit0.inlet1.L1 voltage 231.8 V");
/// let wrapped = Reading { quality: Quality::Suspect, ..volts };
/// assert_eq!(wrapped.to_string(), "unit0.inlet1.L1 voltage 231.8 V suspect");
/// let absent = Reading { value: None, quality: Quality::Unavailable, ..volts };
/// assert_eq!(absent.to_string(), "unit0.inlet1.L1 voltage unavailable");
/// let ratio = Reading { quantity: Quantity::PowerFactor, value: Some(Value::Gauge(Decimal::new(93, -2))), ..volts };
/// assert_eq!(ratio.to_string(), "unit0.inlet1.L1 power_factor 0.93"); // and no unit, which would be 1
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reading {
    /// Where it was measured.
    pub point: Point,
    /// What was measured; also tells the unit of the value.
    pub quantity: Quantity,
    /// Which value over time it is.
    pub statistic: Statistic,
    /// The value in [`Quantity::unit`]; `None` where there is none, and then `quality` says why. Absent is never zero.
    pub value: Option<Value>,
    /// How far to trust it.
    pub quality: Quality,
}

/// Place, quantity and value with its unit, for logs: `unit0.inlet1.L1 voltage 231.8 V`, `unit0.inlet1.L1 power_factor 0.93`.
/// What is no plain good value of now is named: `unit0.sensor2 temperature unavailable`.
impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.point, self.quantity)?;
        if self.statistic != Statistic::Now {
            write!(f, " {}", self.statistic)?;
        }
        if let Some(value) = self.value {
            write!(f, " {value}")?;
            let symbol = self.quantity.unit().symbol;
            if symbol != "1" {
                write!(f, " {symbol}")?;
            }
        }
        if self.value.is_none() || self.quality != Quality::Good {
            write!(f, " {}", self.quality)?;
        }
        Ok(())
    }
}

words! {
    /// Whether an outlet gives power. Unknown is never off.
    pub enum PowerState as "power state" {
        /// It gives power.
        On = "on",
        /// It gives none.
        Off = "off",
        /// The device has not said.
        Unknown = "unknown",
    }
}

words! {
    /// What can be done to an outlet.
    #[non_exhaustive]
    pub enum Action as "action" {
        /// Switch on.
        On = "on",
        /// Switch off.
        Off = "off",
        /// Off, then on again after the outlet's own time. Never repeated.
        Cycle = "cycle",
        /// Drop what is still to happen; switches nothing by itself.
        CancelPending = "cancel",
        /// Set the outlet's energy counter to zero.
        ResetEnergy = "reset-energy",
    }
}

/// When an [`Action`] is to happen. What a device cannot do is unsupported, never approximated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Delay {
    /// At once.
    #[default]
    None,
    /// After the delay that is stored in the outlet's settings.
    Configured,
    /// After exactly this time.
    Exact(core::time::Duration),
}

/// What an [`Action`] is for. There is no magic outlet 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Target {
    /// One outlet, from 1.
    Outlet(u16),
    /// One group of outlets, from 1.
    Group(u16),
    /// All outlets of the unit.
    All,
}

words! {
    /// What an outlet does when the unit gets power again.
    #[non_exhaustive]
    pub enum PowerRestorePolicy as "power restore policy" {
        /// It switches on.
        AlwaysOn = "always_on",
        /// It stays off.
        AlwaysOff = "always_off",
        /// It goes back to what it was.
        LastState = "last_state",
    }
}

words! {
    /// What an outlet is stored as.
    #[non_exhaustive]
    pub enum OutletKind as "outlet type" {
        /// Like any other.
        Normal = "normal",
        /// It feeds a router, which the device treats in a way of its own.
        Router = "router",
        /// It is not to be switched.
        Locked = "locked",
    }
}

words! {
    /// What a two-state sensor watches.
    #[non_exhaustive]
    pub enum ContactKind as "contact" {
        /// A door: open or closed.
        Door = "door",
        /// Smoke: detected or clear.
        Smoke = "smoke",
        /// Water: detected or clear.
        Water = "water",
    }
}

words! {
    /// What a two-state sensor says.
    #[non_exhaustive]
    pub enum Contact as "contact state" {
        /// The door stands open.
        Open = "open",
        /// The door is closed.
        Closed = "closed",
        /// There is smoke or water.
        Detected = "detected",
        /// There is none.
        Clear = "clear",
        /// The sensor is absent, or says something that its documentation does not.
        Unknown = "unknown",
    }
}

/// A two-state sensor and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ContactStatus {
    /// Where it is; numbers count from 1 for each kind.
    pub point: Point,
    /// What it watches.
    pub kind: ContactKind,
    /// What it says.
    pub state: Contact,
}

words! {
    /// How bad it is.
    pub enum Severity as "severity" {
        /// As it should be.
        Ok = "ok",
        /// Look at it soon.
        Warning = "warning",
        /// Look at it now.
        Critical = "critical",
        /// The device said something that its documentation does not.
        Unknown = "unknown",
    }
}

words! {
    /// The four levels that a value is compared with.
    pub enum Threshold as "threshold level" {
        /// At or below: critical.
        LowerCritical = "lower_critical",
        /// At or below: a warning.
        LowerWarning = "lower_warning",
        /// At or above: a warning.
        UpperWarning = "upper_warning",
        /// At or above: critical.
        UpperCritical = "upper_critical",
    }
}

/// A threshold and what it is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ThresholdSetting {
    /// Which place it watches.
    pub point: Point,
    /// Which quantity it watches; also tells the unit of the value.
    pub quantity: Quantity,
    /// Which of the four levels it is.
    pub level: Threshold,
    /// What it is set to, in [`Quantity::unit`].
    pub value: Decimal,
}

words! {
    /// On which side of its threshold a rule raises its alarm.
    pub enum Trip as "trip direction" {
        /// Below it.
        Below = "below",
        /// Above it.
        Above = "above",
    }
}

/// An alarm that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Alarm {
    /// Where.
    pub point: Point,
    /// Of what.
    pub quantity: Quantity,
    /// Which threshold was passed; `None` if the device did not say so in words that its documentation has.
    pub level: Option<Threshold>,
    /// How bad it is.
    pub severity: Severity,
}

/// A date and time without a zone, as devices keep them; always one that exists.
///
/// ```
/// use pdu_core::LocalDateTime;
///
/// let at: LocalDateTime = "2026-11-21T08:00:00".parse()?;
/// assert_eq!(at, LocalDateTime::new(2026, 11, 21, 8, 0, 0).unwrap());
/// assert!(LocalDateTime::new(2026, 2, 29, 8, 0, 0).is_none());
/// # Ok::<(), pdu_core::ParseLocalDateTimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDateTime {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

impl LocalDateTime {
    /// The time on that day, if the Gregorian calendar has it: years 1 to 9999, hours 0 to 23, no leap second.
    pub const fn new(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Option<Self> {
        let exists = 1 <= year && year <= 9999 && 1 <= day && day <= days_in(year, month);
        if exists && hour <= 23 && minute <= 59 && second <= 59 {
            Some(Self {
                year,
                month,
                day,
                hour,
                minute,
                second,
            })
        } else {
            None
        }
    }

    /// The year, 1 to 9999.
    pub const fn year(self) -> u16 {
        self.year
    }
    /// The month, 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }
    /// The day of the month, 1 to 31.
    pub const fn day(self) -> u8 {
        self.day
    }
    /// The hour, 0 to 23.
    pub const fn hour(self) -> u8 {
        self.hour
    }
    /// The minute, 0 to 59.
    pub const fn minute(self) -> u8 {
        self.minute
    }
    /// The second, 0 to 59.
    pub const fn second(self) -> u8 {
        self.second
    }
}

/// Days of a month; 0 for a month that does not exist.
const fn days_in(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

/// ISO 8601 without a zone: `2026-11-21T08:00:00`.
impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}

/// Text that is no `YYYY-MM-DDThh:mm:ss`, or one that the calendar does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date and time of the form YYYY-MM-DDThh:mm:ss that exists")]
#[non_exhaustive]
pub struct ParseLocalDateTimeError;

impl core::str::FromStr for LocalDateTime {
    type Err = ParseLocalDateTimeError;

    fn from_str(text: &str) -> Result<Self, ParseLocalDateTimeError> {
        let number = |range: core::ops::Range<usize>| -> Option<u16> {
            let digits = text.get(range)?;
            if digits.bytes().all(|b| b.is_ascii_digit()) {
                digits.parse().ok()
            } else {
                None
            }
        };
        let small = |at: usize| u8::try_from(number(at..at + 2)?).ok();
        let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        let bytes = text.as_bytes();
        if bytes.len() != 19 || separators.iter().any(|&(at, byte)| bytes.get(at) != Some(&byte)) {
            return Err(ParseLocalDateTimeError);
        }
        number(0..4)
            .and_then(|year| Self::new(year, small(5)?, small(8)?, small(11)?, small(14)?, small(17)?))
            .ok_or(ParseLocalDateTimeError)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for LocalDateTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for LocalDateTime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::words::deserialize_from_str(deserializer, "a date and time such as \"2026-11-21T08:00:00\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn words_parse_to_what_they_print() {
        for &line in Line::ALL {
            assert_eq!(line.to_string().parse(), Ok(line));
        }
        for &quantity in Quantity::ALL {
            assert_eq!(quantity.as_str().parse(), Ok(quantity));
        }
        let unknown = "power".parse::<PowerState>().unwrap_err();
        assert_eq!(unknown.to_string(), "not a power state; known are on, off, unknown");
    }

    #[test]
    fn energy_counts_in_watt_hours_and_reads_in_kilowatt_hours() {
        assert_eq!(Quantity::ActiveEnergy.unit().symbol, "Wh");
        assert_eq!(
            Quantity::ActiveEnergy.customary_unit(),
            Unit {
                symbol: "kWh",
                exponent: 3
            }
        );
        assert_eq!(Quantity::Voltage.customary_unit(), Quantity::Voltage.unit());
    }

    #[test]
    fn only_days_of_the_calendar_exist() {
        assert!(LocalDateTime::new(2024, 2, 29, 0, 0, 0).is_some());
        assert!(LocalDateTime::new(1900, 2, 29, 0, 0, 0).is_none());
        assert!(LocalDateTime::new(2000, 2, 29, 23, 59, 59).is_some());
        assert!(LocalDateTime::new(2024, 13, 1, 0, 0, 0).is_none());
        assert!(LocalDateTime::new(2024, 4, 31, 0, 0, 0).is_none());
        assert!(LocalDateTime::new(2024, 4, 30, 24, 0, 0).is_none());
        assert!(LocalDateTime::new(0, 4, 30, 0, 0, 0).is_none());
    }

    #[test]
    fn date_text_is_taken_in_one_form_only() {
        for text in [
            "2026-11-21 08:00:00",
            "2026-11-21T08:00",
            "2026-11-21T08:00:00Z",
            "2026-11-2 T08:00:00",
            "+026-11-21T08:00:00",
            "2026-11-21T0é:00:00",
        ] {
            assert_eq!(text.parse::<LocalDateTime>(), Err(ParseLocalDateTimeError), "{text}");
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn vocabulary_travels_as_its_words() {
        let reading = Reading {
            point: Point::inlet(1).on(Line::L1L2),
            quantity: Quantity::Voltage,
            statistic: Statistic::Now,
            value: Some(Value::Gauge(Decimal::new(4001, -1))),
            quality: Quality::Good,
        };
        let json = serde_json::to_string(&reading).unwrap();
        assert_eq!(
            json,
            r#"{"point":{"unit":0,"component":"inlet","number":1,"line":"L1-L2"},"quantity":"voltage","statistic":"now","value":{"gauge":"400.1"},"quality":"good"}"#
        );
        assert_eq!(serde_json::from_str::<Reading>(&json).unwrap(), reading);
    }
}
