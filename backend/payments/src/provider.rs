//! The card provider: four calls, each with an idempotency key of ours, so that a call may always be repeated.

mod books;
mod notice;
mod simulated;
mod stripe;

use std::fmt;
use std::time::Duration;

use axum::http::HeaderMap;
use futures_util::future::BoxFuture;
use ticketing_sdk::{ClientSecret, Money, OrderId, PaymentId, Timestamp};

use crate::domain::CardToken;

pub use books::{Books, Ledger, LedgerCharge};
pub use notice::{Notice, NoticeError};
pub use simulated::{Call, Faults, Gate, SimulatedProvider};
pub use stripe::{
    API_BASE as STRIPE_API_BASE, StripeFault, StripeProvider, StripeSettings, StripeTimeouts, StripeUnusable,
};

/// What a provider answers, in time.
pub type Reply<'a, T> = BoxFuture<'a, Result<T, ProviderError>>;

/// A card provider. The same key with the same request has one effect and one answer, however often it is sent; that
/// is what makes an unanswered call safe to repeat.
pub trait Provider: fmt::Debug + Send + Sync + 'static {
    /// Asks whether a card is good for an amount, and holds that amount.
    fn authorize<'a>(&'a self, key: &'a str, request: &'a Authorization) -> Reply<'a, Hold>;

    /// Takes all of the amount that is held. A refusal ends the hold.
    fn capture<'a>(&'a self, key: &'a str, charge: &'a Charge) -> Reply<'a, ()>;

    /// Gives up the hold.
    fn void<'a>(&'a self, key: &'a str, charge: &'a Charge) -> Reply<'a, ()>;

    /// Gives back all that was taken.
    fn refund<'a>(&'a self, key: &'a str, charge: &'a Charge) -> Reply<'a, ()>;

    /// How long one exchange with the provider may take by its own limits; zero where it has none. A step of a payment has
    /// longer, so that the provider's own limit says what happened.
    fn longest_call(&self) -> Duration {
        Duration::ZERO
    }

    /// Reads what the provider tells by itself, after a look at its signature; `None` where it is about no payment, or
    /// has a shape that says nothing here.
    ///
    /// # Errors
    /// When this provider tells nothing, or it was not this provider who said it.
    fn hear(&self, headers: &HeaderMap, body: &[u8]) -> Result<Option<Notice>, NoticeError> {
        let _ = (headers, body);
        Err(NoticeError::NotHeard)
    }
}

/// What is to be held, and on which card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// How much.
    pub amount: Money,
    /// In which currency, ISO 4217 in small letters.
    pub currency: String,
    /// The card.
    pub token: CardToken,
    /// What it pays for; kept by the provider, so that its books can be held against ours.
    pub order_id: OrderId,
    /// Our name for the payment; kept by the provider too, so that a charge whose answer was lost can be found.
    pub payment_id: PaymentId,
    /// When the payment was begun: before this no charge can have been made for it.
    pub begun_at: Timestamp,
    /// The provider's name for the charge, where it has told it by itself.
    pub known: Option<String>,
    /// Whether the owner of the card can confirm it.
    pub confirmation: Confirmation,
}

/// Whether the owner of a card can confirm it in a browser (3-D Secure), where its bank wants that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Confirmation {
    /// The client has no browser: such a card is declined.
    #[default]
    Impossible,
    /// The client can do it, and the order can still be won.
    Possible,
    /// The client could have done it, and the order has ended: the charge is given up.
    TooLate,
}

/// What a provider holds after an authorisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The provider's name for the charge.
    pub stripe_id: String,
}

/// A charge that was authorised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The provider's name for it.
    pub stripe_id: String,
    /// How much was authorised.
    pub amount: Money,
}

/// Why a provider did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// It refuses, for good. No money has moved.
    #[error("declined ({code}): {message}")]
    Declined {
        /// The provider's word for it.
        code: String,
        /// The provider's message to the owner of the card.
        message: String,
    },
    /// The owner of the card has to confirm it before anything is held.
    #[error("the owner of the card has to confirm {stripe_id}")]
    NeedsOwner {
        /// The provider's name for the charge.
        stripe_id: String,
        /// What the client needs for that.
        client_secret: ClientSecret,
    },
    /// It was not reached: nothing has happened.
    #[error("the provider cannot be reached: {0}")]
    Unavailable(String),
    /// It has too much to do: nothing has happened.
    #[error("the provider asks to be left alone for {} s", after.as_secs())]
    Busy {
        /// For how long it wants to be left alone.
        after: Duration,
    },
    /// It was reached, and what it did is not known: the answer was lost, late or not understood.
    #[error("the provider's answer is not known: {0}")]
    Unknown(String),
    /// It finds the request wrong: a fault of ours, not of the card.
    #[error("the provider rejects the request: {0}")]
    Rejected(String),
}

impl ProviderError {
    /// The same of a call that followed another which may have had an effect: that nothing has happened is no longer known.
    fn after_effect(self) -> Self {
        match self {
            Self::Unavailable(_) | Self::Busy { .. } => Self::Unknown(self.to_string()),
            known => known,
        }
    }
}
