//! The bodies of lists, with a limit on their memory in the whole process.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::ApiError;

/// The memory of all unsent bodies of lists, in KiB.
const BUDGET: usize = 256 * 1024;
/// The largest body that is not counted, in bytes. The number of connections bounds these, which are pages.
const SMALL: usize = 128 * 1024;

static LEFT: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(BUDGET)));

/// A body with its share of the budget, which is released when the body is sent.
struct BudgetedBody {
    body: Vec<u8>,
    _share: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for BudgetedBody {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

/// Serializes a list as JSON.
///
/// # Errors
/// 503 if unsent bodies use the whole budget; 500 if it cannot be serialized.
pub fn list_body<T: Serialize>(entries: &[T]) -> Result<Bytes, ApiError> {
    let body = serde_json::to_vec(entries).map_err(ApiError::internal)?;
    reserve_budget(body, &LEFT)
}

fn reserve_budget(body: Vec<u8>, left: &Arc<Semaphore>) -> Result<Bytes, ApiError> {
    if body.len() <= SMALL {
        return Ok(Bytes::from(body));
    }
    let share = u32::try_from(body.capacity().div_ceil(1024)).unwrap_or(u32::MAX);
    match Arc::clone(left).try_acquire_many_owned(share) {
        Ok(share) => Ok(Bytes::from_owner(BudgetedBody { body, _share: share })),
        Err(_) => Err(ApiError::unavailable("Too many long lists are being sent, try again", 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_list_beyond_the_budget_is_refused_until_another_is_sent() {
        let left = Arc::new(Semaphore::new(300));
        let first = reserve_budget(vec![b' '; 200 * 1024], &left).unwrap();
        assert_eq!(reserve_budget(vec![b' '; 200 * 1024], &left).unwrap_err().status(), 503);
        assert!(reserve_budget(vec![b' '; SMALL], &left).is_ok());
        drop(first.clone());
        assert!(reserve_budget(vec![b' '; 200 * 1024], &left).is_err());
        drop(first);
        assert!(reserve_budget(vec![b' '; 200 * 1024], &left).is_ok());
    }
}
