//! Counters and durations of requests. Their handles are cached, so that a request needs no lookup in the registry.

use std::time::Duration;

use http::{Method, StatusCode};
use metrics::{Counter, Histogram, counter, histogram};
use parking_lot::RwLock;

use super::trace::known_method;

/// The handles of one endpoint. It has few pairs of method and status, so a linear search is fastest.
#[derive(Default)]
pub(super) struct Meters {
    entries: RwLock<Vec<Entry>>,
}

struct Entry {
    method: &'static str,
    status: StatusCode,
    route: String,
    requests: Counter,
    seconds: Histogram,
}

impl Meters {
    /// Counts one request.
    pub(super) fn record(&self, method: &Method, route: &str, status: StatusCode, taken: Duration) {
        let method = known_method(method).unwrap_or("other");
        if let Some(entry) = find(&self.entries.read(), method, route, status) {
            entry.count(taken);
            return;
        }
        let entry = Entry::new(method, route, status);
        entry.count(taken);
        let mut entries = self.entries.write();
        if find(&entries, method, route, status).is_none() {
            entries.push(entry);
        }
    }
}

fn find<'a>(entries: &'a [Entry], method: &str, route: &str, status: StatusCode) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.status == status && entry.method == method && entry.route == route)
}

impl Entry {
    fn new(method: &'static str, route: &str, status: StatusCode) -> Self {
        let labels = [
            ("method", method.to_owned()),
            ("route", route.to_owned()),
            ("status", status.as_u16().to_string()),
        ];
        Self {
            method,
            status,
            route: route.to_owned(),
            requests: counter!("http_requests_total", &labels),
            seconds: histogram!("http_request_duration_seconds", &labels),
        }
    }

    fn count(&self, taken: Duration) {
        self.requests.increment(1);
        self.seconds.record(taken.as_secs_f64());
    }
}
