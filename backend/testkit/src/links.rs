//! The links of one process to its servers, with fault injection.

use std::net::SocketAddr;

use crate::proxy::FaultProxy;

/// The server of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The server that carries the events.
    Nats,
    /// The server of the databases.
    Postgres,
    /// The fake Stripe, if it charges the cards.
    Stripe,
}

/// The links of one process.
#[derive(Debug)]
pub(crate) struct Links {
    nats: FaultProxy,
    postgres: FaultProxy,
    stripe: Option<FaultProxy>,
}

/// The URLs of the servers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Servers<'s> {
    pub(crate) database: &'s str,
    pub(crate) nats: &'s str,
    pub(crate) stripe: Option<&'s str>,
}

impl Links {
    /// Starts a proxy for the server of each URL.
    pub(crate) async fn start(servers: Servers<'_>) -> Self {
        let stripe = match servers.stripe {
            Some(stripe) => Some(FaultProxy::start(parse_address(stripe)).await),
            None => None,
        };
        Self {
            nats: FaultProxy::start(parse_address(servers.nats)).await,
            postgres: FaultProxy::start(parse_address(servers.database)).await,
            stripe,
        }
    }

    pub(crate) fn proxy(&self, link: Link) -> &FaultProxy {
        match link {
            Link::Nats => &self.nats,
            Link::Postgres => &self.postgres,
            Link::Stripe => self.stripe.as_ref().expect("cards are charged at Stripe"),
        }
    }

    /// Returns the environment of a process that connects through them.
    pub(crate) fn environment(&self, servers: Servers<'_>) -> Vec<(&'static str, String)> {
        let through = |url: &str, proxy: &FaultProxy| {
            url.replacen(&parse_address(url).to_string(), &proxy.addr().to_string(), 1)
        };
        let mut environment = vec![
            ("TICKETING_DATABASE_URL", through(servers.database, &self.postgres)),
            ("TICKETING_NATS_URL", through(servers.nats, &self.nats)),
        ];
        if let (Some(url), Some(proxy)) = (servers.stripe, &self.stripe) {
            environment.push(("TICKETING_STRIPE_API_BASE", through(url, proxy)));
        }
        environment
    }
}

/// Returns where the server of a URL like `nats://127.0.0.1:4222` listens.
fn parse_address(url: &str) -> SocketAddr {
    let (_, rest) = url.split_once("://").expect("a URL");
    let authority = rest.split('/').next().unwrap_or(rest);
    let address = authority.rsplit('@').next().unwrap_or(authority);
    address.parse().expect("an address and a port")
}
