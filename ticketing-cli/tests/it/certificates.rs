//! Servers that speak TLS: with a certificate that is valid, expired, of another host, or of an unknown authority.
//!
//! The certificates in `certificates/` are of an authority that only these tests trust. The valid ones expire in 2120.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::support::{Cli, Run, finish};

const AUTHORITY: &str = "authority.pem";

fn file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/certificates").join(name)
}

/// A server with this certificate that has no tickets. Returns its address.
fn serve(certificate: &str) -> String {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let chain = vec![CertificateDer::from_pem_file(file(certificate)).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut tls = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = Stream::new(&mut tls, &mut connection);
            let mut request = [0; 4096];
            // A client that refuses the certificate ends the connection here.
            if stream.read(&mut request).is_ok_and(|read| read > 0) {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n";
                let _ = write!(stream, "{head}connection: close\r\n\r\n[]");
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    url
}

fn list(server: &str, trusted: &Path) -> Run {
    let mut command = Cli::for_server(server).command(&["tickets", "list", "--jq", ".items | length"]);
    command.env("SSL_CERT_FILE", trusted);
    finish(command, "")
}

#[test]
fn valid_certificate_of_a_trusted_authority_is_accepted() {
    let run = list(&serve("valid.pem"), &file(AUTHORITY));
    assert_eq!((run.code, run.out.as_str()), (0, "0\n"), "{run:?}");
}

#[test]
fn certificate_that_is_not_valid_is_named_with_what_to_do() {
    for (certificate, trusted, why, hint) in [
        (
            "expired.pem",
            AUTHORITY,
            "it has expired",
            "hint: the operator of the server must renew its certificate",
        ),
        (
            "other-host.pem",
            AUTHORITY,
            "it is of another host",
            "hint: --server must name the host of the certificate",
        ),
        // `openssl req -x509` makes one that is an authority.
        (
            "self-signed.pem",
            "self-signed.pem",
            "it is the certificate of an authority, and not of a server",
            "hint: sign a certificate of the server with it",
        ),
        // The certificate is trusted as an authority, which it is not.
        (
            "valid.pem",
            "other-host.pem",
            "its issuer is not trusted",
            "hint: SSL_CERT_FILE names a file with the authority",
        ),
    ] {
        let server = serve(certificate);
        let run = list(&server, &file(trusted));
        assert_eq!((run.code, run.out.as_str()), (7, ""), "{certificate}: {run:?}");
        let error = format!("error: the certificate of {server} is not accepted: {why}\n");
        assert!(run.err.starts_with(&error), "{certificate}: {}", run.err);
        assert!(run.err.contains(hint), "{certificate}: {}", run.err);
    }
}

#[test]
fn https_to_a_server_without_tls_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let _ = connection.read(&mut [0; 4096]);
            let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
        }
    });
    let run = list(&format!("https://{address}"), &file(AUTHORITY));
    assert_eq!(run.code, 7, "{run:?}");
    assert!(
        run.err.contains("hint: it does not speak TLS there: is --server to begin with http://?"),
        "{run:?}"
    );
}
