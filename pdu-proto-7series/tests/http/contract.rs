//! The contracts of sessions and servers, and what a faulty link may not do.
//!
//! `PDU_FAULT_SEEDS=10000 cargo test --release -p pdu-proto-7series --all-features --test http contract` runs more seeds.

use std::ops::Range;
use std::time::Duration;

use http::{Request, Response};
use pdu_core::testing::server::{self, ServerFixture};
use pdu_core::testing::{Fixture, SolePeer, contract};
use pdu_core::{ConnectionId, UserRole};
use pdu_proto_7series::client::HttpClient;
use pdu_proto_7series::http::auth::{Algorithm, Credentials};
use pdu_proto_7series::server::{Account, Guard, GuardOptions, HttpHub, Schemes};

use crate::support::{Notebook, get, options, post};

fn seeds() -> Range<u64> {
    0..std::env::var("PDU_FAULT_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(200)
}

type Peer = SolePeer<HttpHub<Notebook>>;

fn hub(guard: Option<Guard>) -> Peer {
    let service = Notebook {
        guard,
        ..Notebook::default()
    };
    SolePeer::new(HttpHub::new(service), ConnectionId::from_number(1))
}

fn guard(schemes: Schemes, algorithm: Algorithm) -> Guard {
    let mut options = GuardOptions::new("unit", [3; 32]);
    options.schemes = schemes;
    options.algorithms = vec![algorithm];
    let mut guard = Guard::new(options);
    let accounts = guard.accounts_mut();
    accounts.set(Account::new("view", "secret_1", UserRole::View));
    guard
}

/// Reads, and between them writes.
struct Conversation {
    guard: Option<(Schemes, Algorithm)>,
    keep_alive: Duration,
}

fn is_write(n: u32) -> bool {
    n % 3 == 1
}

impl Fixture for Conversation {
    type Session = HttpClient;
    type Peer = Peer;

    fn session(&self) -> HttpClient {
        let mut options = options();
        options.keep_alive = self.keep_alive;
        options.credentials = self.guard.map(|_| Credentials::new("view", "secret_1").unwrap());
        HttpClient::new(options)
    }

    fn peer(&self) -> Peer {
        hub(self.guard.map(|(schemes, algorithm)| guard(schemes, algorithm)))
    }

    fn request(&self, n: u32) -> Request<Vec<u8>> {
        if is_write(n) {
            post(&format!("/set?n={n}"), &format!("value={n}"))
        } else {
            get(&format!("/data.xml?n={n}"))
        }
    }

    fn answers(&self, n: u32, reply: &Response<Vec<u8>>) -> bool {
        reply.body() == self.request(n).uri().to_string().as_bytes()
    }

    fn is_write(&self, n: u32) -> bool {
        is_write(n)
    }

    fn times_applied(&self, peer: &Peer, n: u32) -> usize {
        let line = format!("POST /set?n={n} value={n}");
        peer.hub()
            .service()
            .asked
            .iter()
            .filter(|asked| **asked == line)
            .count()
    }

    fn reply_timeout(&self) -> Duration {
        options().reply_timeout
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(300)
    }

    fn seeds(&self) -> Range<u64> {
        seeds()
    }
}

#[test]
fn client_keeps_the_contract_on_a_connection_that_is_kept() {
    contract::all(&Conversation {
        guard: None,
        keep_alive: Duration::from_secs(2),
    });
}

#[test]
fn client_keeps_the_contract_with_a_connection_for_each_request() {
    contract::all(&Conversation {
        guard: None,
        keep_alive: Duration::ZERO,
    });
}

#[test]
fn client_keeps_the_contract_while_it_logs_in_by_digest() {
    for algorithm in [Algorithm::Md5, Algorithm::Sha256Session] {
        contract::all(&Conversation {
            guard: Some((Schemes::Digest, algorithm)),
            keep_alive: Duration::from_secs(2),
        });
    }
}

#[test]
fn client_keeps_the_contract_while_it_logs_in_by_basic() {
    contract::all(&Conversation {
        guard: Some((Schemes::Basic, Algorithm::Md5)),
        keep_alive: Duration::from_secs(2),
    });
}

struct Requests;

impl ServerFixture for Requests {
    type Server = Peer;

    fn server(&self) -> Peer {
        hub(None)
    }

    fn request(&self, n: u32) -> Vec<u8> {
        let text = match n % 6 {
            0 => format!("GET /data.xml?n={n} HTTP/1.1\r\nHost: unit\r\n\r\n"),
            1 => format!("POST /a?n={n} HTTP/1.1\r\nHost: unit\r\nContent-Length: 5\r\n\r\nn={n:03}"),
            2 => format!(
                "POST /b?n={n} HTTP/1.1\r\nHost: unit\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n2\r\nde\r\n0\r\nT: t\r\n\r\n"
            ),
            3 => format!("HEAD /c?n={n} HTTP/1.1\r\nHost: unit\r\n\r\n"),
            4 => format!(
                "\r\nGET /missing HTTP/1.1\r\nHost: unit\r\nX: {}\r\n\r\n",
                "x".repeat(200)
            ),
            _ => format!("POST /d?n={n} HTTP/1.1\r\nHost: unit\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"),
        };
        text.into_bytes()
    }
}

#[test]
fn server_keeps_the_contract() {
    server::all(&Requests);
}
