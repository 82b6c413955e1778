//! Reads of files up to a bound, since a path can name an endless device, and files that only their owner can read.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{Error, ErrorKind, Read, Result, Write as _};
use std::path::{Path, PathBuf};

/// The bytes of a mebibyte.
pub(crate) const MIB: u64 = 1024 * 1024;

/// Reads a file.
///
/// # Errors
/// If it cannot be read, or has more than `limit` bytes (`FileTooLarge`).
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    read_to_end(File::open(path)?, limit)
}

/// Reads a stream to its end.
///
/// # Errors
/// If it cannot be read, or has more than `limit` bytes (`FileTooLarge`).
pub(crate) fn read_to_end(stream: impl Read, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        return Ok(bytes);
    }
    let limit = if limit < MIB { format!("{} KiB", limit / 1024) } else { format!("{} MiB", limit / MIB) };
    Err(Error::new(ErrorKind::FileTooLarge, format!("it is larger than {limit}")))
}

/// Returns options that write a file which only its owner can read, and create it if there is none.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Replaces a file by way of one beside it, with `.tmp` after its name: a reader, and a crash, find the old content or the
/// new. Only the owner can read the file, unless `permissions` are given.
///
/// # Errors
/// If it cannot be written; then it is as it was.
pub(crate) fn replace(path: &Path, content: &[u8], permissions: Option<Permissions>) -> Result<()> {
    let incomplete = with_suffix(path, ".tmp");
    let write = || {
        let mut file = private().truncate(true).open(&incomplete)?;
        file.write_all(content)?;
        permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
        file.sync_all()?;
        fs::rename(&incomplete, path)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&incomplete);
    })
}

/// Returns a path with this after its name.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Waits until the names of the files in a folder are on disk: until then, a crash removes a new file.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, [7; 2048]).unwrap();
        assert_eq!(read(&file, 2048).unwrap().len(), 2048);
        let error = read(&file, 1024).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ErrorKind::FileTooLarge, "it is larger than 1 KiB")
        );
        assert!(read_to_end(std::io::repeat(0), MIB).unwrap_err().to_string().contains("1 MiB"));
    }
}
