//! Reading one's own writes: a bounded wait for the event of a thing that another service has just made.
//!
//! However many requests wait, the database is asked for all of them at once: after each batch of events that this
//! process has applied, and every `POLL` for the events that another replica applies.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{Notify, watch};

use crate::clock::{Clock, id_time};
use crate::db::{Arg, DbError, Tx};
use crate::signal::Signal;

/// A thing that is younger than this may exist although its event has not come: the bus may be away for a while.
const YOUNG: Duration = Duration::from_secs(5 * 60);
/// How far the clock of another machine may run ahead. An identifier from a later time was never issued.
const CLOCK_SKEW: Duration = Duration::from_secs(2);
/// How long a request waits at most.
const MAX_WAIT: Duration = Duration::from_secs(1);
/// Requests that wait at a time.
const MAX_WAITERS: usize = 1024;
/// Things that are waited for at a time.
const MAX_THINGS: usize = 256;
/// Things that one user waits for at a time.
const MAX_THINGS_PER_USER: usize = 32;
/// How often the database is asked while requests wait and no event comes.
const POLL: Duration = Duration::from_millis(50);
/// The shortest pause between two questions.
const MIN_PAUSE: Duration = Duration::from_millis(10);

/// Answers which of these identifiers are known by now.
type Lookup = dyn Fn(Vec<String>) -> BoxFuture<'static, Result<Vec<String>, DbError>> + Send + Sync;

/// What is known of a thing that was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Its event has come: look again.
    Visible,
    /// It may exist: its event may still come. A case for 503 with `Retry-After`.
    NotYet,
    /// It is old, comes from the future, or was not issued here: there is no such thing.
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
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    things: HashMap<String, Thing>,
    /// By user and thing, how many requests wait.
    users: HashMap<String, HashMap<String, usize>>,
    requests: usize,
    /// Whether the task that asks the database is running.
    is_watched: bool,
}

struct Thing {
    arrived: watch::Sender<bool>,
    requests: usize,
}

/// One request that waits, until it is dropped.
struct Waiter<'a> {
    shared: &'a Shared,
    user: &'a str,
    id: &'a str,
    arrived: watch::Receiver<bool>,
}

impl VisibilityWaiter {
    /// Waits for things that `lookup` finds. `applied` is rung after each batch of events.
    pub fn new(
        clock: Clock,
        applied: Signal,
        lookup: impl Fn(Vec<String>) -> BoxFuture<'static, Result<Vec<String>, DbError>> + Send + Sync + 'static,
    ) -> Self {
        let (registered, waiting) = (Notify::new(), Mutex::default());
        Self { shared: Arc::new(Shared { clock, applied, registered, lookup: Box::new(lookup), waiting }) }
    }

    /// Waits for the thing named `id`, for which `user` has asked and which was not found: at most a second, and not at
    /// all where it cannot come or too many requests wait.
    pub async fn wait_until_visible(&self, user: &str, id: &str) -> Visibility {
        if !is_young(id, &self.shared.clock) {
            return Visibility::Unknown;
        }
        let Some(mut waiter) = self.register(user, id) else {
            metrics::counter!("arrival_waits_total", "outcome" => "refused").increment(1);
            return Visibility::NotYet;
        };
        let waited = tokio::time::timeout(MAX_WAIT, waiter.arrived.wait_for(|arrived| *arrived)).await;
        let (arrival, outcome) = match waited {
            Ok(Ok(_)) => (Visibility::Visible, "arrived"),
            _ => (Visibility::NotYet, "not_yet"),
        };
        metrics::counter!("arrival_waits_total", "outcome" => outcome).increment(1);
        arrival
    }

    fn register<'a>(&'a self, user: &'a str, id: &'a str) -> Option<Waiter<'a>> {
        let mut waiting = self.shared.waiting();
        let is_new = !waiting.things.contains_key(id);
        let of_user = waiting.users.get(user);
        let is_new_of_user = of_user.is_none_or(|things| !things.contains_key(id));
        if waiting.requests >= MAX_WAITERS
            || (is_new && waiting.things.len() >= MAX_THINGS)
            || (is_new_of_user && of_user.is_some_and(|things| things.len() >= MAX_THINGS_PER_USER))
        {
            return None;
        }
        waiting.requests += 1;
        *waiting.users.entry(user.to_owned()).or_default().entry(id.to_owned()).or_default() += 1;
        let thing = waiting.things.entry(id.to_owned());
        let thing = thing.or_insert_with(|| Thing { arrived: watch::Sender::new(false), requests: 0 });
        thing.requests += 1;
        let arrived = thing.arrived.subscribe();
        if !std::mem::replace(&mut waiting.is_watched, true) {
            tokio::spawn(watch_for_events(Arc::clone(&self.shared)));
        }
        drop(waiting);
        // It may have come since the caller has looked.
        self.shared.registered.notify_one();
        Some(Waiter { shared: &self.shared, user, id, arrived })
    }
}

impl fmt::Debug for VisibilityWaiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VisibilityWaiter")
            .field("requests", &self.shared.waiting().requests)
            .finish_non_exhaustive()
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is waited for, or `None` where the task ends because nothing is.
    fn wanted(&self) -> Option<Vec<String>> {
        let mut waiting = self.waiting();
        if waiting.things.is_empty() {
            waiting.is_watched = false;
            return None;
        }
        Some(waiting.things.keys().cloned().collect())
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut waiting = self.shared.waiting();
        waiting.requests -= 1;
        if let Some(of_user) = waiting.users.get_mut(self.user) {
            if let Some(requests) = of_user.get_mut(self.id) {
                *requests -= 1;
                if *requests == 0 {
                    of_user.remove(self.id);
                }
            }
            if of_user.is_empty() {
                waiting.users.remove(self.user);
            }
        }
        if let Some(thing) = waiting.things.get_mut(self.id) {
            thing.requests -= 1;
            if thing.requests == 0 {
                waiting.things.remove(self.id);
            }
        }
    }
}

/// Asks for everything that is waited for, until nothing is.
async fn watch_for_events(shared: Arc<Shared>) {
    let mut applied = shared.applied.listen();
    while let Some(wanted) = shared.wanted() {
        match (shared.lookup)(wanted).await {
            Ok(found) => {
                let waiting = shared.waiting();
                for id in found {
                    if let Some(thing) = waiting.things.get(&id) {
                        thing.arrived.send_replace(true);
                    }
                }
            }
            Err(error) => tracing::debug!(%error, "arrival lookup failed; retrying"),
        }
        tokio::time::sleep(MIN_PAUSE).await;
        tokio::select! {
            () = applied.notified() => {}
            () = shared.registered.notified() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// Which of these identifiers are in the column `id` of `table`; what [`VisibilityWaiter`] asks the database.
///
/// # Errors
/// When the statement fails.
pub fn find_visible(tx: &mut Tx<'_>, table: &'static str, ids: &[String]) -> Result<Vec<String>, DbError> {
    let Some(last) = ids.last() else { return Ok(Vec::new()) };
    // Of a few lengths only, so that few statements are prepared.
    let length = ids.len().next_power_of_two();
    let padded = ids.iter().chain(std::iter::repeat(last)).take(length);
    let args: Vec<Arg<'_>> = padded.map(Arg::from).collect();
    let places: Vec<String> = (1..=length).map(|number| format!("${number}")).collect();
    let sql = format!("SELECT id FROM {table} WHERE id IN ({})", places.join(", "));
    tx.query(&sql, &args, |row| row.text("id"))
}

/// Whether the thing may exist although its event has not come. After the machine's clock was set back, new identifiers
/// carry the time of the newest one, and so are not of the future.
fn is_young(id: &str, clock: &Clock) -> bool {
    id_time(id).is_some_and(|made| {
        clock.now().saturating_since(made) <= YOUNG && made <= clock.next_id_time() + CLOCK_SKEW
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt;
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
        let (seen, asked) = (Arc::clone(&known), Arc::clone(&lookups));
        let applied = Signal::default();
        let visibility = VisibilityWaiter::new(clock.clone(), applied.clone(), move |wanted| {
            asked.fetch_add(1, Ordering::SeqCst);
            let seen: Vec<String> = seen.lock().unwrap().clone();
            async move { Ok(wanted.into_iter().filter(|id| seen.contains(id)).collect()) }.boxed()
        });
        Fixture { clock, visibility, applied, known, lookups }
    }

    /// An identifier that carries a time so many milliseconds from the start.
    fn id_at(millis: i64) -> String {
        Clock::manual(Timestamp::from_millis(START + millis)).new_id()
    }

    #[tokio::test(start_paused = true)]
    async fn an_event_that_comes_ends_the_wait() {
        let it = fixture();
        let id = it.clock.new_id();
        let (visibility, wanted) = (it.visibility.clone(), id.clone());
        let waiting = tokio::spawn(async move { visibility.wait_until_visible("ada", &wanted).await });
        tokio::time::sleep(Duration::from_millis(200)).await;
        it.known.lock().unwrap().push(id.clone());
        it.applied.notify();
        assert_eq!(waiting.await.unwrap(), Visibility::Visible);
        // What came between the caller's look and the wait is found too, without another event.
        assert_eq!(it.visibility.wait_until_visible("ada", &id).await, Visibility::Visible);
    }

    #[tokio::test(start_paused = true)]
    async fn an_event_that_does_not_come_is_waited_for_a_second() {
        let it = fixture();
        let began = tokio::time::Instant::now();
        assert_eq!(it.visibility.wait_until_visible("ada", &it.clock.new_id()).await, Visibility::NotYet);
        assert_eq!(began.elapsed(), MAX_WAIT);
        assert!(it.visibility.shared.waiting().things.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_come_is_not_waited_for() {
        let it = fixture();
        let began = tokio::time::Instant::now();
        let young = i64::try_from(YOUNG.as_millis()).unwrap();
        for id in [
            "5f8d0d55b54764421b7156d9".to_owned(),
            "nothing".to_owned(),
            id_at(-young - 1),
            id_at(3_000),
            id_at(86_400_000),
        ] {
            assert_eq!(it.visibility.wait_until_visible("ada", &id).await, Visibility::Unknown, "{id}");
        }
        assert_eq!((began.elapsed(), it.lookups.load(Ordering::SeqCst)), (Duration::ZERO, 0));
        // Minutes old is young still, and so is what another machine's clock has stamped.
        for id in [id_at(-young), id_at(1_500)] {
            assert_eq!(it.visibility.wait_until_visible("ada", &id).await, Visibility::NotYet, "{id}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn identifier_made_after_the_clock_was_set_back_is_waited_for() {
        let it = fixture();
        it.clock.ensure_monotonic(&id_at(86_400_000));
        assert_eq!(it.visibility.wait_until_visible("ada", &it.clock.new_id()).await, Visibility::NotYet);
        assert_eq!(
            it.visibility.wait_until_visible("ada", &id_at(2 * 86_400_000)).await,
            Visibility::Unknown
        );
    }

    #[tokio::test(start_paused = true)]
    async fn many_waiters_cost_as_many_lookups_as_one() {
        let it = fixture();
        let ids: Vec<String> = (0..512).map(|_| it.clock.new_id()).collect();
        let users: Vec<String> = (0..512).map(|number| format!("user{}", number % 50)).collect();
        let began = tokio::time::Instant::now();
        let waits = ids.iter().zip(&users).map(|(id, user)| it.visibility.wait_until_visible(user, id));
        assert!(join_all(waits).await.iter().all(|arrival| *arrival == Visibility::NotYet));
        assert_eq!(began.elapsed(), MAX_WAIT);
        let most = usize::try_from(MAX_WAIT.as_millis() / (POLL + MIN_PAUSE).as_millis()).unwrap() + 2;
        assert!(it.lookups.load(Ordering::SeqCst) <= most, "{}", it.lookups.load(Ordering::SeqCst));
    }

    #[tokio::test(start_paused = true)]
    async fn waiters_are_bounded_for_all_and_for_each_user() {
        let it = fixture();
        let ids: Vec<String> = (0..=MAX_THINGS).map(|_| it.clock.new_id()).collect();
        let users: Vec<String> = (0..MAX_WAITERS).map(|number| number.to_string()).collect();
        let register = |user, id| it.visibility.register(user, id);
        let mut held: Vec<_> =
            ids[..MAX_THINGS_PER_USER].iter().map(|id| register("ada", id).unwrap()).collect();
        assert!(register("ada", &ids[MAX_THINGS_PER_USER]).is_none());
        let began = tokio::time::Instant::now();
        assert_eq!(
            it.visibility.wait_until_visible("ada", &ids[MAX_THINGS_PER_USER]).await,
            Visibility::NotYet
        );
        assert_eq!(began.elapsed(), Duration::ZERO, "beyond the bound the answer comes at once");
        // What is waited for already costs no more.
        held.push(register("ada", &ids[0]).unwrap());
        let others = ids[MAX_THINGS_PER_USER..MAX_THINGS].iter().zip(&users);
        held.extend(others.map(|(id, user)| register(user, id).unwrap()));
        assert!(register("one more", &ids[MAX_THINGS]).is_none());
        let more = MAX_WAITERS - held.len();
        held.extend(users[..more].iter().map(|user| register(user, &ids[0]).unwrap()));
        assert!(register("one more", &ids[0]).is_none());
        drop(held);
        let waiting = it.visibility.shared.waiting();
        assert_eq!((waiting.requests, waiting.users.len(), waiting.things.len()), (0, 0, 0));
    }
}
