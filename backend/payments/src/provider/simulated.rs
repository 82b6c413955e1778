//! The simulated card provider: durable, with idempotency keys.
//!
//! It replaces Stripe in a stack without an account. Its ledger is a database of its own that survives every crash.
//! `tok_visa`, `tok_mastercard` and `tok_amex` are accepted; `tok_chargeDeclined` and
//! `tok_chargeDeclinedInsufficientFunds` are declined; `tok_chargeCustomerFail` is authorized and declined at capture.

#[cfg(feature = "fault-injection")]
mod faults;
mod ledger;
mod requests;

use futures_util::FutureExt;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Database, Db, DbError, DbOptions, Migrations, OpenError, Tx};

use super::{AuthorizeRequest, Charge, Ledger, Provider, ProviderError, ProviderFuture, request_ids};
use crate::domain::PaymentStep;
use requests::{CallRecord, StoredResponse};

#[cfg(feature = "fault-injection")]
pub use faults::{FaultPlan, Gate};

/// The simulated provider. Clones share its ledger.
#[derive(Clone, Debug)]
pub struct SimulatedProvider {
    db: Db,
    clock: Clock,
    #[cfg(feature = "fault-injection")]
    faults: FaultPlan,
}

impl SimulatedProvider {
    /// The prefix of the ids of its charges; no real provider uses it.
    pub const MARK: &str = "pi_sim_";

    /// The tables of its ledger.
    pub const TABLES: Migrations = Migrations {
        part: "provider",
        scripts: &[("V1__provider", include_str!("../../migrations/V1__provider.sql"))],
    };

    /// Opens the ledger: a file, or a schema that several processes share.
    ///
    /// # Errors
    /// Fails if the ledger cannot be opened.
    pub fn open(ledger: impl Into<Database>, clock: Clock) -> Result<Self, OpenError> {
        let db = Db::open(ledger, DbOptions { readers: 1, ..DbOptions::default() }, &[Self::TABLES])?;
        Ok(Self::read_only(db, clock))
    }

    /// Uses a ledger in a database that was opened read-only. Calls of the provider fail.
    pub fn read_only(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            #[cfg(feature = "fault-injection")]
            faults: FaultPlan::default(),
        }
    }

    /// Checks that the book can be written: a transaction begins and commits, and the last calls were written.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn check_writable(&self) -> Result<(), DbError> {
        self.db.check_writable(|_| Ok(())).await
    }

    /// Returns the faults that are injected into its calls.
    #[cfg(feature = "fault-injection")]
    pub fn faults(&self) -> &FaultPlan {
        &self.faults
    }

    /// Reads its ledger: every charge, oldest first.
    ///
    /// # Errors
    /// Fails if the ledger cannot be read.
    pub async fn ledger(&self) -> Result<Ledger, DbError> {
        self.db.read(ledger::read).await
    }

    /// Executes one call: stores its effect and its response under the key.
    async fn call<F>(
        &self,
        call: PaymentStep,
        key: &str,
        parameters: String,
        effect: F,
    ) -> Result<StoredResponse, ProviderError>
    where
        F: Fn(&mut Tx<'_>, &CallRecord) -> Result<StoredResponse, DbError> + Send + 'static,
    {
        #[cfg(feature = "fault-injection")]
        self.faults.before_call(call).await?;
        let request_text = format!("{} {parameters}", call.as_str());
        let request_id = format!("req_sim_{}", self.clock.new_id().replace('-', ""));
        let record =
            CallRecord { key: key.to_owned(), request_text, id: self.clock.new_id(), now: self.clock.now() };
        let response = self.db.write(move |tx| requests::run_once(tx, &record, &effect)).await;
        // A failed commit can have taken effect.
        let response = response.map_err(|error| ProviderError::Unknown(error.to_string()))?;
        #[cfg(feature = "fault-injection")]
        self.faults.after_call(call)?;
        request_ids::record(&request_id);
        Ok(response)
    }

    async fn change_charge(
        &self,
        call: PaymentStep,
        key: &str,
        charge: &Charge,
    ) -> Result<(), ProviderError> {
        let parameters = format!("{} {}", charge.stripe_id, charge.amount.cents());
        let charge = charge.clone();
        let response = self
            .call(call, key, parameters, move |tx, _| requests::apply_to_charge(tx, call, &charge))
            .await?;
        response.into_result().map(drop)
    }
}

impl Provider for SimulatedProvider {
    fn authorize<'a>(&'a self, key: &'a str, request: &'a AuthorizeRequest) -> ProviderFuture<'a, String> {
        async move {
            let AuthorizeRequest { amount, currency, token, order_id, .. } = request;
            let parameters = format!("{} {currency} {} {order_id}", amount.cents(), token.as_str());
            let request = request.clone();
            let response = self.call(PaymentStep::Authorize, key, parameters, move |tx, record| {
                requests::authorize(tx, record, &request)
            });
            response.await?.into_result()
        }
        .boxed()
    }

    fn capture<'a>(&'a self, key: &'a str, charge: &'a Charge) -> ProviderFuture<'a, ()> {
        self.change_charge(PaymentStep::Capture, key, charge).boxed()
    }

    fn void<'a>(&'a self, key: &'a str, charge: &'a Charge) -> ProviderFuture<'a, ()> {
        self.change_charge(PaymentStep::Void, key, charge).boxed()
    }

    fn refund<'a>(&'a self, key: &'a str, charge: &'a Charge) -> ProviderFuture<'a, ()> {
        self.change_charge(PaymentStep::Refund, key, charge).boxed()
    }

    fn ledger(&self) -> ProviderFuture<'_, Ledger> {
        async move { self.ledger().await.map_err(|error| ProviderError::Unknown(error.to_string())) }.boxed()
    }
}
