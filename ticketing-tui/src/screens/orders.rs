//! One's own orders.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ticketing_sdk::{Order, OrderStatus};

use super::{ConfirmAction, Context, Input, PlainView, Route, Screen};
use crate::action::Action;
use crate::model::orders::{OrderAction, Orders as KnownOrders, URGENT_TIME_LEFT};
use crate::model::{Load, Model};
use crate::text;
use crate::widgets::columns::{Columns, Line, venue};
use crate::widgets::list::List;
use crate::widgets::painter::{Painter, below};
use crate::widgets::ticket_card::StyleRole;
use crate::widgets::{order_card, panes, placeholder};

/// One's own orders, the newest first.
#[derive(Debug)]
pub(crate) struct Orders {
    list: List,
}

impl Orders {
    pub(crate) fn open(_: &Model) -> Self {
        Self { list: List::default() }
    }

    fn selected<'m>(&self, model: &'m Model) -> Option<&'m Order> {
        model.orders.list().get(self.list.selected())
    }
}

/// From this width on, a line shows the whole status.
const MIN_WIDTH_OF_STATUS: u16 = 76;

/// Returns the status of an order, and its style. A narrow line has room for the time that is left only.
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
        (_, _) => (order.label(now), StyleRole::Accent),
    }
}

impl Screen for Orders {
    fn title(&self, model: &Model) -> String {
        match (model.orders.list().len(), &model.orders.load) {
            (0, Load::Ready) | (1.., _) => format!("Your orders: {}", text::count(model.orders.list().len())),
            _ => "Your orders".to_owned(),
        }
    }

    fn actions(&self, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        if let Some(order) = self.selected(model) {
            actions.push(Action::Open);
            match order.status {
                OrderStatus::Created => actions.extend([Action::Pay, Action::Cancel]),
                OrderStatus::Cancelled => actions.push(Action::Reorder),
                _ => {}
            }
            actions.extend([Action::Copy, Action::Browse]);
        }
        if model.user().is_none() {
            actions.push(Action::Account);
        }
        actions.push(Action::Reload);
        actions.extend(List::MOVES);
        actions
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        let len = cx.model.orders.list().len();
        match input {
            Input::Focus | Input::Action(Action::Reload) if cx.model.user().is_some() => cx.model.load_own(),
            Input::Action(Action::Account) => cx.go(Route::SignIn(None)),
            Input::Action(action) if self.list.act(action, len) => {}
            Input::Action(action) => {
                let Some(order) = self.selected(cx.model) else { return };
                let (id, ticket) = (order.id.clone(), order.ticket.id.clone());
                match action {
                    Action::Open | Action::Pay => cx.go(Route::Checkout(id)),
                    Action::Cancel => cx.go(Route::Confirm(ConfirmAction::Cancel(id))),
                    Action::Reorder => cx.go(Route::Ticket(ticket)),
                    Action::Copy => cx.model.copy(id.as_str()),
                    Action::Browse => cx.model.browse_order(&id),
                    _ => {}
                }
            }
            Input::Row(row, open) => {
                if let (true, Some(order)) = (self.list.pick(row, open), self.selected(cx.model)) {
                    let id = order.id.clone();
                    cx.go(Route::Checkout(id));
                }
            }
            Input::Scroll(rows) => self.list.scroll(rows, len),
            Input::ModelChange => self.list.clamp(len),
            _ => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let (list, beside) = panes::split(area);
        let inner = painter.list_title(list, &self.title(model));
        let orders = model.orders.list();
        if orders.is_empty() {
            let (market, buy) = (model.key(Action::Market), model.key(Action::Buy));
            let hint = format!("{market} goes to the market, {buy} buys there");
            let none = ["You have not ordered anything yet", &hint];
            return placeholder::own(painter, inner, model, &model.orders.load, "your orders", none);
        }
        let is_wide = inner.width >= MIN_WIDTH_OF_STATUS;
        let columns = Columns::of(inner.width);
        let rows = below(inner, 1);
        columns.heading(painter, List::heading(inner, orders.len(), rows.height));
        self.list.view(painter, rows, orders.len(), |painter, place, index, _| {
            let Some(order) = orders.get(index) else { return };
            let (word, role) = status(model, order, is_wide);
            let line = Line {
                title: &text::title(&order.ticket.title),
                last: &text::money(order.ticket.price),
                status: (&painter.glyphs.separated(&word), role.style(painter.theme)),
                time: &columns.time(model, order.ticket.details.starts_at.as_ref()),
                venue: &venue(Some(&order.ticket.details)),
                style: if order.status == OrderStatus::Cancelled {
                    painter.theme.unavailable
                } else {
                    Style::new()
                },
            };
            columns.view(painter, place, &line);
        });
        if let (Some(beside), Some(order)) = (beside, self.selected(model)) {
            order_card::view(painter, beside, model, order);
        }
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        if model.user().is_none() {
            return PlainView::lines(["You are not signed in.".to_owned()]);
        }
        if let Load::Failed(error) = &model.orders.load {
            return PlainView::lines([error.message.clone()]);
        }
        let orders = model.orders.list();
        if orders.is_empty() {
            return PlainView::lines(["You have not ordered anything yet.".to_owned()]);
        }
        PlainView::list(&self.list, orders.len(), |index| {
            orders.get(index).map_or_else(String::new, |order| {
                let title = text::title(&order.ticket.title);
                format!("{title}, {}, {}", text::money(order.ticket.price), status(model, order, true).0)
            })
        })
    }
}
