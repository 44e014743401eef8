//! What a session knows of its link.

use pdu_core::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkState {
    /// There is none.
    Down,
    Up,
    /// There is one that is of no more use.
    Broken,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct LinkWait {
    state: LinkState,
    /// When the requests that wait for a link fail.
    give_up: Option<Instant>,
}

impl LinkWait {
    pub(super) const fn down() -> Self {
        Self {
            state: LinkState::Down,
            give_up: None,
        }
    }

    pub(super) fn is_up(&self) -> bool {
        self.state == LinkState::Up
    }

    pub(super) fn is_broken(&self) -> bool {
        self.state == LinkState::Broken
    }

    /// Enters a state. Where that leaves requests without a link, they fail at `give_up`, or earlier if some waited before.
    pub(super) fn enter(&mut self, state: LinkState, give_up: Option<Instant>) {
        self.state = state;
        self.give_up = match state {
            LinkState::Up => None,
            LinkState::Down | LinkState::Broken => self.give_up.or(give_up),
        };
    }

    /// A request has come that needs the link.
    pub(super) fn wanted(&mut self, give_up: Instant) {
        self.enter(self.state, Some(give_up));
    }

    /// No request waits any more.
    pub(super) fn unwanted(&mut self) {
        self.give_up = None;
    }

    pub(super) const fn give_up(&self) -> Option<Instant> {
        self.give_up
    }

    /// Whether the wait for a link is over, without one. Tells it once.
    pub(super) fn take_given_up(&mut self, now: Instant) -> bool {
        self.give_up.take_if(|at| *at <= now).is_some()
    }
}
