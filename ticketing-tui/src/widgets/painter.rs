//! The painter of a screen: cells, the theme, and the targets of clicks.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Block, Borders, Clear, Widget};

use crate::action::Action;
use crate::glyphs::Glyphs;
use crate::text;
use crate::theme::Theme;

/// The target of a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClickTarget {
    /// An action.
    Action(Action),
    /// The row of a list, by its number.
    Row(usize),
    /// The field of a form, by its number.
    Field(usize),
    /// A popup: clicks on it do not reach the screen behind.
    Popup,
}

/// The width of a form, and of what is shown alone.
pub(crate) const PANEL: u16 = 64;

/// Draws on cells.
pub(crate) struct Painter<'a> {
    pub(crate) buffer: &'a mut Buffer,
    pub(crate) theme: Theme,
    pub(crate) glyphs: Glyphs,
    pub(crate) click_targets: Vec<(Rect, ClickTarget)>,
    /// Where the cursor is shown, if anywhere.
    pub(crate) cursor: Option<Position>,
}

impl Painter<'_> {
    /// Writes a text on one line, without control characters. Truncates to the width; returns the next column.
    pub(crate) fn text(&mut self, area: Rect, words: &str, style: Style) -> u16 {
        if area.is_empty() {
            return area.x;
        }
        let words = text::sanitize(words);
        let words = text::fit(&words, area.width, self.glyphs.ellipsis);
        self.buffer.set_stringn(area.x, area.y, &words, usize::from(area.width), style).0
    }

    /// Writes a text that ends at the right side of an area. Returns the column where it begins.
    pub(crate) fn right(&mut self, area: Rect, words: &str, style: Style) -> u16 {
        let room = text::width(words).min(area.width);
        let x = area.right() - room;
        self.text(Rect { x, width: room, ..area }, words, style);
        x
    }

    /// Writes a text in the middle of an area's first line.
    pub(crate) fn centre(&mut self, area: Rect, words: &str, style: Style) {
        let room = text::width(words).min(area.width);
        let x = area.x + (area.width - room) / 2;
        self.text(Rect { x, width: room, ..area }, words, style);
    }

    /// Writes texts with their styles on one line. Returns the next column.
    pub(crate) fn spans(&mut self, area: Rect, spans: &[(&str, Style)]) -> u16 {
        let mut x = area.x;
        for (words, style) in spans {
            let rest = Rect { x, width: area.right().saturating_sub(x), ..area };
            x = self.text(rest, words, *style);
        }
        x
    }

    /// Wraps a text in the area. Returns the rest of the area.
    pub(crate) fn paragraph(&mut self, area: Rect, words: &str, style: Style) -> Rect {
        self.lines(area, &text::wrap(words, area.width), style)
    }

    fn lines(&mut self, area: Rect, lines: &[String], style: Style) -> Rect {
        for (line, place) in lines.iter().zip(area.rows()) {
            self.text(place, line, style);
        }
        below(area, u16::try_from(lines.len()).unwrap_or(u16::MAX))
    }

    /// Writes a title on at most two lines. Returns the rest of the area.
    pub(crate) fn title(&mut self, area: Rect, words: &str) -> Rect {
        let lines = text::wrap_at_most(words, area.width, 2, self.glyphs.ellipsis);
        self.lines(area, &lines, self.theme.accent)
    }

    /// Writes a fact with its label. Returns the rest of the area.
    pub(crate) fn fact(&mut self, area: Rect, label: &str, value: &str) -> Rect {
        self.text(area, label, self.theme.dim);
        let place = Rect { x: area.x + 9, width: area.width.saturating_sub(9), ..area };
        self.text(place, value, Style::new());
        below(area, 1)
    }

    /// Draws a frame with a title, if there is room for one. Returns the inside.
    pub(crate) fn frame(&mut self, area: Rect, title: &str, style: Style) -> Rect {
        let title = text::sanitize(title);
        let title = format!(" {} ", text::fit(&title, area.width.saturating_sub(6), self.glyphs.ellipsis));
        let block = Block::new()
            .borders(Borders::ALL)
            .border_set(self.glyphs.border)
            .border_style(style)
            .title(title)
            .title_style(self.theme.accent);
        let inner = block.inner(area);
        block.render(area, self.buffer);
        inner
    }

    /// Clears the middle of an area for something in front of it, and frames it. Returns the inside.
    pub(crate) fn popup(&mut self, area: Rect, width: u16, height: u16, title: &str) -> Rect {
        // A popup leaves at least four columns of the screen behind it on each side, or none.
        let width = if area.width < width + 8 { area.width } else { width };
        let height = height.min(area.height);
        let popup = Rect {
            x: area.x + (area.width - width) / 2,
            y: area.y + (area.height - height) / 2,
            width,
            height,
        };
        self.buffer.set_style(area, self.theme.behind);
        self.clear(popup, self.theme.base);
        self.add_click_target(popup, ClickTarget::Popup);
        let inner = self.frame(popup, title, self.theme.accent);
        inset(inner, 1, 0)
    }

    /// Clears an area, and with it a wide character that begins before the area and ends in it.
    pub(crate) fn clear(&mut self, area: Rect, style: Style) {
        Clear.render(area, self.buffer);
        self.buffer.set_style(area, style);
        for y in area.top()..area.bottom() {
            let before = area.x.checked_sub(1).and_then(|x| self.buffer.cell_mut((x, y)));
            if let Some(cell) = before.filter(|cell| text::width(cell.symbol()) > 1) {
                cell.set_symbol(" ");
            }
        }
    }

    /// Writes a title over a column in the middle, where there is room for one, else takes the area itself but for its
    /// sides. Returns what is below the title.
    pub(crate) fn panel(&mut self, area: Rect, title: &str) -> Rect {
        self.panel_at_most(area, title, PANEL)
    }

    /// Draws a panel like [`panel`](Self::panel), at most `widest` columns wide.
    pub(crate) fn panel_at_most(&mut self, area: Rect, title: &str, widest: u16) -> Rect {
        if area.width < 60 {
            return inset(area, 1, 0);
        }
        let width = area.width.saturating_sub(4).min(widest);
        // In a tall window the panel is a little below the top.
        let area = below(area, if area.height >= 36 { area.height / 8 } else { 0 });
        let column = Rect { x: area.x + (area.width - width) / 2, width, ..area };
        self.text(column, title, self.theme.heading);
        below(column, 1 + u16::from(area.height > 14))
    }

    /// Writes the title of a list, where there is room for one. Returns what is below it.
    pub(crate) fn list_title(&mut self, area: Rect, title: &str) -> Rect {
        if area.width < 60 {
            return area;
        }
        self.text(inset(area, 2, 0), title, self.theme.heading);
        below(area, 1)
    }

    /// Registers the target of a click. A later one is in front of an earlier one.
    pub(crate) fn add_click_target(&mut self, area: Rect, target: ClickTarget) {
        self.click_targets.push((area, target));
    }

    /// Draws a button: its key and its label. Returns the column after it.
    pub(crate) fn button(&mut self, area: Rect, key: &str, label: &str, action: Action) -> u16 {
        let end = self.spans(area, &[(key, self.theme.key), (" ", Style::new()), (label, Style::new())]);
        self.add_click_target(
            Rect { width: end.saturating_sub(area.x), height: 1, ..area },
            ClickTarget::Action(action),
        );
        end
    }

    /// Draws buttons side by side, each on the next line where it has no room: key, label and action. Returns the rest of
    /// the area.
    pub(crate) fn buttons(&mut self, area: Rect, buttons: &[(String, &str, Action)]) -> Rect {
        let (mut rest, mut x) = (area, area.x);
        for (key, label, action) in buttons {
            if x > area.x && x + text::width(key) + 1 + text::width(label) > area.right() {
                (rest, x) = (below(rest, 1), area.x);
            }
            let place = Rect { x, width: area.right().saturating_sub(x), ..top(rest, 1) };
            x = self.button(place, key, label, *action) + 3;
        }
        below(rest, 1)
    }
}

/// The area without its first lines.
pub(crate) fn below(area: Rect, lines: u16) -> Rect {
    let lines = lines.min(area.height);
    Rect { y: area.y + lines, height: area.height - lines, ..area }
}

/// The first lines of an area.
pub(crate) fn top(area: Rect, lines: u16) -> Rect {
    Rect { height: lines.min(area.height), ..area }
}

/// The last lines of an area.
pub(crate) fn bottom(area: Rect, lines: u16) -> Rect {
    let lines = lines.min(area.height);
    Rect { y: area.bottom() - lines, height: lines, ..area }
}

/// The area with a margin at its sides, and at its top and bottom.
pub(crate) fn inset(area: Rect, sides: u16, ends: u16) -> Rect {
    Rect {
        x: area.x + sides.min(area.width),
        y: area.y + ends.min(area.height),
        width: area.width.saturating_sub(2 * sides),
        height: area.height.saturating_sub(2 * ends),
    }
}
