use pdu_core::{PowerState, Quantity};

/// An attribute of an outlet's element in the live XML. All were seen in documents of real units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: a reader that knows one more is another reader.
pub enum OutletField {
    /// `num`: which outlet, from 1.
    Number,
    /// `name`: its label.
    Name,
    /// `url`: the address of a page about what stands behind it.
    Url,
    /// `amps`: amperes, on units that meter each outlet (7W).
    Amperes,
    /// `watts`: watts, mean over 1.5 s (manual, lines 338 to 343), on units that meter each outlet.
    Watts,
    /// `kwatthrs`: kilowatt-hours, on units that meter each outlet.
    KilowattHours,
    /// `status`: `On` or `Off`.
    Status,
}

impl OutletField {
    /// All of them, in the order in which readers of real units list them.
    pub const ALL: [Self; 7] = [
        Self::Number,
        Self::Name,
        Self::Url,
        Self::Amperes,
        Self::Watts,
        Self::KilowattHours,
        Self::Status,
    ];

    /// The name of the attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "num",
            Self::Name => "name",
            Self::Url => "url",
            Self::Amperes => "amps",
            Self::Watts => "watts",
            Self::KilowattHours => "kwatthrs",
            Self::Status => "status",
        }
    }

    /// The attribute of that name.
    pub fn lookup(name: &str) -> Option<Self> {
        Some(match name {
            "num" => Self::Number,
            "name" => Self::Name,
            "url" => Self::Url,
            "amps" => Self::Amperes,
            "watts" => Self::Watts,
            "kwatthrs" => Self::KilowattHours,
            "status" => Self::Status,
            _ => return None,
        })
    }

    /// What it measures, if it is a reading.
    pub const fn quantity(self) -> Option<Quantity> {
        match self {
            Self::Amperes => Some(Quantity::Current),
            Self::Watts => Some(Quantity::ActivePower),
            Self::KilowattHours => Some(Quantity::ActiveEnergy),
            Self::Number | Self::Name | Self::Url | Self::Status => None,
        }
    }
}

/// What a status says; `None` for anything but `On` and `Off`, which were all that was seen.
pub fn power_state(status: &str) -> Option<PowerState> {
    match status {
        "On" => Some(PowerState::On),
        "Off" => Some(PowerState::Off),
        _ => None,
    }
}

/// The status that says so; none says that the state is unknown.
pub const fn power_state_text(state: PowerState) -> Option<&'static str> {
    match state {
        PowerState::On => Some("On"),
        PowerState::Off => Some("Off"),
        PowerState::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_by_their_names() {
        for field in OutletField::ALL {
            assert_eq!(OutletField::lookup(field.as_str()), Some(field));
        }
        assert_eq!(OutletField::lookup("Num"), None);
    }

    #[test]
    fn no_other_word_is_a_state() {
        for state in [PowerState::On, PowerState::Off] {
            assert_eq!(power_state_text(state).and_then(power_state), Some(state));
        }
        for other in ["", "on", "OFF", "0", "1", "On ", "Rebooting"] {
            assert_eq!(power_state(other), None, "{other:?}");
        }
        assert_eq!(power_state_text(PowerState::Unknown), None);
    }
}
