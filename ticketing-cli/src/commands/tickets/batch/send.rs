//! Sends the rows of a batch, and finds out what became of those that an earlier command has sent.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use ticketing_sdk::{Error, ErrorCategory, ErrorCode, IdempotencyKey, Ticket, Timestamp, text};
use tokio::sync::Mutex;

use super::listings::Listings;
use super::{RepeatPolicy, Row};
use crate::clock;
use crate::context::ApiContext;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::journal::{BatchJournal, RECORD_RETENTION, RowState};

/// The outcome of a row.
#[derive(Debug)]
pub(super) enum RowOutcome {
    /// An earlier command listed it.
    Earlier(Box<Ticket>),
    Listed(Box<Ticket>),
    Failed(Failure),
    /// Its request got no response, or a response that is not of the marketplace.
    Unknown(Failure),
    /// Its request was on its way when the command was interrupted.
    Open,
    /// It was not sent: another row failed in a way that stops the batch, or the command was interrupted.
    NotSent,
}

/// The longest wait for a rate limit.
const MAX_RATE_LIMIT_WAIT: Duration = Duration::from_secs(300);
/// The characters of the progress bar.
const BAR_WIDTH: usize = 20;

/// A batch that is being sent.
pub(super) struct Sender<'a> {
    api: &'a ApiContext,
    journal: &'a BatchJournal,
    done: AtomicUsize,
    is_stopped: AtomicBool,
    rows: &'a [Row],
    /// The listings of the account before the batch; loaded on demand.
    listings: Mutex<Option<Listings>>,
    /// Whether a row that the account has listed is not listed again.
    knows_listings: bool,
}

impl<'a> Sender<'a> {
    pub(super) fn new(
        api: &'a ApiContext,
        journal: &'a BatchJournal,
        rows: &'a [Row],
        repeat: &RepeatPolicy,
    ) -> Self {
        Self {
            api,
            journal,
            rows,
            knows_listings: *repeat == RepeatPolicy::Never,
            done: AtomicUsize::new(0),
            is_stopped: AtomicBool::new(false),
            listings: Mutex::new(None),
        }
    }

    /// Lists a row, unless it is listed.
    pub(super) async fn list(&self, row: &Row, key: &IdempotencyKey) -> RowOutcome {
        let outcome = self.send(row, key).await.unwrap_or_else(|failure| {
            // The rows after it would fail alike.
            self.is_stopped.store(true, Ordering::Relaxed);
            RowOutcome::Failed(failure)
        });
        if matches!(outcome, RowOutcome::Unknown(_)) {
            self.is_stopped.store(true, Ordering::Relaxed);
        }
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.api.io().status(Some(&bar(done, self.rows.len())));
        outcome
    }

    /// Returns the outcome of a row that need not be sent: it is listed, or the account has listed it with other values.
    pub(super) async fn find_known(
        &self,
        row: &Row,
        key: &IdempotencyKey,
    ) -> Result<Option<RowOutcome>, Failure> {
        let sent_at = match self.journal.row(key) {
            Some(RowState::Listed(ticket)) => return Ok(Some(RowOutcome::Earlier(ticket))),
            // The server has the key, and knows whether the row is listed.
            Some(RowState::Sent(at)) if !is_forgotten(at) => return Ok(None),
            Some(RowState::Sent(at)) => Some(at),
            None => None,
        };
        if sent_at.is_none() && !self.knows_listings {
            return Ok(None);
        }
        let mut listings = self.listings.lock().await;
        if listings.is_none() {
            *listings = Some(Listings::load(self.api, self.journal, self.rows).await?);
        }
        let listings = listings.get_or_insert_default();
        let found = if self.knows_listings {
            listings.take(row)
        } else {
            sent_at.and_then(|at| listings.take_listed_at(&row.ticket, at)).map(Ok)
        };
        Ok(found.map(|found| match found {
            Ok(ticket) => {
                if sent_at.is_some() {
                    let _ = self.journal.mark_listed(key, &ticket);
                }
                RowOutcome::Earlier(ticket)
            }
            Err(failure) => RowOutcome::Failed(failure),
        }))
    }

    async fn send(&self, row: &Row, key: &IdempotencyKey) -> Result<RowOutcome, Failure> {
        let state = self.journal.row(key);
        if self.is_stopped.load(Ordering::Relaxed) && !matches!(state, Some(RowState::Listed(_))) {
            return Ok(RowOutcome::NotSent);
        }
        if let Some(outcome) = self.find_known(row, key).await? {
            return Ok(outcome);
        }
        let resumed = matches!(state, Some(RowState::Sent(at)) if !is_forgotten(at));
        if !resumed {
            self.journal.mark_sent(key, clock::now()).map_err(|error| unwritable(&error))?;
        }
        loop {
            let write = self.api.client.tickets().create(row.ticket.clone());
            match write.idempotency_key(key.clone()).resumed(resumed).await {
                Ok(ticket) => {
                    self.api.io().record_effect();
                    // Without this line the row counts as sent, and a repeat with its key finds the listing.
                    let _ = self.journal.mark_listed(key, &ticket);
                    return Ok(RowOutcome::Listed(Box::new(ticket)));
                }
                Err(error) => match rate_limit(&error) {
                    Some(wait) => self.wait(wait).await,
                    None => return self.refuse(key, &error),
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

    fn refuse(&self, key: &IdempotencyKey, error: &Error) -> Result<RowOutcome, Failure> {
        if error.is_unknown_outcome() || error.must_keep_key() {
            let failure = Failure::from(error);
            return Ok(RowOutcome::Unknown(Failure { exit: Exit::NotSettled, ..failure }));
        }
        // Without the line the row counts as sent, and is sent again with its key.
        let _ = self.journal.mark_refused(key);
        match error.category() {
            ErrorCategory::InvalidInput | ErrorCategory::Conflict => {
                Ok(RowOutcome::Failed(Failure::from(error)))
            }
            _ => Err(Failure::from(error)),
        }
    }
}

/// Returns whether the server no longer has the key of a row that was sent at this time.
fn is_forgotten(sent_at: Timestamp) -> bool {
    clock::now().saturating_duration_since(sent_at) >= RECORD_RETENTION
}

/// The failure of a record that cannot be written.
pub(super) fn unwritable(error: &std::io::Error) -> Failure {
    Failure::failed(format!("the ticket cannot be noted down, so it was not sent: {error}"))
        .hint("make room, or set TICKETING_HOME to a folder that can be written to")
}

/// Returns how long a rate limit asks to wait, beyond what the SDK waits by itself.
fn rate_limit(error: &Error) -> Option<Duration> {
    let wait = error.retry_after().filter(|_| error.code() == Some(&ErrorCode::TooManyRequests))?;
    Some(wait.clamp(Duration::from_millis(100), MAX_RATE_LIMIT_WAIT))
}

/// Draws the progress.
fn bar(done: usize, total: usize) -> String {
    let filled = BAR_WIDTH * done / total.max(1);
    format!("[{}{}] {done} of {total}", "#".repeat(filled), "-".repeat(BAR_WIDTH - filled))
}
