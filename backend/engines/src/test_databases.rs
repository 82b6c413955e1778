//! The databases of one test.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use ticketing_platform::db::{Database, PostgresUrl};

use crate::postgres::lease;
use crate::postgres::server::psql;

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DbEngine {
    /// Files in a temporary folder.
    Sqlite,
    /// Schemas on the shared server.
    Postgres,
}

impl DbEngine {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

/// The databases of one test. A database that is opened again has the same content.
#[derive(Debug)]
pub struct TestDatabases {
    folder: TempDir,
    server: Option<(PostgresUrl, String)>,
}

impl TestDatabases {
    /// Prepares the place of the databases.
    ///
    /// # Panics
    /// If the temporary folder or the shared server is not available.
    pub fn on(engine: DbEngine) -> Self {
        let server = match engine {
            DbEngine::Sqlite => None,
            DbEngine::Postgres => Some((lease::common_url().parse().expect("a URL"), unique_name())),
        };
        Self { folder: tempfile::tempdir().expect("a folder"), server }
    }

    /// Prepares databases whose files are in memory (`/dev/shm`), where the system has it. For tests that do not depend on
    /// the disk.
    ///
    /// # Panics
    /// As [`TestDatabases::on`].
    pub fn in_memory(engine: DbEngine) -> Self {
        let memory = Path::new("/dev/shm");
        let mut databases = Self::on(engine);
        if memory.is_dir() {
            databases.folder = tempfile::tempdir_in(memory).expect("a folder");
        }
        databases
    }

    /// Returns the database with this name.
    ///
    /// # Panics
    /// If the name is not a valid schema name.
    pub fn database(&self, name: &str) -> Database {
        match &self.server {
            None => self.folder.path().join(format!("{name}.db")).into(),
            Some((url, prefix)) => {
                url.schema(&format!("{prefix}_{name}")).expect("a valid schema name").into()
            }
        }
    }

    /// Returns the database with this name for a service that does not migrate it.
    ///
    /// # Panics
    /// If the name is not a valid schema name.
    pub fn database_without_migrations(&self, name: &str) -> Database {
        match &self.server {
            None => self.database(name),
            Some((url, prefix)) => {
                let url = url.clone().without_migrations();
                url.schema(&format!("{prefix}_{name}")).expect("a valid schema name").into()
            }
        }
    }

    /// Returns the kind of the databases.
    pub fn engine(&self) -> DbEngine {
        if self.server.is_some() { DbEngine::Postgres } else { DbEngine::Sqlite }
    }

    /// Returns the temporary folder, for other files of the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A database of the shared server that belongs to one test, which may create any schema in it.
#[derive(Debug)]
pub struct OwnDatabase {
    name: String,
    url: String,
}

impl OwnDatabase {
    /// Creates an empty database.
    ///
    /// # Panics
    /// If the server refuses the statement.
    pub fn create() -> Self {
        Self::create_with("")
    }

    /// Creates an empty database with options of `CREATE DATABASE`, such as `TEMPLATE template0 …`.
    ///
    /// # Panics
    /// If the server refuses the statement.
    pub fn create_with(options: &str) -> Self {
        let name = unique_name();
        psql(&lease::common_url(), &format!("CREATE DATABASE {name} {options}"));
        let url = lease::database_url(&name);
        Self { name, url }
    }

    /// Returns the URL of the database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs a statement with psql. Returns the rows, with columns separated by `|`.
    ///
    /// # Panics
    /// If the server refuses the statement.
    pub fn psql(&self, sql: &str) -> String {
        psql(&self.url, sql)
    }
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            psql(&lease::common_url(), &format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

/// Returns a name that no test has used on the same server.
fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // Each `RandomState` has random keys.
    let random = RandomState::new().build_hasher().finish();
    format!("t{random:x}_{count}")
}
