//! The commands of a device session that stands on a raw one.

use alloc::collections::VecDeque;

use crate::{Answer, Command, DeviceError, Effect, Error, ErrorKind, Event, Refused, Ticket, Update};

/// A [`Command`] on its way: one request of the raw session after the other. Which, and what their answers tell, its protocol
/// knows; this is what [`Jobs`] has to know.
pub trait Job {
    /// The end of a command that was withdrawn before it began.
    fn never_begun() -> DeviceError;

    /// What the command has done before the request that is next.
    fn effect(&self) -> Effect;

    /// The end of a command that was withdrawn while the raw session has no request of it.
    fn withdrawn(self) -> DeviceError;
}

/// What comes next of a [`Command`].
#[derive(Debug)]
// Exhaustive on purpose: there is no third way to go on.
pub enum NextStep<J> {
    /// A request: this has it, or will know it.
    Ask(J),
    /// Its end.
    Done(Result<Answer, DeviceError>),
}

impl<J> NextStep<J> {
    /// The end of a command by the error of a protocol crate.
    pub fn failed<E: Error + Send + Sync + 'static>(error: E) -> Self {
        Self::Done(Err(DeviceError::new(error)))
    }
}

impl<J> From<Result<Self, DeviceError>> for NextStep<J> {
    fn from(next: Result<Self, DeviceError>) -> Self {
        next.unwrap_or_else(|error| Self::Done(Err(error)))
    }
}

/// The commands of a device session that stands on a raw one, for whoever writes such a session: up to a number of them, carried
/// out one after the other in the order in which they came. Each has exactly one end, and the raw session has one request of
/// them at a time.
///
/// A command becomes a [`Job`] when its turn comes. Until then it waits as a `W`: as it came, or as what the session made of
/// it at once.
///
/// The session that keeps this beside its raw session submits there what [`send_next`](Self::send_next) has to be sent, hands
/// each end of a request to [`advance`](Self::advance), and tells what [`poll_event`](Self::poll_event) has.
///
/// ```
/// use pdu_core::{Answer, Command, DeviceError, Effect, Event, Job, Jobs, NextStep, Refused, Ticket};
///
/// /// Any command is one request.
/// struct Ask(Command);
///
/// impl Job for Ask {
///     fn never_begun() -> DeviceError {
///         DeviceError::invalid("withdrawn")
///     }
///     fn effect(&self) -> Effect {
///         Effect::NotApplied
///     }
///     fn withdrawn(self) -> DeviceError {
///         Self::never_begun()
///     }
/// }
///
/// let mut jobs: Jobs<Ask> = Jobs::new(8);
/// let ticket = jobs.submit(Command::Clock, NextStep::Ask)?;
///
/// let raw = Ticket(40); // by which the raw session takes the request
/// let begin = |command| NextStep::Ask(Ask(command));
/// assert!(jobs.send_next(begin, |_job| Ok::<_, Refused<()>>(raw)));
///
/// // The raw session has told the end of it.
/// jobs.advance(raw, |_job| NextStep::Done(Ok(Answer::Accepted)));
/// assert!(matches!(jobs.poll_event(), Some(Event::Done { ticket: told, .. }) if told == ticket));
/// # Ok::<(), Refused<Command>>(())
/// ```
#[derive(Debug)]
pub struct Jobs<J, W = Command> {
    capacity: usize,
    /// In the order in which they came.
    waiting: VecDeque<(Ticket, W)>,
    current: Option<Current<J>>,
    done: VecDeque<(Ticket, Result<Answer, DeviceError>)>,
    next_ticket: u64,
}

/// The command that is being carried out.
#[derive(Debug)]
struct Current<J> {
    ticket: Ticket,
    job: J,
    /// Under which ticket the raw session has its request.
    sent: Option<Ticket>,
    /// Its request is not to be followed by another one.
    is_withdrawn: bool,
}

impl<J: Job, W> Jobs<J, W> {
    /// None yet, and later up to `capacity` at a time.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            waiting: VecDeque::with_capacity(capacity),
            current: None,
            done: VecDeque::new(),
            next_ticket: 0,
        }
    }

    /// Takes a command, and asks `prepare` what it waits as, behind all others. What needs nobody else, such as
    /// [`Command::Capabilities`], may end there.
    ///
    /// # Errors
    ///
    /// [`Busy`](ErrorKind::Busy) if there are as many as there is room for, with those whose end was not taken yet.
    pub fn submit(
        &mut self,
        command: Command,
        prepare: impl FnOnce(Command) -> NextStep<W>,
    ) -> Result<Ticket, Refused<Command>> {
        let live = self.waiting.len() + usize::from(self.current.is_some()) + self.done.len();
        if live >= self.capacity {
            return Err(Refused {
                request: command,
                kind: ErrorKind::Busy,
            });
        }
        let ticket = Ticket(self.next_ticket);
        self.next_ticket = self.next_ticket.wrapping_add(1);
        match prepare(command) {
            NextStep::Ask(waiting) => self.waiting.push_back((ticket, waiting)),
            NextStep::Done(result) => self.done.push_back((ticket, result)),
        }
        Ok(ticket)
    }

    /// Gives the raw session the next request, unless it has one; says whether there was one, and room for it.
    ///
    /// If no command is being carried out, `begin` begins the next. `submit` submits the request of a job: if the raw session
    /// is [`Busy`](ErrorKind::Busy), that one stays the next; if it refuses for another reason, the command ends with that, and
    /// with the [effect](Job::effect) that it had.
    pub fn send_next<Q>(
        &mut self,
        begin: impl FnMut(W) -> NextStep<J>,
        submit: impl FnOnce(&J) -> Result<Ticket, Refused<Q>>,
    ) -> bool {
        if self.current.is_none() {
            self.current = self.begin_next(begin);
        }
        let Some(current) = self.current.as_mut().filter(|current| current.sent.is_none()) else {
            return false;
        };
        match submit(&current.job) {
            Ok(raw) => current.sent = Some(raw),
            Err(refused) if refused.kind == ErrorKind::Busy => return false,
            Err(Refused { kind, .. }) => {
                let error = DeviceError::new(Refused { request: (), kind }).with_effect(current.job.effect());
                self.done.push_back((current.ticket, Err(error)));
                self.current = None;
            }
        }
        true
    }

    /// Begins one command after the other until one has a request.
    fn begin_next(&mut self, mut begin: impl FnMut(W) -> NextStep<J>) -> Option<Current<J>> {
        while let Some((ticket, waiting)) = self.waiting.pop_front() {
            match begin(waiting) {
                NextStep::Ask(job) => {
                    return Some(Current {
                        ticket,
                        job,
                        sent: None,
                        is_withdrawn: false,
                    });
                }
                NextStep::Done(result) => self.done.push_back((ticket, result)),
            }
        }
        None
    }

    /// The raw session has told the end of the request that it had under this ticket: `step` says what comes next of the
    /// command. One that was withdrawn meanwhile ends in any case. A ticket of no request of these is ignored.
    pub fn advance(&mut self, raw: Ticket, step: impl FnOnce(J) -> NextStep<J>) {
        let Some(current) = self.current.take_if(|current| current.sent == Some(raw)) else {
            return;
        };
        let result = match step(current.job) {
            NextStep::Done(result) => result,
            NextStep::Ask(job) if current.is_withdrawn => Err(job.withdrawn()),
            NextStep::Ask(job) => {
                let sent = None;
                self.current = Some(Current { job, sent, ..current });
                return;
            }
        };
        self.done.push_back((current.ticket, result));
    }

    /// Withdraws a command. If the raw session has a request of it, this gives the ticket of that one, to be cancelled there: its
    /// end will [end](Self::advance) the command. Otherwise the command has ended. A ticket that is not live is ignored.
    #[must_use = "the raw session does not know yet"]
    pub fn cancel(&mut self, ticket: Ticket) -> Option<Ticket> {
        if let Some(current) = self.current.as_mut().filter(|current| current.ticket == ticket)
            && current.sent.is_some()
        {
            current.is_withdrawn = true;
            return current.sent;
        }
        let error = if let Some(current) = self.current.take_if(|current| current.ticket == ticket) {
            current.job.withdrawn()
        } else {
            let at = self.waiting.iter().position(|(waiting, _)| *waiting == ticket)?;
            self.waiting.remove(at);
            J::never_begun()
        };
        self.done.push_back((ticket, Err(error)));
        None
    }

    /// The next end of a command, in the order in which they ended.
    pub fn poll_event(&mut self) -> Option<Event<Answer, Update, DeviceError>> {
        let (ticket, result) = self.done.pop_front()?;
        Some(Event::Done { ticket, result })
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    use super::*;

    /// A change that takes three requests; how many were answered.
    struct Change(u64);

    impl Job for Change {
        fn never_begun() -> DeviceError {
            DeviceError::unsupported("never begun")
        }
        fn effect(&self) -> Effect {
            if self.0 == 0 {
                Effect::NotApplied
            } else {
                Effect::Unknown
            }
        }
        fn withdrawn(self) -> DeviceError {
            DeviceError::unsupported("withdrawn").with_effect(self.effect())
        }
    }

    fn jobs() -> Jobs<Change> {
        Jobs::new(3)
    }

    fn prepare(command: Command) -> NextStep<Command> {
        match command {
            Command::Capabilities => NextStep::Done(Ok(Answer::Accepted)),
            command => NextStep::Ask(command),
        }
    }

    fn begin(command: &Command) -> NextStep<Change> {
        match command {
            Command::Schedule => NextStep::Done(Err(DeviceError::unsupported("no scheduler"))),
            _ => NextStep::Ask(Change(0)),
        }
    }

    fn answered(Change(answered): Change) -> NextStep<Change> {
        match answered {
            2 => NextStep::Done(Ok(Answer::Confirmed)),
            _ => NextStep::Ask(Change(answered + 1)),
        }
    }

    /// Sends the next request as this ticket of the raw session; how many of its command were answered before.
    fn send(jobs: &mut Jobs<Change>, raw: u64) -> Option<u64> {
        let mut sent = None;
        let submit = |job: &Change| {
            sent = Some(job.0);
            Ok::<_, Refused<()>>(Ticket(raw))
        };
        assert_eq!(jobs.send_next(|command| begin(&command), submit), sent.is_some());
        sent
    }

    fn refuse(jobs: &mut Jobs<Change>, kind: ErrorKind) -> bool {
        jobs.send_next(|command| begin(&command), |_| Err(Refused { request: (), kind }))
    }

    /// What was answered; or the text of the error, and its effect.
    type End = Result<Answer, (String, Effect)>;

    /// All ends that were not taken.
    fn ends(jobs: &mut Jobs<Change>) -> Vec<(Ticket, End)> {
        let done = core::iter::from_fn(|| jobs.poll_event());
        let end = |event: Event<Answer, Update, DeviceError>| match event {
            Event::Done { ticket, result } => (ticket, result.map_err(|error| (error.to_string(), error.effect()))),
            Event::Notice(notice) => panic!("{notice:?}"),
        };
        done.map(end).collect()
    }

    fn failed(text: &str, effect: Effect) -> End {
        Err((text.into(), effect))
    }

    #[test]
    fn commands_are_carried_out_in_their_order_and_end_once_each() {
        let mut jobs = jobs();
        let tickets = [Command::Clock, Command::Schedule, Command::Settings]
            .map(|command| jobs.submit(command, prepare).unwrap());
        for raw in [0, 1, 2] {
            assert_eq!(send(&mut jobs, raw), Some(raw));
            assert_eq!(send(&mut jobs, 99), None, "one request at a time");
            jobs.advance(Ticket(raw), answered);
        }
        assert_eq!(send(&mut jobs, 3), Some(0));
        let unsupported = failed("no scheduler", Effect::NotApplied);
        assert_eq!(
            ends(&mut jobs),
            [(tickets[0], Ok(Answer::Confirmed)), (tickets[1], unsupported)]
        );
        for raw in [3, 4, 5] {
            jobs.advance(Ticket(raw), answered);
            send(&mut jobs, raw + 1);
        }
        assert_eq!(ends(&mut jobs), [(tickets[2], Ok(Answer::Confirmed))]);
        assert_eq!(send(&mut jobs, 9), None);
    }

    #[test]
    fn what_was_not_told_as_ended_takes_room_and_tickets_differ() {
        let mut jobs = jobs();
        let first = jobs.submit(Command::Clock, prepare).unwrap();
        let second = jobs.submit(Command::Capabilities, prepare).unwrap();
        let third = jobs.submit(Command::Clock, prepare).unwrap();
        let refused = jobs.submit(Command::Identity, prepare).unwrap_err();
        assert_eq!((refused.request, refused.kind), (Command::Identity, ErrorKind::Busy));

        assert_eq!(ends(&mut jobs), [(second, Ok(Answer::Accepted))], "at once");
        let fourth = jobs.submit(Command::Identity, prepare).unwrap();
        let mut tickets = [first, second, third, fourth].to_vec();
        tickets.dedup();
        assert_eq!(tickets.len(), 4);
    }

    #[test]
    fn a_busy_raw_session_is_offered_the_same_request_again() {
        let mut jobs = jobs();
        let first = jobs.submit(Command::Clock, prepare).unwrap();
        let second = jobs.submit(Command::Settings, prepare).unwrap();
        send(&mut jobs, 0);
        jobs.advance(Ticket(0), answered);
        assert!(!refuse(&mut jobs, ErrorKind::Busy));
        assert!(!refuse(&mut jobs, ErrorKind::Busy));
        for raw in [1, 2] {
            assert_eq!(send(&mut jobs, raw), Some(raw));
            jobs.advance(Ticket(raw), answered);
        }
        assert!(!refuse(&mut jobs, ErrorKind::Busy));
        assert_eq!(ends(&mut jobs), [(first, Ok(Answer::Confirmed))]);
        assert_eq!(jobs.cancel(second), None, "it was not sent");
    }

    #[test]
    fn a_request_that_is_refused_for_good_ends_its_command_with_what_it_had_done() {
        let mut jobs = jobs();
        let first = jobs.submit(Command::Clock, prepare).unwrap();
        let second = jobs.submit(Command::Clock, prepare).unwrap();
        send(&mut jobs, 0);
        jobs.advance(Ticket(0), answered);
        assert!(refuse(&mut jobs, ErrorKind::InvalidArgument));
        assert!(refuse(&mut jobs, ErrorKind::InvalidArgument));
        let text = Refused {
            request: (),
            kind: ErrorKind::InvalidArgument,
        }
        .to_string();
        let expected = [(first, Effect::Unknown), (second, Effect::NotApplied)];
        assert_eq!(
            ends(&mut jobs),
            expected.map(|(ticket, effect)| (ticket, failed(&text, effect)))
        );
    }

    #[test]
    fn a_command_that_waits_is_withdrawn_without_having_begun() {
        let mut jobs = jobs();
        let first = jobs.submit(Command::Clock, prepare).unwrap();
        let second = jobs.submit(Command::Clock, prepare).unwrap();
        send(&mut jobs, 0);
        assert_eq!(jobs.cancel(second), None);
        assert_eq!(jobs.cancel(second), None, "not live any more");
        assert_eq!(ends(&mut jobs), [(second, failed("never begun", Effect::NotApplied))]);
        assert_eq!(jobs.cancel(first), Some(Ticket(0)));
    }

    #[test]
    fn a_command_between_two_requests_is_withdrawn_with_what_it_has_done() {
        let mut jobs = jobs();
        let ticket = jobs.submit(Command::Clock, prepare).unwrap();
        send(&mut jobs, 0);
        jobs.advance(Ticket(0), answered);
        assert_eq!(jobs.cancel(ticket), None);
        assert_eq!(ends(&mut jobs), [(ticket, failed("withdrawn", Effect::Unknown))]);
        assert_eq!(send(&mut jobs, 1), None);
    }

    #[test]
    fn a_command_that_was_sent_ends_with_the_end_of_its_request() {
        let mut jobs = jobs();
        let first = jobs.submit(Command::Clock, prepare).unwrap();
        let second = jobs.submit(Command::Clock, prepare).unwrap();
        send(&mut jobs, 0);
        assert_eq!(jobs.cancel(first), Some(Ticket(0)));
        assert_eq!(ends(&mut jobs), []);
        assert_eq!(send(&mut jobs, 99), None, "it holds its place");
        jobs.advance(Ticket(0), answered);
        assert_eq!(ends(&mut jobs), [(first, failed("withdrawn", Effect::Unknown))]);

        for raw in [1, 2, 3] {
            send(&mut jobs, raw);
            if raw == 3 {
                assert_eq!(jobs.cancel(second), Some(Ticket(3)));
            }
            jobs.advance(Ticket(raw), answered);
        }
        assert_eq!(ends(&mut jobs), [(second, Ok(Answer::Confirmed))], "it was too late");
    }

    #[test]
    fn the_end_of_a_request_that_is_not_of_these_commands_is_ignored() {
        let mut jobs = jobs();
        let stray = |_| -> NextStep<Change> { panic!("no step of these") };
        jobs.advance(Ticket(7), stray);
        let ticket = jobs.submit(Command::Clock, prepare).unwrap();
        jobs.advance(Ticket(0), stray);
        send(&mut jobs, 7);
        jobs.advance(Ticket(0), stray);
        jobs.advance(Ticket(7), |_| NextStep::Done(Ok(Answer::Accepted)));
        jobs.advance(Ticket(7), stray);
        assert_eq!(ends(&mut jobs), [(ticket, Ok(Answer::Accepted))]);
    }
}
