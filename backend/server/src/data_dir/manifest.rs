//! The list of the databases that a data folder has: a folder that has lost one is not started with an empty one.
//!
//! The first start leaves the mark `creating` in an empty folder, makes the databases, writes the list and removes the mark. So
//! a first start that was killed is begun again, and a part that is missing later is an error.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ticketing_platform::files::{sync_folder, write_private_file};

use super::database;
use crate::StartError;

/// The list: a name a line; lines that begin with `#` are remarks.
pub(crate) const MANIFEST: &str = "manifest";
/// The mark of a first start that has not come to its end.
const CREATING: &str = "creating";

const REMARK: &str = "# The databases of this folder. Each must be there when a server starts.";

/// The databases that a start needs, checked before the first of them is opened.
#[derive(Debug)]
#[must_use = "the list is written by `complete`"]
pub(crate) struct Contents {
    folder: PathBuf,
    /// What the list has to say once all are open.
    databases: BTreeSet<String>,
    is_written: bool,
}

impl Contents {
    /// Checks that each of the `needed` databases is there, unless the folder never had it.
    pub(super) fn check(folder: &Path, needed: &[&'static str]) -> Result<Self, StartError> {
        let unusable = |source| StartError::DataDir { path: folder.to_owned(), source };
        let listed = listed(folder).map_err(unusable)?;
        let has = |name: &str| database(folder, name).metadata().is_ok_and(|file| file.len() > 0);
        let required: Vec<&str> = match &listed {
            Some(listed) => needed.iter().copied().filter(|name| listed.contains(*name)).collect(),
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
        if let Some(missing) = required.into_iter().find(|name| !has(name)) {
            let path = database(folder, missing);
            return Err(StartError::MissingDatabase { path, manifest: folder.join(MANIFEST) });
        }
        let mut databases = listed.clone().unwrap_or_default();
        databases.extend(needed.iter().map(|name| (*name).to_owned()));
        let is_written = listed.as_ref() == Some(&databases) || databases.is_empty();
        Ok(Self { folder: folder.to_owned(), databases, is_written })
    }

    /// Lists the databases, all of which are there now. Until then none of them may hold anything that was answered.
    pub(crate) fn complete(self) -> Result<(), StartError> {
        let unusable = |source| StartError::DataDir { path: self.folder.join(MANIFEST), source };
        if !self.is_written {
            write_list(&self.folder, &self.databases).map_err(unusable)?;
        }
        match fs::remove_file(self.folder.join(CREATING)) {
            Ok(()) => sync_folder(&self.folder).map_err(unusable),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(unusable(error)),
        }
    }
}

/// The databases that the folder lists, if it has a list.
pub(crate) fn listed(folder: &Path) -> io::Result<Option<BTreeSet<String>>> {
    match fs::read_to_string(folder.join(MANIFEST)) {
        Ok(text) => {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            Ok(Some(lines.map(str::to_owned).collect()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Lists these databases, all of which are in the folder.
pub(crate) fn write_list(folder: &Path, databases: &BTreeSet<String>) -> io::Result<()> {
    let names: String = databases.iter().map(|name| format!("{name}\n")).collect();
    write_private_file(&folder.join(MANIFEST), &format!("{REMARK}\n{names}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDED: [&str; 2] = ["orders", "payments"];

    fn make(folder: &Path, name: &str) {
        fs::write(database(folder, name), "a database").unwrap();
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
}
