//! Reads of files up to a bound, since a path can name an endless device.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

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
