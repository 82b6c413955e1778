//! The interface of a card provider: four calls, each with an idempotency key, so that every call can be retried.

mod ledger;
pub(crate) mod request_ids;
mod simulated;
mod stripe;
mod webhook;

use std::fmt;
use std::time::Duration;

use axum::http::HeaderMap;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use ticketing_sdk::{ClientSecret, Money, OrderId, PaymentId, Timestamp};

use crate::domain::CardToken;

pub use ledger::{Ledger, LedgerCharge};
pub use simulated::SimulatedProvider;
#[cfg(feature = "fault-injection")]
pub use simulated::{FaultPlan, Gate};
pub use stripe::{
    API_BASE as STRIPE_API_BASE, StripeProvider, StripeSettings, StripeSettingsError, StripeTimeouts,
    StripeUnusable,
};
pub use webhook::{WebhookError, WebhookEvent};

/// The future of a provider call.
pub type ProviderFuture<'a, T> = BoxFuture<'a, Result<T, ProviderError>>;

/// A card provider. The same key with the same request has one effect and one response, however often it is sent, so a
/// call without a response can be retried.
pub trait Provider: fmt::Debug + Send + Sync + 'static {
    /// Authorizes an amount on a card, which holds the amount. Returns the provider's id of the charge.
    fn authorize<'a>(&'a self, key: &'a str, request: &'a AuthorizeRequest) -> ProviderFuture<'a, String>;

    /// Captures the whole amount that is held. A decline ends the hold.
    fn capture<'a>(&'a self, key: &'a str, charge: &'a Charge) -> ProviderFuture<'a, ()>;

    /// Voids the authorization.
    fn void<'a>(&'a self, key: &'a str, charge: &'a Charge) -> ProviderFuture<'a, ()>;

    /// Refunds the whole amount that was captured.
    fn refund<'a>(&'a self, key: &'a str, charge: &'a Charge) -> ProviderFuture<'a, ()>;

    /// Reads every charge that was made for an order of this marketplace.
    fn ledger(&self) -> ProviderFuture<'_, Ledger>;

    /// Returns how long one exchange with the provider can take by its own timeouts; zero if it has none. The timeout
    /// of a step is longer, so that the provider's own timeout reports the cause.
    fn longest_call(&self) -> Duration {
        Duration::ZERO
    }

    /// Verifies the signature of a webhook request and parses its event; `None` if the event concerns no payment or has
    /// an unknown shape.
    ///
    /// # Errors
    /// Fails if the provider has no webhook, or the signature is not valid.
    fn verify_webhook(&self, headers: &HeaderMap, body: &[u8]) -> Result<Option<WebhookEvent>, WebhookError> {
        let _ = (headers, body);
        Err(WebhookError::NotConfigured)
    }
}

/// The amount to hold, and the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizeRequest {
    /// The amount.
    pub amount: Money,
    /// The currency, ISO 4217 in lower case.
    pub currency: String,
    /// The card.
    pub token: CardToken,
    /// The order it pays for; the provider stores it, so that the audit can compare the ledgers.
    pub order_id: OrderId,
    /// The id of the payment; the provider stores it, so that a charge whose response was lost can be found.
    pub payment_id: PaymentId,
    /// When the payment was created: no charge for it is older.
    pub begun_at: Timestamp,
    /// The provider's id of the charge, if a webhook event has reported it.
    pub known: Option<String>,
    /// Whether the cardholder can confirm the payment.
    pub confirmation: Confirmation,
}

/// Whether the cardholder can confirm the payment in a browser (3-D Secure), if the bank requires it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Confirmation {
    /// The client has no browser: a card that needs confirmation is declined.
    #[default]
    Impossible,
    /// The client can confirm, and the order can still be paid.
    Possible,
    /// The client can confirm, but the order has ended: the charge is cancelled.
    TooLate,
}

/// An authorized charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The provider's id of the charge.
    pub stripe_id: String,
    /// The authorized amount.
    pub amount: Money,
}

/// The final refusal of a bank or of the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("declined ({code}): {message}")]
pub struct Decline {
    /// The provider's code.
    pub code: String,
    /// The provider's message to the cardholder.
    pub message: String,
}

/// Why a provider call failed.
#[derive(Clone, Debug, PartialEq, Eq, strum::IntoStaticStr, thiserror::Error)]
#[strum(serialize_all = "kebab-case")]
#[non_exhaustive]
pub enum ProviderError {
    /// The provider declines finally. No money has moved.
    #[error(transparent)]
    Declined(#[from] Decline),
    /// The cardholder must confirm the payment before the amount is held.
    #[error("the cardholder must confirm {stripe_id}")]
    #[strum(serialize = "needs-owner")]
    NeedsConfirmation {
        /// The provider's id of the charge.
        stripe_id: String,
        /// The secret with which the client confirms it.
        client_secret: ClientSecret,
    },
    /// The provider was not reached: the call had no effect.
    #[error("the provider cannot be reached: {0}")]
    Unavailable(String),
    /// The provider limits the rate: the call had no effect.
    #[error("the provider limits the rate; retry after {} s", after.as_secs())]
    Busy {
        /// The pause that the provider asks for.
        after: Duration,
    },
    /// The outcome is unknown: the response was lost, late or invalid.
    #[error("the outcome of the provider call is unknown: {0}")]
    Unknown(String),
    /// The provider rejects the request as invalid: an error of this program, not of the card.
    #[error("the provider rejects the request: {0}")]
    Rejected(String),
}

impl ProviderError {
    fn declined(code: &str, message: &str) -> Self {
        Decline { code: code.to_owned(), message: message.to_owned() }.into()
    }

    /// Maps the error of a call that followed another call with a possible effect: "no effect" becomes "unknown".
    fn after_effect(self) -> Self {
        match self {
            Self::Unavailable(_) | Self::Busy { .. } => Self::Unknown(self.to_string()),
            known => known,
        }
    }
}
