//! Statements on one PostgreSQL connection.

use std::error::Error;

use postgres::Statement;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::client::params;
use super::connection::Connection;
use crate::db::{Arg, DbError, Row};

impl Connection {
    pub(in crate::db) fn execute(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<u64, DbError> {
        let (statement, args) = self.prepare(sql, args)?;
        self.run(async |client| client.execute(&statement, &params(args)).await)
    }

    /// Sends a statement with the next one, or with the commit.
    pub(in crate::db) fn execute_deferred(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<(), DbError> {
        let (statement, args) = self.prepare(sql, args)?;
        self.defer(statement, args)
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

    /// Creates, rolls back to, or releases a savepoint.
    pub(in crate::db) fn control(&mut self, sql: &str) -> Result<(), DbError> {
        self.ensure_not_rerun()?;
        self.run(async |client| client.batch_execute(sql).await)?;
        if sql.starts_with("ROLLBACK TO") {
            self.has_failed = false;
        }
        Ok(())
    }

    /// Prepares a statement. Returns it with its arguments, which are checked.
    fn prepare<'a>(&mut self, sql: &str, args: &'a [Arg<'a>]) -> Result<(Statement, &'a [Arg<'a>]), DbError> {
        self.ensure_not_rerun()?;
        let statement = self.statement(sql)?;
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
            self.changes += 1;
        }
        Ok((statement, args))
    }

    /// Refuses further statements of a transaction that will be run again.
    fn ensure_not_rerun(&self) -> Result<(), DbError> {
        match self.run_error {
            Some(_) => Err(DbError::Unavailable("the transaction will be run again".to_owned())),
            None => Ok(()),
        }
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
