//! Listings that a file can hold and that are not listed again: sold or reserved ones, and resales of a pass.

use std::collections::BTreeMap;
use std::fmt;

use ticketing_sdk::{Ticket, TicketStatus};

use crate::count::count;

/// Why a listing is not listed again. The order is that of a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// Its status, which is not `available`.
    Status(String),
    /// It resells a pass: only the holder of the pass can offer it.
    Resale,
}

impl Reason {
    /// Returns the reason for a status as the API writes it; `None` for one that is available.
    pub(super) fn of_status(status: &str) -> Option<Self> {
        let status = status.trim().to_lowercase();
        (status != TicketStatus::Available.as_str()).then_some(Self::Status(status))
    }

    /// Returns the reason for a listing; `None` if it can be listed again.
    pub(super) fn of_ticket(ticket: &Ticket) -> Option<Self> {
        if ticket.resale_of.is_some() { Some(Self::Resale) } else { Self::of_status(ticket.status.as_str()) }
    }
}

/// The number of listings that are left out, by the reason.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SkippedListings(BTreeMap<Reason, usize>);

impl SkippedListings {
    pub(super) fn push(&mut self, reason: Reason) {
        *self.0.entry(reason).or_default() += 1;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// As `1 reserved, 3 sold, 2 resales`.
impl fmt::Display for SkippedListings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.0.iter().map(|(reason, number)| match reason {
            Reason::Status(status) => format!("{number} {status}"),
            Reason::Resale => count(*number, "resale"),
        });
        f.write_str(&words.collect::<Vec<_>>().join(", "))
    }
}
