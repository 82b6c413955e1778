//! Health: `/healthz` while the process runs, `/readyz` while it can do its work.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::http::{Json, PROBE_PATHS};
use crate::shutdown::Shutdown;

/// A check that has not answered by then has failed.
const CHECK_WITHIN: Duration = Duration::from_secs(2);

type Outcome = Pin<Box<dyn Future<Output = bool> + Send>>;
type Check = Arc<dyn Fn() -> Outcome + Send + Sync>;

/// The checks of a process.
#[derive(Clone)]
pub struct Health {
    shutdown: Shutdown,
    checks: Vec<(&'static str, Check)>,
}

#[derive(Serialize)]
struct Report<'a> {
    status: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failing: Vec<&'a str>,
}

impl Health {
    /// Ready until the shutdown begins.
    pub fn new(shutdown: Shutdown) -> Self {
        Self { shutdown, checks: Vec::new() }
    }

    /// Adds something that must work for the process to be ready. The check answers within two seconds or has failed.
    #[must_use]
    pub fn check<F, R>(mut self, name: &'static str, check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = bool> + Send + 'static,
    {
        self.checks.push((name, Arc::new(move || Box::pin(check()))));
        self
    }

    /// The same for a check that costs something: it runs once at a time and once within `every` at most, however many
    /// probes come; those in between get the last outcome.
    #[must_use]
    pub fn check_at_most_every<F, R>(self, name: &'static str, every: Duration, check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = bool> + Send + 'static,
    {
        let shared = Arc::new(SharedCheck { check: Box::new(check), every, last: Mutex::new(None) });
        self.check(name, move || shared.clone().outcome())
    }

    /// Returns the routes `/healthz` and `/readyz`.
    pub fn router(self) -> Router {
        let [alive, ready] = PROBE_PATHS;
        let health = Arc::new(self);
        Router::new()
            .route(alive, get(|| async { Json(Report { status: "ok", failing: Vec::new() }) }))
            .route(ready, get(move || async move { health.ready().await }))
    }

    async fn ready(&self) -> Response {
        let outcomes = futures_util::future::join_all(self.checks.iter().map(|(name, check)| async move {
            let fine = tokio::time::timeout(CHECK_WITHIN, check()).await.unwrap_or(false);
            (!fine).then_some(*name)
        }));
        let mut failing: Vec<&str> = outcomes.await.into_iter().flatten().collect();
        if self.shutdown.is_triggered() {
            failing.push("shutdown");
        }
        if failing.is_empty() {
            return Json(Report { status: "ok", failing }).into_response();
        }
        (StatusCode::SERVICE_UNAVAILABLE, Json(Report { status: "unavailable", failing })).into_response()
    }
}

/// A check whose outcome many probes share.
struct SharedCheck<F> {
    check: Box<F>,
    every: Duration,
    last: Mutex<Option<Run>>,
}

/// One run of a check.
struct Run {
    begun: Instant,
    outcome: watch::Receiver<Option<bool>>,
}

impl Run {
    /// Returns whether its outcome is still to come, or is younger than `every`.
    fn is_current(&self, every: Duration) -> bool {
        let is_running = self.outcome.borrow().is_none() && self.outcome.has_changed().is_ok();
        is_running || self.begun.elapsed() < every
    }
}

impl<F, R> SharedCheck<F>
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = bool> + Send + 'static,
{
    async fn outcome(self: Arc<Self>) -> bool {
        let mut outcome = self.current();
        // A check that panics has no outcome.
        outcome.wait_for(Option::is_some).await.is_ok_and(|outcome| *outcome == Some(true))
    }

    fn current(&self) -> watch::Receiver<Option<bool>> {
        let mut last = self.last.lock();
        if let Some(run) = last.as_ref().filter(|run| run.is_current(self.every)) {
            return run.outcome.clone();
        }
        let (sender, outcome) = watch::channel(None);
        let check = (self.check)();
        // Not a part of the probe: one that is given up must not leave the next one to begin again.
        tokio::spawn(async move { sender.send_replace(Some(check.await)) });
        *last = Some(Run { begun: Instant::now(), outcome: outcome.clone() });
        outcome
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.checks.iter().map(|(name, _)| name)).finish()
    }
}
