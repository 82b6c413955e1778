//! What carries one request: a connection, or the mock.

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use http::{HeaderMap, StatusCode};
use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::BoxError;
use crate::error::root_cause;

/// The body of an answer, as it arrives.
pub(crate) type Chunks = BoxStream<'static, Result<Bytes, BoxError>>;

/// An answer whose body may still be on its way.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Chunks,
}

/// No answer.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Whether any of the request may have left.
    pub(crate) sent: bool,
    pub(crate) source: BoxError,
}

/// Carries requests. It follows no redirects, keeps no cookies and repeats nothing: the transport decides.
pub(crate) enum Wire {
    Http(HttpWire),
    #[cfg(feature = "mock")]
    Mock(crate::mock::Mock),
}

impl Wire {
    pub(crate) async fn send(&self, request: http::Request<Bytes>) -> Result<Reply, Failure> {
        match self {
            Self::Http(http) => http.send(request).await,
            #[cfg(feature = "mock")]
            Self::Mock(mock) => mock.answer(request).await,
        }
    }
}

/// Connections, directly or by way of the proxy that the environment names.
pub(crate) struct HttpWire {
    client: reqwest::Client,
    /// Scheme, host and port of the proxy. User name and password stay out: it is named in errors.
    proxy: Option<String>,
}

/// A proxy did not make the connection.
#[derive(Debug, thiserror::Error)]
#[error("the proxy {proxy} made no connection: {cause}")]
struct ProxyError {
    proxy: String,
    cause: String,
}

impl HttpWire {
    /// Connections that go by way of a proxy where the environment names one for this server.
    pub(crate) fn with_environment(client: reqwest::Client, server: &Url) -> Self {
        // The client reads the environment with the same matcher.
        let intercept = server.as_str().parse().ok().and_then(|uri| Matcher::from_system().intercept(&uri));
        let proxy = intercept.map(|intercept| {
            let uri = intercept.uri();
            let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}://{}{port}", uri.scheme_str().unwrap_or("http"), uri.host().unwrap_or_default())
        });
        Self { client, proxy }
    }

    /// Connections that never use a proxy.
    pub(crate) fn direct(client: reqwest::Client) -> Self {
        Self { client, proxy: None }
    }

    async fn send(&self, request: http::Request<Bytes>) -> Result<Reply, Failure> {
        let failure = |error: reqwest::Error| {
            let sent = !error.is_connect() && !error.is_builder();
            let error = error.without_url();
            let source = match &self.proxy {
                Some(proxy) if !sent => ProxyError { proxy: proxy.clone(), cause: root_cause(&error) }.into(),
                _ => error.into(),
            };
            Failure { sent, source }
        };
        let request = reqwest::Request::try_from(request).map_err(failure)?;
        let mut answer = self.client.execute(request).await.map_err(failure)?;
        let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
        let body =
            answer.bytes_stream().map(|chunk| chunk.map_err(|error| error.without_url().into())).boxed();
        Ok(Reply { status, headers, body })
    }
}
