//! A ticket, drawn as one: title and event on its main part, price and status on the part that is torn off.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::symbols::border;
use ratatui::widgets::{Block, Widget};

use super::columns::Row;
use super::painter::{Painter, below, inset, top};
use crate::text;

/// A row, drawn as a ticket.
pub(crate) struct Stub<'a> {
    pub(crate) row: &'a Row<'a>,
    /// The small print below price and status.
    pub(crate) notes: &'a [String],
}

/// How far the two parts of a ticket are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TearStage {
    /// They hang together.
    Whole,
    Begun,
    Torn,
}

impl TearStage {
    fn gap(self) -> u16 {
        match self {
            Self::Whole => 0,
            Self::Begun => 1,
            Self::Torn => GAP,
        }
    }
}

/// The maximum width: a wider stub does not look like a ticket.
pub(crate) const MAX_WIDTH: u16 = 64;
/// The room for its two parts side by side; in a narrower area the part to tear off is below the main part.
const SIDE_BY_SIDE: (u16, u16) = (56, 9);
const STACKED: (u16, u16) = (30, 14);
/// How wide the part behind the perforation is, with its frame.
const SIDE: u16 = 17;
/// The most lines of a title: two where there are few, and with room as many as it takes.
const TITLE_LINES: std::ops::RangeInclusive<usize> = 2..=8;
/// The lines below a ticket that a longer title leaves free.
const BELOW: u16 = 6;
/// How far apart the parts are at most. The main part keeps that room free, so that its text does not move.
const GAP: u16 = 3;
/// The lines of the frame and the notches of a stacked ticket.
const AROUND: u16 = 5;
/// The lines of the frame, and of its notches.
const ENDS: u16 = 4;

fn is_side_by_side(area: Rect) -> bool {
    area.width >= SIDE_BY_SIDE.0
}

/// Returns whether there is room for a drawn ticket.
pub(crate) fn fits(area: Rect) -> bool {
    let (width, height) = if is_side_by_side(area) { SIDE_BY_SIDE } else { STACKED };
    area.width >= width && area.height >= height
}

/// The columns of the text on the main part, in a ticket so wide whose parts are side by side.
fn text_width(width: u16) -> u16 {
    width.saturating_sub(GAP + SIDE + 6)
}

fn lines(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

impl Stub<'_> {
    /// Draws it, in an area in which it [`fits`]. Returns the rest of the area.
    pub(crate) fn view(&self, painter: &mut Painter<'_>, area: Rect, tear: TearStage) -> Rect {
        let place = Rect { width: area.width.min(MAX_WIDTH), ..area };
        let height = if is_side_by_side(place) {
            self.draw_side_by_side(painter, place, tear)
        } else {
            self.draw_stacked(painter, place, tear)
        };
        below(area, height)
    }

    /// Returns how many lines the whole ticket takes in an area of any height, with a title of two lines at most.
    pub(crate) fn height(&self, painter: &Painter<'_>, area: Rect) -> u16 {
        self.height_with(painter, area, *TITLE_LINES.start())
    }

    /// Returns the most lines of its title in an area.
    fn title_lines(&self, painter: &Painter<'_>, area: Rect) -> usize {
        let fits =
            |lines: &usize| self.height_with(painter, area, *lines).saturating_add(BELOW) <= area.height;
        TITLE_LINES.rev().find(fits).unwrap_or(*TITLE_LINES.start())
    }

    fn height_with(&self, painter: &Painter<'_>, area: Rect, title_lines: usize) -> u16 {
        let width = area.width.min(MAX_WIDTH);
        if is_side_by_side(Rect { width, ..area }) {
            let main = self.main_lines(painter, text_width(width), title_lines).len();
            lines(main.max(self.side_lines(painter).len())).saturating_add(ENDS)
        } else {
            let main = self.main_lines(painter, width.saturating_sub(6), title_lines).len();
            lines(main).saturating_add(self.lower_lines(width.saturating_sub(6)) + AROUND)
        }
    }

    /// The lines below the perforation of a stacked ticket with a text so wide.
    fn lower_lines(&self, columns: u16) -> u16 {
        1 + u16::from(!self.is_status_beside_price(columns)) + u16::from(!self.notes.is_empty())
    }

    /// Whether price and status stand on one line of this many columns.
    fn is_status_beside_price(&self, columns: u16) -> bool {
        let Row { price, status, .. } = self.row;
        price.as_ref().is_none_or(|price| text::width(price) + 2 + text::width(&status.0) <= columns)
    }

    fn status_style(&self, painter: &Painter<'_>) -> Style {
        self.row.status.1.style(painter.theme)
    }

    /// The lines of the part to tear off, with their styles.
    fn side_lines(&self, painter: &Painter<'_>) -> Vec<(String, Style)> {
        let mut side = Vec::new();
        if let Some(price) = &self.row.price {
            side.push((price.clone(), Self::price_style(painter)));
            side.push((String::new(), Style::new()));
        }
        // A reservation has its time on a line of its own.
        let statuses = self.row.status.0.split(" · ").flat_map(|part| text::wrap(part, SIDE - 4));
        side.extend(statuses.map(|line| (line, self.status_style(painter))));
        let notes = self.notes.iter().flat_map(|note| text::wrap(note, SIDE - 4));
        side.extend(notes.map(|note| (note, painter.theme.dim)));
        side
    }

    /// The lines of the main part, with their styles.
    fn main_lines(&self, painter: &Painter<'_>, columns: u16, title_lines: usize) -> Vec<(String, Style)> {
        let titles = text::wrap_at_most(&self.row.title, columns, title_lines, painter.glyphs.ellipsis);
        let titles = titles.into_iter().map(|line| (line, painter.theme.accent));
        let facts = self.row.facts().flat_map(|fact| text::wrap(&fact, columns));
        let facts = facts.map(|line| (line, Style::new()));
        titles.chain([(String::new(), Style::new())]).chain(facts).collect()
    }

    fn price_style(painter: &Painter<'_>) -> Style {
        painter.theme.base.add_modifier(Modifier::BOLD)
    }

    fn draw_side_by_side(&self, painter: &mut Painter<'_>, area: Rect, tear: TearStage) -> u16 {
        let title_lines = self.title_lines(painter, area);
        let written = self.main_lines(painter, text_width(area.width), title_lines);
        let side = self.side_lines(painter);
        let height = lines(written.len().max(side.len())).saturating_add(ENDS).min(area.height);
        let gap = tear.gap();
        let left = Rect { width: area.width - SIDE - 1 - gap, height, ..area };
        let right = Rect { x: area.right() - SIDE, width: SIDE, ..left };
        let (set, sign) = (painter.glyphs.border, painter.glyphs.perforation);
        // A torn ticket has an edge on either side, a whole one has the perforation between.
        let edge = if gap > 0 { sign } else { " " };
        frame(painter, left, border::Set { vertical_right: edge, ..set });
        frame(painter, right, border::Set { vertical_left: edge, ..set });
        if gap == 0 {
            (left.y + 1..left.bottom() - 1).for_each(|y| draw_sign(painter, left.right(), y, sign));
            for (y, corners) in [
                (left.y + 1, [set.bottom_left, set.bottom_right]),
                (left.bottom() - 2, [set.top_left, set.top_right]),
            ] {
                draw_sign(painter, left.right() - 1, y, corners[0]);
                draw_sign(painter, left.right(), y, set.horizontal_top);
                draw_sign(painter, right.x, y, corners[1]);
            }
        }
        write(painter, inset(left, 3, 2), &written);
        write(painter, inset(right, 2, 2), &side);
        height
    }

    fn draw_stacked(&self, painter: &mut Painter<'_>, area: Rect, tear: TearStage) -> u16 {
        let title_lines = self.title_lines(painter, area);
        let written = self.main_lines(painter, area.width.saturating_sub(6), title_lines);
        let gap = tear.gap().min(2);
        let side = self.lower_lines(area.width.saturating_sub(6));
        let around = AROUND + gap;
        let main = lines(written.len()).min(area.height.saturating_sub(side + around));
        let upper = Rect { height: main + 3, ..area };
        let lower = Rect { y: upper.bottom() + gap, height: side + 2, ..area };
        let (set, sign) = (painter.glyphs.border, painter.glyphs.perforation_lying);
        frame(painter, upper, border::Set { horizontal_bottom: sign, ..set });
        let edge = if gap > 0 { sign } else { " " };
        frame(painter, lower, border::Set { horizontal_top: edge, ..set });
        if gap == 0 {
            for (y, corners) in [
                (upper.bottom() - 1, [set.top_right, set.top_left]),
                (lower.y, [set.bottom_right, set.bottom_left]),
            ] {
                draw_sign(painter, area.x + 1, y, corners[0]);
                draw_sign(painter, area.right() - 2, y, corners[1]);
            }
        }
        write(painter, Rect { height: main, ..inset(upper, 3, 2) }, &written);
        let mut rest = inset(lower, 3, 1);
        let status = painter.glyphs.replace_separators(&self.row.status.0);
        let style = self.status_style(painter);
        let price = self.row.price.as_deref().unwrap_or_default();
        painter.text(top(rest, 1), price, Self::price_style(painter));
        if !price.is_empty() && self.is_status_beside_price(rest.width) {
            painter.right(top(rest, 1), &status, style);
        } else {
            rest = below(rest, u16::from(!price.is_empty()));
            painter.text(top(rest, 1), &status, style);
        }
        let notes = self.notes.join(&format!(" {} ", painter.glyphs.separator));
        painter.text(below(rest, 1), &notes, painter.theme.dim);
        main + side + around
    }
}

/// Draws the frame of a part.
fn frame(painter: &mut Painter<'_>, part: Rect, set: border::Set<'_>) {
    Block::bordered().border_set(set).border_style(painter.theme.border).render(part, painter.buffer);
}

fn draw_sign(painter: &mut Painter<'_>, x: u16, y: u16, sign: &str) {
    painter.text(Rect { x, y, width: 1, height: 1 }, sign, painter.theme.border);
}

fn write(painter: &mut Painter<'_>, area: Rect, written: &[(String, Style)]) {
    for ((words, style), line) in written.iter().zip(area.rows()) {
        painter.text(line, words, *style);
    }
}
