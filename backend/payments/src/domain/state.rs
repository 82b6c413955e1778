//! The state machine of a payment: the transitions by results of the provider and by events of orders.

use ticketing_sdk::{OrderStatus, PaymentStatus};

/// A step at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum PaymentStep {
    /// Authorize the price on the card.
    Authorize,
    /// Capture the held amount.
    Capture,
    /// Void the authorization.
    Void,
    /// Refund the captured amount.
    Refund,
}

impl PaymentStep {
    /// Returns the name in the database, in idempotency keys and in metrics.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The final result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepResult {
    /// The step is done.
    Done,
    /// The provider refuses the step finally.
    Refused,
}

/// The event that a transition publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutgoingEvent {
    /// `payment:authorized`
    Authorized,
    /// `payment:created`
    Captured,
    /// `payment:failed`
    Failed,
    /// `payment:refunded`
    Refunded,
}

/// The status of a payment, and its next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentState {
    /// The status that the buyer sees.
    pub status: PaymentStatus,
    /// The next step at the provider. `None` while the payment waits for orders, or when it is final.
    pub next: Option<PaymentStep>,
}

/// A change of state, and the event that is published in the same transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The new state.
    pub to: PaymentState,
    /// The event to publish.
    pub event: Option<OutgoingEvent>,
}

impl Transition {
    fn new(status: PaymentStatus, next: Option<PaymentStep>) -> Self {
        Self { to: PaymentState { status, next }, event: None }
    }

    fn with_event(self, event: OutgoingEvent) -> Self {
        Self { event: Some(event), ..self }
    }
}

impl PaymentState {
    /// The state of a new payment.
    pub const INITIAL: Self = Self { status: PaymentStatus::Pending, next: Some(PaymentStep::Authorize) };

    /// Returns the transition after a result of the due step, while the copy of the order has the status `order`.
    ///
    /// `None` if the result changes nothing: a void or refund is retried until it is done.
    pub fn on_result(self, result: StepResult, order: OrderStatus) -> Option<Transition> {
        use PaymentStatus::{Authorized, Failed, Refunded, Succeeded};
        Some(match (self.next?, result) {
            // Orders decides only about an order that is still `created`.
            (PaymentStep::Authorize, StepResult::Done) if order == OrderStatus::Created => {
                Transition::new(Authorized, None).with_event(OutgoingEvent::Authorized)
            }
            (PaymentStep::Authorize, StepResult::Done) => {
                Transition::new(Authorized, Some(PaymentStep::Void))
            }
            // No event announced this payment, so none announces its end.
            (PaymentStep::Authorize, StepResult::Refused) => Transition::new(Failed, None),
            (PaymentStep::Capture, StepResult::Done) if order == OrderStatus::Cancelled => {
                Transition::new(Succeeded, Some(PaymentStep::Refund)).with_event(OutgoingEvent::Captured)
            }
            (PaymentStep::Capture, StepResult::Done) => {
                Transition::new(Succeeded, None).with_event(OutgoingEvent::Captured)
            }
            (PaymentStep::Capture, StepResult::Refused) => {
                Transition::new(Failed, None).with_event(OutgoingEvent::Failed)
            }
            (PaymentStep::Void | PaymentStep::Refund, StepResult::Done) => {
                Transition::new(Refunded, None).with_event(OutgoingEvent::Refunded)
            }
            (PaymentStep::Void | PaymentStep::Refund, StepResult::Refused) => return None,
        })
    }

    /// Returns the transition when orders has confirmed the order: the capture becomes due.
    pub fn order_confirmed(self) -> Option<Transition> {
        let waits = self == Self { status: PaymentStatus::Authorized, next: None };
        waits.then(|| Transition::new(PaymentStatus::Authorized, Some(PaymentStep::Capture)))
    }

    /// Returns the transition when the order is cancelled: no money is kept. `attempted`: whether the due step can have
    /// reached the provider; then its result decides.
    pub fn order_cancelled(self, attempted: bool) -> Option<Transition> {
        match (self.status, self.next) {
            // The provider was not called and no event was published, so there is nothing to void.
            (PaymentStatus::Pending, Some(PaymentStep::Authorize)) if !attempted => {
                Some(Transition::new(PaymentStatus::Refunded, None))
            }
            (PaymentStatus::Authorized, None) => {
                Some(Transition::new(PaymentStatus::Authorized, Some(PaymentStep::Void)))
            }
            (PaymentStatus::Authorized, Some(PaymentStep::Capture)) if !attempted => {
                Some(Transition::new(PaymentStatus::Authorized, Some(PaymentStep::Void)))
            }
            (PaymentStatus::Succeeded, None) => {
                Some(Transition::new(PaymentStatus::Succeeded, Some(PaymentStep::Refund)))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
