//! The errors of a config file that is valid TOML.

use clap::ValueEnum as _;
use ticketing_sdk::Client;
use toml_edit::Item;

use super::{ALIASES, Config, PROFILES, SETTINGS};
use crate::failure::{CliResult, Failure};
use crate::io::Colour;
use crate::output::Format;
use crate::span;

/// The table of the marketplace on the terminal, which reports its own errors.
const TUI: &str = "tui";

impl Config {
    /// Checks the values of the settings. A profile that does not exist is reported where it would be used.
    ///
    /// # Errors
    /// A usage error that names the file, the setting, and what is expected.
    pub(crate) fn check(&self) -> CliResult {
        for (key, _) in SETTINGS {
            let outcome = match self.document.get(key).map(Item::as_str) {
                None | Some(Some("")) => Ok(()),
                Some(None) => Err(Failure::usage(format!("{key}: a text in quotes is expected"))),
                Some(Some(_)) if *key == "profile" => Ok(()),
                Some(Some(value)) => self.check_value(key, value),
            };
            outcome.map_err(|failure| self.invalid(&failure.message.unwrap_or_default()))?;
        }
        for (table, fields) in [(PROFILES, "with a `server` each"), (ALIASES, "of texts in quotes")] {
            let count = match self.document.get(table) {
                None => continue,
                Some(item) => item.as_table_like().map(toml_edit::TableLike::len),
            };
            let understood = if table == PROFILES { self.profiles().len() } else { self.aliases().len() };
            if count != Some(understood) {
                return Err(self.invalid(&format!("{table} is to be a table {fields}")));
            }
        }
        Ok(())
    }

    fn invalid(&self, why: &str) -> Failure {
        Failure::usage(format!("{}: {why}", self.name()))
            .hint("`ticketing config edit` opens it in an editor")
    }

    /// Checks the value of a setting.
    ///
    /// # Errors
    /// A usage error with the expected form.
    pub(crate) fn check_value(&self, key: &str, value: &str) -> CliResult {
        let wrong = |why: String| Err(Failure::usage(format!("{key}: {why}")));
        match key {
            "server" => match Client::new(value) {
                Ok(_) => Ok(()),
                Err(error) => wrong(error.user_message()),
            },
            "profile" if self.profile(value).is_none() => Err(self.unknown_profile(value)),
            "output" => Format::from_str(value, true)
                .map(drop)
                .or_else(|_| wrong(format!("{value:?} is not table, tsv, json, jsonl, yaml or csv"))),
            "color" => Colour::from_str(value, true)
                .map(drop)
                .or_else(|_| wrong(format!("{value:?} is not auto, always or never"))),
            "timeout" => span::parse(value).map(drop).or_else(wrong),
            _ => Ok(()),
        }
    }

    /// Returns the failure of a name that is no profile.
    pub(crate) fn unknown_profile(&self, name: &str) -> Failure {
        let names: Vec<String> = self.profiles().into_iter().map(|(name, _)| name).collect();
        let failure = Failure::usage(format!("there is no profile {name:?}"));
        match names.as_slice() {
            [] => failure.hint("`ticketing profile add NAME --server URL` adds one"),
            names => failure.detail(format!("the profiles are {}", names.join(", "))),
        }
    }

    /// Returns a sentence for the settings that this program does not know, if there are any.
    pub(crate) fn unknown_keys(&self) -> Option<String> {
        let is_known = |key: &str| {
            SETTINGS.iter().any(|(known, _)| *known == key) || [PROFILES, ALIASES, TUI].contains(&key)
        };
        // Other programs may keep tables of their own in the file.
        let unknown: Vec<String> = self
            .document
            .iter()
            .filter(|(key, item)| !is_known(key) && !item.is_table())
            .map(|(key, _)| key.to_owned())
            .collect();
        let named = (!unknown.is_empty()).then(|| unknown.join(", "))?;
        Some(format!("{}: there is no setting {named}, so it has no effect", self.name()))
    }

    fn name(&self) -> String {
        self.path.as_deref().map_or_else(|| "the config file".to_owned(), |path| path.display().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        Config { path: None, document: text.parse().unwrap() }
    }

    #[test]
    fn values_are_checked_and_unknown_keys_are_named() {
        for (text, about) in [
            ("output = \"nonsense\"", "output: \"nonsense\" is not table"),
            ("timeout = \"abc\"", "timeout: "),
            ("timeout = 5", "timeout: a text in quotes"),
            ("color = \"pink\"", "color: "),
            ("server = \"nowhere\"", "server: "),
            ("aliases = 1", "aliases is to be a table"),
            ("[profiles.a]\nsrver = \"http://a\"", "profiles is to be a table"),
        ] {
            let failure = config(text).check().unwrap_err();
            assert_eq!(failure.exit, crate::exit::Exit::Usage, "{text}");
            assert!(failure.message.as_deref().is_some_and(|message| message.contains(about)), "{failure:?}");
        }
        let fine = config(
            "output = \"json\"\nprofile = \"gone\"\npager = \"\"\n[other]\nkept = 1\n[tui]\nbell = false",
        );
        assert!(fine.check().is_ok() && fine.unknown_keys().is_none());
        let unknown = config("outpt = \"json\"\ncolour = 1").unknown_keys().unwrap();
        assert!(unknown.contains("there is no setting outpt, colour"), "{unknown}");
    }
}
