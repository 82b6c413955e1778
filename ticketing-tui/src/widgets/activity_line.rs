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

/// Writes the time, the kind, the ticket, its seat if there is room, and the price of an event.
pub(crate) fn line(painter: &mut Painter<'_>, line: Rect, model: &Model, event: &ActivityEvent) {
    let time = model.local.time_of_day(event.at);
    let end = painter.spans(line, &[(&time, painter.theme.faint), ("  ", Style::new())]);
    let word = Rect { x: end, width: 11.min(line.right().saturating_sub(end)), ..line };
    painter.text(word, event.kind.as_ref(), role(event.kind).style(painter.theme));
    let price = match event.kind {
        ActivityKind::Priced(before) if line.width > 60 => {
            format!("{}, {} before", text::price(event.cents), text::price(before))
        }
        _ => text::price(event.cents),
    };
    let start = painter.right(line, &price, Style::new());
    let title = Rect { x: word.right(), width: start.saturating_sub(word.right() + 1), ..line };
    let end = painter.text(title, &event.title, Style::new());
    let row = model.market.tickets.get(&event.ticket);
    let seat = row.and_then(|row| row.details()?.seat.as_deref()).map(text::sanitize);
    if let Some(seat) = seat.filter(|seat| !seat.is_empty()) {
        let seat = painter.glyphs.replace_separators(&format!(" · {seat}"));
        if end + text::width(&seat) <= title.right() {
            painter.text(Rect { x: end, width: title.right() - end, ..title }, &seat, painter.theme.faint);
        }
    }
}
