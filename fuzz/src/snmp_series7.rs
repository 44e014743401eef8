//! The device session of the 7-series, with a simulated unit behind an agent that answers when the script lets it, and as the
//! script damages it; some of its objects answer what the script says. And what notifications say, of any variables.

use core::net::SocketAddr;
use core::time::Duration;

use pdu_core::testing::{Script, SolePeer, drive_script_with_peer};
use pdu_core::{
    Action, AlarmRule, Answer, Command, Component, Decimal, Delay, DeviceError, DeviceSession, Effect, Error, Instant,
    OutletSettings, Path, Point, PowerRestorePolicy, Quality, Quantity, Settings, Snapshot, Target as Outlets, Trip,
    Update,
};
use pdu_proto_snmp::client::{Client, Security, Target};
use pdu_proto_snmp::notification::Notification;
use pdu_proto_snmp::series7::simulator::{Counts, Metering, Series7};
use pdu_proto_snmp::series7::traps::{self, TRAPS};
use pdu_proto_snmp::series7::{Base, Device, Layout, OBJECTS, Options, Precision, Wiring};
use pdu_proto_snmp::server::{Access, Agent, AgentOptions, OwnedValue};
use pdu_proto_snmp::usm::{EngineId, LocalEngine};
use pdu_proto_snmp::wire::{Message, OidBuf, Opaque, Operation, Tolerance, Value, VarBind, Version};

use crate::show;
use crate::watched::{Watch, Watched};

const AGENT: SocketAddr = SocketAddr::new(core::net::IpAddr::V4(core::net::Ipv4Addr::new(192, 0, 2, 7)), 161);
const MANAGER: SocketAddr = SocketAddr::new(core::net::IpAddr::V4(core::net::Ipv4Addr::new(192, 0, 2, 1)), 40_000);
/// What the session asks at most, in one run.
const MAX_OUTLETS: u16 = 12;

/// Any script: each command ends once, with an answer of its kind; what has no value says why; and no more is written than was
/// asked for.
pub fn device(data: &[u8]) {
    let (head, rest) = data.split_at(data.len().min(64));
    let mut script = Script::new(head);
    let switches = script.next_u8();
    if switches & 0x80 != 0 {
        return notifications(&mut Script::new(data));
    }
    let version = if switches & 1 == 0 { Version::V2C } else { Version::V1 };
    let target = Target::new(AGENT, Security::community(version, b"private")).with_retries(switches >> 5 & 3);
    let client = Client::new(target, 7).expect("a community needs no keys");
    let unit = unit(switches, &mut script);
    let options = options(switches, &mut script).with_base(*unit.base());
    let mut peer = SolePeer::new(agent(unit), Path::to(MANAGER));
    let mut session = Watched::new(Device::new(client, options), Writes::default());
    drive_script_with_peer(&mut session, &mut peer, rest, command);
}

fn unit(switches: u8, script: &mut Script<'_>) -> Series7 {
    let [shape, outlets] = [script.next_u8(), script.next_u8()];
    let mut unit = Series7::builder()
        .base(if switches & 2 == 0 { Base::GEIST } else { Base::TWIN })
        .wiring(if switches & 4 == 0 { Wiring::Wye } else { Wiring::Delta })
        .counts(if switches & 8 == 0 {
            Counts::Told
        } else {
            Counts::Missing
        })
        .metering(if shape & 1 == 0 {
            Metering::Outlets
        } else {
            Metering::Lines
        })
        .precision(if shape & 2 == 0 {
            Precision::Tenth
        } else {
            Precision::Degree
        })
        .outlets(u16::from(outlets) % MAX_OUTLETS)
        .seed(u64::from(shape));
    // Few sensors, so that scripts get far; the shape says of which kind.
    for table in 2..=35 {
        unit = unit.sensors(table, u16::from(table == shape));
    }
    let mut unit = unit.build();
    for _ in 0..shape >> 4 {
        let Some(object) = OBJECTS.get(usize::from(script.next_u16()) % OBJECTS.len()) else {
            break;
        };
        let instance = u16::from(script.next_u8() % 4);
        unit.answer_with(object, instance, Some(OwnedValue::from(strange(script))));
    }
    unit
}

fn strange<'d>(script: &mut Script<'d>) -> Value<'d> {
    let kind = script.next_u8();
    match kind % 8 {
        0 => Value::NoSuchInstance,
        1 => Value::Integer(i32::from(kind) - 128),
        2 => Value::Counter64(u64::MAX >> (kind >> 3)),
        3 => Value::Gauge32(u32::MAX >> (kind >> 3)),
        4 => Value::Opaque(Opaque(script.take(usize::from(kind >> 4)))),
        5 => Value::ObjectIdentifier(pdu_proto_snmp::wire::Oid::ZERO),
        6 => Value::Integer(i32::MIN),
        _ => Value::OctetString(script.take(usize::from(kind >> 4))),
    }
}

fn options(switches: u8, script: &mut Script<'_>) -> Options {
    let options = Options::default().with_batch(script.next_u8());
    if switches & 16 == 0 {
        return options;
    }
    let known = script.next_u8();
    options
        .with_wiring(if known & 1 == 0 { Wiring::Auto } else { Wiring::Wye })
        .with_outlets(u16::from(known >> 4) % MAX_OUTLETS)
}

fn agent(unit: Series7) -> Agent<Series7> {
    let id = EngineId::from_text(21239, "fuzzed").expect("a short text");
    Agent::new(LocalEngine::new(id, 1, Instant::EPOCH), unit, AgentOptions::default())
        .with_community(b"private", Access::read_write())
}

fn command(script: &mut Script<'_>) -> Option<Command> {
    Some(match script.next_u8() % 16 {
        0 => Command::Capabilities,
        1 => Command::Identity,
        2..=4 => Command::Snapshot,
        5 => Command::Settings,
        6 => Command::AlarmRules,
        7..=9 => switch(script),
        10 | 11 => Command::SetSettings(
            Settings::from((0..script.next_u8() % 4).map(|_| settings(script)).collect::<Vec<_>>()).into(),
        ),
        12 | 13 => Command::SetAlarmRules((0..script.next_u8() % 4).map(|_| rule(script)).collect()),
        14 => Command::ResetEnergy(Point::new(Component::Outlet, script.next_u16())),
        _ => Command::Thresholds,
    })
}

fn switch(script: &mut Script<'_>) -> Command {
    let [target, action] = [script.next_u8(), script.next_u8()];
    Command::Switch {
        target: match target % 8 {
            0 => Outlets::All,
            1 => Outlets::Group(1),
            _ => Outlets::Outlet(u16::from(target >> 3)),
        },
        action: match action % 8 {
            0 => Action::Cycle,
            1 => Action::CancelPending,
            2 => Action::ResetEnergy,
            3..=5 => Action::On,
            _ => Action::Off,
        },
        delay: match action >> 4 {
            0 | 1 => Delay::Configured,
            2 => Delay::Exact(Duration::from_secs(1)),
            _ => Delay::None,
        },
    }
}

fn text(script: &mut Script<'_>) -> Option<String> {
    let len = script.next_u8();
    len.is_multiple_of(2)
        .then(|| String::from_utf8_lossy(script.take(usize::from(len))).into_owned())
}

fn settings(script: &mut Script<'_>) -> OutletSettings {
    let bits = script.next_u8();
    let seconds = |bit: u8| (bits & bit != 0).then_some(u32::from(bits) << (bit % 29));
    OutletSettings {
        name: text(script),
        url: text(script),
        on_delay: seconds(1),
        off_delay: seconds(2),
        cycle_delay: seconds(4),
        cycle_duration: seconds(8),
        restore_delay: seconds(16),
        restore_policy: (bits & 32 != 0).then_some(PowerRestorePolicy::LastState),
        ..OutletSettings::of(u16::from(script.next_u8() % 16))
    }
}

fn rule(script: &mut Script<'_>) -> AlarmRule {
    let [number, what, threshold] = [script.next_u8(), script.next_u8(), script.next_u8()];
    let object = OBJECTS.get(usize::from(script.next_u16()) % OBJECTS.len());
    AlarmRule {
        number: number.into(),
        point: (what & 1 != 0).then(|| Point::outlet(u16::from(what >> 4))),
        quantity: (what & 1 != 0).then_some(Quantity::Current),
        object: (what & 2 != 0).then(|| format!("{}.{}", object.map_or("?", |object| object.name), what >> 5)),
        trip: if what & 4 == 0 { Trip::Below } else { Trip::Above },
        threshold: Decimal::new(
            i64::from(threshold) << (what & 31),
            -(i8::try_from(what >> 6).unwrap_or(0)),
        ),
    }
}

/// How many requests that write a command may send.
fn writes_of(command: &Command) -> usize {
    match command {
        Command::Switch {
            target: Outlets::All, ..
        } => usize::from(MAX_OUTLETS),
        Command::Switch { .. } | Command::ResetEnergy(_) => 1,
        Command::SetSettings(settings) => settings.outlets.len(),
        // Each row that there was may be removed: no more than were ever made.
        Command::SetAlarmRules(rules) => 2 * rules.len() + 200,
        _ => 0,
    }
}

/// Answers are looked through, and writes are counted.
#[derive(Default)]
struct Writes {
    may_write: usize,
    has_written: usize,
}

impl<S: DeviceSession> Watch<S> for Writes {
    fn left(&mut self, _device: &S, datagram: &[u8]) {
        if !datagram.is_empty() {
            let message = Message::parse(datagram, Tolerance::STRICT).expect("what we send is strict");
            self.has_written += usize::from(message.body.operation() == Operation::SET);
            assert!(self.has_written <= self.may_write);
        }
    }

    fn accepted(&mut self, _device: &S, command: &Command) {
        self.may_write += writes_of(command);
    }

    fn done(&mut self, _command: Command, result: &Result<Answer, DeviceError>) {
        match result {
            Ok(answer) => look_through(answer),
            Err(error) => assert!(self.may_write > 0 || error.effect() == Effect::NotApplied, "{error}"),
        }
    }

    fn notice(&mut self, update: &Update) {
        assert!(matches!(update, Update::Outlet(_)), "{update:?}");
    }
}

fn look_through(answer: &Answer) {
    match answer {
        Answer::Snapshot(snapshot) => whole(snapshot),
        Answer::Identity(identities) => assert_eq!(identities.len(), 1),
        Answer::Settings(settings) => assert!(settings.outlets.iter().all(|outlet| outlet.delay.is_none())),
        Answer::AlarmRules(rules) => assert!(rules.iter().all(|rule| rule.object.is_some())),
        Answer::Capabilities(_) | Answer::Accepted | Answer::Confirmed => {}
        other => panic!("nobody asked for {other:?}"),
    }
}

/// What has no value says why, and no two readings are of the same.
fn whole(snapshot: &Snapshot) {
    assert_eq!(snapshot.identities.len(), 1);
    for (index, reading) in snapshot.readings.iter().enumerate() {
        show(reading);
        assert_eq!(
            reading.value.is_none(),
            reading.quality == Quality::Unavailable,
            "{reading}"
        );
        let is_same = |other: &&pdu_core::Reading| {
            (other.point, other.quantity, other.statistic) == (reading.point, reading.quantity, reading.statistic)
        };
        assert!(
            !snapshot.readings.iter().skip(index + 1).any(|other| is_same(&other)),
            "{reading} twice"
        );
    }
}

/// Any notification, with any variables: what is made of it does not depend on their order.
fn notifications(script: &mut Script<'_>) {
    let bits = script.next_u8();
    let base = Base::KNOWN[usize::from(bits & 1)];
    let trap = TRAPS
        .get(usize::from(script.next_u16()) % TRAPS.len())
        .expect("within the table");
    let mut variables: Vec<(OidBuf, Value<'_>)> = Vec::new();
    while !script.is_empty() && variables.len() < 12 {
        let Some(object) = OBJECTS.get(usize::from(script.next_u16()) % OBJECTS.len()) else {
            break;
        };
        let mut name = OidBuf::from(base.as_oid());
        for arc in object.arcs.iter().copied().chain([u32::from(script.next_u8())]) {
            name.push(arc).expect("a short name");
        }
        if variables.iter().all(|(known, _)| *known != name) {
            variables.push((name, strange(script)));
        }
    }
    let name = traps::name_of(trap, &base);
    let decoded = |variables: &[(OidBuf, Value<'_>)]| {
        let varbinds: Vec<_> = variables
            .iter()
            .map(|(name, value)| VarBind::new(name.as_oid(), *value))
            .collect();
        let notification = Notification::new(name.as_oid(), 7, &varbinds).expect("a dozen varbinds");
        traps::decode(&notification, &base).expect("one of the table")
    };
    let alarm = decoded(&variables);
    assert_eq!(alarm.trap, trap);
    let layout = Layout::default().with_rows(4, 3).with_rows(29, 100).with_rows(30, 9);
    if let Some(found) = alarm.alarm() {
        assert_eq!(alarm.alarm_in(&layout), Some(found));
    }
    let _ = alarm.point_in(&layout);
    assert_eq!(alarm.value.is_none(), alarm.quality == Quality::Unavailable);
    let watched = trap
        .watched()
        .map(|watched| watched.object().expect("of the table").arcs);
    let watches = |name: &OidBuf| {
        let of = pdu_proto_snmp::series7::Object::of(name.as_oid(), &base);
        of.is_some_and(|(object, _)| Some(object.arcs) == watched)
    };
    // Of several rows of what is watched, any may be told.
    if variables.iter().filter(|(name, _)| watches(name)).count() < 2 {
        variables.reverse();
        assert_eq!(decoded(&variables), alarm);
    }
}
