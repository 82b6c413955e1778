//! The session of one client while it runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, HeaderValue};
use secrecy::SecretString;
use tokio::sync::OnceCell;
use url::Url;

use super::jar::Jar;
use super::{SessionError, SessionInfo, SessionLocation, SessionStore};
use crate::request::UseSession;
use crate::{Error, Result, UserId};

/// The session of one client: a jar in memory, loaded once and saved when the server changes it.
pub(crate) struct Sessions {
    store: Arc<dyn SessionStore>,
    server: String,
    state: Mutex<State>,
    loaded: OnceCell<()>,
}

#[derive(Default)]
struct State {
    jar: Jar,
    /// Whether the jar was set while the client ran, so that what a slow store answers is older.
    is_newer_than_store: bool,
}

impl Sessions {
    pub(crate) fn new(store: Arc<dyn SessionStore>, server: String) -> Self {
        Self { store, server, state: Mutex::default(), loaded: OnceCell::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a question to the store off the asynchronous threads.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn SessionStore, &str) -> T + Send + 'static,
    ) -> Result<T, SessionError> {
        let (store, server) = (Arc::clone(&self.store), self.server.clone());
        tokio::task::spawn_blocking(move || question(&*store, &server))
            .await
            .map_err(|error| SessionError::with_source("the session store failed", error))
    }

    /// Makes the stored session available, if the request needs it.
    ///
    /// # Errors
    /// When the store cannot be read: there may be a session, so a request that needs one must not go out without it.
    pub(crate) async fn prepare(&self, usage: UseSession) -> Result<(), SessionError> {
        if usage != UseSession::Yes || self.state().is_newer_than_store {
            return Ok(());
        }
        let load = || async {
            let saved = self.ask(|store, server| store.load(server)).await??;
            let loaded = saved.map(|saved| Jar::load(&saved, &self.server)).transpose()?;
            let mut state = self.state();
            if let Some(jar) = loaded.filter(|_| !state.is_newer_than_store) {
                state.jar = jar;
            }
            Ok(())
        };
        self.loaded.get_or_try_init(load).await.copied()
    }

    pub(crate) fn header(&self, url: &Url, usage: UseSession) -> Option<HeaderValue> {
        if usage != UseSession::Yes {
            return None;
        }
        let mut value = HeaderValue::try_from(self.state().jar.header(url)?).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The user whose session is in memory, where its cookie names one.
    pub(crate) fn user(&self) -> Option<UserId> {
        self.state().jar.user()
    }

    /// Keeps what an answer sets.
    pub(crate) async fn receive(&self, headers: &HeaderMap, url: &Url, usage: UseSession) -> Result<()> {
        let saved = {
            let mut state = self.state();
            let changed = match usage {
                UseSession::No => false,
                UseSession::Yes => state.jar.receive(headers, url),
                UseSession::Replace => {
                    let mut fresh = Jar::default();
                    let changed = fresh.receive(headers, url);
                    if changed {
                        state.jar = fresh;
                    }
                    changed
                }
            };
            if !changed {
                return Ok(());
            }
            state.is_newer_than_store = true;
            state.jar.save(&self.server)?
        };
        self.ask(move |store, server| match &saved {
            Some(session) => store.save(server, session),
            None => store.clear(server),
        })
        .await??;
        Ok(())
    }

    /// Forgets the session, here and in the store.
    pub(crate) async fn forget(&self) -> Result<()> {
        {
            let mut state = self.state();
            state.jar = Jar::default();
            state.is_newer_than_store = true;
        }
        self.ask(|store, server| store.clear(server)).await??;
        Ok(())
    }

    pub(crate) async fn info(&self) -> Result<SessionInfo> {
        let unreadable = self.prepare(UseSession::Yes).await.err().map(|error| error.to_string());
        let place = self.ask(|store, server| store.place(server)).await?;
        let (cookie, user) = {
            let state = self.state();
            (state.jar.name(), state.jar.user())
        };
        let server = self.server.clone();
        Ok(SessionInfo { server, place, present: cookie.is_some(), unreadable, cookie, user })
    }
}

/// A session that the caller brought: it is used, and changes of it are kept nowhere.
pub(crate) struct GivenSession(Option<SecretString>);

impl GivenSession {
    pub(crate) fn new(name: &str, value: &SecretString, url: &Url) -> Result<Self> {
        let jar = Jar::of(name, value, url).ok_or_else(|| {
            Error::invalid("session", "the cookie's name or value holds characters that cannot be sent")
        })?;
        Ok(Self(jar.save(url.as_str().trim_end_matches('/'))?))
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

    fn place(&self, _server: &str) -> SessionLocation {
        SessionLocation::Given
    }
}
