//! Level 2: the IsoTek SMART Power, a unit of 8 or 16 switched and metered outlets with a clock and a scheduler of its own.
//!
//! | to | use |
//! |---|---|
//! | read, switch and configure one unit | [`Device`], a [`DeviceSession`](pdu_core::DeviceSession) over a client of this crate |
//! | know beforehand what a unit can do | [`CAPABILITIES`] |
//! | make sense of a status that came another way | [`readings`] |
//! | turn records of the scheduler into lines and back | [`schedule_record`], [`record_of`] |
//! | have a unit to test against | `simulator::SmartPower`, with the feature `simulator` |
//!
//! # What each command takes
//!
//! One line is outstanding at a time; commands wait for each other. "Accepted" means that the unit said `OK`, "confirmed"
//! that what was read back is what was wanted.
//!
//! | [`Command`](pdu_core::Command) | lines | answer |
//! |---|---|---|
//! | `Capabilities` | none | at once |
//! | `Snapshot` | `?`; the first over each link also `A?` and `C?` | what is known, see below |
//! | `Identity` | `A?`; if that is not answered `?` | serial number and MAC; of a unit that is there and does not tell, only what this profile knows |
//! | `Switch` | `Sx=s`, `G` or `H` | accepted. Whether it happened tells an [`Update::Outlet`](pdu_core::Update::Outlet), or the next snapshot |
//! | `Clock` | `?` | the `RTC` line of the next status |
//! | `SetClock` | `T=`, `?` | confirmed, if a status that began later reads what was set, up to the time that went by since, and 2 s on both sides |
//! | `Schedule` | `P?` | all records |
//! | `SetSchedule` | `P=nn`, each `PW=`, `P?` | confirmed, if the unit has these records and no others, in whatever order |
//! | `Settings` | `C?` | names, types and delays |
//! | `SetSettings` | `C?`, `Cx=` for each outlet that differs, `C?` | confirmed, if all outlets that are named read as wanted; at once after the first `C?` if nothing differs |
//! | `Restart(Controller)` | `X` | accepted, if the `OK` comes before the link goes |
//!
//! Where the status that a unit sends by itself will do, the client waits for that, up to a second and a half, before it sends
//! `?`.
//!
//! Everything is checked before the first line leaves. A line that writes is sent once: if it is not acknowledged, nothing
//! after it is sent ([`Incomplete`] says how many were written), unless it was the last, which reading back decides. A switch
//! command may be sent again where the caller opts in ([`Device::with_retry`]).
//!
//! Not supported, and never approximated: `Cycle` (but as an action of the scheduler), pending actions and their cancellation,
//! delays of switch commands, groups, thresholds, energy, what outlets do when power returns, factory settings. The protocol
//! has no line for them.
//!
//! # Snapshots and updates
//!
//! `CH0` is told as inlet 1, the other channels as outlets, each with voltage and active power. The power of inlet 1 is the
//! unit's own number; nothing is computed. What the unit has not said is absent: no reading of a channel that its status lacks,
//! no clock without an `RTC` line. An outlet that it told of before, by a status or by `C?`, and that the newest status lacks,
//! is listed as [`Unknown`](pdu_core::PowerState::Unknown); one of which it never told is not listed.
//!
//! Names and identity are asked for by the first snapshot over each link, and names again by `Settings` and `SetSettings`. A
//! unit that stays silent about them is not asked again by snapshots, which then are without. Nothing is asked by itself: whoever
//! only takes updates and wants names in them asks for one snapshot first.
//!
//! Each status of the unit, asked for or not, comes as an [`Update::Snapshot`](pdu_core::Update::Snapshot); of those that are
//! not taken the newest stays. An outlet whose known state has changed comes as an [`Update::Outlet`](pdu_core::Update::Outlet)
//! before it. When no status came for [`Options::stale_after`](crate::client::Options::stale_after), one more
//! `Update::Snapshot` has the readings of the last one, marked [`Stale`](pdu_core::Quality::Stale); outlets are then unknown,
//! since their state carries no such mark, and the clock is absent, since it runs.
//!
//! # Settings and records
//!
//! A name is told without the blanks that pad it, and goes back with them if it does not change. The delay is the "reset
//! sequence delay", in seconds.
//!
//! A record of the scheduler is told whole. What its trigger does not use, and what the manual does not explain, stands in its
//! [`raw`](pdu_core::ScheduleRecord::raw) fields, and goes back unchanged: see [`schedule_record`] and [`record_of`].
//!
//! ```
//! use pdu_core::{Action, Answer, Command, Endpoint, Event, Instant, LinkEvent, Session, Target, Delay};
//! use pdu_proto_isotek::client::{Client, Options};
//! use pdu_proto_isotek::smart_power::Device;
//!
//! let mut unit = Device::new(Client::new(Options::tcp()));
//! let now = Instant::EPOCH; // the caller's clock
//! unit.handle_link(now, LinkEvent::Up);
//! let amplifier_off = Command::Switch { target: Target::Outlet(3), action: Action::Off, delay: Delay::None };
//! unit.submit(now, amplifier_off).unwrap();
//!
//! // What a driver of `pdu_core` does: bytes out, bytes in.
//! let sent = unit.transmit().to_vec();
//! assert_eq!(sent, b"S3=0\n");
//! unit.handle_transmitted(now, sent.len());
//! unit.handle_input(now, b"OK\r\n>");
//!
//! let Some(Event::Done { result, .. }) = unit.poll_event() else { panic!() };
//! assert_eq!(result.unwrap(), Answer::Accepted);
//! ```
//!
//! # What is inferred
//!
//! No capture of a real unit is public. These are what the manual leaves open:
//!
//! - `CH0` is the unit as a whole: outlets count from 1. It is not switched, and its state is not told.
//! - What "locked" does to a switch command, and "router" to anything, is not stated: a locked outlet may answer `OK` and stay as
//!   it is, or not answer. So wait for the state, not for the answer.
//! - Whether a restart drops the outlets, and whether its `OK` comes at all.
//! - That `P=nn` is followed by as many `PW=`, and what a unit holds in between. What `dd` counts.
//! - Whether a record's power level itself fires it.
//!
//! What decides how lines are written or read is an option of the client:
//! [`Dialect`](crate::wire::Dialect), [`Mode`](pdu_core::Mode), [`FrameEnd`](crate::client::FrameEnd).
//!
//! Source: the vendor's manual of the text protocol; "line n" is a line of its extracted text.

mod clock;
mod error;
mod job;
mod rewrite;
mod schedule;
mod session;
mod settings;
#[cfg(feature = "simulator")]
pub mod simulator;
mod unit;

pub use error::{Incomplete, NotConfirmed, ReplyError};
pub use schedule::{record_of, schedule_record};
pub use session::{Device, TextSession};
pub use unit::readings;

use pdu_core::{Capabilities, Capability};

/// What a SMART Power unit can do.
pub const CAPABILITIES: Capabilities = Capabilities::of(&[
    Capability::Snapshot,
    Capability::Switch,
    Capability::Clock,
    Capability::SetClock,
    Capability::Restart,
    Capability::Schedule,
    Capability::SetSchedule,
    Capability::Settings,
    Capability::SetSettings,
]);
