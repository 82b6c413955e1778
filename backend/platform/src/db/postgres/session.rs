//! Statements on one PostgreSQL connection.

use std::error::Error;

use postgres::Statement;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::client::{Done, Last};
use super::connection::Connection;
use super::outcome::{doom_of, said};
use crate::db::{Arg, DbError, Row};

/// One connection, inside a transaction.
pub(in crate::db) struct Session<'c> {
    connection: &'c mut Connection,
}

impl<'c> Session<'c> {
    pub(super) fn new(connection: &'c mut Connection) -> Self {
        Self { connection }
    }

    pub(in crate::db) fn execute(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<u64, DbError> {
        let statement = self.prepare(sql, args)?;
        match self.connection.run(&Last::Execute(&statement, &args[..statement.params().len()])) {
            Ok(Done::Changed(changed)) => Ok(changed),
            Ok(_) => Ok(0),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Sends it with the next statement, or with the commit.
    pub(in crate::db) fn execute_deferred(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<(), DbError> {
        let statement = self.prepare(sql, args)?;
        let wanted = statement.params().len();
        self.connection.defer(statement, &args[..wanted]).map_err(|error| self.failed(&error))
    }

    pub(in crate::db) fn query<T>(
        &mut self,
        sql: &str,
        args: &[Arg<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let statement = self.prepare(sql, args)?;
        match self.connection.run(&Last::Query(&statement, &args[..statement.params().len()])) {
            Ok(Done::Rows(rows)) => rows.iter().map(|row| map(&Row::postgres(row))).collect(),
            Ok(_) => Ok(Vec::new()),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// A number that rises with every statement that may have changed something.
    pub(in crate::db) fn changes(&self) -> u64 {
        self.connection.changes
    }

    /// Whether a failed statement has ended what can be done.
    pub(in crate::db) fn is_aborted(&self) -> bool {
        self.connection.aborted || self.connection.doom.is_some()
    }

    /// Makes, undoes or ends a savepoint.
    pub(in crate::db) fn control(&mut self, sql: &str) -> Result<(), DbError> {
        self.must_go_on()?;
        match self.connection.run(&Last::Control(sql)) {
            Ok(_) => {
                if sql.starts_with("ROLLBACK TO") {
                    self.connection.aborted = false;
                }
                Ok(())
            }
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// The statement, with its arguments looked at.
    fn prepare(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<Statement, DbError> {
        self.must_go_on()?;
        let statement = self.connection.statement(sql).map_err(|error| self.failed(&error))?;
        let wanted = statement.params().len();
        let Some(args) = args.get(..wanted) else {
            return Err(DbError::Statement(format!(
                "{} arguments instead of {wanted} for: {sql}",
                args.len()
            )));
        };
        if args.iter().any(|arg| matches!(arg, Arg::Text(text) if text.contains('\0'))) {
            // Refused here, since the server's refusal would end the transaction.
            return Err(DbError::Statement(format!("U+0000 in an argument of: {sql}")));
        }
        if !sql.starts_with("SELECT") {
            self.connection.changes += 1;
        }
        Ok(statement)
    }

    /// After a conflict or a loss everything is run again: what the unit makes of it meanwhile does not count.
    fn must_go_on(&self) -> Result<(), DbError> {
        match self.connection.doom {
            Some(_) => Err(DbError::Unavailable("the transaction will be run again".to_owned())),
            None => Ok(()),
        }
    }

    fn failed(&mut self, error: &postgres::Error) -> DbError {
        self.connection.aborted = true;
        if self.connection.doom.is_none() {
            self.connection.doom = doom_of(error);
        }
        said(error)
    }
}

impl ToSql for Arg<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match *self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *ty == Type::INT8 => number.to_sql(ty, out),
            Self::Int(number) if *ty == Type::INT4 => i32::try_from(number)?.to_sql(ty, out),
            Self::Text(text) if <&str as ToSql>::accepts(ty) => text.to_sql(ty, out),
            Self::Int(_) | Self::Text(_) => Err(format!("{self:?} where a {ty} is expected").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        // Which values fit which type is told where they are written.
        true
    }

    to_sql_checked!();
}
