//! The errors of the database interface.

use std::path::PathBuf;

/// Why a statement or a unit of work failed.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// A unique index refused the row. The constraint is named `<table>_<column>…`, or `<table>_pkey`.
    #[error("the unique constraint {constraint} was violated")]
    Unique {
        /// The name of the index.
        constraint: String,
    },
    /// The queue is full, or conflicts did not end. Nothing was committed.
    #[error("the database is busy")]
    Busy,
    /// The database cannot be reached or written (a full disk, a stopped server). Nothing was committed.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The connection was lost during the commit, or the server did not answer in time. The unit is committed, is not,
    /// or will be; only a read of the database shows which. The unit was not run again.
    #[error("the outcome of the commit is unknown: {0}")]
    Uncertain(String),
    /// A statement is invalid, or a row has an unexpected value.
    #[error("the database refused a statement: {0}")]
    Statement(String),
    /// The unit of work panicked. Its changes were undone.
    #[error("a unit of work panicked: {0}")]
    Panicked(String),
}

impl DbError {
    /// Returns whether the database could not execute any unit: it is unavailable, full, locked, read-only or overloaded. The
    /// unit of work has not caused that, and it ends. After [`Uncertain`](Self::Uncertain) the unit may be committed.
    pub const fn is_outage(&self) -> bool {
        match self {
            Self::Busy | Self::Unavailable(_) | Self::Uncertain(_) => true,
            Self::Unique { .. } | Self::Statement(_) | Self::Panicked(_) => false,
        }
    }
}

impl From<serde_json::Error> for DbError {
    fn from(error: serde_json::Error) -> Self {
        Self::Statement(error.to_string())
    }
}

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The folder of the file could not be created.
    #[error("cannot create the folder {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The file could not be opened.
    #[error("cannot open the database {}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the database.
        reason: String,
    },
    /// The server cannot be reached, refuses the user, or has no such database.
    #[error("cannot connect to the database {database}: {reason}")]
    Connect {
        /// Its URL without the password.
        database: String,
        /// The error.
        reason: String,
    },
    /// The server was reached, but its version or settings do not allow its use.
    #[error("cannot use the database {database}: {reason}")]
    Unusable {
        /// Its URL without the password.
        database: String,
        /// The error.
        reason: String,
    },
    /// Migrations of this program are not applied.
    #[error("the database {database} is not migrated: {reason}")]
    NotMigrated {
        /// Its URL without the password.
        database: String,
        /// The missing migrations.
        reason: String,
    },
    /// A development version before 0.1.0 has written the database. Nothing in it was changed.
    #[error(
        "the database {database} was written by a development version before 0.1.0, which this version cannot read; it was not \
         changed: start with a new data folder or a new database"
    )]
    DevelopmentVersion {
        /// The file, or the URL without the password.
        database: String,
    },
    /// A migration failed, or differs from the one that was applied before.
    #[error("cannot migrate the database {database}: {reason}")]
    Migration {
        /// The file, or the URL without the password.
        database: String,
        /// The error.
        reason: String,
    },
}
