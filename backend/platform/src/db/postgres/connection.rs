//! One connection: its session settings, its cache of prepared statements, and the state of its transaction.

use std::collections::HashMap;

use postgres::{Error, Statement};

use super::client::{BatchResult, Client, ConnectError, DeferredStatement};
use super::retry_reason::{RetryReason, is_connection_lost, map_error};
use super::url::Target;
use crate::db::Arg;

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
    pub(in crate::db) const fn name(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Reader => "reader",
            Self::Migrator => "migrator",
        }
    }

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
    /// Rises with every statement that may change rows.
    pub(in crate::db) changes: u64,
    /// Whether a statement has failed: the transaction refuses further ones until a rollback to a savepoint.
    pub(in crate::db) is_aborted: bool,
    /// Why the transaction must be run again.
    pub(in crate::db) retry_reason: Option<RetryReason>,
}

impl Connection {
    pub(in crate::db) fn open(target: &Target, role: Role) -> Result<Self, ConnectError> {
        let mut client = Client::connect(target)?;
        client.control(&session_setup(target, role)).map_err(ConnectError::Failed)?;
        Ok(Self {
            client,
            statements: HashMap::new(),
            begin: None,
            is_open: false,
            deferred: Vec::new(),
            changes: 0,
            is_aborted: false,
            retry_reason: None,
        })
    }

    pub(in crate::db) fn is_closed(&mut self) -> bool {
        self.client.is_closed()
    }

    /// Returns the prepared statement.
    pub(in crate::db) fn statement(&mut self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
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
        (self.is_aborted, self.retry_reason, self.begin) = (false, None, Some(sql));
        self.deferred.clear();
    }

    /// Defers a statement until the next one, or the commit, is sent.
    pub(in crate::db) fn defer(&mut self, statement: Statement, args: &[Arg<'_>]) -> Result<(), Error> {
        let args = args.iter().map(Arg::to_owned_text).collect();
        self.deferred.push(DeferredStatement { statement, args });
        if self.deferred.len() < MAX_DEFERRED {
            return Ok(());
        }
        self.run(async |_| Ok(()))
    }

    /// Sends the deferred statements and this request. Returns its result. If a deferred statement has failed, the
    /// transaction must be run again, because the call that deferred it has returned.
    pub(in crate::db) fn run<T>(
        &mut self,
        request: impl AsyncFnOnce(&tokio_postgres::Client) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let BatchResult { deferred, last } = self.send(request)?;
        if let Err(error) = deferred {
            self.retry_reason = Some(
                RetryReason::from_error(&error).unwrap_or_else(|| RetryReason::Deferred(map_error(&error))),
            );
            return Err(error);
        }
        last
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
    pub(in crate::db) fn commit(&mut self) -> Result<(), CommitError> {
        if self.begin.is_some() && self.deferred.is_empty() {
            self.begin = None;
            return Ok(());
        }
        let sent = self.send(async |client| client.batch_execute("COMMIT").await);
        self.is_open = false;
        match sent {
            Ok(BatchResult { deferred: Ok(()), last: Ok(_) }) => Ok(()),
            // A deferred statement failed, so the server rolled the transaction back.
            Ok(BatchResult { deferred: Err(error), .. }) if !is_connection_lost(&error) => {
                Err(CommitError::Deferred(error))
            }
            Ok(BatchResult { deferred: Err(error), .. } | BatchResult { last: Err(error), .. })
            | Err(error) => Err(CommitError::Commit(error)),
        }
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

/// Why a transaction was not committed.
pub(in crate::db) enum CommitError {
    /// A deferred statement that was sent with the commit failed. Nothing was committed.
    Deferred(Error),
    /// The commit failed.
    Commit(Error),
}
