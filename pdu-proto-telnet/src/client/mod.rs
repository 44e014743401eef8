//! Level 1: sessions over lines of text.
//!
//! [`Terminal`] is what both sides of any console need below their own meaning: telnet taken off, lines put together, echoes removed,
//! output bounded and passwords wiped.

mod output;
mod terminal;

pub use terminal::{Echoing, Framing, Item, LineEnd, Secrecy, Terminal};
