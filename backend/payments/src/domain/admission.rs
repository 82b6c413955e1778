//! Whether a request may begin a payment, joins one that runs, or is refused.

use ticketing_sdk::{OrderStatus, PaymentStatus, Timestamp};

/// What a request may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Begin a payment.
    Begin,
    /// Follow the payment of the order that is being taken: it is the same one.
    Join,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The order is paid for.
    Paid,
    /// Another card is being charged for the order.
    InProgress,
    /// The order was cancelled, or is about to be.
    Cancelled,
    /// The reservation has run out.
    Expired,
}

/// Decides for an order in `order` state that runs until `expires_at`, with the status of its payment in force
/// (pending, authorised or succeeded) and whether that was begun with the same card.
///
/// # Errors
/// The rule that refuses the payment.
pub fn admit(
    order: OrderStatus,
    expires_at: Timestamp,
    in_force: Option<(PaymentStatus, bool)>,
    now: Timestamp,
) -> Result<Admission, Refusal> {
    match in_force {
        Some((PaymentStatus::Succeeded, _)) => return Err(Refusal::Paid),
        Some((_, true)) => return Ok(Admission::Join),
        Some((_, false)) => return Err(Refusal::InProgress),
        None => {}
    }
    match order {
        OrderStatus::Complete => Err(Refusal::Paid),
        // Confirmed for a payment that is no longer in force: its capture was refused, so orders is cancelling it.
        OrderStatus::Cancelled | OrderStatus::AwaitingPayment => Err(Refusal::Cancelled),
        OrderStatus::Created if now >= expires_at => Err(Refusal::Expired),
        OrderStatus::Created => Ok(Admission::Begin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLINE: i64 = 1_000;

    fn at(
        now: i64,
        order: OrderStatus,
        in_force: Option<(PaymentStatus, bool)>,
    ) -> Result<Admission, Refusal> {
        admit(order, Timestamp::from_millis(DEADLINE), in_force, Timestamp::from_millis(now))
    }

    #[test]
    fn a_reservation_that_runs_can_be_paid() {
        assert_eq!(at(DEADLINE - 1, OrderStatus::Created, None), Ok(Admission::Begin));
        assert_eq!(at(DEADLINE, OrderStatus::Created, None), Err(Refusal::Expired));
        assert_eq!(at(0, OrderStatus::Cancelled, None), Err(Refusal::Cancelled));
        assert_eq!(at(0, OrderStatus::AwaitingPayment, None), Err(Refusal::Cancelled));
        assert_eq!(at(0, OrderStatus::Complete, None), Err(Refusal::Paid));
    }

    #[test]
    fn a_payment_in_force_decides_before_the_order() {
        for order in [OrderStatus::Created, OrderStatus::AwaitingPayment, OrderStatus::Cancelled] {
            for running in [PaymentStatus::Pending, PaymentStatus::Authorized] {
                assert_eq!(at(DEADLINE, order, Some((running, true))), Ok(Admission::Join));
                assert_eq!(at(0, order, Some((running, false))), Err(Refusal::InProgress));
            }
            assert_eq!(at(0, order, Some((PaymentStatus::Succeeded, true))), Err(Refusal::Paid));
        }
    }
}
