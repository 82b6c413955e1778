//! One connection: how it is set up, its cache of statements, and where its transaction stands.

use std::collections::HashMap;

use postgres::{Client, NoTls, Statement};

use super::outcome::{Doom, is_lost};
use super::tls::{Tls, connector};
use super::url::Target;

/// Statements that are kept prepared; beyond it all are forgotten.
const STATEMENT_CACHE: usize = 256;

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

pub(super) struct Connection {
    pub(super) client: Client,
    statements: HashMap<String, Statement>,
    /// Rises with every statement that may have changed something.
    pub(super) changes: u64,
    /// A statement has failed: until it is undone to a savepoint, the transaction refuses every other.
    pub(super) aborted: bool,
    /// Why the transaction can only be run again.
    pub(super) doom: Option<Doom>,
}

impl Connection {
    pub(super) fn open(target: &Target, role: Role) -> Result<Self, postgres::Error> {
        let config = postgres::Config::from(target.config());
        let mut client = match target.tls() {
            Tls::None => config.connect(NoTls)?,
            Tls::Checked(tls) => config.connect(connector(tls))?,
        };
        // What is answered must be on the disk, also where the server would rather not wait for it.
        let durable = "SELECT set_config('synchronous_commit', 'on', false) \
                       WHERE current_setting('synchronous_commit') = 'off'";
        client.batch_execute(&format!(
            "SET search_path TO \"{}\"; {durable}; {}",
            target.schema(),
            role.settings()
        ))?;
        Ok(Self { client, statements: HashMap::new(), changes: 0, aborted: false, doom: None })
    }

    /// The statement, prepared.
    pub(super) fn statement(&mut self, sql: &str) -> Result<Statement, postgres::Error> {
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

    /// Begins a transaction.
    pub(super) fn begin(&mut self, sql: &str) -> Result<(), postgres::Error> {
        (self.aborted, self.doom) = (false, None);
        self.client.batch_execute(sql)
    }

    /// Ends the transaction without a trace. Where that fails the connection is closed, which does the same.
    pub(super) fn roll_back(&mut self) {
        if let Err(error) = self.client.batch_execute("ROLLBACK")
            && !is_lost(&error)
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}
