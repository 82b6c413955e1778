//! The explanation of an order: the parts of all services as one timeline, and one sentence.

mod merge;
mod summary;

use serde::Serialize;

use crate::{
    CancelReason, Error, Order, OrderId, OrderStatus, ServiceTimeline, TimelineEntry, TimelineKind, Timestamp,
};

/// The history that led to the order's state. See [`Orders::explain`](crate::Orders::explain).
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let explanation = client.orders().explain("5ea9b8f0c1d2e3f405162738").await?;
/// println!("{}", explanation.summary);
/// for entry in &explanation.entries {
///     println!("{} {} {}", entry.at, entry.service, entry.name);
/// }
/// if let Some((first, last)) = explanation.span() {
///     println!("from {first} to {last}");
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Explanation {
    /// The order that is explained.
    pub order_id: OrderId,
    /// One sentence, with times in UTC.
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
///     println!("nothing from {}: {} {}", gap.service, gap.reason, gap.is_not_received());
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TimelineGap {
    /// The name of the service.
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
    #[must_use]
    pub fn is_not_received(&self) -> bool {
        self.is_not_received
    }
}

impl Explanation {
    /// Merges the parts of the services that answered. `gaps` names the others. The deadline is left out once it no longer
    /// applies.
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
        let mut entries = merge::merge(parts);
        if !order.as_ref().is_none_or(has_deadline) {
            entries.retain(|entry| entry.kind != TimelineKind::Deadline);
        }
        let summary = summary::summarize(order.as_ref(), &entries, |at| at.to_string());
        Self { order_id, summary, order, entries, gaps }
    }

    /// Returns the sentence of [`summary`](Self::summary) with its times as `time` formats them.
    ///
    /// ```
    /// use ticketing_sdk::{Explanation, fixtures, text};
    ///
    /// let order = fixtures::order("o-1", &fixtures::ticket("t-1"));
    /// let explanation = Explanation::new("o-1".into(), Some(order), Vec::new(), Vec::new());
    /// assert!(explanation.summary_with(text::utc).contains(" UTC"));
    /// ```
    pub fn summary_with(&self, time: impl Fn(Timestamp) -> String) -> String {
        summary::summarize(self.order.as_ref(), &self.entries, time)
    }

    /// Returns the times of the first and of the last entry. `None` if the timeline is empty.
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        Some((self.entries.first()?.at, self.entries.last()?.at))
    }
}

/// Returns whether the deadline of the reservation applies, or has ended the order.
fn has_deadline(order: &Order) -> bool {
    match order.status {
        OrderStatus::AwaitingPayment | OrderStatus::Complete => false,
        OrderStatus::Cancelled => order.cancel_reason.is_none_or(|reason| reason == CancelReason::Expired),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    fn explain(status: OrderStatus, reason: Option<CancelReason>) -> Explanation {
        let mut order = fixtures::order("o-1", &fixtures::ticket("t-1"));
        (order.status, order.cancel_reason) = (status, reason);
        let created =
            TimelineEntry::new(Timestamp::from_millis(0), "orders", TimelineKind::Event, "order:created");
        let deadline = TimelineEntry::new(order.expires_at, "orders", TimelineKind::Deadline, "reservation");
        let part = ServiceTimeline::new("orders", "o-1".into(), vec![created, deadline]);
        Explanation::new("o-1".into(), Some(order), vec![part], Vec::new())
    }

    #[test]
    fn deadline_is_shown_while_it_applies_or_if_it_ended_the_order() {
        use OrderStatus::{AwaitingPayment, Cancelled, Complete, Created};
        for (status, reason, is_shown) in [
            (Created, None, true),
            (AwaitingPayment, None, false),
            (Complete, None, false),
            (Cancelled, Some(CancelReason::Buyer), false),
            (Cancelled, Some(CancelReason::Expired), true),
        ] {
            let entries = explain(status, reason).entries;
            let found = entries.iter().any(|entry| entry.kind == TimelineKind::Deadline);
            assert_eq!(found, is_shown, "{status:?} {reason:?}");
        }
    }

    #[test]
    fn summary_uses_caller_time_format() {
        let explanation = explain(OrderStatus::Created, None);
        let sentence = explanation.summary_with(|_| "noon".to_owned());
        assert!(sentence.contains("reserved until noon"), "{sentence}");
        assert!(explanation.summary.contains("Z,"), "{}", explanation.summary);
    }
}
