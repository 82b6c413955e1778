//! A place for the databases of one test.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use ticketing_platform::db::{Database, PostgresUrl};

use crate::postgres::lease;
use crate::postgres::server::psql;

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Files in a folder.
    Sqlite,
    /// Schemas on the shared server.
    Postgres,
}

impl Engine {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

/// A place for the databases of one test. What is opened again finds what was there.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    server: Option<(PostgresUrl, String)>,
}

impl Home {
    /// An empty place.
    ///
    /// # Panics
    /// When there is none to be had.
    #[must_use]
    pub fn on(engine: Engine) -> Self {
        let server = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some((lease::common().parse().expect("a URL"), unique())),
        };
        Self { folder: tempfile::tempdir().expect("a folder"), server }
    }

    /// The same, with what is a file in memory where there is such a place: for what has nothing to do with disks.
    ///
    /// # Panics
    /// When there is none to be had.
    #[must_use]
    pub fn in_memory_on(engine: Engine) -> Self {
        let memory = Path::new("/dev/shm");
        let mut home = Self::on(engine);
        if memory.is_dir() {
            home.folder = tempfile::tempdir_in(memory).expect("a folder");
        }
        home
    }

    /// The database of this name.
    ///
    /// # Panics
    /// When the name is no plain one.
    #[must_use]
    pub fn database(&self, name: &str) -> Database {
        match &self.server {
            None => self.folder.path().join(format!("{name}.db")).into(),
            Some((url, mark)) => url.schema(&format!("{mark}_{name}")).expect("a plain name").into(),
        }
    }

    /// The same database, for somebody who leaves its tables alone.
    ///
    /// # Panics
    /// When the name is no plain one.
    #[must_use]
    pub fn migrated_elsewhere(&self, name: &str) -> Database {
        match &self.server {
            None => self.database(name),
            Some((url, mark)) => {
                let url = url.clone().migrated_elsewhere();
                url.schema(&format!("{mark}_{name}")).expect("a plain name").into()
            }
        }
    }

    /// The kind of its databases.
    #[must_use]
    pub fn engine(&self) -> Engine {
        if self.server.is_some() { Engine::Postgres } else { Engine::Sqlite }
    }

    /// A folder, for what is a file whatever the databases are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A database of the shared server that one test has for itself, schemas of any name in it.
#[derive(Debug)]
pub struct OwnDatabase {
    name: String,
    url: String,
}

impl OwnDatabase {
    /// An empty database.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn create() -> Self {
        Self::create_with("")
    }

    /// An empty database that differs: `TEMPLATE template0 …`.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn create_with(options: &str) -> Self {
        let name = unique();
        psql(&lease::common(), &format!("CREATE DATABASE {name} {options}"));
        let url = lease::url(&name);
        Self { name, url }
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs a command by hand; answers its rows, columns separated by `|`.
    ///
    /// # Panics
    /// When it is refused.
    pub fn psql(&self, sql: &str) -> String {
        psql(&self.url, sql)
    }
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            psql(&lease::common(), &format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

/// A name that no other test uses, nor one that ran before on the same server.
fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // Every state has keys of its own, made at random.
    let random = RandomState::new().build_hasher().finish();
    format!("t{random:x}_{count}")
}
