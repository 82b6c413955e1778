//! Recomputes the keys of titles that an older version computed.

use std::time::Duration;

use ticketing_platform::args;
use ticketing_platform::db::{Db, DbError, Tx};
use ticketing_platform::shutdown::Shutdown;
use ticketing_sdk::text::search_key;

/// The version of the keys, which rises when [`search_key`] changes.
pub(super) const KEY_VERSION: i64 = 1;

/// The number of rows in one transaction.
const BATCH: i64 = 500;

/// The pause after a failure.
const RETRY_PAUSE: Duration = Duration::from_secs(5);

/// Recomputes every key that an older version computed, in batches, until none is left or shutdown. After an
/// interruption the next start continues.
pub async fn recompute_keys(db: Db, shutdown: Shutdown) {
    loop {
        match db.write_read_committed(recompute_batch).await {
            Ok(0) => return,
            Ok(rows) => {
                tracing::info!(rows, "keys of titles recomputed");
                if shutdown.is_triggered() {
                    return;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "keys of titles could not be recomputed; trying again");
                tokio::select! {
                    () = tokio::time::sleep(RETRY_PAUSE) => {}
                    () = shutdown.triggered() => return,
                }
            }
        }
    }
}

/// Recomputes one batch of keys. Returns the number of rows found.
///
/// # Errors
/// If the database fails.
pub fn recompute_batch(tx: &mut Tx<'_>) -> Result<usize, DbError> {
    let old: Vec<(String, String)> = tx.query(
        "SELECT id, title FROM tickets WHERE key_version = 0 ORDER BY id LIMIT $1",
        args![BATCH],
        |row| Ok((row.text("id")?, row.text("title")?)),
    )?;
    for (id, title) in &old {
        // A title that was edited meanwhile has a new key, or is found again.
        tx.execute_deferred(
            &format!(
                "UPDATE tickets SET title_key = $3, key_version = {KEY_VERSION} \
                 WHERE id = $1 AND title = $2 AND key_version = 0"
            ),
            args![id, title, &search_key(title)],
        )?;
    }
    Ok(old.len())
}
