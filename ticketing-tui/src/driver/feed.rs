//! The live changes, forwarded to the core.

use std::sync::Arc;

use futures_util::TryStreamExt;
use parking_lot::Mutex;
use ticketing_sdk::{Client, Error, WatchEvent};
use tokio::sync::mpsc::Sender;

use crate::call_error::CallError;
use crate::event::{Event, Feed};

/// The id of the last change that the core has received. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct FeedCursor(Arc<Mutex<Option<String>>>);

impl FeedCursor {
    fn set(&self, id: Option<String>) {
        *self.0.lock() = id;
    }

    fn get(&self) -> Option<String> {
        self.0.lock().clone()
    }
}

/// Forwards the live changes after the cursor until the feed ends without a reconnect.
pub(crate) async fn follow(client: Client, events: Sender<Event>, cursor: FeedCursor) {
    let mut changes = client.tickets().follow(cursor.get());
    loop {
        let feed = match changes.try_next().await {
            Ok(Some(WatchEvent::Connected)) => Feed::Connected,
            Ok(Some(WatchEvent::Change(change))) => Feed::Change(Box::new(change)),
            Ok(Some(WatchEvent::Lost { error, retry_in })) => {
                Feed::Lost { error: CallError::from(&error), retry_in }
            }
            Ok(Some(_)) => continue,
            Ok(None) => return,
            Err(Error::ChangesMissed) => Feed::Reset,
            Err(error) => Feed::Ended(CallError::from(&error)),
        };
        // A new connection resumes after the last change that was sent to the core.
        let last_sent = changes.last_event_id();
        if events.send(Event::Feed(feed)).await.is_err() {
            return;
        }
        cursor.set(last_sent);
    }
}
