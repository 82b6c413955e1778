//! Outages of the servers that every process of a marketplace depends on: one recipe each, for tests and storms.

use std::str::FromStr;

use tokio::task::block_in_place;

use crate::TestStack;
use crate::links::Link;
use crate::proxy::FaultProxy;

/// An outage. Its end restores the server only: the processes must recover by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Outage {
    /// PostgreSQL reads and does not write, for sessions old and new. When it ends, sessions that were made meanwhile still
    /// only read, as after a failover behind a proxy.
    PostgresReadOnly,
    /// PostgreSQL has no space for outbox and inbox rows.
    PostgresFull,
    /// PostgreSQL cannot be reached.
    PostgresAway,
    /// NATS cannot be reached.
    NatsAway,
}

impl Outage {
    /// All outages.
    pub const ALL: [Self; 4] =
        [Self::PostgresReadOnly, Self::PostgresFull, Self::PostgresAway, Self::NatsAway];

    /// Its name on a command line.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl FromStr for Outage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|outage| outage.name() == text);
        found.ok_or_else(|| {
            format!("{text:?} is not an outage; expected one of {}", Self::ALL.map(Self::name).join(", "))
        })
    }
}

/// Terminates every other session on this database.
const END_SESSIONS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                            WHERE datname = current_database() AND pid <> pg_backend_pid()";
/// Allows writes in this session, for a command on a read-only database.
const WRITABLE: &str = "SET transaction_read_only = off";
/// A function for triggers that refuse rows, as a full tablespace would.
const FULL_TABLESPACE: &str = "\
    CREATE FUNCTION public.no_space() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN \
      RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $f$";
/// A command for each outbox and inbox that makes such a trigger: one by one, since others write there meanwhile.
const CREATE_TRIGGERS: &str = "\
    SELECT format('CREATE TRIGGER no_space BEFORE INSERT ON %I.%I FOR EACH ROW EXECUTE FUNCTION public.no_space()', \
                  n.nspname, c.relname) \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind = 'r' AND c.relname IN ('outbox', 'inbox')";
/// The same for their end.
const DROP_TRIGGERS: &str = "\
    SELECT format('DROP TRIGGER no_space ON %I.%I', n.nspname, c.relname) \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind = 'r' AND c.relname IN ('outbox', 'inbox')";

impl TestStack {
    /// Begins an outage.
    ///
    /// # Panics
    /// If the marketplace has no such server of its own, or no links that can go wrong.
    pub fn begin(&mut self, outage: Outage) {
        match outage {
            Outage::PostgresReadOnly => block_in_place(|| {
                self.psql(&of_database("SET default_transaction_read_only = on"));
                self.psql(END_SESSIONS);
            }),
            Outage::PostgresFull => block_in_place(|| {
                self.psql(FULL_TABLESPACE);
                self.psql_each(CREATE_TRIGGERS);
            }),
            Outage::PostgresAway => self.cluster().links(Link::Postgres).for_each(FaultProxy::refuse),
            Outage::NatsAway => self.cluster().links(Link::Nats).for_each(FaultProxy::refuse),
        }
    }

    /// Ends an outage.
    ///
    /// # Panics
    /// As for [`begin`](Self::begin).
    pub fn end(&mut self, outage: Outage) {
        match outage {
            Outage::PostgresReadOnly => block_in_place(|| {
                let reset = of_database("RESET default_transaction_read_only");
                drop(self.psql(&format!("{WRITABLE}; {reset}")));
            }),
            Outage::PostgresFull => block_in_place(|| {
                self.psql_each(DROP_TRIGGERS);
                self.psql("DROP FUNCTION public.no_space()");
            }),
            Outage::PostgresAway => self.cluster().links(Link::Postgres).for_each(FaultProxy::heal),
            Outage::NatsAway => self.cluster().links(Link::Nats).for_each(FaultProxy::heal),
        }
    }

    /// Runs every command that a query answers, each for itself.
    fn psql_each(&self, query: &str) {
        for command in self.psql(query).lines().filter(|line| !line.is_empty()) {
            self.psql(command);
        }
    }
}

/// Returns a change of the settings of the database that the command runs in.
fn of_database(change: &str) -> String {
    format!("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I {change}', current_database()); END $$")
}
