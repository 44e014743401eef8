//! Level 2: the rack units of the series 7M, 7N, 7S, 7T and 7W, and what is plugged into them, by their SNMP objects.
//!
//! | to | use |
//! |---|---|
//! | read, switch and configure one unit | [`Device`], a [`DeviceSession`](pdu_core::DeviceSession) over a client of this crate |
//! | know beforehand what a unit can do | [`CAPABILITIES`] |
//! | tell what only you know of a unit | [`Options`] |
//! | make sense of a notification | [`traps::decode`] |
//! | look an object or a notification up | [`OBJECTS`], [`Object::named`], [`Object::of`], [`traps::TRAPS`], [`traps::Trap::numbered`] |
//! | know which column is which reading | [`MEASURES`], [`Measure::at`], [`Layout`] |
//! | have a unit to test against | `simulator::Series7`, with the feature `simulator` |
//!
//! The objects are those of the vendor's v3 MIB, below a [`Base`] that is a setting. Firmware 3 has them.
//!
//! # What each command takes
//!
//! One request is outstanding at a time; commands wait for each other. Everything begins with a Get of productTitle (but a switch
//! of one outlet where the unit has told its title over this link): an agent without one is another unit, and the command ends in
//! [`WrongBase`] before anything is written. Any title will do unless [`Options::with_title`] says more. Tables are asked by exact
//! instances, as many rows as the unit counts (`sensorCounts`), since some agents of the family answer get-next wrongly on scalars; a
//! unit that counts nothing is walked, table by table.
//!
//! | [`Command`](pdu_core::Command) | requests | answer |
//! |---|---|---|
//! | `Capabilities` | none | at once |
//! | `Identity` | a Get | title, version, name, MAC, and the serial number of the unit's own meter |
//! | `Snapshot` | Gets of identity, counts and all readings, 24 values each | what the unit has |
//! | `Switch` of an outlet | one Set of its status, a Get of status and what is pending | see below |
//! | `Switch` of all | one Set for each outlet, in their order, and Gets | see below; [`Incomplete`] where one fails |
//! | `ResetEnergy` of an outlet | as `Switch` | confirmed, if the counter reads 0 |
//! | `Settings` | Gets | names, URLs, delays and power-on actions of all outlets |
//! | `SetSettings` | Gets, one Set for each outlet with only what differs, Gets | confirmed, or [`NotConfirmed`] |
//! | `AlarmRules` | a walk of their table | all rows that watch something |
//! | `SetAlarmRules` | the walk, Sets of what differs, Gets | confirmed, or [`NotConfirmed`] |
//!
//! Everything that can be checked is, before the first byte leaves; what depends on the unit, before the first Set. **Each Set is
//! sent once, always.** If it is not acknowledged, nothing after it is sent, unless it was the last, which reading back decides.
//!
//! Switched is by a number that is written to the outlet's status ([`OutletCommand`]); 0 there cancels, and does not switch off.
//! At once (`On`, `Off` without a delay) is *confirmed* if the status reads so directly after, even if the answer to the Set was
//! lost; else it is *accepted*. With the stored delay ([`Delay::Configured`](pdu_core::Delay::Configured)), and for `Cycle` and
//! `CancelPending`, it is *accepted*, and the next snapshot tells what came of it. Without an answer, and with a status that reads
//! otherwise, it is a timeout of unknown effect. Exact delays and groups are unsupported: the unit has neither. (Its text for the
//! group of an outlet is explained nowhere.)
//!
//! An outlet of which another state, or another pending action, is found than before comes as an
//! [`Update::Outlet`](pdu_core::Update::Outlet). Nothing is asked by itself.
//!
//! # Readings
//!
//! Lines A, B and C are L1, L2 and L3 of inlet 1; the pairs of a Delta unit are L1-L2, L2-L3 and L3-L1. Groups A to P are outlet
//! groups 1 to 16. All else is a sensor, as [`Layout`] counts them, also the meters of other products that the MIB has tables for.
//!
//! - A row whose `Avail` is 0, an instance that the agent does not have, and a value that cannot be read (a broken varbind,
//!   another type, genErr) is [`Unavailable`](pdu_core::Quality::Unavailable). Of outlets and groups, which not all units measure,
//!   an instance that the agent does not have is left out.
//! - A number outside the bounds of its column is [`Suspect`](pdu_core::Quality::Suspect). So is a temperature of a unit that does
//!   not tell `temperaturePrecision`, and a power factor while the apparent power beside it is 0: then it has no meaning.
//! - Doors, water and smoke read 0 to 100, and no document says which end is which: they are
//!   [`Unknown`](pdu_core::Contact::Unknown) unless [`Options::with_contact`] tells, and their number is an
//!   [`InputLevel`](pdu_core::Quantity::InputLevel), as it is for digital and analog inputs.
//! - Alarms that stand cannot be read; they are told by traps.
//!
//! # Alarm rules
//!
//! A rule is a row: what it watches, a threshold in tenths, and a direction. Writing what it watches creates the row, and writing
//! 0.0 removes it; so that goes first, and by itself. A rule names a place and a quantity, or the object by its name in numbers or
//! in the MIB (`tempSensorTempC.2`). Rules about what is no reading (degrees Fahrenheit, peaks) can be set by their object only, and
//! have no quantity; peaks have that of what peaks.
//!
//! ```
//! use pdu_core::{Action, Command, Delay, Endpoint, Instant, LinkEvent, Session, Target};
//! use pdu_proto_snmp::client::{self, Client};
//! use pdu_proto_snmp::series7::{Device, Options};
//!
//! let agent = client::Target::v2c("192.0.2.7:161".parse().unwrap(), b"private");
//! let mut unit = Device::new(Client::new(agent, 0x5EED).unwrap(), Options::default());
//! let now = Instant::EPOCH; // the caller's clock
//! unit.handle_link(now, LinkEvent::Up);
//! let off = Command::Switch { target: Target::Outlet(3), action: Action::Off, delay: Delay::None };
//! unit.submit(now, off).unwrap();
//! assert!(!unit.transmit().is_empty()); // a Get of productTitle
//! // … a driver moves bytes and time until poll_event gives the Done …
//! ```
//!
//! # What is inferred
//!
//! No unit was at hand. These are our reading of names and numbers, each marked where it stands:
//!
//! - that table 25 is the meter of Wye units and table 6 of Delta units, and that "peak" is the largest since the unit keeps it
//!   ([`Basis::Inferred`]);
//! - that `ctrlOutletCount` counts outlets, and rows go from 1 up to the count ([`Options::outlets`]);
//! - that `ctrlOutletPending` reads the state to come ([`PendingMeaning`]);
//! - that the serial number of the meter is the unit's;
//! - that thresholds of alarm rules count tenths of an ampere, a volt, a degree, a kilowatt-hour and so on, also where the
//!   reading itself counts tenths;
//! - that a Set of several values of one outlet, or of threshold and direction, is taken as a whole;
//! - where a counter of energy starts again at 0 (it has 32 bits), and what a 7S answers where it measures nothing;
//! - which base a unit has that is sold under another name ([`Base`]).
//!
//! Source: the vendor's v3 MIB, as two tables whose lines each row names; the rack unit manual of the series 7M to 7W, firmware
//! 3.12.7, of which "line n" is a line of its extracted text.

mod base;
#[cfg(feature = "alloc")]
mod error;
#[cfg(feature = "alloc")]
mod fetch;
#[cfg(feature = "alloc")]
mod item;
#[cfg(feature = "alloc")]
mod job;
#[cfg(feature = "alloc")]
mod layout;
mod measures;
mod objects;
#[cfg(feature = "alloc")]
mod options;
#[cfg(feature = "alloc")]
mod outlet;
#[cfg(feature = "alloc")]
mod readout;
#[cfg(feature = "alloc")]
mod rewrite;
#[cfg(feature = "alloc")]
mod rules;
#[cfg(feature = "alloc")]
mod session;
#[cfg(feature = "alloc")]
mod settings;
#[cfg(feature = "simulator")]
pub mod simulator;
pub mod traps;
#[cfg(feature = "alloc")]
mod unit;

pub use base::Base;
#[cfg(feature = "alloc")]
pub use error::{Incomplete, NotConfirmed, ReplyError, WrongBase};
#[cfg(feature = "alloc")]
pub use layout::{DELTA_TABLE, GROUP_TABLE, Layout, OUTLET_TABLE, WYE_TABLE};
pub use measures::{MEASURES, Measure, Place, Precision, Scale};
pub use objects::{Access, Kind, OBJECTS, Object, Syntax};
#[cfg(feature = "alloc")]
pub use options::{ContactMeaning, Options, PendingMeaning, Wiring};
#[cfg(feature = "alloc")]
pub use outlet::OutletCommand;
#[cfg(feature = "alloc")]
pub use session::Device;

pub use pdu_core::Basis;
#[cfg(feature = "alloc")]
use pdu_core::{Capabilities, Capability};

/// What a unit can do over SNMP. One without switched outlets refuses what is about outlets when it is asked.
#[cfg(feature = "alloc")]
pub const CAPABILITIES: Capabilities = Capabilities::of(&[
    Capability::Snapshot,
    Capability::Switch,
    Capability::ResetEnergy,
    Capability::Settings,
    Capability::SetSettings,
    Capability::AlarmRules,
    Capability::SetAlarmRules,
]);
