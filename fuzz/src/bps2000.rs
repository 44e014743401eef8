//! The device level of the BPS2000.

use pdu_core::testing::Script;
use pdu_core::{Component, Decimal, Line, Point, Quality, Quantity, Reading, Threshold, ThresholdSetting, Value};
use pdu_proto_modbus::bps2000::{
    Access, AlarmState, DecodeError, Mode, REGISTER_COUNT, Readout, Register, ThresholdError, ThresholdWrite,
    energy_since,
};
use pdu_proto_modbus::wire::Registers;

use crate::show;

/// Any registers are read in lenient mode, and in strict mode exactly those that do not deviate; with the same readings.
pub fn readout(data: &[u8]) {
    let mut registers = registers(data);
    if data.len() % 16 == 1 {
        registers.pop();
    }
    let row = Registers::new(&registers);
    let lenient = match Readout::decode(row, Mode::Lenient) {
        Ok(readout) => readout,
        Err(error) => {
            assert_ne!(registers.len(), usize::from(REGISTER_COUNT));
            return show(&error);
        }
    };
    match Readout::decode(row, Mode::Strict) {
        Ok(strict) => {
            assert_eq!(lenient.deviations().count(), 0);
            assert!(strict.readings().eq(lenient.readings()));
        }
        Err(DecodeError::Register(deviation)) => {
            assert_eq!(lenient.deviations().next(), Some(deviation));
            assert_eq!(row.get(usize::from(deviation.address)), Some(deviation.found));
            show(&deviation);
        }
        Err(error) => panic!("99 registers: {error}"),
    }
    let readings: Vec<Reading> = lenient.readings().collect();
    readings.iter().for_each(|reading| reading_is_sound(&lenient, reading));
    counters_compare(&readings);
    assert_eq!(lenient.contacts().count(), 4);
    assert_eq!(lenient.thresholds().count(), 24);
    assert!(
        lenient
            .alarms()
            .all(|alarm| alarm.level.is_some() || alarm.severity == AlarmState::Unknown(2).severity())
    );
    lenient
        .thresholds()
        .for_each(|setting| threshold_is_that_of_its_register(&lenient, &setting));
    let snapshot = lenient.to_snapshot();
    assert_eq!(snapshot.readings, readings);
}

/// Registers of the script, the last ones mostly what a device would hold.
pub(crate) fn registers(data: &[u8]) -> Vec<u16> {
    let mut script = Script::new(data);
    let mut registers: Vec<u16> = (0..REGISTER_COUNT).map(|_| script.next_u16()).collect();
    if script.next_u8() % 2 == 1 {
        registers[18..21].iter_mut().for_each(|factor| *factor %= 101);
        registers[21..53].iter_mut().for_each(|byte| *byte %= 256);
        registers[59..63]
            .iter_mut()
            .for_each(|contact| *contact = 1 + *contact % 2);
        registers[87..]
            .iter_mut()
            .for_each(|alarm| *alarm = [0, 1, 16][usize::from(*alarm % 3)]);
    }
    registers
}

fn reading_is_sound(readout: &Readout<'_>, reading: &Reading) {
    assert_eq!(
        reading.value.is_some(),
        matches!(reading.quality, Quality::Good | Quality::Suspect)
    );
    assert_eq!(readout.reading(reading.point, reading.quantity).as_ref(), Some(reading));
    match &reading.value {
        Some(Value::Gauge(value)) => show(value),
        Some(Value::Count(count)) => show(count),
        _ => {}
    }
}

fn counters_compare(readings: &[Reading]) {
    let counts: Vec<_> = readings
        .iter()
        .filter_map(|reading| match reading.value {
            Some(Value::Count(count)) => Some(count),
            _ => None,
        })
        .collect();
    for later in &counts {
        for earlier in &counts {
            let _ = energy_since(later, earlier);
        }
    }
}

/// Where a threshold may be written as it was read, it is written as it was read.
fn threshold_is_that_of_its_register(readout: &Readout<'_>, setting: &ThresholdSetting) {
    match ThresholdWrite::new(setting) {
        Ok(write) => assert_eq!(readout.raw(write.address()), Some(write.raw())),
        Err(error) => show(&error),
    }
}

/// A threshold is written digit for digit into a register that may be written, or refused.
pub fn threshold(data: &[u8]) {
    let mut script = Script::new(data);
    let setting = setting(&mut script);
    let pair = [script.next_u16(), script.next_u16()];
    let write = match ThresholdWrite::new(&setting) {
        Ok(write) => write,
        Err(error) => return show(&error),
    };
    let register = write.register();
    assert_eq!(register.access, Access::ReadWrite);
    assert_eq!(Register::at(write.address()), Some(register));
    assert_eq!(register.decimal(write.raw()), Some(setting.value));
    let written = write.applied_to(pair);
    assert_eq!(write.present_in(written), write.raw());
    let place = usize::from(write.address() - write.pair_address());
    assert_eq!(written[place], write.raw());
    assert_eq!(written[1 - place], pair[1 - place]);
    match write.check_order(pair) {
        Ok(()) => assert!(register.decimal(written[0]) <= register.decimal(written[1])),
        Err(error @ ThresholdError::LowAboveHigh { .. }) => show(&error),
        Err(error) => panic!("{error}"),
    }
}

/// A setting, most often one that the device has.
pub(crate) fn setting(script: &mut Script<'_>) -> ThresholdSetting {
    let place = script.next_u8();
    let number = u16::from(place >> 4);
    let point = match place % 8 {
        0 => Point::inlet(1),
        line @ 1..=3 => Point::inlet(1).on([Line::L1, Line::L2, Line::L3][usize::from(line) - 1]),
        sensor @ 4..=6 => Point::sensor(u16::from(sensor) - 3),
        _ => Point::new(Component::Outlet, number),
    };
    let what = script.next_u8();
    let quantity = [
        Quantity::Voltage,
        Quantity::Current,
        Quantity::Temperature,
        Quantity::RelativeHumidity,
        Quantity::ActivePower,
    ][usize::from(what) % 5];
    let level = [
        Threshold::LowerCritical,
        Threshold::UpperCritical,
        Threshold::LowerWarning,
        Threshold::UpperWarning,
    ][usize::from(what >> 6)];
    ThresholdSetting {
        point,
        quantity,
        level,
        value: decimal(script),
    }
}

/// Numbers near the bounds of a register, and a few that are far from any.
fn decimal(script: &mut Script<'_>) -> Decimal {
    let form = script.next_u8();
    let exponent = (form % 5).cast_signed() - 3;
    let near = i64::from(script.next_u16());
    match form >> 5 {
        0 => Decimal::new(-near, exponent),
        1 => Decimal::new(i64::MAX - near, form.cast_signed()),
        2 => Decimal::new(i64::MIN + near, form.cast_signed()),
        3 => Decimal::new(near * 10, exponent),
        4 => Decimal::new(near % 100, 0),
        _ => Decimal::new(near, exponent),
    }
}
