//! The connection to NATS, which reconnects; every request ends in a response or an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_nats::jetstream::publish::PublishAck;
use async_nats::jetstream::response::Response;
use async_nats::{
    Client, ConnectErrorKind, ConnectOptions, Event, HeaderMap, Message, RequestErrorKind, ServerError,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use ticketing_platform::backoff::Backoff;
use ticketing_platform::signal::Signal;
use tokio::sync::broadcast;

use super::message::EVENT_STREAM;
use super::options::{Kind, without_password};
use super::{JetStreamError, JetStreamOptions};

/// The oldest supported version of the server.
const MIN_SERVER_VERSION: (i64, i64) = (2, 14);
/// The oldest supported version as text.
const MIN_SERVER_VERSION_TEXT: &str = "2.14";
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(2));

/// The connection to NATS. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(super) client: Client,
    pub(crate) options: JetStreamOptions,
    /// Notified on every reconnect.
    pub(crate) connected: Signal,
    disconnected: Signal,
    refusals: broadcast::Sender<String>,
    /// The highest sequence of the event stream seen by this process.
    highest: Arc<AtomicU64>,
}

impl Connection {
    pub(super) async fn connect(options: JetStreamOptions) -> Result<Self, JetStreamError> {
        let (connected, disconnected) = (Signal::default(), Signal::default());
        let (refusals, _) = broadcast::channel(16);
        let (connected_signal, disconnected_signal, refused) =
            (connected.clone(), disconnected.clone(), refusals.clone());
        let first = AtomicBool::new(true);
        let connect = with_credentials(&options)?
            .name(&options.name)
            .custom_inbox_prefix(inbox_prefix(&options.name))
            .connection_timeout(options.request_timeout)
            .request_timeout(Some(options.request_timeout))
            .max_reconnects(None)
            .reconnect_delay_callback(|tries| BACKOFF.delay(u32::try_from(tries).unwrap_or(u32::MAX)))
            .event_callback(move |event| {
                if matches!(event, Event::Connected) && !first.swap(false, Ordering::Relaxed) {
                    tracing::info!("connected to NATS again");
                    metrics::counter!("bus_reconnects_total").increment(1);
                }
                handle_event(&event, &connected_signal, &disconnected_signal, &refused);
                std::future::ready(())
            });
        let shown = without_password(&options.url);
        let failed = |error: async_nats::ConnectError| match error.kind() {
            ConnectErrorKind::AuthorizationViolation => {
                JetStreamError::Credentials(format!("the server at {shown} does not accept them"))
            }
            _ => JetStreamError::Connect { url: shown.clone(), reason: error.to_string() },
        };
        let servers: Vec<&str> = options.url.split(',').map(str::trim).collect();
        let client = connect.connect(servers).await.map_err(failed)?;
        let (major, minor) = MIN_SERVER_VERSION;
        if !client.is_server_compatible(major, minor, 0) {
            let found = client.server_info().version;
            return Err(JetStreamError::UnsupportedVersion {
                url: shown,
                found,
                needed: MIN_SERVER_VERSION_TEXT,
            });
        }
        Ok(Self { client, options, connected, disconnected, refusals, highest: Arc::default() })
    }

    /// Sends a request and waits for the response. Fails early if the connection is lost or the server refuses.
    ///
    /// # Errors
    /// If there is no response. Unless it was refused, the outcome of the request is unknown.
    pub(super) async fn request(
        &self,
        subject: &str,
        headers: HeaderMap,
        payload: Vec<u8>,
    ) -> Result<Message, JetStreamError> {
        let (mut disconnected, mut refusals) = (self.disconnected.listen(), self.refusals.subscribe());
        self.ensure_connected()?;
        let answer = self.client.request_with_headers(subject.to_owned(), headers, payload.into());
        tokio::pin!(answer);
        loop {
            tokio::select! {
                answered = &mut answer => return answered.map_err(|error| match error.kind() {
                    RequestErrorKind::TimedOut => JetStreamError::Timeout(subject.to_owned()),
                    RequestErrorKind::NoResponders => JetStreamError::NoResponders(subject.to_owned()),
                    _ => JetStreamError::client(error),
                }),
                () = disconnected.notified() => return Err(JetStreamError::Disconnected),
                Ok(refusal) = refusals.recv() => {
                    if refusal.contains(&format!("\"{subject}\"")) {
                        return Err(JetStreamError::PermissionDenied(refusal));
                    }
                }
            }
        }
    }

    /// Publishes a message to a stream, and waits until the server has stored it.
    ///
    /// # Errors
    /// If there is no response, or it is an error. Unless it is an error, the outcome is unknown.
    pub(super) async fn publish(
        &self,
        subject: &str,
        headers: HeaderMap,
        payload: impl Into<Vec<u8>>,
    ) -> Result<PublishAck, JetStreamError> {
        let answer = self.request(subject, headers, payload.into()).await?;
        let stored: PublishAck = decode_response(subject, &answer)?;
        self.record_sequence(&stored.stream, stored.sequence);
        Ok(stored)
    }

    /// Sends a request to the JetStream API. An empty object is a request without a body.
    ///
    /// # Errors
    /// If there is no response, or it is an error.
    pub(super) async fn api<T: DeserializeOwned>(
        &self,
        name: &str,
        request: &impl Serialize,
    ) -> Result<T, JetStreamError> {
        let subject = format!("$JS.API.{name}");
        let payload = serde_json::to_vec(request).map_err(JetStreamError::client)?;
        let answer = self.request(&subject, HeaderMap::new(), payload).await?;
        decode_response(&subject, &answer)
    }

    /// Records a sequence of a stream.
    pub(super) fn record_sequence(&self, stream: &str, sequence: u64) {
        if stream == EVENT_STREAM {
            self.highest.fetch_max(sequence, Ordering::Relaxed);
        }
    }

    pub(super) fn highest_sequence(&self) -> u64 {
        self.highest.load(Ordering::Relaxed)
    }

    /// Fails while disconnected: the client would buffer the message and send it after the timeout of the caller.
    pub(super) fn ensure_connected(&self) -> Result<(), JetStreamError> {
        match self.client.connection_state() {
            async_nats::connection::State::Connected => Ok(()),
            _ => Err(JetStreamError::Disconnected),
        }
    }
}

/// Decodes a response of JetStream.
fn decode_response<T: DeserializeOwned>(subject: &str, answer: &Message) -> Result<T, JetStreamError> {
    let read = serde_json::from_slice(&answer.payload).map_err(|error| JetStreamError::InvalidResponse {
        subject: subject.to_owned(),
        reason: error.to_string(),
    })?;
    match read {
        Response::Ok(value) => Ok(value),
        Response::Err { error } => Err(JetStreamError::Api {
            subject: subject.to_owned(),
            code: error.error_code().0,
            description: error.to_string(),
        }),
    }
}

/// Returns the inbox prefix of a user, the only one to which it may subscribe.
pub(super) fn inbox_prefix(name: &str) -> String {
    format!("_INBOX_{}", super::message::token(name))
}

fn with_credentials(options: &JetStreamOptions) -> Result<ConnectOptions, JetStreamError> {
    match options.credentials.as_ref().map(|credentials| &credentials.0) {
        None => Ok(ConnectOptions::new()),
        Some(Kind::User { name, password }) => {
            Ok(ConnectOptions::with_user_and_password(name.clone(), password.clone()))
        }
        Some(Kind::Signed(text)) => ConnectOptions::with_credentials(text)
            .map_err(|error| JetStreamError::Credentials(error.to_string())),
    }
}

fn handle_event(
    event: &Event,
    connected_signal: &Signal,
    disconnected_signal: &Signal,
    refusals: &broadcast::Sender<String>,
) {
    match event {
        Event::Connected => connected_signal.notify(),
        Event::Disconnected => {
            tracing::warn!("the connection to NATS is down");
            disconnected_signal.notify();
        }
        Event::ServerError(ServerError::Other(text))
            if text.to_lowercase().contains("permissions violation") =>
        {
            tracing::error!(%text, "NATS refuses");
            // There may be no receiver.
            drop(refusals.send(text.clone()));
        }
        other => tracing::warn!(event = %other, "NATS"),
    }
}
