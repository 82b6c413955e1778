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

impl Link {
    /// Returns the variable that sets the URL of the server.
    fn variable(self) -> &'static str {
        match self {
            Self::Nats => "TICKETING_NATS_URL",
            Self::Postgres => "TICKETING_DATABASE_URL",
            Self::Stripe => "TICKETING_STRIPE_API_BASE",
        }
    }
}

/// The links of one process: the server of each with its URL, and the proxy.
#[derive(Debug)]
pub(crate) struct Links(Vec<(Link, String, FaultProxy)>);

impl Links {
    /// Starts a proxy for each server.
    pub(crate) async fn start(servers: &[(Link, String)]) -> Self {
        let mut links = Vec::new();
        for (link, url) in servers {
            links.push((*link, url.clone(), FaultProxy::start(parse_address(url)).await));
        }
        Self(links)
    }

    pub(crate) fn proxy(&self, link: Link) -> &FaultProxy {
        let found = self.0.iter().find(|(own, ..)| *own == link);
        found.map(|(.., proxy)| proxy).expect("the processes use this server")
    }

    /// Returns the environment of a process that connects through them.
    pub(crate) fn environment(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.0.iter().map(|(link, url, proxy)| {
            let address = parse_address(url).to_string();
            (link.variable(), url.replacen(&address, &proxy.addr().to_string(), 1))
        })
    }
}

/// Returns where the server of a URL like `nats://127.0.0.1:4222` listens.
fn parse_address(url: &str) -> SocketAddr {
    let (_, rest) = url.split_once("://").expect("a URL");
    let authority = rest.split('/').next().unwrap_or(rest);
    let address = authority.rsplit('@').next().unwrap_or(authority);
    address.parse().expect("an address and a port")
}
