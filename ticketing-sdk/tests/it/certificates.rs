//! Certificates that the client does not accept. They are those of the tests of the CLI.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ticketing_sdk::rustls::crypto::ring;
use ticketing_sdk::rustls::pki_types::pem::PemObject;
use ticketing_sdk::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use ticketing_sdk::rustls::{ServerConfig, ServerConnection, Stream};
use ticketing_sdk::{CertificateError, Client, Error, ErrorCategory, fixtures};

use futures_util::StreamExt;

/// The contents of a file of certificates.
macro_rules! certificate {
    ($name:literal) => {
        include_bytes!(concat!("../../../ticketing-cli/tests/it/certificates/", $name))
    };
}

const ROOT: &[u8] = certificate!("authority.pem");
const KEY: &[u8] = certificate!("server.key");
const VALID: &[u8] = certificate!("valid.pem");
const EXPIRED: &[u8] = certificate!("expired.pem");
const OTHER_HOST: &[u8] = certificate!("other-host.pem");

/// A server that answers every request with a list of one ticket.
struct Server {
    url: String,
    connections: Arc<AtomicU32>,
}

impl Server {
    fn start(certificate: &[u8]) -> Self {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let chain = vec![CertificateDer::from_pem_slice(certificate).unwrap()];
        let config = config.with_single_cert(chain, PrivateKeyDer::from_pem_slice(KEY).unwrap()).unwrap();
        let (config, listener) = (Arc::new(config), TcpListener::bind("127.0.0.1:0").unwrap());
        let url = format!("https://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&connections);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                seen.fetch_add(1, Ordering::SeqCst);
                let mut tls = ServerConnection::new(Arc::clone(&config)).unwrap();
                // A client that does not accept the certificate leaves.
                let _ = answer(&mut Stream::new(&mut tls, &mut connection.unwrap()));
            }
        });
        Self { url, connections }
    }

    fn connections(&self) -> u32 {
        self.connections.load(Ordering::SeqCst)
    }
}

fn answer(stream: &mut (impl Read + Write)) -> std::io::Result<()> {
    let mut request = [0; 4096];
    let _ = stream.read(&mut request)?;
    let body = serde_json::to_string(&[fixtures::ticket("t-1")])?;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
    write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn valid_certificate_of_a_trusted_root_is_accepted() {
    let server = Server::start(VALID);
    let client = Client::builder(&server.url).root_certificates(ROOT).build().unwrap();
    assert_eq!(client.tickets().list().await.unwrap().items[0].id.as_str(), "t-1");
}

#[tokio::test]
async fn rejected_certificate_is_named_and_not_tried_again() {
    for (certificate, root, expected) in [
        (EXPIRED, Some(ROOT), CertificateError::Expired),
        (OTHER_HOST, Some(ROOT), CertificateError::OtherHost),
        (VALID, None, CertificateError::UnknownIssuer),
    ] {
        let server = Server::start(certificate);
        let mut builder = Client::builder(&server.url);
        if let Some(root) = root {
            builder = builder.root_certificates(root);
        }
        let client = builder.build().unwrap();
        let read = client.tickets().list().await.unwrap_err();
        let write = client.orders().create("t-1").await.unwrap_err();
        for error in [read, write] {
            let Error::Untrusted { server: name, reason, .. } = &error else { panic!("{error:?}") };
            assert_eq!((name, reason), (&server.url, &expected));
            assert_eq!(error.user_message(), format!("the certificate of {name} is not accepted: {reason}"));
            assert_eq!(error.category(), ErrorCategory::Unreachable);
            assert!(!error.is_transient() && !error.is_unreachable() && !error.is_unknown_outcome());
        }
        let mut watch = client.tickets().follow(None);
        assert!(matches!(watch.next().await, Some(Err(Error::Untrusted { .. }))));
        assert!(watch.next().await.is_none(), "a watch does not connect again");
        assert_eq!(server.connections(), 3, "each call connects once");
    }
}
