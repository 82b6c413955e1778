//! The state machine of an order: `created → awaiting:payment → complete`, or `cancelled` from either of the first two.
//!
//! Orders decides which order holds a ticket, so no operation of the seller changes an order. The admission of the pass that
//! a ticket resells ends an order that no payment holds.

use ticketing_sdk::{CancelReason, OrderStatus, Timestamp};

/// The cause of a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The buyer cancels.
    Cancelled,
    /// The timer has fired.
    Expired,
    /// The payment is authorized.
    PaymentAuthorized,
    /// The payment is captured.
    PaymentCreated,
    /// The provider has refused the payment finally.
    PaymentFailed,
    /// The ticket resells a pass that a door has admitted.
    PassAdmitted,
}

impl Cause {
    /// Returns the reason of a cancellation by this cause.
    pub fn cancel_reason(self) -> Option<CancelReason> {
        match self {
            Self::Cancelled => Some(CancelReason::Buyer),
            // An authorization cancels an order only after its deadline.
            Self::Expired | Self::PaymentAuthorized => Some(CancelReason::Expired),
            Self::PaymentFailed => Some(CancelReason::PaymentFailed),
            Self::PassAdmitted => Some(CancelReason::Withdrawn),
            Self::PaymentCreated => None,
        }
    }
}

/// The transition of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderTransition {
    /// To this status.
    To(OrderStatus),
    /// Nothing changes.
    Stay,
    /// The deadline has not passed.
    NotYet,
}

/// Returns the transition of an order in `status` with the deadline `expires_at` by `cause` at `now`.
pub fn transition(
    status: OrderStatus,
    cause: Cause,
    expires_at: Timestamp,
    now: Timestamp,
) -> OrderTransition {
    use OrderStatus::{AwaitingPayment, Cancelled, Complete, Created};
    match (status, cause) {
        // These statuses are final.
        (Complete | Cancelled, _) => OrderTransition::Stay,
        (Created, Cause::Cancelled | Cause::PassAdmitted) => OrderTransition::To(Cancelled),
        (Created, Cause::Expired) if now < expires_at => OrderTransition::NotYet,
        (Created, Cause::Expired) => OrderTransition::To(Cancelled),
        // A late authorization is not captured: the order is cancelled, and the authorization is voided.
        (Created, Cause::PaymentAuthorized) if now >= expires_at => OrderTransition::To(Cancelled),
        (Created, Cause::PaymentAuthorized) => OrderTransition::To(AwaitingPayment),
        // A capture without a confirmed order cannot happen.
        (Created, Cause::PaymentCreated | Cause::PaymentFailed) => OrderTransition::Stay,
        // The payment owns the hold now: it does not expire, and the buyer cannot cancel it.
        (
            AwaitingPayment,
            Cause::Cancelled | Cause::Expired | Cause::PaymentAuthorized | Cause::PassAdmitted,
        ) => OrderTransition::Stay,
        (AwaitingPayment, Cause::PaymentCreated) => OrderTransition::To(Complete),
        (AwaitingPayment, Cause::PaymentFailed) => OrderTransition::To(Cancelled),
        // No such status is stored.
        (_, _) => OrderTransition::Stay,
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
            Just(Cause::PassAdmitted),
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
                other => unreachable!("{other}"),
            };
            let mut status = OrderStatus::Created;
            for (cause, now) in causes {
                let now = Timestamp::from_millis(now);
                let OrderTransition::To(next) = transition(status, cause, deadline, now) else { continue };
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
