//! SQLite: the connections to a file, the files of a database, and their copies.

mod copy;
mod files;
mod identity;
mod read_only;
mod transaction;

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::OpenError;
pub use copy::{CopyError, copy_together};
pub(super) use files::Files;
use files::LOG_LIMIT;
pub use identity::file_identity;
pub(super) use read_only::connect as connect_read_only;
use transaction::map_error;
pub(super) use transaction::{execute, query};

const STATEMENT_CACHE: usize = 128;
/// The pages of 4 KiB in the write-ahead log after which they are written back. Fewer, larger checkpoints delay the writer
/// less, and the logs of all databases of a folder take room that small disks do not have.
const CHECKPOINT_PAGES: u32 = 1000;
/// How long a commit waits for another connection.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the writer waits for readers before it leaves the log as it is.
const CHECKPOINT_TIMEOUT: Duration = Duration::from_millis(200);

pub(super) fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        connection.pragma_update(None, "journal_size_limit", LOG_LIMIT.cast_signed())?;
        enable_query_planner_stability(&connection)?;
        Ok(connection)
    };
    open().map_err(|error| open_error(path, &error))
}

/// Makes the plans of cached statements independent of their arguments. Otherwise SQLite prepares a statement again for each new
/// argument of a range or a limit, which takes longer than most statements.
fn enable_query_planner_stability(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

/// Opens connections that only read. Each has read the database, so that all of its files exist.
pub(super) fn connect_readers(path: &Path, count: usize) -> Result<Vec<Connection>, OpenError> {
    let connect = || {
        let connection = connect(path, OpenFlags::default())?;
        let prepared = connection
            .pragma_update(None, "query_only", true)
            .and_then(|()| connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(())));
        prepared.map_err(|error| open_error(path, &error)).map(|()| connection)
    };
    (0..count).map(|_| connect()).collect()
}

pub(super) fn open_error(path: &Path, error: &(impl std::error::Error + 'static)) -> OpenError {
    OpenError::File { path: path.to_owned(), reason: explain(error) }
}

/// Returns the text of an error, and what to do about it if SQLite does not say that.
pub(super) fn explain(error: &(dyn std::error::Error + 'static)) -> String {
    let code = error.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
    format!("{error}{}", code.map_or("", advice))
}

/// Returns what to do about an error that its text does not explain.
fn advice(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::DiskFull => "; free some space on this disk",
        ErrorCode::SystemIoFailure => "; the disk may be full or damaged: free some space on it, or check it",
        ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
            "; check that the file exists, and that this user can write to it and to its folder"
        }
        _ => "",
    }
}

pub(super) fn file_stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Writes the log back and gives its room to the file system, if readers and the disk allow it now.
pub(super) fn truncate_wal(connection: &Connection) {
    let empty = || {
        connection.busy_timeout(CHECKPOINT_TIMEOUT)?;
        let emptied = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        connection.busy_timeout(BUSY_TIMEOUT)?;
        emptied
    };
    if let Err(error) = empty() {
        tracing::debug!(%error, "the write-ahead log could not be written back");
    }
}

pub(super) fn roll_back(connection: &Connection) {
    // A failed commit may have ended the transaction already.
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK").map_err(map_error)
    {
        tracing::error!(%error, "rollback failed");
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::{StatementStatus, ffi};

    use super::*;

    #[test]
    fn errors_of_the_disk_and_of_permissions_say_what_to_do() {
        for (code, expected) in [
            (ffi::SQLITE_FULL, "free some space"),
            (ffi::SQLITE_IOERR_WRITE, "free some space"),
            (ffi::SQLITE_CANTOPEN, "can write to it and to its folder"),
            (ffi::SQLITE_READONLY_DIRECTORY, "can write to it and to its folder"),
        ] {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            let opened = open_error(Path::new("/data/orders.db"), &error).to_string();
            assert!(opened.starts_with("cannot open the database /data/orders.db: "), "{opened}");
            let copied = CopyError::Database { path: "/data/orders.db".into(), source: error }.to_string();
            assert!(copied.starts_with("cannot copy /data/orders.db: "), "{copied}");
            assert!(opened.contains(expected) && copied.contains(expected), "{opened}, {copied}");
        }
    }

    #[test]
    fn statement_is_prepared_once_for_all_arguments() {
        let folder = tempfile::tempdir().unwrap();
        let connection = connect(&folder.path().join("plans.db"), OpenFlags::default()).unwrap();
        connection.execute_batch("CREATE TABLE t (a BIGINT, b TEXT); CREATE INDEX t_a ON t (a, b);").unwrap();
        let sql = "SELECT b FROM t WHERE (a, b) > ($1, $2) AND a <= $3 ORDER BY a, b LIMIT $4";
        let mut statement = connection.prepare(sql).unwrap();
        for number in 0..5 {
            let mut rows = statement.query((number, "", number + 7, number + 1)).unwrap();
            assert!(rows.next().unwrap().is_none());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
