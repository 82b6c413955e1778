//! One ticket: its status for a row, and its card.

use std::borrow::Cow;

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ticketing_sdk::{OrderStatus, TicketId, TicketStatus};

use super::columns::Row;
use super::order_card;
use super::painter::{Painter, below};
use super::stub::{self, Stub, TearStage};
use crate::action::Action;
use crate::model::Model;
use crate::model::ticket_store::{TicketRow, TicketState};
use crate::text;
use crate::theme::StyleRole;

/// Returns the status of a ticket, and its style: for an order of the user, the status of that order.
pub(crate) fn status(model: &Model, ticket: &TicketId, row: &TicketRow) -> (String, StyleRole) {
    if model.is_reserving(ticket) {
        return ("Reserving".to_owned(), StyleRole::Accent);
    }
    if let Some(order) = model.orders.of_ticket(ticket) {
        return match order.status {
            OrderStatus::Complete if model.passes.is_passed_on(order) => {
                (TicketState::Sold.label().to_owned(), StyleRole::Unavailable)
            }
            OrderStatus::Complete => ("Yours".to_owned(), StyleRole::Accent),
            _ => order_card::status(model, order),
        };
    }
    let role = match row.state {
        TicketState::Available if row.has_started(model.server_now()) => {
            return (TicketStatus::SALES_ENDED_LABEL.to_owned(), StyleRole::Unavailable);
        }
        TicketState::Available => StyleRole::Usual,
        TicketState::Reserved => StyleRole::Warn,
        TicketState::Sold | TicketState::Withdrawn => StyleRole::Unavailable,
    };
    (row.state.label().to_owned(), role)
}

/// Returns whether the user sells a ticket.
fn is_own(model: &Model, row: &TicketRow) -> bool {
    model.user().is_some_and(|user| user.id.as_str() == model.market.tickets.seller(row))
}

/// Returns the action that buys a ticket, or goes to the order of the user; `None` where the user cannot order the ticket.
pub(crate) fn purchase(model: &Model, ticket: &TicketId, row: &TicketRow) -> Option<Action> {
    match model.orders.of_ticket(ticket) {
        Some(_) => Some(Action::ShowOrder),
        None if is_own(model, row) || model.is_reserving(ticket) => None,
        None => row.is_orderable(model.server_now()).then_some(Action::Buy),
    }
}

/// Returns the row of a ticket of the market.
pub(crate) fn row<'a>(model: &Model, ticket: &TicketId, row: &'a TicketRow) -> Row<'a> {
    let (word, role) = status(model, ticket, row);
    Row {
        title: Cow::Borrowed(&row.title),
        price: Some(text::price(row.cents)),
        status: (word.into(), role),
        details: row.details(),
        is_unavailable: match model.orders.of_ticket(ticket) {
            Some(order) => model.passes.is_passed_on(order),
            None => !row.is_orderable(model.server_now()),
        },
    }
}

/// Draws the ticket of a row as one, with its long details below, or where there is no room for that its texts alone.
/// Returns the rest of the area.
pub(crate) fn card(painter: &mut Painter<'_>, area: Rect, row: &Row<'_>, notes: &[String]) -> Rect {
    if stub::fits(area) {
        let mut rest = below(Stub { row, notes }.view(painter, area, TearStage::Whole), 1);
        rest = Rect { width: rest.width.min(stub::MAX_WIDTH), ..rest };
        for text in row.details.into_iter().flat_map(text::paragraphs) {
            rest = below(painter.paragraph(rest, &text, Style::new()), 1);
        }
        return rest;
    }
    let mut rest = painter.title(area, &row.title);
    let price = row.price.as_ref().map_or_else(String::new, |price| format!("{price}  "));
    let bold = painter.theme.base.add_modifier(Modifier::BOLD);
    painter.spans(rest, &[(&price, bold), (&row.status.0, row.status.1.style(painter.theme))]);
    rest = below(rest, 1);
    for fact in row.facts() {
        rest = painter.paragraph(rest, &fact, Style::new());
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
    let mut notes = vec![text::short_id(ticket.as_str())];
    notes.extend(is_own(model, row).then(|| "You sell it".to_owned()));
    let rest = card(painter, area, &self::row(model, ticket, row), &notes);
    let rest = admissions(painter, rest, model, ticket);
    if rest.is_empty() { rest } else { advice(painter, rest, model, ticket, row) }
}

/// Draws when the ticket of an own event was admitted, in colour if the admissions conflict. Returns the rest of the area.
pub(crate) fn admissions(painter: &mut Painter<'_>, area: Rect, model: &Model, ticket: &TicketId) -> Rect {
    let Some((words, conflict)) = model.admissions(ticket) else { return area };
    let style = if conflict.is_some() { painter.theme.bad } else { painter.theme.dim };
    below(painter.paragraph(area, &words, style), 1)
}

/// Draws the next step. Returns the rest of the area.
fn advice(painter: &mut Painter<'_>, area: Rect, model: &Model, ticket: &TicketId, row: &TicketRow) -> Rect {
    let order = model.orders.of_ticket(ticket).map(|order| order.status);
    let button = |painter: &mut Painter<'_>, action: Action, label: &str| {
        painter.button(area, &model.key(action), label, action);
        below(area, 1)
    };
    if order.is_none() && model.is_reserving(ticket) {
        painter.text(area, &format!("Reserving{}", painter.glyphs.ellipsis), painter.theme.accent);
        return below(area, 1);
    }
    let words = match (order, row.state) {
        (Some(OrderStatus::Created), _) => {
            return button(painter, Action::ShowOrder, "continues to the payment");
        }
        (Some(OrderStatus::Complete), _) => return button(painter, Action::ShowOrder, "shows your order"),
        (Some(_), _) => return button(painter, Action::ShowOrder, "shows the payment"),
        (None, TicketState::Available) if row.has_started(model.server_now()) => {
            "Sales ended: the event has started."
        }
        (None, TicketState::Available) if is_own(model, row) => "",
        (None, TicketState::Available) => return button(painter, Action::Buy, "reserves it for you"),
        (None, TicketState::Reserved) => {
            "Another buyer has reserved this ticket. If the buyer does not pay in time, it is available again."
        }
        (None, TicketState::Sold) => "This ticket is sold.",
        (None, TicketState::Withdrawn) => "The seller has withdrawn this ticket.",
    };
    painter.paragraph(area, words, painter.theme.dim)
}
