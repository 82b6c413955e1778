//! What a provider tells by itself: that something has happened to a charge.

use ticketing_sdk::PaymentId;

/// Something has happened to a charge. What, is asked of the provider: notices come twice, late and out of order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The provider's name for the notice: the same when it comes again.
    pub id: String,
    /// The provider's name for the charge.
    pub stripe_id: String,
    /// Our name for the payment, if the provider says it.
    pub payment_id: Option<PaymentId>,
}

/// Why a notice was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoticeError {
    /// This provider tells nothing by itself, or was not asked to.
    #[error("this provider's notices are not heard here")]
    NotHeard,
    /// It was not signed with a secret that we share, or too long ago.
    #[error("the signature is not valid: {0}")]
    Signature(&'static str),
}
