use pdu_core::{Basis, Line, Quantity, Statistic};

pub use super::keys_table::KEYS;
use super::keys_table::TABLE;

/// A key of a `field` in the live XML, and what its value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Key {
    /// Its text: free, not an identifier (`%` occurs). In keys of external sensors `N` stands for the sensor's number.
    pub text: &'static str,
    /// What it means.
    pub meaning: Meaning,
    /// Which units show it.
    pub wired_as: WiredAs,
    /// How sure it is that units have this key with this meaning: seen, if programs that read real units ask for it; inferred, if
    /// it was concluded from those, and from the readings that the manual lists.
    pub basis: Basis,
    /// Where it comes from: readers of real units, or lines of the manual by which it was concluded.
    pub source: &'static str,
}

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Meaning {
    /// A reading.
    Reading(Measure),
    /// In degrees Fahrenheit what another key has in degrees Celsius: no reading of its own, since converting it would round.
    Fahrenheit,
}

/// A reading that a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Measure {
    /// Where it is measured.
    pub place: Place,
    /// What is measured.
    pub quantity: Quantity,
    /// Which value over time. [`Max`](Statistic::Max) is the largest since the unit last updated its data, typically every 15 s.
    /// Source: manual, lines 321, 322, 327 and 328.
    pub statistic: Statistic,
    /// What its numbers count.
    pub scale: Scale,
}

/// Where in a device a reading is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// The inlet of the device.
    Inlet(Line),
    /// The sensor of the device itself.
    Sensor,
    /// The analog input of this number.
    Input(u8),
    /// The external sensor whose number stands in the key.
    External,
}

/// What the numbers of a key count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scale {
    /// Gauge, with this power of ten of the quantity's unit.
    Gauge(i8),
    /// Counter, with this power of ten of the quantity's unit.
    Count(i8),
}

/// Which units show a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: there is no third wiring.
pub enum WiredAs {
    /// Any unit.
    Any,
    /// Units with Wye wiring: lines A, B and C against neutral.
    Wye,
    /// Units with Delta wiring: pairs of lines.
    Delta,
}

/// How a unit is wired, as far as that is known beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Wiring {
    /// As its keys say.
    #[default]
    Auto,
    /// Lines A, B and C against neutral: keys that only Delta units have are taken for unknown.
    Wye,
    /// Between lines: keys that only Wye units have are taken for unknown.
    Delta,
}

impl Wiring {
    /// Whether a unit that is wired so has keys of this kind.
    pub const fn shows(self, wired_as: WiredAs) -> bool {
        !matches!(
            (self, wired_as),
            (Self::Wye, WiredAs::Delta) | (Self::Delta, WiredAs::Wye)
        )
    }
}

/// A key that was found in [`KEYS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct KeyMatch {
    /// Its row.
    pub key: &'static Key,
    /// Which row it is, from 0.
    pub index: u8,
    /// The number of the external sensor, if it is one's.
    pub external: Option<u16>,
}

impl Key {
    /// What a key means; `None` if it is not known. Capital and small letters count.
    pub fn lookup(text: &str) -> Option<KeyMatch> {
        match text.strip_prefix("Ext") {
            Some(rest) => external(rest),
            None => row(text, None),
        }
    }
}

/// `Ext`, a number without a leading zero, and what is measured: the row has `N` where the number stands.
fn external(rest: &str) -> Option<KeyMatch> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, measured) = rest.split_at_checked(digits)?;
    if number.starts_with('0') {
        return None;
    }
    let number = number.parse().ok()?;
    let text = match measured {
        "TempC" => "ExtNTempC",
        "TempF" => "ExtNTempF",
        _ => return None,
    };
    row(text, Some(number))
}

fn row(text: &str, external: Option<u16>) -> Option<KeyMatch> {
    let mut slot = slot(text.as_bytes());
    loop {
        let index = *SLOTS.get(slot)?;
        let key = KEYS.get(usize::from(index))?;
        if key.text == text {
            return Some(KeyMatch { key, index, external });
        }
        slot = (slot + 1) % SLOTS.len();
    }
}

/// No row.
const FREE: u8 = u8::MAX;

/// The rows by what [`slot`] makes of their texts: a row whose slot is taken stands in the next one that is free.
static SLOTS: [u8; 256] = slots();

const fn slots() -> [u8; 256] {
    let mut slots = [FREE; 256];
    let mut index = 0;
    while index < TABLE.len() {
        let mut at = slot(TABLE[index].text.as_bytes());
        while slots[at] != FREE {
            at = (at + 1) % slots.len();
        }
        #[allow(clippy::cast_possible_truncation)] // far fewer rows
        let row = index as u8;
        slots[at] = row;
        index += 1;
    }
    slots
}

/// Where a text is looked for first: keys differ in their length, at their beginning, or at their end.
const fn slot(text: &[u8]) -> usize {
    match text {
        [first, .., before, last] => {
            (text.len() + *first as usize * 11 + *before as usize * 5 + *last as usize * 7) % 256
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_in_its_own_row() {
        for (index, key) in KEYS.iter().enumerate() {
            let text = key.text.replace('N', "7");
            let text = if key.text.starts_with("ExtN") {
                text.as_str()
            } else {
                key.text
            };
            let found = Key::lookup(text).unwrap();
            assert_eq!((found.key, usize::from(found.index)), (key, index));
            assert_eq!(found.external, key.text.starts_with("ExtN").then_some(7));
        }
    }

    #[test]
    fn no_two_keys_are_the_same_reading() {
        for (index, key) in KEYS.iter().enumerate() {
            assert!(
                KEYS[index + 1..].iter().all(|other| other.text != key.text
                    && (key.meaning == Meaning::Fahrenheit || other.meaning != key.meaning)),
                "{}",
                key.text
            );
        }
    }

    #[test]
    fn what_is_nearly_a_key_is_none() {
        for text in [
            "",
            "amps-a",
            "Amps-",
            "Amps-D",
            "Amps-AB",
            "Ext",
            "ExtTempC",
            "Ext0TempC",
            "Ext01TempC",
            "Ext1",
            "ExtNTempC",
            "Ext65536TempC",
            "Ext1Amps-A",
            "Ext٣TempC",
            "TempC ",
            "Pwr-Factor-A",
        ] {
            assert_eq!(Key::lookup(text), None, "{text:?}");
        }
        assert_eq!(Key::lookup("Ext65535TempC").unwrap().external, Some(u16::MAX));
    }

    #[test]
    fn keys_of_the_other_wiring_are_told_apart() {
        let wired_as = |text| Key::lookup(text).unwrap().key.wired_as;
        assert!(Wiring::Delta.shows(wired_as("Amps-A")));
        assert!(!Wiring::Delta.shows(wired_as("Volts-A")));
        assert!(!Wiring::Wye.shows(wired_as("Volts-AB")));
        assert!(Wiring::Auto.shows(wired_as("Volts-AB")) && Wiring::Auto.shows(wired_as("Volts-A")));
    }
}
