//! A series of writes, each sent once, and what is read back of them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use pdu_core::{Answer, DeviceError, Effect, Error, ErrorKind};

use super::Options;
use super::error::{Difference, Incomplete};
use super::fetch::{Fetch, Fetched};
use super::item::{Found, Item, Values};
use crate::SnmpError;
use crate::client::OwnedRequest;
use crate::wire::{Oid, OidBuf, Value, VarBind};

/// A value to be written, of the type that the MIB has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Raw {
    Gauge(u32),
    Integer(i32),
    Text(String),
    Name(OidBuf),
}

/// What one request writes.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) place: String,
    pub(super) values: Vec<(Item, Raw)>,
}

/// Writes, and how far they have come.
#[derive(Debug)]
pub(super) struct Rewrite {
    goal: Goal,
    writes: Vec<Write>,
    /// What is to be there in the end.
    expected: Vec<(Item, Raw)>,
    /// What is read back beside that.
    also: Vec<Item>,
    step: Step,
}

/// What the writes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    /// Values that stay: it is an error if they do not.
    Stored,
    /// Commands: what becomes of them takes its time.
    Commanded,
}

#[derive(Debug)]
enum Step {
    /// With how many acknowledged: the next one.
    Write(usize),
    /// With how the last write failed, if it did.
    ReadBack(Fetch, Option<SnmpError>),
}

/// What comes next.
pub(super) enum Written {
    More(Rewrite),
    /// What was read back, and how it ended.
    Done(Values, Result<Answer, DeviceError>),
}

impl Rewrite {
    /// Values to be stored; `None` if there are none.
    pub(super) fn stored(writes: Vec<Write>, expected: Vec<(Item, Raw)>) -> Option<Self> {
        (!writes.is_empty()).then_some(Self {
            goal: Goal::Stored,
            writes,
            expected,
            also: Vec::new(),
            step: Step::Write(0),
        })
    }

    /// Commands, and what tells that they have happened, if anything does.
    pub(super) const fn commanded(writes: Vec<Write>, expected: Vec<(Item, Raw)>, also: Vec<Item>) -> Self {
        Self {
            goal: Goal::Commanded,
            writes,
            expected,
            also,
            step: Step::Write(0),
        }
    }

    pub(super) fn request(&self, options: &Options) -> OwnedRequest {
        match &self.step {
            Step::ReadBack(fetch, _) => fetch.request(),
            Step::Write(acknowledged) => {
                let write = self.writes.get(*acknowledged);
                let values = write.map_or(&[][..], |write| &write.values);
                let names: Vec<OidBuf> = values.iter().map(|(item, _)| item.name(&options.base)).collect();
                let varbinds: Vec<VarBind<'_>> = names
                    .iter()
                    .zip(values)
                    .map(|(name, (_, raw))| VarBind::new(name.as_oid(), raw.as_value()))
                    .collect();
                OwnedRequest::set(&varbinds)
            }
        }
    }

    /// What the command has done before what is next.
    pub(super) const fn effect(&self) -> Effect {
        match &self.step {
            Step::Write(0) => Effect::NotApplied,
            Step::ReadBack(_, None) => Effect::Applied,
            Step::Write(_) | Step::ReadBack(_, Some(_)) => Effect::Unknown,
        }
    }

    pub(super) fn answered(mut self, reply: &crate::client::Reply, options: &Options) -> Written {
        match self.step {
            Step::Write(acknowledged) if acknowledged + 1 < self.writes.len() => {
                self.step = Step::Write(acknowledged + 1);
                Written::More(self)
            }
            Step::Write(_) => self.read_back(None, options),
            Step::ReadBack(fetch, unanswered) => {
                self.step = Step::Write(0); // replaced by what follows
                self.fetched(fetch.answered(reply), unanswered)
            }
        }
    }

    pub(super) fn failed(mut self, error: SnmpError, options: &Options) -> Written {
        match self.step {
            // Nothing is left to be written, and what came of it can be read.
            Step::Write(acknowledged) if acknowledged + 1 == self.writes.len() && is_open(&error) => {
                self.read_back(Some(error), options)
            }
            Step::Write(_) => Written::Done(Values::default(), Err(self.broken_off(error))),
            Step::ReadBack(fetch, unanswered) => {
                self.step = Step::Write(0); // replaced by what follows
                self.fetched(fetch.failed(error), unanswered)
            }
        }
    }

    /// The end, where the next write failed or is not wanted: the rest is not sent.
    pub(super) fn broken_off(self, error: SnmpError) -> DeviceError {
        let Step::Write(written) = self.step else {
            let effect = self.effect();
            return DeviceError::new(error).with_effect(effect);
        };
        if self.writes.len() == 1 {
            return DeviceError::new(error);
        }
        DeviceError::new(Incomplete {
            place: self
                .writes
                .get(written)
                .map(|write| write.place.clone())
                .unwrap_or_default(),
            written,
            of: self.writes.len(),
            effect: if written == 0 { error.effect() } else { Effect::Unknown },
            error,
        })
    }

    fn read_back(mut self, unanswered: Option<SnmpError>, options: &Options) -> Written {
        let items = self
            .expected
            .iter()
            .map(|(item, _)| *item)
            .chain(self.also.iter().copied());
        let fetch = Fetch::new(options.base, options.batch, items);
        self.step = Step::Write(0); // replaced by what follows
        self.fetched(fetch.started(), unanswered)
    }

    fn fetched(mut self, fetched: Fetched, unanswered: Option<SnmpError>) -> Written {
        match fetched {
            Fetched::More(fetch) => {
                self.step = Step::ReadBack(fetch, unanswered);
                Written::More(self)
            }
            Fetched::All(values) => {
                let end = self.end(&values, unanswered);
                Written::Done(values, end)
            }
            Fetched::Failed(error) => Written::Done(Values::default(), self.end_unread(error, unanswered)),
        }
    }

    fn end(&self, values: &Values, unanswered: Option<SnmpError>) -> Result<Answer, DeviceError> {
        let difference = self
            .expected
            .iter()
            .find_map(|(item, raw)| difference(*item, raw, values.get(*item)));
        match (self.goal, difference, unanswered) {
            (Goal::Stored, None, _) => Ok(Answer::Confirmed),
            (Goal::Stored, Some(difference), unanswered) => Err(DeviceError::new(difference.not_confirmed(unanswered))),
            (Goal::Commanded, None, _) if !self.expected.is_empty() => Ok(Answer::Confirmed),
            (Goal::Commanded, _, None) => Ok(Answer::Accepted),
            (Goal::Commanded, _, Some(error)) => Err(DeviceError::new(error)),
        }
    }

    /// What was written could not be read back.
    fn end_unread(&self, error: SnmpError, unanswered: Option<SnmpError>) -> Result<Answer, DeviceError> {
        let is_cancelled = error.kind() == ErrorKind::Cancelled;
        match (self.goal, unanswered) {
            // The answer that was lost first tells more than the one that was lost after it.
            (_, Some(first)) if !is_cancelled => Err(DeviceError::new(first)),
            (_, Some(_)) => Err(DeviceError::new(error).with_effect(Effect::Unknown)),
            (Goal::Commanded, None) if !is_cancelled => Ok(Answer::Accepted),
            (_, None) => Err(DeviceError::new(error).with_effect(Effect::Applied)),
        }
    }
}

/// Whether a write may have happened, and a read can tell.
fn is_open(error: &SnmpError) -> bool {
    error.effect() == Effect::Unknown && !matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::LinkDown)
}

fn difference(item: Item, raw: &Raw, found: Option<&Found>) -> Option<Difference> {
    (!raw.is(found)).then(|| Difference {
        place: label(item),
        expected: raw.to_string(),
        found: found.map_or_else(|| "nothing".into(), shown),
    })
}

/// The name of an instance in the MIB.
pub(super) fn label(item: Item) -> String {
    let instance = match item {
        Item::Scalar(_) | Item::Count(_) => 0,
        Item::Cell { row, .. } | Item::Rule { row, .. } => row,
    };
    let name = item.object().map_or("?", |object| object.name);
    format!("{name}.{instance}")
}

/// Text as it stands between quotes: what a unit has there may be anything.
pub(super) fn shown(found: &Found) -> String {
    match found {
        Found::Number(number) => number.to_string(),
        Found::Text(octets) => format!("{:?}", String::from_utf8_lossy(octets)),
        Found::Name(name) => name.to_string(),
        Found::Unreadable => "unreadable".into(),
    }
}

impl Raw {
    fn as_value(&self) -> Value<'_> {
        match self {
            Self::Gauge(number) => Value::Gauge32(*number),
            Self::Integer(number) => Value::Integer(*number),
            Self::Text(text) => Value::OctetString(text.as_bytes()),
            Self::Name(name) => Value::ObjectIdentifier(name.as_oid()),
        }
    }

    /// Whether this is what was found. A rule that watches nothing may as well not be there.
    pub(super) fn is(&self, found: Option<&Found>) -> bool {
        match (self, found) {
            (Self::Gauge(raw), Some(Found::Number(found))) => i64::from(*raw) == *found,
            (Self::Integer(raw), Some(Found::Number(found))) => i64::from(*raw) == *found,
            (Self::Text(raw), Some(Found::Text(found))) => raw.as_bytes() == found,
            (Self::Name(raw), Some(Found::Name(found))) => raw == found,
            (Self::Name(raw), None) => *raw == Oid::ZERO,
            _ => false,
        }
    }
}

impl core::fmt::Display for Raw {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Gauge(number) => number.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Name(name) => name.fmt(f),
        }
    }
}
