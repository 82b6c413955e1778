//! The journal of idempotency keys, which stores the key of a write before the request leaves.

mod operation;

use ticketing_sdk::{IdempotencyKey, Order, Pass, PassId, Request};

pub use operation::{Operation, option_name, quote_word};

/// Records the key of a write before the write is sent. The same write, recorded again after an interruption, gets the
/// same key, so that the server performs it once.
pub trait Journal: Send + Sync {
    /// Records a write, without its key, and returns its entry. `operation` names it for people, and for the command that settles it.
    ///
    /// # Errors
    /// Why it could not be recorded. Then it must not be sent.
    fn begin(&self, operation: &Operation, request: &Request) -> Result<Box<dyn JournalEntry>, String>;

    /// Removes the entries of interrupted writes whose outcome is known by now. By default, none is.
    fn settle_known(&self, evidence: Evidence<'_>) {
        let _ = evidence;
    }
}

/// Records of the server, which may show the outcome of an interrupted write.
#[derive(Debug, Clone, Copy)]
pub enum Evidence<'a> {
    /// Orders of the user.
    Orders(&'a [Order]),
    /// Passes that the user holds.
    Passes(&'a [Pass]),
    /// The pass whose transfer the user has taken back.
    TakenBack(&'a PassId),
}

/// The entry of a recorded write. Dropping it keeps the entry: the outcome is unknown.
pub trait JournalEntry: Send {
    /// The key to send.
    fn key(&self) -> IdempotencyKey;

    /// Returns whether an attempt that was interrupted may have sent the key already.
    fn is_resumed(&self) -> bool;

    /// Removes the entry, because the outcome is known.
    fn settle(self: Box<Self>);
}
