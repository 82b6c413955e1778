//! One watcher: where it is in the feed, and what it is sent next.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Bytes;
use futures_util::{Stream, StreamExt, stream};
use ticketing_platform::db::{Db, DbError};
use ticketing_platform::signal::Listener;

use super::batch::Batch;
use super::ring::Next;
use super::{PAGE, Presence, Shared};
use crate::store;

pub(super) struct Watcher {
    shared: Arc<Shared>,
    db: Db,
    place: Place,
    woken: Listener,
    _presence: Presence,
}

/// Where a watcher is.
enum Place {
    /// Before what the ring keeps, at this position: the database is read.
    InDatabase(String),
    /// At the batch of this number. Where a position is given, changes up to it have been passed.
    InRing(u64, Option<String>),
}

impl Watcher {
    pub(super) fn new(
        shared: Arc<Shared>,
        db: Db,
        position: String,
        woken: Listener,
        presence: Presence,
    ) -> Self {
        Self { shared, db, place: Place::InDatabase(position), woken, _presence: presence }
    }

    /// The bytes of the stream. It ends when the watcher has fallen behind the ring, or the database fails: then its
    /// client resumes.
    pub(super) fn chunks(self, greeting: Bytes) -> impl Stream<Item = Result<Bytes, Infallible>> {
        let greeting = stream::once(std::future::ready(greeting));
        let changes = stream::unfold(self, async |mut watcher| {
            let bytes = watcher.next().await?;
            Some((bytes, watcher))
        });
        greeting.chain(changes).map(Ok)
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Place::InDatabase(position) = &self.place {
                let position = position.clone();
                if let Some(number) = self.enter(&position) {
                    self.place = Place::InRing(number, Some(position));
                } else if let Some(bytes) = self.catch_up(position).await? {
                    return Some(bytes);
                }
                continue;
            }
            let Place::InRing(number, passed) = &mut self.place else { continue };
            let next = match self.shared.ring().as_ref() {
                Some(ring) => ring.next(*number, passed.as_deref()),
                None => Next::Behind,
            };
            match next {
                Next::Send(bytes, is_change, next) => {
                    *number = next;
                    if bytes.is_empty() {
                        continue;
                    }
                    if is_change {
                        // Positions only rise: what follows is after the one that was passed.
                        *passed = None;
                    }
                    return Some(bytes);
                }
                Next::Wait(next) => {
                    *number = next;
                    self.woken.notified().await;
                }
                Next::Behind => {
                    metrics::counter!("feed_watchers_dropped_total").increment(1);
                    tracing::debug!("watcher fell behind the feed; it resumes");
                    return None;
                }
            }
        }
    }

    fn enter(&self, position: &str) -> Option<u64> {
        self.shared.ring().as_ref()?.enter(position)
    }

    /// Reads what the ring no longer keeps. The outer `None` ends the stream.
    async fn catch_up(&mut self, position: String) -> Option<Option<Bytes>> {
        // Read before the database: what is there then has everything up to it.
        let floor = self.shared.ring().as_ref()?.floor().to_owned();
        let from = position.clone();
        match self.db.read(move |tx| store::after(tx, &from, PAGE)).await {
            Ok(changes) => {
                let Some(last) = changes.ready.last() else {
                    // There is nothing in between.
                    self.place = Place::InDatabase(floor.max(position));
                    return Some(None);
                };
                self.place = Place::InDatabase(last.id.clone());
                Some(Some(Batch::new(&changes.ready).bytes()))
            }
            Err(error) => {
                let error: DbError = error;
                tracing::warn!(%error, "reading the changes for a watcher failed; it resumes");
                None
            }
        }
    }
}
