//! The driver: does what we owe the provider, outside of every transaction, and writes down what came of it.
//!
//! It works on rows, not on requests, so it is also the completer: what a crash left behind is a row that is due.

use std::sync::Arc;
use std::time::Duration;

use ticketing_bus::Core;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::kill_point;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::Signal;
use ticketing_platform::telemetry::{Description, Span, SpanKind, TraceContext};
use ticketing_sdk::{OrderStatus, PaymentId, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::{Pace, Step};
use crate::followers::Followers;
use crate::provider::{Charge, Provider, ProviderError};
use crate::store::{self, PaymentRow, Reached};

/// Calls of the provider that are out at a time.
const CONCURRENCY: usize = 64;
/// How often the driver looks even when nothing rings: another replica may have left something behind.
const POLL: Duration = Duration::from_secs(5);
/// The shortest pause between two looks.
const SOONEST: Duration = Duration::from_millis(5);
/// The pause after the database failed.
const PAUSE: Duration = Duration::from_millis(500);

/// How often the provider is asked whether the owner of a card has confirmed it. Its notice, or the client, is quicker.
const OWNER_PAUSE: Duration = Duration::from_secs(5);
/// For how long a provider that asks for it is left alone at most.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// Does the steps that are due. Clones share the work.
#[derive(Clone, Debug)]
pub(crate) struct Driver {
    core: Core,
    provider: Arc<dyn Provider>,
    pace: Pace,
    /// The machine's time: pauses between calls are real, whatever the marketplace's clock says.
    wall: Clock,
    due: Signal,
    followers: Followers,
    permits: Arc<Semaphore>,
}

impl Driver {
    pub(crate) fn new(core: Core, provider: Arc<dyn Provider>, pace: Pace, followers: Followers) -> Self {
        Self {
            core,
            provider,
            pace,
            wall: Clock::system(),
            due: Signal::default(),
            followers,
            permits: Arc::new(Semaphore::new(CONCURRENCY)),
        }
    }

    /// The machine's time, at which a step becomes due.
    pub(crate) fn wall_now(&self) -> Timestamp {
        self.wall.now()
    }

    /// Looks for due steps as soon as this transaction is committed.
    pub(crate) fn wake_after(&self, tx: &mut Tx<'_>) {
        tx.notify_on_commit(&self.due);
    }

    /// Does what is due, until shutdown; then waits for no call: what is unsettled is settled by the next start.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        self.core.db.share_signal("payments", &self.due);
        if !self.core.db.is_shared() {
            tokio::select! {
                () = self.release_all() => {}
                () = shutdown.triggered() => return,
            }
        }
        let mut due = self.due.listen();
        while !shutdown.is_triggered() {
            // Seen through once it is begun: a claim that nobody here knows of is given back by nobody.
            let until = match self.begin_due(&shutdown).await {
                Ok(true) => continue,
                Ok(false) => self.next_look().await,
                Err(error) => {
                    tracing::warn!(%error, "due payments could not be read; trying again");
                    self.wall.now() + PAUSE
                }
            };
            tokio::select! {
                () = due.notified() => {}
                () = self.wall.sleep_until(until) => {}
                () = shutdown.triggered() => {}
            }
        }
    }

    /// Takes up what an earlier run has left. Another replica's claims are left alone: they run out.
    async fn release_all(&self) {
        let now = self.wall.now();
        while let Err(error) = self.core.db.write(move |tx| store::release_all(tx, now)).await {
            tracing::warn!(%error, "the steps left by an earlier run could not be taken up; trying again");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Claims what is due and sets it going; whether there was anything.
    async fn begin_due(&self, shutdown: &Shutdown) -> Result<bool, DbError> {
        let now = self.wall.now();
        if self.core.db.read(move |tx| store::next_due(tx, now)).await?.is_none_or(|next| next > now) {
            return Ok(false);
        }
        let first = tokio::select! {
            permit = self.permits.clone().acquire_owned() => permit,
            () = shutdown.triggered() => return Ok(false),
        };
        let Ok(first) = first else { return Ok(false) };
        let mut permits = vec![first];
        while let Ok(permit) = self.permits.clone().try_acquire_owned() {
            permits.push(permit);
        }
        let (now, lease) = (self.wall.now(), self.pace.lease());
        let limit = i64::try_from(permits.len()).unwrap_or(1);
        let claimed = self.core.db.write(move |tx| store::claim_due(tx, now, lease, limit)).await?;
        let any = !claimed.is_empty();
        for (payment, permit) in claimed.into_iter().zip(permits) {
            let (driver, claimed) = (self.clone(), (payment.id.clone(), payment.claimed_until));
            let task = self.clone().step(payment, permit);
            let stop = shutdown.clone();
            shutdown.spawn(async move {
                tokio::select! {
                    () = stop.triggered() => driver.give_back(claimed).await,
                    () = task => {}
                }
            });
        }
        Ok(any)
    }

    /// Lets another replica take up at once what this one will not finish. Should the provider be doing it, it is asked
    /// for again under the same key.
    async fn give_back(&self, (id, claimed_until): (PaymentId, Option<Timestamp>)) {
        if !self.core.db.is_shared() {
            return;
        }
        let driver = self.clone();
        let given = self.core.db.write_read_committed(move |tx| {
            driver.wake_after(tx);
            store::give_back(tx, &id, claimed_until)
        });
        if let Err(error) = given.await {
            tracing::debug!(%error, "a claim was not given back; it runs out");
        }
    }

    async fn next_look(&self) -> Timestamp {
        let now = self.wall.now();
        let poll = now + POLL;
        // A step that is due and still belongs to someone must not make this a busy wait.
        let soonest = now + SOONEST;
        let next = self.core.db.read(move |tx| store::next_due(tx, now)).await;
        next.ok().flatten().map_or(poll, |next| next.clamp(soonest, poll))
    }

    /// Asks the provider for one step and writes down what came of it.
    async fn step(self, payment: PaymentRow, permit: OwnedSemaphorePermit) {
        let Some(step) = payment.next_step else { return };
        let span = self.span(&payment, step);
        let context = span.context().clone();
        let settled = async {
            let reached = self.ask(&payment, step, span).await;
            kill_point("before-settle");
            self.settle(payment, step, reached).await;
        };
        context.follow(settled).await;
        drop(permit);
    }

    /// The call of the provider, as a part of what has made it due.
    fn span(&self, payment: &PaymentRow, step: Step) -> Span {
        let cause = TraceContext::remote(payment.trace.as_deref());
        Span::begin(SpanKind::Client, &cause, || Description {
            name: format!("provider {}", step.as_str()).into(),
            attributes: vec![
                ("ticketing.service", self.core.db.name().to_owned().into()),
                ("ticketing.payment.id", payment.id.to_string().into()),
                ("ticketing.payment.step", step.as_str().into()),
                ("ticketing.payment.attempt", payment.attempts.into()),
            ],
        })
    }

    /// Writes down the provider's answer. While the database cannot be written the answer is kept here and written again: were it
    /// dropped, the provider would be asked once more, and the outage be counted as a call without an answer.
    async fn settle(&self, payment: PaymentRow, step: Step, reached: Reached) {
        let id = payment.id.clone();
        let mut is_told = false;
        loop {
            let (driver, payment, reached) = (self.clone(), payment.clone(), reached.clone());
            let settled = self.core.db.write(move |tx| {
                driver.wake_after(tx);
                let (now, wall) = (driver.core.clock.now(), driver.wall.now());
                store::settle(tx, &driver.core.outbox, &payment, &reached, now, wall)
            });
            match settled.await {
                Ok(_) => break,
                Err(error) if error.is_outage() => {
                    if !std::mem::replace(&mut is_told, true) {
                        tracing::warn!(payment = %id, step = step.as_str(), %error, "the provider's answer waits to be written");
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => {
                    // The claim runs out, and the step is asked for again under the same key.
                    tracing::error!(payment = %id, step = step.as_str(), %error, "the provider's answer could not be kept");
                    break;
                }
            }
        }
        self.followers.ring(&id);
    }

    /// Whether the order of a payment can still be won; asked only where it makes a difference.
    async fn is_order_open(&self, payment: &PaymentRow) -> bool {
        if !payment.can_confirm {
            return true;
        }
        let (id, now) = (payment.order_id.clone(), self.core.clock.now());
        let order = self.core.db.read(move |tx| store::find_order(tx, &id)).await;
        match order {
            Ok(order) => {
                order.is_some_and(|order| order.status == OrderStatus::Created && now < order.expires_at)
            }
            // The order is looked at again with the next try.
            Err(_) => true,
        }
    }

    async fn ask(&self, payment: &PaymentRow, step: Step, span: Span) -> Reached {
        let open = step == Step::Authorize && self.is_order_open(payment).await;
        let call = tokio::time::timeout(self.pace.call_timeout, call(&*self.provider, payment, step, open));
        let late = || Err(ProviderError::Unknown("no answer in time".to_owned()));
        let answer = call.await.unwrap_or_else(|_| late());
        let outcome = match &answer {
            Ok(_) => "done",
            Err(ProviderError::Declined { .. }) => "declined",
            Err(ProviderError::NeedsOwner { .. }) => "needs-owner",
            Err(ProviderError::Unavailable(_)) => "unavailable",
            Err(ProviderError::Busy { .. }) => "busy",
            Err(ProviderError::Unknown(_)) => "unknown",
            Err(ProviderError::Rejected(_)) => "rejected",
        };
        metrics::counter!("provider_calls_total", "step" => step.as_str(), "outcome" => outcome).increment(1);
        span.set("ticketing.payment.outcome", outcome);
        match (answer, step) {
            (Ok(stripe_id), _) => Reached::Done { stripe_id },
            (Err(ProviderError::Declined { code, message }), Step::Authorize | Step::Capture) => {
                Reached::Refused { code, message }
            }
            (Err(ProviderError::NeedsOwner { stripe_id, client_secret }), _) => {
                Reached::NeedsOwner { stripe_id, client_secret, pause: OWNER_PAUSE }
            }
            // Money that must go back is asked for until it is back.
            (Err(error), _) => {
                let (id, attempts) = (&payment.id, payment.attempts);
                tracing::warn!(payment = %id, step = step.as_str(), attempts, %error, "not settled; trying again");
                span.fail(error.to_string());
                let pause = self.pace.backoff(attempts);
                let (pause, reached) = match error {
                    ProviderError::Busy { after } => (pause.max(after.min(LONGEST_REST)), false),
                    ProviderError::Unavailable(_) => (pause, false),
                    _ => (pause, true),
                };
                Reached::Unanswered { pause, reached }
            }
        }
    }
}

/// One call of the provider, under the key that was committed with the payment. Answers the charge's name.
async fn call(
    provider: &dyn Provider,
    payment: &PaymentRow,
    step: Step,
    order_is_open: bool,
) -> Result<String, ProviderError> {
    let key = payment.step_key(step);
    if step == Step::Authorize {
        return provider
            .authorize(&key, &payment.authorization(order_is_open))
            .await
            .map(|hold| hold.stripe_id);
    }
    let Some(stripe_id) = payment.stripe_id.clone() else {
        return Err(ProviderError::Rejected("the payment was never authorised".to_owned()));
    };
    let charge = Charge { stripe_id: stripe_id.clone(), amount: payment.amount };
    match step {
        Step::Authorize | Step::Capture => provider.capture(&key, &charge).await?,
        Step::Void => provider.void(&key, &charge).await?,
        Step::Refund => provider.refund(&key, &charge).await?,
    }
    Ok(stripe_id)
}
