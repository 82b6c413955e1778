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

use super::{Cell, Column, Record, Tone};

const TICKET_COLUMNS: [Column; 10 + DETAILS] = with_details(
    [
        Column::id("id"),
        Column::cut("title"),
        Column::right("price").droppable(1),
        Column::whole("status").droppable(STATUS),
        Column::for_programs("userId"),
        Column::hidden("orderId"),
        Column::for_programs("version"),
        Column::extra("createdAt"),
        Column::hidden("updatedAt"),
    ],
    [Column::hidden("resaleOf")],
);

const WATCH_COLUMNS: [Column; 8 + DETAILS] = with_details(
    [
        Column::whole("change"),
        Column::id("id"),
        Column::cut("title"),
        Column::right("price"),
        Column::whole("status"),
        Column::for_programs("version"),
        Column::hidden("eventId"),
        Column::whole("at"),
    ],
    [],
);

const ORDER_COLUMNS: [Column; 10 + DETAILS] = with_details(
    [
        Column::id("id"),
        Column::whole("status").droppable(1),
        Column::cut("title"),
        Column::right("price").droppable(2),
        // The status shows the time that is left.
        Column::hidden("expiresAt"),
        Column::hidden("ticketId"),
        Column::for_programs("userId"),
        Column::for_programs("version"),
        Column::hidden("createdAt"),
        Column::hidden("cancelReason"),
    ],
    [],
);

const DETAILS: usize = DetailField::ALL.len();

/// The rank of a status whose usual value says little: what the tickets of one title differ in is worth more.
const STATUS: u8 = 5;

/// Adds a column for each detail of a ticket. Columns that are newer than the details are the last ones.
const fn with_details<const BASE: usize, const LAST: usize, const ALL: usize>(
    base: [Column; BASE],
    last: [Column; LAST],
) -> [Column; ALL] {
    let mut columns = [Column::hidden(""); ALL];
    let mut index = 0;
    while index < ALL {
        columns[index] = if index < BASE {
            base[index]
        } else if index < BASE + DETAILS {
            detail_column(DetailField::ALL[index - BASE])
        } else {
            last[index - BASE - DETAILS]
        };
        index += 1;
    }
    columns
}

/// Several tickets of one title differ in these.
const fn detail_column(field: DetailField) -> Column {
    match field {
        DetailField::Seat => Column::cut_to(field.name(), 12).droppable(3),
        DetailField::StartsAt => Column::filled(field.name()).droppable(4),
        DetailField::Venue => Column::filled(field.name()).droppable(7),
        _ => Column::hidden(field.name()),
    }
}

fn detail_cells(details: &TicketDetails) -> impl Iterator<Item = Cell> {
    DetailField::ALL.iter().map(|field| match (field, &details.starts_at) {
        (DetailField::StartsAt, Some(starts)) => Cell::Start(starts.clone()),
        _ => Cell::opt(details.get(*field)),
    })
}

impl Record for Ticket {
    const COLUMNS: &'static [Column] = &TICKET_COLUMNS;

    fn cells(&self, now: Timestamp) -> Vec<Cell> {
        let mut cells = vec![
            Cell::text(&self.id),
            Cell::text(&self.title),
            Cell::Money(self.price.to_string()),
            ticket_status(self, now),
            Cell::text(&self.user_id),
            Cell::opt(self.order_id.as_ref()),
            Cell::text(&self.version),
            Cell::time(self.created_at),
            Cell::time(self.updated_at),
        ];
        cells.extend(detail_cells(&self.details));
        cells.push(Cell::opt(self.resale_of.as_ref()));
        cells
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
        /// Distinguishes the line in JSON, as the kind of a change does.
        kind: ResetKind,
    },
}

/// The kind of a reset line.
#[derive(Debug, Serialize)]
pub(crate) enum ResetKind {
    /// `reset`
    #[serde(rename = "reset")]
    Reset,
}

impl WatchLine {
    /// Creates the line of a change.
    pub(crate) fn change(change: TicketChange, at: Timestamp) -> Self {
        Self::Change { change: Box::new(change), at }
    }

    /// Creates the line of a reset, after which the changes continue from this position.
    pub(crate) fn reset(id: Option<String>) -> Self {
        Self::Reset { id, kind: ResetKind::Reset }
    }
}

impl Record for WatchLine {
    const COLUMNS: &'static [Column] = &WATCH_COLUMNS;

    fn cells(&self, now: Timestamp) -> Vec<Cell> {
        let (change, at) = match self {
            Self::Change { change, at } => (change, *at),
            Self::Reset { id, .. } => {
                let nothing = || Cell::text(&"");
                let mut cells = vec![Cell::label("reset", "Reset", Tone::Waiting)];
                cells.extend((0..5).map(|_| nothing()));
                cells.push(Cell::opt(id.as_ref()));
                cells.extend((0..=DETAILS).map(|_| Cell::None));
                return cells;
            }
        };
        let (word, label, tone) = match change.kind {
            TicketChangeKind::Created => ("created", "Listed", Tone::Plain),
            TicketChangeKind::Updated => ("updated", "Changed", Tone::Plain),
            TicketChangeKind::Deleted => ("deleted", "Withdrawn", Tone::Past),
            _ => (change.kind.as_str(), "Unknown", Tone::Past),
        };
        let mut cells = vec![
            Cell::label(word, label, tone),
            Cell::text(&change.ticket.id),
            Cell::text(&change.ticket.title),
            Cell::Money(change.ticket.price.to_string()),
            ticket_status(&change.ticket, now),
            Cell::text(&change.ticket.version),
            Cell::text(&change.id),
            Cell::ClockTime(at),
        ];
        cells.extend(detail_cells(&change.ticket.details));
        cells
    }
}

impl Record for Order {
    const COLUMNS: &'static [Column] = &ORDER_COLUMNS;

    fn cells(&self, now: Timestamp) -> Vec<Cell> {
        let mut cells = vec![
            Cell::text(&self.id),
            Cell::label(self.status.as_str(), self.label(now), order_tone(self, now)),
            Cell::text(&self.ticket.title),
            Cell::Money(self.ticket.price.to_string()),
            // The deadline applies only until the order is paid or cancelled.
            if self.status == OrderStatus::Created {
                Cell::Time(self.expires_at)
            } else {
                Cell::ForPrograms(self.expires_at.to_string())
            },
            Cell::text(&self.ticket.id),
            Cell::text(&self.user_id),
            Cell::text(&self.version),
            Cell::time(self.created_at),
            Cell::opt(self.cancel_reason),
        ];
        cells.extend(detail_cells(&self.ticket.details));
        cells
    }
}

impl Record for ClockTime {
    const COLUMNS: &'static [Column] = &[Column::whole("now")];

    fn cells(&self, _now: Timestamp) -> Vec<Cell> {
        vec![Cell::Time(self.now)]
    }
}

impl Record for Payment {
    const COLUMNS: &'static [Column] = &[
        Column::id("id"),
        Column::whole("status"),
        Column::right("amount"),
        Column::hidden("currency"),
        Column::extra_id("orderId"),
        Column::hidden("stripeId"),
        Column::whole("createdAt").droppable(1),
    ];

    fn cells(&self, _now: Timestamp) -> Vec<Cell> {
        vec![
            Cell::text(&self.id),
            self.status.map_or(Cell::None, |status| {
                Cell::label(status.as_str(), status.label(), payment_tone(status))
            }),
            self.amount.map_or(Cell::None, |amount| Cell::Money(amount.to_string())),
            Cell::opt(self.currency.as_ref()),
            Cell::opt(self.order_id.as_ref()),
            Cell::opt(self.stripe_id.as_ref()),
            Cell::time(self.created_at),
        ]
    }
}

impl Record for User {
    const COLUMNS: &'static [Column] = &[Column::whole("id"), Column::whole("email")];

    fn cells(&self, _now: Timestamp) -> Vec<Cell> {
        vec![Cell::text(&self.id), Cell::text(&self.email)]
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
    const COLUMNS: &'static [Column] = &[
        Column::whole("server"),
        Column::whole("status"),
        Column::whole("email"),
        Column::whole("userId"),
        Column::whole("since"),
        Column::whole("until"),
        Column::cut("keptIn"),
    ];

    fn cells(&self, _now: Timestamp) -> Vec<Cell> {
        let (word, label, tone) = match self.signed_in {
            true => ("signed in", "Signed in", Tone::Good),
            false => ("signed out", "Signed out", Tone::Bad),
        };
        vec![
            Cell::text(&self.server),
            Cell::label(word, label, tone),
            Cell::opt(self.user.as_ref().map(|user| &user.email)),
            Cell::opt(self.user.as_ref().map(|user| &user.id)),
            Cell::time(self.since),
            Cell::time(self.until),
            Cell::text(&self.kept_in),
        ]
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

fn order_tone(order: &Order, now: Timestamp) -> Tone {
    match order.status {
        OrderStatus::Created if order.expires_at <= now => Tone::Past,
        OrderStatus::Created | OrderStatus::AwaitingPayment => Tone::Waiting,
        OrderStatus::Complete => Tone::Plain,
        _ => Tone::Past,
    }
}

fn payment_tone(status: PaymentStatus) -> Tone {
    match status {
        PaymentStatus::Pending | PaymentStatus::Authorized => Tone::Waiting,
        PaymentStatus::Succeeded => Tone::Plain,
        PaymentStatus::Failed => Tone::Bad,
        _ => Tone::Past,
    }
}
