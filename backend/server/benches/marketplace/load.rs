//! The load: lists, orders and reads tickets.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::ORDERS_PER_USER;
use crate::http::{CONNECTIONS, Connection, per_second, post, send_all};
use crate::server::{Server, get};

/// Returns the request of a browser for a page or for a file of a page.
fn browser_request(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\naccept-encoding: gzip, deflate, br, zstd\r\n\r\n")
        .into_bytes()
}

/// Saves the response to a browser in a file.
pub(crate) async fn save_page(address: SocketAddr, path: &str) -> PathBuf {
    let mut connection = Connection::open(address).await;
    let request = browser_request(path);
    let (status, body) = connection.send(&request).await;
    assert_eq!(status, 200, "{path}");
    let name = path.replace('/', "-");
    let file = std::env::temp_dir().join(format!("ticketing-bench-page{name}-{}", std::process::id()));
    std::fs::write(&file, body).unwrap();
    file
}

/// Returns the median time to the first byte of a response, over one persistent connection, in microseconds.
pub(crate) async fn first_byte(address: SocketAddr, path: &str, count: usize) -> f64 {
    let mut connection = Connection::open(address).await;
    let request = browser_request(path);
    let mut taken = Vec::with_capacity(count);
    for _ in 0..count {
        let began = Instant::now();
        connection.begin(&request).await;
        taken.push(began.elapsed());
        assert_eq!(connection.finish().await.0, 200, "{path}");
    }
    taken.sort_unstable();
    taken[count / 2].as_secs_f64() * 1e6
}

/// Signs one account up, and in `count` times. Returns sign-ins per second.
pub(crate) async fn sign_in(server: &Server, count: usize) -> f64 {
    let body = r#"{"email":"bench@example.com","password":"correct horse battery"}"#;
    send_all(&[server.stack.address()], &[post("/api/users/signup", "", "signup", body)], 201).await;
    let requests = vec![post("/api/users/signin", "", "signin", body); count];
    let (_, took) = send_all(&[server.stack.address()], &requests, 200).await;
    per_second(count, took)
}

/// Lists `count` tickets, and waits until every service has consumed the events. Returns their identifiers.
pub(crate) async fn create_tickets(server: &mut Server, count: usize) -> Vec<String> {
    let cookie = server.stack.cookies.cookie("seller");
    let first = server.tickets;
    let requests: Vec<_> = (first..first + count as u64)
        .map(|n| {
            let body = format!(r#"{{"title":"Concert number {n}","price":{}.5}}"#, n % 500 + 1);
            post("/api/tickets", &cookie, &format!("ticket-{n}"), &body)
        })
        .collect();
    let (bodies, _) = send_all(&[server.stack.address()], &requests, 201).await;
    server.tickets += count as u64;
    server.settle().await;
    bodies.iter().map(|body| id_of(body)).collect()
}

fn id_of(body: &[u8]) -> String {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    body["id"].as_str().unwrap().to_owned()
}

/// Orders each ticket once. Returns orders per second, until the response and until every event has taken effect.
pub(crate) async fn order(server: &mut Server, tickets: &[String]) -> (f64, f64) {
    let first = server.orders;
    let cookies: Vec<_> = (0..tickets.len().div_ceil(ORDERS_PER_USER))
        .map(|user| server.stack.cookies.cookie(&format!("buyer-{first}-{user}")))
        .collect();
    let requests: Vec<_> = tickets
        .iter()
        .enumerate()
        .map(|(n, ticket)| {
            let body = format!(r#"{{"ticketId":"{ticket}"}}"#);
            post("/api/orders", &cookies[n / ORDERS_PER_USER], &format!("order-{first}-{n}"), &body)
        })
        .collect();
    let began = Instant::now();
    let (_, answered) = send_all(&[server.stack.address()], &requests, 201).await;
    server.orders += tickets.len() as u64;
    server.reservations_seen += tickets.len() as u64;
    server.settle().await;
    (per_second(tickets.len(), answered), per_second(tickets.len(), began.elapsed()))
}

/// Lists tickets until `count` of them are available. Returns a file with the response of the list.
pub(crate) async fn prepare_list(server: &mut Server, count: usize) -> PathBuf {
    let listed = get(server.stack.address(), "/api/tickets").await;
    let there = serde_json::from_str::<Vec<serde_json::Value>>(&listed).unwrap().len();
    create_tickets(server, count.saturating_sub(there)).await;
    let body = get(server.stack.address(), "/api/tickets").await;
    let file = std::env::temp_dir().join(format!("ticketing-bench-list-{}.json", std::process::id()));
    std::fs::write(&file, body).unwrap();
    file
}

/// Reads `path` for `span`. Returns reads per second.
pub(crate) async fn read(address: SocketAddr, path: &str, span: Duration) -> f64 {
    let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n").into_bytes();
    let began = Instant::now();
    let readers = (0..CONNECTIONS).map(|_| async {
        let mut connection = Connection::open(address).await;
        let mut count = 0;
        while began.elapsed() < span {
            assert_eq!(connection.send(&request).await.0, 200);
            count += 1;
        }
        count
    });
    let count: usize = join_all(readers).await.into_iter().sum();
    per_second(count, began.elapsed())
}
