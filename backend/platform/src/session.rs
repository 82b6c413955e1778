//! Sessions: a cookie with a signed token, which is read once for each request and refused after its revocation.

mod cookie;
mod cookie_header;
mod hs256;
mod intended_user;
mod keys;
mod revoked;
mod secure_transport;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use ticketing_sdk::UserId;

use crate::clock::Clock;
use crate::http::ApiError;

pub use cookie::{CookieError, CookieSettings};
pub use intended_user::INTENDED_USER;
pub use keys::{KeyError, MIN_KEY_BYTES, SessionKeys};
pub use revoked::{MIGRATIONS, RevokedSessions, is_revoked, prune};

/// The default lifetime of a session: 7 days.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The session of a signed-in user. As an extractor it rejects a request without a valid session with 401, and one that
/// names another user in [`INTENDED_USER`] with 409. As the extractor `Option<Session>` it is `None` without a valid session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The user.
    pub user_id: UserId,
    /// The e-mail address of the user.
    pub email: String,
    /// The identifier of the session.
    pub jti: String,
    /// The beginning, in seconds since the Unix epoch.
    pub iat: i64,
    /// The expiry, in seconds since the Unix epoch.
    pub exp: i64,
}

impl Session {
    /// Returns the resource if this user owns it.
    ///
    /// # Errors
    /// 404 if there is no resource. 401 if another user owns it, as in the Express version, whose clients expect it.
    pub fn ensure_owner<T>(&self, found: Option<(UserId, T)>) -> Result<T, ApiError> {
        match found {
            Some((owner, resource)) if owner == self.user_id => Ok(resource),
            Some(_) => Err(ApiError::not_owner()),
            None => Err(ApiError::not_found()),
        }
    }
}

/// A new session, and the `Set-Cookie` value that sends it to the client.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The session.
    pub session: Session,
    /// The value of the `Set-Cookie` header, which is marked as sensitive.
    pub cookie: HeaderValue,
}

/// Begins, reads and clears sessions. Cheap to clone; the state of a router provides it by `FromRef`.
#[derive(Clone, Debug)]
pub struct Sessions {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    keys: SessionKeys,
    cookie: CookieSettings,
    lifetime: Duration,
    revoked: RevokedSessions,
    clock: Clock,
    /// The names of the cookie: the configured one, then one for each key, which no other server uses.
    cookie_names: Vec<String>,
}

impl Sessions {
    /// Creates sessions that `keys` sign, in the cookie, valid for `lifetime` unless they are in `revoked`.
    pub fn new(
        keys: SessionKeys,
        cookie: CookieSettings,
        lifetime: Duration,
        revoked: RevokedSessions,
        clock: Clock,
    ) -> Self {
        let own = keys.ids().iter().map(|id| format!("{}_{id}", cookie.name()));
        let cookie_names = std::iter::once(cookie.name().to_owned()).chain(own).collect();
        Self { shared: Arc::new(Shared { keys, cookie, lifetime, revoked, clock, cookie_names }) }
    }

    /// Begins a session of a client without cookies.
    ///
    /// # Errors
    /// 500 if the token cannot be signed.
    pub fn begin(&self, user_id: &UserId, email: &str) -> Result<NewSession, ApiError> {
        self.begin_with_cookies(&HeaderMap::new(), user_id, email)
    }

    /// Begins a session of a client that sent these headers. Browsers share cookies between the ports of a host. If
    /// another server of the host uses the configured name, the cookie gets another one, so that the other session is
    /// kept.
    ///
    /// # Errors
    /// 500 if the token cannot be signed.
    pub fn begin_with_cookies(
        &self,
        headers: &HeaderMap,
        user_id: &UserId,
        email: &str,
    ) -> Result<NewSession, ApiError> {
        let Shared { keys, cookie, lifetime, clock, cookie_names, .. } = &*self.shared;
        let iat = clock.now().as_millis().div_euclid(1000);
        let session = Session {
            user_id: user_id.clone(),
            email: email.to_owned(),
            jti: clock.new_id(),
            iat,
            exp: iat.saturating_add(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX)),
        };
        let token = keys.sign(&session).map_err(ApiError::internal)?;
        let name = if self.is_cookie_name_taken(headers) { cookie_names.get(1) } else { None };
        let cookie = cookie.set(name.map_or(cookie.name(), String::as_str), &token);
        Ok(NewSession { session, cookie: cookie.map_err(ApiError::internal)? })
    }

    /// Returns whether another server of the host uses the configured name.
    fn is_cookie_name_taken(&self, headers: &HeaderMap) -> bool {
        let Shared { keys, cookie, .. } = &*self.shared;
        let is_ours = |value| cookie::token(value).is_some_and(|token| keys.has_signed(&token));
        let mut values = cookie_header::cookie_values(headers, cookie.name()).peekable();
        values.peek().is_some() && !values.any(is_ours)
    }

    /// Returns the newest valid session of a request. An invalid session is ignored.
    pub fn read(&self, headers: &HeaderMap) -> Option<Session> {
        // Identifiers rise also within a second.
        self.valid_sessions(headers).max_by(|a, b| (a.iat, &a.jti).cmp(&(b.iat, &b.jti)))
    }

    /// Returns every valid session of a request, each once: a browser may send several cookies of the name.
    pub fn read_all(&self, headers: &HeaderMap) -> Vec<Session> {
        let mut found: Vec<Session> = Vec::new();
        for session in self.valid_sessions(headers) {
            if found.iter().all(|known| known.jti != session.jti) {
                found.push(session);
            }
        }
        found
    }

    /// Returns the valid sessions of a request, in the order of its cookies.
    fn valid_sessions<'h>(&'h self, headers: &'h HeaderMap) -> impl Iterator<Item = Session> + use<'h> {
        let Shared { keys, revoked, clock, cookie_names, lifetime, .. } = &*self.shared;
        let lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        let now = clock.now();
        let values = cookie_names.iter().flat_map(move |name| cookie_header::cookie_values(headers, name));
        let sessions =
            values.filter_map(cookie::token).filter_map(move |token| keys.verify(&token, now, lifetime));
        sessions.filter(|session| !revoked.contains(&session.jti))
    }

    /// Returns the newest valid session, as [`read`](Self::read), and checks that the request is meant for its user.
    ///
    /// # Errors
    /// 409 `other_user` if the request names another user in [`INTENDED_USER`].
    pub fn read_intended(&self, headers: &HeaderMap) -> Result<Option<Session>, ApiError> {
        let session = self.read(headers);
        if let Some(session) = &session {
            intended_user::check(headers, session)?;
        }
        Ok(session)
    }

    /// Returns the `Set-Cookie` values that delete the session cookies of a client that sent these headers, and keep
    /// those of other servers.
    pub fn clear_cookies(&self, headers: &HeaderMap) -> Vec<HeaderValue> {
        let Shared { cookie, cookie_names, .. } = &*self.shared;
        let (plain, own) = cookie_names.split_at(1);
        let own = own.iter().filter(|name| cookie_header::cookie_values(headers, name).next().is_some());
        let mut cleared: Vec<HeaderValue> = own.map(|name| cookie.clear(name)).collect();
        if cleared.is_empty() || !self.is_cookie_name_taken(headers) {
            cleared.extend(plain.iter().map(|name| cookie.clear(name)));
        }
        cleared
    }

    /// Checks that a browser that sent these headers would store the cookie: over plain HTTP it drops a `Secure` one.
    ///
    /// # Errors
    /// 400 `insecure_transport` if the browser would drop the cookie, so that a sign-in does not seem to succeed.
    pub fn ensure_secure_transport(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        secure_transport::check(headers, self.shared.cookie.is_secure())
    }

    /// Returns the revoked sessions.
    pub fn revoked_sessions(&self) -> &RevokedSessions {
        &self.shared.revoked
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Session
where
    Sessions: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Sessions::from_ref(state).read_intended(&parts.headers)?.ok_or_else(ApiError::not_signed_in)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Session
where
    Sessions: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, ApiError> {
        Sessions::from_ref(state).read_intended(&parts.headers)
    }
}
