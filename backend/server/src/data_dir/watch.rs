//! Whether the data folder still is where the server has opened it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ticketing_platform::files::OpenedPath;
use ticketing_platform::shutdown::Shutdown;

/// How often a server looks that has nothing to write.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// The folder and the databases in it, as they were opened, and the files that the next start reads. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct FolderWatch {
    paths: Arc<[OpenedPath]>,
    /// Read at the start alone, and replaced by renaming: they must be there, whichever they are.
    files: Arc<[PathBuf]>,
}

impl FolderWatch {
    pub(super) fn new(
        paths: impl Iterator<Item = OpenedPath>,
        files: impl IntoIterator<Item = PathBuf>,
    ) -> Self {
        Self { paths: paths.collect(), files: files.into_iter().collect() }
    }

    /// The first path at which something else is now, or nothing.
    pub(crate) fn missing(&self) -> Option<PathBuf> {
        let place = self.paths.iter().find(|path| !path.is_unchanged()).map(OpenedPath::path);
        let file = || self.files.iter().find(|file| !file.exists()).map(PathBuf::as_path);
        place.or_else(file).map(Path::to_owned)
    }

    /// Whether all of it is at its path.
    pub(crate) async fn is_in_place(&self) -> bool {
        let watch = self.clone();
        // A file system that does not answer must hold up nothing else.
        tokio::task::spawn_blocking(move || watch.missing().is_none()).await.unwrap_or(false)
    }

    /// Logs when the folder goes away and when it is back, until `shutdown`. Each database refuses its writes by itself.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        let mut gone: Option<PathBuf> = None;
        loop {
            tokio::select! {
                () = shutdown.triggered() => return,
                () = tokio::time::sleep(WATCH_INTERVAL) => {}
            }
            let watch = self.clone();
            let Ok(missing) = tokio::task::spawn_blocking(move || watch.missing()).await else { continue };
            match (&gone, &missing) {
                (before, Some(path)) if before.as_ref() != Some(path) => self.log_loss(path),
                (Some(_), None) => tracing::warn!("the data folder is back; the server is ready"),
                _ => {}
            }
            gone = missing;
        }
    }

    fn log_loss(&self, path: &Path) {
        if self.files.iter().any(|file| file == path) {
            tracing::error!(
                path = %path.display(),
                "a file of the data folder was deleted under the running server, which the next start needs: restore it from \
                 a backup. Without its key every session ends"
            );
            return;
        }
        tracing::error!(
            path = %path.display(),
            "the data folder, or a database in it, was moved or deleted under the running server; put it back, or stop \
             the server, restore the folder from a backup and start it again"
        );
    }
}
