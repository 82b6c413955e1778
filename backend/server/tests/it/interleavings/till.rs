//! What payments owes the card provider, done one call at a time: the parts of the driver, without its loop.

use proptest::sample::Index;
use ticketing_payments::domain::Step as Owed;
use ticketing_payments::provider::{Charge, Provider, ProviderCall, ProviderError};
use ticketing_payments::store::{self, PaymentRow, ProviderOutcome};
use ticketing_payments::{PaymentTimeouts, SimulatedProvider};
use ticketing_platform::db::DbError;
use ticketing_sdk::Timestamp;

use super::schedule::{Fate, Service};
use super::services::Services;

/// A step that was taken up, and what came of it, once its call has ended.
#[derive(Clone, Debug)]
struct Taken {
    payment: PaymentRow,
    reached: Option<ProviderOutcome>,
}

#[derive(Debug)]
pub(crate) struct Till {
    /// What a process has in memory.
    taken: Vec<Taken>,
    /// The machine's time, which the pauses between calls are counted in.
    wall: Timestamp,
    timeouts: PaymentTimeouts,
}

impl Till {
    pub(crate) fn new() -> Self {
        // Later than any machine's, so that what a handler calls due is due here as well.
        Self {
            taken: Vec::new(),
            wall: Timestamp::from_millis(4_000_000_000_000),
            timeouts: PaymentTimeouts::default(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.wall
    }

    /// Every pause and every lease ends.
    pub(crate) fn time_passes(&mut self) {
        self.wall = self.wall + self.timeouts.longest_retry + self.timeouts.lease();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.taken.is_empty()
    }

    /// The process is gone; the next one begins by taking everything back.
    pub(crate) async fn restart(&mut self, services: &Services) {
        self.taken.clear();
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
        self.taken.extend(claimed.into_iter().map(|payment| Taken { payment, reached: None }));
    }

    /// One of the calls goes out, the first unless another is picked; answers what was asked for, and for which payment.
    pub(crate) async fn call(
        &mut self,
        provider: &SimulatedProvider,
        pick: Option<Index>,
        fate: Fate,
    ) -> Option<(Owed, PaymentRow)> {
        let mut open: Vec<&mut Taken> =
            self.taken.iter_mut().filter(|taken| taken.reached.is_none()).collect();
        if open.is_empty() {
            return None;
        }
        let place = pick.map_or(0, |pick| pick.index(open.len()));
        let taken = &mut open[place];
        let step = taken.payment.next_step.unwrap();
        let kind = match step {
            Owed::Authorize => ProviderCall::Authorize,
            Owed::Capture => ProviderCall::Capture,
            Owed::Void => ProviderCall::Void,
            Owed::Refund => ProviderCall::Refund,
        };
        match fate {
            Fate::Answered => {}
            Fate::NotReached => provider.faults().fail_before_effect(kind, 1),
            Fate::ReplyLost => provider.faults().lose_response(kind, 1),
        }
        taken.reached = Some(match ask(provider, &taken.payment, step).await {
            Ok(stripe_id) => ProviderOutcome::Done { stripe_id },
            Err(ProviderError::Declined { code, message })
                if matches!(step, Owed::Authorize | Owed::Capture) =>
            {
                ProviderOutcome::Refused { code, message }
            }
            Err(ProviderError::Rejected(reason)) => panic!("we asked for something impossible: {reason}"),
            Err(error) => ProviderOutcome::Unknown {
                pause: self.timeouts.backoff(taken.payment.attempts),
                reached: !matches!(error, ProviderError::Unavailable(_)),
            },
        });
        Some((step, taken.payment.clone()))
    }

    /// What came of one of the calls is written down.
    pub(crate) async fn settle(&mut self, services: &Services, pick: Option<Index>) -> bool {
        let ended: Vec<usize> =
            (0..self.taken.len()).filter(|place| self.taken[*place].reached.is_some()).collect();
        if ended.is_empty() {
            return false;
        }
        let Taken { payment, reached } =
            self.taken.remove(ended[pick.map_or(0, |pick| pick.index(ended.len()))]);
        let core = services.core(Service::Payments).clone();
        let (outbox, now, wall) = (core.outbox.clone(), core.clock.now(), self.wall);
        let unit = move |tx: &mut ticketing_platform::db::Tx<'_>| {
            let reached = reached.as_ref().unwrap();
            store::record_outcome(tx, &outbox, &payment, reached, now, wall)
        };
        core.db.write::<_, DbError, _>(unit).await.unwrap();
        true
    }
}

/// The call that the step asks for, under the key of the payment.
async fn ask(
    provider: &SimulatedProvider,
    payment: &PaymentRow,
    step: Owed,
) -> Result<String, ProviderError> {
    let key = payment.step_key(step);
    if step == Owed::Authorize {
        return provider.authorize(&key, &payment.authorization(true)).await.map(|hold| hold.stripe_id);
    }
    let stripe_id = payment.stripe_id.clone().unwrap();
    let charge = Charge { stripe_id: stripe_id.clone(), amount: payment.amount };
    match step {
        Owed::Authorize | Owed::Capture => provider.capture(&key, &charge).await?,
        Owed::Void => provider.void(&key, &charge).await?,
        Owed::Refund => provider.refund(&key, &charge).await?,
    }
    Ok(stripe_id)
}
