//! Log lines on stderr, which a thread writes. If the reader of stderr stops reading, log lines are dropped, and no
//! request is blocked.

use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::LogFormat;
use super::lines::WithTrace;

/// The maximum number of waiting log lines. Further ones are dropped and counted.
const BUFFERED_LINES: usize = 8192;
/// How often the dropped lines are counted.
const COUNT_INTERVAL: Duration = Duration::from_secs(1);

/// A log filter that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("not a log filter: {0:?}, expected something like \"info\" or \"warn,ticketing_orders=debug\"")]
pub struct FilterError(String);

/// Keeps the thread that writes the log lines. Dropping it writes the waiting lines, for about a second at most.
#[derive(Debug)]
#[must_use = "log lines are written until it is dropped"]
pub struct LogGuard {
    worker: Option<WorkerGuard>,
    writer: NonBlocking,
    // Dropping it ends the counting thread.
    _counting: mpsc::Sender<()>,
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        let dropped = self.writer.error_counter();
        let before = dropped.dropped_lines();
        // An empty line tests whether the buffer has room. Without room, dropping the worker would print to stdout.
        if self.writer.write_all(b"").is_err() || dropped.dropped_lines() > before {
            std::mem::forget(self.worker.take());
        }
    }
}

/// Sends log lines to stderr, with the id of their trace. A second call changes nothing.
///
/// No caller waits for stderr: up to `BUFFERED_LINES` lines wait, and further ones are dropped. The metric
/// `log_lines_dropped_total` counts them, and one log line reports their number when stderr is read again.
///
/// # Errors
/// If the filter is invalid.
pub fn init_logs(log_format: LogFormat, filter: &str) -> Result<LogGuard, FilterError> {
    let filter = EnvFilter::builder().parse(filter).map_err(|_| FilterError(filter.to_owned()))?;
    let (writer, guard) = spawn_writer(io::stderr(), BUFFERED_LINES);
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer().with_writer(writer);
    // An error means that a subscriber is installed already.
    let _already = match log_format {
        LogFormat::Text => {
            let ansi = io::IsTerminal::is_terminal(&io::stderr()) && std::env::var_os("NO_COLOR").is_none();
            let format = format().with_ansi(ansi);
            let lines = layer.with_ansi(ansi).event_format(WithTrace(format));
            registry.with(lines).try_init()
        }
        LogFormat::Json => {
            let json = layer.json().flatten_event(true);
            let lines = json.map_event_format(WithTrace);
            registry.with(lines).try_init()
        }
    };
    Ok(guard)
}

/// Logs the panics of every thread. The default hook writes to stderr itself, and blocks if nothing reads stderr.
pub fn log_panics() {
    panic::set_hook(Box::new(log_panic));
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let thread = thread::current();
    tracing::error!(
        thread = thread.name().unwrap_or("unnamed"),
        location = panic.location().map(tracing::field::display),
        error = panic.payload_as_str().unwrap_or("no message"),
        "a thread panicked"
    );
}

/// Runs `write` on its own thread and waits for its end, at most for `limit`. Returns `false` after a timeout. For
/// output of the server itself: a full pipe must not prevent the server from ending.
pub fn write_within(limit: Duration, write: impl FnOnce() + Send + 'static) -> bool {
    let (running, ended) = mpsc::channel::<()>();
    let spawned = thread::Builder::new().name("print".to_owned()).spawn(move || {
        write();
        drop(running);
    });
    spawned.is_ok() && ended.recv_timeout(limit) == Err(RecvTimeoutError::Disconnected)
}

/// Creates a writer that never waits for `output`, and the thread that writes there.
fn spawn_writer(output: impl Write + Send + 'static, lines: usize) -> (NonBlocking, LogGuard) {
    let builder = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(lines);
    let (writer, worker) = builder.thread_name("log-writer").finish(output);
    let (counting, ended) = mpsc::channel();
    let dropped = writer.error_counter();
    let counter = thread::Builder::new().name("log-counter".to_owned()).spawn(move || {
        let mut drops = Drops::new(dropped);
        while ended.recv_timeout(COUNT_INTERVAL) == Err(RecvTimeoutError::Timeout) {
            drops.report();
        }
    });
    if let Err(error) = counter {
        tracing::warn!(%error, "dropped log lines are not counted");
    }
    (writer.clone(), LogGuard { worker: Some(worker), writer, _counting: counting })
}

/// Counts the dropped lines, and logs their number when lines are written again.
struct Drops {
    counter: ErrorCounter,
    /// The counter at the last report.
    seen: usize,
    /// How far the counter has been logged.
    logged: usize,
}

impl Drops {
    fn new(counter: ErrorCounter) -> Self {
        Self { counter, seen: 0, logged: 0 }
    }

    fn report(&mut self) {
        let dropped = self.counter.dropped_lines();
        metrics::counter!("log_lines_dropped_total").absolute(dropped as u64);
        // While lines are still dropped, the report would be dropped too.
        if dropped == self.seen && dropped > self.logged {
            tracing::warn!(
                lines = dropped - self.logged,
                "log lines were dropped because stderr was not read"
            );
            // The report itself may be dropped and counted.
            let own = self.counter.dropped_lines().saturating_sub(dropped);
            self.logged = if own == 0 { dropped } else { self.logged + own };
        }
        self.seen = dropped;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// An output that takes lines only while the test holds no lock on it.
    #[derive(Clone, Default)]
    struct Pipe(Arc<Mutex<Vec<u8>>>);

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn log_writer_drops_lines_while_blocked_and_reports_them_after() {
        const LINES: usize = 500;
        let pipe = Pipe::default();
        let (writer, guard) = spawn_writer(pipe.clone(), 16);
        let mut drops = Drops::new(writer.error_counter());
        let subscriber = tracing_subscriber::registry()
            .with(tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer));
        tracing::subscriber::with_default(subscriber, || {
            let unread = pipe.0.lock().unwrap();
            for line in 0..LINES {
                tracing::info!(line, "work goes on");
            }
            // Counted at once, and reported when there is room.
            drops.report();
            drops.report();
            let dropped = drops.seen;
            assert!(dropped >= LINES - 17 && drops.logged < dropped, "{dropped} were dropped");
            drop(unread);
            while drops.logged != drops.counter.dropped_lines() {
                thread::yield_now();
                drops.report();
            }
        });
        drop(guard);
        let text = String::from_utf8(pipe.0.lock().unwrap().clone()).unwrap();
        let reports: Vec<&str> =
            text.lines().filter(|line| line.contains("log lines were dropped")).collect();
        assert_eq!(reports.len(), 1, "{text}");
    }

    #[test]
    fn write_within_returns_while_the_write_is_blocked() {
        let pipe = Pipe::default();
        let unread = pipe.0.lock().unwrap();
        let (mut blocked, mut free) = (pipe.clone(), Pipe::default());
        assert!(!write_within(Duration::from_millis(20), move || drop(blocked.write(b"x"))));
        assert!(write_within(Duration::from_secs(60), move || drop(free.write(b"x"))));
        drop(unread);
    }
}
