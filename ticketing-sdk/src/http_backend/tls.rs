//! The TLS configuration of a client. It does not change the default provider of the process.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CertificateError as Reason, ClientConfig};
use rustls_platform_verifier::Verifier;

use crate::{CertificateError, Error, Result};

/// The ALPN protocols, in order of preference.
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Returns the configuration of connections that trust the system's certificates and those of these PEM files. If no
/// certificates are needed, the system's are not loaded, because a machine may have none; and `None` is returned if there is
/// no provider.
///
/// # Errors
/// If a PEM file is invalid, or there is no cryptographic provider although certificates are needed.
pub(super) fn config(pem_files: &[Vec<u8>], needs_certificates: bool) -> Result<Option<ClientConfig>> {
    let mut roots = Vec::new();
    for pem in pem_files {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots.push(certificate.map_err(|error| Error::invalid("root certificate", error.to_string()))?);
        }
        if roots.len() == before {
            return Err(Error::invalid("root certificate", "the PEM text contains no certificate"));
        }
    }
    let Some(provider) = provider() else {
        let missing = Error::Unsupported { what: NO_PROVIDER };
        return if needs_certificates { Err(missing) } else { Ok(None) };
    };
    let invalid = |error: rustls::Error| Error::invalid("TLS", error.to_string());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().map_err(invalid)?;
    let mut config = if needs_certificates || !roots.is_empty() {
        let verifier = Verifier::new_with_extra_roots(roots, provider).map_err(invalid)?;
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
    } else {
        builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
    };
    config.alpn_protocols = ALPN.map(<[u8]>::to_vec).to_vec();
    Ok(Some(config))
}

const NO_PROVIDER: &str = "TLS: enable the feature `tls-ring`, or install a provider of rustls";

/// Returns the default provider of the process, or ring.
fn provider() -> Option<Arc<CryptoProvider>> {
    let installed = CryptoProvider::get_default().cloned();
    #[cfg(feature = "tls-ring")]
    let installed = installed.or_else(|| Some(Arc::new(rustls::crypto::ring::default_provider())));
    installed
}

/// Returns the certificate error in the chain of sources, if there is one.
pub(super) fn find_certificate_error(error: &(dyn StdError + 'static)) -> Option<CertificateError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(reason)) = error.downcast_ref() {
            return Some(certificate_error(reason));
        }
        // `source` of an I/O error skips the error that it wraps; `get_ref` returns it.
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = held.map(|held| held as &(dyn StdError + 'static)).or_else(|| error.source());
    }
    None
}

fn certificate_error(reason: &Reason) -> CertificateError {
    match reason {
        Reason::Expired | Reason::ExpiredContext { .. } => CertificateError::Expired,
        Reason::NotValidYet | Reason::NotValidYetContext { .. } => CertificateError::NotValidYet,
        Reason::NotValidForName | Reason::NotValidForNameContext { .. } => CertificateError::OtherHost,
        Reason::UnknownIssuer => CertificateError::UnknownIssuer,
        // The verifier wraps its own error, whose type is not part of its API.
        other if other.to_string().contains("CaUsedAsEndEntity") => CertificateError::IsAuthority,
        other => CertificateError::Other(other.to_string()),
    }
}
