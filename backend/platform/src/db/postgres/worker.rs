//! A thread with a connection: takes units from the queue and sees each of them through.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postgres::error::SqlState;
use tokio::sync::mpsc;

use super::bells::Bells;
use super::client::Unconnected;
use super::connection::{Connection, NotCommitted, Role};
use super::outcome::{Doom, doom_of, is_lost, said};
use super::session::Session;
use super::url::Target;
use super::{Counters, Manner, Queued};
use crate::db::job::Job;
use crate::db::tx::Mode;
use crate::db::{DbError, Tx, chain};
use crate::limits::LogThrottle;
use crate::signal::Signal;

/// How often a unit is run again because others were in its way.
const MOST_CONFLICTS: u32 = 40;
/// How often it is run again because the connection was lost.
const MOST_LOSSES: u32 = 3;
/// The longest pause between two tries, in milliseconds.
const LONGEST_PAUSE: u64 = 50;

pub(super) struct Worker {
    target: Target,
    role: Role,
    counters: Arc<Counters>,
    bells: Arc<Bells>,
    connection: Option<Connection>,
}

/// How one run of a unit has ended.
enum End {
    /// It is committed; these are to be rung.
    Committed(Vec<Signal>),
    /// It did not want to be committed, and left no trace.
    Undone,
    /// Something that failed has left changes behind: it is to be run again with savepoints.
    Spoiled,
    /// It is to be run again.
    Doomed(Doom),
    /// The server has no connection to spare.
    Starved(String),
    /// There is no connection to run it on.
    Unreachable(String),
    /// The server has refused to commit it.
    Refused(DbError),
    /// The connection was lost while it was being committed.
    Uncertain(String),
}

impl Worker {
    pub(super) fn new(target: Target, role: Role, counters: Arc<Counters>, bells: Arc<Bells>) -> Self {
        Self { target, role, counters, bells, connection: None }
    }

    /// Works until the queue is closed and empty.
    pub(super) fn work(mut self, queue: &Mutex<mpsc::Receiver<Queued>>) {
        loop {
            // One thread waits with the lock; the others wait for the lock.
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
            let Some(Queued { mut job, manner }) = next else { return };
            match self.see_through(&mut *job, manner) {
                Ok(bells) => {
                    // Whoever is woken or answered finds what was done.
                    bells.iter().for_each(Signal::notify);
                    job.finish(Ok(()));
                    self.bells.rung(&bells);
                }
                Err(error) => {
                    job.forget();
                    job.finish(Err(error));
                }
            }
            if manner == Manner::Read
                && let Some(connection) = &mut self.connection
            {
                // A snapshot was only looked at: nobody waits for its end.
                connection.roll_back();
            }
        }
    }

    /// Runs a unit until it has an end; answers what is to be rung.
    fn see_through(&mut self, job: &mut dyn Job, manner: Manner) -> Result<Vec<Signal>, DbError> {
        let (mut mode, mut conflicts, mut losses) = (Mode::Hopeful, 0, 0);
        loop {
            let end = match self.connected() {
                Ok(connection) => run(connection, job, manner, mode),
                Err(error) => unconnected(&error),
            };
            match end {
                End::Committed(bells) => {
                    self.counters.committed();
                    return Ok(bells);
                }
                End::Undone => return Ok(Vec::new()),
                End::Spoiled => mode = Mode::Careful,
                End::Refused(error) => return Err(error),
                End::Uncertain(why) => {
                    self.connection = None;
                    tracing::error!(database = %self.target, why, "whether a unit was committed is not known");
                    return Err(DbError::Uncertain(why));
                }
                End::Doomed(Doom::Conflict(why)) => self.give_way("conflict", &why, &mut conflicts)?,
                End::Starved(why) => self.give_way("starved", &why, &mut conflicts)?,
                End::Unreachable(why) => {
                    // A server that is away costs a request its patience at each try.
                    losses += 2;
                    if losses > MOST_LOSSES {
                        return Err(DbError::Unavailable(why));
                    }
                    pause(MOST_CONFLICTS);
                }
                End::Doomed(Doom::ReadOnly(why)) => {
                    // After a failover the server behind this connection is not the one that writes.
                    self.connection = None;
                    losses += 2;
                    if losses > MOST_LOSSES {
                        return Err(DbError::Unavailable(why));
                    }
                    static READ_ONLY: LogThrottle = LogThrottle::new();
                    if let Some(times) = READ_ONLY.occurred() {
                        tracing::warn!(database = %self.target, why, times, "a connection only reads; connecting again");
                    }
                    self.counters.repeated("read_only");
                }
                End::Doomed(Doom::Posted(error)) => match mode {
                    // The unit is to hear of the failure where it happens.
                    Mode::Hopeful => mode = Mode::Careful,
                    Mode::Careful => return Err(error),
                },
                End::Doomed(Doom::Stale) => {
                    losses += 1;
                    self.counters.repeated("stale");
                    if losses > MOST_LOSSES {
                        return Err(DbError::Unavailable("its statements keep changing".to_owned()));
                    }
                    if let Some(connection) = &mut self.connection {
                        connection.forget_statements();
                    }
                }
                End::Doomed(Doom::Lost(why)) => {
                    self.connection = None;
                    losses += 1;
                    if losses > MOST_LOSSES {
                        return Err(DbError::Unavailable(why));
                    }
                    self.counters.repeated("lost");
                    pause(losses);
                }
            }
        }
    }

    /// Waits a little before a unit is run again, since others were in its way; not for ever.
    fn give_way(&self, reason: &'static str, why: &str, conflicts: &mut u32) -> Result<(), DbError> {
        *conflicts += 1;
        self.counters.repeated(reason);
        if *conflicts > MOST_CONFLICTS {
            static IN_THE_WAY: LogThrottle = LogThrottle::new();
            if let Some(times) = IN_THE_WAY.occurred() {
                tracing::warn!(database = %self.target, why, times, "others were in the way of a unit too often");
            }
            return Err(DbError::Busy);
        }
        pause(*conflicts);
        Ok(())
    }

    fn connected(&mut self) -> Result<&mut Connection, Unconnected> {
        if self.connection.as_mut().is_some_and(Connection::is_closed) {
            self.connection = None;
        }
        match &mut self.connection {
            Some(connection) => Ok(connection),
            none => Ok(none.insert(Connection::open(&self.target, self.role)?)),
        }
    }
}

/// Why there is no connection, and whether it is worth another try. Nothing was done, so it is no fault of the unit.
fn unconnected(error: &Unconnected) -> End {
    let error = match error {
        Unconnected::Here(error) => return End::Unreachable(error.to_string()),
        Unconnected::There(error) => error,
    };
    let text = chain(error);
    match error.code() {
        Some(code) if *code == SqlState::TOO_MANY_CONNECTIONS => End::Starved(text),
        Some(_) if !is_lost(error) => End::Refused(DbError::Unavailable(text)),
        _ => End::Unreachable(text),
    }
}

/// Runs a unit once.
fn run(connection: &mut Connection, job: &mut dyn Job, manner: Manner, mode: Mode) -> End {
    let begin = match manner {
        Manner::Serializable | Manner::Read => "BEGIN",
        Manner::Blind => "BEGIN ISOLATION LEVEL READ COMMITTED",
    };
    connection.begin(begin);
    let before = connection.changes;
    let mut tx = Tx::new(Session::new(connection).into(), mode);
    let wanted = job.run(&mut tx);
    let spoiled = tx.is_spoiled();
    let bells = tx.into_bells();
    if let Some(doom) = connection.doom.take() {
        connection.roll_back();
        return End::Doomed(doom);
    }
    if manner == Manner::Read && !spoiled {
        return End::Undone;
    }
    if spoiled || !wanted {
        connection.roll_back();
        return if spoiled { End::Spoiled } else { End::Undone };
    }
    if connection.aborted {
        // Its commit would be a rollback without a word.
        connection.roll_back();
        return End::Refused(DbError::Statement(
            "a statement failed, and its failure was not heeded".to_owned(),
        ));
    }
    let changed = connection.changes != before;
    match connection.commit() {
        Ok(()) => End::Committed(bells),
        Err(NotCommitted::Posted(error)) => {
            End::Doomed(doom_of(&error).unwrap_or_else(|| Doom::Posted(said(&error))))
        }
        Err(NotCommitted::Commit(error)) => match doom_of(&error) {
            Some(Doom::Lost(why)) if changed => End::Uncertain(why),
            Some(doom) => End::Doomed(doom),
            None => End::Refused(said(&error)),
        },
    }
}

/// Waits a little, at random, so that those who were in each other's way do not meet again.
fn pause(tries: u32) {
    let longest = (1_u64 << tries.min(6)).min(LONGEST_PAUSE) * 1000;
    let mut bytes = [0_u8; 8];
    // Without randomness all wait the same time, which is no harm.
    let _no_harm = getrandom::fill(&mut bytes);
    std::thread::park_timeout(Duration::from_micros(u64::from_le_bytes(bytes) % longest));
}
