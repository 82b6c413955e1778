//! The client of one marketplace.

mod builder;

use std::fmt;
use std::sync::Arc;

pub use self::builder::ClientBuilder;
use crate::transport::Transport;
use crate::{Result, SessionInfo, Timestamp};

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
    /// marketplace is below one. See [`ClientBuilder`].
    pub fn builder(url: impl AsRef<str>) -> ClientBuilder {
        ClientBuilder::new(url.as_ref())
    }

    /// Returns the URL of the server, without a trailing slash.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.0.server
    }

    /// Returns the location of the session, and whether there is one. No request is sent.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let session = client.session().await?;
    /// println!("{} a session in {}", if session.present { "there is" } else { "there would be" }, session.location);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`crate::Error::Session`] if the store cannot be read.
    pub async fn session(&self) -> Result<SessionInfo> {
        self.0.session.info().await
    }

    /// Converts a time of this machine to the time of the server's clock, as estimated from its responses. Compute the
    /// time left until a deadline with this, since the local clock may be wrong.
    ///
    /// A difference below three seconds counts as none: the server sends whole seconds, and its response takes time.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::SystemTime;
    ///
    /// let order = client.orders().get("5ea9b8f0c1d2e3f405162738").await?;
    /// println!("{:?} left", order.time_left(client.server_time(SystemTime::now().into())));
    /// # Ok(()) }
    /// ```
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
