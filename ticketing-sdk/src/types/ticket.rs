//! Tickets, and the changes of tickets.

mod details;

use serde::{Deserialize, Serialize};

pub use details::{DetailError, DetailField, DetailsUpdate, FieldUpdate, TicketDetails, tolerant};

use super::text::{normalize, search_key};
use super::{Money, OrderId, TicketId, Timestamp, UserId, setters, wire_words};

/// A ticket that is listed for sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", from = "TicketOnTheWire")]
#[non_exhaustive]
pub struct Ticket {
    /// Identifies the ticket.
    pub id: TicketId,
    /// The title of the event, as its seller wrote it: to be sanitised before it reaches a terminal.
    pub title: String,
    /// The price, in US dollars.
    pub price: Money,
    /// The details.
    #[serde(flatten)]
    pub details: TicketDetails,
    /// The seller.
    pub user_id: UserId,
    /// Rises by one with each change, from 0.
    pub version: i64,
    /// The order that reserves or bought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// The status.
    pub status: TicketStatus,
    /// The ticket whose pass it resells; absent for a first sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resale_of: Option<TicketId>,
    /// The time of listing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// The time of the last change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

setters!(Ticket {
    title: into String, price: as Money, details: as TicketDetails, user_id: into UserId, version: as i64,
    order_id: some_into OrderId, status: as TicketStatus, resale_of: some_into TicketId,
    created_at: some Timestamp, updated_at: some Timestamp,
});

impl Ticket {
    /// Creates an available ticket of the seller `user_id`, without details and at the version 0.
    ///
    /// ```
    /// use ticketing_sdk::{Ticket, TicketStatus};
    ///
    /// let ticket = Ticket::new("t-1", "RustConf, day 1", "149.99".parse()?, "ada");
    /// assert_eq!(ticket.status, TicketStatus::Available);
    /// let sold = ticket.status(TicketStatus::Sold).order_id("o-1").version(2);
    /// # Ok::<(), ticketing_sdk::MoneyError>(())
    /// ```
    pub fn new(
        id: impl Into<TicketId>,
        title: impl Into<String>,
        price: Money,
        user_id: impl Into<UserId>,
    ) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            price,
            details: TicketDetails::default(),
            user_id: user_id.into(),
            version: 0,
            order_id: None,
            status: TicketStatus::Available,
            resale_of: None,
            created_at: None,
            updated_at: None,
        }
    }

    /// Returns whether the ticket is what an update of its version `version` makes of it. An ingress may send an update twice: the
    /// second response is then `version_mismatch`, although the update was made.
    ///
    /// ```
    /// use ticketing_sdk::{Ticket, TicketUpdate};
    ///
    /// let update = TicketUpdate::new("RustConf, day 2", "120".parse()?);
    /// let ticket = Ticket::new("t-1", "RustConf, day 2", "120".parse()?, "ada").version(4);
    /// assert!(ticket.is_updated_by(&update, 3) && !ticket.is_updated_by(&update, 2));
    /// # Ok::<(), ticketing_sdk::MoneyError>(())
    /// ```
    #[must_use]
    pub fn is_updated_by(&self, update: &TicketUpdate, version: i64) -> bool {
        let mut details = self.details.clone();
        details.apply(&update.details);
        self.version == version + 1
            && self.title == normalize(&update.title)
            && self.price == update.price
            && self.details == details
    }

    /// Returns whether its event has started, so that its sales have ended. `now` is the server's time.
    ///
    /// ```
    /// use ticketing_sdk::{EventTime, TicketDetails, fixtures};
    ///
    /// let details = TicketDetails::default().starts_at("2026-12-24T19:30:00+01:00".parse::<EventTime>()?);
    /// let ticket = fixtures::ticket("t-1").details(details);
    /// assert!(!ticket.has_started("2026-12-24T18:29:59Z".parse()?));
    /// assert!(ticket.has_started("2026-12-24T18:30:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn has_started(&self, now: Timestamp) -> bool {
        self.details.has_started(now)
    }

    /// Returns the status as people read it: `Available`, `Reserved`, `Sold`, or `Sales ended` if the ticket was not sold
    /// before its event started. `now` is the server's time.
    ///
    /// ```
    /// use ticketing_sdk::{EventTime, TicketDetails, fixtures};
    ///
    /// let details = TicketDetails::default().starts_at("2026-12-24T19:30:00+01:00".parse::<EventTime>()?);
    /// let ticket = fixtures::ticket("t-1").details(details);
    /// assert_eq!(ticket.label("2026-12-24T18:29:59Z".parse()?), "Available");
    /// assert_eq!(ticket.label("2026-12-24T18:30:00Z".parse()?), ticketing_sdk::TicketStatus::SALES_ENDED_LABEL);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn label(&self, now: Timestamp) -> &'static str {
        match self.status {
            TicketStatus::Available if self.has_started(now) => TicketStatus::SALES_ENDED_LABEL,
            status => status.label(),
        }
    }

    /// Returns the key of the ticket for searches: that of its title and of its venue.
    ///
    /// ```
    /// use ticketing_sdk::{fixtures, text::SearchWords};
    ///
    /// let ticket = fixtures::ticket("t-1").title("Jazz").details(fixtures::details());
    /// assert_eq!(ticket.search_key(), "jazz palais de tokyo");
    /// assert!(SearchWords::new("jazz tokyo").matches_key(&ticket.search_key()));
    /// ```
    #[must_use]
    pub fn search_key(&self) -> String {
        let title = search_key(&self.title);
        // Words hold no white space, so none matches across the two.
        match &self.details.venue {
            Some(venue) => format!("{title} {}", search_key(venue)),
            None => title,
        }
    }
}

wire_words! {
    /// The status of a listing.
    ///
    /// ```
    /// use ticketing_sdk::TicketStatus;
    ///
    /// assert_eq!("reserved".parse(), Ok(TicketStatus::Reserved));
    /// ```
    TicketStatus, "ticket status" {
        /// It can be ordered.
        Available = "available", "Available";
        /// An order reserves it.
        Reserved = "reserved", "Reserved";
        /// It is paid.
        Sold = "sold", "Sold";
    }
}

impl TicketStatus {
    /// The label of a ticket that was not sold before its event started.
    pub const SALES_ENDED_LABEL: &'static str = "Sales ended";
}

/// A request to list a ticket.
///
/// ```
/// use ticketing_sdk::NewTicket;
///
/// let ticket = NewTicket::new("RustConf, day 1", "149.99".parse()?)
///     .venue("Palais de Tokyo")
///     .starts_at("2026-12-24T19:30:00+01:00".parse::<ticketing_sdk::EventTime>()?)
///     .seat("Row 4, seat 12");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(description = "What a seller says about a ticket."))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewTicket {
    /// The title: 1 to 200 characters after trimming.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 200, pattern = r"[^\s\x00-\x1f\x7f-\x9f]")
    )]
    pub title: String,
    /// The price, in US dollars.
    #[cfg_attr(feature = "openapi", schema(schema_with = Money::input_schema))]
    pub price: Money,
    /// The details.
    #[serde(flatten)]
    pub details: TicketDetails,
}

setters!(NewTicket { details: as TicketDetails });

impl NewTicket {
    /// Creates a request with this title and price.
    ///
    /// ```
    /// let ticket = ticketing_sdk::NewTicket::new("RustConf, day 1", "149.99".parse()?);
    /// assert!(ticket.details.is_empty());
    /// # Ok::<(), ticketing_sdk::MoneyError>(())
    /// ```
    pub fn new(title: impl Into<String>, price: Money) -> Self {
        Self { title: title.into(), price, details: TicketDetails::default() }
    }
}

/// A request to change a listing: title and price are required, and absent details are kept.
///
/// ```
/// use ticketing_sdk::{DetailField, TicketUpdate};
///
/// let update = TicketUpdate::new("RustConf, day 1", "99".parse()?).seat("Row 1").clear(DetailField::Venue);
/// # Ok::<(), ticketing_sdk::MoneyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(description = "What a seller changes of a ticket."))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TicketUpdate {
    /// The title: 1 to 200 characters after trimming.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 200, pattern = r"[^\s\x00-\x1f\x7f-\x9f]")
    )]
    pub title: String,
    /// The price, in US dollars.
    #[cfg_attr(feature = "openapi", schema(schema_with = Money::input_schema))]
    pub price: Money,
    /// The changes of its details.
    #[serde(flatten)]
    pub details: DetailsUpdate,
}

setters!(TicketUpdate { details: as DetailsUpdate });

impl TicketUpdate {
    /// Creates a change of title and price that keeps the details.
    pub fn new(title: impl Into<String>, price: Money) -> Self {
        Self { title: title.into(), price, details: DetailsUpdate::default() }
    }

    /// Clears a field of the details.
    #[must_use]
    pub fn clear(mut self, field: DetailField) -> Self {
        self.details.clear(field);
        self
    }
}

impl From<NewTicket> for TicketUpdate {
    /// Sets the details that are given, and keeps the others.
    fn from(ticket: NewTicket) -> Self {
        Self { title: ticket.title, price: ticket.price, details: ticket.details.into() }
    }
}

wire_words! {
    /// The kind of a change, named like the events of the stream.
    ///
    /// ```
    /// use ticketing_sdk::TicketChangeKind;
    ///
    /// assert_eq!("ticket:deleted".parse(), Ok(TicketChangeKind::Deleted));
    /// ```
    TicketChangeKind, "ticket event" {
        /// It was listed.
        Created = "ticket:created";
        /// Its title, price, details or status changed.
        Updated = "ticket:updated";
        /// The seller withdrew the ticket.
        Deleted = "ticket:deleted";
    }
}

/// One change of one ticket in the live stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TicketChange {
    /// The position in the stream, to resume after it.
    pub id: String,
    /// The kind of the change.
    pub kind: TicketChangeKind,
    /// The ticket after the change; for a deleted one, its last state.
    pub ticket: Ticket,
}

impl TicketChange {
    /// Creates a change at a position of the stream.
    ///
    /// ```
    /// use ticketing_sdk::{TicketChange, TicketChangeKind, fixtures};
    ///
    /// let listed = TicketChange::new("41", TicketChangeKind::Created, fixtures::ticket("t-1"));
    /// assert_eq!(listed.kind.as_str(), "ticket:created");
    /// ```
    pub fn new(id: impl Into<String>, kind: TicketChangeKind, ticket: Ticket) -> Self {
        Self { id: id.into(), kind, ticket }
    }
}

/// A ticket as any backend of the contract may send it: the teaching versions send no status and no times.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TicketOnTheWire {
    id: TicketId,
    title: String,
    price: Money,
    #[serde(flatten)]
    details: TicketDetails,
    user_id: UserId,
    #[serde(default)]
    version: i64,
    #[serde(default)]
    order_id: Option<OrderId>,
    #[serde(default)]
    status: Option<TicketStatus>,
    #[serde(default)]
    resale_of: Option<TicketId>,
    #[serde(default)]
    created_at: Option<Timestamp>,
    #[serde(default)]
    updated_at: Option<Timestamp>,
}

impl From<TicketOnTheWire> for Ticket {
    fn from(wire: TicketOnTheWire) -> Self {
        let derived = if wire.order_id.is_some() { TicketStatus::Reserved } else { TicketStatus::Available };
        Self {
            details: wire.details,
            version: wire.version,
            order_id: wire.order_id,
            status: wire.status.unwrap_or(derived),
            resale_of: wire.resale_of,
            created_at: wire.created_at,
            updated_at: wire.updated_at,
            ..Self::new(wire.id, wire.title, wire.price, wire.user_id)
        }
    }
}
