//! The session of one client while it runs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use reqwest::cookie::CookieStore as _;
use reqwest_cookie_store::{CookieStore, CookieStoreMutex};
use secrecy::SecretString;
use tokio::sync::OnceCell;
use url::Url;

use super::{SessionError, SessionInfo, SessionLocation, SessionStore, UseSession, jar};
use crate::{Error, Result, UserId};

/// The session of one client: a cookie jar in memory, loaded once and saved when the server changes it.
pub(crate) struct Sessions {
    store: Arc<dyn SessionStore>,
    server: String,
    jar: CookieStoreMutex,
    /// Whether the jar was set while the client ran, so that a session that the store still loads is older.
    is_newer_than_store: AtomicBool,
    loaded: OnceCell<()>,
}

impl Sessions {
    pub(crate) fn new(store: Arc<dyn SessionStore>, server: String) -> Self {
        let (jar, is_newer_than_store) = (CookieStoreMutex::default(), AtomicBool::new(false));
        Self { store, server, jar, is_newer_than_store, loaded: OnceCell::new() }
    }

    fn jar(&self) -> MutexGuard<'_, CookieStore> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prevents a load in progress from replacing the jar. A load replaces it under the jar's lock, so a caller marks
    /// it before it changes the jar.
    fn mark_newer_than_store(&self) {
        self.is_newer_than_store.store(true, Ordering::SeqCst);
    }

    /// Calls the store on a thread that may block.
    async fn call_store<T: Send + 'static>(
        &self,
        call: impl FnOnce(&dyn SessionStore, &str) -> T + Send + 'static,
    ) -> Result<T, SessionError> {
        let (store, server) = (Arc::clone(&self.store), self.server.clone());
        tokio::task::spawn_blocking(move || call(&*store, &server))
            .await
            .map_err(|error| SessionError::with_source("the session store failed", error))
    }

    /// Loads the stored session, if the request needs one.
    ///
    /// # Errors
    /// When the store cannot be read: a request that needs a session is not sent without it.
    pub(crate) async fn prepare(&self, usage: UseSession) -> Result<(), SessionError> {
        if usage != UseSession::Yes || self.is_newer_than_store.load(Ordering::SeqCst) {
            return Ok(());
        }
        let load = || async {
            let saved = self.call_store(|store, server| store.load(server)).await??;
            let loaded = saved.map(|saved| jar::load(&saved, &self.server)).transpose()?;
            let mut jar = self.jar();
            if let Some(loaded) = loaded.filter(|_| !self.is_newer_than_store.load(Ordering::SeqCst)) {
                *jar = loaded;
            }
            Ok(())
        };
        self.loaded.get_or_try_init(load).await.copied()
    }

    /// Returns the `Cookie` header of a request to `url`.
    pub(crate) fn header(&self, url: &Url, usage: UseSession) -> Option<HeaderValue> {
        if usage != UseSession::Yes {
            return None;
        }
        let mut value = self.jar.cookies(url)?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Returns the user whose session is in memory, if its cookie names one.
    pub(crate) fn user(&self) -> Option<UserId> {
        jar::user(&self.jar())
    }

    /// Stores the cookies that a response sets.
    pub(crate) async fn receive(&self, headers: &HeaderMap, url: &Url, usage: UseSession) -> Result<()> {
        if usage == UseSession::No || !headers.contains_key(SET_COOKIE) {
            return Ok(());
        }
        self.mark_newer_than_store();
        let mut cookies = headers.get_all(SET_COOKIE).iter();
        if usage == UseSession::Replace {
            let fresh = CookieStoreMutex::default();
            fresh.set_cookies(&mut cookies, url);
            *self.jar() = fresh.into_inner().unwrap_or_else(PoisonError::into_inner);
        } else {
            self.jar.set_cookies(&mut cookies, url);
        }
        let saved = jar::save(&self.jar(), &self.server)?;
        self.call_store(move |store, server| match &saved {
            Some(session) => store.save(server, session),
            None => store.clear(server),
        })
        .await??;
        Ok(())
    }

    /// Removes the session, here and in the store.
    pub(crate) async fn forget(&self) -> Result<()> {
        self.mark_newer_than_store();
        self.jar().clear();
        self.call_store(|store, server| store.clear(server)).await??;
        Ok(())
    }

    pub(crate) async fn info(&self) -> Result<SessionInfo> {
        let unreadable = self.prepare(UseSession::Yes).await.err().map(|error| error.to_string());
        let location = self.call_store(|store, server| store.location(server)).await?;
        let (cookie, user) = {
            let jar = self.jar();
            (jar::name(&jar), jar::user(&jar))
        };
        let server = self.server.clone();
        Ok(SessionInfo { server, location, present: cookie.is_some(), unreadable, cookie, user })
    }
}

/// A session that the caller gave: it is sent, and its changes are not stored.
pub(crate) struct GivenSession(Option<SecretString>);

impl GivenSession {
    pub(crate) fn new(name: &str, value: &SecretString, url: &Url) -> Result<Self> {
        let jar = jar::with_cookie(name, value, url).ok_or_else(|| {
            Error::invalid("session", "the cookie's name or value has characters that cannot be sent")
        })?;
        Ok(Self(jar::save(&jar, url.as_str().trim_end_matches('/'))?))
    }
}

impl SessionStore for GivenSession {
    fn load(&self, _server: &str) -> Result<Option<SecretString>, SessionError> {
        Ok(self.0.clone())
    }

    fn save(&self, _server: &str, _session: &SecretString) -> Result<(), SessionError> {
        Ok(())
    }

    fn clear(&self, _server: &str) -> Result<(), SessionError> {
        Ok(())
    }

    fn location(&self, _server: &str) -> SessionLocation {
        SessionLocation::Given
    }
}
