//! The messages that pass by themselves: the one that matters most, on a line of its own above the footer.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::painter::{Painter, bottom, inset};
use crate::model::Model;
use crate::model::notices::{Level, Notice};

/// Draws a message on the last line of the body, and how many others there are: the newest, but a failure before what
/// is only to know. Returns the rest of the body.
pub(crate) fn view(painter: &mut Painter<'_>, body: Rect, model: &Model) -> Rect {
    let matters = |notice: &&Notice| matches!(notice.level, Level::Warning | Level::Error);
    let newest = model.notices.shown().next_back();
    let Some(notice) = model.notices.shown().rev().find(matters).or(newest) else { return body };
    let others = model.notices.shown().count() - 1;
    let (mark, style) = match notice.level {
        Level::Info => (painter.glyphs.dot, painter.theme.accent),
        Level::Success => (painter.glyphs.tick, painter.theme.good),
        Level::Warning => ("!", painter.theme.warn),
        Level::Error => (painter.glyphs.cross, painter.theme.bad),
    };
    let line = inset(bottom(body, 1), 1, 0);
    let mut end = line.right();
    if others > 0 {
        end = painter.right(line, &format!("+{others}"), painter.theme.dim).saturating_sub(1);
    }
    let place = Rect { width: end.saturating_sub(line.x), ..line };
    painter.spans(place, &[(mark, style), (" ", Style::new()), (&notice.text, Style::new())]);
    Rect { height: body.height.saturating_sub(1), ..body }
}
