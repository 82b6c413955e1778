//! A database whose files are moved, deleted, replaced or shortened while it is open.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use ticketing_platform::args;
use ticketing_platform::db::{Db, DbError, DbOptions, Tx};

use crate::databases::PLACES;

/// A folder that can be moved, with a database in it.
struct Ground {
    root: TempDir,
}

impl Ground {
    fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("data")
    }

    fn file(&self) -> PathBuf {
        self.folder().join("halls.db")
    }

    fn elsewhere(&self) -> PathBuf {
        self.root.path().join("elsewhere")
    }

    fn open(&self) -> Db {
        Db::open(self.file(), DbOptions::default(), &[PLACES]).unwrap()
    }
}

async fn put(db: &Db, id: i64) -> Result<(), DbError> {
    let put = move |tx: &mut Tx<'_>| {
        tx.execute("INSERT INTO places (id, hall) VALUES ($1, 'main')", args![id]).map(drop)
    };
    db.write(put).await
}

async fn count(db: &Db) -> i64 {
    let count = |tx: &mut Tx<'_>| tx.query_one("SELECT COUNT(*) AS n FROM places", &[], |row| row.int("n"));
    db.read(count).await.unwrap()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    path.with_file_name(format!("{}{suffix}", path.file_name().unwrap().to_str().unwrap()))
}

#[tokio::test]
async fn database_refuses_writes_while_its_folder_is_moved() {
    let ground = Ground::new();
    let db = ground.open();
    put(&db, 1).await.unwrap();
    fs::rename(ground.folder(), ground.elsewhere()).unwrap();
    assert!(matches!(put(&db, 2).await, Err(DbError::Unavailable(_))));
    assert_eq!(count(&db).await, 1, "what is known can be read");
    // Another folder at the path is not the one that was opened.
    fs::create_dir(ground.folder()).unwrap();
    assert!(matches!(put(&db, 3).await, Err(DbError::Unavailable(_))));
    fs::remove_dir(ground.folder()).unwrap();
    fs::rename(ground.elsewhere(), ground.folder()).unwrap();
    put(&db, 4).await.unwrap();
    drop(db);
    assert_eq!(count(&ground.open()).await, 2, "what was answered, and nothing else");
}

#[tokio::test]
async fn database_refuses_writes_once_one_of_its_files_is_deleted() {
    for suffix in ["", "-wal", "-shm"] {
        let ground = Ground::new();
        let db = ground.open();
        put(&db, 1).await.unwrap();
        fs::remove_file(with_suffix(&ground.file(), suffix)).unwrap();
        assert!(matches!(put(&db, 2).await, Err(DbError::Unavailable(_))), "{suffix:?}");
    }
}

#[tokio::test]
async fn database_refuses_writes_for_good_once_it_is_cut() {
    for (suffix, is_emptied) in [("", false), ("", true)] {
        let ground = Ground::new();
        let db = ground.open();
        // Migrated, so that the database holds more than its log.
        drop(db);
        let db = ground.open();
        put(&db, 1).await.unwrap();
        let path = with_suffix(&ground.file(), suffix);
        let (before, whole) = (fs::metadata(&path).unwrap().len(), fs::read(&path).unwrap());
        let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(if is_emptied { 0 } else { before / 2 }).unwrap();
        let refused = put(&db, 2).await.unwrap_err();
        assert!(
            matches!(&refused, DbError::Unavailable(reason) if reason.contains("shortened")),
            "{refused}"
        );
        file.set_len(before * 2).unwrap();
        assert!(put(&db, 3).await.is_err(), "{suffix:?}: what was lost is not back");
        // Nothing is copied from what is left of a log, or deleted, when the server stops.
        fs::write(&path, whole).unwrap();
        drop(db);
        assert_eq!(count(&ground.open()).await, 1, "{suffix:?}");
    }
}

#[tokio::test]
async fn log_that_another_connection_empties_stops_no_writes() {
    let ground = Ground::new();
    let (db, other) = (ground.open(), ground.open());
    for id in 1..=20 {
        put(if id % 2 == 0 { &db } else { &other }, id).await.unwrap();
        if id % 5 == 0 {
            drop(ground.open());
        }
    }
    assert_eq!(count(&db).await, 20);
}

#[tokio::test]
async fn closing_a_moved_database_keeps_its_replacement() {
    let ground = Ground::new();
    let moved = ground.open();
    put(&moved, 1).await.unwrap();
    fs::rename(ground.folder(), ground.elsewhere()).unwrap();
    let db = ground.open();
    put(&db, 2).await.unwrap();
    drop(moved);
    assert!(with_suffix(&ground.file(), "-wal").exists(), "SQLite deletes it by its path");
    put(&db, 3).await.unwrap();
    assert_eq!(count(&db).await, 2);
    // Nothing of the moved one is lost, either.
    let moved = Db::open(ground.elsewhere().join("halls.db"), DbOptions::default(), &[PLACES]).unwrap();
    assert_eq!(count(&moved).await, 1);
}

#[cfg(unix)]
#[tokio::test]
async fn database_files_are_created_private() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let ground = Ground::new();
    let db = ground.open();
    assert_eq!(mode(&ground.folder()), 0o700);
    for suffix in ["", "-wal", "-shm"] {
        assert_eq!(mode(&with_suffix(&ground.file(), suffix)), 0o600, "{suffix:?}");
    }
    drop(db);
    fs::set_permissions(ground.file(), fs::Permissions::from_mode(0o644)).unwrap();
    let _db = ground.open();
    for suffix in ["", "-wal", "-shm"] {
        assert_eq!(mode(&with_suffix(&ground.file(), suffix)), 0o600, "{suffix:?}");
    }
}
