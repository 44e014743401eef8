//! The sessions of the 7-series over HTTP, with a simulated unit behind a hub that answers when the script lets it, and as the script
//! damages it; some of its pages are what the script says.

use core::time::Duration;
use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request as HttpRequest, Response, StatusCode};
use pdu_core::testing::{Script, SolePeer, drive_script_with_peer};
use pdu_core::{
    Action, AlarmRule, Answer, Command, Component, ConnectionId, Decimal, Delay, DeviceError, DeviceSession, Effect,
    Error, Instant, Line, MailSettings, OutletSettings, Point, PowerRestorePolicy, Settings, SnmpSettings, Target,
    Trip, Update, UserRole, UserSettings,
};
use pdu_proto_7series::client::{self, HttpClient};
use pdu_proto_7series::http::Call;
use pdu_proto_7series::http::auth::Credentials;
use pdu_proto_7series::series7::simulator::{Metering, Series7};
use pdu_proto_7series::series7::{Client, Device, Options, Request};
use pdu_proto_7series::server::{HttpHub, Service};
use pdu_proto_7series::wire::{OutletAction, Wiring};

use crate::show;
use crate::watched::{Watch, Watched};

/// Outlets of the unit, at most.
const MAX_OUTLETS: u16 = 12;

/// Any script: each command ends once, with an answer of its kind; the unit does no more than it was asked for; and what is said not
/// to be applied was asked of nobody.
pub fn device(data: &[u8]) {
    let (head, rest) = data.split_at(data.len().min(64));
    let mut script = Script::new(head);
    let switches = script.next_u8();
    let mut peer = SolePeer::new(HttpHub::new(unit(&mut script)), ConnectionId::from_number(1));
    let options = Options::new(Arc::clone(peer.hub().service().unit.profile()));
    if switches & 1 == 0 {
        let mut session = Client::new(http(switches), options);
        drive_script_with_peer(&mut session, &mut peer, rest, request);
        return;
    }
    let mut session = Watched::new(Device::new(http(switches), options), Answers::default());
    drive_script_with_peer(&mut session, &mut peer, rest, command);
    assert!(peer.hub().service().done <= session.watch.may_do);
}

fn http(switches: u8) -> HttpClient {
    let mut options = client::Options::new("unit", [7; 32]).expect("a name of a host");
    options.retries = switches >> 6;
    if switches & 2 != 0 {
        options.credentials = Credentials::new("boss", "b_1").ok();
    }
    if switches & 4 != 0 {
        options.keep_alive = Duration::ZERO;
    }
    HttpClient::new(options)
}

/// A unit, some of whose pages are another's.
struct Strange {
    unit: Series7,
    /// Which of its answers are not its own, by a bit each, and what they are.
    mask: u8,
    page: Vec<u8>,
    asked: u32,
    done: usize,
}

fn unit(script: &mut Script<'_>) -> Strange {
    let [shape, outlets, mask] = [script.next_u8(), script.next_u8(), script.next_u8()];
    let unit = Series7::builder()
        .seed(u64::from(shape))
        .outlets(u16::from(outlets) % MAX_OUTLETS)
        .wiring(if shape & 1 == 0 { Wiring::Wye } else { Wiring::Delta })
        .metering(if shape & 2 == 0 {
            Metering::Outlets
        } else {
            Metering::Lines
        })
        .settings_delay(Duration::from_secs(u64::from(shape >> 4)))
        .log_capacity(4);
    Strange {
        unit: unit.build().expect("names that XML has"),
        mask,
        page: script.take(56).to_vec(),
        asked: 0,
        done: 0,
    }
}

impl Service for Strange {
    fn serve(&mut self, now: Instant, request: &HttpRequest<Vec<u8>>) -> Response<Vec<u8>> {
        self.asked += 1;
        if self.mask >> (self.asked % 8) & 1 == 1 {
            let mut response = Response::new(self.page.clone());
            let status = [200, 200, 302, 401, 403, 404, 500, 204][self.page.len() % 8];
            *response.status_mut() = StatusCode::from_u16(status).expect("one that there is");
            let kind = if request.uri().path() == "/log.csv" {
                "text/csv"
            } else {
                "text/xml"
            };
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            return response;
        }
        let call = self.unit.profile().http().recognise(request);
        let is_command = !matches!(call, None | Some(Call::Live | Call::DownloadConfiguration | Call::Log));
        let response = self.unit.serve(now, request);
        self.done += usize::from(is_command && response.status().is_success());
        response
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.unit.handle_timeout(now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.unit.poll_timeout()
    }
}

fn request(script: &mut Script<'_>) -> Option<Request> {
    Some(match script.next_u8() % 8 {
        0..=2 => Request::Live,
        3 => Request::DownloadConfiguration,
        4 => Request::Log,
        5 => Request::ResetCircuitEnergy {
            circuit: Line::ALL[usize::from(script.next_u8()) % Line::ALL.len()],
        },
        _ => Request::Switch {
            outlet: u16::from(script.next_u8() % 16),
            action: OutletAction::ALL[usize::from(script.next_u8()) % 8],
        },
    })
}

fn command(script: &mut Script<'_>) -> Option<Command> {
    Some(match script.next_u8() % 16 {
        0 => Command::Capabilities,
        1 => Command::Identity,
        2..=4 => Command::Snapshot,
        5 => Command::Settings,
        6 => Command::AlarmRules,
        7..=9 => switch(script),
        10..=12 => Command::SetSettings(Box::new(settings(script))),
        13 => Command::SetAlarmRules((0..script.next_u8() % 4).map(|_| rule(script)).collect()),
        14 => Command::ResetEnergy(point(script)),
        _ => Command::Thresholds,
    })
}

fn point(script: &mut Script<'_>) -> Point {
    let [what, number] = [script.next_u8(), script.next_u8()];
    let point = Point::new(
        if what & 1 == 0 {
            Component::Outlet
        } else {
            Component::Inlet
        },
        u16::from(number % 16),
    );
    match what & 2 {
        0 => point,
        _ => point.on(Line::ALL[usize::from(what >> 2) % Line::ALL.len()]),
    }
}

fn switch(script: &mut Script<'_>) -> Command {
    let [target, action] = [script.next_u8(), script.next_u8()];
    Command::Switch {
        target: match target % 8 {
            0 => Target::All,
            1 => Target::Group(1),
            _ => Target::Outlet(u16::from(target >> 3)),
        },
        action: Action::ALL[usize::from(action) % Action::ALL.len()],
        delay: match action >> 4 {
            0..=3 => Delay::Configured,
            4 => Delay::Exact(Duration::from_secs(1)),
            _ => Delay::None,
        },
    }
}

fn text(script: &mut Script<'_>) -> String {
    let len = script.next_u8();
    String::from_utf8_lossy(script.take(usize::from(len % 32))).into_owned()
}

fn settings(script: &mut Script<'_>) -> Settings {
    let bits = script.next_u8();
    let when = |bit: u8| bits & bit != 0;
    Settings {
        outlets: (0..bits & 3).map(|_| outlet(script)).collect(),
        users: if when(4) {
            let password = text(script);
            let user = UserSettings {
                name: if when(8) { "boss".into() } else { text(script) },
                role: Some(UserRole::Administrator),
                password: Some(if when(8) { "b_1".into() } else { password.into() }),
            };
            vec![user]
        } else {
            Vec::new()
        },
        snmp: when(16).then(|| SnmpSettings {
            read_community: Some(text(script).into()),
            ..SnmpSettings::default()
        }),
        mail: when(32).then(|| MailSettings {
            server: Some(text(script)),
            recipients: (0..script.next_u8() % 8).map(|_| text(script)).collect(),
            ..MailSettings::default()
        }),
        ..Settings::default()
    }
}

fn outlet(script: &mut Script<'_>) -> OutletSettings {
    let bits = script.next_u8();
    let seconds = |bit: u8| (bits & bit != 0).then_some(u32::from(bits) << (bit % 29));
    OutletSettings {
        name: (bits & 64 != 0).then(|| text(script)),
        url: (bits & 128 != 0).then(|| text(script)),
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
    let [number, threshold] = [script.next_u8(), script.next_u8()];
    AlarmRule {
        number: u16::from(number % 16),
        point: (number & 16 != 0).then(|| Point::outlet(1)),
        quantity: None,
        object: (number & 32 == 0).then(|| format!("{}/{}", text(script), text(script))),
        trip: if number & 64 == 0 { Trip::Below } else { Trip::Above },
        threshold: Decimal::new(i64::from(threshold) << (number & 31), -2),
    }
}

/// How many commands of the unit's a command may take.
fn steps_of(command: &Command) -> usize {
    match command {
        Command::Switch {
            target: Target::All, ..
        } => usize::from(MAX_OUTLETS),
        Command::Switch { .. } | Command::ResetEnergy(_) | Command::SetSettings(_) | Command::SetAlarmRules(_) => 1,
        _ => 0,
    }
}

/// Answers are looked through, and it is counted what the device may do.
#[derive(Default)]
struct Answers {
    may_do: usize,
}

impl<S: DeviceSession> Watch<S> for Answers {
    fn accepted(&mut self, _device: &S, command: &Command) {
        self.may_do += steps_of(command);
    }

    fn done(&mut self, _command: Command, result: &Result<Answer, DeviceError>) {
        match result {
            Ok(answer) => look_through(answer),
            Err(error) => assert!(self.may_do > 0 || error.effect() == Effect::NotApplied, "{error}"),
        }
    }

    fn notice(&mut self, update: &Update) {
        assert!(matches!(update, Update::Outlet(_)), "{update:?}");
    }
}

fn look_through(answer: &Answer) {
    match answer {
        Answer::Snapshot(snapshot) => {
            snapshot.readings.iter().for_each(show);
            assert!(snapshot.readings.iter().all(|reading| reading.point.number > 0));
        }
        Answer::Identity(_) => {}
        Answer::Settings(settings) => assert!(settings.users.iter().all(|user| user.password.is_none())),
        Answer::AlarmRules(rules) => assert!(rules.iter().all(|rule| rule.object.is_some())),
        Answer::Capabilities(_) | Answer::Accepted | Answer::Confirmed => {}
        other => panic!("nobody asked for {other:?}"),
    }
}
