//! Pulls the messages of a consumer through one inbox for the whole subscription, so that no message is lost.

use std::time::Duration;

use async_nats::{Message, StatusCode, Subscriber};
use futures_util::{FutureExt, StreamExt};
use serde_json::json;
use ticketing_platform::signal::Listener;
use tokio::time::Instant;

use super::JetStreamError;
use super::connection::Connection;

/// How long the server keeps a pull request open without messages.
const PULL_EXPIRY_NANOS: u64 = 20_000_000_000;
/// The time after which a pull request counts as lost.
const PULL_TIMEOUT: Duration = Duration::from_secs(25);
/// The wait for each further pending message.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(super) struct Pull {
    connection: Connection,
    stream: String,
    subject: String,
    inbox: String,
    messages: Subscriber,
    /// Received messages that were not returned yet, for example because the future of `next` was dropped.
    taken: Vec<PulledMessage>,
    /// The number of messages that the server may still send.
    open: usize,
    requested_at: Instant,
    connected: Listener,
}

/// A message with its sequence, its delivery count, and the number of messages that are pending for the consumer.
#[derive(Debug)]
pub(super) struct PulledMessage {
    pub(super) message: Message,
    pub(super) sequence: i64,
    pub(super) delivered: u32,
    pub(super) pending: u64,
}

impl Pull {
    pub(super) async fn open(
        connection: &Connection,
        stream: &str,
        durable: &str,
    ) -> Result<Self, JetStreamError> {
        let inbox = connection.client.new_inbox();
        let subscribed = connection.client.subscribe(inbox.clone()).await;
        let messages = subscribed.map_err(JetStreamError::client)?;
        Ok(Self {
            connection: connection.clone(),
            stream: stream.to_owned(),
            subject: format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"),
            inbox,
            messages,
            taken: Vec::new(),
            open: 0,
            requested_at: Instant::now(),
            connected: connection.connected.listen(),
        })
    }

    /// Waits for the next messages, at least one and at most `limit`. Cancel-safe. Keeps waiting while the
    /// connection is down.
    ///
    /// # Errors
    /// If the consumer does not exist.
    pub(super) async fn next(&mut self, limit: usize) -> Result<Vec<PulledMessage>, JetStreamError> {
        while self.taken.is_empty() {
            self.request(limit).await?;
            let lost = self.requested_at + PULL_TIMEOUT;
            tokio::select! {
                message = self.messages.next() => self.take(message)?,
                // A restarted server has lost the pull request.
                () = self.connected.notified() => self.open = 0,
                // While the connection is down, no request is sent.
                () = tokio::time::sleep_until(lost) => (self.open, self.requested_at) = (0, Instant::now()),
            }
        }
        // The server is sending all pending messages; later ones are not awaited.
        while self.taken.len() < limit {
            let more = self.open > 0 && self.taken.last().is_some_and(|last| last.pending > 0);
            let message = if more {
                tokio::time::timeout(DRAIN_TIMEOUT, self.messages.next()).await.ok()
            } else {
                self.messages.next().now_or_never()
            };
            match message {
                Some(message) => self.take(message)?,
                None => break,
            }
        }
        Ok(std::mem::take(&mut self.taken))
    }

    async fn request(&mut self, limit: usize) -> Result<(), JetStreamError> {
        if self.open > 0 || self.connection.ensure_connected().is_err() {
            return Ok(());
        }
        let request = json!({ "batch": limit, "expires": PULL_EXPIRY_NANOS }).to_string();
        let (subject, inbox) = (self.subject.clone(), self.inbox.clone());
        let asked = self.connection.client.publish_with_reply(subject, inbox, request.into()).await;
        asked.map_err(JetStreamError::client)?;
        (self.open, self.requested_at) = (limit, Instant::now());
        Ok(())
    }

    fn take(&mut self, message: Option<Message>) -> Result<(), JetStreamError> {
        let pulled = self.read(message)?;
        self.taken.extend(pulled);
        Ok(())
    }

    fn read(&mut self, message: Option<Message>) -> Result<Option<PulledMessage>, JetStreamError> {
        let Some(message) = message else {
            return Err(JetStreamError::Client("the connection was closed".to_owned()));
        };
        match message.status {
            None => {}
            Some(StatusCode::IDLE_HEARTBEAT) => return Ok(None),
            Some(StatusCode::NO_RESPONDERS) => {
                return Err(JetStreamError::NoResponders(self.subject.clone()));
            }
            Some(StatusCode::REQUEST_TERMINATED) => {
                let text = message.description.as_deref().unwrap_or_default().to_owned();
                if text.contains("Deleted") {
                    return Err(JetStreamError::NoResponders(self.subject.clone()));
                }
                tracing::debug!(text, "the server ended a pull request");
                self.open = 0;
                return Ok(None);
            }
            Some(_) => {
                self.open = 0;
                return Ok(None);
            }
        }
        self.open = self.open.saturating_sub(1);
        let context = async_nats::jetstream::new(self.connection.client.clone());
        let message = async_nats::jetstream::Message { message, context };
        let Ok(info) = message.info() else { return Ok(None) };
        self.connection.record_sequence(&self.stream, info.stream_sequence);
        let sequence = i64::try_from(info.stream_sequence).unwrap_or(i64::MAX);
        let delivered = u32::try_from(info.delivered).unwrap_or(u32::MAX);
        let pending = info.pending;
        Ok(Some(PulledMessage { message: message.message, sequence, delivered, pending }))
    }

    /// Returns the messages that were received and not returned.
    pub(super) fn drain_unreturned(&mut self) -> Vec<Message> {
        let mut unreturned: Vec<Message> = self.taken.drain(..).map(|pulled| pulled.message).collect();
        while let Some(Some(message)) = self.messages.next().now_or_never() {
            unreturned.extend((message.status.is_none() && message.reply.is_some()).then_some(message));
        }
        unreturned
    }
}
