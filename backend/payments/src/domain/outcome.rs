//! What a waiting request can be told about its payment.

use ticketing_sdk::{OrderStatus, PaymentStatus, Timestamp};

use super::Position;

/// How a payment turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money is taken.
    Paid,
    /// The provider refused the card.
    Declined,
    /// The order was cancelled first, and no money was kept.
    Cancelled,
    /// The reservation ran out first, and no money was kept.
    Expired,
    /// Not known yet.
    Open,
}

/// The outcome of a payment in `position`, whose order is in `order` state and was reserved until `expires_at`.
#[must_use]
pub fn outcome(position: Position, order: OrderStatus, expires_at: Timestamp, now: Timestamp) -> Outcome {
    match (position.status, position.next) {
        (PaymentStatus::Succeeded, None) => Outcome::Paid,
        (PaymentStatus::Failed, _) => Outcome::Declined,
        (PaymentStatus::Refunded, _) if order == OrderStatus::Cancelled && now >= expires_at => {
            Outcome::Expired
        }
        (PaymentStatus::Refunded, _) => Outcome::Cancelled,
        // Money that is on its way back is not paid, and not back yet.
        (PaymentStatus::Succeeded | PaymentStatus::Pending | PaymentStatus::Authorized, _) => Outcome::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Step;

    fn of(status: PaymentStatus, next: Option<Step>, now: i64) -> Outcome {
        let order = OrderStatus::Cancelled;
        outcome(Position { status, next }, order, Timestamp::from_millis(1_000), Timestamp::from_millis(now))
    }

    #[test]
    fn an_outcome_is_told_once_it_will_not_change() {
        assert_eq!(of(PaymentStatus::Pending, Some(Step::Authorize), 0), Outcome::Open);
        assert_eq!(of(PaymentStatus::Authorized, None, 0), Outcome::Open);
        assert_eq!(of(PaymentStatus::Authorized, Some(Step::Void), 0), Outcome::Open);
        assert_eq!(of(PaymentStatus::Succeeded, Some(Step::Refund), 0), Outcome::Open);
        assert_eq!(of(PaymentStatus::Succeeded, None, 0), Outcome::Paid);
        assert_eq!(of(PaymentStatus::Failed, None, 0), Outcome::Declined);
    }

    #[test]
    fn a_voided_payment_tells_why_it_lost() {
        assert_eq!(of(PaymentStatus::Refunded, None, 999), Outcome::Cancelled);
        assert_eq!(of(PaymentStatus::Refunded, None, 1_000), Outcome::Expired);
    }
}
