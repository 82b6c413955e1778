//! How a database is used.

/// How a database is used.
#[derive(Clone, Copy, Debug)]
pub struct DbOptions {
    /// Threads that read. At least one. On PostgreSQL each has a connection of its own, once it is needed.
    pub readers: usize,
    /// Threads that write, each with a connection of its own, once it is needed. SQLite has one, whatever this says.
    pub writers: usize,
    /// Units that may wait to be written, and as many to be read. Beyond it a unit is refused.
    pub queue: usize,
    /// Units that SQLite commits together at most.
    pub group: usize,
    /// Whether the tables are brought up to date. If not, a database that is not up to date is not opened. A SQLite
    /// file is always brought up to date: it has one owner.
    pub migrate: bool,
}

impl Default for DbOptions {
    fn default() -> Self {
        Self { readers: 2, writers: 8, queue: 4096, group: 256, migrate: true }
    }
}
