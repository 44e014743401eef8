//! Any value of any object: what is of the grammar keeps its digits, and the rest says why it has none.

#![cfg(feature = "proptest")]

use pdu_core::{Quality, Value as Number};
use pdu_proto_snmp::bps2000::{Content, IntegerScale, Meaning, Measured, OBJECTS, Object, Problem};
use pdu_proto_snmp::strategies;
use pdu_proto_snmp::wire::Value;
use proptest::prelude::*;

fn object() -> impl Strategy<Value = &'static Object> {
    any::<prop::sample::Index>().prop_map(|index| index.get(&OBJECTS))
}

fn scale() -> impl Strategy<Value = IntegerScale> {
    prop_oneof![Just(IntegerScale::Unknown), Just(IntegerScale::Modbus)]
}

/// No value only where it is unavailable or out of range; a problem that is no harmless one leaves no value.
fn consistent(measured: Measured) {
    let has_value = matches!(measured.quality, Quality::Good | Quality::Suspect);
    assert_eq!(measured.content.is_some(), has_value, "{measured:?}");
    match measured.problem {
        Some(Problem::UnscaledInteger { .. }) => assert_ne!(measured.quality, Quality::Good),
        Some(problem) if !problem.is_harmless() => assert!(measured.content.is_none(), "{problem}"),
        _ => {}
    }
}

proptest! {
    #[test]
    fn a_number_of_the_grammar_keeps_its_digits(
        object in object(),
        number in "-?[1-9][0-9]{0,8}(\\.[0-9]{1,3})?",
        blanks in "[ \t]{0,3}",
    ) {
        let Some(unit) = object.unit_of_measure() else { return Ok(()) };
        let text = format!("{blanks}{number}{blanks}");
        let measured = Measured::of(object, Value::OctetString(text.as_bytes()), IntegerScale::Unknown);
        consistent(measured);
        match measured.content {
            Some(Content::Number(value)) => {
                prop_assert_eq!(value.in_unit(unit).unwrap().to_string(), number);
                let is_count = matches!(object.meaning, Meaning::Energy { .. });
                prop_assert_eq!(matches!(value, Number::Count(_)), is_count);
                prop_assert_eq!(measured.problem, None);
            }
            Some(content) => prop_assert!(false, "{:?}", content),
            // Energy below zero; a temperature that no probe has.
            None => prop_assert!(measured.problem.is_some() || measured.quality != Quality::Unavailable),
        }
    }

    #[test]
    fn any_text_is_a_value_or_says_why_not(object in object(), text in prop::collection::vec(any::<u8>(), 0..40), scale in scale()) {
        consistent(Measured::of(object, Value::OctetString(&text), scale));
    }

    #[test]
    fn any_value_is_a_value_or_says_why_not(object in object(), varbind in strategies::varbind(), scale in scale()) {
        consistent(Measured::of(object, varbind.view().value, scale));
    }
}
