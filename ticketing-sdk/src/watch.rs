//! Live changes of tickets: a stream that reconnects and resumes automatically.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, StatusCode};
use tokio::time::{sleep, timeout};

use crate::http_backend::{Chunks, HttpResponse};
use crate::retry::{backoff, jitter};
use crate::sse::{Block, Decoder};
use crate::{Client, Error, Phase, Result, Ticket, TicketChange, TicketChangeKind};

/// The idle timeout of a stream. The server sends a heartbeat every 15 seconds.
const HEARTBEAT: Duration = Duration::from_secs(40);
/// The event with which the server reports that it cannot resume at the client's position.
const RESET: &str = "reset";
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LAST_WAIT: Duration = Duration::from_secs(30);

/// The changes of all tickets from now on (or from a position), as they happen.
///
/// The stream reconnects after a lost connection, without a limit, and resumes after the last change that was received: no
/// change is left out. If the server cannot resume there, the stream yields [`Error::ChangesMissed`] once, and continues
/// with the changes from then on: reload the state that was built from them. Any other error is permanent; the stream
/// ends after it.
///
/// ```no_run
/// use futures_util::TryStreamExt;
/// use ticketing_sdk::Client;
///
/// # async fn example(client: Client) -> ticketing_sdk::Result<()> {
/// let mut changes = client.tickets().watch().await?;
/// while let Some(change) = changes.try_next().await? {
///     println!("{} {} at {:?}", change.kind, change.ticket.id, changes.last_event_id());
/// }
/// let events = client.tickets().watch().await?.into_events();
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Watch(WatchEvents);

impl Watch {
    pub(crate) async fn open(client: Client, last_event_id: Option<String>) -> Result<Self> {
        let position = Position::new(last_event_id);
        let connection = connect(&client, &position).await?;
        Ok(Self(WatchEvents::new(client, position, Some(connection))))
    }

    /// The position of the last change that was seen, for [`Tickets::watch_after`](crate::Tickets::watch_after).
    #[must_use]
    pub fn last_event_id(&self) -> Option<String> {
        self.0.last_event_id()
    }

    /// Returns the stream with the state of the connection in it.
    pub fn into_events(self) -> WatchEvents {
        self.0
    }
}

impl Stream for Watch {
    type Item = Result<TicketChange>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(self.0.poll_next_unpin(cx)).transpose()? {
                Some(WatchEvent::Change(change)) => return Poll::Ready(Some(Ok(change))),
                Some(_) => {}
                None => return Poll::Ready(None),
            }
        }
    }
}

/// A [`Watch`] that also reports the state of its connection, for programs that show it. Its errors are those of a watch.
/// See [`WatchEvent`].
#[must_use = "streams do nothing unless polled"]
pub struct WatchEvents {
    events: BoxStream<'static, Result<WatchEvent>>,
    position: Position,
}

/// An item of a watch.
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use futures_util::TryStreamExt;
/// use ticketing_sdk::WatchEvent;
///
/// let mut events = client.tickets().follow(None);
/// while let Some(event) = events.try_next().await? {
///     match event {
///         WatchEvent::Connected => println!("connected"),
///         WatchEvent::Change(change) => println!("{} {}", change.kind, change.ticket.id),
///         WatchEvent::Lost { error, retry_in } => println!("{error}; again in {retry_in:?}"),
///         _ => {}
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[non_exhaustive]
#[expect(
    clippy::large_enum_variant,
    reason = "changes are the most frequent events, and a box would allocate for each"
)]
pub enum WatchEvent {
    /// The connection stands; changes follow.
    Connected,
    /// A ticket changed.
    Change(TicketChange),
    /// The position has moved without a change: where a new watch begins.
    Position {
        /// The position.
        id: String,
    },
    /// The connection is lost, and will be tried again.
    Lost {
        /// The reason.
        error: Error,
        /// After how long.
        retry_in: Duration,
    },
}

impl WatchEvents {
    /// Creates the stream without a connection; the first one is retried until it succeeds.
    pub(crate) fn unconnected(client: Client, last_event_id: Option<String>) -> Self {
        Self::new(client, Position::new(last_event_id), None)
    }

    fn new(client: Client, position: Position, connection: Option<Connection>) -> Self {
        let subscription = Subscription {
            client,
            position: position.clone(),
            connection,
            greeted: false,
            failures: 0,
            wait: Duration::ZERO,
            first_wait: FIRST_WAIT,
            ended: false,
        };
        let events = stream::unfold(subscription, |mut subscription| async move {
            let item = subscription.next().await?;
            Some((item, subscription))
        });
        Self { events: events.boxed(), position }
    }

    /// The position of the last change that was seen. See [`Watch`].
    #[must_use]
    pub fn last_event_id(&self) -> Option<String> {
        self.position.get()
    }
}

impl Stream for WatchEvents {
    type Item = Result<WatchEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.as_mut().poll_next(cx)
    }
}

impl fmt::Debug for WatchEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchEvents").field("last_event_id", &self.last_event_id()).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Position(Arc<Mutex<Option<String>>>);

impl Position {
    fn new(id: Option<String>) -> Self {
        Self(Arc::new(Mutex::new(id)))
    }

    fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, id: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
    }
}

struct Connection {
    chunks: Chunks,
    decoder: Decoder,
    blocks: VecDeque<Block>,
}

struct Subscription {
    client: Client,
    position: Position,
    connection: Option<Connection>,
    greeted: bool,
    failures: u32,
    /// How long to wait before the next connection.
    wait: Duration,
    first_wait: Duration,
    ended: bool,
}

impl Subscription {
    async fn next(&mut self) -> Option<Result<WatchEvent>> {
        if self.ended {
            return None;
        }
        loop {
            let Some(connection) = &mut self.connection else {
                sleep(self.wait).await;
                match connect(&self.client, &self.position).await {
                    Ok(connection) => {
                        self.connection = Some(connection);
                        self.greeted = false;
                        continue;
                    }
                    Err(error) => return Some(self.end_connection(error)),
                }
            };
            if !self.greeted {
                self.greeted = true;
                return Some(Ok(WatchEvent::Connected));
            }
            match connection.block().await {
                Ok(block) => match self.take(block) {
                    Ok(None) => {}
                    Ok(Some(event)) => return Some(Ok(event)),
                    Err(Error::ChangesMissed) => return Some(Err(Error::ChangesMissed)),
                    Err(error) => {
                        self.ended = true;
                        return Some(Err(error));
                    }
                },
                Err(error) => return Some(self.end_connection(error)),
            }
        }
    }

    /// Moves the position and reads the change in a block, if there is one. [`Error::ChangesMissed`] is not the end.
    fn take(&mut self, block: Block) -> Result<Option<WatchEvent>> {
        self.failures = 0;
        if let Some(wait) = block.retry {
            self.first_wait = wait.clamp(Duration::from_millis(10), LAST_WAIT);
        }
        if block.name == RESET && block.data.is_some() {
            self.position.set(block.id.unwrap_or_default());
            return Err(Error::ChangesMissed);
        }
        let change = match (block.data, block.name.parse::<TicketChangeKind>()) {
            (Some(data), Ok(kind)) => {
                let ticket: Ticket = serde_json::from_str(&data).map_err(|source| Error::Decode {
                    status: StatusCode::OK,
                    path: "/api/tickets".to_owned(),
                    source,
                })?;
                let id = block.id.clone().or_else(|| self.position.get()).unwrap_or_default();
                Some(WatchEvent::Change(TicketChange { id, kind, ticket }))
            }
            // An event of another time, or a block that only moves the position.
            _ => {
                let moved = block.id.clone().filter(|id| self.position.get().as_deref() != Some(id));
                moved.map(|id| WatchEvent::Position { id })
            }
        };
        // Only now: what could not be read is not behind us.
        if let Some(id) = block.id {
            self.position.set(id);
        }
        Ok(change)
    }

    /// Ends the connection after an error. Returns the event that reports the loss, or the error if it is permanent.
    fn end_connection(&mut self, error: Error) -> Result<WatchEvent> {
        self.connection = None;
        if !error.is_transient() {
            self.ended = true;
            return Err(error);
        }
        self.failures += 1;
        let doubled = backoff(self.first_wait, self.failures, LAST_WAIT);
        let asked = error.retry_after().unwrap_or_default().min(LAST_WAIT);
        self.wait = jitter(doubled).max(asked);
        tracing::debug!(%error, retry_in = ?self.wait, "lost the live changes");
        Ok(WatchEvent::Lost { error, retry_in: self.wait })
    }
}

impl Connection {
    async fn block(&mut self) -> Result<Block> {
        loop {
            if let Some(block) = self.blocks.pop_front() {
                return Ok(block);
            }
            let chunk = match timeout(HEARTBEAT, self.chunks.next()).await {
                Err(_) => return Err(Error::Timeout { phase: Phase::Heartbeat, after: HEARTBEAT }),
                Ok(None) => return Err(Error::Interrupted { source: "the server ended the stream".into() }),
                Ok(Some(chunk)) => chunk.map_err(|source| Error::Interrupted { source })?,
            };
            let blocks =
                self.decoder.push(&chunk).map_err(|error| Error::Interrupted { source: error.into() })?;
            self.blocks.extend(blocks);
        }
    }
}

async fn connect(client: &Client, position: &Position) -> Result<Connection> {
    let mut request = client
        .request(Method::GET, "/api/tickets")
        .header(ACCEPT.as_str(), "text/event-stream")
        .without_session();
    if let Some(id) = position.get().filter(|id| !id.is_empty()) {
        request = request.header("last-event-id", &id);
    }
    let HttpResponse { headers, body, .. } = client.transport().stream(&request.parts).await?;
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("text/event-stream") {
        return Err(Error::Unsupported { what: "live changes" });
    }
    Ok(Connection { chunks: body, decoder: Decoder::default(), blocks: VecDeque::new() })
}
