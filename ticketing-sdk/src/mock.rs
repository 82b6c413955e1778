//! A mock marketplace in memory, for the tests of programs that use the SDK, without a network.

mod reply;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Method};
use serde::de::DeserializeOwned;

pub use self::reply::Reply;
use crate::http_backend::{HttpBackend, HttpFailure, HttpRequest, HttpResponse};
use crate::{BoxError, Client, ClientBuilder, ErrorCode};

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
pub struct Mock(Arc<Mutex<Exchanges>>);

#[derive(Default)]
struct Exchanges {
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
    ///
    /// ```
    /// // A client finds no idempotency keys here, and never repeats a write.
    /// let mock = ticketing_sdk::mock::Mock::new().without_extensions();
    /// ```
    #[must_use]
    pub fn without_extensions(self) -> Self {
        self.exchanges().is_original = true;
        self
    }

    /// Adds a response to a method and path (without its query). Several responses to one are given in turn, and the
    /// last one is repeated.
    ///
    /// ```
    /// use ticketing_sdk::mock::{Mock, Reply};
    /// use ticketing_sdk::{Method, fixtures};
    ///
    /// let mock = Mock::new();
    /// mock.on(Method::GET, "/api/tickets/t-1", Reply::broken()).on(
    ///     Method::GET,
    ///     "/api/tickets/t-1",
    ///     Reply::json(200, &fixtures::ticket("t-1")),
    /// );
    /// ```
    pub fn on(&self, method: Method, path: impl Into<String>, reply: Reply) -> &Self {
        self.exchanges().replies.entry((method, path.into())).or_default().push_back(reply);
        self
    }

    /// Returns the requests so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.exchanges().received.clone()
    }

    fn exchanges(&self) -> MutexGuard<'_, Exchanges> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn respond(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        let (reply, id) = {
            let HttpRequest { method, url, headers, body } = request;
            let path = url.path().to_owned();
            let mut exchanges = self.exchanges();
            let reply = match exchanges.replies.get_mut(&(method.clone(), path.clone())) {
                Some(replies) if replies.len() > 1 => replies.pop_front(),
                Some(replies) => replies.front().cloned(),
                None => None,
            };
            let reply = reply.unwrap_or_else(|| {
                let message = format!("the mock has no answer to {method} {path}");
                Reply::problem(404, ErrorCode::NotFound, message)
            });
            let query = url.query().map(str::to_owned);
            exchanges.received.push(Received { method, path, query, headers, body });
            (reply, (!exchanges.is_original).then_some(exchanges.received.len()))
        };
        reply.play(id).await
    }
}

impl HttpBackend for Mock {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpFailure>> {
        self.respond(request).boxed()
    }
}

impl ClientBuilder {
    /// Uses a mock in place of a server. See [`Mock`].
    pub fn mock(self, mock: &Mock) -> Self {
        self.backend(Arc::new(mock.clone()))
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mock").field("requests", &self.exchanges().received.len()).finish_non_exhaustive()
    }
}

/// Runs the example of an item with the client of a mock, which sends each request once.
///
/// ```
/// ticketing_sdk::mock::run_example(async |client, _mock| {
///     assert_eq!(client.server(), "http://marketplace.test");
///     Ok(())
/// });
/// ```
///
/// # Panics
/// When the example fails.
#[doc(hidden)]
#[expect(clippy::expect_used, reason = "a test fails by a panic")]
pub fn run_example(example: impl AsyncFnOnce(Client, Mock) -> Result<(), BoxError>) {
    let mock = Mock::new();
    let client = Client::builder("http://marketplace.test").mock(&mock).max_retries(0);
    let client = client.build().expect("the client of a mock");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("the runtime of an example").block_on(example(client, mock)).expect("the example");
}

/// A request that the mock received. Its `Debug` omits the body and the values of headers, which may be secret.
///
/// ```
/// # ticketing_sdk::mock::run_example(async |client, mock| {
/// let _ = client.orders().create("t-1").await;
/// let received = &mock.requests()[0];
/// assert_eq!((received.method.as_str(), received.path.as_str()), ("POST", "/api/orders"));
/// assert_eq!(received.json::<serde_json::Value>()?, serde_json::json!({"ticketId": "t-1"}));
/// assert!(received.header("idempotency-key").is_some());
/// # Ok(()) });
/// ```
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
