//! The state machine of a payment: what each answer of the provider and each word of orders makes of it.

use std::str::FromStr;

use ticketing_sdk::{OrderStatus, PaymentStatus};

/// What we owe the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Ask whether the card is good for the price, and have it held.
    Authorize,
    /// Take the money that is held.
    Capture,
    /// Give up what is held.
    Void,
    /// Give back what was taken.
    Refund,
}

impl Step {
    /// The word in the database, in idempotency keys and in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
        }
    }
}

/// Some text is no step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a step of a payment")]
pub struct NotAStep;

impl FromStr for Step {
    type Err = NotAStep;

    fn from_str(text: &str) -> Result<Self, NotAStep> {
        let all = [Self::Authorize, Self::Capture, Self::Void, Self::Refund];
        all.into_iter().find(|step| step.as_str() == text).ok_or(NotAStep)
    }
}

/// A definite answer of the provider to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// It will never be done.
    Refused,
}

/// What the marketplace is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    /// `payment:authorized`
    Authorized,
    /// `payment:created`
    Captured,
    /// `payment:failed`
    Failed,
    /// `payment:refunded`
    Refunded,
}

/// How far a payment is, and what is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// What its owner sees.
    pub status: PaymentStatus,
    /// What we owe the provider. `None` where we wait for the word of orders, or nothing is left to do.
    pub next: Option<Step>,
}

/// A change of position, and what is said about it in the same transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The new position.
    pub to: Position,
    /// What the marketplace is told.
    pub say: Option<Say>,
}

impl Move {
    fn to(status: PaymentStatus, next: Option<Step>) -> Self {
        Self { to: Position { status, next }, say: None }
    }

    fn saying(self, say: Say) -> Self {
        Self { say: Some(say), ..self }
    }
}

impl Position {
    /// A payment that was just begun.
    pub const BEGUN: Self = Self { status: PaymentStatus::Pending, next: Some(Step::Authorize) };

    /// The provider answered the step that was due, while the copy of the order says `order`.
    ///
    /// `None` where the answer changes nothing: giving money back is tried until it is done, whatever is answered.
    #[must_use]
    pub fn answered(self, answer: Answer, order: OrderStatus) -> Option<Move> {
        use PaymentStatus::{Authorized, Failed, Refunded, Succeeded};
        Some(match (self.next?, answer) {
            // Only a reservation that still runs can be won. Orders decides; we do not ask where it has decided.
            (Step::Authorize, Answer::Done) if order == OrderStatus::Created => {
                Move::to(Authorized, None).saying(Say::Authorized)
            }
            (Step::Authorize, Answer::Done) => Move::to(Authorized, Some(Step::Void)),
            // Nobody was told of this payment, so nobody is told of its end.
            (Step::Authorize, Answer::Refused) => Move::to(Failed, None),
            (Step::Capture, Answer::Done) if order == OrderStatus::Cancelled => {
                Move::to(Succeeded, Some(Step::Refund)).saying(Say::Captured)
            }
            (Step::Capture, Answer::Done) => Move::to(Succeeded, None).saying(Say::Captured),
            (Step::Capture, Answer::Refused) => Move::to(Failed, None).saying(Say::Failed),
            (Step::Void | Step::Refund, Answer::Done) => Move::to(Refunded, None).saying(Say::Refunded),
            (Step::Void | Step::Refund, Answer::Refused) => return None,
        })
    }

    /// Orders gave the reservation to the authorised payment: the money may be taken.
    #[must_use]
    pub fn order_confirmed(self) -> Option<Move> {
        let waits = self == Self { status: PaymentStatus::Authorized, next: None };
        waits.then(|| Move::to(PaymentStatus::Authorized, Some(Step::Capture)))
    }

    /// The order was cancelled: no money of it may be kept. `begun`: whether the step that is due may have reached
    /// the provider already; then its answer decides.
    #[must_use]
    pub fn order_cancelled(self, begun: bool) -> Option<Move> {
        match (self.status, self.next) {
            // The provider has not been asked, so there is nothing to give up, and no one was told of this payment.
            (PaymentStatus::Pending, Some(Step::Authorize)) if !begun => {
                Some(Move::to(PaymentStatus::Refunded, None))
            }
            (PaymentStatus::Authorized, None) => Some(Move::to(PaymentStatus::Authorized, Some(Step::Void))),
            (PaymentStatus::Authorized, Some(Step::Capture)) if !begun => {
                Some(Move::to(PaymentStatus::Authorized, Some(Step::Void)))
            }
            (PaymentStatus::Succeeded, None) => Some(Move::to(PaymentStatus::Succeeded, Some(Step::Refund))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
