//! HTTP: the listener, its limits, and TLS.

use std::net::SocketAddr;

use clap::Args;
use clap::builder::BoolishValueParser;
use ticketing_platform::http::{IpNet, ServeLimits, TrustedProxies, WebOrigin};
use ticketing_platform::limits::WriteRate;

use super::Group;
use crate::settings::value::{count, listen_address, network, parse_trimmed};
use crate::settings::{LISTEN, SettingsError, StackSettings};

/// HTTP.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "HTTP")]
pub(crate) struct HttpGroup {
    /// Listen on this address
    ///
    /// Port 0 selects a free port.
    #[arg(long, env = "TICKETING_LISTEN", value_name = "HOST:PORT", value_parser = listen_address)]
    #[arg(default_value_t = LISTEN)]
    listen: SocketAddr,
    /// Serve GET /metrics on this address [default: nowhere]
    #[arg(long, env = "TICKETING_METRICS_LISTEN", value_name = "HOST:PORT", value_parser = listen_address)]
    metrics_listen: Option<SocketAddr>,
    /// Allow the pages of these other origins to use the API [default: none]
    ///
    /// Comma-separated, like https://shop.example, without a path. They may change state, and their answers have CORS
    /// fields.
    #[arg(long, env = "TICKETING_ALLOWED_ORIGINS", value_name = "ORIGINS", value_delimiter = ',')]
    #[arg(value_parser = parse_trimmed::<WebOrigin>, hide_short_help = true)]
    allowed_origins: Vec<WebOrigin>,
    /// Trust X-Forwarded-For and X-Forwarded-Proto from these proxies [default: none]
    ///
    /// Comma-separated addresses, or blocks like 10.0.0.0/8. Connections of a trusted proxy do not count for its
    /// address. Every process on this machine may say that its client uses TLS.
    #[arg(long, env = "TICKETING_TRUSTED_PROXIES", value_name = "BLOCKS", value_delimiter = ',')]
    #[arg(value_parser = network, hide_short_help = true)]
    trusted_proxies: Vec<IpNet>,
    /// Keep at most this number of connections open, live streams apart
    ///
    /// Beyond it the longest idle connections are closed. Lowered where the limit on open files is lower.
    #[arg(long, env = "TICKETING_CONNECTIONS", value_name = "NUMBER", value_parser = count)]
    #[arg(default_value_t = ServeLimits::default().connections, hide_short_help = true)]
    connections: usize,
    /// Keep at most this number of connections of one client address open, live streams apart
    #[arg(long, env = "TICKETING_CONNECTIONS_PER_ADDRESS", value_name = "NUMBER", value_parser = count)]
    #[arg(default_value_t = ServeLimits::default().connections_per_address, hide_short_help = true)]
    connections_per_address: usize,
    /// Allow this number of listings, edits, orders, cancellations and payments of one account a minute
    ///
    /// Counted by each service of each process. 0 sets no limit.
    #[arg(long, env = "TICKETING_WRITES_PER_MINUTE", value_name = "NUMBER", value_parser = parse_trimmed::<u32>)]
    #[arg(default_value_t = WriteRate::default().per_minute, hide_short_help = true)]
    writes_per_minute: u32,
    /// Allow this number of these writes at once
    #[arg(long, env = "TICKETING_WRITE_BURST", value_name = "NUMBER", value_parser = parse_trimmed::<u32>)]
    #[arg(default_value_t = WriteRate::default().burst, hide_short_help = true)]
    write_burst: u32,
}

impl Group for HttpGroup {
    fn apply(self, settings: &mut StackSettings, _: &mut SettingsError) {
        settings.listen = self.listen;
        settings.metrics_listen = self.metrics_listen;
        settings.allowed_origins = self.allowed_origins;
        settings.trusted_proxies = TrustedProxies::new(self.trusted_proxies);
        settings.serve.trusted_proxies = settings.trusted_proxies.clone();
        settings.serve.connections = self.connections;
        settings.serve.connections_per_address = self.connections_per_address;
        settings.writes.per_minute = self.writes_per_minute;
        settings.writes.burst = self.write_burst;
        // Browsers do not return a `Secure` cookie over plain HTTP, which loopback has.
        settings.cookie = settings.cookie.clone().with_secure(!self.listen.ip().is_loopback());
    }
}

/// The address of the pages.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "HTTP")]
pub(crate) struct AddressGroup {
    /// Name this address in the pages [default: none]
    ///
    /// Like https://shop.example, without a path: the address that browsers use. Programs that show previews of links find
    /// the picture there.
    #[arg(long, env = "TICKETING_PUBLIC_URL", value_name = "URL", value_parser = parse_trimmed::<WebOrigin>)]
    #[arg(hide_short_help = true)]
    public_url: Option<WebOrigin>,
}

impl Group for AddressGroup {
    fn apply(self, settings: &mut StackSettings, _: &mut SettingsError) {
        settings.public_url = self.public_url;
    }
}

/// The live feed.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "HTTP")]
pub(crate) struct StreamGroup {
    /// Keep at most this number of live streams open
    ///
    /// Further streams are answered 503. Lowered where the limit on open files is lower.
    #[arg(long, env = "TICKETING_STREAMS", value_name = "NUMBER", value_parser = count)]
    #[arg(default_value_t = ServeLimits::default().streams, hide_short_help = true)]
    streams: usize,
    /// Keep at most this number of live streams of one client address open
    #[arg(long, env = "TICKETING_STREAMS_PER_ADDRESS", value_name = "NUMBER", value_parser = count)]
    #[arg(default_value_t = ServeLimits::default().streams_per_address, hide_short_help = true)]
    streams_per_address: usize,
}

impl Group for StreamGroup {
    fn apply(self, settings: &mut StackSettings, _: &mut SettingsError) {
        settings.serve.streams = self.streams;
        settings.serve.streams_per_address = self.streams_per_address;
    }
}

/// Whether browsers use TLS.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Sessions")]
pub(crate) struct TlsGroup {
    /// Send the cookie over TLS only [default: true, false on a loopback address]
    ///
    /// Pages then tell browsers to use TLS.
    #[arg(long, env = "TICKETING_COOKIE_SECURE", value_name = "true|false")]
    #[arg(value_parser = BoolishValueParser::new(), hide_short_help = true)]
    cookie_secure: Option<bool>,
}

impl Group for TlsGroup {
    fn apply(self, settings: &mut StackSettings, errors: &mut SettingsError) {
        if let Some(secure) = self.cookie_secure {
            settings.cookie = settings.cookie.clone().with_secure(secure);
        }
        let name = settings.cookie.name();
        let needs_tls = ["__Host-", "__Secure-"].iter().any(|prefix| name.starts_with(prefix));
        if needs_tls && !settings.cookie.is_secure() {
            let expected = "another prefix: browsers refuse such a cookie over plain HTTP";
            errors.add("TICKETING_COOKIE_NAME", Some(name.to_owned()), expected);
        }
    }
}
