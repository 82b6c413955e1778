//! Decides whether a request starts a payment, joins the active one, or is refused.

use ticketing_sdk::{OrderStatus, PaymentStatus, Timestamp};

/// The decision on a request to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentAdmission {
    /// It starts a payment.
    Begin,
    /// It follows the active payment of the order, which has the same card.
    Join,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdmissionError {
    /// The order is paid.
    Paid,
    /// Another card is being charged for the order.
    InProgress,
    /// The order is cancelled, or is being cancelled.
    Cancelled,
    /// The reservation has expired.
    Expired,
}

/// Decides for an order with status `order` and deadline `expires_at`. `active` is the status of its active payment
/// (pending, authorized or succeeded), and whether the request has the same card.
///
/// # Errors
/// Returns the rule that refuses the payment.
pub fn admit(
    order: OrderStatus,
    expires_at: Timestamp,
    active: Option<(PaymentStatus, bool)>,
    now: Timestamp,
) -> Result<PaymentAdmission, AdmissionError> {
    match active {
        Some((PaymentStatus::Succeeded, _)) => return Err(AdmissionError::Paid),
        Some((_, true)) => return Ok(PaymentAdmission::Join),
        Some((_, false)) => return Err(AdmissionError::InProgress),
        None => {}
    }
    match order {
        OrderStatus::Complete => Err(AdmissionError::Paid),
        // Confirmed for a payment that is no longer active: its capture was declined, so orders is cancelling the order.
        OrderStatus::Cancelled | OrderStatus::AwaitingPayment => Err(AdmissionError::Cancelled),
        OrderStatus::Created if now >= expires_at => Err(AdmissionError::Expired),
        OrderStatus::Created => Ok(PaymentAdmission::Begin),
        // No such status is stored.
        _ => Err(AdmissionError::Cancelled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLINE: i64 = 1_000;

    fn admit_at(
        now: i64,
        order: OrderStatus,
        active: Option<(PaymentStatus, bool)>,
    ) -> Result<PaymentAdmission, AdmissionError> {
        admit(order, Timestamp::from_millis(DEADLINE), active, Timestamp::from_millis(now))
    }

    #[test]
    fn created_order_is_payable_until_its_deadline() {
        assert_eq!(admit_at(DEADLINE - 1, OrderStatus::Created, None), Ok(PaymentAdmission::Begin));
        assert_eq!(admit_at(DEADLINE, OrderStatus::Created, None), Err(AdmissionError::Expired));
        assert_eq!(admit_at(0, OrderStatus::Cancelled, None), Err(AdmissionError::Cancelled));
        assert_eq!(admit_at(0, OrderStatus::AwaitingPayment, None), Err(AdmissionError::Cancelled));
        assert_eq!(admit_at(0, OrderStatus::Complete, None), Err(AdmissionError::Paid));
    }

    #[test]
    fn active_payment_decides_before_order_status() {
        for order in [OrderStatus::Created, OrderStatus::AwaitingPayment, OrderStatus::Cancelled] {
            for running in [PaymentStatus::Pending, PaymentStatus::Authorized] {
                assert_eq!(admit_at(DEADLINE, order, Some((running, true))), Ok(PaymentAdmission::Join));
                assert_eq!(admit_at(0, order, Some((running, false))), Err(AdmissionError::InProgress));
            }
            assert_eq!(admit_at(0, order, Some((PaymentStatus::Succeeded, true))), Err(AdmissionError::Paid));
        }
    }
}
