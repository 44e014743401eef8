//! A small BPS2000 console for tests of the session: what it does wrong is the test's to say, and it counts what it is told.
#![allow(dead_code)] // each test binary uses some of it

use std::collections::VecDeque;

use pdu_core::{Decimal, Endpoint, Instant, LinkDemand, LinkEvent, LocalDateTime, Mode, Transport};
use pdu_proto_telnet::bps2000::{
    AgentState, EnergyPhases, HttpSettings, Levels, Line, Load, Network, Phase, Screen, ScreenKind, Secret,
    SmtpSettings, SnmpService, ThresholdSettings, Users,
};
use pdu_proto_telnet::wire::{Event, Line as TextLine, Lines, Nvt};

pub(crate) const BANNER: &str = "Last Update Time : 2014-10-20\r\nVersion : 1.0.0\r\nDate:2019-01-23 Time:09:48:45\r\n\
    Up time : 0Days 17Hours 47Minute\r\nBKT ELEKTRONIK 69 Lochowska Str., 86-005 Biale Blota, www.bkte.pl\r\n\r\n";

/// Of the account `admin`.
pub(crate) const PASSWORD: &str = "sesame1";

/// What the manual leaves open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    /// It shows what is typed, asterisks for a password.
    pub(crate) echoes: bool,
    /// It offers to echo and to leave the go-ahead out.
    pub(crate) negotiates: bool,
    /// What it says to a setting.
    pub(crate) says: &'static str,
    /// What it shows after a setting.
    pub(crate) shows: AfterSetting,
    /// Whether a setting takes effect.
    pub(crate) obeys: bool,
    /// The numbers of those that do, of the slaves.
    pub(crate) slaves: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterSetting {
    Prompt,
    Screen,
    MainMenu,
}

pub(crate) const USUAL: Habits = Habits {
    echoes: true,
    negotiates: true,
    says: "",
    shows: AfterSetting::Prompt,
    obeys: true,
    slaves: 5,
};

/// As a console of few words would be.
pub(crate) const TERSE: Habits = Habits {
    echoes: false,
    negotiates: false,
    ..USUAL
};

/// As a console of many.
pub(crate) const TALKATIVE: Habits = Habits {
    says: "Set OK!\r\n",
    shows: AfterSetting::Screen,
    ..USUAL
};

/// One that leaves the menu after a setting.
pub(crate) const LEAVING: Habits = Habits {
    says: "\r\nSuccess\r\n\r\n",
    shows: AfterSetting::MainMenu,
    ..USUAL
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Nothing,
    Account,
    Password,
    Screen(ScreenKind),
}

pub(crate) struct Unit {
    pub(crate) habits: Habits,
    pub(crate) at: At,
    pub(crate) password: String,
    pub(crate) clock: LocalDateTime,
    pub(crate) network: Network,
    pub(crate) trap: std::net::Ipv4Addr,
    pub(crate) port: u16,
    pub(crate) account: String,
    pub(crate) thresholds: ThresholdSettings,
    pub(crate) energy: [u64; 3],
    /// Lines that were typed, each with where; passwords too.
    pub(crate) heard: Vec<(At, String)>,
    /// Lines that are none of the screen where they were typed.
    pub(crate) strange: Vec<(At, String)>,
    pub(crate) restarts: usize,
    pub(crate) defaults: usize,
    pub(crate) clearings: usize,
    pub(crate) logins: usize,
    /// Shown instead of what would be, from the next line on: each once.
    pub(crate) instead: VecDeque<Vec<u8>>,
    /// The last that it says when it goes down.
    pub(crate) says_when_it_restarts: Vec<u8>,
    name: String,
    output: Vec<u8>,
    nvt: Nvt,
    lines: Lines,
    closes: bool,
}

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// The load of phase `phase` of a unit: no other has it.
pub(crate) fn load_of(member: u8, phase: u8) -> Decimal {
    Decimal::new(i64::from(member) * 100 + i64::from(phase), -2)
}

impl Unit {
    pub(crate) fn new(habits: Habits) -> Self {
        let levels = |high: &str, warning: &str, low: &str| Levels {
            high_alarm: decimal(high),
            high_warning: decimal(warning),
            low_warning: decimal(low),
            low_alarm: decimal(low),
        };
        Self {
            habits,
            at: At::Nothing,
            password: PASSWORD.into(),
            clock: LocalDateTime::new(2019, 1, 23, 10, 37, 34).unwrap(),
            network: Network {
                address: [192, 168, 23, 103].into(),
                mask: [255, 255, 255, 0].into(),
                gateway: [192, 168, 23, 2].into(),
                dns: [8, 8, 8, 8].into(),
            },
            trap: [0, 0, 0, 0].into(),
            port: 80,
            account: String::new(),
            thresholds: ThresholdSettings {
                current: [levels("32.0", "16.0", "0.0"); 3],
                voltage: [levels("276.0", "276.0", "0.0"); 3],
                temperature: levels("40", "40", "0"),
                humidity: levels("99", "80", "0"),
            },
            energy: [1150, 0, 150],
            heard: Vec::new(),
            strange: Vec::new(),
            restarts: 0,
            defaults: 0,
            clearings: 0,
            logins: 0,
            instead: VecDeque::new(),
            says_when_it_restarts: Vec::new(),
            name: "admin".into(),
            output: Vec::new(),
            nvt: Nvt::default(),
            lines: Lines::new(),
            closes: false,
        }
    }

    /// How often this line was typed.
    pub(crate) fn times(&self, line: &str) -> usize {
        self.heard.iter().filter(|(_, heard)| heard == line).count()
    }

    /// The lines since the login, without where.
    pub(crate) fn typed(&self) -> Vec<&str> {
        let typed = self.heard.iter().filter(|(at, _)| matches!(at, At::Screen(_)));
        typed.map(|(_, line)| line.as_str()).collect()
    }

    pub(crate) fn says(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
    }

    fn show(&mut self, kind: ScreenKind) {
        self.at = At::Screen(kind);
        let mut out = [0; 2048];
        let screen = self.screen(kind);
        let len = screen.encode(&mut out).unwrap();
        let screen = out[..len].to_vec();
        self.says(&screen);
    }

    fn screen(&self, kind: ScreenKind) -> Screen<'_> {
        match kind {
            ScreenKind::Main => Screen::Main,
            ScreenKind::Information | ScreenKind::Load => Screen::Information,
            ScreenKind::Clock => Screen::Clock(self.clock),
            ScreenKind::Users => Screen::Users(Users { name: &self.name }),
            ScreenKind::Network => Screen::Network(self.network),
            ScreenKind::Snmp => Screen::Snmp(SnmpService {
                agent: AgentState::Enabled,
                write_community: Secret::new("private"),
                read_community: Secret::new("public"),
                trap1: self.trap,
            }),
            ScreenKind::Http => Screen::Http(HttpSettings { port: self.port }),
            ScreenKind::Smtp => Screen::Smtp(SmtpSettings {
                account: &self.account,
                password: Secret::new("hush"),
                server: "mail.example",
                port: 25,
                count: 1,
                interval: 1,
                recipient: "",
            }),
            ScreenKind::Thresholds => Screen::Thresholds(self.thresholds),
            ScreenKind::Energy => Screen::Energy(EnergyPhases { raw: self.energy }),
            ScreenKind::Restart => Screen::Restart,
        }
    }

    fn hear(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line).into_owned();
        self.heard.push((self.at, text.clone()));
        if self.habits.echoes {
            let echo = if self.at == At::Password {
                "*".repeat(text.len())
            } else {
                text.clone()
            };
            self.says(format!("{echo}\r\n").as_bytes());
        }
        match self.at {
            At::Nothing => {}
            At::Account => {
                self.name = text;
                self.at = At::Password;
                self.answer(|unit| unit.says(b"Password:"));
            }
            At::Password if text == self.password && self.name == "admin" => {
                self.logins += 1;
                self.at = At::Screen(ScreenKind::Main);
                self.answer(|unit| unit.show(ScreenKind::Main));
            }
            At::Password => {
                self.at = At::Account;
                self.answer(|unit| unit.says(b"\r\nTelnet Account:"));
            }
            At::Screen(kind) => {
                if let Ok(parsed) = Line::parse(kind, line, Mode::Strict) {
                    self.obey(kind, &parsed.value);
                } else {
                    self.strange.push((self.at, text));
                    self.answer(|unit| unit.says(b"Unknown command\r\n\r\nPlease enter the command:"));
                }
            }
        }
    }

    fn answer(&mut self, usual: impl FnOnce(&mut Self)) {
        match self.instead.pop_front() {
            Some(bytes) => self.says(&bytes),
            None => usual(self),
        }
    }

    fn obey(&mut self, kind: ScreenKind, line: &Line<'_>) {
        match line {
            Line::Entry(entry) => match entry.screen() {
                Some(screen) => self.open(screen),
                None => self.close(),
            },
            Line::OpenRestart(_) => self.open(ScreenKind::Restart),
            Line::Back(_) => self.open(ScreenKind::Main),
            Line::Load(member) if member.number() <= self.habits.slaves => {
                let phases = [1, 2, 3].map(|phase| Some(load_of(member.number(), phase)));
                let mut out = [0; 256];
                let len = Screen::Load(Load { phases }).encode(&mut out).unwrap();
                self.answer(|unit| unit.says(&out[..len]));
            }
            Line::Load(_) => self.answer(|unit| unit.says(b"Error\r\n\r\nPlease enter the command:")),
            Line::Restart(_) => {
                self.restarts += 1;
                let last = std::mem::take(&mut self.says_when_it_restarts);
                self.says(&last);
                self.close();
            }
            Line::FactoryDefault(_) => {
                self.defaults += 1;
                self.close();
            }
            setting => {
                self.clearings += usize::from(matches!(setting, Line::ClearEnergy(..)));
                if self.habits.obeys {
                    self.set(kind, setting);
                }
                self.answer(|unit| unit.acknowledge(kind));
            }
        }
    }

    fn open(&mut self, kind: ScreenKind) {
        self.at = At::Screen(kind);
        self.answer(|unit| unit.show(kind));
    }

    fn close(&mut self) {
        self.at = At::Nothing;
        self.closes = true;
    }

    fn set(&mut self, kind: ScreenKind, line: &Line<'_>) {
        let index = |phase: Phase| usize::from(phase.number()) - 1;
        match line {
            Line::SetClock(at) => self.clock = *at,
            Line::ChangePassword(change) if change.old.reveal() == self.password => {
                self.password = change.new.reveal().into();
            }
            Line::SetAddress(address) if kind == ScreenKind::Network => self.network.address = *address,
            Line::SetAddress(address) => self.trap = *address,
            Line::SetPort(port) => self.port = *port,
            Line::SetAccount(account) => self.account = (*account).into(),
            Line::SetCurrent(phase, levels) => self.thresholds.current[index(*phase)] = *levels,
            Line::ClearEnergy(phase, _) => self.energy[index(*phase)] = 0,
            _ => {}
        }
    }

    fn acknowledge(&mut self, kind: ScreenKind) {
        self.says(self.habits.says.as_bytes());
        match self.habits.shows {
            AfterSetting::Prompt => self.says(b"\r\nPlease enter the command:"),
            AfterSetting::Screen => self.show(kind),
            AfterSetting::MainMenu => self.show(ScreenKind::Main),
        }
    }
}

impl Endpoint for Unit {
    fn transport(&self) -> Transport {
        Transport::Stream
    }

    fn handle_link(&mut self, _now: Instant, event: LinkEvent) {
        self.nvt = Nvt::default();
        self.lines.reset();
        self.output.clear();
        self.closes = false;
        self.at = At::Nothing;
        if event == LinkEvent::Up {
            if self.habits.negotiates {
                self.says(&[255, 251, 1, 255, 251, 3]);
            }
            self.at = At::Account;
            self.answer(|unit| {
                unit.says(BANNER.as_bytes());
                unit.says(b"Telnet Account:");
            });
        }
    }

    fn handle_input(&mut self, _now: Instant, bytes: &[u8]) -> usize {
        let mut rest = bytes;
        while let Some((event, used)) = self.nvt.next(rest) {
            rest = &rest[used..];
            let Event::Data(mut data) = event else { continue };
            while !data.is_empty() && !self.closes {
                let (line, used) = self.lines.next(data);
                data = &data[used..];
                if let Some(TextLine::Text(line)) = line {
                    let line = line.to_vec();
                    self.hear(&line);
                }
            }
        }
        bytes.len()
    }

    fn handle_transmitted(&mut self, _now: Instant, len: usize) {
        self.output.drain(..len);
    }

    fn handle_timeout(&mut self, _now: Instant) {}

    fn transmit(&self) -> &[u8] {
        &self.output
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn link_demand(&self) -> LinkDemand {
        if self.closes {
            LinkDemand::Close
        } else {
            LinkDemand::Idle
        }
    }
}
