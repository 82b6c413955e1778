//! The latency of one event from a service to another, on engines without other load.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, NoTls, Statement};

use crate::bare_stream::{BODY, BareStream};
use crate::cookies::SessionCookies;
use crate::engines::{Engines, connect};
use crate::http::{Connection, post};
use crate::replica::Replica;
use crate::spans::Spans;

/// The pause before each measurement.
const PAUSE: Duration = Duration::from_millis(15);

pub(crate) struct Events {
    listing: SocketAddr,
    cookie: String,
    /// The tickets that orders has committed.
    arrived: mpsc::UnboundedReceiver<String>,
    _listener: Client,
    client: Client,
    commit: Statement,
    bare: BareStream,
    count: usize,
    followed: Spans,
    hops: Spans,
    // Dropped before their engines.
    _services: [Replica; 2],
    _ground: Engines,
}

impl Events {
    pub(crate) async fn begin() -> Self {
        let engines = Engines::prepare().await;
        let services = [Replica::start(&engines, "tickets").await, Replica::start(&engines, "orders").await];
        let client = connect(&engines.url()).await;
        // PostgreSQL notifies listeners of a row at its commit.
        client
            .batch_execute(
                "CREATE FUNCTION arrived() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN PERFORM pg_notify('arrived', NEW.id); RETURN NULL; END $$; \
                 CREATE TRIGGER arrived AFTER INSERT ON orders.tickets FOR EACH ROW EXECUTE FUNCTION arrived(); \
                 CREATE TABLE hops (number BIGSERIAL PRIMARY KEY, body TEXT NOT NULL)",
            )
            .await
            .unwrap();
        let commit = client.prepare("INSERT INTO hops (body) VALUES ($1)").await.unwrap();
        let (listener, arrived) = listen(&engines.url()).await;
        Self {
            listing: services[0].address,
            cookie: SessionCookies::new().cookie("seller"),
            arrived,
            _listener: listener,
            client,
            commit,
            bare: BareStream::create(&engines.nats.url()).await,
            count: 0,
            followed: Spans::default(),
            hops: Spans::default(),
            _services: services,
            _ground: engines,
        }
    }

    /// Measures `count` events, and the bare hops after each of them.
    pub(crate) async fn follow(&mut self, count: usize) {
        // The service closes idle connections.
        let mut http = Connection::open(self.listing).await;
        for _ in 0..count {
            self.count += 1;
            let body = format!(r#"{{"title":"Concert number {}","price":19.5}}"#, self.count);
            let request = post("/api/tickets", &self.cookie, &format!("ticket-{}", self.count), &body);
            let began = Instant::now();
            let (status, answer) = http.send(&request).await;
            assert_eq!(status, 201, "{}", String::from_utf8_lossy(answer));
            let listed: serde_json::Value = serde_json::from_slice(answer).unwrap();
            let arrived = self.arrived.recv().await.expect("the listener is there");
            let took = began.elapsed();
            assert_eq!(listed["id"], arrived.as_str());
            tokio::time::sleep(PAUSE).await;
            let hops = self.commit().await + self.bare.publish_one().await + self.commit().await;
            tokio::time::sleep(PAUSE).await;
            // The first events open connections and prepare statements.
            if self.count > 10 {
                self.followed.push(took);
                self.hops.push(hops);
            }
        }
    }

    async fn commit(&self) -> Duration {
        let began = Instant::now();
        self.client.execute(&self.commit, &[&BODY]).await.unwrap();
        began.elapsed()
    }

    /// Returns the times of the events, and those of the bare hops.
    pub(crate) fn spans(&self) -> [&Spans; 2] {
        [&self.followed, &self.hops]
    }
}

/// Subscribes to the tickets that orders commits, for as long as the returned client lives.
async fn listen(url: &str) -> (Client, mpsc::UnboundedReceiver<String>) {
    let (client, mut connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notice) = message {
                drop(sender.send(notice.payload().to_owned()));
            }
        }
    });
    client.batch_execute("LISTEN arrived").await.unwrap();
    (client, receiver)
}
