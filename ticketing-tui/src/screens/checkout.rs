//! One order: how long it is held, paying for it, and what became of it.

use std::time::Duration;

use ratatui::layout::Rect;
use ratatui::style::Style;
use ticketing_sdk::{
    CancelReason, CardToken, Order, OrderId, OrderStatus, Pages, PaymentStatus, SecretString,
};

use super::{ConfirmAction, Context, Input, PlainView, Route, Screen, form_input};
use crate::action::Action;
use crate::effect::{Call, CallId};
use crate::event::Reply;
use crate::model::orders::{OrderAction, Orders, URGENT_TIME_LEFT};
use crate::model::passes::PassKey;
use crate::model::{Load, Model};
use crate::text;
use crate::widgets::form::{Field, Form};
use crate::widgets::painter::{Painter, below, top};
use crate::widgets::qr::Qr;
use crate::widgets::{meter, placeholder};

/// What an order says whose status only a newer version knows.
const UNKNOWN_STATUS: &str = "This version does not know the status of this order.";

/// One order.
#[derive(Debug)]
pub(crate) struct Checkout {
    id: OrderId,
    form: Form,
    load: Load,
    reserving: Option<CallId>,
    /// The address of the page on which the order may be paid for, for a phone.
    qr: Option<Qr>,
}

impl Checkout {
    pub(crate) fn open(id: OrderId, model: &Model) -> Self {
        let qr = Qr::new(&Pages::of(&model.server).order(&id));
        let card = Field::new("Card", "the provider's token, like tok_visa");
        Self { id, form: Form::new(vec![card]), load: Load::Idle, reserving: None, qr }
    }

    fn order<'m>(&self, model: &'m Model) -> Option<&'m Order> {
        model.orders.get(&self.id)
    }

    /// Whether there is something to pay, and it is not being paid.
    fn is_open(&self, model: &Model) -> bool {
        let held = |order: &Order| {
            order.status == OrderStatus::Created && !Orders::time_left(order, model.server_now()).is_zero()
        };
        self.order(model).is_some_and(held) && model.orders.action(&self.id).is_none()
    }

    /// Whether the ticket is bought, so that its pass is issued now, or in a moment.
    fn is_paid(&self, model: &Model) -> bool {
        self.order(model).is_some_and(|order| order.status == OrderStatus::Complete || is_paid(model, order))
    }

    /// Whether the order is paid for by a token that is written here.
    fn takes_token(&self, model: &Model) -> bool {
        self.is_open(model) && model.payment_page(&self.id).is_none()
    }

    fn pay(&mut self, cx: &mut Context<'_>) {
        if !self.is_open(cx.model) {
            return;
        }
        if cx.model.payment_page(&self.id).is_some() {
            return cx.model.browse_order(&self.id);
        }
        let token = self.form.value(0).trim().to_owned();
        if CardToken::looks_like_a_card_number(&token) {
            self.form.fill(0, "");
            self.form.fault(
                0,
                "That looked like a card number. Only the provider's tokens are taken, like tok_visa",
            );
        } else if token.is_empty() {
            self.form.fault(0, "Which card? Write the provider's token for it, like tok_visa");
        } else {
            cx.model.pay(&self.id, SecretString::from(token));
        }
    }

    fn act(&mut self, action: Action, cx: &mut Context<'_>) {
        match action {
            Action::Pay => self.pay(cx),
            Action::Cancel if self.is_open(cx.model) => {
                cx.go(Route::Confirm(ConfirmAction::Cancel(self.id.clone())))
            }
            Action::Reorder => {
                if let Some(ticket) = self.order(cx.model).map(|order| order.ticket.clone()) {
                    self.reserving = cx.model.reserve(&ticket.id, ticket.price).or(self.reserving);
                }
            }
            Action::Open if self.is_paid(cx.model) => cx.go(Route::Pass(PassKey::Order(self.id.clone()))),
            Action::Copy => cx.model.copy(self.id.as_str()),
            Action::Browse => cx.model.browse_order(&self.id),
            Action::Reload => self.ask(cx),
            _ => {}
        }
    }

    fn ask(&mut self, cx: &mut Context<'_>) {
        cx.model.call(Call::CardEntry);
        self.follow(cx);
        self.load = Load::Loading(cx.model.call(Call::Order(self.id.clone())));
    }
}

impl Checkout {
    /// Goes on by itself where the order is paid for on a page.
    fn follow(&self, cx: &mut Context<'_>) {
        if cx.model.payment_page(&self.id).is_some() {
            let now = cx.model.server_now();
            cx.model.orders.follow(&self.id, now);
        }
    }
}

impl Screen for Checkout {
    fn title(&self, model: &Model) -> String {
        match self.order(model).map(|order| order.status) {
            Some(OrderStatus::Created) => "Pay".to_owned(),
            _ => "Order".to_owned(),
        }
    }

    fn actions(&self, model: &Model) -> Vec<Action> {
        let status = self.order(model).map(|order| order.status);
        if self.is_open(model) && !self.takes_token(model) {
            return vec![
                Action::Pay,
                Action::Cancel,
                Action::Back,
                Action::Browse,
                Action::Copy,
                Action::Reload,
            ];
        }
        if self.is_open(model) {
            // Letters are written into the field, so these have keys that write none.
            return vec![Action::Pay, Action::Cancel, Action::Back, Action::Copy, Action::Reload];
        }
        match status {
            Some(OrderStatus::Cancelled) => {
                vec![Action::Reorder, Action::Copy, Action::Browse, Action::Reload]
            }
            _ if self.is_paid(model) => vec![Action::Open, Action::Copy, Action::Browse, Action::Reload],
            _ => vec![Action::Copy, Action::Browse, Action::Reload],
        }
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::Focus => self.ask(cx),
            Input::Action(Action::Back) => cx.back(),
            Input::Action(action) => self.act(action, cx),
            Input::Reply(id, reply) if self.load.awaits(id) => {
                self.load = match reply {
                    Ok(_) => Load::Ready,
                    Err(error) => Load::Failed(error.clone()),
                };
            }
            Input::Reply(id, reply) if self.reserving == Some(id) => {
                self.reserving = None;
                if let Some(order) = cx.reserved(id, reply) {
                    cx.replace_with(Route::Checkout(order));
                }
            }
            Input::Reply(_, Ok(Reply::CardEntry(_))) => self.follow(cx),
            Input::Reservation(call) => self.reserving = Some(call),
            input => {
                form_input(&mut self.form, input);
            }
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let inner = painter.panel(area, &self.title(model));
        let Some(order) = self.order(model) else {
            if model.user().is_none() {
                return placeholder::signed_out(painter, inner, model, "the order");
            }
            return placeholder::load(painter, inner, &self.load, "the order", &model.key(Action::Reload));
        };
        let gap = gap(inner);
        let inner = match &self.qr {
            Some(qr) if self.is_open(model) && !self.takes_token(model) => {
                // It needs every line between the frame's.
                let within = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..inner };
                Rect { width: qr.view(painter, within, BESIDE_QR).width, ..inner }
            }
            _ => inner,
        };
        let mut rest = painter.title(inner, &text::title(&order.ticket.title));
        painter.text(rest, &text::money(order.ticket.price), painter.theme.accent);
        rest = below(rest, 1 + gap);
        match order.status {
            OrderStatus::Created => self.open_order(painter, rest, model, order, gap),
            OrderStatus::AwaitingPayment if !is_paid(model, order) => {
                let words = "Being paid. The card is authorized; the order no longer expires.";
                rest = painter.paragraph(rest, words, painter.theme.accent);
                facts(painter, below(rest, 1), model, order);
            }
            OrderStatus::AwaitingPayment | OrderStatus::Complete => {
                painter.spans(
                    rest,
                    &[
                        (painter.glyphs.tick, painter.theme.good),
                        (" Paid. The ticket is yours.", painter.theme.good),
                    ],
                );
                rest = below(rest, 1 + gap);
                painter.button(top(rest, 1), &model.key(Action::Open), "shows the ticket", Action::Open);
                facts(painter, below(rest, 1 + gap), model, order);
            }
            OrderStatus::Cancelled => {
                let is_expired = order.cancel_reason == Some(CancelReason::Expired);
                let words = if is_expired || model.orders.has_expired(&self.id) {
                    "This order has expired. The ticket is available to others. Nothing was charged."
                } else if order.cancel_reason.is_none() && order.expires_at <= model.server_now() {
                    "This order was cancelled or has expired. The ticket is available to others. Nothing was charged."
                } else {
                    "This order was cancelled. The ticket is available to others. Nothing was charged."
                };
                rest = below(painter.paragraph(rest, words, painter.theme.warn), gap);
                painter.button(rest, &model.key(Action::Reorder), "orders the ticket again", Action::Reorder);
                facts(painter, below(rest, 1 + gap), model, order);
            }
            _ => {
                rest = painter.paragraph(rest, UNKNOWN_STATUS, painter.theme.warn);
                facts(painter, below(rest, 1), model, order);
            }
        }
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        let Some(order) = self.order(model) else {
            return PlainView::lines(["Loading the order".to_owned()]);
        };
        let title = text::title(&order.ticket.title);
        let mut lines = vec![format!("{title}, {}", text::money(order.ticket.price))];
        match (order.status, model.orders.action(&self.id)) {
            (_, Some(OrderAction::Pay)) => lines.push("Paying.".to_owned()),
            (_, Some(OrderAction::Cancel)) => lines.push("Cancelling.".to_owned()),
            (OrderStatus::Created, None) => {
                let left = Orders::time_left(order, model.server_now());
                lines.push(format!("Reserved for you for {}.", text::left(left)));
                if let Some(error) = model.orders.payment_error(&self.id) {
                    lines.push(error.message.clone());
                    lines.extend(error.advice.clone());
                }
                if let Some(page) = model.payment_page(&self.id) {
                    lines.push(format!("Pay on this page: {page}"));
                }
                let form =
                    if self.takes_token(model) { PlainView::form(&self.form) } else { PlainView::default() };
                return PlainView { lines, ..form };
            }
            (OrderStatus::AwaitingPayment, None) if !is_paid(model, order) => {
                lines.push("Being paid.".to_owned());
            }
            (OrderStatus::AwaitingPayment | OrderStatus::Complete, None) => {
                lines.push("Paid. The ticket is yours.".to_owned())
            }
            (OrderStatus::Cancelled, None) => {
                lines.push("Cancelled. The ticket is available to others. Nothing was charged.".to_owned());
            }
            (_, None) => lines.push(UNKNOWN_STATUS.to_owned()),
        }
        lines.push(format!("Order id: {}", self.id));
        PlainView::lines(lines)
    }

    fn writes(&self, model: &Model) -> bool {
        self.takes_token(model)
    }
}

/// The columns that the text beside a QR code needs.
const BESIDE_QR: u16 = 34;

/// How many lines to leave free between the parts: none where there are few.
fn gap(area: Rect) -> u16 {
    u16::from(area.height > 11)
}

/// Whether the money is known to be taken, though the order has not handled of it yet.
fn is_paid(model: &Model, order: &Order) -> bool {
    let payment = model.orders.payment(&order.id);
    payment.is_some_and(|payment| payment.status.is_none_or(|status| status == PaymentStatus::Succeeded))
}

impl Checkout {
    fn open_order(&self, painter: &mut Painter<'_>, area: Rect, model: &Model, order: &Order, gap: u16) {
        let left = Orders::time_left(order, model.server_now());
        countdown(painter, top(area, 1), order, left);
        let mut rest = below(area, 1 + gap);
        let waiting = match model.orders.action(&self.id) {
            Some(OrderAction::Pay) => Some(format!("Paying {}", text::money(order.ticket.price))),
            Some(OrderAction::Cancel) => Some("Cancelling".to_owned()),
            None if left.is_zero() => Some("The time to pay has passed. The order is expiring".to_owned()),
            None => None,
        };
        if let Some(words) = waiting {
            rest =
                painter.paragraph(rest, &format!("{words}{}", painter.glyphs.ellipsis), painter.theme.accent);
            return facts(painter, below(rest, gap), model, order);
        }
        if let Some(page) = model.payment_page(&self.id) {
            return self.page(painter, rest, model, order, &page);
        }
        let error = model.orders.payment_error(&self.id);
        if let Some(error) = error {
            let room = top(rest, if gap == 0 { 2 } else { rest.height });
            let used = room.height - painter.paragraph(room, &error.message, painter.theme.bad).height;
            rest = below(rest, used + gap);
        }
        rest = self.form.view(painter, Rect { width: rest.width.min(70), ..rest });
        let pay = format!("pays {}", text::money(order.ticket.price));
        let end = painter.button(top(rest, 1), &model.key_while_writing(Action::Pay), &pay, Action::Pay);
        let place = Rect { x: end + 3, width: rest.right().saturating_sub(end + 3), ..top(rest, 1) };
        painter.button(place, &model.key_while_writing(Action::Cancel), "cancels it", Action::Cancel);
        rest = below(rest, 1 + gap);
        if let Some(error) = error {
            let advice = error.advice.as_deref().unwrap_or_default();
            rest = below(painter.paragraph(rest, advice, painter.theme.dim), gap);
        }
        facts(painter, rest, model, order);
    }
}

impl Checkout {
    /// Where the order is paid for, and that this screen goes on by itself.
    fn page(&self, painter: &mut Painter<'_>, area: Rect, model: &Model, order: &Order, page: &str) {
        let gap = gap(area);
        let mut rest = painter.paragraph(area, "Pay on this page:", Style::new());
        rest = below(painter.paragraph(rest, page, painter.theme.accent), gap);
        painter.button(top(rest, 1), &model.key(Action::Pay), "opens it in the browser", Action::Pay);
        rest = below(rest, 1);
        painter.button(top(rest, 1), &model.key(Action::Cancel), "cancels it", Action::Cancel);
        rest = below(rest, 1 + gap);
        rest = painter.paragraph(rest, "Continues once it is paid.", painter.theme.dim);
        facts(painter, below(rest, gap), model, order);
    }
}

/// How long it is still held.
fn countdown(painter: &mut Painter<'_>, line: Rect, order: &Order, left: Duration) {
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

/// The small print.
fn facts(painter: &mut Painter<'_>, area: Rect, model: &Model, order: &Order) {
    let payment = model.orders.payment(&order.id).map(|payment| payment.id.to_string());
    let facts = [("Order", order.id.to_string()), ("Ticket", order.ticket.id.to_string())];
    let mut rest = area;
    for (label, value) in
        text::details(&order.ticket.details).chain(facts).chain(payment.map(|id| ("Payment", id)))
    {
        painter.fact(rest, label, &value, Style::new());
        rest = below(rest, 1);
    }
}
