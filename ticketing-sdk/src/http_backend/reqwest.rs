//! Connections, directly or by way of the proxy that the environment names.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use hyper_util::client::proxy::matcher::Matcher;
use url::{Host, Url};

use super::{HttpBackend, HttpFailure, HttpResponse};
use crate::error::root_cause;
use crate::{Error, Result};

/// Connections, directly or by way of the proxy that the environment names.
pub(crate) struct ReqwestBackend {
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

impl ReqwestBackend {
    /// Creates the connections to a server. Those to this machine use no proxy.
    ///
    /// # Errors
    /// When the client cannot be made: without certificates, for example.
    pub(crate) fn new(url: &Url, connect_timeout: Duration) -> Result<Self> {
        // The TLS provider of the program, unless one is installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(connect_timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .tcp_nodelay(true);
        let is_direct = is_loopback(url);
        if is_direct {
            builder = builder.no_proxy();
        }
        if url.scheme() == "http" {
            // Plain HTTP needs no certificates, so they are not loaded, and a machine without any must not fail here.
            builder = builder.tls_certs_only(std::iter::empty());
        }
        let client = builder.build().map_err(|error| Error::Unreachable {
            server: url.as_str().trim_end_matches('/').to_owned(),
            source: error.into(),
        })?;
        Ok(if is_direct { Self { client, proxy: None } } else { Self::with_environment(client, url) })
    }

    /// Connections that go by way of a proxy where the environment names one for this server.
    fn with_environment(client: reqwest::Client, server: &Url) -> Self {
        // The client reads the environment with the same matcher.
        let intercept = server.as_str().parse().ok().and_then(|uri| Matcher::from_system().intercept(&uri));
        let proxy = intercept.map(|intercept| {
            let uri = intercept.uri();
            let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}://{}{port}", uri.scheme_str().unwrap_or("http"), uri.host().unwrap_or_default())
        });
        Self { client, proxy }
    }
}

impl HttpBackend for ReqwestBackend {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<HttpResponse, HttpFailure>> {
        async move {
            let failure = |error: reqwest::Error| {
                let sent = !error.is_connect() && !error.is_builder();
                let error = error.without_url();
                let source = match &self.proxy {
                    Some(proxy) if !sent => {
                        ProxyError { proxy: proxy.clone(), cause: root_cause(&error) }.into()
                    }
                    _ => error.into(),
                };
                HttpFailure { sent, source }
            };
            let request = reqwest::Request::try_from(request).map_err(failure)?;
            let mut answer = self.client.execute(request).await.map_err(failure)?;
            let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
            let chunks = answer.bytes_stream();
            let body = chunks.map(|chunk| chunk.map_err(|error| error.without_url().into())).boxed();
            Ok(HttpResponse { status, headers, body })
        }
        .boxed()
    }
}

/// Whether the URL names this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
