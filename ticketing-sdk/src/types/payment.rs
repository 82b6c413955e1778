//! Payments: the money of an order.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text::card_declined;
use super::{ClientSecret, Money, OrderId, PaymentId, Timestamp, setters, wire_words};

/// The payment of an order. A backend may send no more than its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Payment {
    /// Identifies the payment.
    pub id: PaymentId,
    /// The order that it pays for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// The identifier at the card provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stripe_id: Option<String>,
    /// The amount, in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The currency, `usd`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<PaymentStatus>,
    /// The time of creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// The secret with which Stripe.js lets the owner of the card confirm the payment (3-D Secure). Only the buyer
    /// receives it, and only while the confirmation is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<ClientSecret>,
}

setters!(Payment {
    order_id: some_into OrderId, stripe_id: some_into String, amount: some Money,
    currency: some_into String, status: some PaymentStatus, created_at: some Timestamp,
    client_secret: some ClientSecret,
});

impl Payment {
    /// Creates a payment of which no more than its id is known.
    ///
    /// ```
    /// use ticketing_sdk::{Payment, PaymentStatus};
    ///
    /// let payment = Payment::new("p-1").order_id("o-1").status(PaymentStatus::Succeeded);
    /// assert!(payment.status.is_some_and(PaymentStatus::is_final));
    /// ```
    pub fn new(id: impl Into<PaymentId>) -> Self {
        Self {
            id: id.into(),
            order_id: None,
            stripe_id: None,
            amount: None,
            currency: None,
            status: None,
            created_at: None,
            client_secret: None,
        }
    }
}

wire_words! {
    /// The status of a payment. `succeeded`, `failed` and `refunded` are final.
    ///
    /// ```
    /// use ticketing_sdk::PaymentStatus;
    ///
    /// assert_eq!("succeeded".parse(), Ok(PaymentStatus::Succeeded));
    /// ```
    PaymentStatus, "payment status" {
        /// The provider has not responded yet.
        Pending = "pending", "Pending";
        /// The card is authorized, and no money has moved.
        Authorized = "authorized", "Authorized";
        /// The money is captured.
        Succeeded = "succeeded", "Paid";
        /// No money was captured.
        Failed = "failed", "Declined";
        /// The money was refunded, or the authorization was voided.
        Refunded = "refunded", "Refunded";
    }
}

impl PaymentStatus {
    /// Returns whether only a refund can change the status.
    ///
    /// ```
    /// use ticketing_sdk::PaymentStatus;
    ///
    /// assert!(PaymentStatus::Refunded.is_final() && !PaymentStatus::Pending.is_final());
    /// ```
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Refunded)
    }

    /// Returns why the payment paid for nothing, as one phrase.
    ///
    /// ```
    /// use ticketing_sdk::PaymentStatus;
    ///
    /// assert_eq!(PaymentStatus::Failed.failure().as_deref(), Some("the card was declined"));
    /// assert_eq!(PaymentStatus::Pending.failure(), None);
    /// ```
    #[must_use]
    pub fn failure(self) -> Option<String> {
        match self {
            Self::Failed => Some(card_declined(None)),
            Self::Refunded => Some(
                "the order ended before the payment was captured, and the payment was refunded".to_owned(),
            ),
            _ => None,
        }
    }
}

/// A request to pay for an order. Its `Debug` hides the token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewPayment {
    /// The order to pay for.
    pub order_id: OrderId,
    /// The card, as a token of the card provider (`tok_visa`); never a card number.
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 255, pattern = "^(tok|pm)_[!-~]+$", example = "tok_visa")
    )]
    pub token: String,
    /// Whether the client supports a confirmation by the owner of the card in a browser (3-D Secure), with the
    /// `clientSecret` of the response. Without it, such a card is declined.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub can_confirm: bool,
}

setters!(NewPayment { can_confirm: as bool });

impl NewPayment {
    /// Creates a request to pay for an order with a card token.
    ///
    /// ```
    /// let new = ticketing_sdk::NewPayment::new("o-1", "tok_visa").can_confirm(true);
    /// assert_eq!(serde_json::to_value(&new)?["canConfirm"], true);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn new(order_id: impl Into<OrderId>, token: impl Into<String>) -> Self {
        Self { order_id: order_id.into(), token: token.into(), can_confirm: false }
    }
}

impl fmt::Debug for NewPayment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPayment").field("order_id", &self.order_id).finish_non_exhaustive()
    }
}
