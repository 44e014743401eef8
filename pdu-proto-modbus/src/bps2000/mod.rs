//! Level 2: the BKT BPS2000v2, a metered rack unit without switched outlets, over Modbus RTU and TCP.
//!
//! | to | use |
//! |---|---|
//! | read and configure one unit | [`Device`], a [`DeviceSession`](pdu_core::DeviceSession) over any client of this crate |
//! | share a line or a gateway among several | [`SharedLine`], whose commands are [`Addressed`] |
//! | make sense of registers that came another way | [`Readout`], without allocation |
//! | know what may be written, and as what | [`ThresholdWrite`] |
//! | have a unit to test against | `simulator::Bps2000`, with the feature `simulator` |
//! | look a register up | [`REGISTER_MAP`], [`Register::at`], [`Register::named`] |
//!
//! A snapshot is one Read Holding Registers (03) of all 99 registers: some 220 ms at 9600 baud. Points are
//! `inlet1` on L1, L2, L3 and, for the sums of energy, Total; `sensor1` is the probe at the T/H port, `sensor2` and
//! `sensor3` are those of the SensorBox; doors, smoke and water count for themselves.
//!
//! ```
//! use pdu_core::{Answer, Command, Endpoint, Event, Instant, Line, LinkEvent, Point, Quantity, Session};
//! use pdu_proto_modbus::bps2000::Device;
//! use pdu_proto_modbus::client::{TcpClient, TcpOptions};
//!
//! let client: TcpClient<1> = TcpClient::new(TcpOptions::device());
//! let mut device = Device::new(client, 1);
//! let now = Instant::EPOCH; // the caller's clock
//! device.handle_link(now, LinkEvent::Up);
//! device.submit(now, Command::Snapshot).unwrap();
//!
//! // What a driver of `pdu_core` does: bytes out, bytes in. 03 from address 0, 99 registers.
//! let sent = device.transmit().to_vec();
//! assert_eq!(sent, [0, 1, 0, 0, 0, 6, 1, 0x03, 0, 0, 0, 99]);
//! device.handle_transmitted(now, sent.len());
//! let mut answer = vec![0, 1, 0, 0, 0, 201, 1, 0x03, 198, 0x09, 0x0E];
//! answer.resize(9 + 198, 0);
//! device.handle_input(now, &answer);
//!
//! let Some(Event::Done { result: Ok(Answer::Snapshot(snapshot)), .. }) = device.poll_event() else { panic!() };
//! let voltage = snapshot.reading(Point::inlet(1).on(Line::L1), Quantity::Voltage).unwrap();
//! assert_eq!(voltage.value.unwrap().to_string(), "231.8");
//! ```
//!
//! # What is inferred
//!
//! No capture of a real unit is public. The manual (Ver.01.24) misprints addresses, and is silent about much; each row of
//! [`REGISTER_MAP`] says by its [`basis`](Register::basis) and [`notes`](Register::notes) how sure it is. Unconfirmed are:
//!
//! - the sign of temperatures (taken as two's complement, −40.0 to 125.0), of reactive power and power factor (taken as
//!   unsigned);
//! - what an absent sensor reads: a probe with 0 degrees and 0 % counts as absent unless [`ZeroProbe`] says otherwise, a
//!   contact that is neither 1 nor 2 is unknown;
//! - whether power above 6553.5 wraps or saturates; such readings are [`Suspect`](pdu_core::Quality::Suspect);
//! - where energy starts again from 0; see [`energy_since`];
//! - how the alarm registers tell of both alarms at once, and how alarms compare (at the threshold, or beyond it);
//! - bounds of thresholds, whether 0 disables one, and whether writing one wears a memory: write seldom;
//! - function codes other than 03 and 06, exception codes, and the unit id over TCP.
//!
//! # What is not supported
//!
//! Over Modbus the unit has no register for: outlets (it switches none), the warning levels of its thresholds, clearing
//! energy, its clock, restart, name, serial number and firmware. Its web pages, its mail settings and its update by TFTP are
//! not supported at all, since the manual gives no URL, form field, message or image format. The console and SNMP are matters of
//! other crates.
//!
//! Source: BKT BPS2000v2 user manual Ver.01.24, chapters 11 and 12; "line n" is a line of its extracted text.

mod map;
mod notes;
mod readout;
#[cfg(feature = "alloc")]
mod session;
#[cfg(feature = "simulator")]
pub mod simulator;
mod state;
mod threshold;

pub use map::{Access, Encoding, FIRST_THRESHOLD, Meaning, REGISTER_COUNT, REGISTER_MAP, Register, THRESHOLD_COUNT};
pub use notes::NOTES;
pub use pdu_core::Mode;
pub use pdu_core::{Basis, Note};
#[cfg(feature = "alloc")]
pub use readout::identity;
pub use readout::{DecodeError, Decoding, Deviation, Readout, ZeroProbe};
#[cfg(feature = "alloc")]
pub use session::{Addressed, CAPABILITIES, Device, ModbusSession, NotConfirmed, SharedLine};
pub use state::{AlarmState, contact_of, contact_raw, energy_of, energy_raw, energy_since};
pub use threshold::{ThresholdError, ThresholdWrite};
