//! A file of JSON lines that only grows. A line that was appended is on disk, and a crash leaves no half of one.

use std::fs::File;
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::is_at;
use crate::files::{self, MIB};

/// The largest file, in bytes: some hundred thousand lines.
const MAX_LOG: u64 = 256 * MIB;

/// The file, locked by this process.
#[derive(Debug)]
pub(crate) struct AppendLog {
    file: File,
    /// The end of the last complete line.
    length: u64,
}

/// A line of the file, or why it cannot be read, with its number from 1.
pub(crate) type LogLine<L> = (usize, serde_json::Result<L>);

impl AppendLog {
    /// Opens a file that only its owner can read, or creates it, and returns its lines. An incomplete last line is
    /// removed; one that lacks only the line break, as an editor may leave it, is ended.
    ///
    /// # Errors
    /// If the file cannot be read or written, is too large, or another process holds it (`WouldBlock`).
    pub(crate) fn open<L: DeserializeOwned>(path: &Path) -> std::io::Result<(Self, Vec<LogLine<L>>)> {
        let file = loop {
            // `WouldBlock` is kept for the lock.
            let file = files::private().read(true).open(path).map_err(|error| match error.kind() {
                ErrorKind::WouldBlock => std::io::Error::other(error),
                _ => error,
            })?;
            file.try_lock()?;
            // The process that held the lock may have removed the file.
            if is_at(path, &file) {
                break file;
            }
        };
        let mut log = Self { file, length: 0 };
        let text = files::read_to_end(&log.file, MAX_LOG)?;
        let (lines, complete) = split_lines(&text);
        log.length = u64::try_from(complete).unwrap_or(u64::MAX);
        log.file.set_len(log.length)?;
        if text[..complete].last().is_some_and(|byte| *byte != b'\n') {
            log.file.seek(SeekFrom::Start(log.length))?;
            log.file.write_all(b"\n").and_then(|()| log.file.sync_data())?;
            log.length += 1;
        }
        if lines.is_empty() {
            files::sync_folder(
                path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")),
            )?;
        }
        Ok((log, lines))
    }

    /// Returns the lines of a file as they are now. Another process may work with it.
    ///
    /// # Errors
    /// If it cannot be read, or is too large.
    pub(crate) fn read<L: DeserializeOwned>(path: &Path) -> std::io::Result<Vec<LogLine<L>>> {
        Ok(split_lines(&files::read(path, MAX_LOG)?).0)
    }

    /// Writes one line at the end, and returns when it is on disk. A line that cannot be written whole is removed.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn append(&mut self, line: &impl Serialize) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(line)?;
        line.push(b'\n');
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.write_all(&line).and_then(|()| self.file.sync_data()).inspect_err(|_| {
            let _ = self.file.set_len(self.length);
        })?;
        self.length += u64::try_from(line.len()).unwrap_or_default();
        Ok(())
    }

    /// Removes every line; the next one replaces them.
    pub(crate) fn clear(&mut self) {
        self.length = 0;
        // A part that cannot be removed now is removed with the next line.
        let _ = self.file.set_len(0);
    }
}

/// Returns the complete lines that are not empty, and the end of the last one. The last one may lack its line break.
fn split_lines<L: DeserializeOwned>(text: &[u8]) -> (Vec<LogLine<L>>, usize) {
    let mut complete = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    if serde_json::from_slice::<L>(&text[complete..]).is_ok() {
        complete = text.len();
    }
    let lines = (1..).zip(text[..complete].split(|byte| *byte == b'\n'));
    let lines = lines.filter(|(_, line)| !line.is_empty());
    (lines.map(|(number, line)| (number, serde_json::from_slice(line))).collect(), complete)
}
