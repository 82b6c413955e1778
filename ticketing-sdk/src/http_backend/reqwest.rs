//! Connections, directly or by way of the proxy that the environment names.

use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use hyper_util::client::proxy::matcher::Matcher;
use url::{Host, Url};

use super::{HttpBackend, HttpFailure, HttpRequest, HttpResponse, tls};
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
    /// Connections of a client that the program made.
    pub(crate) fn from_client(client: reqwest::Client) -> Self {
        Self { client, proxy: None }
    }

    /// Creates the connections to a server.
    ///
    /// # Errors
    /// When an option is invalid, or the client cannot be made.
    pub(crate) fn new(url: &Url, options: ConnectionOptions) -> Result<Self> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(options.connect_timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .tcp_nodelay(true);
        let proxy = match &options.proxy {
            ProxyChoice::At(address) => {
                let invalid =
                    || Error::invalid("proxy", "must be an address like http://proxy.example.com:3128");
                let uri: http::Uri = address.parse().map_err(|_| invalid())?;
                builder = builder.proxy(reqwest::Proxy::all(address).map_err(|_| invalid())?);
                Some(proxy_name(&uri))
            }
            ProxyChoice::Environment if !is_loopback(url) => environment_proxy(url),
            ProxyChoice::Environment | ProxyChoice::Never => {
                builder = builder.no_proxy();
                None
            }
        };
        // A proxy may use TLS itself, so plain HTTP needs a TLS configuration too, but no certificates.
        let tls = match options.tls {
            Some(config) => Some(*config),
            None => tls::config(&options.root_certificates, url.scheme() == "https")?,
        };
        builder = match tls {
            Some(config) => builder.tls_backend_preconfigured(config),
            None => builder.tls_certs_only(std::iter::empty()),
        };
        let client = builder.build().map_err(|error| Error::Unreachable {
            server: url.as_str().trim_end_matches('/').to_owned(),
            source: error.into(),
        })?;
        Ok(Self { client, proxy })
    }
}

/// Returns the proxy that the environment names for a server.
fn environment_proxy(server: &Url) -> Option<String> {
    // The client reads the environment with the same matcher.
    let intercept = Matcher::from_system().intercept(&server.as_str().parse().ok()?)?;
    Some(proxy_name(intercept.uri()))
}

/// Scheme, host and port, without user name and password.
fn proxy_name(uri: &http::Uri) -> String {
    let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", uri.scheme_str().unwrap_or("http"), uri.host().unwrap_or_default())
}

/// How connections are made.
pub(crate) struct ConnectionOptions {
    pub(crate) connect_timeout: Duration,
    pub(crate) proxy: ProxyChoice,
    /// PEM files of certificates to trust beside those of the system.
    pub(crate) root_certificates: Vec<Vec<u8>>,
    /// A configuration in place of the default one.
    pub(crate) tls: Option<Box<rustls::ClientConfig>>,
}

impl Default for ConnectionOptions {
    fn default() -> Self {
        let (proxy, root_certificates) = (ProxyChoice::Environment, Vec::new());
        Self { connect_timeout: Duration::from_secs(5), proxy, root_certificates, tls: None }
    }
}

/// Which proxy is used.
pub(crate) enum ProxyChoice {
    /// The proxy that the environment names; none for a server on this machine.
    Environment,
    /// None.
    Never,
    /// This one.
    At(String),
}

impl HttpBackend for ReqwestBackend {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpFailure>> {
        async move {
            let failure = |error: reqwest::Error| {
                let error = error.without_url();
                if let Some(reason) = tls::find_certificate_error(&error) {
                    return HttpFailure::Untrusted(reason, error.into());
                }
                match &self.proxy {
                    _ if !error.is_connect() && !error.is_builder() => HttpFailure::Sent(error.into()),
                    None => HttpFailure::NotSent(error.into()),
                    Some(proxy) => {
                        let (proxy, cause) = (proxy.clone(), root_cause(&error));
                        HttpFailure::NotSent(ProxyError { proxy, cause }.into())
                    }
                }
            };
            let HttpRequest { method, url, headers, body } = request;
            let mut request = reqwest::Request::new(method, url);
            *request.headers_mut() = headers;
            *request.body_mut() = Some(body.into());
            let mut answer = self.client.execute(request).await.map_err(failure)?;
            let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
            let chunks = answer.bytes_stream();
            let body = chunks.map(|chunk| chunk.map_err(|error| error.without_url().into())).boxed();
            Ok(HttpResponse { status, headers, body })
        }
        .boxed()
    }
}

/// Returns whether the URL names this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
