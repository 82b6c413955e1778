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

/// What else may happen to a SQLite file that is opened to be read only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOnly {
    /// No process writes to the file while it is open, and its write-ahead log is empty. Nothing is made beside it.
    Quiescent,
    /// Another process may write to the file, which shares its index of the write-ahead log with every reader.
    BesideWriter,
}

impl Default for DbOptions {
    fn default() -> Self {
        Self { readers: 2, queue: 4096, group: 256 }
    }
}
