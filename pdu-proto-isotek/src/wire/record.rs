use nom::Parser;
use pdu_core::TimeOfDay;

use super::clock::time_of_day;
use super::scan::{Bytes, Read, Refusal, Scan, Separator, choice, digits, located, outlet, refuse, short};
use super::writer::{Writer, check_number, check_text};
use super::{Deviation, Dialect, Expected, Field, NamePadding, Outlet, Text, WireError};

/// Longest outlet name that is sent, and that is read strictly. Source: lines 185 and 194.
const NAME: usize = 8;
/// Longest outlet name that is read leniently (inferred).
const LONG_NAME: usize = 16;

/// A record of the scheduler:
/// `id|type|name|hh:min|dd|power|operator|channel|status_value|status_slot|setup|`.
///
/// Source: lines 107 to 131 and 142 to 167.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record<'a> {
    /// id: 1 to 5 digits.
    pub id: u32,
    /// type: what decides when it acts.
    pub record_type: RecordType,
    /// name: the manual does not explain it; free text.
    pub name: Text<'a>,
    /// hh:min: the time of day, of a time plan.
    pub time: TimeOfDay,
    /// dd: "day" (line 121). Whether of the week, of the month or a mask is not stated, so it is a number, of 1 to 3 digits.
    pub day: u16,
    /// power: the level in watts, of a power plan; 1 to 5 digits.
    pub power: u32,
    /// operator: on which side of the level, of a power plan.
    pub operator: Operator,
    /// channel: which outlet it acts on.
    pub channel: Outlet,
    /// status_value: "not used" (line 128); kept as it is.
    pub status_value: Text<'a>,
    /// status_slot: "not used" (line 129); kept as it is.
    pub status_slot: Text<'a>,
    /// setup: what it does.
    pub setup: Setup,
}

/// What decides when a [`Record`] acts. Source: line 117.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: other numbers are refused.
pub enum RecordType {
    /// `1`: the clock.
    TimePlan = 1,
    /// `2`: the power of the channel.
    PowerPlan = 2,
}

/// On which side of the level the power of a channel makes a power plan act. Source: line 125; at the level itself is not
/// stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: other numbers are refused.
pub enum Operator {
    /// Nothing, or `0`, of a time plan. An empty field is lenient, and is sent as `0`.
    None = 0,
    /// `1`
    Greater = 1,
    /// `2`
    Less = 2,
}

/// What a [`Record`] does. Source: line 131.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: other numbers are refused.
pub enum Setup {
    /// `1`
    On = 1,
    /// `2`
    Off = 2,
    /// `3`
    Restart = 3,
}

/// What is stored of an outlet: `nnnnnnnn|t|d|`. Source: lines 176 to 188 and 191 to 198.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OutletConfig<'a> {
    /// nnnnnnnn: its name, at most 8 characters (16 are taken leniently).
    pub name: Text<'a>,
    /// t: what stands behind it.
    pub outlet_type: OutletType,
    /// d: "reset sequence delay", in seconds; 1 to 5 digits.
    pub delay: u32,
}

/// What stands behind an outlet. Source: line 187, which does not say what the unit makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: other numbers are refused.
pub enum OutletType {
    /// `1`
    Normal = 1,
    /// `2`
    Router = 2,
    /// `3`
    Locked = 3,
}

impl Record<'_> {
    /// The same record, independent of the line that it was read from.
    #[cfg(feature = "alloc")]
    pub fn into_owned(self) -> Record<'static> {
        Record {
            name: self.name.into_owned(),
            status_value: self.status_value.into_owned(),
            status_slot: self.status_slot.into_owned(),
            ..self
        }
    }

    /// The same without the line, if its texts are short.
    pub(super) fn detached(&self) -> Result<Record<'static>, WireError> {
        Ok(Record {
            name: self.name.detached(Field::RecordName)?,
            status_value: self.status_value.detached(Field::StatusValue)?,
            status_slot: self.status_slot.detached(Field::StatusSlot)?,
            ..*self
        })
    }

    pub(super) fn check(&self, dialect: Dialect) -> Result<(), WireError> {
        check_number(Field::Id, self.id, 0, 99_999)?;
        check_text(Field::RecordName, &self.name, dialect.record_name_limit.0.into())?;
        check_number(Field::Day, self.day, 0, 999)?;
        check_number(Field::Power, self.power, 0, 99_999)?;
        match (self.record_type, self.operator) {
            (RecordType::PowerPlan, Operator::None) => check_number(Field::Operator, 0, 1, 2),
            _ => Ok(()),
        }
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer.field(self.id);
        writer.field(self.record_type as u32);
        writer.text(&self.name);
        writer.time_of_day(self.time);
        writer.field(self.day.into());
        writer.field(self.power);
        writer.field(self.operator as u32);
        writer.field(self.channel.number().into());
        writer.text(&self.status_value);
        writer.text(&self.status_slot);
        writer.field(self.setup as u32);
    }
}

impl OutletConfig<'_> {
    /// The same, independent of the line that it was read from.
    #[cfg(feature = "alloc")]
    pub fn into_owned(self) -> OutletConfig<'static> {
        OutletConfig {
            name: self.name.into_owned(),
            ..self
        }
    }

    /// The same without the line.
    pub(super) fn detached(&self) -> Result<OutletConfig<'static>, WireError> {
        Ok(OutletConfig {
            name: self.name.detached(Field::OutletName)?,
            ..*self
        })
    }

    pub(super) fn check(&self) -> Result<(), WireError> {
        check_text(Field::OutletName, &self.name, NAME)?;
        check_number(Field::Delay, self.delay, 0, 99_999)
    }

    pub(super) fn write(&self, dialect: Dialect, writer: &mut Writer<'_>) {
        let name = self.name.as_str();
        writer.bytes(name.as_bytes());
        let missing = match dialect.name_padding {
            NamePadding::None => 0,
            NamePadding::Blanks => NAME.saturating_sub(name.len()),
        };
        (0..missing).for_each(|_| writer.byte(b' '));
        writer.byte(b'|');
        writer.field(self.outlet_type as u32);
        writer.field(self.delay);
    }
}

/// `id|type|name|hh:min|dd|power|operator|channel|status_value|status_slot|setup|`
pub(super) fn record<'l>(scan: &Scan<'l>) -> impl Parser<Bytes<'l>, Output = Record<'l>, Error = Refusal> {
    use Separator::{Bar, BarOrSlash, Last};

    move |input| {
        let (rest, fields) = (
            scan.field(Field::Id, digits(5), Bar),
            scan.field(Field::RecordType, choice(&RECORD_TYPES, Expected::OneOrTwo), BarOrSlash),
            scan.text(Field::RecordName, usize::MAX),
            scan.field(Field::Hour, time_of_day, Bar),
            scan.field(Field::Day, short(3), Bar),
            scan.field(Field::Power, digits(5), Bar),
            scan.field(Field::Operator, located(operator), Bar),
            scan.field(Field::Channel, outlet, Bar),
            scan.text(Field::StatusValue, usize::MAX),
            scan.text(Field::StatusSlot, usize::MAX),
            scan.field(Field::Setup, choice(&SETUPS, Expected::OneToThree), Last),
        )
            .parse(input)?;
        let (id, record_type, name, time, day, power, (at, operator), channel, status_value, status_slot, setup) =
            fields;
        if (record_type, operator) == (RecordType::PowerPlan, Operator::None) {
            let at = scan.line().get(at..).unwrap_or_default();
            return refuse(scan.unexpected(Field::Operator, at, Expected::OneOrTwo));
        }
        let record = Record {
            id,
            record_type,
            name,
            time,
            day,
            power,
            operator,
            channel,
            status_value,
            status_slot,
            setup,
        };
        Ok((rest, record))
    }
}

const RECORD_TYPES: [(u8, RecordType); 2] = [(b'1', RecordType::TimePlan), (b'2', RecordType::PowerPlan)];
const OPERATORS: [(u8, Operator); 3] = [
    (b'0', Operator::None),
    (b'1', Operator::Greater),
    (b'2', Operator::Less),
];
const SETUPS: [(u8, Setup); 3] = [(b'1', Setup::On), (b'2', Setup::Off), (b'3', Setup::Restart)];
const OUTLET_TYPES: [(u8, OutletType); 3] = [
    (b'1', OutletType::Normal),
    (b'2', OutletType::Router),
    (b'3', OutletType::Locked),
];

/// Leniently nothing at all, for none.
fn operator<'l>(scan: &Scan<'l>, field: Field, input: Bytes<'l>) -> Read<'l, Operator> {
    if scan.is_lenient() && input.first() == Some(&b'|') {
        scan.note(Deviation::EmptyField);
        return Ok((input, Operator::None));
    }
    choice(&OPERATORS, Expected::ZeroToTwo)(scan, field, input)
}

/// `nnnnnnnn|t|d|`
pub(super) fn outlet_config<'l>(scan: &Scan<'l>) -> impl Parser<Bytes<'l>, Output = OutletConfig<'l>, Error = Refusal> {
    let name_limit = if scan.is_lenient() { LONG_NAME } else { NAME };
    (
        scan.text(Field::OutletName, name_limit),
        scan.field(
            Field::OutletType,
            choice(&OUTLET_TYPES, Expected::OneToThree),
            Separator::Bar,
        ),
        scan.field(Field::Delay, digits(5), Separator::Last),
    )
        .map(|(name, outlet_type, delay)| {
            if name.as_str().len() > NAME {
                scan.note(Deviation::LongName);
            }
            OutletConfig {
                name,
                outlet_type,
                delay,
            }
        })
}
