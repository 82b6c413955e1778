//! Reading one's own writes: waiting a moment for the event of something that was just made elsewhere.

use std::time::Duration;

use crate::clock::{Clock, id_age};
use crate::signal::Signal;

/// Something younger than this may simply not have arrived yet.
const YOUNG: Duration = Duration::from_secs(5);
/// How long a request waits for it at most.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it looks even when nothing rings, since another replica may have taken the event.
const POLL: Duration = Duration::from_millis(25);

/// Looks for the thing named `id`. Where it is young and not there yet, looks again at each ring of `arrived`, for a
/// second at most.
///
/// # Errors
/// What `look` returned.
pub async fn look_for<T, E, F>(
    clock: &Clock,
    arrived: &Signal,
    id: &str,
    mut look: impl FnMut() -> F,
) -> Result<Option<T>, E>
where
    F: Future<Output = Result<Option<T>, E>>,
{
    let mut arrivals = arrived.listen();
    if let Some(found) = look().await? {
        return Ok(Some(found));
    }
    if id_age(id, clock.now()).is_none_or(|age| age > YOUNG) {
        return Ok(None);
    }
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while tokio::time::Instant::now() < deadline {
        // A ring or the poll: either way, look again.
        drop(tokio::time::timeout(POLL, arrivals.heard()).await);
        if let Some(found) = look().await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
