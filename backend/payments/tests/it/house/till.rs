//! Whoever moves the money in a test, with its faults and its book.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ticketing_payments::provider::{Faults, Ledger, SimulatedProvider, StripeProvider};
use ticketing_payments::{Pace, Provider, StripeTimeouts};
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

    /// The provider, whose own limits lie within those of `pace`.
    pub(crate) fn provider(&self, clock: &Clock, pace: &Pace) -> Arc<dyn Provider> {
        match self {
            Self::Simulated(provider) => Arc::new(provider.clone()),
            Self::Stripe(stripe) => {
                let mut settings = stripe.settings();
                let within = |limit: Duration| limit.min(pace.call_timeout / 3);
                let StripeTimeouts { connect, answer, look_up } = settings.timeouts;
                settings.timeouts = StripeTimeouts {
                    connect: within(connect),
                    answer: within(answer),
                    look_up: within(look_up),
                };
                Arc::new(StripeProvider::new(&settings, clock.clone()).unwrap())
            }
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
