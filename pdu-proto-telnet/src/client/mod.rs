//! Level 1: sessions over lines of text.
//!
//! [`Console`] is a client of any console: it logs in, sends a line and collects what comes up to the prompt. [`Terminal`] is what both
//! sides of any console need below their own meaning: telnet taken off, lines put together, echoes removed, output bounded and
//! passwords wiped.

mod console;
mod dialogue;
mod events;
mod options;
mod output;
mod prompts;
mod terminal;

pub use console::{Command, Console, Notice, Response};
pub use options::{ConsoleOptions, Link, Login, Opening};
pub use terminal::{Echoing, Framing, Item, LineEnd, Secrecy, Terminal};
