//! The load: buys passes, and checks them in.

use std::time::{Duration, Instant};

use secrecy::SecretString;
use ticketing_sdk::{IdempotencyKey, Pass, PassCode};
use ticketing_tickets::PassSigner;

use crate::cookies::PASS_KEY;
use crate::http::{Connection, per_second, post, send_all, send_over};
use crate::processor_time::{ProcessorTime, TimeRounds};
use crate::report::Rounds;
use crate::server::Server;
use crate::{ORDERS_PER_USER, load};

/// The interval between two reads of the metrics, which cost processor time too.
const POLL: Duration = Duration::from_millis(2);

fn signer() -> PassSigner {
    PassSigner::new(&[SecretString::from(PASS_KEY)]).unwrap()
}

/// Sells this number of tickets, and returns the codes of their passes.
pub(crate) async fn sell_passes(server: &mut Server, count: usize) -> Vec<PassCode> {
    let tickets = load::create_tickets(server, count).await;
    let first = server.orders;
    let cookies: Vec<_> = (0..count.div_ceil(ORDERS_PER_USER))
        .map(|user| server.stack.cookies.cookie(&format!("buyer-{first}-{user}")))
        .collect();
    let requests = |path: &str, kind: &str, bodies: &[String]| -> Vec<Vec<u8>> {
        let request = |(n, body): (usize, &String)| {
            post(path, &cookies[n / ORDERS_PER_USER], &format!("{kind}-{first}-{n}"), body)
        };
        bodies.iter().enumerate().map(request).collect()
    };
    let orders: Vec<_> = tickets.iter().map(|ticket| format!(r#"{{"ticketId":"{ticket}"}}"#)).collect();
    let orders = requests("/api/orders", "order", &orders);
    let (orders, _) = send_all(&[server.stack.address()], &orders, 201).await;
    let payments: Vec<_> = orders
        .iter()
        .map(|order| {
            let order: serde_json::Value = serde_json::from_slice(order).unwrap();
            format!(r#"{{"orderId":{},"token":"tok_visa"}}"#, order["id"])
        })
        .collect();
    server.orders += count as u64;
    // Reserved, and sold: then the pass is issued.
    server.reservations_seen += 2 * count as u64;
    send_all(&[server.stack.address()], &requests("/api/payments", "payment", &payments), 201).await;
    server.settle().await;
    let list = format!(
        "GET /api/passes?issued=me&status=valid HTTP/1.1\r\nhost: bench\r\ncookie: {}\r\n\r\n",
        server.stack.cookies.cookie("seller")
    );
    let mut connection = Connection::open(server.stack.address()).await;
    let (status, body) = connection.send(list.as_bytes()).await;
    assert_eq!(status, 200);
    let passes: Vec<Pass> = serde_json::from_slice(body).unwrap();
    assert_eq!(passes.len(), count, "every sold ticket has its pass");
    let signer = signer();
    passes.iter().map(|pass| signer.sign(&pass.id, pass.serial).unwrap()).collect()
}

/// The figures of the check-ins over one number of connections.
#[derive(Default)]
pub(crate) struct Figures {
    /// Check-ins per second, until the response.
    answered: Rounds,
    /// Check-ins per second, until every event is in the stream.
    published: Rounds,
    /// The processor time of each check-in.
    times: TimeRounds,
    /// The commits for each check-in, of all services and the stream.
    commits: Rounds,
}

impl Figures {
    pub(crate) fn print(&self, connections: usize, verified: &Rounds) {
        println!("\n{connections} connections");
        self.times.print();
        self.commits.print("commits for each check-in, all services and the stream", "commits");
        self.answered.print("check-ins through HTTP, durable", "check-ins/s");
        self.published.print("the same until every event is in the stream", "check-ins/s");
        self.answered.ratio("check-ins / bare verification", verified);
    }
}

/// Checks each code in once, over this number of connections.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub(crate) async fn check_in(server: &Server, connections: usize, codes: &[PassCode], figures: &mut Figures) {
    let cookie = server.stack.cookies.cookie("seller");
    let keys = keys(connections, codes.len());
    let request = |(code, key): (&PassCode, &IdempotencyKey)| {
        let body = serde_json::json!({ "code": code, "device": "north door" }).to_string();
        post("/api/passes/check-ins", &cookie, key.as_str(), &body)
    };
    let requests: Vec<_> = codes.iter().zip(&keys).map(request).collect();
    let (published, commits) = (published_events(server).await, server.commits().await);
    let processes = [server.stack.id(), std::process::id()];
    let before = processes.map(ProcessorTime::read);
    let (_, took) = send_over(connections, &[server.stack.address()], &requests, 201).await;
    let answered = Instant::now();
    while published_events(server).await < published + codes.len() as u64 {
        tokio::time::sleep(POLL).await;
    }
    let answered_for = answered.elapsed();
    let taken = processes.map(ProcessorTime::read);
    let [times, load] = [0, 1].map(|n| taken[n].subtract(&before[n]).of_each(codes.len()));
    figures.answered.push(per_second(codes.len(), took));
    figures.published.push(per_second(codes.len(), took + answered_for));
    figures.times.push(&times, load.iter().sum());
    figures.commits.push((server.commits().await - commits) as f64 / codes.len() as f64);
}

/// Makes the keys in the order in which they are sent: a client makes a key when it sends a request, and each connection sends the
/// requests of one part, one after the other. `count` is a multiple of `connections`.
fn keys(connections: usize, count: usize) -> Vec<IdempotencyKey> {
    let mut keys: Vec<_> = (0..count).map(|_| IdempotencyKey::generate()).collect();
    keys.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    let part = count / connections;
    (0..count).map(|n| keys[n % part * connections + n / part].clone()).collect()
}

/// Returns how many events the relays have published.
async fn published_events(server: &Server) -> u64 {
    let counters = server.counters().await;
    let published = counters.iter().filter(|(name, _)| name.starts_with("events_published_total"));
    published.map(|(_, count)| count).sum()
}

/// Verifies each code in a loop, without a server. Returns codes per second.
pub(crate) fn verify(codes: &[PassCode]) -> f64 {
    let signer = signer();
    let began = Instant::now();
    for code in codes {
        signer.verify(code).unwrap();
    }
    per_second(codes.len(), began.elapsed())
}
