//! What is to be told, in the order in which it happened, and bounded.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use pdu_core::{Event, Ticket};

use super::{Notice, Reply};
use crate::IsotekError;
use crate::wire::{Deviations, StatusFrame};

/// How many notices that must not coalesce are kept.
pub(super) const MAX_NOTICES: usize = 8;

/// Ends of commands (as many as the table has places), at most one status and one staleness, and other notices.
#[derive(Debug, Default)]
pub(super) struct Events {
    queue: VecDeque<Told>,
    status: Option<News>,
    dones: usize,
    others: usize,
    pub(super) dropped: u32,
}

#[derive(Debug)]
enum Told {
    Done(Ticket, Result<Reply, IsotekError>),
    Status,
    Stale,
    Other(Notice),
}

#[derive(Debug)]
struct News {
    frame: Box<StatusFrame>,
    deviations: Deviations,
    replaced: u32,
}

impl Events {
    /// How many ends of commands wait to be told.
    pub(super) const fn dones(&self) -> usize {
        self.dones
    }

    pub(super) fn done(&mut self, ticket: Ticket, result: Result<Reply, IsotekError>) {
        self.dones += 1;
        self.queue.push_back(Told::Done(ticket, result));
    }

    /// The newest status takes the place of one that was not taken yet.
    pub(super) fn status(&mut self, frame: &StatusFrame, deviations: Deviations) {
        match &mut self.status {
            Some(news) => {
                *news.frame = *frame;
                news.deviations = deviations;
                news.replaced = news.replaced.saturating_add(1);
            }
            None => {
                self.status = Some(News {
                    frame: Box::new(*frame),
                    deviations,
                    replaced: 0,
                });
            }
        }
        self.move_to_the_end(Told::Status);
    }

    pub(super) fn stale(&mut self) {
        self.move_to_the_end(Told::Stale);
    }

    /// Keeps the order of what happened: whoever is told `Done` first and a status then can rely on it.
    fn move_to_the_end(&mut self, told: Told) {
        let is_same = |other: &Told| core::mem::discriminant(other) == core::mem::discriminant(&told);
        if let Some(place) = self.queue.iter().position(is_same) {
            self.queue.remove(place);
        }
        self.queue.push_back(told);
    }

    pub(super) fn other(&mut self, notice: Notice) {
        if self.others == MAX_NOTICES {
            let oldest = self.queue.iter().position(|told| matches!(told, Told::Other(_)));
            oldest.map(|place| self.queue.remove(place));
            self.others -= 1;
            self.dropped = self.dropped.saturating_add(1);
        }
        self.others += 1;
        self.queue.push_back(Told::Other(notice));
    }

    pub(super) fn next(&mut self) -> Option<Event<Reply, Notice, IsotekError>> {
        loop {
            return Some(match self.queue.pop_front()? {
                Told::Done(ticket, result) => {
                    self.dones -= 1;
                    Event::Done { ticket, result }
                }
                Told::Stale => Event::Notice(Notice::Stale),
                Told::Other(notice) => {
                    self.others -= 1;
                    Event::Notice(notice)
                }
                Told::Status => match self.status.take() {
                    Some(News {
                        frame,
                        deviations,
                        replaced,
                    }) => Event::Notice(Notice::Status {
                        frame,
                        deviations,
                        replaced,
                    }),
                    None => continue,
                },
            });
        }
    }
}
