//! A thread with a connection, which takes units of work from the queue and runs each one to its end.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use postgres::error::SqlState;
use tokio::sync::mpsc;

use crate::db::engine::job::Job;
use crate::db::engine::{Counters, Isolation, Queued, next_unit};
use crate::db::postgres::{
    CommitError, ConnectError, Connection, Notifier, PostgresTransaction, RetryReason, Role, Target,
    is_connection_lost, map_error,
};
use crate::db::tx::Mode;
use crate::db::{DbError, Tx};
use crate::error_chain::error_chain;
use crate::signal::Signal;
use crate::telemetry::LogThrottle;

/// How often a unit is run again after conflicts.
const MAX_CONFLICTS: u32 = 40;
/// How often a unit is run again after lost connections. A connection that is refused or read-only counts twice.
const MAX_LOSSES: u32 = 3;
/// The longest pause between two runs, in milliseconds.
const MAX_PAUSE_MILLIS: u64 = 50;

pub(super) struct Worker {
    target: Target,
    role: Role,
    counters: Arc<Counters>,
    notifier: Arc<Notifier>,
    connection: Option<Connection>,
}

/// The outcome of one run of a unit.
enum RunOutcome {
    /// It is committed, and has notified these signals.
    Committed(Vec<Signal>),
    /// It failed or only read, and changed nothing.
    RolledBack,
    /// A part that failed left changes behind: the unit must be run again with savepoints.
    NeedsSavepoints,
    /// The unit must be run again.
    Retry(RetryReason),
    /// All connection slots of the server are in use.
    NoConnectionSlot(String),
    /// The server cannot be reached.
    Unreachable(String),
    /// The server refused the connection or the commit.
    Refused(DbError),
    /// The connection was lost during the commit.
    Uncertain(String),
}

impl Worker {
    pub(super) fn new(target: Target, role: Role, counters: Arc<Counters>, notifier: Arc<Notifier>) -> Self {
        Self { target, role, counters, notifier, connection: None }
    }

    /// Runs units until the queue is closed and empty.
    pub(super) fn run(mut self, queue: &Mutex<mpsc::Receiver<Queued>>) {
        while let Some(Queued { mut job, isolation }) = next_unit(queue) {
            match self.run_to_end(&mut *job, isolation) {
                Ok(signals) => {
                    // After the commit, so that a listener finds the changes.
                    signals.iter().for_each(Signal::notify);
                    job.reply(Ok(()));
                    self.notifier.forward(&signals);
                }
                Err(error) => {
                    job.discard_outcome();
                    job.reply(Err(error));
                }
            }
            if isolation == Isolation::Snapshot
                && let Some(connection) = &mut self.connection
            {
                // After the reply, because the caller of a read does not wait for the end of the transaction.
                connection.roll_back();
            }
        }
    }

    /// Runs a unit until it is committed, rolled back or given up. Returns the signals that it notifies.
    fn run_to_end(&mut self, job: &mut dyn Job, isolation: Isolation) -> Result<Vec<Signal>, DbError> {
        let (mut mode, mut conflicts, mut losses) = (Mode::Optimistic, 0, 0);
        loop {
            let outcome = match self.connection() {
                Ok(connection) => run(connection, job, isolation, mode),
                Err(error) => not_connected(&error),
            };
            match outcome {
                RunOutcome::Committed(signals) => {
                    self.counters.count_commit(1);
                    return Ok(signals);
                }
                RunOutcome::RolledBack => return Ok(Vec::new()),
                RunOutcome::NeedsSavepoints => mode = Mode::WithSavepoints,
                RunOutcome::Refused(error) => return Err(error),
                RunOutcome::Uncertain(reason) => {
                    self.connection = None;
                    tracing::error!(database = %self.target, error = reason, "commit outcome unknown: connection lost");
                    return Err(DbError::Uncertain(reason));
                }
                RunOutcome::Retry(RetryReason::Conflict(reason)) => {
                    self.back_off("conflict", &reason, &mut conflicts)?;
                }
                RunOutcome::NoConnectionSlot(reason) => self.back_off("starved", &reason, &mut conflicts)?,
                RunOutcome::Unreachable(reason) => {
                    // Each attempt may last as long as the connect timeout.
                    losses += 2;
                    if losses > MAX_LOSSES {
                        return Err(DbError::Unavailable(reason));
                    }
                    pause(MAX_CONFLICTS);
                }
                RunOutcome::Retry(RetryReason::ReadOnly(reason)) => {
                    // After a failover this connection may lead to a standby.
                    self.connection = None;
                    losses += 2;
                    if losses > MAX_LOSSES {
                        return Err(DbError::Unavailable(reason));
                    }
                    static READ_ONLY: LogThrottle = LogThrottle::new();
                    if let Some(times) = READ_ONLY.count() {
                        let database = &self.target;
                        tracing::warn!(%database, error = reason, times, "connection is read-only; reconnecting");
                    }
                    self.counters.count_retry("read_only");
                }
                RunOutcome::Retry(RetryReason::Deferred(error)) => match mode {
                    // With savepoints no statement is deferred, so the failure is returned to the unit.
                    Mode::Optimistic => mode = Mode::WithSavepoints,
                    Mode::WithSavepoints => return Err(error),
                },
                RunOutcome::Retry(RetryReason::StaleStatement) => {
                    losses += 1;
                    self.counters.count_retry("stale");
                    if losses > MAX_LOSSES {
                        return Err(DbError::Unavailable(
                            "prepared statements keep becoming invalid".to_owned(),
                        ));
                    }
                    if let Some(connection) = &mut self.connection {
                        connection.clear_statements();
                    }
                }
                RunOutcome::Retry(RetryReason::ConnectionLost(reason)) => {
                    self.connection = None;
                    losses += 1;
                    if losses > MAX_LOSSES {
                        return Err(DbError::Unavailable(reason));
                    }
                    self.counters.count_retry("lost");
                    pause(losses);
                }
            }
        }
    }

    /// Counts a conflict, and pauses before the next run.
    ///
    /// # Errors
    /// [`DbError::Busy`] after too many conflicts.
    fn back_off(&self, kind: &'static str, reason: &str, conflicts: &mut u32) -> Result<(), DbError> {
        *conflicts += 1;
        self.counters.count_retry(kind);
        if *conflicts > MAX_CONFLICTS {
            static GIVEN_UP: LogThrottle = LogThrottle::new();
            if let Some(times) = GIVEN_UP.count() {
                tracing::warn!(database = %self.target, error = reason, times, "unit of work given up after conflicts");
            }
            return Err(DbError::Busy);
        }
        pause(*conflicts);
        Ok(())
    }

    fn connection(&mut self) -> Result<&mut Connection, ConnectError> {
        if self.connection.as_mut().is_some_and(Connection::is_closed) {
            self.connection = None;
        }
        match &mut self.connection {
            Some(connection) => Ok(connection),
            none => Ok(none.insert(Connection::open(&self.target, self.role)?)),
        }
    }
}

/// Classifies a failed connection attempt. The unit was not run.
fn not_connected(error: &ConnectError) -> RunOutcome {
    let error = match error {
        ConnectError::NoRuntime(error) => return RunOutcome::Unreachable(error.to_string()),
        ConnectError::Failed(error) => error,
    };
    let text = error_chain(error);
    match error.code() {
        Some(code) if *code == SqlState::TOO_MANY_CONNECTIONS => RunOutcome::NoConnectionSlot(text),
        Some(_) if !is_connection_lost(error) => RunOutcome::Refused(DbError::Unavailable(text)),
        _ => RunOutcome::Unreachable(text),
    }
}

/// Runs a unit once.
fn run(connection: &mut Connection, job: &mut dyn Job, isolation: Isolation, mode: Mode) -> RunOutcome {
    let begin = match isolation {
        Isolation::Serializable | Isolation::Snapshot => "BEGIN",
        Isolation::ReadCommitted => "BEGIN ISOLATION LEVEL READ COMMITTED",
    };
    connection.begin(begin);
    let before = connection.changes;
    let mut tx = Tx::new(PostgresTransaction::new(connection).into(), mode);
    let succeeded = job.run(&mut tx);
    let needs_rerun = tx.needs_rerun();
    let signals = tx.into_signals();
    if let Some(reason) = connection.retry_reason.take() {
        connection.roll_back();
        return RunOutcome::Retry(reason);
    }
    if isolation == Isolation::Snapshot && !needs_rerun {
        return RunOutcome::RolledBack;
    }
    if needs_rerun || !succeeded {
        connection.roll_back();
        return if needs_rerun { RunOutcome::NeedsSavepoints } else { RunOutcome::RolledBack };
    }
    if connection.is_aborted {
        // PostgreSQL answers the commit of an aborted transaction with a rollback, and no error.
        connection.roll_back();
        return RunOutcome::Refused(DbError::Statement(
            "the unit ignored the failure of a statement".to_owned(),
        ));
    }
    let has_changed = connection.changes != before;
    match connection.commit() {
        Ok(()) => RunOutcome::Committed(signals),
        Err(CommitError::Deferred(error)) => RunOutcome::Retry(
            RetryReason::from_error(&error).unwrap_or_else(|| RetryReason::Deferred(map_error(&error))),
        ),
        Err(CommitError::Commit(error)) => match RetryReason::from_error(&error) {
            Some(RetryReason::ConnectionLost(reason)) if has_changed => RunOutcome::Uncertain(reason),
            Some(reason) => RunOutcome::Retry(reason),
            None => RunOutcome::Refused(map_error(&error)),
        },
    }
}

/// Pauses for a random time that grows with the attempts, so that conflicting units do not meet again.
fn pause(attempts: u32) {
    let longest = (1_u64 << attempts.min(6)).min(MAX_PAUSE_MILLIS) * 1000;
    let mut bytes = [0_u8; 8];
    // Without randomness the pause is 0.
    let _no_harm = getrandom::fill(&mut bytes);
    std::thread::park_timeout(Duration::from_micros(u64::from_le_bytes(bytes) % longest));
}
