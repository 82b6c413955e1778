//! The session store of a user without a home directory.

use ticketing_sdk::{SecretString, SessionError, SessionLocation, SessionStore};

/// The store of a user without a home directory: it is empty, and cannot save a session.
pub(super) struct NoHome;

impl SessionStore for NoHome {
    fn load(&self, _server: &str) -> Result<Option<SecretString>, SessionError> {
        Ok(None)
    }

    fn save(&self, _server: &str, _session: &SecretString) -> Result<(), SessionError> {
        Err(SessionError::new("this user has no home directory to keep the session in; set TICKETING_HOME"))
    }

    fn clear(&self, _server: &str) -> Result<(), SessionError> {
        Ok(())
    }

    fn location(&self, _server: &str) -> SessionLocation {
        SessionLocation::Other("no place: this user has no home directory".to_owned())
    }
}
