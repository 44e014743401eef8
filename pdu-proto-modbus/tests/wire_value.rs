//! Numbers of several registers.

use pdu_proto_modbus::wire::{
    Registers,
    value::{
        Order,
        base256::{self, Base256Error},
    },
};
use proptest::prelude::*;

#[test]
fn each_order_puts_the_bytes_where_its_name_says() {
    for (order, words) in [
        (Order::Abcd, [0x0A0B, 0x0C0D]),
        (Order::Dcba, [0x0D0C, 0x0B0A]),
        (Order::Badc, [0x0B0A, 0x0D0C]),
        (Order::Cdab, [0x0C0D, 0x0A0B]),
    ] {
        assert_eq!(order.encode_u32(0x0A0B_0C0D), words, "{order:?}");
        assert_eq!(order.decode_u32(words), 0x0A0B_0C0D, "{order:?}");
    }
    for (order, words) in [
        (Order::Abcd, [0x0102, 0x0304, 0x0506, 0x0708]),
        (Order::Dcba, [0x0807, 0x0605, 0x0403, 0x0201]),
        (Order::Badc, [0x0201, 0x0403, 0x0605, 0x0807]),
        (Order::Cdab, [0x0708, 0x0506, 0x0304, 0x0102]),
    ] {
        assert_eq!(order.encode_u64(0x0102_0304_0506_0708), words, "{order:?}");
        assert_eq!(order.decode_u64(words), 0x0102_0304_0506_0708, "{order:?}");
    }
    assert_eq!(Order::Dcba.decode_u16(0x0102), 0x0201);
    assert_eq!(Order::Cdab.decode_u16(0x0102), 0x0102);
}

#[test]
fn signs_and_floats_keep_their_bits() {
    assert_eq!(Order::Abcd.decode_i16(0xFFFE), -2);
    assert_eq!(Order::Abcd.decode_i32([0xFFFF, 0xFFFE]), -2);
    assert_eq!(Order::Cdab.decode_f32([0x0000, 0x3F80]).to_bits(), 1.0_f32.to_bits());
    assert_eq!(Order::Abcd.encode_f64(-2.0), [0xC000, 0, 0, 0]);
    assert!(Order::Abcd.decode_f32([0x7FC0, 0x0001]).is_nan());
}

/// Source: BPS2000 manual, lines 1593 to 1604.
#[test]
fn energy_of_the_bps2000_manual() {
    assert_eq!(base256::decode([0, 27, 119, 184]), Ok(1_800_120));
    assert_eq!(base256::encode::<4>(1_800_120), Ok([0, 27, 119, 184]));
    assert_eq!(base256::decode(Registers::new(&[255, 255, 255, 255])), Ok(0xFFFF_FFFF));
}

#[test]
fn a_register_above_255_is_an_error_or_a_flag() {
    let registers = [0, 27, 300, 184];
    let error = base256::decode(registers).unwrap_err();
    assert_eq!(error, Base256Error::Register { index: 2, found: 300 });
    assert_eq!(
        error.to_string(),
        "register 2 of the number is 300, at most 255 was expected"
    );
    let lenient = base256::decode_lenient(registers).unwrap();
    assert_eq!((lenient.value, lenient.exact), (27 * 65_536 + 300 * 256 + 184, false));
}

#[test]
fn what_does_not_fit_is_told() {
    assert_eq!(base256::decode([0xFF; 8]), Ok(u64::MAX));
    assert_eq!(
        base256::decode([1, 0, 0, 0, 0, 0, 0, 0, 0]),
        Err(Base256Error::TooLarge)
    );
    assert_eq!(base256::decode_lenient([0xFFFF; 9]), Err(Base256Error::TooLarge));
    let error = base256::encode::<2>(65_536).unwrap_err();
    assert_eq!(error.to_string(), "65536 does not fit 2 registers of one byte each");
}

proptest! {
    #[test]
    fn every_order_goes_both_ways(bits in any::<u64>(), order in prop::sample::select(Order::ALL.to_vec())) {
        let bytes = bits.to_be_bytes();
        let half = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let quarter = u16::from_be_bytes([bytes[0], bytes[1]]);
        prop_assert_eq!(order.decode_u16(order.encode_u16(quarter)), quarter);
        prop_assert_eq!(order.decode_i16(order.encode_i16(quarter.cast_signed())), quarter.cast_signed());
        prop_assert_eq!(order.decode_u32(order.encode_u32(half)), half);
        prop_assert_eq!(order.decode_i32(order.encode_i32(half.cast_signed())), half.cast_signed());
        prop_assert_eq!(order.decode_f32(order.encode_f32(f32::from_bits(half))).to_bits(), half);
        prop_assert_eq!(order.decode_u64(order.encode_u64(bits)), bits);
        prop_assert_eq!(order.decode_i64(order.encode_i64(bits.cast_signed())), bits.cast_signed());
        prop_assert_eq!(order.decode_f64(order.encode_f64(f64::from_bits(bits))).to_bits(), bits);
    }

    #[test]
    fn base_256_goes_both_ways(value in any::<u64>()) {
        let registers = base256::encode::<8>(value).unwrap();
        prop_assert_eq!(base256::decode(registers), Ok(value));
        let lenient = base256::decode_lenient(registers).unwrap();
        prop_assert_eq!((lenient.value, lenient.exact), (value, true));
    }

    #[test]
    fn any_registers_decode_without_a_panic(registers in prop::collection::vec(any::<u16>(), 0..12)) {
        let lenient = base256::decode_lenient(registers.iter().copied());
        if let Ok(value) = base256::decode(registers) {
            prop_assert_eq!(lenient.map(|lenient| (lenient.value, lenient.exact)), Ok((value, true)));
        }
    }
}
