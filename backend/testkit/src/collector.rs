//! A fake OpenTelemetry collector: receives spans over HTTP, in Protobuf, and keeps them for a test.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::{Span, span, status};
use parking_lot::Mutex;
use prost::Message;
use ticketing_platform::telemetry::{TraceSettings, export_traces};

use crate::thread_server::ThreadServer;

/// A collector on a port of its own, with a thread of its own, so that it outlives the runtime of a test.
#[derive(Debug)]
pub struct Collector {
    server: ThreadServer,
    recorded: Arc<Mutex<Vec<RecordedSpan>>>,
}

/// A received span.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedSpan {
    /// The name of the process.
    pub process: String,
    /// Its name.
    pub name: String,
    /// Its kind: `server`, `client`, `producer`, `consumer` or `internal`.
    pub kind: &'static str,
    /// Its trace, in hexadecimal digits.
    pub trace: String,
    /// Its own id.
    pub id: String,
    /// The id of its parent; empty for a root.
    pub parent: String,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
    /// Why it failed, if it did.
    pub failed: Option<String>,
}

impl RecordedSpan {
    /// Returns one of its attributes; empty if it has none of that name.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// Returns its service.
    pub fn service(&self) -> &str {
        self.attribute("ticketing.service")
    }
}

impl Collector {
    /// Starts the collector.
    ///
    /// # Panics
    /// If there is no free port.
    pub fn start() -> Self {
        let recorded = Arc::<Mutex<Vec<RecordedSpan>>>::default();
        let kept = recorded.clone();
        let server = ThreadServer::start(move |request| {
            let response = take(&request, &kept);
            async move { Some(response) }
        });
        Self { server, recorded }
    }

    /// Returns the collector that receives the traces of this process from now on.
    ///
    /// # Panics
    /// If they are sent elsewhere already.
    pub fn of_this_process() -> &'static Self {
        static OURS: OnceLock<Collector> = OnceLock::new();
        OURS.get_or_init(|| {
            let collector = Self::start();
            // It runs until the end of the process.
            let _exporting = export_traces(&collector.settings(), "ticketing").expect("traces are exported");
            collector
        })
    }

    /// Returns its URL, as a setting.
    pub fn endpoint(&self) -> String {
        self.server.url()
    }

    /// Returns the settings of a process that sends its traces here.
    pub fn settings(&self) -> TraceSettings {
        let endpoint = self.endpoint().parse().expect("a URL");
        TraceSettings::new(endpoint).expect("an endpoint")
    }

    /// Returns the received spans of a trace.
    pub fn trace(&self, trace: &str) -> Vec<RecordedSpan> {
        self.spans().into_iter().filter(|span| span.trace == trace).collect()
    }

    /// Returns all received spans.
    pub fn spans(&self) -> Vec<RecordedSpan> {
        self.recorded.lock().clone()
    }
}

fn take(request: &Request<Bytes>, recorded: &Mutex<Vec<RecordedSpan>>) -> Response<Full<Bytes>> {
    let is_otlp = request.method() == Method::POST
        && request.uri().path() == "/v1/traces"
        && request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/x-protobuf");
    let read = ExportTraceServiceRequest::decode(request.body().clone()).ok().filter(|_| is_otlp);
    let status = match read {
        Some(received) => {
            recorded.lock().extend(spans(received));
            StatusCode::OK
        }
        None => StatusCode::BAD_REQUEST,
    };
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

fn spans(request: ExportTraceServiceRequest) -> Vec<RecordedSpan> {
    let mut all = Vec::new();
    for of_process in request.resource_spans {
        let resource =
            of_process.resource.map(|resource| attributes(resource.attributes)).unwrap_or_default();
        let process = resource.get("service.name").cloned().unwrap_or_default();
        for span in of_process.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            all.push(record(&process, span));
        }
    }
    all
}

fn record(process: &str, span: Span) -> RecordedSpan {
    let kind = match span.kind() {
        span::SpanKind::Server => "server",
        span::SpanKind::Client => "client",
        span::SpanKind::Producer => "producer",
        span::SpanKind::Consumer => "consumer",
        span::SpanKind::Internal | span::SpanKind::Unspecified => "internal",
    };
    let failed = span.status.as_ref().filter(|status| status.code() == status::StatusCode::Error);
    RecordedSpan {
        process: process.to_owned(),
        kind,
        trace: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: hex(&span.parent_span_id),
        failed: failed.map(|status| status.message.clone()),
        attributes: attributes(span.attributes),
        name: span.name,
    }
}

fn attributes(spans_of_request: Vec<KeyValue>) -> BTreeMap<String, String> {
    spans_of_request.into_iter().map(|pair| (pair.key, text(pair.value))).collect()
}

fn text(value: Option<AnyValue>) -> String {
    match value.and_then(|value| value.value) {
        Some(any_value::Value::StringValue(text)) => text,
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        Some(any_value::Value::DoubleValue(number)) => number.to_string(),
        Some(any_value::Value::BoolValue(is)) => is.to_string(),
        other => format!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
