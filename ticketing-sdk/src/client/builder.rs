//! The configuration of a client.

mod parse;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderValue, USER_AGENT};
use secrecy::SecretString;

use self::parse::{headers, parse_server};
use super::Client;
use crate::clock::ServerClock;
use crate::http_backend::{ConnectionOptions, HttpBackend, ProxyChoice, ReqwestBackend};
use crate::outcome::IdempotencySupport;
use crate::session::{GivenSession, Sessions};
use crate::transport::{Limits, Transport};
use crate::{AttemptHook, Error, MemorySessions, Result, RetryPolicy, SessionStore};

/// The configuration of a client. See [`Client::builder`].
///
/// ```no_run
/// use std::{sync::Arc, time::Duration};
/// use ticketing_sdk::{Client, FileSessions, MemorySessions, RetryPolicy};
///
/// # let (session, pem) = ("secret", std::fs::read("company.pem")?);
/// let client = Client::builder("https://tickets.example.com/market")
///     .session_store(FileSessions::new("sessions.json"))
///     .connect_timeout(Duration::from_secs(2))
///     .response_timeout(Duration::from_secs(10))
///     .body_timeout(Duration::from_secs(10))
///     .timeout(Duration::from_secs(20))
///     .max_retries(1)
///     .proxy("http://proxy.example.com:3128")
///     .root_certificates(pem)
///     .user_agent("box-office/1.2")
///     .default_header("x-team", "box-office")
///     .build()?;
///
/// let other = Client::builder("127.0.0.1:3000").shared_session_store(Arc::new(MemorySessions::new()));
/// let other = other.retry_policy(RetryPolicy::never()).no_proxy().build()?;
///
/// // The session that a browser has with an older deployment.
/// let given = Client::builder("tickets.example.com").session_cookie("express:sess").session_value(session);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a builder does nothing until it builds"]
pub struct ClientBuilder {
    url: String,
    store: Arc<dyn SessionStore>,
    session_value: Option<SecretString>,
    session_cookie: String,
    response_timeout: Duration,
    body_timeout: Duration,
    timeout: Duration,
    retry: RetryPolicy,
    user_agent: String,
    default_headers: Vec<(String, String)>,
    hooks: Vec<Arc<dyn AttemptHook>>,
    connections: ConnectionOptions,
    http_client: Option<reqwest::Client>,
    backend: Option<Arc<dyn HttpBackend>>,
}

impl ClientBuilder {
    pub(super) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            store: Arc::new(MemorySessions::new()),
            session_value: None,
            session_cookie: "session".to_owned(),
            response_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(60),
            retry: RetryPolicy::default(),
            user_agent: concat!("ticketing-sdk/", env!("CARGO_PKG_VERSION")).to_owned(),
            default_headers: Vec::new(),
            hooks: Vec::new(),
            connections: ConnectionOptions::default(),
            http_client: None,
            backend: None,
        }
    }

    /// Sets the session store; in memory by default.
    pub fn session_store(self, store: impl SessionStore + 'static) -> Self {
        self.shared_session_store(Arc::new(store))
    }

    /// Sets a shared session store.
    pub fn shared_session_store(mut self, store: Arc<dyn SessionStore>) -> Self {
        self.store = store;
        self
    }

    /// Sets the session itself: the value of the session cookie. Then no store is read or written.
    pub fn session_value(mut self, value: impl Into<SecretString>) -> Self {
        self.session_value = Some(value.into());
        self
    }

    /// Sets the name of the cookie of [`Self::session_value`]: `session` by default, `express:sess` on older
    /// deployments. A session that the server sets may have any name.
    pub fn session_cookie(mut self, name: impl Into<String>) -> Self {
        self.session_cookie = name.into();
        self
    }

    /// Sets the timeout of a connection attempt; 5 seconds by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connections.connect_timeout = timeout;
        self
    }

    /// Sets the timeout from a request to the head of its response; 30 seconds by default.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = timeout;
        self
    }

    /// Sets the longest silence within the body of a response; 30 seconds by default.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.body_timeout = timeout;
        self
    }

    /// Sets the timeout of a call with its retries and its body; 60 seconds by default. It does not apply to a watch.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the maximum number of retries of a request that is safe to repeat; 3 by default, 0 for none.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.retry = self.retry.max_retries(retries);
        self
    }

    /// Sets the policy of retries, in place of the default and of [`Self::max_retries`].
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Adds a hook that runs before and after each attempt. See [`AttemptHook`]. Hooks run in the order in which they were
    /// added.
    pub fn hook(mut self, hook: impl AttemptHook + 'static) -> Self {
        self.hooks.push(Arc::new(hook));
        self
    }

    /// Adds a header to every request. A header of the request itself, or of a hook, takes its place.
    pub fn default_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.default_headers.push((name.into(), value.into()));
        self
    }

    /// Sends every request by way of this proxy, also to this machine: an address like `http://proxy.example.com:3128`,
    /// with a user name and a password where it wants them. By default the environment names the proxy (`HTTPS_PROXY`,
    /// `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`), and a server on this machine is reached directly.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.connections.proxy = ProxyChoice::At(url.into());
        self
    }

    /// Uses no proxy, even if the environment names one.
    pub fn no_proxy(mut self) -> Self {
        self.connections.proxy = ProxyChoice::Never;
        self
    }

    /// Trusts the certificates of a PEM file too, beside those of the operating system.
    pub fn root_certificates(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.connections.root_certificates.push(pem.as_ref().to_vec());
        self
    }

    /// Sets the whole configuration of TLS: with a cryptographic provider, a verifier or client certificates of the
    /// program's own. By default TLS uses the provider that the program has installed, or ring (feature `tls-ring`),
    /// and the certificates of the operating system. The SDK itself never installs a provider.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use ticketing_sdk::{Client, rustls};
    ///
    /// let provider = Arc::new(rustls::crypto::ring::default_provider());
    /// # let roots = rustls::RootCertStore::empty();
    /// let config = rustls::ClientConfig::builder_with_provider(provider)
    ///     .with_safe_default_protocol_versions()?
    ///     .with_root_certificates(roots)
    ///     .with_no_client_auth();
    /// let client = Client::builder("https://tickets.example.com").tls_config(config).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tls_config(mut self, config: rustls::ClientConfig) -> Self {
        self.connections.tls = Some(Box::new(config));
        self
    }

    /// Uses a client of the program's own for the connections. It decides about proxies, certificates and the
    /// connection timeout; it must follow no redirects, keep no cookies and repeat nothing, since the SDK does that
    /// itself.
    ///
    /// ```
    /// use ticketing_sdk::{Client, reqwest};
    ///
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    /// let client = Client::builder("https://tickets.example.com").http_client(http).build()?;
    /// # Ok(()) }
    /// ```
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }

    /// Sets the `User-Agent` header.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Uses another backend in place of connections.
    #[cfg(feature = "mock")]
    pub(crate) fn backend(mut self, backend: Arc<dyn HttpBackend>) -> Self {
        self.backend = Some(backend);
        self
    }

    /// Builds the client. No request is sent, no file is read, and no runtime is needed.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for an address that is no `http` or `https` address, for a session value, cookie name, header
    /// or user agent that cannot be sent, and for a proxy or certificates that cannot be read; [`Error::Unsupported`] for
    /// `https` without a cryptographic provider.
    pub fn build(self) -> Result<Client> {
        let url = parse_server(&self.url)?;
        let server = url.as_str().trim_end_matches('/').to_owned();
        let store: Arc<dyn SessionStore> = match self.session_value {
            Some(value) => Arc::new(GivenSession::new(&self.session_cookie, &value, &url)?),
            None => self.store,
        };
        let limits = Limits { response: self.response_timeout, total: self.timeout, body: self.body_timeout };
        let user_agent = HeaderValue::try_from(self.user_agent)
            .map_err(|_| Error::invalid("user agent", "holds characters that cannot be sent"))?;
        let mut default_headers = headers(self.default_headers)?;
        default_headers.entry(USER_AGENT).or_insert(user_agent);
        // A connection attempt that outlives the call would count as a sent request.
        let mut connections = self.connections;
        connections.connect_timeout =
            connections.connect_timeout.min(self.response_timeout).min(self.timeout);
        let backend: Arc<dyn HttpBackend> = match (self.backend, self.http_client) {
            (Some(backend), _) => backend,
            (None, Some(client)) => Arc::new(ReqwestBackend::from_client(client)),
            (None, None) => Arc::new(ReqwestBackend::new(&url, connections)?),
        };
        let session = Sessions::new(store, server.clone());
        Ok(Client(Arc::new(Transport {
            server,
            base: url,
            backend,
            session,
            limits,
            retry: self.retry,
            hooks: self.hooks,
            default_headers,
            idempotency: IdempotencySupport::default(),
            clock: ServerClock::default(),
        })))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may hold a password until `build` refuses it.
        f.debug_struct("ClientBuilder").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}
