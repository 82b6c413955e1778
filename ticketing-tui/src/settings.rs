//! The settings of the user.

use crate::action::Action;
use crate::keymap::{Chord, Keymap};
use crate::theme::ThemeName;

/// The settings of the user.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The colours.
    pub theme: ThemeName,
    /// How frames are drawn.
    pub borders: Borders,
    /// Whether the bell rings when a reservation ends or is about to.
    pub bell: bool,
    /// Whether the window's title tells of a reservation.
    pub title: bool,
    /// Whether a payment under way and the ticket that is paid for move.
    pub motion: bool,
    /// Whether the mouse is listened to. Without it, the terminal's own selection works.
    pub mouse: bool,
    /// Which keys stand for what.
    pub keys: Keymap,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeName::Auto,
            borders: Borders::Rounded,
            bell: true,
            title: true,
            motion: true,
            mouse: true,
            keys: Keymap::default(),
        }
    }
}

/// A new value of one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingChange {
    /// The colours.
    Theme(ThemeName),
    /// How frames are drawn.
    Borders(Borders),
    /// Whether the bell rings.
    Bell(bool),
    /// Whether the window has a title.
    Title(bool),
    /// Whether something moves.
    Motion(bool),
    /// Whether the mouse is listened to.
    Mouse(bool),
    /// The keys of an action; `None` for its usual ones.
    Keys(Action, Option<Vec<Chord>>),
}

impl Settings {
    /// Takes over the new value.
    pub fn apply(&mut self, change: &SettingChange) {
        match change {
            SettingChange::Theme(theme) => self.theme = *theme,
            SettingChange::Borders(borders) => self.borders = *borders,
            SettingChange::Bell(bell) => self.bell = *bell,
            SettingChange::Title(title) => self.title = *title,
            SettingChange::Motion(motion) => self.motion = *motion,
            SettingChange::Mouse(mouse) => self.mouse = *mouse,
            SettingChange::Keys(action, keys) => self.keys.set_keys(*action, keys.clone()),
        }
    }
}

/// How frames, bars and marks are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Borders {
    /// Lines with round corners.
    #[default]
    Rounded,
    /// Lines with square corners.
    Square,
    /// Characters that every terminal and font has.
    Ascii,
}

impl Borders {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rounded, Self::Square, Self::Ascii];

    /// The name in the config file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rounded => "rounded",
            Self::Square => "square",
            Self::Ascii => "ascii",
        }
    }
}
