//! Whoever sends the load, signed in by the key that the servers were given.

use std::time::Duration;

use secrecy::SecretString;
use ticketing_platform::clock::Clock;
use ticketing_platform::session::{CookieSettings, RevokedSessions, SessionKeys, Sessions};
use ticketing_sdk::UserId;

/// What signs the sessions.
pub(crate) const KEY: &str = "a key that is only used to measure";

/// Makes sessions.
pub(crate) struct Visitors(Sessions);

impl Visitors {
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

    /// The `Cookie` header of a user.
    pub(crate) fn cookie(&self, user: &str) -> String {
        let begun = self.0.begin(&UserId::new(user), "bench@example.com").unwrap();
        begun.cookie.to_str().unwrap().split(';').next().unwrap().to_owned()
    }
}
