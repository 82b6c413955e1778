//! A notification that any number of tasks can wait for.

use tokio::sync::watch;

/// Notifies listeners. Clones notify the same ones. A listener misses no notification: it returns at once for one that
/// came after its last wait.
#[derive(Clone, Debug)]
pub struct Signal {
    count: watch::Sender<u64>,
}

/// Waits for the notifications of a [`Signal`].
#[derive(Debug)]
pub struct Listener {
    count: watch::Receiver<u64>,
}

impl Default for Signal {
    fn default() -> Self {
        Self { count: watch::Sender::new(0) }
    }
}

impl Signal {
    /// Wakes every listener.
    pub fn notify(&self) {
        self.count.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Returns the number of notifications so far.
    pub fn notifications(&self) -> u64 {
        *self.count.borrow()
    }

    /// Returns whether a listener exists.
    pub fn has_listeners(&self) -> bool {
        self.count.receiver_count() > 0
    }

    /// Creates a listener for every notification from now on.
    pub fn listen(&self) -> Listener {
        Listener { count: self.count.subscribe() }
    }

    /// Returns whether both notify the same listeners.
    pub fn is_same(&self, other: &Self) -> bool {
        self.count.same_channel(&other.count)
    }
}

impl Listener {
    /// Returns at the next notification, or at once if one came since the last call. Never returns after every
    /// [`Signal`] was dropped.
    pub async fn notified(&mut self) {
        if self.count.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
