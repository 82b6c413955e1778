//! Writes whose answer is not that of the marketplace.

use ticketing_sdk::{Error, IdempotencyKey, Method, SafeToRepeat};

/// Returns the error of a write that something else than the marketplace has answered: a proxy may have forwarded it.
pub(super) fn as_unknown_outcome(error: Error, call: &(Method, String), key: &IdempotencyKey) -> Error {
    if error.is_unknown_outcome() || !error.must_keep_key() {
        return error;
    }
    Error::UnknownOutcome {
        method: call.0.clone(),
        path: call.1.clone(),
        key: Some(key.clone()),
        safe_to_repeat: SafeToRepeat::IfServerKeepsKeys,
        cause: Box::new(error),
    }
}
