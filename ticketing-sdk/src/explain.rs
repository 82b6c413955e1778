//! The explanation of an order: the parts of all services as one timeline, and one sentence.

mod merge;
mod summary;

use serde::Serialize;

use crate::{Error, Order, OrderId, ServiceTimeline, TimelineEntry, Timestamp};

/// Why an order is as it is. See [`Orders::explain`](crate::Orders::explain).
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let explanation = client.orders().explain("5ea9b8f0c1d2e3f405162738").await?;
/// println!("{}", explanation.summary);
/// for entry in &explanation.entries {
///     println!("{} {} {}", entry.at, entry.service, entry.name);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Explanation {
    /// The order that is explained.
    pub order_id: OrderId,
    /// One sentence.
    pub summary: String,
    /// The order as it is; `None` if the orders service did not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// The entries of all services, causes before their effects.
    pub entries: Vec<TimelineEntry>,
    /// The services whose part is missing.
    pub gaps: Vec<TimelineGap>,
}

/// A part of a timeline that is missing.
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
/// for gap in client.orders().explain("5ea9b8f0c1d2e3f405162738").await?.gaps {
///     println!("nothing from {}: {}", gap.service, gap.reason);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TimelineGap {
    /// The service.
    pub service: String,
    /// Why its part is missing.
    pub reason: String,
    #[serde(skip)]
    is_not_received: bool,
}

impl TimelineGap {
    pub(crate) fn new(service: &str, error: &Error) -> Self {
        let is_not_received = error.is_not_found();
        let reason = match is_not_received {
            true => "the service has not received the order".to_owned(),
            false => error.user_message(),
        };
        Self { service: service.to_owned(), reason, is_not_received }
    }

    /// Returns whether the service has answered that it has not received the order, and so has done nothing for it.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let gaps = client.orders().explain("5ea9b8f0c1d2e3f405162738").await?.gaps;
    /// let is_known = !gaps.iter().any(|gap| gap.service == "payments" && gap.is_not_received());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_not_received(&self) -> bool {
        self.is_not_received
    }
}

impl Explanation {
    /// Merges the parts of the services that answered. `gaps` names the others.
    ///
    /// ```
    /// use ticketing_sdk::{Explanation, ServiceTimeline, fixtures};
    ///
    /// let order = fixtures::order("o-1", &fixtures::ticket("t-1"));
    /// let part = ServiceTimeline::new("orders", "o-1".into(), Vec::new());
    /// let explanation = Explanation::new("o-1".into(), Some(order), vec![part], Vec::new());
    /// assert!(!explanation.summary.is_empty());
    /// ```
    #[must_use]
    pub fn new(
        order_id: OrderId,
        order: Option<Order>,
        parts: Vec<ServiceTimeline>,
        gaps: Vec<TimelineGap>,
    ) -> Self {
        let entries = merge::merge(parts);
        let summary = summary::summarize(order.as_ref(), &entries);
        Self { order_id, summary, order, entries, gaps }
    }

    /// Returns the time of the first and of the last entry, if there is one.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// if let Some((first, last)) = client.orders().explain("5ea9b8f0c1d2e3f405162738").await?.span() {
    ///     println!("from {first} to {last}");
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        Some((self.entries.first()?.at, self.entries.last()?.at))
    }
}
