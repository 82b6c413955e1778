//! Private files and folders, and the detection of files that were moved, deleted, replaced or shortened.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

/// The largest file of settings, keys or names, in bytes.
const MAX_TEXT: u64 = 1024 * 1024;
/// The mode of a private file.
#[cfg(unix)]
const PRIVATE_FILE: u32 = 0o600;
/// The mode of a private folder.
#[cfg(unix)]
const PRIVATE_FOLDER: u32 = 0o700;

/// Creates a folder, and missing parents, that only its owner can read, whatever the umask. Does not change an existing
/// folder.
///
/// # Errors
/// If it cannot be created.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, PRIVATE_FOLDER);
    builder.create(path)?;
    #[cfg(unix)]
    set_mode(path, PRIVATE_FOLDER)?;
    // A folder survives a power loss only after its parent was synced.
    path.parent().map_or(Ok(()), sync_folder)
}

/// Creates an empty file that only its owner can read and write, whatever the umask.
///
/// # Errors
/// If it cannot be created, or exists.
pub fn create_private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, PRIVATE_FILE);
    let file = options.open(path)?;
    #[cfg(unix)]
    set_mode(path, PRIVATE_FILE)?;
    Ok(file)
}

/// Reads a small text file. A path can name an endless device.
///
/// # Errors
/// If it cannot be read, is not UTF-8, or is larger than 1 MiB (`FileTooLarge`).
pub fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    if File::open(path)?.take(MAX_TEXT + 1).read_to_string(&mut text)? as u64 > MAX_TEXT {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 1 MiB"));
    }
    Ok(text)
}

/// Writes a private file under another name and renames it, so that a crash leaves the old file or the new one.
///
/// # Errors
/// If it cannot be written.
pub fn write_private_file(path: &Path, text: &str) -> io::Result<()> {
    let beside = path.with_added_extension("new");
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = create_private_file(&beside)?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Syncs a folder, so that files created, renamed or deleted in it survive a power loss.
///
/// # Errors
/// If the folder cannot be synced.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    // The parent of a bare file name is the empty path: the current folder.
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

/// Returns the permissions of group and others on a file or folder: the last six bits of its mode. 0 on systems without
/// modes.
///
/// # Errors
/// If its metadata cannot be read.
pub fn permissions_of_others(path: &Path) -> io::Result<u32> {
    fs::metadata(path).map(|metadata| mode(&metadata) & 0o077)
}

/// Makes a file private if others can read or write it, and logs that. Ignores a missing file.
///
/// # Errors
/// If its metadata cannot be read.
pub fn tighten_file(path: &Path) -> io::Result<()> {
    let others = match permissions_of_others(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        others => others?,
    };
    #[cfg(unix)]
    if others != 0 {
        let (file, mode) = (path.display(), format!("{:03o}", PRIVATE_FILE | others));
        match set_mode(path, PRIVATE_FILE) {
            Ok(()) => tracing::warn!(%file, mode, "file was accessible to others; its mode is now 600"),
            Err(error) => {
                tracing::warn!(%file, mode, %error, "file is accessible to others; run `chmod 600`")
            }
        }
    }
    #[cfg(not(unix))]
    debug_assert_eq!(others, 0, "there are no modes");
    Ok(())
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions())
}

#[cfg(not(unix))]
fn mode(_metadata: &fs::Metadata) -> u32 {
    0
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
}

/// The path, the identity and the length of a file or folder. Clones share them.
#[derive(Clone, Debug)]
pub struct OpenedPath {
    path: PathBuf,
    identity: Identity,
    length: Option<Arc<Mutex<Length>>>,
}

/// Device and inode number. Another identity at the same path is another file.
type Identity = (u64, u64);

/// The known length of a file, in bytes.
#[derive(Debug)]
struct Length {
    /// The largest length that was seen.
    seen: u64,
    /// Whether another program has cut it. What was written afterwards does not bring back what was lost.
    is_shortened: bool,
}

/// The state of an opened file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathChange {
    /// It was moved, deleted or replaced. It may come back.
    Moved,
    /// It was emptied or cut. What it held is lost, whatever is written to it later.
    Shortened,
}

impl OpenedPath {
    /// Records the identity of the file or folder at `path`.
    ///
    /// # Errors
    /// If it does not exist, or its metadata cannot be read.
    pub fn record(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        Ok(Self { identity: to_identity(&fs::metadata(&path)?), path, length: None })
    }

    /// As [`record`](Self::record), for a file that only grows. If it is shorter later, another program has changed it.
    ///
    /// # Errors
    /// As for [`record`](Self::record).
    pub fn record_growing(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let found = fs::metadata(&path)?;
        let length = Length { seen: found.len(), is_shortened: false };
        Ok(Self { identity: to_identity(&found), path, length: Some(Arc::new(Mutex::new(length))) })
    }

    /// Returns the path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether the same file or folder is at the path and was not shortened. Costs one system call, about a
    /// microsecond.
    pub fn is_unchanged(&self) -> bool {
        self.change().is_none()
    }

    /// Returns what has happened to the file or folder.
    pub fn change(&self) -> Option<PathChange> {
        // Held across the call: the length that is compared is older than the one that is found.
        let mut length = self.length.as_ref().map(|length| length.lock());
        let found = fs::metadata(&self.path).ok().filter(|found| to_identity(found) == self.identity);
        let Some(found) = found else { return Some(PathChange::Moved) };
        let length = length.as_mut()?;
        length.is_shortened |= found.len() < length.seen;
        length.seen = length.seen.max(found.len());
        length.is_shortened.then_some(PathChange::Shortened)
    }
}

#[cfg(unix)]
fn to_identity(metadata: &fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn to_identity(_metadata: &fs::Metadata) -> Identity {
    // On these systems an open file cannot be moved or deleted.
    (0, 0)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn mode_of(path: &Path) -> u32 {
        mode(&fs::metadata(path).unwrap()) & 0o777
    }

    #[test]
    fn created_files_and_folders_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join("a/b");
        create_private_folder(&made).unwrap();
        assert_eq!((mode_of(&made), mode_of(&folder.path().join("a"))), (0o700, 0o700));
        let file = made.join("key");
        write_private_file(&file, "one").unwrap();
        // A file that a crash has left is replaced.
        fs::write(made.join("key.new"), "half").unwrap();
        write_private_file(&file, "two").unwrap();
        assert_eq!((mode_of(&file), fs::read_to_string(&file).unwrap().as_str()), (0o600, "two"));
        assert!(create_private_file(&file).is_err());
    }

    #[test]
    fn text_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("names");
        fs::write(&file, "one").unwrap();
        assert_eq!(read_text(&file).unwrap(), "one");
        assert_eq!(read_text(Path::new("/dev/zero")).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn tighten_file_closes_an_open_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("orders.db");
        tighten_file(&file).unwrap();
        fs::write(&file, "").unwrap();
        set_mode(&file, 0o644).unwrap();
        assert_eq!(permissions_of_others(&file).unwrap(), 0o044);
        tighten_file(&file).unwrap();
        assert_eq!(mode_of(&file), 0o600);
    }

    #[test]
    fn opened_path_is_unchanged_until_the_file_is_moved_or_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (path, elsewhere) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "").unwrap();
        let opened = OpenedPath::record(&path).unwrap();
        assert!(opened.is_unchanged());
        fs::rename(&path, &elsewhere).unwrap();
        assert!(!opened.is_unchanged());
        fs::write(&path, "").unwrap();
        assert!(!opened.is_unchanged(), "another file has its path");
        fs::rename(&elsewhere, &path).unwrap();
        assert!(opened.is_unchanged());
        fs::remove_file(&path).unwrap();
        assert!(!opened.is_unchanged());
    }

    #[test]
    fn file_that_another_program_cuts_is_changed_for_good() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.db");
        fs::write(&path, "rows").unwrap();
        let (of_any_length, growing) =
            (OpenedPath::record(&path).unwrap(), OpenedPath::record_growing(&path).unwrap());
        fs::write(&path, "more rows").unwrap();
        assert!(growing.is_unchanged());
        fs::write(&path, "rows").unwrap();
        assert!(of_any_length.is_unchanged());
        assert_eq!(
            growing.change(),
            Some(PathChange::Shortened),
            "it is as long as at first, and was longer"
        );
        fs::write(&path, "more rows again").unwrap();
        assert_eq!(growing.change(), Some(PathChange::Shortened), "other rows are no replacement");
    }
}
