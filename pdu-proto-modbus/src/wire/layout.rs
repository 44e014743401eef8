//! What the messages share: the size limit, the writer into the caller's buffer, the checks of fields.

use core::mem;

use super::{FunctionCode, Request, RequestBuf, Response, ResponseBuf, WireError};

/// The largest protocol data unit: function code and data, in bytes.
///
/// Source: Application Protocol V1.1b3, 4.1: 256 bytes of an RS-485 frame less unit address and CRC.
pub const MAX_PROTOCOL_DATA_UNIT: usize = 253;

/// A protocol data unit that can be put into a frame: a [`Request`](super::Request), a
/// [`Response`](super::Response), one of their buffers, or raw bytes.
///
/// Sealed: whoever frames one relies on its 1 to 253 bytes.
pub trait Encode: Sealed {
    /// Bytes that [`encode`](Self::encode) writes.
    fn encoded_len(&self) -> usize;

    /// Writes the protocol data unit to the front of `out` and returns its length.
    ///
    /// # Errors
    ///
    /// Nothing was written if `out` is too small, or if the message holds what the standard forbids.
    fn encode(&self, out: &mut [u8]) -> Result<usize, WireError>;
}

pub trait Sealed {}

impl Sealed for [u8] {}
impl Sealed for Request<'_> {}
impl Sealed for Response<'_> {}
impl Sealed for RequestBuf {}
impl Sealed for ResponseBuf {}
impl<T: Sealed + ?Sized> Sealed for &T {}

/// Raw bytes pass as they are, if they are 1 to 253: for gateways, and for tests that need a wrong message.
impl Encode for [u8] {
    #[inline]
    fn encoded_len(&self) -> usize {
        self.len()
    }

    #[inline]
    fn encode(&self, out: &mut [u8]) -> Result<usize, WireError> {
        if self.is_empty() {
            return Err(WireError::Empty);
        }
        within_limit(self.len())?;
        reserve(out, self.len())?.copy_from_slice(self);
        Ok(self.len())
    }
}

impl<T: Encode + ?Sized> Encode for &T {
    #[inline]
    fn encoded_len(&self) -> usize {
        (**self).encoded_len()
    }

    #[inline]
    fn encode(&self, out: &mut [u8]) -> Result<usize, WireError> {
        (**self).encode(out)
    }
}

/// The front of `out` that a message of `needed` bytes fills.
#[inline]
pub(super) fn reserve(out: &mut [u8], needed: usize) -> Result<&mut [u8], WireError> {
    let available = out.len();
    out.get_mut(..needed).ok_or(WireError::Buffer { needed, available })
}

#[inline]
pub(super) fn within_limit(found: usize) -> Result<(), WireError> {
    let limit = MAX_PROTOCOL_DATA_UNIT;
    if found > limit {
        return Err(WireError::TooLong { limit, found });
    }
    Ok(())
}

/// Lets the message write itself into a frame, behind `head` bytes and with room for `tail` bytes behind it.
#[inline]
pub(super) fn encode_between<M: Encode + ?Sized>(
    message: &M,
    out: &mut [u8],
    head: usize,
    tail: usize,
) -> Result<usize, WireError> {
    let available = out.len();
    let middle = out.get_mut(head..available.saturating_sub(tail)).unwrap_or_default();
    message.encode(middle).map_err(|error| match error {
        WireError::Buffer { needed, .. } => WireError::Buffer {
            needed: needed.saturating_add(head + tail),
            available,
        },
        error => error,
    })
}

/// Fills a buffer that [`reserve`] has measured; what would not fit is left out.
pub(super) struct Writer<'a> {
    rest: &'a mut [u8],
}

impl<'a> Writer<'a> {
    #[inline]
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        Self { rest: out }
    }

    #[inline]
    pub(super) fn bytes<const N: usize>(&mut self, bytes: [u8; N]) -> &mut Self {
        if let Some((front, rest)) = mem::take(&mut self.rest).split_first_chunk_mut() {
            *front = bytes;
            self.rest = rest;
        }
        self
    }

    #[inline]
    pub(super) fn word(&mut self, word: u16) -> &mut Self {
        self.bytes(word.to_be_bytes())
    }

    /// Lets `fill` write the next `len` bytes.
    #[inline]
    pub(super) fn fill(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> &mut Self {
        if let Some((front, rest)) = mem::take(&mut self.rest).split_at_mut_checked(len) {
            fill(front);
            self.rest = rest;
        }
        self
    }

    #[inline]
    pub(super) fn slice(&mut self, bytes: &[u8]) -> &mut Self {
        self.fill(bytes.len(), |out| out.copy_from_slice(bytes))
    }
}

/// The data of a function that has exactly `N` bytes of it.
#[inline]
pub(super) fn exact<const N: usize>(function: FunctionCode, data: &[u8]) -> Result<[u8; N], WireError> {
    data.try_into().map_err(|_| wrong_length(function, N, data.len()))
}

/// The data of a function that has exactly two words of it.
#[inline]
pub(super) fn two_words(function: FunctionCode, data: &[u8]) -> Result<(u16, u16), WireError> {
    let [a, b, c, d] = exact(function, data)?;
    Ok((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
}

/// The first `N` bytes of the data, and the others.
#[inline]
pub(super) fn split<const N: usize>(function: FunctionCode, data: &[u8]) -> Result<([u8; N], &[u8]), WireError> {
    match data.split_first_chunk() {
        Some((front, rest)) => Ok((*front, rest)),
        None => Err(wrong_length(function, N, data.len())),
    }
}

/// A byte count and the bytes it announces, which end the message.
#[inline]
pub(super) fn counted(function: FunctionCode, data: &[u8]) -> Result<&[u8], WireError> {
    let ([count], rest) = split(function, data)?;
    byte_count(function, rest.len(), usize::from(count))?;
    Ok(rest)
}

/// The error of a function whose data has another length; both lengths without the function code.
#[cold]
pub(super) fn wrong_length(function: FunctionCode, expected: usize, found: usize) -> WireError {
    WireError::Length {
        function,
        expected: expected.saturating_add(1),
        found: found.saturating_add(1),
    }
}

#[inline]
pub(super) fn byte_count(function: FunctionCode, expected: usize, found: usize) -> Result<(), WireError> {
    if expected == found {
        return Ok(());
    }
    Err(WireError::ByteCount {
        function,
        expected,
        found,
    })
}

#[inline]
pub(super) fn quantity(function: FunctionCode, found: usize, min: u16, max: u16) -> Result<(), WireError> {
    if (usize::from(min)..=usize::from(max)).contains(&found) {
        return Ok(());
    }
    Err(WireError::Quantity {
        function,
        min,
        max,
        found,
    })
}

/// Quantity within its bounds, and the last address not beyond 65535.
#[inline]
pub(super) fn range(function: FunctionCode, address: u16, count: usize, max: u16) -> Result<(), WireError> {
    quantity(function, count, 1, max)?;
    if usize::from(address).saturating_add(count) > 0x1_0000 {
        return Err(WireError::AddressRange {
            function,
            address,
            quantity: u16::try_from(count).unwrap_or(u16::MAX),
        });
    }
    Ok(())
}

/// A coil as its word: 0000 is off, FF00 is on, nothing else. Source: V1.1b3, 6.5.
#[inline]
pub(super) fn coil(word: u16) -> Result<bool, WireError> {
    match word {
        0x0000 => Ok(false),
        0xFF00 => Ok(true),
        found => Err(WireError::CoilValue { found }),
    }
}

#[inline]
pub(super) const fn coil_word(value: bool) -> u16 {
    if value { 0xFF00 } else { 0x0000 }
}

/// A length or quantity that was checked to fit its byte.
#[inline]
pub(super) fn low_byte(value: usize) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

/// A quantity that was checked to fit its word.
#[inline]
pub(super) fn low_word(value: usize) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

/// Whether the function has no variant of its own, with this data: what `Other` may carry.
///
/// Of the encapsulated interface (43) only type 14 is known.
pub(super) fn is_other(function: FunctionCode, data: &[u8]) -> bool {
    if function == FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT {
        return data.first().is_some_and(|&kind| kind != READ_DEVICE_IDENTIFICATION);
    }
    function.0 != 0 && !function.is_exception() && function.name().is_none()
}

/// The type of the encapsulated interface that is Read Device Identification. Source: V1.1b3, 6.21.
pub(super) const READ_DEVICE_IDENTIFICATION: u8 = 0x0E;
