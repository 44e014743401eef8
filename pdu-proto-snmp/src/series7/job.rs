//! A command on its way: which requests it takes, one after the other, and what they tell.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::vec::Vec;

use pdu_core::NextStep::{Ask, Done};
use pdu_core::{Action, AlarmRule, Answer, Command, Component, Delay, DeviceError, Effect, Target};

use super::error::WrongBase;
use super::fetch::{Fetch, Fetched};
use super::item::{Item, Values, scalar};
use super::layout::OUTLET_TABLE;
use super::outlet::{self, OutletCommand};
use super::rewrite::{Raw, Rewrite, Write, Written};
use super::settings::Change;
use super::unit::Unit;
use super::{Layout, Options, readout, rules, settings};
use crate::SnmpError;
use crate::client::{OwnedRequest, Reply};
use crate::wire::OidBuf;

/// A command, and how far it has come.
#[derive(Debug)]
pub(super) enum Job {
    /// Who the unit is, and how many rows its tables have.
    Survey(Fetch, Goal),
    /// The rows of tables that the unit does not count.
    Walk(Walk, Goal),
    /// What is asked for.
    Read(Fetch, Goal),
    /// The alarm rules.
    ReadRules(Goal),
    Rewrite(Rewrite),
}

/// What a command is to end with.
#[derive(Debug)]
pub(super) enum Goal {
    Identity,
    Snapshot,
    Switch(Target, OutletCommand),
    Settings,
    SetSettings(Vec<Change>),
    Rules,
    SetRules(Vec<AlarmRule>),
}

/// A walk over one table after the other.
#[derive(Debug)]
pub(super) struct Walk {
    /// Tables, each with the column that shows its rows; the first is being walked.
    rest: VecDeque<(u8, u8)>,
    layout: Layout,
    values: Values,
}

/// What comes after a request.
pub(super) type Next = pdu_core::NextStep<Job>;

/// What a command begins with; or its end, if nothing is to be asked.
pub(super) fn begun(command: Command, unit: &Unit, options: &Options) -> Next {
    let goal = match command {
        Command::Identity => Ok(Goal::Identity),
        Command::Snapshot => Ok(Goal::Snapshot),
        Command::Settings => Ok(Goal::Settings),
        Command::AlarmRules => Ok(Goal::Rules),
        Command::Switch { target, action, delay } => switch(target, action, delay),
        Command::ResetEnergy(point) if point.unit == 0 && point.component == Component::Outlet => {
            switch(Target::Outlet(point.number), Action::ResetEnergy, Delay::None)
        }
        Command::ResetEnergy(point) => Err(DeviceError::unsupported(format!(
            "no object resets the energy of {point}: the unit's configuration page does"
        ))),
        Command::SetSettings(settings) => settings::checked(&settings).map(Goal::SetSettings),
        Command::SetAlarmRules(rules) => rules::check(&rules).map(|()| Goal::SetRules(rules)),
        Command::Thresholds | Command::SetThreshold(_) => Err(DeviceError::unsupported(
            "the unit has alarm rules, no thresholds of each reading",
        )),
        _ => Err(DeviceError::unsupported("the unit has no object for this command")),
    };
    match goal {
        Ok(Goal::Switch(Target::Outlet(outlet), command)) if unit.is_known() => {
            Next::from(unit.check_outlet(outlet).map(|()| switched(&[outlet], command)))
        }
        Ok(goal) => Ask(Job::Survey(survey(&goal, options), goal)),
        Err(error) => Done(Err(error)),
    }
}

fn switch(target: Target, action: Action, delay: Delay) -> Result<Goal, DeviceError> {
    match target {
        Target::Outlet(number) => settings::check_number(number)?,
        Target::All => {}
        Target::Group(_) => {
            return Err(DeviceError::unsupported(
                "the unit tells the group of an outlet as a text that no document explains, and switches none",
            ));
        }
    }
    Ok(Goal::Switch(target, OutletCommand::for_action(action, delay)?))
}

/// What is to be known before a goal is worked for.
fn survey(goal: &Goal, options: &Options) -> Fetch {
    let items: Vec<Item> = match goal {
        Goal::Identity => readout::identity_items().collect(),
        Goal::Switch(Target::Outlet(_), _) => [Item::Scalar(scalar::TITLE)].into(),
        _ => readout::survey_items().collect(),
    };
    Fetch::new(options.base, options.batch, items)
}

impl Job {
    /// The request that is next.
    pub(super) fn request(&self, options: &Options) -> OwnedRequest {
        match self {
            Self::Survey(fetch, _) | Self::Read(fetch, _) => fetch.request(),
            Self::Walk(walk, _) => OwnedRequest::walk(walk.root(options).as_oid()),
            Self::ReadRules(_) => OwnedRequest::walk(rules::root(&options.base).as_oid()),
            Self::Rewrite(rewrite) => rewrite.request(options),
        }
    }

    pub(super) fn answered(self, reply: &Reply, unit: &mut Unit, options: &Options) -> Next {
        match self {
            Self::Survey(fetch, goal) => surveyed(fetch.answered(reply), goal, unit, options),
            Self::Walk(walk, goal) => walked(walk.answered(reply, options), goal, unit, options),
            Self::Read(fetch, goal) => read(fetch.answered(reply), goal, unit, options),
            Self::ReadRules(goal) => {
                let mut values = Values::default();
                values.take_all(reply, &options.base);
                Next::from(rules_read(&values, &goal, unit, options))
            }
            Self::Rewrite(rewrite) => written(rewrite.answered(reply, options), unit, options),
        }
    }

    pub(super) fn failed(self, error: SnmpError, unit: &mut Unit, options: &Options) -> Next {
        match self {
            Self::Survey(fetch, goal) => surveyed(fetch.failed(error), goal, unit, options),
            Self::Read(fetch, goal) => read(fetch.failed(error), goal, unit, options),
            Self::Walk(..) | Self::ReadRules(_) => Next::failed(error),
            Self::Rewrite(rewrite) => written(rewrite.failed(error, options), unit, options),
        }
    }
}

impl pdu_core::Job for Job {
    fn never_begun() -> DeviceError {
        let effect = Effect::NotApplied;
        DeviceError::new(SnmpError::Cancelled { effect })
    }

    fn effect(&self) -> Effect {
        match self {
            Self::Rewrite(rewrite) => rewrite.effect(),
            _ => Effect::NotApplied,
        }
    }

    fn withdrawn(self) -> DeviceError {
        let error = SnmpError::Cancelled { effect: self.effect() };
        match self {
            Self::Rewrite(rewrite) => rewrite.broken_off(error),
            _ => DeviceError::new(error),
        }
    }
}

fn surveyed(fetched: Fetched, goal: Goal, unit: &mut Unit, options: &Options) -> Next {
    let values = match fetched {
        Fetched::More(fetch) => return Ask(Job::Survey(fetch, goal)),
        Fetched::Failed(error) => return Next::failed(error),
        Fetched::All(values) => values,
    };
    if let Err(error) = check_title(&values, options) {
        return Next::failed(error);
    }
    unit.note_known();
    match &goal {
        Goal::Identity => Done(Ok(Answer::Identity([readout::identity(&values)].into()))),
        Goal::Switch(Target::Outlet(outlet), command) => switched(&[*outlet], *command),
        _ => match readout::counted(&values, options) {
            Some(layout) => laid_out(layout, values, goal, unit, options),
            None => walked(Walk::new(values), goal, unit, options),
        },
    }
}

/// Below another base there may be another maker's unit, so nothing is believed before this.
fn check_title(values: &Values, options: &Options) -> Result<(), WrongBase> {
    let title = values.text(Item::Scalar(scalar::TITLE));
    let expected = options.title.as_deref().unwrap_or_default();
    if title.as_deref().is_some_and(|title| title.contains(expected)) {
        return Ok(());
    }
    let base = options.base;
    Err(WrongBase { base, title })
}

impl Walk {
    fn new(values: Values) -> Self {
        Self {
            rest: readout::walked_tables().collect(),
            layout: Layout::default(),
            values,
        }
    }

    fn root(&self, options: &Options) -> OidBuf {
        let (table, column) = self.rest.front().copied().unwrap_or_default();
        let mut root = OidBuf::from(options.base.as_oid());
        for arc in [table.into(), 1, column.into()] {
            // A base is short, so there is always room.
            let _ = root.push(arc);
        }
        root
    }

    fn answered(mut self, reply: &Reply, options: &Options) -> Self {
        let rows = reply
            .iter()
            .flatten()
            .filter_map(|varbind| match Item::of(varbind.name, &options.base)? {
                Item::Cell { row, .. } => Some(row),
                _ => None,
            });
        if let Some((table, _)) = self.rest.pop_front() {
            self.layout.set_rows(table, rows.collect());
        }
        self
    }
}

fn walked(walk: Walk, goal: Goal, unit: &mut Unit, options: &Options) -> Next {
    if !walk.rest.is_empty() {
        return Ask(Job::Walk(walk, goal));
    }
    let layout = readout::limited(walk.layout, options);
    laid_out(layout, walk.values, goal, unit, options)
}

/// It is known what the unit has: now for what was asked.
fn laid_out(layout: Layout, values: Values, goal: Goal, unit: &mut Unit, options: &Options) -> Next {
    unit.learn_layout(layout);
    let layout = unit.layout();
    let items = match &goal {
        Goal::Snapshot => readout::snapshot_items(layout),
        Goal::Settings | Goal::SetSettings(_) => settings::items(layout),
        Goal::Rules | Goal::SetRules(_) => return Ask(Job::ReadRules(goal)),
        Goal::Switch(_, command) => return all_switched(layout, *command),
        Goal::Identity => Vec::new(),
    };
    let fetch = Fetch::new(options.base, options.batch, items).with_values(values);
    read(fetch.started(), goal, unit, options)
}

fn read(fetched: Fetched, goal: Goal, unit: &mut Unit, options: &Options) -> Next {
    let values = match fetched {
        Fetched::More(fetch) => return Ask(Job::Read(fetch, goal)),
        Fetched::Failed(error) => return Next::failed(error),
        Fetched::All(values) => values,
    };
    match goal {
        Goal::Settings => Done(Ok(Answer::Settings(settings::settings(&values, unit.layout()).into()))),
        Goal::SetSettings(changes) => Next::from(settings::planned(&changes, &values, unit.layout()).map(rewritten)),
        _ => {
            let snapshot = readout::snapshot(&values, unit.layout(), readout::identity(&values), options);
            unit.observe(&snapshot.outlets);
            Done(Ok(Answer::Snapshot(Box::new(snapshot))))
        }
    }
}

fn rules_read(values: &Values, goal: &Goal, unit: &Unit, options: &Options) -> Result<Next, DeviceError> {
    match goal {
        Goal::SetRules(wanted) => rules::planned(wanted, values, unit.layout(), &options.base).map(rewritten),
        _ => rules::rules(values, unit.layout(), &options.base).map(|rules| Done(Ok(Answer::AlarmRules(rules)))),
    }
}

/// Nothing to be written is as good as written.
fn rewritten(rewrite: Option<Rewrite>) -> Next {
    rewrite.map_or(Done(Ok(Answer::Confirmed)), |rewrite| Ask(Job::Rewrite(rewrite)))
}

fn all_switched(layout: &Layout, command: OutletCommand) -> Next {
    match layout.rows(OUTLET_TABLE) {
        [] => Done(Err(DeviceError::unsupported("the unit has no outlets"))),
        outlets => switched(outlets, command),
    }
}

/// The command to each of these outlets, and a look at what they do then.
fn switched(outlets: &[u16], command: OutletCommand) -> Next {
    let write = |outlet: &u16| Write {
        place: format!("outlet {outlet}"),
        values: [(outlet::cell(outlet::STATUS, *outlet), Raw::Gauge(command.raw()))].into(),
    };
    let expected = |outlet: &u16| {
        let (column, raw) = match command {
            OutletCommand::On => (outlet::STATUS, 1),
            OutletCommand::Off => (outlet::STATUS, 0),
            OutletCommand::ClearEnergy => (outlet::ENERGY, 0),
            _ => return None,
        };
        Some((outlet::cell(column, *outlet), Raw::Gauge(raw)))
    };
    let states = [outlet::NAME, outlet::STATUS, outlet::PENDING];
    let expected: Vec<_> = outlets.iter().filter_map(expected).collect();
    let is_expected = |item: &Item| expected.iter().any(|(known, _)| known == item);
    let also = outlets
        .iter()
        .flat_map(|outlet| states.map(|column| outlet::cell(column, *outlet)));
    let also = also.filter(|item| !is_expected(item)).collect();
    Ask(Job::Rewrite(Rewrite::commanded(
        outlets.iter().map(write).collect(),
        expected,
        also,
    )))
}

fn written(written: Written, unit: &mut Unit, options: &Options) -> Next {
    match written {
        Written::More(rewrite) => Ask(Job::Rewrite(rewrite)),
        Written::Done(values, result) => {
            let outlets = values.iter().filter_map(|(item, _)| match item {
                Item::Cell { table, column, row } if table == OUTLET_TABLE && column == outlet::STATUS => Some(row),
                _ => None,
            });
            let outlets: Vec<_> = outlets
                .map(|row| readout::outlet_status(&values, row, options))
                .collect();
            unit.observe(&outlets);
            Done(result)
        }
    }
}
