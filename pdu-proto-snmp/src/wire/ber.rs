//! The subset of BER that SNMP allows: definite lengths, primitive strings, tags of one octet.
//!
//! ```text
//! +-----+-------------------------+---------- - -
//! | tag | length                  | content
//! |     |  00..7F  or             |
//! |     |  81 LL, 82 LL LL, ...   |              long forms may be longer than they need (X.690, 8.1.3.5, note 2)
//! +-----+-------------------------+---------- - -
//! ```
//!
//! Nothing in here calls itself: a message has a fixed depth, and what is nested deeper is never entered.
//!
//! Source: X.690, 8; RFC 3417, 8.

use super::{Anomalies, Deviation, Field, Oid, Problem, Tag, Tolerance, Version, WireError};

/// What is accepted, and which version's types belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Rules {
    pub(super) tolerance: Tolerance,
    pub(super) version: Version,
}

impl Rules {
    /// Accepts a deviation and notes it, or refuses it.
    #[cold]
    pub(super) fn accept(
        self,
        deviation: Deviation,
        field: Field,
        found: &mut Anomalies,
        problem: Problem,
    ) -> Result<(), Problem> {
        if !self.tolerance.accepts(deviation) {
            return Err(problem);
        }
        found.note(deviation, field);
        Ok(())
    }
}

/// Cuts the first item off: its tag, its content, and what follows. `None` if it is not whole; [`explain`] says why.
#[allow(clippy::inline_always)] // the loop over varbinds lives in here, and calls would be much of it
#[inline(always)]
pub(super) fn split(octets: &[u8]) -> Option<(Tag, &[u8], &[u8])> {
    let (tag, len, rest) = match *octets {
        [tag, len @ ..=0x7F, ref rest @ ..] | [tag, 0x81, len, ref rest @ ..] => (tag, usize::from(len), rest),
        [tag, 0x82, high, low, ref rest @ ..] => (tag, usize::from(u16::from_be_bytes([high, low])), rest),
        _ => return split_long(octets),
    };
    let (content, rest) = rest.split_at_checked(len)?;
    Some((Tag(tag), content, rest))
}

/// Lengths in three and four octets, which some agents use for everything.
fn split_long(octets: &[u8]) -> Option<(Tag, &[u8], &[u8])> {
    let (tag, len, rest) = match *octets {
        [tag, 0x83, b, c, d, ref rest @ ..] => (tag, [0, b, c, d], rest),
        [tag, 0x84, a, b, c, d, ref rest @ ..] => (tag, [a, b, c, d], rest),
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(len)).ok()?)?;
    Some((Tag(tag), content, rest))
}

/// Why [`split`] found no whole item.
#[cold]
pub(super) fn explain(octets: &[u8]) -> Problem {
    let truncated = |expected| Problem::Truncated {
        expected,
        found: octets.len(),
    };
    let [_, first, ref after @ ..] = *octets else {
        return truncated(2);
    };
    match first {
        len @ ..=0x7F => truncated(usize::from(len).saturating_add(2)),
        0x80 => Problem::IndefiniteLength,
        first @ 0x81..=0x84 => {
            let count = usize::from(first & 0x7F);
            let head = count.saturating_add(2);
            let Some(len) = after.get(..count) else {
                return truncated(head);
            };
            let len = len
                .iter()
                .fold(0_usize, |len, &octet| len.saturating_mul(0x100) | usize::from(octet));
            truncated(len.saturating_add(head))
        }
        first => Problem::LengthOctets {
            found: usize::from(first & 0x7F),
        },
    }
}

/// Reads items one after the other, and knows where in the message it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    /// Offset of the end of `rest`.
    end: usize,
    rules: Rules,
}

impl<'a> Reader<'a> {
    /// A reader of `octets`, which end at the offset `end`.
    #[inline]
    pub(super) const fn new(octets: &'a [u8], end: usize, rules: Rules) -> Self {
        Self {
            rest: octets,
            end,
            rules,
        }
    }

    /// The same place, other rules.
    #[inline]
    pub(super) const fn with(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    #[inline]
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    #[inline]
    pub(super) const fn rules(&self) -> Rules {
        self.rules
    }

    #[inline]
    pub(super) const fn offset(&self) -> usize {
        self.end.saturating_sub(self.rest.len())
    }

    /// The next item with whatever tag.
    #[inline]
    pub(super) fn any(&mut self, field: Field) -> Result<(Tag, &'a [u8]), WireError> {
        let Some((tag, content, rest)) = split(self.rest) else {
            return Err(self.error(field, explain(self.rest)));
        };
        self.rest = rest;
        Ok((tag, content))
    }

    /// The content of the next item, which has this tag.
    #[inline]
    pub(super) fn item(&mut self, field: Field, expected: Tag) -> Result<&'a [u8], WireError> {
        match split(self.rest) {
            Some((found, content, rest)) if found == expected => {
                self.rest = rest;
                Ok(content)
            }
            Some((found, ..)) => Err(self.error(field, Problem::Tag { expected, found })),
            None => Err(self.error(field, explain(self.rest))),
        }
    }

    /// A reader of the next item's content.
    #[inline]
    pub(super) fn enter(&mut self, field: Field, expected: Tag) -> Result<Self, WireError> {
        let content = self.item(field, expected)?;
        Ok(Self::new(content, self.offset(), self.rules))
    }

    #[inline]
    pub(super) fn octets(&mut self, field: Field) -> Result<&'a [u8], WireError> {
        self.item(field, Tag::OCTET_STRING)
    }

    /// A number of one or four octets, which most numbers of a header are; `None` for all others.
    #[inline]
    pub(super) fn plain_integer(&mut self) -> Option<i32> {
        let (value, rest) = match *self.rest {
            [0x02, 1, value, ref rest @ ..] => (value.cast_signed().into(), rest),
            [0x02, 4, a, b, c, d, ref rest @ ..] if !is_redundant(a, b) => (i32::from_be_bytes([a, b, c, d]), rest),
            _ => return None,
        };
        self.rest = rest;
        Some(value)
    }

    /// A reader of the sequence that ends here with this one; `None` for anything else.
    #[inline]
    pub(super) fn plain_last(&self) -> Option<Self> {
        match split(self.rest)? {
            (Tag::SEQUENCE, content, []) => Some(Self::new(content, self.end, self.rules)),
            _ => None,
        }
    }

    pub(super) fn integer(&mut self, field: Field, found: &mut Anomalies) -> Result<i32, WireError> {
        if let Some(value) = self.plain_integer() {
            return Ok(value);
        }
        let start = *self;
        let content = self.item(field, Tag::INTEGER)?;
        signed(content, field, self.rules, found).map_err(|problem| start.error(field, problem))
    }

    /// A number that the standard keeps from `min` to 2^31-1.
    #[inline]
    pub(super) fn bounded(&mut self, field: Field, min: i32, anomalies: &mut Anomalies) -> Result<u32, WireError> {
        let start = *self;
        let found = self.integer(field, anomalies)?;
        if found < min {
            let max = i32::MAX;
            return Err(start.error(field, Problem::Range { min, max, found }));
        }
        Ok(found.cast_unsigned())
    }

    /// An object identifier, its arcs checked.
    pub(super) fn oid(&mut self, field: Field, found: &mut Anomalies) -> Result<Oid<'a>, WireError> {
        let start = *self;
        let content = self.item(field, Tag::OBJECT_IDENTIFIER)?;
        let name = oid(content, field, self.rules, found).map_err(|problem| start.error(field, problem))?;
        name.check()
            .map_err(|problem| start.error(field, Problem::Oid(problem)))?;
        Ok(name)
    }

    /// That nothing follows.
    #[inline]
    pub(super) fn finish(&self, field: Field) -> Result<(), WireError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        let count = self.rest.len();
        Err(self.error(field, Problem::Trailing { count }))
    }

    /// What is wrong where the reader stands.
    #[cold]
    pub(super) fn error(&self, field: Field, problem: Problem) -> WireError {
        WireError {
            varbind: None,
            field,
            offset: self.offset(),
            problem,
        }
    }
}

/// A number at the end of some octets, as almost all of them are: it fits a register, has octets in front of it, and takes as
/// many as it needs. Looked at whole instead of octet by octet, there is nothing to branch on.
#[derive(Clone, Copy)]
pub(super) struct Number {
    /// Its octets, in the highest place.
    high: u64,
    len: u32,
}

impl Number {
    /// The last `len` octets of `end`; `None` for none, or more than 8.
    #[inline]
    pub(super) fn last(len: usize, end: [u8; 8]) -> Option<Self> {
        let len = u32::try_from(len).ok().filter(|len| (1..=8).contains(len))?;
        let high = u64::from_be_bytes(end) << (u64::BITS - 8 * len);
        Some(Self { high, len })
    }

    /// Its first nine bits are not all the same, or it has one octet only (X.690, 8.3.2).
    #[inline]
    const fn is_minimal(self) -> bool {
        self.len == 1 || !matches!(self.high >> 55, 0 | 0x1FF)
    }

    /// As an INTEGER, if it is minimal and fits one.
    #[inline]
    pub(super) fn signed(self) -> Option<i32> {
        let value = self.high.cast_signed() >> (u64::BITS - 8 * self.len);
        i32::try_from(value).ok().filter(|_| self.is_minimal())
    }

    /// As an unsigned number, if it is minimal and not negative.
    #[inline]
    pub(super) fn unsigned(self) -> Option<u64> {
        let value = self.high >> (u64::BITS - 8 * self.len);
        (self.high.cast_signed() >= 0 && self.is_minimal()).then_some(value)
    }
}

/// Whether the first octet of a signed number says nothing that the second does not say too.
#[inline]
const fn is_redundant(first: u8, second: u8) -> bool {
    (first == 0 && second <= 0x7F) || (first == 0xFF && second >= 0x80)
}

/// An INTEGER of 32 bits, also in more octets than it needs.
pub(super) fn signed(content: &[u8], field: Field, rules: Rules, found: &mut Anomalies) -> Result<i32, Problem> {
    let mut needed = content;
    while let [first, rest @ ..] = needed
        && rest.first().is_some_and(|second| is_redundant(*first, *second))
    {
        needed = rest;
    }
    let first = needed.first().ok_or(Problem::EmptyInteger)?;
    if needed.len() > 4 {
        return Err(too_large(content, 32));
    }
    if needed.len() < content.len() {
        rules.accept(Deviation::NonMinimalInteger, field, found, Problem::NonMinimalInteger)?;
    }
    let sign = i32::from(first.cast_signed() >> 7);
    Ok(needed.iter().fold(sign, |value, &octet| value << 8 | i32::from(octet)))
}

/// A Counter32, Gauge32 or TimeTicks, also with the first bit set or in more octets than it needs.
pub(super) fn unsigned32(content: &[u8], field: Field, rules: Rules, found: &mut Anomalies) -> Result<u32, Problem> {
    let value = unsigned(content, 32, field, rules, found)?;
    u32::try_from(value).map_err(|_| too_large(content, 32))
}

/// The same for a Counter64.
pub(super) fn unsigned64(content: &[u8], field: Field, rules: Rules, found: &mut Anomalies) -> Result<u64, Problem> {
    unsigned(content, 64, field, rules, found)
}

fn unsigned(content: &[u8], bits: u8, field: Field, rules: Rules, found: &mut Anomalies) -> Result<u64, Problem> {
    let mut needed = content;
    while let [0, rest @ ..] = needed
        && !rest.is_empty()
    {
        needed = rest;
    }
    let first = content.first().ok_or(Problem::EmptyInteger)?;
    if needed.len() > usize::from(bits / 8) {
        return Err(too_large(content, bits));
    }
    if *first >= 0x80 {
        rules.accept(Deviation::UnsignedSignBit, field, found, Problem::UnsignedSignBit)?;
    }
    if matches!(*content, [0, ..=0x7F, ..]) {
        rules.accept(Deviation::NonMinimalInteger, field, found, Problem::NonMinimalInteger)?;
    }
    Ok(needed.iter().fold(0, |value, &octet| value << 8 | u64::from(octet)))
}

#[cold]
fn too_large(content: &[u8], bits: u8) -> Problem {
    let octets = content.len();
    Problem::IntegerSize { octets, bits }
}

/// An object identifier as its octets, its arcs unchecked.
pub(super) fn oid<'a>(
    content: &'a [u8],
    field: Field,
    rules: Rules,
    found: &mut Anomalies,
) -> Result<Oid<'a>, Problem> {
    if content.is_empty() {
        let problem = Problem::Oid(super::OidError::Empty);
        rules.accept(Deviation::EmptyObjectIdentifier, field, found, problem)?;
        return Ok(Oid::ZERO);
    }
    Ok(Oid::from_octets(content))
}
