//! Health: `/healthz` while the process runs, `/readyz` while it can do its work.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use serde::Serialize;

use crate::http::Json;
use crate::shutdown::Shutdown;

/// A check that has not answered by then has failed.
const CHECK_WITHIN: Duration = Duration::from_secs(2);

const ALIVE: &str = "/healthz";
const READY: &str = "/readyz";
/// Where a process says how it is.
pub(crate) const PATHS: [&str; 2] = [ALIVE, READY];

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
    #[must_use]
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

    /// The routes `/healthz` and `/readyz`.
    pub fn router(self) -> Router {
        let health = Arc::new(self);
        Router::new()
            .route(ALIVE, get(|| async { Json(Report { status: "ok", failing: Vec::new() }) }))
            .route(READY, get(move || async move { health.ready().await }))
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

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.checks.iter().map(|(name, _)| name)).finish()
    }
}
