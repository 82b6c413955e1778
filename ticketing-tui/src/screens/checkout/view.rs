//! Draws one order: its ticket, its state, and the next step.

use std::borrow::Cow;

use ratatui::style::Modifier;
use ticketing_sdk::{CancelReason, Order, OrderStatus};

use super::{Checkout, PROGRESS_FRAME};
use crate::model::orders::{KnownOrders, PaymentError};
use crate::screens::prelude::*;
use crate::widgets::meter;
use crate::widgets::order_card::{self, countdown, facts};
use crate::widgets::painter::PANEL;
use crate::widgets::stub::{self, Stub};

/// The lines below a drawn ticket: a free one, the time that is left, the field with its error, and the buttons.
const HEIGHT_BELOW_TICKET: u16 = 6;
/// The height of the instructions to pay on a page.
const HEIGHT_OF_PAGE: u16 = 5;
/// The columns that the text beside a QR code needs.
const BESIDE_QR: u16 = 34;
/// The widest order with a QR code beside it.
const WITH_QR: u16 = 114;

/// Returns how many lines to leave free between the parts: none where there are few.
fn gap(area: Rect) -> u16 {
    u16::from(area.height > 11)
}

/// Returns how many lines the error of a payment and its advice take in an area.
fn error_height(area: Rect, error: &PaymentError, gap: u16) -> u16 {
    let texts = [Some(&error.message), error.advice.as_ref()];
    let lines: usize = texts.into_iter().flatten().map(|words| text::wrap(words, area.width).len()).sum();
    u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(gap)
}

/// Returns the outcome of an order, and its style; `None` while it waits for its payment.
pub(super) fn outcome(model: &Model, order: &Order) -> Option<(Cow<'static, str>, StyleRole)> {
    let now = model.server_now();
    let is_expired =
        order.cancel_reason == Some(CancelReason::Expired) || model.orders.has_expired(&order.id);
    Some(match order.status {
        OrderStatus::Created => return None,
        OrderStatus::Complete if model.passes.is_passed_on(order) => {
            let words = "Paid. You have given the ticket away or sold it on, or it is not issued yet.";
            (words.into(), StyleRole::Dim)
        }
        OrderStatus::AwaitingPayment | OrderStatus::Complete if model.orders.is_paid(order) => {
            ("Paid. The ticket is yours.".into(), StyleRole::Good)
        }
        OrderStatus::AwaitingPayment => {
            ("Being paid. The card is authorized; the order no longer expires.".into(), StyleRole::Accent)
        }
        OrderStatus::Cancelled if is_expired => {
            (order.cancellation(CancelReason::Expired, now).into(), StyleRole::Warn)
        }
        OrderStatus::Cancelled => {
            let unknown = || match order.expires_at <= now {
                true => "This order was cancelled or has expired. You are not charged.".into(),
                false => "This order was cancelled. You are not charged.".into(),
            };
            let words = order.cancel_reason.map(|reason| order.cancellation(reason, now).into());
            (words.unwrap_or_else(unknown), StyleRole::Warn)
        }
        _ => ("This version does not know the status of this order.".into(), StyleRole::Warn),
    })
}

impl Checkout {
    /// Draws the order.
    pub(super) fn draw(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let code = self.qr.as_ref().filter(|_| self.is_open(model) && !self.takes_token(model));
        let inner =
            painter.panel_at_most(area, &self.title(model), if code.is_some() { WITH_QR } else { PANEL });
        let Some(order) = self.order(model) else {
            if model.user().is_none() {
                return placeholder::signed_out(painter, inner, model, "the order");
            }
            return placeholder::load(painter, inner, &self.load, "the order", &model.key(Action::Reload));
        };
        let gap = gap(inner);
        let inner = match code {
            Some(qr) => {
                // It needs every line.
                let within = Rect { y: area.y, height: area.height, ..inner };
                Rect { width: qr.view(painter, within, BESIDE_QR).width, ..inner }
            }
            None => inner,
        };
        let error = model.orders.payment_error(&self.id).map_or(0, |error| error_height(inner, error, gap));
        let below_ticket = if code.is_some() { HEIGHT_OF_PAGE + 2 } else { HEIGHT_BELOW_TICKET + error };
        let stub = Stub { row: &order_card::row(model, order), notes: &order_card::notes(order) };
        let is_drawn = stub::fits(inner) && inner.height >= stub.height(painter, inner) + below_ticket;
        let mut rest = if is_drawn {
            // What is below the ticket has its lines before a longer title.
            let room = top(inner, inner.height - below_ticket);
            let free = stub.view(painter, room, self.tear(model)).height;
            below(inner, room.height - free + 1)
        } else {
            let rest = painter.title(inner, &text::title(&order.ticket.title));
            let style = painter.theme.base.add_modifier(Modifier::BOLD);
            painter.text(rest, &text::money(order.ticket.price), style);
            below(rest, 1 + gap)
        };
        let Some((words, role)) = outcome(model, order) else {
            return self.open_order(painter, rest, model, order, (gap, is_drawn));
        };
        let mark = if role == StyleRole::Good { format!("{} ", painter.glyphs.tick) } else { String::new() };
        rest = painter.paragraph(rest, &format!("{mark}{words}"), role.style(painter.theme));
        rest = below(rest, gap);
        let next = match order.status {
            _ if self.ignores_letters(model) => {
                Some((Action::Continue, "continues; letters do nothing until then"))
            }
            _ if order.allows_reorder(model.server_now()) => {
                Some((Action::Reorder, "orders the ticket again"))
            }
            _ if self.has_ticket(model) => Some((Action::Open, "shows the ticket")),
            _ => None,
        };
        if let Some((action, label)) = next {
            let key = model.usable_key(action, self.has_text_input(model));
            painter.button(top(rest, 1), &key, label, action);
            rest = below(rest, 1 + gap);
        }
        facts(painter, rest, model, order, is_drawn);
    }

    fn open_order(
        &self,
        painter: &mut Painter<'_>,
        area: Rect,
        model: &Model,
        order: &Order,
        (gap, is_drawn): (u16, bool),
    ) {
        let left = KnownOrders::time_left(order, model.server_now());
        let waiting = match model.order_call(&self.id) {
            Some(ApiCall::Pay { .. }) => Some(format!("Paying {}", text::money(order.ticket.price))),
            Some(_) => Some("Cancelling".to_owned()),
            None if left.is_zero() => Some("The time to pay has passed. The order is expiring".to_owned()),
            None => None,
        };
        if let Some(words) = waiting {
            let words = format!("{words}{}", painter.glyphs.ellipsis);
            let mut rest = painter.paragraph(area, &words, painter.theme.accent);
            if model.has_motion() && matches!(model.order_call(&self.id), Some(ApiCall::Pay { .. })) {
                let step = model.now.as_millis() / PROGRESS_FRAME.as_millis().try_into().unwrap_or(1);
                meter::draw_indeterminate(painter, top(rest, 1), step, painter.theme.accent);
                rest = below(rest, 1);
            }
            facts(painter, below(rest, gap), model, order, is_drawn);
            return;
        }
        countdown(painter, top(area, 1), model, order, is_drawn);
        let mut rest = below(area, 1 + gap);
        if let Some(page) = model.payment_page(&self.id) {
            if rest.height < HEIGHT_OF_PAGE {
                rest = below(area, 1);
            }
            self.page(painter, rest, model, order, (&page, is_drawn));
            return;
        }
        if let Some(error) = model.orders.payment_error(&self.id) {
            let room = top(rest, if gap == 0 { 3 } else { rest.height });
            let below_message = painter.paragraph(room, &error.message, painter.theme.bad);
            let advice = error.advice.as_deref().unwrap_or_default();
            let used = room.height - painter.paragraph(below_message, advice, painter.theme.dim).height;
            rest = below(rest, used + gap);
        }
        rest = self.form.view(painter, Rect { width: rest.width.min(70), ..rest });
        let pay = format!("pays {}", text::money(order.ticket.price));
        let buttons = [(Action::Pay, pay.as_str()), (Action::Cancel, "cancels it")];
        let buttons = buttons.map(|(action, label)| (model.usable_key(action, true), label, action));
        rest = below(painter.buttons(rest, &buttons), gap);
        facts(painter, rest, model, order, is_drawn);
    }

    /// Shows where the order is paid, and that this screen continues by itself.
    fn page(
        &self,
        painter: &mut Painter<'_>,
        area: Rect,
        model: &Model,
        order: &Order,
        (page, is_drawn): (&str, bool),
    ) {
        let gap = gap(area);
        let mut rest = painter.paragraph(area, "Pay on this page:", Style::new());
        rest = below(painter.paragraph(rest, page, painter.theme.accent), gap);
        let buttons = [(Action::Pay, "opens it in the browser"), (Action::Cancel, "cancels it")];
        let buttons = buttons.map(|(action, label)| (model.key(action), label, action));
        rest = below(painter.buttons(rest, &buttons), gap);
        rest = painter.paragraph(rest, "Continues once it is paid.", painter.theme.dim);
        facts(painter, below(rest, gap), model, order, is_drawn);
    }
}
