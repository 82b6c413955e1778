//! Why a process could not be started.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use ticketing_bus::JetStreamError;
use ticketing_payments::provider::StripeUnusable;
use ticketing_platform::db::OpenError;
use ticketing_platform::session::KeyError;

use crate::settings::nats;

/// Why a stack or a service could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The data directory cannot be used.
    #[error("cannot use {}: {source}", path.display())]
    DataDir {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another server uses the data directory.
    #[error("another server uses {}", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// A database that the folder had is not there.
    #[error(
        "{} is missing or empty, though the marketplace in this folder has it: restore the whole folder from a backup, since \
         one database alone does not fit the others. If it is right that the folder has no such database, list those \
         that it has in {}",
        path.display(),
        manifest.display()
    )]
    MissingDatabase {
        /// The file.
        path: PathBuf,
        /// The list of the databases that the folder must have.
        manifest: PathBuf,
    },
    /// A database is not the one that the folder had.
    #[error(
        "{} is not the database that the marketplace in this folder had: it was emptied or replaced. Restore the whole folder \
         from a backup, since one database alone does not fit the others. If it is right as it is, remove the time behind \
         its name in {}",
        path.display(),
        manifest.display()
    )]
    ReplacedDatabase {
        /// The file.
        path: PathBuf,
        /// The list of the databases that the folder must have.
        manifest: PathBuf,
    },
    /// Others can read the key that signs sessions.
    #[error(
        "others can read {} (mode {mode:03o}): run `chmod 600` on it; if one of them may have read it, delete it, and a new \
         one is made and all sessions end",
        path.display()
    )]
    OpenKey {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The session keys are not usable.
    #[error("TICKETING_JWT_KEY: {0}")]
    Key(#[from] KeyError),
    /// A service on its own needs what this setting names.
    #[error("{0}: must be given to a service on its own")]
    Missing(&'static str),
    /// Stripe cannot be used.
    #[error("TICKETING_STRIPE_KEY: {0}")]
    Stripe(StripeUnusable),
    /// The NATS server cannot carry the events.
    #[error("{setting}: {source}")]
    Nats {
        /// The setting that names it, or who we are to it.
        setting: &'static str,
        /// What is wrong.
        source: JetStreamError,
    },
    /// A database could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The PostgreSQL database cannot be used.
    #[error("TICKETING_DATABASE_URL: {0}")]
    Database(OpenError),
    /// Its tables are not up to date, and were not to be brought up to date here.
    #[error("TICKETING_DATABASE_URL: {0}; `ticketing-server migrate` does that")]
    NotMigrated(OpenError),
    /// A service could not be opened.
    #[error("cannot open the {service} service: {reason}")]
    Service {
        /// The service.
        service: &'static str,
        /// Why.
        reason: String,
    },
    /// It cannot listen.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
}

impl StartError {
    /// A server that does not know us, or allows us too little, is one of the credentials.
    #[must_use]
    pub fn nats(source: JetStreamError) -> Self {
        let setting = match &source {
            JetStreamError::PermissionDenied(_) | JetStreamError::Credentials(_) => nats::CREDS,
            _ => nats::URL,
        };
        Self::Nats { setting, source }
    }

    /// Whether a setting is wrong, or what it names is not what it must be: found before a port is bound.
    #[must_use]
    pub fn is_of_settings(&self) -> bool {
        matches!(
            self,
            Self::Missing(_)
                | Self::Key(_)
                | Self::Stripe(_)
                | Self::Nats { .. }
                | Self::Database(_)
                | Self::NotMigrated(_)
        )
    }
}
