//! One order: its ticket, drawn as one, its countdown, and its ids.

use std::time::Duration;

use ratatui::layout::Rect;
use ratatui::style::Style;
use ticketing_sdk::{Order, OrderStatus};

use super::meter;
use super::painter::{Painter, below, top};
use super::stub::{self, Stub, Tear};
use crate::action::Action;
use crate::model::Model;
use crate::model::orders::{Orders, URGENT_TIME_LEFT};
use crate::text;

/// Draws the ticket of an order. Returns the rest of the area.
pub(crate) fn ticket(
    painter: &mut Painter<'_>,
    area: Rect,
    model: &Model,
    order: &Order,
    tear: Tear,
) -> Rect {
    with_stub(painter, model, order, tear, |painter, stub| stub.view(painter, area, tear))
}

/// Returns how many lines the ticket of an order takes in an area.
pub(crate) fn ticket_height(painter: &mut Painter<'_>, area: Rect, model: &Model, order: &Order) -> u16 {
    with_stub(painter, model, order, Tear::Whole, |painter, stub| stub.height(painter, area))
}

fn with_stub<R>(
    painter: &mut Painter<'_>,
    model: &Model,
    order: &Order,
    tear: Tear,
    run: impl FnOnce(&mut Painter<'_>, Stub<'_>) -> R,
) -> R {
    let facts: Vec<String> = text::details(&order.ticket.details).map(|(_, value)| value).collect();
    let is_own = model.orders.is_paid(order) && tear != Tear::Whole;
    let is_expired = model.orders.has_expired(&order.id);
    let (word, style) = match order.status {
        _ if is_own => ("Yours", painter.theme.accent),
        OrderStatus::Cancelled if is_expired => (OrderStatus::EXPIRED_LABEL, painter.theme.unavailable),
        OrderStatus::Cancelled => (order.status.label(), painter.theme.unavailable),
        OrderStatus::Created => ("Reserved", painter.theme.warn),
        _ => (order.status.label(), painter.theme.accent),
    };
    let stub = Stub {
        title: &text::title(&order.ticket.title),
        facts: &facts,
        price: &text::money(order.ticket.price),
        status: (word, style),
        notes: &[text::short_id(order.ticket.id.as_str())],
    };
    run(painter, stub)
}

/// Draws the remaining time of a reservation, with a meter.
pub(crate) fn countdown(painter: &mut Painter<'_>, line: Rect, order: &Order, left: Duration) {
    let line = Rect { width: line.width.min(stub::MAX_WIDTH), ..line };
    let whole = order
        .created_at
        .map_or(Duration::from_secs(900), |at| order.expires_at.saturating_duration_since(at));
    let style = match left {
        left if left <= URGENT_TIME_LEFT => painter.theme.bad,
        left if left <= 2 * URGENT_TIME_LEFT => painter.theme.warn,
        _ => painter.theme.good,
    };
    let spans =
        [("Reserved for you  ", painter.theme.dim), (&*text::clock(left), style), ("  ", Style::new())];
    let end = painter.spans(line, &spans);
    let meter = Rect { x: end, width: line.right().saturating_sub(end), ..line };
    meter::draw_remaining(painter, meter, left, whole, style);
}

/// Writes the details and the ids that the drawn ticket does not show. Returns the rest of the area.
pub(crate) fn facts(
    painter: &mut Painter<'_>,
    area: Rect,
    model: &Model,
    order: &Order,
    is_drawn: bool,
) -> Rect {
    let payment = model.orders.payment(&order.id).map(|payment| text::short_id(payment.id.as_str()));
    let ticket = (!is_drawn).then(|| ("Ticket", text::short_id(order.ticket.id.as_str())));
    let details: Vec<_> = if is_drawn { Vec::new() } else { text::details(&order.ticket.details).collect() };
    let order = ("Order", text::short_id(order.id.as_str()));
    let payment = payment.map(|id| ("Payment", id));
    let mut rest = area;
    for (label, value) in details.into_iter().chain([order]).chain(ticket).chain(payment) {
        painter.fact(rest, label, &value, Style::new());
        rest = below(rest, 1);
    }
    rest
}

/// Draws an order beside the list of all.
pub(crate) fn view(painter: &mut Painter<'_>, area: Rect, model: &Model, order: &Order) {
    let tear = if model.orders.is_paid(order) { Tear::Torn } else { Tear::Whole };
    let is_drawn = stub::fits(area);
    let mut rest = if is_drawn {
        below(ticket(painter, area, model, order, tear), 1)
    } else {
        painter.title(area, &text::title(&order.ticket.title))
    };
    let left = Orders::time_left(order, model.server_now());
    if order.status == OrderStatus::Created && !left.is_zero() {
        countdown(painter, top(rest, 1), order, left);
        rest = below(rest, 2);
    }
    rest = below(facts(painter, rest, model, order, is_drawn), 1);
    let label = match order.status {
        OrderStatus::Created => "continues to the payment",
        OrderStatus::Complete => "opens the order",
        _ => "opens it",
    };
    painter.button(rest, &model.key(Action::Open), label, Action::Open);
}
