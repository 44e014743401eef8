use crc::{CRC_16_MODBUS, Crc, Table};

/// What is long enough for the 16 tables of the `crc` crate, which work on 16 bytes at a time.
static BLOCKS: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_MODBUS);
const BLOCK: usize = 16;

/// The CRC-16 of a serial line frame, as a number: sent low byte first.
///
/// Source: MODBUS over Serial Line V1.02, 6.2.2.
///
/// ```
/// use pdu_proto_modbus::wire::crc16;
///
/// // The request of the BPS2000's manual: 01 03 00 00 00 01 84 0A.
/// assert_eq!(crc16(&[0x01, 0x03, 0x00, 0x00, 0x00, 0x01]), 0x0A84);
/// ```
#[inline]
pub fn crc16(bytes: &[u8]) -> u16 {
    if bytes.len() < BLOCK {
        return short(CRC_16_MODBUS.init, bytes);
    }
    let (blocks, rest) = bytes.split_at(bytes.len() - bytes.len() % BLOCK);
    short(BLOCKS.checksum(blocks), rest)
}

/// Fewer than 16 bytes, behind bytes whose CRC is `crc`.
///
/// A request has 6 bytes and a short answer 5: there the `crc` crate goes byte by byte, each waiting for the one before,
/// and takes longer than all the rest of the frame. Here up to eight bytes are looked up side by side ("slicing").
fn short(crc: u16, bytes: &[u8]) -> u16 {
    let (eights, rest) = bytes.as_chunks::<8>();
    let (fours, rest) = rest.as_chunks::<4>();
    let (twos, rest) = rest.as_chunks::<2>();
    let crc = eights.iter().fold(crc, step);
    let crc = fours.iter().fold(crc, step);
    let crc = twos.iter().fold(crc, step);
    rest.iter().fold(crc, |crc, byte| crc >> 8 ^ step(crc & 0xFF, &[*byte]))
}

/// `TABLES[n][b]` is the CRC of byte `b` and `n` zero bytes behind it, from 0.
static TABLES: [[u16; 256]; 8] = tables();

/// Up to eight bytes at once, and at least as many as `crc` has.
///
/// Each byte is loaded for itself: one load of them all would wait for the stores of an encoder that has just written
/// them one by one.
#[inline]
fn step<const N: usize>(crc: u16, bytes: &[u8; N]) -> u16 {
    let state = crc.to_le_bytes();
    let state = |at: usize| state.get(at).copied().unwrap_or(0);
    let tables = TABLES.iter().take(N).rev();
    let lookups = bytes.iter().zip(tables).enumerate();
    lookups.fold(0, |crc, (at, (byte, table))| crc ^ table[usize::from(byte ^ state(at))])
}

const fn tables() -> [[u16; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0_u16;
    while byte < 256 {
        let mut crc = byte;
        let mut n = 0;
        while n < 8 {
            crc = shift_byte(crc);
            tables[n][byte as usize] = crc;
            n += 1;
        }
        byte += 1;
    }
    tables
}

/// Eight steps of the shift register, low bit first, with the polynomial x¹⁶ + x¹⁵ + x² + 1.
const fn shift_byte(mut crc: u16) -> u16 {
    let mut bit = 0;
    while bit < 8 {
        crc = if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 };
        bit += 1;
    }
    crc
}
