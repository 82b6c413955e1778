//! Fixtures: a bus, databases of services in a temporary folder, and handlers that record their calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ticketing_bus::{
    AckDecision, ApplyOutcome, Bus, Delivery, EmbeddedOptions, JetStreamOptions, ServiceCore, compare_version,
};
use ticketing_engines::{DbEngine, NatsServer, Shape, TestDatabases};
use ticketing_events::{Envelope, EventName, SessionEnded, TicketCreated, TicketDeleted, TicketUpdated};
use ticketing_platform::args;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{DbError, Migrations, Tx};
use ticketing_sdk::{TicketId, Timestamp, UserId, fixtures};

/// The tables of a consumer: its actions in order, and a copy of each ticket's version.
fn tables(engine: DbEngine) -> Migrations {
    let scripts: &[(&str, &str)] = match engine {
        DbEngine::Sqlite => &[(
            "V1__notes",
            "CREATE TABLE notes (n INTEGER PRIMARY KEY, aggregate TEXT NOT NULL, version BIGINT NOT NULL);
             CREATE TABLE copies (id TEXT PRIMARY KEY, version BIGINT NOT NULL);",
        )],
        DbEngine::Postgres => &[(
            "V1__notes",
            "CREATE TABLE notes (n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, aggregate TEXT NOT NULL,
                                 version BIGINT NOT NULL);
             CREATE TABLE copies (id TEXT PRIMARY KEY, version BIGINT NOT NULL);",
        )],
    };
    Migrations { part: "notes", scripts }
}

/// A folder with a bus and any number of services. A service that is opened again has its data.
pub(crate) struct Fixture {
    databases: TestDatabases,
    /// The server, where the bus is not embedded.
    pub(crate) nats: Option<NatsServer>,
    /// The marketplace's clock.
    pub(crate) clock: Clock,
    /// The clock of the embedded retries; it stands still.
    pub(crate) retries: Clock,
}

impl Fixture {
    pub(crate) async fn on(shape: Shape) -> Self {
        let nats = if shape.has_nats() { Some(NatsServer::begin().await) } else { None };
        Self::with_databases(TestDatabases::on(shape.engine()), nats)
    }

    /// Files, and events over this server.
    pub(crate) fn served_by(nats: NatsServer) -> Self {
        Self::with_databases(TestDatabases::on(DbEngine::Sqlite), Some(nats))
    }

    fn with_databases(databases: TestDatabases, nats: Option<NatsServer>) -> Self {
        let start = Timestamp::from_millis(1_700_000_000_000);
        Self { databases, nats, clock: Clock::manual(start), retries: Clock::manual(start) }
    }

    pub(crate) fn is_embedded(&self) -> bool {
        self.nats.is_none()
    }

    /// Returns the options of a bus on NATS, with a short ack wait.
    pub(crate) fn options(&self) -> JetStreamOptions {
        let url = self.nats.as_ref().expect("a NATS server").url();
        JetStreamOptions { ack_wait: Duration::from_secs(2), ..JetStreamOptions::new(url) }
    }

    /// Returns the bus; its retries wait for [`Fixture::advance_retries`], or are quick.
    pub(crate) async fn bus(&self) -> Bus {
        if self.is_embedded() {
            return self
                .bus_with(EmbeddedOptions { clock: self.retries.clone(), ..EmbeddedOptions::default() });
        }
        let quick = Duration::from_millis(20);
        Bus::jetstream(JetStreamOptions { longest_retry: quick, ..self.options() }).await.unwrap()
    }

    /// Returns the bus with retries in real time.
    pub(crate) async fn live_bus(&self) -> Bus {
        if self.is_embedded() {
            return self.bus_with(EmbeddedOptions::default());
        }
        Bus::jetstream(self.options()).await.unwrap()
    }

    /// Returns the bus whose retries wait for their exact delay: by [`Fixture::retries`], or in real time.
    pub(crate) async fn bus_with_exact_retries(&self) -> Bus {
        if self.is_embedded() { self.bus().await } else { self.live_bus().await }
    }

    pub(crate) fn bus_with(&self, options: EmbeddedOptions) -> Bus {
        Bus::open_embedded(&self.databases.folder().join("bus.db"), options).unwrap()
    }

    /// Brings on the retries that wait.
    pub(crate) fn advance_retries(&self) {
        self.retries.advance(Duration::from_secs(1));
    }

    pub(crate) fn service(&self, name: &str) -> ServiceCore {
        self.service_with(name, self.clock.clone())
    }

    /// Returns the folder of the files.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.databases.folder()
    }

    /// Returns a service whose clock is its own.
    pub(crate) fn service_with(&self, name: &str, clock: Clock) -> ServiceCore {
        ServiceCore::open(self.databases.database(name), clock, &[tables(self.databases.engine())]).unwrap()
    }

    /// Returns an envelope with an identifier of its own.
    pub(crate) fn encode<E: ticketing_events::Event>(&self, event: &E) -> Envelope {
        Envelope::encode(self.clock.new_id(), self.clock.now(), event).unwrap()
    }

    /// Returns the events of a ticket's first `count` versions.
    pub(crate) fn history(&self, ticket: &str, count: i64) -> Vec<Envelope> {
        (0..count)
            .map(|version| match version {
                0 => self.encode(&ticket_created(ticket)),
                _ => self.encode(&ticket_updated(ticket, version)),
            })
            .collect()
    }
}

pub(crate) fn ticket_created(ticket: &str) -> TicketCreated {
    TicketCreated::from(&fixtures::ticket(ticket))
}

pub(crate) fn ticket_updated(ticket: &str, version: i64) -> TicketUpdated {
    TicketUpdated { version, ..TicketUpdated::from(&fixtures::ticket(ticket)) }
}

pub(crate) fn ticket_deleted(ticket: &str, version: i64) -> TicketDeleted {
    TicketDeleted { id: TicketId::new(ticket), version, admitted_at: None }
}

pub(crate) fn session_ended(jti: &str) -> SessionEnded {
    SessionEnded { jti: jti.to_owned(), user_id: UserId::new("u"), exp: 1_800_000_000 }
}

pub(crate) const TICKETS: [EventName; 3] =
    [EventName::TicketCreated, EventName::TicketUpdated, EventName::TicketDeleted];

pub(crate) const CREATED_AND_UPDATED: [EventName; 2] = [EventName::TicketCreated, EventName::TicketUpdated];

/// Writes down an effect.
pub(crate) fn note(tx: &mut Tx<'_>, aggregate: &str, version: i64) -> Result<(), DbError> {
    tx.execute("INSERT INTO notes (aggregate, version) VALUES ($1, $2)", args![aggregate, version])?;
    Ok(())
}

/// Moves the copy of a ticket on and notes it, or says why not.
pub(crate) fn follow(tx: &mut Tx<'_>, id: &TicketId, version: i64) -> Result<ApplyOutcome, DbError> {
    let known =
        tx.query_opt("SELECT version FROM copies WHERE id = $1", args![id], |row| row.int("version"))?;
    let step = compare_version(known, version);
    if step == ApplyOutcome::Done {
        tx.execute(
            "INSERT INTO copies (id, version) VALUES ($1, $2) \
             ON CONFLICT (id) DO UPDATE SET version = excluded.version",
            args![id, version],
        )?;
        note(tx, id.as_str(), version)?;
    }
    Ok(step)
}

/// Keeps copies by `ticket:created`.
pub(crate) fn on_created(tx: &mut Tx<'_>, event: &TicketCreated) -> Result<ApplyOutcome, DbError> {
    follow(tx, &event.id, event.version)
}

/// Keeps copies by `ticket:updated`.
pub(crate) fn on_updated(tx: &mut Tx<'_>, event: &TicketUpdated) -> Result<ApplyOutcome, DbError> {
    follow(tx, &event.id, event.version)
}

/// How a [`FaultyHandler`] handles the ticket `bad`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Fine,
    Fails,
    Panics,
    NotDue,
    /// The database is unavailable.
    Outage,
}

/// Handles `ticket:created`; the outcome for the ticket `bad` depends on the fault. Clones share fault and count.
#[derive(Clone, Default)]
pub(crate) struct FaultyHandler {
    fault: Arc<AtomicU32>,
    calls: Arc<AtomicU32>,
}

impl FaultyHandler {
    pub(crate) fn new(fault: Fault) -> Self {
        let handler = Self::default();
        handler.set_fault(fault);
        handler
    }

    pub(crate) fn set_fault(&self, fault: Fault) {
        self.fault.store(fault as u32, Ordering::SeqCst);
    }

    /// Returns how often it was given the ticket `bad`.
    pub(crate) fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }
}

impl FaultyHandler {
    pub(crate) fn handle(&self, tx: &mut Tx<'_>, event: &TicketCreated) -> Result<ApplyOutcome, DbError> {
        note(tx, event.id.as_str(), event.version)?;
        if event.id.as_str() != "bad" {
            return Ok(ApplyOutcome::Done);
        }
        self.calls.fetch_add(1, Ordering::SeqCst);
        match self.fault.load(Ordering::SeqCst) {
            fault if fault == Fault::Fails as u32 => {
                Err(DbError::Statement("this one never works".to_owned()))
            }
            fault if fault == Fault::Panics as u32 => panic!("the handler of a test panics"),
            fault if fault == Fault::NotDue as u32 => Ok(ApplyOutcome::NotDue),
            fault if fault == Fault::Outage as u32 => Err(DbError::Unavailable("it is down".to_owned())),
            _ => Ok(ApplyOutcome::Done),
        }
    }
}

/// Returns the actions of a service, in order: `ticket/version`.
pub(crate) async fn notes(core: &ServiceCore) -> Vec<String> {
    let notes = core.db.read(|tx| {
        tx.query("SELECT aggregate, version FROM notes ORDER BY n", &[], |row| {
            Ok(format!("{}/{}", row.text("aggregate")?, row.int("version")?))
        })
    });
    notes.await.map_err(|error: DbError| error).unwrap()
}

/// The query that counts the events that the relay has not marked as published.
pub(crate) const UNMARKED: &str = "SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NULL";

/// Returns the number that a query of a service's database selects.
pub(crate) async fn count(core: &ServiceCore, sql: &'static str) -> i64 {
    let count = core.db.read(move |tx| tx.query_one(sql, &[], |row| row.int("n")));
    count.await.map_err(|error: DbError| error).unwrap()
}

/// Accepts deliveries.
pub(crate) fn accept_all(deliveries: Vec<Delivery>) -> Vec<(Delivery, AckDecision)> {
    deliveries.into_iter().map(|delivery| (delivery, AckDecision::Ack)).collect()
}

/// Returns the tickets and versions of deliveries.
pub(crate) fn names(deliveries: &[Delivery]) -> Vec<String> {
    deliveries
        .iter()
        .map(|delivery| format!("{}/{}", delivery.envelope.aggregate, delivery.envelope.version))
        .collect()
}
