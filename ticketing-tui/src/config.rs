//! The `[tui]` table of the config file: read with the position of every error, and written without changing the rest.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml_edit::{Array, Document, DocumentMut, Item, TableLike, value};

use crate::action::Action;
use crate::keymap::{Chord, Keymap};
use crate::settings::{SWITCH, Setting, SettingChange, Settings};

/// The config file. Several programs may run at once, so a change is applied to the text as it is at that moment.
pub trait ConfigFile: Send + Sync {
    /// The path of the file, for messages.
    fn path(&self) -> &Path;

    /// Returns the text; nothing if there is no file.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self) -> Result<String, String>;

    /// Replaces the text by what `change` makes of it.
    ///
    /// # Errors
    /// Why it was not replaced: also the error of `change`.
    fn change(&self, change: &dyn Fn(&str) -> Result<String, String>) -> Result<(), String>;
}

/// Reads the settings, with a line for each error of the file.
pub(crate) fn read_file(file: &dyn ConfigFile) -> (Settings, Vec<String>) {
    match file.read() {
        Ok(text) => {
            let (settings, errors) = read(&text);
            let name = file.path().file_name().unwrap_or_default().to_string_lossy();
            (settings, errors.iter().map(|error| format!("{name}, {error}")).collect())
        }
        Err(why) => (Settings::default(), vec![format!("{} cannot be read: {why}", file.path().display())]),
    }
}

/// Writes the new value of one setting.
///
/// # Errors
/// Why it could not be written.
pub(crate) fn write_file(file: &dyn ConfigFile, change: &SettingChange) -> Result<(), String> {
    file.change(&|text| write(text, change).map_err(|error| format!("{error}; mend that first")))
}

/// An error in the config file, with its position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ConfigError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The message.
    pub message: String,
}

/// Reads the settings. Invalid settings are reported; their defaults apply.
#[must_use]
pub fn read(text: &str) -> (Settings, Vec<ConfigError>) {
    let mut reader = Reader { text, settings: Settings::default(), errors: Vec::new() };
    match Document::parse(text) {
        Ok(document) => match document.get("tui") {
            None => {}
            Some(item) => match item.as_table_like() {
                Some(table) => reader.table(table),
                None => reader.error(item.span(), "tui must be a table: [tui]"),
            },
        },
        Err(error) => reader.error(error.span(), error.message()),
    }
    reader.errors.sort_by_key(|error| (error.line, error.column));
    (reader.settings, reader.errors)
}

/// Returns the text of the file with one setting changed. Everything else stays: comments, the other settings, and the
/// tables of other programs.
///
/// # Errors
/// If the file is not valid TOML: it cannot be changed without losing content.
pub fn write(text: &str, change: &SettingChange) -> Result<String, ConfigError> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let (line, column) = place(text, error.span());
        ConfigError { line, column, message: error.message().to_owned() }
    })?;
    let tui = document.entry("tui").or_insert_with(toml_edit::table);
    if !tui.is_table_like() {
        *tui = toml_edit::table();
    }
    let Some(tui) = tui.as_table_like_mut() else { return Ok(document.to_string()) };
    match change {
        SettingChange::Value(setting, word) => {
            let is_default = Settings::default().value(*setting) == *word;
            let new = if *setting.values() == SWITCH { (*word == SWITCH[0]).into() } else { (*word).into() };
            set(tui, setting.name(), new, is_default);
        }
        SettingChange::Keys(action, keys) => set_keys(tui, *action, keys.as_deref()),
    }
    Ok(document.to_string())
}

/// Writes a value. A default value is written only over another value.
fn set(tui: &mut dyn TableLike, key: &str, mut new: toml_edit::Value, is_default: bool) {
    let old = tui.get(key);
    if is_default && old.is_none() {
        return;
    }
    // The space before it, and a comment behind it, stay.
    if let Some(decor) = old.and_then(Item::as_value).map(|old| old.decor().clone()) {
        *new.decor_mut() = decor;
    }
    tui.insert(key, Item::Value(new));
}

fn set_keys(tui: &mut dyn TableLike, action: Action, chords: Option<&[Chord]>) {
    if chords.is_none() && !tui.contains_key("keys") {
        return;
    }
    let keys = tui.entry("keys").or_insert_with(toml_edit::table);
    let Some(keys) = keys.as_table_like_mut() else { return };
    match chords {
        Some(chords) => {
            let chords: Array = chords.iter().map(Chord::to_string).collect();
            keys.insert(action.as_ref(), value(chords));
        }
        None => {
            keys.remove(action.as_ref());
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    settings: Settings,
    errors: Vec<ConfigError>,
}

impl Reader<'_> {
    fn error(&mut self, span: Option<Range<usize>>, message: impl Into<String>) {
        let (line, column) = place(self.text, span);
        self.errors.push(ConfigError { line, column, message: message.into() });
    }

    fn table(&mut self, table: &dyn TableLike) {
        for (key, item) in table.iter() {
            let span = item.span();
            match (Setting::ALL.into_iter().find(|setting| setting.name() == key), key) {
                (Some(setting), _) => self.apply_setting(setting, item),
                (None, "keys") => match item.as_table_like() {
                    Some(keys) => self.keys(keys),
                    None => self.error(span, "keys must be a table: [tui.keys]"),
                },
                (None, other) => {
                    let span = table.key(other).and_then(|key| key.span()).or(span);
                    let names = Setting::ALL.map(Setting::name).join(", ");
                    self.error(span, format!("there is no setting {other:?}; there are {names} and keys"));
                }
            }
        }
    }

    fn apply_setting(&mut self, setting: Setting, item: &Item) {
        let (name, values) = (setting.name(), setting.values());
        let is_switch = *values == SWITCH;
        let word = if is_switch {
            item.as_bool().map(|on| SWITCH[usize::from(!on)])
        } else {
            values.iter().copied().find(|word| item.as_str() == Some(word))
        };
        match word {
            Some(word) => self.settings.apply(&SettingChange::Value(setting, word)),
            None if is_switch => self.error(item.span(), format!("{name} must be true or false")),
            None => self.error(item.span(), format!("{name} must be one of {}", values.join(", "))),
        }
    }

    fn keys(&mut self, table: &dyn TableLike) {
        let mut overrides = BTreeMap::new();
        let mut places = Vec::new();
        for (name, item) in table.iter() {
            let Ok(action) = name.parse::<Action>() else {
                let span = table.key(name).and_then(|key| key.span()).or_else(|| item.span());
                self.error(span, format!("there is no action {name:?}; the settings screen lists them all"));
                continue;
            };
            if let Some(chords) = self.chords(action, item) {
                overrides.insert(action, chords);
                places.push((action, item.span()));
            }
        }
        let keymap = Keymap::new(overrides);
        for (action, span) in places {
            for chord in keymap.keys(action) {
                if let Some(other) = keymap.conflicting_action(action, chord) {
                    self.error(
                        span.clone(),
                        format!("{chord} is also the key of {other}, which it may hide"),
                    );
                }
            }
        }
        self.settings.keys = keymap;
    }

    /// One key, or a list of keys. Returns `None` and records an error if one of them is invalid.
    fn chords(&mut self, action: Action, item: &Item) -> Option<Vec<Chord>> {
        let single = item.as_value().filter(|value| value.is_str());
        let values: Vec<_> = match (single, item.as_array()) {
            (Some(value), _) => vec![value],
            (None, Some(array)) => array.iter().collect(),
            (None, None) => {
                self.error(
                    item.span(),
                    format!("{action} takes a key, or a list of keys: {action} = [\"x\"]"),
                );
                return None;
            }
        };
        let mut chords = Vec::new();
        for value in values {
            match value.as_str().unwrap_or_default().parse::<Chord>() {
                Ok(chord) => chords.push(chord),
                Err(error) => {
                    self.error(value.span(), error.to_string());
                    return None;
                }
            }
        }
        Some(chords)
    }
}

/// Line and column, both from 1, of the beginning of a span.
fn place(text: &str, span: Option<Range<usize>>) -> (usize, usize) {
    let start = span.map_or(0, |span| span.start).min(text.len());
    let before = text.get(..start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Borders;
    use crate::theme::ThemeName;

    const GOOD: &str = "# mine\n[tui]\ntheme = \"light\" # bright room\nbell = false\n\n[tui.keys]\nbuy = [\"B\", \"f2\"]\nquit = \"ctrl-q\"\n\n[other]\nkept = 1\n";

    #[test]
    fn settings_are_read_from_the_file() {
        let (settings, errors) = read(GOOD);
        assert_eq!(errors, []);
        assert_eq!(settings.theme, ThemeName::Light);
        assert!(!settings.is_on(Setting::Bell) && settings.is_on(Setting::Title));
        assert_eq!(settings.keys.key(Action::Buy).map(|key| key.to_string()).as_deref(), Some("B"));
        assert_eq!(settings.keys.keys(Action::Quit).len(), 1);
        assert_eq!(read(""), (Settings::default(), vec![]));
    }

    #[test]
    fn every_fault_is_reported_with_its_place_and_the_rest_is_used() {
        let (settings, errors) = read(
            "[tui]\ntheme = \"neon\"\nbell = 3\nwhat = 1\nborders = \"ascii\"\n[tui.keys]\nfly = \"x\"\nbuy = \"hyper-b\"\nsort = [\"b\"]\n",
        );
        let messages: Vec<_> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages,
            [
                "line 2, column 9: theme must be one of auto, dark, light, contrast, plain",
                "line 3, column 8: bell must be true or false",
                "line 4, column 1: there is no setting \"what\"; there are theme, borders, bell, title, motion, mouse, one-evening and keys",
                "line 7, column 1: there is no action \"fly\"; the settings screen lists them all",
                "line 8, column 7: there is no key \"hyper-b\"; keys are written like \"x\", \"ctrl-p\", \"f5\" or \"enter\"",
                "line 9, column 8: b is also the key of buy, which it may hide",
            ]
        );
        assert_eq!(settings.borders, Borders::Ascii);
    }

    #[test]
    fn invalid_toml_is_reported_with_its_position() {
        let (settings, errors) = read("[tui]\ntheme = \n");
        assert_eq!(settings, Settings::default());
        assert_eq!((errors.len(), errors[0].line), (1, 2));
        assert!(write("[tui]\ntheme = \n", &SettingChange::Value(Setting::Bell, "off")).is_err());
    }

    #[test]
    fn writing_keeps_comments_and_foreign_tables() {
        let (mut settings, _) = read(GOOD);
        let mut text = GOOD.to_owned();
        for change in [
            SettingChange::Value(Setting::Theme, "dark"),
            SettingChange::Value(Setting::Bell, "on"),
            SettingChange::Value(Setting::Mouse, "off"),
            SettingChange::Keys(Action::Buy, None),
            SettingChange::Keys(Action::New, Some(vec!["S".parse().unwrap()])),
        ] {
            settings.apply(&change);
            text = write(&text, &change).unwrap();
        }
        assert_eq!(read(&text), (settings, vec![]));
        assert!(
            text.contains("# mine") && text.contains("# bright room") && text.contains("kept = 1"),
            "{text}"
        );
    }

    #[test]
    fn writing_changes_no_other_setting() {
        let old = "[tui]\ntheme = \"neon\"\nmouse = false\n";
        let text = write(old, &SettingChange::Value(Setting::Bell, "off")).unwrap();
        assert_eq!(text, format!("{old}bell = false\n"));
    }

    #[test]
    fn usual_values_are_not_written() {
        assert_eq!(write("", &SettingChange::Value(Setting::Bell, "on")).unwrap().trim(), "[tui]");
        let text = write("", &SettingChange::Value(Setting::Theme, "contrast")).unwrap();
        assert_eq!(read(&text).0, Settings { theme: ThemeName::Contrast, ..Settings::default() });
        assert_eq!(text.lines().count(), 2, "{text}");
    }
}
