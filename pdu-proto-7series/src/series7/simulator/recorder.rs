//! The data log of a simulated unit: one row a minute, the oldest dropped when it is full.
//!
//! Source: manual, lines 140 to 151 and 347 to 352.

use std::collections::VecDeque;

use pdu_core::Decimal;
use pdu_core::simulator::MeterModel;

use super::meter::{Measured, readings};
use crate::config::LogMode;
use crate::history::{LogProfile, Stamp, Writer};

#[derive(Clone, Debug)]
pub(super) struct Recorder {
    pub(super) mode: LogMode,
    capacity: usize,
    columns: Vec<&'static str>,
    rows: VecDeque<(Stamp, Vec<Decimal>)>,
    /// Of the minute that has begun, in the order of the columns; empty before its first sample.
    minute: Vec<Decimal>,
}

impl Recorder {
    pub(super) fn new(meter: &MeterModel, capacity: usize) -> Self {
        Self {
            mode: LogMode::Now,
            capacity,
            columns: logged(meter).map(|(key, _)| key).collect(),
            rows: VecDeque::new(),
            minute: Vec::new(),
        }
    }

    pub(super) const fn capacity(&self) -> usize {
        self.capacity
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
    }

    /// Takes what is measured now into the minute that has begun.
    pub(super) fn sample(&mut self, meter: &MeterModel) {
        let values = logged(meter).map(|(_, value)| value);
        if self.minute.is_empty() {
            self.minute = values.collect();
            return;
        }
        for (kept, value) in self.minute.iter_mut().zip(values) {
            *kept = match self.mode {
                LogMode::Now => value,
                LogMode::High => value.max(*kept),
                LogMode::Low => value.min(*kept),
            };
        }
    }

    /// The minute is over.
    pub(super) fn close_minute(&mut self, stamp: Stamp) {
        self.rows.push_back((stamp, core::mem::take(&mut self.minute)));
        while self.rows.len() > self.capacity {
            self.rows.pop_front();
        }
    }

    /// The whole log as text.
    pub(super) fn write(&self, profile: &LogProfile, comment: &str) -> Vec<u8> {
        let mut writer = Writer::commented(profile, &self.columns, comment);
        for (stamp, values) in &self.rows {
            writer.row(*stamp, values.iter().copied().map(Some));
        }
        writer.finish()
    }
}

/// The readings that have a key and are no peaks, by their keys.
fn logged(meter: &MeterModel) -> impl Iterator<Item = (&'static str, Decimal)> {
    let now = |measured: &Measured| measured.statistic == pdu_core::Statistic::Now;
    let readings = readings(meter).into_iter().filter(now);
    readings.filter_map(Measured::keyed)
}
