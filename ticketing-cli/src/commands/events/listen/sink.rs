//! The sinks of events: stdout, a command, or a URL. A delivery is confirmed or retried.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use ticketing_sdk::webhook::{SIGNATURE_HEADER, sign};
use ticketing_sdk::{Client, HeaderMap, Method};
use tokio::time::sleep;

use super::event::ListenedEvent;
use crate::clock;
use crate::context::ApiContext;
use crate::count::count;
use crate::failure::{Failure, Outcome};
use crate::shell::shell;

/// The pause before the first retry. It doubles with each one, up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// The time in which a URL has to answer.
const FORWARD_TIMEOUT: Duration = Duration::from_secs(30);

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
    secret: String,
}

/// Why a delivery was not confirmed.
struct Refusal {
    reason: String,
    retry_after: Option<Duration>,
}

impl Sink {
    /// Delivers an event, and returns when that is confirmed.
    ///
    /// # Errors
    /// If it is not confirmed after all retries.
    pub(super) async fn deliver(&self, api: &ApiContext, event: &ListenedEvent, retries: u32) -> Outcome {
        let mut tries = 0;
        loop {
            let refusal = match self.attempt(api, event).await? {
                Ok(()) => return Ok(()),
                Err(refusal) => refusal,
            };
            if tries >= retries {
                return Err(Failure::failed(format!(
                    "event {} was not delivered in {}: {}",
                    event.id,
                    count(tries + 1, "attempt"),
                    refusal.reason
                ))
                .hint("the same command continues with this event"));
            }
            let pause = FIRST_PAUSE.saturating_mul(1 << tries.min(16)).min(MAX_PAUSE);
            tries += 1;
            api.io().warn(&format!("event {} was not delivered: {}; retrying", event.id, refusal.reason));
            sleep(pause.max(refusal.retry_after.unwrap_or_default().min(MAX_PAUSE))).await;
        }
    }

    async fn attempt(&self, api: &ApiContext, event: &ListenedEvent) -> Outcome<Result<(), Refusal>> {
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
fn execute(command: &str, event: &ListenedEvent) -> Result<(), Refusal> {
    let refusal = |reason: String| Refusal { reason, retry_after: None };
    let mut child = shell(command)
        .env("TICKETING_EVENT_ID", &event.id)
        .env("TICKETING_EVENT_TYPE", &event.kind)
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|error| refusal(format!("the command cannot be run: {error}")))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that does not read its stdin may be gone already.
        let _ = writeln!(stdin, "{}", event.json);
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(refusal(format!("the command ended with {status}"))),
        Err(error) => Err(refusal(format!("the end of the command is not known: {error}"))),
    }
}

impl Forward {
    /// Prepares the delivery to a URL, which has to answer within `timeout`, or 30 seconds.
    ///
    /// # Errors
    /// If it is no `http` or `https` URL.
    pub(super) fn new(url: &str, secret: String, timeout: Option<Duration>) -> Outcome<Self> {
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

    /// Returns the secret that events are signed with.
    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    /// Sends an event once. An answer of 2xx confirms the delivery.
    async fn send(&self, event: &ListenedEvent) -> Result<(), Refusal> {
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
            Ok(answer) => Err(Refusal {
                reason: format!("{} answered {}", self.url, answer.status()),
                retry_after: retry_after(answer.headers()),
            }),
            Err(error) => {
                Err(Refusal { reason: format!("{}: {}", self.url, error.root_cause()), retry_after: None })
            }
        }
    }
}

/// Returns the pause that an answer asks for, in whole seconds.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get("retry-after")?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}
