//! The calls of a provider.

/// A call of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProviderCall {
    /// Authorizes an amount.
    Authorize,
    /// Captures the amount that is held.
    Capture,
    /// Voids the authorization.
    Void,
    /// Refunds the captured amount.
    Refund,
}

impl ProviderCall {
    /// Returns its name.
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
