//! The writes whose commands died, for the command that settles them.

use std::time::Duration;

use ticketing_sdk::{IdempotencyKey, Timestamp};

use super::{AbandonedEntry, Entry, Journal, Note, fingerprint};

/// A write whose command died. This process holds its lock until it is dropped or settled.
#[derive(Debug)]
pub(crate) struct InterruptedWrite {
    note: Note,
    entry: Entry,
}

impl InterruptedWrite {
    /// Returns the command, as `payments create 0198…`.
    pub(crate) fn operation(&self) -> &str {
        &self.note.operation
    }

    /// Returns the server that the write was for.
    pub(crate) fn server(&self) -> &str {
        &self.note.server
    }

    /// Returns the idempotency key that may have been sent.
    pub(crate) fn key(&self) -> &IdempotencyKey {
        &self.note.key
    }

    /// Returns the age of the write.
    pub(crate) fn age(&self, now: Timestamp) -> Duration {
        now.saturating_since(self.note.started_at)
    }

    /// Returns whether these parts determine the write.
    pub(crate) fn is_of(&self, parts: &[&str]) -> bool {
        self.note.fingerprint == fingerprint(&self.note.server, &self.note.operation, parts)
    }

    /// Removes the note: the outcome is known.
    pub(crate) fn settle(self) {
        self.entry.settle();
    }
}

impl Journal {
    /// Claims the writes whose commands died, oldest first. Those of a running command are not among them.
    pub(crate) fn claim_interrupted(&self) -> Vec<InterruptedWrite> {
        let claimed = self.claim_abandoned().into_iter().map(|AbandonedEntry { path, file, note }| {
            let entry = Entry { key: note.key.clone(), resumed: true, path, file };
            InterruptedWrite { note, entry }
        });
        let mut claimed: Vec<InterruptedWrite> = claimed.collect();
        claimed.sort_by_key(|write| write.note.started_at);
        claimed
    }
}
