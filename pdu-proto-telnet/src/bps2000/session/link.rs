//! What the session knows of its link.

use pdu_core::{Instant, LinkDemand};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkState {
    /// There is none.
    Down,
    Up,
    /// There is one that is of no more use.
    Broken,
    /// There is one that is no more needed.
    Closing,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    state: LinkState,
    /// When the requests that wait for a link fail.
    give_up: Option<Instant>,
}

impl Link {
    pub(super) const fn down() -> Self {
        Self {
            state: LinkState::Down,
            give_up: None,
        }
    }

    pub(super) fn is_up(self) -> bool {
        self.state == LinkState::Up
    }

    pub(super) fn is_down(self) -> bool {
        self.state == LinkState::Down
    }

    /// Enters a state. Requests that this leaves without a link fail at `give_up`, or earlier if some waited before.
    pub(super) fn enter(&mut self, state: LinkState, give_up: Option<Instant>) {
        self.state = state;
        self.give_up = match state {
            LinkState::Up => None,
            _ => self.give_up.or(give_up),
        };
    }

    /// A request has come that needs the link.
    pub(super) fn wanted(&mut self, give_up: Instant) {
        self.enter(self.state, Some(give_up));
    }

    /// No request needs it any more: the next one waits for its own time.
    pub(super) const fn unwanted(&mut self) {
        self.give_up = None;
    }

    pub(super) const fn give_up(self) -> Option<Instant> {
        self.give_up
    }

    /// Whether the wait for a link is over, without one. Tells it once.
    pub(super) fn take_given_up(&mut self, now: Instant) -> bool {
        let is_over = self.give_up.is_some_and(|at| at <= now);
        if is_over {
            self.give_up = None;
        }
        is_over
    }

    /// Whether requests wait decides if a link is opened: the console tells nothing unasked.
    pub(super) const fn demand(self, is_wanted: bool) -> LinkDemand {
        match self.state {
            LinkState::Down if is_wanted => LinkDemand::Open,
            LinkState::Down => LinkDemand::Idle,
            LinkState::Up => LinkDemand::Open,
            LinkState::Broken => LinkDemand::Reset,
            LinkState::Closing => LinkDemand::Close,
        }
    }
}
