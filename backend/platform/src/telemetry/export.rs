//! Where traces are sent: an OpenTelemetry collector, over HTTP and in Protobuf (OTLP).
//!
//! Ended spans wait in a bounded queue, and a thread of their own sends them. Whoever ends a span never waits: where the
//! collector is away or too slow, spans are lost and nothing else is.

use std::fmt;
use std::str::FromStr;
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

/// How often what has ended is sent.
const EVERY: Duration = Duration::from_secs(1);
/// Spans that are sent together at most.
const BATCH: usize = 512;
/// Spans that wait to be sent at most; more are lost.
const WAITING: usize = 8192;
/// How long the collector may take to answer, repeats included.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// How long an ending process waits until what is left is sent.
const FLUSH_WITHIN: Duration = Duration::from_secs(3);

/// A share: a number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio(f64);

impl Ratio {
    /// All of it.
    pub const ALL: Self = Self(1.0);
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Some text is no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a number from 0 to 1")]
pub struct RatioError;

impl FromStr for Ratio {
    type Err = RatioError;

    fn from_str(text: &str) -> Result<Self, RatioError> {
        let ratio = text.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
        ratio.map(Self).ok_or(RatioError)
    }
}

/// Which traces are exported, and where to.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceSettings {
    /// The collector, like `http://127.0.0.1:4318`.
    pub endpoint: Uri,
    /// The share of the traces that begin here which are kept. Those that began elsewhere are kept where that was told.
    pub sample: Ratio,
}

impl TraceSettings {
    /// Every trace, to this collector. `None` for a URL that is more than a scheme, a host, a port and a path.
    #[must_use]
    pub fn new(endpoint: Uri) -> Option<Self> {
        let host = endpoint.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        let known = matches!(endpoint.scheme_str(), Some("http" | "https"));
        (known && host && endpoint.query().is_none()).then_some(Self { endpoint, sample: Ratio::ALL })
    }

    /// Where the collector takes traces.
    fn url(&self) -> String {
        format!("{}/v1/traces", self.endpoint.to_string().trim_end_matches('/'))
    }
}

/// Why traces cannot be exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// There is no way to speak to the collector.
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
    /// The exporter cannot be made.
    #[error("{0}")]
    Exporter(#[from] ExporterBuildError),
    /// The process exports its traces already.
    #[error("this process exports its traces already")]
    Again,
    /// The machine has no thread to spare.
    #[error("no thread can be started")]
    Thread,
}

/// Traces are exported. What has not been sent when it is dropped is lost: call [`flush`](Self::flush).
#[derive(Debug)]
pub struct Exporting {
    provider: SdkTracerProvider,
}

/// Exports the traces of this process from now on, which calls itself `service`. Once a process. It does not wait for the
/// collector, which may be away.
///
/// # Errors
/// When that cannot be begun.
pub fn export_traces(settings: &TraceSettings, service: &str) -> Result<Exporting, ExportError> {
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_http_client(client(settings)?)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(settings.url())
        .with_timeout(ANSWER_WITHIN)
        .build()?;
    let watched = Watched { exporter, url: settings.url(), is_failing: AtomicBool::new(false) };
    let batches = BatchConfigBuilder::default()
        .with_scheduled_delay(EVERY)
        .with_max_queue_size(WAITING)
        .with_max_export_batch_size(BATCH)
        .build();
    let ratio = Sampler::TraceIdRatioBased(settings.sample.0);
    let provider = SdkTracerProvider::builder()
        .with_span_processor(BatchSpanProcessor::builder(watched).with_batch_config(batches).build())
        .with_sampler(Sampler::ParentBased(Box::new(ratio)))
        .with_resource(resource(service))
        .build();
    if !span::tell(provider.tracer("ticketing")) {
        return Err(ExportError::Again);
    }
    Ok(Exporting { provider })
}

impl Exporting {
    /// Sends what is left, for a few seconds at most. Spans that end later are lost.
    pub async fn flush(self) {
        let provider = self.provider;
        let flushed = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(FLUSH_WITHIN)).await;
        if !matches!(flushed, Ok(Ok(()))) {
            tracing::warn!("the last spans were not sent in time");
        }
    }
}

/// Who tells: this process, and no other that calls itself the same.
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
    // The one TLS provider of the program. If it is chosen already, that choice stands.
    drop(rustls::crypto::ring::default_provider().install_default());
    let mut builder = reqwest::blocking::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(ANSWER_WITHIN)
        .tcp_nodelay(true);
    if settings.endpoint.scheme_str() == Some("http") {
        // No certificate will be looked at, and a collector that is spoken to in the clear is near.
        builder = builder.tls_certs_only(std::iter::empty()).no_proxy();
    }
    // It waits in a runtime of its own, which must not be begun on a thread of another.
    let made = std::thread::scope(|scope| scope.spawn(|| builder.build()).join());
    Ok(made.map_err(|_| ExportError::Thread)??)
}

/// Says once that the collector takes nothing, and once that it does again.
#[derive(Debug)]
struct Watched {
    exporter: opentelemetry_otlp::SpanExporter,
    url: String,
    is_failing: AtomicBool,
}

impl SpanExporter for Watched {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len() as u64;
        let exported = self.exporter.export(batch).await;
        let was_failing = self.is_failing.swap(exported.is_err(), Ordering::Relaxed);
        let outcome = if exported.is_ok() { "sent" } else { "lost" };
        metrics::counter!("trace_spans_total", "outcome" => outcome).increment(spans);
        match &exported {
            Ok(()) if was_failing => tracing::info!(url = self.url, "traces are taken again"),
            Err(error) if !was_failing => {
                tracing::warn!(url = self.url, %error, "traces are not taken, and lost until they are");
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
    fn traces_are_taken_below_the_path_of_the_collector() {
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

    #[test]
    fn a_share_lies_between_nothing_and_all() {
        assert_eq!(("0".parse(), "1.0".parse()), (Ok(Ratio(0.0)), Ok(Ratio::ALL)));
        for text in ["-0.1", "1.1", "half", "NaN", "inf", ""] {
            assert_eq!(text.parse::<Ratio>(), Err(RatioError), "{text:?}");
        }
    }
}
