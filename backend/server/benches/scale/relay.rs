//! The relay of orders: what waits in its outbox is published and marked.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

use crate::WAITING;
use crate::bare_stream::BODY;
use crate::ground::{Ground, connect};
use crate::http::a_second;
use crate::replica::Replica;

/// Events a second.
pub(crate) async fn measure(ground: &Ground) -> f64 {
    let client = connect(&ground.url()).await;
    let replica = Replica::start(ground, "orders").await;
    // The relay has begun when it says that it is the one.
    let sql = "SELECT EXISTS (SELECT FROM orders.leases WHERE name = 'relay')";
    while !client.query_one(sql, &[]).await.unwrap().get::<_, bool>(0) {
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    // The orders are of the past, so that nobody looks for what they are about.
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
    until_marked(&client, &last).await;
    let took = began.elapsed();
    replica.stop().await;
    a_second(WAITING, took)
}

/// Waits until this one is marked, the last of them, and all with it. To look for what is not marked would be a walk over
/// everything that just was.
async fn until_marked(client: &Client, last: &str) {
    let sql = "SELECT published_at IS NOT NULL FROM orders.outbox WHERE id = $1";
    let sql = client.prepare(sql).await.unwrap();
    while !client.query_one(&sql, &[&last]).await.unwrap().get::<_, bool>(0) {
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}
