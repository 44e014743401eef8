//! What the numbers in the registers stand for, both ways: the device's side is needed by its simulator.

use pdu_core::{Contact, ContactKind, Counter, Severity, Since, Threshold};

/// What an alarm register says (lines 1543 to 1554). It knows of the two alarm levels only: the warnings of the web page
/// have no register (inferred).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
// Exhaustive on purpose: `Unknown` holds whatever else there is.
pub enum AlarmState {
    /// 0.
    Normal,
    /// 1: at or below Low Alarm.
    Low,
    /// 16: at or above High Alarm.
    High,
    /// Anything else.
    Unknown(u16),
}

impl AlarmState {
    /// What a register stands for.
    pub const fn from_raw(raw: u16) -> Self {
        match raw {
            0 => Self::Normal,
            1 => Self::Low,
            16 => Self::High,
            _ => Self::Unknown(raw),
        }
    }

    /// What the register holds.
    pub const fn raw(self) -> u16 {
        match self {
            Self::Normal => 0,
            Self::Low => 1,
            Self::High => 16,
            Self::Unknown(raw) => raw,
        }
    }

    /// The threshold that was passed; `None` for none, or an unknown one.
    pub const fn level(self) -> Option<Threshold> {
        match self {
            Self::Low => Some(Threshold::LowerCritical),
            Self::High => Some(Threshold::UpperCritical),
            Self::Normal | Self::Unknown(_) => None,
        }
    }

    /// How bad it is: either alarm is critical, as the warnings are another pair of levels.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Normal => Severity::Ok,
            Self::Low | Self::High => Severity::Critical,
            Self::Unknown(_) => Severity::Unknown,
        }
    }
}

/// What a contact register stands for: 1 is open, smoke or water, 2 is closed or clear (lines 1505 to 1513); anything
/// else, 0 above all, is unknown (note B-23).
pub const fn contact_of(kind: ContactKind, raw: u16) -> Contact {
    match (kind, raw) {
        (ContactKind::Door, 1) => Contact::Open,
        (ContactKind::Door, 2) => Contact::Closed,
        (_, 1) => Contact::Detected,
        (_, 2) => Contact::Clear,
        _ => Contact::Unknown,
    }
}

/// What the register of a contact in that state holds; 0 for unknown.
pub const fn contact_raw(state: Contact) -> u16 {
    match state {
        Contact::Open | Contact::Detected => 1,
        Contact::Closed | Contact::Clear => 2,
        _ => 0,
    }
}

/// Watt-hours, or volt-ampere-hours, by the formula of lines 1562 to 1574: base 256, the most significant first. A
/// register above 255 counts as the formula has it, which can take the sum over 32 bits.
///
/// ```
/// use pdu_proto_modbus::bps2000::{energy_of, energy_raw};
///
/// assert_eq!(energy_of([0, 27, 119, 184]), 1_800_120); // 1800.120 kWh, line 1578
/// assert_eq!(energy_raw(1_800_120), [0, 27, 119, 184]);
/// ```
pub fn energy_of(registers: [u16; 4]) -> u64 {
    registers
        .iter()
        .fold(0, |sum, &register| sum * 256 + u64::from(register))
}

/// The four registers of an energy, one byte in each.
pub fn energy_raw(watt_hours: u32) -> [u16; 4] {
    watt_hours.to_be_bytes().map(u16::from)
}

/// What happened to an energy counter of this device between an `earlier` reading and a `later` one.
///
/// The manual does not say where the counter ends: at 2^32 Wh, as its registers do, or at 10^6 kWh, as the six digits of the
/// display do (line 204). A decrease is a wrap only if the earlier value stood within 1 % of one of the two (inferred),
/// else a reset.
pub fn energy_since(later: &Counter, earlier: &Counter) -> Since {
    const DISPLAY_END: u64 = 999_999_999;
    match later.since(earlier) {
        Since::Reset { .. } => later.since_with_end(earlier, DISPLAY_END),
        since => since,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alarm_value_goes_both_ways() {
        for raw in 0..=u16::MAX {
            assert_eq!(AlarmState::from_raw(raw).raw(), raw);
        }
        assert_eq!(AlarmState::from_raw(16).level(), Some(Threshold::UpperCritical));
        assert_eq!(AlarmState::from_raw(0x16).severity(), Severity::Unknown);
    }

    #[test]
    fn contacts_are_known_by_one_and_two_only() {
        assert_eq!(contact_of(ContactKind::Door, 1), Contact::Open);
        assert_eq!(contact_of(ContactKind::Door, 2), Contact::Closed);
        assert_eq!(contact_of(ContactKind::Smoke, 1), Contact::Detected);
        assert_eq!(contact_of(ContactKind::Water, 2), Contact::Clear);
        for kind in [ContactKind::Door, ContactKind::Smoke, ContactKind::Water] {
            assert_eq!(contact_of(kind, 0), Contact::Unknown);
            assert_eq!(contact_of(kind, 3), Contact::Unknown);
            assert_eq!(contact_raw(contact_of(kind, 1)), 1);
            assert_eq!(contact_raw(contact_of(kind, 2)), 2);
        }
    }

    #[test]
    fn energy_goes_by_base_256_even_beyond_a_byte() {
        assert_eq!(energy_of([0, 27, 119, 184]), 1_800_120);
        assert_eq!(energy_of([255; 4]), u64::from(u32::MAX));
        assert_eq!(energy_of([0, 0, 1, 300]), 556);
        assert_eq!(
            energy_of([65_535; 4]),
            65_535 * (0x0100_0000 + 0x0001_0000 + 0x0100 + 1)
        );
        assert_eq!(energy_raw(u32::MAX), [255; 4]);
    }

    #[test]
    fn energy_wraps_at_either_end_and_resets_elsewhere() {
        let at = |value| Counter::new(value, 0, 32).unwrap();
        let step = |earlier, later| energy_since(&at(later), &at(earlier));
        assert_eq!(step(1_800_120, 1_800_370), Since::Advanced { by: 250 });
        assert_eq!(step(4_294_967_290, 4), Since::Wrapped { by: 10 });
        assert_eq!(step(999_999_990, 10), Since::Wrapped { by: 20 });
        assert_eq!(step(1_800_370, 0), Since::Reset { to: 0 });
        assert_eq!(step(1_000_000_500, 10), Since::Reset { to: 10 });
    }
}
