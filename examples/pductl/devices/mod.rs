//! What a URL may name: one file for each protocol, and what all devices have in common.

mod modbus;

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use pdu_core::{Answer, CallError, Command, DeviceError, Effect, Error as _, ErrorKind, Snapshot};

use crate::outcome::{Outcome, Run, Stop};
use crate::terminal::{self, Foreign};
use crate::url::{self, Url};

/// A kind of URL.
struct Scheme {
    name: &'static str,
    /// How its URLs are written.
    form: &'static str,
    /// Its keys, beside those that all have.
    keys: &'static [&'static str],
    /// What a URL asks for; an error is one of usage. Nothing is opened.
    plan: fn(&Url) -> Result<Plan, String>,
}

const SCHEMES: &[&[Scheme]] = &[modbus::SCHEMES];

/// What a URL asks for.
struct Plan {
    /// The line that it names: URLs of one line share one session on it.
    line: String,
    /// What all URLs of one line must agree on.
    settings: String,
    /// Which of the units on the line.
    address: u8,
    open: Box<dyn FnOnce() -> Arc<dyn Line>>,
}

/// A session on a line, whose links are opened when something is asked.
trait Line {
    /// The device at an address of the line.
    fn device(&self, address: u8) -> Arc<dyn Ask>;
}

type Asking<'a> = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send + 'a>>;

/// Something that answers commands: any protocol's device.
trait Ask: Send + Sync {
    fn ask(&self, command: Command) -> Asking<'_>;
}

/// A device that a URL names.
#[derive(Clone)]
pub(crate) struct Device {
    pub(crate) url: String,
    ask: Arc<dyn Ask>,
}

impl Device {
    pub(crate) async fn ask(&self, command: Command) -> Result<Answer, Failure> {
        self.ask.ask(command).await
    }

    pub(crate) async fn snapshot(&self) -> Result<Snapshot, Failure> {
        match self.ask(Command::Snapshot).await? {
            Answer::Snapshot(snapshot) => Ok(*snapshot),
            other => Err(Failure::unexpected(&other)),
        }
    }

    /// Prints what came of a command, or says why nothing did.
    pub(crate) fn finish(&self, done: Result<String, Failure>) -> Run {
        match done {
            Ok(text) => terminal::print(text).map(|()| Outcome::Done),
            Err(failure) => {
                self.complain(&failure);
                Ok(Outcome::Failed)
            }
        }
    }

    /// Says on standard error what went wrong with this device, in one line.
    pub(crate) fn complain(&self, failure: &Failure) {
        terminal::complain(format_args!("{}: {failure}", Foreign(&self.url)));
    }
}

/// The devices that the URLs name, in their order. All are checked before the first is opened.
pub(crate) fn open_all(urls: &[String]) -> Result<Vec<Device>, Stop> {
    let mut plans = Vec::with_capacity(urls.len());
    for text in urls {
        plans.push(plan(text).map_err(|why| Stop::usage(format_args!("{}: {why}", url::without_secrets(text))))?);
    }
    let mut settings = HashMap::new();
    for plan in &plans {
        let earlier = settings
            .entry(plan.line.clone())
            .or_insert_with(|| plan.settings.clone());
        if *earlier != plan.settings {
            let line = Foreign(&plan.line);
            return Err(Stop::usage(format_args!(
                "urls of {line} share it, and differ in more than the unit"
            )));
        }
    }
    let mut lines: HashMap<String, Arc<dyn Line>> = HashMap::new();
    let devices = urls.iter().zip(plans).map(|(url, plan)| {
        let line = Arc::clone(lines.entry(plan.line).or_insert_with(plan.open));
        Device {
            url: url.clone(),
            ask: line.device(plan.address),
        }
    });
    Ok(devices.collect())
}

/// The one device that a URL names.
pub(crate) fn open(url: &str) -> Result<Device, Stop> {
    let mut devices = open_all(&[url.to_owned()])?;
    devices.pop().ok_or_else(|| Stop::usage("no device"))
}

fn plan(text: &str) -> Result<Plan, String> {
    let name = text.split("://").next().unwrap_or_default();
    let known = || SCHEMES.iter().flat_map(|schemes| schemes.iter());
    let Some(scheme) = known().find(|scheme| scheme.name == name) else {
        let forms: Vec<_> = known().map(|scheme| format!("\n  {}", scheme.form)).collect();
        return Err(format!("unknown scheme; known are{}", forms.concat()));
    };
    let with_form = |why| format!("{why}\n  {}", scheme.form);
    let url = Url::parse(text, scheme.keys).map_err(with_form)?;
    (scheme.plan)(&url).map_err(with_form)
}

/// Why a device did not do what it was asked.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    message: String,
    effect: Effect,
}

impl Failure {
    fn new(error: &CallError<DeviceError>, link: &LinkError) -> Self {
        let mut message = error.to_string();
        if let (ErrorKind::LinkDown, Some(why)) = (error.kind(), link.last()) {
            message = format!("{message}: {why}");
        }
        Self {
            message,
            effect: error.effect(),
        }
    }

    /// Nothing was done, for a reason that no device gave.
    pub(crate) fn not_applied(message: &str) -> Self {
        Self {
            message: message.into(),
            effect: Effect::NotApplied,
        }
    }

    /// An answer to another question: a fault of the crates.
    pub(crate) fn unexpected(answer: &Answer) -> Self {
        Self {
            message: format!("unexpected answer: {answer:?}"),
            effect: Effect::Unknown,
        }
    }

    /// The task that asked is gone.
    pub(crate) fn of_task(error: &tokio::task::JoinError) -> Self {
        Self {
            message: format!("task ended: {error}"),
            effect: Effect::Unknown,
        }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (effect: {})", Foreign(&self.message), self.effect)
    }
}

/// What came of the last attempt to open a link: the sessions know only that there is none.
#[derive(Clone, Default)]
struct LinkError(Arc<Mutex<Option<String>>>);

impl LinkError {
    /// Why there is no link; `None` while the first attempt to open one goes on.
    fn last(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The same result, looked at.
    fn of<T>(&self, result: io::Result<T>) -> io::Result<T> {
        let why = match &result {
            Ok(_) => "it was opened, and then lost".into(),
            Err(error) => error.to_string(),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
        result
    }
}
