//! What can go wrong with a database, in the words of the services.

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
    /// Too much work is waiting. Nothing was done; try again later.
    #[error("the database has too much work waiting")]
    Busy,
    /// The database cannot be reached or written (a full disk, a server that is gone). Nothing was committed.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The connection was lost while the change was being committed, or nothing came over it in time: it stands or it does
    /// not, or will soon, and only a look at the database tells. It was not repeated.
    #[error("whether the change was committed is not known: {0}")]
    Uncertain(String),
    /// A statement is wrong, or a row is not what it should be.
    #[error("the database refused a statement: {0}")]
    Statement(String),
    /// The unit of work panicked. What it did was undone.
    #[error("a unit of work panicked: {0}")]
    Panicked(String),
}

impl DbError {
    /// Whether the database could not do its work, whatever it was asked: it is away, full, locked, only reads, or has too
    /// much to do. It is no fault of the unit of work, and passes. After [`Uncertain`](Self::Uncertain) the unit may stand.
    #[must_use]
    pub const fn is_outage(&self) -> bool {
        match self {
            Self::Busy | Self::Unavailable(_) | Self::Uncertain(_) => true,
            Self::Unique { .. } | Self::Statement(_) | Self::Panicked(_) => false,
        }
    }
}

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The folder of the file could not be made.
    #[error("cannot make the folder {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file could not be opened.
    #[error("cannot open the database {}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the database said.
        reason: String,
    },
    /// The server could not be reached, does not let us in, or has no such database.
    #[error("cannot connect to the database {database}: {reason}")]
    Connect {
        /// Where, without the password.
        database: String,
        /// What went wrong.
        reason: String,
    },
    /// The server was reached, but cannot be used as it is.
    #[error("cannot use the database {database}: {reason}")]
    Unusable {
        /// Where, without the password.
        database: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Its tables are not those that this program works on.
    #[error("the database {database} is not migrated: {reason}")]
    NotMigrated {
        /// Where, without the password.
        database: String,
        /// What is missing.
        reason: String,
    },
    /// A migration failed, or is not the one that was applied before.
    #[error("cannot migrate the database {database}: {reason}")]
    Migration {
        /// The file, or where, without the password.
        database: String,
        /// What went wrong.
        reason: String,
    },
}

/// An error and its causes, in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        // Some errors show their cause themselves.
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}
