//! Implements the provider with Stripe: PaymentIntents with manual capture. No code outside this module uses Stripe.
//!
//! Stripe keeps the first response to an idempotency key for a day, its own failures included. A retry with the same key is
//! safe but not sufficient: after a failure the intent is looked up, because it can exist.

mod api;
mod authorize;
mod event;
mod ledger;
mod operations;
mod outcome;
mod settings;
mod wire;

use std::time::Duration;

use axum::http::HeaderMap;
use futures_util::FutureExt;
use secrecy::SecretString;
use ticketing_platform::clock::Clock;

use super::{AuthorizeRequest, Charge, Ledger, Provider, ProviderFuture, WebhookError, WebhookEvent};
use api::Api;
use operations::ChargeOperation;

pub use api::StripeUnusable;
pub use settings::{API_BASE, StripeSettings, StripeSettingsError, StripeTimeouts};

/// The Stripe provider. Clones share its connections.
#[derive(Clone, Debug)]
pub struct StripeProvider {
    api: Api,
    webhook_secrets: Vec<SecretString>,
    clock: Clock,
}

impl StripeProvider {
    /// Connects to an account; sends nothing yet. `clock` determines the age of payments and events.
    ///
    /// # Errors
    /// Fails if a setting is invalid or the HTTP client cannot be created.
    pub fn new(settings: &StripeSettings, clock: Clock) -> Result<Self, StripeUnusable> {
        let api = Api::new(settings)?;
        Ok(Self { api, webhook_secrets: settings.webhook_secrets.clone(), clock })
    }
}

impl Provider for StripeProvider {
    fn authorize<'a>(&'a self, key: &'a str, request: &'a AuthorizeRequest) -> ProviderFuture<'a, String> {
        self.authorize_charge(key, request).boxed()
    }

    fn capture<'a>(&'a self, key: &'a str, charge: &'a Charge) -> ProviderFuture<'a, ()> {
        self.execute(ChargeOperation::Capture, key, charge).boxed()
    }

    fn void<'a>(&'a self, key: &'a str, charge: &'a Charge) -> ProviderFuture<'a, ()> {
        self.execute(ChargeOperation::Cancel, key, charge).boxed()
    }

    fn refund<'a>(&'a self, key: &'a str, charge: &'a Charge) -> ProviderFuture<'a, ()> {
        self.execute(ChargeOperation::Refund, key, charge).boxed()
    }

    fn ledger(&self) -> ProviderFuture<'_, Ledger> {
        self.read_ledger().boxed()
    }

    fn longest_call(&self) -> Duration {
        self.api.timeouts.longest_call()
    }

    fn verify_webhook(&self, headers: &HeaderMap, body: &[u8]) -> Result<Option<WebhookEvent>, WebhookError> {
        if self.webhook_secrets.is_empty() {
            return Err(WebhookError::NotConfigured);
        }
        event::read(&self.webhook_secrets, headers, body, self.clock.now())
    }
}
