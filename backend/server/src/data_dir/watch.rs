//! Whether the data folder still is where the server has opened it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ticketing_platform::files::Place;
use ticketing_platform::shutdown::Shutdown;

/// How often a server looks that has nothing to write.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// The folder and the databases in it, as they were opened. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct FolderWatch {
    places: Arc<[Place]>,
}

impl FolderWatch {
    pub(super) fn new(places: impl Iterator<Item = Place>) -> Self {
        Self { places: places.collect() }
    }

    /// The first path at which something else is now, or nothing.
    pub(crate) fn missing(&self) -> Option<PathBuf> {
        self.places.iter().find(|place| !place.is_held()).map(|place| place.path().to_owned())
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
                (None, Some(path)) => log_loss(path),
                (Some(_), None) => tracing::warn!("the data folder is back; the server is ready"),
                _ => {}
            }
            gone = missing;
        }
    }
}

fn log_loss(path: &Path) {
    tracing::error!(
        path = %path.display(),
        "the data folder was moved or deleted under the running server; put it back, or stop the server, restore the \
         folder from a backup and start it again"
    );
}
