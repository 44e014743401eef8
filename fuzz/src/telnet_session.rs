//! The console session of the BPS2000, with a simulated unit that answers when the script lets it, and as the script damages it.

use core::convert::Infallible;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use pdu_core::testing::{Script, SolePeer, drive_script_with_peer};
use pdu_core::{ConnectionId, Decimal, Endpoint, LinkEvent, LocalDateTime, Mode};
use pdu_proto_telnet::TelnetError;
use pdu_proto_telnet::bps2000::simulator::{Acknowledgement, Bps2000};
use pdu_proto_telnet::bps2000::{
    ClockForm, Confirmed, Levels, Line, Member, Options, Phase, Reply, Request, ScreenKind, Session, Undocumented,
};
use pdu_proto_telnet::server::Terminals;
use pdu_proto_telnet::wire::{Event as Octets, Line as Text, Lines, Nvt};

use crate::watched::{Watch, Watched};

const ACCOUNT: &str = "operator";
const PASSWORD: &str = "sesame1";
/// All that a session ever has to say at once.
const MAX_OUTPUT: usize = 4096;

/// Any script: each request ends once and with a reply of its kind, every line that leaves is one of the screen on which the session
/// must stand, what changes the unit leaves no more often than it was asked, the menu that restarts is opened for nobody who did not
/// ask, and no password is in anything that is shown.
pub fn session(data: &[u8]) {
    let (head, rest) = data.split_at(data.len().min(2));
    let mut script = Script::new(head);
    let options = options(&mut script);
    let mut peer = peer(script.next_u8());
    let mut session = Watched::new(Session::new(options), Typed::default());
    drive_script_with_peer(&mut session, &mut peer, rest, request);
}

fn options(script: &mut Script<'_>) -> Options {
    let habits = script.next_u8();
    let choose = |bit: u8| habits & bit != 0;
    Options {
        mode: if choose(1) { Mode::Strict } else { Mode::Lenient },
        settle: if choose(2) {
            Duration::ZERO
        } else {
            Duration::from_millis(30)
        },
        undocumented: if choose(4) {
            Undocumented::Allowed
        } else {
            Undocumented::Refused
        },
        clock_form: if choose(8) {
            ClockForm::TwoLines
        } else {
            ClockForm::OneLine
        },
        idle_logout: choose(16).then_some(Duration::from_secs(30)),
        attempts: habits >> 5,
        ..Options::new(ACCOUNT, if choose(32) { PASSWORD } else { "sesame2" })
    }
}

fn peer(habits: u8) -> SolePeer<Terminals<Bps2000>> {
    let acknowledgement = match habits % 3 {
        0 => Acknowledgement::None,
        1 => Acknowledgement::Text("OK".into()),
        _ => Acknowledgement::Screen,
    };
    let password = if habits & 128 == 0 { PASSWORD } else { "sesame2" };
    let unit = Bps2000::builder()
        .login(ACCOUNT, password)
        .acknowledgement(acknowledgement);
    SolePeer::new(Terminals::new(unit.build()), ConnectionId::from_number(1))
}

fn request(script: &mut Script<'_>) -> Option<Request> {
    let confirmed = Confirmed::on_purpose();
    let kind = script.next_u8();
    let phase = [Phase::One, Phase::Two, Phase::Three, Phase::One][usize::from(kind >> 6)];
    Some(match kind % 32 {
        0 => Request::Banner,
        1..=3 => Request::Load(Member::slave(kind >> 5).unwrap_or(Member::MASTER)),
        4 => Request::Clock,
        5 => Request::SetClock(LocalDateTime::new(2030, 1, 1, kind >> 5, 0, 0)?),
        6 => Request::Users,
        7 => Request::ChangePassword {
            old: PASSWORD.into(),
            new: ["sesame3", "sesame&", "", "sesame1"][usize::from(kind >> 6)].into(),
        },
        8 => Request::Network,
        9 => Request::SetAddress([192, 0, 2, script.next_u8()].into()),
        10 => Request::Snmp,
        11 => Request::SetTrap([192, 0, 2, script.next_u8()].into()),
        12 => Request::Http,
        13 => Request::SetPort(script.next_u16()),
        14 => Request::Smtp,
        15 => Request::SetAccount(text(script)),
        16 => Request::Thresholds,
        17 => Request::SetCurrent(phase, levels(script)),
        18 => Request::Energy,
        19 => Request::ClearEnergy(phase, confirmed),
        20 => Request::RestartMenu(confirmed),
        21 => Request::Restart(confirmed),
        22 => Request::FactoryDefault(confirmed),
        23 => Request::Undocumented {
            on: ScreenKind::ALL[usize::from(script.next_u8()) % ScreenKind::ALL.len()],
            line: text(script).into(),
        },
        24 => Request::Logout,
        other => Request::Load(Member::slave(other - 25).unwrap_or(Member::MASTER)),
    })
}

fn text(script: &mut Script<'_>) -> String {
    let len = usize::from(script.next_u8() % 40);
    script.take(len).iter().map(|byte| char::from(*byte)).collect()
}

fn levels(script: &mut Script<'_>) -> Levels {
    let mut level = || Decimal::new(script.next_u16().into(), -1);
    Levels {
        high_alarm: level(),
        high_warning: level(),
        low_warning: level(),
        low_alarm: level(),
    }
}

/// Lines are held against what the session was asked, and against the menu.
#[derive(Default)]
struct Typed {
    /// How often each line that changes the unit may leave yet.
    allowed: BTreeMap<Vec<u8>, usize>,
    restarts: usize,
    defaults: usize,
    may_open_restart: bool,
    walk: Walk,
}

impl Typed {
    fn allow(&mut self, options: &Options, request: &Request) {
        match request {
            Request::Restart(_) => self.restarts += 1,
            Request::FactoryDefault(_) => self.defaults += 1,
            _ => {}
        }
        self.may_open_restart |= matches!(
            request,
            Request::Restart(_) | Request::FactoryDefault(_) | Request::RestartMenu(_)
        );
        for line in lines_of(request, options.clock_form) {
            *self.allowed.entry(line).or_default() += 1;
        }
    }

    /// A line that has left whole.
    fn check_line(&mut self, options: &Options, line: &[u8]) {
        let shown = line.escape_ascii().to_string();
        if self.walk.is_logging_in() {
            let passwords = [options.password.reveal().as_bytes(), b"sesame3", PASSWORD.as_bytes()];
            let is_login = line == ACCOUNT.as_bytes() || passwords.contains(&line);
            assert!(is_login, "{shown} left before the login");
            return self.walk.log_in();
        }
        if let Some(left) = self.allowed.get_mut(line) {
            assert!(*left > 0, "{shown} left too often");
            *left -= 1;
            return self.walk.set(line);
        }
        let before = self.walk.stands.clone();
        self.walk.go(line);
        assert!(!self.walk.stands.is_empty(), "{shown} is no line of {before:?}");
        if before == BTreeSet::from([ScreenKind::Restart]) && (line == b"1" || line == b"2") {
            let left = if line == b"1" {
                &mut self.restarts
            } else {
                &mut self.defaults
            };
            assert!(*left > 0, "{shown} left behind entry 10 too often");
            *left -= 1;
        }
        assert!(
            self.may_open_restart || !self.walk.stands.contains(&ScreenKind::Restart) || before.len() > 1,
            "entry 10 was opened"
        );
    }
}

/// The lines by which a request changes the unit, or may.
fn lines_of(request: &Request, form: ClockForm) -> Vec<Vec<u8>> {
    let one = |line: Line<'_>| {
        let mut out = [0; 512];
        let len = line.encode(&mut out).unwrap_or(0);
        Vec::from([out[..len].to_vec()])
    };
    let mut lines = match request {
        Request::SetClock(at) if form == ClockForm::TwoLines => {
            let date = format!("date {:04}-{:02}-{:02}", at.year(), at.month(), at.day());
            let time = format!("time {:02}:{:02}:{:02}", at.hour(), at.minute(), at.second());
            Vec::from([date.into_bytes(), time.into_bytes()])
        }
        Request::SetClock(at) => one(Line::SetClock(*at)),
        Request::ChangePassword { old, new } => {
            let change = pdu_proto_telnet::bps2000::PasswordChange::new(old.reveal(), new.reveal());
            one(Line::ChangePassword(change))
        }
        Request::SetAddress(address) | Request::SetTrap(address) => one(Line::SetAddress(*address)),
        Request::SetPort(port) => one(Line::SetPort(*port)),
        Request::SetAccount(account) => one(Line::SetAccount(account)),
        Request::SetCurrent(phase, levels) => one(Line::SetCurrent(*phase, *levels)),
        Request::ClearEnergy(phase, confirmed) => one(Line::ClearEnergy(*phase, *confirmed)),
        Request::Undocumented { line, .. } => Vec::from([line.reveal().as_bytes().to_vec()]),
        _ => Vec::new(),
    };
    lines.retain(|line| !line.is_empty());
    lines
}

/// Where the session must believe that it stands, from what it has typed alone: it goes on only if the right screen came. Behind a
/// setting that may be the main menu too.
struct Walk {
    /// Lines of the login that are still to come.
    login: usize,
    stands: BTreeSet<ScreenKind>,
    nvt: Nvt,
    lines: Lines,
}

impl Default for Walk {
    fn default() -> Self {
        Self::new()
    }
}

impl Walk {
    fn new() -> Self {
        Self {
            login: 2,
            stands: BTreeSet::new(),
            nvt: Nvt::default(),
            lines: Lines::new(),
        }
    }

    fn is_logging_in(&self) -> bool {
        self.login > 0
    }

    fn log_in(&mut self) {
        self.login -= 1;
        self.stands = BTreeSet::from([ScreenKind::Main]);
    }

    fn set(&mut self, line: &[u8]) {
        assert!(!self.stands.is_empty(), "{}", line.escape_ascii());
        self.stands.insert(ScreenKind::Main);
    }

    fn go(&mut self, line: &[u8]) {
        let stands = core::mem::take(&mut self.stands);
        self.stands = stands.into_iter().filter_map(|at| after(at, line)).collect();
    }

    fn lines(&mut self, octets: &[u8]) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        let mut rest = octets;
        while let Some((event, used)) = self.nvt.next(rest) {
            rest = &rest[used..];
            let Octets::Data(mut data) = event else { continue };
            while !data.is_empty() {
                let (line, used) = self.lines.next(data);
                data = &data[used..];
                match line {
                    Some(Text::Text(line)) => found.push(line.to_vec()),
                    Some(Text::TooLong) => panic!("a line that is too long has left"),
                    None => {}
                }
            }
        }
        found
    }
}

/// Which screen must come of a line; `None` if the screen does not have it.
fn after(at: ScreenKind, line: &[u8]) -> Option<ScreenKind> {
    Some(match Line::parse(at, line, Mode::Strict).ok()?.value {
        // Nothing follows a logout.
        Line::Entry(entry) => entry.screen().unwrap_or(ScreenKind::Main),
        Line::OpenRestart(_) => ScreenKind::Restart,
        Line::Back(_) => ScreenKind::Main,
        Line::Load(_) => ScreenKind::Information,
        Line::Restart(_) | Line::FactoryDefault(_) => ScreenKind::Restart,
        _ => return None,
    })
}

impl Watch<Session> for Typed {
    fn link(&mut self, _session: &Session, event: LinkEvent) {
        if event == LinkEvent::Up {
            self.walk = Walk::new();
        }
    }

    fn heard(&mut self, session: &Session) {
        let shown = format!("{session:?}");
        assert!(!shown.contains("sesame"), "{shown}");
        assert!(session.transmit().len() <= MAX_OUTPUT);
    }

    fn left(&mut self, session: &Session, octets: &[u8]) {
        for line in self.walk.lines(octets) {
            self.check_line(session.options(), &line);
        }
    }

    fn accepted(&mut self, session: &Session, request: &Request) {
        self.allow(session.options(), request);
    }

    fn done(&mut self, request: Request, result: &Result<Reply, TelnetError>) {
        match result {
            Ok(reply) => assert!(fits(&request, reply), "{request:?}: {reply:?}"),
            Err(error) => {
                let effect = pdu_core::Error::effect(error);
                assert!(request.is_write() || effect == pdu_core::Effect::NotApplied);
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains("sesame"), "{shown}");
            }
        }
    }

    fn notice(&mut self, never: &Infallible) {
        match *never {}
    }
}

fn fits(request: &Request, reply: &Reply) -> bool {
    match reply {
        Reply::Banner(_) => matches!(request, Request::Banner),
        Reply::Load(_) => matches!(request, Request::Load(_)),
        Reply::Clock(_) => matches!(request, Request::Clock),
        Reply::Users(_) => matches!(request, Request::Users),
        Reply::Network(_) => matches!(request, Request::Network),
        Reply::Snmp(_) => matches!(request, Request::Snmp),
        Reply::Http(_) => matches!(request, Request::Http),
        Reply::Smtp(_) => matches!(request, Request::Smtp),
        Reply::Thresholds(_) => matches!(request, Request::Thresholds),
        Reply::Energy(_) => matches!(request, Request::Energy),
        Reply::RestartMenu => matches!(request, Request::RestartMenu(_)),
        Reply::Accepted => matches!(request, Request::Restart(_) | Request::FactoryDefault(_)),
        Reply::Lines(_) => matches!(request, Request::Undocumented { .. }),
        Reply::LoggedOut => matches!(request, Request::Logout),
        Reply::Confirmed => request.is_write(),
        _ => false,
    }
}
