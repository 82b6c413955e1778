//! The messages that pass by themselves, at the lower right of the screen.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::painter::{Painter, inset};
use crate::model::Model;
use crate::model::notices::Level;
use crate::text;

/// With fewer lines, only the newest has room.
const LOW: u16 = 16;
/// Wider ones are hard to read.
const WIDEST: u16 = 72;

/// Draws the messages, the newest lowest.
pub(crate) fn view(painter: &mut Painter<'_>, body: Rect, model: &Model) {
    let area = inset(body, 2, 1);
    let shown = if body.height < LOW { 1 } else { usize::MAX };
    let mut floor = area.bottom();
    for notice in model.notices.shown().rev().take(shown) {
        let (mark, style) = match notice.level {
            Level::Info => (painter.glyphs.dot, painter.theme.accent),
            Level::Success => (painter.glyphs.tick, painter.theme.good),
            Level::Warning => ("!", painter.theme.warn),
            Level::Error => (painter.glyphs.cross, painter.theme.bad),
        };
        let lines = text::wrap(&notice.text, area.width.saturating_sub(5).min(WIDEST));
        let width = lines.iter().map(|line| text::width(line)).max().unwrap_or(0) + 5;
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        if floor.saturating_sub(height) < area.y || width > area.width {
            return;
        }
        floor -= height;
        let place = Rect { x: area.right() - width, y: floor, width, height };
        painter.clear(place, painter.theme.base.patch(painter.theme.focus));
        for (index, (line, y)) in lines.iter().zip(place.y..).enumerate() {
            let mark = if index == 0 { mark } else { " " };
            let line_at = Rect { x: place.x + 1, width: width - 1, y, height: 1 };
            painter.spans(line_at, &[(mark, style), ("  ", Style::new()), (line, Style::new())]);
        }
    }
}
