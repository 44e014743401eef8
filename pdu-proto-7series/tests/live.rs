//! The live XML document: what is read, what is kept, what is refused and where. Every document here is synthetic.

#![allow(clippy::unwrap_used, clippy::panic)] // clippy excepts only the functions marked as tests, not their helpers

use std::borrow::Cow;

use pdu_core::{Basis, Component, Counter, Decimal, Line, Mode, Point, PowerState, Quality, Quantity, Reading, Value};
use pdu_proto_7series::live::{
    Deviation, DeviationKind, DeviceItem, Document, FieldItem, Item, Keep, Limits, LiveError, LiveFault, Options,
    OutletItem, Reader, ServerItem, UnknownKind, Wiring, WriteError, Writer,
};
use pdu_proto_7series::wire::{KEYS, Key, Meaning, Place, WiredAs};
use proptest::prelude::*;

fn parse(xml: &str) -> Document {
    Document::parse(xml.as_bytes(), &Options::default()).unwrap()
}

fn refused(xml: &str) -> LiveError {
    Document::parse(xml.as_bytes(), &Options::default()).unwrap_err()
}

fn strictly_refused(xml: &str) -> LiveFault {
    let options = Options::default().with_mode(Mode::Strict);
    Document::parse(xml.as_bytes(), &options).unwrap_err().fault
}

/// A document with one device that has this in it.
fn device(inside: &str) -> String {
    format!("<server><devices><device id='1'>{inside}</device></devices></server>")
}

fn field(key: &str, value: &str) -> String {
    device(&format!("<field key='{key}' value='{value}'/>"))
}

fn readings(xml: &str) -> Vec<String> {
    parse(xml).readings.iter().map(Reading::to_string).collect()
}

mod reading {
    use super::*;

    const WYE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- synthetic -->
<server host="rack 7">
  <devices>
    <device id="5D0000C0FFEE28" type="synthetic-7w" name="Rack unit">
      <field key="KWatt-hrs-Total" value="18241.5"/>
      <field key="Amps-A" value="5.40"/>
      <field key="Amps-Pk-A" value="7.1"/>
      <field key="Volts-B" value="231"/>
      <field key="Pwr-Factor%-C" value="96"/>
      <outlets>
        <outlet num="1" name="Router" url="http://router" amps="0.5" watts="112" kwatthrs="31.7" status="On"/>
        <outlet num="2" name="Switch" url="" amps="0" watts="0" kwatthrs="0" status="Off"/>
      </outlets>
    </device>
    <device id="5D0000C0FFEE29" type="synthetic-climate" name="Front">
      <field key="TempC" value="25.95"/>
      <field key="TempF" value="78.71"/>
      <field key="IO1" value="99"/>
      <field key="Ext1TempC" value="-3.10"/>
      <field key="Humidity" value="53"/>
    </device>
  </devices>
</server>
"#;

    #[test]
    fn wye_unit_with_a_climate_sensor_is_read_digit_for_digit() {
        assert_eq!(
            readings(WYE),
            [
                "unit0.inlet1.total active_energy 18241500 Wh",
                "unit0.inlet1.L1 current 5.40 A",
                "unit0.inlet1.L1 current max 7.1 A",
                "unit0.inlet1.L2 voltage 231 V",
                "unit0.inlet1.L3 power_factor 0.96",
                "unit0.outlet1 current 0.5 A",
                "unit0.outlet1 active_power 112 W",
                "unit0.outlet1 active_energy 31700 Wh",
                "unit0.outlet2 current 0 A",
                "unit0.outlet2 active_power 0 W",
                "unit0.outlet2 active_energy 0 Wh",
                "unit0.sensor1 temperature 25.95 Cel",
                "unit0.sensor2 input_level 99",
                "unit0.sensor3 temperature -3.10 Cel",
                "unit0.sensor1 relative_humidity 53 %",
            ]
        );
    }

    #[test]
    fn devices_know_their_places_and_keep_what_is_no_reading() {
        let document = parse(WYE);
        assert_eq!(document.host.as_deref(), Some("rack 7"));
        let [unit, climate] = &document.devices[..] else {
            panic!("{:?}", document.devices)
        };
        assert_eq!((unit.inlet, unit.sensors.clone()), (Some(1), 1..1));
        assert_eq!((climate.inlet, climate.sensors.clone()), (None, 1..4));
        assert_eq!(climate.name.as_deref(), Some("Front"));
        assert_eq!(climate.field("TempF"), Some("78.71"));
        assert!(unit.fields.is_empty() && document.deviations.is_empty());
    }

    #[test]
    fn outlets_come_with_name_address_and_state() {
        let document = parse(WYE);
        let [router, switch] = &document.outlets[..] else {
            panic!("{:?}", document.outlets)
        };
        assert_eq!((router.number, router.state), (1, PowerState::On));
        assert_eq!(router.url.as_deref(), Some("http://router"));
        assert_eq!(
            (switch.number, switch.state, switch.url.as_ref()),
            (2, PowerState::Off, None)
        );
        let snapshot = document.snapshot();
        assert_eq!(snapshot.outlets[0].name.as_deref(), Some("Router"));
        assert_eq!(snapshot.identities[0].name.as_deref(), Some("rack 7"));
        assert_eq!(snapshot.readings, document.readings);
    }

    #[test]
    fn who_only_polls_gets_the_same_readings_and_nothing_else() {
        let options = Options::default().with_keep(Keep::Nothing);
        let xml = WYE.replace("<outlets>", "<alarm state='x'>text</alarm><outlets>");
        let polled = Document::parse(xml.as_bytes(), &options).unwrap();
        let whole = parse(&xml);
        assert_eq!(polled.readings, whole.readings);
        assert_eq!((polled.unknown().count(), whole.unknown().count()), (0, 3));
        assert!(polled.devices.iter().all(|device| device.fields.is_empty()));
        assert!(polled.outlets.iter().all(|outlet| outlet.url.is_none()));
        assert_eq!(polled.snapshot(), whole.snapshot());
    }

    #[test]
    fn every_key_of_the_table_is_its_reading() {
        for key in KEYS {
            let text = key.text.replace("ExtN", "Ext2");
            let document = parse(&field(&text, "12.5"));
            let Meaning::Reading(measure) = key.meaning else {
                assert!(document.readings.is_empty(), "{text}");
                assert_eq!(document.devices[0].field(&text), Some("12.5"));
                continue;
            };
            let [reading] = document.readings[..] else {
                panic!("{text}")
            };
            assert_eq!(
                (reading.quantity, reading.statistic),
                (measure.quantity, measure.statistic)
            );
            let point = match measure.place {
                Place::Inlet(line) => Point::inlet(1).on(line),
                _ => Point::sensor(1),
            };
            assert_eq!((reading.point, reading.quality), (point, Quality::Good), "{text}");
        }
    }

    #[test]
    fn delta_pairs_are_lines_to_lines() {
        let xml = device(
            "<field key='Amps-C' value='3.0'/><field key='Volts-AB' value='398'/><field key='RealPower-CA' value='700'/>",
        );
        assert_eq!(
            readings(&xml),
            [
                "unit0.inlet1.L3 current 3.0 A",
                "unit0.inlet1.L1-L2 voltage 398 V",
                "unit0.inlet1.L3-L1 active_power 700 W",
            ]
        );
    }

    #[test]
    fn known_wiring_makes_the_other_keys_unknown() {
        let xml = device(
            "<field key='Amps-A' value='3'/><field key='Volts-A' value='230'/><field key='Volts-AB' value='398'/>",
        );
        let lines = |wiring| {
            let document = Document::parse(xml.as_bytes(), &Options::default().with_wiring(wiring)).unwrap();
            let lines: Vec<_> = document
                .readings
                .iter()
                .filter_map(|reading| reading.point.line)
                .collect();
            (lines, document.devices[0].fields.len())
        };
        assert_eq!(lines(Wiring::Wye), (vec![Line::L1, Line::L1], 1));
        assert_eq!(lines(Wiring::Delta), (vec![Line::L1, Line::L1L2], 1));
        assert_eq!(lines(Wiring::Auto), (vec![Line::L1, Line::L1, Line::L1L2], 0));
    }

    #[test]
    fn power_factor_without_load_is_suspect_in_any_order() {
        for (apparent, quality) in [("0.0", Quality::Suspect), ("1", Quality::Good), ("-", Quality::Good)] {
            let factor = "<field key='Pwr-Factor%-A' value='100'/>";
            let apparent = format!("<field key='ApPower-A' value='{apparent}'/><field key='ApPower-B' value='0'/>");
            for inside in [format!("{factor}{apparent}"), format!("{apparent}{factor}")] {
                let snapshot = parse(&device(&inside)).into_snapshot();
                let reading = snapshot.reading(Point::inlet(1).on(Line::L1), Quantity::PowerFactor);
                assert_eq!(reading.unwrap().quality, quality, "{inside}");
            }
        }
    }

    #[test]
    fn energy_counts_in_the_digits_of_the_document() {
        let value = |text| parse(&field("KWatt-hrs-A", text)).readings[0].value;
        let count = |value, exponent| Counter::new(value, exponent, 64).map(Value::Count);
        assert_eq!(value("4115"), count(4115, 3));
        assert_eq!(value("4115.0"), count(41150, 2));
        assert_eq!(value("0.001"), count(1, 0));
        assert_eq!(value("18446744073709551615"), None); // beyond what a decimal holds
    }

    #[test]
    fn any_child_of_outlets_with_a_number_is_an_outlet() {
        let document = parse(&device(
            "<outlets><socket num='3' status='On'/><group name='A'/></outlets>",
        ));
        assert_eq!(document.outlets.len(), 1);
        assert_eq!(document.outlets[0].number, 3);
        assert_eq!(
            document.unknown_at("/server/devices/device/outlets/group/@name"),
            Some("A")
        );
        assert!(document.deviations.is_empty());
    }

    #[test]
    fn outlets_that_are_not_metered_have_no_readings() {
        let document = parse(&device(
            "<outlets><outlet num='1' amps='' watts=' ' status='On'/></outlets>",
        ));
        assert!(document.readings.is_empty() && document.deviations.is_empty());
    }

    #[test]
    fn two_units_in_one_document_are_two_inlets() {
        let unit = "<device><field key='Amps-A' value='1'/><field key='TempC' value='20'/></device>";
        let document = parse(&format!("<server><devices>{unit}{unit}</devices></server>"));
        let points: Vec<_> = document.readings.iter().map(|reading| reading.point).collect();
        let [first, second] = [1, 2].map(|n| [Point::inlet(n).on(Line::L1), Point::sensor(n)]);
        assert_eq!(points, [first, second].concat());
        assert_eq!(document.devices[1].sensors, 2..3);
    }

    #[test]
    fn entities_quotes_and_white_space_are_as_xml_has_them() {
        let xml = "\u{FEFF}<?xml version='1.0' encoding='utf-8' standalone='yes'?><?pi x?>\r\n<server\thost = 'a &amp; &quot;b&quot;&#10;&#xB0;\tc\r\nd' >\
                   <!-- - --><devices ><device name=\"it's &lt;\">\n<field value='1.5'\n key='Amps-A' ></field >\
                   </device></devices></server><!-- end -->\n";
        let document = parse(xml);
        assert_eq!(document.host.as_deref(), Some("a & \"b\"\n° c d"));
        assert_eq!(document.devices[0].name.as_deref(), Some("it's <"));
        assert_eq!(document.readings[0].value, Some(Value::Gauge(Decimal::new(15, -1))));
    }

    #[test]
    fn text_is_borrowed_unless_an_entity_is_resolved() {
        let xml = field("a&gt;b", "plain");
        let mut reader = Reader::new(xml.as_bytes(), Limits::default()).unwrap();
        let field = loop {
            if let Some(Item::Field(field)) = reader.next().unwrap() {
                break field;
            }
        };
        assert!(matches!(field.key, Cow::Owned(ref key) if key == "a>b"));
        assert!(matches!(field.value, Some(Cow::Borrowed("plain"))));
    }
}

mod unknown {
    use super::*;

    const XML: &str = "<server host='h' uptime='12'><alarms><alarm state='tripped'>Volts<b/> low</alarm>\
                       <alarm state='clear'/></alarms><devices count='1'><device id='1' available='1'>\
                       <field key='Amps-A' value='1' unit='A'>x</field><field value='7'/><field key='New' value='9'/>\
                       <camera/></device></devices></server>";

    #[test]
    fn everything_is_reachable_by_its_path() {
        let document = parse(XML);
        let all: Vec<_> = document
            .unknown()
            .map(|unknown| (unknown.path(), unknown.value().to_owned()))
            .collect();
        let expected = [
            ("/server/@uptime", "12"),
            ("/server/alarms", ""),
            ("/server/alarms/alarm", ""),
            ("/server/alarms/alarm/@state", "tripped"),
            ("/server/alarms/alarm/text()", "Volts"),
            ("/server/alarms/alarm/b", ""),
            ("/server/alarms/alarm/text()", " low"),
            ("/server/alarms/alarm[2]", ""),
            ("/server/alarms/alarm[2]/@state", "clear"),
            ("/server/devices/@count", "1"),
            ("/server/devices/device/@available", "1"),
            ("/server/devices/device/field/@unit", "A"),
            ("/server/devices/device/field/text()", "x"),
            ("/server/devices/device/field[2]", ""),
            ("/server/devices/device/field[2]/@value", "7"),
            ("/server/devices/device/camera", ""),
        ];
        assert_eq!(all, expected.map(|(path, value)| (path.to_owned(), value.to_owned())));
        assert_eq!(document.devices[0].field("New"), Some("9"));
        assert_eq!(document.unknown_at("/server/alarms/alarm[2]/@state"), Some("clear"));
        assert_eq!(document.unknown_at("/server/alarms/alarm[3]/@state"), None);
    }

    #[test]
    fn strict_mode_takes_it_too() {
        let options = Options::default().with_mode(Mode::Strict);
        assert_eq!(Document::parse(XML.as_bytes(), &options).unwrap(), parse(XML));
    }

    #[test]
    fn kinds_and_names_are_told() {
        let document = parse(XML);
        let kinds: Vec<_> = document.unknown().map(|unknown| unknown.kind()).take(5).collect();
        assert_eq!(
            kinds,
            [
                UnknownKind::Attribute("uptime"),
                UnknownKind::Element("alarms"),
                UnknownKind::Element("alarm"),
                UnknownKind::Attribute("state"),
                UnknownKind::Text,
            ]
        );
    }

    #[test]
    fn text_of_several_kinds_is_one() {
        let document = parse("<server>a&amp;<!-- c --><![CDATA[<b>]]>\r\nd</server>");
        assert_eq!(document.unknown_at("/server/text()"), Some("a&<b>\nd"));
        assert_eq!(document.unknown().count(), 1);
    }

    #[test]
    fn known_names_elsewhere_are_unknown() {
        let document = parse("<server><device><field key='Amps-A' value='1'/></device><x><devices/></x></server>");
        assert!(document.readings.is_empty() && document.devices.is_empty());
        assert_eq!(document.unknown_at("/server/device/field/@key"), Some("Amps-A"));
    }
}

mod deviations {
    use super::*;

    fn only(xml: &str) -> Deviation {
        let mut deviations = parse(xml).deviations;
        assert_eq!(deviations.len(), 1, "{deviations:?}");
        deviations.remove(0)
    }

    #[test]
    fn number_that_is_none_is_a_reading_without_a_value() {
        for text in [
            "",
            "-",
            "n/a",
            "1,5",
            "+1",
            "1e3",
            "0x10",
            "NaN",
            "1.2.3",
            "99999999999999999999",
            "1 2",
            "۳",
        ] {
            let xml = field("Amps-A", text);
            let document = parse(&xml);
            let [reading] = document.readings[..] else {
                panic!("{text}")
            };
            assert_eq!((reading.value, reading.quality), (None, Quality::Unavailable), "{text}");
            assert_eq!(document.devices[0].field("Amps-A"), Some(text), "kept raw");
            let deviation = only(&xml);
            assert_eq!(deviation.path, "/server/devices/device/field");
            let kind = DeviationKind::NotANumber {
                name: "Amps-A".to_owned(),
                value: text.to_owned(),
            };
            assert_eq!(deviation.kind, kind);
            assert_eq!(strictly_refused(&xml), LiveFault::Deviation(kind));
        }
    }

    #[test]
    fn energy_below_zero_is_none() {
        assert_eq!(parse(&field("KWatt-hrs-A", "-1")).readings[0].value, None);
        assert!(parse(&field("RealPower-A", "-1")).readings[0].value.is_some());
    }

    #[test]
    fn white_space_around_a_number_is_none_of_it() {
        assert_eq!(readings(&field("Amps-A", " 5.4\t")), ["unit0.inlet1.L1 current 5.4 A"]);
    }

    #[test]
    fn field_without_a_value_is_not_zero() {
        let document = parse(&device("<field key='Amps-A'/>"));
        assert_eq!(document.readings[0].value, None);
        assert_eq!(document.deviations.len(), 1);
    }

    #[test]
    fn key_that_occurs_twice_gives_both_readings_suspect() {
        for key in ["Amps-A", "TempC", "IO2", "Ext7TempC"] {
            let xml = device(&format!(
                "<field key='{key}' value='1'/>\n<field key='Light' value='5'/><field key='{key}' value='2'/>"
            ));
            let document = parse(&xml);
            let qualities: Vec<_> = document.readings.iter().map(|reading| reading.quality).collect();
            assert_eq!(qualities, [Quality::Suspect, Quality::Good, Quality::Suspect], "{key}");
            let deviation = only(&xml);
            assert_eq!((deviation.position.line, deviation.position.column), (2, 31));
            assert_eq!(deviation.path, "/server/devices/device/field[3]");
            let kind = DeviationKind::DuplicateKey { key: key.to_owned() };
            assert_eq!(strictly_refused(&xml), LiveFault::Deviation(kind));
        }
    }

    #[test]
    fn same_key_in_two_devices_is_none_twice() {
        let unit = "<device><field key='Ext1TempC' value='1'/><field key='Amps-A' value='1'/></device>";
        assert!(
            parse(&format!("<server><devices>{unit}{unit}</devices></server>"))
                .deviations
                .is_empty()
        );
    }

    #[test]
    fn outlet_that_occurs_twice_is_neither_on_nor_off() {
        let xml = device(
            "<outlets><o num='1' amps='1' status='On'/><o num='2' amps='1' status='On'/><o num='1' amps='2' status='On'/></outlets>",
        );
        let document = parse(&xml);
        let states: Vec<_> = document.outlets.iter().map(|outlet| outlet.state).collect();
        assert_eq!(states, [PowerState::Unknown, PowerState::On, PowerState::Unknown]);
        let qualities: Vec<_> = document.readings.iter().map(|reading| reading.quality).collect();
        assert_eq!(qualities, [Quality::Suspect, Quality::Good, Quality::Suspect]);
        let kind = DeviationKind::DuplicateOutlet { number: 1 };
        assert_eq!(only(&xml).kind, kind);
        assert_eq!(strictly_refused(&xml), LiveFault::Deviation(kind));
    }

    #[test]
    fn status_that_is_not_known_is_not_off() {
        for status in ["", "off", "OFF", "0", "Rebooting"] {
            let xml = device(&format!("<outlets><outlet num='4' status='{status}'/></outlets>"));
            assert_eq!(parse(&xml).outlets[0].state, PowerState::Unknown);
            let kind = DeviationKind::Status {
                number: 4,
                value: status.to_owned(),
            };
            assert_eq!(only(&xml).kind, kind);
            assert_eq!(strictly_refused(&xml), LiveFault::Deviation(kind));
        }
        let silent = parse(&device("<outlets><outlet num='4'/></outlets>"));
        assert_eq!(silent.outlets[0].state, PowerState::Unknown);
        assert!(silent.deviations.is_empty());
    }

    #[test]
    fn outlet_without_a_number_is_kept_and_is_no_outlet() {
        for number in ["", "0", "-1", "+1", "65536", "1.0", "A1"] {
            let xml = device(&format!(
                "<outlets><outlet num='{number}' name='x' status='On'/></outlets>"
            ));
            let document = parse(&xml);
            assert!(document.outlets.is_empty(), "{number}");
            assert_eq!(
                document.unknown_at("/server/devices/device/outlets/outlet/@name"),
                Some("x")
            );
            let value = number.to_owned();
            assert_eq!(only(&xml).kind, DeviationKind::OutletNumber { value });
        }
    }

    #[test]
    fn text_of_the_device_is_escaped_and_cut_in_messages() {
        let long = format!("\u{1b}[31m\u{202e}{}", "x".repeat(1000));
        let xml = field("Amps-A", &long);
        let message = only(&xml).to_string();
        assert!(
            message.contains(r"\u{1b}[31m\u{202e}xxx") && message.len() < 250,
            "{message}"
        );
        let error = strictly_refused(&xml).to_string();
        assert!(error.contains(r"\u{1b}") && !error.contains('\u{1b}'), "{error}");
    }
}

mod refusals {
    use super::*;

    fn malformed(what: &'static str) -> LiveFault {
        LiveFault::Malformed { what }
    }

    fn at(error: &LiveError) -> (u32, u32, &str) {
        (error.position.line, error.position.column, &error.path)
    }

    #[test]
    fn what_is_no_xml_is_named_so() {
        for text in ["", " \n", "\u{FEFF}", "<?xml version='1.0'?>", "<!-- only -->"] {
            assert_eq!(refused(text).fault, LiveFault::NoElement, "{text:?}");
        }
        for text in ["hello", "{\"a\": 1}", "HTTP/1.1 404 Not Found\r\n\r\n"] {
            let error = refused(text);
            assert_eq!(error.fault, malformed("text outside the root element"));
            assert_eq!(at(&error), (1, 1, "/"));
        }
        assert_eq!(refused("<html><body/></html>").fault, LiveFault::OtherRoot);
        assert_eq!(refused("<Server/>").fault, LiveFault::OtherRoot);
        assert_eq!(
            refused("<server/>\n <server/>").fault,
            malformed("a second root element")
        );
        assert_eq!(at(&refused("<server/>\n rest")), (2, 2, "/"));
    }

    #[test]
    fn no_beginning_of_a_document_is_taken_for_a_whole_one() {
        let mut writer = Writer::new();
        for item in items() {
            writer.write(&item).unwrap();
        }
        let xml = writer.finish().unwrap();
        let end = xml.trim_end().len();
        for len in 0..end {
            let error = Document::parse(&xml.as_bytes()[..len], &Options::default()).unwrap_err();
            assert!(
                matches!(
                    error.fault,
                    LiveFault::NoElement | LiveFault::Truncated | LiveFault::NotUtf8
                ),
                "{len}: {error}"
            );
        }
        assert!(Document::parse(&xml.as_bytes()[..end], &Options::default()).is_ok());
    }

    #[test]
    fn errors_say_line_column_and_path() {
        let error = refused("<server>\n  <devices>\n    <device/>\n    <device>\n °<x a='1' a='2'/>");
        assert_eq!(error.fault, malformed("attribute that occurs twice"));
        assert_eq!(at(&error), (5, 12, "/server/devices/device[2]/x"));
        let error = refused("<server>\n<devices></device></server>");
        assert_eq!(error.fault, malformed("end tag of another element"));
        assert_eq!(at(&error), (2, 10, "/server/devices"));
        let message = error.to_string();
        assert_eq!(
            message,
            "line 2, column 10, in \"/server/devices\": not well-formed: end tag of another element"
        );
    }

    #[test]
    fn known_attribute_that_occurs_twice_is_refused_however_it_is_written() {
        for attributes in [
            r#" id="1" id="2""#,
            r#" id='1' id="2""#,
            r#" id="1" name="&lt;" id='2'"#,
            r#" x="1" id="2" x="""#,
        ] {
            let error = refused(&format!("<server><devices><device{attributes}/></devices></server>"));
            assert_eq!(error.fault, malformed("attribute that occurs twice"), "{attributes}");
        }
    }

    #[test]
    fn document_types_and_entities_are_never_looked_at() {
        let laughs =
            "<!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;&lol;&lol;'>]><server host='&lol2;'/>";
        assert_eq!(refused(laughs).fault, LiveFault::Doctype);
        for text in [
            "<!DOCTYPE html><html/>",
            "<!DOCTYPE server SYSTEM 'file:///etc/passwd'><server/>",
            "<!DOCTYPE>",
            "<!DOCTYPE",
        ] {
            assert_eq!(refused(text).fault, LiveFault::Doctype, "{text}");
        }
        for text in ["<server host='&lol;'/>", "<server>&lol;</server>"] {
            let name = "lol".to_owned();
            assert_eq!(refused(text).fault, LiveFault::Entity { name }, "{text}");
        }
    }

    #[test]
    fn what_no_document_may_have_is_refused() {
        for (inside, what) in [
            ("<a b='&#0;'/>", "reference to no character"),
            ("<a b='&#x110000;'/>", "reference to no character"),
            ("<a b='&#xD800;'/>", "reference to no character"),
            ("<a b='&#+65;'/>", "reference to no character"),
            ("<a b='&#;'/>", "reference to no character"),
            ("<a b='&amp'/>", "\"&\" without \";\""),
            ("<a b='<'/>", "\"<\" in the value of an attribute"),
            ("<a b/>", "attribute without \"=\""),
            ("<a b=c/>", "value of an attribute without quotes"),
            ("<a b='1'c='2'/>", "no white space before an attribute"),
            ("<a ='1'/>", "no name of an attribute"),
            ("<1/>", "tag without a name"),
            ("< a/>", "tag without a name"),
            ("<a&b/>", "no white space before an attribute"),
            ("<!x>", "unknown markup behind \"<!\""),
            ("&#0;", "reference to no character"),
            ("<?>?>", "processing instruction without a name"),
            ("<? pi?>", "processing instruction without a name"),
        ] {
            let error = refused(&format!("<server>{inside}</server>"));
            assert_eq!(error.fault, malformed(what), "{inside}");
        }
    }

    #[test]
    fn ten_thousand_levels_are_too_deep() {
        let xml = "<server>".to_owned() + &"<a>".repeat(10_000);
        assert_eq!(refused(&xml).fault, LiveFault::TooDeep { limit: 32 });
        let ends = "<server>".to_owned() + &"<a>".repeat(31) + &"</a>".repeat(31) + "</server>";
        assert_eq!(parse(&ends).unknown().count(), 31);
    }

    #[test]
    fn limits_are_kept_to_the_last_one() {
        let mut limits = Limits::default();
        (limits.attributes, limits.elements) = (3, 4);
        let parse = |xml: &str, limits| {
            let result = Document::parse(xml.as_bytes(), &Options::default().with_limits(limits));
            result.map_err(|error| error.fault)
        };
        assert!(parse("<server a='' b='' c=''/>", limits).is_ok());
        let fault = parse("<server a='' b='' c='' d=''/>", limits).unwrap_err();
        assert_eq!(fault, LiveFault::TooManyAttributes { limit: 3 });
        assert!(parse("<server><a/><a/><a/></server>", limits).is_ok());
        let fault = parse("<server><a/><a/><a/><a/></server>", limits).unwrap_err();
        assert_eq!(fault, LiveFault::TooManyElements { limit: 4 });
        limits.size = 9;
        assert!(parse("<server/>", limits).is_ok());
        assert_eq!(
            parse("<server />", limits).unwrap_err(),
            LiveFault::TooLarge { limit: 9 }
        );
    }

    #[test]
    fn largest_documents_are_read_or_refused_in_good_time() {
        let fill = |unit: &str| {
            let count = (1 << 18) / unit.len();
            device(&unit.repeat(count))
        };
        let mut limits = Limits::default();
        limits.elements = usize::MAX;
        let options = Options::default().with_limits(limits);
        for unit in [
            "<field key='Amps-A' value='x'/>",
            "<field key='Pwr-Factor%-A' value='0'/>",
            "<outlets><o num='1'/></outlets>",
            "<a b=''/>",
            "<a>text</a>",
            "&amp;",
            "<a/>&#10;x",
        ] {
            assert!(Document::parse(fill(unit).as_bytes(), &options).is_ok(), "{unit}");
        }
    }

    #[test]
    fn other_encodings_are_refused_by_name() {
        let parse = |bytes: &[u8]| Document::parse(bytes, &Options::default()).map_err(|error| error.fault);
        let label = |label: &str| LiveFault::Encoding {
            label: label.to_owned(),
        };
        for (name, is_taken) in [
            ("UTF-8", true),
            ("utf-8", true),
            ("US-ASCII", true),
            ("ISO-8859-1", true),
            ("UTF-16", false),
            ("x", false),
        ] {
            let xml = format!("<?xml version=\"1.0\" encoding=\"{name}\"?><server/>");
            match parse(xml.as_bytes()) {
                Ok(_) => assert!(is_taken, "{name}"),
                Err(fault) => assert!(!is_taken && fault == label(name), "{name}"),
            }
        }
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><server host='\xE9'/>";
        assert_eq!(parse(latin), Err(label("ISO-8859-1")));
        assert_eq!(parse(b"\xFF\xFE<\0s\0"), Err(label("UTF-16LE")));
        assert_eq!(parse(b"\0<\0s"), Err(label("UTF-16BE")));
        let broken = Document::parse(b"<server>\n\xC3\x28</server>", &Options::default()).unwrap_err();
        assert_eq!(
            (broken.fault, broken.position.line, broken.position.column),
            (LiveFault::NotUtf8, 2, 1)
        );
    }

    #[test]
    fn nothing_comes_after_an_error() {
        let mut reader = Reader::new(b"<server><devices></x>", Limits::default()).unwrap();
        assert!(matches!(reader.next(), Ok(Some(Item::Server(_)))));
        assert!(reader.next().is_err());
        assert!(matches!(reader.next(), Ok(None)));
    }
}

mod writing {
    use super::*;

    #[test]
    fn what_has_no_place_is_not_written() {
        let mut writer = Writer::new();
        let is_refused = |result| matches!(result, Err(WriteError::OutOfPlace { .. }));
        assert!(is_refused(writer.write(&Item::Device(DeviceItem::default()))));
        assert!(is_refused(writer.clone().finish().map(|_| ())));
        writer.write(&Item::Server(ServerItem::default())).unwrap();
        assert!(is_refused(writer.write(&Item::Server(ServerItem::default()))));
        assert!(is_refused(writer.write(&Item::Field(FieldItem::default()))));
        assert!(is_refused(writer.write(&Item::Outlet(OutletItem::default()))));
        let host = Some(Cow::Borrowed("\u{0}"));
        let mut fresh = Writer::new();
        assert_eq!(
            fresh.write(&Item::Server(ServerItem { host })),
            Err(WriteError::Character { character: '\u{0}' })
        );
        writer.finish().unwrap();
    }

    #[test]
    fn comment_never_ends_early() {
        for comment in ["-->", "--", "-", "a ----> <b", "\u{0}\u{1}", "->"] {
            let mut writer = Writer::new();
            writer.comment(comment);
            writer.write(&Item::Server(ServerItem::default())).unwrap();
            writer.comment(comment);
            let xml = writer.finish().unwrap();
            assert_eq!(parse(&xml), Document::default(), "{xml}");
            let between = xml.split("<!--").skip(1).map(|rest| rest.split_once("-->").unwrap().0);
            assert!(between.into_iter().all(|text| !text.contains("--")), "{xml}");
        }
    }
}

fn items() -> Vec<Item<'static>> {
    let text = |text: &'static str| Some(Cow::Borrowed(text));
    vec![
        Item::Server(ServerItem {
            host: text("räck & \"7\""),
        }),
        Item::Device(DeviceItem {
            id: text("1"),
            kind: None,
            name: text("<unit>"),
        }),
        Item::Field(FieldItem {
            key: "Amps-A".into(),
            value: text("5.4"),
        }),
        Item::Outlet(OutletItem {
            number: "1".into(),
            name: text("a\tb"),
            status: text("On"),
            ..OutletItem::default()
        }),
        Item::Outlet(OutletItem {
            number: "2".into(),
            amperes: text("0.5"),
            ..OutletItem::default()
        }),
        Item::Device(DeviceItem::default()),
        Item::Field(FieldItem {
            key: "TempC".into(),
            value: None,
        }),
    ]
}

fn read_items(xml: &str) -> Vec<Item<'_>> {
    let mut reader = Reader::new(xml.as_bytes(), Limits::default()).unwrap();
    let mut items = Vec::new();
    while let Some(item) = reader.next().unwrap() {
        items.push(item);
    }
    items
}

/// Text of which every character may stand in a document.
fn text() -> impl Strategy<Value = Cow<'static, str>> {
    let character = prop_oneof![
        4 => proptest::char::range(' ', '~'),
        1 => prop::sample::select(vec!['&', '<', '>', '"', '\'', '\t', '\n', '\r', '°', '\u{FFFD}', '\u{10FFFF}', ']']),
    ];
    prop::collection::vec(character, 0..12).prop_map(|characters| characters.into_iter().collect::<String>().into())
}

fn maybe_text() -> impl Strategy<Value = Option<Cow<'static, str>>> {
    prop::option::of(text())
}

fn key() -> impl Strategy<Value = Cow<'static, str>> {
    let known = prop::sample::select(KEYS).prop_map(|key| key.text.replace("ExtN", "Ext3").into());
    prop_oneof![3 => known, 1 => text()]
}

fn number() -> impl Strategy<Value = Decimal> {
    (any::<i32>(), -4..=0_i8).prop_map(|(mantissa, exponent)| Decimal::new(mantissa.into(), exponent))
}

fn inner_item() -> impl Strategy<Value = Item<'static>> {
    let value = prop_oneof![
        number().prop_map(|number| Some(number.to_string().into())),
        maybe_text()
    ];
    let outlet = (
        text(),
        maybe_text(),
        maybe_text(),
        [maybe_text(), maybe_text(), maybe_text()],
        maybe_text(),
    );
    prop_oneof![
        1 => (maybe_text(), maybe_text(), maybe_text())
            .prop_map(|(id, kind, name)| Item::Device(DeviceItem { id, kind, name })),
        4 => (key(), value).prop_map(|(key, value)| Item::Field(FieldItem { key, value })),
        2 => outlet.prop_map(|(number, name, url, [amperes, watts, kilowatt_hours], status)| {
            Item::Outlet(OutletItem { number, name, url, amperes, watts, kilowatt_hours, status })
        }),
    ]
}

fn document_items() -> impl Strategy<Value = Vec<Item<'static>>> {
    (maybe_text(), prop::collection::vec(inner_item(), 0..24)).prop_map(|(host, inner)| {
        let server = Item::Server(ServerItem { host });
        let device = Item::Device(DeviceItem::default());
        [server, device].into_iter().chain(inner).collect()
    })
}

fn write(items: &[Item<'_>]) -> String {
    let mut writer = Writer::new();
    writer.comment("synthetic");
    for item in items {
        writer.write(item).unwrap();
    }
    writer.finish().unwrap()
}

/// The same document as somebody else would write it: what stands between two tags is replaced, one after the other.
fn with_between(xml: &str, between: &[&str]) -> String {
    let mut fillings = between.iter().cycle();
    let mut out = String::new();
    for line in xml.lines() {
        out.push_str(line.trim_start());
        out.push_str(fillings.next().unwrap_or(&""));
    }
    out
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(items in document_items()) {
        let xml = write(&items);
        prop_assert_eq!(read_items(&xml), items);
    }

    #[test]
    fn what_stands_between_tags_changes_nothing(
        items in document_items(),
        between in prop::collection::vec(prop::sample::select(vec![
            "", " ", "\r\n\t", "<!-- <field key='Amps-A' value='1'/> -->", "<?pi ?>", "<!---->", "\n\n",
        ]), 1..8),
        mark in any::<bool>(),
    ) {
        let xml = write(&items);
        let mut other = with_between(&xml, &between);
        if mark {
            other.insert(0, '\u{FEFF}');
        }
        prop_assert_eq!(read_items(&other), items);
        let (one, two) = (parse(&xml), parse(&other));
        prop_assert_eq!(one.snapshot(), two.snapshot());
        prop_assert_eq!(one.devices, two.devices);
    }

    #[test]
    fn single_quotes_mean_the_same(items in document_items()) {
        let xml = write(&items);
        let other = xml.replace('\'', "&apos;").replace('"', "'");
        prop_assert_eq!(read_items(&other), items);
    }

    #[test]
    fn numbers_keep_their_digits(key in prop::sample::select(KEYS), number in number()) {
        let text = key.text.replace("ExtN", "Ext3");
        let document = parse(&field(&text, &number.to_string()));
        let Meaning::Reading(measure) = key.meaning else { return Ok(()) };
        let reading = document.readings[0];
        match reading.value {
            Some(Value::Gauge(value)) => {
                let places = if measure.quantity == Quantity::PowerFactor { -2 } else { 0 };
                prop_assert_eq!((value.mantissa(), value.exponent()), (number.mantissa(), number.exponent() + places));
            }
            Some(Value::Count(count)) => {
                let digits = (i64::try_from(count.value()).unwrap(), count.exponent());
                prop_assert_eq!(digits, (number.mantissa(), number.exponent() + 3));
            }
            None => prop_assert!(measure.quantity == Quantity::ActiveEnergy && number.mantissa() < 0),
        }
    }

    #[test]
    fn strict_and_lenient_differ_only_in_deviations(items in document_items()) {
        let xml = write(&items);
        let lenient = parse(&xml);
        match Document::parse(xml.as_bytes(), &Options::default().with_mode(Mode::Strict)) {
            Ok(strict) => {
                prop_assert!(lenient.deviations.is_empty());
                prop_assert_eq!(strict, lenient);
            }
            Err(error) => {
                let first = lenient.deviations.first().cloned();
                let LiveFault::Deviation(kind) = error.fault else { panic!("{error}") };
                prop_assert_eq!(first, Some(deviation(error.position, error.path, kind, &lenient)));
            }
        }
    }

    #[test]
    fn no_reading_is_made_up(items in document_items()) {
        let document = parse(&write(&items));
        for reading in &document.readings {
            prop_assert_eq!(reading.value.is_none(), reading.quality == Quality::Unavailable);
        }
        let fields = items.iter().filter(|item| match item {
            Item::Field(field) => Key::lookup(&field.key).is_some_and(|found| found.key.meaning != Meaning::Fahrenheit),
            _ => false,
        });
        let of_outlets = document.readings.iter().filter(|reading| reading.point.component == Component::Outlet);
        prop_assert_eq!(document.readings.len() - of_outlets.count(), fields.count());
    }

    #[test]
    fn broken_documents_are_errors_or_documents(items in document_items(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut xml = write(&items).into_bytes();
        let at = at.index(xml.len());
        xml[at] = byte;
        if let Err(error) = Document::parse(&xml, &Options::default()) {
            prop_assert!(error.position.line >= 1 && error.path.starts_with('/'));
        }
    }

    #[test]
    fn arbitrary_octets_never_panic(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Document::parse(&octets, &Options::default());
        let mut inside = b"<server>".to_vec();
        inside.extend(octets);
        let _ = Document::parse(&inside, &Options::default());
    }
}

/// The deviation that says the same as an error of strict mode.
fn deviation(
    position: pdu_proto_7series::Position,
    path: String,
    kind: DeviationKind,
    lenient: &Document,
) -> Deviation {
    let mut deviation = lenient.deviations[0].clone();
    (deviation.position, deviation.path, deviation.kind) = (position, path, kind);
    deviation
}

#[test]
fn inferred_keys_are_marked() {
    for (key, is_seen) in [
        ("Amps-A", true),
        ("Amps-B", false),
        ("Volts-AB", false),
        ("TempC", true),
        ("Ext1TempC", true),
    ] {
        let key = Key::lookup(key).unwrap().key;
        assert_eq!(key.basis == Basis::Seen, is_seen, "{}", key.text);
        assert!(!is_seen || key.wired_as != WiredAs::Delta);
    }
}
