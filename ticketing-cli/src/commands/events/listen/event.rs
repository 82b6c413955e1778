//! An event as it is delivered: its id, its type and its JSON.

use serde::Serialize;
use ticketing_sdk::{Ticket, TicketChange};

use crate::failure::{Failure, Outcome};

/// The type of the event that states a gap.
const GAP: &str = "feed:gap";

/// An event to deliver. Deliveries of the same event have the same id and the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListenedEvent {
    pub(super) id: String,
    /// `ticket:created`, `ticket:updated`, `ticket:deleted` or `feed:gap`.
    pub(super) kind: String,
    /// One line of JSON, without its end.
    pub(super) json: String,
}

#[derive(Serialize)]
struct ChangeBody<'c> {
    id: &'c str,
    #[serde(rename = "type")]
    kind: &'c str,
    ticket: &'c Ticket,
}

impl ListenedEvent {
    /// Returns the event of a change.
    pub(super) fn from_change(change: &TicketChange) -> Outcome<Self> {
        let kind = change.kind.as_str();
        let body = ChangeBody { id: &change.id, kind, ticket: &change.ticket };
        let json = serde_json::to_string(&body)
            .map_err(|error| Failure::failed(format!("the event cannot be written as JSON: {error}")))?;
        Ok(Self { id: change.id.clone(), kind: kind.to_owned(), json })
    }

    /// Returns the event that states that events after one position are missing; `position` is where the feed
    /// continues.
    pub(super) fn gap(after: Option<&str>, position: &str) -> Self {
        let id = format!("gap-{position}");
        let body = serde_json::json!({ "id": id, "type": GAP, "after": after, "continuesAfter": position });
        Self { json: body.to_string(), id, kind: GAP.to_owned() }
    }
}
