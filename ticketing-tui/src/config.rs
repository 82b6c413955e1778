//! The `[tui]` part of the config file: read with the place of every error, and written without touching the rest.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use toml_edit::{Array, Document, DocumentMut, Item, TableLike, value};

use crate::action::Action;
use crate::keymap::{Chord, Keymap};
use crate::settings::{Borders, SettingChange, Settings};
use crate::theme::ThemeName;

/// Something in the config file that cannot be used, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The message.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
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

/// The text of the file with one setting changed. All else stays: comments, the other settings, and what other programs
/// keep there.
///
/// # Errors
/// The file as it is is no TOML, so that it cannot be written to without losing something.
pub fn write(text: &str, change: &SettingChange) -> Result<String, ConfigError> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let (line, column) = place(text, error.span());
        ConfigError { line, column, message: error.message().to_owned() }
    })?;
    let defaults = Settings::default();
    let tui = document.entry("tui").or_insert_with(toml_edit::table);
    if !tui.is_table_like() {
        *tui = toml_edit::table();
    }
    let Some(tui) = tui.as_table_like_mut() else { return Ok(document.to_string()) };
    match change {
        SettingChange::Theme(theme) => set(tui, "theme", theme.name().into(), *theme == defaults.theme),
        SettingChange::Borders(borders) => {
            set(tui, "borders", borders.name().into(), *borders == defaults.borders);
        }
        SettingChange::Bell(bell) => set(tui, "bell", (*bell).into(), *bell == defaults.bell),
        SettingChange::Title(title) => set(tui, "title", (*title).into(), *title == defaults.title),
        SettingChange::Motion(motion) => set(tui, "motion", (*motion).into(), *motion == defaults.motion),
        SettingChange::Mouse(mouse) => set(tui, "mouse", (*mouse).into(), *mouse == defaults.mouse),
        SettingChange::Keys(action, keys) => set_keys(tui, *action, keys.as_deref()),
    }
    Ok(document.to_string())
}

/// Writes a value. The defaults one is written only over another.
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
            keys.insert(action.name(), value(chords));
        }
        None => {
            keys.remove(action.name());
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
            match key {
                "theme" => {
                    let found =
                        item.as_str().and_then(|word| ThemeName::ALL.into_iter().find(|t| t.name() == word));
                    match found {
                        Some(theme) => self.settings.theme = theme,
                        None => self.error(span, one_of("theme", &ThemeName::ALL.map(ThemeName::name))),
                    }
                }
                "borders" => {
                    let found =
                        item.as_str().and_then(|word| Borders::ALL.into_iter().find(|b| b.name() == word));
                    match found {
                        Some(borders) => self.settings.borders = borders,
                        None => self.error(span, one_of("borders", &Borders::ALL.map(Borders::name))),
                    }
                }
                "bell" | "title" | "motion" | "mouse" => match (key, item.as_bool()) {
                    (_, None) => self.error(span, format!("{key} must be true or false")),
                    ("bell", Some(on)) => self.settings.bell = on,
                    ("title", Some(on)) => self.settings.title = on,
                    ("motion", Some(on)) => self.settings.motion = on,
                    (_, Some(on)) => self.settings.mouse = on,
                },
                "keys" => match item.as_table_like() {
                    Some(keys) => self.keys(keys),
                    None => self.error(span, "keys must be a table: [tui.keys]"),
                },
                other => {
                    let span = table.key(other).and_then(|key| key.span()).or(span);
                    self.error(
                        span,
                        format!(
                            "there is no setting {other:?}; there are theme, borders, bell, title, motion, mouse and keys"
                        ),
                    );
                }
            }
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

    /// One key, or a list of keys. `None`, with a error noted, if one of them is none.
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

fn one_of(key: &str, words: &[&str]) -> String {
    format!("{key} must be one of {}", words.join(", "))
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

    const GOOD: &str = "# mine\n[tui]\ntheme = \"light\" # bright room\nbell = false\n\n[tui.keys]\nbuy = [\"B\", \"f2\"]\nquit = \"ctrl-q\"\n\n[other]\nkept = 1\n";

    #[test]
    fn what_is_there_is_read() {
        let (settings, errors) = read(GOOD);
        assert_eq!(errors, []);
        assert_eq!(settings.theme, ThemeName::Light);
        assert!(!settings.bell && settings.title);
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
                "line 4, column 1: there is no setting \"what\"; there are theme, borders, bell, title, motion, mouse and keys",
                "line 7, column 1: there is no action \"fly\"; the settings screen lists them all",
                "line 8, column 7: there is no key \"hyper-b\"; keys are written like \"x\", \"ctrl-p\", \"f5\" or \"enter\"",
                "line 9, column 8: b is also the key of buy, which it may hide",
            ]
        );
        assert_eq!(settings.borders, Borders::Ascii);
    }

    #[test]
    fn what_is_no_toml_says_where() {
        let (settings, errors) = read("[tui]\ntheme = \n");
        assert_eq!(settings, Settings::default());
        assert_eq!((errors.len(), errors[0].line), (1, 2));
        assert!(write("[tui]\ntheme = \n", &SettingChange::Bell(false)).is_err());
    }

    #[test]
    fn writing_keeps_comments_and_foreign_tables() {
        let (mut settings, _) = read(GOOD);
        let mut text = GOOD.to_owned();
        for change in [
            SettingChange::Theme(ThemeName::Dark),
            SettingChange::Bell(true),
            SettingChange::Mouse(false),
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
        let text = write(old, &SettingChange::Bell(false)).unwrap();
        assert_eq!(text, format!("{old}bell = false\n"));
    }

    #[test]
    fn usual_values_are_not_written() {
        assert_eq!(write("", &SettingChange::Bell(true)).unwrap().trim(), "[tui]");
        let text = write("", &SettingChange::Theme(ThemeName::Contrast)).unwrap();
        assert_eq!(read(&text).0, Settings { theme: ThemeName::Contrast, ..Settings::default() });
        assert_eq!(text.lines().count(), 2, "{text}");
    }
}
