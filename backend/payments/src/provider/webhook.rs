//! Webhook events of a provider.

use ticketing_sdk::PaymentId;
use ticketing_sdk::webhook::SignatureError;

/// A webhook event: the state of a charge has changed. Events arrive twice, late and out of order, so the new state is
/// requested from the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookEvent {
    /// The provider's id of the event, equal for each redelivery.
    pub id: String,
    /// The provider's id of the charge.
    pub stripe_id: String,
    /// The id of the payment, if the event contains it.
    pub payment_id: Option<PaymentId>,
}

/// Why a webhook request is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The provider has no webhook, or no webhook secret is set.
    #[error("no webhook secret is set for this provider")]
    NotConfigured,
    /// The request is not signed with a known secret, or its time is too far from the present.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}
