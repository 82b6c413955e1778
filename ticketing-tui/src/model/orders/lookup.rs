//! The schedule of lookups for orders that the user has made in another client.

use std::time::Duration;

use ticketing_sdk::Timestamp;

/// The time between two lookups, at least: in a busy market most reservations are those of others.
pub(super) const LOOKUP_INTERVAL: Duration = Duration::from_secs(5);

/// The next lookup, and the last one.
#[derive(Debug, Default)]
pub(in crate::model) struct OrderLookup {
    next: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl OrderLookup {
    /// Requests a lookup: now, or once the interval has passed. `now` is the server's.
    pub(in crate::model) fn request(&mut self, now: Timestamp) {
        // The clock may have been set back meanwhile.
        let earliest = self.last.filter(|last| *last <= now).map_or(now, |last| last + LOOKUP_INTERVAL);
        self.next.get_or_insert(earliest.max(now));
    }

    /// Returns whether a lookup is due, and counts it as done.
    pub(super) fn take_due(&mut self, now: Timestamp) -> bool {
        let is_due = self.next.is_some_and(|next| next <= now || next > now + LOOKUP_INTERVAL);
        if is_due {
            (self.next, self.last) = (None, Some(now));
        }
        is_due
    }

    /// Returns when the next lookup is due.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookups_of_a_busy_market_have_an_interval() {
        let mut lookup = OrderLookup::default();
        let at = |seconds: u64| Timestamp::from_millis(0) + Duration::from_secs(seconds);
        assert!(!lookup.take_due(at(1)));
        lookup.request(at(1));
        assert!(lookup.take_due(at(1)) && !lookup.take_due(at(1)));
        for second in 2..5 {
            lookup.request(at(second));
            assert_eq!((lookup.next(), lookup.take_due(at(second))), (Some(at(6)), false));
        }
        assert!(lookup.take_due(at(6)));
        // The clock is set back.
        lookup.request(at(2));
        assert!(lookup.take_due(at(2)));
    }
}
