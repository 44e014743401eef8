//! Screens and banners as the device sends them: checked whole, measured, then written.

use core::fmt::{self, Write};

use pdu_core::Decimal;

use super::scan::intruder;
use super::text::is_printable;
use super::{
    AgentState, Banner, EnergyPhases, Entry, Expected, Levels, Load, MAX_LINE, PROMPT, Screen, SmtpSettings,
    ThresholdSettings, WriteError,
};

impl Screen<'_> {
    /// Writes it as the manual's picture has it, with its prompt: lines ended by CR LF `[INF]`, the prompt without an end.
    ///
    /// Two pictures are wrapped by the terminal, which this is not: see the sheet's grammar. Nothing is written if it is
    /// refused.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, WriteError> {
        self.check()?;
        emit(out, |out| self.print(out)).map_err(|needed| WriteError::Buffer { needed })
    }

    /// How many octets [`encode`](Self::encode) needs.
    pub fn encoded_len(&self) -> Result<usize, WriteError> {
        self.check()?;
        Ok(measure(|out| self.print(out)))
    }

    fn check(&self) -> Result<(), WriteError> {
        match self {
            Self::Load(load) => check_load(load),
            Self::Users(users) => check_text("user", users.name),
            Self::Snmp(snmp) => {
                check_text("write community", snmp.write_community.reveal())?;
                check_text("read community", snmp.read_community.reveal())
            }
            Self::Smtp(smtp) => check_smtp(smtp),
            Self::Thresholds(thresholds) => check_thresholds(thresholds),
            _ => Ok(()),
        }
    }

    fn print(&self, out: &mut impl Write) -> fmt::Result {
        let kind = self.kind();
        match self {
            Self::Main => print_main(out)?,
            Self::Information => {}
            Self::Load(load) => print_load(load, out)?,
            Self::Clock(at) => {
                write!(
                    out,
                    "System clock: Date: {:04}-{:02}-{:02}",
                    at.year(),
                    at.month(),
                    at.day()
                )?;
                write!(out, " Time: {:02}:{:02}:{:02}\r\n", at.hour(), at.minute(), at.second())?;
            }
            Self::Users(users) => write!(out, "Users:{}\r\n", users.name)?,
            Self::Restart => {
                out.write_str("Restart\r\n1.Restart\r\n2.Restart to factory default\r\n3.Back\r\n")?;
            }
            _ => {
                write!(out, "{}\r\n", kind.title())?;
                self.print_values(out)?;
            }
        }
        if let Some(menu) = kind.menu() {
            write!(out, "{menu}\r\n")?;
        }
        if let Some(format) = kind.format() {
            write!(out, "Command format:{format}\r\n")?;
        }
        if kind.has_gap() {
            out.write_str("\r\n")?;
        }
        out.write_str(PROMPT)
    }

    /// What stands below a title.
    fn print_values(&self, out: &mut impl Write) -> fmt::Result {
        match self {
            Self::Network(network) => {
                write!(
                    out,
                    "IPv4 Address:{}\r\nIPv4 Subnet Mask:{}\r\n",
                    network.address, network.mask
                )?;
                write!(out, "Gateway:{}\r\nDNS:{}\r\n", network.gateway, network.dns)
            }
            Self::Snmp(snmp) => {
                let agent = match snmp.agent {
                    AgentState::Enabled => "Enable",
                    AgentState::Disabled => "Disable",
                };
                write!(out, "SNMP agent:{agent}\r\n")?;
                write!(out, "Write community:{}\r\n", snmp.write_community.reveal())?;
                write!(out, "Read community:{}\r\n", snmp.read_community.reveal())?;
                write!(out, "Trap1 address:{}\r\n", snmp.trap1)
            }
            Self::Http(http) => write!(out, "HTTP port:{}\r\n", http.port),
            Self::Smtp(smtp) => print_smtp(smtp, out),
            Self::Thresholds(thresholds) => print_thresholds(thresholds, out),
            Self::Energy(energy) => print_energy(energy, out),
            _ => Ok(()),
        }
    }
}

impl Banner<'_> {
    /// Writes the lines that it has, and the empty one behind them (lines 659-664), each ended by CR LF `[INF]`.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, WriteError> {
        check_text("version", self.version.unwrap_or_default())?;
        check_text("banner", self.text.unwrap_or_default())?;
        emit(out, |out| self.print(out)).map_err(|needed| WriteError::Buffer { needed })
    }

    fn print(&self, out: &mut impl Write) -> fmt::Result {
        if let Some(updated) = self.updated {
            write!(out, "Last Update Time : {updated}\r\n")?;
        }
        if let Some(version) = self.version {
            write!(out, "Version : {version}\r\n")?;
        }
        if let Some(at) = self.clock {
            write!(out, "Date:{:04}-{:02}-{:02}", at.year(), at.month(), at.day())?;
            write!(out, " Time:{:02}:{:02}:{:02}\r\n", at.hour(), at.minute(), at.second())?;
        }
        if let Some(up) = self.uptime {
            write!(
                out,
                "Up time : {}Days {}Hours {}Minute\r\n",
                up.days, up.hours, up.minutes
            )?;
        }
        if let Some(text) = self.text {
            write!(out, "{text}\r\n")?;
        }
        out.write_str("\r\n")
    }
}

/// Room that a line leaves for a value: the longest key has 35 octets.
const MAX_TEXT: usize = MAX_LINE - 64;

fn check_text(field: &'static str, text: &str) -> Result<(), WriteError> {
    let bytes = text.as_bytes();
    let stands = bytes.len() <= MAX_TEXT
        && !text.starts_with(' ')
        && is_printable(bytes)
        && intruder(bytes, 0, Expected::Printable).is_none();
    stands.then_some(()).ok_or(WriteError::Text { field })
}

fn check_smtp(smtp: &SmtpSettings<'_>) -> Result<(), WriteError> {
    check_text("SMTP account", smtp.account)?;
    check_text("SMTP password", smtp.password.reveal())?;
    check_text("SMTP server", smtp.server)?;
    check_text("SMTP recipient", smtp.recipient)
}

fn check_load(load: &Load) -> Result<(), WriteError> {
    for (phase, value) in (1..).zip(load.phases) {
        check_digits("load", value.ok_or(WriteError::Phase(phase))?)?;
    }
    Ok(())
}

fn check_thresholds(thresholds: &ThresholdSettings) -> Result<(), WriteError> {
    let single = [thresholds.temperature, thresholds.humidity];
    for levels in thresholds.current.iter().chain(&thresholds.voltage).chain(&single) {
        for level in levels.in_order() {
            check_digits("threshold", level)?;
        }
    }
    Ok(())
}

/// Six digits, a point and three more: `num` of the grammar.
fn check_digits(field: &'static str, value: Decimal) -> Result<(), WriteError> {
    let limit = match value.exponent() {
        0 => 1_000_000,
        -1 => 10_000_000,
        -2 => 100_000_000,
        -3 => 1_000_000_000,
        _ => 0,
    };
    let fits = value.mantissa().unsigned_abs() < limit;
    fits.then_some(()).ok_or(WriteError::Digits { field })
}

fn print_main(out: &mut impl Write) -> fmt::Result {
    out.write_str("Command:\r\n")?;
    for entry in Entry::ALL {
        write!(out, "{}\r\n", entry.menu_line())?;
    }
    Ok(())
}

fn print_load(load: &Load, out: &mut impl Write) -> fmt::Result {
    out.write_str("Load")?;
    for (phase, value) in (1..).zip(load.phases) {
        let phase: u8 = phase;
        write!(out, " Phase{phase}:{}A", value.unwrap_or(Decimal::ZERO))?;
    }
    out.write_str("\r\n")
}

fn print_smtp(smtp: &SmtpSettings<'_>, out: &mut impl Write) -> fmt::Result {
    write!(out, "SMTP Account:{}\r\n", smtp.account)?;
    write!(out, "SMTP Password:{}\r\n", smtp.password.reveal())?;
    write!(out, "SMTP Server:{}\r\nSMTP Port:{}\r\n", smtp.server, smtp.port)?;
    write!(out, "Number of cyclical notification:{}\r\n", smtp.count)?;
    write!(out, "Time between cyclical notification:{}\r\n", smtp.interval)?;
    write!(out, "SMTP Recipient Email:{}\r\n", smtp.recipient)
}

fn print_thresholds(thresholds: &ThresholdSettings, out: &mut impl Write) -> fmt::Result {
    let phases = [
        ("Current [A]", 'A', &thresholds.current),
        ("Voltage [V]", 'V', &thresholds.voltage),
    ];
    for (name, unit, rows) in phases {
        for (phase, levels) in (1..).zip(rows) {
            let phase: u8 = phase;
            write!(out, "Phase {phase} {name}:")?;
            print_levels(levels, unit, out)?;
        }
    }
    out.write_str("Temperature [C]:")?;
    print_levels(&thresholds.temperature, 'C', out)?;
    out.write_str("Humidity [%]:")?;
    print_levels(&thresholds.humidity, '%', out)
}

fn print_levels(levels: &Levels, unit: char, out: &mut impl Write) -> fmt::Result {
    write!(
        out,
        " High Alarm:{}{unit} High Warning:{}{unit}",
        levels.high_alarm, levels.high_warning
    )?;
    write!(
        out,
        " Low Warning:{}{unit} Low Alarm:{}{unit}\r\n",
        levels.low_warning, levels.low_alarm
    )
}

fn print_energy(energy: &EnergyPhases, out: &mut impl Write) -> fmt::Result {
    for (phase, raw) in (1..).zip(energy.raw) {
        let phase: u8 = phase;
        write!(out, "Phase{phase} energy:{raw}\r\n")?;
    }
    Ok(())
}

/// Writes to a buffer, or says how large it must be and leaves it alone.
pub(super) fn emit(out: &mut [u8], print: impl Fn(&mut Sink<'_>) -> fmt::Result) -> Result<usize, usize> {
    let needed = measure(&print);
    let Some(out) = out.get_mut(..needed) else {
        return Err(needed);
    };
    let mut sink = Sink { out, len: 0 };
    // It was measured, so it fits; and nothing else fails.
    print(&mut sink).map_err(|_| needed)?;
    Ok(needed)
}

pub(super) fn measure(print: impl Fn(&mut Sink<'_>) -> fmt::Result) -> usize {
    let mut sink = Sink { out: &mut [], len: 0 };
    let _ = print(&mut sink);
    sink.len
}

/// Text into a buffer; what does not fit is only counted.
pub(super) struct Sink<'a> {
    out: &'a mut [u8],
    len: usize,
}

impl Write for Sink<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len.saturating_add(text.len());
        if let Some(place) = self.out.get_mut(self.len..end) {
            place.copy_from_slice(text.as_bytes());
        }
        self.len = end;
        Ok(())
    }
}
