use core::time::Duration;

use crate::wire::Dialect;

/// How a unit speaks, where the manual does not say, and what it allows its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How lines are written.
    pub dialect: Dialect,
    /// What comes behind the `RTC` line of a status. By default `OK` and `>`, as lines 49 and 50 print it.
    pub status_end: Ending,
    /// What comes behind the `A=` line. By default nothing, as line 36 prints it.
    pub address_end: Ending,
    /// What `>` looks like.
    pub prompt: Prompt,
    /// What comes behind the `OK` of a command that was carried out. By default `>`; line 170 prints one without.
    pub acknowledgement_end: Ending,
    /// Whether the unit repeats what it hears.
    pub echo: Echo,
    /// How often a status is sent unasked; `None`: never. By default every second (lines 10 and 29).
    pub interval: Option<Duration>,
    /// Bytes of output that a connection has room for; at least 2048, by default 4096.
    pub output: usize,
    /// Connections that a hub takes at once; by default 8. The manual states no number.
    pub connections: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            dialect: Dialect::default(),
            status_end: Ending::OkAndPrompt,
            address_end: Ending::Nothing,
            prompt: Prompt::Bare,
            acknowledgement_end: Ending::OkAndPrompt,
            echo: Echo::Off,
            interval: Some(Duration::from_secs(1)),
            output: 4096,
            connections: 8,
        }
    }
}

/// What comes behind an answer. None of it is confirmed by a capture of a real unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: the manual shows no other.
pub enum Ending {
    /// Nothing. (An acknowledgement still is `OK`.)
    Nothing,
    /// `OK`
    Ok,
    /// `OK`, then `>`.
    OkAndPrompt,
}

/// What a prompt looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: a line, or not.
pub enum Prompt {
    /// `>`, and what is sent next stands right behind it.
    Bare,
    /// `>` in a line of its own.
    Line,
}

/// Whether a unit repeats what it hears. The manual does not say that it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: it does or it does not.
pub enum Echo {
    /// It does not.
    Off,
    /// Each line comes back, before its answer.
    Lines,
}
