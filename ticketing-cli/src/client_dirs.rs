//! The directories of the client: the one that `TICKETING_HOME` names, or those of the user.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{CliResult, Failure};

/// The directories of the client. Each is created when something is stored in it.
#[derive(Debug, Clone)]
pub(crate) struct ClientDirs {
    folders: Option<Folders>,
    /// Whether the user named the folder, so that everything must stay in it.
    pub(crate) is_chosen: bool,
}

#[derive(Debug, Clone)]
struct Folders {
    root: PathBuf,
    /// The folder of the files that the user edits.
    config: PathBuf,
}

impl ClientDirs {
    /// The folder that `TICKETING_HOME` names, else the user's data folder. An empty name is none. A user without a
    /// home directory has neither; only a command that stores something fails then.
    pub(crate) fn find(named: Option<OsString>) -> Self {
        if let Some(root) = named.filter(|name| !name.is_empty()).map(PathBuf::from) {
            let root = std::path::absolute(&root).unwrap_or(root);
            return Self { folders: Some(Folders { config: root.clone(), root }), is_chosen: true };
        }
        let folders = directories::ProjectDirs::from("", "", "ticketing").map(|folders| Folders {
            root: folders.data_local_dir().to_owned(),
            config: folders.config_dir().to_owned(),
        });
        Self { folders, is_chosen: false }
    }

    fn folders(&self) -> CliResult<&Folders> {
        self.folders.as_ref().ok_or_else(|| {
            Failure::failed("this user has no home directory")
                .hint("set TICKETING_HOME to the folder in which the client can store its data")
        })
    }

    /// Returns the file of the sessions of a profile, where they are kept in a file.
    pub(crate) fn sessions(&self, profile: Option<&str>) -> CliResult<PathBuf> {
        let name = profile.map_or_else(|| "sessions.json".to_owned(), |name| format!("sessions-{name}.json"));
        Ok(self.folders()?.root.join(name))
    }

    /// Returns the folder of the journal of writes in progress.
    pub(crate) fn journal(&self) -> CliResult<PathBuf> {
        Ok(self.folders()?.root.join("journal"))
    }

    /// The positions of `ticketing events listen`.
    pub(crate) fn cursors(&self) -> CliResult<PathBuf> {
        Ok(self.folders()?.root.join("cursors"))
    }

    /// The door lists of the marketplace on the terminal, with their journals.
    pub(crate) fn doors(&self) -> CliResult<PathBuf> {
        Ok(self.folders()?.root.join("doors"))
    }

    /// Returns the path of the config file, which the user edits.
    pub(crate) fn config(&self) -> CliResult<PathBuf> {
        Ok(self.folders()?.config.join("config.toml"))
    }

    /// The log of the marketplace on the terminal.
    pub(crate) fn tui_log(&self) -> CliResult<PathBuf> {
        Ok(self.folders()?.root.join("tui.log"))
    }

    /// The data of `ticketing serve`.
    #[cfg_attr(not(feature = "embedded"), expect(dead_code, reason = "only a server has data"))]
    pub(crate) fn server_data(&self) -> CliResult<PathBuf> {
        Ok(self.folders()?.root.join("server"))
    }
}

/// Creates a folder that only its owner can read.
pub(crate) fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
