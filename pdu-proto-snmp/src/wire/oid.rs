use core::{cmp::Ordering, fmt};

/// The most arcs that a name has. Source: RFC 2578, 3.5.
pub(super) const MAX_ARCS: usize = 128;

/// A name in the tree of objects, as the octets of its encoding.
///
/// Two names are equal when their octets are, so a name off the wire is compared with a constant without a look at its arcs;
/// [`oid!`](crate::oid) makes constants, which also stand in patterns. Names order as their arcs do, as the standard wants
/// it for get-next.
///
/// A name off the wire may have octets that are no arcs. [`check`](Self::check) and [`arcs`](Self::arcs) find out.
///
/// ```text
///   43          6    1    ...     each arc to the base 128, highest digit first, all but the last with the high bit
/// +-----------+----+----+-- -     set; the first number holds two arcs: 40 × first + second (X.690, 8.19)
/// | 1.3       | 6  | 1  |
/// +-----------+----+----+-- -
/// ```
///
/// ```
/// use pdu_proto_snmp::{oid, wire::Oid};
///
/// const SYS_UP_TIME: Oid = oid!(1, 3, 6, 1, 2, 1, 1, 3, 0);
///
/// let received = Oid::from_octets(&[0x2B, 0x06, 0x01, 0x02, 0x01, 0x01, 0x03, 0x00]);
/// assert!(matches!(received, SYS_UP_TIME));
/// assert_eq!(received.to_string(), "1.3.6.1.2.1.1.3.0");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Oid<'a>(&'a [u8]);

/// Why octets or arcs are no object identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum OidError {
    /// There is no octet, or fewer than two arcs.
    #[error("empty")]
    Empty,
    /// The last arc has no end.
    #[error("cut off within arc {arc}")]
    Cut {
        /// Which arc, counted from 1.
        arc: usize,
    },
    /// An arc of more than 32 bits.
    #[error("arc {arc} has more than 32 bits")]
    ArcTooLarge {
        /// Which arc, counted from 1.
        arc: usize,
    },
    /// An arc that begins with the digit 0 (X.690, 8.19.2): the name would be equal to no other.
    #[error("arc {arc} begins with a zero digit")]
    LeadingZero {
        /// Which arc, counted from 1.
        arc: usize,
    },
    /// More than 128 arcs (RFC 2578, 3.5).
    #[error("more than 128 arcs")]
    TooManyArcs,
    /// A first arc above 2, or a second above 39 below a first of 0 or 1.
    #[error("begins with {first}.{second}")]
    Start {
        /// The first arc.
        first: u32,
        /// The second arc.
        second: u32,
    },
    /// Text that is no number between dots.
    #[error("arc {arc} is no number")]
    Text {
        /// Which arc, counted from 1.
        arc: usize,
    },
    /// The caller's buffer is too small.
    #[error("buffer too small")]
    Buffer,
}

impl<'a> Oid<'a> {
    /// 0.0, the name of nothing. Source: RFC 2578, 7.1.3 (`zeroDotZero`).
    pub const ZERO: Oid<'static> = Oid(&[0]);

    /// The most octets of a name: 128 arcs of 32 bits.
    pub const MAX_OCTETS: usize = 5 * MAX_ARCS;

    /// A name of these octets, unchecked, as they come over the wire.
    #[inline]
    pub const fn from_octets(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// Encodes arcs into the front of a buffer of up to [`MAX_OCTETS`](Self::MAX_OCTETS).
    ///
    /// ```
    /// use pdu_proto_snmp::{oid, wire::Oid};
    ///
    /// let mut buffer = [0; Oid::MAX_OCTETS];
    /// assert_eq!(Oid::from_arcs([2, 999, 3], &mut buffer), Ok(oid!(2, 999, 3)));
    /// ```
    ///
    /// # Errors
    ///
    /// Fewer than 2 or more than 128 arcs, a start that cannot be, or too small a buffer.
    pub fn from_arcs(arcs: impl IntoIterator<Item = u32>, buffer: &'a mut [u8]) -> Result<Self, OidError> {
        Self::encode(arcs.into_iter().map(Ok), buffer)
    }

    /// Encodes a name written with dots, with or without one in front, into the front of a buffer.
    ///
    /// ```
    /// use pdu_proto_snmp::{oid, wire::Oid};
    ///
    /// let mut buffer = [0; Oid::MAX_OCTETS];
    /// assert_eq!(Oid::from_text(".1.3.6.1", &mut buffer), Ok(oid!(1, 3, 6, 1)));
    /// ```
    ///
    /// # Errors
    ///
    /// As [`from_arcs`](Self::from_arcs), and text that is no number between dots.
    pub fn from_text(text: &str, buffer: &'a mut [u8]) -> Result<Self, OidError> {
        let text = text.strip_prefix('.').unwrap_or(text);
        let arcs = (1..).zip(text.split('.')).map(|(arc, digits)| {
            // `parse` alone would take a plus sign.
            let is_number = digits.bytes().all(|digit| digit.is_ascii_digit()) && !digits.is_empty();
            let too_large = |_| OidError::ArcTooLarge { arc };
            if !is_number {
                return Err(OidError::Text { arc });
            }
            digits.parse().map_err(too_large)
        });
        Self::encode(arcs, buffer)
    }

    fn encode(mut arcs: impl Iterator<Item = Result<u32, OidError>>, buffer: &'a mut [u8]) -> Result<Self, OidError> {
        let mut next = || arcs.next().transpose();
        let (first, second) = (next()?, next()?);
        let (first, second) = first.zip(second).ok_or(OidError::Empty)?;
        let mut len = push(first_number(first, second)?, buffer, 0)?;
        let mut count = 2;
        while let Some(arc) = next()? {
            count += 1;
            if count > MAX_ARCS {
                return Err(OidError::TooManyArcs);
            }
            len = push(arc.into(), buffer, len)?;
        }
        buffer.get(..len).map(Self).ok_or(OidError::Buffer)
    }

    /// The encoded octets, without tag and length.
    #[inline]
    pub const fn as_octets(&self) -> &'a [u8] {
        self.0
    }

    /// Proves that the octets are a name: at most 128 arcs of 32 bits, each in as few octets as it needs.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), OidError> {
        if self.0.is_empty() {
            return Err(OidError::Empty);
        }
        for (index, arc) in self.arcs().enumerate() {
            arc?;
            if index >= MAX_ARCS {
                return Err(OidError::TooManyArcs);
            }
        }
        Ok(())
    }

    /// Each arc in order, and an error in place of the first that is none; nothing after that.
    #[inline]
    pub const fn arcs(&self) -> Arcs<'a> {
        Arcs {
            rest: self.0,
            second: None,
            index: 0,
        }
    }

    /// Whether this is `other` or lies below it.
    #[inline]
    pub fn starts_with(&self, other: Oid<'_>) -> bool {
        self.0.starts_with(other.0)
    }

    /// The arcs behind `prefix`: for a column of a table, the index of the row. `None` if this lies elsewhere.
    ///
    /// ```
    /// use pdu_proto_snmp::oid;
    ///
    /// let column = oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10);
    /// let index = oid!(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 4000).index_below(column).unwrap();
    /// assert_eq!(index.collect::<Result<Vec<u32>, _>>(), Ok(vec![4000]));
    /// ```
    #[inline]
    pub fn index_below(&self, prefix: Oid<'_>) -> Option<Arcs<'a>> {
        let rest = self.0.strip_prefix(prefix.0)?;
        if prefix.0.is_empty() {
            return Some(self.arcs());
        }
        Some(Arcs {
            rest,
            second: None,
            // The number of arcs in the prefix: each ends in an octet without the high bit, and the first holds two.
            index: prefix.0.iter().filter(|octet| **octet < 0x80).count().saturating_add(1),
        })
    }

    /// The length of the encoding of arcs, for [`oid!`](crate::oid).
    #[doc(hidden)]
    pub const fn encoded_len(arcs: &[u32]) -> usize {
        let mut len = digits(Self::const_first_number(arcs));
        let mut index = 2;
        while index < arcs.len() {
            len += digits(arcs[index] as u64);
            index += 1;
        }
        len
    }

    /// The encoding of arcs at compile time, for [`oid!`](crate::oid).
    #[doc(hidden)]
    pub const fn encoded<const N: usize>(arcs: &[u32]) -> [u8; N] {
        let mut octets = [0; N];
        let mut end = N;
        let mut index = arcs.len();
        while index > 1 {
            index -= 1;
            let mut number = if index == 1 {
                Self::const_first_number(arcs)
            } else {
                arcs[index] as u64
            };
            let mut high_bit = 0;
            loop {
                end -= 1;
                octets[end] = (number & 0x7F) as u8 | high_bit;
                number >>= 7;
                high_bit = 0x80;
                if number == 0 {
                    break;
                }
            }
        }
        octets
    }

    const fn const_first_number(arcs: &[u32]) -> u64 {
        assert!(arcs.len() >= 2, "an object identifier has at least two arcs");
        assert!(arcs.len() <= MAX_ARCS, "an object identifier has at most 128 arcs");
        assert!(
            arcs[0] < 2 && arcs[1] < 40 || arcs[0] == 2,
            "no object identifier begins so"
        );
        arcs[0] as u64 * 40 + arcs[1] as u64
    }
}

/// The two first arcs in one number.
fn first_number(first: u32, second: u32) -> Result<u64, OidError> {
    if first > 2 || (first < 2 && second > 39) {
        return Err(OidError::Start { first, second });
    }
    Ok(u64::from(first) * 40 + u64::from(second))
}

/// How many digits to the base 128 a number has.
const fn digits(number: u64) -> usize {
    match number {
        0..=0x7F => 1,
        0x80..=0x3FFF => 2,
        0x4000..=0x1F_FFFF => 3,
        0x20_0000..=0xFFF_FFFF => 4,
        _ => 5,
    }
}

/// Writes a number to the base 128 behind the first `at` octets, and says where it ends.
pub(super) fn push(number: u64, buffer: &mut [u8], at: usize) -> Result<usize, OidError> {
    let end = at.saturating_add(digits(number));
    let place = buffer.get_mut(at..end).ok_or(OidError::Buffer)?;
    let mut rest = number;
    let mut high_bit = 0;
    for octet in place.iter_mut().rev() {
        let [low, ..] = rest.to_le_bytes();
        *octet = low & 0x7F | high_bit;
        rest >>= 7;
        high_bit = 0x80;
    }
    Ok(end)
}

/// As the standard orders names: arc by arc (RFC 3416, 4.2.2). Names whose arcs are equal but not their octets, of which at
/// least one is malformed, order by their octets.
impl Ord for Oid<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let same = self.0.iter().zip(other.0).take_while(|(a, b)| a == b).count();
        let (Some(_), Some(_)) = (self.0.get(same), other.0.get(same)) else {
            return self.0.len().cmp(&other.0.len());
        };
        let start = self
            .0
            .iter()
            .take(same)
            .rposition(|octet| *octet < 0x80)
            .map_or(0, |last| last.saturating_add(1));
        let [ours, theirs] = [self.0, other.0].map(|octets| Number::at(octets.get(start..).unwrap_or_default()));
        ours.cmp(&theirs).then_with(|| self.0.cmp(other.0))
    }
}

impl PartialOrd for Oid<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The first number of some octets, without leading zero digits: compares by its count of digits, then by them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Number<'a> {
    len: usize,
    digits: &'a [u8],
}

impl<'a> Number<'a> {
    fn at(octets: &'a [u8]) -> Self {
        let zeros = octets.iter().take_while(|octet| **octet == 0x80).count();
        let octets = octets.get(zeros..).unwrap_or_default();
        let len = octets
            .iter()
            .take_while(|octet| **octet >= 0x80)
            .count()
            .saturating_add(1);
        let digits = octets.get(..len).unwrap_or(octets);
        Self { len, digits }
    }
}

/// Arcs with dots between them; what is no arc shows as `?`.
impl fmt::Display for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, arc) in self.arcs().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            match arc {
                Ok(arc) => write!(f, "{arc}")?,
                Err(_) => f.write_str("?")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Oid({self})")
    }
}

/// The arcs of a name, from [`Oid::arcs`].
#[derive(Clone, Debug)]
pub struct Arcs<'a> {
    rest: &'a [u8],
    /// The second of the two arcs in the first number.
    second: Option<u32>,
    /// Arcs given so far.
    index: usize,
}

impl Arcs<'_> {
    /// The next number to the base 128: up to 32 bits, and what the first arc adds to the first of them.
    fn number(&mut self) -> Result<u64, OidError> {
        let arc = self.index.saturating_add(1);
        let mut number = 0_u64;
        if self.rest.first() == Some(&0x80) {
            return Err(OidError::LeadingZero { arc });
        }
        for (used, octet) in (1..).zip(self.rest) {
            number = number << 7 | u64::from(octet & 0x7F);
            if used > 5 {
                return Err(OidError::ArcTooLarge { arc });
            }
            if octet & 0x80 == 0 {
                self.rest = self.rest.get(used..).unwrap_or_default();
                return Ok(number);
            }
        }
        Err(OidError::Cut { arc })
    }

    fn arc(&mut self) -> Result<u32, OidError> {
        let number = self.number()?;
        let arc = match (self.index, number) {
            (0, 0..=39) => (0, number),
            (0, 40..=79) => (1, number - 40),
            (0, _) => (2, number - 80),
            _ => (0, number),
        };
        let too_large = |_| OidError::ArcTooLarge {
            arc: self.index.saturating_add(1),
        };
        let last = u32::try_from(arc.1).map_err(too_large)?;
        if self.index > 0 {
            return Ok(last);
        }
        self.second = Some(last);
        Ok(arc.0)
    }
}

impl Iterator for Arcs<'_> {
    type Item = Result<u32, OidError>;

    fn next(&mut self) -> Option<Self::Item> {
        let arc = match self.second.take() {
            Some(second) => Ok(second),
            None if self.rest.is_empty() => return None,
            None => self.arc(),
        };
        self.index = self.index.saturating_add(1);
        if arc.is_err() {
            self.rest = &[];
        }
        Some(arc)
    }
}

impl core::iter::FusedIterator for Arcs<'_> {}

/// A name as a constant, checked and encoded at compile time.
///
/// ```
/// use pdu_proto_snmp::{oid, wire::Oid};
///
/// const ENTERPRISES: Oid = oid!(1, 3, 6, 1, 4, 1);
/// assert_eq!(ENTERPRISES.as_octets(), [0x2B, 0x06, 0x01, 0x04, 0x01]);
/// ```
///
/// ```compile_fail
/// let _ = pdu_proto_snmp::oid!(1, 40); // no object identifier begins so
/// ```
#[macro_export]
macro_rules! oid {
    ($($arc:expr),+ $(,)?) => {{
        const ARCS: &[u32] = &[$($arc),+];
        const OCTETS: [u8; $crate::wire::Oid::encoded_len(ARCS)] = $crate::wire::Oid::encoded(ARCS);
        const OID: $crate::wire::Oid<'static> = $crate::wire::Oid::from_octets(&OCTETS);
        OID
    }};
}
