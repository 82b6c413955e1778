//! Sessions: their stores and locations.

mod current;
mod file;
mod jar;
#[cfg(feature = "keyring")]
mod keyring;
mod memory;

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;

pub(crate) use self::current::{GivenSession, Sessions};
pub use self::file::FileSessions;
#[cfg(feature = "keyring")]
pub use self::keyring::Keyring;
pub use self::memory::MemorySessions;

use crate::UserId;
pub use crate::error::SessionError;

/// Keeps sessions between runs of a program, one for each server.
///
/// The methods may block: the client calls them off the asynchronous threads. A session is an opaque text; it is
/// bound to its server, and one that was saved for another is not used.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
/// use ticketing_sdk::{Client, SecretString, SessionError, SessionLocation, SessionStore};
///
/// #[derive(Default)]
/// struct Cabinet(Mutex<HashMap<String, SecretString>>);
///
/// impl SessionStore for Cabinet {
///     fn load(&self, server: &str) -> Result<Option<SecretString>, SessionError> {
///         let drawers = self.0.lock().map_err(|_| SessionError::new("the cabinet is stuck"))?;
///         Ok(drawers.get(server).cloned())
///     }
///     fn save(&self, server: &str, session: &SecretString) -> Result<(), SessionError> {
///         let mut drawers = self.0.lock().map_err(|_| SessionError::new("the cabinet is stuck"))?;
///         drawers.insert(server.to_owned(), session.clone());
///         Ok(())
///     }
///     fn clear(&self, server: &str) -> Result<(), SessionError> {
///         let mut drawers = self.0.lock().map_err(|_| SessionError::new("the cabinet is stuck"))?;
///         drawers.remove(server);
///         Ok(())
///     }
///     fn location(&self, _server: &str) -> SessionLocation {
///         SessionLocation::Other("a filing cabinet".to_owned())
///     }
/// }
///
/// let client = Client::builder("http://127.0.0.1:3000").session_store(Cabinet::default()).build()?;
/// # Ok::<(), ticketing_sdk::Error>(())
/// ```
pub trait SessionStore: Send + Sync {
    /// The session of a server, if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn load(&self, server: &str) -> Result<Option<SecretString>, SessionError>;

    /// Keeps the session of a server, in place of an earlier one.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn save(&self, server: &str, session: &SecretString) -> Result<(), SessionError>;

    /// Forgets the session of a server. None there is no error.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn clear(&self, server: &str) -> Result<(), SessionError>;

    /// Returns where the session of a server is kept, or would be.
    fn location(&self, server: &str) -> SessionLocation;
}

/// The location of sessions. Its `Display` completes "the session is in …".
///
/// ```
/// use ticketing_sdk::SessionLocation;
///
/// let location = SessionLocation::Other("a filing cabinet".to_owned());
/// assert_eq!(format!("the session is in {location}"), "the session is in a filing cabinet");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionLocation {
    /// In memory, until the program ends.
    Memory,
    /// With the caller, who passed it to the client. The client does not store it.
    Given,
    /// In a file that only its owner can read.
    File {
        /// The file.
        path: PathBuf,
        /// Why not in the keyring, if that was wanted.
        instead_of: Option<String>,
    },
    /// In the keyring of the operating system.
    Keyring {
        /// The service name of the entry.
        service: String,
        /// The account name of the entry.
        account: String,
    },
    /// A custom store.
    Other(String),
}

impl SessionLocation {
    /// One line for the user when a file replaces the keyring.
    ///
    /// ```
    /// use ticketing_sdk::SessionLocation;
    ///
    /// let place = SessionLocation::File { path: "/home/ada/s.json".into(), instead_of: Some("this system has no keyring".into()) };
    /// assert_eq!(place.notice().as_deref(), Some("this system has no keyring, so the session is kept in /home/ada/s.json"));
    /// assert_eq!(SessionLocation::Memory.notice(), None);
    /// ```
    #[must_use]
    pub fn notice(&self) -> Option<String> {
        match self {
            Self::File { path, instead_of: Some(why) } => {
                Some(format!("{why}, so the session is kept in {}", path.display()))
            }
            _ => None,
        }
    }
}

impl fmt::Display for SessionLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory only"),
            Self::Given => f.write_str("the calling program"),
            Self::File { path, .. } => write!(f, "the file {}", path.display()),
            Self::Keyring { service, .. } => write!(f, "the keyring of the system, under \"{service}\""),
            Self::Other(place) => f.write_str(place),
        }
    }
}

/// The session of a client, and its location. See [`Client::session`](crate::Client::session).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionInfo {
    /// The server that the session is bound to.
    pub server: String,
    /// The location, whether or not there is a session.
    pub location: SessionLocation,
    /// Whether there is one, as far as the store can be read. Whether the server accepts it, only the server knows.
    pub present: bool,
    /// Why the store cannot be read, so that there may be a session although `present` is false.
    pub unreadable: Option<String>,
    /// The name of its cookie.
    pub cookie: Option<String>,
    /// The user of the session, as its cookie states, where this version understands the cookie. Only the server knows whether
    /// that is true.
    pub user: Option<UserId>,
}

/// The use of the session by a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UseSession {
    /// The session is sent, and a new one is saved.
    Yes,
    /// The session of the response replaces the old one, which is not read.
    Replace,
    /// The request is anonymous.
    No,
}
