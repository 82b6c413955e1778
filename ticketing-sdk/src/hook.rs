//! Hooks: code of the program before and after each attempt.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};

use crate::Error;

/// Code of the program that runs before and after each attempt of a request: for headers of its own, metrics, or logs.
///
/// The methods must not block. See [`ClientBuilder::hook`](crate::ClientBuilder::hook).
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use ticketing_sdk::{Attempt, AttemptHook, AttemptResult, Client, HeaderMap};
///
/// #[derive(Default)]
/// struct Telemetry {
///     attempts: AtomicU64,
/// }
///
/// impl AttemptHook for Telemetry {
///     fn before_attempt(&self, attempt: &Attempt<'_>, headers: &mut HeaderMap) {
///         if let Ok(number) = attempt.number.to_string().parse() {
///             headers.insert("x-attempt", number);
///         }
///     }
///
///     fn after_attempt(&self, attempt: &Attempt<'_>, result: &AttemptResult<'_>) {
///         self.attempts.fetch_add(1, Ordering::Relaxed);
///         println!("{} {} {:?} {:?}", attempt.method, attempt.route, result.status, result.elapsed);
///     }
/// }
///
/// let client = Client::builder("http://127.0.0.1:3000").hook(Telemetry::default()).build()?;
/// # Ok::<(), ticketing_sdk::Error>(())
/// ```
pub trait AttemptHook: Send + Sync {
    /// Runs before an attempt is sent. `headers` are those that will be sent, with the session; more can be added.
    fn before_attempt(&self, attempt: &Attempt<'_>, headers: &mut HeaderMap) {
        let _ = (attempt, headers);
    }

    /// Runs after an attempt, with its result.
    fn after_attempt(&self, attempt: &Attempt<'_>, result: &AttemptResult<'_>) {
        let _ = (attempt, result);
    }
}

/// An attempt of a request. See [`AttemptHook`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path, below the server.
    pub path: &'a str,
    /// The path with `{id}` for identifiers, which suits the labels of metrics. That of a raw request is its path.
    pub route: &'a str,
    /// The number of the attempt, from 1.
    pub number: u32,
}

/// The result of an attempt. See [`AttemptHook`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AttemptResult<'a> {
    /// The status of the response, if there is one.
    pub status: Option<StatusCode>,
    /// Why there is no response.
    pub error: Option<&'a Error>,
    /// The identifier of the request in the logs of the server.
    pub request_id: Option<&'a str>,
    /// The time from sending to the end of the body; for a live stream, to the head of the response.
    pub elapsed: Duration,
    /// The wait before the next attempt, if one follows.
    pub retry_in: Option<Duration>,
}
