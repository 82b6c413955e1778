//! One row of a result, whose columns are read by name.

use std::cell::Cell;

use rusqlite::Statement;
use serde_json::Value;
use ticketing_sdk::{
    CancelReason, DoubleAdmission, Money, OrderId, OrderStatus, PassId, PassStatus, PaymentId, PaymentStatus,
    TicketDetails, TicketId, TicketStatus, Timestamp, UserId,
};

use super::DbError;
use crate::error_chain::error_chain;

/// One row of a result.
pub struct Row<'r> {
    row: Source<'r>,
    /// The column after the last one that was read: most columns are read in their order.
    next: Cell<usize>,
}

enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r ::postgres::Row),
}

impl<'r> Row<'r> {
    pub(super) fn sqlite(row: &'r rusqlite::Row<'r>) -> Self {
        Self { row: Source::Sqlite(row), next: Cell::new(0) }
    }

    pub(super) fn postgres(row: &'r ::postgres::Row) -> Self {
        Self { row: Source::Postgres(row), next: Cell::new(0) }
    }

    /// Reads a column of any type that columns store: text and numbers, times, amounts, identifiers, statuses, JSON, and
    /// an `Option` of them where it may be NULL.
    ///
    /// # Errors
    /// If the column does not exist or holds another type; NULL, unless the type is an `Option`.
    pub fn column<T: Column>(&self, column: &str) -> Result<T, DbError> {
        let stored = self.get(column)?;
        T::from_stored(stored).map_err(|error| DbError::Statement(format!("column {column}: {error}")))
    }

    fn get<T: ColumnValue>(&self, column: &str) -> Result<T, DbError> {
        let failed = |error: String| DbError::Statement(format!("column {column}: {error}"));
        match self.row {
            Source::Sqlite(row) => {
                let index = self.index(row, column).map_err(|error| failed(error.to_string()))?;
                row.get(index).map_err(|error| failed(error.to_string()))
            }
            Source::Postgres(row) => row.try_get(column).map_err(|error| failed(error_chain(&error))),
        }
    }

    /// Returns the place of a column, which SQLite knows by comparing the names of all columns before it.
    fn index(&self, row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<usize> {
        let (statement, next): (&Statement<'_>, _) = (row.as_ref(), self.next.get());
        let index = match statement.column_name(next) {
            Ok(name) if name == column => next,
            _ => statement.column_index(column)?,
        };
        self.next.set(index + 1);
        Ok(index)
    }

    /// Reads a TEXT column.
    ///
    /// # Errors
    /// If the column does not exist, is NULL, or is not text.
    pub fn text(&self, column: &str) -> Result<String, DbError> {
        self.get(column)
    }

    /// Reads a BIGINT column.
    ///
    /// # Errors
    /// If the column does not exist, is NULL, or is not a number.
    pub fn int(&self, column: &str) -> Result<i64, DbError> {
        self.get(column)
    }
}

/// A form in which the databases store values: TEXT as `String`, BIGINT as `i64`, or an `Option` of these.
pub trait ColumnValue: rusqlite::types::FromSql + for<'a> ::postgres::types::FromSql<'a> {}

impl<T: rusqlite::types::FromSql + for<'a> ::postgres::types::FromSql<'a>> ColumnValue for T {}

/// A type that a column stores.
pub trait Column: Sized {
    /// Its form in the databases.
    type Stored: ColumnValue;

    /// Converts the stored form.
    ///
    /// # Errors
    /// What is wrong with it.
    fn from_stored(stored: Self::Stored) -> Result<Self, String>;
}

impl<T: Column> Column for Option<T> {
    type Stored = Option<T::Stored>;

    fn from_stored(stored: Self::Stored) -> Result<Self, String> {
        stored.map(T::from_stored).transpose()
    }
}

/// Implements [`Column`] for types with this stored form.
#[macro_export]
macro_rules! columns {
    ($stored:ty: $($type:ty),+ => $from_stored:expr) => {
        $(impl $crate::db::Column for $type {
            type Stored = $stored;

            fn from_stored(stored: Self::Stored) -> Result<Self, String> {
                $from_stored(stored)
            }
        })+
    };
}

columns!(String: String => Ok);
columns!(i64: i64 => Ok);
columns!(i64: bool => |stored: i64| Ok(stored != 0));
columns!(i64: Timestamp => |stored| Ok(Self::from_millis(stored)));
columns!(i64: Money => |cents| Self::from_cents(cents).map_err(|error| error.to_string()));
columns!(
    String: CancelReason, OrderId, OrderStatus, PassId, PassStatus, PaymentId, PaymentStatus, TicketId, TicketStatus, UserId
        => |text: String| text.parse().map_err(|_| format!("{text:?} is stored"))
);
columns!(
    String: TicketDetails, Value, Vec<DoubleAdmission>
        => |text: String| serde_json::from_str(&text).map_err(|error| error.to_string())
);

/// Reads the columns of a row into the fields of a struct that have their names.
#[macro_export]
macro_rules! read_row {
    ($row:ident => $type:tt { $($field:ident $(: $value:expr)?),+ $(,)? }) => {
        Ok::<_, $crate::db::DbError>($type { $($field: $crate::read_row!(@field $row $field $($value)?)),+ })
    };
    (@field $row:ident $field:ident) => { $row.column(stringify!($field))? };
    (@field $row:ident $field:ident $value:expr) => { $value };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_in_any_order() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        let read = |columns: &[&str]| -> Vec<i64> {
            let query = connection.query_row("SELECT 1 AS a, 2 AS b, 3 AS c", [], |row| {
                let row = Row::sqlite(row);
                Ok(columns.iter().map(|column| row.int(column).unwrap_or(0)).collect())
            });
            query.unwrap()
        };
        assert_eq!(read(&["a", "b", "c"]), [1, 2, 3]);
        assert_eq!(read(&["c", "a", "b", "b", "c", "c", "none", "b"]), [3, 1, 2, 2, 3, 3, 0, 2]);
    }
}
