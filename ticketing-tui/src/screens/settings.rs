//! Theme, borders, bell, title, motion, mouse and keys; kept in the config file.

use crossterm::event::{KeyCode, KeyEvent};

use super::prelude::*;
use crate::keymap::Chord;
use crate::settings::{Setting, SettingChange, Settings};
use crate::widgets::columns::MAX_WIDTH;

/// The settings.
#[derive(Debug, Default)]
pub(crate) struct SettingsScreen {
    list: List,
    /// The action that waits for its new key.
    capturing: Option<Action>,
}

/// The width of the column with the names that actions have in the config file.
const ACTION_NAME_WIDTH: u16 = 16;

/// One line of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Setting(Setting),
    Key(Action),
}

fn lines() -> impl Iterator<Item = Line> {
    Setting::ALL.into_iter().map(Line::Setting).chain(Action::ALL.iter().copied().map(Line::Key))
}

impl Line {
    fn label(self) -> &'static str {
        match self {
            Self::Setting(setting) => setting.label(),
            Self::Key(action) => action.description(),
        }
    }

    fn value(self, settings: &Settings) -> String {
        match self {
            Self::Setting(setting) => settings.value(setting).to_owned(),
            Self::Key(action) => {
                let keys: Vec<_> = settings.keys.keys(action).iter().map(ToString::to_string).collect();
                if keys.is_empty() { "no key".to_owned() } else { keys.join(" ") }
            }
        }
    }
}

impl SettingsScreen {
    fn line(&self) -> Option<Line> {
        lines().nth(self.list.selected())
    }

    /// Selects the next value of a setting, or waits for the new key of an action.
    fn choose(&mut self, cx: &mut Context<'_>) {
        match self.line() {
            Some(Line::Setting(setting)) => {
                let (values, now) = (setting.values(), cx.model.settings.value(setting));
                let next = values.iter().cycle().skip_while(|value| **value != now).nth(1).copied();
                cx.model.change_setting(SettingChange::Value(setting, next.unwrap_or(now)));
            }
            Some(Line::Key(action)) => {
                self.capturing = Some(action);
                cx.model.notices.clear();
            }
            None => {}
        }
    }

    fn reset(&mut self, cx: &mut Context<'_>) {
        let Some(line) = self.line() else { return };
        cx.model.change_setting(match line {
            Line::Setting(setting) => SettingChange::Value(setting, Settings::default().value(setting)),
            Line::Key(action) => SettingChange::Keys(action, None),
        });
    }

    fn capture(&mut self, key: &KeyEvent, cx: &mut Context<'_>) {
        let Some(action) = self.capturing.take() else { return };
        if key.code == KeyCode::Esc && action != Action::Back {
            return;
        }
        let chord = Chord::from_key_event(key);
        if let Some(other) = cx.model.settings.keys.conflicting_action(action, chord) {
            let text =
                format!("{chord} is already the key of \"{}\"; change that key first", other.description());
            return cx.model.notify(Level::Error, text);
        }
        cx.model.notify(Level::Success, format!("{chord}: {}", action.description()));
        cx.model.change_setting(SettingChange::Keys(action, Some(vec![chord])));
    }
}

impl Screen for SettingsScreen {
    fn title(&self, _: &Model) -> String {
        "Settings".to_owned()
    }

    fn actions(&self, _: &Model) -> Vec<Action> {
        let mut actions = vec![Action::Choose, Action::Reset];
        actions.extend(List::MOVES);
        actions
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        let len = lines().count();
        match input {
            Input::Action(Action::Choose) => self.choose(cx),
            Input::Action(Action::Reset) => self.reset(cx),
            Input::Action(action) => {
                self.list.handle_action(action, len);
            }
            Input::Key(key) => self.capture(key, cx),
            Input::Row(row, pick) if self.list.pick(row, pick) => self.choose(cx),
            Input::Scroll(rows) => self.list.scroll(rows, len),
            _ => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let inner = painter.list_title(panes::centre(area, MAX_WIDTH), "Settings");
        let groups = [(Setting::ALL.len(), "Keys".to_owned())];
        self.list.view(painter, inner, lines().count(), &groups, |painter, line, index| {
            let Some(setting) = lines().nth(index) else { return };
            let (value, style) = match setting {
                Line::Key(action) if self.capturing == Some(action) => {
                    ("press the new key, or esc".to_owned(), painter.theme.warn)
                }
                Line::Key(action) if model.settings.keys.is_overridden(action) => {
                    (setting.value(&model.settings), painter.theme.accent)
                }
                _ => (setting.value(&model.settings), painter.theme.key),
            };
            let start = painter.right(line, &value, style);
            let label = Rect { width: start.saturating_sub(line.x + 1), ..line };
            let end = match setting {
                Line::Key(action) if line.width >= 70 => {
                    let name = Rect { width: ACTION_NAME_WIDTH.min(label.width), ..label };
                    painter.text(name, action.as_ref(), painter.theme.faint);
                    name.right()
                }
                _ => label.x,
            };
            painter.text(
                Rect { x: end, width: label.right().saturating_sub(end), ..label },
                setting.label(),
                Style::new(),
            );
        });
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        let spoken = |setting: Setting| format!("{}: {}", setting.label(), model.settings.value(setting));
        PlainView { rows: Setting::ALL.map(spoken).into_iter().enumerate().collect(), ..PlainView::default() }
    }

    fn wants_key(&self) -> bool {
        self.capturing.is_some()
    }
}
