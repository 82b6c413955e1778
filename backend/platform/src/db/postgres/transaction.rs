//! Statements on one PostgreSQL connection.

use std::error::Error;

use postgres::Statement;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::client::params;
use super::connection::Connection;
use super::retry_reason::{RetryReason, map_error};
use crate::db::{Arg, DbError, Row};

/// The transaction of one connection.
pub(in crate::db) struct PostgresTransaction<'c> {
    connection: &'c mut Connection,
}

impl<'c> PostgresTransaction<'c> {
    pub(in crate::db) fn new(connection: &'c mut Connection) -> Self {
        Self { connection }
    }

    pub(in crate::db) fn execute(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<u64, DbError> {
        let (statement, args) = self.prepare(sql, args)?;
        self.run(async |client| client.execute(&statement, &params(args)).await)
    }

    /// Sends a statement with the next one, or with the commit.
    pub(in crate::db) fn execute_deferred(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<(), DbError> {
        let (statement, args) = self.prepare(sql, args)?;
        self.connection.defer(statement, args).map_err(|error| self.record_error(&error))
    }

    pub(in crate::db) fn query<T>(
        &mut self,
        sql: &str,
        args: &[Arg<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let (statement, args) = self.prepare(sql, args)?;
        let rows = self.run(async |client| client.query(&statement, &params(args)).await)?;
        rows.iter().map(|row| map(&Row::postgres(row))).collect()
    }

    /// Returns a number that rises with every statement that may change rows.
    pub(in crate::db) fn changes(&self) -> u64 {
        self.connection.changes
    }

    /// Returns whether a failed statement has aborted the transaction.
    pub(in crate::db) fn is_aborted(&self) -> bool {
        self.connection.is_aborted || self.connection.retry_reason.is_some()
    }

    /// Creates, rolls back to, or releases a savepoint.
    pub(in crate::db) fn control(&mut self, sql: &str) -> Result<(), DbError> {
        self.ensure_not_retried()?;
        self.run(async |client| client.batch_execute(sql).await)?;
        if sql.starts_with("ROLLBACK TO") {
            self.connection.is_aborted = false;
        }
        Ok(())
    }

    fn run<T>(
        &mut self,
        request: impl AsyncFnOnce(&tokio_postgres::Client) -> Result<T, postgres::Error>,
    ) -> Result<T, DbError> {
        self.connection.run(request).map_err(|error| self.record_error(&error))
    }

    /// Prepares a statement. Returns it with its arguments, which are checked.
    fn prepare<'a>(&mut self, sql: &str, args: &'a [Arg<'a>]) -> Result<(Statement, &'a [Arg<'a>]), DbError> {
        self.ensure_not_retried()?;
        let statement = self.connection.statement(sql).map_err(|error| self.record_error(&error))?;
        let count = statement.params().len();
        let Some(args) = args.get(..count) else {
            return Err(DbError::Statement(format!(
                "{} arguments instead of {count} for: {sql}",
                args.len()
            )));
        };
        if args.iter().any(|arg| matches!(arg, Arg::Text(text) if text.contains('\0'))) {
            // Refused here, because an error of the server would abort the transaction.
            return Err(DbError::Statement(format!("U+0000 in an argument of: {sql}")));
        }
        if !sql.starts_with("SELECT") {
            self.connection.changes += 1;
        }
        Ok((statement, args))
    }

    /// Refuses further statements of a transaction that will be run again.
    fn ensure_not_retried(&self) -> Result<(), DbError> {
        match self.connection.retry_reason {
            Some(_) => Err(DbError::Unavailable("the transaction will be run again".to_owned())),
            None => Ok(()),
        }
    }

    /// Records that the transaction is aborted. Returns the error of the database.
    fn record_error(&mut self, error: &postgres::Error) -> DbError {
        self.connection.is_aborted = true;
        if self.connection.retry_reason.is_none() {
            self.connection.retry_reason = RetryReason::from_error(error);
        }
        map_error(error)
    }
}

impl ToSql for Arg<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *ty == Type::INT8 => number.to_sql(ty, out),
            Self::Int(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
            Self::Text(text) if <&str as ToSql>::accepts(ty) => text.to_sql(ty, out),
            Self::Int(_) | Self::Text(_) => Err(format!("{self:?} where a {ty} is expected").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        // `to_sql` checks the type of each value.
        true
    }

    to_sql_checked!();
}
