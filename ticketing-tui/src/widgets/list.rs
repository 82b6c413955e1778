//! A list of any length that draws its visible rows only.

use std::cell::Cell;

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::painter::{ClickTarget, Painter};
use crate::action::Action;

/// The selected row and the viewport of a list.
#[derive(Debug, Clone, Default)]
pub(crate) struct List {
    selected: usize,
    /// The first line of the viewport, and its height in the last frame, which is the length of a page.
    offset: Cell<usize>,
    height: Cell<usize>,
}

impl List {
    /// The actions that move in it.
    pub(crate) const MOVES: [Action; 6] =
        [Action::Up, Action::Down, Action::PageUp, Action::PageDown, Action::First, Action::Last];

    pub(crate) fn selected(&self) -> usize {
        self.selected
    }

    pub(crate) fn select(&mut self, row: usize) {
        self.selected = row;
    }

    /// Selects a row. Returns whether to open it: with `open`, or if it was selected already.
    pub(crate) fn pick(&mut self, row: usize, open: bool) -> bool {
        open | (std::mem::replace(&mut self.selected, row) == row)
    }

    /// Limits the selection to the first `len` rows.
    pub(crate) fn clamp(&mut self, len: usize) {
        self.selected = self.selected.min(len.saturating_sub(1));
    }

    /// Moves the selection. Returns whether the action moves it.
    pub(crate) fn handle_action(&mut self, action: Action, len: usize) -> bool {
        let page = self.height.get().max(2) - 1;
        let to = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => self.selected + 1,
            Action::PageUp => self.selected.saturating_sub(page),
            Action::PageDown => self.selected + page,
            Action::First => 0,
            Action::Last => len,
            _ => return false,
        };
        self.selected = to;
        self.clamp(len);
        true
    }

    /// Moves the selection by this number of rows, for the mouse wheel.
    pub(crate) fn scroll(&mut self, rows: isize, len: usize) {
        self.selected = self.selected.saturating_add_signed(rows);
        self.clamp(len);
    }

    /// Returns the rows of the page with the selection, without drawing: `rows` for each page.
    pub(crate) fn page(&self, len: usize, rows: usize) -> std::ops::Range<usize> {
        self.height.set(rows + 1);
        let start = self.selected / rows * rows;
        start..(start + rows).min(len)
    }

    /// Returns the area of a heading above the rows: the line without their margins.
    pub(crate) fn heading_area(line: Rect, len: usize, rows: u16) -> Rect {
        let scrolls = u16::from(len > usize::from(rows));
        Rect { x: line.x + 2, width: line.width.saturating_sub(3 + scrolls), height: 1, ..line }
    }

    /// Draws the visible rows with a heading above each group, and the scroll bar. `groups` has the first row
    /// of each group, in order, and its heading.
    pub(crate) fn view(
        &self,
        painter: &mut Painter<'_>,
        area: Rect,
        len: usize,
        groups: &[(usize, String)],
        mut row: impl FnMut(&mut Painter<'_>, Rect, usize),
    ) {
        let height = usize::from(area.height);
        self.height.set(height);
        if height == 0 {
            return;
        }
        let selected = self.selected.min(len.saturating_sub(1));
        // A row stands on its own line below the headings of its group and of those before.
        let line_of = |row: usize| row + groups.partition_point(|(first, _)| *first <= row);
        let lines = len + groups.len();
        let selected_line = line_of(selected);
        let begins_group = groups.iter().any(|(first, _)| *first == selected);
        let offset = self.offset.get().min(lines.saturating_sub(height));
        let highest = selected_line.saturating_sub(usize::from(begins_group && height > 1));
        let offset = offset.clamp((selected_line + 1).saturating_sub(height), highest);
        self.offset.set(offset);
        let scrolls = lines > height;
        let width = area.width.saturating_sub(u16::from(scrolls));
        // The headings before the line, and then the next one.
        let mut heading = groups
            .iter()
            .enumerate()
            .position(|(number, (first, _))| first + number >= offset)
            .unwrap_or(groups.len());
        for (y, line) in (area.y..area.bottom()).zip(offset..lines) {
            let place = Rect { y, width, height: 1, ..area };
            let index = line - heading;
            if let Some((_, words)) = groups.get(heading).filter(|(first, _)| *first == index) {
                painter.text(Rect { x: place.x + 2, ..place }, words, painter.theme.heading);
                heading += 1;
                continue;
            }
            if index == selected {
                painter.buffer.set_style(place, painter.theme.selected);
                painter.text(Rect { width: 1, ..place }, painter.glyphs.pointer, painter.theme.accent);
            }
            painter.add_click_target(place, ClickTarget::Row(index));
            row(painter, Rect { x: place.x + 2, width: width.saturating_sub(3), ..place }, index);
            if index == selected {
                // Dim text is not legible on a reversed ground, and grey text gives that ground patches.
                painter.buffer.set_style(place, Style::new().remove_modifier(Modifier::DIM));
                if painter.theme.selected.add_modifier.contains(Modifier::REVERSED) {
                    brighten(painter, place);
                }
            }
        }
        if scrolls {
            let thumb = (height * height / lines).max(1);
            let start = offset * (height - thumb) / (lines - height);
            for (index, y) in (area.y..area.bottom()).enumerate() {
                let (sign, style) = if (start..start + thumb).contains(&index) {
                    (painter.glyphs.thumb, painter.theme.dim)
                } else {
                    (painter.glyphs.track, painter.theme.border)
                };
                painter.text(Rect { x: area.right() - 1, y, width: 1, height: 1 }, sign, style);
            }
        }
    }
}

/// Gives the grey text of a line the usual colour.
fn brighten(painter: &mut Painter<'_>, line: Rect) {
    let (grey, usual) = (painter.theme.unavailable.fg, painter.theme.base.fg);
    for position in line.positions() {
        let cell = &mut painter.buffer[position];
        if Some(cell.fg) == grey {
            cell.fg = usual.unwrap_or(cell.fg);
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::glyphs::Glyphs;
    use crate::settings::Borders;
    use crate::theme::{Colours, Theme, ThemeName};

    #[test]
    fn selection_stays_within_the_list() {
        let mut list = List::default();
        for action in List::MOVES {
            list.handle_action(action, 0);
            assert_eq!(list.selected(), 0);
        }
        list.handle_action(Action::Last, 10);
        assert_eq!(list.selected(), 9);
        list.handle_action(Action::Down, 10);
        list.scroll(3, 10);
        assert_eq!(list.selected(), 9);
        list.handle_action(Action::PageUp, 10);
        assert_eq!(list.selected(), 8);
        list.clamp(3);
        assert_eq!(list.selected(), 2);
        assert!(!list.handle_action(Action::Buy, 10));
    }

    /// Draws a list of this many rows, whose groups begin at these rows, and returns its lines.
    fn draw_lines(list: &List, len: usize, groups: &[usize], height: u16) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, height));
        let area = buffer.area;
        let mut painter = Painter {
            buffer: &mut buffer,
            theme: Theme::new(ThemeName::Plain, Colours::None, false),
            glyphs: Glyphs::new(Borders::Ascii),
            click_targets: Vec::new(),
            cursor: None,
        };
        let groups: Vec<_> = groups.iter().map(|first| (*first, format!("G{first}"))).collect();
        list.view(&mut painter, area, len, &groups, |painter, place, index| {
            painter.text(place, &index.to_string(), ratatui::style::Style::new());
        });
        let line = |y| (0..7).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..height).map(|y| line(y).trim_end().to_owned()).collect()
    }

    #[test]
    fn headings_stand_above_their_groups_wherever_the_list_is() {
        let mut list = List::default();
        assert_eq!(draw_lines(&list, 5, &[0, 3], 8), ["  G0", "> 0", "  1", "  2", "  G3", "  3", "  4", ""]);
        assert_eq!(draw_lines(&list, 5, &[0, 3], 3), ["  G0", "> 0", "  1"]);
        list.select(3);
        assert_eq!(draw_lines(&list, 5, &[0, 3], 3), ["  2", "  G3", "> 3"]);
        list.select(4);
        assert_eq!(draw_lines(&list, 5, &[0, 3], 3), ["  G3", "  3", "> 4"]);
        list.select(0);
        assert_eq!(draw_lines(&list, 5, &[0, 3], 3), ["  G0", "> 0", "  1"]);
        assert_eq!(draw_lines(&list, 5, &[], 3), ["> 0", "  1", "  2"]);
    }

    #[test]
    fn pages_without_a_screen_have_so_many_rows() {
        let mut list = List::default();
        assert_eq!(list.page(25, 10), 0..10);
        list.handle_action(Action::PageDown, 25);
        assert_eq!(list.page(25, 10), 10..20);
        list.handle_action(Action::PageDown, 25);
        list.handle_action(Action::PageDown, 25);
        assert_eq!(list.page(25, 10), 20..25);
    }
}
