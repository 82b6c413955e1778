//! One row of an answer, its columns read by name.

use ticketing_sdk::{Money, Timestamp};

use super::DbError;

/// One row of an answer.
pub struct Row<'r> {
    row: Source<'r>,
}

enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r ::postgres::Row),
}

impl<'r> Row<'r> {
    pub(super) fn sqlite(row: &'r rusqlite::Row<'r>) -> Self {
        Self { row: Source::Sqlite(row) }
    }

    pub(super) fn postgres(row: &'r ::postgres::Row) -> Self {
        Self { row: Source::Postgres(row) }
    }

    fn get<T>(&self, column: &str) -> Result<T, DbError>
    where
        T: rusqlite::types::FromSql + for<'a> ::postgres::types::FromSql<'a>,
    {
        let said = |error: String| DbError::Statement(format!("column {column}: {error}"));
        match self.row {
            Source::Sqlite(row) => row.get(column).map_err(|error| said(error.to_string())),
            Source::Postgres(row) => row.try_get(column).map_err(|error| said(super::chain(&error))),
        }
    }

    /// A TEXT column.
    ///
    /// # Errors
    /// When there is no such column, it is empty, or it is not text.
    pub fn text(&self, column: &str) -> Result<String, DbError> {
        self.get(column)
    }

    /// A TEXT column that may be empty.
    ///
    /// # Errors
    /// When there is no such column or it is not text.
    pub fn opt_text(&self, column: &str) -> Result<Option<String>, DbError> {
        self.get(column)
    }

    /// A BIGINT column.
    ///
    /// # Errors
    /// When there is no such column, it is empty, or it is not a number.
    pub fn int(&self, column: &str) -> Result<i64, DbError> {
        self.get(column)
    }

    /// A BIGINT column that may be empty.
    ///
    /// # Errors
    /// When there is no such column or it is not a number.
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>, DbError> {
        self.get(column)
    }

    /// A BIGINT column that holds 0 or 1.
    ///
    /// # Errors
    /// As for [`int`](Self::int).
    pub fn flag(&self, column: &str) -> Result<bool, DbError> {
        Ok(self.int(column)? != 0)
    }

    /// A BIGINT column of unix milliseconds.
    ///
    /// # Errors
    /// As for [`int`](Self::int).
    pub fn time(&self, column: &str) -> Result<Timestamp, DbError> {
        self.int(column).map(Timestamp::from_millis)
    }

    /// A BIGINT column of cents.
    ///
    /// # Errors
    /// As for [`int`](Self::int), and when the amount is out of range.
    pub fn money(&self, column: &str) -> Result<Money, DbError> {
        Money::from_cents(self.int(column)?)
            .map_err(|error| DbError::Statement(format!("column {column}: {error}")))
    }

    /// A TEXT column of a type that is written as text: an identifier, a status.
    ///
    /// # Errors
    /// As for [`text`](Self::text), and when the text is none of the type's.
    pub fn parse<T: std::str::FromStr>(&self, column: &str) -> Result<T, DbError> {
        let text = self.text(column)?;
        text.parse().map_err(|_| DbError::Statement(format!("column {column} holds {text:?}")))
    }

    /// The same for a column that may be empty.
    ///
    /// # Errors
    /// As for [`parse`](Self::parse).
    pub fn opt_parse<T: std::str::FromStr>(&self, column: &str) -> Result<Option<T>, DbError> {
        let Some(text) = self.opt_text(column)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| DbError::Statement(format!("column {column} holds {text:?}")))
    }
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").finish_non_exhaustive()
    }
}
