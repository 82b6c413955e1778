//! Read your own writes: a bounded wait for the event of a resource that another service has just created.
//!
//! One query looks up the resources of all waiting requests: after each batch of events that this process has applied,
//! and every `POLL_INTERVAL` for events that another replica applies.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use ticketing_sdk::UserId;
use tokio::sync::{Notify, watch};

use crate::clock::{Clock, id_time};
use crate::db::{Arg, Db, DbError, Tx};
use crate::http::ApiError;
use crate::signal::Signal;

/// A resource that is younger than this may exist although its event has not arrived, because the bus may be
/// unavailable.
const MAX_AGE: Duration = Duration::from_secs(5 * 60);
/// How far the clock of another machine may be ahead. An identifier with a later time was never issued.
const CLOCK_SKEW: Duration = Duration::from_secs(2);
/// The maximum wait of a request.
const MAX_WAIT: Duration = Duration::from_secs(1);
/// The maximum number of waiting requests.
const MAX_WAITERS: usize = 1024;
/// The maximum number of awaited resources.
const MAX_RESOURCES: usize = 256;
/// The maximum number of resources that one user awaits.
const MAX_RESOURCES_PER_USER: usize = 32;
/// The interval of lookups while requests wait and no event arrives.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// The shortest pause between two lookups.
const MIN_PAUSE: Duration = Duration::from_millis(10);

/// Returns which of these identifiers are visible.
type Lookup = dyn Fn(Vec<String>) -> BoxFuture<'static, Result<Vec<String>, DbError>> + Send + Sync;

/// Whether a resource that was not found has become visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visibility {
    /// Its event has arrived.
    Visible,
    /// It may exist, and its event may still arrive.
    NotYet,
    /// It does not exist: its identifier is old, from the future, or not a UUIDv7.
    Unknown,
}

/// The requests of a service that wait for events. Clones share them.
#[derive(Clone)]
pub struct VisibilityWaiter {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Clock,
    applied: Signal,
    registered: Notify,
    lookup: Box<Lookup>,
    waiting: Mutex<WaitingRequests>,
}

#[derive(Default)]
struct WaitingRequests {
    /// Notifies the requests that await a resource.
    resources: HashMap<String, watch::Sender<bool>>,
    /// The user and the resource of each waiting request: few, so a linear search finds them.
    requests: Vec<(String, String)>,
    /// Whether the lookup task is running.
    is_watched: bool,
}

/// A waiting request. Dropping it ends the wait.
struct Waiter<'a> {
    shared: &'a Shared,
    user: &'a str,
    id: &'a str,
    is_visible: watch::Receiver<bool>,
}

impl VisibilityWaiter {
    /// Creates a waiter for rows of `table`. `applied` is notified after each batch of applied events.
    pub fn new(clock: Clock, applied: Signal, db: Db, table: &'static str) -> Self {
        Self::with_lookup(clock, applied, move |ids| {
            let db = db.clone();
            async move { db.read(move |tx| find_visible(tx, table, &ids)).await }.boxed()
        })
    }

    fn with_lookup(
        clock: Clock,
        applied: Signal,
        lookup: impl Fn(Vec<String>) -> BoxFuture<'static, Result<Vec<String>, DbError>> + Send + Sync + 'static,
    ) -> Self {
        let (registered, waiting) = (Notify::new(), Mutex::default());
        Self { shared: Arc::new(Shared { clock, applied, registered, lookup: Box::new(lookup), waiting }) }
    }

    /// Makes an attempt, which returns `None` if it does not find the resource, given by its noun and identifier. Then waits
    /// until the resource is visible, at most for one second, and makes the attempt again.
    ///
    /// # Errors
    /// Those of the attempt; 404 if the resource cannot exist; 503 with `Retry-After` if its event may still arrive.
    pub async fn retry_when_visible<T, A: Future<Output = Result<Option<T>, ApiError>>>(
        &self,
        user: &UserId,
        (noun, id): (&str, &str),
        attempt: impl Fn() -> A,
    ) -> Result<T, ApiError> {
        if let Some(found) = attempt().await? {
            return Ok(found);
        }
        let found = match self.wait_until_visible(user.as_str(), id).await {
            Visibility::Visible => attempt().await?,
            Visibility::NotYet => None,
            Visibility::Unknown => return Err(ApiError::not_found()),
        };
        found.ok_or_else(|| ApiError::not_yet_visible(noun))
    }

    /// Waits until the resource `id`, which `user` requested and which was not found, is visible: at most for one
    /// second. Returns at once if the resource cannot exist, or if too many requests wait.
    async fn wait_until_visible(&self, user: &str, id: &str) -> Visibility {
        if !is_recent(id, &self.shared.clock) {
            return Visibility::Unknown;
        }
        let Some(mut waiter) = self.register(user, id) else {
            metrics::counter!("visibility_waits_total", "outcome" => "refused").increment(1);
            return Visibility::NotYet;
        };
        let waited =
            tokio::time::timeout(MAX_WAIT, waiter.is_visible.wait_for(|is_visible| *is_visible)).await;
        let (visibility, outcome) = match waited {
            Ok(Ok(_)) => (Visibility::Visible, "visible"),
            _ => (Visibility::NotYet, "not_yet"),
        };
        metrics::counter!("visibility_waits_total", "outcome" => outcome).increment(1);
        visibility
    }

    fn register<'a>(&'a self, user: &'a str, id: &'a str) -> Option<Waiter<'a>> {
        let mut waiting = self.shared.waiting.lock();
        let is_new = !waiting.resources.contains_key(id);
        let of_user = waiting.requests.iter().filter(|(other, _)| other == user);
        let of_user: HashSet<&str> = of_user.map(|(_, id)| id.as_str()).collect();
        if waiting.requests.len() >= MAX_WAITERS
            || (is_new && waiting.resources.len() >= MAX_RESOURCES)
            || (!of_user.contains(id) && of_user.len() >= MAX_RESOURCES_PER_USER)
        {
            return None;
        }
        waiting.requests.push((user.to_owned(), id.to_owned()));
        let resource = waiting.resources.entry(id.to_owned());
        let is_visible = resource.or_insert_with(|| watch::Sender::new(false)).subscribe();
        if !std::mem::replace(&mut waiting.is_watched, true) {
            tokio::spawn(watch_for_events(Arc::clone(&self.shared)));
        }
        drop(waiting);
        // The event may have arrived since the lookup of the caller.
        self.shared.registered.notify_one();
        Some(Waiter { shared: &self.shared, user, id, is_visible })
    }
}

impl fmt::Debug for VisibilityWaiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VisibilityWaiter")
            .field("requests", &self.shared.waiting.lock().requests.len())
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// Returns the awaited identifiers, or `None` if there are none and the task ends.
    fn awaited_ids(&self) -> Option<Vec<String>> {
        let mut waiting = self.waiting.lock();
        if waiting.resources.is_empty() {
            waiting.is_watched = false;
            return None;
        }
        Some(waiting.resources.keys().cloned().collect())
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut waiting = self.shared.waiting.lock();
        let is_own = |(user, id): &(String, String)| user == self.user && id == self.id;
        if let Some(own) = waiting.requests.iter().position(is_own) {
            waiting.requests.swap_remove(own);
        }
        if waiting.requests.iter().all(|(_, id)| id != self.id) {
            waiting.resources.remove(self.id);
        }
    }
}

/// Looks up all awaited resources until no request waits.
async fn watch_for_events(shared: Arc<Shared>) {
    let mut applied = shared.applied.listen();
    while let Some(awaited) = shared.awaited_ids() {
        match (shared.lookup)(awaited).await {
            Ok(found) => {
                let waiting = shared.waiting.lock();
                for id in found {
                    if let Some(resource) = waiting.resources.get(&id) {
                        resource.send_replace(true);
                    }
                }
            }
            Err(error) => tracing::debug!(%error, "visibility lookup failed; retrying"),
        }
        tokio::time::sleep(MIN_PAUSE).await;
        tokio::select! {
            () = applied.notified() => {}
            () = shared.registered.notified() => {}
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
    }
}

/// Returns which of these identifiers are in the column `id` of `table`.
fn find_visible(tx: &mut Tx<'_>, table: &'static str, ids: &[String]) -> Result<Vec<String>, DbError> {
    let Some(last) = ids.last() else { return Ok(Vec::new()) };
    // Padded to powers of two, so that few statements are prepared.
    let length = ids.len().next_power_of_two();
    let padded = ids.iter().chain(std::iter::repeat(last)).take(length);
    let args: Vec<Arg<'_>> = padded.map(Arg::from).collect();
    let parameters: Vec<String> = (1..=length).map(|number| format!("${number}")).collect();
    let sql = format!("SELECT id FROM {table} WHERE id IN ({})", parameters.join(", "));
    tx.query(&sql, &args, |row| row.text("id"))
}

/// Returns whether the resource may exist although its event has not arrived. After the clock of the machine was set
/// back, new identifiers have the time of the newest one, and so are not in the future.
fn is_recent(id: &str, clock: &Clock) -> bool {
    id_time(id).is_some_and(|created| {
        clock.now().saturating_duration_since(created) <= MAX_AGE
            && created <= clock.next_id_time() + CLOCK_SKEW
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use ticketing_sdk::Timestamp;

    use super::*;

    const START: i64 = 1_800_000_000_000;

    struct Fixture {
        clock: Clock,
        visibility: VisibilityWaiter,
        applied: Signal,
        known: Arc<Mutex<Vec<String>>>,
        lookups: Arc<AtomicUsize>,
    }

    fn fixture() -> Fixture {
        let clock = Clock::manual(Timestamp::from_millis(START));
        let (known, lookups) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let (visible, counted) = (Arc::clone(&known), Arc::clone(&lookups));
        let applied = Signal::default();
        let visibility = VisibilityWaiter::with_lookup(clock.clone(), applied.clone(), move |awaited| {
            counted.fetch_add(1, Ordering::SeqCst);
            let visible: Vec<String> = visible.lock().clone();
            async move { Ok(awaited.into_iter().filter(|id| visible.contains(id)).collect()) }.boxed()
        });
        Fixture { clock, visibility, applied, known, lookups }
    }

    /// Returns an identifier with a time that is `millis` after the start.
    fn id_at(millis: i64) -> String {
        Clock::manual(Timestamp::from_millis(START + millis)).new_id()
    }

    #[tokio::test(start_paused = true)]
    async fn wait_ends_when_the_event_arrives() {
        let it = fixture();
        let id = it.clock.new_id();
        let (visibility, awaited) = (it.visibility.clone(), id.clone());
        let waiting = tokio::spawn(async move { visibility.wait_until_visible("ada", &awaited).await });
        tokio::time::sleep(Duration::from_millis(200)).await;
        it.known.lock().push(id.clone());
        it.applied.notify();
        assert_eq!(waiting.await.unwrap(), Visibility::Visible);
        // An event that arrived between the lookup of the caller and the wait is found without another event.
        assert_eq!(it.visibility.wait_until_visible("ada", &id).await, Visibility::Visible);
    }

    #[tokio::test(start_paused = true)]
    async fn wait_without_an_event_lasts_one_second() {
        let it = fixture();
        let began = tokio::time::Instant::now();
        assert_eq!(it.visibility.wait_until_visible("ada", &it.clock.new_id()).await, Visibility::NotYet);
        assert_eq!(began.elapsed(), MAX_WAIT);
        assert!(it.visibility.shared.waiting.lock().resources.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn resources_that_cannot_exist_are_not_awaited() {
        let it = fixture();
        let began = tokio::time::Instant::now();
        let max_age = i64::try_from(MAX_AGE.as_millis()).unwrap();
        for id in [
            "5f8d0d55b54764421b7156d9".to_owned(),
            "nothing".to_owned(),
            id_at(-max_age - 1),
            id_at(3_000),
            id_at(86_400_000),
        ] {
            assert_eq!(it.visibility.wait_until_visible("ada", &id).await, Visibility::Unknown, "{id}");
        }
        assert_eq!((began.elapsed(), it.lookups.load(Ordering::SeqCst)), (Duration::ZERO, 0));
        // Identifiers of the last minutes, and of clocks that are slightly ahead, are awaited.
        for id in [id_at(-max_age), id_at(1_500)] {
            assert_eq!(it.visibility.wait_until_visible("ada", &id).await, Visibility::NotYet, "{id}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn identifiers_of_a_clock_that_was_set_back_are_awaited() {
        let it = fixture();
        it.clock.ensure_monotonic(&id_at(86_400_000));
        assert_eq!(it.visibility.wait_until_visible("ada", &it.clock.new_id()).await, Visibility::NotYet);
        assert_eq!(
            it.visibility.wait_until_visible("ada", &id_at(2 * 86_400_000)).await,
            Visibility::Unknown
        );
    }

    #[tokio::test(start_paused = true)]
    async fn many_waiters_share_lookups() {
        let it = fixture();
        let ids: Vec<String> = (0..512).map(|_| it.clock.new_id()).collect();
        let users: Vec<String> = (0..512).map(|number| format!("user{}", number % 50)).collect();
        let began = tokio::time::Instant::now();
        let waits = ids.iter().zip(&users).map(|(id, user)| it.visibility.wait_until_visible(user, id));
        assert!(join_all(waits).await.iter().all(|visibility| *visibility == Visibility::NotYet));
        assert_eq!(began.elapsed(), MAX_WAIT);
        let most =
            usize::try_from(MAX_WAIT.as_millis() / (POLL_INTERVAL + MIN_PAUSE).as_millis()).unwrap() + 2;
        assert!(it.lookups.load(Ordering::SeqCst) <= most, "{}", it.lookups.load(Ordering::SeqCst));
    }

    #[tokio::test(start_paused = true)]
    async fn waiters_are_limited_in_total_and_by_user() {
        let it = fixture();
        let ids: Vec<String> = (0..=MAX_RESOURCES).map(|_| it.clock.new_id()).collect();
        let users: Vec<String> = (0..MAX_WAITERS).map(|number| number.to_string()).collect();
        let register = |user, id| it.visibility.register(user, id);
        let mut held: Vec<_> =
            ids[..MAX_RESOURCES_PER_USER].iter().map(|id| register("ada", id).unwrap()).collect();
        assert!(register("ada", &ids[MAX_RESOURCES_PER_USER]).is_none());
        let began = tokio::time::Instant::now();
        assert_eq!(
            it.visibility.wait_until_visible("ada", &ids[MAX_RESOURCES_PER_USER]).await,
            Visibility::NotYet
        );
        assert_eq!(began.elapsed(), Duration::ZERO, "beyond the limit the wait ends at once");
        // A further request for an awaited resource is admitted.
        held.push(register("ada", &ids[0]).unwrap());
        let others = ids[MAX_RESOURCES_PER_USER..MAX_RESOURCES].iter().zip(&users);
        held.extend(others.map(|(id, user)| register(user, id).unwrap()));
        assert!(register("one more", &ids[MAX_RESOURCES]).is_none());
        let more = MAX_WAITERS - held.len();
        held.extend(users[..more].iter().map(|user| register(user, &ids[0]).unwrap()));
        assert!(register("one more", &ids[0]).is_none());
        drop(held);
        let waiting = it.visibility.shared.waiting.lock();
        assert_eq!((waiting.requests.len(), waiting.resources.len()), (0, 0));
    }
}
