//! The reason why Stripe or a bank refuses.

use crate::provider::ProviderError;

/// The reason of a decline or refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decline {
    pub(super) code: String,
    pub(super) message: String,
}

impl From<Decline> for ProviderError {
    fn from(Decline { code, message }: Decline) -> Self {
        Self::Declined { code, message }
    }
}
