//! What a URL may name: one file for each protocol, and what all devices have in common.

mod isotek;
mod modbus;
mod series7;
mod snmp;
mod telnet;

use std::collections::{BTreeSet, HashMap};
use std::fmt::{self, Display};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use pdu_core::tokio::{Driver, Handle, Link, Notices};
use pdu_core::{
    Answer, CallError, Capabilities, Command, DeviceError, DeviceSession, Effect, Error as _, ErrorKind, Snapshot,
    Update,
};

use crate::outcome::{Outcome, Run, Stop};
use crate::terminal::{self, Foreign};
use crate::url::{self, Url, User};

/// A kind of URL.
struct Scheme {
    name: &'static str,
    /// How its URLs are written.
    form: &'static str,
    /// Whether a user may stand before the host.
    user: User,
    /// Its keys, beside those that all have.
    keys: &'static [&'static str],
    /// What a URL asks for; an error is one of usage. Nothing is opened.
    plan: fn(&Url) -> Result<Plan, String>,
}

const SCHEMES: &[&[Scheme]] = &[
    modbus::SCHEMES,
    isotek::SCHEMES,
    snmp::SCHEMES,
    series7::SCHEMES,
    telnet::SCHEMES,
];

/// Of the protocols, only one has a search of the network.
pub(crate) use isotek::{PORT as DISCOVERY_PORT, discover};

/// What a URL asks for.
struct Plan {
    /// The URL as it may be shown.
    shown: String,
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

    /// What it tells unasked; `None` if that is nothing, or if somebody else listens.
    fn updates(&self) -> Option<Box<dyn Updates>> {
        None
    }
}

/// What a device tells unasked.
pub(crate) trait Updates: Send {
    /// The next one; `None` once the session has ended. Nothing is lost by dropping the future.
    fn next(&mut self) -> Telling<'_>;
}

pub(crate) type Telling<'a> = Pin<Box<dyn Future<Output = Option<Update>> + Send + 'a>>;

impl<S: DeviceSession> Updates for Notices<S> {
    fn next(&mut self) -> Telling<'_> {
        Box::pin(Notices::next(self))
    }
}

/// A line with one device on it, of any protocol.
struct Sole<S: DeviceSession> {
    handle: Handle<S>,
    link: LinkError,
    manner: Manner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// It tells its state by itself.
    Tells,
    /// It says nothing unless it is asked.
    Answers,
}

impl<S: DeviceSession + 'static> Sole<S> {
    /// A session, and the task that drives it over links that `connect` opens.
    fn open<L, C, F>(session: S, manner: Manner, connect: C) -> Arc<dyn Line>
    where
        S: Unpin,
        L: Link + Send + 'static,
        C: FnMut() -> F + Send + 'static,
        F: Future<Output = io::Result<L>> + Send + 'static,
    {
        let link = LinkError::default();
        let (handle, runner) = Driver::connecting(session, link.watching(connect)).into_handle();
        tokio::spawn(runner);
        Arc::new(Self { handle, link, manner })
    }
}

impl<S: DeviceSession + 'static> Line for Sole<S> {
    fn device(&self, _: u8) -> Arc<dyn Ask> {
        Arc::new(Self {
            handle: self.handle.clone(),
            link: self.link.clone(),
            manner: self.manner,
        })
    }
}

impl<S: DeviceSession + 'static> Ask for Sole<S> {
    fn ask(&self, command: Command) -> Asking<'_> {
        Box::pin(async move {
            let answer = self.handle.call(command).await;
            answer.map_err(|error| Failure::new(&error, &self.link))
        })
    }

    fn updates(&self) -> Option<Box<dyn Updates>> {
        match self.manner {
            Manner::Tells => Some(Box::new(self.handle.notices()?)),
            Manner::Answers => None,
        }
    }
}

/// A device that a URL names.
#[derive(Clone)]
pub(crate) struct Device {
    /// Without what is secret in it.
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

    pub(crate) async fn capabilities(&self) -> Result<Capabilities, Failure> {
        match self.ask(Command::Capabilities).await? {
            Answer::Capabilities(capabilities) => Ok(capabilities),
            other => Err(Failure::unexpected(&other)),
        }
    }

    /// Tells it to do something: how it is known to have done it, in words.
    pub(crate) async fn tell(&self, command: Command) -> Result<&'static str, Failure> {
        match self.ask(command).await? {
            Answer::Confirmed => Ok("read back"),
            Answer::Accepted => Ok("accepted"),
            other => Err(Failure::unexpected(&other)),
        }
    }

    /// What it tells unasked; `None` if that is nothing, or if somebody else listens.
    pub(crate) fn updates(&self) -> Option<Box<dyn Updates>> {
        self.ask.updates()
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
    let devices = plans.into_iter().map(|plan| {
        let line = Arc::clone(lines.entry(plan.line).or_insert_with(plan.open));
        Device {
            url: plan.shown,
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

fn schemes() -> impl Iterator<Item = &'static Scheme> {
    SCHEMES.iter().flat_map(|schemes| schemes.iter())
}

/// How URLs are written, each form on an indented line of its own.
pub(crate) fn forms() -> String {
    let forms: Vec<_> = schemes().map(|scheme| format!("\n  {}", scheme.form)).collect();
    forms.concat()
}

fn plan(text: &str) -> Result<Plan, String> {
    let name = text.split("://").next().unwrap_or_default();
    let Some(scheme) = schemes().find(|scheme| scheme.name == name) else {
        return Err(format!("unknown scheme; known are{}", forms()));
    };
    let with_form = |why| format!("{why}\n  {}", scheme.form);
    let url = Url::parse(text, scheme.user, scheme.keys).map_err(with_form)?;
    (scheme.plan)(&url).map_err(with_form)
}

/// What a search of the network has brought.
pub(crate) struct Search {
    pub(crate) units: Vec<Found>,
    /// What else came, in words.
    pub(crate) remarks: BTreeSet<String>,
}

/// A unit that answered a search of the network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// Where it is spoken to.
    pub(crate) address: SocketAddr,
    /// What reads it.
    pub(crate) url: String,
    pub(crate) serial: String,
    pub(crate) mac: String,
    /// The servers that it names; what for is not stated.
    pub(crate) servers: Vec<String>,
}

/// Why a device did not do what it was asked.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    message: String,
    effect: Effect,
}

impl Failure {
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

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
    pub(crate) fn not_applied(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            effect: Effect::NotApplied,
        }
    }

    /// It was asked for, and nothing tells whether it was done.
    pub(crate) fn unknown(message: String) -> Self {
        Self {
            message,
            effect: Effect::Unknown,
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

/// The host of a URL that names one, and nothing behind it.
fn host(url: &Url) -> Result<String, String> {
    match (url.host.as_str(), url.path.as_str()) {
        ("", _) => Err("the host is missing".into()),
        (host, "" | "/") => Ok(host.into()),
        (_, path) => Err(format!("'{}' behind the host", Foreign(path))),
    }
}

/// The path of a URL that names a serial port.
fn port_path(url: &Url) -> Result<String, String> {
    if !url.host.is_empty() || url.path.len() < 2 {
        return Err("a port is named with three slashes".into());
    }
    Ok(url.path.clone())
}

/// What came of the last attempt to open a link: the sessions know only that there is none.
#[derive(Clone, Default)]
struct LinkError(Arc<Mutex<Option<String>>>);

impl LinkError {
    /// Why there is no link; `None` while the first attempt to open one goes on.
    fn last(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The same way to open links, looked at.
    fn watching<L, C, F>(
        &self,
        mut connect: C,
    ) -> impl FnMut() -> Pin<Box<dyn Future<Output = io::Result<L>> + Send>> + Send + 'static
    where
        C: FnMut() -> F + Send + 'static,
        F: Future<Output = io::Result<L>> + Send + 'static,
    {
        let link = self.clone();
        move || {
            let (attempt, link) = (connect(), link.clone());
            Box::pin(async move { link.of(attempt.await) })
        }
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
