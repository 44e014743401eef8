//! What any rack unit may be asked, whatever its protocol.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::words::words;
use crate::{
    Action, Alarm, ContactStatus, Decimal, Delay, Effect, Error, ErrorKind, LocalDateTime, Point, PowerState, Quantity,
    Reading, ScheduleRecord, Session, Settings, Target, ThresholdSetting, Trip,
};

/// A [`Session`] with a rack unit, whatever its protocol: commands and answers in one vocabulary.
///
/// Implemented for every session with these types, so that one program holds a mixed fleet as `Vec<Box<dyn DeviceSession>>`.
pub trait DeviceSession:
    Session<Request = Command, Reply = Answer, Notice = Update, Error = DeviceError> + Send
{
}

impl<S> DeviceSession for S where
    S: Session<Request = Command, Reply = Answer, Notice = Update, Error = DeviceError> + Send + ?Sized
{
}

/// What a unit is asked or told.
///
/// Each is answered with the [`Answer`] of its name; what changes something, with [`Accepted`](Answer::Accepted) or
/// [`Confirmed`](Answer::Confirmed).
///
/// ```
/// use pdu_core::{Action, Command, Delay, Line, Point, Quantity, Target, Threshold, ThresholdSetting};
///
/// let off = Command::Switch { target: Target::Outlet(3), action: Action::Off, delay: Delay::None };
/// let limit = Command::SetThreshold(ThresholdSetting {
///     point: Point::inlet(1).on(Line::L1),
///     quantity: Quantity::Voltage,
///     level: Threshold::UpperCritical,
///     value: "250.0".parse()?,
/// });
/// # let _ = (off, limit);
/// # Ok::<(), pdu_core::ParseDecimalError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Command {
    /// What this session can do. Answered at once, without a byte sent.
    Capabilities,
    /// Who the unit is, with its chain.
    Identity,
    /// Everything that the unit shows, in one go.
    Snapshot,
    /// An action on outlets. [`Accepted`](Answer::Accepted) does not mean that it has happened.
    Switch {
        /// Which outlets.
        target: Target,
        /// What to do.
        action: Action,
        /// When.
        delay: Delay,
    },
    /// All thresholds.
    Thresholds,
    /// Sets one threshold, and reads it back.
    SetThreshold(ThresholdSetting),
    /// Sets the energy counters of one place to zero. Never repeated.
    ResetEnergy(Point),
    /// The unit's clock.
    Clock,
    /// Sets the unit's clock, and reads it back.
    SetClock(LocalDateTime),
    /// All records of the unit's own scheduler.
    Schedule,
    /// Replaces all records of the scheduler by these, and reads them back.
    SetSchedule(Vec<ScheduleRecord>),
    /// What is stored in the unit: of its outlets, network, users, services.
    Settings,
    /// Stores what differs, and reads it back; see [`Settings`].
    SetSettings(Box<Settings>),
    /// All rules by which the unit itself raises alarms.
    AlarmRules,
    /// Replaces all alarm rules by these, and reads them back.
    SetAlarmRules(Vec<AlarmRule>),
    /// Restarts the unit's controller. Never repeated.
    Restart(Restart),
}

words! {
    /// How a unit's controller starts again.
    pub enum Restart as "restart" {
        /// With the settings that it has.
        Controller = "controller",
        /// With factory settings.
        FactoryDefaults = "factory",
    }
}

/// What a unit answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Answer {
    /// What the session can do.
    Capabilities(Capabilities),
    /// Who the unit is, one for each member of its chain.
    Identity(Vec<Identity>),
    /// Everything that the unit shows.
    Snapshot(Box<Snapshot>),
    /// The command was accepted. Whether it happened comes as an [`Update`], or by reading back.
    Accepted,
    /// The command happened: what was read back is what was wanted.
    Confirmed,
    /// All thresholds.
    Thresholds(Vec<ThresholdSetting>),
    /// The unit's clock.
    Clock(LocalDateTime),
    /// All records of the unit's own scheduler, in its order.
    Schedule(Vec<ScheduleRecord>),
    /// What is stored in the unit.
    Settings(Box<Settings>),
    /// All rules by which the unit itself raises alarms, by their rows.
    AlarmRules(Vec<AlarmRule>),
}

/// What a unit tells unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Update {
    /// A new state of the whole unit; newer ones replace older ones that were not taken.
    Snapshot(Box<Snapshot>),
    /// An outlet has changed.
    Outlet(OutletStatus),
    /// An alarm has begun, or changed its severity ([`Severity::Ok`](crate::Severity::Ok): it has ended).
    Alarm(Alarm),
}

/// Everything that a unit shows. Lists that a device does not have are empty.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Snapshot {
    /// The unit, and the members of its chain.
    pub identities: Vec<Identity>,
    /// What is measured, in the order of the device's table.
    pub readings: Vec<Reading>,
    /// The outlets.
    pub outlets: Vec<OutletStatus>,
    /// The two-state sensors.
    pub contacts: Vec<ContactStatus>,
    /// The alarms that stand.
    pub alarms: Vec<Alarm>,
    /// The thresholds.
    pub thresholds: Vec<ThresholdSetting>,
    /// The unit's clock.
    pub clock: Option<LocalDateTime>,
}

impl Snapshot {
    /// The reading of a quantity at a place, as of now.
    ///
    /// ```
    /// use pdu_core::{Line, Point, Quantity, Snapshot};
    ///
    /// let snapshot = Snapshot::default();
    /// assert_eq!(snapshot.reading(Point::inlet(1).on(Line::L1), Quantity::Voltage), None);
    /// ```
    pub fn reading(&self, point: Point, quantity: Quantity) -> Option<&Reading> {
        self.readings
            .iter()
            .find(|r| r.point == point && r.quantity == quantity && r.statistic == crate::Statistic::Now)
    }
}

/// Who a unit is. `None` is what the device or its protocol does not tell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Identity {
    /// Member of the chain.
    pub unit: u16,
    /// Who made it.
    pub vendor: Option<String>,
    /// What it is called by its maker.
    pub model: Option<String>,
    /// What it is called by its owner.
    pub name: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Ethernet address.
    pub mac: Option<String>,
    /// Version of its firmware.
    pub firmware: Option<String>,
    /// Where this comes from.
    pub source: IdentitySource,
}

words! {
    /// Where an [`Identity`] comes from.
    pub enum IdentitySource as "identity source" {
        /// The device said so.
        Device = "device",
        /// The caller's choice of profile says so; the device cannot.
        Profile = "profile",
    }
}

/// An outlet and what it does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OutletStatus {
    /// Member of the chain.
    pub unit: u16,
    /// Which outlet, from 1.
    pub number: u16,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Whether it gives power.
    pub state: PowerState,
    /// What is still to happen to it.
    pub pending: Option<Action>,
}

/// A rule by which a unit itself raises an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields)
)]
pub struct AlarmRule {
    /// Its row in the device's table, from 1.
    pub number: u16,
    /// Which place it watches; `None` for one that only the device's own name tells.
    #[cfg_attr(feature = "serde", serde(default))]
    pub point: Option<Point>,
    /// Which quantity it watches; also tells the unit of the threshold.
    #[cfg_attr(feature = "serde", serde(default))]
    pub quantity: Option<Quantity>,
    /// The device's own name of what it watches, such as an object identifier. In a rule to be set, either this or place and
    /// quantity will do; both must agree.
    #[cfg_attr(feature = "serde", serde(default))]
    pub object: Option<String>,
    /// On which side of the threshold.
    pub trip: Trip,
    /// In [`Quantity::unit`]; without a quantity, as the device counts.
    pub threshold: Decimal,
}

words! {
    /// One thing that a device may be able to do.
    #[non_exhaustive]
    pub enum Capability as "capability" {
        /// [`Command::Snapshot`].
        Snapshot = "snapshot",
        /// [`Command::Switch`].
        Switch = "switch",
        /// [`Command::Thresholds`].
        Thresholds = "thresholds",
        /// [`Command::SetThreshold`].
        SetThreshold = "set_threshold",
        /// [`Command::ResetEnergy`].
        ResetEnergy = "reset_energy",
        /// [`Command::Clock`].
        Clock = "clock",
        /// [`Command::SetClock`].
        SetClock = "set_clock",
        /// [`Command::Restart`].
        Restart = "restart",
        /// [`Command::Schedule`].
        Schedule = "schedule",
        /// [`Command::SetSchedule`].
        SetSchedule = "set_schedule",
        /// [`Command::Settings`].
        Settings = "settings",
        /// [`Command::SetSettings`].
        SetSettings = "set_settings",
        /// [`Command::AlarmRules`].
        AlarmRules = "alarm_rules",
        /// [`Command::SetAlarmRules`].
        SetAlarmRules = "set_alarm_rules",
    }
}

/// What a device can do, to know beforehand.
///
/// ```
/// use pdu_core::{Capabilities, Capability};
///
/// const METER: Capabilities = Capabilities::of(&[Capability::Snapshot, Capability::Thresholds]);
/// assert!(METER.has(Capability::Snapshot));
/// assert!(!METER.has(Capability::Switch));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Capabilities(u32);

impl Capabilities {
    /// These, and no others.
    pub const fn of(capabilities: &[Capability]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < capabilities.len() {
            bits |= 1 << capabilities[i] as u32;
            i += 1;
        }
        Self(bits)
    }

    /// Whether this is one of them.
    pub const fn has(self, capability: Capability) -> bool {
        self.0 & (1 << capability as u32) != 0
    }

    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        Capability::ALL.iter().copied().filter(move |&c| self.has(c))
    }
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// The error of every [`DeviceSession`]: kind and effect as a protocol's own error had them, and that error as the source.
#[derive(Debug)]
pub struct DeviceError {
    kind: ErrorKind,
    effect: Effect,
    source: Box<dyn core::error::Error + Send + Sync>,
}

impl DeviceError {
    /// Wraps the error of a protocol crate.
    pub fn new<E: Error + Send + Sync + 'static>(error: E) -> Self {
        Self {
            kind: error.kind(),
            effect: error.effect(),
            source: Box::new(error),
        }
    }

    /// The same error with another effect: what a single request of a command that needs several could not know.
    #[must_use]
    pub fn with_effect(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }

    /// A command that the device, its protocol or this crate cannot do.
    pub fn unsupported(what: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::Unsupported,
            effect: Effect::NotApplied,
            source: what.into().into(),
        }
    }

    /// A command that asks for something outside what may be asked; nothing was sent.
    pub fn invalid(what: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::InvalidArgument,
            effect: Effect::NotApplied,
            source: what.into().into(),
        }
    }
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl core::error::Error for DeviceError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        // `Display` already shows the wrapped error, so what lies under it comes next.
        self.source.source()
    }
}

impl Error for DeviceError {
    fn kind(&self) -> ErrorKind {
        self.kind
    }

    fn effect(&self) -> Effect {
        self.effect
    }
}

impl DeviceError {
    /// The protocol crate's own error, to be downcast by whoever knows it.
    pub fn inner(&self) -> &(dyn core::error::Error + Send + Sync + 'static) {
        &*self.source
    }
}
