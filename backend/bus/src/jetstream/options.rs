//! The options and credentials of the JetStream transport.

use std::time::Duration;

use ticketing_platform::clock::Clock;

use super::JetStreamError;

/// The options of the JetStream transport. `Debug` shows no password.
#[derive(Clone)]
pub struct JetStreamOptions {
    /// The URLs of the servers, separated by commas: `nats://127.0.0.1:4222`.
    pub url: String,
    /// The credentials, if the server requires any.
    pub credentials: Option<Credentials>,
    /// The name of the connection and the prefix of its inboxes: the name of the NATS user of a service, whose permissions
    /// cover no other inboxes.
    pub name: String,
    /// How long the server detects duplicates by the identifiers of events. A later duplicate is in the stream twice, and
    /// the inboxes skip it.
    pub duplicate_window: Duration,
    /// How long the server waits for an ack before it redelivers.
    pub ack_wait: Duration,
    /// The maximum number of unacknowledged deliveries of a consumer, over all its replicas, including naked ones. At this
    /// number the server delivers nothing more to the consumer.
    pub in_flight: i64,
    /// The maximum delay of a retry.
    pub longest_retry: Duration,
    /// The timeout of a request.
    pub request_timeout: Duration,
    /// The clock of dead letters.
    pub clock: Clock,
}

impl JetStreamOptions {
    /// Returns the defaults for the servers of a setting.
    ///
    /// # Errors
    /// If it is not a list of URLs.
    pub fn parse(url: &str) -> Result<Self, JetStreamError> {
        let is_one = |server: &str| {
            let read = server.trim().parse::<async_nats::ServerAddr>();
            read.is_ok_and(|read| ["nats", "tls"].contains(&read.scheme()) && !read.host().is_empty())
        };
        if url.split(',').all(is_one) { Ok(Self::new(url)) } else { Err(JetStreamError::Url) }
    }

    /// Returns the defaults for the server at `url`.
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

/// Removes the passwords from URLs.
pub(super) fn without_password(url: &str) -> String {
    let shown = url.split(',').map(|server| {
        let (scheme, rest) = server.trim().split_once("://").unwrap_or(("nats", server.trim()));
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        format!("{scheme}://{host}")
    });
    shown.collect::<Vec<_>>().join(",")
}

/// The credentials of a connection. `Debug` does not show them.
#[derive(Clone)]
pub struct Credentials(pub(super) Kind);

#[derive(Clone)]
pub(super) enum Kind {
    /// A name and a password.
    User { name: String, password: String },
    /// A `.creds` file: a signed token and the seed of its key.
    Signed(String),
}

impl Credentials {
    /// Parses a file of credentials: a `.creds` file of NATS, or one line `user:password`.
    ///
    /// # Errors
    /// If it is neither.
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

    /// Creates the credentials of a user with a password.
    pub fn user(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self(Kind::User { name: name.into(), password: password.into() })
    }

    /// Returns the name of the user, if it is known.
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
