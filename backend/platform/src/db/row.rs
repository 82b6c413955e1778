//! One row of a result, whose columns are read by name.

use ticketing_sdk::{Money, Timestamp};

use super::DbError;
use crate::error_chain::error_chain;

/// One row of a result.
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
        let failed = |error: String| DbError::Statement(format!("column {column}: {error}"));
        match self.row {
            Source::Sqlite(row) => row.get(column).map_err(|error| failed(error.to_string())),
            Source::Postgres(row) => row.try_get(column).map_err(|error| failed(error_chain(&error))),
        }
    }

    /// Reads a TEXT column.
    ///
    /// # Errors
    /// If the column does not exist, is NULL, or is not text.
    pub fn text(&self, column: &str) -> Result<String, DbError> {
        self.get(column)
    }

    /// Reads a TEXT column that may be NULL.
    ///
    /// # Errors
    /// If the column does not exist or is not text.
    pub fn opt_text(&self, column: &str) -> Result<Option<String>, DbError> {
        self.get(column)
    }

    /// Reads a BIGINT column.
    ///
    /// # Errors
    /// If the column does not exist, is NULL, or is not a number.
    pub fn int(&self, column: &str) -> Result<i64, DbError> {
        self.get(column)
    }

    /// Reads a BIGINT column that may be NULL.
    ///
    /// # Errors
    /// If the column does not exist or is not a number.
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>, DbError> {
        self.get(column)
    }

    /// Reads a BIGINT column that holds 0 or 1.
    ///
    /// # Errors
    /// As for [`int`](Self::int).
    pub fn flag(&self, column: &str) -> Result<bool, DbError> {
        Ok(self.int(column)? != 0)
    }

    /// Reads a BIGINT column of Unix milliseconds.
    ///
    /// # Errors
    /// As for [`int`](Self::int).
    pub fn time(&self, column: &str) -> Result<Timestamp, DbError> {
        self.int(column).map(Timestamp::from_millis)
    }

    /// Reads a BIGINT column of cents.
    ///
    /// # Errors
    /// As for [`int`](Self::int), and when the amount is out of range.
    pub fn money(&self, column: &str) -> Result<Money, DbError> {
        Money::from_cents(self.int(column)?)
            .map_err(|error| DbError::Statement(format!("column {column}: {error}")))
    }

    /// Reads a TEXT column as a type that is stored as text: an identifier, a status.
    ///
    /// # Errors
    /// As for [`text`](Self::text), and when the text cannot be parsed.
    pub fn parse<T: std::str::FromStr>(&self, column: &str) -> Result<T, DbError> {
        let text = self.text(column)?;
        text.parse().map_err(|_| DbError::Statement(format!("column {column} holds {text:?}")))
    }

    /// Reads a TEXT column that may be NULL, as [`parse`](Self::parse).
    ///
    /// # Errors
    /// As for [`parse`](Self::parse).
    pub fn opt_parse<T: std::str::FromStr>(&self, column: &str) -> Result<Option<T>, DbError> {
        let Some(text) = self.opt_text(column)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| DbError::Statement(format!("column {column} holds {text:?}")))
    }
}

impl Row<'_> {
    /// Returns a TEXT column that holds JSON.
    ///
    /// # Errors
    /// As for [`text`](Self::text), and when the text is no JSON of the type.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, DbError> {
        from_json(column, &self.text(column)?)
    }

    /// As [`json`](Self::json), for a column that may be NULL.
    ///
    /// # Errors
    /// As for [`json`](Self::json).
    pub fn opt_json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<Option<T>, DbError> {
        self.opt_text(column)?.map(|text| from_json(column, &text)).transpose()
    }
}

fn from_json<T: serde::de::DeserializeOwned>(column: &str, text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Statement(format!("column {column}: {error}")))
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").finish_non_exhaustive()
    }
}
