//! The links of one process to its servers, each of which can go wrong.

use std::net::SocketAddr;

use crate::proxy::FaultProxy;

/// What a process is linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The server that carries the events.
    Nats,
    /// The server of the databases.
    Postgres,
}

impl Link {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Nats, Self::Postgres];
}

/// The links of one process.
#[derive(Debug)]
pub(crate) struct Links {
    nats: FaultProxy,
    postgres: FaultProxy,
}

impl Links {
    /// Proxies of the servers that these URLs name.
    pub(crate) async fn to(database: &str, nats: &str) -> Self {
        Self {
            nats: FaultProxy::of(address_of(nats)).await,
            postgres: FaultProxy::of(address_of(database)).await,
        }
    }

    pub(crate) fn of(&self, link: Link) -> &FaultProxy {
        match link {
            Link::Nats => &self.nats,
            Link::Postgres => &self.postgres,
        }
    }

    /// What a process is told to come through them.
    pub(crate) fn environment(&self, database: &str, nats: &str) -> [(&'static str, String); 2] {
        let through = |url: &str, proxy: &FaultProxy| {
            url.replacen(&address_of(url).to_string(), &proxy.addr().to_string(), 1)
        };
        [
            ("TICKETING_DATABASE_URL", through(database, &self.postgres)),
            ("TICKETING_NATS_URL", through(nats, &self.nats)),
        ]
    }
}

/// Where the server of a URL like `nats://127.0.0.1:4222` listens.
fn address_of(url: &str) -> SocketAddr {
    let (_, rest) = url.split_once("://").expect("a URL");
    let authority = rest.split('/').next().unwrap_or(rest);
    let address = authority.rsplit('@').next().unwrap_or(authority);
    address.parse().expect("an address and a port")
}
