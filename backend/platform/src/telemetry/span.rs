//! Spans: what this process tells of its own part in a trace.

use std::borrow::Cow;
use std::sync::OnceLock;

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanBuilder, Status, TraceContextExt, Tracer};
use opentelemetry_sdk::trace::SdkTracer;

use super::context::TraceContext;

pub use opentelemetry::Value;
pub use opentelemetry::trace::SpanKind;

/// Set once traces are exported.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// From now on spans are told to `tracer`. `false` where they are told to another.
pub(super) fn tell(tracer: SdkTracer) -> bool {
    TRACER.set(tracer).is_ok()
}

/// What a span tells from its beginning, in the words of OpenTelemetry's semantic conventions.
#[derive(Debug)]
pub struct Description {
    /// What is done, in words of which there are few.
    pub name: Cow<'static, str>,
    /// To what, and how.
    pub attributes: Vec<(&'static str, Value)>,
}

/// Some work that is under way. It ends when this is dropped. Where nobody is told, it is nothing.
#[derive(Debug, Default)]
pub struct Span {
    context: TraceContext,
    is_own: bool,
}

impl Span {
    /// Begins work that `parent` has caused. What it tells is asked for only where somebody is told.
    #[must_use]
    pub fn begin(kind: SpanKind, parent: &TraceContext, describe: impl FnOnce() -> Description) -> Self {
        let Some(tracer) = TRACER.get().filter(|_| !parent.is_passed_over()) else {
            return Self { context: parent.clone(), is_own: false };
        };
        let Description { name, attributes } = describe();
        let attributes = attributes.into_iter().map(|(name, value)| KeyValue::new(name, value)).collect();
        let builder = SpanBuilder::from_name(name).with_kind(kind).with_attributes::<Vec<_>>(attributes);
        let span = tracer.build_with_context(builder, &parent.0);
        Self { context: TraceContext(parent.0.with_span(span)), is_own: true }
    }

    /// What work belongs to that this span causes.
    #[must_use]
    pub fn context(&self) -> &TraceContext {
        &self.context
    }

    /// Tells something more.
    pub fn set(&self, name: &'static str, value: impl Into<Value>) {
        if self.is_own {
            self.context.0.span().set_attribute(KeyValue::new(name, value));
        }
    }

    /// Tells that the work has failed.
    pub fn fail(&self, why: impl Into<Cow<'static, str>>) {
        if self.is_own {
            self.context.0.span().set_status(Status::error(why));
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if self.is_own {
            self.context.0.span().end();
        }
    }
}
