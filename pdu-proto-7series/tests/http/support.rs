//! A unit that writes down what it is asked, and a client by hand.

use http::{Request, Response, StatusCode};
use pdu_core::{Endpoint, Event, Instant, LinkEvent, Session, Ticket, UserRole};
use pdu_proto_7series::client::{HttpClient, Options};
use pdu_proto_7series::http::HttpError;
use pdu_proto_7series::server::{Guard, Service};

/// Answers with the target of the request, and keeps all requests.
#[derive(Debug, Default)]
pub(crate) struct Notebook {
    pub(crate) asked: Vec<String>,
    pub(crate) guard: Option<Guard>,
}

impl Service for Notebook {
    fn serve(&mut self, now: Instant, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        if let Some(guard) = &mut self.guard
            && let Err(refusal) = guard.admit(now, request, UserRole::View)
        {
            return refusal.into();
        }
        let asked = format!(
            "{} {} {}",
            request.method(),
            request.uri(),
            String::from_utf8_lossy(request.body())
        );
        self.asked.push(asked);
        let mut response = Response::new(request.uri().to_string().into_bytes());
        if request.uri().path() == "/missing" {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        response
    }
}

pub(crate) fn get(target: &str) -> Request<Vec<u8>> {
    Request::get(target).body(Vec::new()).unwrap()
}

pub(crate) fn post(target: &str, body: &str) -> Request<Vec<u8>> {
    Request::post(target).body(body.into()).unwrap()
}

pub(crate) fn options() -> Options {
    Options::new("unit", [7; 32]).unwrap()
}

pub(crate) type Result = core::result::Result<Response<Vec<u8>>, HttpError>;

/// A client on a link that a test plays by hand.
pub(crate) struct Hand {
    pub(crate) client: HttpClient,
    pub(crate) now: Instant,
}

impl Hand {
    pub(crate) fn new(options: Options) -> Self {
        let mut client = HttpClient::new(options);
        let now = Instant::from_millis(1000);
        client.handle_link(now, LinkEvent::Up);
        Self { client, now }
    }

    pub(crate) fn ask(&mut self, request: Request<Vec<u8>>) -> Ticket {
        self.client.submit(self.now, request).unwrap()
    }

    /// Lets leave what waits, and says what it was.
    pub(crate) fn sent(&mut self) -> String {
        let sent = self.client.transmit().to_vec();
        self.client.handle_transmitted(self.now, sent.len());
        String::from_utf8(sent).unwrap()
    }

    pub(crate) fn hear(&mut self, text: impl AsRef<[u8]>) {
        let text = text.as_ref();
        assert_eq!(self.client.handle_input(self.now, text), text.len());
    }

    pub(crate) fn wait(&mut self, millis: u64) {
        self.now = Instant::from_micros(self.now.as_micros() + millis * 1000);
        self.client.handle_timeout(self.now);
    }

    pub(crate) fn relink(&mut self) {
        self.client.handle_link(self.now, LinkEvent::Lost);
        self.client.handle_link(self.now, LinkEvent::Up);
    }

    pub(crate) fn result(&mut self) -> Option<Result> {
        match self.client.poll_event()? {
            Event::Done { result, .. } => Some(result),
            Event::Notice(never) => match never {},
        }
    }

    /// What comes of this answer to `GET /data.xml`.
    pub(crate) fn answer_to_get(options: Options, answer: impl AsRef<[u8]>) -> Option<Result> {
        let mut hand = Self::new(options);
        hand.ask(get("/data.xml"));
        hand.sent();
        hand.hear(answer);
        hand.result()
    }
}
