//! The database face: units of work over one transaction, written once for every database.
//!
//! A unit is a plain function over [`Tx`]. [`Db::write`] runs it on the writer and answers only after its effects are
//! durable; [`Db::read`] runs it on a consistent snapshot. A unit never calls out and never waits.

mod arg;
mod error;
mod migrate;
mod row;
mod sqlite;
mod tx;

use std::path::Path;
use std::sync::Arc;

pub use arg::Arg;
pub use error::{DbError, OpenError};
pub use migrate::Migrations;
pub use row::Row;
pub use sqlite::DbOptions;
pub use tx::Tx;

/// One service's database. Clones share it.
#[derive(Clone)]
pub struct Db {
    engine: Arc<sqlite::Engine>,
}

/// What a database has done since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DbStats {
    /// Units of work that were committed.
    pub units: u64,
    /// Commits, each of which waited for the disk once.
    pub commits: u64,
}

impl Db {
    /// Opens the SQLite file at `path`, making it and its folder if need be, and brings its tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened or written, or a migration fails or differs from the one that was applied.
    pub fn open(path: &Path, options: DbOptions, migrations: &[Migrations]) -> Result<Self, OpenError> {
        Ok(Self { engine: Arc::new(sqlite::Engine::open(path, options, migrations)?) })
    }

    /// Runs `unit` in a transaction and answers once it is durable. An `Err` of the unit undoes what it did, and
    /// only that. The unit may be run more than once before it is committed.
    ///
    /// # Errors
    /// What the unit returned, or a [`DbError`] when the queue is full or the commit failed.
    pub async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.engine.write(unit).await
    }

    /// Runs `unit` on a consistent snapshot that it cannot change.
    ///
    /// # Errors
    /// What the unit returned, or a [`DbError`] when the queue is full or the database cannot be read.
    pub async fn read<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.engine.read(unit).await
    }

    /// What the database has done since it was opened.
    #[must_use]
    pub fn stats(&self) -> DbStats {
        self.engine.stats()
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
