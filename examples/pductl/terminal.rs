//! What is written, and how: standard output and error, colour, and text that came from elsewhere.

use std::fmt::{self, Display, Write as _};
use std::io::{self, IsTerminal as _, Write as _};

use crate::outcome::Stop;

/// Writes to standard output and pushes it out, so that whoever reads a pipe has it now.
pub(crate) fn print(text: impl Display) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    write!(out, "{text}").and_then(|()| out.flush()).map_err(Stop::Output)
}

/// Writes a line to standard error. That it may fail is nothing that could be told anybody.
pub(crate) fn complain(text: impl Display) {
    let _ = writeln!(io::stderr(), "pductl: {text}");
}

/// Text from a device, a file or the command line, with everything escaped that could drive a terminal: control
/// characters, the marks that turn the direction of writing, and the backslash that marks them.
pub(crate) struct Foreign<'a>(pub(crate) &'a str);

impl Display for Foreign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if character.is_control() || character == '\\' || turns_direction(character) {
                write!(f, "{}", character.escape_default())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

fn turns_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Bytes as hexadecimal digits, a blank between two bytes.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02x}", if i == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

/// Bytes as hexadecimal digits and nothing else, as JSON has them.
pub(crate) fn digits(bytes: &[u8]) -> String {
    Hex(bytes).to_string().replace(' ', "")
}

/// How a piece of text looks on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Heading,
    Dim,
    Good,
    Warning,
    Critical,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Heading => "\x1b[1m",
            Self::Dim => "\x1b[2m",
            Self::Good => "\x1b[32m",
            Self::Warning => "\x1b[33m",
            Self::Critical => "\x1b[1;31m",
        }
    }
}

/// Whether standard output is for a person who sees colours: a terminal, and no `NO_COLOR` (<https://no-color.org>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    Colour,
    None,
}

impl Paint {
    pub(crate) fn of_stdout() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if io::stdout().is_terminal() && !unwanted && !dumb {
            Self::Colour
        } else {
            Self::None
        }
    }

    pub(crate) fn apply(self, style: Style, text: impl Display) -> String {
        let text = text.to_string();
        if self == Self::None || style == Style::Plain || text.is_empty() {
            return text;
        }
        format!("{}{text}\x1b[0m", style.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_drive_the_terminal() {
        let nasty = "rack\x1b[2J\r\n\u{202e}7\\ \u{85}ż";
        let shown = Foreign(nasty).to_string();
        assert_eq!(shown, r"rack\u{1b}[2J\r\n\u{202e}7\\ \u{85}ż");
    }

    #[test]
    fn hex_is_lower_case_with_blanks() {
        assert_eq!(Hex(&[0x01, 0x8A]).to_string(), "01 8a");
        assert_eq!(Hex(&[]).to_string(), "");
    }
}
