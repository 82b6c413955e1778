//! Whether writes succeed: the one place that counts the outages of every writer of a database.
//!
//! A probe writes one small row. A disk that has no room for a new page still takes that row, so the probe alone proves
//! nothing about the writes of requests and workers. Each kind of write is therefore tracked separately: a kind whose last
//! write failed by an outage keeps the service unready until a write of that kind succeeds.

use std::any::TypeId;
use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use super::{DbError, Tx};

/// How long a failed write that is not retried counts. A service that is not ready gets no requests, so a success of the
/// same kind may never come.
const FAILURE_LIFETIME: Duration = Duration::from_secs(10);
/// How long a kind of write that alternately fails and succeeds, as on a disk with room for some rows, must not fail before
/// it counts as healthy.
const FLAPPING_PERIOD: Duration = Duration::from_secs(5);

/// The last outcomes of the writes to one database.
#[derive(Debug, Default)]
pub(super) struct WriteHealth {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The kinds of writes that failed lately. A kind is the closure of the unit of work.
    failures: HashMap<TypeId, Failure>,
    has_probe_failed: bool,
}

/// The failures of one kind of write.
#[derive(Clone, Copy, Debug)]
struct Failure {
    last: Instant,
    /// Whether it has succeeded since.
    is_over: bool,
    /// Whether it has failed again soon after a success. Then one success proves nothing.
    has_relapsed: bool,
}

/// The kind of the probes.
struct Probe;

/// The effect of one run of a unit of work on the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WriteEffect {
    /// It has changed rows.
    Wrote,
    /// It has changed nothing.
    Nothing,
    /// The database could not execute a statement.
    Outage,
}

/// The value or the error of a unit, and the effect of its run.
#[derive(Debug)]
pub(super) struct UnitResult<T> {
    value: T,
    effect: WriteEffect,
}

/// The transaction failed as a whole.
impl<E: From<DbError>> From<DbError> for UnitResult<E> {
    fn from(error: DbError) -> Self {
        let effect = if is_unwritable(&error) { WriteEffect::Outage } else { WriteEffect::Nothing };
        Self { value: error.into(), effect }
    }
}

/// Runs a unit of work and reports what its statements met.
pub(super) fn run_unit<T, E>(
    tx: &mut Tx<'_>,
    unit: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<UnitResult<T>, UnitResult<E>> {
    let outcome = unit(tx);
    let effect = match (tx.has_met_outage(), tx.has_written()) {
        (true, _) => WriteEffect::Outage,
        (false, true) if outcome.is_ok() => WriteEffect::Wrote,
        (false, _) => WriteEffect::Nothing,
    };
    outcome.map(|value| UnitResult { value, effect }).map_err(|value| UnitResult { value, effect })
}

impl WriteHealth {
    /// Records how a write of the kind `F` ended and returns its result.
    pub(super) fn record<F: 'static, T, E>(
        &self,
        outcome: Result<UnitResult<T>, UnitResult<E>>,
    ) -> Result<T, E> {
        let (effect, result) = match outcome {
            Ok(UnitResult { value, effect }) => (effect, Ok(value)),
            Err(UnitResult { value, effect }) => (effect, Err(value)),
        };
        match effect {
            WriteEffect::Wrote => self.state.lock().succeed(TypeId::of::<F>()),
            WriteEffect::Nothing => {}
            WriteEffect::Outage => self.state.lock().fail(TypeId::of::<F>()),
        }
        result
    }

    /// Records how a probe ended. One that succeeds after one that failed has seen the end of an outage.
    pub(super) fn record_probe(&self, outcome: &Result<(), DbError>) {
        let mut state = self.state.lock();
        match outcome {
            Ok(()) if std::mem::take(&mut state.has_probe_failed) => {
                let kinds: Vec<TypeId> = state.failures.keys().copied().collect();
                kinds.into_iter().for_each(|kind| state.succeed(kind));
            }
            Err(error) if is_unwritable(error) => {
                state.has_probe_failed = true;
                state.fail(TypeId::of::<Probe>());
            }
            Ok(()) | Err(_) => {}
        }
    }

    /// Returns whether a kind of write failed lately and has not succeeded since, or alternately fails and succeeds.
    pub(super) fn is_failing(&self) -> bool {
        let mut state = self.state.lock();
        state.failures.retain(|_, failure| failure.last.elapsed() < FAILURE_LIFETIME);
        state.failures.values().any(|failure| !failure.is_over)
    }
}

impl State {
    fn fail(&mut self, kind: TypeId) {
        let last = Instant::now();
        let before = self.failures.get(&kind).filter(|before| before.last.elapsed() < FAILURE_LIFETIME);
        let has_relapsed = before.is_some_and(|before| before.is_over || before.has_relapsed);
        self.failures.insert(kind, Failure { last, is_over: false, has_relapsed });
    }

    fn succeed(&mut self, kind: TypeId) {
        if let Some(failure) = self.failures.get_mut(&kind) {
            failure.is_over |= !failure.has_relapsed || failure.last.elapsed() >= FLAPPING_PERIOD;
        }
    }
}

/// A database with too much to do is reachable and writes.
fn is_unwritable(error: &DbError) -> bool {
    error.is_outage() && !matches!(error, DbError::Busy)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Reserve;
    struct Renew;

    fn outage() -> DbError {
        DbError::Unavailable("could not extend file".to_owned())
    }

    fn record_success<F: 'static>(health: &WriteHealth) {
        let outcome: Result<_, UnitResult<DbError>> =
            Ok(UnitResult { value: (), effect: WriteEffect::Wrote });
        health.record::<F, _, _>(outcome).unwrap();
    }

    fn record_failure<F: 'static>(health: &WriteHealth, error: UnitResult<DbError>) {
        health.record::<F, (), _>(Err(error)).unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn failed_kind_of_write_counts_until_the_same_kind_succeeds() {
        let health = WriteHealth::default();
        record_failure::<Reserve>(&health, UnitResult::from(outage()));
        assert!(health.is_failing());
        record_success::<Renew>(&health);
        health.record_probe(&Ok(()));
        assert!(health.is_failing(), "a small row proves nothing");
        record_success::<Reserve>(&health);
        assert!(!health.is_failing());
    }

    #[tokio::test(start_paused = true)]
    async fn failed_write_that_is_not_repeated_expires() {
        let health = WriteHealth::default();
        record_failure::<Reserve>(&health, UnitResult::from(DbError::Uncertain("lost".to_owned())));
        assert!(health.is_failing());
        tokio::time::advance(FAILURE_LIFETIME).await;
        assert!(!health.is_failing());
    }

    #[tokio::test(start_paused = true)]
    async fn probe_that_sees_an_outage_end_clears_the_failures() {
        let health = WriteHealth::default();
        record_failure::<Reserve>(&health, UnitResult::from(outage()));
        health.record_probe(&Err(outage()));
        assert!(health.is_failing());
        health.record_probe(&Ok(()));
        assert!(!health.is_failing());
    }

    #[tokio::test(start_paused = true)]
    async fn alternating_write_kind_is_failing_until_it_is_quiet() {
        let health = WriteHealth::default();
        let mut seen = Vec::new();
        for second in 0..9 {
            if second % 2 == 0 {
                record_failure::<Reserve>(&health, UnitResult::from(outage()));
            } else {
                record_success::<Reserve>(&health);
            }
            tokio::time::advance(Duration::from_secs(1)).await;
            seen.push(health.is_failing());
        }
        assert_eq!(seen, [true, false, true, true, true, true, true, true, true], "one success is believed");
        tokio::time::advance(FLAPPING_PERIOD).await;
        record_success::<Reserve>(&health);
        assert!(!health.is_failing());
    }

    #[tokio::test(start_paused = true)]
    async fn probes_that_fail_and_succeed_by_turns_prove_nothing() {
        let health = WriteHealth::default();
        for _ in 0..2 {
            health.record_probe(&Err(outage()));
            assert!(health.is_failing());
            tokio::time::advance(Duration::from_secs(1)).await;
            health.record_probe(&Ok(()));
        }
        assert!(health.is_failing());
        tokio::time::advance(FAILURE_LIFETIME).await;
        assert!(!health.is_failing());
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_and_saturation_are_no_outage() {
        let health = WriteHealth::default();
        record_failure::<Reserve>(&health, UnitResult::from(DbError::Busy));
        record_failure::<Reserve>(&health, UnitResult::from(DbError::Statement("wrong".to_owned())));
        assert!(!health.is_failing());
    }
}
