//! A fake Stripe with its HTTP API on a free port of the loopback interface: form bodies, a bearer key, error objects,
//! responses that are kept under their idempotency key, signed events. It records its requests and injects faults.

mod account;
mod card;
mod events;
mod faults;
mod request;
mod server;

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;
use ticketing_payments::StripeSettings;
use ticketing_payments::provider::{FaultPlan, Ledger};
use ticketing_platform::clock::Clock;

use crate::thread_server::ThreadServer;
use account::Account;
pub use faults::{StripeFault, StripeFaults};

/// The secret key of the fake.
pub const STRIPE_KEY: &str = "sk_test_a_key_for_tests";
/// The secret that signs its events.
pub const STRIPE_WEBHOOK_SECRET: &str = "whsec_a_secret_for_tests";

/// The fake. Clones share it; it serves until the last one is dropped.
#[derive(Clone, Debug)]
pub struct FakeStripe {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    server: ThreadServer,
    clock: Clock,
    faults: FaultPlan,
    server_faults: StripeFaults,
    account: Mutex<Account>,
}

impl FakeStripe {
    /// Starts a fake with this clock.
    ///
    /// # Panics
    /// Panics if no port is free.
    pub fn start(clock: Clock) -> Self {
        server::start(clock)
    }

    /// Returns the settings of a marketplace that uses it, events included.
    pub fn settings(&self) -> StripeSettings {
        StripeSettings {
            api_base: self.shared.server.url().parse().expect("a URL"),
            webhook_secrets: vec![STRIPE_WEBHOOK_SECRET.into()],
            ..StripeSettings::new(STRIPE_KEY.into())
        }
    }

    /// Returns its clock.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Returns the faults of the connection to it.
    pub fn faults(&self) -> &FaultPlan {
        &self.shared.faults
    }

    /// Returns the faults of the server itself.
    pub fn server_faults(&self) -> &StripeFaults {
        &self.shared.server_faults
    }

    /// Returns its ledger.
    pub fn ledger(&self) -> Ledger {
        self.shared.account.lock().ledger()
    }

    /// Returns every PaymentIntent as JSON, oldest first.
    pub fn intents(&self) -> Vec<Value> {
        self.shared.account.lock().intents()
    }

    /// Confirms an intent that waits for its cardholder (3-D Secure), or fails the confirmation. A webhook event
    /// follows.
    ///
    /// # Panics
    /// Panics if no intent with this id waits for its cardholder.
    pub fn confirm(&self, id: &str, confirmed: bool) {
        self.shared.account.lock().confirm(id, confirmed);
        self.send_events();
    }

    /// Returns every request: method, path and idempotency key.
    pub fn requests(&self) -> Vec<String> {
        self.shared.account.lock().requests.clone()
    }
}
