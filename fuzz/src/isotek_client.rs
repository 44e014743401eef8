//! The client of the IsoTek text protocol, with a simulated unit that answers when the script lets it, and as the script
//! damages it; and discovery, with datagrams of the script.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use pdu_core::testing::{Script, drive_script_with_peer};
use pdu_core::{Hub, Instant, LinkEvent, LocalDateTime, Mode, Path, TimeOfDay};
use pdu_proto_isotek::IsotekError;
use pdu_proto_isotek::client::{Client, Notice, Options, Reply, Request, Retry};
use pdu_proto_isotek::discovery::Discovery;
use pdu_proto_isotek::wire::{
    Command, Dialect, MAX_LINE, Operator, Outlet, OutletConfig, OutletState, OutletType, Record, RecordType, Setup,
    Text,
};

use crate::isotek_device::{options, peer};
use crate::show;
use crate::watched::{Watch, Watched};

/// Any script: each command ends once and with a reply of its kind, a line that writes leaves no more often than it may, and
/// notices are bounded.
pub fn client(data: &[u8]) {
    let (head, rest) = data.split_at(data.len().min(4));
    let mut script = Script::new(head);
    let options = options(&mut script);
    let mut peer = peer(&mut script, options.dialect);
    let mut session = Watched::new(Client::new(options), Lines::new(options));
    drive_script_with_peer(&mut session, &mut peer, rest, request);
}

fn request(script: &mut Script<'_>) -> Option<Request> {
    let kind = script.next_u8();
    let retry = [Retry::ReadsOnly, Retry::AfterStatus, Retry::Never, Retry::AfterStatus][usize::from(kind >> 6)];
    let command = match kind % 16 {
        0 | 1 => Command::ReadStatus,
        2 => Command::ReadAddress,
        3 => Command::ReadSchedule,
        4 => Command::ReadConfigs,
        5 | 6 => Command::SwitchOutlet {
            outlet: outlet(script)?,
            state: if kind & 0x20 == 0 {
                OutletState::Off
            } else {
                OutletState::On
            },
        },
        7 => Command::SetClock(LocalDateTime::new(
            1999 + u16::from(script.next_u8()),
            2,
            28,
            23,
            59,
            59,
        )?),
        8 => Command::SetRecordCount(script.next_u16()),
        9 | 10 => Command::WriteRecord(Record {
            id: u32::from(script.next_u16()) * 2,
            record_type: if kind & 0x20 == 0 {
                RecordType::TimePlan
            } else {
                RecordType::PowerPlan
            },
            name: text(script),
            time: TimeOfDay::new(7, 30)?,
            day: script.next_u16(),
            power: 5,
            operator: [Operator::None, Operator::Greater, Operator::Less][usize::from(kind % 3)],
            channel: outlet(script)?,
            status_value: text(script),
            status_slot: Text::default(),
            setup: Setup::Restart,
        }),
        11 | 12 => Command::SetConfig {
            outlet: outlet(script)?,
            config: OutletConfig {
                name: text(script),
                outlet_type: OutletType::Normal,
                delay: u32::from(script.next_u16()) * 2,
            },
        },
        13 => Command::Restart,
        14 => Command::AllOff,
        _ => Command::AllOn,
    };
    Some(Request::new(command).with_retry(retry))
}

fn outlet(script: &mut Script<'_>) -> Option<Outlet> {
    Outlet::new(script.next_u8() % 18)
}

fn text(script: &mut Script<'_>) -> Text<'static> {
    let len = usize::from(script.next_u8() % 12);
    let text: String = script.take(len).iter().map(|byte| char::from(*byte)).collect();
    Text::new(&text).map(Text::into_owned).unwrap_or_default()
}

/// Replies are held against their commands, and lines too.
struct Lines {
    dialect: Dialect,
    retries: usize,
    /// How often each line that writes may leave, and how often it has.
    lines: BTreeMap<Vec<u8>, (usize, usize)>,
    /// What has left of a line that has not ended.
    line: Vec<u8>,
}

impl Lines {
    fn new(options: Options) -> Self {
        Self {
            dialect: options.dialect,
            retries: options.retries.into(),
            lines: BTreeMap::new(),
            line: Vec::new(),
        }
    }

    fn allow(&mut self, request: &Request) {
        let mut line = [0; MAX_LINE + 2];
        let Ok(len) = request.command().encode(&self.dialect, &mut line) else {
            return;
        };
        let is_switch = matches!(
            request.command(),
            Command::SwitchOutlet { .. } | Command::AllOff | Command::AllOn
        );
        let times = if is_switch && request.retry() == Retry::AfterStatus {
            1 + self.retries
        } else {
            1
        };
        let (allowed, _) = self.lines.entry(line[..len].trim_ascii_end().to_vec()).or_default();
        *allowed += times;
    }

    fn count(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.line.push(*byte);
            if *byte == b'\n' {
                let line = core::mem::take(&mut self.line);
                let line = line.trim_ascii_end();
                let (allowed, sent) = self.lines.get_mut(line).expect("a line of a command");
                *sent += 1;
                assert!(line.ends_with(b"?") || sent <= allowed, "{line:?} left {sent} times");
            }
        }
    }
}

impl Watch<Client> for Lines {
    fn link(&mut self, _client: &Client, _event: LinkEvent) {
        self.line.clear();
    }

    fn left(&mut self, _client: &Client, bytes: &[u8]) {
        // The session's own question over a serial line.
        self.lines.entry(b"?".to_vec()).or_default();
        self.count(bytes);
    }

    fn accepted(&mut self, _client: &Client, request: &Request) {
        self.allow(request);
    }

    fn done(&mut self, request: Request, result: &Result<Reply, IsotekError>) {
        if let Ok(reply) = result {
            assert!(is_reply_to(&request, reply), "{request:?}: {reply:?}");
        }
    }

    fn notice(&mut self, notice: &Notice) {
        match notice {
            Notice::Status { frame, .. } => assert!(frame.channels().next().is_some()),
            Notice::Rejected { error, line } => {
                show(error);
                assert!(!line.is_empty() && line.len() <= MAX_LINE);
            }
            Notice::Unknown { line } | Notice::Unasked { line } => {
                assert!(!line.is_empty() && line.len() <= MAX_LINE);
            }
            _ => {}
        }
    }
}

fn is_reply_to(request: &Request, reply: &Reply) -> bool {
    match (request.command(), reply) {
        (Command::ReadStatus, Reply::Status(frame)) => frame.channels().next().is_some(),
        (Command::ReadAddress, Reply::Address(_)) => true,
        (Command::ReadSchedule, Reply::Schedule(records)) => records.windows(2).all(|pair| pair[0].0 < pair[1].0),
        (Command::ReadConfigs, Reply::Configs(configs)) => configs.windows(2).all(|pair| pair[0].0 < pair[1].0),
        (Command::SwitchOutlet { .. } | Command::AllOff | Command::AllOn, Reply::Confirmed) => {
            request.retry() == Retry::AfterStatus
        }
        (command, Reply::Accepted) => !command.is_read_only(),
        _ => false,
    }
}

/// Any datagrams from anywhere: the table keeps its bounds, its order and its counts, and questions leave as they were asked.
pub fn discovery(data: &[u8]) {
    let mut script = Script::new(data);
    let capacity = usize::from(script.next_u8() % 8);
    let mode = if script.next_u8() & 1 == 0 {
        Mode::Lenient
    } else {
        Mode::Strict
    };
    let mut discovery = Discovery::with_capacity(capacity).with_mode(mode);
    let mut now = Instant::EPOCH;
    let (mut heard, mut told) = (0_u32, 0);
    while !script.is_empty() {
        match script.next_u8() % 8 {
            0..=3 => {
                let from = path(&mut script);
                let len = usize::from(script.next_u8());
                discovery.handle_input(now, &from, script.take(len));
                heard += 1;
            }
            4 => {
                let _ = discovery.ask(now, path(&mut script));
            }
            5 => {
                let next = discovery.transmit().map(|(path, question)| (path, question.to_vec()));
                if let Some((path, question)) = next {
                    assert_eq!(question, b"A?");
                    discovery.handle_transmitted(now, &path, question.len());
                }
            }
            6 => {
                let path = path(&mut script);
                if script.next_u8() & 1 == 0 {
                    discovery.handle_blocked(now, &path);
                } else {
                    discovery.handle_writable(now, &path);
                }
            }
            _ => {
                now += Duration::from_millis(script.next_u8().into());
                told += usize::from(discovery.poll_found().is_some());
                let _ = discovery.poll_stray();
            }
        }
    }
    while discovery.poll_found().is_some() {
        told += 1;
    }
    let units = discovery.units().count();
    let rows: Vec<_> = discovery
        .units()
        .map(|unit| {
            (
                unit.path.remote.ip(),
                unit.address.serial.as_str().to_owned(),
                unit.address.mac,
            )
        })
        .collect();
    let unique: BTreeSet<_> = rows.iter().cloned().collect();
    assert!(units <= capacity && told == units && unique.len() == units);
    assert!(rows.is_sorted());
    let counts = discovery.statistics();
    assert_eq!(
        counts.answers + counts.questions + counts.rejected + counts.foreign,
        heard
    );
    let answers: u32 = discovery.units().map(|unit| unit.answers).sum();
    assert_eq!(answers + counts.not_kept, counts.answers);
}

fn path(script: &mut Script<'_>) -> Path {
    let [local, remote, port] = [script.next_u8(), script.next_u8(), script.next_u8()];
    let address = |last| IpAddr::V4(Ipv4Addr::new(192, 0, 2, last));
    Path {
        local: (local & 1 == 1).then(|| address(local)),
        remote: SocketAddr::new(address(remote % 16), u16::from(port) + 400),
    }
}
