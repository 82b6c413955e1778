//! The error of a start.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use ticketing_bus::JetStreamError;
use ticketing_payments::provider::StripeUnusable;
use ticketing_platform::db::OpenError;
use ticketing_platform::session::KeyError;
use ticketing_tickets::PassKeyError;

use crate::data_dir::MANIFEST;
use crate::settings::nats;

/// An error of the start of a stack or a service.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The data directory cannot be used.
    #[error("cannot use {}: {source}", path.display())]
    DataDir {
        /// The folder or file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Another server uses the data directory.
    #[error("another server uses {}", .0.display())]
    InUse(PathBuf),
    /// A database of the folder is missing or empty.
    #[error(
        "{} is missing or empty, though the marketplace in this folder has it: restore the whole folder from a backup, since \
         one database alone does not fit the others. If it is right that the folder has no such database, list those \
         that it has in {}",
        .0.display(),
        .0.with_file_name(MANIFEST).display()
    )]
    MissingDatabase(PathBuf),
    /// A database of the folder was replaced.
    #[error(
        "{} is not the database that the marketplace in this folder had: it was emptied or replaced. Restore the whole folder \
         from a backup, since one database alone does not fit the others. If it is right as it is, remove the time behind \
         its name in {}",
        .0.display(),
        .0.with_file_name(MANIFEST).display()
    )]
    ReplacedDatabase(PathBuf),
    /// Other users can read a key.
    #[error(
        "others can read {} (mode {mode:03o}): run `chmod 600` on it; if one of them may have read it, delete it, and a new \
         one is made: of the session key all sessions end, of the pass key all codes change",
        path.display()
    )]
    OpenKey {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The clock is to be movable, and the address is not a loopback address.
    #[error("a clock that clients can move needs a loopback address, not {0}")]
    MovableClock(SocketAddr),
    /// The session keys are not usable.
    #[error("TICKETING_JWT_KEY: {0}")]
    Key(#[from] KeyError),
    /// The keys of the codes of passes are not usable.
    #[error("TICKETING_PASS_KEY, or pass.key in the data folder: expected {0}")]
    PassKey(#[from] PassKeyError),
    /// A service on its own requires this setting.
    #[error("{0}: must be given to a service on its own")]
    Missing(&'static str),
    /// Stripe cannot be used.
    #[error("TICKETING_STRIPE_KEY: {0}")]
    Stripe(StripeUnusable),
    /// The NATS server cannot carry the events.
    #[error("{setting}: {source}")]
    Nats {
        /// The setting of the server, or of the credentials.
        setting: &'static str,
        /// The cause.
        source: JetStreamError,
    },
    /// A database could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The PostgreSQL database cannot be used.
    #[error("TICKETING_DATABASE_URL: {0}")]
    Database(OpenError),
    /// The tables are not migrated, and this process must not migrate them.
    #[error("TICKETING_DATABASE_URL: {0}; `ticketing-server migrate` does that")]
    NotMigrated(OpenError),
    /// A service could not be opened.
    #[error("cannot open the {service} service: {reason}")]
    Service {
        /// The service.
        service: &'static str,
        /// The cause.
        reason: String,
    },
    /// The port cannot be bound.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
}

impl StartError {
    /// Converts an error of the NATS server: one of permissions or credentials names the setting of the credentials.
    pub fn nats(source: JetStreamError) -> Self {
        let setting = match &source {
            JetStreamError::PermissionDenied(_) | JetStreamError::Credentials(_) => nats::CREDS,
            _ => nats::URL,
        };
        Self::Nats { setting, source }
    }

    /// Returns whether a setting, or a resource that it names, is invalid. Such an error comes before a port is bound.
    pub fn is_settings_error(&self) -> bool {
        matches!(
            self,
            Self::Missing(_)
                | Self::MovableClock(_)
                | Self::Key(_)
                | Self::Stripe(_)
                | Self::Nats { .. }
                | Self::Database(_)
                | Self::NotMigrated(_)
        )
    }
}
