//! An outage of the event log: each relay and consumer logs one line, however often it retries.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use ticketing_bus::ApplyOutcome;
use ticketing_engines::{Shape, eventually};
use ticketing_events::TicketCreated;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::shutdown::Shutdown;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Fixture, count, note, ticket_created};

/// Log lines, kept in memory.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// Returns how many lines have all of these words.
    fn with(&self, words: &[&str]) -> usize {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().filter(|line| words.iter().all(|word| line.contains(word))).count()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Takes the log away while it handles an event, whose delivery can then not be settled.
struct MovesLog(PathBuf, PathBuf);

impl MovesLog {
    fn handle(&self, tx: &mut Tx<'_>, _: &TicketCreated) -> Result<ApplyOutcome, DbError> {
        drop(fs::rename(&self.0, &self.1));
        note(tx, "t", 0)?;
        Ok(ApplyOutcome::Done)
    }
}

#[tokio::test]
async fn outage_of_the_event_log_is_one_line_of_each_relay_and_consumer() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(lines.clone())
        .with_ansi(false)
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let fixture = Fixture::on(Shape::Embedded).await;
    let (log, away) = (fixture.folder().join("bus.db"), fixture.folder().join("away.db"));
    let (bus, core, shutdown) = (fixture.live_bus().await, fixture.service("s"), Shutdown::new());
    let consumers =
        core.consumers("s").on_with_context(MovesLog(log.clone(), away.clone()), MovesLog::handle);
    core.start(&bus, Some(consumers), &shutdown);
    bus.publish(fixture.history("t", 1)).await.unwrap();
    eventually("the log is away", || async { away.exists() }).await;
    let outbox = core.outbox.clone();
    let appended = core.db.write(move |tx| outbox.append(tx, &ticket_created("u")).map(drop));
    appended.await.map_err(|error: DbError| error).unwrap();
    let writers = ["writer=\"relay of s\"", "writer=\"s, in the event log\""];
    eventually("both try again and again", || async {
        writers.iter().all(|writer| lines.with(&["DEBUG", writer, "still cannot be written"]) >= 3)
    })
    .await;
    for writer in writers {
        assert_eq!(lines.with(&["WARN", writer]), 1, "{writer}");
    }
    assert_eq!(lines.with(&["retrying"]), 0);
    fs::rename(&away, &log).unwrap();
    eventually("the relay goes on", || async {
        count(&core, "SELECT COUNT(*) AS n FROM outbox WHERE published_at IS NULL").await == 0
    })
    .await;
    shutdown.trigger();
}
