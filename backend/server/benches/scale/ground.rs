//! What everything stands on: a PostgreSQL server and a NATS server of our own that wait for the disk, and what the program
//! of the services needs to know of them.

use std::process::Stdio;

use ticketing_testkit::{NatsServer, PrivateServer};
use tokio::process::Command;
use tokio_postgres::{Client, NoTls};

use crate::visitors::KEY;

pub(crate) struct Ground {
    pub(crate) postgres: PrivateServer,
    pub(crate) nats: NatsServer,
}

impl Ground {
    /// Starts the servers and makes the tables and streams; beside them the same tables in a database that no service
    /// knows.
    pub(crate) async fn prepare() -> Self {
        let ground = Self { postgres: PrivateServer::start(), nats: NatsServer::begin().await };
        ground.postgres.psql("CREATE DATABASE bare");
        for url in [ground.postgres.url(), ground.bare_url()] {
            let migrated = ground.program(&url).arg("migrate").status().await.unwrap();
            assert!(migrated.success(), "tables and streams are made");
        }
        ground
    }

    /// The database of the services.
    pub(crate) fn url(&self) -> String {
        self.postgres.url()
    }

    /// The database with the same tables.
    pub(crate) fn bare_url(&self) -> String {
        self.postgres.other_url("bare")
    }

    /// `ticketing-server`, told where everything is.
    pub(crate) fn program(&self, url: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing-server"));
        // Nothing of whoever measures may change what the services do.
        command.env_clear().env("TICKETING_DATABASE_URL", url).env("TICKETING_NATS_URL", self.nats.url());
        command.env("TICKETING_DATABASE_CONNECTIONS", crate::POOL.to_string());
        command
            .env("TICKETING_JWT_KEY", KEY)
            .env("TICKETING_LOG", "error")
            .env("TICKETING_WRITES_PER_MINUTE", "0");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        command
    }
}

/// A connection of our own.
pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    // It ends with the server.
    tokio::spawn(async move { drop(connection.await) });
    // Whoever looks now and then whether all is done must not cost what a look at a whole table costs.
    client.batch_execute("SET enable_seqscan = off").await.unwrap();
    client
}

/// Puts tickets into a copy of the tickets in orders: `each` for every one of so many groups, and of this round.
pub(crate) async fn list_tickets(client: &Client, round: usize, groups: usize, each: usize) {
    let sql = format!(
        "INSERT INTO orders.tickets (id, title, price, user_id, deleted, version) \
         SELECT {}, 'A concert', 1950, 'seller', 0, 0 \
         FROM generate_series(0, {groups} - 1) AS a_group, generate_series(1, {each}) AS n",
        id_sql(&format!("({round} * 64 + a_group) * 100000 + n"))
    );
    client.batch_execute(&sql).await.unwrap();
}

/// The identifier of the ticket with this number: as long as any, and rising as theirs do.
pub(crate) fn id(number: usize) -> String {
    format!("019aaaaa-0000-7000-8000-{number:012}")
}

/// The same in SQL.
fn id_sql(number: &str) -> String {
    format!("'019aaaaa-0000-7000-8000-' || lpad(({number})::text, 12, '0')")
}
