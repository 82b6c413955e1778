//! What the two databases write differently, each as a piece of SQL.

/// How a database writes what SQLite and PostgreSQL write differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// One process owns the file, and one thread of it writes.
    Sqlite,
    /// Any number of processes share the database.
    Postgres,
}

impl Dialect {
    /// Whether other processes may work on the same database at the same time.
    #[must_use]
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// What ends the inner `SELECT` of a statement that claims rows: rows that another transaction is claiming are
    /// passed over instead of waited for.
    #[must_use]
    pub const fn claim(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR UPDATE SKIP LOCKED",
        }
    }

    /// The number of the running transaction: 0 where there is one writer, since its identifiers already rise in the
    /// order of the commits. Elsewhere a transaction that has seen another one's effect has the greater number.
    #[must_use]
    pub const fn current_xact_id(self) -> &'static str {
        match self {
            Self::Sqlite => "0",
            Self::Postgres => "pg_current_xact_id()::text::bigint",
        }
    }

    /// A number that is greater than that of every transaction whose effects can be seen in this one, whatever is
    /// committed meanwhile. What is not below it was numbered by another server.
    #[must_use]
    pub const fn snapshot_xmax(self) -> &'static str {
        match self {
            Self::Sqlite => "1",
            Self::Postgres => "pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
        }
    }

    /// A number with all smaller ones of which nothing more is to come: those transactions have ended, and what they have
    /// done can be seen in this one.
    #[must_use]
    pub const fn snapshot_xmin(self) -> &'static str {
        match self {
            Self::Sqlite => "1",
            Self::Postgres => "(SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint)",
        }
    }
}
