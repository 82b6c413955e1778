//! What some work belongs to: its trace, and the span in it that caused the work. It goes along with the work from task
//! to thread, row and event, whether or not this process tells anybody of its own part.

use std::fmt;

use opentelemetry::trace::{
    FutureExt, SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Context, ContextGuard};

/// The trace that some work belongs to, and its cause in it. The default belongs to none. A clone is the same.
#[derive(Clone, Debug, Default)]
pub struct TraceContext(pub(super) Context);

/// What runs on this thread belongs to a trace until this is dropped.
#[derive(Debug)]
#[must_use = "it ends when it is dropped"]
pub struct Entered {
    _guard: ContextGuard,
}

impl TraceContext {
    /// What the work belongs to that runs on this thread now.
    #[must_use]
    pub fn current() -> Self {
        Self(Context::current())
    }

    /// What somebody else has told, as the W3C writes it (`traceparent`). What is not well formed tells nothing.
    #[must_use]
    pub fn remote(traceparent: Option<&str>) -> Self {
        let told = traceparent.and_then(parse).map(|told| Context::new().with_remote_span_context(told));
        Self(told.unwrap_or_default())
    }

    /// As the W3C writes it, for whoever goes on elsewhere.
    #[must_use]
    pub fn traceparent(&self) -> Option<String> {
        written(&self.0)
    }

    /// The same of the work that runs on this thread now.
    #[must_use]
    pub fn current_traceparent() -> Option<String> {
        Context::map_current(written)
    }

    /// The trace that the work on this thread belongs to, as log lines name it.
    pub(super) fn current_trace() -> Option<impl fmt::Display> {
        Context::map_current(|context| {
            let span = context.span();
            span.span_context().is_valid().then(|| span.span_context().trace_id())
        })
    }

    /// What runs on this thread belongs to it until the answer is dropped. Where there is no trace there is none.
    pub fn enter(&self) -> Option<Entered> {
        self.0.has_active_span().then(|| Entered { _guard: self.0.clone().attach() })
    }

    /// The same future, whose work belongs to it.
    pub fn follow<F: Future>(self, future: F) -> impl Future<Output = F::Output> {
        future.with_context(self.0)
    }

    /// Whether it belongs to a trace that whoever began it does not keep.
    pub(super) fn is_passed_over(&self) -> bool {
        let span = self.0.span();
        span.span_context().is_valid() && !span.span_context().is_sampled()
    }
}

fn written(context: &Context) -> Option<String> {
    let span = context.span();
    let cause = span.span_context();
    cause.is_valid().then(|| {
        let sampled = u8::from(cause.is_sampled());
        format!("00-{}-{}-{sampled:02x}", cause.trace_id(), cause.span_id())
    })
}

/// `version-trace-parent-flags`, in small hexadecimal digits. The parser of the library takes shorter identifiers and
/// signs in them, so this one is ours. A version that is not known may have more to say after the flags.
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
    let cause = SpanContext::new(trace, parent, flags, true, TraceState::NONE);
    cause.is_valid().then_some(cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEPT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const PASSED_OVER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

    fn again(text: &str) -> Option<String> {
        TraceContext::remote(Some(text)).traceparent()
    }

    #[test]
    fn what_is_well_formed_is_passed_on() {
        assert_eq!(again(KEPT).as_deref(), Some(KEPT));
        assert_eq!(again(PASSED_OVER).as_deref(), Some(PASSED_OVER));
        assert_eq!(again(&format!(" {KEPT}\t")).as_deref(), Some(KEPT));
        // Flags that nobody knows yet are not passed on.
        assert_eq!(again(&KEPT.replace("-01", "-ff")).as_deref(), Some(KEPT));
        // Versions to come begin like the first, and may say more.
        for text in [KEPT.replacen("00", "cc", 1), format!("{}-what-else", KEPT.replacen("00", "01", 1))] {
            assert_eq!(again(&text).as_deref(), Some(KEPT), "{text}");
        }
        assert!(!TraceContext::remote(Some(KEPT)).is_passed_over());
        assert!(TraceContext::remote(Some(PASSED_OVER)).is_passed_over());
    }

    #[test]
    fn what_is_not_tells_nothing() {
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
            assert_eq!(again(text), None, "{text:?}");
            assert!(TraceContext::remote(Some(text)).enter().is_none(), "{text:?}");
        }
        assert_eq!(TraceContext::remote(None).traceparent(), None);
    }

    #[test]
    fn work_belongs_to_what_was_entered_last() {
        assert_eq!(TraceContext::current_traceparent(), None);
        let outer = TraceContext::remote(Some(KEPT));
        let inner = TraceContext::remote(Some(PASSED_OVER));
        let within = outer.enter();
        assert_eq!(TraceContext::current_traceparent().as_deref(), Some(KEPT));
        {
            let _within = inner.enter();
            assert_eq!(TraceContext::current().traceparent().as_deref(), Some(PASSED_OVER));
        }
        assert_eq!(TraceContext::current_traceparent().as_deref(), Some(KEPT));
        drop(within);
        assert_eq!(TraceContext::current_traceparent(), None);
    }

    #[tokio::test]
    async fn a_future_takes_it_along_and_leaves_nothing_behind() {
        let followed = TraceContext::remote(Some(KEPT)).follow(async {
            tokio::task::yield_now().await;
            TraceContext::current_traceparent()
        });
        let (inside, outside) = tokio::join!(followed, async { TraceContext::current_traceparent() });
        assert_eq!((inside.as_deref(), outside), (Some(KEPT), None));
    }

    proptest! {
        #[test]
        fn nothing_that_is_told_breaks_it(text in ".{0,80}") {
            let passed = again(&text);
            prop_assert_eq!(passed.as_deref().and_then(again), passed);
        }
    }
}
