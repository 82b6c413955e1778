//! How the JetStream transport behaves, and who it is to the server.

use std::time::Duration;

use ticketing_platform::clock::Clock;

use super::JetStreamError;

/// How the JetStream transport behaves. `Debug` shows no password.
#[derive(Clone)]
pub struct JetStreamOptions {
    /// Where the servers are, separated by commas: `nats://127.0.0.1:4222`.
    pub url: String,
    /// Who we are, where the server asks.
    pub credentials: Option<Credentials>,
    /// What the connection is called in the server's lists, and what its inboxes begin with. With a user of its own a
    /// service has the user's name, since its permissions cover no other inboxes.
    pub name: String,
    /// How long the server remembers the identifiers of events. A repeat that comes later lies in the stream twice, and
    /// the inboxes make it harmless.
    pub duplicate_window: Duration,
    /// How long the server waits for an answer to a delivery before it delivers it again.
    pub ack_wait: Duration,
    /// Deliveries under way to one consumer, all its replicas together, those that were put back included. Beyond it the
    /// server delivers nothing more to that consumer.
    pub in_flight: i64,
    /// No retry waits longer than this, whatever the ack decision states.
    pub longest_retry: Duration,
    /// How long an answer of the server may take.
    pub request_timeout: Duration,
    /// The time that dead letters carry.
    pub clock: Clock,
}

impl JetStreamOptions {
    /// The defaults, for the servers that a setting names.
    ///
    /// # Errors
    /// When that is no list of URLs.
    pub fn parse(url: &str) -> Result<Self, JetStreamError> {
        let is_one = |server: &str| {
            let read = server.trim().parse::<async_nats::ServerAddr>();
            read.is_ok_and(|read| ["nats", "tls"].contains(&read.scheme()) && !read.host().is_empty())
        };
        if url.split(',').all(is_one) { Ok(Self::new(url)) } else { Err(JetStreamError::Url) }
    }

    /// The defaults, for the server at `url`.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            credentials: None,
            name: "ticketing".to_owned(),
            duplicate_window: Duration::from_secs(120),
            ack_wait: Duration::from_secs(5),
            in_flight: 16_384,
            longest_retry: Duration::from_secs(10),
            request_timeout: Duration::from_secs(5),
            clock: Clock::system(),
        }
    }
}

impl std::fmt::Debug for JetStreamOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JetStreamOptions")
            .field("url", &without_password(&self.url))
            .field("credentials", &self.credentials)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A URL as it may be shown.
pub(super) fn without_password(url: &str) -> String {
    let shown = url.split(',').map(|server| {
        let (scheme, rest) = server.trim().split_once("://").unwrap_or(("nats", server.trim()));
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        format!("{scheme}://{host}")
    });
    shown.collect::<Vec<_>>().join(",")
}

/// Who we are to the server. `Debug` does not show it.
#[derive(Clone)]
pub struct Credentials(pub(super) Kind);

#[derive(Clone)]
pub(super) enum Kind {
    /// A name and a password.
    User { name: String, password: String },
    /// What a `.creds` file holds: a signed token and the seed of its key.
    Signed(String),
}

impl Credentials {
    /// Reads the text of a file of credentials: either what NATS calls a `.creds` file, or one line `user:password`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, JetStreamError> {
        if text.contains("BEGIN NATS USER JWT") {
            return Ok(Self(Kind::Signed(text.to_owned())));
        }
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        match (lines.next().and_then(|line| line.split_once(':')), lines.next()) {
            (Some((name, password)), None) if !name.is_empty() && !password.is_empty() => {
                Ok(Self::user(name, password))
            }
            _ => Err(JetStreamError::Credentials(
                "expected a .creds file of NATS, or one line user:password".to_owned(),
            )),
        }
    }

    /// A user with a password.
    #[must_use]
    pub fn user(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self(Kind::User { name: name.into(), password: password.into() })
    }

    /// The user's name, where it is known.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.0 {
            Kind::User { name, .. } => Some(name),
            Kind::Signed(_) => None,
        }
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Credentials, JetStreamOptions, without_password};

    #[test]
    fn url_is_shown_without_its_password() {
        assert_eq!(without_password("nats://u:p@a:1, b:2"), "nats://a:1,nats://b:2");
        let shown = format!("{:?}", JetStreamOptions::new("nats://u:secret@a"));
        assert!(shown.contains("nats://a") && !shown.contains("secret"), "{shown}");
    }

    #[test]
    fn urls_are_checked() {
        for url in ["nats://127.0.0.1:4222", "tls://a.example", "nats://a:4222, nats://u:p@b:4222"] {
            JetStreamOptions::parse(url).unwrap();
        }
        for url in ["", "http://a", "nats://", "nats://a:4222,"] {
            assert!(JetStreamOptions::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn credentials_parse_and_are_not_shown() {
        let read = Credentials::parse("\norders:pass:word\n").unwrap();
        assert_eq!(read.name(), Some("orders"));
        assert!(!format!("{read:?}").contains("pass"));
        let signed = "-----BEGIN NATS USER JWT-----\nabc\n------END NATS USER JWT------\n";
        assert_eq!(Credentials::parse(signed).unwrap().name(), None);
        for text in ["", "orders", "orders:", ":secret", "a:b\nc:d"] {
            let error = Credentials::parse(text).unwrap_err().to_string();
            assert!(error.contains("user:password") && !error.contains("secret"), "{error}");
        }
    }
}
