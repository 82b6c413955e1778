//! Sessions that end with the program.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use secrecy::SecretString;

use super::{SessionError, SessionLocation, SessionStore};

/// Keeps sessions in memory: they end with the program. The default.
///
/// ```
/// use ticketing_sdk::{Client, MemorySessions};
///
/// let client = Client::builder("http://127.0.0.1:3000").session_store(MemorySessions::new()).build()?;
/// # Ok::<(), ticketing_sdk::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct MemorySessions(Mutex<HashMap<String, SecretString>>);

impl MemorySessions {
    /// A store without sessions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl SessionStore for MemorySessions {
    fn load(&self, server: &str) -> Result<Option<SecretString>, SessionError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(server).cloned())
    }

    fn save(&self, server: &str, session: &SecretString) -> Result<(), SessionError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(server.to_owned(), session.clone());
        Ok(())
    }

    fn clear(&self, server: &str) -> Result<(), SessionError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(server);
        Ok(())
    }

    fn location(&self, _server: &str) -> SessionLocation {
        SessionLocation::Memory
    }
}
