//! One sentence that says why an order is as it is, from the order and the entries of its timeline.

use crate::text::price;
use crate::{CancelReason, Order, OrderStatus, PaymentStatus, TimelineEntry, TimelineKind, Timestamp};

/// Explains the order; without the order, what the entries show of its payments. `time` formats the times.
pub(super) fn summarize(
    order: Option<&Order>,
    entries: &[TimelineEntry],
    time: impl Fn(Timestamp) -> String,
) -> String {
    let facts = Facts { entries };
    let Some(order) = order else {
        return match facts.money() {
            Some(money) => {
                format!("The orders service does not answer, so the order's status is unknown; {money}.")
            }
            None => "The orders service does not answer, so the order's status is unknown.".to_owned(),
        };
    };
    let (price, deadline) = (price(order.ticket.price), time(order.expires_at));
    match order.status {
        OrderStatus::Complete => {
            let captured = facts.event("payment:created").map_or_else(
                || format!("{price} was paid"),
                |event| format!("the payment provider captured {price} at {}", time(event.at)),
            );
            format!("The order is complete: {captured}, and the ticket is sold to its buyer.")
        }
        OrderStatus::AwaitingPayment => {
            let capture = facts.attempts("capture");
            format!(
                "The card is authorized and the reservation no longer expires; the capture of {price} {capture}."
            )
        }
        OrderStatus::Created => facts.unpaid(&format!("The ticket is reserved until {deadline}")),
        OrderStatus::Cancelled => {
            let cause = match order.cancel_reason {
                Some(CancelReason::Buyer) => "because its buyer cancelled it".to_owned(),
                Some(CancelReason::Expired) => {
                    format!("because it was not paid before its deadline, {deadline}")
                }
                Some(CancelReason::Withdrawn) => "because its ticket was withdrawn".to_owned(),
                Some(CancelReason::PaymentFailed) => match facts.decline() {
                    Some(message) => format!("because the payment provider refused the capture ({message})"),
                    None => "because the payment provider refused the capture".to_owned(),
                },
                Some(CancelReason::Other(reason)) => format!("for the reason \"{}\"", reason.as_str()),
                None => "and its reason is not recorded".to_owned(),
            };
            let money = facts.money().unwrap_or_else(|| "no payment was made".to_owned());
            format!("The order is cancelled {cause}; {money}.")
        }
        OrderStatus::Other(status) => {
            format!("The order has the status \"{}\", which this version does not know.", status.as_str())
        }
    }
}

struct Facts<'e> {
    entries: &'e [TimelineEntry],
}

impl Facts<'_> {
    fn event(&self, name: &str) -> Option<&TimelineEntry> {
        let is_event = |entry: &&TimelineEntry| entry.kind == TimelineKind::Event && entry.name == name;
        self.entries.iter().rfind(is_event)
    }

    /// The newest request for a payment.
    fn payment(&self) -> Option<(&TimelineEntry, PaymentStatus)> {
        let mut payments = self
            .entries
            .iter()
            .filter(|entry| entry.kind == TimelineKind::Command && entry.service == "payments");
        let newest = payments.next_back()?;
        Some((newest, newest.outcome.as_deref()?.parse().ok()?))
    }

    /// The provider's message of the newest decline.
    fn decline(&self) -> Option<&str> {
        let mut calls = self
            .entries
            .iter()
            .filter(|entry| entry.kind == TimelineKind::Call && entry.outcome.as_deref() == Some("declined"));
        calls.next_back()?.detail.as_deref()
    }

    /// Returns how far a step at the provider is.
    fn attempts(&self, step: &str) -> String {
        let mut calls =
            self.entries.iter().filter(|entry| entry.kind == TimelineKind::Call && entry.name == step);
        let made: i64 = calls.clone().map(|entry| entry.calls.unwrap_or(1)).sum();
        match calls.next_back().and_then(|call| call.outcome.as_deref()) {
            None => "has not been tried yet".to_owned(),
            Some("done") => "is done and is being recorded".to_owned(),
            Some(outcome) => format!("is being retried after {made} calls, the last one {outcome}"),
        }
    }

    fn unpaid(&self, reserved: &str) -> String {
        let Some((_, status)) = self.payment() else {
            return format!("{reserved}, and no payment was made yet.");
        };
        match (status, self.decline()) {
            (PaymentStatus::Pending, _) => {
                format!("{reserved}; the authorization of the card {}.", self.attempts("authorize"))
            }
            (PaymentStatus::Authorized, _) => {
                format!("{reserved}; the card is authorized, and the order is about to be confirmed.")
            }
            (PaymentStatus::Failed, Some(message)) => {
                format!("{reserved}; the last card was declined ({message}) and nothing was charged.")
            }
            (PaymentStatus::Failed, None) => {
                format!("{reserved}; the last card was declined and nothing was charged.")
            }
            (PaymentStatus::Refunded, _) => format!("{reserved}; the last payment was returned."),
            (PaymentStatus::Succeeded, _) => format!("{reserved}; it is paid, and is about to be complete."),
            (PaymentStatus::Other(status), _) => {
                format!("{reserved}; the status of its payment is \"{}\".", status.as_str())
            }
        }
    }

    /// Returns the outcome of the newest payment.
    fn money(&self) -> Option<String> {
        let (payment, status) = self.payment()?;
        let was_captured =
            self.event("payment:created").is_some_and(|event| event.aggregate == payment.aggregate);
        Some(match status {
            PaymentStatus::Pending => {
                format!("the authorization of the card {}", self.attempts("authorize"))
            }
            PaymentStatus::Authorized => {
                format!("the card is authorized, no money has moved, and the void {}", self.attempts("void"))
            }
            PaymentStatus::Succeeded => {
                format!("the money is captured, and the refund {}", self.attempts("refund"))
            }
            PaymentStatus::Failed => "the card was declined and nothing was charged".to_owned(),
            PaymentStatus::Refunded if was_captured => "the money was refunded".to_owned(),
            PaymentStatus::Refunded => "the authorization was voided, so nothing was charged".to_owned(),
            PaymentStatus::Other(status) => format!("the status of its payment is \"{}\"", status.as_str()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Timestamp, fixtures};

    const AT: Timestamp = Timestamp::MIN;

    fn order(status: OrderStatus, reason: Option<CancelReason>) -> Order {
        let mut order = fixtures::order("o-1", &fixtures::ticket("t-1"));
        (order.status, order.cancel_reason) = (status, reason);
        order
    }

    fn payment(status: &str) -> TimelineEntry {
        let mut entry = TimelineEntry::new(AT, "payments", TimelineKind::Command, "POST /api/payments");
        entry.aggregate = Some("p-1".to_owned());
        entry.outcome = Some(status.to_owned());
        entry
    }

    fn call(step: &str, outcome: &str, detail: Option<&str>) -> TimelineEntry {
        let mut entry = TimelineEntry::new(AT, "payments", TimelineKind::Call, step);
        entry.outcome = Some(outcome.to_owned());
        entry.detail = detail.map(str::to_owned);
        entry
    }

    #[test]
    fn every_state_has_its_sentence() {
        use CancelReason::{Buyer, Expired, PaymentFailed};
        use OrderStatus::{AwaitingPayment, Cancelled, Complete, Created};
        let declined =
            || vec![payment("failed"), call("authorize", "declined", Some("Your card was declined."))];
        let cases: [(OrderStatus, Option<CancelReason>, Vec<TimelineEntry>, &str); 10] = [
            (Created, None, vec![], "no payment was made yet"),
            (Created, None, declined(), "the last card was declined (Your card was declined.)"),
            (Created, None, vec![payment("pending")], "the authorization of the card has not been tried yet"),
            (
                Created,
                None,
                vec![
                    payment("pending"),
                    call("authorize", "unknown", None),
                    call("authorize", "unavailable", None),
                ],
                "is being retried after 2 calls, the last one unavailable",
            ),
            (
                AwaitingPayment,
                None,
                vec![payment("authorized")],
                "the capture of $20.00 has not been tried yet",
            ),
            (Complete, None, vec![payment("succeeded")], "$20.00 was paid"),
            (Cancelled, Some(Buyer), vec![], "because its buyer cancelled it; no payment was made"),
            (Cancelled, Some(Expired), vec![payment("refunded")], "the authorization was voided"),
            (
                Cancelled,
                Some(PaymentFailed),
                vec![payment("failed"), call("capture", "declined", Some("No."))],
                "refused the capture (No.)",
            ),
            (Cancelled, None, vec![payment("authorized")], "the void has not been tried yet"),
        ];
        for (status, reason, entries, expected) in cases {
            let sentence = summarize(Some(&order(status, reason)), &entries, |at| at.to_string());
            assert!(sentence.contains(expected), "{sentence} lacks {expected:?}");
            assert!(sentence.ends_with('.') && !sentence.contains('\n'), "{sentence}");
        }
        assert!(
            summarize(None, &[payment("succeeded")], |at| at.to_string())
                .contains("status is unknown; the money is captured")
        );
    }
}
