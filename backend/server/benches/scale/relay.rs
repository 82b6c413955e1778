//! The relay of orders, which publishes and marks the events of the outbox.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

use crate::WAITING;
use crate::bare_stream::BODY;
use crate::engines::{Engines, connect};
use crate::http::per_second;
use crate::replica::Replica;

/// Returns events per second.
pub(crate) async fn measure(engines: &Engines) -> f64 {
    let client = connect(&engines.url()).await;
    let replica = Replica::start(engines, "orders").await;
    // The relay runs once it holds the lease.
    let sql = "SELECT EXISTS (SELECT FROM orders.leases WHERE name = 'relay')";
    while !client.query_one(sql, &[]).await.unwrap().get::<_, bool>(0) {
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    // The orders are old, so that no consumer waits for their tickets.
    let write = format!(
        "INSERT INTO orders.outbox (id, name, aggregate, version, time, trace, body, xact) \
         SELECT gen_random_uuid()::text, 'order:created', gen_random_uuid()::text, 0, 1790000000000, NULL, '{BODY}', \
         pg_current_xact_id()::text::bigint FROM generate_series(1, {WAITING})"
    );
    client.batch_execute(&format!("BEGIN; {write}; COMMIT")).await.unwrap();
    let last = client.query_one("SELECT max(id) FROM orders.outbox WHERE published_at IS NULL", &[]);
    let last: String = last.await.unwrap().get(0);
    let began = Instant::now();
    client.batch_execute("NOTIFY ticketing_orders, 'bench outbox'").await.unwrap();
    wait_until_marked(&client, &last).await;
    let took = began.elapsed();
    replica.stop().await;
    per_second(WAITING, took)
}

/// Waits until the last event is marked, and with it all others. A query for unmarked events would scan every row that
/// was just marked.
async fn wait_until_marked(client: &Client, last: &str) {
    let sql = "SELECT published_at IS NOT NULL FROM orders.outbox WHERE id = $1";
    let sql = client.prepare(sql).await.unwrap();
    while !client.query_one(&sql, &[&last]).await.unwrap().get::<_, bool>(0) {
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}
