//! The simulated card provider: durable, honest about idempotency keys, and as faulty as a test wants it to be.
//!
//! It is the outside world of a stack without Stripe, so its book is a database of its own that survives every crash.
//! `tok_visa`, `tok_mastercard` and `tok_amex` are good; `tok_chargeDeclined` and
//! `tok_chargeDeclinedInsufficientFunds` are declined; `tok_chargeCustomerFail` is authorised and refused at capture.

mod book;
mod faults;
mod ledger;

use futures_util::FutureExt;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Database, Db, DbError, DbOptions, Migrations, OpenError, Tx};

use super::{Authorization, Books, Charge, Hold, Ledger, Provider, ProviderError, Reply};
use book::{Entry, Settled};

pub use faults::{Call, Faults, Gate};

/// The simulated provider. Clones share its book and its faults.
#[derive(Clone, Debug)]
pub struct SimulatedProvider {
    db: Db,
    clock: Clock,
    faults: Faults,
}

impl SimulatedProvider {
    /// What the names of its charges begin with; a real provider's never do.
    pub const MARK: &str = "pi_sim_";

    /// The tables of its book.
    pub const TABLES: Migrations = Migrations {
        part: "provider",
        scripts: &[("V1__provider", include_str!("../../migrations/V1__provider.sql"))],
    };

    /// Opens the book: a file, or a schema that several processes share.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(book: impl Into<Database>, clock: Clock) -> Result<Self, OpenError> {
        let db = Db::open(book, DbOptions { readers: 1, ..DbOptions::default() }, &[Self::TABLES])?;
        Ok(Self { db, clock, faults: Faults::default() })
    }

    /// The book in a database that was opened to be read only. Calls of the provider are refused.
    #[must_use]
    pub fn read_only(db: Db, clock: Clock) -> Self {
        Self { db, clock, faults: Faults::default() }
    }

    /// What goes wrong with its calls.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Its book: every charge, oldest first.
    ///
    /// # Errors
    /// When the book cannot be read.
    pub async fn ledger(&self) -> Result<Ledger, DbError> {
        self.db.read(ledger::read).await
    }

    /// One call: its faults around its effect, which is written down with its answer under the key.
    async fn call<F>(
        &self,
        call: Call,
        key: &str,
        question: String,
        effect: F,
    ) -> Result<Settled, ProviderError>
    where
        F: Fn(&mut Tx<'_>, &Entry) -> Result<Settled, DbError> + Send + 'static,
    {
        self.faults.before(call).await?;
        let entry = Entry { key: key.to_owned(), question, id: self.clock.new_id(), now: self.clock.now() };
        let settled = self.db.write(move |tx| book::once(tx, &entry, &effect)).await;
        // A book that cannot be written may have been written all the same.
        let settled = settled.map_err(|error| ProviderError::Unknown(error.to_string()))?;
        self.faults.after(call)?;
        Ok(settled)
    }

    async fn move_charge(&self, call: Call, key: &str, charge: &Charge) -> Result<(), ProviderError> {
        let question = format!("{} {} {}", call.as_str(), charge.stripe_id, charge.amount.cents());
        let charge = charge.clone();
        let settled =
            self.call(call, key, question, move |tx, _| book::move_charge(tx, call, &charge)).await?;
        settled.into_result().map(drop)
    }
}

impl Provider for SimulatedProvider {
    fn authorize<'a>(&'a self, key: &'a str, request: &'a Authorization) -> Reply<'a, Hold> {
        async move {
            let Authorization { amount, currency, token, order_id, .. } = request;
            let question = format!("authorize {} {currency} {} {order_id}", amount.cents(), token.as_str());
            let request = request.clone();
            let settled = self
                .call(Call::Authorize, key, question, move |tx, entry| book::authorize(tx, entry, &request));
            settled.await?.into_result().map(|stripe_id| Hold { stripe_id })
        }
        .boxed()
    }

    fn capture<'a>(&'a self, key: &'a str, charge: &'a Charge) -> Reply<'a, ()> {
        self.move_charge(Call::Capture, key, charge).boxed()
    }

    fn void<'a>(&'a self, key: &'a str, charge: &'a Charge) -> Reply<'a, ()> {
        self.move_charge(Call::Void, key, charge).boxed()
    }

    fn refund<'a>(&'a self, key: &'a str, charge: &'a Charge) -> Reply<'a, ()> {
        self.move_charge(Call::Refund, key, charge).boxed()
    }
}

impl Books for SimulatedProvider {
    fn ledger(&self) -> Reply<'_, Ledger> {
        async move { self.ledger().await.map_err(|error| ProviderError::Unknown(error.to_string())) }.boxed()
    }
}
