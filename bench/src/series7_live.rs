//! The live XML document of a 7-series unit with 48 outlets, into readings and outlets of the vocabulary.
//!
//! The document is synthetic: no document of a real unit is public. Every contender but the walks comes to the same
//! [`Snapshot`]; walks come to nothing, and show what quick-xml takes to find the tags, or the tags and their attributes.

use std::borrow::Cow;
use std::hint::black_box;

use pdu_core::{
    Counter, Decimal, Identity, IdentitySource, OutletStatus, Point, PowerState, Quality, Quantity, Reading, Snapshot,
    Statistic, Value,
};
use pdu_proto_7series::live::{DeviceItem, Document, FieldItem, Item, Keep, Options, OutletItem, ServerItem, Writer};
use pdu_proto_7series::wire::{KEYS, Key, Meaning, Measure, Place, Scale, WiredAs, power_state};
use quick_xml::events::Event;
use serde::Deserialize;

use crate::{Case, Contender};

/// Ours, the first of each case.
pub const OURS: &str = "ours, into a snapshot";
/// quick-xml alone: ours is to reach 0.6 of the speed of the first.
pub const WALKS: [&str; 2] = ["quick-xml alone, tags", "quick-xml alone, tags and attributes"];
/// What others would write: ours is to be faster.
pub const PEERS: [&str; 2] = ["roxmltree, the same mapping", "serde with quick-xml, the same mapping"];

/// All cases, each with the bytes of its document.
pub fn cases() -> Vec<(Case, usize)> {
    let indented = document();
    let compact: String = indented.lines().map(str::trim_start).collect();
    [
        ("48 outlets, a tag a line", indented),
        ("48 outlets, on one line", compact),
    ]
    .map(|(name, text)| (case(name, &text), text.len()))
    .into()
}

fn case(name: &str, text: &str) -> Case {
    let snapshot = |name, read: fn(&[u8]) -> Option<Snapshot>| {
        let bytes = text.as_bytes().to_vec();
        assert_eq!(read(&bytes), ours(&bytes), "{name} reads it otherwise");
        Contender::new(name, move || touch(&read(black_box(&bytes)).expect("a document")))
    };
    let [tags, attributes] = WALKS;
    let [tree, serde] = PEERS;
    let bytes = text.as_bytes().to_vec();
    let everything = text.as_bytes().to_vec();
    let (first, second) = (bytes.clone(), bytes);
    Case {
        name: name.to_owned(),
        contenders: vec![
            snapshot(OURS, ours),
            Contender::new("ours, everything kept", move || {
                let document = Document::parse(black_box(&everything), &Options::default());
                document.expect("a document").readings.len() as u64
            }),
            Contender::new(tags, move || walk(black_box(&first))),
            Contender::new(attributes, move || walk_attributes(black_box(&second))),
            snapshot(tree, by_tree),
            snapshot(serde, by_serde),
        ],
    }
}

/// A unit with Wye wiring and 48 metered outlets, and a climate sensor.
fn document() -> String {
    let mut writer = Writer::new();
    writer.comment("synthetic: no document of a real unit");
    let mut write = |item: Item<'_>| writer.write(&item).expect("in its place");
    let text = |text: &'static str| Some(Cow::Borrowed(text));
    write(Item::Server(ServerItem { host: text("rack 7") }));
    write(Item::Device(DeviceItem {
        id: text("5D000000C0FFEE28"),
        kind: text("synthetic-7w"),
        name: text("Rack unit"),
    }));
    for key in KEYS {
        match key.meaning {
            Meaning::Reading(Measure {
                place: Place::Inlet(_),
                quantity,
                ..
            }) if key.wired_as != WiredAs::Delta => {
                let value = match quantity {
                    Quantity::ActiveEnergy => "18241",
                    Quantity::ActivePower => "1204",
                    Quantity::ApparentPower => "1251",
                    Quantity::PowerFactor => "96",
                    Quantity::Current => "5.4",
                    _ => "231",
                };
                write(Item::Field(FieldItem {
                    key: key.text.into(),
                    value: text(value),
                }));
            }
            _ => {}
        }
    }
    for number in 1..=48 {
        write(Item::Outlet(OutletItem {
            number: number.to_string().into(),
            name: Some(format!("Server {number}").into()),
            url: text(""),
            amperes: Some(format!("0.{}", number % 10).into()),
            watts: Some((number * 7).to_string().into()),
            kilowatt_hours: Some(format!("{}.{}", number * 31, number % 10).into()),
            status: text(if number % 5 == 0 { "Off" } else { "On" }),
        }));
    }
    write(Item::Device(DeviceItem {
        id: text("5D000000C0FFEE29"),
        kind: text("synthetic-climate"),
        name: text("Front, top"),
    }));
    for (key, value) in [
        ("TempC", "25.95"),
        ("TempF", "78.71"),
        ("Humidity", "53"),
        ("DewPtC", "15.68"),
        ("DewPtF", "60.22"),
        ("Airflow", "19.1"),
        ("Light", "4"),
        ("Sound", "0"),
        ("IO1", "99"),
        ("IO2", "99"),
        ("IO3", "99"),
        ("Ext1TempC", "23.10"),
    ] {
        write(Item::Field(FieldItem {
            key: key.into(),
            value: text(value),
        }));
    }
    writer.finish().expect("a root")
}

/// What makes a reader fill its snapshot: some of every number and text.
fn touch(snapshot: &Snapshot) -> u64 {
    let snapshot = black_box(snapshot);
    let numbers = snapshot.readings.iter().map(|reading| match reading.value {
        Some(Value::Gauge(value)) => value.mantissa().unsigned_abs(),
        Some(Value::Count(count)) => count.value(),
        None => 0,
    });
    let names = snapshot
        .outlets
        .iter()
        .map(|outlet| outlet.name.as_ref().map_or(0, String::len) as u64);
    numbers.chain(names).sum()
}

fn ours(bytes: &[u8]) -> Option<Snapshot> {
    let options = Options::default().with_keep(Keep::Nothing);
    Some(Document::parse(bytes, &options).ok()?.into_snapshot())
}

fn walk(bytes: &[u8]) -> u64 {
    let mut reader = quick_xml::Reader::from_reader(bytes);
    let mut octets = 0;
    loop {
        match reader.read_event().expect("well formed") {
            Event::Eof => return octets,
            event => octets += event.len() as u64,
        }
    }
}

fn walk_attributes(bytes: &[u8]) -> u64 {
    let mut reader = quick_xml::Reader::from_reader(bytes);
    let mut octets = 0;
    loop {
        match reader.read_event().expect("well formed") {
            Event::Eof => return octets,
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    let attribute = attribute.expect("well formed");
                    octets += (attribute.key.as_ref().len() + attribute.value.len()) as u64;
                }
            }
            event => octets += event.len() as u64,
        }
    }
}

/// What the peers map with: the table of keys, and the same numbering of places.
#[derive(Default)]
struct Mapping {
    snapshot: Snapshot,
    inlets: u16,
    sensors: u16,
}

/// One device of the [`Mapping`].
#[derive(Default)]
struct Numbers {
    inlet: Option<u16>,
    sensors: Vec<(Place, Option<u16>, u16)>,
}

impl Mapping {
    fn field(&mut self, numbers: &mut Numbers, key: &str, value: &str) -> Option<()> {
        let Some(found) = Key::lookup(key) else { return Some(()) };
        let Meaning::Reading(measure) = found.key.meaning else {
            return Some(());
        };
        let point = match measure.place {
            Place::Inlet(line) => {
                let number = *numbers.inlet.get_or_insert_with(|| {
                    self.inlets += 1;
                    self.inlets
                });
                Point::inlet(number).on(line)
            }
            place => {
                let known = numbers
                    .sensors
                    .iter()
                    .find(|(at, external, _)| *at == place && *external == found.external);
                let number = known.map(|(_, _, number)| *number).unwrap_or_else(|| {
                    self.sensors += 1;
                    numbers.sensors.push((place, found.external, self.sensors));
                    self.sensors
                });
                Point::sensor(number)
            }
        };
        self.push(point, measure.quantity, measure.statistic, measure.scale, value)
    }

    fn outlet(&mut self, number: &str, name: &str, measured: [&str; 3], status: &str) -> Option<()> {
        let number = number.parse().ok()?;
        let [amperes, watts, energy] = measured;
        let (point, now) = (Point::outlet(number), Statistic::Now);
        self.push(point, Quantity::Current, now, Scale::Gauge(0), amperes)?;
        self.push(point, Quantity::ActivePower, now, Scale::Gauge(0), watts)?;
        self.push(point, Quantity::ActiveEnergy, now, Scale::Count(3), energy)?;
        self.snapshot.outlets.push(OutletStatus {
            unit: 0,
            number,
            name: Some(name.to_owned()),
            state: power_state(status).unwrap_or(PowerState::Unknown),
            pending: None,
        });
        Some(())
    }

    fn push(&mut self, point: Point, quantity: Quantity, statistic: Statistic, scale: Scale, text: &str) -> Option<()> {
        let number: Decimal = text.parse().ok()?;
        let value = match scale {
            Scale::Count(places) => {
                let count = u64::try_from(number.mantissa()).ok()?;
                Value::Count(Counter::new(count, number.exponent() + places, 64)?)
            }
            Scale::Gauge(places) => Value::Gauge(number.shifted(places)?),
            _ => return None,
        };
        self.snapshot.readings.push(Reading {
            point,
            quantity,
            statistic,
            value: Some(value),
            quality: Quality::Good,
        });
        Some(())
    }

    fn finish(mut self, host: Option<&str>) -> Snapshot {
        self.snapshot.identities.push(Identity {
            unit: 0,
            vendor: None,
            model: None,
            name: host.map(str::to_owned),
            serial: None,
            mac: None,
            firmware: None,
            source: IdentitySource::Device,
        });
        self.snapshot
    }
}

fn by_tree(bytes: &[u8]) -> Option<Snapshot> {
    let document = roxmltree::Document::parse(str::from_utf8(bytes).ok()?).ok()?;
    let mut mapping = Mapping::default();
    let server = document.root_element();
    let devices = server.children().filter(|node| node.has_tag_name("devices"));
    for device in devices
        .flat_map(|devices| devices.children())
        .filter(|node| node.has_tag_name("device"))
    {
        let mut numbers = Numbers::default();
        for child in device.children() {
            if child.has_tag_name("field") {
                mapping.field(&mut numbers, child.attribute("key")?, child.attribute("value")?)?;
            } else if child.has_tag_name("outlets") {
                for outlet in child.children().filter(roxmltree::Node::is_element) {
                    let text = |name| outlet.attribute(name);
                    let measured = [text("amps")?, text("watts")?, text("kwatthrs")?];
                    mapping.outlet(text("num")?, text("name")?, measured, text("status")?)?;
                }
            }
        }
    }
    Some(mapping.finish(server.attribute("host")))
}

#[derive(Deserialize)]
struct Server<'a> {
    #[serde(rename = "@host", borrow)]
    host: Option<Cow<'a, str>>,
    #[serde(borrow)]
    devices: Devices<'a>,
}

#[derive(Deserialize)]
struct Devices<'a> {
    #[serde(borrow, default)]
    device: Vec<Device<'a>>,
}

#[derive(Deserialize)]
struct Device<'a> {
    #[serde(borrow, default)]
    field: Vec<Field<'a>>,
    #[serde(borrow)]
    outlets: Option<Outlets<'a>>,
}

#[derive(Deserialize)]
struct Field<'a> {
    #[serde(rename = "@key", borrow)]
    key: Cow<'a, str>,
    #[serde(rename = "@value", borrow)]
    value: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Outlets<'a> {
    #[serde(borrow, default)]
    outlet: Vec<Outlet<'a>>,
}

#[derive(Deserialize)]
struct Outlet<'a> {
    #[serde(rename = "@num", borrow)]
    number: Cow<'a, str>,
    #[serde(rename = "@name", borrow)]
    name: Cow<'a, str>,
    #[serde(rename = "@amps", borrow)]
    amperes: Cow<'a, str>,
    #[serde(rename = "@watts", borrow)]
    watts: Cow<'a, str>,
    #[serde(rename = "@kwatthrs", borrow)]
    kilowatt_hours: Cow<'a, str>,
    #[serde(rename = "@status", borrow)]
    status: Cow<'a, str>,
}

fn by_serde(bytes: &[u8]) -> Option<Snapshot> {
    let server: Server<'_> = quick_xml::de::from_str(str::from_utf8(bytes).ok()?).ok()?;
    let mut mapping = Mapping::default();
    for device in &server.devices.device {
        let mut numbers = Numbers::default();
        for field in &device.field {
            mapping.field(&mut numbers, &field.key, &field.value)?;
        }
        for outlet in device.outlets.iter().flat_map(|outlets| &outlets.outlet) {
            let measured = [&*outlet.amperes, &outlet.watts, &outlet.kilowatt_hours];
            mapping.outlet(&outlet.number, &outlet.name, measured, &outlet.status)?;
        }
    }
    Some(mapping.finish(server.host.as_deref()))
}
