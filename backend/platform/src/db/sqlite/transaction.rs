//! Statements on one SQLite connection.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ffi};

use super::advice;
use crate::db::error_class::{ErrorClass, classify_sqlite};
use crate::db::{Arg, DbError, Row};

pub(in crate::db) fn execute(connection: &Connection, sql: &str, args: &[Arg<'_>]) -> Result<u64, DbError> {
    let mut statement = prepare(connection, sql, args)?;
    // A statement with RETURNING is stepped as a query; its rows are discarded here.
    let changed = statement.raw_execute().map_err(map_error)?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

pub(in crate::db) fn query<T>(
    connection: &Connection,
    sql: &str,
    args: &[Arg<'_>],
    mut map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
) -> Result<Vec<T>, DbError> {
    let mut statement = prepare(connection, sql, args)?;
    let mut rows = statement.raw_query();
    let mut results = Vec::new();
    while let Some(row) = rows.next().map_err(map_error)? {
        results.push(map(&Row::sqlite(row))?);
    }
    Ok(results)
}

fn prepare<'c>(
    connection: &'c Connection,
    sql: &str,
    args: &[Arg<'_>],
) -> Result<CachedStatement<'c>, DbError> {
    // If the disk is full or cannot be read, SQLite rolls the transaction back. A further statement would commit on
    // its own.
    if connection.is_autocommit() && !sql.starts_with("BEGIN") {
        return Err(DbError::Unavailable("the transaction was rolled back by SQLite".to_owned()));
    }
    let mut statement = connection.prepare_cached(sql).map_err(map_error)?;
    // SQLite numbers `$n` by first appearance, so arguments are bound by the number in the name.
    for index in 1..=statement.parameter_count() {
        let number = statement.parameter_name(index).and_then(|name| name.get(1..)?.parse::<usize>().ok());
        let arg = number
            .and_then(|number| args.get(number.checked_sub(1)?))
            .ok_or_else(|| DbError::Statement(format!("no argument for parameter {index} of: {sql}")))?;
        statement.raw_bind_parameter(index, arg).map_err(map_error)?;
    }
    Ok(statement)
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

/// Maps an error of SQLite.
#[expect(clippy::needless_pass_by_value, reason = "it is passed to map_err")]
pub(in crate::db) fn map_error(error: rusqlite::Error) -> DbError {
    let rusqlite::Error::SqliteFailure(failure, message) = &error else {
        return DbError::Statement(error.to_string());
    };
    let text = message.clone().unwrap_or_else(|| failure.to_string());
    match classify_sqlite(failure.extended_code) {
        ErrorClass::UniqueViolation if failure.extended_code == ffi::SQLITE_CONSTRAINT_PRIMARYKEY => {
            let index = index_name(&text);
            let table = text.rsplit(": ").next().and_then(|columns| columns.split('.').next());
            DbError::Unique { constraint: table.map_or(index, |table| format!("{table}_pkey")) }
        }
        ErrorClass::UniqueViolation => DbError::Unique { constraint: index_name(&text) },
        ErrorClass::Statement | ErrorClass::StaleStatement => DbError::Statement(text),
        ErrorClass::ConnectionLost
        | ErrorClass::ReadOnly
        | ErrorClass::Conflict
        | ErrorClass::Unavailable => DbError::Unavailable(text + advice(failure.code)),
    }
}

/// `UNIQUE constraint failed: orders.ticket_id` names the index `orders_ticket_id`.
fn index_name(message: &str) -> String {
    let columns = message.rsplit(": ").next().unwrap_or(message);
    let mut names = columns.split(", ").filter_map(|column| column.split_once('.'));
    let Some((table, first)) = names.next() else { return columns.to_owned() };
    names.fold(format!("{table}_{first}"), |name, (_, column)| format!("{name}_{column}"))
}
