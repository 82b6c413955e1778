//! What an error code of a database is about: the one place where an outage is told from the fault of a statement.
//!
//! An outage (a server that is away or only reads, a full disk, a lock, tables that are not there) is nobody's fault and
//! passes; consumers wait for its end and charge no event for it. Everything else is wrong with the statement itself.

use rusqlite::ffi;

/// What an error code of a database is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection is gone, or the server is ending it.
    ConnectionLost,
    /// This session only reads: the server is a standby, or was told so.
    ReadOnly,
    /// Another transaction was in the way.
    Conflict,
    /// What was prepared on this connection is not there any more.
    StaleStatement,
    /// The database cannot do its work now, whatever it is asked.
    Unavailable,
    /// A unique index refused a row.
    UniqueViolation,
    /// The statement, its arguments or its rows are wrong.
    Statement,
}

/// Classifies an SQLSTATE of PostgreSQL.
pub(super) fn of_sqlstate(code: &str) -> Fault {
    match code {
        "23505" => Fault::UniqueViolation,
        "25006" => Fault::ReadOnly,
        // The server has ended a session whose transaction lasted too long.
        "25P03" | "25P04" => Fault::ConnectionLost,
        "26000" => Fault::StaleStatement,
        "40001" | "40P01" => Fault::Conflict,
        // No right, no schema, no table: the database is not the one that was opened.
        "42501" | "3D000" | "3F000" | "42P01" => Fault::Unavailable,
        _ => match code.get(..2).unwrap_or_default() {
            // 57P01 to 57P05: the server ends, starts, or ends this session.
            "08" => Fault::ConnectionLost,
            "57" if code.starts_with("57P") => Fault::ConnectionLost,
            // 28 who we are, 53 resources (a full disk), 55 locks, 57 the operator, 58 the system, 72 snapshots,
            // F0 configuration, XX damage.
            "28" | "53" | "55" | "57" | "58" | "72" | "F0" | "XX" => Fault::Unavailable,
            "40" => Fault::Conflict,
            _ => Fault::Statement,
        },
    }
}

/// Classifies an extended result code of SQLite.
pub(super) fn of_sqlite(extended: i32) -> Fault {
    match extended {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => Fault::UniqueViolation,
        // The primary code is the lowest byte.
        _ => match extended & 0xff {
            ffi::SQLITE_READONLY => Fault::ReadOnly,
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
            | ffi::SQLITE_NOTADB => Fault::Unavailable,
            _ => Fault::Statement,
        },
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::{Fault, of_sqlite, of_sqlstate};

    #[test]
    fn sqlstates_are_classified_by_whose_fault_they_are() {
        for (expected, codes) in [
            (Fault::ConnectionLost, "08000 08003 08006 08P01 57P01 57P02 57P03 57P04 57P05 25P03 25P04"),
            (Fault::ReadOnly, "25006"),
            (Fault::Conflict, "40001 40P01 40000 40003"),
            (Fault::StaleStatement, "26000"),
            (
                Fault::Unavailable,
                "53000 53100 53200 53300 53400 55000 55006 55P03 57000 57014 58000 58030 58P01 72000 F0000 F0001 \
                 XX000 XX001 XX002 28000 28P01 3D000 3F000 42501 42P01",
            ),
            (Fault::UniqueViolation, "23505"),
            (
                Fault::Statement,
                "00000 0A000 22001 22003 22021 22P02 22P05 23502 23503 23514 23P01 25P02 42601 42703 42804 42883 54000 \
                 54001 P0001",
            ),
        ] {
            for code in codes.split_whitespace() {
                assert_eq!(of_sqlstate(code), expected, "{code}");
            }
        }
        assert_eq!(of_sqlstate(""), Fault::Statement);
        assert_eq!(of_sqlstate("ü"), Fault::Statement);
    }

    #[test]
    fn sqlite_codes_are_classified_by_whose_fault_they_are() {
        for (expected, codes) in [
            (
                Fault::Unavailable,
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
            (Fault::ReadOnly, &[ffi::SQLITE_READONLY, ffi::SQLITE_READONLY_DBMOVED]),
            (Fault::UniqueViolation, &[ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY]),
            (
                Fault::Statement,
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
                assert_eq!(of_sqlite(*code), expected, "{code}");
            }
        }
    }
}
