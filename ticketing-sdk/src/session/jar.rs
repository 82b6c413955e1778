//! The cookies of one server, whatever they are called.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use cookie_store::{Cookie, CookieStore, RawCookie};
use http::HeaderMap;
use http::header::SET_COOKIE;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::SessionError;
use crate::UserId;

/// The cookies of one server. It has no `Debug`: they are secrets.
#[derive(Default)]
pub(super) struct Jar(CookieStore);

#[derive(Serialize)]
struct Saved<'a> {
    server: &'a str,
    cookies: Vec<&'a Cookie<'static>>,
}

#[derive(Deserialize)]
struct Loaded {
    server: String,
    cookies: Vec<Cookie<'static>>,
}

/// The value of a session cookie, base64 of it.
#[derive(Deserialize)]
struct CookieValue {
    jwt: String,
}

/// What the token of a session says of its user.
#[derive(Deserialize)]
struct Claims {
    id: UserId,
}

const ANY_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const COOKIE_ENCODING: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ANY_PADDING);
const TOKEN_ENCODING: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, ANY_PADDING);

/// The user that the value of a session cookie names. Its signature is not checked, which only the server can.
fn user_of(value: &str) -> Option<UserId> {
    let value: CookieValue = serde_json::from_slice(&COOKIE_ENCODING.decode(value).ok()?).ok()?;
    let claims = value.jwt.split('.').nth(1)?;
    let claims: Claims = serde_json::from_slice(&TOKEN_ENCODING.decode(claims).ok()?).ok()?;
    Some(claims.id)
}

impl Jar {
    /// A jar with one cookie. The value must be sendable.
    pub(super) fn of(name: &str, value: &SecretString, url: &Url) -> Option<Self> {
        let sendable = |text: &str, except: &[u8]| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !except.contains(&byte))
        };
        if !sendable(name, b"=;,\"") || !sendable(value.expose_secret(), b";,\"\\") {
            return None;
        }
        let mut jar = Self::default();
        let cookie = RawCookie::build((name.to_owned(), value.expose_secret().to_owned())).path("/").build();
        jar.0.insert_raw(&cookie, url).ok()?;
        Some(jar)
    }

    /// The `Cookie` header for a request.
    pub(super) fn header(&self, url: &Url) -> Option<String> {
        let pairs: Vec<_> =
            self.0.get_request_values(url).map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Takes what an answer sets; tells whether it set anything.
    pub(super) fn receive(&mut self, headers: &HeaderMap, url: &Url) -> bool {
        let mut any = false;
        for header in headers.get_all(SET_COOKIE) {
            any = true;
            let stored = header.to_str().ok().map(|text| self.0.parse(text, url));
            if !matches!(stored, Some(Ok(_))) {
                tracing::debug!("a cookie of the server cannot be used");
            }
        }
        any
    }

    /// The name of a cookie that is still good.
    pub(super) fn name(&self) -> Option<String> {
        self.0.iter_unexpired().next().map(|cookie| cookie.name().to_owned())
    }

    /// The user whose session the cookies are, where they name exactly one.
    pub(super) fn user(&self) -> Option<UserId> {
        let mut users = self.0.iter_unexpired().filter_map(|cookie| user_of(cookie.value()));
        let first = users.next()?;
        users.all(|other| other == first).then_some(first)
    }

    /// All that is still good, as one text bound to its server; nothing if there is nothing.
    pub(super) fn save(&self, server: &str) -> Result<Option<SecretString>, SessionError> {
        let cookies: Vec<_> = self.0.iter_unexpired().collect();
        if cookies.is_empty() {
            return Ok(None);
        }
        let text = serde_json::to_string(&Saved { server, cookies })
            .map_err(|error| SessionError::with_source("the session cannot be written down", error))?;
        Ok(Some(text.into()))
    }

    /// The reverse of [`Self::save`]. A session of another server is no session.
    pub(super) fn load(saved: &SecretString, server: &str) -> Result<Self, SessionError> {
        let loaded: Loaded = serde_json::from_str(saved.expose_secret())
            .map_err(|_| SessionError::new("the stored session is damaged; sign in again"))?;
        if loaded.server != server {
            return Ok(Self::default());
        }
        let cookies = loaded.cookies.into_iter().map(Ok::<_, SessionError>);
        Ok(Self(CookieStore::from_cookies(cookies, false)?))
    }
}
