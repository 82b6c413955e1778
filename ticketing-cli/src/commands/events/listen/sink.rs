//! Events, and their sinks: stdout, a command, or a URL. A delivery is confirmed or retried.

use std::time::Duration;

use serde::Serialize;
use ticketing_sdk::webhook::{SIGNATURE_HEADER, sign};
use ticketing_sdk::{Client, HeaderMap, Method, Ticket, TicketChange};
use tokio::time::sleep;

use crate::clock;
use crate::context::ApiContext;
use crate::count::count;
use crate::failure::{CliResult, Failure};
use crate::shell::run_with_input;

/// The pause before the first retry. It doubles with each one, up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// The time in which a URL has to answer.
const FORWARD_TIMEOUT: Duration = Duration::from_secs(30);

/// The type of the event that states a gap.
const GAP: &str = "feed:gap";

/// An event to deliver. Deliveries of the same event have the same id and the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListenedEvent {
    pub(super) id: String,
    /// `ticket:created`, `ticket:updated`, `ticket:deleted` or `feed:gap`.
    pub(super) kind: String,
    /// One line of JSON, without its end.
    pub(super) json: String,
}

#[derive(Serialize)]
struct ChangeBody<'c> {
    id: &'c str,
    #[serde(rename = "type")]
    kind: &'c str,
    ticket: &'c Ticket,
}

impl ListenedEvent {
    /// Returns the event of a change.
    pub(super) fn from_change(change: &TicketChange) -> CliResult<Self> {
        let kind = change.kind.as_str();
        let body = ChangeBody { id: &change.id, kind, ticket: &change.ticket };
        Ok(Self { id: change.id.clone(), kind: kind.to_owned(), json: serde_json::to_string(&body)? })
    }

    /// Returns the event that states that events after one position are missing; `position` is where the feed
    /// continues.
    pub(super) fn gap(after: Option<&str>, position: &str) -> Self {
        let id = format!("gap-{position}");
        let body = serde_json::json!({ "id": id, "type": GAP, "after": after, "continuesAfter": position });
        Self { json: body.to_string(), id, kind: GAP.to_owned() }
    }
}

/// A receiver of events.
pub(super) enum Sink {
    /// A line of stdout.
    Stdout,
    /// A shell command for each event.
    Exec(String),
    /// A URL.
    Forward(Forward),
}

/// A URL that receives signed events.
pub(super) struct Forward {
    client: Client,
    path: String,
    url: String,
    /// The secret that events are signed with.
    pub(super) secret: String,
}

/// Why a delivery was not confirmed.
struct DeliveryError {
    reason: String,
    retry_after: Option<Duration>,
}

impl Sink {
    /// Delivers an event, and returns when that is confirmed.
    ///
    /// # Errors
    /// If it is not confirmed after all retries.
    pub(super) async fn deliver(&self, api: &ApiContext, event: &ListenedEvent, retries: u32) -> CliResult {
        let mut tries = 0;
        loop {
            let error = match self.attempt(api, event).await? {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            if tries >= retries {
                return Err(Failure::failed(format!(
                    "event {} was not delivered in {}: {}",
                    event.id,
                    count(tries + 1, "attempt"),
                    error.reason
                ))
                .hint("the same command continues with this event"));
            }
            let pause = FIRST_PAUSE.saturating_mul(1 << tries.min(16)).min(MAX_PAUSE);
            tries += 1;
            api.io().warn(&format!("event {} was not delivered: {}; retrying", event.id, error.reason));
            sleep(pause.max(error.retry_after.unwrap_or_default().min(MAX_PAUSE))).await;
        }
    }

    async fn attempt(&self, api: &ApiContext, event: &ListenedEvent) -> CliResult<Result<(), DeliveryError>> {
        match self {
            Self::Stdout => api.io().line(&event.json).map(Ok),
            Self::Exec(command) => {
                let (command, event) = (command.clone(), event.clone());
                // The command may take its time.
                let run = tokio::task::spawn_blocking(move || execute(&command, &event));
                run.await.map_err(|error| Failure::failed(format!("the command cannot be run: {error}")))
            }
            Self::Forward(forward) => Ok(forward.send(event).await),
        }
    }
}

/// Runs the command with the event on its stdin. Its exit code 0 confirms the delivery.
fn execute(command: &str, event: &ListenedEvent) -> Result<(), DeliveryError> {
    let variables = [("TICKETING_EVENT_ID", &*event.id), ("TICKETING_EVENT_TYPE", &event.kind)];
    let reason = match run_with_input(command, &format!("{}\n", event.json), &variables) {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => format!("the command ended with {status}"),
        Err(error) => format!("the command cannot be run: {error}"),
    };
    Err(DeliveryError { reason, retry_after: None })
}

impl Forward {
    /// Prepares the delivery to a URL, which has to answer within `timeout`, or 30 seconds.
    ///
    /// # Errors
    /// If it is no `http` or `https` URL.
    pub(super) fn new(url: &str, secret: String, timeout: Option<Duration>) -> CliResult<Self> {
        let unusable =
            || Failure::usage(format!("--forward {url}: expected a URL like http://127.0.0.1:4242/webhooks"));
        let (scheme, rest) = url.split_once("://").ok_or_else(unusable)?;
        let (host, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, "/"),
        };
        if path.contains(['?', '#']) {
            return Err(Failure::usage(format!("--forward {url}: a query is not supported")));
        }
        let timeout = timeout.unwrap_or(FORWARD_TIMEOUT);
        let client = Client::builder(format!("{scheme}://{host}"))
            .user_agent(concat!("ticketing-events/", env!("CARGO_PKG_VERSION")))
            .response_timeout(timeout)
            .timeout(timeout)
            .max_retries(0)
            .build()
            .map_err(|_| unusable())?;
        Ok(Self { client, path: path.to_owned(), url: url.to_owned(), secret })
    }

    /// Sends an event once. An answer of 2xx confirms the delivery.
    async fn send(&self, event: &ListenedEvent) -> Result<(), DeliveryError> {
        let body = event.json.as_bytes();
        let request = self
            .client
            .request(Method::POST, self.path.clone())
            .without_session()
            .header(SIGNATURE_HEADER, &sign(self.secret.as_bytes(), clock::now(), body))
            .header("ticketing-event-id", &event.id)
            .header("ticketing-event-type", &event.kind)
            .body("application/json", body.to_vec());
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(DeliveryError {
                reason: format!("{} answered {}", self.url, answer.status()),
                retry_after: retry_after(answer.headers()),
            }),
            Err(error) => Err(DeliveryError {
                reason: format!("{}: {}", self.url, error.root_cause()),
                retry_after: None,
            }),
        }
    }
}

/// Returns the pause that an answer asks for, in whole seconds.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get("retry-after")?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}
