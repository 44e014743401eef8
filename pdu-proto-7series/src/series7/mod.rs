//! The unit: readings, outlets and configuration over HTTP; with a simulated one.
//!
//! | to | use |
//! |---|---|
//! | read, switch and configure one unit beside units of other protocols | [`Device`], a [`DeviceSession`](pdu_core::DeviceSession) |
//! | have whole documents, backups and the data log | [`Client`], typed requests and replies |
//! | say how a unit is asked | [`Options`], with a [`Profile`](crate::profile::Profile) |
//! | have a unit to test against | `simulator::Series7`, with the feature `simulator` |
//!
//! Both stand on any [`HttpSession`](crate::client::HttpSession): the [`HttpClient`](crate::client::HttpClient) of this crate, or
//! another one that is made to look like it.
//!
//! # What each command takes
//!
//! One request is outstanding at a time; commands wait for each other.
//!
//! | [`Command`](pdu_core::Command) | requests | answer |
//! |---|---|---|
//! | `Capabilities` | none | at once: what the profile says how to ask |
//! | `Identity`, `Snapshot` | the live document | what it shows |
//! | `Switch` of an outlet | the action, the live document | see below |
//! | `Switch` of all | one action for each outlet, in their order, then the live document | see below; [`Incomplete`] where one fails |
//! | `ResetEnergy` of an outlet or a circuit | the live document, the reset, the live document | confirmed, if the counter reads less than before, or 0 |
//! | `Settings`, `AlarmRules` | the configuration file | what the profile has a place for |
//! | `SetSettings`, `SetAlarmRules` | the file, its upload, the file | confirmed, or [`NotConfirmed`] |
//!
//! The first switch over each link asks for the live document before, so that it is known which outlets there are. Everything that
//! can be checked is, before the first byte leaves. **Each command is sent once, always**; a login that the unit asks for is not
//! counted as that, since the unit has done nothing before it. If an action is not acknowledged, none after it is sent, unless it was
//! the last, which reading back decides.
//!
//! At once (`On`, `Off` without a delay) is *confirmed* if the live document shows it directly after, even if the answer to the
//! command was lost; else it is *accepted*. With the stored delay, and for `Cycle` and `CancelPending`, it is *accepted*, and the next
//! snapshot tells what came of it. Without an answer, and with a state that shows otherwise, it is an error of unknown effect.
//! Exact delays and groups are unsupported: the unit has neither.
//!
//! A configuration is only ever uploaded as a [`Plan`](crate::config::Plan), which was made from the unit's own file and refuses one of
//! another unit. Settings may take up to two minutes to become active (manual, lines 306 and 307): what the file says then, it
//! already says before.
//!
//! An outlet of which another state is found than before comes as an [`Update::Outlet`](pdu_core::Update::Outlet). Nothing is asked
//! by itself.
//!
//! [`Incomplete`]: crate::Series7Error::Incomplete
//! [`NotConfirmed`]: crate::Series7Error::NotConfirmed
//!
//! ```
//! use pdu_core::{Action, Command, Delay, Endpoint, Instant, LinkEvent, Session, Target};
//! use pdu_proto_7series::client::{self, HttpClient};
//! use pdu_proto_7series::profile::Profile;
//! use pdu_proto_7series::series7::{Device, Options};
//!
//! let entropy = [7; 32]; // of the operating system
//! let http = HttpClient::new(client::Options::new("192.0.2.7", entropy)?);
//! let mut unit = Device::new(http, Options::new(Profile::synthetic()));
//! let now = Instant::EPOCH; // the caller's clock
//! unit.handle_link(now, LinkEvent::Up);
//! let off = Command::Switch { target: Target::Outlet(3), action: Action::Off, delay: Delay::None };
//! unit.submit(now, off).unwrap();
//! assert!(unit.transmit().starts_with(b"GET /data.xml HTTP/1.1\r\n"));
//! // … a driver moves bytes and time until poll_event gives the Done …
//! # Ok::<(), pdu_proto_7series::http::RequestFault>(())
//! ```
//!
//! # What is inferred
//!
//! The path of the live document, its elements and most of its keys are those of programs that read real units. How an outlet is switched
//! over HTTP, where the configuration file and the log are and what stands in them is published nowhere: it is in the profile,
//! and the one that is shipped is invented. Where switching must be certain, SNMP does it (`pdu-proto-snmp`, whose objects are known).
//!
//! Source: the rack unit manual of the series 7M to 7W, firmware 3.12.7; "line n" is a line of its extracted text.

mod client;
mod configure;
mod device;
mod exchange;
mod job;
mod options;
mod rules;
#[cfg(feature = "simulator")]
pub mod simulator;
mod switch;
mod unit;

pub use client::{Client, Reply, Request};
pub use device::Device;
pub use options::Options;
