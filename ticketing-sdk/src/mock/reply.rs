//! The replies of the mock.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde::Serialize;

use crate::http_backend::{HttpFailure, HttpResponse};
use crate::outcome::IDEMPOTENCY_KEYS;
use crate::{ErrorCode, ErrorDetail, Problem};

/// A response of the mock, or a failure to respond.
///
/// ```
/// use std::time::Duration;
/// use ticketing_sdk::{ErrorCode, fixtures, mock::Reply};
///
/// let slow = Reply::text(502, "text/html", "<h1>Bad gateway</h1>").delay(Duration::from_millis(50));
/// let tickets = Reply::json(200, &[fixtures::ticket("t-1")]);
/// let refusal = Reply::problem(400, ErrorCode::OrderExpired, "The reservation has expired");
/// let busy = Reply::empty(503).header("retry-after", "3600");
/// let incomplete = Reply::text(200, "application/json", "[{\"id\":").then_break();
/// # ticketing_sdk::mock::run_example(async |client, mock| {
/// # use ticketing_sdk::Method;
/// mock.on(Method::GET, "/api/tickets/t-1", Reply::unreachable());
/// assert!(client.tickets().get("t-1").await.unwrap_err().is_unreachable());
/// mock.on(Method::POST, "/api/orders", Reply::broken()).on(Method::POST, "/api/orders", Reply::hang());
/// assert!(client.orders().create("t-1").await.unwrap_err().is_unknown_outcome());
/// let late = client.orders().create("t-1").timeout(Duration::from_millis(20)).await;
/// assert!(late.unwrap_err().is_unknown_outcome());
/// # Ok(()) });
/// ```
#[derive(Clone)]
pub struct Reply {
    kind: Kind,
    headers: HeaderMap,
    delay: Duration,
}

#[derive(Clone)]
enum Kind {
    Answer { status: StatusCode, body: Bytes, then: BodyEnd },
    Unreachable,
    Broken,
    Hang,
}

/// The end of a body.
#[derive(Clone, Copy)]
enum BodyEnd {
    End,
    Break,
    StayOpen,
}

impl Reply {
    fn new(kind: Kind) -> Self {
        Self { kind, headers: HeaderMap::new(), delay: Duration::ZERO }
    }

    fn answer(status: u16, content_type: &str, body: impl Into<Bytes>, then: BodyEnd) -> Self {
        // A number that is no status is a mistake of the test; it becomes a server error.
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(Kind::Answer { status, body: body.into(), then })
            .header(CONTENT_TYPE.as_str(), content_type)
    }

    /// A value as JSON.
    #[must_use]
    pub fn json(status: u16, body: &(impl Serialize + ?Sized)) -> Self {
        Self::answer(status, "application/json", serde_json::to_vec(body).unwrap_or_default(), BodyEnd::End)
    }

    /// No body, as 204 has none.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        let mut reply = Self::answer(status, "text/plain", Bytes::new(), BodyEnd::End);
        reply.headers.clear();
        reply
    }

    /// Any text.
    #[must_use]
    pub fn text(status: u16, content_type: &str, text: impl Into<String>) -> Self {
        Self::answer(status, content_type, text.into(), BodyEnd::End)
    }

    /// An error response of the contract, with one error.
    #[must_use]
    pub fn problem(status: u16, code: ErrorCode, message: impl Into<String>) -> Self {
        Self::json(status, &Problem::new([ErrorDetail::new(message).code(code)]))
    }

    /// No connection: the request is not sent.
    #[must_use]
    pub fn unreachable() -> Self {
        Self::new(Kind::Unreachable)
    }

    /// The request is sent, and the connection breaks before a response.
    #[must_use]
    pub fn broken() -> Self {
        Self::new(Kind::Broken)
    }

    /// The request is sent, and no response arrives.
    #[must_use]
    pub fn hang() -> Self {
        Self::new(Kind::Hang)
    }

    /// Live changes in their wire format, after which the stream stays open and idle.
    ///
    /// ```
    /// # ticketing_sdk::mock::run_example(async |client, mock| {
    /// # use ticketing_sdk::{Method, mock::Reply};
    /// use futures_util::TryStreamExt;
    ///
    /// let ticket = serde_json::to_string(&ticketing_sdk::fixtures::ticket("t-1"))?;
    /// let change = format!("event: ticket:created\nid: 1\ndata: {ticket}\n\n");
    /// mock.on(Method::GET, "/api/tickets", Reply::events(change));
    /// let mut changes = client.tickets().watch().await?;
    /// assert_eq!(changes.try_next().await?.unwrap().ticket.id.as_str(), "t-1");
    /// # Ok(()) });
    /// ```
    #[must_use]
    pub fn events(text: impl Into<String>) -> Self {
        Self::answer(200, "text/event-stream", text.into(), BodyEnd::StayOpen)
    }

    /// Live changes of a server that cannot resume at the client's position: `reset`, then the changes after
    /// `position`.
    ///
    /// ```
    /// # ticketing_sdk::mock::run_example(async |client, mock| {
    /// # use ticketing_sdk::{Method, mock::Reply};
    /// use futures_util::TryStreamExt;
    /// use ticketing_sdk::Error;
    ///
    /// mock.on(Method::GET, "/api/tickets", Reply::events_reset("7", ""));
    /// let mut changes = client.tickets().watch_after("1").await?;
    /// assert!(matches!(changes.try_next().await, Err(Error::ChangesMissed)));
    /// # Ok(()) });
    /// ```
    #[must_use]
    pub fn events_reset(position: &str, text: impl AsRef<str>) -> Self {
        Self::events(format!("event: reset\nid: {position}\ndata: {{}}\n\n{}", text.as_ref()))
    }

    /// Live changes in their wire format, after which the server ends the stream.
    ///
    /// ```
    /// // The client connects again, and gets the next reply of the route.
    /// let reply = ticketing_sdk::mock::Reply::events_then_end(": heartbeat\n\n");
    /// ```
    #[must_use]
    pub fn events_then_end(text: impl Into<String>) -> Self {
        Self::answer(200, "text/event-stream", text.into(), BodyEnd::End)
    }

    /// Breaks the connection after an incomplete body.
    #[must_use]
    pub fn then_break(mut self) -> Self {
        if let Kind::Answer { then, .. } = &mut self.kind {
            *then = BodyEnd::Break;
        }
        self
    }

    /// Adds a header; an invalid one is omitted.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.append(name, value);
        }
        self
    }

    /// Delays the response.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Responds after the delay.
    pub(super) async fn play(self, id: Option<usize>) -> Result<HttpResponse, HttpFailure> {
        tokio::time::sleep(self.delay).await;
        let mut headers = self.headers;
        if let Some(id) = id {
            headers.insert("x-request-id", HeaderValue::from(id));
            headers.insert(IDEMPOTENCY_KEYS, HeaderValue::from_static("max-age=86400"));
        }
        match self.kind {
            Kind::Unreachable => Err(HttpFailure::NotSent("connection refused".into())),
            Kind::Broken => Err(HttpFailure::Sent("connection reset".into())),
            Kind::Hang => std::future::pending().await,
            Kind::Answer { status, body, then } => {
                let body = stream::iter([Ok(body)]);
                let body = match then {
                    BodyEnd::End => body.boxed(),
                    BodyEnd::Break => body.chain(stream::iter([Err("connection reset".into())])).boxed(),
                    BodyEnd::StayOpen => body.chain(stream::pending()).boxed(),
                };
                Ok(HttpResponse { status, headers, body })
            }
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.kind {
            Kind::Answer { status, .. } => status.as_str(),
            Kind::Unreachable => "unreachable",
            Kind::Broken => "broken",
            Kind::Hang => "hang",
        };
        f.debug_tuple("Reply").field(&kind).finish()
    }
}
