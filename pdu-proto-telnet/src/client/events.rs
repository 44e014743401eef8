//! What is to be told, in the order in which it happened, and bounded.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use pdu_core::{Event, Ticket};

use super::{Notice, Response};
use crate::TelnetError;

/// How many lines that nobody asked for are kept.
const MAX_NOTICES: usize = 64;

type Told = Event<Response, Notice, TelnetError>;

/// Ends of commands, as many as the table has places, and notices.
#[derive(Debug, Default)]
pub(super) struct Events {
    queue: VecDeque<Told>,
    dones: usize,
    pub(super) dropped: u32,
}

impl Events {
    /// How many ends of commands wait to be told.
    pub(super) const fn dones(&self) -> usize {
        self.dones
    }

    pub(super) fn done(&mut self, ticket: Ticket, result: Result<Response, TelnetError>) {
        self.dones += 1;
        self.queue.push_back(Event::Done { ticket, result });
    }

    /// The oldest makes room for the newest.
    pub(super) fn notice(&mut self, line: Vec<u8>) {
        if self.queue.len() - self.dones >= MAX_NOTICES {
            let oldest = self.queue.iter().position(|told| matches!(told, Event::Notice(_)));
            oldest.map(|place| self.queue.remove(place));
            self.dropped = self.dropped.saturating_add(1);
        }
        self.queue.push_back(Event::Notice(Notice::Line(line)));
    }

    pub(super) fn next(&mut self) -> Option<Told> {
        let told = self.queue.pop_front()?;
        if matches!(told, Event::Done { .. }) {
            self.dones -= 1;
        }
        Some(told)
    }
}
