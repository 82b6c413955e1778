//! The config file of the client: settings, profiles and aliases. The `[tui]` table belongs to `ticketing tui`.

pub(crate) mod change;
mod check;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, TableLike, value};

use crate::failure::{CliResult, Failure};

/// The settings of the file: defaults of the global options.
pub(crate) const SETTINGS: &[(&str, &str)] = &[
    ("server", "Use the server at this address where no profile is used"),
    ("profile", "Use this profile"),
    ("output", "Write data in this format: table, tsv, json, jsonl, yaml or csv"),
    ("color", "Colour the output: auto, always or never"),
    ("pager", "Show texts that are longer than the terminal with this command"),
    ("timeout", "Limit the time of one call, like 10s"),
];

const PROFILES: &str = "profiles";
const ALIASES: &str = "aliases";

/// The config file.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    path: Option<PathBuf>,
    document: DocumentMut,
}

impl Config {
    /// Reads the file. A file that does not exist is empty.
    ///
    /// # Errors
    /// If it cannot be read, or is not TOML.
    pub(crate) fn read(path: Option<PathBuf>) -> CliResult<Self> {
        let text = match path.as_deref().map(std::fs::read_to_string) {
            None => String::new(),
            Some(Ok(text)) => text,
            Some(Err(error)) if error.kind() == ErrorKind::NotFound => String::new(),
            Some(Err(error)) => return Err(unreadable(path.as_deref(), &error.to_string())),
        };
        let document = text.parse().map_err(|error: toml_edit::TomlError| {
            let (line, column) = position(&text, error.span().map_or(0, |span| span.start));
            unreadable(path.as_deref(), &format!("line {line}, column {column}: {}", error.message()))
        })?;
        Ok(Self { path, document })
    }

    /// Returns a config file without contents.
    pub(crate) fn empty(path: Option<PathBuf>) -> Self {
        Self { path, document: DocumentMut::new() }
    }

    /// Returns the path of the file.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Returns a setting, unless it is absent or empty.
    pub(crate) fn get(&self, key: &str) -> Option<String> {
        self.document.get(key).and_then(Item::as_str).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    /// Sets a setting, or removes it.
    pub(crate) fn set(&mut self, key: &str, new: Option<&str>) {
        match new {
            Some(new) => {
                self.document.insert(key, value(new));
            }
            None => {
                self.document.remove(key);
            }
        }
    }

    fn table(&self, name: &str) -> Option<&dyn TableLike> {
        self.document.get(name).and_then(Item::as_table_like)
    }

    fn table_mut(&mut self, name: &str) -> &mut Item {
        let table = self.document.entry(name).or_insert_with(|| Item::Table(Table::new()));
        if !table.is_table_like() {
            *table = Item::Table(Table::new());
        }
        table
    }

    /// Returns the profiles: names and servers.
    pub(crate) fn profiles(&self) -> Vec<(String, String)> {
        let profiles = self.table(PROFILES).into_iter().flat_map(TableLike::iter);
        profiles
            .filter_map(|(name, profile)| {
                let server = profile.as_table_like()?.get("server")?.as_str()?;
                Some((name.to_owned(), server.to_owned()))
            })
            .collect()
    }

    /// Returns the server of a profile.
    pub(crate) fn profile(&self, name: &str) -> Option<String> {
        self.profiles().into_iter().find(|(other, _)| other == name).map(|(_, server)| server)
    }

    /// Adds a profile or replaces it.
    pub(crate) fn set_profile(&mut self, name: &str, server: &str) {
        let mut profile = Table::new();
        profile.insert("server", value(server));
        if let Some(profiles) = self.table_mut(PROFILES).as_table_like_mut() {
            profiles.insert(name, Item::Table(profile));
        }
        // Without profiles of its own, the table needs no header.
        if let Some(profiles) = self.table_mut(PROFILES).as_table_mut() {
            profiles.set_implicit(true);
        }
    }

    /// Removes a profile. Returns whether there was one.
    pub(crate) fn remove_profile(&mut self, name: &str) -> bool {
        if self.get("profile").as_deref() == Some(name) {
            self.set("profile", None);
        }
        self.table_mut(PROFILES).as_table_like_mut().is_some_and(|profiles| profiles.remove(name).is_some())
    }

    /// Returns the aliases: names and expansions.
    pub(crate) fn aliases(&self) -> Vec<(String, String)> {
        let aliases = self.table(ALIASES).into_iter().flat_map(TableLike::iter);
        aliases.filter_map(|(name, alias)| Some((name.to_owned(), alias.as_str()?.to_owned()))).collect()
    }

    /// Adds an alias or replaces it.
    pub(crate) fn set_alias(&mut self, name: &str, expansion: &str) {
        if let Some(aliases) = self.table_mut(ALIASES).as_table_like_mut() {
            aliases.insert(name, value(expansion));
        }
    }

    /// Removes an alias. Returns whether there was one.
    pub(crate) fn remove_alias(&mut self, name: &str) -> bool {
        self.table_mut(ALIASES).as_table_like_mut().is_some_and(|aliases| aliases.remove(name).is_some())
    }
}

/// Returns the line and the column of a byte, from 1.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

fn unreadable(path: Option<&Path>, why: &str) -> Failure {
    let path = path.map_or_else(|| "the config file".to_owned(), |path| path.display().to_string());
    Failure::usage(format!("cannot read {path}: {why}")).hint("`ticketing config edit` opens it in an editor")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_keeps_comments_and_tables_of_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/config.toml");
        Config::change(Some(path.clone()), |_| Ok(())).unwrap();
        std::fs::write(&path, "# mine\noutput = \"json\"\n\n[tui]\ntheme = \"light\"\n").unwrap();
        Config::change(Some(path.clone()), |config| {
            assert_eq!(config.get("output").as_deref(), Some("json"));
            config.set("timeout", Some("5s"));
            config.set_profile("work", "https://tickets.example");
            config.set("profile", Some("work"));
            config.set_alias("cheap", "tickets list --sort price");
            Ok(())
        })
        .unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        for part in
            ["# mine", "[tui]\ntheme = \"light\"", "[profiles.work]\nserver = ", "[aliases]\ncheap = "]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        let mut config = Config::read(Some(path)).unwrap();
        assert_eq!(config.profile("work").as_deref(), Some("https://tickets.example"));
        assert!(config.remove_profile("work") && !config.remove_profile("work"));
        assert_eq!(config.get("profile"), None);
        assert!(config.remove_alias("cheap") && config.aliases().is_empty());
    }

    #[test]
    fn file_that_is_no_toml_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, "output = \"json\"\noutput = = 1\n").unwrap();
        let failure = Config::read(Some(path)).unwrap_err();
        assert!(failure.message.unwrap().contains("config.toml: line 2, column 10: "));
        assert!(Config::read(Some(folder.path().join("none.toml"))).is_ok());
    }
}
