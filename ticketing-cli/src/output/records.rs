//! The columns of each thing. Their order is what scripts rely on: new columns go last.

use serde::Serialize;
use ticketing_sdk::{
    Order, OrderStatus, Payment, PaymentStatus, Ticket, TicketChange, TicketChangeKind, TicketStatus,
    Timestamp, User,
};

use super::{Cell, Column, Record, Tone};

impl Record for Ticket {
    const COLUMNS: &'static [Column] = &[
        Column::id("id"),
        Column::cut("title"),
        Column::right("price").droppable(1),
        Column::whole("status").droppable(2),
        Column::hidden("userId"),
        Column::hidden("orderId"),
        Column::hidden("version"),
        Column::wide("createdAt"),
        Column::hidden("updatedAt"),
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(&self.id),
            Cell::text(&self.title),
            Cell::Money(self.price.to_string()),
            Cell::Word(self.status.as_str(), ticket_tone(self.status)),
            Cell::text(&self.user_id),
            Cell::opt(self.order_id.as_ref()),
            Cell::text(&self.version),
            Cell::time(self.created_at),
            Cell::time(self.updated_at),
        ]
    }
}

/// A line of `tickets watch`.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum WatchLine {
    /// A ticket changed.
    Change(TicketChange),
    /// Changes before this line were missed: what was known of the tickets may be wrong.
    Reset {
        /// The position from which the changes go on.
        id: Option<String>,
        /// Says in JSON what this is, as the kind of a change does.
        kind: ResetKind,
    },
}

/// The word for a reset, where changes have their kind.
#[derive(Debug, Serialize)]
pub(crate) enum ResetKind {
    /// `reset`
    #[serde(rename = "reset")]
    Reset,
}

impl WatchLine {
    /// The line of a reset, after which the changes go on from this position.
    pub(crate) fn reset(id: Option<String>) -> Self {
        Self::Reset { id, kind: ResetKind::Reset }
    }
}

impl Record for WatchLine {
    const COLUMNS: &'static [Column] = &[
        Column::whole("change"),
        Column::whole("id"),
        Column::cut("title"),
        Column::right("price"),
        Column::whole("status"),
        Column::hidden("version"),
        Column::hidden("eventId"),
    ];

    fn cells(&self) -> Vec<Cell> {
        let change = match self {
            Self::Change(change) => change,
            Self::Reset { id, .. } => {
                let nothing = || Cell::text(&"");
                return vec![
                    Cell::Word("reset", Tone::Waiting),
                    nothing(),
                    nothing(),
                    nothing(),
                    nothing(),
                    nothing(),
                    Cell::opt(id.as_ref()),
                ];
            }
        };
        let (word, tone) = match change.kind {
            TicketChangeKind::Created => ("created", Tone::Good),
            TicketChangeKind::Updated => ("updated", Tone::Waiting),
            TicketChangeKind::Deleted => ("deleted", Tone::Past),
        };
        vec![
            Cell::Word(word, tone),
            Cell::text(&change.ticket.id),
            Cell::text(&change.ticket.title),
            Cell::Money(change.ticket.price.to_string()),
            Cell::Word(change.ticket.status.as_str(), ticket_tone(change.ticket.status)),
            Cell::text(&change.ticket.version),
            Cell::text(&change.id),
        ]
    }
}

impl Record for Order {
    const COLUMNS: &'static [Column] = &[
        Column::id("id"),
        Column::whole("status").droppable(1),
        Column::cut("title"),
        Column::right("price").droppable(2),
        Column::whole("expiresAt").droppable(3),
        Column::hidden("ticketId"),
        Column::hidden("userId"),
        Column::hidden("version"),
        Column::hidden("createdAt"),
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(&self.id),
            Cell::Word(self.status.as_str(), order_tone(self.status)),
            Cell::text(&self.ticket.title),
            Cell::Money(self.ticket.price.to_string()),
            // A hold that was paid for, or is over, runs out no more.
            if self.status == OrderStatus::Created {
                Cell::Time(self.expires_at)
            } else {
                Cell::Moot(self.expires_at)
            },
            Cell::text(&self.ticket.id),
            Cell::text(&self.user_id),
            Cell::text(&self.version),
            Cell::time(self.created_at),
        ]
    }
}

impl Record for Payment {
    const COLUMNS: &'static [Column] = &[
        Column::id("id"),
        Column::whole("status"),
        Column::right("amount"),
        Column::hidden("currency"),
        Column::wide("orderId"),
        Column::hidden("stripeId"),
        Column::whole("createdAt").droppable(1),
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(&self.id),
            self.status.map_or(Cell::None, |status| Cell::Word(status.as_str(), payment_tone(status))),
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

    fn cells(&self) -> Vec<Cell> {
        vec![Cell::text(&self.id), Cell::text(&self.email)]
    }
}

/// What `auth status` tells.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionStatus {
    pub(crate) server: String,
    pub(crate) signed_in: bool,
    pub(crate) user: Option<User>,
    /// When the session began, where the server tells.
    pub(crate) since: Option<Timestamp>,
    /// When the session ends by itself, where the server tells.
    pub(crate) until: Option<Timestamp>,
    /// Where the session is kept.
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

    fn cells(&self) -> Vec<Cell> {
        let status = if self.signed_in { ("signed in", Tone::Good) } else { ("signed out", Tone::Bad) };
        vec![
            Cell::text(&self.server),
            Cell::Word(status.0, status.1),
            Cell::opt(self.user.as_ref().map(|user| &user.email)),
            Cell::opt(self.user.as_ref().map(|user| &user.id)),
            Cell::time(self.since),
            Cell::time(self.until),
            Cell::text(&self.kept_in),
        ]
    }
}

fn ticket_tone(status: TicketStatus) -> Tone {
    match status {
        TicketStatus::Available => Tone::Good,
        TicketStatus::Reserved => Tone::Waiting,
        TicketStatus::Sold => Tone::Past,
    }
}

fn order_tone(status: OrderStatus) -> Tone {
    match status {
        OrderStatus::Created | OrderStatus::AwaitingPayment => Tone::Waiting,
        OrderStatus::Complete => Tone::Good,
        OrderStatus::Cancelled => Tone::Past,
    }
}

fn payment_tone(status: PaymentStatus) -> Tone {
    match status {
        PaymentStatus::Pending | PaymentStatus::Authorized => Tone::Waiting,
        PaymentStatus::Succeeded => Tone::Good,
        PaymentStatus::Failed => Tone::Bad,
        PaymentStatus::Refunded => Tone::Past,
    }
}
