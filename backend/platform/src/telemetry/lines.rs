//! Log lines with the id of their trace.

use std::fmt;

use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::context::TraceContext;

/// Formats lines as `F` does, and adds the id of their trace: to text at the end, to a JSON object as its first member.
#[derive(Debug)]
pub(super) struct WithTrace<F>(pub(super) F);

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
            return self.0.format_event(context, writer, event);
        };
        let mut line = String::with_capacity(256);
        self.0.format_event(context, Writer::new(&mut line), event)?;
        match line.strip_prefix('{') {
            Some(members) => write!(writer, "{{\"trace_id\":\"{trace}\",{members}"),
            // A line of text begins with its time.
            None => writeln!(writer, "{} trace_id={trace}", line.trim_end_matches('\n')),
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
    struct Output(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns two lines, of which the first has a trace.
    fn log_two_lines(subscriber: impl Subscriber + Send + Sync, output: &Output) -> Vec<String> {
        tracing::subscriber::with_default(subscriber, || {
            let context = TraceContext::remote(Some(PARENT));
            let entered = context.enter();
            tracing::info!(answer = 42, "first");
            drop(entered);
            tracing::info!("second");
        });
        let text = String::from_utf8(output.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn json_line_has_its_trace_id_as_a_member() {
        let output = Output::default();
        let to = output.clone();
        let layer =
            tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(move || to.clone());
        let layer = layer.map_event_format(WithTrace);
        let lines = log_two_lines(tracing_subscriber::registry().with(layer), &output);
        let lines: Vec<serde_json::Value> =
            lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!((&lines[0]["message"], &lines[0]["answer"]), (&"first".into(), &42.into()));
        assert_eq!((&lines[1]["message"], lines[1].get("trace_id")), (&"second".into(), None));
    }

    #[test]
    fn text_line_has_its_trace_id_at_the_end() {
        let output = Output::default();
        let to = output.clone();
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || to.clone());
        let layer = layer.map_event_format(WithTrace);
        let lines = log_two_lines(tracing_subscriber::registry().with(layer), &output);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].ends_with("first answer=42 trace_id=4bf92f3577b34da6a3ce929d0e0e4736"), "{lines:?}");
        assert!(lines[1].ends_with("second"), "{lines:?}");
    }
}
