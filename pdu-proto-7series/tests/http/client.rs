//! The client against answers of every kind, good and bad.

use core::time::Duration;

use http::{Method, Request, StatusCode, Uri};
use pdu_core::{Effect, Endpoint, Error, ErrorKind, LinkDemand, LinkEvent, Session};
use pdu_proto_7series::client::Options;
use pdu_proto_7series::http::{FramingFault, HttpError, RequestFault};

use crate::support::{Hand, Result, get, options, post};

fn body(result: Option<Result>) -> String {
    String::from_utf8(result.unwrap().unwrap().into_body()).unwrap()
}

fn fault(answer: impl AsRef<[u8]>) -> FramingFault {
    match Hand::answer_to_get(options(), answer) {
        Some(Err(HttpError::Framing { fault, effect, .. })) => {
            assert_eq!(effect, Effect::NotApplied);
            fault
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn request_says_host_length_and_nothing_that_was_not_asked_for() {
    let mut hand = Hand::new(options());
    hand.ask(post("/outlet?n=3", "action=on"));
    assert_eq!(
        hand.sent(),
        "POST /outlet?n=3 HTTP/1.1\r\nhost: unit\r\naccept-encoding: identity\r\ncontent-length: 9\r\n\r\naction=on"
    );
}

#[test]
fn answer_ends_by_length_by_chunks_or_by_the_end_of_the_connection() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<server/>",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<ser\r\n5\r\nver/>\r\n0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<server/>",
    ] {
        assert_eq!(body(Hand::answer_to_get(options(), answer)), "<server/>", "{answer}");
    }
    let mut hand = Hand::new(options());
    hand.ask(get("/data.xml"));
    hand.sent();
    hand.hear("HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n<server/>");
    assert!(hand.result().is_none());
    hand.client.handle_link(hand.now, LinkEvent::Eof);
    assert_eq!(body(hand.result()), "<server/>");
    assert_eq!(hand.client.link_demand(), LinkDemand::Close);
}

#[test]
fn answer_to_head_has_no_body_whatever_length_it_names() {
    let mut hand = Hand::new(options());
    hand.ask(Request::head("/data.xml").body(Vec::new()).unwrap());
    hand.sent();
    hand.hear("HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n");
    assert_eq!(body(hand.result()), "");
    assert_eq!(hand.client.link_demand(), LinkDemand::Idle);
}

#[test]
fn answers_that_two_readers_could_read_differently_are_refused() {
    let cases = [
        (
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            FramingFault::LengthAndCoding,
        ),
        ("Content-Length: 5\r\nContent-Length: 6", FramingFault::SeveralLengths),
        ("Content-Length: 5\r\nContent-Length: 5", FramingFault::SeveralLengths),
        ("Content-Length: 5, 6", FramingFault::SeveralLengths),
        ("Content-Length: +5", FramingFault::Length),
        ("Content-Length: 5 5", FramingFault::Length),
        ("Content-Length: ", FramingFault::Length),
        ("Transfer-Encoding: gzip, chunked", FramingFault::Coding),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            FramingFault::Coding,
        ),
        ("Transfer-Encoding: xchunked", FramingFault::Coding),
    ];
    for (headers, expected) in cases {
        let found = fault(format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\nhello"));
        assert_eq!(found, expected, "{headers}");
    }
    assert_eq!(
        fault("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        FramingFault::Coding
    );
    for head in [
        "Name : value",
        "Na me: value",
        "Name\0: value",
        "A: b\r\n folded",
        "A: b\rc",
        ": value",
    ] {
        let found = fault(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n"));
        assert!(matches!(found, FramingFault::Head(_)), "{head:?}: {found}");
    }
}

#[test]
fn peer_that_does_not_speak_http_is_told_at_its_first_octets() {
    for banner in [
        &b"login: "[..],
        b"HTTP/2",
        b"\x15\x03\x01\x00\x02",
        b"<server/>",
        b"HTTPS",
    ] {
        assert_eq!(fault(banner), FramingFault::NotHttp);
    }
}

#[test]
fn heads_and_bodies_without_end_are_cut_at_the_limit() {
    let mut options = options();
    options.limits.head = 1000;
    options.limits.headers = 10;
    options.limits.body = 1000;
    let fault = |answer: String| match Hand::answer_to_get(options.clone(), answer) {
        Some(Err(HttpError::Framing { fault, .. })) => fault,
        other => panic!("{other:?}"),
    };
    let ok = "HTTP/1.1 200 OK\r\n";
    assert_eq!(
        fault(format!("{ok}A: {}", "x".repeat(1000))),
        FramingFault::HeadTooLong { limit: 1000 }
    );
    assert_eq!(fault("\r\n".repeat(600)), FramingFault::HeadTooLong { limit: 1000 });
    assert_eq!(
        fault(format!("{ok}{}\r\n", "A: b\r\n".repeat(11))),
        FramingFault::TooManyHeaders { limit: 10 }
    );
    let too_long = FramingFault::BodyTooLong { limit: 1000 };
    assert_eq!(fault(format!("{ok}Content-Length: 1001\r\n\r\n")), too_long);
    assert_eq!(
        fault(format!("{ok}Content-Length: 18446744073709551615\r\n\r\n")),
        too_long
    );
    assert_eq!(fault(format!("{ok}\r\n{}", "x".repeat(1001))), too_long);
    let chunks = "100\r\n".to_owned() + &"x".repeat(256) + "\r\n";
    assert_eq!(
        fault(format!("{ok}Transfer-Encoding: chunked\r\n\r\n{}", chunks.repeat(4))),
        too_long
    );
    assert_eq!(
        fault("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(9)),
        FramingFault::Interim
    );
}

#[test]
fn body_that_drips_without_end_is_given_up() {
    let mut options = options();
    options.retries = 0;
    let mut hand = Hand::new(options);
    hand.ask(get("/data.xml"));
    hand.sent();
    hand.hear("HTTP/1.1 200 OK\r\n\r\n");
    for _ in 0..20 {
        hand.wait(5000);
        if hand.client.link_demand() == LinkDemand::Reset {
            break;
        }
        hand.hear("x");
    }
    let error = hand.result().unwrap().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::NotApplied));
    assert_eq!(hand.now.as_micros(), 61_000_000);
}

#[test]
fn read_is_repeated_once_and_a_write_never() {
    let mut hand = Hand::new(options());
    hand.ask(get("/data.xml"));
    let first = hand.sent();
    hand.wait(10_000);
    assert_eq!(hand.client.link_demand(), LinkDemand::Reset);
    hand.relink();
    assert_eq!(hand.sent(), first);
    hand.wait(10_000);
    let error = hand.result().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "no answer to GET /data.xml in time (2 sent)");

    hand.relink();
    hand.ask(post("/outlet", "action=cycle"));
    assert!(!hand.sent().is_empty());
    hand.wait(10_000);
    let error = hand.result().unwrap().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Unknown));
    hand.relink();
    assert_eq!(hand.sent(), "");
}

#[test]
fn write_that_had_not_begun_to_leave_waits_for_the_next_link() {
    let mut hand = Hand::new(options());
    hand.ask(post("/outlet", "action=on"));
    hand.client.handle_link(hand.now, LinkEvent::Lost);
    assert_eq!(hand.client.link_demand(), LinkDemand::Open);
    hand.wait(4000);
    hand.client.handle_link(hand.now, LinkEvent::Up);
    assert!(hand.sent().ends_with("action=on"));
    hand.client.handle_link(hand.now, LinkEvent::Lost);
    let error = hand.result().unwrap().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::LinkDown, Effect::Unknown));

    hand.ask(post("/outlet", "action=off"));
    hand.wait(5000);
    let error = hand.result().unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::LinkDown, Effect::NotApplied)
    );
    assert_eq!(hand.client.link_demand(), LinkDemand::Idle);
}

#[test]
fn cut_answer_is_an_error_and_not_half_a_document() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n<server/>",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n<server/>\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
    ] {
        let mut hand = Hand::new(options());
        hand.ask(get("/data.xml"));
        hand.sent();
        hand.hear(answer);
        hand.client.handle_link(hand.now, LinkEvent::Eof);
        let Some(Err(HttpError::Framing { fault, .. })) = hand.result() else {
            panic!("{answer}");
        };
        assert_eq!(fault, FramingFault::Cut, "{answer}");
    }
}

#[test]
fn connection_is_used_again_only_if_both_sides_keep_it_and_not_for_long() {
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
    for (headers, demand) in [("", LinkDemand::Idle), ("Connection: Close\r\n", LinkDemand::Close)] {
        let mut hand = Hand::new(options());
        hand.ask(get("/"));
        hand.sent();
        hand.hear(format!("{ok}{headers}\r\n"));
        assert_eq!(hand.client.link_demand(), demand, "{headers}");
    }
    let mut hand = Hand::new(options());
    hand.ask(get("/"));
    hand.sent();
    hand.hear(format!("{ok}\r\n"));
    hand.wait(1999);
    assert_eq!(hand.client.link_demand(), LinkDemand::Idle);
    hand.wait(1);
    assert_eq!(hand.client.link_demand(), LinkDemand::Close);
    hand.ask(get("/"));
    assert_eq!(hand.client.transmit(), b"");
    hand.relink();
    assert!(!hand.sent().is_empty());

    let mut options = options();
    options.keep_alive = Duration::ZERO;
    let mut hand = Hand::new(options);
    hand.ask(get("/"));
    assert!(hand.sent().contains("connection: close\r\n"));
}

#[test]
fn answer_that_nobody_asked_for_loses_the_connection_and_is_nobodys() {
    let mut hand = Hand::new(options());
    hand.hear("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(hand.client.link_demand(), LinkDemand::Reset);
    hand.relink();
    hand.ask(get("/a"));
    hand.sent();
    hand.hear("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    assert_eq!(body(hand.result()), "a");
    assert_eq!(hand.client.link_demand(), LinkDemand::Reset);
    hand.ask(get("/b"));
    hand.relink();
    hand.sent();
    hand.hear("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb");
    assert_eq!(body(hand.result()), "b");
}

#[test]
fn answer_to_a_request_that_is_still_leaving_is_taken_and_the_connection_given_up() {
    let mut hand = Hand::new(options());
    hand.ask(post("/config", &"x".repeat(1000)));
    hand.client.handle_transmitted(hand.now, 500);
    hand.hear("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(hand.result().unwrap().unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(hand.client.link_demand(), LinkDemand::Reset);
    assert_eq!(hand.client.transmit(), b"");
}

#[test]
fn redirect_is_an_answer_and_nobody_follows_it() {
    let answer = "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n";
    let mut hand = Hand::new(options());
    hand.ask(get("/data.xml"));
    hand.sent();
    hand.hear(answer);
    assert_eq!(hand.result().unwrap().unwrap().status(), StatusCode::FOUND);
    assert_eq!(hand.client.transmit(), b"");
}

#[test]
fn request_for_another_host_or_with_headers_of_the_clients_own_is_not_sent() {
    let mut refused = Vec::new();
    refused.push(get("http://elsewhere/data.xml"));
    refused.push(get("http://unit:8080/data.xml"));
    for name in [
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "Authorization",
        "Expect",
    ] {
        refused.push(Request::get("/").header(name, "x").body(Vec::new()).unwrap());
    }
    let connect = Request::builder().method(Method::CONNECT).uri("unit:80");
    refused.push(connect.body(Vec::new()).unwrap());
    for request in refused {
        let shown = format!("{request:?}");
        let mut hand = Hand::new(options());
        hand.ask(request);
        assert_eq!(hand.sent(), "", "{shown}");
        let error = hand.result().unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::InvalidArgument, Effect::NotApplied)
        );
    }
    let mut hand = Hand::new(options());
    hand.ask(get("http://UNIT/data.xml"));
    assert!(hand.sent().starts_with("GET /data.xml HTTP/1.1\r\nhost: unit\r\n"));
}

#[test]
fn options_take_names_of_hosts_and_nothing_else() {
    for host in ["unit", "unit:8080", "192.0.2.7", "[2001:db8::7]:80"] {
        assert_eq!(Options::new(host, [7; 32]).unwrap().host(), host);
    }
    for host in ["", "a b", "unit\r\nX: y", "user@unit", "http://unit", "unit/x"] {
        assert!(
            matches!(Options::new(host, [7; 32]), Err(RequestFault::HostName(_))),
            "{host:?}"
        );
    }
}

#[test]
fn target_without_a_path_is_the_root() {
    let mut hand = Hand::new(options());
    let mut request = get("/");
    *request.uri_mut() = Uri::from_static("http://unit");
    hand.ask(request);
    assert!(hand.sent().starts_with("GET / HTTP/1.1\r\n"));
}

#[test]
fn cancelled_request_under_way_drops_its_answer_and_the_next_one_follows() {
    let mut hand = Hand::new(options());
    let ticket = hand.ask(post("/a", ""));
    hand.sent();
    hand.client.cancel(hand.now, ticket);
    let error = hand.result().unwrap().unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Cancelled, Effect::Unknown));
    hand.ask(get("/b"));
    assert_eq!(hand.sent(), "");
    hand.hear("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
    assert!(hand.result().is_none());
    assert!(hand.sent().starts_with("GET /b"));
    hand.hear("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb");
    assert_eq!(body(hand.result()), "b");
}

#[test]
fn a_unit_that_takes_no_more_of_a_request_does_not_hold_it_forever() {
    for (left, effect) in [(0, Effect::NotApplied), (10, Effect::Unknown)] {
        let mut hand = Hand::new(options());
        hand.ask(post("/x", "action=off"));
        hand.client.handle_transmitted(hand.now, left);
        hand.wait(59_000);
        assert!(hand.result().is_none());
        hand.wait(2_000);
        let error = hand.result().unwrap().unwrap_err();
        assert!(matches!(error, HttpError::Timeout { .. }), "{error}");
        assert_eq!(error.effect(), effect);
        assert_eq!(hand.client.link_demand(), LinkDemand::Reset);
    }
}

#[test]
fn login_in_the_name_of_a_host_stands_in_no_error() {
    let fault = Options::new("root:hunter2@unit", [7; 32]).unwrap_err();
    assert_eq!(fault.to_string(), "\"unit\" names no host");
    let mut hand = Hand::new(options());
    hand.ask(get("http://root:hunter2@unit/"));
    let error = hand.result().unwrap().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
}
