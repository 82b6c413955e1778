//! The HTTP backend of a client: connections to a server, or the mock.

mod reqwest;
mod tls;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use http::{HeaderMap, StatusCode};

pub(crate) use self::reqwest::{ConnectionOptions, ProxyChoice, ReqwestBackend, is_loopback};
use crate::BoxError;

/// The body of a response, as it arrives.
pub(crate) type Chunks = BoxStream<'static, Result<Bytes, BoxError>>;

/// A response whose body may still be on its way.
pub(crate) struct HttpResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Chunks,
}

/// No response.
#[derive(Debug)]
pub(crate) struct HttpFailure {
    /// Whether any of the request may have left.
    pub(crate) sent: bool,
    pub(crate) source: BoxError,
}

/// Carries requests. It follows no redirects, keeps no cookies and repeats nothing: the transport decides.
pub(crate) trait HttpBackend: Send + Sync {
    /// Sends a request once, and returns when the head of its response has arrived.
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<HttpResponse, HttpFailure>>;
}
