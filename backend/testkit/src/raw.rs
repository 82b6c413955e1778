//! A client for raw requests: any header, any bytes, no retries, no cookie jar.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::pin::Pin;

use crate::events::EventStream;
use crate::reply::Reply;

/// The client. Clones share its connections.
#[derive(Clone, Debug)]
pub struct RawClient {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
}

/// A request under construction. Awaiting it sends it.
#[derive(Debug)]
#[must_use = "a request is sent by awaiting it"]
pub struct RawRequest {
    raw: RawClient,
    request: Request<Full<Bytes>>,
}

impl RawClient {
    /// Creates a client of the server at `base` (`http://127.0.0.1:3000`).
    pub fn new(base: impl Into<String>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { client: Client::builder(TokioExecutor::new()).build(connector), base: base.into() }
    }

    /// Returns a request to `path`, which may have a query.
    ///
    /// # Panics
    /// If the path is invalid.
    pub fn request(&self, method: Method, path: &str) -> RawRequest {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        RawRequest { raw: self.clone(), request: request.body(Full::default()).expect("a valid request") }
    }

    /// `GET path`.
    pub fn get(&self, path: &str) -> RawRequest {
        self.request(Method::GET, path)
    }

    /// `POST path`.
    pub fn post(&self, path: &str) -> RawRequest {
        self.request(Method::POST, path)
    }

    /// `PUT path`.
    pub fn put(&self, path: &str) -> RawRequest {
        self.request(Method::PUT, path)
    }

    /// `DELETE path`.
    pub fn delete(&self, path: &str) -> RawRequest {
        self.request(Method::DELETE, path)
    }
}

impl RawRequest {
    /// Adds a header.
    ///
    /// # Panics
    /// If the name or the value cannot be sent.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name: HeaderName = name.parse().expect("a header name");
        let value = HeaderValue::from_bytes(value.as_ref()).expect("a header value");
        self.request.headers_mut().append(name, value);
        self
    }

    /// Adds a cookie (`name=value`).
    pub fn cookie(self, cookie: &str) -> Self {
        self.header("cookie", cookie)
    }

    /// Adds an idempotency key.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// Sets the body to JSON.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Sets the body and its content type.
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        *self.request.body_mut() = Full::new(body.into());
        self.header(header::CONTENT_TYPE.as_str(), content_type)
    }

    /// Sends the request. Returns a message if there is no response.
    ///
    /// # Errors
    /// If the connection fails.
    pub async fn send(self) -> Result<Reply, String> {
        let answer = self.raw.client.request(self.request).await.map_err(|error| format!("{error:?}"))?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| format!("{error:?}"))?.to_bytes();
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    /// Sends the request and returns the stream of server-sent events in its response.
    ///
    /// # Panics
    /// If the response is not a stream of events.
    pub async fn events(self) -> EventStream {
        let request = self.header("accept", "text/event-stream");
        let answer = request.raw.client.request(request.request).await.expect("an answer");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
        EventStream::new(answer.into_body())
    }
}

impl IntoFuture for RawRequest {
    type Output = Reply;
    type IntoFuture = Pin<Box<dyn Future<Output = Reply> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let what = format!("{} {}", self.request.method(), self.request.uri());
            self.send().await.unwrap_or_else(|error| panic!("{what} was not answered: {error}"))
        })
    }
}
