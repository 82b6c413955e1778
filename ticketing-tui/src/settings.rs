//! The settings of the user.

use std::collections::BTreeSet;

use strum::VariantNames;

use crate::action::Action;
use crate::keymap::{Chord, Keymap};
use crate::theme::ThemeName;

/// The settings of the user.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// The colours.
    pub theme: ThemeName,
    /// How frames are drawn.
    pub borders: Borders,
    /// The settings that are on or off, and not as they are by default.
    pub switched: BTreeSet<Setting>,
    /// Which keys stand for what.
    pub keys: Keymap,
}

/// A setting that has one of a few values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Setting {
    /// The colours.
    Theme,
    /// How frames are drawn.
    Borders,
    /// Whether the bell rings when a reservation ends or is about to.
    Bell,
    /// Whether the title of the window shows a reservation.
    Title,
    /// Whether a pending payment and a paid ticket are animated.
    Motion,
    /// Whether the mouse is listened to. Without it, the terminal's own selection works.
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
        self.into()
    }

    /// The label on the screen.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Theme => "Theme",
            Self::Borders => "Borders",
            Self::Bell => "Ring the bell when a reservation is about to end",
            Self::Title => "Show the reservation in the window title",
            Self::Motion => "Animate payments",
            Self::Mouse => "Enable mouse",
            Self::OneEvening => "At the door, admit only events that start within 12 hours",
        }
    }

    /// Every value, in the order in which they follow each other.
    pub(crate) fn values(self) -> &'static [&'static str] {
        match self {
            Self::Theme => ThemeName::VARIANTS,
            Self::Borders => Borders::VARIANTS,
            _ => &SWITCH,
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
    /// Returns whether a setting that is on or off is on: all are by default, but for the restriction of the door.
    #[must_use]
    pub fn is_on(&self, switch: Setting) -> bool {
        (switch != Setting::OneEvening) != self.switched.contains(&switch)
    }

    /// The value of a setting.
    #[must_use]
    pub fn value(&self, setting: Setting) -> &'static str {
        match setting {
            Setting::Theme => self.theme.into(),
            Setting::Borders => self.borders.into(),
            switch => SWITCH[usize::from(!self.is_on(switch))],
        }
    }

    /// Takes over the new value.
    pub fn apply(&mut self, change: &SettingChange) {
        match change {
            SettingChange::Keys(action, keys) => self.keys.set_keys(*action, keys.clone()),
            SettingChange::Value(Setting::Theme, name) => self.theme = name.parse().unwrap_or_default(),
            SettingChange::Value(Setting::Borders, name) => self.borders = name.parse().unwrap_or_default(),
            SettingChange::Value(switch, value) if self.value(*switch) == *value => {}
            SettingChange::Value(switch, _) => {
                if !self.switched.remove(switch) {
                    self.switched.insert(*switch);
                }
            }
        }
    }
}

/// How frames, bars and marks are drawn.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumString, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Borders {
    /// Lines with round corners.
    #[default]
    Rounded,
    /// Lines with square corners.
    Square,
    /// Characters that every terminal and font has.
    Ascii,
}
