use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::io;
use std::sync::Arc;

use pdu_core::tokio::{Link, StreamLink, tcp};
use tokio::net::{TcpStream, ToSocketAddrs};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};

use super::{Fingerprint, TlsError};

/// Whom a client believes. There is no way to believe everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
// Exhaustive on purpose: a third way is a decision for every caller to see.
pub enum Trust {
    /// These authorities, as certificates in PEM: the server's certificate must be signed by one of them, be valid now, and
    /// name the server.
    Authority(String),
    /// One certificate, whatever it says of names and times: for units that make their own.
    Fingerprint(Fingerprint),
}

/// Opens TLS connections to one server.
#[derive(Clone, Debug)]
pub struct Connector {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Connector {
    /// For the server of this name: a host name or an address, without a port.
    pub fn new(trust: &Trust, name: &str) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let verifier = verifier(trust, &provider)?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Unusable(error.to_string()))?
            .dangerous() // what rustls calls every verifier that is not its own default; ours let nobody through unverified
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(Self {
            config: Arc::new(config),
            name: server_name(name)?,
        })
    }

    /// Makes a TLS connection of a TCP connection.
    ///
    /// The error has a [`TlsError`] inside ([`io::Error::get_ref`]), unless it is the socket's own.
    pub async fn connect(&self, stream: TcpStream) -> io::Result<TlsLink> {
        stream.set_nodelay(true)?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        match connector.connect(self.name.clone(), stream).await {
            Ok(stream) => Ok(TlsLink(StreamLink(stream))),
            Err(error) => Err(explain(error)),
        }
    }

    /// Opens connections to `address`, for pdu-core's [`Driver::connecting`](pdu_core::tokio::Driver::connecting). Each
    /// address that a name stands for is tried in turn, each for at most `timeout`, and the handshake may take as long.
    pub fn dial<A>(
        &self,
        address: A,
        timeout: Duration,
    ) -> impl FnMut() -> Pin<Box<dyn Future<Output = io::Result<TlsLink>> + Send>> + Send + use<A>
    where
        A: ToSocketAddrs + Clone + Send + Sync + 'static,
    {
        let mut dial = tcp(address, timeout);
        let connector = self.clone();
        move || {
            let (attempt, connector) = (dial(), connector.clone());
            Box::pin(async move {
                let stream = attempt.await?;
                let handshake = tokio::time::timeout(timeout, connector.connect(stream));
                let late = |_| io::Error::new(io::ErrorKind::TimedOut, TlsError::Timeout);
                handshake.await.map_err(late)?
            })
        }
    }
}

fn server_name(name: &str) -> Result<ServerName<'static>, TlsError> {
    let bare = name.trim_start_matches('[').trim_end_matches(']'); // an IPv6 address as URIs have it
    ServerName::try_from(bare.to_owned()).map_err(|_| TlsError::Name(name.chars().take(200).collect()))
}

fn verifier(trust: &Trust, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    match trust {
        Trust::Authority(pem) => {
            let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots(pem)?), Arc::clone(provider));
            let verifier = verifier.build();
            Ok(verifier.map_err(|error| TlsError::Unusable(error.to_string()))?)
        }
        Trust::Fingerprint(expected) => Ok(Arc::new(Pinned {
            expected: *expected,
            algorithms: provider.signature_verification_algorithms,
        })),
    }
}

fn roots(pem: &str) -> Result<RootCertStore, TlsError> {
    let what = "certificate";
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| TlsError::Pem { what })?;
        let added = roots.add(certificate);
        added.map_err(|error| TlsError::Unusable(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(TlsError::Pem { what });
    }
    Ok(roots)
}

/// What the handshake says, as our own error where it is.
fn explain(error: io::Error) -> io::Error {
    let kind = error.kind();
    let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return error;
    };
    let mismatch = match inner {
        Error::InvalidCertificate(CertificateError::Other(OtherError(other))) => other.downcast_ref::<TlsError>(),
        _ => None,
    };
    let ours = mismatch
        .cloned()
        .unwrap_or_else(|| TlsError::Handshake(inner.to_string()));
    io::Error::new(kind, ours)
}

/// Believes one certificate. Who shows it must have its key too: the signatures of the handshake are checked as always.
#[derive(Debug)]
struct Pinned {
    expected: Fingerprint,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let (expected, found) = (self.expected, Fingerprint::of(certificate));
        if found == expected {
            return Ok(ServerCertVerified::assertion());
        }
        let mismatch = OtherError(Arc::new(TlsError::Fingerprint { expected, found }));
        Err(Error::InvalidCertificate(CertificateError::Other(mismatch)))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// A TLS connection, as a link for the tokio drivers of pdu-core.
///
/// A connection that ends without the peer's word for it counts as lost, not as ended: so a body that ends with the
/// connection cannot be cut by whoever stands in between.
#[derive(Debug)]
pub struct TlsLink(StreamLink<TlsStream<TcpStream>>);

impl Link for TlsLink {
    fn poll_recv(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        self.0.poll_recv(cx, buffer)
    }

    fn poll_send(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.poll_send(cx, bytes)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_flush(cx)
    }
}
