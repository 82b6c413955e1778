//! Records of the journal that cannot be read.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{BatchJournal, Journal, MAX_RECORD, RECORD_EXTENSION, WriteRecord};
use crate::files;

impl Journal {
    /// Returns a text for each record that is damaged: which write it is about is not known. Those of running commands are not
    /// among them.
    pub(crate) fn damaged_records(&self) -> Vec<String> {
        let paths = self.folder.iter().flat_map(|folder| files_in(folder, RECORD_EXTENSION));
        paths.filter_map(|path| Some(format!("{}: {}", path.display(), note_damage(&path)?))).collect()
    }

    /// Returns a text for each record of listings that is damaged: the command that it belongs to does not continue.
    pub(crate) fn damaged_listings(&self) -> Vec<String> {
        let folders = self.folder.iter().map(|folder| folder.join("listings"));
        let paths = folders.flat_map(|folder| files_in(&folder, "jsonl"));
        paths.filter_map(|path| BatchJournal::damage(&path)).collect()
    }
}

/// Returns the files of a folder with this extension, by name.
pub(crate) fn files_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    paths.sort();
    paths
}

/// Returns what is wrong with a record; `None` if it can be read, is empty or in use, or is gone.
fn note_damage(path: &Path) -> Option<String> {
    let read = || {
        let file = File::open(path)?;
        file.try_lock_shared().map_err(|_| ErrorKind::NotFound)?;
        files::read_to_end(file, MAX_RECORD)
    };
    let text = match read() {
        Ok(text) if text.is_empty() => return None,
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => return Some(error.to_string()),
    };
    serde_json::from_slice::<WriteRecord>(&text).err().map(|error| format!("it is damaged: {error}"))
}
