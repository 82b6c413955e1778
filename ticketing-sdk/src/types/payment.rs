//! Payments: the money of an order.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Money, OrderId, PaymentId, Timestamp, words};

/// The payment of an order. A backend may send no more than its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Which payment.
    pub id: PaymentId,
    /// The order that it pays for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// What the card provider calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stripe_id: Option<String>,
    /// How much, in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The currency, `usd`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// How far it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<PaymentStatus>,
    /// When it was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// What Stripe.js needs so that the owner of the card can confirm it (3-D Secure). It is there while the payment waits
    /// for that, and only for the one who pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<ClientSecret>,
}

/// What Stripe.js needs to go on with a payment in the browser of the one who pays. Its `Debug` keeps it to itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// A secret, as the card provider has made it.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

/// How far a payment is. `succeeded`, `failed` and `refunded` are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaymentStatus {
    /// The provider has not answered yet.
    Pending,
    /// The card is good for it; no money has moved.
    Authorized,
    /// The money is taken.
    Succeeded,
    /// No money was taken.
    Failed,
    /// The money went back, or the authorisation was given up.
    Refunded,
}

words!(PaymentStatus, "payment status", {
    Pending => "pending", Authorized => "authorized", Succeeded => "succeeded", Failed => "failed",
    Refunded => "refunded",
});

impl PaymentStatus {
    /// Returns the status as people read it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Authorized => "Authorized",
            Self::Succeeded => "Paid",
            Self::Failed => "Declined",
            Self::Refunded => "Refunded",
        }
    }

    /// Whether nothing but a refund can change it any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Refunded)
    }
}

/// What a buyer says to pay for an order. Its `Debug` keeps the token to itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewPayment {
    /// The order to pay for.
    pub order_id: OrderId,
    /// The card, as a token of the card provider (`tok_visa`); never a card number.
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 255, pattern = "^(tok|pm)_[!-~]+$", example = "tok_visa")
    )]
    pub token: String,
    /// Whether the client can have the owner of the card confirm it in a browser (3-D Secure), with the `clientSecret` of
    /// the answer. Without it, such a card is declined.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub can_confirm: bool,
}

impl fmt::Debug for NewPayment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPayment").field("order_id", &self.order_id).finish_non_exhaustive()
    }
}
