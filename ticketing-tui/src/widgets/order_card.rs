//! One order: its ticket, drawn as one, its countdown, and its ids.

use std::time::Duration;

use ratatui::layout::Rect;
use ratatui::style::Style;
use ticketing_sdk::{Order, OrderStatus};

use super::columns::Row;
use super::meter;
use super::painter::{Painter, below, top};
use super::stub::{self, Stub, TearStage};
use crate::action::Action;
use crate::effect::ApiCall;
use crate::model::Model;
use crate::model::orders::{KnownOrders, URGENT_TIME_LEFT};
use crate::text;
use crate::theme::StyleRole;

/// Returns the status of an order, and its style, as every list and card shows it: a reservation with the time that is left.
pub(crate) fn status(model: &Model, order: &Order) -> (String, StyleRole) {
    let now = model.server_now();
    match (order.status, model.order_call(&order.id)) {
        (_, Some(ApiCall::Pay { .. })) => {
            (OrderStatus::AwaitingPayment.label().to_owned(), StyleRole::Accent)
        }
        (_, Some(_)) => ("Cancelling".to_owned(), StyleRole::Warn),
        (OrderStatus::Cancelled, _) if model.orders.has_expired(&order.id) => {
            (OrderStatus::EXPIRED_LABEL.to_owned(), StyleRole::Unavailable)
        }
        (OrderStatus::Cancelled, _) => (order.label(now), StyleRole::Unavailable),
        (OrderStatus::Created, _) => {
            let is_urgent = KnownOrders::time_left(order, now) <= URGENT_TIME_LEFT;
            (order.label(now), if is_urgent { StyleRole::Bad } else { StyleRole::Warn })
        }
        _ if model.orders.is_paid(order) => (OrderStatus::Complete.label().to_owned(), StyleRole::Dim),
        _ => (order.label(now), StyleRole::Accent),
    }
}

/// Returns the row of an order.
pub(crate) fn row<'a>(model: &Model, order: &'a Order) -> Row<'a> {
    let (word, role) = status(model, order);
    Row {
        title: text::title(&order.ticket.title).into(),
        price: Some(text::money(order.ticket.price)),
        status: (word.into(), role),
        details: Some(&order.ticket.details),
        is_unavailable: order.status == OrderStatus::Cancelled,
    }
}

/// Returns the small print on the ticket of an order.
pub(crate) fn notes(order: &Order) -> [String; 1] {
    [text::short_id(order.ticket.id.as_str())]
}

/// Draws a meter of the time that is left of a reservation, behind its status unless a drawn ticket shows that.
pub(crate) fn countdown(painter: &mut Painter<'_>, line: Rect, model: &Model, order: &Order, is_drawn: bool) {
    let mut line = Rect { width: line.width.min(stub::MAX_WIDTH), ..line };
    let left = KnownOrders::time_left(order, model.server_now());
    let whole = order
        .created_at
        .map_or(Duration::from_secs(900), |at| order.expires_at.saturating_duration_since(at));
    let (words, role) = status(model, order);
    let style = role.style(painter.theme);
    if !is_drawn {
        let words = painter.glyphs.replace_separators(&words);
        let end = painter.spans(line, &[(&words, style), ("  ", Style::new())]);
        line = Rect { x: end, width: line.right().saturating_sub(end), ..line };
    }
    meter::draw_remaining(painter, line, left, whole, style);
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
        rest = painter.fact(rest, label, &value);
    }
    rest
}

/// Draws an order beside the list of all.
pub(crate) fn view(painter: &mut Painter<'_>, area: Rect, model: &Model, order: &Order) {
    let tear = if model.orders.is_paid(order) { TearStage::Torn } else { TearStage::Whole };
    let is_drawn = stub::fits(area);
    let mut rest = if is_drawn {
        let stub = Stub { row: &row(model, order), notes: &notes(order) };
        below(stub.view(painter, area, tear), 1)
    } else {
        painter.title(area, &text::title(&order.ticket.title))
    };
    let left = KnownOrders::time_left(order, model.server_now());
    if order.status == OrderStatus::Created && !left.is_zero() {
        countdown(painter, top(rest, 1), model, order, is_drawn);
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
