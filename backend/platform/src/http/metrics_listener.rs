//! The listener of metrics.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::header;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

use super::limits::ServeLimits;
use super::serve::serve;
use crate::shutdown::Shutdown;
use crate::telemetry::install_metrics;

/// Serves `GET /metrics` in the text format of Prometheus, on its own listener, until `shutdown`.
///
/// # Errors
/// If the listener fails permanently.
pub async fn serve_metrics(listener: TcpListener, shutdown: Shutdown) -> io::Result<()> {
    let render = || async {
        let text = install_metrics().map(PrometheusHandle::render).unwrap_or_default();
        ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
    };
    let router = Router::new().route("/metrics", get(render));
    let limits = ServeLimits { connections: 64, grace: Duration::from_secs(1), ..ServeLimits::default() };
    serve(listener, router, limits, shutdown).await
}
