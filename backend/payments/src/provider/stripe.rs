//! Stripe behind the provider's trait: PaymentIntents with manual capture. Nothing outside this module knows Stripe.
//!
//! Stripe keeps the first answer to an idempotency key for a day, failures of its own included. So the same key is safe
//! to repeat, and not enough: after a failure the intent itself is looked up, for it may have come to be.

mod api;
mod authorize;
mod books;
mod event;
mod moves;
mod outcome;
mod settings;
mod wire;

use std::time::Duration;

use axum::http::HeaderMap;
use futures_util::FutureExt;
use secrecy::SecretString;
use ticketing_platform::clock::Clock;

use super::{Authorization, Charge, Hold, Notice, NoticeError, Provider, Reply};
use api::Api;
use moves::Move;

pub use api::StripeUnusable;
pub use settings::{API_BASE, StripeFault, StripeSettings, StripeTimeouts};

/// Stripe. Clones share its connections.
#[derive(Clone, Debug)]
pub struct StripeProvider {
    api: Api,
    webhook_secrets: Vec<SecretString>,
    clock: Clock,
}

impl StripeProvider {
    /// The way to an account. Nothing is sent yet. `clock` tells how old payments and events are.
    ///
    /// # Errors
    /// When a setting is wrong, or no client can be made of this machine.
    pub fn new(settings: &StripeSettings, clock: Clock) -> Result<Self, StripeUnusable> {
        let api = Api::new(settings)?;
        Ok(Self { api, webhook_secrets: settings.webhook_secrets.clone(), clock })
    }
}

impl Provider for StripeProvider {
    fn authorize<'a>(&'a self, key: &'a str, request: &'a Authorization) -> Reply<'a, Hold> {
        self.hold(key, request).boxed()
    }

    fn capture<'a>(&'a self, key: &'a str, charge: &'a Charge) -> Reply<'a, ()> {
        self.make(Move::Capture, key, charge).boxed()
    }

    fn void<'a>(&'a self, key: &'a str, charge: &'a Charge) -> Reply<'a, ()> {
        self.make(Move::Cancel, key, charge).boxed()
    }

    fn refund<'a>(&'a self, key: &'a str, charge: &'a Charge) -> Reply<'a, ()> {
        self.make(Move::Refund, key, charge).boxed()
    }

    fn longest_call(&self) -> Duration {
        self.api.longest_call()
    }

    fn hear(&self, headers: &HeaderMap, body: &[u8]) -> Result<Option<Notice>, NoticeError> {
        if self.webhook_secrets.is_empty() {
            return Err(NoticeError::NotHeard);
        }
        event::read(&self.webhook_secrets, headers, body, self.clock.now())
    }
}
