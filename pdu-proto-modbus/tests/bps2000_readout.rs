//! What a BPS2000's 99 registers become: the manual's own examples, and what it leaves open.
#![allow(clippy::expect_used)] // helpers of tests fail by panicking, as the tests do

use pdu_core::{
    Alarm, Contact, ContactKind, Counter, Decimal, Error, ErrorKind, IdentitySource, Line, Point, Quality, Quantity,
    Reading, Severity, Threshold, Value,
};
use pdu_proto_modbus::bps2000::{DecodeError, Decoding, Mode, REGISTER_COUNT, REGISTER_MAP, Readout, ZeroProbe};
use pdu_proto_modbus::wire::Registers;

const L1: Point = Point::inlet(1).on(Line::L1);
const TOTAL: Point = Point::inlet(1).on(Line::Total);

/// A unit with everything connected and nothing wrong, as the manual's samples have it (lines 270 to 316, 1578).
fn sample() -> [u16; 99] {
    let mut registers = [0; 99];
    registers[0..18].copy_from_slice(&[
        2397, 2400, 2403, // 239.7, 240, 240.3 V
        3, 0, 0, // 0.03 A
        23, 0, 0, // 2.3 W
        67, 0, 0, // 6.7 var
        71, 0, 0, // 7.1 VA
        5000, 5000, 5000, // 50 Hz
    ]);
    registers[18] = 32; // power factor 0.32
    registers[21..25].copy_from_slice(&[0, 27, 119, 184]); // 1800.12 kWh
    registers[53] = 254; // 25.4 degrees
    registers[54] = 243;
    registers[55] = 239;
    registers[56] = 411; // 41.1 %
    registers[57] = 430;
    registers[58] = 450;
    registers[59..63].copy_from_slice(&[2, 2, 2, 2]);
    registers[64] = 2760; // high alarm L1 voltage 276.0 V
    registers[70] = 320; // high alarm L1 current 32.0 A
    registers[76] = 40; // high alarm temperature
    registers
}

/// The sample with some registers changed.
fn with(changes: &[(usize, u16)]) -> [u16; 99] {
    let mut registers = sample();
    for &(address, value) in changes {
        registers[address] = value;
    }
    registers
}

fn reading(registers: &[u16; 99], point: Point, quantity: Quantity) -> Reading {
    Readout::decode(Registers::new(registers), Mode::Lenient)
        .expect("lenient takes any value")
        .reading(point, quantity)
        .expect("the map has this reading")
}

fn text(reading: &Reading) -> String {
    let value = reading
        .value
        .map(|value| value.in_unit(reading.quantity.customary_unit()));
    format!(
        "{} {}",
        value.flatten().map_or("none".to_owned(), |value| value.to_string()),
        reading.quality
    )
}

fn strict_refusal(registers: &[u16; 99]) -> String {
    let error = Readout::decode(Registers::new(registers), Mode::Strict).expect_err("strict refuses this");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    error.to_string()
}

#[test]
fn the_manuals_first_example_is_231_8_volts() {
    // 01 03 02 09 0E 3F D0: the data of the answer (line 1438)
    let mut bytes = [0; 198];
    bytes[0..2].copy_from_slice(&[0x09, 0x0E]);
    let registers = Registers::from_be_bytes(&bytes).unwrap();
    let readout = Readout::decode(registers, Mode::Lenient).unwrap();
    let voltage = readout.reading(L1, Quantity::Voltage).unwrap();
    assert_eq!(voltage.value, Some(Value::Gauge(Decimal::new(2318, -1))));
    assert_eq!(text(&voltage), "231.8 good");
}

#[test]
fn the_manuals_web_sample_reads_as_printed() {
    for (quantity, expected) in [
        (Quantity::Current, "0.03 good"),
        (Quantity::Voltage, "239.7 good"),
        (Quantity::ActivePower, "2.3 good"),
        (Quantity::ReactivePower, "6.7 good"),
        (Quantity::ApparentPower, "7.1 good"),
        (Quantity::Frequency, "50.00 good"),
        (Quantity::PowerFactor, "0.32 good"),
    ] {
        assert_eq!(text(&reading(&sample(), L1, quantity)), expected, "{quantity}");
    }
    assert_eq!(
        text(&reading(&sample(), Point::sensor(1), Quantity::Temperature)),
        "25.4 good"
    );
    assert_eq!(
        text(&reading(&sample(), Point::sensor(1), Quantity::RelativeHumidity)),
        "41.1 good"
    );
}

#[test]
fn the_manuals_energy_example_is_1800_120_kilowatt_hours() {
    let energy = reading(&sample(), L1, Quantity::ActiveEnergy);
    assert_eq!(
        energy.value,
        Some(Value::Count(Counter::new(1_800_120, 0, 32).unwrap()))
    );
    assert_eq!(text(&energy), "1800.120 good");
}

#[test]
fn readings_come_in_the_order_of_the_table() {
    let registers = sample();
    let readout = Readout::decode(Registers::new(&registers), Mode::Strict).unwrap();
    let from_table = REGISTER_MAP.iter().filter_map(|row| match row.meaning {
        pdu_proto_modbus::bps2000::Meaning::Gauge { point, quantity }
        | pdu_proto_modbus::bps2000::Meaning::Energy { point, quantity } => Some((point, quantity)),
        _ => None,
    });
    assert!(
        readout
            .readings()
            .map(|reading| (reading.point, reading.quantity))
            .eq(from_table)
    );
    assert_eq!(readout.readings().count(), 35);
    assert_eq!(readout.contacts().count(), 4);
    assert_eq!(readout.thresholds().count(), 24);
    assert_eq!(readout.alarms().count(), 0);
}

#[test]
fn a_snapshot_bears_the_chain_member_everywhere() {
    let registers = with(&[(87, 16)]);
    let snapshot = Readout::decode(Registers::new(&registers), Mode::Strict)
        .unwrap()
        .of_unit(3)
        .to_snapshot();
    assert_eq!(snapshot.identities.len(), 1);
    assert_eq!(snapshot.identities[0].unit, 3);
    assert_eq!(snapshot.identities[0].vendor.as_deref(), Some("BKT"));
    assert_eq!(snapshot.identities[0].model.as_deref(), Some("BPS2000v2"));
    assert_eq!(snapshot.identities[0].source, IdentitySource::Profile);
    assert_eq!(snapshot.identities[0].serial, None);
    assert!(snapshot.readings.iter().all(|reading| reading.point.unit == 3));
    assert!(snapshot.contacts.iter().all(|contact| contact.point.unit == 3));
    assert!(snapshot.thresholds.iter().all(|setting| setting.point.unit == 3));
    assert_eq!(
        snapshot.alarms,
        [Alarm {
            point: L1.of_unit(3),
            quantity: Quantity::Voltage,
            level: Some(Threshold::UpperCritical),
            severity: Severity::Critical,
        }]
    );
    assert!(snapshot.outlets.is_empty() && snapshot.clock.is_none());
    let energy = snapshot.reading(TOTAL.of_unit(3), Quantity::ApparentEnergy).unwrap();
    assert_eq!(text(energy), "0.000 good");
}

#[test]
fn another_number_of_registers_is_no_readout() {
    for found in [0, 98, 100, 125] {
        let registers = vec![0; found];
        let error = Readout::decode(Registers::new(&registers), Mode::Lenient).unwrap_err();
        assert_eq!(error, DecodeError::Quantity { expected: 99, found });
        assert_eq!(error.to_string(), format!("{found} registers where 99 were expected"));
    }
    assert_eq!(REGISTER_COUNT, 99);
}

#[test]
fn an_energy_register_above_a_byte_is_refused_or_suspect() {
    let registers = with(&[(24, 300)]);
    assert_eq!(
        strict_refusal(&registers),
        "register 24 (Active energy L1): 300 where 0 to 255 was expected"
    );
    // 27 × 65536 + 119 × 256 + 300
    assert_eq!(
        text(&reading(&registers, L1, Quantity::ActiveEnergy)),
        "1800.236 suspect"
    );
    assert_eq!(text(&reading(&registers, TOTAL, Quantity::ActiveEnergy)), "0.000 good");
}

#[test]
fn an_energy_beyond_32_bits_keeps_the_formulas_value() {
    let registers = with(&[(21, 65_535), (22, 65_535), (23, 65_535), (24, 65_535)]);
    let energy = reading(&registers, L1, Quantity::ActiveEnergy);
    assert_eq!(energy.quality, Quality::Suspect);
    let expected = 65_535_u64 * (256 * 256 * 256 + 256 * 256 + 256 + 1);
    assert_eq!(energy.value, Some(Value::Count(Counter::new(expected, 0, 64).unwrap())));
}

#[test]
fn every_contact_value_beside_one_and_two_is_unknown() {
    for (raw, states) in [
        (1, [Contact::Open, Contact::Open, Contact::Detected, Contact::Detected]),
        (2, [Contact::Closed, Contact::Closed, Contact::Clear, Contact::Clear]),
        (0, [Contact::Unknown; 4]),
        (3, [Contact::Unknown; 4]),
        (u16::MAX, [Contact::Unknown; 4]),
    ] {
        let registers = with(&[(59, raw), (60, raw), (61, raw), (62, raw)]);
        let readout = Readout::decode(Registers::new(&registers), Mode::Lenient).unwrap();
        let found: Vec<_> = readout.contacts().map(|c| (c.kind, c.point.number, c.state)).collect();
        let expected = [
            (ContactKind::Door, 1, states[0]),
            (ContactKind::Door, 2, states[1]),
            (ContactKind::Smoke, 1, states[2]),
            (ContactKind::Water, 1, states[3]),
        ];
        assert_eq!(found, expected);
        assert_eq!(readout.deviations().count(), if matches!(raw, 1 | 2) { 0 } else { 4 });
    }
    assert_eq!(
        strict_refusal(&with(&[(62, 0)])),
        "register 62 (Water): 0 where 1 or 2 was expected"
    );
}

#[test]
fn every_alarm_register_knows_three_values() {
    let alarms = |registers: &[u16; 99]| -> Vec<Alarm> {
        Readout::decode(Registers::new(registers), Mode::Lenient)
            .unwrap()
            .alarms()
            .collect()
    };
    for address in 87..=98 {
        assert_eq!(alarms(&with(&[(address, 0)])), []);
        for (raw, level, severity) in [
            (1, Some(Threshold::LowerCritical), Severity::Critical),
            (16, Some(Threshold::UpperCritical), Severity::Critical),
            (17, None, Severity::Unknown),
            (0x16, None, Severity::Unknown),
        ] {
            let [alarm] = alarms(&with(&[(address, raw)]))[..] else {
                panic!("one alarm at {address}")
            };
            assert_eq!((alarm.level, alarm.severity), (level, severity));
        }
        assert!(strict_refusal(&with(&[(address, 22)])).ends_with("22 where 0, 1 or 16 was expected"));
    }
    let places: Vec<_> = alarms(&with(&std::array::from_fn::<_, 12, _>(|i| (87 + i, 1))))
        .iter()
        .map(|alarm| format!("{}.{}", alarm.point, alarm.quantity))
        .collect();
    assert_eq!(places[0], "unit0.inlet1.L1.voltage");
    assert_eq!(places[3], "unit0.inlet1.L1.current");
    assert_eq!(places[6], "unit0.sensor1.temperature");
    assert_eq!(places[11], "unit0.sensor3.relative_humidity");
}

#[test]
fn a_power_factor_above_one_is_refused_or_suspect() {
    let registers = with(&[(18, 101)]);
    assert_eq!(
        strict_refusal(&registers),
        "register 18 (Power Factor L1): 101 where 0 to 100 was expected"
    );
    assert_eq!(text(&reading(&registers, L1, Quantity::PowerFactor)), "1.01 suspect");
    let one = with(&[(18, 100)]);
    assert_eq!(text(&reading(&one, L1, Quantity::PowerFactor)), "1.00 good");
    assert!(Readout::decode(Registers::new(&one), Mode::Strict).is_ok());
}

#[test]
fn power_that_may_have_wrapped_is_suspect_and_keeps_its_value() {
    let powers = [Quantity::ActivePower, Quantity::ReactivePower, Quantity::ApparentPower];
    // 230.0 V × 32.00 A = 7360 VA, which 0.1 VA in 16 bits cannot hold
    let wrapped = with(&[(0, 2300), (3, 3200), (6, 7000), (12, 8064)]);
    for quantity in powers {
        assert_eq!(reading(&wrapped, L1, quantity).quality, Quality::Suspect, "{quantity}");
        let l2 = reading(&wrapped, Point::inlet(1).on(Line::L2), quantity);
        assert_eq!(l2.quality, Quality::Good, "{quantity}: another line is not in doubt");
    }
    assert_eq!(text(&reading(&wrapped, L1, Quantity::ApparentPower)), "806.4 suspect");
    assert_eq!(text(&reading(&wrapped, L1, Quantity::Current)), "32.00 good");

    // 250.0 V × 26.00 A = 6500 VA, not over it
    let at_limit = with(&[(0, 2500), (3, 2600), (6, 65_000)]);
    assert_eq!(text(&reading(&at_limit, L1, Quantity::ActivePower)), "6500.0 good");
    let over = with(&[(0, 2500), (3, 2601), (6, 65_000)]);
    assert_eq!(text(&reading(&over, L1, Quantity::ActivePower)), "6500.0 suspect");

    let full = with(&[(12, 65_535)]);
    assert_eq!(text(&reading(&full, L1, Quantity::ApparentPower)), "6553.5 suspect");
    assert_eq!(text(&reading(&full, L1, Quantity::ActivePower)), "2.3 good");
}

#[test]
fn power_uses_all_16_bits_without_a_sign() {
    let registers = with(&[(0, 2300), (3, 2000), (6, 40_000), (9, 33_000)]);
    assert_eq!(text(&reading(&registers, L1, Quantity::ActivePower)), "4000.0 good");
    assert_eq!(text(&reading(&registers, L1, Quantity::ReactivePower)), "3300.0 good");
}

#[test]
fn temperature_has_a_sign_and_a_range() {
    let port = Point::sensor(1);
    for (raw, expected) in [
        (0xFFFF_u16, "-0.1 good"),
        (0xFF38, "-20.0 good"),
        (0xFE70, "-40.0 good"),
        (0xFE6F, "none underflow"),
        (0x8000, "none underflow"),
        (1250, "125.0 good"),
        (1251, "none overflow"),
        (0x7FFF, "none overflow"),
    ] {
        let registers = with(&[(53, raw)]);
        assert_eq!(text(&reading(&registers, port, Quantity::Temperature)), expected);
        assert_eq!(
            Readout::decode(Registers::new(&registers), Mode::Lenient)
                .unwrap()
                .raw(53),
            Some(raw)
        );
    }
}

#[test]
fn humidity_above_saturation_is_suspect() {
    let port = Point::sensor(1);
    let humidity = |raw| text(&reading(&with(&[(56, raw)]), port, Quantity::RelativeHumidity));
    assert_eq!(humidity(1000), "100.0 good");
    assert_eq!(humidity(1001), "100.1 suspect");
    assert_eq!(humidity(u16::MAX), "6553.5 suspect");
}

#[test]
fn a_probe_that_reads_twice_zero_is_absent_and_never_zero() {
    let registers = with(&[(54, 0), (57, 0), (55, 0)]);
    for quantity in [Quantity::Temperature, Quantity::RelativeHumidity] {
        assert_eq!(
            text(&reading(&registers, Point::sensor(2), quantity)),
            "none unavailable"
        );
    }
    // Freezing air with humidity is a probe that is there.
    assert_eq!(
        text(&reading(&registers, Point::sensor(3), Quantity::Temperature)),
        "0.0 good"
    );

    let kept = Decoding::from(Mode::Lenient).with_zero_probe(ZeroProbe::Suspect);
    let readout = Readout::decode(Registers::new(&registers), kept).unwrap();
    for quantity in [Quantity::Temperature, Quantity::RelativeHumidity] {
        let reading = readout.reading(Point::sensor(2), quantity).unwrap();
        assert_eq!(text(&reading), "0.0 suspect");
    }
}

#[test]
fn thresholds_have_their_own_scales() {
    let registers = with(&[(69, 5), (75, 0xFFFB), (86, 99)]);
    let settings: Vec<_> = Readout::decode(Registers::new(&registers), Mode::Strict)
        .unwrap()
        .thresholds()
        .map(|setting| {
            format!(
                "{}.{} {} {}",
                setting.point, setting.quantity, setting.level, setting.value
            )
        })
        .collect();
    assert_eq!(settings.len(), 24);
    assert_eq!(settings[0], "unit0.inlet1.L1.voltage lower_critical 0.0");
    assert_eq!(settings[1], "unit0.inlet1.L1.voltage upper_critical 276.0");
    assert_eq!(settings[6], "unit0.inlet1.L1.current lower_critical 0.5");
    assert_eq!(settings[7], "unit0.inlet1.L1.current upper_critical 32.0");
    assert_eq!(settings[12], "unit0.sensor1.temperature lower_critical -5");
    assert_eq!(settings[13], "unit0.sensor1.temperature upper_critical 40");
    assert_eq!(settings[23], "unit0.sensor3.relative_humidity upper_critical 99");
}

#[test]
fn deviations_name_every_register_that_the_manual_does_not_explain() {
    let registers = with(&[(18, 200), (33, 256), (59, 0), (98, 17)]);
    let readout = Readout::decode(Registers::new(&registers), Mode::Lenient).unwrap();
    let found: Vec<_> = readout.deviations().map(|d| (d.address, d.found)).collect();
    assert_eq!(found, [(18, 200), (33, 256), (59, 0), (98, 17)]);
    let clean = sample();
    assert_eq!(
        Readout::decode(Registers::new(&clean), Mode::Strict)
            .unwrap()
            .deviations()
            .count(),
        0
    );
}

#[test]
fn any_99_registers_decode_leniently_without_a_panic() {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for _ in 0..2000 {
        let registers: [u16; 99] = std::array::from_fn(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            u16::try_from(state >> 48).unwrap()
        });
        let snapshot = Readout::decode(Registers::new(&registers), Mode::Lenient)
            .unwrap()
            .to_snapshot();
        assert_eq!(snapshot.readings.len(), 35);
        for reading in &snapshot.readings {
            let has_value = matches!(reading.quality, Quality::Good | Quality::Suspect);
            assert_eq!(reading.value.is_some(), has_value);
        }
    }
}
