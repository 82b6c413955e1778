//! The trace context of work: its trace, and the span that caused the work. It is propagated from task to thread, row
//! and event, whether or not this process exports spans.

use std::fmt;

use opentelemetry::trace::{
    FutureExt, SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Context, ContextGuard};

/// The trace of some work, and its parent span. The default is no trace.
#[derive(Clone, Debug, Default)]
pub struct TraceContext(pub(super) Context);

/// Keeps a trace context current on this thread until it is dropped.
#[derive(Debug)]
#[must_use = "it ends when it is dropped"]
pub struct TraceContextGuard {
    _guard: ContextGuard,
}

impl TraceContext {
    /// Returns the current context of this thread.
    pub fn current() -> Self {
        Self(Context::current())
    }

    /// Reads the context of a caller from a W3C `traceparent`. A malformed one is no trace.
    pub fn remote(traceparent: Option<&str>) -> Self {
        let parent = traceparent.and_then(parse);
        Self(parent.map(|parent| Context::new().with_remote_span_context(parent)).unwrap_or_default())
    }

    /// Returns the context as a W3C `traceparent`, for a callee.
    pub fn traceparent(&self) -> Option<String> {
        format(&self.0)
    }

    /// Returns the current context of this thread as a W3C `traceparent`.
    pub fn current_traceparent() -> Option<String> {
        Context::map_current(format)
    }

    /// Returns the id of the current trace of this thread, for log lines.
    pub(super) fn current_trace() -> Option<impl fmt::Display> {
        Context::map_current(|context| {
            let span = context.span();
            span.span_context().is_valid().then(|| span.span_context().trace_id())
        })
    }

    /// Makes the context current on this thread until the result is dropped. Returns `None` without a trace.
    pub fn enter(&self) -> Option<TraceContextGuard> {
        self.0.has_active_span().then(|| TraceContextGuard { _guard: self.0.clone().attach() })
    }

    /// Runs a future with this context.
    pub fn follow<F: Future>(self, future: F) -> impl Future<Output = F::Output> {
        future.with_context(self.0)
    }

    /// Returns whether the trace is not sampled.
    pub(super) fn is_unsampled(&self) -> bool {
        let span = self.0.span();
        span.span_context().is_valid() && !span.span_context().is_sampled()
    }
}

fn format(context: &Context) -> Option<String> {
    let span = context.span();
    let parent = span.span_context();
    parent.is_valid().then(|| {
        let sampled = u8::from(parent.is_sampled());
        format!("00-{}-{}-{sampled:02x}", parent.trace_id(), parent.span_id())
    })
}

/// Parses `version-trace-parent-flags`, in lower-case hexadecimal digits. The parser of the library accepts shorter
/// identifiers and signs. An unknown version may have further parts after the flags.
fn parse(text: &str) -> Option<SpanContext> {
    let mut parts = text.trim_matches([' ', '\t']).splitn(5, '-');
    let mut digits = |count: usize| {
        let part = parts.next()?;
        let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (part.len() == count && part.bytes().all(hex)).then_some(part)
    };
    let (version, trace, parent, flags) = (digits(2)?, digits(32)?, digits(16)?, digits(2)?);
    if version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let trace = TraceId::from_hex(trace).ok()?;
    let parent = SpanId::from_hex(parent).ok()?;
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
    let context = SpanContext::new(trace, parent, flags, true, TraceState::NONE);
    context.is_valid().then_some(context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

    fn round_trip(text: &str) -> Option<String> {
        TraceContext::remote(Some(text)).traceparent()
    }

    #[test]
    fn valid_traceparent_is_propagated() {
        assert_eq!(round_trip(SAMPLED).as_deref(), Some(SAMPLED));
        assert_eq!(round_trip(UNSAMPLED).as_deref(), Some(UNSAMPLED));
        assert_eq!(round_trip(&format!(" {SAMPLED}\t")).as_deref(), Some(SAMPLED));
        // Unknown flags are not propagated.
        assert_eq!(round_trip(&SAMPLED.replace("-01", "-ff")).as_deref(), Some(SAMPLED));
        // Later versions begin like version 00, and may have further parts.
        for text in
            [SAMPLED.replacen("00", "cc", 1), format!("{}-what-else", SAMPLED.replacen("00", "01", 1))]
        {
            assert_eq!(round_trip(&text).as_deref(), Some(SAMPLED), "{text}");
        }
        assert!(!TraceContext::remote(Some(SAMPLED)).is_unsampled());
        assert!(TraceContext::remote(Some(UNSAMPLED)).is_unsampled());
    }

    #[test]
    fn malformed_traceparent_is_no_trace() {
        let bad = [
            "",
            "-",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-011",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0é",
        ];
        for text in bad {
            assert_eq!(round_trip(text), None, "{text:?}");
            assert!(TraceContext::remote(Some(text)).enter().is_none(), "{text:?}");
        }
        assert_eq!(TraceContext::remote(None).traceparent(), None);
    }

    #[test]
    fn work_belongs_to_what_was_entered_last() {
        assert_eq!(TraceContext::current_traceparent(), None);
        let outer = TraceContext::remote(Some(SAMPLED));
        let inner = TraceContext::remote(Some(UNSAMPLED));
        let within = outer.enter();
        assert_eq!(TraceContext::current_traceparent().as_deref(), Some(SAMPLED));
        {
            let _within = inner.enter();
            assert_eq!(TraceContext::current().traceparent().as_deref(), Some(UNSAMPLED));
        }
        assert_eq!(TraceContext::current_traceparent().as_deref(), Some(SAMPLED));
        drop(within);
        assert_eq!(TraceContext::current_traceparent(), None);
    }

    #[tokio::test]
    async fn a_future_takes_it_along_and_leaves_nothing_behind() {
        let followed = TraceContext::remote(Some(SAMPLED)).follow(async {
            tokio::task::yield_now().await;
            TraceContext::current_traceparent()
        });
        let (inside, outside) = tokio::join!(followed, async { TraceContext::current_traceparent() });
        assert_eq!((inside.as_deref(), outside), (Some(SAMPLED), None));
    }

    proptest! {
        #[test]
        fn parsing_a_traceparent_never_panics(text in ".{0,80}") {
            let passed = round_trip(&text);
            prop_assert_eq!(passed.as_deref().and_then(round_trip), passed);
        }
    }
}
