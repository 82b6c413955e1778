//! The calendar file of a pass, in the current folder.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use ticketing_sdk::PassId;

use crate::text;

/// The maximum number of files of one pass.
const MAX_FILES: u32 = 100;

/// Writes an event to a new file, and returns its path. A file that is there already is not written over.
///
/// # Errors
/// When the folder cannot be written to.
pub(super) fn save(pass: &PassId, event: &str) -> io::Result<PathBuf> {
    save_in(&std::env::current_dir()?, pass, event)
}

fn save_in(folder: &Path, pass: &PassId, event: &str) -> io::Result<PathBuf> {
    let name: String = text::short_id(pass.as_str()).chars().filter(char::is_ascii_alphanumeric).collect();
    for number in 1..=MAX_FILES {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("ticket-{name}{suffix}.ics"));
        match File::create_new(&path) {
            Ok(mut file) => return file.write_all(event.as_bytes()).map(|()| path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(ErrorKind::AlreadyExists, format!("there are {MAX_FILES} files of this ticket")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_that_is_there_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let pass = PassId::new("01a203ba-11c4-7d52-9d0e-7a3b../c5e");
        let one = save_in(folder.path(), &pass, "one").unwrap();
        let two = save_in(folder.path(), &pass, "two").unwrap();
        assert_eq!((one.parent(), two.parent()), (Some(folder.path()), Some(folder.path())));
        assert_ne!(one, two);
        assert_eq!(std::fs::read_to_string(one).unwrap(), "one");
        assert_eq!(std::fs::read_to_string(two).unwrap(), "two");
        assert!(save_in(&folder.path().join("none"), &pass, "three").is_err());
    }
}
