//! The live feed: every change of a ticket, from any place on, without a gap.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use ticketing_platform::db::{Db, DbError};
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::{Listener, Signal};

use crate::store::{self, Change};

/// A comment is sent so often, so that both ends notice a dead connection.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How soon it is looked again for changes that must wait for a transaction that is under way.
const AGAIN: Duration = Duration::from_millis(20);
/// How often it is looked even when nothing rings, where other processes make changes too.
const POLL: Duration = Duration::from_secs(1);
/// Changes read at a time.
const PAGE: i64 = 100;

/// Rings at every change of a ticket. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    changed: Signal,
    /// Rings when there is more to read, where that is not at once after the commit.
    readable: Signal,
}

/// How one watcher follows the feed.
struct Watcher {
    db: Db,
    place: String,
    changes: Listener,
    waiting: std::vec::IntoIter<Change>,
}

impl Feed {
    /// Rings when a change was committed.
    #[must_use]
    pub fn changed(&self) -> &Signal {
        &self.changed
    }

    /// Looks for every watcher of this process, where other processes make changes too, until shutdown: a change that was
    /// committed can be read once every transaction that began before it has ended.
    pub async fn follow(self, db: Db, shutdown: Shutdown) {
        db.share("changes", &self.changed);
        let (mut changed, mut known) = (self.changed.listen(), None);
        loop {
            let wait = match db.read(store::tail).await {
                Ok((place, held_back)) => {
                    if known.as_ref() != Some(&place) {
                        known = Some(place);
                        self.readable.ring();
                    }
                    if held_back { AGAIN } else { POLL }
                }
                Err(error) => {
                    let error: DbError = error;
                    tracing::warn!(%error, "the newest change could not be read; trying again");
                    POLL
                }
            };
            let rung = async {
                // What is held back becomes readable without a ring of ours.
                if wait == POLL { changed.heard().await } else { std::future::pending().await }
            };
            tokio::select! {
                () = rung => {}
                () = tokio::time::sleep(wait) => {}
                () = shutdown.triggered() => return,
            }
        }
    }

    /// The changes after the place `resume`, or from now on, as server-sent events. It ends at shutdown.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn watch(
        &self,
        db: &Db,
        resume: Option<String>,
        shutdown: &Shutdown,
    ) -> Result<Response, DbError> {
        // Listening begins before the place is read, so a change in between is not missed.
        let changes = if db.is_shared() { self.readable.listen() } else { self.changed.listen() };
        let place = match resume {
            Some(place) => db.read(move |tx| store::resume(tx, &place)).await?,
            None => db.read(store::latest).await?,
        };
        // An event without data only tells the place, so that a watcher can resume before the first change.
        let here = Event::default().id(place.clone());
        let watcher = Watcher { db: db.clone(), place, changes, waiting: Vec::new().into_iter() };
        let events = stream::once(std::future::ready(here)).chain(watcher.events());
        let until = events.map(Ok::<_, Infallible>).take_until(shutdown.triggered_owned());
        Ok(Sse::new(until).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("heartbeat")).into_response())
    }
}

impl Watcher {
    fn events(self) -> impl Stream<Item = Event> {
        stream::unfold(self, async |mut watcher| {
            let change = watcher.next().await?;
            let event = Event::default().event(&change.kind).id(&change.id).data(&change.body);
            Some((event, watcher))
        })
    }

    /// The next change; `None` when the database fails: then the watcher is let go, and resumes.
    async fn next(&mut self) -> Option<Change> {
        loop {
            if let Some(change) = self.waiting.next() {
                self.place.clone_from(&change.id);
                return Some(change);
            }
            let place = self.place.clone();
            match self.db.read(move |tx| store::after(tx, &place, PAGE)).await {
                Ok(changes) if !changes.ready.is_empty() => self.waiting = changes.ready.into_iter(),
                Ok(_) => self.changes.heard().await,
                Err(error) => {
                    let error: DbError = error;
                    tracing::warn!(%error, "a watcher was let go");
                    return None;
                }
            }
        }
    }
}
