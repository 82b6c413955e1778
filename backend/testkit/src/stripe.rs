//! A stand-in for Stripe that speaks its wire on a free port of the loopback interface: form bodies, a bearer key, error
//! objects, answers that are kept under their idempotency key for ever, signed events. It remembers everything it was
//! asked to do, and goes wrong on demand.

mod account;
mod card;
mod events;
mod mischief;
mod request;
mod server;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use ticketing_payments::StripeSettings;
use ticketing_payments::provider::{FaultPlan, Ledger};
use ticketing_platform::clock::Clock;

use account::Account;
pub use mischief::Mischief;

/// The secret key of the stand-in.
pub const STRIPE_KEY: &str = "sk_test_a_key_for_tests";
/// What its events are signed with.
pub const STRIPE_WEBHOOK_SECRET: &str = "whsec_a_secret_for_tests";

/// The stand-in. Clones share it; it answers until the last one is dropped.
#[derive(Clone, Debug)]
pub struct FakeStripe {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    address: SocketAddr,
    clock: Clock,
    faults: FaultPlan,
    mischief: Mischief,
    account: Mutex<Account>,
    listener: tokio::task::AbortHandle,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl FakeStripe {
    /// Starts one, by this clock.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(clock: Clock) -> Self {
        server::start(clock).await
    }

    /// What a marketplace is told to use it, events included.
    ///
    /// # Panics
    /// Never: the address is a URL.
    #[must_use]
    pub fn settings(&self) -> StripeSettings {
        StripeSettings {
            api_base: format!("http://{}", self.shared.address).parse().expect("a URL"),
            webhook_secrets: vec![STRIPE_WEBHOOK_SECRET.into()],
            ..StripeSettings::new(STRIPE_KEY.into())
        }
    }

    /// Its time.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// What goes wrong on the way to it and back.
    #[must_use]
    pub fn faults(&self) -> &FaultPlan {
        &self.shared.faults
    }

    /// What goes wrong inside it.
    #[must_use]
    pub fn mischief(&self) -> &Mischief {
        &self.shared.mischief
    }

    /// Its book.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        self.account().ledger()
    }

    /// Every PaymentIntent that it knows, oldest first, as it would answer it.
    #[must_use]
    pub fn intents(&self) -> Vec<Value> {
        self.account().intents()
    }

    /// What the owner of a card does in the browser with an intent that waits for it (3-D Secure): confirms it, or fails to.
    /// The marketplace hears of it where it hears events.
    ///
    /// # Panics
    /// When no intent of this name waits for its owner.
    pub fn confirm(&self, id: &str, confirmed: bool) {
        self.account().confirm(id, confirmed);
        self.send_events();
    }

    /// Every request that arrived: method, path and idempotency key.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.account().requests.clone()
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.shared.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
