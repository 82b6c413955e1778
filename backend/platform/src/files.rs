//! Files and folders that only their owner can look into, and whether they still are where they were opened.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The mode of a file that only its owner reads and writes.
#[cfg(unix)]
const PRIVATE_FILE: u32 = 0o600;
/// The same of a folder.
#[cfg(unix)]
const PRIVATE_FOLDER: u32 = 0o700;

/// Makes a folder, and those above it, that only its owner can look into, whatever the umask. One that exists stays as it
/// is.
///
/// # Errors
/// When it cannot be made.
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
    // After a loss of power a folder is there once the one above it has been written.
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes an empty file that only its owner reads and writes, whatever the umask.
///
/// # Errors
/// When it cannot be made, or is there already.
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

/// Writes a private file beside its final place and renames it, so that a crash leaves the former file or the new one.
///
/// # Errors
/// When it cannot be written.
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

/// Makes what was created, renamed or removed in a folder outlast a loss of power.
///
/// # Errors
/// When the folder cannot be written to its disk.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    // The folder of a bare name is the current one.
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

/// The permissions that others than the owner have to a file or folder: the last six bits of its mode. 0 where there are
/// no modes.
///
/// # Errors
/// When it cannot be looked at.
pub fn permissions_of_others(path: &Path) -> io::Result<u32> {
    fs::metadata(path).map(|metadata| mode(&metadata) & 0o077)
}

/// Makes a file private that others can read or write, and logs that. A file that is not there stays away.
///
/// # Errors
/// When it cannot be looked at.
pub fn tighten_file(path: &Path) -> io::Result<()> {
    let others = match permissions_of_others(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        others => others?,
    };
    #[cfg(unix)]
    if others != 0 {
        let (file, mode) = (path.display(), format!("{:03o}", PRIVATE_FILE | others));
        match set_mode(path, PRIVATE_FILE) {
            Ok(()) => tracing::warn!(%file, mode, "others had access to a file; its mode is 600 now"),
            Err(error) => {
                tracing::warn!(%file, mode, %error, "others have access to a file; run `chmod 600`")
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

/// A file or folder as it was at some moment, and its path.
#[derive(Clone, Debug)]
pub struct OpenedPath {
    path: PathBuf,
    identity: Identity,
}

/// Device and number on it: the same path with another identity is another file.
type Identity = (u64, u64);

impl OpenedPath {
    /// What is at `path` now.
    ///
    /// # Errors
    /// When there is nothing, or it cannot be looked at.
    pub fn of(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        Ok(Self { identity: identity(&path)?, path })
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the same file or folder is at its path now. Costs a call of the operating system, about a microsecond.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        identity(&self.path).is_ok_and(|found| found == self.identity)
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> io::Result<Identity> {
    // Here an open file cannot be moved or deleted.
    fs::metadata(path).map(|_| (0, 0))
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
        // What a crash has left beside it is in nobody's way.
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
    fn place_is_held_until_the_file_is_moved_deleted_or_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (path, elsewhere) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "").unwrap();
        let place = OpenedPath::of(&path).unwrap();
        assert!(place.is_unchanged());
        fs::rename(&path, &elsewhere).unwrap();
        assert!(!place.is_unchanged());
        fs::write(&path, "").unwrap();
        assert!(!place.is_unchanged(), "another file has its path");
        fs::rename(&elsewhere, &path).unwrap();
        assert!(place.is_unchanged());
        fs::remove_file(&path).unwrap();
        assert!(!place.is_unchanged());
    }
}
