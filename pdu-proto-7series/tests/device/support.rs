//! A simulated unit that writes down what it does, and links to it in virtual time.

use std::sync::Arc;
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};
use pdu_core::testing::{Faults, Harness, Medium, SolePeer};
use pdu_core::{
    Action, Answer, Command, ConnectionId, Delay, DeviceError, EventOf, Instant, Point, Session, Snapshot, Target,
};
use pdu_proto_7series::client::{self, HttpClient};
use pdu_proto_7series::config::diff;
use pdu_proto_7series::http::Call;
use pdu_proto_7series::http::auth::Credentials;
use pdu_proto_7series::profile::Profile;
use pdu_proto_7series::series7::simulator::{Builder, Series7};
use pdu_proto_7series::series7::{Client, Device, Options};
use pdu_proto_7series::server::{HttpHub, Service};

/// A unit that remembers what it did, in words: commands, and each change of its configuration.
#[derive(Debug)]
pub(crate) struct Witness {
    pub(crate) unit: Series7,
    pub(crate) done: Vec<String>,
    pub(crate) manners: Manners,
}

/// What the unit does with commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Manners {
    Good,
    /// It takes commands and does nothing.
    Idle,
    /// It answers this to commands that have this in their words, and does not carry them out.
    Refuse(&'static str, StatusCode),
    /// It answers this to everything.
    Always(StatusCode, &'static str),
}

impl Witness {
    pub(crate) fn new(builder: Builder) -> Self {
        Self {
            unit: builder.build().unwrap(),
            done: Vec::new(),
            manners: Manners::Good,
        }
    }

    pub(crate) fn times(&self, words: &str) -> usize {
        self.done.iter().filter(|done| *done == words).count()
    }
}

fn answer(status: StatusCode, body: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(body.as_bytes().to_vec());
    *response.status_mut() = status;
    response
}

impl Service for Witness {
    fn serve(&mut self, now: Instant, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let profile = Arc::clone(self.unit.profile());
        let call = profile.http().recognise(request);
        let is_command = !matches!(call, None | Some(Call::Live | Call::DownloadConfiguration | Call::Log));
        let words = format!("{:?}", call.as_ref());
        match self.manners {
            Manners::Always(status, body) => {
                let mut response = answer(status, body);
                let is_log = request.uri().path() == "/log.csv";
                let content_type = HeaderValue::from_static(if is_log { "text/csv" } else { "text/xml" });
                response.headers_mut().insert(CONTENT_TYPE, content_type);
                return response;
            }
            Manners::Idle if is_command => return answer(StatusCode::OK, ""),
            Manners::Refuse(what, status) if is_command && words.contains(what) => return answer(status, "no"),
            _ => {}
        }
        let before = self.unit.configuration().clone();
        let response = self.unit.serve(now, request);
        if let Some(call) = call.filter(|_| is_command && response.status().is_success()) {
            match call {
                Call::UploadConfiguration(_) => {
                    let changes = diff(&before, self.unit.configuration(), &profile);
                    self.done.extend(changes.iter().map(ToString::to_string));
                }
                call => self.done.push(format!("{call:?}")),
            }
        }
        response
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.unit.handle_timeout(now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.unit.poll_timeout()
    }
}

pub(crate) type Unit = SolePeer<HttpHub<Witness>>;

pub(crate) fn unit(builder: Builder) -> Unit {
    SolePeer::new(HttpHub::new(Witness::new(builder)), ConnectionId::from_number(1))
}

pub(crate) fn http(user: Option<(&str, &str)>) -> HttpClient {
    let mut options = client::Options::new("unit", [7; 32]).unwrap();
    options.credentials = user.map(|(name, password)| Credentials::new(name, password).unwrap());
    HttpClient::new(options)
}

pub(crate) fn options() -> Options {
    Options::new(Profile::synthetic())
}

pub(crate) fn device() -> Device<HttpClient> {
    Device::new(http(None), options())
}

pub(crate) type Link<S> = Harness<S, Unit>;

pub(crate) fn link<S: Session>(session: S, builder: Builder) -> Link<S> {
    Harness::new(1, Faults::none(Medium::Stream), session, unit(builder))
}

/// A device session with a Wye unit of eight outlets.
pub(crate) fn eight() -> Link<Device<HttpClient>> {
    link(device(), Series7::builder().seed(3))
}

pub(crate) fn typed() -> Link<Client<HttpClient>> {
    link(Client::new(http(None), options()), Series7::builder().seed(3))
}

pub(crate) trait Asking<S: Session> {
    /// Asks, and waits for the end.
    fn ask(&mut self, request: S::Request) -> &Result<S::Reply, S::Error>;
    fn witness(&self) -> &Witness;
    fn witness_mut(&mut self) -> &mut Witness;
}

impl<S: Session> Asking<S> for Link<S>
where
    S::Request: core::fmt::Debug,
    EventOf<S>: core::fmt::Debug,
{
    fn ask(&mut self, request: S::Request) -> &Result<S::Reply, S::Error> {
        let submission = (0..1000).find(|&n| self.result(n).is_none()).unwrap();
        assert!(self.submit(request).is_ok());
        assert!(self.run_until_done(Duration::from_secs(300)).unwrap());
        self.result(submission).unwrap()
    }

    fn witness(&self) -> &Witness {
        self.server().hub().service()
    }

    fn witness_mut(&mut self) -> &mut Witness {
        self.server_mut().hub_mut().service_mut()
    }
}

pub(crate) fn switch(outlet: u16, action: Action, delay: Delay) -> Command {
    Command::Switch {
        target: Target::Outlet(outlet),
        action,
        delay,
    }
}

pub(crate) fn snapshot_of(result: &Result<Answer, DeviceError>) -> &Snapshot {
    match result {
        Ok(Answer::Snapshot(snapshot)) => snapshot,
        other => panic!("{other:?}"),
    }
}

/// The energy that a place shows, in watt-hours.
pub(crate) fn energy(snapshot: &Snapshot, point: Point) -> String {
    let reading = snapshot.reading(point, pdu_core::Quantity::ActiveEnergy).unwrap();
    reading.value.unwrap().to_string()
}
