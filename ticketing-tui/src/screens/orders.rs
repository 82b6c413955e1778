//! The orders of the user, the newest first.

use ticketing_sdk::{Order, OrderStatus};

use super::own_list::OwnList;
use super::prelude::*;
use crate::model::orders::{OrderAction, Orders as KnownOrders, URGENT_TIME_LEFT};
use crate::model::records::Records;
use crate::theme::StyleRole;
use crate::widgets::columns::Row;
use crate::widgets::order_card;

#[derive(Debug)]
pub(super) struct Orders;

/// From this width on, a row shows the whole status.
const MIN_WIDTH_OF_STATUS: u16 = 94;

/// Returns the status of an order, and its style. A narrow row has room for the time that is left only.
fn status(model: &Model, order: &Order, is_wide: bool) -> (String, StyleRole) {
    let now = model.server_now();
    match (order.status, model.orders.action(&order.id)) {
        (_, Some(OrderAction::Pay)) => (OrderStatus::AwaitingPayment.label().to_owned(), StyleRole::Accent),
        (_, Some(OrderAction::Cancel)) => ("Cancelling".to_owned(), StyleRole::Warn),
        (OrderStatus::Cancelled, _) if model.orders.has_expired(&order.id) => {
            (OrderStatus::EXPIRED_LABEL.to_owned(), StyleRole::Unavailable)
        }
        (OrderStatus::Cancelled, _) => (order.label(now), StyleRole::Unavailable),
        (OrderStatus::Created, _) => {
            let left = KnownOrders::time_left(order, now);
            let role = if left <= URGENT_TIME_LEFT { StyleRole::Bad } else { StyleRole::Warn };
            let is_short = !is_wide && !left.is_zero();
            (if is_short { text::time_left(left) } else { order.label(now) }, role)
        }
        (OrderStatus::Complete, _) => (order.label(now), StyleRole::Dim),
        (_, _) => (order.label(now), StyleRole::Accent),
    }
}

impl OwnList for Orders {
    type Item = Order;

    const TITLE: &'static str = "Your orders";
    const NONE: &'static str = "You have not ordered anything yet";

    fn hint(model: &Model) -> String {
        let (market, buy) = (model.key(Action::Market), model.key(Action::Buy));
        format!("{market} goes to the market, {buy} buys there")
    }

    fn records(model: &Model) -> &Records<Order> {
        &model.orders.records
    }

    fn reload(model: &mut Model) {
        model.load_own();
    }

    fn actions(order: Option<&Order>) -> Vec<Action> {
        let Some(order) = order else { return Vec::new() };
        let mut actions = vec![Action::Open];
        match order.status {
            OrderStatus::Created => actions.extend([Action::Pay, Action::Cancel]),
            _ if order.allows_reorder() => actions.push(Action::Reorder),
            _ => {}
        }
        actions.extend([Action::Copy, Action::Browse]);
        actions
    }

    fn run(action: Action, order: Option<Order>, cx: &mut Context<'_>) {
        let Some(Order { id, ticket, .. }) = order else { return };
        match action {
            Action::Open | Action::Pay => cx.push_route(Route::Checkout(id)),
            Action::Cancel => cx.push_route(Route::Confirm(ConfirmAction::Cancel(id))),
            Action::Reorder => cx.push_route(Route::Ticket(ticket.id)),
            Action::Copy => cx.model.copy(id.as_str()),
            Action::Browse => cx.model.browse_order(&id),
            _ => {}
        }
    }

    fn row<'a>(model: &'a Model, order: &'a Order, width: u16) -> Row<'a> {
        let (word, role) = status(model, order, width >= MIN_WIDTH_OF_STATUS);
        Row {
            title: text::title(&order.ticket.title).into(),
            price: Some(text::money(order.ticket.price)),
            status: (word.into(), role),
            details: Some(&order.ticket.details),
            is_unavailable: order.status == OrderStatus::Cancelled,
        }
    }

    fn card(painter: &mut Painter<'_>, area: Rect, model: &Model, order: &Order) {
        order_card::view(painter, area, model, order);
    }
}
