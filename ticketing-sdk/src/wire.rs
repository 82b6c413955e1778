//! What carries one request: a connection, or the mock.

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use http::{HeaderMap, StatusCode};

use crate::BoxError;

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
    Http(reqwest::Client),
    #[cfg(feature = "mock")]
    Mock(crate::mock::Mock),
}

impl Wire {
    pub(crate) async fn send(&self, request: http::Request<Bytes>) -> Result<Reply, Failure> {
        match self {
            Self::Http(client) => send_over(client, request).await,
            #[cfg(feature = "mock")]
            Self::Mock(mock) => mock.answer(request).await,
        }
    }
}

async fn send_over(client: &reqwest::Client, request: http::Request<Bytes>) -> Result<Reply, Failure> {
    let failure = |error: reqwest::Error| Failure {
        sent: !error.is_connect() && !error.is_builder(),
        source: error.without_url().into(),
    };
    let request = reqwest::Request::try_from(request).map_err(failure)?;
    let mut answer = client.execute(request).await.map_err(failure)?;
    let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
    let body = answer.bytes_stream().map(|chunk| chunk.map_err(|error| error.without_url().into())).boxed();
    Ok(Reply { status, headers, body })
}
