//! The attributes of a tag, one by one, where they stand.

use super::names;

/// One attribute, with offsets into the text that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a [u8],
    /// Whether it is certainly a name; of another that is to be asked.
    pub(super) has_plain_name: bool,
    /// As written, without its quotes.
    pub(super) value: &'a [u8],
    pub(super) quote: u8,
    /// Of the name.
    pub(super) at: usize,
    /// Of the value, behind its quote.
    pub(super) value_at: usize,
    /// Whether a `&` stands in the value.
    pub(super) has_reference: bool,
}

/// Over what stands between a tag's name and its end; more may follow behind that. After an error comes nothing more.
///
/// Whether names are names is for the scanner to ask, once.
#[derive(Clone, Debug)]
pub(super) struct Attributes<'a> {
    text: &'a [u8],
    at: usize,
}

/// Where, and what.
type Wrong = (usize, &'static str);

impl<'a> Attributes<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// What stands behind the last attribute that was given, once nothing more comes.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Goes on to the first octet of one of these kinds.
    fn skip_until(&mut self, kinds: u8) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.iter().position(|byte| is_one_of(*byte, kinds));
        self.at = self.at.saturating_add(len.unwrap_or(rest.len()));
    }

    #[inline]
    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(names::is_space) {
            self.at = self.at.saturating_add(1);
        }
    }

    /// The next one, if it is written as nearly all are: a blank, a name in ASCII, `="`, and a value without references up to `"`.
    #[inline]
    fn plain(&mut self) -> Option<Attribute<'a>> {
        let (b' ', named) = self.text.get(self.at..)?.split_first()? else {
            return None;
        };
        let name_len = named.iter().position(|byte| is_one_of(*byte, NOT_PLAIN))?;
        let (name, behind) = named.split_at_checked(name_len)?;
        let [b'=', quote @ b'"', opened @ ..] = behind else {
            return None;
        };
        let value_len = opened.iter().position(|byte| is_one_of(*byte, IN_VALUE))?;
        let (value, [b'"', ..]) = opened.split_at_checked(value_len)? else {
            return None;
        };
        let starts_plain = name.first().is_some_and(u8::is_ascii_alphabetic);
        if !starts_plain {
            return None;
        }
        let at = self.at.saturating_add(1);
        let value_at = at.saturating_add(name_len).saturating_add(2);
        self.at = value_at.saturating_add(value_len).saturating_add(1);
        Some(Attribute {
            name,
            has_plain_name: true,
            value,
            quote: *quote,
            at,
            value_at,
            has_reference: false,
        })
    }

    /// The next one, however it is written.
    #[inline(never)]
    fn next_of_any_form(&mut self) -> Option<Result<Attribute<'a>, Wrong>> {
        let before = self.at;
        self.skip_spaces();
        let at = self.at;
        if matches!(self.peek()?, b'>' | b'/' | b'?') {
            return None;
        }
        let found = if at == before {
            Err((at, "white space expected before an attribute"))
        } else {
            self.attribute(at)
        };
        if found.is_err() {
            self.at = self.text.len();
        }
        Some(found)
    }

    /// Source: XML 1.0, 3.1 \[41\] and 2.3 \[10\].
    #[inline]
    fn attribute(&mut self, at: usize) -> Result<Attribute<'a>, Wrong> {
        self.skip_until(ENDS_NAME);
        let name = self.text.get(at..self.at).unwrap_or_default();
        if name.is_empty() {
            return Err((at, "an attribute's name expected"));
        }
        self.skip_spaces();
        if self.peek() != Some(b'=') {
            return Err((self.at, "'=' expected after an attribute's name"));
        }
        self.at = self.at.saturating_add(1);
        self.skip_spaces();
        let quote = self.peek().filter(|byte| matches!(byte, b'"' | b'\''));
        let Some(quote) = quote else {
            return Err((self.at, "an attribute's value in quotes expected"));
        };
        self.at = self.at.saturating_add(1);
        let value_at = self.at;
        let mut has_reference = false;
        loop {
            self.skip_until(IN_VALUE);
            match self.peek() {
                Some(found) if found == quote => break,
                None | Some(b'<') => {
                    return Err((
                        self.at,
                        "an attribute's value that has an end, and no '<' in it, expected",
                    ));
                }
                Some(found) => has_reference |= found == b'&',
            }
            self.at = self.at.saturating_add(1);
        }
        let value = self.text.get(value_at..self.at).unwrap_or_default();
        self.at = self.at.saturating_add(1);
        Ok(Attribute {
            name,
            has_plain_name: false,
            value,
            quote,
            at,
            value_at,
            has_reference,
        })
    }
}

/// Ends a name.
const ENDS_NAME: u8 = 1;
/// May end a value, or means something in it.
const IN_VALUE: u8 = 2;

/// None of ASCII's letters and digits, nor `_`, `-`, `.` and `:`.
const NOT_PLAIN: u8 = 4;

#[inline]
fn is_one_of(byte: u8, kinds: u8) -> bool {
    KINDS[usize::from(byte)] & kinds != 0
}

/// The kinds of each octet: a look at one place costs less than to compare with each.
static KINDS: [u8; 256] = kinds();

const fn kinds() -> [u8; 256] {
    let mut kinds = [NOT_PLAIN; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        if names::is_plain(byte) {
            kinds[byte as usize] = 0;
        }
        byte += 1;
    }
    kinds[b'=' as usize] |= ENDS_NAME;
    kinds[b' ' as usize] |= ENDS_NAME;
    kinds[b'\t' as usize] |= ENDS_NAME;
    kinds[b'\n' as usize] |= ENDS_NAME;
    kinds[b'\r' as usize] |= ENDS_NAME;
    kinds[b'"' as usize] |= IN_VALUE;
    kinds[b'\'' as usize] |= IN_VALUE;
    kinds[b'<' as usize] |= IN_VALUE;
    kinds[b'&' as usize] |= IN_VALUE;
    kinds
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>, Wrong>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self.plain() {
            Some(attribute) => Some(Ok(attribute)),
            None => self.next_of_any_form(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Both ways come to the same attribute and the same place, wherever the plain one comes to any.
        #[test]
        fn the_plain_way_is_the_long_one(text in r#" ?[a-z:é-]{1,4} ?="[a-zé'<& ]{0,3}["'][ />]?"#) {
            let mut plain = Attributes::new(text.as_bytes());
            let mut long = plain.clone();
            if let Some(attribute) = plain.plain() {
                prop_assert!(names::is_name(attribute.name));
                let found = long.next_of_any_form();
                prop_assert_eq!(found, Some(Ok(Attribute { has_plain_name: false, ..attribute })));
                prop_assert_eq!(plain.at, long.at);
            } else {
                prop_assert_eq!(plain.at, 0);
            }
        }
    }

    #[test]
    fn what_is_written_as_mostly_is_taken_the_plain_way() {
        let plain = |text: &str| Attributes::new(text.as_bytes()).plain().map(|found| found.value.len());
        assert_eq!(plain(" label=\"Web 1\" url"), Some(5));
        for other in [
            "label=\"\"",
            "  label=\"\"",
            " label='x'",
            " label = \"x\"",
            " label=\"&amp;\"",
            " 1=\"\"",
            " label=\"x",
        ] {
            assert_eq!(plain(other), None, "{other}");
        }
    }
}
