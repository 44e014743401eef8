//! Level 0: octets of a connection to lines and prompts, and back. No state but what a stream needs, no clock, no allocation.
//!
//! ```text
//! octets -> Nvt -> data    -> Lines -> line            -> Echo: what of it the device wrote itself
//!               |                   -> unfinished line -> Prompt: what the device waits for
//!               -> negotiation -> Options -> what to answer
//! ```
//!
//! ```
//! use pdu_proto_telnet::wire::{Event, Lines, Negotiation, Nvt, Options, Policy, Prompt, recognise};
//!
//! #[derive(Clone, Copy, Debug, PartialEq)]
//! enum Wants { Account, Password }
//! const PROMPTS: [Prompt<'static, Wants>; 2] = [
//!     Prompt::new(b"Telnet Account:", Wants::Account),
//!     Prompt::new(b"Password:", Wants::Password),
//! ];
//!
//! let (mut nvt, mut options) = (Nvt::default(), Options::new(Policy::CLIENT));
//! let mut lines: Lines = Lines::new();
//! let mut answers = Vec::new();
//!
//! let mut octets: &[u8] = b"\xFF\xFB\x01Version : 1.0.0\r\nTelnet Account: ";
//! while let Some((event, used)) = nvt.next(octets) {
//!     octets = &octets[used..];
//!     match event {
//!         Event::Negotiation(said) => answers.extend(options.answer(said).map(Negotiation::encode)),
//!         Event::Data(mut data) => while !data.is_empty() {
//!             let (line, used) = lines.next(data);
//!             data = &data[used..];
//!             // A whole line, without its end.
//!             let _ = line;
//!         },
//!         _ => {}
//!     }
//! }
//! assert_eq!(answers, [[255, 253, 1]]); // DO ECHO
//! assert_eq!(recognise(&PROMPTS, lines.unfinished()), Some(Wants::Account));
//! ```

mod echo;
mod encode;
mod error;
mod lines;
mod negotiation;
mod nvt;
mod option;
mod prompt;

pub use echo::{Echo, Echoed};
#[cfg(feature = "alloc")]
pub(crate) use encode::check_line;
pub use encode::{encode_data, encode_line, encoded_data_len};
pub use error::WireError;
pub use lines::{Line, Lines, MAX_LINE};
pub use negotiation::{Negotiation, Options, Policy, Verb};
pub use nvt::{Command, Event, MAX_SUBNEGOTIATION, Nvt};
pub use option::{OptionSet, TelnetOption};
pub use prompt::{Prompt, recognise};
