//! The CRC-16 beside the one of the `crc` crate.

use crc::{CRC_16_MODBUS, Crc, Table};
use pdu_proto_modbus::wire::crc16;
use proptest::prelude::*;

/// The plain way: byte by byte.
static REFERENCE: Crc<u16, Table<1>> = Crc::<u16, Table<1>>::new(&CRC_16_MODBUS);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn equals_the_crc_crate_at_every_length_up_to_600(bytes in prop::collection::vec(any::<u8>(), 600)) {
        for len in 0..=bytes.len() {
            prop_assert_eq!(crc16(&bytes[..len]), REFERENCE.checksum(&bytes[..len]), "length {}", len);
        }
    }
}

#[test]
fn examples_of_the_bps2000_manual() {
    assert_eq!(crc16(&[0x01, 0x03, 0x00, 0x00, 0x00, 0x01]).to_le_bytes(), [0x84, 0x0A]);
    assert_eq!(crc16(&[0x01, 0x03, 0x02, 0x09, 0x0E]).to_le_bytes(), [0x3F, 0xD0]);
}

/// Source: MODBUS over Serial Line V1.02, 6.2.2 (the CRC of 02 07 is 41 12, low byte first).
#[test]
fn example_of_the_standard() {
    assert_eq!(crc16(&[0x02, 0x07]).to_le_bytes(), [0x41, 0x12]);
}
