//! Orders through HTTP, with so many replicas of the service. The connections go to them directly and evenly: there is no
//! proxy in between.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio_postgres::Client;

use crate::ground::{Ground, connect, id, list_tickets};
use crate::http::{CONNECTIONS, a_second, post, send_all};
use crate::replica::Replica;
use crate::visitors::Visitors;
use crate::{ORDERS, ORDERS_A_USER};

/// Orders a second, as answered, and until their events are in the stream and marked so.
pub(crate) async fn measure(ground: &Ground, replicas: usize) -> (f64, f64) {
    let client = connect(&ground.url()).await;
    let started = join_all((0..replicas).map(|_| Replica::start(ground, "orders"))).await;
    let addresses: Vec<SocketAddr> = started.iter().map(|replica| replica.address).collect();
    // Connections are made and statements prepared when they are needed first.
    send_all(&addresses, &load(&client, ORDERS / 8).await, 201).await;
    until_published(&client).await;
    let requests = load(&client, ORDERS).await;
    client.batch_execute("CHECKPOINT").await.unwrap();

    let began = Instant::now();
    let (_, answered) = send_all(&addresses, &requests, 201).await;
    until_published(&client).await;
    let told = began.elapsed();
    join_all(started.into_iter().map(Replica::stop)).await;
    (a_second(ORDERS, answered), a_second(ORDERS, told))
}

/// Lists tickets; answers requests that order each of them once.
async fn load(client: &Client, count: usize) -> Vec<Vec<u8>> {
    static ROUND: AtomicUsize = AtomicUsize::new(0);
    let round = ROUND.fetch_add(1, Ordering::Relaxed);
    let each = count / CONNECTIONS;
    list_tickets(client, round, CONNECTIONS, each).await;
    let visitors = Visitors::new();
    let requests = |connection: usize| {
        let cookies: Vec<String> = (0..each.div_ceil(ORDERS_A_USER))
            .map(|user| visitors.cookie(&format!("buyer-{round}-{connection}-{user}")))
            .collect();
        (1..=each).map(move |n| {
            let number = (round * 64 + connection) * 100_000 + n;
            let body = format!(r#"{{"ticketId":"{}"}}"#, id(number));
            post("/api/orders", &cookies[(n - 1) / ORDERS_A_USER], &format!("order-{number}"), &body)
        })
    };
    (0..CONNECTIONS).flat_map(requests).collect()
}

/// Returns when every event of orders is in the stream.
pub(crate) async fn until_published(client: &Client) {
    let sql = "SELECT EXISTS (SELECT FROM orders.outbox WHERE published_at IS NULL)";
    while client.query_one(sql, &[]).await.unwrap().get::<_, bool>(0) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
