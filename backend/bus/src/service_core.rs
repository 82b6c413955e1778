//! The core of a service: its database, outbox and clock, and the tasks that connect it to the bus.

use std::time::Duration;

use ticketing_events::SessionEnded;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Database, Db, DbError, DbOptions, Migrations, OpenError, Tx};
use ticketing_platform::idempotency;
use ticketing_platform::session::{self, RevokedSessions, Sessions};
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::signal::Signal;
use ticketing_sdk::Timestamp;

use crate::{ApplyOutcome, Bus, Consumers, MIGRATIONS, Outbox, Relay, outbox, probe};

/// How often old rows are pruned.
const PRUNE_INTERVAL: Duration = Duration::from_secs(3600);

/// The core of a service. Clones share it.
#[derive(Clone, Debug)]
pub struct ServiceCore {
    /// The database of the service.
    pub db: Db,
    /// The outbox of the service.
    pub outbox: Outbox,
    /// The clock, which also creates identifiers.
    pub clock: Clock,
    /// Notified after events of other services were applied.
    pub applied: Signal,
    /// The revoked sessions of a service with routes.
    revoked: Option<RevokedSessions>,
}

impl ServiceCore {
    /// Opens the database with the tables of the service, the outbox and the inbox.
    ///
    /// # Errors
    /// If the database cannot be opened or migrated.
    pub fn open(
        database: impl Into<Database>,
        clock: Clock,
        migrations: &[Migrations],
    ) -> Result<Self, OpenError> {
        let db = Db::open(database, DbOptions::default(), &with_bus_migrations(migrations))?;
        Ok(Self { db, outbox: Outbox::new(clock.clone()), clock, applied: Signal::default(), revoked: None })
    }

    /// Runs the migrations of [`open`](Self::open), and nothing else.
    ///
    /// # Errors
    /// If the database cannot be opened or migrated.
    pub fn migrate(database: impl Into<Database>, migrations: &[Migrations]) -> Result<(), OpenError> {
        Db::migrate(database, &with_bus_migrations(migrations))
    }

    /// Checks that the migrations of [`open`](Self::open) are applied, without changes.
    ///
    /// # Errors
    /// If the database cannot be reached, or is not up to date.
    pub fn check(database: impl Into<Database>, migrations: &[Migrations]) -> Result<(), OpenError> {
        Db::check(database, &with_bus_migrations(migrations))
    }

    /// As [`open`](Self::open), for a service with routes: with idempotency keys and revoked sessions.
    ///
    /// # Errors
    /// If the database cannot be opened, migrated or read.
    pub async fn open_with_sessions(
        database: impl Into<Database>,
        clock: Clock,
        sessions: &Sessions,
        own: Migrations,
    ) -> Result<Self, OpenError> {
        let core = Self::open(database, clock, &Self::parts_with_sessions(own))?;
        let (revoked, database) = (sessions.revoked_sessions().clone(), core.db.name().to_owned());
        let read = revoked.refresh(&core.db).await;
        read.map_err(|error| OpenError::Unusable { database, reason: error.to_string() })?;
        Ok(Self { revoked: Some(revoked), ..core })
    }

    /// Returns the migrations of [`open_with_sessions`](Self::open_with_sessions), with the `own` ones of the service.
    pub fn parts_with_sessions(own: Migrations) -> [Migrations; 3] {
        [own, session::MIGRATIONS, idempotency::MIGRATIONS]
    }

    /// Creates the consumer `durable`. With sessions it has the handler of `session:ended`, otherwise none.
    pub fn consumers(&self, durable: &'static str) -> Consumers {
        let consumers = Consumers::new(durable, self.clone());
        match self.revoked.clone() {
            Some(revoked) => consumers.on_with_context(revoked, revoke),
            None => consumers,
        }
    }

    /// Checks that the database can be written: a probe succeeds, and no kind of write has failed last because of an
    /// outage ([`Db::check_writable`]).
    ///
    /// # Errors
    /// If the database cannot be written.
    pub async fn check_writable(&self) -> Result<(), DbError> {
        probe::check(&self.db, self.clock.now()).await
    }

    /// Starts the relay, the consumers, if there are any, and the pruning of published and applied events; with sessions also
    /// that of answered requests and ended sessions.
    pub fn start(&self, bus: &Bus, consumers: Option<Consumers>, shutdown: &Shutdown) {
        shutdown.spawn(Relay::new(self.clone(), bus.clone()).run(shutdown.clone()));
        if let Some(consumers) = consumers {
            bus.register_consumer(consumers.durable());
            shutdown.spawn(consumers.run(bus.clone(), shutdown.clone()));
        }
        if let Some(revoked) = self.revoked.clone().filter(|_| self.db.is_shared()) {
            shutdown.spawn(revoked.follow(self.db.clone(), shutdown.clone()));
        }
        let has_sessions = self.revoked.is_some();
        self.start_pruning(shutdown, move |tx, now| {
            outbox::prune(tx, now)?;
            if has_sessions {
                idempotency::prune(tx, now)?;
                session::prune(tx, now)?;
            }
            Ok(())
        });
    }

    /// Runs `prune` now and every hour. It deletes the rows past their retention at the given time.
    pub fn start_pruning(
        &self,
        shutdown: &Shutdown,
        prune: impl Fn(&mut Tx<'_>, Timestamp) -> Result<(), DbError> + Clone + Send + 'static,
    ) {
        let (core, stop) = (self.clone(), shutdown.clone());
        shutdown.spawn(async move {
            loop {
                let (now, prune) = (core.clock.now(), prune.clone());
                let pruned = core.db.write_read_committed(move |tx| {
                    prune(tx, now)?;
                    outbox::record_pruned(tx, now)
                });
                if let Err(error) = pruned.await {
                    tracing::warn!(%error, "pruning of old rows failed");
                }
                let pause = tokio::time::sleep(PRUNE_INTERVAL);
                let Some(()) = stop.run_until_triggered(pause).await else { return };
            }
        });
    }
}

/// Applies `session:ended`: revokes the session.
fn revoke(revoked: &RevokedSessions, tx: &mut Tx<'_>, event: &SessionEnded) -> Result<ApplyOutcome, DbError> {
    revoked.record(tx, &event.jti, &event.user_id, event.exp)?;
    // Revoked before the commit: if the commit fails, the event is redelivered.
    revoked.insert(&event.jti, event.exp);
    Ok(ApplyOutcome::Done)
}

/// Adds the tables of the bus to those of a service.
fn with_bus_migrations(migrations: &[Migrations]) -> Vec<Migrations> {
    [&[MIGRATIONS], migrations].concat()
}
