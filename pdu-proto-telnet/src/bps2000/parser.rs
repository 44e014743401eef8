//! Lines to a screen, one by one.

use pdu_core::{LocalDateTime, Mode};

use super::entry::is_prompt;
use super::scan::{Cursor, Scan, intruder};
use super::text::{begins, is_blank};
use super::{
    AgentState, Deviation, Deviations, EnergyPhases, Entry, Expected, Fault, Found, HttpSettings, Levels, Load,
    MAX_LINE, Network, PASSWORD_PROMPT, Parsed, RawLine, Screen, ScreenError, ScreenKind, Secret, SmtpSettings,
    SnmpService, ThresholdSettings, Users,
};

/// Reads the lines of the screen that was asked for, and no other.
///
/// Whatever a screen must not be is refused in both modes: another title, a prompt or a login inside, a value that is none, a
/// wrong unit, a phase twice, a level missing. After a refusal the parser refuses everything: where the console then stands
/// is not known.
#[derive(Clone, Debug)]
pub struct ScreenParser<'a> {
    mode: Mode,
    stage: Stage,
    screen: Screen<'a>,
    deviations: Deviations,
    number: usize,
    failed: Option<ScreenError<'a>>,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// This line before the menu, from 0.
    Row(u8),
    /// The menu, of which so many octets were read.
    Menu(usize),
    /// `Command format:`
    Format,
    /// The prompt.
    Prompt,
}

impl<'a> ScreenParser<'a> {
    /// Expects this screen.
    pub fn new(kind: ScreenKind, mode: Mode) -> Self {
        let stage = if kind.rows() > 0 { Stage::Row(0) } else { Stage::Menu(0) };
        Self {
            mode,
            stage,
            screen: empty(kind),
            deviations: Deviations::default(),
            number: 0,
            failed: None,
        }
    }

    /// The screen that it expects.
    pub const fn kind(&self) -> ScreenKind {
        self.screen.kind()
    }

    /// Takes the next line, without its end.
    pub fn push(&mut self, line: &'a [u8]) -> Result<(), ScreenError<'a>> {
        self.step(line, |parser| parser.take(line))
    }

    /// The screen, if with this partial line it is complete: the prompt, with blanks behind it at most.
    pub fn finish(mut self, prompt: &'a [u8]) -> Result<Parsed<Screen<'a>>, ScreenError<'a>> {
        self.step(prompt, |parser| parser.close(prompt))?;
        Ok(Parsed {
            value: self.screen,
            deviations: self.deviations,
        })
    }

    fn step(&mut self, line: &'a [u8], take: impl FnOnce(&mut Self) -> Scan<()>) -> Result<(), ScreenError<'a>> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.number = self.number.saturating_add(1);
        take(self).map_err(|fault| {
            let error = ScreenError {
                line: RawLine(line),
                number: self.number,
                fault: self.classified(line, fault),
            };
            self.failed = Some(error);
            error
        })
    }

    /// Says what a line that was not taken is, if it is something known.
    fn classified(&self, line: &[u8], fault: Fault) -> Fault {
        if matches!(fault.found, Found::Octets(_) | Found::Incomplete) {
            return fault;
        }
        if let Some(fault) = intruder(line, 0, fault.expected) {
            return fault;
        }
        let at_start = |expected, found| Fault {
            offset: 0,
            expected,
            found,
        };
        if begins(line, PASSWORD_PROMPT) {
            return at_start(fault.expected, Found::Login);
        }
        match ScreenKind::of_first_line(line) {
            Some(other) if other != self.kind() && matches!(self.stage, Stage::Row(0) | Stage::Menu(0)) => {
                let expected = match self.stage {
                    Stage::Row(0) => Expected::Screen(self.kind()),
                    _ => fault.expected,
                };
                at_start(expected, Found::Screen(other))
            }
            _ => fault,
        }
    }

    fn take(&mut self, line: &'a [u8]) -> Scan<()> {
        let mut cursor = Cursor::new(line, self.mode);
        if line.len() > MAX_LINE {
            let mut fault = cursor.fault(Expected::ShortLine);
            fault.found = Found::Octets(line.len());
            return Err(fault);
        }
        if is_blank(line) && self.takes_blank_line() {
            return Ok(());
        }
        match self.stage {
            Stage::Row(row) => {
                self.row(row, &mut cursor)?;
                self.stage = self.after_row(row);
            }
            Stage::Menu(from) => {
                let menu = self.kind().menu().unwrap_or_default();
                let read = cursor.menu(menu, from)?;
                self.stage = if read < menu.len() {
                    Stage::Menu(read)
                } else {
                    Stage::Format
                };
            }
            Stage::Format => {
                cursor.literal("Command format:")?;
                cursor.free()?;
                self.stage = Stage::Prompt;
            }
            Stage::Prompt => return Err(cursor.fault(Expected::Prompt)),
        }
        self.deviations.insert_all(cursor.deviations);
        Ok(())
    }

    /// Before a screen and before its prompt there may be blank lines; elsewhere lenient mode takes them.
    fn takes_blank_line(&mut self) -> bool {
        let outside = match self.stage {
            Stage::Row(0) | Stage::Prompt => true,
            Stage::Menu(0) => self.kind().rows() == 0,
            _ => false,
        };
        if !outside && self.mode == Mode::Lenient {
            self.deviations.insert(Deviation::Blanks);
        }
        outside || self.mode == Mode::Lenient
    }

    fn after_row(&self, row: u8) -> Stage {
        let next = row.saturating_add(1);
        let kind = self.kind();
        if next < kind.rows() {
            Stage::Row(next)
        } else if kind.menu().is_some() {
            Stage::Menu(0)
        } else if kind.format().is_some() {
            Stage::Format
        } else {
            Stage::Prompt
        }
    }

    fn close(&mut self, prompt: &[u8]) -> Scan<()> {
        let fault = Cursor::new(prompt, self.mode).fault(Expected::Prompt);
        if !is_prompt(prompt) {
            return Err(fault);
        }
        match self.stage {
            Stage::Prompt => Ok(()),
            Stage::Format if self.mode == Mode::Lenient => {
                self.deviations.insert(Deviation::FormatMissing);
                Ok(())
            }
            _ => Err(Fault {
                offset: 0,
                expected: self.missing(),
                found: Found::Incomplete,
            }),
        }
    }

    /// What a screen still lacks.
    fn missing(&self) -> Expected {
        match self.stage {
            Stage::Row(0) => Expected::Screen(self.kind()),
            Stage::Row(_) => Expected::Text("the next line of the screen"),
            Stage::Menu(_) => Expected::Text("the menu of this screen"),
            Stage::Format => Expected::Text("Command format:"),
            Stage::Prompt => Expected::Prompt,
        }
    }

    fn row(&mut self, row: u8, cursor: &mut Cursor<'a>) -> Scan<()> {
        let kind = self.kind();
        match &mut self.screen {
            Screen::Main => return main_row(row, cursor),
            Screen::Information => {}
            Screen::Load(load) => return load_row(load, cursor),
            Screen::Clock(clock) => *clock = clock_row(cursor)?,
            Screen::Users(users) => users.name = text(cursor, "Users:")?,
            Screen::Restart => return restart_row(row, cursor),
            _ if row == 0 => cursor.literal(kind.title())?,
            Screen::Network(network) => network_row(network, row, cursor)?,
            Screen::Snmp(snmp) => snmp_row(snmp, row, cursor)?,
            Screen::Http(http) => http.port = number(cursor, "HTTP port:")?,
            Screen::Smtp(smtp) => smtp_row(smtp, row, cursor)?,
            Screen::Thresholds(thresholds) => threshold_row(thresholds, row, cursor)?,
            Screen::Energy(energy) => energy_row(energy, row, cursor)?,
        }
        cursor.end()
    }
}

/// A screen of this kind before its values are read.
fn empty<'a>(kind: ScreenKind) -> Screen<'a> {
    match kind {
        ScreenKind::Main => Screen::Main,
        ScreenKind::Information => Screen::Information,
        ScreenKind::Load => Screen::Load(Load::default()),
        ScreenKind::Clock => Screen::Clock(EPOCH),
        ScreenKind::Users => Screen::Users(Users::default()),
        ScreenKind::Network => Screen::Network(Network::default()),
        ScreenKind::Snmp => Screen::Snmp(SnmpService::default()),
        ScreenKind::Http => Screen::Http(HttpSettings::default()),
        ScreenKind::Smtp => Screen::Smtp(SmtpSettings::default()),
        ScreenKind::Thresholds => Screen::Thresholds(ThresholdSettings::default()),
        ScreenKind::Energy => Screen::Energy(EnergyPhases::default()),
        ScreenKind::Restart => Screen::Restart,
    }
}

/// What stands for a clock until it is read; never handed out.
const EPOCH: LocalDateTime = match LocalDateTime::new(1970, 1, 1, 0, 0, 0) {
    Some(epoch) => epoch,
    None => panic!("a day that exists"),
};

/// `Command:`, then the eleven entries.
fn main_row(row: u8, cursor: &mut Cursor<'_>) -> Scan<()> {
    let entry = row.checked_sub(1).and_then(|index| Entry::ALL.get(usize::from(index)));
    cursor.literal(entry.map_or("Command:", |entry| entry.menu_line()))?;
    cursor.end()
}

/// `Load Phase1:0.00A Phase2:0.00A Phase3:0.00A`
fn load_row(load: &mut Load, cursor: &mut Cursor<'_>) -> Scan<()> {
    cursor.literal("Load")?;
    for (phase, value) in (1..).zip(&mut load.phases) {
        let mut ahead = *cursor;
        ahead.skip_blanks();
        if phase > 1 && cursor.is_lenient() && ahead.peek().is_none() {
            cursor.deviations.insert(Deviation::PhasesMissing);
            break;
        }
        cursor.gap()?;
        cursor.literal("Phase")?;
        cursor.phase(phase)?;
        cursor.literal(":")?;
        *value = Some(cursor.decimal()?);
        cursor.unit(b'A')?;
    }
    cursor.end()
}

/// `System clock: Date: 2019-01-23 Time: 10:37:34`
fn clock_row(cursor: &mut Cursor<'_>) -> Scan<LocalDateTime> {
    cursor.literal("System clock:")?;
    cursor.skip_blanks();
    cursor.literal("Date:")?;
    cursor.skip_blanks();
    let day = cursor.date()?;
    cursor.gap()?;
    cursor.literal("Time:")?;
    cursor.skip_blanks();
    cursor.time(day)
}

fn restart_row(row: u8, cursor: &mut Cursor<'_>) -> Scan<()> {
    cursor.literal(match row {
        0 => "Restart",
        1 => "1.Restart",
        2 => "2.Restart to factory default",
        _ => "3.Back",
    })?;
    cursor.end()
}

fn network_row(network: &mut Network, row: u8, cursor: &mut Cursor<'_>) -> Scan<()> {
    let (key, value) = match row {
        1 => ("IPv4 Address:", &mut network.address),
        2 => ("IPv4 Subnet Mask:", &mut network.mask),
        3 => ("Gateway:", &mut network.gateway),
        _ => ("DNS:", &mut network.dns),
    };
    key_of(cursor, key)?;
    *value = cursor.address()?;
    Ok(())
}

fn snmp_row<'a>(snmp: &mut SnmpService<'a>, row: u8, cursor: &mut Cursor<'a>) -> Scan<()> {
    match row {
        1 => {
            key_of(cursor, "SNMP agent:")?;
            snmp.agent = agent_state(cursor)?;
        }
        2 => snmp.write_community = Secret::new(text(cursor, "Write community:")?),
        3 => snmp.read_community = Secret::new(text(cursor, "Read community:")?),
        _ => {
            key_of(cursor, "Trap1 address:")?;
            snmp.trap1 = cursor.address()?;
        }
    }
    Ok(())
}

fn agent_state(cursor: &mut Cursor<'_>) -> Scan<AgentState> {
    let fault = cursor.fault(Expected::AgentState);
    if cursor.literal("Enable").is_ok() {
        Ok(AgentState::Enabled)
    } else {
        cursor.literal("Disable").map_err(|_| fault)?;
        Ok(AgentState::Disabled)
    }
}

fn smtp_row<'a>(smtp: &mut SmtpSettings<'a>, row: u8, cursor: &mut Cursor<'a>) -> Scan<()> {
    match row {
        1 => smtp.account = text(cursor, "SMTP Account:")?,
        2 => smtp.password = Secret::new(text(cursor, "SMTP Password:")?),
        3 => smtp.server = text(cursor, "SMTP Server:")?,
        4 => smtp.port = number(cursor, "SMTP Port:")?,
        5 => smtp.count = number(cursor, "Number of cyclical notification:")?,
        6 => smtp.interval = number(cursor, "Time between cyclical notification:")?,
        _ => smtp.recipient = text(cursor, "SMTP Recipient Email:")?,
    }
    Ok(())
}

/// `Phase 1 Current [A]: High Alarm:32.0A High Warning:16.0A Low Warning:0.0A Low Alarm:0.0A`
fn threshold_row(thresholds: &mut ThresholdSettings, row: u8, cursor: &mut Cursor<'_>) -> Scan<()> {
    let [current, voltage] = [&mut thresholds.current, &mut thresholds.voltage];
    let [i1, i2, i3] = current;
    let [v1, v2, v3] = voltage;
    let (phase, rest, unit, levels) = match row {
        1 => (1, " Current [A]:", b'A', i1),
        2 => (2, " Current [A]:", b'A', i2),
        3 => (3, " Current [A]:", b'A', i3),
        4 => (1, " Voltage [V]:", b'V', v1),
        5 => (2, " Voltage [V]:", b'V', v2),
        6 => (3, " Voltage [V]:", b'V', v3),
        7 => (0, "Temperature [C]:", b'C', &mut thresholds.temperature),
        _ => (0, "Humidity [%]:", b'%', &mut thresholds.humidity),
    };
    if phase > 0 {
        cursor.literal("Phase ")?;
        cursor.phase(phase)?;
    }
    cursor.literal(rest)?;
    *levels = Levels {
        high_alarm: level(cursor, "High Alarm:", unit)?,
        high_warning: level(cursor, "High Warning:", unit)?,
        low_warning: level(cursor, "Low Warning:", unit)?,
        low_alarm: level(cursor, "Low Alarm:", unit)?,
    };
    Ok(())
}

fn level(cursor: &mut Cursor<'_>, name: &'static str, unit: u8) -> Scan<pdu_core::Decimal> {
    cursor.gap()?;
    cursor.literal(name)?;
    let value = cursor.decimal()?;
    cursor.unit(unit)?;
    Ok(value)
}

/// `Phase1 energy:1150`
fn energy_row(energy: &mut EnergyPhases, row: u8, cursor: &mut Cursor<'_>) -> Scan<()> {
    cursor.literal("Phase")?;
    cursor.phase(row)?;
    cursor.literal(" energy:")?;
    let value = cursor.integer(20, u64::MAX)?;
    if let Some(raw) = row
        .checked_sub(1)
        .and_then(|index| energy.raw.get_mut(usize::from(index)))
    {
        *raw = value;
    }
    Ok(())
}

/// A key and the blanks that may follow it.
fn key_of(cursor: &mut Cursor<'_>, key: &'static str) -> Scan<()> {
    cursor.literal(key)?;
    cursor.skip_blanks();
    Ok(())
}

fn text<'a>(cursor: &mut Cursor<'a>, key: &'static str) -> Scan<&'a str> {
    key_of(cursor, key)?;
    cursor.free()
}

fn number(cursor: &mut Cursor<'_>, key: &'static str) -> Scan<u16> {
    key_of(cursor, key)?;
    cursor.integer16()
}
