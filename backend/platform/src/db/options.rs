//! How a database is used.

/// How a database is used.
#[derive(Clone, Copy, Debug)]
pub struct DbOptions {
    /// Threads that read a SQLite file. At least one.
    pub readers: usize,
    /// Units that may wait to be written, and as many to be read. Beyond it a unit is refused.
    pub queue: usize,
    /// Units that SQLite commits together at most.
    pub group: usize,
}

impl Default for DbOptions {
    fn default() -> Self {
        Self { readers: 2, queue: 4096, group: 256 }
    }
}
