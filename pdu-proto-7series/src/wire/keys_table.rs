use pdu_core::{Basis, Line, Quantity, Statistic};

use super::keys::{Key, Meaning, Measure, Place, Scale, WiredAs};

/// Keys that programs which read real units ask for, five of them independent of each other.
const READERS: &str = "readers of real units";
/// Wye units have lines B and C as they have A.
const LINES: &str = "as the key of line A; manual, lines 317 to 328";
/// Delta units have these readings for each phase, a pair of lines: that its letters take the place of the line's is a guess.
const PHASES: &str = "as the key of line A; manual, lines 330 to 336";
/// The external sensor's temperature was seen in degrees Celsius, the device's own in both.
const CELSIUS: &str = "as the key in degrees Celsius";

/// All keys that are known.
pub static KEYS: &[Key] = &TABLE;

#[rustfmt::skip] // a row a line
pub(super) const TABLE: [Key; 57] = [
    reading("KWatt-hrs-Total", Place::Inlet(Line::Total), Quantity::ActiveEnergy, Statistic::Now, Scale::Count(3), WiredAs::Any, Basis::Seen, READERS),
    reading("RealPower-Total", Place::Inlet(Line::Total), Quantity::ActivePower, Statistic::Now, Scale::Gauge(0), WiredAs::Any, Basis::Seen, READERS),
    reading("KWatt-hrs-A", Place::Inlet(Line::L1), Quantity::ActiveEnergy, Statistic::Now, Scale::Count(3), WiredAs::Wye, Basis::Seen, READERS),
    reading("RealPower-A", Place::Inlet(Line::L1), Quantity::ActivePower, Statistic::Now, Scale::Gauge(0), WiredAs::Wye, Basis::Seen, READERS),
    reading("Volts-A", Place::Inlet(Line::L1), Quantity::Voltage, Statistic::Now, Scale::Gauge(0), WiredAs::Wye, Basis::Seen, READERS),
    reading("Volt-Pk-A", Place::Inlet(Line::L1), Quantity::Voltage, Statistic::Max, Scale::Gauge(0), WiredAs::Wye, Basis::Seen, READERS),
    reading("Amps-A", Place::Inlet(Line::L1), Quantity::Current, Statistic::Now, Scale::Gauge(0), WiredAs::Any, Basis::Seen, READERS),
    reading("Amps-Pk-A", Place::Inlet(Line::L1), Quantity::Current, Statistic::Max, Scale::Gauge(0), WiredAs::Wye, Basis::Seen, READERS),
    reading("ApPower-A", Place::Inlet(Line::L1), Quantity::ApparentPower, Statistic::Now, Scale::Gauge(0), WiredAs::Wye, Basis::Seen, READERS),
    reading("Pwr-Factor%-A", Place::Inlet(Line::L1), Quantity::PowerFactor, Statistic::Now, Scale::Gauge(-2), WiredAs::Wye, Basis::Seen, READERS),
    reading("KWatt-hrs-B", Place::Inlet(Line::L2), Quantity::ActiveEnergy, Statistic::Now, Scale::Count(3), WiredAs::Wye, Basis::Inferred, LINES),
    reading("RealPower-B", Place::Inlet(Line::L2), Quantity::ActivePower, Statistic::Now, Scale::Gauge(0), WiredAs::Wye, Basis::Inferred, LINES),
    reading("Volts-B", Place::Inlet(Line::L2), Quantity::Voltage, Statistic::Now, Scale::Gauge(0), WiredAs::Wye, Basis::Inferred, LINES),
    reading("Volt-Pk-B", Place::Inlet(Line::L2), Quantity::Voltage, Statistic::Max, Scale::Gauge(0), WiredAs::Wye, Basis::Inferred, LINES),
    reading("Amps-B", Place::Inlet(Line::L2), Quantity::Current, Statistic::Now, Scale::Gauge(0), WiredAs::Any, Basis::Inferred, LINES),
    reading("Amps-Pk-B", Place::Inlet(Line::L2), Quantity::Current, Statistic::Max, Scale::Gauge(0), WiredAs::Wye, Basis::Inferred, LINES),
    reading("ApPower-B", Place::Inlet(Line::L2), Quantity::ApparentPower, Statistic::Now, Scale::Gauge(0), WiredAs::Wye, Basis::Inferred, LINES),
    reading("Pwr-Factor%-B", Place::Inlet(Line::L2), Quantity::PowerFactor, Statistic::Now, Scale::Gauge(-2), WiredAs::Wye, Basis::Inferred, LINES),
    reading("KWatt-hrs-C", Place::Inlet(Line::L3), Quantity::ActiveEnergy, Statistic::Now, Scale::Count(3), WiredAs::Wye, Basis::Inferred, LINES),
    reading("RealPower-C", Place::Inlet(Line::L3), Quantity::ActivePower, Statistic::Now, Scale::Gauge(0), WiredAs::Wye, Basis::Inferred, LINES),
    reading("Volts-C", Place::Inlet(Line::L3), Quantity::Voltage, Statistic::Now, Scale::Gauge(0), WiredAs::Wye, Basis::Inferred, LINES),
    reading("Volt-Pk-C", Place::Inlet(Line::L3), Quantity::Voltage, Statistic::Max, Scale::Gauge(0), WiredAs::Wye, Basis::Inferred, LINES),
    reading("Amps-C", Place::Inlet(Line::L3), Quantity::Current, Statistic::Now, Scale::Gauge(0), WiredAs::Any, Basis::Inferred, LINES),
    reading("Amps-Pk-C", Place::Inlet(Line::L3), Quantity::Current, Statistic::Max, Scale::Gauge(0), WiredAs::Wye, Basis::Inferred, LINES),
    reading("ApPower-C", Place::Inlet(Line::L3), Quantity::ApparentPower, Statistic::Now, Scale::Gauge(0), WiredAs::Wye, Basis::Inferred, LINES),
    reading("Pwr-Factor%-C", Place::Inlet(Line::L3), Quantity::PowerFactor, Statistic::Now, Scale::Gauge(-2), WiredAs::Wye, Basis::Inferred, LINES),
    reading("KWatt-hrs-AB", Place::Inlet(Line::L1L2), Quantity::ActiveEnergy, Statistic::Now, Scale::Count(3), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("RealPower-AB", Place::Inlet(Line::L1L2), Quantity::ActivePower, Statistic::Now, Scale::Gauge(0), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("Volts-AB", Place::Inlet(Line::L1L2), Quantity::Voltage, Statistic::Now, Scale::Gauge(0), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("Volt-Pk-AB", Place::Inlet(Line::L1L2), Quantity::Voltage, Statistic::Max, Scale::Gauge(0), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("ApPower-AB", Place::Inlet(Line::L1L2), Quantity::ApparentPower, Statistic::Now, Scale::Gauge(0), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("Pwr-Factor%-AB", Place::Inlet(Line::L1L2), Quantity::PowerFactor, Statistic::Now, Scale::Gauge(-2), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("KWatt-hrs-BC", Place::Inlet(Line::L2L3), Quantity::ActiveEnergy, Statistic::Now, Scale::Count(3), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("RealPower-BC", Place::Inlet(Line::L2L3), Quantity::ActivePower, Statistic::Now, Scale::Gauge(0), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("Volts-BC", Place::Inlet(Line::L2L3), Quantity::Voltage, Statistic::Now, Scale::Gauge(0), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("Volt-Pk-BC", Place::Inlet(Line::L2L3), Quantity::Voltage, Statistic::Max, Scale::Gauge(0), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("ApPower-BC", Place::Inlet(Line::L2L3), Quantity::ApparentPower, Statistic::Now, Scale::Gauge(0), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("Pwr-Factor%-BC", Place::Inlet(Line::L2L3), Quantity::PowerFactor, Statistic::Now, Scale::Gauge(-2), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("KWatt-hrs-CA", Place::Inlet(Line::L3L1), Quantity::ActiveEnergy, Statistic::Now, Scale::Count(3), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("RealPower-CA", Place::Inlet(Line::L3L1), Quantity::ActivePower, Statistic::Now, Scale::Gauge(0), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("Volts-CA", Place::Inlet(Line::L3L1), Quantity::Voltage, Statistic::Now, Scale::Gauge(0), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("Volt-Pk-CA", Place::Inlet(Line::L3L1), Quantity::Voltage, Statistic::Max, Scale::Gauge(0), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("ApPower-CA", Place::Inlet(Line::L3L1), Quantity::ApparentPower, Statistic::Now, Scale::Gauge(0), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("Pwr-Factor%-CA", Place::Inlet(Line::L3L1), Quantity::PowerFactor, Statistic::Now, Scale::Gauge(-2), WiredAs::Delta, Basis::Inferred, PHASES),
    reading("TempC", Place::Sensor, Quantity::Temperature, Statistic::Now, Scale::Gauge(0), WiredAs::Any, Basis::Seen, READERS),
    reading("Humidity", Place::Sensor, Quantity::RelativeHumidity, Statistic::Now, Scale::Gauge(0), WiredAs::Any, Basis::Seen, READERS),
    reading("DewPtC", Place::Sensor, Quantity::DewPoint, Statistic::Now, Scale::Gauge(0), WiredAs::Any, Basis::Seen, READERS),
    reading("Airflow", Place::Sensor, Quantity::AirFlow, Statistic::Now, Scale::Gauge(0), WiredAs::Any, Basis::Seen, READERS),
    reading("Light", Place::Sensor, Quantity::Illuminance, Statistic::Now, Scale::Gauge(0), WiredAs::Any, Basis::Seen, READERS),
    reading("Sound", Place::Sensor, Quantity::SoundLevel, Statistic::Now, Scale::Gauge(0), WiredAs::Any, Basis::Seen, READERS),
    reading("IO1", Place::Input(1), Quantity::InputLevel, Statistic::Now, Scale::Gauge(0), WiredAs::Any, Basis::Seen, READERS),
    reading("IO2", Place::Input(2), Quantity::InputLevel, Statistic::Now, Scale::Gauge(0), WiredAs::Any, Basis::Seen, READERS),
    reading("IO3", Place::Input(3), Quantity::InputLevel, Statistic::Now, Scale::Gauge(0), WiredAs::Any, Basis::Seen, READERS),
    reading("ExtNTempC", Place::External, Quantity::Temperature, Statistic::Now, Scale::Gauge(0), WiredAs::Any, Basis::Seen, READERS),
    fahrenheit("TempF", Basis::Seen, READERS),
    fahrenheit("DewPtF", Basis::Seen, READERS),
    fahrenheit("ExtNTempF", Basis::Inferred, CELSIUS),
];

/// A row of the table that is a reading.
#[allow(clippy::too_many_arguments)] // one for each column of the table
const fn reading(
    text: &'static str,
    place: Place,
    quantity: Quantity,
    statistic: Statistic,
    scale: Scale,
    wired_as: WiredAs,
    basis: Basis,
    source: &'static str,
) -> Key {
    Key {
        text,
        meaning: Meaning::Reading(Measure {
            place,
            quantity,
            statistic,
            scale,
        }),
        wired_as,
        basis,
        source,
    }
}

/// A row of the table that repeats another one in degrees Fahrenheit.
const fn fahrenheit(text: &'static str, basis: Basis, source: &'static str) -> Key {
    Key {
        text,
        meaning: Meaning::Fahrenheit,
        wired_as: WiredAs::Any,
        basis,
        source,
    }
}
