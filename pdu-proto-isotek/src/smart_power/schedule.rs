//! Records of the scheduler: those of the line, and those of the vocabulary.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use pdu_core::{Action, Comparison, DeviceError, ScheduleRecord, TimeOfDay, Trigger};

use super::error::Difference;
use crate::wire::{Command, Dialect, Operator, Outlet, Record, RecordType, Setup, Text};

/// Most records that `P=nn` can announce: 3 digits. The manual names no maximum.
const MAX_RECORDS: usize = 999;

/// What a record keeps that its trigger does not use, by the manual's names, and what stands there in a new one.
const TIME_PLAN_RAW: [(&str, &str); 4] = [
    ("power", "0"),
    ("operator", "0"),
    ("status_value", "0"),
    ("status_slot", "0"),
];
const POWER_PLAN_RAW: [(&str, &str); 4] = [
    ("hh:min", "00:00"),
    ("dd", "0"),
    ("status_value", "0"),
    ("status_slot", "0"),
];

/// The record in the vocabulary; nothing of it is lost.
///
/// Its name is as the unit keeps it, with any blanks that pad it. What its trigger does not use, and what the manual does not
/// explain, is in [`raw`](ScheduleRecord::raw) under the manual's names: of a time plan `power`, `operator`, `status_value`
/// and `status_slot`; of a power plan `hh:min`, `dd`, `status_value` and `status_slot`.
///
/// ```
/// use pdu_core::Trigger;
/// use pdu_proto_isotek::smart_power::{record_of, schedule_record};
/// use pdu_proto_isotek::wire::{Operator, Outlet, Record, RecordType, Setup, Text};
///
/// let record = Record {
///     id: 1,
///     record_type: RecordType::TimePlan,
///     name: Text::new("amp on")?,
///     time: "07:30".parse()?,
///     day: 127,
///     power: 0,
///     operator: Operator::None,
///     channel: Outlet::new(3).unwrap(),
///     status_value: Text::new("0")?,
///     status_slot: Text::new("7f")?,
///     setup: Setup::On,
/// };
/// let in_words = schedule_record(&record);
/// assert_eq!(in_words.trigger, Trigger::Time { at: "07:30".parse()?, day: 127 });
/// assert_eq!(in_words.raw["status_slot"], "7f");
/// assert_eq!(record_of(&in_words)?, record);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn schedule_record(record: &Record<'_>) -> ScheduleRecord {
    let (trigger, unused) = match (record.record_type, comparison_of(record.operator)) {
        (RecordType::PowerPlan, Some(comparison)) => power_plan(record, comparison),
        // A power plan without an operator is no line that is taken; as a time plan nothing of it would be lost but its type.
        _ => time_plan(record),
    };
    let unexplained = [
        ("status_value", record.status_value.as_str().into()),
        ("status_slot", record.status_slot.as_str().into()),
    ];
    ScheduleRecord {
        id: record.id,
        name: record.name.as_str().into(),
        outlet: record.channel.number().into(),
        trigger,
        action: action_of(record.setup),
        raw: unused
            .into_iter()
            .chain(unexplained)
            .map(|(name, value)| (String::from(name), value))
            .collect(),
    }
}

type Unused = [(&'static str, String); 2];

fn time_plan(record: &Record<'_>) -> (Trigger, Unused) {
    let trigger = Trigger::Time {
        at: record.time,
        day: record.day,
    };
    let operator = operator_digit(record.operator).into();
    (trigger, [("power", record.power.to_string()), ("operator", operator)])
}

fn power_plan(record: &Record<'_>, comparison: Comparison) -> (Trigger, Unused) {
    let trigger = Trigger::ActivePower {
        comparison,
        watts: record.power,
    };
    (
        trigger,
        [("hh:min", record.time.to_string()), ("dd", record.day.to_string())],
    )
}

/// The record of the line that says this. What is missing in [`raw`](ScheduleRecord::raw) is `0`, and `00:00` for `hh:min`.
///
/// # Errors
///
/// [`InvalidArgument`](pdu_core::ErrorKind::InvalidArgument): an outlet that is not 1 to 16, text that a field may not
/// carry, a raw field that this trigger does not have, or whose value is none.
/// [`Unsupported`](pdu_core::ErrorKind::Unsupported): an action that the scheduler does not know. Whether numbers and names
/// fit on the line is checked when it is written.
pub fn record_of(record: &ScheduleRecord) -> Result<Record<'static>, DeviceError> {
    let invalid = |what: String| DeviceError::invalid(format!("record {}: {what}", record.id));
    let raw = Raw::of(record).map_err(invalid)?;
    let text = |value: &str| {
        Text::new(value)
            .map(Text::into_owned)
            .map_err(|error| invalid(error.to_string()))
    };
    let (record_type, time, day, power, operator) = match record.trigger {
        Trigger::Time { at, day } => {
            let (power, operator) = raw.of_time_plan().map_err(invalid)?;
            (RecordType::TimePlan, at, day, power, operator)
        }
        Trigger::ActivePower { comparison, watts } => {
            let (time, day) = raw.of_power_plan().map_err(invalid)?;
            (RecordType::PowerPlan, time, day, watts, operator_of(comparison))
        }
        _ => {
            return Err(DeviceError::unsupported(
                "the scheduler acts by time or by active power",
            ));
        }
    };
    Ok(Record {
        id: record.id,
        record_type,
        name: text(&record.name)?,
        time,
        day,
        power,
        operator,
        channel: outlet_of(record.outlet).map_err(invalid)?,
        status_value: text(raw.value("status_value"))?,
        status_slot: text(raw.value("status_slot"))?,
        setup: setup_of(record)?,
    })
}

/// The raw fields of a record, with what stands for those that are missing.
struct Raw<'a> {
    given: &'a BTreeMap<String, String>,
    fields: &'static [(&'static str, &'static str)],
}

impl<'a> Raw<'a> {
    fn of(record: &'a ScheduleRecord) -> Result<Self, String> {
        let fields = match record.trigger {
            Trigger::ActivePower { .. } => &POWER_PLAN_RAW,
            _ => &TIME_PLAN_RAW,
        };
        let is_known = |name: &&String| fields.iter().any(|(known, _)| known == name);
        match record.raw.keys().find(|name| !is_known(name)) {
            Some(unknown) => Err(format!("no raw field {unknown:?} in a record of this trigger")),
            None => Ok(Self {
                given: &record.raw,
                fields,
            }),
        }
    }

    fn value(&self, name: &str) -> &str {
        let of_a_new_one = || {
            self.fields
                .iter()
                .find(|(known, _)| *known == name)
                .map_or("", |(_, value)| value)
        };
        self.given.get(name).map_or_else(of_a_new_one, String::as_str)
    }

    fn number<N: TryFrom<u32>>(&self, name: &str) -> Result<N, String> {
        let value = self.value(name);
        let is_number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
        let number = value
            .parse()
            .ok()
            .filter(|_| is_number)
            .and_then(|number: u32| N::try_from(number).ok());
        number.ok_or_else(|| format!("raw field {name:?}: no number of that size: {value:?}"))
    }

    fn of_time_plan(&self) -> Result<(u32, Operator), String> {
        let operator = match self.value("operator") {
            "" | "0" => Operator::None,
            "1" => Operator::Greater,
            "2" => Operator::Less,
            other => {
                return Err(format!(
                    "raw field \"operator\": 0, 1 or 2 was expected, found {other:?}"
                ));
            }
        };
        Ok((self.number("power")?, operator))
    }

    fn of_power_plan(&self) -> Result<(TimeOfDay, u16), String> {
        let time = self.value("hh:min");
        let time = time
            .parse()
            .map_err(|error| format!("raw field \"hh:min\": {error}, found {time:?}"))?;
        Ok((time, self.number("dd")?))
    }
}

/// All records, ready to be sent; or what is wrong with one of them, and then nothing may be sent.
pub(super) fn checked(records: &[ScheduleRecord], dialect: Dialect) -> Result<Vec<Record<'static>>, DeviceError> {
    if records.len() > MAX_RECORDS {
        let count = records.len();
        return Err(DeviceError::invalid(format!(
            "{count} records, of which the scheduler's line can announce {MAX_RECORDS}"
        )));
    }
    let mut ids = BTreeSet::new();
    records
        .iter()
        .map(|record| {
            if !ids.insert(record.id) {
                return Err(DeviceError::invalid(format!("two records have the id {}", record.id)));
            }
            let checked = record_of(record)?;
            Command::WriteRecord(checked.clone())
                .check(&dialect)
                .map_err(|error| DeviceError::invalid(format!("record {}: {error}", record.id)))?;
            Ok(checked)
        })
        .collect()
}

/// The lines that write these records, and no others: how many, then each. Source: lines 134 and 144; that this is their
/// order is inferred.
pub(super) fn lines(records: &[Record<'static>]) -> Vec<Command<'static>> {
    // Never more than fit: `checked` has counted them.
    let count = u16::try_from(records.len()).unwrap_or(u16::MAX);
    let each = records.iter().cloned().map(Command::WriteRecord);
    core::iter::once(Command::SetRecordCount(count)).chain(each).collect()
}

/// In what the unit's records are not the wanted ones, by their ids: a unit may keep them in another order, and may pad names.
pub(super) fn difference(wanted: &[Record<'_>], found: &[(u16, Record<'_>)]) -> Option<Difference> {
    if wanted.len() != found.len() {
        return Some(Difference {
            place: "number of records".into(),
            expected: wanted.len().to_string(),
            found: found.len().to_string(),
        });
    }
    wanted.iter().find_map(|wanted| {
        let found = found
            .iter()
            .map(|(_, record)| record)
            .find(|found| found.id == wanted.id);
        let is_as_wanted = found.is_some_and(|found| is_same(wanted, found));
        (!is_as_wanted).then(|| Difference {
            place: format!("record {}", wanted.id),
            expected: shown(wanted),
            found: found.map_or_else(|| "nothing".into(), shown),
        })
    })
}

fn is_same(wanted: &Record<'_>, found: &Record<'_>) -> bool {
    let with_bare_name = |record: &Record<'_>| Record {
        name: Text::default(),
        ..record.clone().into_owned()
    };
    wanted.name.trimmed() == found.name.trimmed() && with_bare_name(wanted) == with_bare_name(found)
}

/// The record as it stands on its line. (Text of the wire is printable by its type.)
fn shown(record: &Record<'_>) -> String {
    let Record {
        id,
        name,
        time,
        day,
        power,
        channel,
        ..
    } = record;
    let record_type = match record.record_type {
        RecordType::TimePlan => 1,
        RecordType::PowerPlan => 2,
    };
    let operator = operator_digit(record.operator);
    let setup = match record.setup {
        Setup::On => 1,
        Setup::Off => 2,
        Setup::Restart => 3,
    };
    let [name, status_value, status_slot] = [name, &record.status_value, &record.status_slot].map(Text::as_str);
    let channel = channel.number();
    format!("{id}|{record_type}|{name}|{time}|{day}|{power}|{operator}|{channel}|{status_value}|{status_slot}|{setup}|")
}

pub(super) fn outlet_of(number: u16) -> Result<Outlet, String> {
    let outlet = u8::try_from(number).ok().and_then(Outlet::new);
    outlet.ok_or_else(|| format!("no outlet {number}: they are 1 to {}", Outlet::MAX))
}

const fn comparison_of(operator: Operator) -> Option<Comparison> {
    match operator {
        Operator::None => None,
        Operator::Greater => Some(Comparison::Greater),
        Operator::Less => Some(Comparison::Less),
    }
}

const fn operator_of(comparison: Comparison) -> Operator {
    match comparison {
        Comparison::Greater => Operator::Greater,
        Comparison::Less => Operator::Less,
    }
}

const fn operator_digit(operator: Operator) -> &'static str {
    match operator {
        Operator::None => "0",
        Operator::Greater => "1",
        Operator::Less => "2",
    }
}

const fn action_of(setup: Setup) -> Action {
    match setup {
        Setup::On => Action::On,
        Setup::Off => Action::Off,
        Setup::Restart => Action::Cycle,
    }
}

fn setup_of(record: &ScheduleRecord) -> Result<Setup, DeviceError> {
    match record.action {
        Action::On => Ok(Setup::On),
        Action::Off => Ok(Setup::Off),
        Action::Cycle => Ok(Setup::Restart),
        other => Err(DeviceError::unsupported(format!(
            "record {}: the scheduler switches on, off, or restarts, and has no {other}",
            record.id
        ))),
    }
}
