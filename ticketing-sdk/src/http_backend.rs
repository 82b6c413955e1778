//! The HTTP backend of a client: connections to a server, or the mock.

mod reqwest;
mod tls;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

pub(crate) use self::reqwest::{ConnectionOptions, ProxyChoice, ReqwestBackend, is_loopback};
use crate::{BoxError, CertificateError};

/// The body of a response, as it arrives.
pub(crate) type Chunks = BoxStream<'static, Result<Bytes, BoxError>>;

/// A request. Its URL is parsed already: parsing is a large part of what a call costs.
pub(crate) struct HttpRequest {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A response whose body may still be on its way.
pub(crate) struct HttpResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Chunks,
}

/// Why a request has no response.
pub(crate) enum HttpFailure {
    /// Nothing of the request has left.
    NotSent(BoxError),
    /// Nothing has left, since the certificate of the server is not accepted.
    Untrusted(CertificateError, BoxError),
    /// Some of it may have left.
    Sent(BoxError),
}

/// Carries requests. It follows no redirects, keeps no cookies and repeats nothing: the transport decides.
pub(crate) trait HttpBackend: Send + Sync {
    /// Sends a request once, and returns when the head of its response has arrived.
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpFailure>>;
}
