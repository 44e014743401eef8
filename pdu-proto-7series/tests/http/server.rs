//! The hub against requests of every kind, good and bad.

use pdu_core::{ConnectionId, Hub, Instant, LinkDemand};
use pdu_proto_7series::server::{HttpHub, Options};

use crate::support::Notebook;

const PEER: ConnectionId = ConnectionId::from_number(1);

fn open(options: Options) -> HttpHub<Notebook> {
    let mut hub = HttpHub::with_options(Notebook::default(), options);
    hub.handle_open(Instant::EPOCH, &PEER).unwrap();
    hub
}

fn answer(hub: &mut HttpHub<Notebook>, request: impl AsRef<[u8]>) -> String {
    hub.handle_input(Instant::EPOCH, &PEER, request.as_ref());
    taken(hub)
}

fn taken(hub: &mut HttpHub<Notebook>) -> String {
    let mut all = Vec::new();
    while let Some((peer, bytes)) = hub.transmit() {
        let len = bytes.len();
        all.extend_from_slice(bytes);
        hub.handle_transmitted(Instant::EPOCH, &peer, len);
    }
    String::from_utf8(all).unwrap()
}

/// The status of the answer, after which the connection is closed.
fn rejected(request: impl AsRef<[u8]>) -> u16 {
    let mut hub = open(Options::default());
    let answer = answer(&mut hub, &request);
    let shown = request.as_ref().escape_ascii().to_string();
    assert!(answer.contains("connection: close\r\n"), "{shown}: {answer}");
    assert_eq!(hub.link_demand(), Some((PEER, LinkDemand::Close)), "{shown}");
    assert_eq!(hub.service().asked, [""; 0], "{shown}");
    assert_eq!(hub.statistics().rejected, 1, "{shown}");
    answer.get(9..12).unwrap().parse().unwrap()
}

#[test]
fn smuggled_requests_are_refused_and_nothing_behind_them_is_read() {
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: unit\r\n\r\n";
    for (headers, status) in [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", 400),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5", 400),
        ("Content-Length: 5\r\nContent-Length: 6", 400),
        ("Content-Length: 5\r\nContent-Length: 5", 400),
        ("Content-Length: 0, 5", 400),
        ("Content-Length: +5", 400),
        ("Content-Length: 0x5", 400),
        ("Content-Length: -0", 400),
        ("Content-Length : 5", 400),
        ("Content-Length: 5\r\n 0", 400),
        ("Transfer-Encoding: identity", 501),
        ("Transfer-Encoding: chunked, identity", 501),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 501),
        ("Transfer-Encoding: \x0bchunked", 400),
        ("Transfer-Encoding : chunked", 400),
        ("X: y\rTransfer-Encoding: chunked", 400),
        ("Host: other", 400),
    ] {
        let request = format!("POST / HTTP/1.1\r\nHost: unit\r\n{headers}\r\n\r\n0\r\n\r\n{smuggled}");
        assert_eq!(rejected(&request), status, "{headers:?}");
    }
    for request in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: unit\r\n\r\n",
        "GET /\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: unit\r\n\r\n",
        "G\0T / HTTP/1.1\r\nHost: unit\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ] {
        assert!(matches!(rejected(request), 400 | 501), "{request}");
    }
}

#[test]
fn client_that_does_not_speak_http_is_told_at_its_first_octet() {
    for hello in [&b"\x16\x03\x01\x02\x00"[..], b"\0", b"<server/>", b"\xff\xfb"] {
        assert_eq!(rejected(hello), 400);
    }
}

#[test]
fn chunk_with_a_line_end_of_its_own_is_refused() {
    let head = "POST / HTTP/1.1\r\nHost: unit\r\nTransfer-Encoding: chunked\r\n\r\n";
    for chunks in [
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "5;\nhello\r\n0\r\n\r\n",
        "g\r\n\r\n",
    ] {
        assert_eq!(rejected(format!("{head}{chunks}")), 400, "{chunks:?}");
    }
}

#[test]
fn floods_are_cut_at_the_limit() {
    let host = "GET / HTTP/1.1\r\nHost: unit\r\n";
    assert_eq!(rejected(format!("{host}{}\r\n", "A: b\r\n".repeat(64))), 431);
    assert_eq!(rejected(format!("{host}A: {}", "x".repeat(20_000))), 431);
    assert_eq!(rejected(format!("GET /{}", "x".repeat(20_000))), 431);
    assert_eq!(rejected("\r\n".repeat(10_000)), 431);
    assert_eq!(rejected(format!("{host}Content-Length: 4194305\r\n\r\n")), 413);
    assert_eq!(
        rejected(format!("{host}Transfer-Encoding: chunked\r\n\r\n400001\r\n")),
        413
    );
    let extension = "x".repeat(300);
    assert_eq!(
        rejected(format!("{host}Transfer-Encoding: chunked\r\n\r\n1;{extension}\r\n")),
        400
    );
    let trailers = "T: t\r\n".repeat(1000);
    assert_eq!(
        rejected(format!("{host}Transfer-Encoding: chunked\r\n\r\n0\r\n{trailers}")),
        400
    );
}

#[test]
fn requests_in_one_piece_are_answered_in_their_order() {
    let mut hub = open(Options::default());
    let requests = "GET /a HTTP/1.1\r\nHost: u\r\n\r\nPOST /b HTTP/1.1\r\nHost: u\r\nContent-Length: 2\r\n\r\nhiGET /c HTTP/1.1\r\nHost: u\r\n\r\n";
    let mut rest = requests.as_bytes();
    let mut answers = String::new();
    while !rest.is_empty() {
        let len = hub.handle_input(Instant::EPOCH, &PEER, rest);
        rest = &rest[len..];
        answers += &taken(&mut hub);
    }
    let order: Vec<_> = ["/a", "/b", "/c"]
        .iter()
        .map(|target| answers.find(target).unwrap())
        .collect();
    assert!(order.is_sorted(), "{answers}");
    assert_eq!(hub.service().asked, ["GET /a ", "POST /b hi", "GET /c "]);
    assert_eq!(hub.statistics().served, 3);
}

#[test]
fn connection_ends_where_the_client_wants_it_to() {
    for (request, ends) in [
        ("GET / HTTP/1.1\r\nHost: u\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nHost: u\r\nConnection: close\r\n\r\n", true),
        ("GET / HTTP/1.0\r\n\r\n", true),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", false),
    ] {
        let mut hub = open(Options::default());
        let answer = answer(&mut hub, request);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{request}: {answer}");
        assert_eq!(hub.link_demand().is_some(), ends, "{request}");
    }
}

#[test]
fn client_that_waits_for_a_go_ahead_gets_one() {
    let mut hub = open(Options::default());
    let head = "POST /a HTTP/1.1\r\nHost: u\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    assert_eq!(answer(&mut hub, head), "HTTP/1.1 100 Continue\r\n\r\n");
    assert!(answer(&mut hub, "hi").starts_with("HTTP/1.1 200 OK\r\n"));
}

#[test]
fn answer_to_head_names_the_length_and_leaves_the_body_out() {
    let mut hub = open(Options::default());
    let answer = answer(&mut hub, "HEAD /four HTTP/1.1\r\nHost: u\r\n\r\n");
    assert!(
        answer.contains("content-length: 5\r\n") && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
}

#[test]
fn slow_and_silent_clients_are_let_go() {
    let mut hub = open(Options::default());
    assert_eq!(hub.poll_timeout(), Some(Instant::from_millis(30_000)));
    for second in 0..30 {
        hub.handle_input(Instant::from_millis(second * 1000), &PEER, b"G");
    }
    assert_eq!(hub.link_demand(), None);
    hub.handle_timeout(Instant::from_millis(30_000));
    assert_eq!(hub.link_demand(), Some((PEER, LinkDemand::Close)));
    hub.handle_close(Instant::from_millis(30_000), &PEER);
    assert_eq!((hub.connections(), hub.poll_timeout()), (0, None));
}

#[test]
fn more_connections_than_allowed_are_turned_away_and_one_that_does_not_read_holds_up_nobody() {
    let mut options = Options::default();
    options.connections = 2;
    let mut hub = open(options);
    let other = ConnectionId::from_number(2);
    hub.handle_open(Instant::EPOCH, &other).unwrap();
    assert!(hub.handle_open(Instant::EPOCH, &ConnectionId::from_number(3)).is_err());
    let request = b"GET / HTTP/1.1\r\nHost: u\r\n\r\n";
    hub.handle_input(Instant::EPOCH, &PEER, request);
    hub.handle_input(Instant::EPOCH, &other, request);
    assert_eq!(hub.transmit().map(|(peer, _)| peer), Some(PEER));
    hub.handle_blocked(Instant::EPOCH, &PEER);
    assert_eq!(hub.transmit().map(|(peer, _)| peer), Some(other));
    assert_eq!(hub.handle_input(Instant::EPOCH, &PEER, request), 0, "read no further");
    hub.handle_writable(Instant::EPOCH, &PEER);
    hub.handle_close(Instant::EPOCH, &other);
    assert_eq!(hub.transmit().map(|(peer, _)| peer), Some(PEER));
}

#[test]
fn who_never_reads_the_last_answer_does_not_keep_its_connection() {
    for request in [
        "GET / HTTP/1.1\r\nHost: unit\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
    ] {
        let mut hub = open(Options::default());
        hub.handle_input(Instant::EPOCH, &PEER, request.as_bytes());
        assert_eq!(hub.link_demand(), None);
        let due = hub.poll_timeout().expect("an end to waiting");
        hub.handle_timeout(due);
        assert_eq!(hub.link_demand(), Some((PEER, LinkDemand::Reset)));
    }
}
