//! A bare publisher. It publishes the messages of the relay of orders, to the same stream and in batches of the same
//! size, without an outbox; and single messages to a stream of the same configuration without consumers.

use std::time::{Duration, Instant};

use async_nats::HeaderMap;
use async_nats::jetstream::{self, stream};
use ticketing_platform::clock::Clock;

use crate::http::per_second;

/// Events in a batch of the relay.
const BATCH: usize = 512;
/// The body of the event of an order.
pub(crate) const BODY: &str = r#"{"id":"019bbbbb-0000-7000-8000-000000000001","version":0,"status":"created","userId":"buyer-0-00-0","expiresAt":"2026-11-22T10:15:00.000Z","ticket":{"id":"019aaaaa-0000-7000-8000-000000000001","price":19.5}}"#;

pub(crate) struct BareStream {
    client: async_nats::Client,
    clock: Clock,
}

impl BareStream {
    pub(crate) async fn create(url: &str) -> Self {
        let client = async_nats::connect(url).await.unwrap();
        let config = stream::Config {
            name: "BARE".to_owned(),
            subjects: vec!["bare.*".to_owned()],
            storage: stream::StorageType::File,
            max_age: Duration::from_secs(8 * 24 * 3600),
            allow_direct: true,
            allow_atomic_publish: true,
            duplicate_window: Duration::from_secs(120),
            ..stream::Config::default()
        };
        jetstream::new(client.clone()).create_stream(config).await.unwrap();
        Self { client, clock: Clock::system() }
    }

    /// Publishes `count` events, one batch after the other. Returns events per second.
    pub(crate) async fn publish(&self, count: usize) -> f64 {
        let began = Instant::now();
        for batch in 0..count / BATCH {
            let batch_id = format!("{}-{batch}", self.clock.new_id());
            for number in 1..BATCH {
                let (subject, headers) = self.message(&batch_id, number);
                self.client.publish_with_headers(subject, headers, BODY.into()).await.unwrap();
            }
            let (subject, mut headers) = self.message(&batch_id, BATCH);
            headers.insert("Nats-Batch-Commit", "1");
            self.ask(subject, headers).await;
        }
        per_second(count, began.elapsed())
    }

    fn message(&self, batch: &str, number: usize) -> (String, HeaderMap) {
        let id = self.clock.new_id();
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Batch-Id", batch);
        headers.insert("Nats-Batch-Sequence", number.to_string());
        headers.insert("Nats-Msg-Id", id.as_str());
        headers.insert("Ticketing-Version", "0");
        headers.insert("Ticketing-Time", "2026-11-22T10:00:00.000Z");
        (format!("ticketing.order.created.{id}"), headers)
    }

    /// Publishes one message, waits until it is on disk, and returns the elapsed time.
    pub(crate) async fn publish_one(&self) -> Duration {
        let id = self.clock.new_id();
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Msg-Id", id.as_str());
        let began = Instant::now();
        self.ask(format!("bare.{id}"), headers).await;
        began.elapsed()
    }

    async fn ask(&self, subject: String, headers: HeaderMap) {
        let answer = self.client.request_with_headers(subject, headers, BODY.into()).await.unwrap();
        let stored: serde_json::Value = serde_json::from_slice(&answer.payload).unwrap();
        assert!(stored["error"].is_null() && stored["seq"].is_u64(), "{stored}");
    }
}
