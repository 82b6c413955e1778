//! The URL of a PostgreSQL database, which is shown without its password.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tls::{Trust, connector};

/// How long a connection attempt may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// After about this time a connection whose peer does not answer is closed.
const DEAD_PEER_TIMEOUT: Duration = Duration::from_secs(20);

/// The default of the maximum number of connections of a service.
pub const CONNECTIONS: usize = 12;

/// The URL of a PostgreSQL database: `postgres://user:password@host:5432/database`. `?sslmode=require` uses TLS and
/// checks the certificate and name of the server; `?sslmode=disable` does not. The default is `require`, or `disable`
/// for a server on this machine. `?sslrootcert=FILE` names the trusted certificates.
#[derive(Clone)]
pub struct PostgresUrl {
    config: Config,
    tls: MakeRustlsConnect,
    connections: usize,
    migrated_here: bool,
}

/// A schema of a PostgreSQL database. Each service has its own.
#[derive(Clone)]
pub struct Target {
    url: Arc<PostgresUrl>,
    schema: String,
}

/// Why a URL is not usable. The text does not contain the URL, which may contain a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UrlError(String);

impl PostgresUrl {
    /// Sets the maximum number of connections of each service, at least 2. The LISTEN connection is not counted.
    #[must_use]
    pub fn with_connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// Returns the maximum number of connections of each service.
    pub fn connections(&self) -> usize {
        self.connections
    }

    /// Applies no migrations: opening a database with missing migrations fails.
    #[must_use]
    pub fn without_migrations(mut self) -> Self {
        self.migrated_here = false;
        self
    }

    /// Returns whether opening a database applies its migrations.
    pub fn is_migrated_here(&self) -> bool {
        self.migrated_here
    }

    /// Returns the schema of this name.
    ///
    /// # Errors
    /// If the name has characters other than lower-case letters, digits and underscores, does not begin with a letter,
    /// or is longer than 48 characters.
    pub fn schema(&self, name: &str) -> Result<Target, UrlError> {
        let plain =
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !plain || !name.starts_with(|first: char| first.is_ascii_lowercase()) || name.len() > 48 {
            return Err(UrlError(format!("{name:?} is not a valid schema name")));
        }
        Ok(Target { url: Arc::new(self.clone()), schema: name.to_owned() })
    }
}

impl FromStr for PostgresUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let error = |text: &str| UrlError(text.to_owned());
        let known = text.starts_with("postgres://") || text.starts_with("postgresql://");
        if !known {
            return Err(error("it does not begin with postgres://"));
        }
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut mode, mut roots, mut others) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", value)) => roots = Some(PathBuf::from(value)),
                // These would change session settings that the units of work depend on.
                Some((name @ ("options" | "target_session_attrs"), _)) => {
                    return Err(UrlError(format!("{name} is not supported")));
                }
                _ => others.push(pair),
            }
        }
        let mut config: Config = [address, &others.join("&")]
            .join("?")
            .trim_end_matches('?')
            .parse()
            .map_err(|_| error("it is no URL of a PostgreSQL database, or has an unknown parameter"))?;
        if config.get_hosts().is_empty() {
            return Err(error("it names no host"));
        }
        if config.get_dbname().is_none_or(str::is_empty) {
            return Err(error("it names no database"));
        }
        if config.get_user().is_none_or(str::is_empty) {
            return Err(error("it names no user"));
        }
        let encrypted = match mode {
            None => !config.get_hosts().iter().all(is_local),
            Some("disable") => false,
            Some("require" | "verify-full") => true,
            Some(_) => return Err(error("sslmode must be disable or require, which checks the certificate")),
        };
        let (ssl_mode, trust) = match &roots {
            _ if !encrypted => (SslMode::Disable, Trust::Nothing),
            Some(file) => (SslMode::Require, Trust::File(file)),
            None => (SslMode::Require, Trust::Machine),
        };
        let tls = connector(trust).map_err(UrlError)?;
        config.ssl_mode(ssl_mode);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        config
            .keepalives(true)
            .keepalives_idle(DEAD_PEER_TIMEOUT / 2)
            .keepalives_interval(DEAD_PEER_TIMEOUT / 4);
        config.tcp_user_timeout(DEAD_PEER_TIMEOUT);
        Ok(Self { config, tls, connections: CONNECTIONS, migrated_here: true })
    }
}

/// Returns whether a host is this machine, so that no data crosses a network.
fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            let ip = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
            name == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

impl Target {
    /// Returns the name of the schema.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    pub(in crate::db) fn url(&self) -> &PostgresUrl {
        &self.url
    }

    pub(in crate::db) fn config(&self) -> Config {
        let mut config = self.url.config.clone();
        if config.get_application_name().is_none() {
            config.application_name(format!("ticketing {}", self.schema));
        }
        config
    }

    /// Returns the number of connections for reads.
    pub(in crate::db) fn readers(&self) -> usize {
        (self.url.connections / 3).max(1)
    }

    /// Returns the number of connections for writes.
    pub(in crate::db) fn writers(&self) -> usize {
        self.url.connections.saturating_sub(self.readers()).max(1)
    }

    pub(in crate::db) fn tls(&self) -> MakeRustlsConnect {
        self.url.tls.clone()
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (user, database) = (self.config.get_user(), self.config.get_dbname());
        write!(f, "postgres://{}@", user.unwrap_or_default())?;
        let ports = self.config.get_ports();
        for (index, host) in self.config.get_hosts().iter().enumerate() {
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            let comma = if index > 0 { "," } else { "" };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}:{port}")?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{comma}{}:{port}", path.display())?,
            }
        }
        write!(f, "/{}", database.unwrap_or_default())
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresUrl({self})")
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, schema {}", self.url, self.schema)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_is_shown_without_its_password() {
        let url: PostgresUrl =
            "postgres://ann:hunter2@127.0.0.1:6543/shop?connect_timeout=2".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://ann@127.0.0.1:6543/shop");
        let target = url.schema("tickets").unwrap();
        assert_eq!(target.to_string(), "postgres://ann@127.0.0.1:6543/shop, schema tickets");
        for shown in [format!("{url:?}"), format!("{target:?}"), format!("{:?}", target.config())] {
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn url_errors_do_not_contain_the_url() {
        for (text, expected) in [
            ("mysql://ann:hunter2@h/d", "postgres://"),
            ("postgres://ann:hunter2@h:port/d", "no URL"),
            ("postgres:///d?user=ann", "no host"),
            ("postgres://ann:hunter2@h", "no database"),
            ("postgres://h/d", "no user"),
            ("postgres://ann:hunter2@h/d?sslmode=prefer", "sslmode must be"),
            ("postgres://ann:hunter2@h/d?options=-c%20fsync%3Doff", "options is not supported"),
            ("postgres://ann:hunter2@h/d?sslmode=require&sslrootcert=/nowhere/at/all", "/nowhere/at/all"),
        ] {
            let error = text.parse::<PostgresUrl>().unwrap_err();
            assert!(error.to_string().contains(expected), "{text}: {error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn tls_is_the_default_except_on_this_machine() {
        let mode = |text: &str| text.parse::<PostgresUrl>().unwrap().config.get_ssl_mode();
        for local in ["postgres://u@localhost/d", "postgres://u@127.0.0.1/d", "postgres://u@%2Frun%2Fpg/d"] {
            assert_eq!(mode(local), SslMode::Disable, "{local}");
        }
        assert_eq!(mode("postgres://u@db.example/d?sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("postgres://u@127.0.0.1/d?sslmode=require"), SslMode::Require);
        assert_eq!(mode("postgres://u@db.example/d"), SslMode::Require);
        assert_eq!(mode("postgres://u@localhost,db.example/d"), SslMode::Require);
    }

    #[test]
    fn schema_names_are_validated() {
        let url: PostgresUrl = "postgres://u@localhost/d".parse().unwrap();
        assert!(url.schema("tickets_2").is_ok());
        for name in ["", "1st", "Tickets", "a b", "a\"b", "_x", &"x".repeat(49)] {
            assert!(url.schema(name).is_err(), "{name}");
        }
    }
}
