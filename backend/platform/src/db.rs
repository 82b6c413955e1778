//! The database interface: units of work over one transaction, which run on both databases.
//!
//! A unit is a plain function over [`Tx`]. [`Db::write`] runs it on a writer and returns after its effects are durable;
//! [`Db::read`] runs it on a consistent snapshot. A unit does no other I/O and never waits.

mod arg;
mod database;
mod dialect;
mod engine;
mod error;
mod error_class;
mod migrate;
mod options;
mod postgres;
mod row;
mod sqlite;
mod table_row;
mod tx;
mod write_health;

use std::sync::Arc;

pub use arg::Arg;
pub use database::Database;
pub use dialect::Dialect;
use engine::{Engine, Isolation};
pub use error::{DbError, OpenError};
pub use migrate::Migrations;
pub use options::{DbOptions, ReadOnly};
use postgres::Notifier;
pub use postgres::{CONNECTIONS, PostgresUrl, Target, UrlError};
pub use row::{Column, ColumnValue, Row};
pub use sqlite::{CopyError, copy_together, file_identity};
pub use tx::Tx;
use write_health::{WriteHealth, run_unit};

use crate::signal::Signal;

/// One service's database. Clones share it.
#[derive(Clone, Debug)]
pub struct Db {
    engine: Arc<Engine>,
    health: Arc<WriteHealth>,
}

/// Counters of a database since this process opened it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DbStats {
    /// Committed units of work.
    pub units: u64,
    /// Commits. Each waits for the disk once.
    pub commits: u64,
    /// Transactions that were run again after a conflict or a lost connection.
    pub repeats: u64,
}

impl Db {
    /// Opens the database. Creates the file or the schema if it is missing, and applies migrations unless the URL
    /// excludes that ([`PostgresUrl::without_migrations`]).
    ///
    /// # Errors
    /// If the database cannot be opened, reached or written, a migration fails or differs from the applied one, or
    /// migrations are missing and must not be applied here.
    pub fn open(
        database: impl Into<Database>,
        options: DbOptions,
        migrations: &[Migrations],
    ) -> Result<Self, OpenError> {
        let engine = match database.into() {
            Database::File(path) => engine::sqlite::open(&path, options, migrations)?,
            Database::Postgres(target) => engine::postgres::open(&target, options, migrations)?,
        };
        Ok(Self { engine: Arc::new(engine), health: Arc::default() })
    }

    /// Opens a database read-only: no table, no file and no checkpoint is written. Units that write are refused.
    ///
    /// # Errors
    /// If the database does not exist, or cannot be opened or reached.
    pub fn open_read_only(
        database: impl Into<Database>,
        access: ReadOnly,
        options: DbOptions,
    ) -> Result<Self, OpenError> {
        let engine = match database.into() {
            Database::File(path) => engine::sqlite::open_read_only(&path, access, options)?,
            Database::Postgres(target) => engine::postgres::open(&target, options, &[])?,
        };
        Ok(Self { engine: Arc::new(engine), health: Arc::default() })
    }

    /// Applies the missing migrations of a database. Any number of processes may do so at the same time.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn migrate(database: impl Into<Database>, migrations: &[Migrations]) -> Result<(), OpenError> {
        match database.into() {
            Database::File(path) => Self::open(path, DbOptions::default(), migrations).map(drop),
            Database::Postgres(target) => postgres::prepare(&target, true, migrations),
        }
    }

    /// Checks that a database can be used and that all migrations are applied. Changes nothing. A file is migrated when
    /// it is opened, so it is not checked.
    ///
    /// # Errors
    /// If the database cannot be reached or used, or migrations are missing.
    pub fn check(database: impl Into<Database>, migrations: &[Migrations]) -> Result<(), OpenError> {
        match database.into() {
            Database::File(_) => Ok(()),
            Database::Postgres(target) => postgres::prepare(&target, false, migrations),
        }
    }

    /// Returns the SQL dialect of the database.
    pub fn dialect(&self) -> Dialect {
        self.engine.dialect
    }

    /// Returns whether other processes may use the database at the same time.
    pub fn is_shared(&self) -> bool {
        self.dialect().is_shared()
    }

    /// Runs `unit` in a transaction. Returns after the transaction is durable. An `Err` of the unit undoes its changes,
    /// and no others. The unit may be run more than once before it is committed. Units are serializable: their outcome
    /// is as if they had run one after the other.
    ///
    /// # Errors
    /// The error of the unit, or a [`DbError`] if the queue is full, the unit conflicts with others too often, or the
    /// commit fails. After [`DbError::Uncertain`] it is unknown whether the unit was committed.
    pub async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.write_in(unit, Isolation::Serializable).await
    }

    /// Runs `unit` as [`write`](Self::write), on PostgreSQL with the isolation level READ COMMITTED, so that it
    /// conflicts with no serializable unit. For a unit that decides nothing by rows that it has read and publishes no
    /// event, such as marking or deleting rows.
    ///
    /// # Errors
    /// As for [`write`](Self::write).
    pub async fn write_read_committed<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.write_in(unit, Isolation::ReadCommitted).await
    }

    /// Runs a unit that writes a small row, to find out whether the database can be written. Its outcome is no write of
    /// a kind of its own: see [`check_writable`](Self::check_writable).
    ///
    /// # Errors
    /// As for [`write`](Self::write).
    pub async fn write_probe(
        &self,
        unit: impl Fn(&mut Tx<'_>) -> Result<(), DbError> + Send + 'static,
    ) -> Result<(), DbError> {
        let outcome = self.engine.run(unit, Isolation::ReadCommitted).await;
        self.health.record_probe(&outcome);
        outcome
    }

    /// Checks that the database can be written: a probe succeeds, and no write of some kind failed by an outage in the
    /// last 10 s without a success of the same kind since. Every writer of this process counts: requests, consumers and
    /// workers.
    ///
    /// # Errors
    /// If it cannot be written. An overloaded database counts as writable.
    pub async fn check_writable(
        &self,
        probe: impl Fn(&mut Tx<'_>) -> Result<(), DbError> + Send + 'static,
    ) -> Result<(), DbError> {
        match self.write_probe(probe).await {
            Ok(()) | Err(DbError::Busy) if self.health.is_failing() => {
                Err(DbError::Unavailable("the last writes failed".to_owned()))
            }
            Err(DbError::Busy) => Ok(()),
            outcome => outcome,
        }
    }

    async fn write_in<T, E, F>(&self, unit: F, isolation: Isolation) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let outcome = self.engine.run(move |tx: &mut Tx<'_>| run_unit(tx, &unit), isolation).await;
        self.health.record::<F, _, _>(outcome)
    }

    /// Runs `unit` on a consistent, read-only snapshot.
    ///
    /// # Errors
    /// The error of the unit, or a [`DbError`] if the queue is full or the database cannot be read.
    pub async fn read<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.engine.run(unit, Isolation::Snapshot).await
    }

    /// Notifies `signal` also when a transaction of another process notifies its signal of this name, a few
    /// milliseconds after the commit. A notification may be lost with a process or a connection, so a listener must
    /// poll as well. Does nothing on SQLite, where one process owns the database.
    pub fn share_signal(&self, name: &'static str, signal: &Signal) {
        if let Some(notifier) = &self.engine.notifier {
            Notifier::share_signal(notifier, name, signal);
        }
    }

    /// Returns the name of the file without its extension, or of the schema.
    pub fn name(&self) -> &str {
        &self.engine.counters.name
    }

    /// Returns the counters of the database since it was opened.
    pub fn stats(&self) -> DbStats {
        self.engine.counters.stats()
    }
}
