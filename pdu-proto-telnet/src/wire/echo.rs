use core::fmt;

/// A line that was sent, and that the device may show again.
///
/// The echo is the first line behind the prompt. Before sending at a prompt, take the prompt away with
/// [`Lines::forget_unfinished`](super::Lines::forget_unfinished), so that the next line is the echo alone.
#[derive(Clone, Copy, PartialEq, Eq)]
// Exhaustive on purpose: a device shows a line or hides it.
pub enum Echo<'s> {
    /// A line that is shown as it was typed.
    Shown(&'s [u8]),
    /// A password: shown as asterisks (line 667), or, by a device that does not care, as it was typed. `Debug` does not show it.
    Password(&'s [u8]),
}

/// What of a line was echo.
#[derive(Clone, Copy, PartialEq, Eq)]
// Exhaustive on purpose.
pub enum Echoed<'l> {
    /// All of it: blanks around it are no difference.
    Whole,
    /// It begins as the echo would, and goes on with this. That is an echo only if the device echoes and puts no line end behind it: an
    /// answer `1.Load` to the line `1` looks the same, so the caller must know which. `client::Terminal` takes it for an answer: the
    /// console of every manual so far ends the line that it shows, and text too much is seen where text too little is not.
    Front(&'l [u8]),
    /// Nothing.
    Not,
}

impl Echo<'_> {
    /// What of `line` is the echo?
    ///
    /// ```
    /// use pdu_proto_telnet::wire::{Echo, Echoed};
    ///
    /// assert_eq!(Echo::Shown(b"10").in_line(b" 10"), Echoed::Whole);
    /// assert_eq!(Echo::Shown(b"10").in_line(b"Restart"), Echoed::Not);
    /// assert_eq!(Echo::Password(b"bkt").in_line(b"***"), Echoed::Whole);
    /// ```
    pub fn in_line<'l>(&self, line: &'l [u8]) -> Echoed<'l> {
        let (&Echo::Shown(sent) | &Echo::Password(sent)) = self;
        let (line, sent) = (line.trim_ascii(), sent.trim_ascii());
        if sent.is_empty() {
            return if line.is_empty() { Echoed::Whole } else { Echoed::Not };
        }
        match (line.strip_prefix(sent), self) {
            (Some(rest), _) => Echoed::of(rest),
            (None, Echo::Password(_)) => masked(line, sent.len()),
            (None, Echo::Shown(_)) => Echoed::Not,
        }
    }
}

/// A line of nothing but asterisks hides a password, however many there are; with text behind them as many as it has octets.
fn masked(line: &[u8], len: usize) -> Echoed<'_> {
    let is_mask = |octets: &[u8]| !octets.is_empty() && octets.iter().all(|&octet| octet == b'*');
    if is_mask(line) {
        return Echoed::Whole;
    }
    match line.split_at_checked(len) {
        Some((mask, rest)) if is_mask(mask) => Echoed::of(rest),
        _ => Echoed::Not,
    }
}

impl<'l> Echoed<'l> {
    fn of(rest: &'l [u8]) -> Self {
        if rest.is_empty() {
            Self::Whole
        } else {
            Self::Front(rest)
        }
    }
}

/// Shows no text: what goes on behind the front of a password may be the rest of it.
impl fmt::Debug for Echoed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Echoed::Whole => f.write_str("Whole"),
            Echoed::Front(rest) => write!(f, "Front({} octets)", rest.len()),
            Echoed::Not => f.write_str("Not"),
        }
    }
}

impl fmt::Debug for Echo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Echo::Shown(sent) => write!(f, "Shown(\"{}\")", sent.escape_ascii()),
            Echo::Password(_) => f.write_str("Password(..)"),
        }
    }
}
