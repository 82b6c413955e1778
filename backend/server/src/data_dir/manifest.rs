//! The manifest of a data folder: its databases, by name and identity. It keeps a server from starting with an empty
//! database in place of a lost one, or with a database that was replaced during the start.
//!
//! The first start writes the file `creating` into an empty folder, creates the databases, writes the manifest and
//! removes `creating`. So a killed first start is repeated, and a database that is missing later is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ticketing_platform::db::file_identity;
use ticketing_platform::files::{OpenedPath, read_text, sync_folder, write_private_file};

use super::database;
use crate::StartError;

/// The manifest: one line a database, with its name and, if known, its identity. Lines that begin with `#` are
/// comments.
pub(crate) const MANIFEST: &str = "manifest";
/// The file that marks an unfinished first start.
const CREATING: &str = "creating";

const REMARK: &str = "# The databases of this folder. Each must be there when a server starts.";

/// The databases of a folder, by name, each with its identity if that is known.
pub(crate) type DatabaseIds = BTreeMap<String, Option<String>>;

/// The databases that a start needs, checked before the first of them is opened.
#[derive(Debug)]
#[must_use = "the list is written by `complete`"]
pub(crate) struct CheckedDatabases {
    folder: PathBuf,
    /// The databases that must exist, as they are before they are opened.
    required: BTreeMap<&'static str, (OpenedPath, String)>,
    needed: Vec<&'static str>,
    listed: Option<DatabaseIds>,
}

impl CheckedDatabases {
    /// Checks that each of the `needed` databases exists and is the listed one, unless the folder never had it.
    pub(crate) fn check(folder: &Path, needed: &[&'static str]) -> Result<Self, StartError> {
        let unusable = |source| StartError::DataDir { path: folder.to_owned(), source };
        let listed = listed_databases(folder).map_err(unusable)?;
        let has = |name: &str| !is_empty(&database(folder, name));
        let required: Vec<&'static str> = match &listed {
            Some(listed) => needed.iter().copied().filter(|name| listed.contains_key(*name)).collect(),
            None if folder.join(CREATING).exists() => Vec::new(),
            // The manifest is lost: a folder that has one database must have all.
            None if needed.iter().any(|name| has(name)) => needed.to_vec(),
            None => {
                if !needed.is_empty() {
                    write_private_file(&folder.join(CREATING), "").map_err(unusable)?;
                }
                Vec::new()
            }
        };
        let mut checked =
            Self { folder: folder.to_owned(), required: BTreeMap::new(), needed: needed.to_vec(), listed };
        for name in required {
            let found = checked.find(name)?;
            let expected = checked.listed.as_ref().and_then(|listed| listed.get(name)).cloned().flatten();
            if expected.is_some_and(|expected| expected != found.1) {
                return Err(StartError::ReplacedDatabase(database(folder, name)));
            }
            checked.required.insert(name, found);
        }
        if !checked.required.is_empty() {
            // Written before a database is opened, so that the next start detects a later replacement too.
            let known = checked.required.iter().map(|(name, (_, identity))| (*name, identity.clone()));
            checked.listed = Some(checked.write(known.collect())?);
        }
        Ok(checked)
    }

    /// Checks that the databases of the first check are still the same, and lists all databases. Until then no database
    /// may hold an acknowledged write. Returns the files.
    pub(crate) fn complete(self) -> Result<Vec<OpenedPath>, StartError> {
        let (mut paths, mut identities) = (Vec::new(), BTreeMap::new());
        for name in &self.needed {
            let (path, identity) = self.find(name)?;
            if let Some((before, expected)) = self.required.get(name)
                && (!before.is_unchanged() || *expected != identity)
            {
                return Err(StartError::ReplacedDatabase(database(&self.folder, name)));
            }
            paths.push(path);
            identities.insert(*name, identity);
        }
        self.write(identities)?;
        let unusable = |source| StartError::DataDir { path: self.folder.join(MANIFEST), source };
        match fs::remove_file(self.folder.join(CREATING)) {
            Ok(()) => sync_folder(&self.folder).map_err(unusable)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unusable(error)),
        }
        Ok(paths)
    }

    /// Finds a required database, and reads its identity.
    fn find(&self, name: &str) -> Result<(OpenedPath, String), StartError> {
        let path = database(&self.folder, name);
        let missing = || StartError::MissingDatabase(path.clone());
        let opened = OpenedPath::record_growing(&path).map_err(|_| missing())?;
        // SQLite would delete the log beside an empty file.
        if is_empty(&path) {
            return Err(missing());
        }
        let identity = file_identity(&path)?.ok_or_else(missing)?;
        Ok((opened, identity))
    }

    /// Adds these databases to the manifest, and writes it if it changed. Returns all databases.
    fn write(&self, identities: BTreeMap<&str, String>) -> Result<DatabaseIds, StartError> {
        let mut databases = self.listed.clone().unwrap_or_default();
        databases.extend(identities.into_iter().map(|(name, identity)| (name.to_owned(), Some(identity))));
        if !databases.is_empty() && self.listed.as_ref() != Some(&databases) {
            write_databases(&self.folder, &databases)
                .map_err(|source| StartError::DataDir { path: self.folder.join(MANIFEST), source })?;
        }
        Ok(databases)
    }
}

/// Returns whether nothing is at the path, or a file without content.
fn is_empty(path: &Path) -> bool {
    !path.metadata().is_ok_and(|file| file.len() > 0)
}

/// Reads the manifest of a folder, if it has one.
pub(super) fn listed_databases(folder: &Path) -> io::Result<Option<DatabaseIds>> {
    match read_text(&folder.join(MANIFEST)) {
        Ok(text) => {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            let entry = |line: &str| match line.split_once(' ') {
                Some((name, identity)) => (name.to_owned(), Some(identity.trim().to_owned())),
                None => (line.to_owned(), None),
            };
            Ok(Some(lines.map(entry).collect()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads the names of the databases in the manifest of a folder, if it has one.
pub(crate) fn listed_names(folder: &Path) -> io::Result<Option<BTreeSet<String>>> {
    Ok(listed_databases(folder)?.map(|databases| databases.into_keys().collect()))
}

/// Writes the manifest of a folder without identities. The next start adds them.
pub(crate) fn write_manifest(folder: &Path, names: &BTreeSet<String>) -> io::Result<()> {
    write_databases(folder, &names.iter().map(|name| (name.clone(), None)).collect())
}

fn write_databases(folder: &Path, databases: &DatabaseIds) -> io::Result<()> {
    let line = |(name, identity): (&String, &Option<String>)| match identity {
        Some(identity) => format!("{name} {identity}\n"),
        None => format!("{name}\n"),
    };
    let lines: String = databases.iter().map(line).collect();
    write_private_file(&folder.join(MANIFEST), &format!("{REMARK}\n{lines}"))
}

#[cfg(test)]
mod tests {
    use ticketing_platform::db::{Db, DbOptions, Migrations};

    use super::*;

    const NOTES: Migrations =
        Migrations { part: "notes", scripts: &[("V1__notes", "CREATE TABLE notes (n BIGINT)")] };

    const NEEDED: [&str; 2] = ["orders", "payments"];

    fn create(folder: &Path, name: &str) {
        drop(Db::open(database(folder, name), DbOptions::default(), &[NOTES]).unwrap());
    }

    fn find_missing(folder: &Path, needed: &[&'static str]) -> Option<PathBuf> {
        match CheckedDatabases::check(folder, needed) {
            Ok(_) => None,
            Err(StartError::MissingDatabase(path)) => Some(path),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn first_start_is_repeatable_until_it_completes() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert_eq!(find_missing(folder, &NEEDED), None);
        create(folder, "orders");
        // The first start was killed here.
        let checked = CheckedDatabases::check(folder, &NEEDED).unwrap();
        create(folder, "payments");
        checked.complete().unwrap();
        assert_eq!(listed_names(folder).unwrap().unwrap(), BTreeSet::from(NEEDED.map(str::to_owned)));
        assert!(!folder.join(CREATING).exists());
        CheckedDatabases::check(folder, &NEEDED).unwrap().complete().unwrap();
    }

    #[test]
    fn listed_database_that_is_missing_or_empty_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let checked = CheckedDatabases::check(folder, &NEEDED).unwrap();
        NEEDED.iter().for_each(|name| create(folder, name));
        checked.complete().unwrap();
        let payments = database(folder, "payments");
        fs::write(&payments, "").unwrap();
        assert_eq!(find_missing(folder, &NEEDED), Some(payments.clone()));
        fs::remove_file(&payments).unwrap();
        assert_eq!(find_missing(folder, &NEEDED), Some(payments));
        // A start that keeps payments on another server does not need the file.
        assert_eq!(find_missing(folder, &["orders"]), None);
    }

    #[test]
    fn new_database_of_an_old_folder_is_created_and_listed() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let checked = CheckedDatabases::check(folder, &["orders"]).unwrap();
        create(folder, "orders");
        checked.complete().unwrap();
        let checked = CheckedDatabases::check(folder, &NEEDED).unwrap();
        create(folder, "payments");
        checked.complete().unwrap();
        assert_eq!(listed_names(folder).unwrap().unwrap().len(), 2);
    }

    #[test]
    fn folder_without_a_manifest_must_be_complete() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        create(folder, "orders");
        assert_eq!(find_missing(folder, &NEEDED), Some(database(folder, "payments")));
        create(folder, "payments");
        CheckedDatabases::check(folder, &NEEDED).unwrap().complete().unwrap();
        assert!(listed_names(folder).unwrap().is_some());
    }

    fn complete_folder(folder: &Path) {
        let checked = CheckedDatabases::check(folder, &NEEDED).unwrap();
        NEEDED.iter().for_each(|name| create(folder, name));
        checked.complete().unwrap();
    }

    /// Removes a database and its journal files.
    fn remove(folder: &Path, name: &str) {
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if file.file_name().unwrap().to_string_lossy().starts_with(&format!("{name}.db")) {
                fs::remove_file(file).unwrap();
            }
        }
    }

    #[test]
    fn database_replaced_during_start_is_a_lasting_error() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        complete_folder(folder);
        let path = database(folder, "payments");
        for is_removed in [true, false] {
            let kept = fs::read(&path).unwrap();
            let checked = CheckedDatabases::check(folder, &NEEDED).unwrap();
            if is_removed {
                remove(folder, "payments");
            } else {
                fs::write(&path, "").unwrap();
            }
            // The server opens the file, and creates its tables.
            create(folder, "payments");
            let replaced = checked.complete();
            assert!(matches!(replaced, Err(StartError::ReplacedDatabase { .. })), "{replaced:?}");
            let again = CheckedDatabases::check(folder, &NEEDED);
            assert!(matches!(again, Err(StartError::ReplacedDatabase { .. })), "{again:?}");
            fs::write(&path, kept).unwrap();
            CheckedDatabases::check(folder, &NEEDED).unwrap().complete().unwrap();
        }
    }

    #[test]
    fn manifest_gets_identities_before_a_database_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        complete_folder(folder);
        let whole = listed_databases(folder).unwrap();
        write_manifest(folder, &listed_names(folder).unwrap().unwrap()).unwrap();
        drop(CheckedDatabases::check(folder, &NEEDED).unwrap());
        assert_eq!(listed_databases(folder).unwrap(), whole);
        assert!(whole.unwrap().values().all(Option::is_some));
    }
}
