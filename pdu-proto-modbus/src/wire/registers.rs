use core::{fmt, hash, ops::Range};

/// A row of 16-bit registers: either as they came over the wire, or a table of the caller's that is to be sent.
///
/// Reading and sending work the same on both, without a copy. Two rows are equal when their values are.
///
/// ```text
///   0    1    2    3        2n-2  2n-1
/// +----+----+----+----+---+----+----+
/// | hi   lo | hi   lo | … | hi   lo |   each register big-endian (V1.1b3, 4.2)
/// +----+----+----+----+---+----+----+
/// ```
///
/// ```
/// use pdu_proto_modbus::wire::Registers;
///
/// let received = Registers::from_be_bytes(&[0x09, 0x0E, 0x00, 0x03]).unwrap();
/// assert_eq!(received.get(0), Some(0x090E));
/// assert_eq!(received, Registers::new(&[0x090E, 3]));
/// ```
#[derive(Clone, Copy)]
pub struct Registers<'a>(Repr<'a>);

#[derive(Clone, Copy)]
enum Repr<'a> {
    Wire(&'a [[u8; 2]]),
    Table(&'a [u16]),
}

impl<'a> Registers<'a> {
    /// A row of the caller's values, to be sent.
    #[inline]
    pub const fn new(values: &'a [u16]) -> Self {
        Self(Repr::Table(values))
    }

    /// A row as it stands on the wire; `None` if the bytes are odd in number.
    #[inline]
    pub const fn from_be_bytes(bytes: &'a [u8]) -> Option<Self> {
        match bytes.as_chunks() {
            (pairs, []) => Some(Self(Repr::Wire(pairs))),
            _ => None,
        }
    }

    /// How many registers there are.
    #[inline]
    pub const fn len(&self) -> usize {
        match self.0 {
            Repr::Wire(pairs) => pairs.len(),
            Repr::Table(values) => values.len(),
        }
    }

    /// Whether there is none.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The register at `index`, counted from 0.
    #[inline]
    pub fn get(&self, index: usize) -> Option<u16> {
        match self.0 {
            Repr::Wire(pairs) => pairs.get(index).map(|pair| u16::from_be_bytes(*pair)),
            Repr::Table(values) => values.get(index).copied(),
        }
    }

    /// `N` registers from `index` on, as the functions of [`value`](super::value) take them.
    #[inline]
    pub fn array<const N: usize>(&self, index: usize) -> Option<[u16; N]> {
        let end = index.checked_add(N)?;
        match self.0 {
            Repr::Wire(pairs) => {
                let pairs: &[[u8; 2]; N] = pairs.get(index..end)?.try_into().ok()?;
                Some(pairs.map(u16::from_be_bytes))
            }
            Repr::Table(values) => values.get(index..end)?.try_into().ok(),
        }
    }

    /// A part of the row.
    #[inline]
    pub fn slice(&self, range: Range<usize>) -> Option<Self> {
        Some(Self(match self.0 {
            Repr::Wire(pairs) => Repr::Wire(pairs.get(range)?),
            Repr::Table(values) => Repr::Table(values.get(range)?),
        }))
    }

    /// All registers in order.
    #[inline]
    pub fn iter(&self) -> RegistersIter<'a> {
        RegistersIter(match self.0 {
            Repr::Wire(pairs) => IterRepr::Wire(pairs.iter()),
            Repr::Table(values) => IterRepr::Table(values.iter()),
        })
    }

    /// The big-endian bytes of a row that came over the wire; `None` for a table of the caller's.
    #[inline]
    pub const fn as_bytes(&self) -> Option<&'a [u8]> {
        match self.0 {
            Repr::Wire(pairs) => Some(pairs.as_flattened()),
            Repr::Table(_) => None,
        }
    }

    /// Copies as many registers as both have room for, and says how many those were.
    #[inline]
    pub fn copy_to(&self, table: &mut [u16]) -> usize {
        for (slot, value) in table.iter_mut().zip(self) {
            *slot = value;
        }
        table.len().min(self.len())
    }

    /// Writes the big-endian bytes to the front of `out`.
    #[inline]
    pub(super) fn write_to(&self, out: &mut [u8]) {
        let (pairs, _) = out.as_chunks_mut();
        match self.0 {
            Repr::Wire(source) => pairs.iter_mut().zip(source).for_each(|(pair, source)| *pair = *source),
            Repr::Table(values) => pairs
                .iter_mut()
                .zip(values)
                .for_each(|(pair, value)| *pair = value.to_be_bytes()),
        }
    }
}

impl<'a> From<&'a [u16]> for Registers<'a> {
    #[inline]
    fn from(values: &'a [u16]) -> Self {
        Self::new(values)
    }
}

impl<'a, const N: usize> From<&'a [u16; N]> for Registers<'a> {
    #[inline]
    fn from(values: &'a [u16; N]) -> Self {
        Self::new(values)
    }
}

impl<'a> IntoIterator for Registers<'a> {
    type Item = u16;
    type IntoIter = RegistersIter<'a>;

    #[inline]
    fn into_iter(self) -> RegistersIter<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &Registers<'a> {
    type Item = u16;
    type IntoIter = RegistersIter<'a>;

    #[inline]
    fn into_iter(self) -> RegistersIter<'a> {
        self.iter()
    }
}

impl PartialEq for Registers<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (Repr::Wire(a), Repr::Wire(b)) => a == b,
            (Repr::Table(a), Repr::Table(b)) => a == b,
            _ => self.iter().eq(other),
        }
    }
}

impl Eq for Registers<'_> {}

impl PartialEq<[u16]> for Registers<'_> {
    fn eq(&self, other: &[u16]) -> bool {
        *self == Registers::new(other)
    }
}

impl<const N: usize> PartialEq<[u16; N]> for Registers<'_> {
    fn eq(&self, other: &[u16; N]) -> bool {
        *self == Registers::new(other)
    }
}

impl hash::Hash for Registers<'_> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        self.iter().for_each(|value| state.write_u16(value));
    }
}

impl fmt::Debug for Registers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

/// The registers of a row, from [`Registers::iter`].
#[derive(Clone, Debug)]
pub struct RegistersIter<'a>(IterRepr<'a>);

#[derive(Clone, Debug)]
enum IterRepr<'a> {
    Wire(core::slice::Iter<'a, [u8; 2]>),
    Table(core::slice::Iter<'a, u16>),
}

impl Iterator for RegistersIter<'_> {
    type Item = u16;

    #[inline]
    fn next(&mut self) -> Option<u16> {
        match &mut self.0 {
            IterRepr::Wire(pairs) => pairs.next().map(|pair| u16::from_be_bytes(*pair)),
            IterRepr::Table(values) => values.next().copied(),
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = match &self.0 {
            IterRepr::Wire(pairs) => pairs.len(),
            IterRepr::Table(values) => values.len(),
        };
        (len, Some(len))
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<u16> {
        match &mut self.0 {
            IterRepr::Wire(pairs) => pairs.nth(n).map(|pair| u16::from_be_bytes(*pair)),
            IterRepr::Table(values) => values.nth(n).copied(),
        }
    }

    // Asks once, not at each register, which of the two rows it is: `sum`, `for_each` and the like are built on this.
    #[inline]
    fn fold<B, F: FnMut(B, u16) -> B>(self, init: B, mut f: F) -> B {
        match self.0 {
            IterRepr::Wire(pairs) => pairs.fold(init, |acc, pair| f(acc, u16::from_be_bytes(*pair))),
            IterRepr::Table(values) => values.fold(init, |acc, value| f(acc, *value)),
        }
    }
}

impl DoubleEndedIterator for RegistersIter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<u16> {
        match &mut self.0 {
            IterRepr::Wire(pairs) => pairs.next_back().map(|pair| u16::from_be_bytes(*pair)),
            IterRepr::Table(values) => values.next_back().copied(),
        }
    }
}

impl ExactSizeIterator for RegistersIter<'_> {}
impl core::iter::FusedIterator for RegistersIter<'_> {}
