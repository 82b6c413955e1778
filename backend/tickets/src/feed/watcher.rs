//! A watcher of the feed: its position, and its next bytes.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Bytes;
use futures_util::{Stream, StreamExt, stream};
use ticketing_platform::db::{Db, DbError};
use ticketing_platform::signal::Listener;

use super::batch::Batch;
use super::ring::RingRead;
use super::{PAGE, Shared, WatcherGuard};
use crate::store;

pub(super) struct Watcher {
    shared: Arc<Shared>,
    db: Db,
    position: WatcherPosition,
    woken: Listener,
    _guard: WatcherGuard,
}

/// The position of a watcher.
enum WatcherPosition {
    /// This position, before the ring: the watcher reads the database.
    InDatabase(String),
    /// The batch with this number. Changes up to the given position are skipped.
    InRing(u64, Option<String>),
}

impl Watcher {
    pub(super) fn new(
        shared: Arc<Shared>,
        db: Db,
        position: String,
        woken: Listener,
        guard: WatcherGuard,
    ) -> Self {
        Self { shared, db, position: WatcherPosition::InDatabase(position), woken, _guard: guard }
    }

    /// Returns the bytes of the stream. It ends if the watcher falls behind the ring or the database fails: then its
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
            if let WatcherPosition::InDatabase(position) = &self.position {
                let position = position.clone();
                if let Some(number) = self.enter(&position) {
                    self.position = WatcherPosition::InRing(number, Some(position));
                } else if let Some(bytes) = self.catch_up(position).await? {
                    return Some(bytes);
                }
                continue;
            }
            let WatcherPosition::InRing(number, passed) = &mut self.position else { continue };
            let next = match self.shared.ring.lock().as_ref() {
                Some(ring) => ring.next(*number, passed.as_deref()),
                None => RingRead::Behind,
            };
            match next {
                RingRead::Send(bytes, is_change, next) => {
                    *number = next;
                    if bytes.is_empty() {
                        continue;
                    }
                    if is_change {
                        // Positions rise, so all later changes are after the skipped one.
                        *passed = None;
                    }
                    return Some(bytes);
                }
                RingRead::Wait(next) => {
                    *number = next;
                    self.woken.notified().await;
                }
                RingRead::Behind => {
                    metrics::counter!("feed_watchers_dropped_total").increment(1);
                    tracing::debug!("watcher fell behind the feed; it resumes");
                    return None;
                }
            }
        }
    }

    fn enter(&self, position: &str) -> Option<u64> {
        self.shared.ring.lock().as_ref()?.enter(position)
    }

    /// Reads changes before the ring. The outer `None` ends the stream.
    async fn catch_up(&mut self, position: String) -> Option<Option<Bytes>> {
        // Read before the database, which then contains all changes up to it.
        let floor = self.shared.ring.lock().as_ref()?.floor().to_owned();
        let from = position.clone();
        match self.db.read(move |tx| store::changes_after(tx, &from, PAGE)).await {
            Ok(changes) => {
                let Some(last) = changes.ready.last() else {
                    // There are no changes in between.
                    self.position = WatcherPosition::InDatabase(floor.max(position));
                    return Some(None);
                };
                self.position = WatcherPosition::InDatabase(last.id.clone());
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
