//! The settings of the layer around every route.

use super::body::BODY_LIMIT;
use super::client_address::TrustedProxies;
use super::paths::CanonicalPaths;
use super::web_origin::WebOrigin;

/// The settings of [`wrap`](super::wrap).
#[derive(Debug, Clone, Default)]
pub struct LayerSettings {
    /// The other origins whose pages may use the API, with CORS.
    pub allowed_origins: Vec<WebOrigin>,
    /// The proxies, besides those on this machine, that may report TLS.
    pub trusted_proxies: TrustedProxies,
    /// Whether browsers must use TLS, even if a proxy reports plain HTTP.
    pub tls_only: bool,
    /// The canonical paths of the API.
    pub paths: CanonicalPaths,
    /// The paths whose requests are authenticated by a signature and not by a cookie. Any origin may send them.
    pub signed_paths: Vec<String>,
    /// Path prefixes and the services that own them, for spans.
    pub owners: Vec<(&'static str, &'static str)>,
    /// Paths with another limit on the request body than [`BODY_LIMIT`], in bytes.
    pub body_limits: Vec<(String, u64)>,
}

impl LayerSettings {
    /// Returns the largest request body of a path, in bytes.
    pub(super) fn body_limit(&self, path: &str) -> u64 {
        let own = self.body_limits.iter().find(|(own, _)| own == path);
        own.map_or(BODY_LIMIT, |(_, limit)| *limit)
    }
}
