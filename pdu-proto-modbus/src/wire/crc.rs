use crc::{CRC_16_MODBUS, Crc, Table};

static LONG: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_MODBUS);

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
    LONG.checksum(bytes)
}
