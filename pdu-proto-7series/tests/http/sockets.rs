//! Client and hub over real sockets on the loopback, by both drivers.

use core::time::Duration;
use std::net::SocketAddr;

use http::StatusCode;
use pdu_core::tokio::{Driver, listen, tcp};
use pdu_core::{Event, UserRole, blocking};
use pdu_proto_7series::client::{HttpClient, Options};
use pdu_proto_7series::http::auth::Credentials;
use pdu_proto_7series::server::{Account, Guard, GuardOptions, HttpHub};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::support::{Notebook, get, post};

const LONG: Duration = Duration::from_secs(20);

/// A guarded unit with a user `control`, and where it listens.
pub(crate) async fn unit() -> (SocketAddr, impl Future<Output = ()>) {
    let mut guard = Guard::new(GuardOptions::new("unit", [7; 32]));
    let account = Account::new("control", "secret_1", UserRole::Control);
    guard.accounts_mut().set(account);
    guard
        .accounts_mut()
        .set(Account::new("view", "secret_2", UserRole::View));
    let service = Notebook {
        guard: Some(guard),
        ..Notebook::default()
    };
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    (address, async move {
        listen(socket, HttpHub::new(service)).run().await;
    })
}

pub(crate) fn client() -> HttpClient {
    let credentials = Credentials::new("control", "secret_1").unwrap();
    HttpClient::new(
        Options::new("127.0.0.1", [7; 32])
            .unwrap()
            .with_credentials(credentials),
    )
}

#[tokio::test]
async fn tokio_driver_logs_in_reads_and_writes() {
    let (address, serve) = unit().await;
    let talk = async {
        let mut driver = Driver::connecting(client(), tcp(address, LONG));
        for request in [get("/data.xml"), post("/set", "on"), get("/log")] {
            let target = request.uri().to_string();
            driver.submit(request).unwrap();
            let Event::Done { result, .. } = driver.next().await.unwrap();
            let answer = result.unwrap();
            assert_eq!(
                (answer.status(), answer.body().as_slice()),
                (StatusCode::OK, target.as_bytes())
            );
        }
    };
    tokio::select! {
        () = serve => panic!("ended"),
        done = timeout(LONG, talk) => done.unwrap(),
    }
}

#[tokio::test]
async fn blocking_driver_uploads_a_large_body() {
    let (address, serve) = unit().await;
    let talk = tokio::task::spawn_blocking(move || {
        let connect = move || std::net::TcpStream::connect_timeout(&address, LONG);
        let mut driver = blocking::Driver::connecting(client(), connect);
        let file = "x".repeat(1024 * 1024);
        let answer = driver.call(post("/config.xml", &file)).unwrap();
        assert_eq!(answer.body(), b"/config.xml");
    });
    tokio::select! {
        () = serve => panic!("ended"),
        done = timeout(LONG, talk) => done.unwrap().unwrap(),
    }
}
