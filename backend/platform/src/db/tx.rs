//! One transaction of either database, as a unit of work uses it.

use rusqlite::Connection;

use super::{Arg, DbError, Dialect, Row, postgres, sqlite};
use crate::signal::Signal;

/// One transaction. Statements are cached by their text.
pub struct Tx<'c> {
    transaction: DbTransaction<'c>,
    /// The signals to notify after the commit.
    signals: Vec<Signal>,
    mode: Mode,
    /// A part that failed left changes behind, which only a savepoint could have undone.
    needs_rerun: bool,
    /// The number of changes of the transaction before the current unit.
    changes_before: u64,
    has_met_outage: bool,
}

/// The connection that a transaction runs on.
pub(super) enum DbTransaction<'c> {
    Sqlite(&'c Connection),
    Postgres(&'c mut postgres::Connection),
}

/// How a transaction undoes a part of it that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// No savepoint is made: most units that fail have changed nothing before. After one that has, the transaction is
    /// rolled back and run again with savepoints. Savepoints copy every page they touch on SQLite, and are two more
    /// round trips on PostgreSQL.
    Optimistic,
    /// Each part that may fail has its own savepoint.
    WithSavepoints,
}

impl<'c> Tx<'c> {
    pub(super) fn new(transaction: DbTransaction<'c>, mode: Mode) -> Self {
        let changes_before = transaction.changes();
        Self {
            transaction,
            signals: Vec::new(),
            mode,
            needs_rerun: false,
            changes_before,
            has_met_outage: false,
        }
    }

    /// Returns whether an outage of the database stopped a statement of the current unit.
    pub(super) fn has_met_outage(&self) -> bool {
        self.has_met_outage
    }

    /// Returns whether a statement of the current unit has changed rows.
    pub(super) fn has_written(&self) -> bool {
        self.transaction.changes() != self.changes_before
    }

    /// Begins the next unit of a group that is committed together.
    pub(super) fn begin_unit(&mut self) {
        self.changes_before = self.transaction.changes();
        self.has_met_outage = false;
    }

    fn note_outage<T>(&mut self, outcome: Result<T, DbError>) -> Result<T, DbError> {
        self.has_met_outage |= outcome.as_ref().is_err_and(DbError::is_outage);
        outcome
    }

    /// Returns whether the transaction must be rolled back and run again with savepoints.
    pub(super) fn needs_rerun(&self) -> bool {
        self.needs_rerun
    }

    /// Returns the SQL dialect of the database.
    pub fn dialect(&self) -> Dialect {
        match self.transaction {
            DbTransaction::Sqlite(_) => Dialect::Sqlite,
            DbTransaction::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement. Returns the number of rows that it changed.
    ///
    /// # Errors
    /// [`DbError::Unique`] if a unique index refuses a row; otherwise the mapped error of the database.
    pub fn execute(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<u64, DbError> {
        let outcome = match &mut self.transaction {
            DbTransaction::Sqlite(connection) => sqlite::execute(connection, sql, args),
            DbTransaction::Postgres(connection) => connection.execute(sql, args),
        };
        self.note_outage(outcome)
    }

    /// Runs a statement whose outcome the unit does not need. On PostgreSQL it is sent with the next statement or the
    /// commit. If it fails there, the unit is run again, and this method returns the failure.
    ///
    /// # Errors
    /// As for [`execute`](Self::execute).
    pub fn execute_deferred(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<(), DbError> {
        match (&mut self.transaction, self.mode) {
            (DbTransaction::Postgres(connection), Mode::Optimistic) => {
                let outcome = connection.execute_deferred(sql, args);
                self.note_outage(outcome)
            }
            _ => self.execute(sql, args).map(drop),
        }
    }

    /// Runs a statement and maps each row of its result.
    ///
    /// # Errors
    /// As for [`execute`](Self::execute), and the errors of `map`.
    pub fn query<T>(
        &mut self,
        sql: &str,
        args: &[Arg<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let outcome = match &mut self.transaction {
            DbTransaction::Sqlite(connection) => sqlite::query(connection, sql, args, map),
            DbTransaction::Postgres(connection) => connection.query(sql, args, map),
        };
        self.note_outage(outcome)
    }

    /// Runs a statement that returns one row at most.
    ///
    /// # Errors
    /// As for [`query`](Self::query); more than one row is an error.
    pub fn query_opt<T>(
        &mut self,
        sql: &str,
        args: &[Arg<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Option<T>, DbError> {
        let mut rows = self.query(sql, args, map)?;
        if rows.len() > 1 {
            return Err(DbError::Statement(format!("{} rows where one was expected: {sql}", rows.len())));
        }
        Ok(rows.pop())
    }

    /// Runs a statement that returns exactly one row.
    ///
    /// # Errors
    /// As for [`query`](Self::query); no row or more than one is an error.
    pub fn query_one<T>(
        &mut self,
        sql: &str,
        args: &[Arg<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        self.query_opt(sql, args, map)?
            .ok_or_else(|| DbError::Statement(format!("no row where one was expected: {sql}")))
    }

    /// Runs `unit` as a part of this transaction. An `Err` undoes the changes of `unit`, and no others.
    ///
    /// # Errors
    /// The error of the unit, or that of the database.
    pub fn savepoint<T, E: From<DbError>>(
        &mut self,
        unit: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let (changes, signals) = (self.transaction.changes(), self.signals.len());
        if self.mode == Mode::Optimistic {
            let outcome = unit(self);
            if outcome.is_err() {
                let changed_nothing = self.transaction.changes() == changes && !self.transaction.is_aborted();
                self.needs_rerun |= !changed_nothing;
                self.signals.truncate(signals);
            }
            return outcome;
        }
        self.transaction.control("SAVEPOINT unit")?;
        let outcome = unit(self);
        if outcome.is_err() {
            self.signals.truncate(signals);
            self.transaction.control("ROLLBACK TO unit")?;
        }
        self.transaction.control("RELEASE unit")?;
        outcome
    }

    /// Notifies `signal` after the commit of this transaction.
    pub fn notify_on_commit(&mut self, signal: &Signal) {
        if !self.signals.iter().any(|known| known.is_same(signal)) {
            self.signals.push(signal.clone());
        }
    }

    /// Returns the signals to notify after the commit.
    pub(super) fn into_signals(self) -> Vec<Signal> {
        self.signals
    }
}

impl DbTransaction<'_> {
    /// Returns a number that rises with every change.
    fn changes(&self) -> u64 {
        match self {
            Self::Sqlite(connection) => connection.total_changes(),
            Self::Postgres(connection) => connection.changes(),
        }
    }

    /// Returns whether a failed statement has aborted the transaction: on PostgreSQL only a rollback to a savepoint
    /// revives it.
    fn is_aborted(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(connection) => connection.is_aborted(),
        }
    }

    fn control(&mut self, sql: &str) -> Result<(), DbError> {
        match self {
            Self::Sqlite(connection) => sqlite::execute(connection, sql, &[]).map(drop),
            Self::Postgres(connection) => connection.control(sql),
        }
    }
}
