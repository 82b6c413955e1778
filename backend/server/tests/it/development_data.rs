//! Data of a development version before 0.1.0 is refused with one error, and stays as it is.

use std::collections::BTreeMap;
use std::path::Path;

use ticketing_platform::db::{Db, DbOptions, Migrations, PostgresUrl};
use ticketing_server::{Stack, StackSettings, StartError, migrate};
use ticketing_testkit::{OwnDatabase, TestStack};

/// The first migration of a part as a development version had it.
const fn development_tables(part: &'static str) -> Migrations {
    Migrations {
        part,
        scripts: &[("V1__old", "CREATE TABLE outbox (id TEXT PRIMARY KEY, body TEXT NOT NULL)")],
    }
}

/// Reads the databases and the keys of a folder.
fn read_files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_kept =
        |path: &Path| path.extension().is_some_and(|extension| extension == "db" || extension == "key");
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    files.filter(|path| is_kept(path)).map(|path| (name(&path), std::fs::read(&path).unwrap())).collect()
}

async fn start_error(settings: &StackSettings) -> String {
    let refused = Stack::start(settings.clone()).await;
    refused.map(drop).map_err(|error: StartError| error.to_string()).unwrap_err()
}

#[tokio::test]
async fn folder_of_a_development_version_is_refused_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let parts = [
        ("auth", "bus"),
        ("tickets", "bus"),
        ("orders", "bus"),
        ("payments", "bus"),
        ("expiration", "bus"),
        ("provider", "provider"),
        ("bus", "log"),
    ];
    for (name, part) in parts {
        let path = folder.path().join(format!("{name}.db"));
        drop(Db::open(path, DbOptions::default(), &[development_tables(part)]).unwrap());
    }
    std::fs::write(folder.path().join("jwt.key"), "0123456789abcdef0123456789abcdef").unwrap();
    let before = read_files(folder.path());
    let settings = TestStack::builder().data_dir(folder.path()).settings().clone();
    for _ in 0..2 {
        let refusal = start_error(&settings).await;
        assert!(
            refusal.contains(&format!("the database {}", folder.path().display()))
                && refusal.contains("was written by a development version before 0.1.0")
                && refusal.ends_with("start with a new data folder or a new database"),
            "{refusal}"
        );
        let after = read_files(folder.path());
        assert!(before.iter().all(|(name, bytes)| after.get(name) == Some(bytes)), "a file was changed");
    }
}

#[tokio::test]
async fn database_of_a_development_version_is_refused_unchanged() {
    let own = OwnDatabase::create();
    let url: PostgresUrl = own.url().parse().unwrap();
    let schema = url.schema("tickets").unwrap();
    tokio::task::spawn_blocking(move || Db::migrate(schema, &[development_tables("bus")]))
        .await
        .unwrap()
        .unwrap();
    for url in [url.clone(), url.clone().without_migrations()] {
        let builder = TestStack::builder().with(|settings| settings.database = Some(url.clone()));
        let refusal = start_error(builder.settings()).await;
        let expected = "was written by a development version before 0.1.0";
        assert!(refusal.starts_with("TICKETING_DATABASE_URL: ") && refusal.contains(expected), "{refusal}");
    }
    let migrated = tokio::task::spawn_blocking(move || migrate(&url)).await.unwrap().unwrap_err().to_string();
    assert!(migrated.contains("was written by a development version before 0.1.0"), "{migrated}");
}
