//! Server-sent events, block by block, with all their fields.

use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;

/// How long an event may take.
const EVENT_TIMEOUT: Duration = Duration::from_secs(10);

/// One block of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveEvent {
    /// Its `event:`, if it has one.
    pub name: Option<String>,
    /// Its `id:`, if it has one.
    pub id: Option<String>,
    /// Its `data:`, if it has any.
    pub data: Option<String>,
    /// Its `retry:`, if it has one: when to connect again, in milliseconds.
    pub retry: Option<String>,
    /// Its comment, if it has one: a heartbeat.
    pub comment: Option<String>,
}

impl LiveEvent {
    /// Returns the data as JSON.
    ///
    /// # Panics
    /// If there is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.data.as_deref().expect("data")).expect("JSON")
    }
}

/// A stream of events.
#[derive(Debug)]
pub struct EventStream {
    body: Incoming,
    text: String,
}

impl EventStream {
    pub(crate) fn new(body: Incoming) -> Self {
        Self { body, text: String::new() }
    }

    /// Returns the next block; `None` at the end of the stream.
    ///
    /// # Panics
    /// If nothing comes for ten seconds.
    pub async fn next(&mut self) -> Option<LiveEvent> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (parse(block), rest.to_owned());
                self.text = rest;
                return Some(event);
            }
            let frame =
                tokio::time::timeout(EVENT_TIMEOUT, self.body.frame()).await.expect("an event in time");
            let bytes = frame?.ok()?.into_data().ok()?;
            self.text.push_str(std::str::from_utf8(&bytes).expect("text"));
        }
    }

    /// Returns the next `count` blocks that carry data.
    ///
    /// # Panics
    /// If the stream ends before.
    pub async fn take(&mut self, count: usize) -> Vec<LiveEvent> {
        let mut events = Vec::with_capacity(count);
        while events.len() < count {
            let event = self.next().await.expect("another event");
            if event.data.is_some() {
                events.push(event);
            }
        }
        events
    }
}

fn parse(block: &str) -> LiveEvent {
    let mut event = LiveEvent::default();
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        let target = match field {
            "event" => &mut event.name,
            "id" => &mut event.id,
            "data" => &mut event.data,
            "retry" => &mut event.retry,
            "" => &mut event.comment,
            other => panic!("a field {other:?} in a stream of events"),
        };
        *target = Some(value);
    }
    event
}
