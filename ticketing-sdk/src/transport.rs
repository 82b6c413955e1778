//! The transport of requests: retries, sessions, idempotency, timeouts and tracing.

mod attempt;
mod timer;

use std::borrow::Cow;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::HeaderValue;
use http::{HeaderMap, Method, StatusCode};
use tokio::time::{Instant, sleep, sleep_until};
use tracing::Instrument;
use url::Url;

use self::attempt::{AttemptError, Limit, read};
use crate::clock::ServerClock;
use crate::hook::{Attempt, AttemptHook, AttemptResult};
use crate::http_backend::{HttpBackend, HttpResponse};
use crate::outcome::{self, IdempotencySupport};
use crate::recently_created::is_recently_created;
use crate::request_parts::{INTENDED_USER, RequestParts};
use crate::response::request_id;
use crate::retry::{self, AttemptOutcome, RetryPolicy, RetrySafety};
use crate::session::{Sessions, UseSession};
use crate::{CurrentUserAnswer, Error, ErrorCode, Phase, Response, Result, SafeToRepeat};

/// A read that every server answers, with and without a session.
const CURRENT_USER: &str = "/api/users/currentuser";

pub(crate) struct Transport {
    /// Scheme, host, port and prefix, without a slash at the end.
    pub(crate) server: String,
    /// The same, parsed once.
    pub(crate) base: Url,
    pub(crate) backend: Arc<dyn HttpBackend>,
    pub(crate) session: Sessions,
    pub(crate) limits: Limits,
    pub(crate) retry: RetryPolicy,
    pub(crate) hooks: Vec<Arc<dyn AttemptHook>>,
    /// The headers of every request that has not its own.
    pub(crate) default_headers: HeaderMap,
    /// Whether this server keeps idempotency keys, according to its responses.
    pub(crate) idempotency: IdempotencySupport,
    /// The difference between the clocks of the server and of this machine.
    pub(crate) clock: ServerClock,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) response: Duration,
    pub(crate) total: Duration,
    /// The longest silence within a body.
    pub(crate) body: Duration,
}

impl Transport {
    /// Sends a request, with retries, until a response is final or a limit is reached.
    pub(crate) async fn call(&self, request: &RequestParts) -> Result<Response> {
        request.check()?;
        let span = tracing::debug_span!(
            "request",
            method = %request.method,
            route = request.route(),
            path = %request.path,
            attempts = tracing::field::Empty,
            status = tracing::field::Empty,
        );
        Box::pin(self.attempts(request).instrument(span)).await
    }

    async fn attempts(&self, request: &RequestParts) -> Result<Response> {
        let url = self.url(request)?;
        self.session.prepare(request.session).await?;
        let request = &*self.name_user(request);
        let total = self.total(request);
        let deadline = instant_after(total);
        // Whether an earlier attempt may have taken effect: its response was lost, here or in an interrupted program.
        let mut maybe_done = request.resumed && request.is_write();
        if maybe_done {
            self.ensure_repeatable(request).await?;
        }
        for tries in 1.. {
            let started = Instant::now();
            let outcome = self.attempt(request, &url, deadline, tries).await;
            let seen = attempt_outcome(request, &outcome);
            let lost = match &outcome {
                Err((end, _)) => matches!(end, AttemptOutcome::Broken | AttemptOutcome::Late),
                Ok(response) => self.may_have_been_done(response),
            };
            let wait = retry::decide_retry(&self.retry, request.retry_safety(), &seen, tries)
                .filter(|wait| Instant::now() + *wait < deadline && self.retry.permits_retry(tries));
            let status = outcome.as_ref().ok().map(|response| response.status);
            let span = tracing::Span::current();
            span.record("attempts", tries);
            span.record("status", status.map(|status| status.as_u16()));
            let head = outcome.as_ref().map(|response| (response.status, &response.headers));
            self.report(request, tries, started, head, wait);
            let Some(wait) = wait else {
                if outcome.as_ref().is_ok_and(|response| response.status.is_success()) {
                    self.retry.record_success(tries);
                }
                return self.conclude(request, outcome, maybe_done).await;
            };
            tracing::debug!(?seen, ?wait, tries, "retrying the request");
            sleep(wait).await;
            // A request that was not sent, or was refused without effect, is retried at any server.
            let is_repeatable = !(maybe_done || lost) || self.ensure_repeatable(request).await.is_ok();
            if !is_repeatable {
                return self.conclude(request, outcome, maybe_done).await;
            }
            maybe_done |= lost;
        }
        Err(Error::Timeout { phase: Phase::Total, after: total })
    }

    /// Reports an attempt to the hooks and its span.
    fn report(
        &self,
        request: &RequestParts,
        number: u32,
        started: Instant,
        head: Result<(StatusCode, &HeaderMap), &AttemptError>,
        retry_in: Option<Duration>,
    ) {
        let result = AttemptResult {
            status: head.ok().map(|(status, _)| status),
            error: head.err().map(|(_, error)| error),
            request_id: head.ok().and_then(|(_, headers)| request_id(headers)),
            elapsed: started.elapsed(),
            retry_in,
        };
        for hook in &self.hooks {
            hook.after_attempt(&describe(request, number), &result);
        }
    }

    /// Names the user of a write before its first attempt: a later attempt must not act for a user who has signed in
    /// meanwhile.
    fn name_user<'r>(&self, request: &'r RequestParts) -> Cow<'r, RequestParts> {
        let is_named = request.headers.contains_key(INTENDED_USER);
        if !request.is_write() || request.session != UseSession::Yes || is_named {
            return Cow::Borrowed(request);
        }
        match self.session.user().map(|user| HeaderValue::try_from(user.as_str())) {
            Some(Ok(user)) => {
                let mut named = request.clone();
                named.headers.insert(INTENDED_USER, user);
                Cow::Owned(named)
            }
            _ => Cow::Borrowed(request),
        }
    }

    /// Ensures that a keyed write that may have taken effect is retried only at a server that announces that it keeps
    /// keys. A server without a response so far gets a read first.
    ///
    /// # Errors
    /// An unknown outcome, if the server keeps no keys or does not respond.
    async fn ensure_repeatable(&self, request: &RequestParts) -> Result<()> {
        if request.retry_safety() != RetrySafety::Keyed {
            return Ok(());
        }
        if self.idempotency.is_unknown() {
            let question = RequestParts::new(Method::GET, CURRENT_USER.to_owned());
            let question = RequestParts { session: UseSession::No, timeout: request.timeout, ..question };
            let cause = match Box::pin(self.attempts(&question)).await {
                // The response of a gateway says nothing about the server behind it.
                Ok(answer) if self.idempotency.is_unknown() => Some(answer.to_error()),
                Ok(_) => None,
                Err(error) => Some(error),
            };
            if let Some(cause) = cause {
                return Err(self.unknown_outcome(request, cause));
            }
        }
        if self.idempotency.is_announced() {
            return Ok(());
        }
        Err(self.unknown_outcome(request, Error::Unsupported { what: "idempotency keys" }))
    }

    /// Returns whether a write may have taken effect despite this response. The marketplace answers 503 only without
    /// any effect; other servers may not.
    fn may_have_been_done(&self, response: &Response) -> bool {
        response.leaves_outcome_unknown()
            || response.status.is_server_error() && !self.idempotency.is_announced()
    }

    /// Returns the error of a write whose outcome is unknown.
    fn unknown_outcome(&self, request: &RequestParts, cause: Error) -> Error {
        let repeat = match (&request.key, request.retry_safety()) {
            (_, RetrySafety::Safe) => SafeToRepeat::Always,
            (Some(_), RetrySafety::Keyed) => self.idempotency.safe_to_repeat(),
            _ => SafeToRepeat::Never,
        };
        let (method, path, key) = (request.method.clone(), request.path.clone(), request.key.clone());
        Error::UnknownOutcome { method, path, key, safe_to_repeat: repeat, cause: Box::new(cause) }
    }

    /// Returns the result for the caller, given that an earlier attempt may have taken effect.
    async fn conclude(
        &self,
        request: &RequestParts,
        outcome: Result<Response, AttemptError>,
        maybe_done: bool,
    ) -> Result<Response> {
        let is_open = maybe_done && request.is_write();
        match outcome {
            Ok(response) if is_open => {
                // An earlier attempt may succeed once its service knows the resource, unless that is gone.
                let is_settled = outcome::settles_earlier_attempt(&response)
                    && (!references_recently_created(request, &response)
                        || self.is_reference_gone(request).await);
                if !is_settled {
                    return Err(self.unknown_outcome(request, response.to_error()));
                }
                Ok(response)
            }
            Ok(response) => Ok(response),
            Err((AttemptOutcome::NotSent | AttemptOutcome::Final, error)) if !is_open => Err(error),
            Err((_, error)) => {
                Err(if request.is_write() { self.unknown_outcome(request, error) } else { error })
            }
        }
    }

    /// Returns whether the resource that a request names does not exist, according to its own service.
    async fn is_reference_gone(&self, request: &RequestParts) -> bool {
        let Some((list, id)) = &request.references else { return false };
        let read = RequestParts::new(Method::GET, format!("{list}/{id}"));
        let answer = Box::pin(self.attempts(&read)).await;
        answer.is_ok_and(|answer| answer.status == StatusCode::NOT_FOUND && answer.is_problem())
    }

    /// Maps a response that is no success to an error, as the typed calls do.
    pub(crate) async fn check(&self, request: &RequestParts, response: Response) -> Result<Response> {
        if response.status.is_success() {
            return Ok(response);
        }
        let mut error = response.to_error();
        if self.is_of_other_owner(request, &response).await
            && let Error::Api(answer) = &mut error
        {
            answer.code = Some(ErrorCode::NotOwner);
        }
        let is_open = request.is_write() && self.may_have_been_done(&response);
        Err(if is_open { self.unknown_outcome(request, error) } else { error })
    }

    /// Sends once and leaves the body to the caller. The timeout applies to the head of the response only.
    pub(crate) async fn stream(&self, request: &RequestParts) -> Result<HttpResponse> {
        request.check()?;
        let url = self.url(request)?;
        self.session.prepare(request.session).await?;
        let started = Instant::now();
        let deadline = instant_after(self.limits.response);
        let mut timer = pin!(sleep_until(deadline));
        let opened = self.open(request, url, deadline, 1, timer.as_mut()).await;
        let head = opened.as_ref().map(|reply| (reply.status, &reply.headers));
        self.report(request, 1, started, head, None);
        let reply = opened.map_err(|(_, error)| error)?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        let HttpResponse { status, headers, body } = reply;
        let limit = Limit {
            deadline: instant_after(self.limits.response),
            phase: Phase::Response,
            after: self.limits.response,
        };
        let body = match read(body, self.limits.body, limit, timer).await {
            Err(Error::Timeout { phase: Phase::Response, .. }) => Bytes::new(),
            body => body?,
        };
        Err(Response { status, headers, body, path: request.path.clone() }.to_error())
    }

    /// Returns whether a 401 without a code, as other servers answer it, means another owner. It does if the session is
    /// valid, which only the server knows.
    async fn is_of_other_owner(&self, request: &RequestParts, response: &Response) -> bool {
        let is_bare =
            response.status == StatusCode::UNAUTHORIZED && response.is_problem() && response.code().is_none();
        if !is_bare || request.session != UseSession::Yes || self.session.user().is_none() {
            return false;
        }
        let question = RequestParts::new(Method::GET, CURRENT_USER.to_owned());
        match Box::pin(self.attempts(&question)).await {
            Ok(answer) => {
                answer.json::<CurrentUserAnswer>().is_ok_and(|answer| answer.current_user.is_some())
            }
            Err(_) => false,
        }
    }

    fn total(&self, request: &RequestParts) -> Duration {
        request.timeout.unwrap_or(self.limits.total)
    }

    /// Returns the URL of a request.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a path that names no place of the server.
    pub(crate) fn url(&self, request: &RequestParts) -> Result<Url> {
        // After the address of the server and a slash, no path can name another host.
        if !request.path.starts_with('/') {
            return Err(Error::invalid("path", "must begin with a slash"));
        }
        let prefix = self.base.path().trim_end_matches('/');
        let path = format!("{prefix}{}", request.path);
        // Joining does not parse the host again. A reference that begins with a slash and a letter is always a path.
        let url = if path.as_bytes().get(1).is_some_and(u8::is_ascii_alphanumeric) {
            self.base.join(&path)
        } else {
            Url::parse(&format!("{}{}", self.server, request.path))
        };
        let mut url = url.map_err(|error| Error::invalid("path", error.to_string()))?;
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        Ok(url)
    }
}

/// Describes an attempt for hooks.
fn describe(request: &RequestParts, number: u32) -> Attempt<'_> {
    Attempt { method: &request.method, path: &request.path, route: request.route(), number }
}

fn attempt_outcome(request: &RequestParts, outcome: &Result<Response, AttemptError>) -> AttemptOutcome {
    match outcome {
        Ok(response) if response.status.is_success() => AttemptOutcome::Final,
        Ok(response) if references_recently_created(request, response) => AttemptOutcome::NotYet,
        Ok(response) => AttemptOutcome::Answer {
            status: response.status,
            code: response.code(),
            retry_after: response.retry_after(),
        },
        Err((outcome, _)) => outcome.clone(),
    }
}

/// Returns whether the request names a resource so recent that the service may not know it yet.
fn references_recently_created(request: &RequestParts, response: &Response) -> bool {
    response.status == StatusCode::NOT_FOUND
        && request.references.as_ref().is_some_and(|(_, id)| is_recently_created(id, &response.headers))
}

/// Returns the instant after a duration, at most a year ahead.
fn instant_after(duration: Duration) -> Instant {
    Instant::now() + duration.min(Duration::from_secs(365 * 86_400))
}
