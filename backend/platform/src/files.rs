//! Private files and folders, and the detection of files that were moved, deleted or replaced.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

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

/// The path and the identity of a file or folder.
#[derive(Clone, Debug)]
pub struct OpenedPath {
    path: PathBuf,
    identity: Identity,
    needs_content: bool,
}

/// Device and inode number. Another identity at the same path is another file.
type Identity = (u64, u64);

impl OpenedPath {
    /// Records the identity of the file or folder at `path`.
    ///
    /// # Errors
    /// If it does not exist, or its metadata cannot be read.
    pub fn of(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        Ok(Self { identity: identity(&path)?, path, needs_content: false })
    }

    /// The same for a file that is never empty: one that was truncated to nothing has changed.
    #[must_use]
    pub fn requiring_content(self) -> Self {
        Self { needs_content: true, ..self }
    }

    /// Returns the path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether the same file or folder is at the path. Costs one system call, about a microsecond.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|found| {
            identity_of(&found) == self.identity && !(self.needs_content && found.len() == 0)
        })
    }
}

fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(|metadata| identity_of(&metadata))
}

#[cfg(unix)]
fn identity_of(metadata: &fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity_of(_metadata: &fs::Metadata) -> Identity {
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
        let opened = OpenedPath::of(&path).unwrap();
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
    fn opened_path_that_requires_content_changes_when_the_file_is_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.db");
        fs::write(&path, "rows").unwrap();
        let (log, database) = (OpenedPath::of(&path).unwrap(), OpenedPath::of(&path).unwrap());
        let database = database.requiring_content();
        fs::write(&path, "").unwrap();
        assert!(log.is_unchanged() && !database.is_unchanged());
        fs::write(&path, "rows").unwrap();
        assert!(database.is_unchanged());
    }
}
