//! TLS to the server, by rustls with ring. The certificate and the name of the server are always checked.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

/// The encryption of a connection.
#[derive(Clone)]
pub(super) enum Tls {
    /// No encryption.
    None,
    /// TLS. The server must have a trusted certificate for its name.
    Checked(Arc<ClientConfig>),
}

impl Tls {
    /// Trusts the certificates of the file `roots`, or by default those that this machine trusts.
    pub(super) fn with_roots(roots: Option<&Path>) -> Result<Self, String> {
        let mut trusted = RootCertStore::empty();
        match roots {
            Some(file) => {
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
            None => {
                trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(trusted)
            .with_no_client_auth();
        Ok(Self::Checked(Arc::new(config)))
    }
}

/// Returns the TLS connector of the client.
pub(super) fn connector(config: &ClientConfig) -> MakeRustlsConnect {
    MakeRustlsConnect::new(config.clone())
}
