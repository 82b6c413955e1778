//! One ticket: its status for a row, and its card.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ticketing_sdk::{OrderStatus, TicketDetails, TicketId};

use super::painter::{Painter, below, top};
use super::stub::{self, Stub, Tear};
use crate::action::Action;
use crate::model::Model;
use crate::model::orders::Orders;
use crate::model::ticket_store::{TicketRow, TicketState};
use crate::text;
use crate::theme::Theme;

/// The style of a fact.
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

/// The content of a card.
pub(crate) struct Card<'a> {
    pub(crate) title: &'a str,
    pub(crate) details: Option<&'a TicketDetails>,
    pub(crate) price: &'a str,
    pub(crate) status: (&'a str, Style),
    pub(crate) notes: &'a [String],
}

/// Draws a ticket as one, with its long details below, or where there is no room for that its texts alone. Returns the
/// rest of the area.
pub(crate) fn card(painter: &mut Painter<'_>, area: Rect, card: &Card<'_>) -> Rect {
    let Card { title, price, status, notes, .. } = *card;
    let facts = card.details.map(|details| text::details(details).map(|(_, value)| value).collect());
    let facts: Vec<String> = facts.unwrap_or_default();
    if stub::fits(area) {
        let stub = Stub { title, facts: &facts, price, status, notes };
        let mut rest = below(stub.view(painter, area, Tear::Whole), 1);
        rest = Rect { width: rest.width.min(stub::WIDEST), ..rest };
        for text in card.details.into_iter().flat_map(text::paragraphs) {
            rest = below(painter.paragraph(rest, &text, Style::new()), 1);
        }
        return rest;
    }
    let mut rest = painter.title(area, title);
    let spans = [
        (price, painter.theme.base.add_modifier(Modifier::BOLD)),
        ("  ", Style::new()),
        (status.0, status.1),
    ];
    painter.spans(rest, &spans);
    rest = below(rest, 1);
    for fact in &facts {
        painter.text(top(rest, 1), fact, Style::new());
        rest = below(rest, 1);
    }
    below(rest, 1)
}

/// Draws a ticket with all there is to know. Returns the rest of the area.
pub(crate) fn view(
    painter: &mut Painter<'_>,
    area: Rect,
    model: &Model,
    ticket: &TicketId,
    row: &TicketRow,
) -> Rect {
    let (word, role) = status(model, ticket, row);
    let mine = model.user().is_some_and(|user| user.id.as_str() == model.market.tickets.seller(row));
    let mut notes = vec![text::short_id(ticket.as_str())];
    notes.extend(mine.then(|| "You sell it".to_owned()));
    let shown = Card {
        title: &row.title,
        details: row.details(),
        price: &text::price(row.cents),
        status: (&word, role.style(painter.theme)),
        notes: &notes,
    };
    let rest = card(painter, area, &shown);
    let rest = admissions(painter, rest, model, ticket);
    if rest.is_empty() { rest } else { advice(painter, rest, model, ticket, row) }
}

/// Says when the ticket of an own event was admitted: in colour where that was more than once. Returns the rest of the area.
pub(crate) fn admissions(painter: &mut Painter<'_>, area: Rect, model: &Model, ticket: &TicketId) -> Rect {
    let Some((words, is_double)) = model.admissions(ticket) else { return area };
    let style = if is_double { painter.theme.bad } else { painter.theme.dim };
    below(painter.paragraph(area, &words, style), 1)
}

/// Draws the next step. Returns the rest of the area.
fn advice(painter: &mut Painter<'_>, area: Rect, model: &Model, ticket: &TicketId, row: &TicketRow) -> Rect {
    let order = model.orders.of_ticket(ticket).map(|order| order.status);
    let button = |painter: &mut Painter<'_>, label: &str| {
        painter.button(area, &model.key(Action::Buy), label, Action::Buy);
        below(area, 1)
    };
    if order.is_none() && model.orders.is_reserving(ticket) {
        painter.text(area, &format!("Reserving{}", painter.glyphs.ellipsis), painter.theme.accent);
        return below(area, 1);
    }
    let words = match (order, row.state) {
        (Some(OrderStatus::Created), _) => return button(painter, "continues to the payment"),
        (Some(OrderStatus::Complete), _) => return button(painter, "shows your order"),
        (Some(_), _) => return button(painter, "shows the payment"),
        (None, TicketState::Available) => return button(painter, "reserves it for you"),
        (None, TicketState::Reserved) => {
            "Another buyer has reserved this ticket. If the buyer does not pay in time, it is available again."
        }
        (None, TicketState::Sold) => "This ticket is sold.",
        (None, TicketState::Withdrawn) => "The seller has withdrawn this ticket.",
    };
    painter.paragraph(area, words, painter.theme.dim)
}
