//! One ticket: how it stands, for a row and for a card; and buying it.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ticketing_sdk::{Money, OrderStatus, TicketId};

use super::painter::{Painter, below};
use crate::action::Action;
use crate::effect::CallId;
use crate::model::Model;
use crate::model::orders::Orders;
use crate::model::ticket_store::{TicketRow, TicketState};
use crate::screens::{Context, Route};
use crate::text;
use crate::theme::Theme;

/// How good it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StyleRole {
    Good,
    Warn,
    Unavailable,
    Accent,
    Bad,
}

impl StyleRole {
    pub(crate) fn style(self, theme: Theme) -> Style {
        match self {
            Self::Good => theme.good,
            Self::Warn => theme.warn,
            Self::Unavailable => theme.unavailable,
            Self::Accent => theme.accent,
            Self::Bad => theme.bad,
        }
    }
}

/// Returns the status of a ticket, and its style: for an order of the user, what that order is, or how long it lasts.
pub(crate) fn status(model: &Model, ticket: &TicketId, row: &TicketRow) -> (String, StyleRole) {
    if model.orders.is_reserving(ticket) {
        return ("Reserving".to_owned(), StyleRole::Accent);
    }
    if let Some(order) = model.orders.of_ticket(ticket) {
        return match order.status {
            OrderStatus::Complete => ("Yours".to_owned(), StyleRole::Good),
            OrderStatus::Created => {
                (text::time_left(Orders::time_left(order, model.server_now())), StyleRole::Accent)
            }
            status => (status.label().to_owned(), StyleRole::Accent),
        };
    }
    let role = match row.state {
        TicketState::Available => StyleRole::Good,
        TicketState::Reserved => StyleRole::Warn,
        TicketState::Sold | TicketState::Withdrawn => StyleRole::Unavailable,
    };
    (row.state.label().to_owned(), role)
}

/// Goes on towards owning a ticket: to what is held already, to the sign-in, or to a new reservation, whose call is
/// answered.
pub(crate) fn buy(cx: &mut Context<'_>, ticket: &TicketId) -> Option<CallId> {
    if let Some(order) = cx.model.orders.of_ticket(ticket) {
        let id = order.id.clone();
        cx.go(Route::Checkout(id));
        return None;
    }
    if !cx.require_sign_in(Some(Route::Ticket(ticket.clone()))) {
        return None;
    }
    let price = Money::from_cents(i64::from(cx.model.market.tickets.get(ticket)?.cents)).ok()?;
    cx.model.reserve(ticket, price)
}

/// With fewer lines, there is room for what matters most only.
const LOW: u16 = 12;

/// Draws a ticket with all there is to know.
pub(crate) fn view(painter: &mut Painter<'_>, area: Rect, model: &Model, ticket: &TicketId, row: &TicketRow) {
    let gap = u16::from(area.height >= LOW);
    let mut rest = painter.title(area, &row.title);
    rest = below(rest, gap);
    painter.text(rest, &text::price(row.cents), painter.theme.accent);
    rest = below(rest, 1 + gap);
    let (word, role) = status(model, ticket, row);
    let mine = model.user().is_some_and(|user| user.id.as_str() == model.market.tickets.seller(row));
    let seller = if mine { "you" } else { model.market.tickets.seller(row) };
    let listed = format!("{} {} UTC", ticketing_sdk::text::date(row.listed), text::time_of_day(row.listed));
    let version = row.version.to_string();
    let details: Vec<_> = row.details().map(|details| text::details(details).collect()).unwrap_or_default();
    let mut lines: Vec<(&str, &str, Style)> = vec![("Status", &word, role.style(painter.theme))];
    lines.extend(details.iter().map(|(label, value)| (*label, value.as_str(), Style::new())));
    lines.extend([
        ("Id", ticket.as_str(), Style::new()),
        ("Listed", &listed, Style::new()),
        ("Seller", seller, Style::new()),
        ("Version", &version, Style::new()),
    ]);
    let shown = if gap == 0 { 3 } else { lines.len() };
    for (label, value, style) in lines.into_iter().take(shown) {
        painter.fact(rest, label, value, style);
        rest = below(rest, 1);
    }
    rest = below(rest, gap);
    if gap > 0 {
        for text in row.details().into_iter().flat_map(text::paragraphs) {
            rest = below(painter.paragraph(rest, &text, Style::new()), gap);
        }
    }
    if !rest.is_empty() {
        advice(painter, rest, model, ticket, row);
    }
}

/// What can be done about it.
fn advice(painter: &mut Painter<'_>, area: Rect, model: &Model, ticket: &TicketId, row: &TicketRow) {
    let key = |action| model.key(action);
    let order = model.orders.of_ticket(ticket).map(|order| order.status);
    let buy = |painter: &mut Painter<'_>, label: &str| {
        painter.button(area, &key(Action::Buy), label, Action::Buy);
    };
    match (order, row.state) {
        (Some(OrderStatus::Created), _) => buy(painter, "continues to the payment"),
        (Some(OrderStatus::Complete), _) => buy(painter, "shows your order"),
        (Some(_), _) => buy(painter, "shows the payment"),
        (None, _) if model.orders.is_reserving(ticket) => {
            painter.text(area, &format!("Reserving{}", painter.glyphs.ellipsis), painter.theme.accent);
        }
        (None, TicketState::Available) => buy(painter, "reserves it for you"),
        (None, TicketState::Reserved) => {
            painter.paragraph(
                area,
                "Another buyer has reserved this ticket. If the buyer does not pay in time, it is available again.",
                painter.theme.dim,
            );
        }
        (None, TicketState::Sold) => {
            painter.paragraph(area, "This ticket is sold.", painter.theme.dim);
        }
        (None, TicketState::Withdrawn) => {
            painter.paragraph(area, "The seller has withdrawn this ticket.", painter.theme.dim);
        }
    }
}
