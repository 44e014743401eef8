//! What a session knows of its link.

use crate::{Instant, LinkDemand};

/// Whether there is a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: a session that keeps more keeps it beside this.
pub enum LinkState {
    /// There is none.
    Down,
    /// There is one.
    Up,
    /// There is one that is no more needed, and is to be closed.
    Closing,
    /// There is one that is of no more use, and is to be reset.
    Broken,
}

/// Whether a session has a link, and until when its requests wait for one. For whoever writes sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkWait {
    state: LinkState,
    give_up: Option<Instant>,
}

impl LinkWait {
    /// No link, and nobody waits for one.
    pub const fn down() -> Self {
        Self {
            state: LinkState::Down,
            give_up: None,
        }
    }

    /// Whether there is a link.
    pub const fn state(&self) -> LinkState {
        self.state
    }

    /// Whether there is one that can be used.
    pub fn is_up(&self) -> bool {
        self.state == LinkState::Up
    }

    /// Enters a state. Where that leaves requests without a link, they fail at `give_up`, or earlier if some waited before.
    pub fn enter(&mut self, state: LinkState, give_up: Option<Instant>) {
        self.state = state;
        self.give_up = match state {
            LinkState::Up => None,
            LinkState::Down | LinkState::Closing | LinkState::Broken => self.give_up.or(give_up),
        };
    }

    /// A request has come that needs the link: without one it fails at `give_up`, or earlier if some waited before.
    pub fn wanted(&mut self, give_up: Instant) {
        self.enter(self.state, Some(give_up));
    }

    /// No request waits any more.
    pub const fn unwanted(&mut self) {
        self.give_up = None;
    }

    /// When the requests that wait for a link fail.
    pub const fn give_up(&self) -> Option<Instant> {
        self.give_up
    }

    /// Whether the wait for a link is over, without one. Tells it once.
    pub fn take_given_up(&mut self, now: Instant) -> bool {
        self.give_up.take_if(|at| *at <= now).is_some()
    }

    /// What to ask of the driver: that it ends a link that is to end, and otherwise what the session would like.
    pub const fn demand(&self, otherwise: LinkDemand) -> LinkDemand {
        match self.state {
            LinkState::Closing => LinkDemand::Close,
            LinkState::Broken => LinkDemand::Reset,
            LinkState::Down | LinkState::Up => otherwise,
        }
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    #[test]
    fn requests_fail_at_the_first_deadline_and_only_without_a_link() {
        let at = |seconds| Instant::EPOCH + Duration::from_secs(seconds);
        let mut link = LinkWait::down();
        link.wanted(at(3));
        link.wanted(at(5));
        assert_eq!(link.give_up(), Some(at(3)));
        assert!(!link.take_given_up(at(2)));
        assert!(link.take_given_up(at(3)));
        assert!(!link.take_given_up(at(3)), "told once");

        link.enter(LinkState::Up, None);
        link.wanted(at(6));
        assert_eq!(link.give_up(), None);
        link.enter(LinkState::Broken, Some(at(9)));
        assert_eq!(link.give_up(), Some(at(9)));
        assert_eq!(link.demand(LinkDemand::Idle), LinkDemand::Reset);
        link.unwanted();
        assert!(!link.take_given_up(at(9)));
    }
}
