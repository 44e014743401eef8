//! The console of the BKT BPS2000v2: its screens, what is typed at them, and sessions that do both.
//!
//! Who wants to read or set a unit begins with [`Device`], in the words that all protocols share, or with [`Session`], which walks the
//! menu by typed calls. The rest is the screens themselves, without allocation.
//!
//! A console shows a screen and ends it with [`PROMPT`]; the client types a line; the next screen comes. What the screens
//! look like is known from pictures of firmware 1.0.0 (lines 659-1140). How the device answers a setting, what it says to a wrong
//! line, and most of its keywords were never published: where this module assumes something it says `[INF]`.
//!
//! Both directions are here. A client reads with [`ScreenParser`] and [`Banner::parse`] and sends with [`Line::encode`]; a
//! simulator writes with [`Screen::encode`] and [`Banner::encode`] and reads with [`Line::parse`]. Lines come and go without
//! their ends, telnet commands and echo removed: that is [`wire`](crate::wire)'s.
//!
//! ```
//! use pdu_core::Mode;
//! use pdu_proto_telnet::bps2000::{Screen, ScreenKind, ScreenParser, PROMPT};
//!
//! let mut parser = ScreenParser::new(ScreenKind::Load, Mode::Strict);
//! parser.push(b"Load Phase1:0.25A Phase2:0.00A Phase3:1.50A").unwrap();
//! let Screen::Load(load) = parser.finish(PROMPT.as_bytes()).unwrap().value else {
//!     panic!("not the screen that was asked for");
//! };
//! assert_eq!(load.phases[2].unwrap().to_string(), "1.50");
//! ```

mod banner;
mod deviation;
#[cfg(feature = "alloc")]
mod device;
mod entry;
mod error;
mod line;
mod parser;
mod scan;
mod screen;
#[cfg(feature = "alloc")]
mod session;
#[cfg(feature = "simulator")]
pub mod simulator;
mod text;
mod write;

pub use banner::{Banner, Date, Uptime};
pub use deviation::{Deviation, Deviations, Parsed};
#[cfg(feature = "alloc")]
pub use device::{CAPABILITIES, Device};
pub use entry::{Entry, ScreenKind};
pub use error::{Expected, Fault, Found, LineError, RawLine, ScreenError, WriteError};
pub use line::{Confirmed, Line, Member, PasswordChange, Phase};
pub use parser::ScreenParser;
pub use screen::{
    AgentState, EnergyPhases, HttpSettings, Levels, Load, Network, Screen, SmtpSettings, SnmpService,
    ThresholdSettings, Users,
};
#[cfg(feature = "alloc")]
pub use session::{
    ClockForm, EnergyUnit, Lines, Options, OwnedBanner, OwnedSmtpSettings, OwnedSnmpService, Reply, Request, Session,
    Undocumented,
};
pub use text::Secret;

/// What every screen ends with, without a line end; blanks may follow. Source: line 681.
pub const PROMPT: &str = "Please enter the command:";

/// The first question of a login, without a line end. A second one after a password means that it was refused `[INF]`.
/// Source: line 666.
pub const ACCOUNT_PROMPT: &str = "Telnet Account:";

/// The second question of a login, without a line end. The device echoes `*`. Source: line 667.
pub const PASSWORD_PROMPT: &str = "Password:";

/// The longest line that is read, in octets without its end; the longest of the manual has 119 (line 760). `[INF]`
pub const MAX_LINE: usize = 512;
