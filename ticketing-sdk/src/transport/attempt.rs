//! One attempt of a request: sending, redirects within the server, time limits and the body.

use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::StatusCode;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use tokio::time::{Instant, Sleep, sleep_until};
use url::Url;

use super::timer::wait_until;
use super::{Transport, instant_after};
use crate::http_backend::{Chunks, HttpFailure, HttpRequest, HttpResponse};
use crate::request_parts::RequestParts;
use crate::response::request_id;
use crate::retry::AttemptOutcome;
use crate::{Error, Phase, Response, Result};

/// The largest body in memory, in bytes.
const MAX_BODY_BYTES: usize = 32 << 20;
/// The redirects that one attempt follows.
const MAX_REDIRECTS: usize = 5;

/// Why an attempt has no response, and what that means for another one.
pub(super) type AttemptError = (AttemptOutcome, Error);

impl Transport {
    pub(super) async fn attempt(
        &self,
        request: &RequestParts,
        url: &Url,
        deadline: Instant,
        number: u32,
    ) -> Result<Response, AttemptError> {
        let mut timer = pin!(sleep_until(deadline.min(instant_after(self.limits.response))));
        let HttpResponse { status, headers, body } =
            self.open(request, url.clone(), deadline, number, timer.as_mut()).await?;
        let total = Limit { deadline, phase: Phase::Total, after: self.total(request) };
        let body = read(body, self.limits.body, total, timer).await.map_err(|error| match error {
            // The response to another attempt would be as large.
            error @ Error::TooLarge { .. } if request.is_write() => {
                (AttemptOutcome::Final, self.unknown_outcome(request, error))
            }
            error @ Error::TooLarge { .. } => (AttemptOutcome::Final, error),
            error @ Error::Timeout { .. } => (AttemptOutcome::Late, error),
            error => (AttemptOutcome::Broken, error),
        })?;
        Ok(Response { status, headers, body, path: request.path.clone() })
    }

    /// Sends once and waits for the head of the response. Follows redirects of reads within the server.
    pub(super) async fn open(
        &self,
        request: &RequestParts,
        mut url: Url,
        deadline: Instant,
        number: u32,
        mut timer: Pin<&mut Sleep>,
    ) -> Result<HttpResponse, AttemptError> {
        for _ in 0..=MAX_REDIRECTS {
            let started = Instant::now();
            let head_by = deadline.min(instant_after(self.limits.response));
            let sending = self.backend.send(self.to_http(request, &url, number));
            let mut reply = match wait_until(timer.as_mut(), head_by, sending).await {
                None => {
                    let (phase, after) = match head_by == deadline {
                        true => (Phase::Total, self.total(request)),
                        false => (Phase::Response, self.limits.response),
                    };
                    return Err((AttemptOutcome::Late, Error::Timeout { phase, after }));
                }
                Some(Err(failure)) => {
                    let server = self.server.clone();
                    return Err(match failure {
                        HttpFailure::Sent(source) => (AttemptOutcome::Broken, Error::Interrupted { source }),
                        HttpFailure::NotSent(source) => {
                            (AttemptOutcome::NotSent, Error::Unreachable { server, source })
                        }
                        // Waiting renews no certificate.
                        HttpFailure::Untrusted(reason, source) => {
                            (AttemptOutcome::Final, Error::Untrusted { server, reason, source })
                        }
                    });
                }
                Some(Ok(reply)) => reply,
            };
            let request_id = request_id(&reply.headers);
            tracing::debug!(status = reply.status.as_u16(), request_id, elapsed = ?started.elapsed(), "answered");
            self.idempotency.observe(reply.status, &reply.headers);
            self.clock.observe(&reply.headers);
            let received = self.session.receive(&reply.headers, &url, request.session).await;
            received.map_err(|error| (AttemptOutcome::Final, error))?;
            reply.headers.remove(SET_COOKIE);
            match redirect(&reply, &url) {
                None => return Ok(reply),
                Some((location, Some(next))) if !request.is_write() && next.origin() == url.origin() => {
                    tracing::debug!(%location, "following a redirect");
                    url = next;
                }
                Some((location, _)) => {
                    return Err((
                        AttemptOutcome::Final,
                        Error::Redirected { status: reply.status, location },
                    ));
                }
            }
        }
        let location = url.to_string();
        Err((AttemptOutcome::Final, Error::Redirected { status: StatusCode::LOOP_DETECTED, location }))
    }

    fn to_http(&self, request: &RequestParts, url: &Url, number: u32) -> HttpRequest {
        let mut headers = self.default_headers.clone();
        if let Some(cookie) = self.session.header(url, request.session) {
            headers.insert(COOKIE, cookie);
        }
        headers.extend(request.headers.clone());
        for hook in &self.hooks {
            hook.before_attempt(&super::describe(request, number), &mut headers);
        }
        HttpRequest { method: request.method.clone(), url: url.clone(), headers, body: request.body.clone() }
    }
}

/// Returns the target of a redirect as text and, if it is valid, as an address.
fn redirect(reply: &HttpResponse, url: &Url) -> Option<(String, Option<Url>)> {
    if !matches!(reply.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = String::from_utf8_lossy(reply.headers.get(LOCATION)?.as_bytes()).into_owned();
    let next = url.join(&location).ok();
    Some((location, next))
}

/// A point in time, and the error after it.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    pub(super) deadline: Instant,
    pub(super) phase: Phase,
    pub(super) after: Duration,
}

/// Reads a body whose parts are at most `idle` apart, until the limit of the whole.
pub(super) async fn read(
    body: Chunks,
    idle: Duration,
    limit: Limit,
    timer: Pin<&mut Sleep>,
) -> Result<Bytes> {
    let mut reader = BodyReader { chunks: body, idle, limit, timer };
    let first = reader.chunk(0).await?.unwrap_or_default();
    // Most bodies arrive as one chunk, which is not copied.
    let Some(second) = reader.chunk(first.len()).await? else { return Ok(first) };
    let mut body = BytesMut::from(first);
    body.extend_from_slice(&second);
    while let Some(chunk) = reader.chunk(body.len()).await? {
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

struct BodyReader<'t> {
    chunks: Chunks,
    idle: Duration,
    limit: Limit,
    timer: Pin<&'t mut Sleep>,
}

impl BodyReader<'_> {
    /// Reads the next part of a body of which `length` bytes are read already.
    async fn chunk(&mut self, length: usize) -> Result<Option<Bytes>> {
        let silent = instant_after(self.idle);
        let limit = match silent < self.limit.deadline {
            true => Limit { deadline: silent, phase: Phase::Body, after: self.idle },
            false => self.limit,
        };
        let chunk = wait_until(self.timer.as_mut(), limit.deadline, self.chunks.next()).await;
        let chunk = chunk.ok_or(Error::Timeout { phase: limit.phase, after: limit.after })?.transpose();
        let chunk = chunk.map_err(|source| Error::Interrupted { source })?;
        match &chunk {
            Some(chunk) if length + chunk.len() > MAX_BODY_BYTES => {
                Err(Error::TooLarge { limit: MAX_BODY_BYTES })
            }
            _ => Ok(chunk),
        }
    }
}
