//! One connection: its session settings, its cache of prepared statements, and the state of its transaction.

use std::collections::HashMap;

use postgres::{Error, Statement};

use super::client::{BatchResult, Client, DeferredStatement};
use super::run_error::{RunError, is_connection_lost, map_error};
use super::url::Target;
use crate::db::{Arg, DbError};

/// Maximum number of cached prepared statements. The cache is cleared when it is full.
const STATEMENT_CACHE: usize = 256;
/// Maximum number of deferred statements.
const MAX_DEFERRED: usize = 16;

/// The purpose of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::db) enum Role {
    /// Runs units that write.
    Writer,
    /// Runs units that read a snapshot.
    Reader,
    /// Applies migrations, without timeouts.
    Migrator,
}

impl Role {
    /// Returns the statements that configure a session of this role.
    const fn settings(self) -> &'static str {
        match self {
            // A sequential scan would conflict with every other unit: a serializable transaction locks what it has
            // read, and single rows only if it found them by an index.
            Self::Writer => {
                "SET default_transaction_isolation = 'serializable'; SET enable_seqscan = off; \
                 SET statement_timeout = '30s'; SET lock_timeout = '10s'; \
                 SET idle_in_transaction_session_timeout = '60s'; SET jit = off"
            }
            Self::Reader => {
                "SET default_transaction_isolation = 'repeatable read'; SET default_transaction_read_only = on; \
                 SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'; SET jit = off"
            }
            Self::Migrator => "SET statement_timeout = 0; SET lock_timeout = 0",
        }
    }
}

/// Returns the statements that begin every session of a role.
pub(in crate::db) fn session_setup(target: &Target, role: Role) -> String {
    // A commit must be on the disk when it returns, also on a server that is configured otherwise.
    let durable = "SELECT set_config('synchronous_commit', 'on', false) \
                   WHERE current_setting('synchronous_commit') = 'off'";
    format!("SET search_path TO \"{}\"; {durable}; {}", target.schema(), role.settings())
}

pub(in crate::db) struct Connection {
    client: Client,
    statements: HashMap<String, Statement>,
    /// The statement that begins the transaction; sent with its first statement.
    begin: Option<&'static str>,
    /// Whether the server has begun the transaction and not ended it.
    is_open: bool,
    /// Deferred statements; sent with the next statement.
    deferred: Vec<DeferredStatement>,
    /// The number of statements of the transaction that may have changed rows.
    pub(super) changes: u64,
    /// Whether a statement has failed: the transaction refuses further ones until a rollback to a savepoint.
    pub(super) has_failed: bool,
    /// Why the transaction must be run again.
    pub(in crate::db) run_error: Option<RunError>,
}

impl Connection {
    pub(in crate::db) fn open(target: &Target, role: Role) -> Result<Self, RunError> {
        let mut client = Client::connect(target)?;
        let configured = client.control(&session_setup(target, role));
        configured.map_err(|error| RunError::from_connect(&error))?;
        Ok(Self {
            client,
            statements: HashMap::new(),
            begin: None,
            is_open: false,
            deferred: Vec::new(),
            changes: 0,
            has_failed: false,
            run_error: None,
        })
    }

    pub(in crate::db) fn is_closed(&mut self) -> bool {
        self.client.is_closed()
    }

    /// Returns the number of statements of the transaction that may have changed rows.
    pub(in crate::db) fn changes(&self) -> u64 {
        self.changes
    }

    /// Returns whether a failed statement has aborted the transaction.
    pub(in crate::db) fn is_aborted(&self) -> bool {
        self.has_failed || self.run_error.is_some()
    }

    /// Returns the prepared statement.
    pub(super) fn statement(&mut self, sql: &str) -> Result<Statement, DbError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).map_err(|error| self.record_error(&error))?;
        if self.statements.len() >= STATEMENT_CACHE {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Clears the cache of prepared statements, after the tables have changed.
    pub(in crate::db) fn clear_statements(&mut self) {
        self.statements.clear();
    }

    /// Begins a transaction. `sql` is sent with the first statement.
    pub(in crate::db) fn begin(&mut self, sql: &'static str) {
        (self.changes, self.has_failed, self.run_error, self.begin) = (0, false, None, Some(sql));
        self.deferred.clear();
    }

    /// Defers a statement until the next one, or the commit, is sent.
    pub(super) fn defer(&mut self, statement: Statement, args: &[Arg<'_>]) -> Result<(), DbError> {
        let args = args.iter().map(Arg::to_owned_text).collect();
        self.deferred.push(DeferredStatement { statement, args });
        if self.deferred.len() < MAX_DEFERRED {
            return Ok(());
        }
        self.run(async |_| Ok(()))
    }

    /// Sends the deferred statements and this request. Returns its result. If a deferred statement has failed, the
    /// transaction must be run again, because the call that deferred it has returned.
    pub(super) fn run<T>(
        &mut self,
        request: impl AsyncFnOnce(&tokio_postgres::Client) -> Result<T, Error>,
    ) -> Result<T, DbError> {
        let sent = self.send(request);
        if let Ok(BatchResult { deferred: Err(error), .. }) = &sent {
            self.run_error = Some(RunError::from_deferred(error));
        }
        let result = sent.and_then(|BatchResult { deferred, last }| deferred.and(last));
        result.map_err(|error| self.record_error(&error))
    }

    /// Records that the transaction is aborted. Returns the error of the database.
    fn record_error(&mut self, error: &Error) -> DbError {
        self.has_failed = true;
        if self.run_error.is_none() {
            self.run_error = RunError::from_retriable(error);
        }
        map_error(error)
    }

    fn send<T>(
        &mut self,
        last: impl AsyncFnOnce(&tokio_postgres::Client) -> Result<T, Error>,
    ) -> Result<BatchResult<T>, Error> {
        let (begin, deferred) = (self.begin.take(), std::mem::take(&mut self.deferred));
        self.is_open |= begin.is_some();
        self.client.send(begin, &deferred, last)
    }

    /// Commits the transaction. One without statements is not sent; deferred statements are sent with the commit.
    pub(in crate::db) fn commit(&mut self) -> Result<(), RunError> {
        if self.begin.is_some() && self.deferred.is_empty() {
            self.begin = None;
            return Ok(());
        }
        let sent = self.send(async |client| client.batch_execute("COMMIT").await);
        self.is_open = false;
        let error = match sent {
            Ok(BatchResult { deferred: Ok(()), last: Ok(()) }) => return Ok(()),
            // A deferred statement failed, so the server rolled the transaction back.
            Ok(BatchResult { deferred: Err(error), .. }) if !is_connection_lost(&error) => {
                return Err(RunError::from_deferred(&error));
            }
            Ok(BatchResult { deferred: Err(error), .. } | BatchResult { last: Err(error), .. })
            | Err(error) => error,
        };
        Err(match RunError::from_retriable(&error) {
            Some(RunError::ConnectionLost(reason)) if self.changes > 0 => {
                RunError::Final(DbError::Uncertain(reason))
            }
            Some(reason) => reason,
            None => RunError::Final(map_error(&error)),
        })
    }

    /// Rolls the transaction back. If that fails the connection is lost, which has the same effect.
    pub(in crate::db) fn roll_back(&mut self) {
        (self.begin, self.deferred) = (None, Vec::new());
        if !std::mem::take(&mut self.is_open) {
            return;
        }
        if let Err(error) = self.client.control("ROLLBACK")
            && !is_connection_lost(&error)
        {
            tracing::error!(%error, "rollback failed");
        }
    }
}
