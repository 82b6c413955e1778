//! Log lines that name the trace that they belong to.

use std::fmt;

use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::context::TraceContext;

/// How a line names its trace.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    /// At its end.
    AtTheEnd,
    /// As the first member of a JSON object.
    AsMember,
}

/// Writes lines as `F` does, with their trace where they belong to one.
#[derive(Debug)]
pub(super) struct WithTrace<F> {
    pub(super) format: F,
    pub(super) named: Named,
}

impl<S, N, F> FormatEvent<S, N> for WithTrace<F>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(trace) = TraceContext::current_trace() else {
            return self.format.format_event(context, writer, event);
        };
        let mut line = String::with_capacity(256);
        self.format.format_event(context, Writer::new(&mut line), event)?;
        match (self.named, line.strip_prefix('{')) {
            (Named::AsMember, Some(members)) => write!(writer, "{{\"trace_id\":\"{trace}\",{members}"),
            _ => writeln!(writer, "{} trace_id={trace}", line.trim_end_matches('\n')),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Two lines, of which the first belongs to a trace.
    fn written(subscriber: impl Subscriber + Send + Sync, paper: &Paper) -> Vec<String> {
        tracing::subscriber::with_default(subscriber, || {
            let context = TraceContext::remote(Some(PARENT));
            let within = context.enter();
            tracing::info!(answer = 42, "first");
            drop(within);
            tracing::info!("second");
        });
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_line_in_json_has_its_trace_as_a_member() {
        let paper = Paper::default();
        let to = paper.clone();
        let layer =
            tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(move || to.clone());
        let layer = layer.map_event_format(|format| WithTrace { format, named: Named::AsMember });
        let lines = written(tracing_subscriber::registry().with(layer), &paper);
        let lines: Vec<serde_json::Value> =
            lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!((&lines[0]["message"], &lines[0]["answer"]), (&"first".into(), &42.into()));
        assert_eq!((&lines[1]["message"], lines[1].get("trace_id")), (&"second".into(), None));
    }

    #[test]
    fn a_line_for_people_has_it_at_its_end() {
        let paper = Paper::default();
        let to = paper.clone();
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || to.clone());
        let layer = layer.map_event_format(|format| WithTrace { format, named: Named::AtTheEnd });
        let lines = written(tracing_subscriber::registry().with(layer), &paper);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].ends_with("first answer=42 trace_id=4bf92f3577b34da6a3ce929d0e0e4736"), "{lines:?}");
        assert!(lines[1].ends_with("second"), "{lines:?}");
    }
}
