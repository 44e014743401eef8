use core::time::Duration;

use pdu_core::{Instant, LinkDemand, Mode, earliest};

use crate::Rejected;
use crate::wire::{Command, Dialect, MAX_LINE, Reply, WireError};

use super::lines::{Heard, Lines};
use super::output::Output;
use super::{Echo, Options, Outcome, Served, Service};

/// What is kept of one client: a line that has begun, an answer that is not complete, output that has not left.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    lines: Lines,
    output: Output,
    answer: Option<Answer>,
    /// When the next status is due.
    status_at: Option<Instant>,
    /// A status was due and did not fit.
    owes_status: bool,
    /// How its link is to end; until then [`Idle`](LinkDemand::Idle).
    ends_by: LinkDemand,
}

/// What is still to be said to the last command. Nothing else is heard before.
#[derive(Clone, Copy, Debug)]
enum Answer {
    /// All of it, but not before.
    Later { at: Instant, what: What },
    /// All of it, once there is room.
    Due { what: What },
    /// The records from this position on.
    Schedule { position: usize },
    /// What is stored of the outlets from this position on.
    Configs { position: usize },
}

/// What a command is answered with.
#[derive(Clone, Copy, Debug)]
enum What {
    Acknowledgement,
    Address,
    Status,
    Schedule,
    Configs,
}

impl What {
    const fn answers(command: &Command<'_>) -> Self {
        match command {
            Command::ReadAddress => Self::Address,
            Command::ReadStatus => Self::Status,
            Command::ReadSchedule => Self::Schedule,
            Command::ReadConfigs => Self::Configs,
            _ => Self::Acknowledgement,
        }
    }
}

/// What became of some input.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Taken {
    pub(super) len: usize,
    /// Lines that were no command.
    pub(super) rejected: u64,
    /// The unit restarts, and all links are down for so long.
    pub(super) restart: Option<Duration>,
}

impl Connection {
    /// One that is not open.
    pub(super) fn new(options: &Options) -> Self {
        Self {
            lines: Lines::new(),
            output: Output::new(options),
            answer: None,
            status_at: None,
            owes_status: false,
            ends_by: LinkDemand::Idle,
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.lines.clear();
        self.output.clear();
        self.answer = None;
        self.status_at = None;
        self.owes_status = false;
        self.ends_by = LinkDemand::Idle;
    }

    /// The client is there: from now on it is sent a status.
    pub(super) fn open<S: Service + ?Sized>(&mut self, service: &mut S, now: Instant, options: &Options) {
        self.clear();
        self.status_at = options.interval.map(|_| now);
        self.handle_timeout(service, now, options);
    }

    /// Nothing is heard any more, and nothing said but what waits to leave.
    pub(super) fn end(&mut self, by: LinkDemand) {
        self.ends_by = by;
        self.answer = None;
        self.status_at = None;
        self.owes_status = false;
    }

    pub(super) fn handle_transmitted<S: Service + ?Sized>(
        &mut self,
        service: &mut S,
        now: Instant,
        options: &Options,
        len: usize,
    ) {
        self.output.advance(len);
        self.say(service, now, options);
    }

    /// Counts the statuses that were due and that the client will not get: they are replaced by a newer one.
    pub(super) fn handle_timeout<S: Service + ?Sized>(
        &mut self,
        service: &mut S,
        now: Instant,
        options: &Options,
    ) -> u64 {
        let mut replaced = 0;
        if let (Some(at), Some(interval)) = (self.status_at, options.interval)
            && at <= now
        {
            replaced = u64::from(self.owes_status);
            self.owes_status = true;
            self.status_at = Some(next_on_grid(at, interval, now));
        }
        self.say(service, now, options);
        replaced
    }

    /// Carries out what is whole, and keeps what has begun.
    pub(super) fn handle_input<S: Service + ?Sized>(
        &mut self,
        service: &mut S,
        now: Instant,
        options: &Options,
        bytes: &[u8],
    ) -> Taken {
        let mut taken = Taken::default();
        while let Some(rest) = bytes.get(taken.len..).filter(|rest| !rest.is_empty()) {
            if self.ends_by != LinkDemand::Idle {
                taken.len = bytes.len();
                break;
            }
            if self.answer.is_some() || !self.output.has_room_for_answer() {
                break;
            }
            let (len, heard) = self.lines.take(rest);
            taken.len += len;
            let Some(heard) = heard else { continue };
            if let (Echo::Lines, Heard::Line(line)) = (options.echo, heard) {
                self.output.push_echo(line, options);
            }
            match carry_out(heard, service, now, options.dialect) {
                Ok((what, served)) => taken.restart = self.answer(what, served, service, now, options),
                Err((line, why)) => {
                    taken.rejected += 1;
                    service.handle_rejected(now, line, why);
                }
            }
        }
        taken
    }

    /// Answers a command, or keeps in mind that it must be. Gives for how long the unit goes down, if it does.
    fn answer<S: Service + ?Sized>(
        &mut self,
        what: What,
        served: Served,
        service: &mut S,
        now: Instant,
        options: &Options,
    ) -> Option<Duration> {
        match served.outcome {
            Outcome::Silence => None,
            Outcome::Restart { down } => {
                self.output.push_acknowledgement(options);
                self.end(LinkDemand::Close);
                Some(down)
            }
            Outcome::Accepted => {
                self.answer = Some(match served.delay {
                    Duration::ZERO => Answer::Due { what },
                    delay => Answer::Later { at: now + delay, what },
                });
                self.say(service, now, options);
                None
            }
        }
    }

    /// Goes on with the answer as far as there is room; a status does not come between its lines.
    fn say<S: Service + ?Sized>(&mut self, service: &mut S, now: Instant, options: &Options) {
        if let Some(Answer::Later { at, what }) = self.answer
            && at <= now
        {
            self.answer = Some(Answer::Due { what });
        }
        if let Some(Answer::Due { what }) = self.answer
            && self.output.has_room_for_answer()
        {
            self.begin(what, service, now, options);
        }
        match self.answer {
            Some(Answer::Schedule { position }) => self.list(position, options, |position| {
                let index = u16::try_from(position + 1).ok()?;
                let record = service.record(position)?;
                Some(Reply::Record { index, record })
            }),
            Some(Answer::Configs { position }) => self.list(position, options, |position| {
                let (outlet, config) = service.config(position)?;
                Some(Reply::Config { outlet, config })
            }),
            _ => {}
        }
        // A list that is not complete has left no room for one.
        if self.owes_status && self.output.has_room_for_status() {
            self.owes_status = false;
            self.output.push_status(&service.status(now), options);
        }
    }

    /// Gives an answer, or begins a list.
    fn begin<S: Service + ?Sized>(&mut self, what: What, service: &mut S, now: Instant, options: &Options) {
        self.answer = None;
        match what {
            What::Acknowledgement => self.output.push_acknowledgement(options),
            What::Address => {
                self.output.push(&Reply::Address(service.address()), options);
                self.output.push_ending(options.address_end, options);
            }
            What::Status => self.output.push_status(&service.status(now), options),
            What::Schedule => self.answer = Some(Answer::Schedule { position: 0 }),
            What::Configs => self.answer = Some(Answer::Configs { position: 0 }),
        }
    }

    /// Adds the lines of a list while there is room, and `OK` behind the last one.
    fn list<'a>(&mut self, from: usize, options: &Options, line: impl Fn(usize) -> Option<Reply<'a>>) {
        let mut next = from;
        while self.output.has_room_for_line() {
            let Some(reply) = line(next) else {
                self.output.push_acknowledgement(options);
                self.answer = None;
                return;
            };
            self.output.push(&reply, options);
            next += 1;
        }
        if let Some(Answer::Schedule { position } | Answer::Configs { position }) = &mut self.answer {
            *position = next;
        }
    }
}

impl pdu_core::Connection for Connection {
    fn output(&self) -> &[u8] {
        self.output.waiting()
    }

    fn link_demand(&self) -> LinkDemand {
        self.ends_by
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let answer = match self.answer {
            Some(Answer::Later { at, .. }) => Some(at),
            _ => None,
        };
        earliest(self.status_at, answer)
    }
}

/// Has a line carried out, or gives it back with what is wrong with it.
fn carry_out<'l, S: Service + ?Sized>(
    heard: Heard<'l>,
    service: &mut S,
    now: Instant,
    dialect: Dialect,
) -> Result<(What, Served), (&'l [u8], Rejected)> {
    let line = match heard {
        Heard::Line(line) => line,
        Heard::TooLong { beginning } => return Err((beginning, Rejected::TooLong)),
    };
    match command(line, dialect) {
        Ok(command) => Ok((What::answers(&command), service.serve(now, &command))),
        Err(error) => Err((line, Rejected::Line(error))),
    }
}

/// The command that exactly this line is, strictly or as the unit's dialect writes it.
fn command(line: &[u8], dialect: Dialect) -> Result<Command<'_>, WireError> {
    Command::parse(line, Mode::Strict).map_or_else(
        |error| match Command::parse(line, Mode::Lenient) {
            Ok(command) if is_written_as(&command.value, line, dialect) => Ok(command.value),
            _ => Err(error),
        },
        |command| Ok(command.value),
    )
}

fn is_written_as(command: &Command<'_>, line: &[u8], dialect: Dialect) -> bool {
    let mut written = [0; MAX_LINE + 2];
    let len = command.encode(&dialect, &mut written).unwrap_or(0);
    let end = dialect.line_end.as_bytes();
    written.get(..len).and_then(|written| written.strip_suffix(end)) == Some(line)
}

/// The first time after `now` that is a whole number of intervals after `at`.
fn next_on_grid(at: Instant, interval: Duration, now: Instant) -> Instant {
    let interval = u64::try_from(interval.as_micros()).unwrap_or(u64::MAX).max(1);
    let gone = now.as_micros().saturating_sub(at.as_micros()) / interval;
    let step = gone.saturating_add(1).saturating_mul(interval);
    Instant::from_micros(at.as_micros().saturating_add(step))
}
