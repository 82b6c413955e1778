//! One ticket: how it stands, for a row and for a card; and buying it.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ticketing_sdk::{Money, OrderStatus, TicketId};

use super::painter::{Painter, below, top};
use super::stub::{self, Stub};
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
    /// Nothing is rare about it.
    Usual,
    Good,
    Warn,
    Unavailable,
    Accent,
    Bad,
}

impl StyleRole {
    pub(crate) fn style(self, theme: Theme) -> Style {
        match self {
            Self::Usual => Style::new(),
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
            OrderStatus::Complete => ("Yours".to_owned(), StyleRole::Accent),
            OrderStatus::Created => {
                (text::time_left(Orders::time_left(order, model.server_now())), StyleRole::Accent)
            }
            status => (status.label().to_owned(), StyleRole::Accent),
        };
    }
    let role = match row.state {
        TicketState::Available => StyleRole::Usual,
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

/// Draws a ticket with all there is to know.
pub(crate) fn view(painter: &mut Painter<'_>, area: Rect, model: &Model, ticket: &TicketId, row: &TicketRow) {
    let (word, role) = status(model, ticket, row);
    let facts: Vec<String> = row
        .details()
        .map(|details| text::details(details).map(|(_, value)| value).collect())
        .unwrap_or_default();
    let price = text::price(row.cents);
    let rest = if stub::fits(area) {
        let mine = model.user().is_some_and(|user| user.id.as_str() == model.market.tickets.seller(row));
        let side = [
            (price, painter.theme.base.add_modifier(Modifier::BOLD)),
            (String::new(), Style::new()),
            (word, role.style(painter.theme)),
            (text::short_id(ticket.as_str()), painter.theme.dim),
            (if mine { "You sell it" } else { "" }.to_owned(), painter.theme.dim),
        ];
        let stub = Stub { title: &row.title, facts: &facts, side: &side };
        let mut rest = below(stub.view(painter, area, 0), 1);
        rest = Rect { width: rest.width.min(stub::WIDEST), ..rest };
        for text in row.details().into_iter().flat_map(text::paragraphs) {
            rest = below(painter.paragraph(rest, &text, Style::new()), 1);
        }
        rest
    } else {
        let mut rest = painter.title(area, &row.title);
        let spans = [
            (&*price, painter.theme.base.add_modifier(Modifier::BOLD)),
            ("  ", Style::new()),
            (&*word, role.style(painter.theme)),
        ];
        painter.spans(rest, &spans);
        rest = below(rest, 1);
        for fact in &facts {
            painter.text(top(rest, 1), fact, Style::new());
            rest = below(rest, 1);
        }
        below(rest, 1)
    };
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
