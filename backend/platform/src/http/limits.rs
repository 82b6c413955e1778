//! The limits of a listener.

use std::sync::Arc;
use std::time::Duration;

use super::body::LARGEST_BODY;
use super::client_address::TrustedProxies;
use super::web_origin::WebOrigin;

/// The largest head of a request, in bytes.
pub(super) const MAX_HEAD: usize = 64 * 1024;
/// The minimum of a limit that is lowered because of few file descriptors.
const MIN_LIMIT: usize = 8;

/// The limits of a listener.
#[derive(Debug, Clone)]
pub struct ServeLimits {
    /// The timeout of the head of a request, from its first byte or the start of the connection.
    pub head_within: Duration,
    /// The timeout of the body of a request, from its first wait.
    pub body_within: Duration,
    /// The largest body of any route, in bytes; most routes have a lower limit (`BODY_LIMIT`).
    pub body_limit: u64,
    /// The timeout of an idle connection.
    pub idle_within: Duration,
    /// The timeout of a write, while the client reads nothing of its response.
    pub write_within: Duration,
    /// The number of connections, without those of streams. At this limit the longest idle ones are closed; if none is
    /// idle, new ones are answered with 503.
    pub connections: usize,
    /// The number of connections of one client address, without those of streams.
    pub connections_per_address: usize,
    /// The number of additional connections, which answer probes, and 503 to other requests.
    pub reserve: usize,
    /// The number of open-ended streams. Their handlers acquire a [`StreamSlot`](super::StreamSlot).
    pub streams: usize,
    /// The number of open-ended streams of one client address.
    pub streams_per_address: usize,
    /// The proxies, which have no limit by address: they connect for many clients.
    pub trusted_proxies: TrustedProxies,
    /// The origins whose pages may read the errors of requests that are not valid HTTP.
    pub allowed_origins: Arc<[WebOrigin]>,
    /// How long a shutdown waits for requests in progress.
    pub grace: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            head_within: Duration::from_secs(10),
            body_within: Duration::from_secs(10),
            body_limit: LARGEST_BODY,
            idle_within: Duration::from_secs(75),
            write_within: Duration::from_secs(30),
            connections: 4096,
            connections_per_address: 1024,
            reserve: 16,
            streams: 4096,
            streams_per_address: 256,
            trusted_proxies: TrustedProxies::default(),
            allowed_origins: Arc::default(),
            grace: Duration::from_secs(10),
        }
    }
}

impl ServeLimits {
    /// Lowers the limits so that they need at most `files` file descriptors.
    #[must_use]
    pub fn within_files(mut self, files: usize) -> Self {
        if self.connections + self.streams + self.reserve <= files {
            return self;
        }
        self.reserve = self.reserve.min(files / 8).max(1);
        let rest = files.saturating_sub(self.reserve);
        let lower = |ceiling: usize, share: usize| {
            let lowered = ceiling.min(rest / 2).max(MIN_LIMIT);
            (lowered, (share.saturating_mul(lowered) / ceiling.max(1)).max(MIN_LIMIT.min(share)))
        };
        (self.streams, self.streams_per_address) = lower(self.streams, self.streams_per_address);
        (self.connections, self.connections_per_address) =
            lower(self.connections, self.connections_per_address);
        self
    }
}
