//! The writes whose commands died, for the command that settles them.

use ticketing_sdk::{Client, Request, Timestamp};
use ticketing_tui::Operation;

use super::{RECORD_RETENTION, WriteEntry, WriteRecord};

/// A write whose command died. This process holds its lock until it is dropped or settled.
#[derive(Debug)]
pub(crate) struct InterruptedWrite {
    pub(crate) record: WriteRecord,
    pub(super) entry: WriteEntry,
}

impl WriteRecord {
    /// Returns a sentence for the user: that the write was interrupted, and what to do about it.
    pub(crate) fn describe(&self) -> String {
        let Self { operation, server, .. } = self;
        match batch_advice(operation) {
            Some(advice) => format!("`{operation}` at {server} was interrupted; {advice}"),
            None => format!(
                "`{operation}` at {server} was interrupted, and it is not known whether it was done; `ticketing orders resume` says \
                 what became of it, and finishes it"
            ),
        }
    }
}

impl InterruptedWrite {
    /// Returns whether the server no longer keeps the key.
    pub(crate) fn is_expired(&self, now: Timestamp) -> bool {
        now.saturating_duration_since(self.record.started_at) >= RECORD_RETENTION
    }

    /// Rebuilds the request with its key, if the record contains it and the server keeps the key.
    pub(crate) fn request(&self, client: &Client, now: Timestamp) -> Option<Request> {
        let request = self.record.request.as_ref().filter(|_| !self.is_expired(now))?;
        Some(request.repeat(client, self.record.key.clone(), self.record.user.as_ref()))
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
