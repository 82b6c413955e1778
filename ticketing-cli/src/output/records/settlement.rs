//! The columns of settled writes, as `ticketing orders resume` reports them.

use serde::Serialize;
use ticketing_sdk::{OrderId, PaymentId};

use crate::output::record::OPTIONAL;
use crate::output::{Cell, Columns, Record, Tone};

/// The outcome of an interrupted write.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settlement {
    /// The command that was interrupted.
    pub(crate) operation: String,
    pub(crate) outcome: WriteOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_id: Option<OrderId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_id: Option<PaymentId>,
    /// The created resource, as the server returned it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<serde_json::Value>,
    /// The outcome, with the reason, for people.
    pub(crate) detail: String,
}

impl Settlement {
    /// Returns a settlement without details.
    pub(crate) fn new(operation: String, outcome: WriteOutcome) -> Self {
        Self { operation, outcome, order_id: None, payment_id: None, result: None, detail: String::new() }
    }
}

/// The outcome of an interrupted write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WriteOutcome {
    /// The write took effect.
    Done,
    /// The order is paid.
    Paid,
    /// The order is cancelled, and no money is kept.
    Cancelled,
    /// The card was declined, and nothing was charged.
    Declined,
    /// The ticket is reserved, and nothing is paid.
    Unpaid,
    /// The write did not take effect.
    NotDone,
    /// The outcome cannot be found out now.
    Unknown,
    /// The write is left to its user: it cannot be repeated with its key, or not by this command.
    Repeat,
    /// The write is not this command's: of another user, or for another server.
    Skipped,
}

impl WriteOutcome {
    /// Returns whether the outcome of the write is final.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Paid | Self::Cancelled | Self::Declined | Self::NotDone)
    }

    fn cell(self) -> Cell {
        match self {
            Self::Done => Cell::label("done", "Done", Tone::Good),
            Self::Paid => Cell::label("paid", "Paid", Tone::Good),
            Self::Cancelled => Cell::label("cancelled", "Cancelled", Tone::Past),
            Self::Declined => Cell::label("declined", "Declined", Tone::Bad),
            Self::Unpaid => Cell::label("unpaid", "Unpaid", Tone::Waiting),
            Self::NotDone => Cell::label("not_done", "Not done", Tone::Past),
            Self::Unknown => Cell::label("unknown", "Unknown", Tone::Bad),
            Self::Repeat => Cell::label("repeat", "Run again", Tone::Waiting),
            Self::Skipped => Cell::label("skipped", "Skipped", Tone::Past),
        }
    }
}

impl Record for Settlement {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_whole("outcome", |it, _| it.outcome.cell());
        columns.add_cut("detail", |it, _| Cell::text(&it.detail));
        columns.add_hidden("orderId", |it, _| Cell::opt(it.order_id.as_ref()));
        columns.add_hidden("paymentId", |it, _| Cell::opt(it.payment_id.as_ref()));
        columns.add_hidden("result", |it, _| Cell::opt(it.result.as_ref()));
        columns.add_cut("operation", |it, _| Cell::text(&it.operation)).droppable(OPTIONAL);
    }
}
