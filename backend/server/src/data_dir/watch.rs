//! Whether the next start would find in the data folder what this one has found.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use ticketing_platform::files::OpenedPath;
use ticketing_platform::shutdown::Shutdown;

use super::manifest::{Databases, listed_databases};
use super::{KEY, MANIFEST, check_key};

/// The interval of the checks that are logged.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// The folder and the databases in it, as they were opened, and the files that the next start reads. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct FolderWatch {
    opened: Arc<Opened>,
}

#[derive(Debug)]
struct Opened {
    folder: OpenedPath,
    databases: Vec<OpenedPath>,
    /// The list of the databases, where there is one.
    listed: Option<Databases>,
    /// The key of the sessions, where it was read from the folder.
    key: Option<SecretString>,
}

/// Why the next start would not find what this one has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FolderProblem {
    /// The folder, or a database in it, was moved, deleted, replaced or emptied.
    Moved(PathBuf),
    /// The key of the sessions is not the one that signs them.
    Key(PathBuf, KeyProblem),
    /// The list of the databases is not the one of this start.
    List(PathBuf),
}

/// What is wrong with the file of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyProblem {
    /// It is not there.
    Missing,
    /// It holds another key, or none.
    Differs,
    /// The next start would refuse it.
    Unusable(String),
}

impl FolderWatch {
    /// Watches the folder as it is now. The files of the databases and the key are those that this start uses.
    pub(super) fn new(folder: OpenedPath, databases: Vec<OpenedPath>, key: Option<SecretString>) -> Self {
        // The list may be replaced by a rename; what it says must stay.
        let listed = if databases.is_empty() { None } else { listed_databases(folder.path()).ok().flatten() };
        Self { opened: Arc::new(Opened { folder, databases, listed, key }) }
    }

    /// Whether this process keeps anything in the folder.
    pub(crate) fn is_needed(&self) -> bool {
        !self.opened.databases.is_empty() || self.opened.key.is_some()
    }

    /// The first thing that the next start would find otherwise.
    pub(crate) fn problem(&self) -> Option<FolderProblem> {
        let Opened { folder, databases, listed, key } = &*self.opened;
        let paths = std::iter::once(folder).chain(databases);
        if let Some(moved) = paths.into_iter().find(|path| !path.is_unchanged()) {
            return Some(FolderProblem::Moved(moved.path().to_owned()));
        }
        let key_path = folder.path().join(KEY);
        if let Some(Err(problem)) = key.as_ref().map(|key| check_key(&key_path, key)) {
            return Some(FolderProblem::Key(key_path, problem));
        }
        let is_listed = |found: &Databases, listed: &Databases| {
            // A list without identities says the same.
            listed.iter().all(|(name, identity)| {
                found.get(name).is_some_and(|found| found.is_none() || found == identity)
            })
        };
        let list_differs = listed.as_ref().is_some_and(
            |listed| !matches!(listed_databases(folder.path()), Ok(Some(found)) if is_listed(&found, listed)),
        );
        list_differs.then(|| FolderProblem::List(folder.path().join(MANIFEST)))
    }

    /// Whether the next start would find what this one has found.
    pub(crate) async fn is_in_place(&self) -> bool {
        let watch = self.clone();
        // A file system that does not answer must hold up nothing else.
        tokio::task::spawn_blocking(move || watch.problem().is_none()).await.unwrap_or(false)
    }

    /// Logs each problem once and its end, until `shutdown`. Each database refuses its writes by itself.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        let mut last: Option<FolderProblem> = None;
        loop {
            let watch = self.clone();
            if let Ok(problem) = tokio::task::spawn_blocking(move || watch.problem()).await {
                match (&last, &problem) {
                    (before, Some(problem)) if before.as_ref() != Some(problem) => problem.log(),
                    (Some(_), None) => tracing::warn!("the data folder is back; the server is ready"),
                    _ => {}
                }
                last = problem;
            }
            tokio::select! {
                () = shutdown.triggered() => return,
                () = tokio::time::sleep(WATCH_INTERVAL) => {}
            }
        }
    }
}

impl FolderProblem {
    fn log(&self) {
        match self {
            Self::Moved(path) => tracing::error!(
                path = %path.display(),
                "the data folder, or a database in it, was moved, deleted, replaced or emptied under the running server; put it \
                 back, or stop the server, restore the folder from a backup and start it again"
            ),
            Self::Key(path, problem) => problem.log(path),
            Self::List(path) => tracing::error!(
                path = %path.display(),
                "the list of the databases was deleted or changed under the running server, and the next start could begin \
                 with an empty database: restore the list from a backup"
            ),
        }
    }
}

impl KeyProblem {
    fn log(&self, path: &Path) {
        let path = path.display();
        match self {
            Self::Missing => tracing::error!(
                %path,
                "the key of the sessions was deleted under the running server: restore it from a backup; the next start makes a \
                 new one, and every session ends"
            ),
            Self::Differs => tracing::error!(
                %path,
                "the key of the sessions was changed under the running server: restore it from a backup; the next start reads \
                 the changed file, and every session ends. To change the key on purpose, restart the server"
            ),
            Self::Unusable(reason) => tracing::error!(
                %path,
                reason,
                "the next start cannot use the key of the sessions: mend the file, or restore it from a backup"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ticketing_platform::files::write_private_file;

    use super::super::DataDir;
    use super::*;

    #[test]
    fn key_that_the_next_start_would_read_otherwise_is_a_problem() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::lock(&folder.path().join("data")).unwrap();
        data_dir.session_key().unwrap();
        let (watch, path) = (data_dir.watch(Vec::new()), data_dir.path().join(KEY));
        let kept = fs::read_to_string(&path).unwrap();
        assert!(watch.is_needed() && watch.problem().is_none());
        let differs = Some(FolderProblem::Key(path.clone(), KeyProblem::Differs));
        for text in ["another key, which is long enough too", ""] {
            fs::write(&path, text).unwrap();
            assert_eq!(watch.problem(), differs);
            write_private_file(&path, text).unwrap();
            assert_eq!(watch.problem(), differs);
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(watch.problem(), Some(FolderProblem::Key(path.clone(), KeyProblem::Missing)));
        write_private_file(&path, &format!("{kept}\n")).unwrap();
        assert_eq!(watch.problem(), None, "the next start reads the same");
        #[cfg(unix)]
        {
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
            assert!(matches!(watch.problem(), Some(FolderProblem::Key(_, KeyProblem::Unusable(_)))));
        }
    }

    #[test]
    fn list_that_lacks_a_database_is_a_problem() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::lock(&folder.path().join("data")).unwrap();
        let database = data_dir.database("orders");
        fs::write(&database, "rows").unwrap();
        let list = data_dir.path().join(MANIFEST);
        write_private_file(&list, "orders 2026-01-01\n").unwrap();
        let opened = OpenedPath::of(&database).unwrap().requiring_content();
        let watch = data_dir.watch(vec![opened]);
        assert_eq!(watch.problem(), None);
        for same in ["# a remark\norders 2026-01-01\npayments\n", "orders\n"] {
            write_private_file(&list, same).unwrap();
            assert_eq!(watch.problem(), None, "{same}");
        }
        for changed in ["", "payments\n", "orders 2025-01-01\n"] {
            write_private_file(&list, changed).unwrap();
            assert_eq!(watch.problem(), Some(FolderProblem::List(list.clone())), "{changed}");
        }
        fs::write(&database, "").unwrap();
        assert_eq!(watch.problem(), Some(FolderProblem::Moved(database)));
    }
}
