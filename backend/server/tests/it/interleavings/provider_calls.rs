//! The provider calls of due payment steps, one at a time: the parts of the payment worker, without its loop.

use proptest::sample::Index;
use ticketing_payments::domain::PaymentStep;
use ticketing_payments::provider::ProviderError;
use ticketing_payments::store::{self, PaymentPublisher, PaymentRow, ProviderOutcome};
use ticketing_payments::{PaymentTimeouts, SimulatedProvider, call_provider};
use ticketing_platform::db::DbError;
use ticketing_sdk::Timestamp;

use super::schedule::{CallOutcome, Service};
use super::services::Services;

/// A claimed payment step, with the outcome of its call.
#[derive(Clone, Debug)]
struct ClaimedStep {
    payment: PaymentRow,
    outcome: Option<ProviderOutcome>,
}

#[derive(Debug)]
pub(crate) struct ProviderCalls {
    /// The claimed steps in the memory of the process.
    claimed: Vec<ClaimedStep>,
    /// The wall clock, for due times and leases.
    wall: Timestamp,
    timeouts: PaymentTimeouts,
}

impl ProviderCalls {
    pub(crate) fn new() -> Self {
        // Later than any real clock, so that every step that a handler makes due is due.
        Self {
            claimed: Vec::new(),
            wall: Timestamp::from_millis(4_000_000_000_000),
            timeouts: PaymentTimeouts::default(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.wall
    }

    /// Advances the wall clock past every retry and lease.
    pub(crate) fn expire_leases(&mut self) {
        self.wall = self.wall + self.timeouts.longest_retry + self.timeouts.lease();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.claimed.is_empty()
    }

    /// Restarts the process, which releases all claims.
    pub(crate) async fn restart(&mut self, services: &Services) {
        self.claimed.clear();
        let now = self.wall;
        let db = &services.core(Service::Payments).db;
        db.write::<_, DbError, _>(move |tx| store::release_all_claims(tx, now)).await.unwrap();
    }

    pub(crate) async fn claim(&mut self, services: &Services) {
        let (now, lease) = (self.wall, self.timeouts.lease());
        let db = &services.core(Service::Payments).db;
        let claim = db.write::<_, DbError, _>(move |tx| store::claim_due(tx, now, lease, 64));
        let mut claimed = claim.await.unwrap();
        claimed.sort_by(|a, b| a.id.cmp(&b.id));
        self.claimed.extend(claimed.into_iter().map(|payment| ClaimedStep { payment, outcome: None }));
    }

    /// Makes a provider call: the picked one, or the first. Returns its step and payment.
    pub(crate) async fn call(
        &mut self,
        provider: &SimulatedProvider,
        pick: Option<Index>,
        outcome: CallOutcome,
    ) -> Option<(PaymentStep, PaymentRow)> {
        let mut open: Vec<&mut ClaimedStep> =
            self.claimed.iter_mut().filter(|claimed| claimed.outcome.is_none()).collect();
        if open.is_empty() {
            return None;
        }
        let place = pick.map_or(0, |pick| pick.index(open.len()));
        let claimed = &mut open[place];
        let step = claimed.payment.next_step.unwrap();
        match outcome {
            CallOutcome::Answered => {}
            CallOutcome::Unreachable => provider.faults().fail_before_effect(step, 1),
            CallOutcome::ResponseLost => provider.faults().lose_response(step, 1),
        }
        claimed.outcome = Some(match call_provider(provider, &claimed.payment, step, true).await {
            Ok(stripe_id) => ProviderOutcome::Done { stripe_id },
            Err(ProviderError::Declined(decline))
                if matches!(step, PaymentStep::Authorize | PaymentStep::Capture) =>
            {
                ProviderOutcome::Refused(decline)
            }
            Err(ProviderError::Rejected(reason)) => panic!("the provider rejected a valid call: {reason}"),
            Err(error) => ProviderOutcome::Unknown {
                pause: self.timeouts.longest_retry,
                reached: !matches!(error, ProviderError::Unavailable(_)),
            },
        });
        Some((step, claimed.payment.clone()))
    }

    /// Records the outcome of a call. Returns whether there was one.
    pub(crate) async fn record_outcome(&mut self, services: &Services, pick: Option<Index>) -> bool {
        let ended: Vec<usize> =
            (0..self.claimed.len()).filter(|place| self.claimed[*place].outcome.is_some()).collect();
        if ended.is_empty() {
            return false;
        }
        let ClaimedStep { payment, outcome } =
            self.claimed.remove(ended[pick.map_or(0, |pick| pick.index(ended.len()))]);
        let core = services.core(Service::Payments).clone();
        let (outbox, now, wall) = (core.outbox.clone(), core.clock.now(), self.wall);
        let unit = move |tx: &mut ticketing_platform::db::Tx<'_>| {
            let outcome = outcome.as_ref().unwrap();
            store::record_outcome(tx, &PaymentPublisher { outbox: &outbox, now, wall }, &payment, outcome)
        };
        core.db.write::<_, DbError, _>(unit).await.unwrap();
        true
    }
}
