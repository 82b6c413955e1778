//! The payment worker: executes due steps at the provider, outside of any transaction, and stores their outcomes.
//!
//! It processes rows, not requests. After a crash the unfinished steps are rows that are due.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use ticketing_bus::ServiceCore;
use ticketing_platform::backoff::Backoff;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::kill_point;
use ticketing_platform::outage::WriterOutage;
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::Signal;
use ticketing_platform::telemetry::{Description, LogThrottles, Span, SpanKind, TraceContext};
use ticketing_sdk::{OrderStatus, PaymentId, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::{PaymentStep, PaymentTimeouts};
use crate::provider::{Charge, Provider, ProviderError, request_ids};
use crate::store::{self, PaymentPublisher, PaymentRow, ProviderCallRecord, ProviderOutcome};
use crate::subscriptions::PaymentSubscriptions;

/// An outage of the provider is one condition, however many payments meet it.
static CALL_FAILURES: LazyLock<LogThrottles> = LazyLock::new(LogThrottles::default);

/// The number of concurrent provider calls.
const CONCURRENCY: usize = 64;
/// How often the worker polls without a notification: another replica can have left due steps.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// The shortest pause between two polls.
const MIN_POLL_INTERVAL: Duration = Duration::from_millis(5);
/// The pause after a failure of the database that is no outage.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// The interval at which the worker polls whether the cardholder has confirmed. Its webhook event usually arrives earlier.
const CONFIRMATION_POLL_INTERVAL: Duration = Duration::from_secs(5);
/// The longest pause that a rate-limiting provider can impose.
const MAX_BUSY_PAUSE: Duration = Duration::from_secs(60);

/// Executes the steps that are due. Clones share the work.
#[derive(Clone, Debug)]
pub(crate) struct PaymentWorker {
    core: ServiceCore,
    provider: Arc<dyn Provider>,
    timeouts: PaymentTimeouts,
    /// The system clock: pauses between calls use real time, not the clock of the marketplace.
    wall: Clock,
    due: Signal,
    subscriptions: PaymentSubscriptions,
    permits: Arc<Semaphore>,
    outage: WriterOutage,
}

impl PaymentWorker {
    pub(crate) fn new(
        core: ServiceCore,
        provider: Arc<dyn Provider>,
        timeouts: PaymentTimeouts,
        subscriptions: PaymentSubscriptions,
    ) -> Self {
        Self {
            core,
            provider,
            timeouts,
            wall: Clock::system(),
            due: Signal::default(),
            subscriptions,
            permits: Arc::new(Semaphore::new(CONCURRENCY)),
            outage: WriterOutage::new("payment worker"),
        }
    }

    /// Returns the system time, by which steps become due.
    pub(crate) fn wall_now(&self) -> Timestamp {
        self.wall.now()
    }

    /// Wakes the worker when this transaction is committed.
    pub(crate) fn wake_on_commit(&self, tx: &mut Tx<'_>) {
        tx.notify_on_commit(&self.due);
    }

    /// Returns what a transition of a payment needs.
    pub(crate) fn publisher(&self) -> PaymentPublisher<'_> {
        PaymentPublisher { outbox: &self.core.outbox, now: self.core.clock.now(), wall: self.wall.now() }
    }

    /// Executes due steps until shutdown. It then waits for no call; the next start continues unfinished steps.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        self.core.db.share_signal("payments", &self.due);
        if !self.core.db.is_shared() {
            let Some(()) = shutdown.run_until_triggered(self.release_all_claims()).await else { return };
        }
        let mut due = self.due.listen();
        while !shutdown.is_triggered() {
            // Not cancelled once started: an unknown claim would never be released.
            let until = match self.start_due_steps(&shutdown).await {
                Ok(true) => continue,
                Ok(false) => {
                    self.outage.succeed();
                    self.next_poll_time().await
                }
                Err(error) if error.is_outage() => self.wall.now() + self.outage.fail(&error),
                Err(error) => {
                    tracing::warn!(%error, "reading due payments failed; retrying");
                    self.wall.now() + RETRY_PAUSE
                }
            };
            tokio::select! {
                () = due.notified() => {}
                () = self.wall.sleep_until(until) => {}
                () = shutdown.triggered() => {}
            }
        }
    }

    /// Releases the claims of an earlier run. Claims of other replicas expire by themselves.
    async fn release_all_claims(&self) {
        let now = self.wall.now();
        while let Err(error) = self.core.db.write(move |tx| store::release_all_claims(tx, now)).await {
            tracing::warn!(%error, "releasing the claims of an earlier run failed; retrying");
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    }

    /// Claims the due steps and starts them; returns whether there was one.
    async fn start_due_steps(&self, shutdown: &Shutdown) -> Result<bool, DbError> {
        let now = self.wall.now();
        if self.core.db.read(move |tx| store::next_due(tx, now)).await?.is_none_or(|next| next > now) {
            return Ok(false);
        }
        let first = shutdown.run_until_triggered(self.permits.clone().acquire_owned()).await;
        let Some(Ok(first)) = first else { return Ok(false) };
        let mut permits = vec![first];
        while let Ok(permit) = self.permits.clone().try_acquire_owned() {
            permits.push(permit);
        }
        let (now, lease) = (self.wall.now(), self.timeouts.lease());
        let limit = i64::try_from(permits.len()).unwrap_or(1);
        let claimed = self.core.db.write(move |tx| store::claim_due(tx, now, lease, limit)).await?;
        let any = !claimed.is_empty();
        for (payment, permit) in claimed.into_iter().zip(permits) {
            let (worker, claimed) = (self.clone(), (payment.id.clone(), payment.claimed_until));
            let task = self.clone().run_step(payment, permit);
            let stop = shutdown.clone();
            shutdown.spawn(async move {
                tokio::select! {
                    () = stop.triggered() => worker.release_claim(claimed).await,
                    () = task => {}
                }
            });
        }
        Ok(any)
    }

    /// Releases the claim of a step that this replica will not finish, so that another one continues at once. If the
    /// call has reached the provider, it is retried with the same key.
    async fn release_claim(&self, (id, claimed_until): (PaymentId, Option<Timestamp>)) {
        if !self.core.db.is_shared() {
            return;
        }
        let worker = self.clone();
        let released = self.core.db.write_read_committed(move |tx| {
            worker.wake_on_commit(tx);
            store::release_claim(tx, &id, claimed_until)
        });
        if let Err(error) = released.await {
            tracing::debug!(%error, "releasing a claim failed; it expires");
        }
    }

    async fn next_poll_time(&self) -> Timestamp {
        let now = self.wall.now();
        let poll = now + POLL_INTERVAL;
        // A due step with an unexpired claim must not cause a busy loop.
        let soonest = now + MIN_POLL_INTERVAL;
        let next = self.core.db.read(move |tx| store::next_due(tx, now)).await;
        next.ok().flatten().map_or(poll, |next| next.clamp(soonest, poll))
    }

    /// Executes one step at the provider and stores the outcome.
    async fn run_step(self, payment: PaymentRow, permit: OwnedSemaphorePermit) {
        let Some(step) = payment.next_step else { return };
        let span = self.span(&payment, step);
        let context = span.context().clone();
        let settled = async {
            let (outcome, call) = self.call_provider(&payment, step, span).await;
            kill_point("before-settle");
            self.record_outcome(payment, call, outcome).await;
        };
        context.follow(settled).await;
        drop(permit);
    }

    /// Starts the span of the provider call, as a child of the operation that made the step due.
    fn span(&self, payment: &PaymentRow, step: PaymentStep) -> Span {
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

    /// Stores the outcome of a provider call. During an outage of the database the outcome is kept and stored later: if
    /// it were dropped, the provider would be called again, and the outage would count as a call without a response.
    async fn record_outcome(&self, payment: PaymentRow, call: ProviderCallRecord, outcome: ProviderOutcome) {
        let (id, step) = (payment.id.clone(), call.step);
        loop {
            let (worker, payment, call, outcome) =
                (self.clone(), payment.clone(), call.clone(), outcome.clone());
            let settled = self.core.db.write(move |tx| {
                worker.wake_on_commit(tx);
                store::record_call(tx, &call)?;
                store::record_outcome(tx, &worker.publisher(), &payment, &outcome)
            });
            match settled.await {
                Ok(_) => break,
                Err(error) if error.is_outage() => {
                    let pause = self.outage.fail(&error);
                    tracing::debug!(payment = %id, step = step.as_str(), ?pause, "storing the provider outcome is delayed by an outage");
                    tokio::time::sleep(pause).await;
                }
                Err(error) => {
                    // The claim expires, and the step is retried with the same key.
                    tracing::error!(payment = %id, step = step.as_str(), %error, "storing the provider outcome failed; the step is retried");
                    break;
                }
            }
        }
        self.subscriptions.notify(&id);
    }

    /// Returns whether the order can still be paid; reads it only if the client can confirm a card.
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
            // The next attempt reads the order again.
            Err(_) => true,
        }
    }

    async fn call_provider(
        &self,
        payment: &PaymentRow,
        step: PaymentStep,
        span: Span,
    ) -> (ProviderOutcome, ProviderCallRecord) {
        let open = step == PaymentStep::Authorize && self.is_order_open(payment).await;
        let started_at = self.core.clock.now();
        let call = call_provider(&*self.provider, payment, step, open);
        let call = tokio::time::timeout(self.timeouts.call_timeout, call);
        let timed_out = || Err(ProviderError::Unknown("the call timed out".to_owned()));
        let (result, request_ids) = request_ids::collect(call).await;
        let result = result.unwrap_or_else(|_| timed_out());
        let outcome = result.as_ref().map_or_else(<&str>::from, |_| "done");
        metrics::counter!("provider_calls_total", "step" => step.as_str(), "outcome" => outcome).increment(1);
        span.set("ticketing.payment.outcome", outcome);
        let message = match &result {
            Err(ProviderError::Declined(decline)) => Some(decline.message.clone()),
            _ => None,
        };
        let record = ProviderCallRecord {
            payment_id: payment.id.clone(),
            step,
            attempt: payment.attempts,
            started_at,
            ended_at: self.core.clock.now(),
            outcome,
            request_ids,
            message,
        };
        let outcome = match (result, step) {
            (Ok(stripe_id), _) => ProviderOutcome::Done { stripe_id },
            (Err(ProviderError::Declined(decline)), PaymentStep::Authorize | PaymentStep::Capture) => {
                ProviderOutcome::Refused(decline)
            }
            (Err(ProviderError::NeedsConfirmation { stripe_id, client_secret }), _) => {
                ProviderOutcome::NeedsConfirmation {
                    stripe_id,
                    client_secret,
                    pause: CONFIRMATION_POLL_INTERVAL,
                }
            }
            // A void or refund is retried until it succeeds.
            (Err(error), _) => {
                let (id, attempts) = (&payment.id, payment.attempts);
                if let Some(times) = CALL_FAILURES.count(&error.to_string()) {
                    let step = step.as_str();
                    tracing::warn!(payment = %id, step, attempts, %error, times, "provider call failed; retrying");
                }
                span.fail(error.to_string());
                let backoff = Backoff::new(self.timeouts.first_retry, self.timeouts.longest_retry);
                let pause = backoff.delay(u32::try_from(attempts).unwrap_or(u32::MAX));
                let (pause, reached) = match error {
                    ProviderError::Busy { after } => (pause.max(after.min(MAX_BUSY_PAUSE)), false),
                    ProviderError::Unavailable(_) => (pause, false),
                    _ => (pause, true),
                };
                ProviderOutcome::Unknown { pause, reached }
            }
        };
        (outcome, record)
    }
}

/// Calls the provider for a step, with the key that was committed with the payment. Returns the id of the charge.
///
/// # Errors
/// The error of the provider.
pub async fn call_provider(
    provider: &dyn Provider,
    payment: &PaymentRow,
    step: PaymentStep,
    order_is_open: bool,
) -> Result<String, ProviderError> {
    let key = payment.step_key(step);
    if step == PaymentStep::Authorize {
        return provider.authorize(&key, &payment.authorize_request(order_is_open)).await;
    }
    let Some(stripe_id) = payment.stripe_id.clone() else {
        return Err(ProviderError::Rejected("the payment was never authorized".to_owned()));
    };
    let charge = Charge { stripe_id: stripe_id.clone(), amount: payment.amount };
    match step {
        PaymentStep::Authorize | PaymentStep::Capture => provider.capture(&key, &charge).await?,
        PaymentStep::Void => provider.void(&key, &charge).await?,
        PaymentStep::Refund => provider.refund(&key, &charge).await?,
    }
    Ok(stripe_id)
}
