//! One transaction, as a unit of work sees it, whichever database is behind it.

use super::{Arg, DbError, Dialect, Row, postgres, sqlite};
use crate::signal::Signal;

/// One transaction. Statements are cached by their text.
pub struct Tx<'c> {
    session: Session<'c>,
    bells: Vec<Signal>,
    mode: Mode,
    /// Something that failed has left changes behind, and only a savepoint could have undone them.
    spoiled: bool,
}

/// The connection that a transaction runs on.
pub(super) enum Session<'c> {
    Sqlite(sqlite::Session<'c>),
    Postgres(postgres::Session<'c>),
}

/// What a failure inside a transaction costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// No savepoint is made: most units that fail have changed nothing by then. One that has spoils the transaction,
    /// which is then rolled back and run again, carefully. Savepoints copy every page they touch on SQLite, and are
    /// two more round trips on PostgreSQL.
    Hopeful,
    /// Everything that may fail is in a savepoint of its own.
    Careful,
}

impl<'c> Tx<'c> {
    pub(super) fn new(session: Session<'c>, mode: Mode) -> Self {
        Self { session, bells: Vec::new(), mode, spoiled: false }
    }

    /// Whether the transaction can only be rolled back.
    pub(super) fn is_spoiled(&self) -> bool {
        self.spoiled
    }

    /// How the database behind this transaction writes what the two of them write differently.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.session {
            Session::Sqlite(_) => Dialect::Sqlite,
            Session::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement and answers how many rows it changed.
    ///
    /// # Errors
    /// [`DbError::Unique`] where a unique index refused a row; otherwise what the database said.
    pub fn execute(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<u64, DbError> {
        match &mut self.session {
            Session::Sqlite(session) => session.execute(sql, args),
            Session::Postgres(session) => session.execute(sql, args),
        }
    }

    /// Runs a statement by whose outcome the unit decides nothing. Where the way to the database is long, it is sent with
    /// the next statement or the commit; should it fail there, the unit is run again and hears of it here.
    ///
    /// # Errors
    /// As for [`execute`](Self::execute).
    pub fn execute_deferred(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<(), DbError> {
        match (&mut self.session, self.mode) {
            (Session::Postgres(session), Mode::Hopeful) => session.execute_deferred(sql, args),
            _ => self.execute(sql, args).map(drop),
        }
    }

    /// Runs a statement and maps each row of its answer.
    ///
    /// # Errors
    /// As for [`execute`](Self::execute), and what `map` returned.
    pub fn query<T>(
        &mut self,
        sql: &str,
        args: &[Arg<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        match &mut self.session {
            Session::Sqlite(session) => session.query(sql, args, map),
            Session::Postgres(session) => session.query(sql, args, map),
        }
    }

    /// Runs a statement that answers one row at most.
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

    /// Runs a statement that answers exactly one row.
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

    /// Runs `unit` inside this transaction so that an `Err` undoes what it did, and only that.
    ///
    /// # Errors
    /// What the unit returned, or what the database said.
    pub fn savepoint<T, E: From<DbError>>(
        &mut self,
        unit: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let (before, bells) = (self.session.changes(), self.bells.len());
        if self.mode == Mode::Hopeful {
            let outcome = unit(self);
            if outcome.is_err() {
                let undone = self.session.changes() == before && !self.session.is_aborted();
                self.spoiled |= !undone;
                self.bells.truncate(bells);
            }
            return outcome;
        }
        self.session.control("SAVEPOINT unit")?;
        let outcome = unit(self);
        if outcome.is_err() {
            self.bells.truncate(bells);
            self.session.control("ROLLBACK TO unit")?;
        }
        self.session.control("RELEASE unit")?;
        outcome
    }

    /// Rings `signal` once this transaction is committed, and not before.
    pub fn notify_on_commit(&mut self, signal: &Signal) {
        if !self.bells.iter().any(|bell| bell.is_same(signal)) {
            self.bells.push(signal.clone());
        }
    }

    /// What is to be rung after the commit.
    pub(super) fn into_bells(self) -> Vec<Signal> {
        self.bells
    }
}

impl Session<'_> {
    /// A number that rises with every change.
    fn changes(&self) -> u64 {
        match self {
            Self::Sqlite(session) => session.changes(),
            Self::Postgres(session) => session.changes(),
        }
    }

    /// Whether a failed statement has ended what can be done: on PostgreSQL only a savepoint brings it back.
    fn is_aborted(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(session) => session.is_aborted(),
        }
    }

    fn control(&mut self, sql: &str) -> Result<(), DbError> {
        match self {
            Self::Sqlite(session) => session.execute(sql, &[]).map(drop),
            Self::Postgres(session) => session.control(sql),
        }
    }
}

impl<'c> From<sqlite::Session<'c>> for Session<'c> {
    fn from(session: sqlite::Session<'c>) -> Self {
        Self::Sqlite(session)
    }
}

impl<'c> From<postgres::Session<'c>> for Session<'c> {
    fn from(session: postgres::Session<'c>) -> Self {
        Self::Postgres(session)
    }
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}
