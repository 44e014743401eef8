//! Level 2: commands in the vocabulary of [`pdu_core`], made of requests to a console.

mod plan;
mod readout;
mod settings;

use pdu_core::{
    Answer, Capabilities, Capability, Command, DeviceError, Event, EventOf, Instant, Jobs, NextStep, Refused,
    Session as _, Ticket, Update,
};

use self::plan::Plan;
use super::{Options, Reply, Session};
use crate::TelnetError;

/// What a BPS2000 can do over its console. Of some of it the manual shows one case only: see [`Device`].
pub const CAPABILITIES: Capabilities = Capabilities::of(&[
    Capability::Snapshot,
    Capability::Thresholds,
    Capability::SetThreshold,
    Capability::ResetEnergy,
    Capability::Clock,
    Capability::SetClock,
    Capability::Settings,
    Capability::SetSettings,
    Capability::Restart,
]);

/// Commands that a [`Device`] holds at most.
const CAPACITY: usize = 8;

/// One BPS2000 and its slaves, over the console of their master: a [`DeviceSession`](pdu_core::DeviceSession), so that a program can
/// hold it beside devices of other protocols.
///
/// Up to 8 commands wait for their end; they are carried out one after the other, in the order in which they came.
///
/// | command | what it takes |
/// |---|---|
/// | `Identity` | the banner, which has the firmware's version |
/// | `Snapshot` | loads of the master and of [`Options::slaves`] (entry 1), thresholds (8), energies of the master (9), clock (2) |
/// | `Thresholds`, `Clock` | their screens |
/// | `SetThreshold` | of current only: its screen is read, and all four levels of the phase are set if one differs |
/// | `SetClock` | its screen |
/// | `ResetEnergy` | `inlet1.L1` of the master |
/// | `Settings` | entries 4, 5, 6, 7 and 3 |
/// | `SetSettings` | what differs: address, first trap address, HTTP port, mail account, password of the console's own user |
/// | `Restart` | entry 10, which is sent for this command only |
///
/// `SetThreshold` of the current of L2 and L3 and `ResetEnergy` of L2 and L3 need keywords that the manual does not show: they are
/// unsupported unless [`Options::undocumented`] allows them. Of all else that its screens show no keyword is known, not even by
/// guessing: that is unsupported, and a change that asks for it is refused before anything is set.
///
/// ```
/// use pdu_core::{Command, DeviceSession, Instant, Session};
/// use pdu_proto_telnet::bps2000::{Device, Options};
///
/// let mut fleet: Vec<Box<dyn DeviceSession>> = vec![Box::new(Device::new(Options::new("admin", "admin")))];
/// for device in &mut fleet {
///     let ticket = device.submit(Instant::EPOCH, Command::Snapshot).unwrap();
///     // … a driver moves bytes and time until poll_event gives the Done of this ticket …
/// #   let _ = ticket;
/// }
/// ```
#[derive(Debug)]
pub struct Device {
    raw: Session,
    /// Each is planned as it comes, so that what needs no request ends at once.
    jobs: Jobs<Plan, Plan>,
}

impl Device {
    /// The unit behind a console session with these settings.
    pub fn new(options: Options) -> Self {
        Self::over(Session::new(options))
    }

    /// The unit behind this console session, whose requests are all the device's from now on.
    pub fn over(raw: Session) -> Self {
        Self {
            raw,
            jobs: Jobs::new(CAPACITY),
        }
    }

    /// The console session, for what it knows of the console.
    pub const fn raw(&self) -> &Session {
        &self.raw
    }

    /// Takes what the console session has ended and gives it what comes next, until neither moves. Says whether anything did.
    fn pump(&mut self, now: Instant) -> bool {
        let mut moved = false;
        loop {
            while self.send_next(now) {
                moved = true;
            }
            match self.raw.poll_event() {
                Some(Event::Done { ticket, result }) => self.advance(ticket, result),
                Some(Event::Notice(never)) => match never {},
                None => return moved,
            }
            moved = true;
        }
    }

    /// Gives the console session the next request of the first command, unless it has one; whether it did.
    fn send_next(&mut self, now: Instant) -> bool {
        let submit = |plan: &Plan| self.raw.submit(now, plan.request());
        self.jobs.send_next(NextStep::Ask, submit)
    }

    fn advance(&mut self, raw: Ticket, result: Result<Reply, TelnetError>) {
        self.jobs.advance(raw, |plan| match result {
            Ok(reply) => plan.answered(reply, self.raw.options()),
            Err(error) => NextStep::Done(Err(plan.failed(error))),
        });
    }
}

pdu_core::endpoint_over!([] Device, raw);

impl pdu_core::Session for Device {
    type Request = Command;
    type Reply = Answer;
    type Notice = Update;
    type Error = DeviceError;

    fn submit(&mut self, now: Instant, request: Command) -> Result<Ticket, Refused<Command>> {
        let options = self.raw.options();
        let ticket = self.jobs.submit(request, |command| plan::of(command, options).into())?;
        self.pump(now);
        Ok(ticket)
    }

    fn cancel(&mut self, now: Instant, ticket: Ticket) {
        if let Some(raw) = self.jobs.cancel(ticket) {
            self.raw.cancel(now, raw);
        }
        self.pump(now);
    }

    fn poll_event(&mut self) -> Option<EventOf<Self>> {
        self.jobs.poll_event()
    }
}
