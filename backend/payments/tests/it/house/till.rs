//! Whoever moves the money in a test, with its faults and its book.

use std::path::Path;
use std::sync::Arc;

use ticketing_payments::Provider;
use ticketing_payments::provider::{Faults, Ledger, SimulatedProvider, StripeProvider};
use ticketing_platform::clock::Clock;
use ticketing_testkit::FakeStripe;

/// Whoever moves the money.
pub(crate) enum Till {
    Simulated(SimulatedProvider),
    Stripe(FakeStripe),
}

impl Till {
    /// Nothing goes wrong at first.
    pub(crate) fn open(folder: &Path, clock: &Clock, stripe: Option<&FakeStripe>) -> Self {
        match stripe {
            None => {
                Self::Simulated(SimulatedProvider::open(folder.join("provider.db"), clock.clone()).unwrap())
            }
            Some(stripe) => {
                stripe.faults().forget();
                Self::Stripe(stripe.clone())
            }
        }
    }

    pub(crate) fn provider(&self, clock: &Clock) -> Arc<dyn Provider> {
        match self {
            Self::Simulated(provider) => Arc::new(provider.clone()),
            Self::Stripe(stripe) => Arc::new(StripeProvider::new(&stripe.settings(), clock.clone()).unwrap()),
        }
    }

    pub(crate) fn faults(&self) -> &Faults {
        match self {
            Self::Simulated(provider) => provider.faults(),
            Self::Stripe(stripe) => stripe.faults(),
        }
    }

    /// The book itself, not what the service can see of it.
    pub(crate) async fn ledger(&self) -> Ledger {
        match self {
            Self::Simulated(provider) => provider.ledger().await.unwrap(),
            Self::Stripe(stripe) => stripe.ledger(),
        }
    }
}
