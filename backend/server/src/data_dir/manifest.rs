//! The list of the databases that a data folder has, by name and identity: a folder that has lost one is not started with an
//! empty one, nor with one that was put in its place while the server started.
//!
//! The first start leaves the mark `creating` in an empty folder, makes the databases, writes the list and removes the mark. So
//! a first start that was killed is begun again, and a part that is missing later is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ticketing_platform::db::file_identity;
use ticketing_platform::files::{OpenedPath, sync_folder, write_private_file};

use super::database;
use crate::StartError;

/// The list: the name of a database a line, and its identity where it is known; lines that begin with `#` are remarks.
pub(crate) const MANIFEST: &str = "manifest";
/// The mark of a first start that has not come to its end.
const CREATING: &str = "creating";

const REMARK: &str = "# The databases of this folder. Each must be there when a server starts.";

/// The databases of a folder, by name: the identity of each, where it is listed.
pub(crate) type Databases = BTreeMap<String, Option<String>>;

/// The databases that a start needs, checked before the first of them is opened.
#[derive(Debug)]
#[must_use = "the list is written by `complete`"]
pub(crate) struct Contents {
    folder: PathBuf,
    /// The databases that must be there, as they are before they are opened.
    required: BTreeMap<&'static str, (OpenedPath, String)>,
    needed: Vec<&'static str>,
    listed: Option<Databases>,
}

impl Contents {
    /// Checks that each of the `needed` databases is there and is the listed one, unless the folder never had it.
    pub(super) fn check(folder: &Path, needed: &[&'static str]) -> Result<Self, StartError> {
        let unusable = |source| StartError::DataDir { path: folder.to_owned(), source };
        let listed = listed_databases(folder).map_err(unusable)?;
        let has = |name: &str| database(folder, name).metadata().is_ok_and(|file| file.len() > 0);
        let required: Vec<&'static str> = match &listed {
            Some(listed) => needed.iter().copied().filter(|name| listed.contains_key(*name)).collect(),
            None if folder.join(CREATING).exists() => Vec::new(),
            // Nothing was ever kept here, or an earlier version has written no list.
            None if needed.iter().any(|name| has(name)) => needed.to_vec(),
            None => {
                if !needed.is_empty() {
                    write_private_file(&folder.join(CREATING), "").map_err(unusable)?;
                }
                Vec::new()
            }
        };
        let mut contents =
            Self { folder: folder.to_owned(), required: BTreeMap::new(), needed: needed.to_vec(), listed };
        for name in required {
            let found = contents.find(name)?;
            let expected = contents.listed.as_ref().and_then(|listed| listed.get(name)).cloned().flatten();
            if expected.is_some_and(|expected| expected != found.1) {
                return Err(contents.replaced(name));
            }
            contents.required.insert(name, found);
        }
        if !contents.required.is_empty() {
            // Before anything is opened: should a database be replaced from here on, the next start knows it too.
            let known = contents.required.iter().map(|(name, (_, identity))| (*name, identity.clone()));
            contents.listed = Some(contents.write(known.collect())?);
        }
        Ok(contents)
    }

    /// Checks that the databases that were there are still the same, and lists all of them. Until then none of them may hold
    /// anything that was answered. Returns the files.
    pub(crate) fn complete(self) -> Result<Vec<OpenedPath>, StartError> {
        let (mut paths, mut identities) = (Vec::new(), BTreeMap::new());
        for name in &self.needed {
            let (path, identity) = self.find(name)?;
            if let Some((before, expected)) = self.required.get(name)
                && (!before.is_unchanged() || *expected != identity)
            {
                return Err(self.replaced(name));
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

    /// A database that must be there, and its identity.
    fn find(&self, name: &str) -> Result<(OpenedPath, String), StartError> {
        let path = database(&self.folder, name);
        let missing =
            || StartError::MissingDatabase { path: path.clone(), manifest: self.folder.join(MANIFEST) };
        let opened = OpenedPath::of(&path).map_err(|_| missing())?.requiring_content();
        if !opened.is_unchanged() {
            return Err(missing());
        }
        let identity = file_identity(&path)?.ok_or_else(missing)?;
        Ok((opened, identity))
    }

    fn replaced(&self, name: &str) -> StartError {
        StartError::ReplacedDatabase {
            path: database(&self.folder, name),
            manifest: self.folder.join(MANIFEST),
        }
    }

    /// Lists these databases beside those that are listed, if that is news. Returns the list.
    fn write(&self, identities: BTreeMap<&str, String>) -> Result<Databases, StartError> {
        let mut databases = self.listed.clone().unwrap_or_default();
        databases.extend(identities.into_iter().map(|(name, identity)| (name.to_owned(), Some(identity))));
        if !databases.is_empty() && self.listed.as_ref() != Some(&databases) {
            write_databases(&self.folder, &databases)
                .map_err(|source| StartError::DataDir { path: self.folder.join(MANIFEST), source })?;
        }
        Ok(databases)
    }
}

/// The databases that the folder lists, if it has a list.
pub(super) fn listed_databases(folder: &Path) -> io::Result<Option<Databases>> {
    match fs::read_to_string(folder.join(MANIFEST)) {
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

/// The names of the databases that the folder lists, if it has a list.
pub(crate) fn listed(folder: &Path) -> io::Result<Option<BTreeSet<String>>> {
    Ok(listed_databases(folder)?.map(|databases| databases.into_keys().collect()))
}

/// Lists these databases, all of which are in the folder. The next start adds their identities.
pub(crate) fn write_list(folder: &Path, names: &BTreeSet<String>) -> io::Result<()> {
    write_databases(folder, &names.iter().map(|name| (name.clone(), None)).collect())
}

fn write_databases(folder: &Path, databases: &Databases) -> io::Result<()> {
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

    fn make(folder: &Path, name: &str) {
        drop(Db::open(database(folder, name), DbOptions::default(), &[NOTES]).unwrap());
    }

    fn missing(folder: &Path, needed: &[&'static str]) -> Option<PathBuf> {
        match Contents::check(folder, needed) {
            Ok(_) => None,
            Err(StartError::MissingDatabase { path, .. }) => Some(path),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn first_start_may_be_begun_again_until_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert_eq!(missing(folder, &NEEDED), None);
        make(folder, "orders");
        // It was killed here.
        let contents = Contents::check(folder, &NEEDED).unwrap();
        make(folder, "payments");
        contents.complete().unwrap();
        assert_eq!(listed(folder).unwrap().unwrap(), BTreeSet::from(NEEDED.map(str::to_owned)));
        assert!(!folder.join(CREATING).exists());
        Contents::check(folder, &NEEDED).unwrap().complete().unwrap();
    }

    #[test]
    fn listed_database_that_is_missing_or_empty_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let contents = Contents::check(folder, &NEEDED).unwrap();
        NEEDED.iter().for_each(|name| make(folder, name));
        contents.complete().unwrap();
        let payments = database(folder, "payments");
        fs::write(&payments, "").unwrap();
        assert_eq!(missing(folder, &NEEDED), Some(payments.clone()));
        fs::remove_file(&payments).unwrap();
        assert_eq!(missing(folder, &NEEDED), Some(payments));
        // A start that keeps its payments elsewhere does not need it.
        assert_eq!(missing(folder, &["orders"]), None);
    }

    #[test]
    fn database_that_the_folder_never_had_is_made_and_listed() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let contents = Contents::check(folder, &["orders"]).unwrap();
        make(folder, "orders");
        contents.complete().unwrap();
        let contents = Contents::check(folder, &NEEDED).unwrap();
        make(folder, "payments");
        contents.complete().unwrap();
        assert_eq!(listed(folder).unwrap().unwrap().len(), 2);
    }

    #[test]
    fn folder_of_an_earlier_version_must_be_whole() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        make(folder, "orders");
        assert_eq!(missing(folder, &NEEDED), Some(database(folder, "payments")));
        make(folder, "payments");
        Contents::check(folder, &NEEDED).unwrap().complete().unwrap();
        assert!(listed(folder).unwrap().is_some());
    }

    fn complete_folder(folder: &Path) {
        let contents = Contents::check(folder, &NEEDED).unwrap();
        NEEDED.iter().for_each(|name| make(folder, name));
        contents.complete().unwrap();
    }

    /// Removes a database with what lies beside it.
    fn remove(folder: &Path, name: &str) {
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if file.file_name().unwrap().to_string_lossy().starts_with(&format!("{name}.db")) {
                fs::remove_file(file).unwrap();
            }
        }
    }

    #[test]
    fn database_replaced_between_check_and_completion_is_an_error_for_good() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        complete_folder(folder);
        let path = database(folder, "payments");
        for is_removed in [true, false] {
            let kept = fs::read(&path).unwrap();
            let contents = Contents::check(folder, &NEEDED).unwrap();
            if is_removed {
                remove(folder, "payments");
            } else {
                fs::write(&path, "").unwrap();
            }
            // The server opens what it finds, and makes it a database with tables.
            make(folder, "payments");
            let replaced = contents.complete();
            assert!(matches!(replaced, Err(StartError::ReplacedDatabase { .. })), "{replaced:?}");
            let again = Contents::check(folder, &NEEDED);
            assert!(matches!(again, Err(StartError::ReplacedDatabase { .. })), "{again:?}");
            fs::write(&path, kept).unwrap();
            Contents::check(folder, &NEEDED).unwrap().complete().unwrap();
        }
    }

    #[test]
    fn list_without_identities_gets_them_before_a_database_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        complete_folder(folder);
        let whole = listed_databases(folder).unwrap();
        write_list(folder, &listed(folder).unwrap().unwrap()).unwrap();
        drop(Contents::check(folder, &NEEDED).unwrap());
        assert_eq!(listed_databases(folder).unwrap(), whole);
        assert!(whole.unwrap().values().all(Option::is_some));
    }
}
