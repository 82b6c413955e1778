//! TLS to the server, by rustls with ring. The certificate and the name of the server are always checked.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Which certificates a server may have.
#[derive(Clone, Copy)]
pub(super) enum Trust<'a> {
    /// None: no connection uses TLS.
    Nothing,
    /// Those that this machine trusts.
    Machine,
    /// Those of a file.
    File(&'a Path),
}

/// Returns the connector of the client. It is not used by connections without TLS.
pub(super) fn connector(trust: Trust<'_>) -> Result<MakeRustlsConnect, String> {
    let mut trusted = RootCertStore::empty();
    match trust {
        Trust::Nothing => {}
        Trust::Machine => {
            trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Trust::File(file) => {
            let unreadable = |error: &dyn std::fmt::Display| {
                format!("sslrootcert: cannot read certificates from {}: {error}", file.display())
            };
            for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(&error))? {
                let certificate = certificate.map_err(|error| unreadable(&error))?;
                trusted.add(certificate).map_err(|error| unreadable(&error))?;
            }
            if trusted.is_empty() {
                return Err(unreadable(&"it has none"));
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
