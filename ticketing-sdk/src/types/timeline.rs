//! Timelines: what the services retain of one order, each for its own part.

use serde::{Deserialize, Serialize};

use super::{OrderId, Timestamp, wire_words};

/// The part of an order's timeline that one service retains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServiceTimeline {
    /// The service: `orders`, `payments` or `tickets`.
    pub service: String,
    /// The order.
    pub order_id: OrderId,
    /// The entries, causes before their effects.
    pub entries: Vec<TimelineEntry>,
}

impl ServiceTimeline {
    /// Creates the part of a service. Sorts the entries by time; of the same time, causes come before effects.
    ///
    /// ```
    /// use ticketing_sdk::{ServiceTimeline, TimelineEntry, TimelineKind, Timestamp};
    ///
    /// let created = TimelineEntry::new(Timestamp::from_millis(0), "orders", TimelineKind::Event, "order:created");
    /// let part = ServiceTimeline::new("orders", "o-1".into(), vec![created]);
    /// assert_eq!(part.entries.len(), 1);
    /// ```
    #[must_use]
    pub fn new(service: impl Into<String>, order_id: OrderId, mut entries: Vec<TimelineEntry>) -> Self {
        entries.sort_by(|a, b| (a.at, a.kind, &a.event_id).cmp(&(b.at, b.kind, &b.event_id)));
        Self { service: service.into(), order_id, entries }
    }
}

/// One entry of a timeline. Which optional fields are present depends on the kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TimelineEntry {
    /// When it happened, by the clock of the service.
    pub at: Timestamp,
    /// The service that retains it.
    pub service: String,
    /// The kind.
    pub kind: TimelineKind,
    /// The request, the event, the step at the card provider, or `reservation` for a deadline.
    pub name: String,
    /// The aggregate of a published event, or the payment of a request or call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<String>,
    /// The version of the aggregate that the event made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The id of the event. An event and its deliveries have the same one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// When a consumed event happened, by the clock of its publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_time: Option<Timestamp>,
    /// How often the event was delivered. It takes effect once, however often that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliveries: Option<i64>,
    /// The state: an event is `published` or `waiting`, a delivery `applied` or `failing`; a request for a
    /// payment has the status of the payment, a call the provider's outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The number of the attempt at the card provider, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<i64>,
    /// The number of calls that the entry stands for, if they are more than one: late attempts share an entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<i64>,
    /// When the call ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The request ids of the card provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_ids: Vec<String>,
    /// The idempotency key of the request or call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// The holder of the ticket after the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<TicketHolder>,
    /// More for people, such as the provider's message of a decline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl TimelineEntry {
    /// Creates an entry without its optional fields.
    ///
    /// ```
    /// use ticketing_sdk::{TimelineEntry, TimelineKind, Timestamp};
    ///
    /// let mut entry = TimelineEntry::new(Timestamp::from_millis(0), "payments", TimelineKind::Call, "capture");
    /// entry.attempt = Some(2);
    /// ```
    #[must_use]
    pub fn new(
        at: Timestamp,
        service: impl Into<String>,
        kind: TimelineKind,
        name: impl Into<String>,
    ) -> Self {
        Self {
            at,
            service: service.into(),
            kind,
            name: name.into(),
            aggregate: None,
            version: None,
            event_id: None,
            event_time: None,
            deliveries: None,
            outcome: None,
            attempt: None,
            calls: None,
            ended_at: None,
            request_ids: Vec::new(),
            idempotency_key: None,
            holder: None,
            detail: None,
        }
    }
}

wire_words! {
    /// The kind of an entry, in the order in which entries of the same time follow each other.
    ///
    /// ```
    /// use ticketing_sdk::TimelineKind;
    ///
    /// assert_eq!("deadline".parse(), Ok(TimelineKind::Deadline));
    /// ```
    TimelineKind, "timeline kind" {
        /// A request of a client changed something.
        Command = "command";
        /// An event of another service was delivered.
        Delivery = "delivery";
        /// The card provider was called.
        Call = "call";
        /// The service published an event.
        Event = "event";
        /// The reservation ends unless it is paid.
        Deadline = "deadline";
    }
}

wire_words! {
    /// The order that holds a ticket.
    ///
    /// ```
    /// use ticketing_sdk::TicketHolder;
    ///
    /// assert_eq!("this_order".parse(), Ok(TicketHolder::ThisOrder));
    /// ```
    TicketHolder, "ticket holder" {
        /// The order of the timeline.
        ThisOrder = "this_order";
        /// Another order.
        OtherOrder = "other_order";
        /// No order.
        Nobody = "nobody";
    }
}
