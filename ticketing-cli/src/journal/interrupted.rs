//! The writes whose commands died, for the command that settles them.

use ticketing_sdk::{Client, IdempotencyKey, Request, Timestamp, UserId};
use ticketing_tui::Operation;

use super::{RECORD_RETENTION, WriteEntry, WriteRecord};

/// A write whose command died. This process holds its lock until it is dropped or settled.
#[derive(Debug)]
pub(crate) struct InterruptedWrite {
    pub(super) record: WriteRecord,
    pub(super) entry: WriteEntry,
}

impl InterruptedWrite {
    /// Returns the command, as `payments create 0198…`.
    pub(crate) fn operation(&self) -> &Operation {
        &self.record.operation
    }

    /// Returns the server that the write was for.
    pub(crate) fn server(&self) -> &str {
        &self.record.server
    }

    /// Returns the idempotency key that may have been sent.
    pub(crate) fn key(&self) -> &IdempotencyKey {
        &self.record.key
    }

    /// Returns the account of the write, where it is known.
    pub(crate) fn user(&self) -> Option<&UserId> {
        self.record.user.as_ref()
    }

    /// Returns whether the server no longer keeps the key.
    pub(crate) fn is_expired(&self, now: Timestamp) -> bool {
        now.saturating_duration_since(self.record.started_at) >= RECORD_RETENTION
    }

    /// Rebuilds the request with its key, if the record contains it.
    pub(crate) fn request(&self, client: &Client) -> Option<Request> {
        let request = self.record.request.as_ref()?;
        Some(request.repeat(client, self.record.key.clone(), self.user()))
    }

    /// Removes the record: the outcome is known.
    pub(crate) fn settle(self) {
        self.entry.settle();
    }
}

/// Returns what to do about a command of many listings; `None` for another write.
pub(crate) fn batch_advice(operation: &Operation) -> Option<String> {
    operation.is_batch().then(|| {
        format!("run `ticketing {operation}` again: it lists the tickets that are missing, and none twice")
    })
}
