//! The device session of a BPS2000, with a raw session that answers at once whatever a test wants.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail by panicking, as the tests do

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;

use pdu_core::{
    Answer, Capability, Command, Contact, ContactKind, DeviceError, Effect, Endpoint, Error, ErrorKind, Event, EventOf,
    Instant, Line, LinkDemand, LinkEvent, Point, Quality, Quantity, Refused, Restart, Session, Snapshot, Target,
    Ticket, Transport,
};
use pdu_proto_snmp::SnmpError;
use pdu_proto_snmp::bps2000::{
    CAPABILITIES, Device, IntegerScale, Mode, OBJECTS, Object, Problem, Profile, Readout, ReadoutError, ZeroProbe,
};
use pdu_proto_snmp::client::{OwnedRequest, Reply, Request};
use pdu_proto_snmp::wire::{ErrorStatus, Message, Oid, Tolerance, Value, VarBind, VarBindList, VarBinds, Version};

/// What the agent has, by name; nothing else exists. Values own their text.
type Values = BTreeMap<Vec<u8>, Held>;

#[derive(Clone, Debug)]
enum Held {
    Text(String),
    Integer(i32),
    /// The agent refuses a request with this name.
    Refuses(ErrorStatus),
    /// The varbind of this name is broken: an INTEGER of no octets.
    Broken,
    /// The varbind of this name has no readable name either.
    Nameless,
}

/// Which errors the agent has for a name that it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speaks {
    V1,
    V2,
}

/// A raw session that answers each request at once, or never.
#[derive(Debug)]
struct Raw {
    values: Values,
    speaks: Speaks,
    is_silent: bool,
    asked: Vec<Vec<String>>,
    live: Vec<Ticket>,
    events: VecDeque<EventOf<Self>>,
    tickets: u64,
}

impl Raw {
    fn new(speaks: Speaks, values: Values) -> Self {
        Self {
            values,
            speaks,
            is_silent: false,
            asked: Vec::new(),
            live: Vec::new(),
            events: VecDeque::new(),
            tickets: 100,
        }
    }

    fn answer(&self, names: VarBinds<'_>) -> Result<Reply, SnmpError> {
        let mut octets = Vec::new();
        for (index, varbind) in (1..).zip(names) {
            let name = varbind.unwrap().name;
            let refusal = |status| SnmpError::Agent {
                status,
                index,
                name: Some(name.into()),
                effect: Effect::NotApplied,
            };
            let held = self.values.get(name.as_octets());
            let value = match held {
                None if self.speaks == Speaks::V1 => return Err(refusal(ErrorStatus::NO_SUCH_NAME)),
                None => Value::NoSuchObject,
                Some(Held::Refuses(status)) => return Err(refusal(*status)),
                Some(Held::Text(text)) => Value::OctetString(text.as_bytes()),
                Some(Held::Integer(number)) => Value::Integer(*number),
                Some(Held::Broken | Held::Nameless) => Value::Null,
            };
            let list = VarBindList::new(Version::V2C, &[VarBind::new(name, value)]).unwrap();
            let mut varbind = list.varbinds().as_octets().unwrap().to_vec();
            match held {
                Some(Held::Broken) => {
                    let tag = varbind.len() - 2;
                    varbind[tag] = 0x02;
                }
                Some(Held::Nameless) => varbind[2] = 0x04,
                _ => {}
            }
            octets.extend(varbind);
        }
        let message = response(&octets);
        let message = Message::parse(&message, Tolerance::LENIENT).unwrap();
        Ok(Reply::from(VarBindList::copied(message.body.varbinds())))
    }
}

/// A message of v2c around these varbinds.
fn response(varbinds: &[u8]) -> Vec<u8> {
    let ids = [0x02, 0x01, 0x07, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00];
    let body = item(0xA2, &[&ids[..], &item(0x30, varbinds)].concat());
    item(0x30, &[&[0x02, 0x01, 0x01, 0x04, 0x01, b'p'][..], &body].concat())
}

fn item(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82, high, low], content].concat()
}

impl Endpoint for Raw {
    fn transport(&self) -> Transport {
        Transport::Datagram { max_len: 1472 }
    }
    fn handle_link(&mut self, _now: Instant, _event: LinkEvent) {}
    fn handle_input(&mut self, _now: Instant, bytes: &[u8]) -> usize {
        bytes.len()
    }
    fn handle_transmitted(&mut self, _now: Instant, _len: usize) {}
    fn handle_timeout(&mut self, _now: Instant) {}
    fn transmit(&self) -> &[u8] {
        &[]
    }
    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
    fn link_demand(&self) -> LinkDemand {
        LinkDemand::Idle
    }
}

impl Session for Raw {
    type Request = OwnedRequest;
    type Reply = Reply;
    type Notice = Infallible;
    type Error = SnmpError;

    fn submit(&mut self, _now: Instant, request: OwnedRequest) -> Result<Ticket, Refused<OwnedRequest>> {
        let ticket = Ticket(self.tickets);
        self.tickets += 1;
        let Request::Get(names) = request.as_request() else {
            panic!("only gets are sent: {request:?}");
        };
        let text = names.iter().map(|varbind| varbind.unwrap().name.to_string());
        self.asked.push(text.collect());
        if self.is_silent {
            self.live.push(ticket);
        } else {
            let result = self.answer(names);
            self.events.push_back(Event::Done { ticket, result });
        }
        Ok(ticket)
    }

    fn cancel(&mut self, _now: Instant, ticket: Ticket) {
        if let Some(at) = self.live.iter().position(|live| *live == ticket) {
            self.live.remove(at);
            let effect = Effect::NotApplied;
            let result = Err(SnmpError::Cancelled { effect });
            self.events.push_back(Event::Done { ticket, result });
        }
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        self.events.pop_front()
    }
}

/// A full chain: each object answers something believable, and other members something else.
fn chain(slaves: u16) -> Values {
    let objects = OBJECTS.iter().filter(|object| object.unit <= slaves);
    objects
        .map(|object| {
            let unit = object.unit;
            let text = match object.unit_of_measure().map(|unit| unit.symbol) {
                Some("V") => format!("23{unit}.8"),
                Some("A") => format!("{unit}.42"),
                Some("Hz") => "50.01".into(),
                Some("1") => "0.94".into(),
                Some("Cel") => format!("2{unit}.4"),
                Some("%") => format!("4{unit}.1"),
                Some("kWh" | "kVAh") => format!("180{unit}.120"),
                Some(_) => format!("78{unit}.5"),
                None if object.name.contains("Door") => "Closed".into(),
                None if object.name == "deviceName" => "rack 7".into(),
                None => "No".into(),
            };
            (object.oid.as_octets().to_vec(), Held::Text(text))
        })
        .collect()
}

fn put(values: &mut Values, name: &str, held: Held) {
    let object = Object::named(name).unwrap();
    values.insert(object.oid.as_octets().to_vec(), held);
}

fn take_out(values: &mut Values, names: impl Fn(&Object) -> bool) {
    for object in OBJECTS.iter().filter(|object| names(object)) {
        values.remove(object.oid.as_octets());
    }
}

fn text(text: &str) -> Held {
    Held::Text(text.into())
}

fn call(device: &mut Device<Raw>, command: Command) -> Result<Answer, DeviceError> {
    let ticket = device.submit(Instant::EPOCH, command).unwrap();
    match device.poll_event() {
        Some(Event::Done { ticket: done, result }) if done == ticket => result,
        other => panic!("the end of {ticket:?}: {other:?}"),
    }
}

/// The snapshot that a device of these values gives, and how many names each request had.
fn survey(speaks: Speaks, values: Values, profile: impl Into<Profile>) -> (Result<Snapshot, DeviceError>, Vec<usize>) {
    let mut device = Device::new(Raw::new(speaks, values), profile);
    let snapshot = match call(&mut device, Command::Snapshot) {
        Ok(Answer::Snapshot(snapshot)) => Ok(*snapshot),
        Ok(other) => panic!("a snapshot: {other:?}"),
        Err(error) => Err(error),
    };
    (snapshot, device.raw().asked.iter().map(Vec::len).collect())
}

fn snapshot(values: Values) -> Snapshot {
    survey(Speaks::V2, values, Mode::Lenient).0.unwrap()
}

/// Text and quality of a reading.
fn reading(snapshot: &Snapshot, point: Point, quantity: Quantity) -> (String, Quality) {
    let reading = snapshot.reading(point, quantity).unwrap();
    let value = reading.value.and_then(|value| value.in_unit(quantity.customary_unit()));
    let text = value.map(|value| value.to_string()).unwrap_or_default();
    (text, reading.quality)
}

const L1: Point = Point::inlet(1).on(Line::L1);
const L2: Point = Point::inlet(1).on(Line::L2);
const L3: Point = Point::inlet(1).on(Line::L3);

#[test]
fn a_snapshot_asks_every_object_once_with_one_get_a_member() {
    let mut device = Device::new(Raw::new(Speaks::V2, chain(5)), Mode::Strict);
    call(&mut device, Command::Snapshot).unwrap();
    let asked = &device.raw().asked;
    assert_eq!(asked.iter().map(Vec::len).collect::<Vec<_>>(), [38, 37, 37, 37, 37, 37]);
    assert!(
        asked.iter().flatten().eq(OBJECTS
            .iter()
            .map(|object| object.oid.to_string())
            .collect::<Vec<_>>()
            .iter())
    );
}

#[test]
fn each_request_fits_an_ethernet_frame() {
    let mut device = Device::new(Raw::new(Speaks::V2, chain(5)), Mode::Strict);
    call(&mut device, Command::Snapshot).unwrap();
    for asked in &device.raw().asked {
        // Tag, length, name and Null, and the head of a message of v3 with privacy.
        let octets: usize = asked.iter().map(|_| 2 + 2 + 12 + 2).sum();
        assert!(octets + 200 < 1472, "{octets}");
    }
}

#[test]
fn readings_have_the_points_quantities_and_digits_of_the_device() {
    let snapshot = snapshot(chain(5));
    assert_eq!(snapshot.readings.len(), 6 * 33);
    assert_eq!(snapshot.contacts.len(), 6 * 4);
    let good = |text: &str| (text.to_string(), Quality::Good);
    for unit in 0..=5 {
        let at = |point: Point| point.of_unit(unit);
        assert_eq!(
            reading(&snapshot, at(L1), Quantity::Voltage),
            good(&format!("23{unit}.8"))
        );
        assert_eq!(
            reading(&snapshot, at(L3), Quantity::Current),
            good(&format!("{unit}.42"))
        );
        assert_eq!(
            reading(&snapshot, at(L2), Quantity::ReactivePower),
            good(&format!("78{unit}.5"))
        );
        assert_eq!(
            reading(&snapshot, at(L1), Quantity::ActiveEnergy),
            good(&format!("180{unit}.120"))
        );
        let probe = at(Point::sensor(3));
        assert_eq!(
            reading(&snapshot, probe, Quantity::Temperature),
            good(&format!("2{unit}.4"))
        );
        assert_eq!(
            reading(&snapshot, probe, Quantity::RelativeHumidity),
            good(&format!("4{unit}.1"))
        );
    }
    // In the order of the table.
    let first: Vec<String> = snapshot.readings.iter().take(3).map(ToString::to_string).collect();
    assert_eq!(
        first,
        [
            "unit0.inlet1.L1 current 0.42 A",
            "unit0.inlet1.L1 voltage 230.8 V",
            "unit0.inlet1.L1 active_power 780.5 W"
        ]
    );
    assert_eq!(
        (snapshot.alarms, snapshot.thresholds, snapshot.outlets),
        (vec![], vec![], vec![])
    );
}

#[test]
fn contacts_say_what_the_words_mean() {
    let mut values = chain(0);
    put(&mut values, "masterDoor1", text("Open"));
    put(&mut values, "masterDoor2", text("-"));
    put(&mut values, "masterSmoke", text("Yes"));
    put(&mut values, "masterWater", text("Normal"));
    let contacts: Vec<_> = snapshot(values)
        .contacts
        .iter()
        .map(|contact| (contact.kind, contact.point.number, contact.state))
        .collect();
    assert_eq!(
        contacts,
        [
            (ContactKind::Smoke, 1, Contact::Detected),
            (ContactKind::Water, 1, Contact::Clear),
            (ContactKind::Door, 1, Contact::Open),
            (ContactKind::Door, 2, Contact::Unknown)
        ]
    );
}

#[test]
fn identities_are_those_of_the_members_that_are_there() {
    let told = |identities: &[pdu_core::Identity]| -> Vec<_> {
        identities
            .iter()
            .map(|identity| (identity.unit, identity.name.clone()))
            .collect()
    };
    let expected = [(0, Some("rack 7".to_string())), (1, None), (2, None)];
    for speaks in [Speaks::V1, Speaks::V2] {
        let mut device = Device::new(Raw::new(speaks, chain(2)), Mode::Strict);
        let Ok(Answer::Identity(identities)) = call(&mut device, Command::Identity) else {
            panic!("identities");
        };
        assert_eq!(told(&identities), expected);
        assert_eq!(device.raw().asked[0].len(), 7);
        let Ok(Answer::Snapshot(snapshot)) = call(&mut device, Command::Snapshot) else {
            panic!("a snapshot");
        };
        assert_eq!(snapshot.identities, identities);
        assert_eq!(identities[0].vendor.as_deref(), Some("BKT"));
        assert_eq!(identities[0].model.as_deref(), Some("BPS2000v2"));
    }
}

#[test]
fn slaves_that_the_agent_does_not_have_are_absent() {
    for slaves in 0..=5 {
        let (snapshot, asked) = survey(Speaks::V2, chain(slaves), Mode::Strict);
        let snapshot = snapshot.unwrap();
        assert_eq!(snapshot.identities.len(), usize::from(slaves) + 1);
        assert_eq!(snapshot.readings.len(), 33 * (usize::from(slaves) + 1));
        assert!(snapshot.readings.iter().all(|reading| reading.point.unit <= slaves));
        assert_eq!(asked.len(), 6);
    }
}

#[test]
fn in_v1_an_absent_slave_costs_one_exchange() {
    let (found, asked) = survey(Speaks::V1, chain(2), Mode::Strict);
    assert_eq!(asked, [38, 37, 37, 37, 37, 37]);
    assert_eq!(found.unwrap(), snapshot(chain(2)));
}

#[test]
fn in_v1_a_missing_object_costs_one_more_exchange_and_no_other_object() {
    let mut values = chain(1);
    take_out(&mut values, |object| {
        ["masterVoltageL3", "masterDoor2", "slaveOnePFL1"].contains(&object.name)
    });
    let (found, asked) = survey(Speaks::V1, values.clone(), Mode::Strict);
    assert_eq!(asked, [38, 37, 36, 37, 36, 37, 37, 37, 37]);
    let found = found.unwrap();
    assert_eq!(found, snapshot(values));
    assert_eq!(
        reading(&found, L3, Quantity::Voltage),
        (String::new(), Quality::Unavailable)
    );
    assert_eq!(reading(&found, L3, Quantity::Current).1, Quality::Good);
}

#[test]
fn the_unprinted_objects_of_the_last_slave_may_be_missing() {
    let mut values = chain(5);
    take_out(&mut values, |object| object.manual_line.is_none());
    for speaks in [Speaks::V1, Speaks::V2] {
        let (snapshot, asked) = survey(speaks, values.clone(), Mode::Strict);
        let snapshot = snapshot.unwrap();
        assert!(asked.len() <= 6 + 16, "{asked:?}");
        let at = |point: Point| point.of_unit(5);
        assert_eq!(reading(&snapshot, at(L3), Quantity::ActivePower).1, Quality::Good);
        assert_eq!(
            reading(&snapshot, at(L3), Quantity::ReactivePower).1,
            Quality::Unavailable
        );
        assert_eq!(
            reading(&snapshot, at(Point::sensor(1)), Quantity::Temperature).1,
            Quality::Unavailable
        );
        let doors = snapshot.contacts.iter().filter(|contact| contact.point.unit == 5);
        assert!(doors.clone().count() == 4 && doors.clone().all(|door| door.state == Contact::Unknown));
    }
}

/// Notes B-03 and B-04.
#[test]
fn active_power_at_12_is_never_taken_for_reactive_power() {
    let mut values = chain(5);
    take_out(&mut values, |object| {
        ["slaveTwoReactivePowerL2", "slaveFiveReactivePowerL2"].contains(&object.name)
    });
    let snapshot = snapshot(values);
    for unit in [2, 5] {
        assert_eq!(
            reading(&snapshot, L2.of_unit(unit), Quantity::ActivePower).1,
            Quality::Good
        );
        let reactive = reading(&snapshot, L2.of_unit(unit), Quantity::ReactivePower);
        assert_eq!(reactive, (String::new(), Quality::Unavailable));
    }
}

#[test]
fn one_bad_varbind_costs_none_of_the_others() {
    for (held, problem) in [
        (
            text("n/a"),
            "masterVoltageL2 (1.3.6.1.4.1.47394.1.2.11.0): \"n/a\" is no value",
        ),
        (
            text("1 A"),
            "masterVoltageL2 (1.3.6.1.4.1.47394.1.2.11.0): unit \"A\" where V was expected",
        ),
        (
            Held::Broken,
            "masterVoltageL2 (1.3.6.1.4.1.47394.1.2.11.0): varbind 12, value at octet ",
        ),
        (
            Held::Nameless,
            "masterVoltageL2 (1.3.6.1.4.1.47394.1.2.11.0): varbind 12, name at octet ",
        ),
        (
            Held::Refuses(ErrorStatus::GEN_ERR),
            "masterVoltageL2 (1.3.6.1.4.1.47394.1.2.11.0): agent answered genErr",
        ),
    ] {
        let mut values = chain(1);
        put(&mut values, "masterVoltageL2", held.clone());
        let mut device = Device::new(Raw::new(Speaks::V2, values.clone()), Mode::Lenient);
        let Ok(Answer::Snapshot(found)) = call(&mut device, Command::Snapshot) else {
            panic!("a snapshot with {held:?}");
        };
        assert_eq!(
            reading(&found, L2, Quantity::Voltage),
            (String::new(), Quality::Unavailable)
        );
        let others = |snapshot: &Snapshot| -> Vec<_> {
            let is_other = |reading: &&pdu_core::Reading| (reading.point, reading.quantity) != (L2, Quantity::Voltage);
            snapshot.readings.iter().filter(is_other).copied().collect()
        };
        assert_eq!(others(&found), others(&snapshot(chain(1))));
        let [deviation] = device.deviations() else {
            panic!("one deviation: {:?}", device.deviations());
        };
        assert!(deviation.to_string().starts_with(problem), "{deviation}");

        let (refused, _) = survey(Speaks::V2, values, Mode::Strict);
        let error = refused.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Malformed, Effect::NotApplied)
        );
        assert!(error.to_string().starts_with(problem), "{error}");
    }
}

#[test]
fn an_integer_is_suspect_unless_the_profile_names_its_scale_and_an_error_in_strict_mode() {
    let mut values = chain(0);
    put(&mut values, "masterVoltageL1", Held::Integer(2318));
    let with = |mode, integers| {
        let profile = Profile {
            mode,
            integers,
            ..Profile::default()
        };
        survey(Speaks::V2, values.clone(), profile).0
    };
    let voltage = |snapshot: Snapshot| reading(&snapshot, L1, Quantity::Voltage);
    let suspect = voltage(with(Mode::Lenient, IntegerScale::Unknown).unwrap());
    assert_eq!(suspect, ("2318".into(), Quality::Suspect));
    let error = with(Mode::Strict, IntegerScale::Unknown).unwrap_err();
    let refused = error.inner().downcast_ref::<ReadoutError>();
    let Some(ReadoutError::Object(deviation)) = refused else {
        panic!("a deviation: {error}");
    };
    assert_eq!(deviation.problem, Problem::UnscaledInteger { raw: 2318 });
    for mode in [Mode::Strict, Mode::Lenient] {
        let good = voltage(with(mode, IntegerScale::Modbus).unwrap());
        assert_eq!(good, ("231.8".into(), Quality::Good));
    }
}

#[test]
fn a_probe_that_reads_zero_twice_is_absent_unless_the_profile_says_otherwise() {
    let mut values = chain(0);
    put(&mut values, "masterTemperature1", text("0.0"));
    put(&mut values, "masterHumidity1", text("0"));
    put(&mut values, "masterHumidity2", text("0.0"));
    let (absent, _) = survey(Speaks::V2, values.clone(), Profile::default());
    let (suspect, _) = survey(
        Speaks::V2,
        values,
        Profile {
            zero_probe: ZeroProbe::Suspect,
            ..Profile::default()
        },
    );
    let (absent, suspect) = (absent.unwrap(), suspect.unwrap());
    let probe = Point::sensor(2);
    assert_eq!(
        reading(&absent, probe, Quantity::Temperature),
        (String::new(), Quality::Unavailable)
    );
    assert_eq!(
        reading(&absent, probe, Quantity::RelativeHumidity),
        (String::new(), Quality::Unavailable)
    );
    assert_eq!(
        reading(&suspect, probe, Quantity::Temperature),
        ("0.0".into(), Quality::Suspect)
    );
    assert_eq!(
        reading(&absent, Point::sensor(3), Quantity::RelativeHumidity),
        ("0.0".into(), Quality::Good)
    );
}

#[test]
fn another_device_is_told_apart_after_few_exchanges() {
    for (speaks, exchanges) in [(Speaks::V1, 2), (Speaks::V2, 1)] {
        for command in [Command::Snapshot, Command::Identity] {
            let mut device = Device::new(Raw::new(speaks, Values::new()), Mode::Lenient);
            let error = call(&mut device, command.clone()).unwrap_err();
            assert_eq!(
                (error.kind(), error.effect()),
                (ErrorKind::Mismatch, Effect::NotApplied)
            );
            assert!(error.inner().downcast_ref::<ReadoutError>() == Some(&ReadoutError::NoSuchDevice));
            let limit = if command == Command::Snapshot { exchanges } else { 7 };
            assert!(device.raw().asked.len() <= limit, "{:?}", device.raw().asked.len());
        }
    }
}

#[test]
fn an_error_that_is_about_no_name_ends_the_command() {
    let mut device = Device::new(Raw::new(Speaks::V2, chain(0)), Mode::Lenient);
    let error = SnmpError::Agent {
        status: ErrorStatus::GEN_ERR,
        index: 0,
        name: None,
        effect: Effect::NotApplied,
    };
    for error in [
        error,
        SnmpError::LinkDown {
            effect: Effect::NotApplied,
        },
    ] {
        device.submit(Instant::EPOCH, Command::Capabilities).unwrap();
        device.poll_event().unwrap();
        let mut raw = Raw::new(Speaks::V2, chain(0));
        raw.is_silent = true;
        let mut device = Device::new(
            Failing {
                raw,
                error: error.clone(),
            },
            Mode::Lenient,
        );
        device.submit(Instant::EPOCH, Command::Snapshot).unwrap();
        let Some(Event::Done { result: Err(told), .. }) = device.poll_event() else {
            panic!("a failure");
        };
        assert_eq!(told.inner().downcast_ref::<SnmpError>(), Some(&error));
    }
}

/// A raw session all of whose requests fail.
#[derive(Debug)]
struct Failing {
    raw: Raw,
    error: SnmpError,
}

impl Endpoint for Failing {
    fn transport(&self) -> Transport {
        self.raw.transport()
    }
    fn handle_link(&mut self, _now: Instant, _event: LinkEvent) {}
    fn handle_input(&mut self, _now: Instant, bytes: &[u8]) -> usize {
        bytes.len()
    }
    fn handle_transmitted(&mut self, _now: Instant, _len: usize) {}
    fn handle_timeout(&mut self, _now: Instant) {}
    fn transmit(&self) -> &[u8] {
        &[]
    }
    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
    fn link_demand(&self) -> LinkDemand {
        LinkDemand::Idle
    }
}

impl Session for Failing {
    type Request = OwnedRequest;
    type Reply = Reply;
    type Notice = Infallible;
    type Error = SnmpError;

    fn submit(&mut self, now: Instant, request: OwnedRequest) -> Result<Ticket, Refused<OwnedRequest>> {
        let ticket = self.raw.submit(now, request)?;
        let result = Err(self.error.clone());
        self.raw.events.push_back(Event::Done { ticket, result });
        Ok(ticket)
    }
    fn cancel(&mut self, _now: Instant, _ticket: Ticket) {}
    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        self.raw.poll_event()
    }
}

#[test]
fn what_the_agent_leaves_out_is_noted_and_what_nobody_asked_for_is_not_taken() {
    let voltage = Object::named("masterVoltageL1").unwrap();
    let varbinds = [
        VarBind::new(Oid::ZERO, Value::OctetString(b"1")),
        VarBind::new(voltage.oid, Value::OctetString(b"231.8")),
    ];
    let mut readout = Readout::new(Profile::default());
    readout.take(VarBinds::new(&varbinds));
    assert_eq!(readout.readings().filter(|reading| reading.value.is_some()).count(), 1);
    assert_eq!(readout.deviations().count(), 0);
    assert_eq!(readout.name(), None);
}

#[test]
fn a_cancelled_command_ends_once_and_the_next_one_is_carried_out() {
    let mut raw = Raw::new(Speaks::V2, chain(1));
    raw.is_silent = true;
    let mut device = Device::new(raw, Mode::Lenient);
    let now = Instant::EPOCH;
    let tickets = [0; 8].map(|_| device.submit(now, Command::Snapshot).unwrap());
    let refused = device.submit(now, Command::Snapshot).unwrap_err();
    assert_eq!((refused.request, refused.kind), (Command::Snapshot, ErrorKind::Busy));
    assert_eq!(device.raw().asked.len(), 1, "one after the other");
    for ticket in tickets.into_iter().rev() {
        device.cancel(now, ticket);
        device.cancel(now, ticket);
        let Some(Event::Done {
            ticket: done,
            result: Err(error),
        }) = device.poll_event()
        else {
            panic!("the end of {ticket:?}");
        };
        assert_eq!(
            (done, error.kind(), error.effect()),
            (ticket, ErrorKind::Cancelled, Effect::NotApplied)
        );
        assert!(device.poll_event().is_none());
    }
}

#[test]
fn the_device_can_be_read_and_nothing_else() {
    let mut device = Device::new(Raw::new(Speaks::V2, chain(0)), Mode::Lenient);
    assert_eq!(
        call(&mut device, Command::Capabilities).unwrap(),
        Answer::Capabilities(CAPABILITIES)
    );
    assert!(CAPABILITIES.iter().eq([Capability::Snapshot]));
    for command in [
        Command::Switch {
            target: Target::All,
            action: pdu_core::Action::Off,
            delay: pdu_core::Delay::None,
        },
        Command::Thresholds,
        Command::ResetEnergy(L1),
        Command::Clock,
        Command::Schedule,
        Command::Settings,
        Command::AlarmRules,
        Command::Restart(Restart::Controller),
    ] {
        let error = call(&mut device, command).unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Unsupported, Effect::NotApplied)
        );
    }
    assert_eq!(device.raw().asked.len(), 0);
}
