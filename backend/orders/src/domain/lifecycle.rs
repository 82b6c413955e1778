//! The life of an order: `created → awaiting:payment → complete`, or from either of the first two `cancelled`.
//!
//! Orders is the one judge of who holds a ticket, so nothing that its seller does moves an order.

use ticketing_sdk::{CancelReason, OrderStatus, Timestamp};

/// Something that wants to move an order on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The buyer no longer wants it.
    Cancelled,
    /// Its timer has fired.
    Expired,
    /// The card can be charged.
    PaymentAuthorized,
    /// The card was charged.
    PaymentCreated,
    /// The provider refused the charge for good.
    PaymentFailed,
}

impl Cause {
    /// The reason of an order that this cancels.
    #[must_use]
    pub fn cancel_reason(self) -> Option<CancelReason> {
        match self {
            Self::Cancelled => Some(CancelReason::Buyer),
            // An authorisation cancels an order only after its deadline.
            Self::Expired | Self::PaymentAuthorized => Some(CancelReason::Expired),
            Self::PaymentFailed => Some(CancelReason::PaymentFailed),
            Self::PaymentCreated => None,
        }
    }
}

/// What becomes of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It moves to this state.
    To(OrderStatus),
    /// Nothing changes.
    Stay,
    /// The deadline has not come yet.
    NotYet,
}

/// What `cause` does to an order in `status` whose deadline is `expires_at`, at the time `now`.
#[must_use]
pub fn step(status: OrderStatus, cause: Cause, expires_at: Timestamp, now: Timestamp) -> Step {
    use OrderStatus::{AwaitingPayment, Cancelled, Complete, Created};
    match (status, cause) {
        // Final states stay as they are.
        (Complete | Cancelled, _) => Step::Stay,
        (Created, Cause::Cancelled) => Step::To(Cancelled),
        (Created, Cause::Expired) if now < expires_at => Step::NotYet,
        (Created, Cause::Expired) => Step::To(Cancelled),
        // Money that comes late is never kept: the reservation ends, and with it the authorisation.
        (Created, Cause::PaymentAuthorized) if now >= expires_at => Step::To(Cancelled),
        (Created, Cause::PaymentAuthorized) => Step::To(AwaitingPayment),
        // A charge without a confirmed order was never asked for.
        (Created, Cause::PaymentCreated | Cause::PaymentFailed) => Step::Stay,
        // The hold is the payment's now: it neither expires nor is it given back at the buyer's wish.
        (AwaitingPayment, Cause::Cancelled | Cause::Expired | Cause::PaymentAuthorized) => Step::Stay,
        (AwaitingPayment, Cause::PaymentCreated) => Step::To(Complete),
        (AwaitingPayment, Cause::PaymentFailed) => Step::To(Cancelled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_cause() -> impl Strategy<Value = Cause> {
        prop_oneof![
            Just(Cause::Cancelled),
            Just(Cause::Expired),
            Just(Cause::PaymentAuthorized),
            Just(Cause::PaymentCreated),
            Just(Cause::PaymentFailed),
        ]
    }

    proptest! {
        #[test]
        fn states_only_move_forward(causes in prop::collection::vec((any_cause(), 0_i64..20), 0..30)) {
            let deadline = Timestamp::from_millis(10);
            let rank = |status| match status {
                OrderStatus::Created => 0,
                OrderStatus::AwaitingPayment => 1,
                OrderStatus::Complete | OrderStatus::Cancelled => 2,
            };
            let mut status = OrderStatus::Created;
            for (cause, now) in causes {
                let now = Timestamp::from_millis(now);
                let Step::To(next) = step(status, cause, deadline, now) else { continue };
                prop_assert!(rank(next) > rank(status), "{status:?} moved to {next:?}");
                prop_assert!(
                    next != OrderStatus::AwaitingPayment || now < deadline,
                    "an order past its deadline was confirmed"
                );
                prop_assert!(
                    next != OrderStatus::Complete || status == OrderStatus::AwaitingPayment,
                    "an order was completed that no payment held"
                );
                prop_assert!(cause != Cause::Expired || now >= deadline, "an order expired early");
                status = next;
            }
        }
    }
}
