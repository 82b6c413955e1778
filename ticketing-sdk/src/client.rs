//! The client and its builder.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method};
use secrecy::SecretString;
use url::{Host, Url};

use crate::clock::ServerClock;
use crate::outcome::IdempotencySupport;
use crate::session::{GivenSession, Sessions};
use crate::transport::{Limits, Transport};
use crate::wire::{HttpWire, Wire};
use crate::{
    Auth, Error, MemorySessions, Orders, Pages, Passes, Payments, Request, Result, SessionInfo, SessionStore,
    Tickets, Timestamp,
};

/// A client of one marketplace. Cheap to clone; clones share connections and session.
///
/// ```
/// use ticketing_sdk::Client;
///
/// let client = Client::new("http://127.0.0.1:3000")?;
/// assert_eq!(client.server(), "http://127.0.0.1:3000");
/// # Ok::<(), ticketing_sdk::Error>(())
/// ```
#[derive(Clone)]
pub struct Client(Arc<Transport>);

impl Client {
    /// Creates a client with every default, and a session in memory.
    ///
    /// # Errors
    /// See [`ClientBuilder::build`].
    pub fn new(url: impl AsRef<str>) -> Result<Self> {
        Self::builder(url).build()
    }

    /// Returns a builder for a client of the marketplace at `url`, like `http://127.0.0.1:3000`, with a path if the
    /// marketplace is below one.
    pub fn builder(url: impl AsRef<str>) -> ClientBuilder {
        ClientBuilder {
            url: url.as_ref().to_owned(),
            store: Arc::new(MemorySessions::new()),
            session_value: None,
            session_cookie: "session".to_owned(),
            connect_timeout: Duration::from_secs(5),
            response_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(60),
            max_retries: 3,
            user_agent: concat!("ticketing-sdk/", env!("CARGO_PKG_VERSION")).to_owned(),
            #[cfg(feature = "mock")]
            mock: None,
        }
    }

    /// Returns the URL of the server, without a trailing slash.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.0.server
    }

    /// Returns the URLs of its pages for a browser.
    #[must_use]
    pub fn pages(&self) -> Pages<'_> {
        Pages::of(self.server())
    }

    /// Accounts and sessions: `/api/users`.
    #[must_use]
    pub fn auth(&self) -> Auth {
        Auth::new(self.clone())
    }

    /// Tickets: `/api/tickets`.
    #[must_use]
    pub fn tickets(&self) -> Tickets {
        Tickets::new(self.clone())
    }

    /// Orders: `/api/orders`.
    #[must_use]
    pub fn orders(&self) -> Orders {
        Orders::new(self.clone())
    }

    /// Payments: `/api/payments`.
    #[must_use]
    pub fn payments(&self) -> Payments {
        Payments::new(self.clone())
    }

    /// Passes and the door: `/api/passes`.
    #[must_use]
    pub fn passes(&self) -> Passes {
        Passes::new(self.clone())
    }

    /// Returns a raw request. `path` begins with a slash and may have a query; it cannot lead to another server.
    pub fn request(&self, method: Method, path: impl Into<String>) -> Request {
        Request::new(self.clone(), method, path.into())
    }

    /// Returns the location of the session, and whether there is one. No request is sent.
    ///
    /// # Errors
    /// [`Error::Session`] if the store cannot be read.
    pub async fn session(&self) -> Result<SessionInfo> {
        self.0.session.info().await
    }

    /// Converts a time of this machine to the time of the server's clock, as estimated from its responses. Compute the
    /// time left until a deadline with this, since the local clock may be wrong.
    ///
    /// A difference below three seconds counts as none: the server sends whole seconds, and its response takes time.
    #[must_use]
    pub fn server_time(&self, local: Timestamp) -> Timestamp {
        self.0.clock.server_time(local)
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.0
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("server", &self.0.server).finish_non_exhaustive()
    }
}

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
    #[cfg(feature = "mock")]
    mock: Option<crate::mock::Mock>,
}

impl ClientBuilder {
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

    /// Uses a mock in place of a server.
    #[cfg(feature = "mock")]
    pub fn mock(mut self, mock: &crate::mock::Mock) -> Self {
        self.mock = Some(mock.clone());
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
        #[cfg(feature = "mock")]
        let wire = match self.mock {
            Some(mock) => Wire::Mock(mock),
            None => http_wire(&url, connect_timeout)?,
        };
        #[cfg(not(feature = "mock"))]
        let wire = http_wire(&url, connect_timeout)?;
        let session = Sessions::new(store, server.clone());
        Ok(Client(Arc::new(Transport {
            server,
            wire,
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

/// Whether the URL names this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn http_wire(url: &Url, connect_timeout: Duration) -> Result<Wire> {
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
    let http = if is_direct { HttpWire::direct(client) } else { HttpWire::with_environment(client, url) };
    Ok(Wire::Http(http))
}
