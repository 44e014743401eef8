//! The object table, held against the sheet made from the manual.

#![allow(clippy::unwrap_used)] // helpers of tests fail by panicking, as the tests do

use std::collections::BTreeSet;

use pdu_core::{ContactKind, Quantity};
use pdu_proto_snmp::bps2000::{Basis, Meaning, NOTES, OBJECT_COUNT, OBJECTS, Object};
use pdu_proto_snmp::wire::Oid;

/// The sheet: line of the manual, member, recommended name, printed name, printed OID, recommended OID, description, unit of
/// measure, status.
const SHEET: &str = include_str!("data/bps2000_snmp_objects.csv");

fn rows() -> impl Iterator<Item = Vec<String>> {
    SHEET.lines().skip(1).map(cells)
}

/// The cells of a line; those in quotes may have commas.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(String::new()),
            letter => cells.last_mut().unwrap().push(letter),
        }
    }
    cells
}

#[test]
fn every_object_is_as_the_sheet_has_it() {
    assert_eq!(rows().count(), OBJECT_COUNT);
    for (row, object) in rows().zip(&OBJECTS) {
        let [line, member, name, _, _, oid, _, unit, status] = &row[..] else {
            panic!("nine cells: {row:?}");
        };
        assert_eq!(object.name, name);
        assert_eq!(format!(".{}", object.oid), *oid, "{name}");
        assert_eq!(object.manual_line, line.parse().ok(), "{name}");
        assert_eq!(object.manual_line.is_none(), status.starts_with("INFERRED"), "{name}");
        let members = ["master", "slaveOne", "slaveTwo", "slaveThree", "slaveFour", "slaveFive"];
        let number = members.iter().position(|known| known == member);
        assert_eq!(usize::from(object.unit), number.unwrap_or(0), "{name}");
        assert_eq!(unit_in_the_sheet(object), unit, "{name}");
    }
}

fn unit_in_the_sheet(object: &Object) -> &'static str {
    match (object.meaning, object.unit_of_measure()) {
        (Meaning::Name, _) => "text",
        (Meaning::Contact { .. }, _) => "enum",
        (_, Some(unit)) => match unit.symbol {
            "var" => "VAR",
            "Cel" => "degC",
            symbol => symbol,
        },
        _ => "none",
    }
}

#[test]
fn meanings_are_those_of_the_names() {
    for object in &OBJECTS {
        let words = object.name.to_lowercase();
        match object.meaning {
            Meaning::Name => assert_eq!(object.name, "deviceName"),
            Meaning::Gauge { point, quantity } | Meaning::Energy { point, quantity } => {
                assert_eq!(point.unit, object.unit, "{}", object.name);
                let quantity = match quantity {
                    Quantity::PowerFactor => "pf".to_string(),
                    Quantity::RelativeHumidity => "humidity".to_string(),
                    Quantity::ActivePower if object.unit == 0 => "power".to_string(),
                    quantity => quantity.to_string().replace('_', ""),
                };
                let place = match point.line {
                    Some(line) => line.to_string().to_lowercase(),
                    None if point.number == 1 => String::new(),
                    None => (point.number - 1).to_string(),
                };
                assert!(words.ends_with(&format!("{quantity}{place}")), "{}", object.name);
            }
            Meaning::Contact { point, kind } => {
                assert_eq!(point.unit, object.unit, "{}", object.name);
                let number = match kind {
                    ContactKind::Door => point.number.to_string(),
                    _ => String::new(),
                };
                assert!(words.ends_with(&format!("{kind}{number}")), "{}", object.name);
            }
            _ => panic!("{}: another meaning", object.name),
        }
    }
}

#[test]
fn names_are_found_without_regard_to_case_and_as_printed() {
    for (row, object) in rows().zip(&OBJECTS) {
        let printed = &row[3];
        for name in [
            object.name,
            &object.name.to_lowercase(),
            &object.name.to_uppercase(),
            printed,
        ] {
            if !name.is_empty() {
                assert_eq!(Object::named(name), Some(object), "{name}");
            }
        }
    }
    assert_eq!(Object::named("masterReactivepowerL2").unwrap().manual_line, Some(1170));
    assert_eq!(Object::named("slaveSixCurrentL1"), None);
    assert_eq!(Object::named(""), None);
}

#[test]
fn objects_are_found_by_their_names_on_the_wire() {
    for object in &OBJECTS {
        assert_eq!(Object::at(object.oid), Some(object));
        assert_eq!(Object::meaning(object.meaning), Some(object));
    }
    let names: BTreeSet<Oid> = OBJECTS.iter().map(|object| object.oid).collect();
    assert!(
        names.into_iter().eq(OBJECTS.iter().map(|object| object.oid)),
        "in their order"
    );
    assert_eq!(Object::at(Oid::ZERO), None);
}

/// Notes B-03 and B-04: .12 is active power, whatever is printed beside reactive power.
#[test]
fn the_misprinted_reactive_powers_are_asked_at_13_and_12_is_active_power() {
    for (unit, group) in [("slaveTwo", 4), ("slaveFive", 7)] {
        let named = |quantity| Object::named(&format!("{unit}{quantity}L2")).unwrap();
        let oid = |number| format!("1.3.6.1.4.1.47394.1.{group}.{number}.0");
        assert_eq!(named("ReactivePower").oid.to_string(), oid(13));
        assert_eq!(named("ActivePower").oid.to_string(), oid(12));
        assert_eq!(named("ReactivePower").basis(), Basis::Resolved);
    }
    let moved: Vec<String> = rows()
        .filter(|row| !row[4].is_empty() && row[4] != row[5])
        .map(|row| row[2].clone())
        .collect();
    assert_eq!(moved, ["slaveTwoReactivePowerL2", "slaveFiveReactivePowerL2"]);
}

#[test]
fn what_is_inferred_is_marked_in_the_table() {
    for object in &OBJECTS {
        let is_inferred = object.basis() == Basis::Inferred;
        assert_eq!(is_inferred, object.manual_line.is_none(), "{}", object.name);
        let values_are_inferred = object.value_notes().iter().any(|note| note.basis == Basis::Inferred);
        assert_eq!(values_are_inferred, object.meaning != Meaning::Name, "{}", object.name);
        for note in object.notes.iter().chain(object.value_notes()) {
            assert!(NOTES.contains(note), "{}", note.id);
        }
    }
    let inferred = OBJECTS.iter().filter(|object| object.manual_line.is_none());
    assert_eq!(inferred.count(), 16);
}
