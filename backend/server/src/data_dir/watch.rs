//! Detects changes of the data folder that would make the next start fail or lose data.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use secrecy::SecretString;
use ticketing_platform::files::{OpenedPath, PathChange};
use ticketing_platform::shutdown::Shutdown;

use super::manifest::{DatabaseIds, listed_databases};
use super::{MANIFEST, check_key};

/// The interval of the checks.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// A watch on the folder, on its open databases, and on the files that the next start reads. Clones share the baseline.
#[derive(Clone, Debug)]
pub(crate) struct FolderWatch {
    baseline: Arc<FolderBaseline>,
}

/// The files of the folder at the start of this process.
#[derive(Debug)]
struct FolderBaseline {
    folder: OpenedPath,
    databases: Vec<OpenedPath>,
    /// The manifest, if there is one.
    listed: Option<DatabaseIds>,
    /// The keys that were read from the folder, by the names of their files.
    keys: Vec<(&'static str, SecretString)>,
    /// The problem that was logged last.
    logged: Mutex<Option<FolderProblem>>,
}

/// A difference that the next start would find.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FolderProblem {
    /// The folder, or a database in it, was moved, deleted or replaced.
    #[error(
        "the data folder, or a database in it, was moved, deleted or replaced under the running server; put it back, or stop \
         the server, restore the folder from a backup and start it again"
    )]
    Moved(PathBuf),
    /// A database, or its log, was emptied or cut.
    #[error(
        "a file of a database was emptied or cut under the running server, and what it held is lost: stop the server, restore \
         the folder from a backup and start it again"
    )]
    Shortened(PathBuf),
    /// The file of a key does not hold the key that signs.
    #[error("{1}")]
    Key(PathBuf, KeyProblem),
    /// The manifest lacks a database of this process, or has another identity for it.
    #[error(
        "the manifest of the databases was deleted or changed under the running server, and the next start could begin with an \
         empty database: restore the manifest from a backup"
    )]
    List(PathBuf),
}

/// The problem of a key file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyProblem {
    /// The file is absent.
    #[error(
        "a key was deleted under the running server: restore it from a backup; the next start creates a new one, and every \
         session ends (jwt.key), or the code of every pass changes (pass.key)"
    )]
    Missing,
    /// The file holds another key, or none.
    #[error(
        "a key was changed under the running server: restore it from a backup; the next start reads the changed file, and \
         every session ends (jwt.key), or the code of every pass changes (pass.key). To change the key on purpose, restart \
         the server"
    )]
    Differs,
    /// The next start would refuse the file.
    #[error("the next start cannot use the key: repair the file, or restore it from a backup ({0})")]
    Unusable(String),
}

impl FolderWatch {
    /// Watches the folder as it is now, with the database files and the keys that this process uses.
    pub(super) fn new(
        folder: OpenedPath,
        databases: Vec<OpenedPath>,
        keys: Vec<(&'static str, SecretString)>,
    ) -> Self {
        // The content of the manifest is compared, since a rename may replace the file.
        let listed = if databases.is_empty() { None } else { listed_databases(folder.path()).ok().flatten() };
        Self {
            baseline: Arc::new(FolderBaseline { folder, databases, listed, keys, logged: Mutex::default() }),
        }
    }

    /// Returns whether this process keeps data in the folder.
    pub(crate) fn is_needed(&self) -> bool {
        !self.baseline.databases.is_empty() || !self.baseline.keys.is_empty()
    }

    /// Returns the first difference that the next start would find.
    pub(crate) fn problem(&self) -> Option<FolderProblem> {
        let FolderBaseline { folder, databases, listed, keys, logged: _ } = &*self.baseline;
        let paths = std::iter::once(folder).chain(databases);
        let changed = paths.into_iter().find_map(|path| path.change().map(|change| (path.path(), change)));
        match changed {
            Some((path, PathChange::Moved)) => return Some(FolderProblem::Moved(path.to_owned())),
            Some((path, PathChange::Shortened)) => return Some(FolderProblem::Shortened(path.to_owned())),
            None => {}
        }
        for (name, key) in keys {
            let path = folder.path().join(name);
            if let Err(problem) = check_key(&path, key) {
                return Some(FolderProblem::Key(path, problem));
            }
        }
        let is_listed = |found: &DatabaseIds, listed: &DatabaseIds| {
            // A manifest without identities is valid.
            listed.iter().all(|(name, identity)| {
                found.get(name).is_some_and(|found| found.is_none() || found == identity)
            })
        };
        let list_differs = listed.as_ref().is_some_and(
            |listed| !matches!(listed_databases(folder.path()), Ok(Some(found)) if is_listed(&found, listed)),
        );
        list_differs.then(|| FolderProblem::List(folder.path().join(MANIFEST)))
    }

    /// Returns the first problem. Logs each problem and its end once for all callers, so that a failed probe has a log
    /// line.
    fn check(&self) -> Option<FolderProblem> {
        let mut logged = self.baseline.logged.lock();
        let problem = self.problem();
        match (&*logged, &problem) {
            (before, Some(problem)) if before.as_ref() != Some(problem) => problem.log(),
            (Some(_), None) => tracing::warn!("the data folder is restored; the server is ready"),
            _ => {}
        }
        logged.clone_from(&problem);
        problem
    }

    /// Returns whether the next start would find the folder unchanged.
    pub(crate) async fn is_in_place(&self) -> bool {
        let watch = self.clone();
        // A blocked file system must not block the runtime.
        tokio::task::spawn_blocking(move || watch.check().is_none()).await.unwrap_or(false)
    }

    /// Looks for problems, which are logged, until `shutdown`. Each database refuses its writes on its own.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        loop {
            self.is_in_place().await;
            let pause = tokio::time::sleep(WATCH_INTERVAL);
            let Some(()) = shutdown.run_until_triggered(pause).await else { return };
        }
    }
}

impl FolderProblem {
    fn log(&self) {
        let (Self::Moved(path) | Self::Shortened(path) | Self::Key(path, _) | Self::List(path)) = self;
        tracing::error!(path = %path.display(), "{self}");
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ticketing_engines::LogLines;
    use ticketing_platform::files::write_private_file;

    use super::super::{DataDir, PASS_KEY, SESSION_KEY, database};
    use super::*;

    #[test]
    fn changed_key_is_a_problem() {
        check_changes_of(SESSION_KEY);
        check_changes_of(PASS_KEY);
    }

    fn check_changes_of(name: &str) {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::lock(&folder.path().join("data")).unwrap();
        data_dir.session_key().unwrap();
        data_dir.pass_key().unwrap();
        let (watch, path) = (data_dir.watch(Vec::new()), data_dir.path().join(name));
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
    fn problem_that_only_a_probe_meets_is_logged_once_with_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::lock(&folder.path().join("data")).unwrap();
        data_dir.session_key().unwrap();
        let (watch, path) = (data_dir.watch(Vec::new()), data_dir.path().join(SESSION_KEY));
        let kept = fs::read_to_string(&path).unwrap();
        let log = LogLines::default();
        let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
        tracing::subscriber::with_default(subscriber, || {
            fs::remove_file(&path).unwrap();
            let (probe, other) = (watch.clone(), watch.clone());
            assert!(probe.check().is_some() && other.check().is_some());
            write_private_file(&path, &kept).unwrap();
            assert!(probe.check().is_none() && other.check().is_none());
        });
        let text = log.text();
        let levels: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
        assert_eq!(levels, ["ERROR", "WARN"], "{text}");
    }

    #[test]
    fn manifest_that_lacks_a_database_is_a_problem() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::lock(&folder.path().join("data")).unwrap();
        let database = database(data_dir.path(), "orders");
        fs::write(&database, "rows").unwrap();
        let list = data_dir.path().join(MANIFEST);
        write_private_file(&list, "orders 2026-01-01\n").unwrap();
        let opened = OpenedPath::record_growing(&database).unwrap();
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
        assert_eq!(watch.problem(), Some(FolderProblem::Shortened(database)));
    }
}
