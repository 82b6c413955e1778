//! The open connections of a listener: a limit, a limit for each client address, and eviction.
//!
//! The listener accepts every connection. At a limit it evicts the connection that has been idle longest: of the same
//! address if the limit of the address is reached, else of the address with most connections. If none is idle, the new
//! connection is accepted on reserve: its first request is answered with 503, unless it is a probe.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::limits::ServeLimits;
use super::socket::Progress;
use crate::http::ClientAddress;
use crate::telemetry::LogThrottle;

/// The open connections of a listener.
#[derive(Debug)]
pub(super) struct Connections {
    limits: ServeLimits,
    open: Mutex<OpenConnections>,
    full: LogThrottle,
    share_used: LogThrottle,
    dropped: LogThrottle,
}

#[derive(Debug, Default)]
struct OpenConnections {
    next_id: u64,
    /// Connections of requests, and connections on reserve. Streams have their own slots.
    entries: HashMap<u64, ConnectionEntry>,
    by_address: HashMap<IpAddr, usize>,
    on_reserve: usize,
}

#[derive(Debug)]
struct ConnectionEntry {
    address: IpAddr,
    on_reserve: bool,
    progress: Arc<Progress>,
    evicted: CancellationToken,
}

/// The slot of an open connection, which is released when it is dropped.
#[derive(Debug)]
pub(super) struct ConnectionSlot {
    connections: Arc<Connections>,
    id: u64,
    /// Whether its first request is answered with 503, unless it is a probe.
    pub(super) on_reserve: bool,
    pub(super) progress: Arc<Progress>,
    /// Cancelled when the connection is evicted.
    pub(super) evicted: CancellationToken,
}

/// The candidates of an eviction.
#[derive(Clone, Copy)]
enum Candidates {
    /// Connections of this address.
    Address(IpAddr),
    /// All connections; one of the address with most connections is evicted.
    All,
    /// Connections on reserve.
    Reserve,
}

impl Connections {
    pub(super) fn new(limits: ServeLimits) -> Self {
        let (full, share_used, dropped) = Default::default();
        Self { limits, open: Mutex::default(), full, share_used, dropped }
    }

    /// Admits a new connection of `peer`. Also returns whether a limit was reached. Returns `None` if every connection
    /// is busy, even on reserve.
    pub(super) fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<(ConnectionSlot, bool)> {
        let address = ClientAddress(peer).subscriber();
        let mut open = self.open.lock();
        let own = open.by_address.get(&address).copied().unwrap_or_default();
        let regular = open.entries.len() - open.on_reserve;
        let mut is_crowded = true;
        let has_room = if own >= self.limits.connections_per_address
            && !self.limits.trusted_proxies.trusts(peer)
        {
            if let Some(times) = self.share_used.count() {
                let limit = self.limits.connections_per_address;
                tracing::warn!(%address, limit, times, "one client address uses its share of the connections \
                     (TICKETING_CONNECTIONS_PER_ADDRESS; behind a proxy see TICKETING_TRUSTED_PROXIES)");
            }
            open.evict(Candidates::Address(address))
        } else if regular >= self.limits.connections {
            if let Some(times) = self.full.count() {
                let limit = self.limits.connections;
                tracing::warn!(
                    limit,
                    times,
                    "connection limit reached; closing the longest idle connections"
                );
            }
            open.evict(Candidates::All)
        } else {
            is_crowded = false;
            true
        };
        let on_reserve = !has_room;
        if on_reserve && open.on_reserve >= self.limits.reserve && !open.evict(Candidates::Reserve) {
            if let Some(times) = self.dropped.count() {
                tracing::warn!(%address, times, "connection closed: every connection is busy");
            }
            return None;
        }
        let progress = Arc::new(Progress::default());
        let evicted = CancellationToken::new();
        let id = open.insert(ConnectionEntry {
            address,
            on_reserve,
            progress: Arc::clone(&progress),
            evicted: evicted.clone(),
        });
        Some((
            ConnectionSlot { connections: Arc::clone(self), id, on_reserve, progress, evicted },
            is_crowded,
        ))
    }

    /// Evicts the longest idle connection, because no file descriptor is free.
    pub(super) fn evict_one(&self) {
        self.open.lock().evict(Candidates::All);
    }
}

impl ConnectionSlot {
    /// Releases the slot of a connection that has become a stream, which has its own slot.
    pub(super) fn leave(&self) {
        self.connections.open.lock().remove(self.id);
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.leave();
    }
}

impl OpenConnections {
    fn insert(&mut self, entry: ConnectionEntry) -> u64 {
        if entry.on_reserve {
            self.on_reserve += 1;
        } else {
            *self.by_address.entry(entry.address).or_default() += 1;
        }
        self.next_id += 1;
        self.entries.insert(self.next_id, entry);
        self.next_id
    }

    fn remove(&mut self, id: u64) -> Option<ConnectionEntry> {
        let entry = self.entries.remove(&id)?;
        if entry.on_reserve {
            self.on_reserve -= 1;
        } else if let Some(own) = self.by_address.get_mut(&entry.address) {
            *own -= 1;
            if *own == 0 {
                self.by_address.remove(&entry.address);
            }
        }
        Some(entry)
    }

    /// Evicts the longest idle connection. Returns whether there was one.
    fn evict(&mut self, among: Candidates) -> bool {
        let chosen = self
            .entries
            .iter()
            .filter(|(_, entry)| match among {
                Candidates::Address(address) => !entry.on_reserve && entry.address == address,
                Candidates::All => !entry.on_reserve,
                Candidates::Reserve => entry.on_reserve,
            })
            .filter(|(_, entry)| entry.progress.is_waiting())
            .max_by_key(|(id, entry)| {
                let crowd = match among {
                    Candidates::All => self.by_address.get(&entry.address).copied().unwrap_or_default(),
                    Candidates::Address(_) | Candidates::Reserve => 0,
                };
                let since = entry.progress.waiting_since.load(Ordering::Relaxed);
                (crowd, std::cmp::Reverse((since, **id)))
            })
            .map(|(id, _)| *id);
        let Some(entry) = chosen.and_then(|id| self.remove(id)) else { return false };
        entry.evicted.cancel();
        metrics::counter!("http_connections_evicted_total").increment(1);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::TrustedProxies;

    fn connections(total: usize, share: usize) -> Arc<Connections> {
        let trusted_proxies = TrustedProxies::new(vec!["10.0.0.1/32".parse().unwrap()]);
        Arc::new(Connections::new(ServeLimits {
            connections: total,
            connections_per_address: share,
            reserve: 1,
            trusted_proxies,
            ..ServeLimits::default()
        }))
    }

    fn admit(connections: &Arc<Connections>, peer: &str) -> Option<ConnectionSlot> {
        let (admitted, _) = connections.admit(peer.parse().unwrap())?;
        // The state of a connection that was polled and has no request yet.
        admitted.progress.begin_waiting();
        Some(admitted)
    }

    #[test]
    fn connection_is_looked_at_before_it_gives_way() {
        let all = connections(1, 1);
        let (new, _) = all.admit("1.1.1.1".parse().unwrap()).unwrap();
        let (next, is_crowded) = all.admit("2.2.2.2".parse().unwrap()).unwrap();
        assert!(next.on_reserve && is_crowded && !new.evicted.is_cancelled());
    }

    #[test]
    fn full_listener_evicts_the_oldest_of_the_largest_address() {
        let all = connections(3, 3);
        let (single, first, second) = (
            admit(&all, "1.1.1.1").unwrap(),
            admit(&all, "2.2.2.2").unwrap(),
            admit(&all, "2.2.2.2").unwrap(),
        );
        let new = admit(&all, "3.3.3.3").unwrap();
        assert!(!new.on_reserve);
        assert!(first.evicted.is_cancelled());
        assert!(!single.evicted.is_cancelled() && !second.evicted.is_cancelled());
    }

    #[test]
    fn used_share_evicts_only_that_address() {
        let all = connections(10, 1);
        let (other, own) = (admit(&all, "1.1.1.1").unwrap(), admit(&all, "2.2.2.2").unwrap());
        let new = admit(&all, "2.2.2.2").unwrap();
        assert!(!new.on_reserve && own.evicted.is_cancelled() && !other.evicted.is_cancelled());
    }

    #[test]
    fn trusted_proxy_has_no_share() {
        let all = connections(10, 1);
        let held: Vec<_> = (0..5).map(|_| admit(&all, "10.0.0.1").unwrap()).collect();
        assert!(held.iter().all(|held| !held.on_reserve && !held.evicted.is_cancelled()));
    }

    #[test]
    fn busy_connections_leave_the_reserve_alone() {
        let all = connections(1, 1);
        let busy = admit(&all, "1.1.1.1").unwrap();
        busy.progress.begin_answer();
        let probe = admit(&all, "2.2.2.2").unwrap();
        assert!(probe.on_reserve && !busy.evicted.is_cancelled());
        // The connection without a request is evicted, the one with a response in progress is not.
        let second = admit(&all, "2.2.2.2").unwrap();
        assert!(second.on_reserve && probe.evicted.is_cancelled());
        second.progress.begin_answer();
        assert!(admit(&all, "2.2.2.2").is_none());
        drop(busy);
        assert!(!admit(&all, "2.2.2.2").unwrap().on_reserve);
    }

    #[test]
    fn stream_gives_its_connection_back() {
        let all = connections(1, 1);
        let stream = admit(&all, "1.1.1.1").unwrap();
        stream.progress.begin_answer();
        stream.leave();
        let new = admit(&all, "1.1.1.1").unwrap();
        assert!(!new.on_reserve);
        drop(stream);
        assert_eq!(all.open.lock().entries.len(), 1, "dropping the stream takes no second place");
    }
}
