use core::{fmt, hash, ops::Range};

/// A row of coils or discrete inputs: either as they came over the wire, or a table of the caller's that is to be sent.
///
/// Two rows are equal when their values are. A response does not say how many bits were asked for, so that one read
/// from the wire holds whole bytes: [`first`](Self::first) cuts it to the quantity of the request.
///
/// ```text
///    byte 0             byte 1
/// +-----------------+-----------------+---
/// | 7 6 5 4 3 2 1 0 | 15 14 …     9 8 |      the first bit is the lowest of the first byte (V1.1b3, 6.1)
/// +-----------------+-----------------+---
/// ```
///
/// ```
/// use pdu_proto_modbus::wire::Bits;
///
/// let received = Bits::from_packed(&[0b0000_0101], 3).unwrap();
/// assert_eq!(received, Bits::new(&[true, false, true]));
/// ```
#[derive(Clone, Copy)]
pub struct Bits<'a>(Repr<'a>);

#[derive(Clone, Copy)]
enum Repr<'a> {
    Wire { bytes: &'a [u8], len: usize },
    Table(&'a [bool]),
}

impl<'a> Bits<'a> {
    /// A row of the caller's values, to be sent.
    #[inline]
    pub const fn new(values: &'a [bool]) -> Self {
        Self(Repr::Table(values))
    }

    /// `len` bits packed as on the wire; `None` if they do not just fill the bytes, or if a bit behind the last is set
    /// (the standard pads with zeros).
    pub fn from_packed(bytes: &'a [u8], len: usize) -> Option<Self> {
        let bits = Self::from_wire(bytes, len)?;
        let padding_is_zero = match bytes.last() {
            Some(last) if !len.is_multiple_of(8) => last >> (len % 8) == 0,
            _ => true,
        };
        padding_is_zero.then_some(bits)
    }

    /// Like [`from_packed`](Self::from_packed), with whatever padding the peer sent: it is no value, and is sent on as
    /// it came.
    #[inline]
    pub(super) fn from_wire(bytes: &'a [u8], len: usize) -> Option<Self> {
        (bytes.len() == len.div_ceil(8)).then_some(Self(Repr::Wire { bytes, len }))
    }

    /// All bits of whole bytes.
    #[inline]
    pub(super) const fn from_whole_bytes(bytes: &'a [u8]) -> Self {
        let len = bytes.len().saturating_mul(8);
        Self(Repr::Wire { bytes, len })
    }

    /// How many bits there are.
    #[inline]
    pub const fn len(&self) -> usize {
        match self.0 {
            Repr::Wire { len, .. } => len,
            Repr::Table(values) => values.len(),
        }
    }

    /// Whether there is none.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that the bits take on the wire.
    #[inline]
    pub const fn byte_len(&self) -> usize {
        self.len().div_ceil(8)
    }

    /// The bit at `index`, counted from 0.
    #[inline]
    pub fn get(&self, index: usize) -> Option<bool> {
        match self.0 {
            Repr::Wire { bytes, len } if index < len => bytes.get(index / 8).map(|byte| byte >> (index % 8) & 1 == 1),
            Repr::Wire { .. } => None,
            Repr::Table(values) => values.get(index).copied(),
        }
    }

    /// The first `count` bits; `None` if there are fewer.
    #[inline]
    pub fn first(&self, count: usize) -> Option<Self> {
        if count > self.len() {
            return None;
        }
        Some(Self(match self.0 {
            Repr::Wire { bytes, .. } => Repr::Wire {
                bytes: bytes.get(..count.div_ceil(8))?,
                len: count,
            },
            Repr::Table(values) => Repr::Table(values.get(..count)?),
        }))
    }

    /// All bits in order.
    #[inline]
    pub fn iter(&self) -> BitsIter<'a> {
        BitsIter {
            bits: *self,
            range: 0..self.len(),
        }
    }

    /// The packed bytes of a row that came over the wire; `None` for a table of the caller's.
    #[inline]
    pub const fn as_bytes(&self) -> Option<&'a [u8]> {
        match self.0 {
            Repr::Wire { bytes, .. } => Some(bytes),
            Repr::Table(_) => None,
        }
    }

    /// Writes the packed bytes to the front of `out`.
    pub(super) fn write_to(&self, out: &mut [u8]) {
        match self.0 {
            Repr::Wire { bytes, .. } => out.iter_mut().zip(bytes).for_each(|(out, byte)| *out = *byte),
            Repr::Table(values) => out
                .iter_mut()
                .zip(values.chunks(8))
                .for_each(|(out, bits)| *out = pack(bits)),
        }
    }
}

/// Up to eight bits as one byte, the first one lowest.
#[inline]
fn pack(bits: &[bool]) -> u8 {
    bits.iter().rev().fold(0, |byte, &bit| byte << 1 | u8::from(bit))
}

impl<'a> From<&'a [bool]> for Bits<'a> {
    #[inline]
    fn from(values: &'a [bool]) -> Self {
        Self::new(values)
    }
}

impl<'a, const N: usize> From<&'a [bool; N]> for Bits<'a> {
    #[inline]
    fn from(values: &'a [bool; N]) -> Self {
        Self::new(values)
    }
}

impl<'a> IntoIterator for Bits<'a> {
    type Item = bool;
    type IntoIter = BitsIter<'a>;

    #[inline]
    fn into_iter(self) -> BitsIter<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &Bits<'a> {
    type Item = bool;
    type IntoIter = BitsIter<'a>;

    #[inline]
    fn into_iter(self) -> BitsIter<'a> {
        self.iter()
    }
}

impl PartialEq for Bits<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl Eq for Bits<'_> {}

impl PartialEq<[bool]> for Bits<'_> {
    fn eq(&self, other: &[bool]) -> bool {
        *self == Bits::new(other)
    }
}

impl<const N: usize> PartialEq<[bool; N]> for Bits<'_> {
    fn eq(&self, other: &[bool; N]) -> bool {
        *self == Bits::new(other)
    }
}

impl hash::Hash for Bits<'_> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        self.iter().for_each(|bit| state.write_u8(u8::from(bit)));
    }
}

/// The bits in order, as zeros and ones: `Bits(101)`.
impl fmt::Debug for Bits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bits(")?;
        for bit in self {
            f.write_str(if bit { "1" } else { "0" })?;
        }
        f.write_str(")")
    }
}

/// The bits of a row, from [`Bits::iter`].
#[derive(Clone, Debug)]
pub struct BitsIter<'a> {
    bits: Bits<'a>,
    range: Range<usize>,
}

impl Iterator for BitsIter<'_> {
    type Item = bool;

    #[inline]
    fn next(&mut self) -> Option<bool> {
        self.range.next().and_then(|index| self.bits.get(index))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.range.size_hint()
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<bool> {
        self.range.nth(n).and_then(|index| self.bits.get(index))
    }
}

impl DoubleEndedIterator for BitsIter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<bool> {
        self.range.next_back().and_then(|index| self.bits.get(index))
    }
}

impl ExactSizeIterator for BitsIter<'_> {}
impl core::iter::FusedIterator for BitsIter<'_> {}
