//! An activity event on one line.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::painter::Painter;
use crate::model::Model;
use crate::model::activity::{ActivityEvent, ActivityKind};
use crate::text;
use crate::theme::StyleRole;

fn role(kind: ActivityKind) -> StyleRole {
    match kind {
        ActivityKind::Listed | ActivityKind::Released | ActivityKind::Priced(_) | ActivityKind::Renamed => {
            StyleRole::Usual
        }
        ActivityKind::Reserved => StyleRole::Warn,
        ActivityKind::Sold | ActivityKind::Withdrawn => StyleRole::Unavailable,
    }
}

/// Writes the time, the kind, the ticket and the price of an event.
pub(crate) fn line(painter: &mut Painter<'_>, line: Rect, model: &Model, event: &ActivityEvent) {
    let time = model.local.time_of_day(event.at);
    let end = painter.spans(line, &[(&time, painter.theme.faint), ("  ", Style::new())]);
    let word = Rect { x: end, width: 11.min(line.right().saturating_sub(end)), ..line };
    painter.text(word, event.kind.word(), role(event.kind).style(painter.theme));
    let price = match event.kind {
        ActivityKind::Priced(before) if line.width > 60 => {
            format!("{}, {} before", text::price(event.cents), text::price(before))
        }
        _ => text::price(event.cents),
    };
    let start = painter.right(line, &price, Style::new());
    let title = Rect { x: word.right(), width: start.saturating_sub(word.right() + 1), ..line };
    painter.text(title, &event.title, Style::new());
}
