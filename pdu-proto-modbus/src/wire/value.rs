//! Numbers that span several registers, in the order that the device happens to use.
//!
//! The standard defines 16-bit registers only; every device that has larger numbers lays them out as it likes. [`Order`]
//! names the four ways, [`base256`] the one with a single byte in each register.
//!
//! ```
//! use pdu_proto_modbus::wire::{Registers, value::{Order, base256}};
//!
//! let registers = Registers::new(&[0x5678, 0x1234]);
//! assert_eq!(registers.array(0).map(|words| Order::Cdab.decode_u32(words)), Some(0x1234_5678));
//!
//! // The energy of the BPS2000's manual (lines 1593 to 1604): 1800.120 kWh.
//! assert_eq!(base256::decode([0, 27, 119, 184]), Ok(1_800_120));
//! ```

/// In which order the bytes of a number stand in its registers, named by where the bytes A (highest) to D (lowest) of a
/// 32-bit number go.
///
/// The names stand for their kin of 64 bits too. Each order is its own inverse.
///
/// | order | 32 bits, two registers | 64 bits, four registers | registers | bytes in each |
/// |-------|------------------------|-------------------------|-----------|---------------|
/// | `Abcd` | `AB CD` | `AB CD EF GH` | highest first | as the standard |
/// | `Dcba` | `DC BA` | `HG FE DC BA` | lowest first | swapped |
/// | `Badc` | `BA DC` | `BA DC FE HG` | highest first | swapped |
/// | `Cdab` | `CD AB` | `GH EF CD AB` | lowest first | as the standard |
///
/// Exhaustive on purpose: these are all combinations of the two choices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "lowercase")
)]
pub enum Order {
    /// Big-endian throughout: the most common.
    #[default]
    Abcd,
    /// Little-endian throughout.
    Dcba,
    /// Highest register first, the bytes in each swapped.
    Badc,
    /// Lowest register first, the bytes in each as the standard has them.
    Cdab,
}

impl Order {
    /// All four, for programs that let a user try them.
    pub const ALL: [Self; 4] = [Self::Abcd, Self::Dcba, Self::Badc, Self::Cdab];

    /// Between this order and highest register first, bytes as the standard; the same step both ways.
    #[inline]
    fn arrange<const N: usize>(self, mut words: [u16; N]) -> [u16; N] {
        if matches!(self, Self::Dcba | Self::Cdab) {
            words.reverse();
        }
        if matches!(self, Self::Dcba | Self::Badc) {
            words = words.map(u16::swap_bytes);
        }
        words
    }

    /// One register; only the orders that swap bytes change it.
    #[inline]
    pub fn decode_u16(self, word: u16) -> u16 {
        let [word] = self.arrange([word]);
        word
    }

    /// One register for an unsigned number of 16 bits.
    #[inline]
    pub fn encode_u16(self, value: u16) -> u16 {
        self.decode_u16(value)
    }

    /// One register as a signed number (two's complement).
    #[inline]
    pub fn decode_i16(self, word: u16) -> i16 {
        self.decode_u16(word).cast_signed()
    }

    /// One register for a signed number (two's complement).
    #[inline]
    pub fn encode_i16(self, value: i16) -> u16 {
        self.encode_u16(value.cast_unsigned())
    }

    /// Two registers as an unsigned number.
    #[inline]
    pub fn decode_u32(self, words: [u16; 2]) -> u32 {
        let [high, low] = self.arrange(words).map(u32::from);
        high << 16 | low
    }

    /// Two registers for an unsigned number.
    #[inline]
    pub fn encode_u32(self, value: u32) -> [u16; 2] {
        let [a, b, c, d] = value.to_be_bytes();
        self.arrange([[a, b], [c, d]].map(u16::from_be_bytes))
    }

    /// Two registers as a signed number (two's complement).
    #[inline]
    pub fn decode_i32(self, words: [u16; 2]) -> i32 {
        self.decode_u32(words).cast_signed()
    }

    /// Two registers for a signed number (two's complement).
    #[inline]
    pub fn encode_i32(self, value: i32) -> [u16; 2] {
        self.encode_u32(value.cast_unsigned())
    }

    /// Four registers as an unsigned number.
    #[inline]
    pub fn decode_u64(self, words: [u16; 4]) -> u64 {
        let words = self.arrange(words).map(u64::from);
        words.into_iter().fold(0, |value, word| value << 16 | word)
    }

    /// Four registers for an unsigned number.
    #[inline]
    pub fn encode_u64(self, value: u64) -> [u16; 4] {
        let mut words = [0; 4];
        for (word, pair) in words.iter_mut().zip(value.to_be_bytes().as_chunks().0) {
            *word = u16::from_be_bytes(*pair);
        }
        self.arrange(words)
    }

    /// Four registers as a signed number (two's complement).
    #[inline]
    pub fn decode_i64(self, words: [u16; 4]) -> i64 {
        self.decode_u64(words).cast_signed()
    }

    /// Four registers for a signed number (two's complement).
    #[inline]
    pub fn encode_i64(self, value: i64) -> [u16; 4] {
        self.encode_u64(value.cast_unsigned())
    }

    /// Two registers as the bits of a float (IEEE 754 binary32), whatever they mean: also infinities and NaN.
    #[inline]
    pub fn decode_f32(self, words: [u16; 2]) -> f32 {
        f32::from_bits(self.decode_u32(words))
    }

    /// Two registers for the bits of a float (IEEE 754 binary32).
    #[inline]
    pub fn encode_f32(self, value: f32) -> [u16; 2] {
        self.encode_u32(value.to_bits())
    }

    /// Four registers as the bits of a float (IEEE 754 binary64), whatever they mean: also infinities and NaN.
    #[inline]
    pub fn decode_f64(self, words: [u16; 4]) -> f64 {
        f64::from_bits(self.decode_u64(words))
    }

    /// Four registers for the bits of a float (IEEE 754 binary64).
    #[inline]
    pub fn encode_f64(self, value: f64) -> [u16; 4] {
        self.encode_u64(value.to_bits())
    }
}

pub mod base256 {
    //! Numbers with one byte in each register, the highest first.
    //!
    //! The BPS2000 counts energy so: `R21 × 256³ + R22 × 256² + R23 × 256 + R24` (its manual's lines 1562 to 1574).

    /// Why registers are no number to the base 256, or a number does not fit its registers.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
    #[non_exhaustive]
    pub enum Base256Error {
        /// A register that holds more than a byte.
        #[error("register {index} of the number is {found}, at most 255 was expected")]
        Register {
            /// Which register, counted from 0 at the highest.
            index: usize,
            /// What it holds.
            found: u16,
        },
        /// The registers hold a number of more than 64 bits.
        #[error("number of more than 64 bits")]
        TooLarge,
        /// The value needs more registers.
        #[error("{value} does not fit {registers} registers of one byte each")]
        DoesNotFit {
            /// The value.
            value: u64,
            /// Registers at hand.
            registers: usize,
        },
    }

    /// What the formula gives, and whether the registers kept to it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Lenient {
        /// The formula's value as the manual prints it, with whatever the registers hold.
        pub value: u64,
        /// Whether each register held one byte. If not, the value is a guess.
        pub exact: bool,
    }

    /// The number in `registers`, the highest first.
    ///
    /// # Errors
    ///
    /// The first register above 255, or a number of more than 64 bits.
    #[inline]
    pub fn decode(registers: impl IntoIterator<Item = u16>) -> Result<u64, Base256Error> {
        let mut registers = registers.into_iter().enumerate();
        registers.try_fold(0, |value, (index, found)| {
            if found > 0xFF {
                return Err(Base256Error::Register { index, found });
            }
            push(value, found)
        })
    }

    /// The number in `registers`, the highest first, even where one holds more than a byte.
    ///
    /// ```
    /// use pdu_proto_modbus::wire::value::base256;
    ///
    /// let suspect = base256::decode_lenient([0, 0, 1, 256]).unwrap();
    /// assert_eq!((suspect.value, suspect.exact), (512, false));
    /// ```
    ///
    /// # Errors
    ///
    /// A number of more than 64 bits.
    #[inline]
    pub fn decode_lenient(registers: impl IntoIterator<Item = u16>) -> Result<Lenient, Base256Error> {
        let start = Lenient { value: 0, exact: true };
        registers
            .into_iter()
            .try_fold(start, |Lenient { value, exact }, found| {
                Ok(Lenient {
                    value: push(value, found)?,
                    exact: exact && found <= 0xFF,
                })
            })
    }

    #[inline]
    fn push(value: u64, register: u16) -> Result<u64, Base256Error> {
        let shifted = value.checked_mul(0x100).ok_or(Base256Error::TooLarge)?;
        shifted.checked_add(u64::from(register)).ok_or(Base256Error::TooLarge)
    }

    /// The registers for `value`, the highest first.
    ///
    /// # Errors
    ///
    /// The value needs more than `N` bytes.
    #[inline]
    pub fn encode<const N: usize>(value: u64) -> Result<[u16; N], Base256Error> {
        let mut registers = [0; N];
        let mut rest = value;
        for register in registers.iter_mut().rev() {
            *register = u16::from(rest.to_le_bytes()[0]);
            rest >>= 8;
        }
        if rest != 0 {
            return Err(Base256Error::DoesNotFit { value, registers: N });
        }
        Ok(registers)
    }
}
