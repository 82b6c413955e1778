//! Many listings at once, each with a key of its own, continued after an interruption.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use ticketing_sdk::{Error, ErrorCategory, ErrorCode, IdempotencyKey, NewTicket, Ticket, text};

use crate::clock;
use crate::context::ApiContext;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::journal::{BatchJournal, NOTE_RETENTION, RowState, derived_key};
use crate::output::Format;

/// A ticket to list.
#[derive(Debug)]
pub(super) struct Row {
    /// Its number in the batch, from which its key is derived.
    pub(super) index: usize,
    /// Its name in the report: `line 4`.
    pub(super) label: String,
    pub(super) ticket: NewTicket,
}

/// How the same command is handled after the batch is finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It lists nothing: the record of the batch is kept.
    Never,
    /// It lists every row again.
    OnceFinished,
    /// It lists every row again: a finished batch leaves no record.
    Always,
}

/// The tickets of one command.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) operation: String,
    /// All that makes the batch what it is.
    pub(super) parts: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// The largest number of requests at once.
    pub(super) jobs: usize,
    pub(super) repeat: Repeat,
    /// The key of the user, from which the keys of the rows are derived. The same command has no further effect then.
    pub(super) key: Option<IdempotencyKey>,
}

/// The outcome of a row.
#[derive(Debug)]
enum RowOutcome {
    /// An earlier command listed it.
    Earlier(Box<Ticket>),
    Listed(Box<Ticket>),
    Failed(Failure),
    /// Another row failed in a way that stops the batch.
    NotSent,
}

/// The longest wait for a rate limit.
const MAX_RATE_LIMIT_WAIT: Duration = Duration::from_secs(300);

/// The characters of the progress bar.
const BAR_WIDTH: usize = 20;

impl Batch {
    /// Lists the rows that are not listed yet, and reports.
    ///
    /// With `--dry-run`, it prints the requests instead.
    pub(super) async fn run(mut self, api: &ApiContext) -> Outcome {
        if api.is_dry_run() {
            return self.preview(api).await;
        }
        if let Some(key) = &self.key {
            self.parts.push(format!("key={key}"));
            self.repeat = Repeat::Never;
        }
        let parts: Vec<&str> = self.parts.iter().map(String::as_str).collect();
        let mut journal = api.open_batch(&self.operation, &parts).await?;
        self.start(&mut journal)?;
        let run = Run {
            api,
            journal: &journal,
            key: self.key.as_ref(),
            total: self.rows.len(),
            done: AtomicUsize::new(0),
            is_stopped: AtomicBool::new(false),
        };
        let mut report = Report::default();
        let run = &run;
        let outcomes = stream::iter(&self.rows).map(|row| async move { (row, run.list(row).await) });
        let mut outcomes = std::pin::pin!(outcomes.buffered(self.jobs));
        while let Some((row, outcome)) = outcomes.next().await {
            if let RowOutcome::Earlier(ticket) | RowOutcome::Listed(ticket) = &outcome
                && api.context.settings.format == Format::Tsv
            {
                api.io().line(ticket.id.as_str())?;
            }
            report.take(row, outcome);
        }
        api.io().status(None);
        let started_at = journal.started_at();
        if self.repeat == Repeat::Always && (report.failures.is_empty() || journal.is_empty()) {
            journal.remove();
        }
        if !matches!(api.context.settings.format, Format::Table | Format::Tsv) {
            api.printer().list(&report.tickets)?;
        }
        report.finish(api, self.repeat == Repeat::Never && self.key.is_none(), &started_at.to_string())
    }

    async fn preview(&self, api: &ApiContext) -> Outcome {
        let creates = self.rows.iter().map(|row| {
            let create = api.client.tickets().create(row.ticket.clone());
            let key =
                self.key.as_ref().map_or_else(IdempotencyKey::generate, |key| derived_key(key, row.index));
            create.idempotency_key(key).request().clone()
        });
        api.print_requests(creates).await?;
        let count = self.rows.len();
        api.io().remark(&format!("{} valid; nothing was sent", are(count)));
        Ok(())
    }

    /// Continues the record of an earlier command, or restarts it.
    fn start(&self, journal: &mut BatchJournal) -> Outcome {
        let is_listed = |row: &Row| matches!(journal.row(row.index), Some(RowState::Listed(_)));
        let restarts = match self.repeat {
            Repeat::Never => false,
            Repeat::OnceFinished => self.rows.iter().all(is_listed),
            // The same words are another batch each time: its keys are not derived from the words alone.
            Repeat::Always => {
                let is_old = clock::now().saturating_since(journal.started_at()) >= NOTE_RETENTION;
                journal.has_first_keys() || is_old || self.rows.iter().all(is_listed)
            }
        };
        if restarts { journal.restart(clock::now()).map_err(|error| unwritable(&error)) } else { Ok(()) }
    }
}

/// The failure of a record that cannot be written.
fn unwritable(error: &std::io::Error) -> Failure {
    Failure::failed(format!("the ticket cannot be noted down, so it was not sent: {error}"))
        .hint("make room, or set TICKETING_HOME to a folder that can be written to")
}

/// A batch that is being sent.
struct Run<'a> {
    api: &'a ApiContext,
    journal: &'a BatchJournal,
    key: Option<&'a IdempotencyKey>,
    total: usize,
    done: AtomicUsize,
    is_stopped: AtomicBool,
}

impl Run<'_> {
    async fn list(&self, row: &Row) -> RowOutcome {
        let outcome = self.send(row).await;
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.api.io().status(Some(&bar(done, self.total)));
        outcome
    }

    async fn send(&self, row: &Row) -> RowOutcome {
        let resumed = match self.journal.row(row.index) {
            Some(RowState::Listed(ticket)) => return RowOutcome::Earlier(ticket),
            Some(RowState::Sent(at)) if clock::now().saturating_since(at) >= NOTE_RETENTION => {
                return RowOutcome::Failed(
                    Failure::failed(format!("it was sent at {at}, and it is not known whether it is listed"))
                        .hint("`ticketing tickets list --mine` shows it; the server no longer knows the key"),
                );
            }
            Some(RowState::Sent(_)) => true,
            None => false,
        };
        if self.is_stopped.load(Ordering::Relaxed) {
            return RowOutcome::NotSent;
        }
        if !resumed && let Err(error) = self.journal.mark_sent(row.index, clock::now()) {
            return self.stop(unwritable(&error));
        }
        loop {
            let write = self.api.client.tickets().create(row.ticket.clone());
            let key = self.key.map_or_else(|| self.journal.key(row.index), |key| derived_key(key, row.index));
            match write.idempotency_key(key).resumed(resumed).await {
                Ok(ticket) => {
                    // Without the line the row counts as sent, and its key tells that it is listed.
                    let _ = self.journal.mark_listed(row.index, &ticket);
                    return RowOutcome::Listed(Box::new(ticket));
                }
                Err(error) => match rate_limit(&error) {
                    Some(wait) => self.wait(wait).await,
                    None => return self.fail(row, &error),
                },
            }
        }
    }

    /// Waits as long as the server asks.
    async fn wait(&self, wait: Duration) {
        let words = format!("the server limits the rate: next ticket in {}", text::span(wait));
        self.api.io().status(Some(&words));
        tokio::time::sleep(wait).await;
    }

    fn fail(&self, row: &Row, error: &Error) -> RowOutcome {
        if !error.is_unknown_outcome() {
            // Without the line the row counts as sent, and is sent again with its key.
            let _ = self.journal.mark_refused(row.index);
        }
        let is_of_row = matches!(error.category(), ErrorCategory::InvalidInput | ErrorCategory::Conflict)
            && !error.is_unknown_outcome();
        if is_of_row { RowOutcome::Failed(Failure::from(error)) } else { self.stop(Failure::from(error)) }
    }

    /// Sends no further row: they would fail alike.
    fn stop(&self, failure: Failure) -> RowOutcome {
        self.is_stopped.store(true, Ordering::Relaxed);
        RowOutcome::Failed(failure)
    }
}

/// Returns how long a rate limit asks to wait, beyond what the SDK waits by itself.
fn rate_limit(error: &Error) -> Option<Duration> {
    let wait = error.retry_after().filter(|_| error.code() == Some(&ErrorCode::TooManyRequests))?;
    Some(wait.clamp(Duration::from_millis(100), MAX_RATE_LIMIT_WAIT))
}

/// Returns "one ticket is" or "3 tickets are".
fn are(count: usize) -> String {
    if count == 1 { "one ticket is".to_owned() } else { format!("{count} tickets are") }
}

/// Returns "one ticket" or "3 tickets".
fn tickets(count: usize) -> String {
    if count == 1 { "one ticket".to_owned() } else { format!("{count} tickets") }
}

/// Draws the progress.
fn bar(done: usize, total: usize) -> String {
    let filled = BAR_WIDTH * done / total.max(1);
    format!("[{}{}] {done} of {total}", "#".repeat(filled), "-".repeat(BAR_WIDTH - filled))
}

/// The outcomes of the rows.
#[derive(Debug, Default)]
struct Report {
    tickets: Vec<Ticket>,
    listed: usize,
    earlier: usize,
    not_sent: usize,
    /// The rows that failed, by their names.
    failures: Vec<(String, Failure)>,
}

impl Report {
    fn take(&mut self, row: &Row, outcome: RowOutcome) {
        match outcome {
            RowOutcome::Earlier(ticket) => {
                self.earlier += 1;
                self.tickets.push(*ticket);
            }
            RowOutcome::Listed(ticket) => {
                self.listed += 1;
                self.tickets.push(*ticket);
            }
            RowOutcome::Failed(failure) => self.failures.push((row.label.clone(), failure)),
            RowOutcome::NotSent => self.not_sent += 1,
        }
    }

    /// Reports the listed tickets, and fails if a row was not.
    fn finish(self, api: &ApiContext, has_again: bool, started_at: &str) -> Outcome {
        let earlier = match self.earlier {
            0 => String::new(),
            1 => "; one was listed before".to_owned(),
            count => format!("; {count} were listed before"),
        };
        let total = self.tickets.len() + self.failures.len() + self.not_sent;
        if self.earlier == total {
            let again = if has_again { "; --again lists them again" } else { "" };
            let all = if total == 1 { "the ticket was" } else { &format!("all {total} tickets were") };
            api.io().remark(&format!(
                "{all} listed before, by the command of {started_at}: nothing was sent{again}"
            ));
        } else {
            api.io().remark(&format!("{} listed{earlier}", tickets(self.listed)));
        }
        let Some((_, first)) = self.failures.first() else { return Ok(()) };
        let exit = first.exit;
        let exit =
            if self.failures.iter().all(|(_, other)| other.exit == exit) { exit } else { Exit::Failed };
        let missing = self.failures.len() + self.not_sent;
        let were = if missing == 1 { "was" } else { "were" };
        let mut failure = Failure::new(exit, format!("{missing} of {} {were} not listed", tickets(total)));
        let hint = first.hint.clone();
        for (label, cause) in self.failures {
            failure.details.push(format!("{label}: {}", cause.message.unwrap_or_default()));
            failure.details.extend(cause.details.into_iter().map(|detail| format!("  {detail}")));
        }
        if self.not_sent > 0 {
            failure.details.push(format!("{} more were not sent", self.not_sent));
            let again = "the same command again lists the tickets that are missing";
            return Err(failure.hint(hint.map_or(again.to_owned(), |hint| format!("{hint}; {again}"))));
        }
        Err(failure.hint(match exit {
            Exit::Usage => {
                "import the corrected rows as a file of their own: a changed file is another import"
                    .to_owned()
            }
            _ => hint.unwrap_or("the same command again lists the tickets that are missing".to_owned()),
        }))
    }
}
