//! Logs to stderr, the recorder of metrics, and traces to a collector.

mod context;
mod export;
mod lines;
mod log_throttle;
mod logs;
mod span;

use std::sync::OnceLock;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

pub use context::{TraceContext, TraceContextGuard};
pub use export::{ExportError, TraceExport, TraceSettings, export_traces};
pub use log_throttle::{LogThrottle, LogThrottles};
pub use logs::{FilterError, LogGuard, init_logs, log_panics, write_within};
pub use span::{Description, Span, SpanKind, Value};

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// Text, for people.
    #[default]
    Text,
    /// JSON, one object a line, for programs.
    Json,
}

/// Upper bounds of the duration histograms, in seconds.
const BUCKETS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How often raw histogram samples are aggregated into buckets, which bounds their memory.
const UPKEEP: Duration = Duration::from_secs(1);

/// Starts the collection of metrics, once for the process. Returns the handle that renders them, or `None` if the
/// process has another recorder.
pub fn install_metrics() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(install).as_ref()
}

fn install() -> Option<PrometheusHandle> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)
        .ok()?;
    let handle = builder.install_recorder().ok()?;
    let kept = handle.clone();
    // A thread, not a task: the recorder outlives every runtime of the process.
    let upkeep = std::thread::Builder::new().name("metrics-upkeep".to_owned()).spawn(move || {
        let (_never_sent, ticks) = mpsc::channel::<()>();
        while ticks.recv_timeout(UPKEEP) == Err(RecvTimeoutError::Timeout) {
            kept.run_upkeep();
        }
    });
    if let Err(error) = upkeep {
        tracing::warn!(%error, "metrics upkeep not started; histograms grow until they are read");
    }
    Some(handle)
}
