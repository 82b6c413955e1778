//! The card provider: Stripe if a key is set, else the simulated provider.

use std::sync::Arc;

use ticketing_payments::{Provider, SimulatedProvider, StripeProvider};

use crate::databases::DatabaseLocation;
use crate::{StackSettings, StartError};

/// The card provider of a process.
#[derive(Clone, Debug)]
pub(crate) struct CardProvider {
    pub(crate) provider: Arc<dyn Provider>,
    /// The same provider, if it is the simulated one.
    pub(crate) simulated: Option<SimulatedProvider>,
}

impl CardProvider {
    /// Opens the provider of the settings, and logs which one it is.
    pub(crate) fn open(settings: &StackSettings, databases: &DatabaseLocation) -> Result<Self, StartError> {
        let Some(stripe) = &settings.stripe else {
            tracing::info!("cards are simulated: no money moves (TICKETING_STRIPE_KEY is not set)");
            let provider = SimulatedProvider::open(databases.provider()?, settings.clock.clone())?;
            return Ok(Self { provider: Arc::new(provider.clone()), simulated: Some(provider) });
        };
        let (api, live) = (&stripe.api_base, stripe.is_live());
        tracing::info!(%api, live, "cards are charged by Stripe");
        if stripe.webhook_secrets.is_empty() {
            tracing::info!(
                "webhook events of Stripe are refused (TICKETING_STRIPE_WEBHOOK_SECRET is not set)"
            );
        }
        let provider = StripeProvider::new(stripe, settings.clock.clone()).map_err(StartError::Stripe)?;
        Ok(Self { provider: Arc::new(provider), simulated: None })
    }
}
