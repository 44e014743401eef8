/// A text that a device shows when it waits for a line, and what it then waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prompt<'t, T> {
    /// The text, without blanks at its end, byte for byte.
    pub text: &'t [u8],
    /// What it means to the caller.
    pub means: T,
}

impl<'t, T> Prompt<'t, T> {
    /// A prompt by its text.
    pub const fn new(text: &'t [u8], means: T) -> Self {
        Self { text, means }
    }

    /// Is `unfinished` this prompt: its text from the first octet on, and behind it nothing but blanks? An empty text is none.
    ///
    /// Only a line that has no end can be a prompt, so ask of [`Lines::unfinished`](super::Lines::unfinished). What came so far may also be
    /// the beginning of a longer line: `Password:` of `Password:none`. A device that waits sends nothing more, so that time tells
    /// the two apart where a screen has such lines.
    pub fn is(&self, unfinished: &[u8]) -> bool {
        let blanks = unfinished.strip_prefix(self.text);
        !self.text.is_empty() && blanks.is_some_and(|rest| rest.iter().all(|octet| matches!(octet, b' ' | b'\t')))
    }
}

/// What the first prompt of `table` means that `unfinished` is.
pub fn recognise<T: Copy>(table: &[Prompt<'_, T>], unfinished: &[u8]) -> Option<T> {
    table
        .iter()
        .find(|prompt| prompt.is(unfinished))
        .map(|prompt| prompt.means)
}
