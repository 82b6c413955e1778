//! The outcome of a payment for a waiting request.

use ticketing_sdk::{OrderStatus, PaymentStatus, Timestamp};

use super::PaymentState;

/// The outcome of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentOutcome {
    /// The payment is captured.
    Paid,
    /// The card was declined.
    Declined,
    /// The order was cancelled first; no money was kept.
    Cancelled,
    /// The reservation expired first; no money was kept.
    Expired,
    /// The outcome is not known yet.
    Open,
}

/// Returns the outcome of a payment in `state`, whose order has the status `order` and the deadline `expires_at`.
pub fn payment_outcome(
    state: PaymentState,
    order: OrderStatus,
    expires_at: Timestamp,
    now: Timestamp,
) -> PaymentOutcome {
    match (state.status, state.next) {
        (PaymentStatus::Succeeded, None) => PaymentOutcome::Paid,
        (PaymentStatus::Failed, _) => PaymentOutcome::Declined,
        (PaymentStatus::Refunded, _) if order == OrderStatus::Cancelled && now >= expires_at => {
            PaymentOutcome::Expired
        }
        (PaymentStatus::Refunded, _) => PaymentOutcome::Cancelled,
        // Pending, authorized, or a refund in progress.
        (_, _) => PaymentOutcome::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::PaymentStep;

    fn outcome_at(status: PaymentStatus, next: Option<PaymentStep>, now: i64) -> PaymentOutcome {
        let order = OrderStatus::Cancelled;
        payment_outcome(
            PaymentState { status, next },
            order,
            Timestamp::from_millis(1_000),
            Timestamp::from_millis(now),
        )
    }

    #[test]
    fn outcome_is_open_until_it_is_final() {
        assert_eq!(outcome_at(PaymentStatus::Pending, Some(PaymentStep::Authorize), 0), PaymentOutcome::Open);
        assert_eq!(outcome_at(PaymentStatus::Authorized, None, 0), PaymentOutcome::Open);
        assert_eq!(outcome_at(PaymentStatus::Authorized, Some(PaymentStep::Void), 0), PaymentOutcome::Open);
        assert_eq!(outcome_at(PaymentStatus::Succeeded, Some(PaymentStep::Refund), 0), PaymentOutcome::Open);
        assert_eq!(outcome_at(PaymentStatus::Succeeded, None, 0), PaymentOutcome::Paid);
        assert_eq!(outcome_at(PaymentStatus::Failed, None, 0), PaymentOutcome::Declined);
    }

    #[test]
    fn voided_payment_has_the_reason_of_its_order() {
        assert_eq!(outcome_at(PaymentStatus::Refunded, None, 999), PaymentOutcome::Cancelled);
        assert_eq!(outcome_at(PaymentStatus::Refunded, None, 1_000), PaymentOutcome::Expired);
    }
}
