//! The journal of idempotency keys, which stores the key of a write before the request leaves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ticketing_sdk::{IdempotencyKey, Request};

/// Records the key of a write before the write is sent. The same write, recorded again after an interruption, gets the
/// same key, so that the server performs it once.
pub trait Journal: Send + Sync {
    /// Notes a write down, without its key. `operation` names it for people.
    ///
    /// # Errors
    /// Why it could not be noted down. It is not sent then.
    fn begin(&self, operation: &str, request: &Request) -> Result<Box<dyn JournalEntry>, String>;
}

/// A write that is noted down. Dropping it leaves the note: its outcome is not known.
pub trait JournalEntry: Send {
    /// The key to send.
    fn key(&self) -> IdempotencyKey;

    /// Returns whether an attempt that was interrupted may have sent the key already.
    fn is_resumed(&self) -> bool;

    /// Removes the entry, because the outcome is known.
    fn settle(self: Box<Self>);
}

/// Keeps the keys in memory, as long as the program runs: for a marketplace that ends with it.
#[derive(Debug, Clone, Default)]
pub struct MemoryJournal(Arc<Mutex<HashMap<WriteId, IdempotencyKey>>>);

/// The operation of a write, and the body of its request.
type WriteId = (String, Vec<u8>);

impl Journal for MemoryJournal {
    fn begin(&self, operation: &str, request: &Request) -> Result<Box<dyn JournalEntry>, String> {
        let request = (operation.to_owned(), request.body_bytes().to_vec());
        let interrupted = lock(&self.0).remove(&request);
        let is_resumed = interrupted.is_some();
        let key = interrupted.unwrap_or_else(IdempotencyKey::generate);
        Ok(Box::new(MemoryEntry { journal: self.clone(), request, key, is_resumed, is_settled: false }))
    }
}

/// A write that a [`MemoryJournal`] notes down again when it is dropped before its outcome is known.
struct MemoryEntry {
    journal: MemoryJournal,
    request: WriteId,
    key: IdempotencyKey,
    is_resumed: bool,
    is_settled: bool,
}

impl JournalEntry for MemoryEntry {
    fn key(&self) -> IdempotencyKey {
        self.key.clone()
    }

    fn is_resumed(&self) -> bool {
        self.is_resumed
    }

    fn settle(mut self: Box<Self>) {
        self.is_settled = true;
    }
}

impl Drop for MemoryEntry {
    fn drop(&mut self) {
        if !self.is_settled {
            lock(&self.journal.0).insert(std::mem::take(&mut self.request), self.key.clone());
        }
    }
}

/// A panic elsewhere does not make the journal unusable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::{Client, NewTicket};

    use super::*;

    #[test]
    fn write_of_unknown_outcome_gets_its_key_again_and_a_settled_one_does_not() {
        let journal = MemoryJournal::default();
        let client = Client::new("http://marketplace.test").unwrap();
        let begin = |price: &str| {
            let write = client.tickets().create(NewTicket::new("RustConf", price.parse().unwrap()));
            journal.begin("tickets create", write.request()).unwrap()
        };
        let first = begin("20");
        let key = first.key();
        assert!(!first.is_resumed());
        assert_ne!(begin("20").key(), key, "the first attempt is under way");
        drop(first);
        assert_ne!(begin("21").key(), key);
        let again = begin("20");
        assert!(again.is_resumed() && again.key() == key);
        again.settle();
        assert_ne!(begin("20").key(), key);
    }
}
