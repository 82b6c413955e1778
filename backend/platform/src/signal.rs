//! A bell that any number of tasks can listen for.

use tokio::sync::watch;

/// A bell. Clones ring the same one. A listener never misses a ring: one that happened since it last looked counts.
#[derive(Clone, Debug)]
pub struct Signal {
    rings: watch::Sender<u64>,
}

/// Hears a [`Signal`].
#[derive(Debug)]
pub struct Listener {
    rings: watch::Receiver<u64>,
}

impl Default for Signal {
    fn default() -> Self {
        Self { rings: watch::Sender::new(0) }
    }
}

impl Signal {
    /// Wakes every listener.
    pub fn ring(&self) {
        self.rings.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// How often it was rung.
    #[must_use]
    pub fn rings(&self) -> u64 {
        *self.rings.borrow()
    }

    /// Whether there is a listener.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.rings.receiver_count() > 0
    }

    /// Hears every ring from now on.
    #[must_use]
    pub fn listen(&self) -> Listener {
        Listener { rings: self.rings.subscribe() }
    }

    /// Whether both are the same bell.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.rings.same_channel(&other.rings)
    }
}

impl Listener {
    /// Returns at the next ring, or at once if there was one since the last call. When every [`Signal`] is gone it
    /// waits for ever.
    pub async fn heard(&mut self) {
        if self.rings.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
