//! The simulated BPS2000: believable, exact in its energy, the same for the same seed, and as strict as the device.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::time::Duration;

use pdu_core::{Contact, Endpoint, Instant, Line};
use pdu_proto_modbus::bps2000::simulator::{
    Bps2000, Builder, Climate, Detector, Fault, Load, Phases, PowerOverflow, Probe,
};
use pdu_proto_modbus::bps2000::{AlarmState, Mode, Readout, Register, energy_of};
use pdu_proto_modbus::server::{Chain, RtuServer, RtuServerOptions, Service, TcpServer};
use pdu_proto_modbus::wire::{ExceptionCode, Registers, rtu, tcp};

const START: Instant = Instant::from_millis(77);

fn after(seconds: u64) -> Instant {
    START + Duration::from_secs(seconds)
}

/// The register of that name.
fn raw(unit: &Bps2000, name: &str) -> u16 {
    unit.registers()[usize::from(Register::named(name).unwrap().address)]
}

fn energy(unit: &Bps2000, name: &str) -> u64 {
    let start = usize::from(Register::named(name).unwrap().address);
    energy_of(unit.registers()[start..start + 4].try_into().unwrap())
}

fn alarm(unit: &Bps2000, name: &str) -> AlarmState {
    AlarmState::from_raw(raw(unit, name))
}

fn write(unit: &mut Bps2000, name: &str, value: u16) {
    let [a, b] = Register::named(name).unwrap().address.to_be_bytes();
    let [c, d] = value.to_be_bytes();
    let answer = ask(unit, START, &[0x06, a, b, c, d]);
    assert_eq!(answer, [0x06, a, b, c, d]);
}

/// What a server of this unit answers to one protocol data unit.
fn ask(unit: &mut Bps2000, now: Instant, pdu: &[u8]) -> Vec<u8> {
    let mut server = TcpServer::new(unit);
    let mut request = [0; tcp::MAX_FRAME];
    let len = tcp::encode(1, 1, pdu, &mut request).unwrap();
    server.handle_input(now, &request[..len]);
    server.transmit().get(7..).unwrap_or_default().to_vec()
}

const CALM: Load = Load::Fixed {
    watts: 230,
    volt_amperes: 230,
};

#[test]
fn an_hour_at_a_kilowatt_is_a_thousand_watt_hours_however_it_is_cut() {
    for steps in [&[3600][..], &[1, 2, 3599, 3600], &[900, 1800, 2700, 3600]] {
        let mut unit = Bps2000::builder().initial_energy(Line::L2, 4_294_967_000).build();
        unit.set_load(
            Line::L2,
            Load::Fixed {
                watts: 1000,
                volt_amperes: 1250,
            },
        );
        unit.advance_to(START);
        let before = energy(&unit, "Apparent energy P2");
        for &step in steps {
            unit.advance_to(after(step));
        }
        // The counter has 32 bits, and starts again.
        assert_eq!(energy(&unit, "Active energy L2"), (4_294_967_000 + 1000) % (1 << 32));
        assert_eq!(energy(&unit, "Apparent energy P2"), before + 1250);
    }
}

#[test]
fn energy_is_that_of_the_load_that_was_shown() {
    let mut unit = Bps2000::builder().seed(5).initial_energy(Line::L1, 0).build();
    unit.advance_to(START);
    let mut deciwatt_seconds = 0;
    for second in 1..=7200 {
        deciwatt_seconds += u64::from(raw(&unit, "Active power L1"));
        unit.advance_to(after(second));
    }
    // The register rounds to a tenth of a watt.
    let shown = deciwatt_seconds / 36_000;
    assert!(energy(&unit, "Active energy L1").abs_diff(shown) <= 1);
    assert!(shown > 1000, "{shown} Wh in two hours");
}

#[test]
fn totals_are_the_sums_of_the_lines() {
    let mut unit = Bps2000::builder().seed(6).build();
    for hour in 0..100 {
        unit.advance_to(after(hour * 3600));
        for (total, lines) in [
            (
                "Active energy L1+L2+L3",
                ["Active energy L1", "Active energy L2", "Active energy L3"],
            ),
            (
                "Apparent energy L1+L2+L3",
                ["Apparent energy P1", "Apparent energy P2", "Apparent energy P3"],
            ),
        ] {
            let sum: u64 = lines.iter().map(|name| energy(&unit, name)).sum();
            assert!(
                energy(&unit, total).abs_diff(sum) <= 3,
                "independent counters round by themselves"
            );
        }
    }
}

#[test]
fn the_same_seed_and_times_give_the_same_registers() {
    let registers = |seed, times: &[u64]| {
        let mut unit = Bps2000::builder().seed(seed).build();
        for &second in times {
            unit.advance_to(after(second));
        }
        *unit.registers()
    };
    assert_eq!(registers(1, &[0, 5, 10_000]), registers(1, &[0, 5, 10_000]));
    assert_eq!(
        registers(1, &[0, 5, 6, 7, 10_000]),
        registers(1, &[0, 10_000]),
        "whenever it is asked"
    );
    assert_ne!(registers(1, &[0, 10_000]), registers(2, &[0, 10_000]));
    assert_ne!(registers(1, &[0, 10_000]), registers(1, &[0, 10_001]), "it moves");
}

#[test]
fn time_running_backwards_or_far_ahead_is_harmless() {
    let mut unit = Bps2000::builder().build();
    unit.advance_to(after(100));
    let then = *unit.registers();
    unit.advance_to(START);
    assert_eq!(*unit.registers(), then);
    unit.advance_to(Instant::FAR_FUTURE);
    unit.advance_to(Instant::FAR_FUTURE);
}

#[test]
fn readings_are_believable_and_fit_each_other() {
    for seed in 0..20 {
        let mut unit = Bps2000::builder().seed(seed).build();
        for minute in 0..1440 {
            unit.advance_to(after(minute * 60));
            let at = |address: usize| i64::from(unit.registers()[address]);
            for line in 0..3 {
                let [volts, amperes, watts, vars, volt_amperes, hertz, factor] =
                    [0, 3, 6, 9, 12, 15, 18].map(|first| at(first + line));
                assert!((2200..=2400).contains(&volts), "{volts}");
                assert!((4990..=5010).contains(&hertz), "{hertz}");
                assert!((88..=100).contains(&factor), "{factor}");
                assert!((3000..=30_000).contains(&watts), "{watts}");
                // Within what rounding to a hundredth of an ampere, or of power factor, does.
                assert!(
                    (volts * amperes / 100 - volt_amperes).abs() <= 13,
                    "{volts} {amperes} {volt_amperes}"
                );
                assert!(
                    (volt_amperes * factor / 100 - watts).abs() <= volt_amperes / 180,
                    "{factor} {watts}"
                );
                let square = watts * watts + vars * vars - volt_amperes * volt_amperes;
                assert!(square.abs() <= 4 * volt_amperes, "{watts} {vars} {volt_amperes}");
            }
            for sensor in 0..3 {
                assert!((180..=350).contains(&at(53 + sensor)));
                assert!((250..=600).contains(&at(56 + sensor)));
            }
            assert_eq!(unit.registers()[87..], [0; 12], "no alarm by itself");
        }
    }
}

#[test]
fn the_strict_decoder_takes_every_register() {
    let mut unit = Bps2000::builder().seed(9).build();
    for second in 0..100 {
        unit.advance_to(after(second * 977));
        Readout::decode(Registers::new(unit.registers()), Mode::Strict).unwrap();
    }
}

#[test]
fn a_single_phase_unit_has_nothing_on_the_other_lines() {
    let mut unit = Bps2000::builder().phases(Phases::One).build();
    unit.advance_to(START);
    unit.set_load(Line::L2, CALM);
    unit.advance_to(after(3600));
    let absent = [1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20];
    assert!(
        absent
            .iter()
            .chain(&[25, 28, 29, 32, 37, 44])
            .all(|&address| unit.registers()[address] == 0)
    );
    assert!(raw(&unit, "Active power L1") > 0);
    write(&mut unit, "Low Alarm L2 Voltage", 2000);
    assert_eq!(alarm(&unit, "Voltage alarm L2 [V]"), AlarmState::Normal);
}

#[test]
fn absent_sensors_read_zero_and_raise_nothing() {
    let mut unit = Bps2000::builder().without_sensor_box().build();
    unit.advance_to(START);
    assert_eq!(unit.registers()[54..56], [0, 0]);
    assert_eq!(unit.registers()[57..63], [0; 6]);
    assert_ne!(unit.registers()[53], 0);
    write(&mut unit, "Low Alarm Temperature1", 5);
    assert_eq!(alarm(&unit, "Temperature 1 alarm"), AlarmState::Normal);

    unit.set_climate(
        Probe::Box1,
        Some(Climate {
            decidegrees: -50,
            permille: 111,
        }),
    );
    unit.set_contact(Detector::Water, Contact::Detected);
    assert_eq!(
        (unit.registers()[54], unit.registers()[57]),
        ((-50_i16).cast_unsigned(), 111)
    );
    assert_eq!(alarm(&unit, "Temperature 1 alarm"), AlarmState::Low);
    assert_eq!(raw(&unit, "Water"), 1);
    unit.set_climate(Probe::Box1, None);
    assert_eq!(unit.registers()[54], 0);
}

#[test]
fn contacts_say_what_they_are_told() {
    let mut unit = Bps2000::builder().contact(Detector::Door2, Contact::Open).build();
    assert_eq!(unit.registers()[59..63], [2, 1, 2, 2]);
    unit.set_contact(Detector::Door1, Contact::Open);
    unit.set_contact(Detector::Door2, Contact::Unknown);
    unit.set_contact(Detector::Smoke, Contact::Detected);
    assert_eq!(unit.registers()[59..63], [1, 0, 1, 2]);
}

#[test]
fn an_alarm_trips_at_its_threshold_and_clears_beyond() {
    let mut unit = Bps2000::builder().build();
    unit.set_voltage(Line::L3, Some(2400));
    write(&mut unit, "High Alarm L3 Voltage", 2400);
    assert_eq!(alarm(&unit, "Voltage alarm L3 [V]"), AlarmState::High);
    unit.set_voltage(Line::L3, Some(2399));
    assert_eq!(alarm(&unit, "Voltage alarm L3 [V]"), AlarmState::Normal);
    write(&mut unit, "Low Alarm L3 Voltage", 2399);
    assert_eq!(alarm(&unit, "Voltage alarm L3 [V]"), AlarmState::Low);
    write(&mut unit, "Low Alarm L3 Voltage", 0);
    assert_eq!(alarm(&unit, "Voltage alarm L3 [V]"), AlarmState::Normal);
    assert_eq!(alarm(&unit, "Voltage alarm L1 [V]"), AlarmState::Normal);
}

#[test]
fn thresholds_of_current_and_climate_count_in_coarser_steps() {
    let mut unit = Bps2000::builder().build();
    unit.set_voltage(Line::L1, Some(2300));
    unit.set_load(Line::L1, CALM); // 1.00 A
    write(&mut unit, "High Alarm L1 Current", 10); // 1.0 A
    assert_eq!(alarm(&unit, "Current alarm L1 [A]"), AlarmState::High);
    write(&mut unit, "High Alarm L1 Current", 11);
    assert_eq!(alarm(&unit, "Current alarm L1 [A]"), AlarmState::Normal);

    let climate = |decidegrees| Climate {
        decidegrees,
        permille: 500,
    };
    unit.set_climate(Probe::Port, Some(climate(399)));
    assert_eq!(alarm(&unit, "Temperature alarm"), AlarmState::Normal);
    unit.set_climate(Probe::Port, Some(climate(400)));
    assert_eq!(
        alarm(&unit, "Temperature alarm"),
        AlarmState::High,
        "40 degrees is the threshold"
    );
    write(&mut unit, "Low Alarm Humidity", 50);
    assert_eq!(alarm(&unit, "Humidity alarm"), AlarmState::Low);
}

#[test]
fn a_low_threshold_of_zero_is_none_and_one_below_zero_is_one() {
    let mut unit = Bps2000::new(1);
    unit.set_load(
        Line::L1,
        Load::Fixed {
            watts: 0,
            volt_amperes: 0,
        },
    );
    assert_eq!(raw(&unit, "Total current L1"), 0);
    assert_eq!(alarm(&unit, "Current alarm L1 [A]"), AlarmState::Normal);

    write(&mut unit, "Low Alarm Temperature", (-5_i16).cast_unsigned());
    for (decidegrees, state) in [(-49, AlarmState::Normal), (-50, AlarmState::Low)] {
        unit.set_climate(
            Probe::Port,
            Some(Climate {
                decidegrees,
                permille: 500,
            }),
        );
        assert_eq!(alarm(&unit, "Temperature alarm"), state, "{decidegrees}");
    }
}

#[test]
fn everything_that_is_measured_moves_within_an_hour() {
    let mut unit = Bps2000::new(1);
    let mut seen = vec![std::collections::BTreeSet::new(); 59];
    for second in 0..3600 {
        unit.advance_to(after(second));
        for (seen, raw) in seen.iter_mut().zip(unit.registers()) {
            seen.insert(*raw);
        }
    }
    for (address, seen) in seen.iter().enumerate() {
        let row = Register::at(u16::try_from(address).unwrap()).unwrap();
        // Of an energy, the last byte moves.
        let moves = row.words == 1 || address == usize::from(row.address + 3);
        assert!(!moves || seen.len() > 1, "{} stands still", row.name);
    }
}

#[test]
fn power_that_its_register_cannot_hold_wraps_or_saturates() {
    let power = |builder: Builder| {
        let mut unit = builder.build();
        unit.set_load(
            Line::L1,
            Load::Fixed {
                watts: 7360,
                volt_amperes: 7360,
            },
        );
        raw(&unit, "Active power L1")
    };
    assert_eq!(power(Bps2000::builder()), u16::try_from(73_600 - 65_536).unwrap());
    assert_eq!(
        power(Bps2000::builder().power_overflow(PowerOverflow::Saturates)),
        65_535
    );
}

#[test]
fn the_manuals_bounds_are_kept() {
    let mut unit = Bps2000::builder().build();
    unit.advance_to(START);
    let mut refused = |pdu: &[u8], code: u8| {
        let before = *unit.registers();
        assert_eq!(ask(&mut unit, START, pdu), [pdu[0] | 0x80, code], "{pdu:02x?}");
        assert_eq!((*unit.registers(), unit.writes()), (before, 0), "{pdu:02x?}");
    };
    for function in (1..=0x7F).filter(|function| ![3, 6].contains(function)) {
        refused(&[function, 0, 63, 0, 1], 1);
    }
    refused(&[0x03, 0, 0, 0, 100], 2);
    refused(&[0x03, 0, 99, 0, 1], 2);
    refused(&[0x03, 0xFF, 0xFF, 0, 1], 2);
    refused(&[0x03, 0, 0, 0, 0], 3);
    refused(&[0x03, 0, 0, 0, 126], 3);
    for address in (0..63).chain(87..=120) {
        refused(&[0x06, 0, address, 0, 1], 2);
    }
    refused(&[0x06, 0xFF, 63, 0, 1], 2);
}

#[test]
fn all_thresholds_can_be_written_and_read_back() {
    let mut unit = Bps2000::builder().build();
    for address in 63..=86_u8 {
        assert_eq!(
            ask(&mut unit, START, &[0x06, 0, address, 1, address]),
            [0x06, 0, address, 1, address]
        );
        assert_eq!(ask(&mut unit, START, &[0x03, 0, address, 0, 1]), [0x03, 2, 1, address]);
    }
    assert_eq!(unit.writes(), 24);
    assert_eq!(ask(&mut unit, START, &[0x03, 0, 0, 0, 99]).len(), 2 + 198);
}

#[test]
fn faults_befall_one_request_each_in_order() {
    let mut unit = Bps2000::builder().build();
    let write = [0x06, 0, 63, 0, 9];
    for fault in [
        Fault::LoseRequest,
        Fault::LoseAnswer,
        Fault::Refuse(ExceptionCode::SERVER_DEVICE_BUSY),
        Fault::Delay(Duration::from_millis(3)),
    ] {
        unit.inject(fault);
    }
    assert_eq!((ask(&mut unit, START, &write), unit.writes()), (vec![], 0));
    assert_eq!((ask(&mut unit, START, &write), unit.writes()), (vec![], 1));
    assert_eq!((ask(&mut unit, START, &write), unit.writes()), (vec![0x86, 6], 1));
    assert_eq!((ask(&mut unit, START, &write), unit.writes()), (vec![], 2), "not yet");
    assert_eq!((ask(&mut unit, START, &write), unit.writes()), (write.to_vec(), 3));
}

#[test]
fn a_line_of_32_units_answers_each_for_itself() {
    let mut chain = Chain::new();
    for address in 1..=32 {
        let energy = u32::from(address) * 256 + 5;
        let unit = Bps2000::builder()
            .seed(address.into())
            .initial_energy(Line::L1, energy)
            .build();
        chain.add(address, unit).unwrap();
    }
    let mut server = RtuServer::new(chain, RtuServerOptions::default());
    let mut now = START;
    for address in 1..=32 {
        let mut request = [0; rtu::MAX_FRAME];
        let len = rtu::encode(address, &[0x03, 0, 21, 0, 4][..], &mut request).unwrap();
        server.handle_input(now, &request[..len]);
        now = server.poll_timeout().unwrap();
        server.handle_timeout(now);
        let answer = rtu::parse(server.transmit()).unwrap();
        assert_eq!(
            (answer.unit, answer.pdu),
            (address, &[0x03, 8, 0, 0, 0, 0, 0, address, 0, 5][..])
        );
        let len = server.transmit().len();
        server.handle_transmitted(now, len);
        now += Duration::from_millis(10);
    }
}

#[test]
fn a_unit_with_an_address_hears_only_that() {
    let unit = Bps2000::builder().address(5).build();
    assert!((0..=255).filter(|&address| unit.has_unit(address)).eq([5]));
    let unit = Bps2000::builder().build();
    assert!((0..=255).all(|address| unit.has_unit(address)));
}
