//! HTTP of the 7-series, both sides.

use core::convert::Infallible;
use core::time::Duration;

use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use pdu_core::testing::server::drive_endpoint_script;
use pdu_core::testing::{Script, SolePeer, drive_script_with_peer};
use pdu_core::{ConnectionId, Endpoint, Hub, Instant, LinkDemand, LinkEvent, Session, UserRole};
use pdu_proto_7series::client::{HttpClient, Options};
use pdu_proto_7series::http::HttpError;
use pdu_proto_7series::http::auth::{BasicPolicy, Challenge, Credentials, DigestAnswer, DigestTurn, challenges};
use pdu_proto_7series::http::form;
use pdu_proto_7series::server::{self, Account, Guard, GuardOptions, HttpHub, Schemes, Service};

use crate::watched::{Watch, Watched};

const PASSWORD: &str = "hunter2_secret";
/// More octets than any conversation here may owe.
const MOST_OWED: usize = 64 * 1024;

/// A client, as the first byte says: with a unit that answers as the script lets it; with bytes of the script for an
/// answer; with a request of the script, which the unit must see as it was meant; or challenges and forms alone.
pub fn client(data: &[u8]) {
    let (mode, rest) = data.split_first().unwrap_or((&0, &[]));
    match mode % 4 {
        0 => conversation(mode >> 2, rest),
        1 => answer(mode >> 2, rest),
        2 => round_trip(rest),
        _ => texts(rest),
    }
}

/// A hub, as the first byte says: driven by a script, or the same bytes whole and in pieces.
pub fn server(data: &[u8]) {
    let (mode, rest) = data.split_first().unwrap_or((&0, &[]));
    if mode & 1 == 0 {
        drive_endpoint_script(&mut peer(mode >> 1), rest);
    } else {
        pieces(mode >> 1, rest);
    }
}

/// Keeps what it was asked, and answers with the path.
#[derive(Default)]
struct Notebook {
    guard: Option<Guard>,
    asked: Vec<Request<Vec<u8>>>,
}

impl Service for Notebook {
    fn serve(&mut self, now: Instant, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        if let Some(guard) = &mut self.guard
            && let Err(refusal) = guard.admit(now, request, UserRole::View)
        {
            return refusal.into();
        }
        self.asked.push(request.clone());
        Response::new(request.uri().path().as_bytes().to_vec())
    }
}

fn hub(mode: u8) -> HttpHub<Notebook> {
    let schemes = [
        None,
        Some(Schemes::Basic),
        Some(Schemes::Digest),
        Some(Schemes::DigestAndBasic),
    ];
    let guard = schemes[usize::from(mode % 4)].map(|schemes| {
        let mut options = GuardOptions::new("unit", [1; 32]);
        options.schemes = schemes;
        let mut guard = Guard::new(options);
        guard.accounts_mut().set(Account::new("view", PASSWORD, UserRole::View));
        guard
    });
    let mut options = server::Options::default();
    options.limits.head = 400;
    options.limits.headers = 8;
    options.limits.body = 200;
    let service = Notebook {
        guard,
        ..Notebook::default()
    };
    HttpHub::with_options(service, options)
}

fn peer(mode: u8) -> SolePeer<HttpHub<Notebook>> {
    SolePeer::new(hub(mode), ConnectionId::from_number(1))
}

fn options(mode: u8) -> Options {
    let mut options = Options::new("unit", [2; 32]).expect("a name");
    options.limits.head = 600;
    options.limits.headers = 12;
    options.limits.body = 300;
    if mode & 1 != 0 {
        options.keep_alive = Duration::ZERO;
    }
    if mode & 2 != 0 {
        options.credentials = Credentials::new("view", PASSWORD).ok();
    }
    options.basic = [BasicPolicy::WhenAsked, BasicPolicy::Never][usize::from(mode >> 2 & 1)];
    options
}

/// Each request that writes has a number of its own, and leaves once, or once more for each challenge.
fn conversation(mode: u8, data: &[u8]) {
    let mut session = Watched::new(HttpClient::new(options(mode)), Sent::default());
    let mut number = 0;
    drive_script_with_peer(&mut session, &mut peer(mode >> 3), data, |script| {
        let kind = script.next_u8();
        number += 1;
        let request = match kind % 4 {
            0 | 1 => Request::get(format!("/data.xml?n={kind}")).body(Vec::new()),
            2 => Request::post(format!("/w{number:04}")).body(vec![b'x'; usize::from(kind)]),
            _ => Request::head("/data.xml").body(Vec::new()),
        };
        request.ok()
    });
    let sent = &session.watch.0;
    let most = if mode & 2 == 0 { 1 } else { 3 };
    for number in 1..=number {
        let line = format!("POST /w{number:04} ");
        let times = sent.matches(&line).count();
        assert!(times <= most, "{line} left {times} times");
    }
    assert!(!sent.contains(PASSWORD));
    assert!(!format!("{:?}", session.session).contains(PASSWORD));
}

/// All that has left, each link on a line of its own.
#[derive(Default)]
struct Sent(String);

impl Watch<HttpClient> for Sent {
    fn link(&mut self, _client: &HttpClient, _event: LinkEvent) {
        self.0.push('\n');
    }

    fn left(&mut self, _client: &HttpClient, bytes: &[u8]) {
        self.0 += &String::from_utf8_lossy(bytes);
    }

    fn done(&mut self, _request: Request<Vec<u8>>, result: &Result<Response<Vec<u8>>, HttpError>) {
        if let Err(error) = result {
            assert!(!format!("{error} {error:?}").contains(PASSWORD));
        }
    }

    fn notice(&mut self, never: &Infallible) {
        match *never {}
    }
}

/// Bytes of the script as the answer: the same end, whether they come at once or one by one, and within the limits.
fn answer(mode: u8, data: &[u8]) {
    let hear = |size: usize| {
        let now = Instant::from_millis(1);
        let mut client = HttpClient::new(options(mode));
        client.handle_link(now, LinkEvent::Up);
        let request = Request::get("/data.xml").body(Vec::new()).expect("a request");
        client.submit(now, request).expect("an empty table");
        client.handle_transmitted(now, client.transmit().len());
        for piece in data.chunks(size) {
            assert_eq!(client.handle_input(now, piece), piece.len());
        }
        client.handle_link(now, LinkEvent::Eof);
        let event = client.poll_event();
        if let Some(pdu_core::Event::Done { result: Ok(reply), .. }) = &event {
            assert!(reply.body().len() <= 300 && reply.headers().len() <= 12);
        }
        assert!(client.poll_event().is_none());
        format!("{event:?}")
    };
    let whole = hear(data.len().max(1));
    assert_eq!(hear(1), whole);
    assert_eq!(hear(7), whole);
}

/// What a client is asked to send, a server sees just so: no value reaches beyond its place.
fn round_trip(data: &[u8]) {
    let Some(request) = request(&mut Script::new(data)) else {
        return;
    };
    let now = Instant::from_millis(1);
    let (mut client, mut peer) = (HttpClient::new(Options::new("unit", [7; 32]).expect("a name")), peer(0));
    client.handle_link(now, LinkEvent::Up);
    peer.handle_link(now, LinkEvent::Up);
    client.submit(now, request.clone()).expect("an empty table");
    let sent = client.transmit().to_vec();
    client.handle_transmitted(now, sent.len());
    peer.handle_input(now, &sent);
    let answer = peer.transmit().to_vec();
    let seen = &peer.hub().service().asked;
    assert!(seen.len() <= 1, "one request became {}", seen.len());
    if let Some(seen) = seen.first() {
        assert_eq!(seen.method(), request.method());
        assert_eq!(
            seen.uri().path_and_query().map(|it| it.as_str()),
            request.uri().path_and_query().map(|it| it.as_str())
        );
        assert_eq!(seen.body(), request.body());
        for (name, value) in request.headers() {
            assert_eq!(seen.headers()[name].as_bytes(), value.as_bytes().trim_ascii());
        }
        client.handle_input(now, &answer);
        assert!(matches!(
            client.poll_event(),
            Some(pdu_core::Event::Done { result: Ok(_), .. })
        ));
        assert_eq!(client.link_demand(), LinkDemand::Idle);
    }
}

fn request(script: &mut Script<'_>) -> Option<Request<Vec<u8>>> {
    let mut take = || {
        let len = usize::from(script.next_u8() % 24);
        script.take(len)
    };
    let mut request = Request::new(Vec::new());
    *request.method_mut() = Method::from_bytes(take()).ok()?;
    *request.uri_mut() = Uri::try_from(take()).ok()?;
    let (name, value) = (take(), take());
    if !name.is_empty() {
        let value = HeaderValue::from_bytes(value).ok()?;
        request.headers_mut().insert(HeaderName::from_bytes(name).ok()?, value);
    }
    *request.body_mut() = take().to_vec();
    Some(request)
}

/// Challenges, credentials and forms: what is read is written and read again.
fn texts(data: &[u8]) {
    if let Some(fields) = form::decode(data) {
        let again = form::encode(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let decoded = form::decode(again.as_bytes()).expect("what was encoded");
        assert_eq!(decoded, fields);
    }
    if let Ok((content_type, body)) = form::encode_file("file", "config.xml", "text/xml", data) {
        assert_eq!(form::decode_file(&content_type, &body, "file"), Some(data));
    }
    let _ = form::decode_file("multipart/form-data; boundary=b", data, "file");
    let Ok(text) = core::str::from_utf8(data) else { return };
    let _ = DigestAnswer::parse(text).map(|answer| answer.is_from("view"));
    for challenge in challenges(text).unwrap_or_default() {
        let Challenge::Digest(challenge) = challenge else {
            continue;
        };
        let credentials = Credentials::new("view \"x\\", PASSWORD).expect("no control characters");
        let header = challenge.respond(&credentials, &DigestTurn::new("GET", "/a?b=\"c\"", "cnonce", 7));
        assert!(!header.contains(PASSWORD));
        let answer =
            DigestAnswer::parse(header.strip_prefix("Digest ").expect("its scheme")).expect("what was written");
        assert!(answer.is_from(credentials.user()), "{challenge:?}");
        assert!(
            answer.is_made_with(credentials.user(), credentials.password(), "GET"),
            "{challenge:?}"
        );
        assert_eq!((&answer.realm, &answer.nonce), (&challenge.realm, &challenge.nonce));
    }
}

/// The same requests and the same answers, however the bytes are cut; nothing is asked that stands behind what was refused.
fn pieces(mode: u8, data: &[u8]) {
    let hear = |size: usize| {
        let now = Instant::from_millis(1);
        let id = ConnectionId::from_number(1);
        let mut hub = hub(mode);
        hub.handle_open(now, &id).expect("an empty hub");
        let mut answers = Vec::new();
        let mut rest = data;
        while !rest.is_empty() {
            let offered = &rest[..rest.len().min(size)];
            let taken = hub.handle_input(now, &id, offered);
            assert!(taken <= offered.len());
            rest = &rest[taken..];
            let before = answers.len();
            while let Some((_, shown)) = hub.transmit() {
                let len = shown.len();
                assert!(len <= MOST_OWED);
                answers.extend_from_slice(shown);
                hub.handle_transmitted(now, &id, len);
            }
            assert!(taken > 0 || answers.len() > before, "neither input nor output moves");
        }
        let asked: Vec<String> = hub
            .service()
            .asked
            .iter()
            .map(|request| format!("{request:?}"))
            .collect();
        assert!(hub.statistics().rejected <= 1);
        (answers, asked, hub.link_demand())
    };
    let whole = hear(data.len().max(1));
    assert_eq!(hear(1), whole);
    assert_eq!(hear(13), whole);
}
