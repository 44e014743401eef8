//! The table of outlets: its columns, and what is written there.

use pdu_core::{Action, Delay, DeviceError, PowerRestorePolicy};

use super::item::Item;
use super::layout::OUTLET_TABLE;

pub(super) const NAME: u8 = 2;
pub(super) const STATUS: u8 = 3;
pub(super) const PENDING: u8 = 5;
pub(super) const ON_DELAY: u8 = 8;
pub(super) const OFF_DELAY: u8 = 9;
pub(super) const CYCLE_DURATION: u8 = 10;
pub(super) const URL: u8 = 11;
pub(super) const RESTORE_POLICY: u8 = 12;
pub(super) const RESTORE_DELAY: u8 = 13;
pub(super) const ENERGY: u8 = 14;
pub(super) const CYCLE_DELAY: u8 = 16;

pub(super) const fn cell(column: u8, row: u16) -> Item {
    Item::Cell {
        table: OUTLET_TABLE,
        column,
        row,
    }
}

/// A command, as it is written to an outlet's status. What is read there is a state; 0 as a command does not switch off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutletCommand {
    /// 0: what is still to happen does not.
    CancelPending,
    /// 1: on, at once.
    On,
    /// 2: on, after the outlet's on delay.
    OnDelayed,
    /// 3: off, at once.
    Off,
    /// 4: off, after the outlet's off delay.
    OffDelayed,
    /// 5: off at once, and on after the outlet's reboot duration.
    Reboot,
    /// 6: off after the outlet's reboot delay, and on after its reboot duration.
    RebootDelayed,
    /// 7: the energy counter starts again at 0.
    ClearEnergy,
}

impl OutletCommand {
    /// All of them, by their numbers from 0 on.
    pub const ALL: [Self; 8] = [
        Self::CancelPending,
        Self::On,
        Self::OnDelayed,
        Self::Off,
        Self::OffDelayed,
        Self::Reboot,
        Self::RebootDelayed,
        Self::ClearEnergy,
    ];

    /// The number that is written, as a Gauge32.
    pub const fn raw(self) -> u32 {
        match self {
            Self::CancelPending => 0,
            Self::On => 1,
            Self::OnDelayed => 2,
            Self::Off => 3,
            Self::OffDelayed => 4,
            Self::Reboot => 5,
            Self::RebootDelayed => 6,
            Self::ClearEnergy => 7,
        }
    }

    /// The command of a number.
    pub fn of(raw: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|command| command.raw() == raw)
    }

    /// The command that does this, if there is one.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](pdu_core::ErrorKind::Unsupported): an exact delay, since the unit only has those that are stored; a delay
    /// of what is done at once only.
    pub fn for_action(action: Action, delay: Delay) -> Result<Self, DeviceError> {
        match (action, delay) {
            (_, Delay::Exact(_)) => Err(DeviceError::unsupported(
                "the unit delays by the time that is stored for the outlet, not by another",
            )),
            (Action::On, Delay::None) => Ok(Self::On),
            (Action::On, Delay::Configured) => Ok(Self::OnDelayed),
            (Action::Off, Delay::None) => Ok(Self::Off),
            (Action::Off, Delay::Configured) => Ok(Self::OffDelayed),
            (Action::Cycle, Delay::None) => Ok(Self::Reboot),
            (Action::Cycle, Delay::Configured) => Ok(Self::RebootDelayed),
            (Action::CancelPending, Delay::None) => Ok(Self::CancelPending),
            (Action::ResetEnergy, Delay::None) => Ok(Self::ClearEnergy),
            (action, Delay::Configured) => Err(DeviceError::unsupported(alloc::format!(
                "the unit has no delay for {action}"
            ))),
            (action, _) => Err(DeviceError::unsupported(alloc::format!(
                "the unit has no command for {action}"
            ))),
        }
    }
}

/// What an outlet does when power returns, as it is stored; `None` for 0, which means that the outlet cannot, and for numbers
/// that are not known.
pub(super) const fn restore_policy(raw: i64) -> Option<PowerRestorePolicy> {
    match raw {
        1 => Some(PowerRestorePolicy::AlwaysOff),
        2 => Some(PowerRestorePolicy::AlwaysOn),
        3 => Some(PowerRestorePolicy::LastState),
        _ => None,
    }
}

pub(super) fn restore_policy_raw(policy: PowerRestorePolicy) -> Result<u32, DeviceError> {
    match policy {
        PowerRestorePolicy::AlwaysOff => Ok(1),
        PowerRestorePolicy::AlwaysOn => Ok(2),
        PowerRestorePolicy::LastState => Ok(3),
        other => Err(DeviceError::unsupported(alloc::format!(
            "the unit has no power-on action {other}"
        ))),
    }
}
