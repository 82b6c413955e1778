//! The card provider: Stripe if a key is set, else the simulated provider.

use std::sync::Arc;

use ticketing_payments::provider::LedgerSource;
use ticketing_payments::{Provider, SimulatedProvider, StripeProvider};

use crate::databases::Databases;
use crate::{StackSettings, StartError};

/// The card provider of a process.
#[derive(Clone, Debug)]
pub(crate) enum CardProvider {
    Simulated(SimulatedProvider),
    Stripe(StripeProvider),
}

impl CardProvider {
    /// Opens the provider of the settings, and logs which one it is.
    pub(crate) fn open(settings: &StackSettings, databases: &Databases) -> Result<Self, StartError> {
        let Some(stripe) = &settings.stripe else {
            tracing::info!("cards are simulated: no money moves (TICKETING_STRIPE_KEY is not set)");
            let provider = SimulatedProvider::open(databases.provider()?, settings.clock.clone())?;
            return Ok(Self::Simulated(provider));
        };
        let (api, live) = (&stripe.api_base, stripe.is_live());
        tracing::info!(%api, live, "cards are charged by Stripe");
        if stripe.webhook_secrets.is_empty() {
            tracing::info!(
                "webhook events of Stripe are refused (TICKETING_STRIPE_WEBHOOK_SECRET is not set)"
            );
        }
        StripeProvider::new(stripe, settings.clock.clone()).map(Self::Stripe).map_err(StartError::Stripe)
    }

    pub(crate) fn provider(&self) -> Arc<dyn Provider> {
        match self {
            Self::Simulated(provider) => Arc::new(provider.clone()),
            Self::Stripe(provider) => Arc::new(provider.clone()),
        }
    }

    pub(crate) fn ledger_source(&self) -> Arc<dyn LedgerSource> {
        match self {
            Self::Simulated(provider) => Arc::new(provider.clone()),
            Self::Stripe(provider) => Arc::new(provider.clone()),
        }
    }

    pub(crate) fn as_simulated(&self) -> Option<&SimulatedProvider> {
        match self {
            Self::Simulated(provider) => Some(provider),
            Self::Stripe(_) => None,
        }
    }
}
