//! The Modbus codec: FC03 answers decoded, requests and responses encoded, over RTU and TCP.
//!
//! Every contender starts from the same bytes, or from the same table of registers, checks what it can check, and ends
//! with every register or every frame byte touched. Where a peer lacks a check (unit, byte count for the quantity
//! asked), the check is written here, as its user would have to.

mod decode;
mod encode;

use crate::Case;

const UNIT: u8 = 1;
const TRANSACTION: u16 = 1;

/// All cases.
pub fn cases() -> Vec<Case> {
    let mut cases = decode::cases();
    cases.extend(encode::cases());
    cases
}

/// A table of registers that looks like measurements.
fn table(registers: u16) -> Vec<u16> {
    (0..registers).map(|index| index.wrapping_mul(517) ^ 0x090E).collect()
}

/// What makes a decoder visit every register.
fn sum(registers: impl Iterator<Item = u16>) -> u64 {
    u64::from(registers.fold(0, u16::wrapping_add))
}

/// What makes an encoder write its frame: some of its bytes, and its length.
fn touch(frame: &[u8]) -> u64 {
    let frame = std::hint::black_box(frame);
    frame.len() as u64 + u64::from(frame[frame.len() - 1])
}
