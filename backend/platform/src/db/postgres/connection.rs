//! One connection: how it is set up, its cache of statements, and where its transaction stands.

use std::collections::HashMap;

use postgres::{Error, Statement};

use super::client::{Answers, Client, Done, Last, Posted, Unconnected};
use super::outcome::{Doom, doom_of, is_lost, said};
use super::url::Target;
use crate::db::Arg;
use crate::db::arg::OwnedArg;

/// Statements that are kept prepared; beyond it all are forgotten.
const STATEMENT_CACHE: usize = 256;
/// Statements that wait to be sent with another one, at most.
const MOST_POSTED: usize = 16;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Units of work.
    Writer,
    /// Looks at a snapshot.
    Reader,
    /// Whatever it takes to make the tables, however long.
    Migrator,
}

impl Role {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Reader => "reader",
            Self::Migrator => "migrator",
        }
    }

    /// What every session of this role is told.
    const fn settings(self) -> &'static str {
        match self {
            // A scan of a whole table would be in the way of every other unit: serializable transactions remember
            // what they have read, by rows where an index led to them.
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

/// What every session of a role is told before anything else.
pub(super) fn greeting(target: &Target, role: Role) -> String {
    // What is answered must be on the disk, also where the server would rather not wait for it.
    let durable = "SELECT set_config('synchronous_commit', 'on', false) \
                   WHERE current_setting('synchronous_commit') = 'off'";
    format!("SET search_path TO \"{}\"; {durable}; {}", target.schema(), role.settings())
}

pub(super) struct Connection {
    client: Client,
    statements: HashMap<String, Statement>,
    /// How the transaction begins; sent with its first statement.
    begin: Option<&'static str>,
    /// The server has been told of the transaction, and not of its end.
    open: bool,
    /// Statements of the transaction whose outcome the unit does not wait for; sent with the next one.
    posted: Vec<Posted>,
    /// Rises with every statement that may have changed something.
    pub(super) changes: u64,
    /// A statement has failed: until it is undone to a savepoint, the transaction refuses every other.
    pub(super) aborted: bool,
    /// Why the transaction can only be run again.
    pub(super) doom: Option<Doom>,
}

impl Connection {
    pub(super) fn open(target: &Target, role: Role) -> Result<Self, Unconnected> {
        let mut client = Client::connect(target)?;
        client.control(&greeting(target, role)).map_err(Unconnected::There)?;
        Ok(Self {
            client,
            statements: HashMap::new(),
            begin: None,
            open: false,
            posted: Vec::new(),
            changes: 0,
            aborted: false,
            doom: None,
        })
    }

    pub(super) fn is_closed(&mut self) -> bool {
        self.client.is_closed()
    }

    /// The statement, prepared.
    pub(super) fn statement(&mut self, sql: &str) -> Result<Statement, Error> {
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

    /// Forgets what was prepared: the tables are not what they were.
    pub(super) fn forget_statements(&mut self) {
        self.statements.clear();
    }

    /// Begins a transaction. The server hears of it with the first statement.
    pub(super) fn begin(&mut self, sql: &'static str) {
        (self.aborted, self.doom, self.begin) = (false, None, Some(sql));
        self.posted.clear();
    }

    /// Keeps a statement until the next one is sent, or the commit.
    pub(super) fn defer(&mut self, statement: Statement, args: &[Arg<'_>]) -> Result<(), Error> {
        let args = args.iter().map(|arg| OwnedArg::from(*arg)).collect();
        self.posted.push(Posted { statement, args });
        if self.posted.len() < MOST_POSTED {
            return Ok(());
        }
        let Some(Posted { statement, args }) = self.posted.pop() else { return Ok(()) };
        let args: Vec<Arg<'_>> = args.iter().map(OwnedArg::as_arg).collect();
        self.run(&Last::Execute(&statement, &args)).map(drop)
    }

    /// Sends everything that waits, then this; answers what came of it. Where something that waited has failed, the
    /// transaction is doomed, for whoever has posted it is not there to hear of it.
    pub(super) fn run(&mut self, last: &Last<'_>) -> Result<Done, Error> {
        let Answers { before, last } = self.send(last)?;
        if let Err(error) = before {
            self.doom = Some(doom_of(&error).unwrap_or(Doom::Posted(said(&error))));
            return Err(error);
        }
        last
    }

    fn send(&mut self, last: &Last<'_>) -> Result<Answers, Error> {
        let (begin, posted) = (self.begin.take(), std::mem::take(&mut self.posted));
        self.open |= begin.is_some();
        self.client.send(begin, &posted, last)
    }

    /// Commits the transaction. Where the server has not heard of it yet, it hears all of it at once, or nothing.
    pub(super) fn commit(&mut self) -> Result<(), NotCommitted> {
        if self.begin.is_some() && self.posted.is_empty() {
            self.begin = None;
            return Ok(());
        }
        let sent = self.send(&Last::Control("COMMIT"));
        self.open = false;
        match sent {
            Ok(Answers { before: Ok(()), last: Ok(_) }) => Ok(()),
            // What was posted has failed, so the commit was none.
            Ok(Answers { before: Err(error), .. }) if !is_lost(&error) => Err(NotCommitted::Posted(error)),
            Ok(Answers { before: Err(error), .. } | Answers { last: Err(error), .. }) | Err(error) => {
                Err(NotCommitted::Commit(error))
            }
        }
    }

    /// Ends the transaction without a trace. Where that fails the connection is closed, which does the same.
    pub(super) fn roll_back(&mut self) {
        (self.begin, self.posted) = (None, Vec::new());
        if !std::mem::take(&mut self.open) {
            return;
        }
        if let Err(error) = self.client.control("ROLLBACK")
            && !is_lost(&error)
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}

/// Why a transaction was not committed.
pub(super) enum NotCommitted {
    /// A statement that was sent with the commit has failed, and nothing was committed.
    Posted(Error),
    /// The commit itself has failed.
    Commit(Error),
}
