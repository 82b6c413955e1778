//! The columns of each record. Scripts rely on their order: new columns go last.

mod passes;
mod settlement;
mod timeline;

use serde::Serialize;
use ticketing_sdk::{
    ClockTime, DetailField, Order, OrderStatus, Payment, PaymentStatus, Ticket, TicketChange,
    TicketChangeKind, TicketDetails, TicketStatus, Timestamp, User,
};

pub(crate) use passes::double_admissions;
pub(crate) use settlement::{Settlement, WriteOutcome};

use super::record::ESSENTIAL;
use super::{Cell, ColumnLayout, Columns, Record, Tone};

/// The ranks of what a list of tickets has besides the title, the most important first. Where all rows have the usual
/// status, it says nothing, and is dropped first.
const PRICE: u8 = 1;
const STATUS: u8 = ESSENTIAL;
const START: u8 = 3;
/// Several tickets of one title differ in these. Without its evening a seat says nothing.
const SEAT: u8 = 4;
const VENUE: u8 = 7;

impl<T: 'static> Columns<T> {
    /// Adds a column for each detail of a ticket. Columns that are newer than the details are after them.
    fn add_details(&mut self, details: fn(&T) -> Option<&TicketDetails>) {
        for field in DetailField::ALL {
            let cell = move |it: &T, _| match (field, details(it)) {
                (DetailField::StartsAt, Some(TicketDetails { starts_at: Some(starts), .. })) => {
                    Cell::Start(starts.clone())
                }
                (_, details) => Cell::opt(details.and_then(|details| details.get(*field))),
            };
            let (layout, rank, min_width, tight_width) = match field {
                DetailField::Seat => (ColumnLayout::Cut, SEAT, 14, 9),
                DetailField::StartsAt => (ColumnLayout::Whole, START, 0, 0),
                DetailField::Venue => (ColumnLayout::Cut, VENUE, 12, 12),
                _ => (ColumnLayout::Hidden, 0, 0, 0),
            };
            let column = self.add(field.name(), layout, cell).droppable(rank);
            (column.needs_content, column.min_width, column.tight_width) = (true, min_width, tight_width);
            column.keeps_end = *field == DetailField::Seat;
        }
    }
}

impl Record for Ticket {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_id("id", |it, _| Cell::text(&it.id));
        columns.add_cut("title", |it, _| Cell::text(&it.title));
        columns.add_right("price", |it, _| Cell::money(Some(it.price))).droppable(PRICE);
        columns.add_whole("status", ticket_status).droppable(STATUS);
        columns.add_for_programs("userId", |it, _| Cell::text(&it.user_id));
        columns.add_hidden("orderId", |it, _| Cell::opt(it.order_id.as_ref()));
        columns.add_for_programs("version", |it, _| Cell::text(&it.version));
        columns.add_extra("createdAt", |it, _| Cell::time(it.created_at));
        columns.add_hidden("updatedAt", |it, _| Cell::time(it.updated_at));
        columns.add_details(|it| Some(&it.details));
        columns.add_hidden("resaleOf", |it, _| Cell::opt(it.resale_of.as_ref()));
    }
}

/// A line of `tickets watch`.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum WatchLine {
    /// A ticket changed.
    Change {
        #[serde(flatten)]
        change: Box<TicketChange>,
        /// The time of the change.
        at: Timestamp,
    },
    /// Changes before this line were missed: a copy of the tickets may be out of date.
    Reset {
        /// The position from which the changes continue.
        id: Option<String>,
        /// Distinguishes the line in JSON, as the kind of a change does: `reset`.
        kind: &'static str,
    },
}

impl WatchLine {
    /// Creates the line of a change.
    pub(crate) fn change(change: TicketChange, at: Timestamp) -> Self {
        Self::Change { change: Box::new(change), at }
    }

    /// Creates the line of a reset, after which the changes continue from this position.
    pub(crate) fn reset(id: Option<String>) -> Self {
        Self::Reset { id, kind: "reset" }
    }

    /// Returns the cell of what happened.
    fn kind(&self) -> Cell {
        let Self::Change { change, .. } = self else { return Cell::label("reset", "Reset", Tone::Waiting) };
        match change.kind {
            TicketChangeKind::Created => Cell::label("created", "Listed", Tone::Plain),
            TicketChangeKind::Updated => Cell::label("updated", "Changed", Tone::Plain),
            TicketChangeKind::Deleted => Cell::label("deleted", "Withdrawn", Tone::Past),
            _ => Cell::label(change.kind.as_str(), "Unknown", Tone::Past),
        }
    }

    /// Returns a cell of the ticket; a reset has none.
    fn cell(&self, cell: impl Fn(&Ticket) -> Cell) -> Cell {
        match self {
            Self::Change { change, .. } => cell(&change.ticket),
            Self::Reset { .. } => Cell::None,
        }
    }
}

impl Record for WatchLine {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_whole("change", |it, _| it.kind());
        columns.add_id("id", |it, _| it.cell(|ticket| Cell::text(&ticket.id)));
        columns.add_cut("title", |it, _| it.cell(|ticket| Cell::text(&ticket.title)));
        columns.add_right("price", |it, _| it.cell(|ticket| Cell::money(Some(ticket.price))));
        columns.add_whole("status", |it, now| it.cell(|ticket| ticket_status(ticket, now)));
        columns.add_for_programs("version", |it, _| it.cell(|ticket| Cell::text(&ticket.version)));
        columns.add_hidden("eventId", |it, _| match it {
            Self::Change { change, .. } => Cell::text(&change.id),
            Self::Reset { id, .. } => Cell::opt(id.as_ref()),
        });
        columns.add_whole("at", |it, _| match it {
            Self::Change { at, .. } => Cell::ClockTime(*at),
            Self::Reset { .. } => Cell::None,
        });
        columns.add_details(|it| match it {
            Self::Change { change, .. } => Some(&change.ticket.details),
            Self::Reset { .. } => None,
        });
    }
}

impl Record for Order {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_id("id", |it, _| Cell::text(&it.id));
        columns.add_whole("status", order_status).droppable(STATUS);
        columns.add_cut("title", |it, _| Cell::text(&it.ticket.title));
        columns.add_right("price", |it, _| Cell::money(Some(it.ticket.price))).droppable(PRICE);
        // The status shows the time that is left. The deadline applies only until the order is paid or cancelled.
        columns.add_hidden("expiresAt", |it, _| match it.status {
            OrderStatus::Created => Cell::Time(it.expires_at),
            _ => Cell::ForPrograms(it.expires_at.to_string()),
        });
        columns.add_hidden("ticketId", |it, _| Cell::text(&it.ticket.id));
        columns.add_for_programs("userId", |it, _| Cell::text(&it.user_id));
        columns.add_for_programs("version", |it, _| Cell::text(&it.version));
        columns.add_hidden("createdAt", |it, _| Cell::time(it.created_at));
        columns.add_hidden("cancelReason", |it, _| Cell::opt(it.cancel_reason));
        columns.add_details(|it| Some(&it.ticket.details));
    }
}

impl Record for ClockTime {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_whole("now", |it, _| Cell::Time(it.now));
    }
}

impl Record for Payment {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_id("id", |it, _| Cell::text(&it.id));
        columns.add_whole("status", |it, _| it.status.map_or(Cell::None, payment_status));
        columns.add_right("amount", |it, _| Cell::money(it.amount));
        columns.add_hidden("currency", |it, _| Cell::opt(it.currency.as_ref()));
        columns.add_extra("orderId", |it, _| Cell::opt(it.order_id.as_ref())).with_ids();
        columns.add_hidden("stripeId", |it, _| Cell::opt(it.stripe_id.as_ref()));
        columns.add_whole("createdAt", |it, _| Cell::time(it.created_at)).droppable(1);
    }
}

impl Record for User {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_whole("id", |it, _| Cell::text(&it.id));
        columns.add_whole("email", |it, _| Cell::text(&it.email));
    }
}

/// The output of `auth status`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionStatus {
    pub(crate) server: String,
    pub(crate) signed_in: bool,
    pub(crate) user: Option<User>,
    /// When the session began, if the server states it.
    pub(crate) since: Option<Timestamp>,
    /// When the session expires, if the server states it.
    pub(crate) until: Option<Timestamp>,
    /// The location of the session.
    pub(crate) kept_in: String,
}

impl Record for SessionStatus {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_whole("server", |it, _| Cell::text(&it.server));
        columns.add_whole("status", |it, _| match it.signed_in {
            true => Cell::label("signed in", "Signed in", Tone::Good),
            false => Cell::label("signed out", "Signed out", Tone::Bad),
        });
        columns.add_whole("email", |it, _| Cell::opt(it.user.as_ref().map(|user| &user.email)));
        columns.add_whole("userId", |it, _| Cell::opt(it.user.as_ref().map(|user| &user.id)));
        columns.add_whole("since", |it, _| Cell::time(it.since));
        columns.add_whole("until", |it, _| Cell::time(it.until));
        columns.add_cut("keptIn", |it, _| Cell::text(&it.kept_in));
    }
}

fn ticket_status(ticket: &Ticket, now: Timestamp) -> Cell {
    let tone = match ticket.status {
        TicketStatus::Available if !ticket.has_started(now) => Tone::Plain,
        TicketStatus::Reserved => Tone::Waiting,
        _ => Tone::Past,
    };
    Cell::label(ticket.status.as_str(), ticket.label(now), tone)
}

fn order_status(order: &Order, now: Timestamp) -> Cell {
    let tone = match order.status {
        OrderStatus::Created if order.expires_at <= now => Tone::Past,
        OrderStatus::Created | OrderStatus::AwaitingPayment => Tone::Waiting,
        OrderStatus::Complete => Tone::Plain,
        _ => Tone::Past,
    };
    Cell::label(order.status.as_str(), order.label(now), tone)
}

fn payment_status(status: PaymentStatus) -> Cell {
    let tone = match status {
        PaymentStatus::Pending | PaymentStatus::Authorized => Tone::Waiting,
        PaymentStatus::Succeeded => Tone::Plain,
        PaymentStatus::Failed => Tone::Bad,
        _ => Tone::Past,
    };
    Cell::label(status.as_str(), status.label(), tone)
}
