//! The spans of this process.

use std::borrow::Cow;
use std::sync::OnceLock;

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanBuilder, Status, TraceContextExt, Tracer};
use opentelemetry_sdk::trace::SdkTracer;

use super::context::TraceContext;

pub use opentelemetry::Value;
pub use opentelemetry::trace::SpanKind;

/// The tracer; set when the export of traces starts.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// Sets the tracer of spans. Returns `false` if another one is set.
pub(super) fn set_tracer(tracer: SdkTracer) -> bool {
    TRACER.set(tracer).is_ok()
}

/// The name and attributes of a span, by OpenTelemetry's semantic conventions.
#[derive(Debug)]
pub struct Description {
    /// The operation. Names must have a low cardinality.
    pub name: Cow<'static, str>,
    /// The attributes.
    pub attributes: Vec<(&'static str, Value)>,
}

/// A span, which ends when it is dropped. Does nothing if traces are not exported.
#[derive(Debug, Default)]
pub struct Span {
    context: TraceContext,
    is_recorded: bool,
}

impl Span {
    /// Begins a span below `parent`. `describe` is called only if the span is recorded.
    pub fn begin(kind: SpanKind, parent: &TraceContext, describe: impl FnOnce() -> Description) -> Self {
        let Some(tracer) = TRACER.get().filter(|_| !parent.is_unsampled()) else {
            return Self { context: parent.clone(), is_recorded: false };
        };
        let Description { name, attributes } = describe();
        let attributes = attributes.into_iter().map(|(name, value)| KeyValue::new(name, value)).collect();
        let builder = SpanBuilder::from_name(name).with_kind(kind).with_attributes::<Vec<_>>(attributes);
        let span = tracer.build_with_context(builder, &parent.0);
        Self { context: TraceContext(parent.0.with_span(span)), is_recorded: true }
    }

    /// Returns the context of work that this span causes.
    pub fn context(&self) -> &TraceContext {
        &self.context
    }

    /// Sets an attribute.
    pub fn set(&self, name: &'static str, value: impl Into<Value>) {
        if self.is_recorded {
            self.context.0.span().set_attribute(KeyValue::new(name, value));
        }
    }

    /// Marks the span as failed.
    pub fn fail(&self, why: impl Into<Cow<'static, str>>) {
        if self.is_recorded {
            self.context.0.span().set_status(Status::error(why));
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if self.is_recorded {
            self.context.0.span().end();
        }
    }
}
