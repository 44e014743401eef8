//! Logins over both sides, and what a client does when one is refused.

use http::{Request, StatusCode, header};
use pdu_core::testing::{Faults, Harness, Medium, SolePeer};
use pdu_core::{ConnectionId, Effect, Endpoint, Error, ErrorKind, Instant, UserRole};
use pdu_proto_7series::client::{HttpClient, Options};
use pdu_proto_7series::http::auth::{Algorithm, BasicPolicy, Credentials};
use pdu_proto_7series::http::{HttpError, LoginFault};
use pdu_proto_7series::server::{Account, Admission, Guard, GuardOptions, HttpHub, Schemes};

use crate::support::{Hand, Notebook, Result, get, options, post};

const DIGEST: &str = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"unit\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256\r\nContent-Length: 0\r\n\r\n";
const BASIC: &str = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"unit\"\r\nContent-Length: 0\r\n\r\n";

fn logged_in(password: &str) -> Options {
    options().with_credentials(Credentials::new("view", password).unwrap())
}

fn guard(schemes: Schemes) -> Guard {
    let mut options = GuardOptions::new("unit", [7; 32]);
    options.schemes = schemes;
    options.algorithms = vec![Algorithm::Sha512_256, Algorithm::Sha256, Algorithm::Md5Session];
    let mut guard = Guard::new(options);
    for (name, role) in [
        ("admin_1", UserRole::Administrator),
        ("control", UserRole::Control),
        ("view", UserRole::View),
    ] {
        guard.accounts_mut().set(Account::new(name, "secret_1", role));
    }
    guard
}

/// What a client gets from a guarded unit, and how often that was asked.
fn ask(options: Options, schemes: Schemes, requests: Vec<Request<Vec<u8>>>) -> (Vec<Result>, Vec<String>) {
    let service = Notebook {
        guard: Some(guard(schemes)),
        ..Notebook::default()
    };
    let peer = SolePeer::new(HttpHub::new(service), ConnectionId::from_number(1));
    let mut harness = Harness::new(1, Faults::none(Medium::Stream), HttpClient::new(options), peer);
    let count = requests.len();
    for request in requests {
        harness.submit(request).unwrap();
    }
    assert!(harness.run_until_done(core::time::Duration::from_secs(60)).unwrap());
    let results = (0..count).map(|n| harness.result(n).unwrap().clone()).collect();
    (results, harness.server().hub().service().asked.clone())
}

#[test]
fn client_gets_in_by_each_scheme_and_each_request_is_carried_out_once() {
    for schemes in [Schemes::Basic, Schemes::Digest, Schemes::DigestAndBasic] {
        let requests = vec![post("/a", "1"), get("/b"), post("/c", "3")];
        let (results, asked) = ask(logged_in("secret_1"), schemes, requests);
        assert!(
            results
                .iter()
                .all(|result| result.as_ref().unwrap().status() == StatusCode::OK)
        );
        assert_eq!(asked, ["POST /a 1", "GET /b ", "POST /c 3"], "{schemes:?}");
    }
}

#[test]
fn login_refused_is_a_typed_error_without_a_secret_and_nothing_was_done() {
    for schemes in [Schemes::Basic, Schemes::Digest] {
        let (results, asked) = ask(logged_in("hunter2x"), schemes, vec![post("/outlet", "off")]);
        let error = results[0].as_ref().unwrap_err();
        assert_eq!(
            error.to_string(),
            "login refused at POST /outlet: credentials not taken"
        );
        assert_eq!((error.kind(), error.effect()), (ErrorKind::Denied, Effect::NotApplied));
        assert!(!format!("{error:?}").contains("hunter2x"));
        assert_eq!(asked, [""; 0]);
    }
}

#[test]
fn without_credentials_a_challenge_is_the_end() {
    let Some(Err(HttpError::LoginRefused { fault, .. })) = Hand::answer_to_get(options(), DIGEST) else {
        panic!();
    };
    assert_eq!(fault, LoginFault::NoCredentials);
}

#[test]
fn nothing_of_the_credentials_leaves_before_the_server_asks() {
    let mut hand = Hand::new(logged_in("secret_1"));
    hand.ask(get("/data.xml"));
    assert!(!hand.sent().contains("authorization"));
    hand.hear(DIGEST);
    let second = hand.sent();
    assert!(second.contains("authorization: Digest username=\"view\""), "{second}");
    assert!(!second.contains("secret_1"));
    hand.hear(DIGEST);
    let error = hand.result().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(hand.sent(), "", "it is not tried a third time");
}

#[test]
fn stale_nonce_is_answered_once_more_and_no_more() {
    let stale = DIGEST.replace("nonce=\"n\"", "nonce=\"m\", stale=true");
    let mut hand = Hand::new(logged_in("secret_1"));
    hand.ask(get("/data.xml"));
    for answer in [DIGEST, &stale, &stale] {
        assert!(!hand.sent().is_empty());
        hand.hear(answer);
    }
    assert_eq!(hand.sent(), "");
    assert_eq!(hand.result().unwrap().unwrap_err().kind(), ErrorKind::Denied);
}

#[test]
fn basic_is_not_sent_where_it_is_ruled_out_nor_after_digest() {
    let mut never = logged_in("secret_1");
    never.basic = BasicPolicy::Never;
    let Some(Err(HttpError::LoginRefused { fault, .. })) = Hand::answer_to_get(never, BASIC) else {
        panic!();
    };
    assert_eq!(fault, LoginFault::Scheme);

    let mut hand = Hand::new(logged_in("secret_1"));
    hand.ask(get("/data.xml"));
    hand.sent();
    hand.hear(DIGEST);
    hand.sent();
    hand.hear("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    hand.result().unwrap().unwrap();
    hand.ask(get("/data.xml"));
    hand.sent();
    hand.hear(BASIC);
    let Some(Err(HttpError::LoginRefused { fault, .. })) = hand.result() else {
        panic!();
    };
    assert_eq!(fault, LoginFault::Downgrade);
}

#[test]
fn no_secret_is_shown_by_debug_of_client_or_hub() {
    let mut first = logged_in("hunter2x");
    first.basic = BasicPolicy::First;
    let shown = format!("{first:?}");
    assert!(!shown.contains("hunter2x"), "{shown}");
    let mut hand = Hand::new(first);
    hand.ask(post("/a", "b"));
    let sent = hand.client.transmit().to_vec();
    let header = String::from_utf8_lossy(&sent).into_owned();
    let secret = header.split("Basic ").nth(1).unwrap().split('\r').next().unwrap();
    let numbers = format!("{:?}", secret.as_bytes());
    let shown = format!("{:?}", hand.client);
    assert!(!shown.contains("hunter2x") && !shown.contains(secret), "{shown}");
    assert!(!shown.contains(numbers.trim_matches(['[', ']'])), "{shown}");
    let shown = format!(
        "{:?}",
        HttpHub::new(Notebook {
            guard: Some(guard(Schemes::Basic)),
            ..Notebook::default()
        })
    );
    assert!(!shown.contains("secret_1"), "{shown}");
}

fn basic(user: &str, password: &str) -> Request<Vec<u8>> {
    let credentials = Credentials::new(user, password).unwrap();
    let value = pdu_proto_7series::http::auth::basic(&credentials).unwrap();
    Request::get("/")
        .header(header::AUTHORIZATION, &**value)
        .body(Vec::new())
        .unwrap()
}

#[test]
fn roles_build_on_each_other_and_who_may_not_is_forbidden_and_not_asked_again() {
    let mut guard = guard(Schemes::Basic);
    let mut admit = |name: &str, needed| guard.admit(Instant::EPOCH, &basic(name, "secret_1"), needed);
    for (name, needed, status) in [
        ("admin_1", UserRole::Administrator, None),
        ("admin_1", UserRole::View, None),
        ("control", UserRole::View, None),
        ("control", UserRole::Administrator, Some(StatusCode::FORBIDDEN)),
        ("view", UserRole::View, None),
        ("view", UserRole::Control, Some(StatusCode::FORBIDDEN)),
        ("nobody", UserRole::View, Some(StatusCode::UNAUTHORIZED)),
    ] {
        let refused = admit(name, needed).err().map(|refusal| refusal.status);
        assert_eq!(refused, status, "{name} {needed:?}");
    }
    assert_eq!(
        admit("view", UserRole::View),
        Ok(Admission::User {
            name: "view".into(),
            role: UserRole::View
        })
    );
}

#[test]
fn what_was_overheard_is_of_no_use_again() {
    let mut guard = guard(Schemes::Digest);
    let mut hand = Hand::new(logged_in("secret_1"));
    hand.ask(get("/data.xml"));
    hand.sent();
    let refusal = guard.admit(hand.now, &get("/data.xml"), UserRole::View).unwrap_err();
    let challenge = refusal.challenges[0].to_str().unwrap();
    hand.hear(format!(
        "HTTP/1.1 401 No\r\nWWW-Authenticate: {challenge}\r\nContent-Length: 0\r\n\r\n"
    ));
    let sent = hand.sent();
    let value = sent
        .split("authorization: ")
        .nth(1)
        .unwrap()
        .split('\r')
        .next()
        .unwrap();
    let overheard = |target: &str| {
        Request::get(target)
            .header(header::AUTHORIZATION, value)
            .body(())
            .unwrap()
    };

    assert!(
        guard
            .admit(hand.now, &overheard("/config.xml"), UserRole::View)
            .is_err()
    );
    assert!(guard.admit(hand.now, &overheard("/data.xml"), UserRole::View).is_ok());
    let refusal = guard
        .admit(hand.now, &overheard("/data.xml"), UserRole::View)
        .unwrap_err();
    assert!(refusal.challenges[0].to_str().unwrap().contains("stale=true"));
}

#[test]
fn old_nonces_are_stale() {
    let mut guard = guard(Schemes::Digest);
    let mut hand = Hand::new(logged_in("secret_1"));
    hand.ask(get("/data.xml"));
    hand.sent();
    let refusal = guard.admit(hand.now, &get("/data.xml"), UserRole::View).unwrap_err();
    let challenge = refusal.challenges[0].to_str().unwrap();
    hand.hear(format!(
        "HTTP/1.1 401 No\r\nWWW-Authenticate: {challenge}\r\nContent-Length: 0\r\n\r\n"
    ));
    let sent = hand.sent();
    let value = sent
        .split("authorization: ")
        .nth(1)
        .unwrap()
        .split('\r')
        .next()
        .unwrap();
    let late = Instant::from_millis(hand.now.as_micros() / 1000 + 300_000);
    let request = Request::get("/data.xml")
        .header(header::AUTHORIZATION, value)
        .body(())
        .unwrap();
    let refusal = guard.admit(late, &request, UserRole::View).unwrap_err();
    assert!(refusal.challenges[0].to_str().unwrap().contains("stale=true"));
}

#[test]
fn two_credentials_in_one_request_are_none() {
    let mut guard = guard(Schemes::Basic);
    let mut request = basic("view", "secret_1");
    let value = request.headers()[header::AUTHORIZATION].clone();
    request.headers_mut().append(header::AUTHORIZATION, value);
    assert!(guard.admit(Instant::EPOCH, &request, UserRole::View).is_err());
}

#[test]
fn client_stays_usable_after_a_refusal() {
    let mut hand = Hand::new(logged_in("wrong_1"));
    hand.ask(get("/a"));
    hand.sent();
    hand.hear(BASIC);
    hand.sent();
    hand.hear(BASIC);
    assert_eq!(hand.result().unwrap().unwrap_err().kind(), ErrorKind::Denied);
    hand.ask(get("/b"));
    hand.sent();
    hand.hear("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert!(hand.result().unwrap().is_ok());
    assert!(hand.client.poll_timeout().is_some());
}
