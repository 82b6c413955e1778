//! A thread with a connection, which takes units of work from the queue and runs each one to its end.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::db::engine::job::Job;
use crate::db::engine::{Counters, Isolation, QueuedUnit, next_unit};
use crate::db::postgres::{Connection, Notifier, Role, RunError, Target};
use crate::db::tx::{DbTransaction, Mode};
use crate::db::{DbError, Tx};
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

impl Worker {
    pub(super) fn new(target: Target, role: Role, counters: Arc<Counters>, notifier: Arc<Notifier>) -> Self {
        Self { target, role, counters, notifier, connection: None }
    }

    /// Runs units until the queue is closed and empty.
    pub(super) fn run(mut self, queue: &Mutex<mpsc::Receiver<QueuedUnit>>) {
        while let Some(QueuedUnit { mut job, isolation }) = next_unit(queue) {
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
            let error = match self.connection().and_then(|connection| run(connection, job, isolation, mode)) {
                Ok(Some(signals)) => {
                    self.counters.count_commit(1);
                    return Ok(signals);
                }
                Ok(None) => return Ok(Vec::new()),
                Err(error) => error,
            };
            match error {
                RunError::NeedsSavepoints => mode = Mode::WithSavepoints,
                RunError::Deferred(error) => match mode {
                    // With savepoints no statement is deferred, so the failure is returned to the unit.
                    Mode::Optimistic => mode = Mode::WithSavepoints,
                    Mode::WithSavepoints => return Err(error),
                },
                RunError::Conflict(reason) => self.back_off("conflict", &reason, &mut conflicts)?,
                RunError::NoConnectionSlot(reason) => self.back_off("starved", &reason, &mut conflicts)?,
                RunError::Unreachable(reason) => {
                    // Each attempt may last as long as the connect timeout.
                    count_losses(&mut losses, 2, &reason)?;
                    pause(MAX_CONFLICTS);
                }
                RunError::ReadOnly(reason) => {
                    // After a failover this connection may lead to a standby.
                    self.connection = None;
                    count_losses(&mut losses, 2, &reason)?;
                    static READ_ONLY: LogThrottle = LogThrottle::new();
                    if let Some(times) = READ_ONLY.count() {
                        let database = &self.target;
                        tracing::warn!(%database, error = reason, times, "connection is read-only; reconnecting");
                    }
                    self.counters.count_retry("read_only");
                }
                RunError::StaleStatement => {
                    self.counters.count_retry("stale");
                    count_losses(&mut losses, 1, "prepared statements keep becoming invalid")?;
                    if let Some(connection) = &mut self.connection {
                        connection.clear_statements();
                    }
                }
                RunError::ConnectionLost(reason) => {
                    self.connection = None;
                    count_losses(&mut losses, 1, &reason)?;
                    self.counters.count_retry("lost");
                    pause(losses);
                }
                RunError::Final(error) => {
                    if let DbError::Uncertain(reason) = &error {
                        self.connection = None;
                        tracing::error!(database = %self.target, error = reason, "commit outcome unknown: connection lost");
                    }
                    return Err(error);
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

    fn connection(&mut self) -> Result<&mut Connection, RunError> {
        if self.connection.as_mut().is_some_and(Connection::is_closed) {
            self.connection = None;
        }
        match &mut self.connection {
            Some(connection) => Ok(connection),
            none => Ok(none.insert(Connection::open(&self.target, self.role)?)),
        }
    }
}

/// Counts lost connections.
///
/// # Errors
/// [`DbError::Unavailable`] with this reason after too many of them.
fn count_losses(losses: &mut u32, added: u32, reason: &str) -> Result<(), DbError> {
    *losses += added;
    if *losses > MAX_LOSSES { Err(DbError::Unavailable(reason.to_owned())) } else { Ok(()) }
}

/// Runs a unit once. Returns the signals that it notifies, or `None` if it failed or only read, and so changed nothing.
fn run(
    connection: &mut Connection,
    job: &mut dyn Job,
    isolation: Isolation,
    mode: Mode,
) -> Result<Option<Vec<Signal>>, RunError> {
    let begin = match isolation {
        Isolation::Serializable | Isolation::Snapshot => "BEGIN",
        Isolation::ReadCommitted => "BEGIN ISOLATION LEVEL READ COMMITTED",
    };
    connection.begin(begin);
    let mut tx = Tx::new(DbTransaction::Postgres(&mut *connection), mode);
    let succeeded = job.run(&mut tx);
    let needs_rerun = tx.needs_rerun();
    let signals = tx.into_signals();
    if let Some(error) = connection.run_error.take() {
        connection.roll_back();
        return Err(error);
    }
    if isolation == Isolation::Snapshot && !needs_rerun {
        return Ok(None);
    }
    if needs_rerun || !succeeded {
        connection.roll_back();
        return if needs_rerun { Err(RunError::NeedsSavepoints) } else { Ok(None) };
    }
    if connection.is_aborted() {
        // PostgreSQL answers the commit of an aborted transaction with a rollback, and no error.
        connection.roll_back();
        return Err(RunError::Final(DbError::Statement(
            "the unit ignored the failure of a statement".to_owned(),
        )));
    }
    connection.commit().map(|()| Some(signals))
}

/// Pauses for a random time that grows with the attempts, so that conflicting units do not meet again.
fn pause(attempts: u32) {
    let longest = (1_u64 << attempts.min(6)).min(MAX_PAUSE_MILLIS) * 1000;
    // Without randomness the pause is 0.
    let random = getrandom::u64().unwrap_or_default();
    std::thread::park_timeout(Duration::from_micros(random % longest));
}
