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
/// The maximum number of rows of a failure.
const MAX_ROWS: usize = 3;

/// Draws the messages on the last lines of the body, the newest lowest, and a long failure on several. A low body, and
/// one that may not shrink, shows only the most important message: the newest warning or error, else the newest
/// message. Returns the rest of the body.
pub(crate) fn view(painter: &mut Painter<'_>, body: Rect, model: &Model, keeps_size: bool) -> Rect {
    let is_tall = body.height >= MIN_HEIGHT_OF_ROWS;
    let spares_rows = is_tall && !keeps_size;
    let shown: Vec<&Notice> = if spares_rows {
        model.notices.visible().collect()
    } else {
        let newest = model.notices.visible().next_back();
        model.notices.visible().rev().find(matters).or(newest).into_iter().collect()
    };
    let others = model.notices.visible().count() - shown.len();
    let width = body.width.saturating_sub(4);
    let mut rows = Vec::new();
    for notice in shown {
        let mut lines = vec![notice.text.clone()];
        if spares_rows && matters(&notice) {
            lines = text::wrap(&notice.text, width);
            let rest = lines.split_off(lines.len().min(MAX_ROWS - 1)).join(" ");
            lines.extend((!rest.is_empty()).then_some(rest));
        }
        rows.extend(lines.into_iter().enumerate().map(|(number, line)| (notice.level, number == 0, line)));
    }
    let height = u16::try_from(rows.len()).unwrap_or(body.height).min(body.height);
    let area = inset(bottom(body, height), 1, 0);
    for ((level, is_first, words), y) in rows.into_iter().zip(area.y..area.bottom()) {
        let mut line = Rect { y, height: 1, ..area };
        if others > 0 {
            let start = painter.right(line, &format!("+{others}"), painter.theme.dim);
            line.width = start.saturating_sub(line.x + 1);
        }
        let (mark, style) = mark(painter, level);
        let mark = if is_first { mark } else { " " };
        painter.spans(line, &[(mark, style), (" ", Style::new()), (&words, Style::new())]);
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
