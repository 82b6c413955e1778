//! Health: `/healthz` while the process runs, `/readyz` while it can do its work.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use http::StatusCode;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::http::{Json, PROBE_PATHS};
use crate::shutdown::Shutdown;

/// A check that has not answered by then has failed.
const CHECK_WITHIN: Duration = Duration::from_secs(2);

type Check = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

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
        self.checks.push((name, Arc::new(move || check().boxed())));
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
        let last = Mutex::new(None::<CheckRun>);
        self.check(name, move || {
            let mut last = last.lock();
            if let Some(run) = last.as_ref().filter(|run| run.is_current(every)) {
                return run.outcome.clone();
            }
            // Not a part of the probe: one that is given up must not leave the next one to begin again.
            let running = tokio::spawn(check());
            let (begun, task) = (Instant::now(), running.abort_handle());
            // A check that panics has failed.
            let outcome = running.map(|fine| fine.unwrap_or(false)).boxed().shared();
            *last = Some(CheckRun { begun, task, outcome: outcome.clone() });
            outcome
        })
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

/// One run of a check, whose outcome many probes share.
struct CheckRun {
    begun: Instant,
    task: AbortHandle,
    outcome: Shared<BoxFuture<'static, bool>>,
}

impl CheckRun {
    /// Returns whether it is running, or began less than `every` ago.
    fn is_current(&self, every: Duration) -> bool {
        !self.task.is_finished() || self.begun.elapsed() < every
    }
}
