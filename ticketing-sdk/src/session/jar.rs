//! The cookies of one server, whatever their names: reading, storing and restoring a jar.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use cookie_store::Cookie;
use reqwest_cookie_store::{CookieStore, RawCookie};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::SessionError;
use crate::UserId;

/// A jar as it is stored, with the server that it is bound to.
#[derive(Serialize, Deserialize)]
struct SavedJar<S, C> {
    server: S,
    cookies: Vec<C>,
}

/// The value of a session cookie, before base64.
#[derive(Deserialize)]
struct CookieValue {
    jwt: String,
}

/// The claims of a session's token that name its user.
#[derive(Deserialize)]
struct Claims {
    id: UserId,
}

const ANY_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const COOKIE_ENCODING: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ANY_PADDING);
const TOKEN_ENCODING: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, ANY_PADDING);

/// Returns the user that the value of a session cookie names. The signature is not verified: only the server has the
/// key.
fn user_of(value: &str) -> Option<UserId> {
    let value: CookieValue = serde_json::from_slice(&COOKIE_ENCODING.decode(value).ok()?).ok()?;
    let claims = value.jwt.split('.').nth(1)?;
    let claims: Claims = serde_json::from_slice(&TOKEN_ENCODING.decode(claims).ok()?).ok()?;
    Some(claims.id)
}

/// Creates a jar with one cookie. Returns `None` if its name or value has characters that a header cannot carry.
pub(super) fn with_cookie(name: &str, value: &SecretString, url: &Url) -> Option<CookieStore> {
    let is_valid = |text: &str, except: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !except.contains(&byte))
    };
    if !is_valid(name, b"=;,\"") || !is_valid(value.expose_secret(), b";,\"\\") {
        return None;
    }
    let mut jar = CookieStore::default();
    let cookie = RawCookie::build((name.to_owned(), value.expose_secret().to_owned())).path("/").build();
    jar.insert_raw(&cookie, url).ok()?;
    Some(jar)
}

/// Returns the name of an unexpired cookie.
pub(super) fn name(jar: &CookieStore) -> Option<String> {
    jar.iter_unexpired().next().map(|cookie| cookie.name().to_owned())
}

/// Returns the user whose session the cookies are, if they name exactly one.
pub(super) fn user(jar: &CookieStore) -> Option<UserId> {
    let mut users = jar.iter_unexpired().filter_map(|cookie| user_of(cookie.value()));
    let first = users.next()?;
    users.all(|other| other == first).then_some(first)
}

/// Serializes the unexpired cookies as one text that is bound to its server; `None` if there are none.
pub(super) fn save(jar: &CookieStore, server: &str) -> Result<Option<SecretString>, SessionError> {
    let cookies: Vec<_> = jar.iter_unexpired().collect();
    if cookies.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_string(&SavedJar { server, cookies })
        .map_err(|error| SessionError::with_source("the session cannot be serialized", error))?;
    Ok(Some(text.into()))
}

/// Restores what [`save`] wrote. The session of another server yields an empty jar.
pub(super) fn load(saved: &SecretString, server: &str) -> Result<CookieStore, SessionError> {
    let loaded: SavedJar<String, Cookie<'static>> = serde_json::from_str(saved.expose_secret())
        .map_err(|_| SessionError::new("the stored session is damaged; sign in again"))?;
    if loaded.server != server {
        return Ok(CookieStore::default());
    }
    let cookies = loaded.cookies.into_iter().map(Ok::<_, SessionError>);
    CookieStore::from_cookies(cookies, false)
}
