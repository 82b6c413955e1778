//! The temporary messages above the footer: in a row of their own, so that they do not move the content; several or long
//! ones take rows of the body.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::painter::{Painter, bottom, inset};
use crate::model::Model;
use crate::model::notices::{Level, Notice};
use crate::text;

/// The height from which a body keeps a row free for messages, and gives them further ones.
const MIN_HEIGHT_OF_ROWS: u16 = 16;
/// The maximum number of rows of a message.
const MAX_ROWS: usize = 3;

/// Draws the messages on the last lines of the body, the newest lowest, a long one on several. A low body, and
/// one that may not shrink, shows only the most important message: the newest warning or error, else the newest
/// message. Returns the rest of the body.
pub(crate) fn view(painter: &mut Painter<'_>, body: Rect, model: &Model, keeps_size: bool) -> Rect {
    let is_tall = body.height >= MIN_HEIGHT_OF_ROWS;
    let shown: Vec<&Notice> = if is_tall && !keeps_size {
        model.notices.visible().collect()
    } else {
        let newest = model.notices.visible().next_back();
        model.notices.visible().rev().find(matters).or(newest).into_iter().collect()
    };
    let others = model.notices.visible().count() - shown.len();
    let others = if others > 0 { format!(" +{others}") } else { String::new() };
    let area = inset(body, 1, 0);
    let width = area.width.saturating_sub(2 + text::width(&others));
    let max_rows = if keeps_size { 1 } else { MAX_ROWS };
    let mut rows = Vec::new();
    for notice in shown {
        let lines = notice.lines(width, max_rows, painter.glyphs.ellipsis);
        rows.extend(lines.into_iter().enumerate().map(|(number, line)| (notice.level, number == 0, line)));
    }
    let height = u16::try_from(rows.len()).unwrap_or(body.height).min(body.height);
    let area = bottom(area, height);
    painter.right(area, &others, painter.theme.dim);
    for ((level, is_first, words), y) in rows.into_iter().zip(area.y..area.bottom()) {
        let (mark, style) = mark(painter, level);
        let mark = if is_first { mark } else { " " };
        let spans = [(mark, style), (" ", Style::new()), (&*words, Style::new())];
        painter.spans(Rect { y, width: width + 2, ..area }, &spans);
    }
    Rect { height: body.height - height.max(u16::from(is_tall)), ..body }
}

fn matters(notice: &&Notice) -> bool {
    matches!(notice.level, Level::Warning | Level::Error)
}

/// The mark before a message.
fn mark(painter: &Painter<'_>, level: Level) -> (&'static str, Style) {
    match level {
        Level::Info => (painter.glyphs.dot, painter.theme.accent),
        Level::Success => (painter.glyphs.tick, painter.theme.good),
        Level::Warning => ("!", painter.theme.warn),
        Level::Error => (painter.glyphs.cross, painter.theme.bad),
    }
}
