//! The configuration of a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use secrecy::SecretString;
use url::Url;

use super::Client;
use crate::clock::ServerClock;
use crate::http_backend::{HttpBackend, ReqwestBackend, is_loopback};
use crate::outcome::IdempotencySupport;
use crate::session::{GivenSession, Sessions};
use crate::transport::{Limits, Transport};
use crate::{Error, MemorySessions, Result, SessionStore};

/// The configuration of a client. See [`Client::builder`].
///
/// ```
/// use std::time::Duration;
/// use ticketing_sdk::{Client, FileSessions};
///
/// let client = Client::builder("https://tickets.example.com/market")
///     .session_store(FileSessions::new("sessions.json"))
///     .timeout(Duration::from_secs(20))
///     .max_retries(1)
///     .build()?;
/// # Ok::<(), ticketing_sdk::Error>(())
/// ```
#[must_use = "a builder does nothing until it builds"]
pub struct ClientBuilder {
    url: String,
    store: Arc<dyn SessionStore>,
    session_value: Option<SecretString>,
    session_cookie: String,
    connect_timeout: Duration,
    response_timeout: Duration,
    timeout: Duration,
    max_retries: u32,
    user_agent: String,
    backend: Option<Arc<dyn HttpBackend>>,
}

impl ClientBuilder {
    pub(super) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            store: Arc::new(MemorySessions::new()),
            session_value: None,
            session_cookie: "session".to_owned(),
            connect_timeout: Duration::from_secs(5),
            response_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(60),
            max_retries: 3,
            user_agent: concat!("ticketing-sdk/", env!("CARGO_PKG_VERSION")).to_owned(),
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
        self.connect_timeout = timeout;
        self
    }

    /// Sets the timeout from a request to the head of its response; 30 seconds by default.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = timeout;
        self
    }

    /// Sets the timeout of a call with its retries and its body; 60 seconds by default. It does not apply to a watch.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the maximum number of retries of a request that is safe to repeat; 3 by default, 0 for none.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
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
    /// [`Error::InvalidInput`] for an address that is no `http` or `https` address, and for a session value, cookie
    /// name or user agent that cannot be sent.
    pub fn build(self) -> Result<Client> {
        let url = parse_server(&self.url)?;
        let server = url.as_str().trim_end_matches('/').to_owned();
        let store: Arc<dyn SessionStore> = match self.session_value {
            Some(value) => Arc::new(GivenSession::new(&self.session_cookie, &value, &url)?),
            None => self.store,
        };
        let limits =
            Limits { response: self.response_timeout, total: self.timeout, retries: self.max_retries };
        let user_agent = HeaderValue::try_from(self.user_agent)
            .map_err(|_| Error::invalid("user agent", "holds characters that cannot be sent"))?;
        // A connection attempt that outlives the call would count as a sent request.
        let connect_timeout = self.connect_timeout.min(self.response_timeout).min(self.timeout);
        let backend = match self.backend {
            Some(backend) => backend,
            None => Arc::new(ReqwestBackend::new(&url, connect_timeout)?),
        };
        let session = Sessions::new(store, server.clone());
        Ok(Client(Arc::new(Transport {
            server,
            backend,
            session,
            limits,
            user_agent,
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

/// Parses a URL. A host with a port or a dot needs no scheme: `http` is assumed for this machine, `https` for any
/// other.
fn parse_server(text: &str) -> Result<Url> {
    let refuse = |why: &str| Err(Error::invalid("server", why));
    let parsed = if text.contains("://") || !text.contains([':', '.']) {
        Url::parse(text)
    } else {
        Url::parse(&format!("http://{text}")).and_then(|url| match is_loopback(&url) {
            true => Ok(url),
            false => Url::parse(&format!("https://{text}")),
        })
    };
    let Ok(url) = parsed else {
        return refuse("must be an address like http://127.0.0.1:3000");
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return refuse("must be an http or https address, like http://127.0.0.1:3000");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not hold a user name or password; sign in instead");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("must not have a query or fragment");
    }
    Ok(url)
}
