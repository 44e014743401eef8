//! A simulated BPS2000v2 behind its console: eleven entries that live, for tests, demonstrations, and programs without a rack unit
//! on the desk.
//!
//! [`Bps2000`] is an [`Application`]: put it into [`Terminals`](crate::server::Terminals). It knows the time only from there, so it
//! runs at any speed, and the same seed gives the same screens at the same times. All its sessions see one unit.
//!
//! Screens are the manual's, byte for byte but for what changes. What the manual does not show is made up, and said here, `[INF]` all
//! of it:
//!
//! - a setting that was taken is answered with the prompt, and nothing before it, unless the builder is told of an
//!   [`Acknowledgement`];
//! - a line that the screen does not have is answered with [`REFUSAL`], and so are the items of entry 1 other than `load`, whose
//!   answers nobody knows;
//! - a wrong account or password leads to the question for the account again, as often as one likes;
//! - settings are kept over a restart, which ends all sessions; a factory default brings the factory values back, and restarts;
//! - energy is in Wh, and `address:` sets the address of entry 4, and the one of the trap in entry 5.
//!
//! ```
//! use pdu_core::{ConnectionId, Hub, Instant};
//! use pdu_proto_telnet::bps2000::simulator::Bps2000;
//! use pdu_proto_telnet::server::Terminals;
//!
//! let mut hub = Terminals::new(Bps2000::new(7));
//! let (now, peer) = (Instant::EPOCH, ConnectionId::from_number(1));
//! hub.handle_open(now, &peer)?;
//! hub.handle_input(now, &peer, b"admin\r\nadmin\r\n1\r\nslave 1 load\r\n");
//! let (_, shown) = hub.transmit().unwrap();
//! let shown = String::from_utf8_lossy(shown);
//! assert!(shown.contains("Telnet Account:") && shown.contains("Load Phase1:"));
//! assert_eq!(hub.application().counts().logins, 1);
//! # Ok::<(), pdu_core::Refused<()>>(())
//! ```
//!
//! Source: BKT BPS2000v2 user manual Ver.01.24; "line n" is a line of its extracted text.

mod builder;
mod clock;
mod counts;
mod member;
mod settings;

use core::time::Duration;

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use pdu_core::simulator::Energy;
use pdu_core::{Decimal, Instant, LocalDateTime, Mode, Point, Quantity};

use crate::server::{Application, Next, Page, Typed};

use super::{
    ACCOUNT_PROMPT, Banner, Date, EnergyPhases, Entry, Levels, Line, Member, Network, PASSWORD_PROMPT, PROMPT,
    PasswordChange, Phase, Screen, ScreenKind, ThresholdSettings, Uptime,
};

use clock::UnitClock;
use member::MemberModel;
use settings::Settings;

pub use builder::Builder;
pub use counts::Counts;
pub use pdu_core::simulator::Load;

/// What a line is answered with that its screen does not have. Made up: no manual knows what a unit says.
pub const REFUSAL: &str = "Not taken (simulated answer)";

/// A simulated master with its slaves.
#[derive(Clone, Debug)]
pub struct Bps2000 {
    /// The master, then its slaves.
    members: Vec<MemberModel>,
    settings: Settings,
    clock: UnitClock,
    up_since: Instant,
    /// How long it had been up before.
    up_before: Duration,
    version: String,
    banner: BannerLines,
    acknowledgement: Acknowledgement,
    undocumented: Undocumented,
    down: Duration,
    now: Instant,
    /// When the first client came; the simulated day begins there.
    started: Option<Instant>,
    /// Whole seconds since.
    seconds: u64,
    faults: VecDeque<Fault>,
    counts: Counts,
}

/// What a setting that was taken is answered with. The manual shows nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Acknowledgement {
    /// Only the prompt.
    None,
    /// A line with this text, then the prompt.
    Text(String),
    /// The screen again, with what it has now.
    Screen,
}

/// What is said before the question for the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BannerLines {
    /// The five lines of the pictures.
    All,
    /// Nothing.
    None,
}

/// Whether lines are taken that the manual does not show, but which follow from one that it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: they are or they are not.
pub enum Undocumented {
    /// They are taken.
    Taken,
    /// They are answered as any line that the screen does not have.
    Refused,
}

/// Something that goes wrong with one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is done, and the session ends.
    HangUp,
    /// The line is carried out, and the session ends without an answer.
    HangUpBehind,
    /// The line is carried out, and nothing is shown.
    Mute,
    /// Nothing is done; this screen is shown, and the session stands there.
    Stray(ScreenKind),
}

/// Where a client stands.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    stage: Stage,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Account,
    Password { account_is_right: bool },
    At(ScreenKind),
}

impl Bps2000 {
    /// A master and five slaves with factory settings. All that moves is derived from the seed.
    pub fn new(seed: u64) -> Self {
        Self::builder().seed(seed).build()
    }

    /// The same with the seed 0, to be changed at will.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Lets time go by, as each line does. The first call sets the beginning; a time before the last one is that.
    pub fn advance_to(&mut self, now: Instant) {
        self.now = self.now.max(now);
        let started = match self.started {
            Some(started) => started,
            None => self.start(),
        };
        let seconds = self.now.saturating_since(started).as_secs();
        if seconds > self.seconds {
            for line in self.members.iter_mut().flat_map(|member| &mut member.lines) {
                line.draw(self.seconds, seconds);
            }
            self.seconds = seconds;
            self.sample();
        }
    }

    fn start(&mut self) -> Instant {
        self.started = Some(self.now);
        self.up_since = self.now;
        self.clock.start(self.now);
        self.now
    }

    fn sample(&mut self) {
        for line in self.members.iter_mut().flat_map(|member| &mut member.lines) {
            line.sample(self.seconds);
        }
    }

    /// Changes what a line draws, such as `unit2.inlet1.L1`, from the last time on that the unit was told. Lines that are not
    /// there draw nothing.
    pub fn set_load(&mut self, point: Point, load: Load) {
        if let Some(line) = self.line(point) {
            line.load = load;
        }
        self.sample();
    }

    /// Holds the voltage of a line at so many tenths of a volt; `None` lets it move again. The console does not show it, but
    /// the current follows from it.
    pub fn set_voltage(&mut self, point: Point, decivolts: Option<u16>) {
        if let Some(line) = self.line(point) {
            line.fixed_voltage = decivolts;
        }
        self.sample();
    }

    fn line(&mut self, point: Point) -> Option<&mut pdu_core::simulator::LineModel> {
        let member = self.members.get_mut(usize::from(point.unit))?;
        point.line.and_then(|line| member.line_mut(line))
    }

    /// Has something go wrong with the next line behind a login; called several times, with those after it.
    pub fn inject(&mut self, fault: Fault) {
        self.faults.push_back(fault);
    }

    /// What was done to the unit so far.
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// What the clock shows.
    pub fn clock(&self) -> LocalDateTime {
        self.clock.at(self.now)
    }

    /// What entry 4 shows.
    pub const fn network(&self) -> Network {
        self.settings.network
    }

    /// What entry 8 shows.
    pub const fn thresholds(&self) -> ThresholdSettings {
        self.settings.thresholds
    }

    /// What entry 9 shows: of the master, in Wh.
    pub fn energy(&self) -> EnergyPhases {
        let mut energy = EnergyPhases::default();
        let lines = self.members.first().into_iter().flat_map(|master| &master.lines);
        for (raw, line) in energy.raw.iter_mut().zip(lines) {
            *raw = line.energy.count(Quantity::ActiveEnergy).into();
        }
        energy
    }

    /// What `master load` or `slave1 load` shows; `None` for a slave that is not there.
    pub fn load(&self, member: Member) -> Option<super::Load> {
        Some(self.members.get(usize::from(member.number()))?.load())
    }

    /// Whether one may log in so.
    pub fn lets_in(&self, account: &str, password: &str) -> bool {
        self.settings.account == account && self.settings.password == password
    }

    fn screen(&self, kind: ScreenKind) -> Screen<'_> {
        match kind {
            ScreenKind::Main => Screen::Main,
            ScreenKind::Information => Screen::Information,
            ScreenKind::Load => Screen::Load(self.load(Member::MASTER).unwrap_or_default()),
            ScreenKind::Clock => Screen::Clock(self.clock()),
            ScreenKind::Users => Screen::Users(self.settings.users()),
            ScreenKind::Network => Screen::Network(self.settings.network),
            ScreenKind::Snmp => Screen::Snmp(self.settings.snmp()),
            ScreenKind::Http => Screen::Http(self.settings.http),
            ScreenKind::Smtp => Screen::Smtp(self.settings.smtp()),
            ScreenKind::Thresholds => Screen::Thresholds(self.settings.thresholds),
            ScreenKind::Energy => Screen::Energy(self.energy()),
            ScreenKind::Restart => Screen::Restart,
        }
    }

    /// Lines 659-664.
    fn show_banner(&self, page: &mut Page) {
        let up = self.now.saturating_since(self.up_since) + self.up_before;
        let minutes = up.as_secs() / 60;
        let small = |number: u64| u8::try_from(number).unwrap_or(0);
        let banner = Banner {
            updated: Date::new(2014, 10, 20),
            version: Some(&self.version),
            clock: Some(self.clock()),
            uptime: Some(Uptime {
                days: u32::try_from(minutes / 1440).unwrap_or(u32::MAX),
                hours: small(minutes / 60 % 24),
                minutes: small(minutes % 60),
            }),
            text: Some("BKT ELEKTRONIK 69 Lochowska Str., 86-005 Biale Blota, www.bkte.pl"),
        };
        // Refused if the version is no text that can stand there: then there is none.
        let _ = page.encode(|out| banner.encode(out));
    }

    fn ask_account(page: &mut Page) -> (Stage, Next) {
        page.text(ACCOUNT_PROMPT);
        (Stage::Account, Next::Line)
    }

    fn log_in(&mut self, is_right: bool, page: &mut Page) -> (Stage, Next) {
        if !is_right {
            self.counts.refused_logins += 1;
            return Self::ask_account(page);
        }
        self.counts.logins += 1;
        self.go_to(ScreenKind::Main, page)
    }

    fn go_to(&self, kind: ScreenKind, page: &mut Page) -> (Stage, Next) {
        show(&self.screen(kind), page);
        (Stage::At(kind), Next::Line)
    }

    /// Carries out a line behind a login.
    fn obey(&mut self, at: ScreenKind, line: &[u8], page: &mut Page) -> (Stage, Next) {
        self.counts.count_line(at);
        if line.is_empty() {
            page.text(PROMPT);
            return (Stage::At(at), Next::Line);
        }
        let Ok(line) = Line::parse(at, line, Mode::Lenient) else {
            return self.refused(at, page);
        };
        match line.value {
            Line::Entry(entry) => self.enter_entry(entry, page),
            Line::OpenRestart(_) => self.go_to(ScreenKind::Restart, page),
            Line::Back(_) => self.go_to(ScreenKind::Main, page),
            Line::Load(member) => match self.load(member) {
                Some(load) => {
                    show(&Screen::Load(load), page);
                    (Stage::At(at), Next::Line)
                }
                None => self.refused(at, page),
            },
            Line::Restart(_) => {
                self.counts.restarts += 1;
                self.restart(at)
            }
            Line::FactoryDefault(_) => {
                self.counts.factory_defaults += 1;
                self.settings = Settings::factory();
                self.restart(at)
            }
            line if self.takes(&line) && self.set(at, &line) => {
                self.acknowledge(at, page);
                (Stage::At(at), Next::Line)
            }
            _ => self.refused(at, page),
        }
    }

    fn enter_entry(&mut self, entry: Entry, page: &mut Page) -> (Stage, Next) {
        let Some(kind) = entry.screen() else {
            self.counts.logouts += 1;
            return (Stage::At(ScreenKind::Main), Next::Close);
        };
        self.go_to(kind, page)
    }

    fn refused(&mut self, at: ScreenKind, page: &mut Page) -> (Stage, Next) {
        self.counts.refused_lines += 1;
        refuse(page);
        (Stage::At(at), Next::Line)
    }

    fn restart(&mut self, at: ScreenKind) -> (Stage, Next) {
        self.up_since = self.now + self.down;
        self.up_before = Duration::ZERO;
        (Stage::At(at), Next::Down(self.down))
    }

    fn takes(&self, line: &Line<'_>) -> bool {
        line.is_documented() || self.undocumented == Undocumented::Taken
    }

    /// Stores what a line sets. `false` if it sets nothing.
    fn set(&mut self, at: ScreenKind, line: &Line<'_>) -> bool {
        let settings = &mut self.settings;
        match *line {
            Line::SetClock(time) => self.clock = UnitClock::showing(time, self.now),
            Line::ChangePassword(change) if is_allowed(&change, settings) => {
                settings.password = change.new.reveal().into();
            }
            Line::SetAddress(address) if at == ScreenKind::Network => settings.network.address = address,
            Line::SetAddress(address) => settings.trap1 = address,
            Line::SetPort(port) => settings.http.port = port,
            Line::SetAccount(account) => settings.smtp_account = account.into(),
            Line::SetCurrent(phase, levels) => {
                if let Some(current) = settings.thresholds.current.get_mut(index_of(phase)) {
                    *current = in_tenths(&levels);
                }
            }
            Line::ClearEnergy(phase, _) => {
                self.clear_energy(phase);
                return true;
            }
            _ => return false,
        }
        self.counts.settings += 1;
        true
    }

    fn clear_energy(&mut self, phase: Phase) {
        let lines = self.members.first_mut().map(|master| &mut master.lines);
        if let Some(line) = lines.and_then(|lines| lines.get_mut(index_of(phase))) {
            line.energy = Energy::default();
        }
        if let Some(count) = self.counts.clearings.get_mut(index_of(phase)) {
            *count += 1;
        }
    }

    fn acknowledge(&self, at: ScreenKind, page: &mut Page) {
        match &self.acknowledgement {
            Acknowledgement::None => page.text(PROMPT),
            Acknowledgement::Text(text) => {
                page.line(text);
                page.text(PROMPT);
            }
            Acknowledgement::Screen => show(&self.screen(at), page),
        }
    }

    /// Carries out a line, unless something is to go wrong with it.
    fn obey_or_fail(&mut self, at: ScreenKind, line: &[u8], page: &mut Page) -> (Stage, Next) {
        match self.faults.pop_front() {
            None => self.obey(at, line, page),
            Some(Fault::HangUp) => (Stage::At(at), Next::Close),
            Some(Fault::Stray(kind)) => self.go_to(kind, page),
            Some(Fault::Mute) => {
                let after = self.obey(at, line, page);
                page.clear();
                after
            }
            Some(Fault::HangUpBehind) => {
                let (stage, next) = self.obey(at, line, page);
                page.clear();
                let next = if matches!(next, Next::Down(_)) {
                    next
                } else {
                    Next::Close
                };
                (stage, next)
            }
        }
    }
}

impl Application for Bps2000 {
    type Session = Visit;

    fn open(&mut self, now: Instant, page: &mut Page) -> (Visit, Next) {
        self.advance_to(now);
        self.counts.sessions += 1;
        if self.banner == BannerLines::All {
            self.show_banner(page);
        }
        let (stage, next) = Self::ask_account(page);
        (Visit { stage }, next)
    }

    fn enter(&mut self, now: Instant, visit: &mut Visit, typed: Typed<'_>, page: &mut Page) -> Next {
        self.advance_to(now);
        let (stage, next) = match (visit.stage, typed) {
            (Stage::Account, Typed::Line(line)) => {
                page.text(PASSWORD_PROMPT);
                let account_is_right = line == self.settings.account.as_bytes();
                (Stage::Password { account_is_right }, Next::Secret)
            }
            (Stage::Password { account_is_right }, Typed::Line(line)) => {
                let is_right = account_is_right && line == self.settings.password.as_bytes();
                self.log_in(is_right, page)
            }
            (Stage::At(at), Typed::Line(line)) => self.obey_or_fail(at, line, page),
            (Stage::At(at), Typed::TooLong) => self.refused(at, page),
            (Stage::Account | Stage::Password { .. }, Typed::TooLong) => self.log_in(false, page),
        };
        visit.stage = stage;
        next
    }
}

/// Shows a screen; one that cannot be written, since the builder was given other than printable text, is a refusal.
fn show(screen: &Screen<'_>, page: &mut Page) {
    if page.encode(|out| screen.encode(out)).is_err() {
        refuse(page);
    }
}

fn refuse(page: &mut Page) {
    page.line(REFUSAL);
    page.text(PROMPT);
}

fn is_allowed(change: &PasswordChange<'_>, settings: &Settings) -> bool {
    change.old.reveal() == settings.password && change.new == change.confirm
}

const fn index_of(phase: Phase) -> usize {
    match phase {
        Phase::One => 0,
        Phase::Two => 1,
        Phase::Three => 2,
    }
}

/// As the screen has them: one digit behind the point (line 1021).
fn in_tenths(levels: &Levels) -> Levels {
    let tenths = |level: Decimal| level.scaled(-1).map_or(level, |tenths| Decimal::new(tenths, -1));
    Levels {
        high_alarm: tenths(levels.high_alarm),
        high_warning: tenths(levels.high_warning),
        low_warning: tenths(levels.low_warning),
        low_alarm: tenths(levels.low_alarm),
    }
}
