//! The location of a database: a SQLite file, or a schema on a PostgreSQL server.

use std::fmt;
use std::path::{Path, PathBuf};

use super::postgres::Target;

/// The location of a database.
#[derive(Clone, Debug)]
pub enum Database {
    /// A SQLite file.
    File(PathBuf),
    /// A schema of a PostgreSQL database.
    Postgres(Target),
}

impl From<PathBuf> for Database {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&PathBuf> for Database {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.clone())
    }
}

impl From<&Path> for Database {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<Target> for Database {
    fn from(target: Target) -> Self {
        Self::Postgres(target)
    }
}

impl fmt::Display for Database {
    /// Writes the location without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Postgres(target) => write!(f, "{target}"),
        }
    }
}
