//! A unit of work in the queue of a database thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{Isolation, QueuedUnit};
use crate::db::{DbError, Tx};
use crate::error_chain::panic_text;
use crate::telemetry::TraceContext;

/// How long a unit waits for room in a full queue.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(1);

/// A unit of work that a database thread runs.
pub(super) trait Job: Send {
    /// Runs the unit. Returns whether it succeeded, and so is to be committed.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Discards the outcome of the last run.
    fn discard_outcome(&mut self);
    /// Sends the outcome to the caller. `committed` is the result of the commit.
    fn reply(self: Box<Self>, committed: Result<(), DbError>);
}

struct Unit<T, E, F> {
    unit: F,
    /// The trace of the caller: the threads of a database serve all callers.
    trace: TraceContext,
    outcome: Option<Result<T, E>>,
    sender: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Unit<T, E, F>
where
    T: Send,
    E: From<DbError> + Send,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let _entered = self.trace.enter();
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.unit)(tx)))
            .unwrap_or_else(|panic| Err(DbError::Panicked(panic_text(&*panic).to_owned()).into()));
        let succeeded = outcome.is_ok();
        self.outcome = Some(outcome);
        succeeded
    }

    fn discard_outcome(&mut self) {
        self.outcome = None;
    }

    fn reply(self: Box<Self>, committed: Result<(), DbError>) {
        let reply = match (self.outcome, committed) {
            (Some(Err(error)), _) => Err(error),
            (Some(outcome), Ok(())) => outcome,
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(DbError::Unavailable("the unit was not run".to_owned()).into()),
        };
        // The caller may have been cancelled; the commit is valid without it.
        drop(self.sender.send(reply));
    }
}

/// Queues a unit for the threads that serve `queue`, and waits for its outcome.
pub(super) async fn submit<T, E, F>(
    queue: Option<&mpsc::Sender<QueuedUnit>>,
    unit: F,
    isolation: Isolation,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    let closed = || DbError::Unavailable("the database is closed".to_owned());
    let (sender, reply) = oneshot::channel();
    let job = Box::new(Unit { unit, trace: TraceContext::current(), outcome: None, sender });
    let queue = queue.ok_or_else(closed)?;
    match queue.try_send(QueuedUnit { job, isolation }) {
        Ok(()) => {}
        Err(mpsc::error::TrySendError::Closed(_)) => return Err(closed().into()),
        Err(mpsc::error::TrySendError::Full(queued)) => {
            queue.send_timeout(queued, QUEUE_TIMEOUT).await.map_err(|_| DbError::Busy)?;
        }
    }
    reply.await.unwrap_or_else(|_| Err(closed().into()))
}
