//! The core of a service: its database, outbox and clock.

use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Database, Db, DbError, DbOptions, Migrations, OpenError};
use ticketing_platform::idempotency;
use ticketing_platform::session::{self, RevokedSessions, Sessions};
use ticketing_platform::signal::Signal;

use crate::{MIGRATIONS, Outbox, probe};

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
    pub(crate) revoked: Option<RevokedSessions>,
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

    /// Checks that the database can be written: a probe succeeds, and no kind of write has failed last because of an
    /// outage ([`Db::check_writable`]).
    ///
    /// # Errors
    /// If the database cannot be written.
    pub async fn check_writable(&self) -> Result<(), DbError> {
        probe::check(&self.db, self.clock.now()).await
    }
}

/// Adds the tables of the bus to those of a service.
fn with_bus_migrations(migrations: &[Migrations]) -> Vec<Migrations> {
    [&[MIGRATIONS], migrations].concat()
}
