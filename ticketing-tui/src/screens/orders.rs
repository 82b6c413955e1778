//! The orders of the user, the newest first.

use ticketing_sdk::{Money, Order, OrderStatus, TicketDetails};

use super::own_list::OwnList;
use super::prelude::*;
use crate::widgets::order_card;

#[derive(Debug)]
pub(super) struct Orders;

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

    fn actions(model: &Model, order: Option<&Order>) -> Vec<Action> {
        let Some(order) = order else { return Vec::new() };
        let mut actions = vec![Action::Open];
        match order.status {
            OrderStatus::Created if model.order_call(&order.id).is_some() => {}
            OrderStatus::Created => actions.extend([Action::Pay, Action::Cancel]),
            _ if order.allows_reorder(model.server_now()) => actions.push(Action::Reorder),
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

    fn facts(order: &Order) -> (&TicketDetails, Option<Money>) {
        (&order.ticket.details, Some(order.ticket.price))
    }

    fn row<'a>(model: &'a Model, order: &'a Order) -> Row<'a> {
        order_card::row(model, order)
    }

    fn card(painter: &mut Painter<'_>, area: Rect, model: &Model, order: &Order) {
        order_card::view(painter, area, model, order);
    }
}
