//! Text of a screen that is not to be shown.

use core::fmt;

/// A password or a community: borrowed, and not shown by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Secret<'a>(&'a str);

impl<'a> Secret<'a> {
    /// Text that is not to be shown.
    pub const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The text itself. Whoever asks for it takes care of where it goes.
    pub const fn reveal(self) -> &'a str {
        self.0
    }
}

/// Not even how long it is.
impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Whether a value may stand on a screen or in a typed line at all: printable ASCII (`free` of the grammar).
pub(super) fn is_printable(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Where in a line this text begins, whatever the case of its letters.
pub(super) fn find(line: &[u8], text: &str) -> Option<usize> {
    line.windows(text.len())
        .position(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

/// Whether a line begins with this text, whatever the case of its letters.
pub(super) fn begins(line: &[u8], text: &str) -> bool {
    line.get(..text.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()))
}

/// Whether there is nothing in a line but blanks.
pub(super) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|&byte| is_wsp(byte))
}

/// A blank or a tabulator.
pub(super) const fn is_wsp(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
