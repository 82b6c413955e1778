//! The one place that knows of retries, sessions, request ids, time-outs and tracing.

use std::borrow::Cow;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::header::{COOKIE, HeaderValue, LOCATION, SET_COOKIE, USER_AGENT};
use http::{Method, StatusCode};
use tokio::time::{Instant, sleep, timeout_at};
use tracing::Instrument;
use url::Url;

use crate::clock::ServerClock;
use crate::outcome::{self, IdempotencySupport};
use crate::recently_created::is_young;
use crate::request::{INTENDED_USER, UseSession};
use crate::retry::{self, AttemptOutcome, RetryDecision, RetrySafety};
use crate::session::Sessions;
use crate::wire::{Chunks, Reply, Wire};
use crate::{CurrentUserAnswer, Error, ErrorCode, Phase, Request, Response, Result, SafeToRepeat};

/// The largest answer that is read into memory.
const LARGEST_ANSWER: usize = 32 << 20;
const MOST_REDIRECTS: usize = 5;
/// A read that every backend answers, with a session and without.
const CURRENT_USER: &str = "/api/users/currentuser";

pub(crate) struct Transport {
    /// Scheme, host, port and prefix, without a slash at the end.
    pub(crate) server: String,
    pub(crate) wire: Wire,
    pub(crate) session: Sessions,
    pub(crate) limits: Limits,
    pub(crate) user_agent: HeaderValue,
    /// Whether this server keeps idempotency keys, as far as its answers have shown.
    pub(crate) idempotency: IdempotencySupport,
    /// How far the server's clock is from this machine's.
    pub(crate) clock: ServerClock,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) response: Duration,
    pub(crate) total: Duration,
    pub(crate) retries: u32,
}

/// Why an attempt has no answer.
enum AttemptError {
    NotSent(Error),
    Broken(Error),
    Late(Error),
    /// There is an answer, and it ends the call.
    Final(Error),
}

impl Transport {
    /// Sends a request until there is an answer worth giving, within the limits.
    pub(crate) async fn call(&self, request: &Request) -> Result<Response> {
        request.check()?;
        let span = tracing::debug_span!("request", method = %request.method, path = %request.path);
        Box::pin(self.attempts(request).instrument(span)).await
    }

    async fn attempts(&self, request: &Request) -> Result<Response> {
        let url = self.url(request)?;
        self.session.prepare(request.session).await?;
        let request = &*self.name_user(request);
        let total = request.timeout.unwrap_or(self.limits.total);
        let deadline = after(total);
        // Whether an earlier attempt may have taken effect: its answer was lost, here or in an interrupted program.
        let mut maybe_done = request.resumed && request.is_write();
        if maybe_done {
            self.ensure_repeatable(request).await?;
        }
        for tries in 1.. {
            let outcome = self.attempt(request, &url, deadline).await;
            let seen = seen(request, &outcome);
            let lost = match &outcome {
                Err(AttemptError::Broken(_) | AttemptError::Late(_)) => true,
                Err(AttemptError::NotSent(_) | AttemptError::Final(_)) => false,
                Ok(response) => self.may_have_been_done(response),
            };
            let verdict = match retry::decide_retry(request.repeat(), &seen, tries) {
                RetryDecision::Again(wait)
                    if tries <= self.limits.retries && Instant::now() + wait < deadline =>
                {
                    Some(wait)
                }
                _ => None,
            };
            let Some(wait) = verdict else { return self.conclude(request, outcome, maybe_done) };
            tracing::debug!(?seen, ?wait, tries, "will send again");
            sleep(wait).await;
            // What was not sent, or was refused before anything was done, may be sent again to any server.
            let is_repeatable = !(maybe_done || lost) || self.ensure_repeatable(request).await.is_ok();
            if !is_repeatable {
                return self.conclude(request, outcome, maybe_done);
            }
            maybe_done |= lost;
        }
        Err(Error::Timeout { phase: Phase::Total, after: total })
    }

    /// Names the user of a write before its first attempt: a later attempt must not act for a user who has signed in meanwhile.
    fn name_user<'r>(&self, request: &'r Request) -> Cow<'r, Request> {
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

    /// A keyed write that may have taken effect is sent again only to a server that has announced that it keeps keys. One
    /// that has not answered yet is asked something harmless first.
    ///
    /// # Errors
    /// An unknown outcome, where the server keeps no keys or cannot be asked.
    async fn ensure_repeatable(&self, request: &Request) -> Result<()> {
        if request.repeat() != RetrySafety::Keyed {
            return Ok(());
        }
        if self.idempotency.is_unknown() {
            let question = Request::new(request.client.clone(), Method::GET, CURRENT_USER.to_owned());
            let question = question.without_session();
            let cause = match Box::pin(self.attempts(&question)).await {
                // What a gateway answers tells nothing about the server behind it.
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

    /// Whether a write may have taken effect although this is its answer. The marketplace answers 503 only before it has
    /// done anything; of a server that has not announced itself by its keys, that is not known.
    fn may_have_been_done(&self, response: &Response) -> bool {
        outcome::may_have_been_done(response)
            || response.status.is_server_error() && !self.idempotency.is_announced()
    }

    /// A write of which it is not known whether it took effect.
    fn unknown_outcome(&self, request: &Request, cause: Error) -> Error {
        let repeat = match (&request.key, request.repeat()) {
            (_, RetrySafety::Safe) => SafeToRepeat::Always,
            (Some(_), RetrySafety::Keyed) => self.idempotency.safe_to_repeat(),
            _ => SafeToRepeat::Never,
        };
        let (method, path, key) = (request.method.clone(), request.path.clone(), request.key.clone());
        Error::UnknownOutcome { method, path, key, safe_to_repeat: repeat, cause: Box::new(cause) }
    }

    async fn attempt(
        &self,
        request: &Request,
        url: &Url,
        deadline: Instant,
    ) -> Result<Response, AttemptError> {
        let Reply { status, headers, body } = self.open(request, url.clone(), deadline).await?;
        let late = || AttemptError::Late(Error::Timeout { phase: Phase::Total, after: self.total(request) });
        let body =
            timeout_at(deadline, read(body)).await.map_err(|_| late())?.map_err(|error| match error {
                // The next answer would be as large.
                error @ Error::TooLarge { .. } if request.is_write() => {
                    AttemptError::Final(self.unknown_outcome(request, error))
                }
                error @ Error::TooLarge { .. } => AttemptError::Final(error),
                error => AttemptError::Broken(error),
            })?;
        Ok(Response { status, headers, body, path: request.path.clone() })
    }

    /// Sends once and waits for the head of the answer, following redirects of reads within the server.
    async fn open(&self, request: &Request, mut url: Url, deadline: Instant) -> Result<Reply, AttemptError> {
        for _ in 0..=MOST_REDIRECTS {
            let started = Instant::now();
            let head_by = deadline.min(started + self.limits.response);
            let sent = timeout_at(head_by, self.wire.send(self.to_http(request, &url)?)).await;
            let mut reply = match sent {
                Err(_) if head_by == deadline => {
                    return Err(AttemptError::Late(Error::Timeout {
                        phase: Phase::Total,
                        after: self.total(request),
                    }));
                }
                Err(_) => {
                    return Err(AttemptError::Late(Error::Timeout {
                        phase: Phase::Response,
                        after: self.limits.response,
                    }));
                }
                Ok(Err(failure)) if failure.sent => {
                    return Err(AttemptError::Broken(Error::Interrupted { source: failure.source }));
                }
                Ok(Err(failure)) => {
                    let server = self.server.clone();
                    return Err(AttemptError::NotSent(Error::Unreachable { server, source: failure.source }));
                }
                Ok(Ok(reply)) => reply,
            };
            let request_id = reply.headers.get("x-request-id").and_then(|id| id.to_str().ok());
            tracing::debug!(status = reply.status.as_u16(), request_id, elapsed = ?started.elapsed(), "answered");
            self.idempotency.observe(reply.status, &reply.headers);
            self.clock.observe(&reply.headers);
            self.session.receive(&reply.headers, &url, request.session).await.map_err(AttemptError::Final)?;
            reply.headers.remove(SET_COOKIE);
            match redirect(&reply, &url) {
                None => return Ok(reply),
                Some((location, Some(next))) if !request.is_write() && next.origin() == url.origin() => {
                    tracing::debug!(%location, "following a redirect");
                    url = next;
                }
                Some((location, _)) => {
                    return Err(AttemptError::Final(Error::Redirected { status: reply.status, location }));
                }
            }
        }
        let location = url.to_string();
        Err(AttemptError::Final(Error::Redirected { status: StatusCode::LOOP_DETECTED, location }))
    }

    /// The error for the caller, given that an earlier attempt may have taken effect.
    fn conclude(
        &self,
        request: &Request,
        outcome: Result<Response, AttemptError>,
        maybe_done: bool,
    ) -> Result<Response> {
        let is_open = maybe_done && request.is_write();
        match outcome {
            Ok(response)
                if is_open
                    && (!outcome::settles_earlier_attempt(&response) || names_young(request, &response)) =>
            {
                Err(self.unknown_outcome(request, response.to_error()))
            }
            Ok(response) => Ok(response),
            Err(AttemptError::NotSent(error) | AttemptError::Final(error)) if !is_open => Err(error),
            Err(
                AttemptError::NotSent(error)
                | AttemptError::Final(error)
                | AttemptError::Broken(error)
                | AttemptError::Late(error),
            ) => Err(if request.is_write() { self.unknown_outcome(request, error) } else { error }),
        }
    }

    /// Turns an answer that is not a success into an error, as the typed calls do.
    pub(crate) async fn check(&self, request: &Request, response: Response) -> Result<Response> {
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

    /// Sends once and leaves the body to the caller. Only the head of the answer is under a time-out.
    pub(crate) async fn stream(&self, request: &Request) -> Result<Reply> {
        request.check()?;
        let url = self.url(request)?;
        self.session.prepare(request.session).await?;
        let reply = match self.open(request, url, after(self.limits.response)).await {
            Ok(reply) => reply,
            Err(
                AttemptError::NotSent(error)
                | AttemptError::Broken(error)
                | AttemptError::Late(error)
                | AttemptError::Final(error),
            ) => {
                return Err(error);
            }
        };
        if reply.status.is_success() {
            return Ok(reply);
        }
        let Reply { status, headers, body } = reply;
        let body =
            timeout_at(after(self.limits.response), read(body)).await.unwrap_or_else(|_| Ok(Bytes::new()))?;
        Err(Response { status, headers, body, path: request.path.clone() }.to_error())
    }

    /// Whether a 401 without a code, as other backends answer it, means that the thing belongs to someone else. It does
    /// where the session is good, which only the server can tell.
    async fn is_of_other_owner(&self, request: &Request, response: &Response) -> bool {
        let is_bare =
            response.status == StatusCode::UNAUTHORIZED && response.is_problem() && response.code().is_none();
        if !is_bare || request.session != UseSession::Yes || self.session.user().is_none() {
            return false;
        }
        let question = Request::new(request.client.clone(), Method::GET, CURRENT_USER.to_owned());
        match Box::pin(self.attempts(&question)).await {
            Ok(answer) => {
                answer.json::<CurrentUserAnswer>().is_ok_and(|answer| answer.current_user.is_some())
            }
            Err(_) => false,
        }
    }

    fn total(&self, request: &Request) -> Duration {
        request.timeout.unwrap_or(self.limits.total)
    }

    fn url(&self, request: &Request) -> Result<Url> {
        // Behind the server's own text and a slash, no path can name another host.
        if !request.path.starts_with('/') {
            return Err(Error::invalid("path", "must begin with a slash"));
        }
        let mut url = Url::parse(&format!("{}{}", self.server, request.path))
            .map_err(|error| Error::invalid("path", error.to_string()))?;
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        Ok(url)
    }

    fn to_http(&self, request: &Request, url: &Url) -> Result<http::Request<Bytes>, AttemptError> {
        let fault = |error: http::Error| AttemptError::Final(Error::invalid("request", error.to_string()));
        let mut http = http::Request::builder()
            .method(request.method.clone())
            .uri(url.as_str())
            .body(request.body.clone())
            .map_err(fault)?;
        let headers = http.headers_mut();
        headers.insert(USER_AGENT, self.user_agent.clone());
        if let Some(cookie) = self.session.header(url, request.session) {
            headers.insert(COOKIE, cookie);
        }
        headers.extend(request.headers.clone());
        Ok(http)
    }
}

fn seen(request: &Request, outcome: &Result<Response, AttemptError>) -> AttemptOutcome {
    match outcome {
        Ok(response) if response.status.is_success() => {
            AttemptOutcome::Answer { status: response.status, code: None, retry_after: None }
        }
        Ok(response) if names_young(request, response) => AttemptOutcome::NotYet,
        Ok(response) => AttemptOutcome::Answer {
            status: response.status,
            code: response.code(),
            retry_after: response.retry_after(),
        },
        Err(AttemptError::NotSent(_)) => AttemptOutcome::NotSent,
        Err(AttemptError::Broken(_)) => AttemptOutcome::Broken,
        Err(AttemptError::Late(_)) => AttemptOutcome::Late,
        Err(AttemptError::Final(_)) => {
            AttemptOutcome::Answer { status: StatusCode::OK, code: None, retry_after: None }
        }
    }
}

/// Whether the request names something so new that the service may not know it yet.
fn names_young(request: &Request, response: &Response) -> bool {
    response.status == StatusCode::NOT_FOUND
        && request.about.as_ref().is_some_and(|id| is_young(id, &response.headers))
}

/// Where an answer points to, as text and, if it makes one, as an address.
fn redirect(reply: &Reply, url: &Url) -> Option<(String, Option<Url>)> {
    if !matches!(reply.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = String::from_utf8_lossy(reply.headers.get(LOCATION)?.as_bytes()).into_owned();
    let next = url.join(&location).ok();
    Some((location, next))
}

async fn read(mut chunks: Chunks) -> Result<Bytes> {
    let mut body = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        body.extend_from_slice(&chunk.map_err(|source| Error::Interrupted { source })?);
        if body.len() > LARGEST_ANSWER {
            return Err(Error::TooLarge { limit: LARGEST_ANSWER });
        }
    }
    Ok(body.freeze())
}

/// An instant that far ahead; without end, a year.
fn after(duration: Duration) -> Instant {
    Instant::now() + duration.min(Duration::from_secs(365 * 86_400))
}
