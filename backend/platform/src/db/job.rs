//! A unit of work on its way through the threads of a database, whichever that is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{DbError, Tx};
use crate::telemetry::TraceContext;

/// How long a unit waits for room in a full queue.
const PATIENCE: Duration = Duration::from_secs(1);

/// A unit of work on its way through a database thread.
pub(super) trait Job: Send {
    /// Runs the unit; says whether it wants to be committed.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Forgets how the last run ended: that one does not count.
    fn forget(&mut self);
    /// Sends the answer, now that the transaction was committed or not.
    fn finish(self: Box<Self>, committed: Result<(), DbError>);
}

struct Unit<T, E, F> {
    unit: F,
    /// What it belongs to: the threads of a database work for everybody.
    trace: TraceContext,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Unit<T, E, F>
where
    T: Send,
    E: From<DbError> + Send,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let _within = self.trace.enter();
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.unit)(tx)))
            .unwrap_or_else(|panic| Err(DbError::Panicked(panic_text(&*panic)).into()));
        let wanted = outcome.is_ok();
        self.outcome = Some(outcome);
        wanted
    }

    fn forget(&mut self) {
        self.outcome = None;
    }

    fn finish(self: Box<Self>, committed: Result<(), DbError>) {
        let answer = match (self.outcome, committed) {
            (Some(Err(refused)), _) => Err(refused),
            (Some(done), Ok(())) => done,
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(DbError::Unavailable("the unit was not run".to_owned()).into()),
        };
        // The caller may have gone away; the work stands all the same.
        drop(self.reply.send(answer));
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

/// Hands a unit to the threads behind `queue` and waits for its answer.
pub(super) async fn submit<T, E, F, Q>(
    queue: Option<&mpsc::Sender<Q>>,
    unit: F,
    wrap: impl FnOnce(Box<dyn Job>) -> Q,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    let closed = || DbError::Unavailable("the database is closed".to_owned());
    let (reply, answer) = oneshot::channel();
    let job = wrap(Box::new(Unit { unit, trace: TraceContext::current(), outcome: None, reply }));
    let queue = queue.ok_or_else(closed)?;
    if let Err(refused) = queue.try_send(job) {
        match refused {
            mpsc::error::TrySendError::Closed(_) => return Err(closed().into()),
            mpsc::error::TrySendError::Full(job) => {
                queue.send_timeout(job, PATIENCE).await.map_err(|_| DbError::Busy)?;
            }
        }
    }
    answer.await.unwrap_or_else(|_| Err(closed().into()))
}
