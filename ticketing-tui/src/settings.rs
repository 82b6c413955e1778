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
    /// Whether the title of the window shows a reservation.
    pub title: bool,
    /// Whether a pending payment and a paid ticket are animated.
    pub motion: bool,
    /// Whether the mouse is listened to. Without it, the terminal's own selection works.
    pub mouse: bool,
    /// Whether the door admits only events that start within 12 hours.
    pub one_evening: bool,
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
            one_evening: false,
            keys: Keymap::default(),
        }
    }
}

/// A setting that has one of a few values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// The colours.
    Theme,
    /// How frames are drawn.
    Borders,
    /// Whether the bell rings.
    Bell,
    /// Whether the window has a title.
    Title,
    /// Whether something moves.
    Motion,
    /// Whether the mouse is listened to.
    Mouse,
    /// Whether the door admits only events that start within 12 hours.
    OneEvening,
}

/// The values of a setting that is on or off.
pub(crate) const SWITCH: [&str; 2] = ["on", "off"];

impl Setting {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Theme, Self::Borders, Self::Bell, Self::Title, Self::Motion, Self::Mouse, Self::OneEvening];

    /// The name in the config file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Theme => "theme",
            Self::Borders => "borders",
            Self::Bell => "bell",
            Self::Title => "title",
            Self::Motion => "motion",
            Self::Mouse => "mouse",
            Self::OneEvening => "one-evening",
        }
    }

    /// The label on the screen.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Theme => "Theme",
            Self::Borders => "Borders",
            Self::Bell => "Ring the bell when a reservation is about to end",
            Self::Title => "Tell of a reservation in the window's title",
            Self::Motion => "Let a payment and its ticket move",
            Self::Mouse => "Listen to the mouse",
            Self::OneEvening => "At the door, admit only events that start within 12 hours",
        }
    }

    /// Every value, in the order in which they follow each other.
    pub(crate) fn values(self) -> Vec<&'static str> {
        match self {
            Self::Theme => ThemeName::ALL.map(ThemeName::name).into(),
            Self::Borders => Borders::ALL.map(Borders::name).into(),
            Self::Bell | Self::Title | Self::Motion | Self::Mouse | Self::OneEvening => SWITCH.into(),
        }
    }
}

/// A new value of one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingChange {
    /// One of the values that the setting has.
    Value(Setting, &'static str),
    /// The keys of an action; `None` for its usual ones.
    Keys(Action, Option<Vec<Chord>>),
}

impl Settings {
    /// The value of a setting.
    #[must_use]
    pub fn value(&self, setting: Setting) -> &'static str {
        let on = match setting {
            Setting::Theme => return self.theme.name(),
            Setting::Borders => return self.borders.name(),
            Setting::Bell => self.bell,
            Setting::Title => self.title,
            Setting::Motion => self.motion,
            Setting::Mouse => self.mouse,
            Setting::OneEvening => self.one_evening,
        };
        SWITCH[usize::from(!on)]
    }

    /// Takes over the new value.
    pub fn apply(&mut self, change: &SettingChange) {
        let (setting, value) = match change {
            SettingChange::Keys(action, keys) => return self.keys.set_keys(*action, keys.clone()),
            SettingChange::Value(setting, value) => (*setting, *value),
        };
        let switch = match setting {
            Setting::Theme => {
                self.theme =
                    ThemeName::ALL.into_iter().find(|theme| theme.name() == value).unwrap_or_default();
                return;
            }
            Setting::Borders => {
                self.borders =
                    Borders::ALL.into_iter().find(|borders| borders.name() == value).unwrap_or_default();
                return;
            }
            Setting::Bell => &mut self.bell,
            Setting::Title => &mut self.title,
            Setting::Motion => &mut self.motion,
            Setting::Mouse => &mut self.mouse,
            Setting::OneEvening => &mut self.one_evening,
        };
        *switch = value == SWITCH[0];
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
