use pdu_core::{Instant, Path};

use super::operations::{Asked, Failure, Operations};
use super::output::Output;
use super::statistics::bump;
use super::{AgentOptions, Statistics, Tree};
use crate::wire::{Body, Operation};

/// Where requests are carried out once it is known who asks, and where responses wait.
#[derive(Debug)]
pub(super) struct Desk<T> {
    pub(super) tree: T,
    pub(super) statistics: Statistics,
    pub(super) output: Output,
    pub(super) now: Instant,
    operations: Operations,
}

/// How a response gets back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) path: Path,
    /// The largest message that both sides take.
    pub(super) size: usize,
}

impl<T: Tree> Desk<T> {
    pub(super) fn new(tree: T, options: &AgentOptions) -> Self {
        Self {
            tree,
            statistics: Statistics::default(),
            output: Output::new(options.queue),
            now: Instant::EPOCH,
            operations: Operations::default(),
        }
    }

    /// Carries out what is asked, if it is `allowed`, and queues the response: `encode` makes a message of a body, in the end
    /// of a buffer, and says its length.
    pub(super) fn answer(
        &mut self,
        way: Way,
        asked: &Asked<'_>,
        allowed: Result<(), Failure>,
        encode: impl Fn(Body<'_>, &mut [u8]) -> Option<usize>,
    ) {
        let done = allowed.and_then(|()| self.operations.run(&mut self.tree, self.now, asked));
        self.statistics.note(asked.body.operation(), done.err());
        let bodies = self.operations.responses(asked, done);
        let is_sent = self.output.push(way.path, way.size, |buffer| {
            bodies.into_iter().find_map(|body| encode(body, buffer))
        });
        bump(if is_sent {
            &mut self.statistics.answered
        } else {
            &mut self.statistics.silent_drops
        });
    }
}

/// Operations that an agent carries out.
pub(super) fn is_for_agents(operation: Operation) -> bool {
    operation.is_confirmed() && operation != Operation::INFORM
}

/// Whether each varbind of a request can be read: if not, the whole request is none. Source: RFC 3412, 7.2, 2; RFC 3417, 8.
pub(super) fn is_readable(body: &Body<'_>) -> bool {
    body.varbinds().checked().all(|varbind| varbind.is_ok())
}
