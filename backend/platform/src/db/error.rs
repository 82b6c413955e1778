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
    /// The database cannot be reached or written (a full disk, say). Nothing was committed.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A statement is wrong, or a row is not what it should be.
    #[error("the database refused a statement: {0}")]
    Statement(String),
    /// The unit of work panicked. What it did was undone.
    #[error("a unit of work panicked: {0}")]
    Panicked(String),
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
    /// A migration failed, or is not the one that was applied before.
    #[error("cannot migrate the database {}: {reason}", path.display())]
    Migration {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        reason: String,
    },
}
