//! Connections that change neither the file nor the files beside it.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::open_error;
use crate::db::{OpenError, ReadOnly};

/// Opens a connection that reads and never writes, checkpoints or recovers.
pub(in crate::db) fn connect(path: &Path, access: ReadOnly) -> Result<Connection, OpenError> {
    let open = || -> rusqlite::Result<Connection> {
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(uri(path, access), flags)?;
        connection.set_prepared_statement_cache_capacity(super::STATEMENT_CACHE);
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "query_only", true)?;
        super::enable_query_planner_stability(&connection)?;
        // The last connection that is closed would otherwise write the log back.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        // Detects a file that is no database now, and not at the first read.
        connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    open().map_err(|error| open_error(path, &error))
}

/// Returns the URI of a file. Characters with a meaning in URIs are escaped.
fn uri(path: &Path, access: ReadOnly) -> String {
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    match access {
        ReadOnly::Quiescent => format!("file:{path}?mode=ro&immutable=1"),
        ReadOnly::BesideWriter => format!("file:{path}?mode=ro"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_with_special_characters_is_escaped() {
        let path = Path::new("/a b/50%?#.db");
        assert_eq!(uri(path, ReadOnly::BesideWriter), "file:/a b/50%25%3f%23.db?mode=ro");
        assert_eq!(uri(path, ReadOnly::Quiescent), "file:/a b/50%25%3f%23.db?mode=ro&immutable=1");
    }
}
