//! Commands to outlets and circuits: each sent once, and what the live document shows afterwards.

use std::boxed::Box;

use pdu_core::{
    Action, Answer, Component, Decimal, Delay, DeviceError, Effect, Error, ErrorKind, Line, Point, PowerState,
    Quantity, Snapshot, Statistic, Target, Value,
};

use super::client::{Reply, Request};
use super::job::{Job, Next};
use super::unit::Unit;
use crate::Series7Error;
use crate::wire::OutletAction;

/// What is to be done, to one place after the other.
#[derive(Debug)]
pub(super) struct Switch {
    wanted: Wanted,
    /// What is sent, in this order; known once the unit is.
    orders: Vec<Order>,
    /// What the energy counters read before, as far as any is to be reset.
    before: Option<Box<Snapshot>>,
    step: Step,
}

#[derive(Clone, Copy, Debug)]
enum Wanted {
    Outlet(u16, OutletAction),
    AllOutlets(OutletAction),
    Circuit(Line),
}

/// One command, sent as one request.
#[derive(Clone, Copy, Debug)]
enum Order {
    Outlet(u16, OutletAction),
    Circuit(Line),
}

#[derive(Debug)]
enum Step {
    /// What the unit has, and what its counters read.
    Survey,
    /// With how many acknowledged: the next one.
    Send(usize),
    /// With how the last order failed, if it did.
    ReadBack(Option<Series7Error>),
}

/// A switch command of the vocabulary; what the unit has no action for is unsupported, and nothing of it is sent.
pub(super) fn begun(target: Target, action: Action, delay: Delay, unit: &Unit) -> Result<Next, DeviceError> {
    let Some(action) = OutletAction::of(action, delay) else {
        return Err(DeviceError::unsupported(
            "an action or a delay that the unit does not have: it delays by what is stored for the outlet, and nothing else",
        ));
    };
    match target {
        Target::Outlet(0) => Err(DeviceError::invalid("outlet 0, where they count from 1")),
        Target::Outlet(number) => Switch::new(Wanted::Outlet(number, action)).started(unit),
        Target::All => Switch::new(Wanted::AllOutlets(action)).started(unit),
        Target::Group(_) => Err(DeviceError::unsupported("the unit's pages have no groups of outlets")),
    }
}

/// A reset of what a place has counted.
pub(super) fn energy_reset(point: Point, unit: &Unit) -> Result<Next, DeviceError> {
    let unsupported = || DeviceError::unsupported(format!("the unit does not reset the energy of {point}"));
    if point.unit != 0 {
        return Err(DeviceError::invalid(format!("{point}, where there is only unit 0")));
    }
    match (point.component, point.number, point.line) {
        (Component::Outlet, number, None) => begun(Target::Outlet(number), Action::ResetEnergy, Delay::None, unit),
        // Each circuit by itself; of the total nothing is stated. Source: manual, lines 249 to 252.
        (Component::Inlet, 1, Some(line)) if !matches!(line, Line::N | Line::Total) => {
            Switch::new(Wanted::Circuit(line)).started(unit)
        }
        _ => Err(unsupported()),
    }
}

impl Switch {
    const fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            orders: Vec::new(),
            before: None,
            step: Step::Survey,
        }
    }

    /// Without a survey, if what it would tell is known.
    fn started(self, unit: &Unit) -> Result<Next, DeviceError> {
        if unit.is_known() && !self.wanted.counts_energy() {
            return self.surveyed(unit);
        }
        Ok(self.next())
    }

    fn next(self) -> Next {
        Next::Ask(Job::Switch(self))
    }

    fn surveyed(mut self, unit: &Unit) -> Result<Next, DeviceError> {
        self.orders = match self.wanted {
            Wanted::Outlet(number, action) => {
                unit.check_outlet(number)?;
                [Order::Outlet(number, action)].into()
            }
            Wanted::AllOutlets(action) => unit.outlets().map(|number| Order::Outlet(number, action)).collect(),
            Wanted::Circuit(line) => [Order::Circuit(line)].into(),
        };
        if self.orders.is_empty() {
            return Err(DeviceError::unsupported("the unit shows no outlets"));
        }
        self.step = Step::Send(0);
        Ok(self.next())
    }

    pub(super) fn request(&self) -> Request {
        match self.step {
            Step::Send(at) => self.orders.get(at).map_or(Request::Live, |order| order.request()),
            Step::Survey | Step::ReadBack(_) => Request::Live,
        }
    }

    /// What the command has done before the request that is next.
    pub(super) const fn effect(&self) -> Effect {
        match &self.step {
            Step::Survey | Step::Send(0) => Effect::NotApplied,
            Step::ReadBack(None) => Effect::Applied,
            Step::Send(_) | Step::ReadBack(Some(_)) => Effect::Unknown,
        }
    }

    pub(super) fn answered(mut self, reply: Reply, unit: &mut Unit) -> Next {
        match (&self.step, reply) {
            (Step::Survey, Reply::Live(document)) => {
                let snapshot = document.snapshot();
                unit.observe(&snapshot);
                self.before = Some(Box::new(snapshot));
                Next::from(self.surveyed(unit))
            }
            (Step::Send(at), Reply::Accepted) => {
                let sent = at + 1;
                self.step = if sent < self.orders.len() {
                    Step::Send(sent)
                } else {
                    Step::ReadBack(None)
                };
                self.next()
            }
            (Step::ReadBack(_), Reply::Live(document)) => {
                let snapshot = document.snapshot();
                unit.observe(&snapshot);
                Next::Done(self.ended(&snapshot))
            }
            _ => Next::Done(Err(self.broken_off(Series7Error::UnexpectedReply))),
        }
    }

    pub(super) fn failed(mut self, error: Series7Error) -> Next {
        match self.step {
            // Nothing is left to be sent, and what came of it can be read.
            Step::Send(at) if at + 1 == self.orders.len() && is_open(&error) => {
                self.step = Step::ReadBack(Some(error));
                self.next()
            }
            Step::Survey | Step::Send(_) => Next::Done(Err(self.broken_off(error))),
            Step::ReadBack(unanswered) => Next::Done(end_unread(error, unanswered)),
        }
    }

    /// The end, where the next order failed or is not wanted: the rest is not sent.
    pub(super) fn broken_off(self, error: Series7Error) -> DeviceError {
        let Step::Send(done) = self.step else {
            let effect = self.effect();
            return DeviceError::new(error).with_effect(effect);
        };
        if self.orders.len() == 1 {
            return DeviceError::new(error);
        }
        let effect = if done == 0 { error.effect() } else { Effect::Unknown };
        DeviceError::new(Series7Error::Incomplete {
            place: self.orders.get(done).map(|order| order.place()).unwrap_or_default(),
            done,
            of: self.orders.len(),
            effect,
            error: Box::new(error),
        })
    }

    /// Confirmed if all orders show, accepted if some cannot show yet.
    fn ended(&self, after: &Snapshot) -> Result<Answer, DeviceError> {
        let shows = |order: &Order| order.shows(self.before.as_deref(), after);
        match &self.step {
            _ if self.orders.iter().all(|order| shows(order) == Some(true)) => Ok(Answer::Confirmed),
            Step::ReadBack(Some(error)) => Err(DeviceError::new(error.clone())),
            _ => Ok(Answer::Accepted),
        }
    }
}

/// What was sent could not be read back.
fn end_unread(error: Series7Error, unanswered: Option<Series7Error>) -> Result<Answer, DeviceError> {
    let is_cancelled = error.kind() == ErrorKind::Cancelled;
    match unanswered {
        // The answer that was lost first tells more than the one that was lost after it.
        Some(first) if !is_cancelled => Err(DeviceError::new(first)),
        Some(_) => Err(DeviceError::new(error).with_effect(Effect::Unknown)),
        None if !is_cancelled => Ok(Answer::Accepted),
        None => Err(DeviceError::new(error).with_effect(Effect::Applied)),
    }
}

/// Whether a command may have been carried out, and a look can tell.
pub(super) fn is_open(error: &Series7Error) -> bool {
    error.effect() == Effect::Unknown && error.kind() != ErrorKind::Cancelled
}

impl Wanted {
    const fn counts_energy(self) -> bool {
        matches!(
            self,
            Self::Circuit(_) | Self::Outlet(_, OutletAction::ResetEnergy) | Self::AllOutlets(OutletAction::ResetEnergy)
        )
    }
}

impl Order {
    fn request(self) -> Request {
        match self {
            Self::Outlet(outlet, action) => Request::Switch { outlet, action },
            Self::Circuit(circuit) => Request::ResetCircuitEnergy { circuit },
        }
    }

    fn place(self) -> String {
        match self {
            Self::Outlet(number, _) => format!("outlet {number}"),
            Self::Circuit(line) => format!("circuit {line}"),
        }
    }

    /// Whether the unit shows that this has happened; `None` where nothing shows it, or not yet.
    ///
    /// A counter that reads less than before has been reset. One that reads the same, and not 0, has not.
    fn shows(self, before: Option<&Snapshot>, after: &Snapshot) -> Option<bool> {
        match self {
            Self::Outlet(number, OutletAction::On) => Some(state(after, number) == PowerState::On),
            Self::Outlet(number, OutletAction::Off) => Some(state(after, number) == PowerState::Off),
            Self::Outlet(number, OutletAction::ResetEnergy) => is_reset(Point::outlet(number), before, after),
            Self::Outlet(..) => None,
            Self::Circuit(line) => is_reset(Point::inlet(1).on(line), before, after),
        }
    }
}

fn state(snapshot: &Snapshot, number: u16) -> PowerState {
    let outlet = snapshot.outlets.iter().find(|outlet| outlet.number == number);
    outlet.map_or(PowerState::Unknown, |outlet| outlet.state)
}

fn is_reset(point: Point, before: Option<&Snapshot>, after: &Snapshot) -> Option<bool> {
    let now = energy(after, point)?;
    Some(now == Decimal::ZERO || now < energy(before?, point)?)
}

fn energy(snapshot: &Snapshot, point: Point) -> Option<Decimal> {
    let is_it = |reading: &&pdu_core::Reading| {
        (reading.point, reading.quantity, reading.statistic) == (point, Quantity::ActiveEnergy, Statistic::Now)
    };
    match snapshot.readings.iter().find(is_it)?.value? {
        Value::Gauge(value) => Some(value),
        Value::Count(count) => Some(Decimal::new(i64::try_from(count.value()).ok()?, count.exponent())),
    }
}
