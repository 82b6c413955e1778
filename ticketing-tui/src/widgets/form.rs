//! Forms: text fields, one below the other.

use std::borrow::Cow;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use tui_input::{Input, InputRequest};
use unicode_truncate::UnicodeTruncateStr;
use unicode_width::UnicodeWidthStr;

use super::painter::{ClickTarget, Painter, below, top};
use crate::action::Action;
use crate::text;

/// A text field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Field {
    pub(crate) label: &'static str,
    /// Its name in the API, which the errors of the server use.
    pub(crate) name: &'static str,
    /// The placeholder of an empty field.
    pub(crate) example: Cow<'static, str>,
    /// Whether the value is masked.
    pub(crate) secret: bool,
    /// Whether the value is of no use once it was refused, such as a claim code.
    is_single_use: bool,
    /// Whether it may stay empty, so that `--plain` does not prompt for it.
    pub(crate) is_optional: bool,
    /// The maximum number of characters; near it, the field shows its current number.
    at_most: Option<usize>,
    /// The error of the field.
    pub(crate) error: Option<String>,
    input: Input,
}

/// The number of characters before the maximum from which on a field shows its count.
const COUNTER_THRESHOLD: usize = 40;
/// The maximum length of any input, above every limit of the marketplace.
const MAX_INPUT_CHARS: usize = 2_400;

impl Field {
    pub(crate) fn new(label: &'static str, example: impl Into<Cow<'static, str>>) -> Self {
        Self { label, example: example.into(), ..Self::default() }
    }

    pub(crate) fn with_name(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    pub(crate) fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    pub(crate) fn single_use(self) -> Self {
        Self { is_single_use: true, ..self }
    }

    pub(crate) fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }

    pub(crate) fn at_most(self, characters: usize) -> Self {
        Self { at_most: Some(characters), ..self }
    }

    pub(crate) fn value(&self) -> &str {
        self.input.value()
    }

    pub(crate) fn set(&mut self, text: impl Into<String>) {
        self.input = Input::new(text.into());
        self.error = None;
    }

    /// Handles a key without an action. Returns whether the value has changed.
    pub(crate) fn key(&mut self, key: &KeyEvent) -> bool {
        let Some(request) = request(key) else { return false };
        let writes = matches!(request, InputRequest::InsertChar(_));
        if writes && self.input.value().chars().count() >= MAX_INPUT_CHARS {
            return false;
        }
        let changed = self.input.handle(request).is_some_and(|change| change.value);
        if changed {
            self.error = None;
        }
        changed
    }

    /// Inserts a text from the clipboard, on one line.
    pub(crate) fn paste(&mut self, pasted: &str) {
        let room = MAX_INPUT_CHARS.saturating_sub(self.value().chars().count());
        for c in text::sanitize(pasted.trim_end_matches(['\r', '\n'])).chars().take(room) {
            self.input.handle(InputRequest::InsertChar(c));
        }
        self.error = None;
    }

    /// Draws the line itself, with the cursor if it has the focus.
    pub(crate) fn line(&self, painter: &mut Painter<'_>, area: Rect, focus: bool) {
        let area = top(area, 1);
        if area.is_empty() {
            return;
        }
        let style = if focus { painter.theme.focus } else { painter.theme.field };
        painter.buffer.set_style(area, style);
        let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
        let shown = if self.secret {
            painter.glyphs.hidden.repeat(self.value().chars().count())
        } else {
            self.value().to_owned()
        };
        let at = if self.secret { self.input.cursor() } else { self.input.visual_cursor() };
        // Scroll a long text so that the cursor is visible.
        let scroll = (at + 1).saturating_sub(usize::from(inner.width));
        let (visible, _) = shown.unicode_truncate_start(shown.width().saturating_sub(scroll));
        if shown.is_empty() {
            let example = Style { bg: style.bg, ..painter.theme.faint };
            // Dim text is not legible on a reversed background.
            let example = if focus { example.remove_modifier(Modifier::DIM) } else { example };
            painter.text(inner, &self.example, example);
        } else {
            painter.buffer.set_stringn(inner.x, inner.y, visible, usize::from(inner.width), style);
        }
        if focus {
            let column = u16::try_from(at - scroll).unwrap_or(0);
            painter.cursor = Some(Position::new((inner.x + column).min(area.right() - 1), inner.y));
        }
    }
}

/// Returns whether a key edits a text field.
pub(crate) fn edits(key: &KeyEvent) -> bool {
    request(key).is_some()
}

/// Returns the edit that a key requests.
fn request(key: &KeyEvent) -> Option<InputRequest> {
    use InputRequest as Request;
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    Some(match (key.code, control, alt) {
        (KeyCode::Char('a'), true, false) | (KeyCode::Home, ..) => Request::GoToStart,
        (KeyCode::Char('e'), true, false) | (KeyCode::End, ..) => Request::GoToEnd,
        (KeyCode::Char('u'), true, false) => Request::DeleteLine,
        (KeyCode::Char('k'), true, false) => Request::DeleteTillEnd,
        (KeyCode::Char('w'), true, false) | (KeyCode::Backspace, _, true) | (KeyCode::Backspace, true, _) => {
            Request::DeletePrevWord
        }
        (KeyCode::Char(c), false, false) => Request::InsertChar(c),
        (KeyCode::Backspace, ..) => Request::DeletePrevChar,
        (KeyCode::Delete, ..) => Request::DeleteNextChar,
        (KeyCode::Left, false, false) => Request::GoToPrevChar,
        (KeyCode::Left, ..) => Request::GoToPrevWord,
        (KeyCode::Right, false, false) => Request::GoToNextChar,
        (KeyCode::Right, ..) => Request::GoToNextWord,
        _ => return None,
    })
}

/// Fields, of which one has the focus.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    pub(crate) fields: Vec<Field>,
    focus: usize,
}

impl Form {
    pub(crate) fn new(fields: Vec<Field>) -> Self {
        Self { fields, focus: 0 }
    }

    pub(crate) fn value(&self, field: usize) -> &str {
        self.fields.get(field).map_or("", Field::value)
    }

    pub(crate) fn focus_field(&mut self, field: usize) {
        self.focus = field.min(self.fields.len().saturating_sub(1));
    }

    /// Moves the focus. Returns whether the action moves it.
    pub(crate) fn handle_action(&mut self, action: Action) -> bool {
        let count = self.fields.len().max(1);
        self.focus = match action {
            Action::Next => (self.focus + 1) % count,
            Action::Previous => (self.focus + count - 1) % count,
            _ => return false,
        };
        true
    }

    /// Returns whether no required field after the focus is empty, so that Enter submits. Otherwise focuses the first empty one.
    pub(crate) fn is_last(&mut self) -> bool {
        let is_missing = |index: &usize| {
            self.fields.get(*index).is_some_and(|field| !field.is_optional && field.value().is_empty())
        };
        let next_empty = (self.focus + 1..self.fields.len()).find(is_missing);
        if let Some(empty) = next_empty {
            self.focus = empty;
        }
        next_empty.is_none()
    }

    pub(crate) fn focused_field(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.focus)
    }

    pub(crate) fn fill(&mut self, field: usize, text: &str) {
        if let Some(field) = self.fields.get_mut(field) {
            field.set(text);
        }
    }

    /// Shows an error at a field, and moves the focus there, unless an earlier field has an error.
    pub(crate) fn set_error(&mut self, field: usize, message: impl Into<String>) {
        let first = !self.fields.iter().any(|field| field.error.is_some());
        if let Some(found) = self.fields.get_mut(field) {
            found.error = Some(message.into());
            if first {
                self.focus = field;
            }
        }
    }

    /// Empties the fields whose text cannot be corrected, masked ones and single-use codes, and moves the focus to the first.
    pub(crate) fn clear_rejected(&mut self) {
        let is_rejected = |field: &Field| field.secret || field.is_single_use;
        if let Some(first) = self.fields.iter().position(is_rejected) {
            self.focus = first;
        }
        self.fields.iter_mut().filter(|field| is_rejected(field)).for_each(|field| field.set(""));
    }

    pub(crate) fn clear_errors(&mut self) {
        self.fields.iter_mut().for_each(|field| field.error = None);
    }

    /// Returns how many lines [`Self::view`] needs, if labels are beside their fields and errors are short.
    pub(crate) fn height(&self) -> u16 {
        let after_error = usize::from(self.ends_with_error());
        u16::try_from(2 * self.fields.len() + after_error).unwrap_or(u16::MAX)
    }

    /// Returns whether the line below the last field has an error, so that another one must be free.
    fn ends_with_error(&self) -> bool {
        self.fields.last().is_some_and(|field| field.error.is_some())
    }

    pub(crate) fn is_valid(&self) -> bool {
        self.fields.iter().all(|field| field.error.is_none())
    }

    /// Draws the fields with their labels, two lines each, and below a field its error. In a low area the fields have no
    /// free lines between them, and those before the focus give way to it. Returns the rest of the area.
    pub(crate) fn view(&self, painter: &mut Painter<'_>, area: Rect) -> Rect {
        let mut rest = area;
        let label = self.fields.iter().map(|field| text::width(field.label)).max().unwrap_or(0) + 2;
        // If there is room, labels are to the left of their fields.
        let beside = area.width >= label + 16;
        let is_low = area.height <= self.height();
        let first = if is_low { self.first_visible(area, if beside { label } else { 0 }) } else { 0 };
        for (index, field) in self.fields.iter().enumerate().skip(first) {
            if rest.is_empty() {
                break;
            }
            let focus = index == self.focus;
            let style = if focus { painter.theme.accent } else { painter.theme.dim };
            painter.text(rest, field.label, style);
            let line = if beside {
                Rect { x: rest.x + label, width: rest.width - label, ..rest }
            } else {
                rest = below(rest, 1);
                rest
            };
            field.line(painter, line, focus);
            painter.add_click_target(
                top(Rect { x: area.x, width: area.width, ..rest }, 1),
                ClickTarget::Field(index),
            );
            rest = below(rest, 1);
            // The error of a field replaces the free line below it.
            let under = Rect { x: line.x + 1, width: line.width.saturating_sub(1), ..rest };
            let written = field.value().trim().chars().count();
            if let Some(most) = field.at_most.filter(|most| written + COUNTER_THRESHOLD > *most) {
                let style = if written > most { painter.theme.bad } else { painter.theme.dim };
                painter.right(under, &format!("{written} of {most} characters"), style);
            }
            let error = field.error.as_deref().unwrap_or_default();
            let used = rest.height - painter.paragraph(under, error, painter.theme.bad).height;
            rest = below(rest, used.max(u16::from(!is_low)));
        }
        below(rest, u16::from(is_low || self.ends_with_error()))
    }

    /// Returns the first field to draw in a low area, so that the one with the focus is visible with its error, and a
    /// line below it for the buttons.
    fn first_visible(&self, area: Rect, label: u16) -> usize {
        let columns = area.width.saturating_sub(label + 1);
        let lines = |field: &Field| {
            let error = text::wrap(field.error.as_deref().unwrap_or_default(), columns).len();
            1 + usize::from(label == 0) + error
        };
        let room = usize::from(area.height).saturating_sub(2);
        let mut taken = 0;
        let is_fitting = |index: &usize| {
            taken += self.fields.get(*index).map_or(0, lines);
            taken <= room
        };
        (0..=self.focus).rev().take_while(is_fitting).last().unwrap_or(self.focus)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::glyphs::Glyphs;
    use crate::settings::Borders;
    use crate::theme::{Colours, Theme, ThemeName};

    fn write(field: &mut Field, keys: &str) {
        for c in keys.chars() {
            field.key(&KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
    }

    #[test]
    fn text_can_be_typed_and_edited() {
        let mut field = Field::new("Title", "");
        write(&mut field, "Jazz lake");
        field.key(&KeyEvent::new(KeyCode::Left, KeyModifiers::CONTROL));
        write(&mut field, "at the ");
        assert_eq!(field.value(), "Jazz at the lake");
        field.key(&KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL));
        assert_eq!(field.value(), "Jazz at lake");
        field.paste("new\u{1b}\nline\n");
        assert_eq!(field.value(), "Jazz at new linelake");
    }

    #[test]
    fn enter_focuses_the_first_empty_required_field() {
        let mut form = Form::new(vec![Field::new("a", ""), Field::new("b", "")]);
        assert!(!form.is_last());
        form.fill(1, "x");
        assert!(form.is_last());
    }

    #[test]
    fn first_error_takes_the_focus_and_typing_clears_it() {
        let mut form = Form::new(vec![Field::new("a", ""), Field::new("b", ""), Field::new("c", "")]);
        form.set_error(1, "no");
        form.set_error(2, "no");
        assert!(!form.is_valid());
        form.focused_field().unwrap().key(&KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE));
        assert_eq!((form.value(1), form.fields[1].error.as_deref()), ("x", None));
    }

    #[test]
    fn long_text_is_scrolled_by_whole_characters() {
        let mut field = Field::new("a", "");
        for (text, shown) in [("abcdef", "def "), ("日本語", "語   ")] {
            field.set(text);
            let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
            let mut painter = Painter {
                theme: Theme::new(ThemeName::Plain, Colours::None, false),
                glyphs: Glyphs::new(Borders::Rounded),
                click_targets: Vec::new(),
                cursor: None,
                buffer: &mut buffer,
            };
            field.line(&mut painter, Rect::new(0, 0, 6, 1), true);
            let line: String = (1..5).map(|x| buffer[(x, 0)].symbol()).collect();
            assert_eq!(line, shown);
        }
    }
}
