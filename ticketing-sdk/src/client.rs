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
    /// A client with every default; its session lives in memory.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`].
    pub fn new(url: impl AsRef<str>) -> Result<Self> {
        Self::builder(url).build()
    }

    /// Begins a client of the marketplace at `url`: `http://127.0.0.1:3000`, say, with a path if the marketplace
    /// lives below one.
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

    /// The server's address, without a slash at the end.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.0.server
    }

    /// The addresses of its pages for a browser.
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

    /// A request of your own making. `path` begins with a slash and may have a query; it never leaves the server.
    pub fn request(&self, method: Method, path: impl Into<String>) -> Request {
        Request::new(self.clone(), method, path.into())
    }

    /// Where the session is kept, and whether there is one. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Session`] if the store cannot be read.
    pub async fn session(&self) -> Result<SessionInfo> {
        self.0.session.info().await
    }

    /// What the server's clock shows when this machine's shows `local`, as far as its answers have shown. Deadlines are the
    /// server's: reckon the time that is left with this, since the machine's own clock may be wrong.
    ///
    /// A difference below three seconds is none: the server tells whole seconds, and its answer takes a while.
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

/// What a client is made of. See [`Client::builder`].
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
    /// Where sessions are kept; in memory by default.
    pub fn session_store(self, store: impl SessionStore + 'static) -> Self {
        self.shared_session_store(Arc::new(store))
    }

    /// Where sessions are kept, shared with others.
    pub fn shared_session_store(mut self, store: Arc<dyn SessionStore>) -> Self {
        self.store = store;
        self
    }

    /// A session from elsewhere: the value of the session cookie. No store is read or written then.
    pub fn session_value(mut self, value: impl Into<SecretString>) -> Self {
        self.session_value = Some(value.into());
        self
    }

    /// What the cookie of [`Self::session_value`] is called: `session` by default, `express:sess` on older
    /// deployments. A session that the server itself sets is understood under any name.
    pub fn session_cookie(mut self, name: impl Into<String>) -> Self {
        self.session_cookie = name.into();
        self
    }

    /// How long a connection may take to come about; 5 seconds by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long the server may take from a request to the beginning of its answer; 30 seconds by default.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = timeout;
        self
    }

    /// How long one call may take with its retries and its body; 60 seconds by default. Never ends a watch.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often a request is sent again where that is safe; 3 by default, 0 for never.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// How the client introduces itself.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Answers from memory in place of a server.
    #[cfg(feature = "mock")]
    pub fn mock(mut self, mock: &crate::mock::Mock) -> Self {
        self.mock = Some(mock.clone());
        self
    }

    /// Makes the client. Nothing is sent or read yet, and no runtime is needed.
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
        // A connection that is still being made when the call ends would count as a request that was sent.
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
        // The address may hold a password until `build` refuses it.
        f.debug_struct("ClientBuilder").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// Reads an address. Without a scheme, a host with a port or a dot is one: this machine over `http`, any other over `https`.
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

/// Whether the address names this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn http_wire(url: &Url, connect_timeout: Duration) -> Result<Wire> {
    // The one TLS provider of the program. If it is chosen already, that choice stands.
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
        // No certificate will be looked at, so a machine without any must not fail here, nor load them all.
        builder = builder.tls_certs_only(std::iter::empty());
    }
    let client = builder.build().map_err(|error| Error::Unreachable {
        server: url.as_str().trim_end_matches('/').to_owned(),
        source: error.into(),
    })?;
    let http = if is_direct { HttpWire::direct(client) } else { HttpWire::with_environment(client, url) };
    Ok(Wire::Http(http))
}
