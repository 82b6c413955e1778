//! Orders through HTTP, with several replicas of the service. The connections are spread evenly over them, without a
//! proxy.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio_postgres::Client;

use crate::cookies::SessionCookies;
use crate::engines::{Engines, connect, id, list_tickets};
use crate::http::{CONNECTIONS, per_second, post, send_all};
use crate::replica::Replica;
use crate::{ORDERS, ORDERS_PER_USER};

/// Returns orders per second, until the response and until their events are published and marked.
pub(crate) async fn measure(engines: &Engines, replicas: usize) -> (f64, f64) {
    let client = connect(&engines.url()).await;
    let started = join_all((0..replicas).map(|_| Replica::start(engines, "orders"))).await;
    let addresses: Vec<SocketAddr> = started.iter().map(|replica| replica.address).collect();
    // The first requests open connections and prepare statements.
    send_all(&addresses, &load(&client, ORDERS / 8).await, 201).await;
    wait_until_published(&client).await;
    let requests = load(&client, ORDERS).await;
    client.batch_execute("CHECKPOINT").await.unwrap();

    let began = Instant::now();
    let (_, answered) = send_all(&addresses, &requests, 201).await;
    wait_until_published(&client).await;
    let published = began.elapsed();
    join_all(started.into_iter().map(Replica::stop)).await;
    (per_second(ORDERS, answered), per_second(ORDERS, published))
}

/// Lists tickets, and returns the requests that order each of them once.
async fn load(client: &Client, count: usize) -> Vec<Vec<u8>> {
    static NEXT_ROUND: AtomicUsize = AtomicUsize::new(0);
    let round = NEXT_ROUND.fetch_add(1, Ordering::Relaxed);
    let each = count / CONNECTIONS;
    list_tickets(client, round, CONNECTIONS, each).await;
    let cookies = SessionCookies::new();
    let requests = |connection: usize| {
        let cookies: Vec<String> = (0..each.div_ceil(ORDERS_PER_USER))
            .map(|user| cookies.cookie(&format!("buyer-{round}-{connection}-{user}")))
            .collect();
        (1..=each).map(move |n| {
            let number = (round * 64 + connection) * 100_000 + n;
            let body = format!(r#"{{"ticketId":"{}"}}"#, id(number));
            post("/api/orders", &cookies[(n - 1) / ORDERS_PER_USER], &format!("order-{number}"), &body)
        })
    };
    (0..CONNECTIONS).flat_map(requests).collect()
}

/// Waits until every event of orders is published.
pub(crate) async fn wait_until_published(client: &Client) {
    let sql = "SELECT EXISTS (SELECT FROM orders.outbox WHERE published_at IS NULL)";
    while client.query_one(sql, &[]).await.unwrap().get::<_, bool>(0) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
