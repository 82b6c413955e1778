//! Slots of open-ended streams: a limit for the process, and one for each client address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use super::client_address::ClientAddress;
use super::problem::ApiError;
use crate::telemetry::LogThrottle;

/// The `Retry-After` of a refused stream, in seconds.
const RETRY_AFTER: u64 = 5;

/// The slots of a process. Clones share them.
#[derive(Clone, Debug)]
pub struct StreamSlots(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    total: usize,
    per_address: usize,
    open: Mutex<OpenCounts>,
    full: LogThrottle,
    share_used: LogThrottle,
}

#[derive(Debug, Default)]
struct OpenCounts {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A slot, which is released when the last clone is dropped.
///
/// As an extension of a response it marks the response as a stream: the server then counts its connection as a stream,
/// and not as a connection of requests.
#[derive(Clone, Debug)]
pub struct StreamSlot(#[expect(dead_code, reason = "held for its Drop")] Arc<OpenStream>);

#[derive(Debug)]
struct OpenStream {
    slots: StreamSlots,
    address: IpAddr,
}

impl StreamSlots {
    /// Creates `total` slots, of which one client address can use `per_address`.
    pub fn new(total: usize, per_address: usize) -> Self {
        let (full, share_used) = (LogThrottle::default(), LogThrottle::default());
        Self(Arc::new(Pool { total, per_address, open: Mutex::default(), full, share_used }))
    }

    /// Takes a slot for a client.
    ///
    /// # Errors
    /// 503 with `Retry-After` if all slots, or all slots of this address, are in use.
    pub fn acquire(&self, client: ClientAddress) -> Result<StreamSlot, ApiError> {
        let pool = &*self.0;
        let address = client.subscriber();
        let mut open = pool.open.lock();
        if open.total >= pool.total {
            if let Some(times) = pool.full.count() {
                tracing::warn!(limit = pool.total, times, "stream refused: every stream slot is in use");
            }
            return Err(ApiError::unavailable("Too many live streams, try again", RETRY_AFTER));
        }
        let own = open.by_address.get(&address).copied().unwrap_or_default();
        if own >= pool.per_address {
            if let Some(times) = pool.share_used.count() {
                tracing::warn!(
                    %address, limit = pool.per_address, times,
                    "stream refused: one client address uses its share of the streams \
                     (TICKETING_STREAMS_PER_ADDRESS; behind a proxy see TICKETING_TRUSTED_PROXIES)"
                );
            }
            let message = "Too many live streams from this address, try again";
            return Err(ApiError::unavailable(message, RETRY_AFTER));
        }
        open.total += 1;
        open.by_address.insert(address, own + 1);
        drop(open);
        metrics::gauge!("http_streams").increment(1.0);
        Ok(StreamSlot(Arc::new(OpenStream { slots: self.clone(), address })))
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self.slots.0.open.lock();
        open.total = open.total.saturating_sub(1);
        if let Some(own) = open.by_address.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                open.by_address.remove(&self.address);
            }
        }
        drop(open);
        metrics::gauge!("http_streams").decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(address: &str) -> ClientAddress {
        ClientAddress(address.parse().unwrap())
    }

    #[test]
    fn streams_beyond_the_share_of_an_address_are_refused() {
        let slots = StreamSlots::new(3, 2);
        let held = [slots.acquire(client("1.1.1.1")).unwrap(), slots.acquire(client("1.1.1.1")).unwrap()];
        let refused = slots.acquire(client("1.1.1.1")).unwrap_err();
        assert_eq!(refused.status(), 503);
        let other = slots.acquire(client("2.2.2.2")).unwrap();
        assert!(slots.acquire(client("3.3.3.3")).is_err(), "three slots were all");
        drop((held, other));
        assert!(slots.0.open.lock().by_address.is_empty());
    }

    #[test]
    fn slot_is_released_with_its_last_clone() {
        let slots = StreamSlots::new(1, 1);
        let slot = slots.acquire(client("2001:db8::1")).unwrap();
        let clone = slot.clone();
        drop(slot);
        assert!(slots.acquire(client("2001:db8::2")).is_err());
        drop(clone);
        assert!(slots.acquire(client("2001:db8::2")).is_ok());
    }
}
