//! What is typed at a prompt.

use core::fmt::{self, Write};
use core::net::Ipv4Addr;

use pdu_core::{Decimal, LocalDateTime, Mode};

use super::scan::{Cursor, Scan};
use super::text::{find, is_printable};
use super::write::emit;
use super::{Deviation, Entry, Expected, Found, Levels, LineError, MAX_LINE, Parsed, ScreenKind, Secret};

/// A line that is typed at a prompt, without its end.
///
/// The same octets mean different things on different screens: `1` opens `Show information` on the main menu and restarts the
/// unit on the screen of entry 10. Whoever sends a line must know which screen is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Line<'a> {
    /// At [`ACCOUNT_PROMPT`](super::ACCOUNT_PROMPT): 1 to 64 printable characters without `&` and `:` `[INF]`.
    Account(&'a str),
    /// At [`PASSWORD_PROMPT`](super::PASSWORD_PROMPT): the same bounds `[INF]`.
    Password(Secret<'a>),
    /// On the main menu: an entry other than [`Restart`](Entry::Restart), for which there is
    /// [`OpenRestart`](Self::OpenRestart).
    Entry(Entry),
    /// On the main menu: entry 10. It only shows a menu, but one where `1` restarts.
    OpenRestart(Confirmed),
    /// The number before `Back` on this screen.
    Back(ScreenKind),
    /// On entry 1: the load of a unit (line 761).
    Load(Member),
    /// On entry 2 (line 796).
    SetClock(LocalDateTime),
    /// On entry 3 (line 827).
    ChangePassword(PasswordChange<'a>),
    /// On entries 4 and 5 (lines 866, 909). The manual has this one keyword for four settings of entry 4: only of the first is it
    /// likely `[INF]`.
    SetAddress(Ipv4Addr),
    /// On entry 6 (line 944): 1 to 65535.
    SetPort(u16),
    /// On entry 7 (line 984): 1 to 30 characters without `&` and `:`.
    SetAccount(&'a str),
    /// On entry 8 (line 1030): thresholds of the current of a phase, 0 to 999.9 A in steps of 0.1. The manual has `one` only, and
    /// does not say that the order is that of the screen `[INF]`.
    SetCurrent(Phase, Levels),
    /// On entry 9 (line 1064): clears the energy of a phase. The manual has `clearp1` only.
    ClearEnergy(Phase, Confirmed),
    /// On entry 10: `1`, restarts the unit.
    Restart(Confirmed),
    /// On entry 10: `2`, restarts the unit and restores its factory settings.
    FactoryDefault(Confirmed),
    /// A keyword that the manual does not have: 1 to 80 printable characters, the first a letter. What could be a clearing is
    /// refused, and so are numbers. Not shown by `Debug`: it may be a password.
    Undocumented(Secret<'a>),
}

/// Says that the caller means it: a restart, a factory default, a clearing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed(());

impl Confirmed {
    /// Made where a person, or a program on purpose, asked for exactly this.
    pub const fn on_purpose() -> Self {
        Self(())
    }
}

/// A unit of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member(u8);

impl Member {
    /// `master`
    pub const MASTER: Self = Self(0);

    /// `slave1` to `slave5`.
    pub const fn slave(number: u8) -> Option<Self> {
        match number {
            1..=5 => Some(Self(number)),
            _ => None,
        }
    }

    /// 0 is the master, 1 to 5 are slaves.
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// A phase of a line that sets something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
// Exhaustive on purpose: there are three.
pub enum Phase {
    /// L1: the only one that the manual shows in a line.
    One,
    /// L2.
    Two,
    /// L3.
    Three,
}

impl Phase {
    const ALL: [Self; 3] = [Self::One, Self::Two, Self::Three];

    /// 1, 2 or 3.
    pub const fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
        }
    }

    /// What `current ...:` calls it.
    const fn word(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Two => "two",
            Self::Three => "three",
        }
    }
}

/// `old:`, `new:` and `confirm:`: 1 to 15 letters and digits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordChange<'a> {
    /// The password in force.
    pub old: Secret<'a>,
    /// The new one.
    pub new: Secret<'a>,
    /// The new one again; a line in which it differs is not sent.
    pub confirm: Secret<'a>,
}

impl<'a> PasswordChange<'a> {
    /// From one to another.
    pub const fn new(old: &'a str, new: &'a str) -> Self {
        Self {
            old: Secret::new(old),
            new: Secret::new(new),
            confirm: Secret::new(new),
        }
    }
}

impl<'a> Line<'a> {
    /// Whether the manual shows this line. Others must not be sent unless the caller asked for undocumented ones.
    pub const fn is_documented(&self) -> bool {
        match self {
            Self::SetCurrent(phase, _) | Self::ClearEnergy(phase, _) => matches!(phase, Phase::One),
            Self::Undocumented(_) => false,
            _ => true,
        }
    }

    /// Whether it restarts the unit, clears something, or leads to where one number does.
    pub const fn needs_confirmation(&self) -> bool {
        matches!(
            self,
            Self::OpenRestart(_) | Self::ClearEnergy(..) | Self::Restart(_) | Self::FactoryDefault(_)
        )
    }

    /// Writes it without its end. All bounds are checked before an octet is written.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, LineError> {
        self.check()?;
        emit(out, |out| self.print(out)).map_err(|needed| LineError::Buffer { needed })
    }

    fn check(&self) -> Result<(), LineError> {
        match self {
            Self::Account(name) => check_text("account", name, MAX_LOGIN),
            Self::Password(password) => check_text("password", password.reveal(), MAX_LOGIN),
            Self::Entry(Entry::Restart) => Err(LineError::Unconfirmed),
            Self::Back(ScreenKind::Main) => Err(LineError::NoBack(ScreenKind::Main)),
            Self::ChangePassword(change) => check_change(change),
            Self::SetPort(0) => Err(LineError::Bound {
                field: "port",
                bound: "1 to 65535",
            }),
            Self::SetAccount(account) => check_text("SMTP account", account, MAX_ACCOUNT),
            Self::SetCurrent(_, levels) => levels
                .in_order()
                .into_iter()
                .try_for_each(|level| tenths(level).map(drop)),
            Self::Undocumented(text) => check_undocumented(text.reveal()),
            _ => Ok(()),
        }
    }

    fn print(&self, out: &mut impl Write) -> fmt::Result {
        match self {
            Self::Account(text) => out.write_str(text),
            Self::Password(text) | Self::Undocumented(text) => out.write_str(text.reveal()),
            Self::Entry(entry) => write!(out, "{}", entry.number()),
            Self::OpenRestart(_) => write!(out, "{}", Entry::Restart.number()),
            Self::Back(screen) => write!(out, "{}", screen.back().unwrap_or_default()),
            Self::Load(Member::MASTER) => out.write_str("master load"),
            Self::Load(member) => write!(out, "slave{} load", member.number()),
            Self::SetClock(at) => {
                write!(out, "date {:04}-{:02}-{:02}", at.year(), at.month(), at.day())?;
                write!(out, ",time {:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
            }
            Self::ChangePassword(change) => {
                write!(out, "old:{}&new:{}", change.old.reveal(), change.new.reveal())?;
                write!(out, "&confirm:{}&", change.confirm.reveal())
            }
            Self::SetAddress(address) => write!(out, "address:{address}"),
            Self::SetPort(port) => write!(out, "port:{port}"),
            Self::SetAccount(account) => write!(out, "account:{account}"),
            Self::SetCurrent(phase, levels) => {
                let [a, b, c, d] = levels.in_order().map(|level| tenths(level).unwrap_or(Decimal::ZERO));
                write!(out, "current {}:{a}&{b}&{c}&{d}", phase.word())
            }
            Self::ClearEnergy(phase, _) => write!(out, "clearp{}", phase.number()),
            Self::Restart(_) => out.write_str("1"),
            Self::FactoryDefault(_) => out.write_str("2"),
        }
    }

    /// Reads what was typed on this screen: the device's side. Answers of a login are the caller's to read.
    pub fn parse(screen: ScreenKind, line: &'a [u8], mode: Mode) -> Result<Parsed<Self>, LineError> {
        let mut cursor = Cursor::new(line, mode);
        if line.len() > MAX_LINE {
            let mut fault = cursor.fault(Expected::ShortLine);
            fault.found = Found::Octets(line.len());
            return Err(LineError::Unknown { screen, fault });
        }
        let value = typed(screen, &mut cursor).map_err(|fault| LineError::Unknown { screen, fault })?;
        value.check()?;
        Ok(Parsed {
            value,
            deviations: cursor.deviations,
        })
    }
}

/// The longest account and password of a login that are sent `[INF]`.
const MAX_LOGIN: usize = 64;
/// The longest SMTP account; the bound of the web page.
const MAX_ACCOUNT: usize = 30;
/// The longest password; the bound of the web page.
const MAX_PASSWORD: usize = 15;
/// The longest undocumented line `[INF]`.
const MAX_UNDOCUMENTED: usize = 80;

fn check_length(field: &'static str, text: &str, max: usize) -> Result<(), LineError> {
    let fits = (1..=max).contains(&text.len());
    fits.then_some(()).ok_or(LineError::Length { field, min: 1, max })
}

/// Visible characters, without those that separate values.
fn check_text(field: &'static str, text: &str, max: usize) -> Result<(), LineError> {
    check_length(field, text, max)?;
    let clean = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'&' | b':'));
    clean.then_some(()).ok_or(LineError::Character { field })
}

fn check_change(change: &PasswordChange<'_>) -> Result<(), LineError> {
    for (field, password) in [
        ("old password", change.old),
        ("new password", change.new),
        ("confirmation", change.confirm),
    ] {
        check_length(field, password.reveal(), MAX_PASSWORD)?;
        if !password.reveal().bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(LineError::Character { field });
        }
    }
    let same = change.new == change.confirm;
    same.then_some(()).ok_or(LineError::Confirmation)
}

fn check_undocumented(text: &str) -> Result<(), LineError> {
    let field = "undocumented line";
    check_length(field, text, MAX_UNDOCUMENTED)?;
    let bytes = text.as_bytes();
    if !is_printable(bytes) || !bytes.first().is_some_and(u8::is_ascii_alphabetic) {
        return Err(LineError::Character { field });
    }
    // Not by the back door: these have lines of their own, or none.
    let guarded = [
        "clear", "restart", "factory", "reset", "reboot", "default", "restore", "erase", "wipe",
    ];
    if guarded.iter().any(|word| find(bytes, word).is_some()) {
        return Err(LineError::Unconfirmed);
    }
    Ok(())
}

/// `1*3DIGIT [ "." DIGIT ]`: the value with one digit behind the point at most, exactly.
fn tenths(level: Decimal) -> Result<Decimal, LineError> {
    match level.scaled(-1) {
        Some(0..=9999) if level.exponent() == 0 => Ok(level),
        Some(tenths @ 0..=9999) => Ok(Decimal::new(tenths, -1)),
        _ => Err(LineError::Bound {
            field: "threshold",
            bound: "0 to 999.9 in steps of 0.1",
        }),
    }
}

fn typed<'a>(screen: ScreenKind, cursor: &mut Cursor<'a>) -> Scan<Line<'a>> {
    let mut ahead = *cursor;
    // Without a zero before it: `01` is no number of a menu.
    if !cursor.rest().trim_ascii_start().starts_with(b"0")
        && let Ok(number) = ahead.integer(2, 99)
        && ahead.end().is_ok()
    {
        let fault = cursor.fault(Expected::Integer);
        cursor.deviations = ahead.deviations;
        return chosen(screen, number).ok_or(fault);
    }
    let line = match screen {
        ScreenKind::Main | ScreenKind::Restart => return Err(cursor.fault(Expected::Integer)),
        ScreenKind::Information | ScreenKind::Load => Line::Load(member(cursor)?),
        ScreenKind::Clock => Line::SetClock(clock(cursor)?),
        ScreenKind::Users => Line::ChangePassword(change(cursor)?),
        ScreenKind::Network | ScreenKind::Snmp => {
            cursor.literal("address:")?;
            Line::SetAddress(cursor.address()?)
        }
        ScreenKind::Http => {
            cursor.literal("port:")?;
            Line::SetPort(cursor.integer16()?)
        }
        ScreenKind::Smtp => {
            cursor.literal("account:")?;
            Line::SetAccount(cursor.free()?)
        }
        ScreenKind::Thresholds => current(cursor)?,
        ScreenKind::Energy => clearing(cursor)?,
    };
    cursor.end()?;
    Ok(line)
}

/// A number, which means what the screen says.
fn chosen<'a>(screen: ScreenKind, number: u64) -> Option<Line<'a>> {
    match screen {
        ScreenKind::Main => Some(match Entry::from_number(number)? {
            Entry::Restart => Line::OpenRestart(Confirmed(())),
            entry => Line::Entry(entry),
        }),
        ScreenKind::Restart if number == 1 => Some(Line::Restart(Confirmed(()))),
        ScreenKind::Restart if number == 2 => Some(Line::FactoryDefault(Confirmed(()))),
        _ => (screen.back().map(u64::from) == Some(number)).then_some(Line::Back(screen)),
    }
}

/// `master load`, `slave1 load`; leniently `slave 1 load`.
fn member(cursor: &mut Cursor<'_>) -> Scan<Member> {
    let member = if cursor.literal("master").is_ok() {
        Member::MASTER
    } else {
        cursor.literal("slave")?;
        if cursor.is_lenient() && cursor.peek() == Some(b' ') {
            cursor.skip_blanks();
            cursor.deviations.insert(Deviation::SpacedMember);
        }
        let fault = cursor.fault(Expected::Integer);
        let number = u8::try_from(cursor.integer(1, 5)?).map_err(|_| fault)?;
        Member::slave(number).ok_or(fault)?
    };
    cursor.literal(" load")?;
    Ok(member)
}

fn clock(cursor: &mut Cursor<'_>) -> Scan<LocalDateTime> {
    cursor.literal("date ")?;
    let day = cursor.date()?;
    cursor.literal(",time ")?;
    cursor.time(day)
}

fn change<'a>(cursor: &mut Cursor<'a>) -> Scan<PasswordChange<'a>> {
    Ok(PasswordChange {
        old: password(cursor, "old:")?,
        new: password(cursor, "new:")?,
        confirm: password(cursor, "confirm:")?,
    })
}

/// A password up to its `&`. Its bounds are checked with the line.
fn password<'a>(cursor: &mut Cursor<'a>, key: &'static str) -> Scan<Secret<'a>> {
    cursor.literal(key)?;
    cursor.until(b'&', "&").map(Secret::new)
}

fn current<'a>(cursor: &mut Cursor<'a>) -> Scan<Line<'a>> {
    cursor.literal("current ")?;
    let fault = cursor.fault(Expected::Text("one"));
    // No word of these is the beginning of another.
    let phase = Phase::ALL
        .into_iter()
        .find(|phase| cursor.literal(phase.word()).is_ok())
        .ok_or(fault)?;
    cursor.literal(":")?;
    let mut levels = [Decimal::ZERO; 4];
    for (index, level) in levels.iter_mut().enumerate() {
        if index > 0 {
            cursor.literal("&")?;
        }
        *level = cursor.decimal()?;
    }
    let [high_alarm, high_warning, low_warning, low_alarm] = levels;
    Ok(Line::SetCurrent(
        phase,
        Levels {
            high_alarm,
            high_warning,
            low_warning,
            low_alarm,
        },
    ))
}

fn clearing<'a>(cursor: &mut Cursor<'a>) -> Scan<Line<'a>> {
    cursor.literal("clearp")?;
    let fault = cursor.fault(Expected::Integer);
    let number = cursor.integer(1, 3)?;
    let phase = Phase::ALL
        .into_iter()
        .find(|phase| u64::from(phase.number()) == number)
        .ok_or(fault)?;
    Ok(Line::ClearEnergy(phase, Confirmed(())))
}
