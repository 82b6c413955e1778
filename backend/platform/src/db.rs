//! The database face: units of work over one transaction, written once for every database.
//!
//! A unit is a plain function over [`Tx`]. [`Db::write`] runs it on the writer and answers only after its effects are
//! durable; [`Db::read`] runs it on a consistent snapshot. A unit never calls out and never waits.

mod arg;
mod database;
mod dialect;
mod error;
mod fault;
mod job;
mod migrate;
mod options;
mod postgres;
mod row;
mod sqlite;
mod tx;

use std::sync::Arc;

pub use arg::Arg;
pub use database::Database;
pub use dialect::Dialect;
use error::chain;
pub use error::{DbError, OpenError};
pub use migrate::Migrations;
pub use options::{DbOptions, ReadOnly};
pub use postgres::{CONNECTIONS, PostgresUrl, Target, UrlError};
pub use row::Row;
pub use sqlite::{CopyError, copy_together};
pub use tx::Tx;

use crate::signal::Signal;

/// One service's database. Clones share it.
#[derive(Clone)]
pub struct Db {
    engine: Arc<Engine>,
}

enum Engine {
    Sqlite(sqlite::Engine),
    Postgres(postgres::Engine),
}

/// What a database has done since it was opened, through this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DbStats {
    /// Units of work that were committed.
    pub units: u64,
    /// Commits, each of which waited for the disk once.
    pub commits: u64,
    /// Transactions that were run again, since another one was in their way or the connection was lost.
    pub repeats: u64,
}

impl Db {
    /// Opens the database, making the file or the schema if need be, and brings its tables up to date, unless its URL
    /// was told that somebody else does ([`PostgresUrl::migrated_elsewhere`]).
    ///
    /// # Errors
    /// When it cannot be opened, reached or written, a migration fails or differs from the one that was applied, or
    /// the database is not up to date and was not to be brought up to date.
    pub fn open(
        database: impl Into<Database>,
        options: DbOptions,
        migrations: &[Migrations],
    ) -> Result<Self, OpenError> {
        let engine = match database.into() {
            Database::File(path) => Engine::Sqlite(sqlite::Engine::open(&path, options, migrations)?),
            Database::Postgres(target) => {
                Engine::Postgres(postgres::Engine::open(&target, options, migrations)?)
            }
        };
        Ok(Self { engine: Arc::new(engine) })
    }

    /// Opens a database to read it and changes nothing: no table, no file, no checkpoint. Units that write are refused.
    ///
    /// # Errors
    /// When it does not exist, or cannot be opened or reached.
    pub fn open_read_only(
        database: impl Into<Database>,
        access: ReadOnly,
        options: DbOptions,
    ) -> Result<Self, OpenError> {
        let engine = match database.into() {
            Database::File(path) => Engine::Sqlite(sqlite::Engine::open_read_only(&path, access, options)?),
            Database::Postgres(target) => Engine::Postgres(postgres::Engine::open(&target, options, &[])?),
        };
        Ok(Self { engine: Arc::new(engine) })
    }

    /// Brings the tables of a database up to date and does nothing else. Any number of processes may do that at once.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn migrate(database: impl Into<Database>, migrations: &[Migrations]) -> Result<(), OpenError> {
        match database.into() {
            Database::File(path) => Self::open(path, DbOptions::default(), migrations).map(drop),
            Database::Postgres(target) => postgres::migrate(&target, migrations),
        }
    }

    /// Checks that a database can be used and that its tables are up to date, changing nothing. A file is brought up to
    /// date when it is opened, so there is nothing to check.
    ///
    /// # Errors
    /// When it cannot be reached or used, or is not up to date.
    pub fn check(database: impl Into<Database>, migrations: &[Migrations]) -> Result<(), OpenError> {
        match database.into() {
            Database::File(_) => Ok(()),
            Database::Postgres(target) => postgres::check(&target, migrations),
        }
    }

    /// How this database writes what the two of them write differently.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match *self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Whether other processes may work on the same database at the same time.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.dialect().is_shared()
    }

    /// Runs `unit` in a transaction and answers once it is durable. An `Err` of the unit undoes what it did, and
    /// only that. The unit may be run more than once before it is committed. Units are serializable: whatever else
    /// runs at the same time, the outcome is as if they had run one after the other.
    ///
    /// # Errors
    /// What the unit returned, or a [`DbError`] when the queue is full, others were in its way too often, or the
    /// commit failed. After [`DbError::Uncertain`] nobody knows whether it was committed.
    pub async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        match &*self.engine {
            Engine::Sqlite(engine) => engine.write(unit).await,
            Engine::Postgres(engine) => engine.write(unit).await,
        }
    }

    /// The same for a unit that decides nothing by what it has read before, and says nothing by an event: a mark, a
    /// clearance of what is old. On PostgreSQL it is run as READ COMMITTED, so that it is in nobody's way.
    ///
    /// # Errors
    /// As for [`write`](Self::write).
    pub async fn write_read_committed<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        match &*self.engine {
            Engine::Sqlite(engine) => engine.write(unit).await,
            Engine::Postgres(engine) => engine.write_read_committed(unit).await,
        }
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
        match &*self.engine {
            Engine::Sqlite(engine) => engine.read(unit).await,
            Engine::Postgres(engine) => engine.read(unit).await,
        }
    }

    /// Lets `signal` ring here too when a transaction of another process has rung its signal of this name, a few
    /// milliseconds after the commit. A ring may be lost with a process or a connection: whoever listens looks now
    /// and then all the same. Where one process owns the database this does nothing.
    pub fn share_signal(&self, name: &'static str, signal: &Signal) {
        match &*self.engine {
            Engine::Sqlite(_) => {}
            Engine::Postgres(engine) => engine.share_signal(name, signal),
        }
    }

    /// Its name: that of the file without its ending, or of the schema.
    #[must_use]
    pub fn name(&self) -> &str {
        match &*self.engine {
            Engine::Sqlite(engine) => engine.name(),
            Engine::Postgres(engine) => engine.name(),
        }
    }

    /// What the database has done since it was opened.
    #[must_use]
    pub fn stats(&self) -> DbStats {
        match &*self.engine {
            Engine::Sqlite(engine) => engine.stats(),
            Engine::Postgres(engine) => engine.stats(),
        }
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
