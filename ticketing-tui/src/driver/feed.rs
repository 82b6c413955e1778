//! The live changes, forwarded to the core.

use std::sync::Arc;

use futures_util::TryStreamExt;
use ticketing_sdk::{Client, Error, WatchEvent};
use tokio::sync::Notify;
use tokio::sync::mpsc::Sender;

use crate::call_error::CallError;
use crate::event::{Event, Feed};

/// Forwards the live changes from the first notification on, and connects again at each further one.
pub(super) async fn follow(client: Client, events: Sender<Event>, connect: Arc<Notify>) {
    // The id of the last change that was sent to the core, after which a new connection resumes.
    let mut last_sent = None;
    connect.notified().await;
    loop {
        tokio::select! {
            () = forward(&client, &events, &mut last_sent) => connect.notified().await,
            () = connect.notified() => {}
        }
    }
}

/// Forwards the live changes after `last_sent` until the feed ends without a reconnect.
async fn forward(client: &Client, events: &Sender<Event>, last_sent: &mut Option<String>) {
    let mut changes = client.tickets().follow(last_sent.clone());
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
        let last = changes.last_event_id();
        if events.send(Event::Feed(feed)).await.is_err() {
            return;
        }
        *last_sent = last;
    }
}
