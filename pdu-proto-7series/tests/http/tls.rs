//! TLS: whom a client believes, and whom not.

use core::time::Duration;
use std::net::SocketAddr;

use pdu_core::tokio::{Driver, Link};
use pdu_core::{Error, ErrorKind, Event};
use pdu_proto_7series::client::{HttpClient, Options};
use pdu_proto_7series::tls::{Connector, Fingerprint, Identity, Terminator, TlsError, Trust};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::sockets::{client, unit};
use crate::support::get;

const LONG: Duration = Duration::from_secs(20);

/// A certificate of a unit that has made it itself.
fn own() -> Identity {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["a factory name".into()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    Identity::from_pem(&certificate.pem(), &key.serialize_pem()).unwrap()
}

/// An authority, and a certificate for this name that it has signed.
fn signed(name: &str) -> (Trust, Identity) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.into()])
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let identity = Identity::from_pem(&certificate.pem(), &key.serialize_pem()).unwrap();
    (Trust::Authority(authority.pem()), identity)
}

/// Asks a unit behind TLS for its readings; or why the handshake failed.
async fn ask(trust: &Trust, name: &str, identity: Identity) -> Result<(), TlsError> {
    let (plain, serve) = unit().await;
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let mut terminator = Terminator::new(socket, identity, plain);
    let connector = Connector::new(trust, name).unwrap();
    tokio::select! {
        () = serve => panic!("ended"),
        never = terminator.run() => match never {},
        done = timeout(LONG, talk(connector, address)) => done.unwrap(),
    }
}

async fn talk(connector: Connector, address: SocketAddr) -> Result<(), TlsError> {
    let stream = TcpStream::connect(address).await.unwrap();
    if let Err(error) = connector.connect(stream).await {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>());
        return Err(inner.unwrap().clone());
    }
    let mut driver = Driver::connecting(client(), connector.dial(address, LONG));
    driver.submit(get("/data.xml")).unwrap();
    let Event::Done { result, .. } = driver.next().await.unwrap();
    assert_eq!(result.unwrap().body(), b"/data.xml");
    Ok(())
}

#[tokio::test]
async fn pinned_certificate_is_believed_whatever_name_it_has() {
    let identity = own();
    let trust = Trust::Fingerprint(identity.fingerprint());
    assert_eq!(ask(&trust, "127.0.0.1", identity).await, Ok(()));
}

#[tokio::test]
async fn another_certificate_than_the_pinned_one_is_refused_and_named() {
    let (identity, other) = (own(), own());
    let (expected, found) = (other.fingerprint(), identity.fingerprint());
    let trust = Trust::Fingerprint(expected);
    assert_eq!(
        ask(&trust, "127.0.0.1", identity).await,
        Err(TlsError::Fingerprint { expected, found })
    );
}

#[tokio::test]
async fn certificate_of_the_own_authority_is_believed() {
    let (trust, identity) = signed("127.0.0.1");
    assert_eq!(ask(&trust, "127.0.0.1", identity).await, Ok(()));
}

#[tokio::test]
async fn certificate_for_another_name_of_another_authority_or_of_its_own_is_refused() {
    let (trust, identity) = signed("elsewhere.example");
    let (stranger, _) = signed("elsewhere.example");
    for (trust, name, identity) in [
        (&trust, "127.0.0.1", identity.clone()),
        (&stranger, "elsewhere.example", identity),
        (&trust, "127.0.0.1", own()),
    ] {
        let refused = ask(trust, name, identity).await;
        assert!(matches!(refused, Err(TlsError::Handshake(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn server_without_tls_gets_nothing_of_the_request() {
    let (plain, serve) = unit().await;
    let connector = Connector::new(&Trust::Fingerprint(Fingerprint([0; 32])), "unit").unwrap();
    let mut options = Options::new("unit", [7; 32]).unwrap();
    options.connect_timeout = Duration::from_millis(500);
    let talk = async {
        let mut driver = Driver::connecting(HttpClient::new(options), connector.dial(plain, LONG));
        driver.submit(get("/data.xml")).unwrap();
        let Event::Done { result, .. } = driver.next().await.unwrap();
        assert_eq!(result.unwrap_err().kind(), ErrorKind::LinkDown);
        let error = driver.link_error().unwrap().to_string();
        assert!(error.starts_with("handshake: "), "{error}");
    };
    tokio::select! {
        () = serve => panic!("ended"),
        done = timeout(LONG, talk) => done.unwrap(),
    }
}

/// So whoever stands in between cannot end a body that ends with the connection.
#[tokio::test]
async fn connection_cut_without_the_peers_word_is_an_error_and_not_an_end() {
    let identity = own();
    let connector = Connector::new(&Trust::Fingerprint(identity.fingerprint()), "unit").unwrap();
    let inside = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let between = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (server, way) = (socket.local_addr().unwrap(), between.local_addr().unwrap());
    let mut terminator = Terminator::new(socket, identity, inside.local_addr().unwrap());
    let cutter = async {
        let (mut client, _) = between.accept().await.unwrap();
        let mut server = TcpStream::connect(server).await.unwrap();
        let both = tokio::io::copy_bidirectional(&mut client, &mut server);
        let _ = timeout(Duration::from_millis(300), both).await;
        client.shutdown().await.unwrap();
        core::future::pending::<()>().await;
    };
    let talk = async {
        let stream = TcpStream::connect(way).await.unwrap();
        let mut link = connector.connect(stream).await.unwrap();
        let mut buffer = [0; 16];
        core::future::poll_fn(|cx| link.poll_recv(cx, &mut buffer)).await
    };
    tokio::select! {
        never = terminator.run() => match never {},
        () = cutter => {}
        heard = timeout(LONG, talk) => {
            let error = heard.unwrap().unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
        }
    }
}

#[test]
fn what_is_no_certificate_name_or_key_is_refused_before_anything_is_sent() {
    let pin = Trust::Fingerprint(Fingerprint([0; 32]));
    assert!(matches!(Connector::new(&pin, "a b"), Err(TlsError::Name(_))));
    assert!(Connector::new(&pin, "[2001:db8::7]").is_ok());
    for pem in [
        "",
        "no PEM",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    ] {
        let refused = Connector::new(&Trust::Authority(pem.into()), "unit").unwrap_err();
        assert_eq!(refused, TlsError::Pem { what: "certificate" }, "{pem}");
    }
    assert!(matches!(Identity::from_pem("", ""), Err(TlsError::Pem { .. })));
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
    let other = KeyPair::generate().unwrap().serialize_pem();
    assert!(matches!(
        Identity::from_pem(&certificate.pem(), &other),
        Err(TlsError::Unusable(_))
    ));
    let good = Identity::from_pem(&certificate.pem(), &key.serialize_pem()).unwrap();
    assert!(!format!("{good:?}").contains("PRIVATE"));
}
