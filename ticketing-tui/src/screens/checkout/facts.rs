//! The facts of an order: the countdown of its reservation, its details and its ids.

use std::time::Duration;

use ratatui::layout::Rect;
use ratatui::style::Style;
use ticketing_sdk::Order;

use crate::model::Model;
use crate::model::orders::URGENT_TIME_LEFT;
use crate::text;
use crate::widgets::meter;
use crate::widgets::painter::{Painter, below};

/// How long it is still held.
pub(super) fn countdown(painter: &mut Painter<'_>, line: Rect, order: &Order, left: Duration) {
    let whole = order.created_at.map_or(Duration::from_secs(900), |at| order.expires_at.saturating_since(at));
    let style = match left {
        left if left <= URGENT_TIME_LEFT => painter.theme.bad,
        left if left <= 2 * URGENT_TIME_LEFT => painter.theme.warn,
        _ => painter.theme.good,
    };
    let spans =
        [("Reserved for you  ", painter.theme.dim), (&*text::clock(left), style), ("  ", Style::new())];
    let end = painter.spans(line, &spans);
    let meter = Rect { x: end, width: line.right().saturating_sub(end).min(60), ..line };
    meter::line(painter, meter, left, whole, style);
}

/// The small print, but for what the drawn ticket says.
pub(super) fn facts(painter: &mut Painter<'_>, area: Rect, model: &Model, order: &Order, is_drawn: bool) {
    let payment = model.orders.payment(&order.id).map(|payment| text::short_id(payment.id.as_str()));
    let facts =
        [("Order", text::short_id(order.id.as_str())), ("Ticket", text::short_id(order.ticket.id.as_str()))];
    let details: Vec<_> = if is_drawn { Vec::new() } else { text::details(&order.ticket.details).collect() };
    let mut rest = area;
    for (label, value) in details.into_iter().chain(facts).chain(payment.map(|id| ("Payment", id))) {
        painter.fact(rest, label, &value, Style::new());
        rest = below(rest, 1);
    }
}
