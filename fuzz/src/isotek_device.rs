//! The device session of the SMART Power, through the client, with a simulated unit that answers when the script lets it, and
//! as the script damages it.

use core::time::Duration;
use std::collections::BTreeMap;

use pdu_core::testing::{Script, drive_script_with_peer};
use pdu_core::{
    Action, Answer, Command, Comparison, Delay, DeviceError, DeviceSession, LinkEvent, LocalDateTime, Mode, OutletKind,
    OutletSettings, Point, PowerRestorePolicy, PowerState, Quality, Restart, ScheduleRecord, Settings, Snapshot,
    Target, TimeOfDay, Trigger, Update,
};
use pdu_proto_isotek::client::{Client, FrameEnd, Options, Retry};
use pdu_proto_isotek::server::{self, Echo, Ending, TextServer};
use pdu_proto_isotek::smart_power::Device;
use pdu_proto_isotek::smart_power::simulator::{Fault, SmartPower};
use pdu_proto_isotek::wire::{Dialect, LineEnd, NamePadding, YearSeparator};

use crate::watched::{Watch, Watched};

/// Any script: each command ends once and with an answer of its kind, what is told of outlets is well formed, and no line
/// that writes leaves more often than it was asked for.
pub fn device(data: &[u8]) {
    let (head, rest) = data.split_at(data.len().min(4));
    let mut script = Script::new(head);
    let options = options(&mut script);
    let mut peer = peer(&mut script, options.dialect);
    let device = Device::new(Client::new(options)).with_retry(Retry::ReadsOnly);
    let mut session = Watched::new(device, Lines::default());
    drive_script_with_peer(&mut session, &mut peer, rest, command);
}

pub(crate) fn options(script: &mut Script<'_>) -> Options {
    let [link, times] = [script.next_u8(), script.next_u8()];
    let base = if link & 1 == 0 {
        Options::tcp()
    } else {
        Options::serial()
    };
    Options {
        mode: if link & 2 == 0 { Mode::Lenient } else { Mode::Strict },
        frame_end: [FrameEnd::Learnt, FrameEnd::Ok, FrameEnd::Bare, FrameEnd::Learnt][usize::from(link >> 2 & 3)],
        dialect: Dialect {
            line_end: if link & 0x10 == 0 { LineEnd::Lf } else { LineEnd::CrLf },
            year_separator: if link & 0x20 == 0 {
                YearSeparator::Bar
            } else {
                YearSeparator::Slash
            },
            name_padding: if link & 0x40 == 0 {
                NamePadding::None
            } else {
                NamePadding::Blanks
            },
            ..Dialect::default()
        },
        timeout: Duration::from_millis(20 << (times & 7)),
        retries: times >> 3 & 3,
        connect_timeout: Duration::from_millis(100),
        quiet: Duration::from_millis(u64::from(times)),
        ..base
    }
}

pub(crate) fn peer(script: &mut Script<'_>, dialect: Dialect) -> TextServer<SmartPower> {
    let [habits, faults] = [script.next_u8(), script.next_u8()];
    let ending =
        |bits: u8| [Ending::OkAndPrompt, Ending::Ok, Ending::Nothing, Ending::OkAndPrompt][usize::from(bits & 3)];
    let options = server::Options {
        dialect,
        status_end: ending(habits),
        address_end: ending(habits >> 2),
        echo: if habits & 0x10 == 0 { Echo::Off } else { Echo::Lines },
        ..server::Options::default()
    };
    let outlets = if habits & 0x20 == 0 { 16 } else { 8 };
    let mut unit = SmartPower::builder().outlets(outlets).seed(u64::from(faults)).build();
    for place in 0..8 {
        unit.inject(match faults >> place & 1 {
            0 => Fault::Delay(Duration::ZERO),
            _ if place % 2 == 0 => Fault::LoseAnswer,
            _ => Fault::LoseCommand,
        });
    }
    TextServer::with_options(unit, options)
}

fn command(script: &mut Script<'_>) -> Option<Command> {
    Some(match script.next_u8() % 16 {
        0 => Command::Capabilities,
        1 => Command::Identity,
        2 | 3 => Command::Snapshot,
        4 => Command::Clock,
        5 => Command::Schedule,
        6 => Command::Settings,
        7 | 8 => switch(script),
        9 => Command::SetClock(time(script)?),
        10 | 11 => Command::SetSchedule((0..script.next_u8() % 5).filter_map(|_| record(script)).collect()),
        12 | 13 => Command::SetSettings(
            Settings::from(
                (0..script.next_u8() % 5)
                    .map(|_| outlet_settings(script))
                    .collect::<Vec<_>>(),
            )
            .into(),
        ),
        14 => Command::Restart(if script.next_u8().is_multiple_of(4) {
            Restart::FactoryDefaults
        } else {
            Restart::Controller
        }),
        _ => Command::ResetEnergy(Point::outlet(1)),
    })
}

fn switch(script: &mut Script<'_>) -> Command {
    let [target, action] = [script.next_u8(), script.next_u8()];
    Command::Switch {
        target: match target % 8 {
            0 => Target::All,
            1 => Target::Group(1),
            _ => Target::Outlet(u16::from(target >> 3)),
        },
        action: match action % 8 {
            0 => Action::Cycle,
            1 => Action::CancelPending,
            2..=4 => Action::On,
            _ => Action::Off,
        },
        delay: match action >> 4 {
            0 => Delay::Configured,
            1 => Delay::Exact(Duration::from_secs(1)),
            _ => Delay::None,
        },
    }
}

fn time(script: &mut Script<'_>) -> Option<LocalDateTime> {
    let [month, day, hour] = [script.next_u8(), script.next_u8(), script.next_u8()];
    LocalDateTime::new(1990 + u16::from(month >> 4), month & 15, day & 31, hour & 31, 59, 58)
}

fn record(script: &mut Script<'_>) -> Option<ScheduleRecord> {
    let [kind, value, raw] = [script.next_u8(), script.next_u8(), script.next_u8()];
    let at = TimeOfDay::new(value & 31, raw & 63)?;
    Some(ScheduleRecord {
        id: u32::from(kind >> 4) * u32::from(value),
        name: text(script),
        outlet: u16::from(raw & 31),
        trigger: match kind & 3 {
            0 => Trigger::ActivePower {
                comparison: if raw & 64 == 0 {
                    Comparison::Greater
                } else {
                    Comparison::Less
                },
                watts: u32::from(value) * 500,
            },
            _ => Trigger::Time {
                at,
                day: u16::from(value) * 5,
            },
        },
        action: [Action::On, Action::Off, Action::Cycle, Action::ResetEnergy][usize::from(kind >> 2 & 3)],
        raw: raw_fields(script),
    })
}

fn raw_fields(script: &mut Script<'_>) -> BTreeMap<String, String> {
    let names = [
        "power",
        "operator",
        "status_value",
        "status_slot",
        "hh:min",
        "dd",
        "Power",
    ];
    let which = script.next_u8();
    let given = names.iter().enumerate().filter(|(place, _)| which >> place & 1 == 1);
    given.map(|(_, name)| (String::from(*name), text(script))).collect()
}

/// Up to 15 characters, mostly of those that names have.
fn text(script: &mut Script<'_>) -> String {
    let len = usize::from(script.next_u8() % 16);
    script.take(len).iter().map(|byte| char::from(*byte)).collect()
}

fn outlet_settings(script: &mut Script<'_>) -> OutletSettings {
    let [number, which, value] = [script.next_u8(), script.next_u8(), script.next_u8()];
    OutletSettings {
        unit: u16::from(number >> 7),
        name: (which & 1 == 1).then(|| text(script)),
        kind: (which & 2 == 2)
            .then_some([OutletKind::Normal, OutletKind::Router, OutletKind::Locked][usize::from(value % 3)]),
        delay: (which & 4 == 4).then_some(u32::from(value) * 500),
        restore_policy: (which & 0x78 == 0x78).then_some(PowerRestorePolicy::AlwaysOn),
        ..OutletSettings::of(u16::from(number & 31))
    }
}

/// Answers are held against their commands, and lines too.
#[derive(Default)]
struct Lines {
    /// How many lines of each kind may leave, by all commands so far.
    allowed: BTreeMap<&'static str, usize>,
    sent: BTreeMap<&'static str, usize>,
    /// What has left of a line that has not ended.
    line: Vec<u8>,
}

/// The heads of lines that write; the longer before the shorter.
const HEADS: [&str; 8] = ["PW=", "P=", "T=", "S", "C", "X", "G", "H"];

impl Lines {
    fn allow(&mut self, command: &Command) {
        let mut allow = |head, times| *self.allowed.entry(head).or_default() += times;
        match command {
            Command::Switch { target, action, .. } => allow(
                match (target, action) {
                    (Target::All, Action::Off) => "G",
                    (Target::All, _) => "H",
                    _ => "S",
                },
                1,
            ),
            Command::SetClock(_) => allow("T=", 1),
            Command::Restart(_) => allow("X", 1),
            Command::SetSchedule(records) => {
                allow("P=", 1);
                allow("PW=", records.len());
            }
            Command::SetSettings(settings) => allow("C", settings.outlets.len()),
            _ => {}
        }
    }

    fn count(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.line.push(*byte);
            if *byte == b'\n' {
                let line = core::mem::take(&mut self.line);
                let line = line.trim_ascii_end();
                let head = HEADS.iter().find(|head| line.starts_with(head.as_bytes()));
                if let Some(head) = head.filter(|_| !line.ends_with(b"?")) {
                    let sent = self.sent.entry(head).or_default();
                    *sent += 1;
                    let allowed = self.allowed.get(head).copied().unwrap_or(0);
                    assert!(
                        *sent <= allowed,
                        "{head} left {sent} times, and was asked {allowed} times"
                    );
                }
            }
        }
    }
}

impl<S: DeviceSession> Watch<S> for Lines {
    fn link(&mut self, _device: &S, _event: LinkEvent) {
        self.line.clear();
    }

    fn left(&mut self, _device: &S, bytes: &[u8]) {
        self.count(bytes);
    }

    fn accepted(&mut self, _device: &S, command: &Command) {
        self.allow(command);
    }

    fn done(&mut self, command: Command, result: &Result<Answer, DeviceError>) {
        if let Ok(answer) = result {
            assert!(is_answer_to(&command, answer), "{command:?}: {answer:?}");
        }
    }

    fn notice(&mut self, update: &Update) {
        match update {
            Update::Snapshot(snapshot) => is_sound(snapshot),
            Update::Outlet(outlet) => assert_ne!(outlet.state, PowerState::Unknown),
            other => panic!("the unit has no such update: {other:?}"),
        }
    }
}

fn is_answer_to(command: &Command, answer: &Answer) -> bool {
    match (command, answer) {
        (Command::Snapshot, Answer::Snapshot(snapshot)) => {
            is_sound(snapshot);
            true
        }
        (Command::Settings, Answer::Settings(settings)) => {
            settings.outlets.iter().all(|o| (1..=16).contains(&o.number))
        }
        (Command::Capabilities, Answer::Capabilities(_))
        | (Command::Identity, Answer::Identity(_))
        | (Command::Clock, Answer::Clock(_))
        | (Command::Schedule, Answer::Schedule(_))
        | (Command::Switch { .. } | Command::Restart(Restart::Controller), Answer::Accepted)
        | (Command::SetClock(_) | Command::SetSchedule(_) | Command::SetSettings(_), Answer::Confirmed) => true,
        _ => false,
    }
}

/// Outlets of the unit's range, each once, in their order; values that are as old as each other.
fn is_sound(snapshot: &Snapshot) {
    assert!(snapshot.outlets.iter().all(|outlet| (1..=16).contains(&outlet.number)));
    assert!(snapshot.outlets.windows(2).all(|pair| pair[0].number < pair[1].number));
    let quality = snapshot.readings.first().map(|reading| reading.quality);
    assert!(matches!(quality, None | Some(Quality::Good | Quality::Stale)));
    assert!(
        snapshot
            .readings
            .iter()
            .all(|reading| Some(reading.quality) == quality && reading.value.is_some())
    );
    assert_eq!(snapshot.identities.len(), 1);
    if quality == Some(Quality::Stale) {
        assert!(
            snapshot
                .outlets
                .iter()
                .all(|outlet| outlet.state == PowerState::Unknown)
        );
        assert_eq!(snapshot.clock, None);
    }
}
