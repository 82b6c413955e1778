//! The identity of a SQLite file: another file with the same tables has another one.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::open_error;
use crate::db::OpenError;

/// Reads the identity of a database file: the time at which its first migration was applied, which no later change
/// moves. `None` for a file without tables of ours. Nothing is created.
///
/// # Errors
/// If the file is not there or is no database.
pub fn file_identity(path: &Path) -> Result<Option<String>, OpenError> {
    let read = || -> rusqlite::Result<Option<String>> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        let oldest = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'migrations\\_%' ESCAPE '\\' \
                      ORDER BY rowid LIMIT 1";
        let history: Option<String> = connection.query_row(oldest, [], |row| row.get(0)).optional()?;
        let Some(history) = history else { return Ok(None) };
        let first = format!("SELECT applied_on FROM \"{history}\" ORDER BY version LIMIT 1");
        connection.query_row(&first, [], |row| row.get(0)).optional()
    };
    read().map_err(|error| open_error(path, &error))
}
