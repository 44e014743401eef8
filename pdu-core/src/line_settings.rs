use core::time::Duration;

/// What decides how long a byte takes on a serial line.
///
/// ```
/// use core::time::Duration;
/// use pdu_core::LineSettings;
///
/// let line = LineSettings::default();
/// assert_eq!(line.time_of(256), Duration::from_micros(266_667));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LineSettings {
    /// Bits per second; 0 counts as 1.
    pub baud: u32,
    /// Bits of one character with start, parity and stop bits: 10 for 8N1, else 11.
    pub bits_per_character: u8,
}

impl Default for LineSettings {
    /// 9600 baud 8N1.
    fn default() -> Self {
        Self::eight_n_one(9600)
    }
}

impl LineSettings {
    /// So many bits per second, with 8 data bits, no parity and 1 stop bit.
    pub const fn eight_n_one(baud: u32) -> Self {
        Self {
            baud,
            bits_per_character: 10,
        }
    }

    /// How long `len` bytes take.
    pub fn time_of(&self, len: usize) -> Duration {
        let bits = u64::try_from(len)
            .unwrap_or(u64::MAX)
            .saturating_mul(self.bits_per_character.into());
        Duration::from_micros(bits.saturating_mul(1_000_000).div_ceil(self.baud.max(1).into()))
    }
}
