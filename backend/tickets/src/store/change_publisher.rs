//! Publishes the changes of tickets: the outbox, the signal of the feed, and the time.

use ticketing_bus::Outbox;
use ticketing_platform::signal::Signal;
use ticketing_sdk::Timestamp;

/// Publishes a change to the other services and to the watchers of the feed.
#[derive(Clone, Copy, Debug)]
pub struct ChangePublisher<'a> {
    /// The outbox.
    pub outbox: &'a Outbox,
    /// Notified after the commit, for the watchers of the feed.
    pub changed: &'a Signal,
    /// The time of the change.
    pub now: Timestamp,
}
