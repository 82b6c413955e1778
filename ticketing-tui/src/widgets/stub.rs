//! A ticket, drawn as one: title and event on its main part, price and status on the part that is torn off.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::painter::{Painter, below, inset};
use crate::text;

/// What is written on a ticket.
pub(crate) struct Stub<'a> {
    pub(crate) title: &'a str,
    /// The lines below the title: when, where, which seat.
    pub(crate) facts: &'a [String],
    /// The lines of the part behind the perforation.
    pub(crate) side: &'a [(String, Style)],
}

/// A wider one no longer looks like a ticket.
pub(crate) const WIDEST: u16 = 64;
/// In less room the text alone is shown.
const SMALLEST: (u16, u16) = (44, 9);
/// How wide the part behind the perforation is, with its frame.
const SIDE: u16 = 17;
/// The lines of the frame, and of its notches.
const ENDS: u16 = 4;

/// Whether there is room for a drawn ticket.
pub(crate) fn fits(area: Rect) -> bool {
    area.width >= SMALLEST.0 && area.height >= SMALLEST.1
}

impl Stub<'_> {
    /// Draws it, in an area in which it [`fits`], its two parts `gap` columns further apart than on a whole one. Returns
    /// the rest of the area.
    pub(crate) fn view(&self, painter: &mut Painter<'_>, area: Rect, gap: u16) -> Rect {
        let width = area.width.saturating_sub(gap).min(WIDEST);
        let main = width.saturating_sub(SIDE + 1);
        let room = main.saturating_sub(5);
        let mut titles = text::wrap(self.title, room);
        if titles.len() > 2 {
            let rest = titles.split_off(1).join(" ");
            titles.push(rest);
        }
        let facts: Vec<String> = self.facts.iter().flat_map(|fact| text::wrap(fact, room)).collect();
        let lines = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        let written = lines(titles.len()).saturating_add(1).saturating_add(lines(facts.len()));
        let height = written.max(lines(self.side.len())).saturating_add(ENDS).min(area.height);
        let left = Rect { width: main, height, ..area };
        let right = Rect { x: left.right() + 1 + gap, width: width - main - 1, ..left };
        self.outline(painter, left, right, gap);

        let mut rest = inset(left, 3, 2);
        for title in &titles {
            painter.text(rest, title, painter.theme.accent);
            rest = below(rest, 1);
        }
        rest = below(rest, 1);
        for fact in &facts {
            if rest.is_empty() {
                break;
            }
            painter.text(rest, fact, Style::new());
            rest = below(rest, 1);
        }
        let mut rest = inset(right, 2, 2);
        for (words, style) in self.side {
            if rest.is_empty() {
                break;
            }
            painter.text(rest, words, *style);
            rest = below(rest, 1);
        }
        below(area, height)
    }

    /// Draws the frames of the two parts, with a notch above and below, and the perforation between them.
    fn outline(&self, painter: &mut Painter<'_>, left: Rect, right: Rect, gap: u16) {
        let (set, style) = (painter.glyphs.border, painter.theme.border);
        let last = left.bottom() - 1;
        for part in [left, right] {
            for x in part.left() + 1..part.right() - 1 {
                put(painter, x, part.y, set.horizontal_top, style);
                put(painter, x, last, set.horizontal_bottom, style);
            }
            put(painter, part.x, part.y, set.top_left, style);
            put(painter, part.right() - 1, part.y, set.top_right, style);
            put(painter, part.x, last, set.bottom_left, style);
            put(painter, part.right() - 1, last, set.bottom_right, style);
        }
        for y in left.y + 1..last {
            put(painter, left.x, y, set.vertical_left, style);
            put(painter, right.right() - 1, y, set.vertical_right, style);
            // A torn ticket has an edge on either side.
            if gap > 0 {
                put(painter, left.right() - 1, y, painter.glyphs.perforation, style);
                put(painter, right.x, y, painter.glyphs.perforation, style);
            } else {
                put(painter, left.right(), y, painter.glyphs.perforation, style);
            }
        }
        if gap == 0 {
            for (y, corners) in
                [(left.y + 1, [set.bottom_left, set.bottom_right]), (last - 1, [set.top_left, set.top_right])]
            {
                put(painter, left.right() - 1, y, corners[0], style);
                put(painter, left.right(), y, set.horizontal_top, style);
                put(painter, right.x, y, corners[1], style);
            }
        }
    }
}

fn put(painter: &mut Painter<'_>, x: u16, y: u16, sign: &str, style: Style) {
    painter.text(Rect { x, y, width: 1, height: 1 }, sign, style);
}
