//! The export of traces to an OpenTelemetry collector, over HTTP in Protobuf (OTLP).
//!
//! Ended spans wait in a bounded queue for an export thread. Ending a span never blocks: if the collector is away or
//! too slow, spans are dropped, without another effect.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Uri;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, Protocol, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider, SpanData, SpanExporter,
};

use super::span;
use crate::clock::Clock;

/// The interval between exports.
const EXPORT_INTERVAL: Duration = Duration::from_secs(1);
/// The maximum number of spans of one export.
const MAX_BATCH: usize = 512;
/// The maximum number of waiting spans. Further ones are dropped.
const MAX_QUEUE: usize = 8192;
/// The timeout of an export, including its retries.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long an ending process waits for the last export.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(3);

/// The collector, and the sampled traces.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceSettings {
    /// The collector, like `http://127.0.0.1:4318`.
    pub endpoint: Uri,
    /// The ratio of sampled traces, from 0 to 1, of those that begin in this process. Other traces keep the decision of their
    /// caller.
    pub sample: f64,
}

impl TraceSettings {
    /// Exports every trace to this collector. Returns `None` for a URL with other parts than scheme, host, port and
    /// path.
    pub fn new(endpoint: Uri) -> Option<Self> {
        let host = endpoint.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        let known = matches!(endpoint.scheme_str(), Some("http" | "https"));
        (known && host && endpoint.query().is_none()).then_some(Self { endpoint, sample: 1.0 })
    }

    /// Returns the URL to which traces are sent.
    fn url(&self) -> String {
        format!("{}/v1/traces", self.endpoint.to_string().trim_end_matches('/'))
    }
}

/// Why traces cannot be exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The HTTP client cannot be created.
    #[error("cannot create an HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// The exporter cannot be created.
    #[error("{0}")]
    Exporter(#[from] ExporterBuildError),
    /// The process exports traces already.
    #[error("this process exports its traces already")]
    Again,
    /// A thread cannot be started.
    #[error("cannot start a thread")]
    Thread,
}

/// The export of traces. Spans that were not sent when it is dropped are lost: call [`flush`](Self::flush).
#[derive(Debug)]
pub struct TraceExport {
    provider: SdkTracerProvider,
}

/// Starts the export of the traces of this process, with the service name `service`. Does not connect to the collector,
/// which may be away.
///
/// # Errors
/// If the export cannot be started, or was started before.
pub fn export_traces(settings: &TraceSettings, service: &str) -> Result<TraceExport, ExportError> {
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_http_client(client(settings)?)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(settings.url())
        .with_timeout(EXPORT_TIMEOUT)
        .build()?;
    let exporter = LoggedExporter { exporter, url: settings.url(), is_failing: AtomicBool::new(false) };
    let batches = BatchConfigBuilder::default()
        .with_scheduled_delay(EXPORT_INTERVAL)
        .with_max_queue_size(MAX_QUEUE)
        .with_max_export_batch_size(MAX_BATCH)
        .build();
    let ratio = Sampler::TraceIdRatioBased(settings.sample);
    let provider = SdkTracerProvider::builder()
        .with_span_processor(BatchSpanProcessor::builder(exporter).with_batch_config(batches).build())
        .with_sampler(Sampler::ParentBased(Box::new(ratio)))
        .with_resource(resource(service))
        .build();
    if !span::set_tracer(provider.tracer("ticketing")) {
        return Err(ExportError::Again);
    }
    Ok(TraceExport { provider })
}

impl TraceExport {
    /// Sends the waiting spans, for at most 3 s. Spans that end later are lost.
    pub async fn flush(self) {
        let provider = self.provider;
        let flushed =
            tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(FLUSH_TIMEOUT)).await;
        if !matches!(flushed, Ok(Ok(()))) {
            tracing::warn!("flush of the last spans timed out");
        }
    }
}

/// Identifies this process among those with the same service name.
fn resource(service: &str) -> Resource {
    Resource::builder_empty()
        .with_service_name(service.to_owned())
        .with_attributes([
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", Clock::system().new_id()),
        ])
        .build()
}

fn client(settings: &TraceSettings) -> Result<reqwest::blocking::Client, ExportError> {
    // The TLS provider of the program. A provider that was installed before is kept.
    drop(rustls::crypto::ring::default_provider().install_default());
    let mut builder = reqwest::blocking::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(EXPORT_TIMEOUT)
        .tcp_nodelay(true);
    if settings.endpoint.scheme_str() == Some("http") {
        // Without TLS no certificates are needed, and a collector without TLS is not behind a proxy.
        builder = builder.tls_certs_only(std::iter::empty()).no_proxy();
    }
    // The client blocks in its own runtime, which must not start on a thread of another runtime.
    let built = std::thread::scope(|scope| scope.spawn(|| builder.build()).join());
    Ok(built.map_err(|_| ExportError::Thread)??)
}

/// Logs when exports begin to fail, and when they succeed again.
#[derive(Debug)]
struct LoggedExporter {
    exporter: opentelemetry_otlp::SpanExporter,
    url: String,
    is_failing: AtomicBool,
}

impl SpanExporter for LoggedExporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len() as u64;
        let exported = self.exporter.export(batch).await;
        let was_failing = self.is_failing.swap(exported.is_err(), Ordering::Relaxed);
        let outcome = if exported.is_ok() { "sent" } else { "lost" };
        metrics::counter!("trace_spans_total", "outcome" => outcome).increment(spans);
        match &exported {
            Ok(()) if was_failing => tracing::info!(url = self.url, "trace export works again"),
            Err(error) if !was_failing => {
                tracing::warn!(url = self.url, %error, "trace export failed; spans are dropped until it works again");
            }
            _ => {}
        }
        exported
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_sent_below_the_path_of_the_collector() {
        for (endpoint, url) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("http://127.0.0.1:4318/", "http://127.0.0.1:4318/v1/traces"),
            ("https://collector.example/otlp/", "https://collector.example/otlp/v1/traces"),
        ] {
            assert_eq!(TraceSettings::new(endpoint.parse().unwrap()).unwrap().url(), url);
        }
        for endpoint in ["http://a/?b=c", "http://user:word@a", "ftp://a", "/a", "a"] {
            assert_eq!(TraceSettings::new(endpoint.parse().unwrap()), None, "{endpoint}");
        }
    }
}
