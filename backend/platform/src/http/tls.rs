//! The encryption of the connection of a client, as a trusted proxy reports it.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use http::HeaderName;

use super::settings::LayerSettings;

const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Returns whether a trusted proxy reports that the client uses TLS: a proxy on this machine, or one of
/// `TICKETING_TRUSTED_PROXIES`.
pub(super) fn is_over_tls(request: &Request, settings: &LayerSettings) -> bool {
    let Some(scheme) = request.headers().get(X_FORWARDED_PROTO) else { return false };
    // The first value is that of the client; each proxy appends its own.
    let scheme = scheme.as_bytes().split(|byte| *byte == b',').next().unwrap_or_default().trim_ascii();
    if !scheme.eq_ignore_ascii_case(b"https") {
        return false;
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.is_some_and(|ConnectInfo(peer)| {
        let address: IpAddr = peer.ip().to_canonical();
        address.is_loopback() || settings.trusted_proxies.trusts(address)
    })
}
