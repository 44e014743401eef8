//! The scheduler of a simulated unit: which record acts when.

use alloc::vec::Vec;

use crate::wire::{Operator, Outlet, Record, RecordType, Setup};

/// Minutes of a day.
const DAY: u64 = 24 * 60;

#[derive(Clone, Debug)]
pub(super) struct Schedule {
    plans: Vec<Plan>,
    /// How many records `P=nn` made room for.
    room: usize,
    limit: usize,
}

#[derive(Clone, Debug)]
struct Plan {
    record: Record<'static>,
    /// Whether the power was beyond the level when it was last looked at.
    was_met: Option<bool>,
}

impl Schedule {
    /// An empty one that takes at most so many records.
    pub(super) const fn with_limit(limit: usize) -> Self {
        Self {
            plans: Vec::new(),
            room: 0,
            limit,
        }
    }

    /// Forgets all records and makes room for others; false if these are too many.
    pub(super) fn begin(&mut self, count: usize) -> bool {
        if count > self.limit {
            return false;
        }
        self.plans.clear();
        self.room = count;
        true
    }

    /// False if there is no room.
    pub(super) fn add(&mut self, record: &Record<'_>) -> bool {
        let has_room = self.plans.len() < self.room;
        if has_room {
            self.plans.push(Plan {
                record: record.clone().into_owned(),
                was_met: None,
            });
        }
        has_room
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &Record<'static>> {
        self.plans.iter().map(|plan| &plan.record)
    }

    pub(super) const fn len(&self) -> usize {
        self.plans.len()
    }

    pub(super) fn has_time_plan(&self) -> bool {
        self.records()
            .any(|record| record.record_type == RecordType::TimePlan && record.day == 0)
    }

    pub(super) fn has_power_plan(&self) -> bool {
        self.records().any(|record| record.record_type == RecordType::PowerPlan)
    }

    /// What the plan of this position does in this minute of the clock, if it is a time plan.
    pub(super) fn time_plan(&self, position: usize, minute: u64) -> Option<(Outlet, Setup)> {
        let record = &self.plans.get(position)?.record;
        let time = u64::from(record.time.hour()) * 60 + u64::from(record.time.minute());
        let is_due = record.record_type == RecordType::TimePlan && record.day == 0 && minute % DAY == time;
        is_due.then_some((record.channel, record.setup))
    }

    /// Whether the power of its channel is beyond the level of the plan of this position, if it is a power plan.
    pub(super) fn is_met(&self, position: usize, power: impl FnOnce(Outlet) -> u32) -> Option<bool> {
        let record = &self.plans.get(position)?.record;
        let is_power_plan = record.record_type == RecordType::PowerPlan;
        is_power_plan.then(|| match record.operator {
            Operator::Greater => power(record.channel) > record.power,
            Operator::Less => power(record.channel) < record.power,
            Operator::None => false,
        })
    }

    /// What the plan of this position does now that it is met or not: something when that begins. How it was when the
    /// record was written decides nothing.
    pub(super) fn power_plan(&mut self, position: usize, met: Option<bool>) -> Option<(Outlet, Setup)> {
        let plan = self.plans.get_mut(position)?;
        let was_met = core::mem::replace(&mut plan.was_met, met);
        let begins = met == Some(true) && was_met == Some(false);
        begins.then_some((plan.record.channel, plan.record.setup))
    }
}
