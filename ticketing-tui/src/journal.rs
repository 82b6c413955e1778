//! Where the keys of writes are noted down before they leave.

use ticketing_sdk::IdempotencyKey;

/// Notes down a write's key on something that lasts, before the write is sent. The same write, noted down again after it
/// was cut off, gets the same key; so nothing happens twice.
pub trait Journal: Send + Sync {
    /// Notes a write down. `deed` names it for people; `parts` are all that makes the request what it is.
    ///
    /// # Errors
    /// Why it could not be noted down. It is not sent then.
    fn begin(&self, deed: &str, parts: &[&str]) -> Result<Box<dyn Noted>, String>;
}

/// A write that is noted down. Dropping it leaves the note: nobody knows its outcome.
pub trait Noted: Send {
    /// The key to send.
    fn key(&self) -> IdempotencyKey;

    /// The outcome is known, so that the note can go.
    fn settle(self: Box<Self>);
}

/// Notes nothing down: keys live as long as the program. For a marketplace that is gone with it, too.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn begin(&self, _: &str, _: &[&str]) -> Result<Box<dyn Noted>, String> {
        Ok(Box::new(Forgotten(IdempotencyKey::generate())))
    }
}

struct Forgotten(IdempotencyKey);

impl Noted for Forgotten {
    fn key(&self) -> IdempotencyKey {
        self.0.clone()
    }

    fn settle(self: Box<Self>) {}
}
