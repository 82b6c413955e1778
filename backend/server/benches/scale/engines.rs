//! A private PostgreSQL server and NATS server with synchronous writes, and the command of a service on them.

use std::process::Stdio;

use ticketing_testkit::{NatsServer, PrivateServer};
use tokio::process::Command;
use tokio_postgres::{Client, NoTls};

use crate::cookies::{KEY, PASS_KEY};

pub(crate) struct Engines {
    pub(crate) postgres: PrivateServer,
    pub(crate) nats: NatsServer,
}

impl Engines {
    /// Starts the servers, and creates the tables and streams, and the same tables in a second database without a service.
    pub(crate) async fn prepare() -> Self {
        let engines = Self { postgres: PrivateServer::start(), nats: NatsServer::begin().await };
        engines.postgres.psql("CREATE DATABASE bare");
        for url in [engines.postgres.url(), engines.bare_url()] {
            let migrated = engines.program(&url).arg("migrate").status().await.unwrap();
            assert!(migrated.success(), "the migration creates tables and streams");
        }
        engines
    }

    /// Returns the URL of the database of the services.
    pub(crate) fn url(&self) -> String {
        self.postgres.url()
    }

    /// Returns the URL of the database with the same tables.
    pub(crate) fn bare_url(&self) -> String {
        self.postgres.other_url("bare")
    }

    /// Returns the command of `ticketing-server` on these engines.
    pub(crate) fn program(&self, url: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing-server"));
        // The environment of the benchmark must not change the services.
        command.env_clear().env("TICKETING_DATABASE_URL", url).env("TICKETING_NATS_URL", self.nats.url());
        command.env("TICKETING_DATABASE_CONNECTIONS", crate::POOL.to_string());
        command
            .env("TICKETING_JWT_KEY", KEY)
            .env("TICKETING_PASS_KEY", PASS_KEY)
            .env("TICKETING_LOG", "error")
            .env("TICKETING_WRITES_PER_MINUTE", "0");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        command
    }
}

/// Opens a connection.
pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    // The task ends with the server.
    tokio::spawn(async move { drop(connection.await) });
    // Polling must not scan whole tables.
    client.batch_execute("SET enable_seqscan = off").await.unwrap();
    client
}

/// Inserts tickets into the copy of the tickets in orders: `each` for every group of this round.
pub(crate) async fn list_tickets(client: &Client, round: usize, groups: usize, each: usize) {
    let sql = format!(
        "INSERT INTO orders.tickets (id, title, price, user_id, deleted, version) \
         SELECT {}, 'A concert', 1950, 'seller', 0, 0 \
         FROM generate_series(0, {groups} - 1) AS a_group, generate_series(1, {each}) AS n",
        id_sql(&format!("({round} * 64 + a_group) * 100000 + n"))
    );
    client.batch_execute(&sql).await.unwrap();
}

/// Returns the identifier of the ticket with this number, of the length and order of real identifiers.
pub(crate) fn id(number: usize) -> String {
    format!("019aaaaa-0000-7000-8000-{number:012}")
}

/// Returns the same in SQL.
fn id_sql(number: &str) -> String {
    format!("'019aaaaa-0000-7000-8000-' || lpad(({number})::text, 12, '0')")
}
