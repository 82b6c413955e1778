//! Classifies the error codes of both databases: the one place that distinguishes an outage from a wrong statement.
//!
//! An outage (a server that is away or read-only, a full disk, a lock, missing tables) is no failure of a unit of work,
//! and ends: consumers wait for its end and count no failure of an event. Every other error is one of the statement
//! itself.

use rusqlite::ffi;

/// The class of a database error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorClass {
    /// The connection is lost, or the server is ending it.
    ConnectionLost,
    /// The session is read-only: the server is a standby, or configured so.
    ReadOnly,
    /// The transaction conflicts with another one.
    Conflict,
    /// A prepared statement no longer exists on this connection.
    StaleStatement,
    /// The database cannot execute any statement now.
    Unavailable,
    /// A unique index refused a row.
    UniqueViolation,
    /// The statement, its arguments or its rows are wrong.
    Statement,
}

/// Classifies an SQLSTATE of PostgreSQL.
pub(super) fn classify_sqlstate(code: &str) -> ErrorClass {
    match code {
        "23505" => ErrorClass::UniqueViolation,
        "25006" => ErrorClass::ReadOnly,
        // The server ended a session whose transaction lasted too long.
        "25P03" | "25P04" => ErrorClass::ConnectionLost,
        "26000" => ErrorClass::StaleStatement,
        "40001" | "40P01" => ErrorClass::Conflict,
        // No permission, no schema, no table: the database is not the one that was opened.
        "42501" | "3D000" | "3F000" | "42P01" => ErrorClass::Unavailable,
        _ => match code.get(..2).unwrap_or_default() {
            // 57P01 to 57P05: the server shuts down, starts up, or ends this session.
            "08" => ErrorClass::ConnectionLost,
            "57" if code.starts_with("57P") => ErrorClass::ConnectionLost,
            // 28 authorization, 53 resources (a full disk), 55 locks, 57 the operator, 58 the system, 72 snapshots,
            // F0 configuration, XX corruption.
            "28" | "53" | "55" | "57" | "58" | "72" | "F0" | "XX" => ErrorClass::Unavailable,
            "40" => ErrorClass::Conflict,
            _ => ErrorClass::Statement,
        },
    }
}

/// Classifies an extended result code of SQLite.
pub(super) fn classify_sqlite(extended: i32) -> ErrorClass {
    match extended {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => ErrorClass::UniqueViolation,
        // The primary code is the lowest byte.
        _ => match extended & 0xff {
            ffi::SQLITE_READONLY => ErrorClass::ReadOnly,
            ffi::SQLITE_FULL
            | ffi::SQLITE_IOERR
            | ffi::SQLITE_CANTOPEN
            | ffi::SQLITE_PERM
            | ffi::SQLITE_AUTH
            | ffi::SQLITE_NOMEM
            | ffi::SQLITE_BUSY
            | ffi::SQLITE_LOCKED
            | ffi::SQLITE_PROTOCOL
            | ffi::SQLITE_INTERRUPT
            | ffi::SQLITE_INTERNAL
            | ffi::SQLITE_NOLFS
            | ffi::SQLITE_CORRUPT
            | ffi::SQLITE_NOTADB => ErrorClass::Unavailable,
            _ => ErrorClass::Statement,
        },
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::{ErrorClass, classify_sqlite, classify_sqlstate};

    #[test]
    fn sqlstates_are_classified() {
        for (expected, codes) in [
            (ErrorClass::ConnectionLost, "08000 08003 08006 08P01 57P01 57P02 57P03 57P04 57P05 25P03 25P04"),
            (ErrorClass::ReadOnly, "25006"),
            (ErrorClass::Conflict, "40001 40P01 40000 40003"),
            (ErrorClass::StaleStatement, "26000"),
            (
                ErrorClass::Unavailable,
                "53000 53100 53200 53300 53400 55000 55006 55P03 57000 57014 58000 58030 58P01 72000 F0000 F0001 \
                 XX000 XX001 XX002 28000 28P01 3D000 3F000 42501 42P01",
            ),
            (ErrorClass::UniqueViolation, "23505"),
            (
                ErrorClass::Statement,
                "00000 0A000 22001 22003 22021 22P02 22P05 23502 23503 23514 23P01 25P02 42601 42703 42804 42883 54000 \
                 54001 P0001",
            ),
        ] {
            for code in codes.split_whitespace() {
                assert_eq!(classify_sqlstate(code), expected, "{code}");
            }
        }
        assert_eq!(classify_sqlstate(""), ErrorClass::Statement);
        assert_eq!(classify_sqlstate("ü"), ErrorClass::Statement);
    }

    #[test]
    fn sqlite_codes_are_classified() {
        for (expected, codes) in [
            (
                ErrorClass::Unavailable,
                &[
                    ffi::SQLITE_FULL,
                    ffi::SQLITE_IOERR,
                    ffi::SQLITE_IOERR_FSYNC,
                    ffi::SQLITE_IOERR_SHORT_READ,
                    ffi::SQLITE_CANTOPEN,
                    ffi::SQLITE_NOMEM,
                    ffi::SQLITE_BUSY,
                    ffi::SQLITE_BUSY_SNAPSHOT,
                    ffi::SQLITE_BUSY_RECOVERY,
                    ffi::SQLITE_LOCKED,
                    ffi::SQLITE_LOCKED_SHAREDCACHE,
                    ffi::SQLITE_PROTOCOL,
                    ffi::SQLITE_CORRUPT,
                    ffi::SQLITE_NOTADB,
                ][..],
            ),
            (ErrorClass::ReadOnly, &[ffi::SQLITE_READONLY, ffi::SQLITE_READONLY_DBMOVED]),
            (
                ErrorClass::UniqueViolation,
                &[ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY],
            ),
            (
                ErrorClass::Statement,
                &[
                    ffi::SQLITE_ERROR,
                    ffi::SQLITE_CONSTRAINT,
                    ffi::SQLITE_CONSTRAINT_NOTNULL,
                    ffi::SQLITE_CONSTRAINT_FOREIGNKEY,
                    ffi::SQLITE_MISMATCH,
                    ffi::SQLITE_TOOBIG,
                    ffi::SQLITE_RANGE,
                    ffi::SQLITE_MISUSE,
                ],
            ),
        ] {
            for code in codes {
                assert_eq!(classify_sqlite(*code), expected, "{code}");
            }
        }
    }
}
