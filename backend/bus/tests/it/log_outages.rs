//! An outage of the event log: each relay and consumer logs one line, however often it retries.

use std::fs;
use std::path::PathBuf;

use ticketing_bus::ApplyOutcome;
use ticketing_engines::{LogLines, Shape, eventually};
use ticketing_events::TicketCreated;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::shutdown::Shutdown;

use crate::support::{Fixture, UNMARKED, count, note, ticket_created};

/// Returns how many lines have all of these words.
fn count_lines(log: &LogLines, words: &[&str]) -> usize {
    log.text().lines().filter(|line| words.iter().all(|word| line.contains(word))).count()
}

/// Takes the log away while it handles the event of the ticket `t`, whose delivery can then not be settled.
struct MovesLog(PathBuf, PathBuf);

impl MovesLog {
    fn handle(&self, tx: &mut Tx<'_>, event: &TicketCreated) -> Result<ApplyOutcome, DbError> {
        if event.id.as_str() == "t" {
            drop(fs::rename(&self.0, &self.1));
        }
        note(tx, "t", 0)?;
        Ok(ApplyOutcome::Done)
    }
}

#[tokio::test]
async fn event_log_outage_is_one_line_of_each_relay_and_consumer() {
    let lines = LogLines::default();
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
    eventually("the log is moved", || async { away.exists() }).await;
    let outbox = core.outbox.clone();
    let appended = core.db.write(move |tx| outbox.append(tx, &ticket_created("u")).map(drop));
    appended.await.map_err(|error: DbError| error).unwrap();
    let writers = ["writer=\"relay of s\"", "writer=\"s, in the event log\""];
    eventually("both try again and again", || async {
        writers.iter().all(|writer| count_lines(&lines, &["DEBUG", writer, "still cannot be written"]) >= 3)
    })
    .await;
    for writer in writers {
        assert_eq!(count_lines(&lines, &["WARN", writer]), 1, "{writer}");
    }
    assert_eq!(count_lines(&lines, &["retrying"]), 0);
    fs::rename(&away, &log).unwrap();
    eventually("the relay continues", || async { count(&core, UNMARKED).await == 0 }).await;
    shutdown.trigger();
}
