//! The differences between the SQL of the two databases.

/// The SQL dialect of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite: one process owns the file, and one of its threads writes.
    Sqlite,
    /// PostgreSQL: any number of processes share the database.
    Postgres,
}

impl Dialect {
    /// Returns whether other processes may use the database at the same time.
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// Returns the end of the inner `SELECT` of a statement that claims rows. It skips rows that another transaction is
    /// claiming, instead of waiting for them.
    pub const fn claim(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR UPDATE SKIP LOCKED",
        }
    }

    /// Returns the expression for the number of the running transaction. On SQLite it is 0: one writer makes
    /// identifiers, so they rise in the order of the commits. On PostgreSQL a transaction that has seen the effect of
    /// another one has the greater number.
    pub const fn current_xact_id(self) -> &'static str {
        match self {
            Self::Sqlite => "0",
            Self::Postgres => "pg_current_xact_id()::text::bigint",
        }
    }

    /// Returns the expression for the xmax of the snapshot: a number greater than that of every transaction whose
    /// effects are visible in this one. A visible row with this or a greater number was numbered by another server.
    pub const fn snapshot_xmax(self) -> &'static str {
        match self {
            Self::Sqlite => "1",
            Self::Postgres => "pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
        }
    }

    /// Returns the expression for the xmin of the snapshot: all transactions with smaller numbers have ended, and the
    /// effects of those that committed are visible in this one.
    pub const fn snapshot_xmin(self) -> &'static str {
        match self {
            Self::Sqlite => "1",
            Self::Postgres => "(SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint)",
        }
    }
}
