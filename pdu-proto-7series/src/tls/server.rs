use core::convert::Infallible;
use core::fmt;
use core::time::Duration;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{Fingerprint, TlsError};

/// Connections at one time.
const MOST_CONNECTIONS: usize = 64;
/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long nothing is accepted after the operating system refused a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// A certificate with its key: what a server shows.
#[derive(Clone)]
pub struct Identity {
    config: Arc<ServerConfig>,
    fingerprint: Fingerprint,
}

/// Without the key.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// Of a chain of certificates, the server's own first, and its key, both in PEM.
    pub fn from_pem(certificates: &str, key: &str) -> Result<Self, TlsError> {
        let what = "certificate";
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificates.as_bytes()).collect();
        let chain = chain.map_err(|_| TlsError::Pem { what })?;
        let fingerprint = chain.first().map(|own| Fingerprint::of(own));
        let fingerprint = fingerprint.ok_or(TlsError::Pem { what })?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| TlsError::Pem { what: "private key" })?;
        let unusable = |error: tokio_rustls::rustls::Error| TlsError::Unusable(error.to_string());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(unusable)?;
        Ok(Self {
            config: Arc::new(config),
            fingerprint,
        })
    }

    /// What a client pins to know this server.
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

/// TLS in front of a server that speaks none, such as pdu-core's listener with a simulated unit: takes TLS connections,
/// and passes on what they say to a plain one.
///
/// Up to 64 connections; more wait in the operating system's queue. For simulators and tests.
#[derive(Debug)]
pub struct Terminator {
    socket: TcpListener,
    identity: Identity,
    to: SocketAddr,
    connections: JoinSet<()>,
}

impl Terminator {
    /// Takes connections from `socket`, and passes them on to `to`, which should be a loopback address.
    pub fn new(socket: TcpListener, identity: Identity, to: SocketAddr) -> Self {
        Self {
            socket,
            identity,
            to,
            connections: JoinSet::new(),
        }
    }

    /// Serves until it is dropped, and all its connections with it.
    pub async fn run(&mut self) -> Infallible {
        loop {
            while self.connections.try_join_next().is_some() {}
            if self.connections.len() >= MOST_CONNECTIONS {
                self.connections.join_next().await;
                continue;
            }
            match self.socket.accept().await {
                Ok((stream, _)) => {
                    let acceptor = TlsAcceptor::from(Arc::clone(&self.identity.config));
                    self.connections.spawn(serve(acceptor, stream, self.to));
                }
                Err(_) => sleep(PAUSE).await,
            }
        }
    }
}

/// What goes wrong with one connection is the end of that connection, and nothing else.
async fn serve(acceptor: TlsAcceptor, stream: TcpStream, to: SocketAddr) {
    let _: io::Result<()> = async {
        stream.set_nodelay(true)?;
        let mut outside = timeout(HANDSHAKE, acceptor.accept(stream)).await??;
        let mut inside = TcpStream::connect(to).await?;
        inside.set_nodelay(true)?;
        tokio::io::copy_bidirectional(&mut outside, &mut inside).await?;
        Ok(())
    }
    .await;
}
