use core::fmt;

use pdu_core::{Action, Delay};

/// What the unit can be told to do with an outlet: the eight entries of its "Action" box.
///
/// How one is asked for over HTTP is not public: a profile says so. Source: manual, lines 354 to 370.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutletAction {
    /// On, at once.
    On,
    /// Off, at once.
    Off,
    /// On, after the outlet's on delay.
    OnDelayed,
    /// Off, after the outlet's off delay.
    OffDelayed,
    /// Off at once, and on after the outlet's reboot duration.
    Reboot,
    /// Off after the outlet's reboot delay, and on after its reboot duration.
    RebootDelayed,
    /// The energy counter starts again at 0.
    ResetEnergy,
    /// What is still to happen does not.
    Cancel,
}

impl OutletAction {
    /// All of them, in the order of the manual.
    pub const ALL: [Self; 8] = [
        Self::On,
        Self::Off,
        Self::OnDelayed,
        Self::OffDelayed,
        Self::Reboot,
        Self::RebootDelayed,
        Self::ResetEnergy,
        Self::Cancel,
    ];

    /// What the manual calls it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "On",
            Self::Off => "Off",
            Self::OnDelayed => "On-Delayed",
            Self::OffDelayed => "Off-Delayed",
            Self::Reboot => "Reboot",
            Self::RebootDelayed => "Reboot-Delayed",
            Self::ResetEnergy => "Reset kWh",
            Self::Cancel => "Cancel",
        }
    }

    /// The same in the vocabulary: what, and when.
    pub const fn vocabulary(self) -> (Action, Delay) {
        match self {
            Self::On => (Action::On, Delay::None),
            Self::Off => (Action::Off, Delay::None),
            Self::OnDelayed => (Action::On, Delay::Configured),
            Self::OffDelayed => (Action::Off, Delay::Configured),
            Self::Reboot => (Action::Cycle, Delay::None),
            Self::RebootDelayed => (Action::Cycle, Delay::Configured),
            Self::ResetEnergy => (Action::ResetEnergy, Delay::None),
            Self::Cancel => (Action::CancelPending, Delay::None),
        }
    }

    /// The action that does this; `None` if the unit has none: it delays by the time that is stored for the outlet, never by
    /// another, and cancels and resets at once.
    pub fn of(action: Action, delay: Delay) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|known| known.vocabulary() == (action, delay))
    }
}

impl fmt::Display for OutletAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_found_by_what_it_does() {
        for action in OutletAction::ALL {
            let (what, when) = action.vocabulary();
            assert_eq!(OutletAction::of(what, when), Some(action));
        }
    }

    #[test]
    fn unit_delays_by_nothing_but_what_is_stored() {
        let exact = Delay::Exact(core::time::Duration::from_secs(5));
        for &action in Action::ALL {
            assert_eq!(OutletAction::of(action, exact), None);
        }
        assert_eq!(OutletAction::of(Action::CancelPending, Delay::Configured), None);
        assert_eq!(OutletAction::of(Action::ResetEnergy, Delay::Configured), None);
    }
}
