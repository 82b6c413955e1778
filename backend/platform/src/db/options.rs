//! The options of a database.

/// The number of threads and the limits of the queue of a database.
#[derive(Clone, Copy, Debug)]
pub struct DbOptions {
    /// Number of threads that read a SQLite file, at least 1.
    pub readers: usize,
    /// Maximum number of waiting writes, and of waiting reads. Further units are refused.
    pub queue: usize,
    /// Maximum number of units that SQLite commits together.
    pub group: usize,
}

/// Whether another process may write to a SQLite file that is opened read-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOnly {
    /// No process writes to the file while it is open, and its write-ahead log is empty. No file is created beside it.
    Quiescent,
    /// Another process may write to the file. It shares the index of its write-ahead log with all readers.
    BesideWriter,
}

impl Default for DbOptions {
    fn default() -> Self {
        Self { readers: 2, queue: 4096, group: 256 }
    }
}
