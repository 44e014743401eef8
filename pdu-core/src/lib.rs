#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

#[cfg(feature = "alloc")]
extern crate alloc;

mod backoff;
mod basis;
#[cfg(feature = "std")]
mod call_error;
#[cfg(feature = "alloc")]
mod connections;
#[cfg(feature = "alloc")]
mod device;
#[cfg(feature = "std")]
mod driver;
mod endpoint;
mod error;
#[cfg(feature = "alloc")]
mod jobs;
mod line_settings;
mod link_wait;
mod mode;
mod number;
mod peer;
mod rng;
#[cfg(feature = "alloc")]
mod schedule;
#[cfg(feature = "alloc")]
mod secret;
#[cfg(feature = "alloc")]
mod settings;
mod status;
mod time;
mod time_of_day;
mod vocabulary;
mod words;

#[cfg(feature = "std")]
pub mod blocking;
#[cfg(feature = "simulator")]
pub mod simulator;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tokio")]
pub mod tokio;

pub use backoff::{Backoff, LinkEnd};
pub use basis::{Basis, Note};
#[cfg(feature = "std")]
pub use call_error::CallError;
#[cfg(feature = "alloc")]
pub use connections::{Connection, Connections};
#[cfg(feature = "alloc")]
pub use device::{
    AlarmRule, Answer, Capabilities, Capability, Command, DeviceError, DeviceSession, Identity, IdentitySource,
    OutletStatus, Restart, Snapshot, Update,
};
pub use endpoint::{Endpoint, Event, EventOf, Hub, LinkDemand, LinkEvent, Refused, Session, Ticket, Transport};
pub use error::{Effect, Error, ErrorKind};
#[cfg(feature = "alloc")]
pub use jobs::{Job, Jobs, NextStep};
pub use line_settings::LineSettings;
pub use link_wait::{LinkState, LinkWait};
pub use mode::Mode;
pub use number::{Counter, Decimal, ParseDecimalError, Since};
pub use peer::{ConnectionId, Path};
pub use rng::Rng;
#[cfg(feature = "alloc")]
pub use schedule::{Comparison, ScheduleRecord, Trigger};
#[cfg(feature = "alloc")]
pub use secret::Secret;
#[cfg(feature = "alloc")]
pub use settings::{
    Addressing, MailSettings, NetworkSettings, OutletSettings, ServiceState, Settings, SettingsSection, SnmpSettings,
    UserRole, UserSettings, WebServices, WebSettings,
};
pub use status::Status;
#[cfg(feature = "std")]
pub use time::Clock;
pub use time::{Instant, earliest};
pub use time_of_day::{ParseTimeOfDayError, TimeOfDay};
pub use vocabulary::{
    Action, Alarm, Component, Contact, ContactKind, ContactStatus, Delay, Line, LocalDateTime, OutletKind,
    ParseLocalDateTimeError, Point, PowerRestorePolicy, PowerState, Quality, Quantity, Reading, Severity, Statistic,
    Target, Threshold, ThresholdSetting, Trip, Unit, Value,
};
pub use words::UnknownWord;
