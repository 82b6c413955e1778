//! One transaction, as a unit of work sees it.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, ffi};

use super::{Arg, DbError, Row};
use crate::signal::Signal;

/// One transaction. Statements are cached by their text.
pub struct Tx<'c> {
    connection: &'c Connection,
    bells: Vec<Signal>,
    mode: Mode,
    /// Something that failed has left changes behind, and only a savepoint could have undone them.
    spoiled: bool,
}

/// What a failure inside a transaction costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// No savepoint is made: most units that fail have changed nothing by then. One that has spoils the transaction,
    /// which is then rolled back and run again, carefully. Savepoints copy every page they touch.
    Hopeful,
    /// Everything that may fail is in a savepoint of its own.
    Careful,
}

impl<'c> Tx<'c> {
    pub(super) fn new(connection: &'c Connection, mode: Mode) -> Self {
        Self { connection, bells: Vec::new(), mode, spoiled: false }
    }

    /// Whether the transaction can only be rolled back.
    pub(super) fn is_spoiled(&self) -> bool {
        self.spoiled
    }

    /// Runs a statement and answers how many rows it changed.
    ///
    /// # Errors
    /// [`DbError::Unique`] where a unique index refused a row; otherwise what the database said.
    pub fn execute(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<u64, DbError> {
        let mut statement = self.prepare(sql, args)?;
        // A statement with RETURNING is stepped as a query; its rows are not wanted here.
        let changed = statement.raw_execute().map_err(said)?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    /// Runs a statement and maps each row of its answer.
    ///
    /// # Errors
    /// As for [`execute`](Self::execute), and what `map` returned.
    pub fn query<T>(
        &mut self,
        sql: &str,
        args: &[Arg<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let mut statement = self.prepare(sql, args)?;
        let mut rows = statement.raw_query();
        let mut answer = Vec::new();
        while let Some(row) = rows.next().map_err(said)? {
            answer.push(map(&Row::new(row))?);
        }
        Ok(answer)
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
        let before = self.connection.total_changes();
        if self.mode == Mode::Hopeful {
            let outcome = unit(self);
            self.spoiled |= outcome.is_err() && self.connection.total_changes() != before;
            return outcome;
        }
        self.execute("SAVEPOINT unit", &[])?;
        let outcome = unit(self);
        if outcome.is_err() {
            self.execute("ROLLBACK TO unit", &[])?;
        }
        self.execute("RELEASE unit", &[])?;
        outcome
    }

    /// Rings `signal` once this transaction is committed, and not before.
    pub fn ring_on_commit(&mut self, signal: &Signal) {
        if !self.bells.iter().any(|bell| bell.same(signal)) {
            self.bells.push(signal.clone());
        }
    }

    /// Rings what was asked for, after the commit.
    pub(super) fn ring(self) {
        for bell in &self.bells {
            bell.ring();
        }
    }

    fn prepare(&self, sql: &str, args: &[Arg<'_>]) -> Result<rusqlite::CachedStatement<'c>, DbError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(said)?;
        // SQLite numbers `$n` by first appearance, so arguments are bound by the number in the name.
        for index in 1..=statement.parameter_count() {
            let number =
                statement.parameter_name(index).and_then(|name| name.get(1..)?.parse::<usize>().ok());
            let arg = number
                .and_then(|number| args.get(number.checked_sub(1)?))
                .ok_or_else(|| DbError::Statement(format!("no argument for parameter {index} of: {sql}")))?;
            statement.raw_bind_parameter(index, arg).map_err(said)?;
        }
        Ok(statement)
    }
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}

impl ToSql for Arg<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Null => ValueRef::Null,
        }))
    }
}

/// Translates what SQLite said.
#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
pub(super) fn said(error: rusqlite::Error) -> DbError {
    let rusqlite::Error::SqliteFailure(failure, message) = &error else {
        return DbError::Statement(error.to_string());
    };
    let text = message.clone().unwrap_or_else(|| failure.to_string());
    match failure.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE => DbError::Unique { constraint: index_name(&text) },
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY => {
            let index = index_name(&text);
            let table = text.rsplit(": ").next().and_then(|columns| columns.split('.').next());
            DbError::Unique { constraint: table.map_or(index, |table| format!("{table}_pkey")) }
        }
        _ => match failure.code {
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::OutOfMemory
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase => DbError::Unavailable(text),
            _ => DbError::Statement(text),
        },
    }
}

/// `UNIQUE constraint failed: orders.ticket_id` names the index `orders_ticket_id`.
fn index_name(message: &str) -> String {
    let columns = message.rsplit(": ").next().unwrap_or(message);
    let mut names = columns.split(", ").filter_map(|column| column.split_once('.'));
    let Some((table, first)) = names.next() else { return columns.to_owned() };
    names.fold(format!("{table}_{first}"), |name, (_, column)| format!("{name}_{column}"))
}
