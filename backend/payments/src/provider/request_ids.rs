//! The request ids that a provider returns during one call, for the record of the call.

use std::cell::RefCell;

/// The largest number of ids that a call keeps: one exchange each.
const MAX_IDS: usize = 8;
/// The longest id that is kept, in bytes.
const MAX_LENGTH: usize = 64;

tokio::task_local! {
    static REQUEST_IDS: RefCell<Vec<String>>;
}

/// Runs a call, and returns its result with the request ids that [`record`] received meanwhile.
pub(crate) async fn collect<F: Future>(call: F) -> (F::Output, Vec<String>) {
    let collected = async {
        let result = call.await;
        (result, REQUEST_IDS.with(RefCell::take))
    };
    REQUEST_IDS.scope(RefCell::default(), collected).await
}

/// Records a request id of the running call. An id with characters other than letters, digits, `_` and `-` is ignored.
pub(super) fn record(id: &str) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if id.is_empty() || id.len() > MAX_LENGTH || !id.bytes().all(is_plain) {
        return;
    }
    // The ids are used within a call only.
    let _outside = REQUEST_IDS.try_with(|ids| {
        let mut ids = ids.borrow_mut();
        if ids.len() < MAX_IDS {
            ids.push(id.to_owned());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ids_of_a_call_are_collected_and_bounded() {
        record("req_outside");
        let (result, ids) = collect(async {
            for id in ["req_1", "", "with, comma", &"x".repeat(65), "req_2"] {
                record(id);
            }
            7
        })
        .await;
        assert_eq!((result, ids), (7, vec!["req_1".to_owned(), "req_2".to_owned()]));
        let (_, ids) = collect(async { (0..20).for_each(|n| record(&format!("req_{n}"))) }).await;
        assert_eq!(ids.len(), MAX_IDS);
    }
}
