//! Theme, borders, bell, title, motion, mouse and keys; kept in the config file.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Context, Input, PlainView, Screen};
use crate::action::Action;
use crate::keymap::Chord;
use crate::model::Model;
use crate::model::notices::Level;
use crate::settings::{Borders, SettingChange, Settings as UserSettings};
use crate::theme::ThemeName;
use crate::widgets::columns::WIDEST;
use crate::widgets::list::List;
use crate::widgets::painter::Painter;

/// The settings.
#[derive(Debug)]
pub(crate) struct Settings {
    list: List,
    /// The action whose new key is waited for.
    capturing: Option<Action>,
}

/// One line of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Theme,
    Borders,
    Bell,
    Title,
    Motion,
    Mouse,
    Key(Action),
}

const FIRST: [Line; 6] = [Line::Theme, Line::Borders, Line::Bell, Line::Title, Line::Motion, Line::Mouse];

fn lines() -> impl Iterator<Item = Line> {
    FIRST.into_iter().chain(Action::ALL.iter().copied().map(Line::Key))
}

impl Line {
    fn label(self) -> &'static str {
        match self {
            Self::Theme => "Theme",
            Self::Borders => "Borders",
            Self::Bell => "Ring the bell when a reservation is about to end",
            Self::Title => "Tell of a reservation in the window's title",
            Self::Motion => "Let a payment and its ticket move",
            Self::Mouse => "Listen to the mouse",
            Self::Key(action) => action.description(),
        }
    }

    fn value(self, settings: &UserSettings) -> String {
        let on = |on: bool| if on { "on" } else { "off" }.to_owned();
        match self {
            Self::Theme => settings.theme.name().to_owned(),
            Self::Borders => settings.borders.name().to_owned(),
            Self::Bell => on(settings.bell),
            Self::Title => on(settings.title),
            Self::Motion => on(settings.motion),
            Self::Mouse => on(settings.mouse),
            Self::Key(action) => {
                let keys: Vec<_> = settings.keys.keys(action).iter().map(ToString::to_string).collect();
                if keys.is_empty() { "no key".to_owned() } else { keys.join(" ") }
            }
        }
    }
}

/// The one after this, and after the last the first.
fn next<T: Copy + PartialEq>(all: &[T], now: T) -> T {
    let at = all.iter().position(|one| *one == now).map_or(0, |at| (at + 1) % all.len());
    all[at]
}

impl Settings {
    pub(crate) fn open(_: &Model) -> Self {
        Self { list: List::default(), capturing: None }
    }

    fn line(&self) -> Option<Line> {
        lines().nth(self.list.selected())
    }

    fn choose(&mut self, cx: &mut Context<'_>) {
        let settings = &cx.model.settings;
        let change = match self.line() {
            Some(Line::Theme) => SettingChange::Theme(next(&ThemeName::ALL, settings.theme)),
            Some(Line::Borders) => SettingChange::Borders(next(&Borders::ALL, settings.borders)),
            Some(Line::Bell) => SettingChange::Bell(!settings.bell),
            Some(Line::Title) => SettingChange::Title(!settings.title),
            Some(Line::Motion) => SettingChange::Motion(!settings.motion),
            Some(Line::Mouse) => SettingChange::Mouse(!settings.mouse),
            Some(Line::Key(action)) => {
                self.capturing = Some(action);
                cx.model.notices.clear();
                return;
            }
            None => return,
        };
        cx.model.change_setting(change);
    }

    fn reset(&mut self, cx: &mut Context<'_>) {
        let usual = UserSettings::default();
        let change = match self.line() {
            Some(Line::Theme) => SettingChange::Theme(usual.theme),
            Some(Line::Borders) => SettingChange::Borders(usual.borders),
            Some(Line::Bell) => SettingChange::Bell(usual.bell),
            Some(Line::Title) => SettingChange::Title(usual.title),
            Some(Line::Motion) => SettingChange::Motion(usual.motion),
            Some(Line::Mouse) => SettingChange::Mouse(usual.mouse),
            Some(Line::Key(action)) => SettingChange::Keys(action, None),
            None => return,
        };
        cx.model.change_setting(change);
    }

    fn capture(&mut self, key: &KeyEvent, cx: &mut Context<'_>) {
        let Some(action) = self.capturing.take() else { return };
        if key.code == KeyCode::Esc && action != Action::Back {
            return;
        }
        let chord = Chord::of(key);
        if let Some(other) = cx.model.settings.keys.conflicting_action(action, chord) {
            let text =
                format!("{chord} is already the key of \"{}\"; change that key first", other.description());
            return cx.model.notify(Level::Error, text);
        }
        cx.model.notify(Level::Success, format!("{chord}: {}", action.description()));
        cx.model.change_setting(SettingChange::Keys(action, Some(vec![chord])));
    }
}

impl Screen for Settings {
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
                self.list.act(action, len);
            }
            Input::Key(key) => self.capture(key, cx),
            Input::Row(row, pick) if self.list.pick(row, pick) => self.choose(cx),
            Input::Scroll(rows) => self.list.scroll(rows, len),
            _ => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let inner = painter.list_title(area, "Settings");
        let inner = Rect { width: inner.width.min(WIDEST), ..inner };
        self.list.view(painter, inner, lines().count(), |painter, line, index, _| {
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
                    let name = Rect { width: 12.min(label.width), ..label };
                    painter.text(name, action.name(), painter.theme.faint);
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
        let spoken =
            FIRST.into_iter().map(|line| format!("{}: {}", line.label(), line.value(&model.settings)));
        PlainView { rows: spoken.enumerate().collect(), ..PlainView::default() }
    }

    fn wants_key(&self) -> bool {
        self.capturing.is_some()
    }
}
