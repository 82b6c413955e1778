//! The config file: read at the start, and written one setting at a time.
//!
//! Several programs may run at once, so a change is applied to the file as it is at that moment, under a lock. The file
//! keeps its permissions, and a symbolic link stays one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::config;
use crate::settings::{SettingChange, Settings};

/// The largest file, in bytes.
const MAX_SIZE: u64 = 1024 * 1024;
/// How long another program may hold the lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);
const LOCK_RETRY_PAUSE: Duration = Duration::from_millis(5);

/// Reads the settings, with a line for each error of the file.
pub(super) fn read(path: &Path) -> (Settings, Vec<String>) {
    match read_text(path) {
        Ok(text) => {
            let (settings, errors) = config::read(&text);
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            (settings, errors.iter().map(|error| format!("{name}, {error}")).collect())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => (Settings::default(), Vec::new()),
        Err(error) => (Settings::default(), vec![format!("{} cannot be read: {error}", path.display())]),
    }
}

/// Reads the file, of at most [`MAX_SIZE`] bytes: the path can lead to an endless device.
fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MAX_SIZE + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_SIZE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 1 MiB"));
    }
    Ok(text)
}

/// Writes the new value of one setting.
///
/// # Errors
/// Why it could not be written. The file is as it was.
pub(super) fn save(path: &Path, change: &SettingChange) -> Result<(), String> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let lock = lock(&path.with_extension("toml.lock"))?;
    let target = follow_links(path).map_err(|error| error.to_string())?;
    let old = match read_text(&target) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.to_string()),
    };
    let text = config::write(&old, change).map_err(|error| format!("{error}; mend that first"))?;
    let written = replace(&target, &text).map_err(|error| error.to_string());
    drop(lock);
    written
}

/// Waits for the lock. It is a file of its own, because the config file itself is replaced.
#[expect(clippy::disallowed_methods, reason = "another program's lock cannot be waited for with a deadline")]
fn lock(path: &Path) -> Result<File, String> {
    let file = private().create(true).truncate(false).write(true).open(path);
    let file = file.map_err(|error| format!("{}: {error}", path.display()))?;
    let end = Instant::now() + LOCK_TIMEOUT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error.to_string()),
            Err(TryLockError::WouldBlock) if Instant::now() >= end => {
                return Err("another program is writing it".to_owned());
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_RETRY_PAUSE),
        }
    }
}

/// The file to which symbolic links lead, which need not be there yet.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::read_link(path) {
            Ok(target) => Ok(path.parent().unwrap_or(Path::new(".")).join(target)),
            Err(_) => Ok(path.to_owned()),
        },
        found => found,
    }
}

/// Replaces the file atomically.
fn replace(target: &Path, text: &str) -> io::Result<()> {
    let fresh = target.with_extension("toml.new");
    let written = (|| {
        let mut file = private().create(true).truncate(true).write(true).open(&fresh)?;
        file.write_all(text.as_bytes())?;
        if let Ok(old) = fs::metadata(target) {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&fresh, target)
    })();
    if written.is_err() {
        // It holds nothing that the config file does not.
        let _ = fs::remove_file(&fresh);
    }
    written
}

/// Options for files that only their owner reads.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Borders;
    use crate::theme::ThemeName;

    fn text(path: &Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn save_keeps_the_changes_of_another_program() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper/config.toml");
        save(&path, &SettingChange::Theme(ThemeName::Light)).unwrap();
        // Another program has read the file before, and changes something else.
        save(&path, &SettingChange::Borders(Borders::Square)).unwrap();
        let (settings, errors) = read(&path);
        assert_eq!((settings.theme, settings.borders, errors.len()), (ThemeName::Light, Borders::Square, 0));
    }

    #[test]
    fn concurrent_saves_lose_no_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let changes = [
            SettingChange::Theme(ThemeName::Dark),
            SettingChange::Borders(Borders::Ascii),
            SettingChange::Bell(false),
            SettingChange::Title(false),
            SettingChange::Mouse(false),
        ];
        std::thread::scope(|scope| {
            for change in &changes {
                scope.spawn(|| save(&path, change).unwrap());
            }
        });
        let mut expected = Settings::default();
        changes.iter().for_each(|change| expected.apply(change));
        assert_eq!(read(&path), (expected, vec![]));
    }

    #[test]
    fn locked_file_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let held = lock(&path.with_extension("toml.lock")).unwrap();
        let refused = save(&path, &SettingChange::Bell(false)).unwrap_err();
        assert_eq!(refused, "another program is writing it");
        assert!(!path.exists());
        drop(held);
        save(&path, &SettingChange::Bell(false)).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn symlink_and_mode_survive_a_save() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("config.toml"), folder.path().join("dotfiles.toml"));
        symlink("dotfiles.toml", &path).unwrap();
        // The link leads nowhere yet.
        save(&path, &SettingChange::Bell(false)).unwrap();
        assert!(text(&target).contains("bell = false"));
        for mode in [0o600, 0o640] {
            fs::set_permissions(&target, fs::Permissions::from_mode(mode)).unwrap();
            save(&path, &SettingChange::Mouse(mode == 0o600)).unwrap();
            assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, mode);
        }
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert!(text(&target).contains("bell = false") && text(&target).contains("mouse = false"));
    }

    #[cfg(unix)]
    #[test]
    fn endless_file_is_not_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert!(read(&path).1[0].ends_with("cannot be read: it is larger than 1 MiB"));
        assert!(save(&path, &SettingChange::Bell(false)).unwrap_err().contains("larger than 1 MiB"));
    }

    #[test]
    fn broken_file_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "[tui\n").unwrap();
        assert!(save(&path, &SettingChange::Bell(false)).unwrap_err().contains("mend that first"));
        assert_eq!(text(&path), "[tui\n");
    }
}
