//! Keys as text (`ctrl-p`), and their bindings to actions.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::action::{Action, Scope};

/// One key with its modifiers, as it is written in the config file and shown in the footer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// The error of a text that is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no key {0:?}; keys are written like \"x\", \"ctrl-p\", \"f5\" or \"enter\"")]
pub struct ParseChordError(String);

/// The keys that have a name.
const NAMED: [(&str, KeyCode); 18] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("minus", KeyCode::Char('-')),
    ("menu", KeyCode::Menu),
    ("pause", KeyCode::Pause),
];

impl Chord {
    /// Normalizes a pressed key: a capital letter is itself, not shift with a small one.
    #[must_use]
    pub fn from_key_event(key: &KeyEvent) -> Self {
        let mut modifiers = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = match key.code {
            KeyCode::BackTab => {
                modifiers |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => {
                modifiers -= KeyModifiers::SHIFT;
                KeyCode::Char(c.to_ascii_lowercase())
            }
            KeyCode::Char(c) => {
                let c = if modifiers.contains(KeyModifiers::SHIFT) { c.to_ascii_uppercase() } else { c };
                modifiers -= KeyModifiers::SHIFT;
                KeyCode::Char(c)
            }
            code => code,
        };
        Self { code, modifiers }
    }

    /// Returns whether the key types a character, so that a focused text field receives it.
    #[must_use]
    pub fn is_printable(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.modifiers.is_empty()
    }
}

impl FromStr for Chord {
    type Err = ParseChordError;

    fn from_str(text: &str) -> Result<Self, ParseChordError> {
        let wrong = || ParseChordError(text.to_owned());
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((word, after)) = rest.split_once('-').filter(|(_, after)| !after.is_empty()) {
            modifiers |= match word.to_ascii_lowercase().as_str() {
                "ctrl" => KeyModifiers::CONTROL,
                "alt" => KeyModifiers::ALT,
                "shift" => KeyModifiers::SHIFT,
                _ => return Err(wrong()),
            };
            rest = after;
        }
        let lower = rest.to_ascii_lowercase();
        let named = NAMED.iter().find(|(name, _)| *name == lower).map(|(_, code)| *code);
        let numbered =
            || lower.strip_prefix('f')?.parse().ok().filter(|n| (1..=24).contains(n)).map(KeyCode::F);
        let mut characters = rest.chars();
        let single = match (characters.next(), characters.next()) {
            (Some(c), None) if !c.is_control() => Some(KeyCode::Char(c)),
            _ => None,
        };
        let code = named.or_else(numbered).or(single).ok_or_else(wrong)?;
        Ok(Self::from_key_event(&KeyEvent::new(code, modifiers)))
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (modifier, word) in
            [(KeyModifiers::CONTROL, "ctrl-"), (KeyModifiers::ALT, "alt-"), (KeyModifiers::SHIFT, "shift-")]
        {
            if self.modifiers.contains(modifier) {
                text.push_str(word);
            }
        }
        match (NAMED.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => text.push_str(name),
            (None, KeyCode::F(n)) => text.push_str(&format!("f{n}")),
            (None, KeyCode::Char(c)) => text.push(c),
            (None, _) => text.push('?'),
        }
        f.pad(&text)
    }
}

/// The key bindings of the actions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Keymap {
    /// The bindings that differ from the table.
    overrides: BTreeMap<Action, Vec<Chord>>,
}

impl Keymap {
    /// Creates a keymap with the default keys, except for these.
    #[must_use]
    pub fn new(overrides: BTreeMap<Action, Vec<Chord>>) -> Self {
        Self { overrides }
    }

    /// The keys of an action.
    #[must_use]
    pub fn keys(&self, action: Action) -> Vec<Chord> {
        match self.overrides.get(&action) {
            Some(keys) => keys.clone(),
            None => action.default_keys().iter().filter_map(|key| key.parse().ok()).collect(),
        }
    }

    /// The first key of an action, for the footer.
    #[must_use]
    pub fn key(&self, action: Action) -> Option<Chord> {
        self.keys(action).first().copied()
    }

    /// Returns whether the user chose the keys of an action.
    #[must_use]
    pub fn is_overridden(&self, action: Action) -> bool {
        self.overrides.contains_key(&action)
    }

    /// Binds an action to these keys, or with `None` to its default keys.
    pub fn set_keys(&mut self, action: Action, keys: Option<Vec<Chord>>) {
        match keys {
            Some(keys) => self.overrides.insert(action, keys),
            None => self.overrides.remove(&action),
        };
    }

    /// Returns the first of these actions to which a key is bound.
    #[must_use]
    pub fn action(&self, chord: Chord, among: &[Action]) -> Option<Action> {
        among.iter().copied().find(|action| self.keys(*action).contains(&chord))
    }

    /// Returns another action that has the same key and can be available at the same time.
    #[must_use]
    pub fn conflicting_action(&self, action: Action, chord: Chord) -> Option<Action> {
        // Forms share a screen with global and navigation actions only; all other actions may be on one screen.
        let group = |action: Action| match action.scope() {
            Scope::Global | Scope::Navigation => 0,
            Scope::Tickets | Scope::Orders | Scope::Passes | Scope::Listings => 1,
            Scope::Forms => 2,
        };
        let meet = |other: &Action| {
            let (one, two) = (group(action), group(*other));
            one == two || one == 0 || two == 0
        };
        let is_default = |other: &Action| {
            // Two actions that share a key in the table are never available at the same time.
            other.default_keys().iter().any(|key| key.parse() == Ok(chord))
                && !self.is_overridden(*other)
                && action.default_keys().iter().any(|key| key.parse() == Ok(chord))
        };
        Action::ALL
            .iter()
            .copied()
            .filter(|other| *other != action && meet(other) && !is_default(other))
            .find(|other| self.keys(*other).contains(&chord))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chord(text: &str) -> Chord {
        text.parse().unwrap()
    }

    #[test]
    fn keys_are_shown_as_they_are_written() {
        for text in [
            "x",
            "X",
            "ctrl-p",
            "alt-x",
            "shift-tab",
            "f5",
            "enter",
            "space",
            "minus",
            "?",
            "é",
            "ctrl-alt-up",
        ] {
            assert_eq!(chord(text).to_string(), text);
        }
        assert_eq!(chord("Ctrl-P"), chord("ctrl-p"));
        assert_eq!(chord("shift-g"), chord("G"));
        for wrong in ["", "ctrl", "ctrl-", "hyper-x", "f0", "f25", "xy", "\n"] {
            assert!(wrong.parse::<Chord>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn equivalent_key_events_are_the_same_key() {
        let of = |code, modifiers| Chord::from_key_event(&KeyEvent::new(code, modifiers));
        assert_eq!(of(KeyCode::BackTab, KeyModifiers::NONE), chord("shift-tab"));
        assert_eq!(of(KeyCode::Char('G'), KeyModifiers::SHIFT), chord("G"));
        assert_eq!(of(KeyCode::Char('g'), KeyModifiers::SHIFT), chord("G"));
        assert_eq!(of(KeyCode::Char('C'), KeyModifiers::CONTROL | KeyModifiers::SHIFT), chord("ctrl-c"));
    }

    #[test]
    fn every_usual_key_is_a_key_and_every_name_is_its_own() {
        for action in Action::ALL {
            for key in action.default_keys() {
                assert!(key.parse::<Chord>().is_ok(), "{action}: {key}");
            }
            assert_eq!(action.as_ref().parse(), Ok(*action));
        }
    }

    #[test]
    fn default_keys_do_not_conflict() {
        let keymap = Keymap::default();
        for action in Action::ALL {
            for key in keymap.keys(*action) {
                assert_eq!(keymap.conflicting_action(*action, key), None, "{action} {key}");
            }
        }
    }

    #[test]
    fn configured_key_replaces_the_default_keys() {
        let mut keymap = Keymap::default();
        keymap.set_keys(Action::Buy, Some(vec![chord("B")]));
        assert_eq!(keymap.action(chord("B"), &[Action::Sort, Action::Buy]), Some(Action::Buy));
        assert_eq!(keymap.action(chord("b"), &[Action::Sort, Action::Buy]), None);
        keymap.set_keys(Action::Buy, Some(vec![chord("s")]));
        assert_eq!(keymap.conflicting_action(Action::Buy, chord("s")), Some(Action::Sort));
        keymap.set_keys(Action::Buy, None);
        assert_eq!(keymap.key(Action::Buy), Some(chord("b")));
    }
}
