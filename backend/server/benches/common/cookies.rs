//! The session cookies of the load, signed with the key of the servers.

use std::time::Duration;

use secrecy::SecretString;
use ticketing_platform::clock::Clock;
use ticketing_platform::session::{CookieSettings, RevokedSessions, SessionKeys, Sessions};
use ticketing_sdk::UserId;

/// The session key of the servers.
pub(crate) const KEY: &str = "a key that is only used to measure";
/// The key of the codes of passes: 32 bytes of zero.
pub(crate) const PASS_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// Creates session cookies.
pub(crate) struct SessionCookies(Sessions);

impl SessionCookies {
    pub(crate) fn new() -> Self {
        let clock = Clock::system();
        Self(Sessions::new(
            SessionKeys::new(&[SecretString::from(KEY)]).unwrap(),
            CookieSettings::new("session", false).unwrap(),
            Duration::from_secs(3600),
            RevokedSessions::new(clock.clone()),
            clock,
        ))
    }

    /// Returns the `Cookie` header of a user.
    pub(crate) fn cookie(&self, user: &str) -> String {
        let begun = self.0.begin(&UserId::new(user), "bench@example.com").unwrap();
        begun.cookie.to_str().unwrap().split(';').next().unwrap().to_owned()
    }
}
