//! Thresholds of the BPS2000: all 24 fit, and nothing that does not fit becomes a register.
#![allow(clippy::expect_used)] // helpers of tests fail by panicking, as the tests do

use pdu_core::{Decimal, Effect, Error, ErrorKind, Line, Point, Quantity, Threshold, ThresholdSetting};
use pdu_proto_modbus::bps2000::{Meaning, REGISTER_MAP, ThresholdError, ThresholdWrite};

const L1: Point = Point::inlet(1).on(Line::L1);

fn setting(point: Point, quantity: Quantity, level: Threshold, value: &str) -> ThresholdSetting {
    ThresholdSetting {
        point,
        quantity,
        level,
        value: value.parse().expect("a decimal number"),
    }
}

fn refusal(setting: &ThresholdSetting) -> (ErrorKind, String) {
    let error = ThresholdWrite::new(setting).expect_err("this fits no register");
    assert_eq!(error.effect(), Effect::NotApplied);
    (error.kind(), error.to_string())
}

#[test]
fn all_24_thresholds_have_their_register_and_scale() {
    let mut written = 0;
    for row in &REGISTER_MAP {
        let Meaning::Threshold { point, quantity, level } = row.meaning else {
            continue;
        };
        let value = match quantity {
            Quantity::Voltage | Quantity::Current => Decimal::new(987, -1),
            _ => Decimal::new(98, 0),
        };
        let setting = ThresholdSetting {
            point: point.of_unit(7),
            quantity,
            level,
            value,
        };
        let write = ThresholdWrite::new(&setting).unwrap();
        let raw = if row.scale == -1 { 987 } else { 98 };
        assert_eq!((write.address(), write.raw()), (row.address, raw), "{}", row.name);
        let pair = match level {
            Threshold::LowerCritical => row.address,
            _ => row.address - 1,
        };
        assert_eq!(write.pair_address(), pair, "{}", row.name);
        written += 1;
    }
    assert_eq!(written, 24);
}

#[test]
fn bounds_are_what_the_register_can_hold() {
    let raw = |quantity, point, value| {
        ThresholdWrite::new(&setting(point, quantity, Threshold::UpperCritical, value)).map(|write| write.raw())
    };
    let sensor = Point::sensor(3);
    assert_eq!(raw(Quantity::Voltage, L1, "0"), Ok(0));
    assert_eq!(raw(Quantity::Voltage, L1, "6553.5"), Ok(65_535));
    assert_eq!(raw(Quantity::Current, L1, "32"), Ok(320));
    assert_eq!(raw(Quantity::Current, L1, "32.00"), Ok(320));
    assert_eq!(raw(Quantity::Temperature, sensor, "0"), Ok(0));
    assert_eq!(raw(Quantity::Temperature, sensor, "99"), Ok(99));
    assert_eq!(raw(Quantity::RelativeHumidity, sensor, "99.0"), Ok(99));
    for (quantity, point, value) in [
        (Quantity::Voltage, L1, "-0.1"),
        (Quantity::Voltage, L1, "6553.6"),
        (Quantity::Voltage, L1, "9223372036854775807"),
        (Quantity::Current, L1, "-1"),
        (Quantity::Temperature, sensor, "-1"),
        (Quantity::Temperature, sensor, "100"),
        (Quantity::RelativeHumidity, sensor, "99.5"),
        (Quantity::RelativeHumidity, sensor, "100"),
    ] {
        let error = raw(quantity, point, value).unwrap_err();
        assert!(
            matches!(error, ThresholdError::OutOfRange { .. }),
            "{quantity} {value}: {error}"
        );
    }
}

#[test]
fn finer_digits_are_refused_and_never_rounded() {
    let fine = |quantity, point, value| refusal(&setting(point, quantity, Threshold::LowerCritical, value));
    assert_eq!(
        fine(Quantity::Voltage, L1, "250.05"),
        (
            ErrorKind::InvalidArgument,
            "Low Alarm L1 Voltage: 250.05 is finer than the register's step of 0.1".to_owned()
        )
    );
    assert_eq!(
        fine(Quantity::Temperature, Point::sensor(1), "40.5").1,
        "Low Alarm Temperature: 40.5 is finer than the register's step of 1"
    );
}

#[test]
fn refusals_say_what_was_expected() {
    let out = setting(L1, Quantity::Voltage, Threshold::UpperCritical, "7000");
    assert_eq!(
        refusal(&out),
        (
            ErrorKind::InvalidArgument,
            "High Alarm L1 Voltage: 7000 is not within 0 to 6553.5 V".to_owned()
        )
    );
    for level in [Threshold::LowerWarning, Threshold::UpperWarning] {
        let (kind, message) = refusal(&setting(L1, Quantity::Voltage, level, "230"));
        assert_eq!(kind, ErrorKind::Unsupported);
        assert!(message.starts_with(&format!("{level} has no register")), "{message}");
    }
}

#[test]
fn places_without_a_threshold_are_refused() {
    for (point, quantity) in [
        (L1, Quantity::ActivePower),
        (L1, Quantity::Temperature),
        (Point::inlet(1), Quantity::Voltage),
        (Point::inlet(2).on(Line::L1), Quantity::Voltage),
        (Point::inlet(1).on(Line::Total), Quantity::Current),
        (Point::sensor(0), Quantity::Temperature),
        (Point::sensor(4), Quantity::RelativeHumidity),
        (Point::sensor(1), Quantity::Voltage),
        (Point::outlet(1), Quantity::Current),
    ] {
        let (kind, message) = refusal(&setting(point, quantity, Threshold::UpperCritical, "1"));
        assert_eq!(kind, ErrorKind::Unsupported);
        assert!(
            message.starts_with(&format!("no threshold for {quantity} at {point}")),
            "{message}"
        );
    }
}

#[test]
fn low_may_reach_high_and_not_pass_it() {
    let low = ThresholdWrite::new(&setting(L1, Quantity::Voltage, Threshold::LowerCritical, "200.0")).unwrap();
    assert_eq!(low.check_order([0, 2000]), Ok(()));
    let error = low.check_order([0, 1999]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Low Alarm L1 Voltage: low would stand at 200.0, above high at 199.9 V"
    );
    let high = ThresholdWrite::new(&setting(L1, Quantity::Voltage, Threshold::UpperCritical, "200.0")).unwrap();
    assert_eq!(high.check_order([2000, 0]), Ok(()));
    assert!(high.check_order([2001, 5000]).is_err());
    assert_eq!((low.present_in([7, 8]), high.present_in([7, 8])), (7, 8));
    assert_eq!(
        (low.applied_to([7, 8]), high.applied_to([7, 8])),
        ([2000, 8], [7, 2000])
    );
}

#[test]
fn a_negative_temperature_on_the_device_counts_as_negative() {
    let high = setting(Point::sensor(1), Quantity::Temperature, Threshold::UpperCritical, "0");
    let write = ThresholdWrite::new(&high).unwrap();
    assert_eq!(write.check_order([0xFFFB, 40]), Ok(())); // low stands at -5
}

proptest::proptest! {
    /// Whatever is accepted is on the device exactly what was asked for; whatever is refused could not be.
    #[test]
    fn an_accepted_value_is_kept_digit_for_digit(
        row in 39_usize..63, mantissa in -70_000_i64..700_000, exponent in -3_i8..=1,
    ) {
        let register = &REGISTER_MAP[row];
        let Meaning::Threshold { point, quantity, level } = register.meaning else {
            panic!("rows 39 to 62 are the thresholds");
        };
        let value = Decimal::new(mantissa, exponent);
        let max = if register.scale == 0 { Decimal::new(99, 0) } else { Decimal::new(65_535, -1) };
        let fits = value.scaled(register.scale).is_some() && value >= Decimal::ZERO && value <= max;
        match ThresholdWrite::new(&ThresholdSetting { point, quantity, level, value }) {
            Ok(write) => {
                proptest::prop_assert!(fits);
                proptest::prop_assert_eq!(register.decimal(write.raw()), Some(value));
                proptest::prop_assert_eq!(write.address(), register.address);
            }
            Err(error) => proptest::prop_assert!(!fits, "{}", error),
        }
    }
}
