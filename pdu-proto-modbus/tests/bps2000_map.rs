//! The register map against the manual's own table, as `data/bps2000_registers.csv` has it: one line a row, as printed.
#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use pdu_core::{ContactKind, Line, Point, Quantity, Threshold};
use pdu_proto_modbus::bps2000::{
    Access, Basis, FIRST_THRESHOLD, Meaning, NOTES, REGISTER_COUNT, REGISTER_MAP, Register, THRESHOLD_COUNT,
};

/// One row of the manual's table.
struct Printed<'a> {
    line: u16,
    name: &'a str,
    decimal: &'a str,
    hexadecimal: &'a str,
    start: u16,
    end: u16,
    unit: &'a str,
    access: &'a str,
    value: &'a str,
}

fn printed() -> Vec<Printed<'static>> {
    include_str!("data/bps2000_registers.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let column: Vec<_> = line.split(',').map(str::trim).collect();
            Printed {
                line: column[0].parse().unwrap(),
                name: column[1],
                decimal: column[2],
                hexadecimal: column[3],
                start: column[4].parse().unwrap(),
                end: column[5].parse().unwrap(),
                unit: column[6],
                access: column[7],
                value: column[8],
            }
        })
        .collect()
}

fn rows() -> impl Iterator<Item = (&'static Register, Printed<'static>)> {
    let printed = printed();
    assert_eq!(printed.len(), REGISTER_MAP.len());
    REGISTER_MAP.iter().zip(printed)
}

fn has_note(row: &Register, ids: &[&str]) -> bool {
    row.notes.iter().any(|note| ids.contains(&note.id))
}

#[test]
fn every_row_stands_where_the_manual_has_it() {
    for (row, printed) in rows() {
        assert_eq!(row.manual_line, printed.line, "{}", row.name);
        assert_eq!(
            (row.address, row.address + row.words - 1),
            (printed.start, printed.end),
            "{}",
            row.name
        );
    }
}

#[test]
fn an_address_or_name_that_differs_from_print_has_a_note_that_says_so() {
    for (row, printed) in rows() {
        let first = |text: &str| text.split('-').next().unwrap().to_owned();
        let decimal: u16 = first(printed.decimal).parse().unwrap();
        let hexadecimal = u16::from_str_radix(first(printed.hexadecimal).trim_start_matches("0x"), 16).unwrap();
        assert_eq!(decimal != row.address, has_note(row, &["B-01"]), "{}", row.name);
        assert_eq!(hexadecimal != row.address, has_note(row, &["B-02"]), "{}", row.name);
        assert!(row.name == printed.name || has_note(row, &["B-20"]), "{}", row.name);
    }
}

#[test]
fn scale_unit_and_access_are_the_printed_ones() {
    for (row, printed) in rows() {
        let scale = match printed.value {
            "=register/10" => -1,
            "=register/100" => -2,
            "=register/1000" => -3,
            _ => 0,
        };
        assert_eq!(row.scale, scale, "{}", row.name);

        let unit = match printed.unit {
            "VAR" => "var",
            "C" | "°" => "Cel",
            "" if row.meaning.quantity() == Some(Quantity::PowerFactor) => "1",
            other => other,
        };
        assert_eq!(row.unit().map_or("", |unit| unit.symbol), unit, "{}", row.name);

        let access = match printed.access {
            "R/W" => Access::ReadWrite,
            "R" => Access::Read,
            "" if has_note(row, &["B-22"]) => Access::Read,
            other => panic!("{}: access {other:?}", row.name),
        };
        assert_eq!(row.access, access, "{}", row.name);
    }
}

/// The meaning of each row, told from its printed name alone.
#[test]
fn every_row_means_what_its_name_says() {
    let mut probes_seen = [0_u16; 2];
    for (row, printed) in rows() {
        let name = printed.name;
        let phase = |prefix: &str| {
            (1..=3)
                .find(|n| name.contains(&format!("{prefix}{n}")))
                .map(|n| Point::inlet(1).on([Line::L1, Line::L2, Line::L3][n - 1]))
        };
        let point = if name.contains("L1+L2+L3") {
            Point::inlet(1).on(Line::Total)
        } else if name == "Temperature" || name == "Humidity" {
            let seen = &mut probes_seen[usize::from(name == "Humidity")];
            *seen += 1;
            Point::sensor(*seen)
        } else if let Some(point) = phase("L").or_else(|| phase("P")) {
            point
        } else if name.starts_with("Door 2") {
            Point::sensor(2)
        } else if name.starts_with("Door") || name == "Smoke" || name == "Water" {
            Point::sensor(1)
        } else {
            let number = name.chars().find_map(|c| c.to_digit(10)).unwrap_or(0);
            Point::sensor(u16::try_from(number).unwrap() + 1)
        };
        assert_eq!(row.meaning.point(), point, "{name}");

        let lower = name.to_lowercase();
        let quantity = [
            ("active energy", Quantity::ActiveEnergy),
            ("apparent energy", Quantity::ApparentEnergy),
            ("reactive power", Quantity::ReactivePower),
            ("active power", Quantity::ActivePower),
            ("apparent power", Quantity::ApparentPower),
            ("power factor", Quantity::PowerFactor),
            ("frequency", Quantity::Frequency),
            ("voltage", Quantity::Voltage),
            ("current", Quantity::Current),
            ("temperature", Quantity::Temperature),
            ("humidity", Quantity::RelativeHumidity),
        ]
        .into_iter()
        .find_map(|(word, quantity)| lower.contains(word).then_some(quantity));
        assert_eq!(row.meaning.quantity(), quantity, "{name}");

        let fits = match row.meaning {
            Meaning::Gauge { .. } => row.words == 1 && !lower.contains("alarm"),
            Meaning::Energy { .. } => row.words == 4 && lower.contains("energy"),
            Meaning::Threshold { level, .. } => match level {
                Threshold::LowerCritical => name.starts_with("Low Alarm"),
                Threshold::UpperCritical => name.starts_with("High Alarm"),
                _ => false,
            },
            Meaning::Alarm { .. } => lower.contains("alarm") && !name.contains("Alarm"),
            Meaning::Contact { kind, .. } => match kind {
                ContactKind::Door => name.starts_with("Door"),
                ContactKind::Smoke => name == "Smoke",
                ContactKind::Water => name == "Water",
                _ => false,
            },
            _ => false,
        };
        assert!(fits, "{name}: {:?}", row.meaning);
    }
}

#[test]
fn rows_are_found_by_address_and_by_name() {
    for row in &REGISTER_MAP {
        for address in row.address..row.address + row.words {
            assert_eq!(Register::at(address), Some(row));
        }
        assert_eq!(Register::named(row.name), Some(row), "names are unique");
        assert_eq!(Register::meaning(row.meaning), Some(row), "meanings are unique");
    }
    assert_eq!(Register::at(REGISTER_COUNT), None);
    assert_eq!(Register::at(u16::MAX), None);
    assert_eq!(Register::named("total voltage l1"), None);
}

#[test]
fn the_writable_rows_are_the_thresholds_in_pairs() {
    let writable: Vec<_> = REGISTER_MAP
        .iter()
        .filter(|row| row.access == Access::ReadWrite)
        .collect();
    assert_eq!(writable.len(), usize::from(THRESHOLD_COUNT));
    assert_eq!(writable[0].address, FIRST_THRESHOLD);
    for pair in writable.chunks(2) {
        let level = |row: &Register| match row.meaning {
            Meaning::Threshold { level, .. } => level,
            other => panic!("{other:?}"),
        };
        assert_eq!(level(pair[0]), Threshold::LowerCritical);
        assert_eq!(level(pair[1]), Threshold::UpperCritical);
        assert_eq!(pair[0].meaning.point(), pair[1].meaning.point());
        assert_eq!(pair[0].address + 1, pair[1].address);
    }
}

#[test]
fn what_is_inferred_is_marked_in_the_table() {
    let basis = |name| Register::named(name).unwrap().basis();
    assert_eq!(basis("Total voltage L1"), Basis::Stated);
    assert_eq!(basis("Low Alarm L1 Current"), Basis::Stated);
    assert_eq!(basis("Active energy L1"), Basis::Resolved);
    assert_eq!(basis("Temperature"), Basis::Inferred);
    assert_eq!(basis("Door 1"), Basis::Inferred);
}

#[test]
fn every_note_is_listed_once_and_used() {
    for (i, note) in NOTES.iter().enumerate() {
        assert!(NOTES[..i].iter().all(|earlier| earlier.id < note.id), "{}", note.id);
        assert!(REGISTER_MAP.iter().any(|row| row.notes.contains(note)), "{}", note.id);
    }
    for row in &REGISTER_MAP {
        assert!(row.notes.iter().all(|note| NOTES.contains(note)), "{}", row.name);
    }
}

#[cfg(feature = "serde")]
#[test]
fn a_row_serializes_with_its_symbol_basis_and_notes() {
    let row = serde_json::to_value(Register::named("High Alarm Temperature1").unwrap()).unwrap();
    let expected = serde_json::json!({
        "name": "High Alarm Temperature1", "address": 78, "words": 1, "unit": "Cel", "scale": 0,
        "access": "read_write", "encoding": "twos_complement",
        "meaning": {"threshold": {
            "point": {"unit": 0, "component": "sensor", "number": 2, "line": null},
            "quantity": "temperature", "level": "upper_critical",
        }},
        "basis": "inferred", "notes": ["B-02", "B-16", "I-01"], "manual_line": 1529,
    });
    assert_eq!(row, expected);
    assert_eq!(
        serde_json::to_value(&REGISTER_MAP[..])
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        75
    );
}
