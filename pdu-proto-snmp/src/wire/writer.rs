use core::mem;

use super::{EncodeError, Oid, Tag};

/// Writes a message from its end to its start, into the end of a buffer.
///
/// A length stands before what it counts: written backwards, it is known when its turn comes. Too small a buffer takes what
/// it can; the length that would have been needed is counted on.
#[derive(Debug)]
pub(super) struct Writer<'b> {
    /// What is free, in front of what was written.
    free: &'b mut [u8],
    len: usize,
    refused: Option<EncodeError>,
}

impl<'b> Writer<'b> {
    #[inline]
    pub(super) const fn new(buffer: &'b mut [u8]) -> Self {
        Self {
            free: buffer,
            len: 0,
            refused: None,
        }
    }

    /// A writer in front of octets that stand already: the buffer ends where they begin.
    #[inline]
    pub(super) const fn in_front_of(buffer: &'b mut [u8], len: usize) -> Self {
        Self {
            free: buffer,
            len,
            refused: None,
        }
    }

    /// Octets written so far.
    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The first reason why the message may not be; kept to the end, as no one looks before.
    #[cold]
    pub(super) fn refuse(&mut self, reason: EncodeError) {
        self.refused.get_or_insert(reason);
    }

    /// What was refused, if anything.
    #[inline]
    pub(super) const fn refused(&self) -> Option<EncodeError> {
        self.refused
    }

    #[inline]
    pub(super) fn array<const N: usize>(&mut self, octets: [u8; N]) {
        self.len = self.len.saturating_add(N);
        if let Some((free, place)) = mem::take(&mut self.free).split_last_chunk_mut() {
            *place = octets;
            self.free = free;
        }
    }

    #[inline]
    pub(super) fn slice(&mut self, octets: &[u8]) {
        self.len = self.len.saturating_add(octets.len());
        let free = mem::take(&mut self.free);
        if let Some(start) = free.len().checked_sub(octets.len())
            && let Some((free, place)) = free.split_at_mut_checked(start)
        {
            place.copy_from_slice(octets);
            self.free = free;
        }
    }

    /// Tag and length of what was written since `mark`.
    #[inline]
    pub(super) fn head(&mut self, tag: Tag, mark: usize) {
        let len = self.len.saturating_sub(mark);
        self.head_of(tag, len);
    }

    #[inline]
    fn head_of(&mut self, tag: Tag, len: usize) {
        match len.to_be_bytes() {
            [.., low] if len <= 0x7F => self.array([tag.0, low]),
            [.., low] if len <= 0xFF => self.array([tag.0, 0x81, low]),
            [.., high, low] if len <= 0xFFFF => self.array([tag.0, 0x82, high, low]),
            // A length beyond 32 bits would be a message that no one can send.
            [.., b, c, d] if len <= 0xFF_FFFF => self.array([tag.0, 0x83, b, c, d]),
            [.., a, b, c, d] => self.array([tag.0, 0x84, a, b, c, d]),
            #[allow(unreachable_patterns)] // a usize has at least four octets where this crate runs
            _ => {}
        }
    }

    #[inline]
    pub(super) fn octets(&mut self, tag: Tag, octets: &[u8]) {
        self.slice(octets);
        self.head_of(tag, octets.len());
    }

    #[inline]
    pub(super) fn oid(&mut self, oid: Oid<'_>) {
        self.octets(Tag::OBJECT_IDENTIFIER, oid.as_octets());
    }

    /// Tag 02 and a signed number in as few octets as it needs.
    #[inline]
    pub(super) fn integer(&mut self, value: i32) {
        let [a, b, c, d] = value.to_be_bytes();
        let tag = Tag::INTEGER.0;
        match value {
            -0x80..=0x7F => self.array([tag, 1, d]),
            -0x8000..=0x7FFF => self.array([tag, 2, c, d]),
            -0x80_0000..=0x7F_FFFF => self.array([tag, 3, b, c, d]),
            _ => self.array([tag, 4, a, b, c, d]),
        }
    }

    /// An unsigned number, with a zero octet in front where its first bit would be a sign.
    #[inline]
    pub(super) fn unsigned32(&mut self, tag: Tag, value: u32) {
        self.unsigned(tag, value, 0);
    }

    #[inline]
    pub(super) fn unsigned64(&mut self, tag: Tag, value: u64) {
        let [a, b, c, d, low @ ..] = value.to_be_bytes();
        let high = u32::from_be_bytes([a, b, c, d]);
        if high == 0 {
            return self.unsigned32(tag, u32::from_be_bytes(low));
        }
        self.array(low);
        self.unsigned(tag, high, 4);
    }

    /// The highest 32 bits of an unsigned number of which `behind` octets stand already, and its tag and length.
    #[inline]
    fn unsigned(&mut self, Tag(tag): Tag, value: u32, behind: u8) {
        let [a, b, c, d] = value.to_be_bytes();
        match value {
            ..=0x7F => self.array([tag, 1 + behind, d]),
            0x80..=0x7FFF => self.array([tag, 2 + behind, c, d]),
            0x8000..=0x7F_FFFF => self.array([tag, 3 + behind, b, c, d]),
            0x80_0000..=0x7FFF_FFFF => self.array([tag, 4 + behind, a, b, c, d]),
            _ => self.array([tag, 5 + behind, 0, a, b, c, d]),
        }
    }
}

/// Lets `write` write to the end of `buffer`, and gives what it wrote.
///
/// # Errors
///
/// What `write` refused, or too small a buffer.
#[inline]
pub(super) fn write_to_end(buffer: &mut [u8], write: impl FnOnce(&mut Writer<'_>)) -> Result<&mut [u8], EncodeError> {
    let available = buffer.len();
    let mut writer = Writer::new(buffer);
    write(&mut writer);
    let (needed, refused) = (writer.len, writer.refused);
    if let Some(reason) = refused {
        return Err(reason);
    }
    available
        .checked_sub(needed)
        .and_then(|start| buffer.get_mut(start..))
        .ok_or(EncodeError::Buffer { needed, available })
}

/// The length of what `write` writes.
pub(super) fn length_of(write: impl FnOnce(&mut Writer<'_>)) -> usize {
    let mut writer = Writer::new(&mut []);
    write(&mut writer);
    writer.len
}
