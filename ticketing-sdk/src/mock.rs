//! A mock marketplace in memory, for the tests of programs that use the SDK, without a network.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http_backend::{HttpBackend, HttpFailure, HttpResponse};
use crate::outcome::IDEMPOTENCY_KEYS;
use crate::{ClientBuilder, ErrorCode, ErrorDetail, Problem};

/// Canned responses, by method and path. Clones share them.
///
/// ```
/// use ticketing_sdk::mock::{Mock, Reply};
/// use ticketing_sdk::{Client, ErrorCode, Method};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let mock = Mock::new();
/// mock.on(Method::POST, "/api/orders", Reply::problem(400, ErrorCode::TicketReserved, "Ticket is already reserved"));
/// let client = Client::builder("http://marketplace.test").mock(&mock).build()?;
///
/// let error = client.orders().create("a-ticket").await.unwrap_err();
/// assert_eq!(error.code(), Some(&ErrorCode::TicketReserved));
/// assert_eq!(mock.requests()[0].json::<serde_json::Value>()?["ticketId"], "a-ticket");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Mock(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    replies: HashMap<(Method, String), VecDeque<Reply>>,
    received: Vec<Received>,
    is_original: bool,
}

impl Mock {
    /// Creates a mock that responds 404 to every request.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Omits the header fields that extend the original contract: the request id, and the announcement of idempotency
    /// keys.
    #[must_use]
    pub fn without_extensions(self) -> Self {
        self.state().is_original = true;
        self
    }

    /// Adds a response to a method and path (without its query). Several responses to one are given in turn, and the
    /// last one is repeated.
    pub fn on(&self, method: Method, path: impl Into<String>, reply: Reply) -> &Self {
        self.state().replies.entry((method, path.into())).or_default().push_back(reply);
        self
    }

    /// Returns the requests so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.state().received.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn respond(&self, request: http::Request<Bytes>) -> Result<HttpResponse, HttpFailure> {
        let (reply, id) = {
            let (head, body) = request.into_parts();
            let path = head.uri.path().to_owned();
            let mut state = self.state();
            let reply = match state.replies.get_mut(&(head.method.clone(), path.clone())) {
                Some(replies) if replies.len() > 1 => replies.pop_front(),
                Some(replies) => replies.front().cloned(),
                None => None,
            };
            let reply = reply.unwrap_or_else(|| {
                let message = format!("the mock has no answer to {} {path}", head.method);
                Reply::problem(404, ErrorCode::NotFound, message)
            });
            let query = head.uri.query().map(str::to_owned);
            state.received.push(Received { method: head.method, path, query, headers: head.headers, body });
            (reply, (!state.is_original).then_some(state.received.len()))
        };
        tokio::time::sleep(reply.delay).await;
        reply.play(id).await
    }
}

impl HttpBackend for Mock {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<HttpResponse, HttpFailure>> {
        self.respond(request).boxed()
    }
}

impl ClientBuilder {
    /// Uses a mock in place of a server.
    pub fn mock(self, mock: &Mock) -> Self {
        self.backend(Arc::new(mock.clone()))
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mock").field("requests", &self.state().received.len()).finish_non_exhaustive()
    }
}

/// A request that the mock received. Its `Debug` omits the body and the values of headers, which may be secret.
#[derive(Clone)]
#[non_exhaustive]
pub struct Received {
    /// The method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The query, still escaped.
    pub query: Option<String>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Received {
    /// The value of a header, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// If it is something else.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// A response of the mock, or a failure to respond.
#[derive(Clone)]
pub struct Reply {
    kind: Kind,
    headers: HeaderMap,
    delay: Duration,
}

#[derive(Clone)]
enum Kind {
    Answer { status: StatusCode, body: Bytes, then: Then },
    Unreachable,
    Broken,
    Hang,
}

/// The end of a body.
#[derive(Clone, Copy)]
enum Then {
    End,
    Break,
    StayOpen,
}

impl Reply {
    fn of(kind: Kind) -> Self {
        Self { kind, headers: HeaderMap::new(), delay: Duration::ZERO }
    }

    fn answer(status: u16, content_type: &str, body: impl Into<Bytes>, then: Then) -> Self {
        // A number that is no status is a mistake of the test; it becomes a server error.
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::of(Kind::Answer { status, body: body.into(), then }).header(CONTENT_TYPE.as_str(), content_type)
    }

    /// A value as JSON.
    #[must_use]
    pub fn json(status: u16, body: &(impl Serialize + ?Sized)) -> Self {
        Self::answer(status, "application/json", serde_json::to_vec(body).unwrap_or_default(), Then::End)
    }

    /// No body, as 204 has none.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        let mut reply = Self::answer(status, "text/plain", Bytes::new(), Then::End);
        reply.headers.clear();
        reply
    }

    /// Any text.
    #[must_use]
    pub fn text(status: u16, content_type: &str, text: impl Into<String>) -> Self {
        Self::answer(status, content_type, text.into(), Then::End)
    }

    /// An error response of the contract, with one error.
    #[must_use]
    pub fn problem(status: u16, code: ErrorCode, message: impl Into<String>) -> Self {
        Self::json(status, &Problem::new([ErrorDetail::new(message).code(code)]))
    }

    /// No connection: the request is not sent.
    #[must_use]
    pub fn unreachable() -> Self {
        Self::of(Kind::Unreachable)
    }

    /// The request is sent, and the connection breaks before a response.
    #[must_use]
    pub fn broken() -> Self {
        Self::of(Kind::Broken)
    }

    /// The request is sent, and no response arrives.
    #[must_use]
    pub fn hang() -> Self {
        Self::of(Kind::Hang)
    }

    /// Live changes in their wire format, after which the stream stays open and silent.
    #[must_use]
    pub fn events(text: impl Into<String>) -> Self {
        Self::answer(200, "text/event-stream", text.into(), Then::StayOpen)
    }

    /// Live changes of a server that cannot resume at the client's position: `reset`, then the changes after
    /// `position`.
    #[must_use]
    pub fn events_reset(position: &str, text: impl AsRef<str>) -> Self {
        Self::events(format!("event: reset\nid: {position}\ndata: {{}}\n\n{}", text.as_ref()))
    }

    /// Live changes in their wire format, after which the server ends the stream.
    #[must_use]
    pub fn events_then_end(text: impl Into<String>) -> Self {
        Self::answer(200, "text/event-stream", text.into(), Then::End)
    }

    /// Breaks the connection after an incomplete body.
    #[must_use]
    pub fn then_break(mut self) -> Self {
        if let Kind::Answer { then, .. } = &mut self.kind {
            *then = Then::Break;
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

    async fn play(self, id: Option<usize>) -> Result<HttpResponse, HttpFailure> {
        let mut headers = self.headers;
        if let Some(id) = id {
            headers.insert("x-request-id", HeaderValue::from(id));
            headers.insert(IDEMPOTENCY_KEYS, HeaderValue::from_static("max-age=86400"));
        }
        match self.kind {
            Kind::Unreachable => Err(HttpFailure { sent: false, source: "connection refused".into() }),
            Kind::Broken => Err(HttpFailure { sent: true, source: "connection reset".into() }),
            Kind::Hang => std::future::pending().await,
            Kind::Answer { status, body, then } => {
                let body = stream::iter([Ok(body)]);
                let body = match then {
                    Then::End => body.boxed(),
                    Then::Break => body.chain(stream::iter([Err("connection reset".into())])).boxed(),
                    Then::StayOpen => body.chain(stream::pending()).boxed(),
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
