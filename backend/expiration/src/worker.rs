//! The expiry worker fires the timers that are due.

use ticketing_bus::ServiceCore;
use ticketing_platform::db::DbError;
use ticketing_sdk::Timestamp;

use crate::store;

/// The largest number of timers that one transaction fires.
const MAX_BATCH: i64 = 500;

/// Fires every timer that is due. Returns the next deadline.
pub(crate) async fn fire_due(core: ServiceCore) -> Result<Option<Timestamp>, DbError> {
    loop {
        let Some(next) = core.db.read(store::next_deadline).await? else { return Ok(None) };
        let now = core.clock.now();
        if next > now {
            return Ok(Some(next));
        }
        let outbox = core.outbox.clone();
        let fired = core.db.write(move |tx| store::fire(tx, &outbox, now, MAX_BATCH)).await?;
        metrics::counter!("deadlines_fired_total").increment(fired);
    }
}
