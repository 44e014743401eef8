//! The tables of the 7-series, held against the vendor's MIB row by row, and against the units that it spells.

use std::collections::BTreeSet;

use pdu_core::{Quantity, Statistic};
use pdu_proto_snmp::series7::traps::{TRAPS, Trap, TrapEvent};
use pdu_proto_snmp::series7::{
    Access, Base, Basis, Kind, MEASURES, Measure, OBJECTS, Object, Place, Precision, Scale, Syntax,
};
use pdu_proto_snmp::wire::Oid;

const BASE: &str = "1.3.6.1.4.1.21239.2";

/// The fields of each row, and its line.
fn rows(text: &'static str) -> impl Iterator<Item = (u16, Vec<&'static str>)> {
    (1..)
        .zip(text.lines())
        .skip(1)
        .map(|(line, row)| (line, row.split('\t').collect()))
}

fn objects() -> impl Iterator<Item = (u16, Vec<&'static str>)> {
    rows(include_str!("data/series7_snmp_objects.tsv"))
}

fn traps() -> impl Iterator<Item = (u16, Vec<&'static str>)> {
    rows(include_str!("data/series7_snmp_traps.tsv"))
}

fn name_of(arcs: &[u32]) -> String {
    arcs.iter().fold(BASE.to_string(), |name, arc| format!("{name}.{arc}"))
}

/// An object's row as the file has it.
fn row_of(object: &Object) -> Vec<String> {
    let kind = match object.kind {
        Kind::Node => "node",
        Kind::Scalar => "scalar",
        Kind::Table => "table",
        Kind::Row => "row",
        Kind::Column => "column",
    };
    let syntax = match object.syntax {
        Syntax::None => String::new(),
        Syntax::Integer(i32::MIN, i32::MAX) => "Integer32".into(),
        Syntax::Integer(low, high) => format!("Integer32({low}..{high})"),
        Syntax::Enumeration(labels) => {
            let labels: Vec<_> = labels
                .iter()
                .map(|(value, label)| format!("{label}({value})"))
                .collect();
            format!("Enumeration{{{}}}", labels.join(","))
        }
        other => format!("{other:?}"),
    };
    let access = match (object.kind, object.access) {
        (Kind::Column, Access::None) => "noaccess",
        (_, Access::None) => "",
        (_, Access::NotifyOnly) => "notifyonly",
        (_, Access::ReadOnly) => "readonly",
        (_, Access::ReadWrite) => "readwrite",
    };
    [&name_of(object.arcs), object.name, kind, &syntax, access, object.unit]
        .map(String::from)
        .into()
}

#[test]
fn every_object_is_its_row_of_the_mib() {
    let below: Vec<_> = objects().filter(|(_, row)| row[0].starts_with(BASE)).collect();
    let above: Vec<_> = objects()
        .filter(|(_, row)| !row[0].starts_with(BASE))
        .map(|(_, row)| row[1])
        .collect();
    assert_eq!(above, ["geist"]);
    assert_eq!(OBJECTS.len(), below.len());
    for (object, (line, row)) in OBJECTS.iter().zip(below) {
        assert_eq!(
            (object.line, row_of(object)),
            (line, row.iter().map(ToString::to_string).collect())
        );
    }
}

#[test]
fn every_trap_is_its_row_of_the_mib() {
    assert_eq!((TRAPS.len(), traps().count()), (735, 735));
    for (trap, (line, row)) in TRAPS.iter().zip(traps()) {
        let number = format!("{BASE}.32767.0.{}", trap.number);
        let variables: Vec<_> = trap.variables().collect();
        assert_eq!((line, number.as_str(), trap.name), (trap.line, row[0], row[1]));
        assert_eq!(variables.join(","), row[2], "{}", trap.name);
        let ending = match trap.event {
            TrapEvent::Cleared(_) => "CLEAR",
            _ => "NOTIFY",
        };
        assert!(trap.name.ends_with(ending), "{}", trap.name);
    }
}

#[test]
fn trap_numbers_follow_a_rule_except_those_of_the_dm48() {
    let by_rule = |trap: &&Trap| {
        let watched = trap.watched()?;
        let place = 100 * u32::from(watched.table) + u32::from(watched.column);
        let offset = if matches!(trap.event, TrapEvent::Cleared(_)) {
            20000
        } else {
            10000
        };
        Some(trap.number == offset + place)
    };
    let follow = TRAPS.iter().filter(|trap| by_rule(trap) == Some(true)).count();
    let others: BTreeSet<_> = TRAPS
        .iter()
        .filter(|trap| by_rule(trap) == Some(false))
        .collect::<Vec<_>>()
        .iter()
        .map(|trap| trap.watched().unwrap().table)
        .collect();
    assert_eq!((follow, others), (638, BTreeSet::from([29])));
}

#[test]
fn lookups_find_every_row() {
    for object in OBJECTS {
        assert_eq!(Object::at(object.arcs), Some(object));
        assert_eq!(Object::named(object.name), Some(object));
    }
    for trap in TRAPS {
        assert_eq!(Trap::numbered(trap.number), Some(trap));
    }
    for measure in MEASURES {
        assert_eq!(Measure::at(measure.table, measure.column), Some(measure));
    }
}

#[test]
fn names_below_either_base_are_the_same_objects() {
    for base in Base::KNOWN {
        let of = |below: &[u32]| {
            let mut buffer = [0; 64];
            let arcs = base.as_oid().arcs().map(Result::unwrap).chain(below.iter().copied());
            let found = Object::of(Oid::from_arcs(arcs, &mut buffer).unwrap(), &base);
            found.map(|(object, instance)| (object.name, instance))
        };
        assert_eq!(of(&[25, 1, 6]), Some(("ctrl3ChIECVoltsA", None)));
        assert_eq!(of(&[25, 1, 6, 1]), Some(("ctrl3ChIECVoltsA", Some(1))));
        assert_eq!(of(&[1, 1, 0]), Some(("productTitle", Some(0))));
        assert_eq!(of(&[101, 1, 1, 2, 200]), Some(("alarmCfgReadingID", Some(200))));
        assert_eq!(of(&[25, 1, 6, 1, 1]), None, "too long");
        assert_eq!(of(&[25, 7]), None, "no row has an instance");
    }
    assert_eq!(Object::of(Base::TWIN.as_oid(), &Base::GEIST), None);
}

// --- Measures -----------------------------------------------------------------------------------------------------------

/// What the MIB's unit says that the scale and the quantity have to be.
fn agrees_with_unit(measure: &Measure, unit: &str) -> bool {
    let quantities: &[Quantity] = match unit {
        "Volts (rms)" | "Volts" | "millivolts" => &[Quantity::Voltage],
        "0.1 Amps (rms)" | "0.1 Amps" => &[Quantity::Current],
        "Watts" => &[Quantity::ActivePower],
        "Volt-Amps" => &[Quantity::ApparentPower],
        "kWh" => &[Quantity::ActiveEnergy],
        "%" => &[Quantity::PowerFactor, Quantity::RelativeHumidity],
        "Degrees Celsius" => &[Quantity::Temperature, Quantity::DewPoint],
        "" | "Outlet 1" | "Outlet 2" => &[
            Quantity::InputLevel,
            Quantity::AirFlow,
            Quantity::Illuminance,
            Quantity::SoundLevel,
        ],
        _ => &[],
    };
    let scale = match (unit, measure.quantity) {
        ("millivolts", _) => Scale::Gauge(-3),
        ("0.1 Amps (rms)" | "0.1 Amps", _) => Scale::Gauge(-1),
        ("kWh", _) => Scale::Count(3),
        ("%", Quantity::PowerFactor) => Scale::Gauge(-2),
        ("Degrees Celsius", _) => Scale::Temperature,
        _ => Scale::Gauge(0),
    };
    quantities.contains(&measure.quantity) && measure.scale == scale
}

#[test]
fn every_measure_counts_what_the_mib_spells() {
    for measure in MEASURES {
        let object = measure.object().unwrap();
        assert_eq!(object.name, measure.name);
        assert_ne!(object.access, Access::None, "{}", measure.name);
        assert!(agrees_with_unit(measure, object.unit), "{measure:?}: {}", object.unit);
    }
}

#[test]
fn temperatures_are_those_whose_traps_tell_the_precision() {
    for trap in TRAPS {
        let Some(watched) = trap.watched() else { continue };
        let Some(measure) = Measure::at(watched.table, watched.column) else {
            continue;
        };
        let tells = trap.variables().any(|name| name == "temperaturePrecision");
        assert_eq!(tells, measure.scale == Scale::Temperature, "{}", measure.name);
    }
}

#[test]
fn no_two_columns_of_a_table_are_the_same_reading() {
    let mut seen = BTreeSet::new();
    for measure in MEASURES {
        let key = format!(
            "{} {:?} {:?} {:?}",
            measure.table, measure.place, measure.quantity, measure.statistic
        );
        assert!(seen.insert(key.clone()), "{key}");
    }
}

/// Of what a unit raises alarms about, these are no readings; each with the reason in the docs of `MEASURES`.
#[test]
fn columns_that_are_no_readings_are_few_and_known() {
    let left_out: BTreeSet<_> = TRAPS
        .iter()
        .filter_map(Trap::watched)
        .filter(|watched| Measure::at(watched.table, watched.column).is_none())
        .map(|watched| watched.object().unwrap().name)
        .filter(|name| !name.ends_with("TempF") && !name.ends_with("DewPointF") && !name.starts_with("ctrlOutlet"))
        .collect();
    let known = [
        "dstsPowerStatusA",
        "dstsPowerStatusB",
        "dstsSourceAActive",
        "dstsSourceBActive",
        "pow3ChVoltPeakA",
        "pow3ChVoltPeakB",
        "pow3ChVoltPeakC",
        "powMonOutlet1StatusTime",
        "powMonOutlet2StatusTime",
        "powMonVoltPeak",
        "sc10Capacity",
        "sc10ControlMode",
        "sc10SetpointC",
        "sc10SetpointF",
        "vsfcFanSpeed",
        "vsfcSetPointC",
        "vsfcSetPointF",
    ];
    assert_eq!(left_out, BTreeSet::from(known));
}

/// The table of series7.md, section 5.
#[test]
fn wye_and_delta_are_the_columns_of_the_sheet() {
    use Quantity::{ActiveEnergy, ActivePower, ApparentPower, Current, PowerFactor, Voltage};
    use pdu_core::Line::{L1, L1L2, L2, L2L3, L3, L3L1, Total};
    let place = |table, line, quantity, statistic| {
        let of_table = Measure::of_table(table);
        let mut found = of_table
            .filter(move |m| m.place == Place::Inlet(line) && m.quantity == quantity && m.statistic == statistic);
        found.next().map(|m| m.column)
    };
    let now = [ActiveEnergy, Voltage, Current, ActivePower, ApparentPower, PowerFactor];
    for (line, columns) in [
        (L1, [5, 6, 8, 10, 11, 12]),
        (L2, [13, 14, 16, 18, 19, 20]),
        (L3, [21, 22, 24, 26, 27, 28]),
    ] {
        assert_eq!(
            now.map(|quantity| place(25, line, quantity, Statistic::Now)),
            columns.map(Some)
        );
        assert_eq!(place(25, line, Voltage, Statistic::Max), Some(columns[1] + 1));
        assert_eq!(place(25, line, Current, Statistic::Max), Some(columns[2] + 1));
    }
    let now = [ActiveEnergy, Voltage, ActivePower, ApparentPower, PowerFactor];
    for (line, first) in [(L1L2, 11), (L2L3, 17), (L3L1, 23)] {
        let columns = [first, first + 1, first + 3, first + 4, first + 5];
        assert_eq!(
            now.map(|quantity| place(6, line, quantity, Statistic::Now)),
            columns.map(Some)
        );
        assert_eq!(place(6, line, Voltage, Statistic::Max), Some(first + 2));
    }
    for (line, column) in [(L1, 6), (L2, 7), (L3, 8)] {
        assert_eq!(place(6, line, Current, Statistic::Now), Some(column));
    }
    for (table, columns) in [(25, [29, 30]), (6, [9, 10])] {
        let totals = [ActiveEnergy, ActivePower].map(|quantity| place(table, Total, quantity, Statistic::Now));
        assert_eq!(totals, columns.map(Some));
    }
}

#[test]
fn what_is_concluded_is_marked() {
    let basis = |name| MEASURES.iter().find(|measure| measure.name == name).unwrap().basis();
    assert_eq!(basis("ctrl3ChIECVoltsA"), Basis::Inferred);
    assert_eq!(basis("ctrl3ChDELTADeciAmpsA"), Basis::Inferred);
    assert_eq!(basis("climateVoltPeak"), Basis::Inferred);
    assert_eq!(basis("tempSensorTempC"), Basis::Stated);
    assert_eq!(basis("ctrlGrpAmpsA"), Basis::Stated);
}

#[test]
fn number_outside_its_bounds_is_suspect() {
    use pdu_core::Quality::{Good, Suspect, Unavailable};
    let temperature = Measure::at(4, 5).unwrap();
    let quality = |raw, precision| temperature.value(raw, precision).1;
    assert_eq!(quality(25, Some(Precision::Degree)), Good);
    assert_eq!(quality(259, Some(Precision::Degree)), Suspect);
    assert_eq!(quality(259, Some(Precision::Tenth)), Good);
    assert_eq!(quality(-501, Some(Precision::Tenth)), Suspect);
    assert_eq!(quality(25, None), Suspect, "of an unknown scale");
    let energy = Measure::at(25, 5).unwrap();
    assert_eq!(energy.value(-1, None), (None, Unavailable));
    let (value, quality) = energy.value(1234, None);
    assert_eq!((value.unwrap().to_string(), quality), ("1234000".into(), Good));
}
