//! Sends the rows of a batch, and finds out what became of those that an earlier command has sent.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::TryStreamExt;
use ticketing_sdk::{
    Error, ErrorCategory, ErrorCode, EventTime, IdempotencyKey, NewTicket, Ticket, TicketDetails, Timestamp,
    text,
};
use tokio::sync::{Mutex, OnceCell};

use super::{RepeatPolicy, Row};
use crate::clock;
use crate::context::ApiContext;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::journal::{BatchJournal, NOTE_RETENTION, RowState};

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
/// How far the clocks of client and server may be apart when a listing is looked for by its time.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(3600);
/// The characters of the progress bar.
const BAR_WIDTH: usize = 20;

/// A batch that is being sent.
pub(super) struct Sender<'a> {
    api: &'a ApiContext,
    journal: &'a BatchJournal,
    total: usize,
    done: AtomicUsize,
    is_stopped: AtomicBool,
    /// The listings of the account that no recorded row has created; loaded on demand.
    listings: Mutex<Option<Vec<Ticket>>>,
    /// The listings of the account before the batch; loaded on demand.
    earlier: OnceCell<Vec<Ticket>>,
    /// Whether a seat that the account has listed is refused.
    refuses_listed_seats: bool,
}

impl<'a> Sender<'a> {
    pub(super) fn new(
        api: &'a ApiContext,
        journal: &'a BatchJournal,
        total: usize,
        repeat: &RepeatPolicy,
    ) -> Self {
        Self {
            api,
            journal,
            total,
            earlier: OnceCell::new(),
            refuses_listed_seats: *repeat == RepeatPolicy::Never,
            done: AtomicUsize::new(0),
            is_stopped: AtomicBool::new(false),
            listings: Mutex::new(None),
        }
    }

    /// Lists a row, unless it is listed.
    pub(super) async fn list(&self, row: &Row, key: &IdempotencyKey) -> RowOutcome {
        let outcome = self.send(&row.ticket, key).await.unwrap_or_else(|failure| {
            // The rows after it would fail alike.
            self.is_stopped.store(true, Ordering::Relaxed);
            RowOutcome::Failed(failure)
        });
        if matches!(outcome, RowOutcome::Unknown(_)) {
            self.is_stopped.store(true, Ordering::Relaxed);
        }
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.api.io().status(Some(&bar(done, self.total)));
        outcome
    }

    async fn send(&self, new: &NewTicket, key: &IdempotencyKey) -> Result<RowOutcome, Failure> {
        let state = self.journal.row(key);
        if let Some(RowState::Listed(ticket)) = state {
            return Ok(RowOutcome::Earlier(ticket));
        }
        if self.is_stopped.load(Ordering::Relaxed) {
            return Ok(RowOutcome::NotSent);
        }
        if state.is_none()
            && let Some(listed) = self.find_listed_seat(new).await?
        {
            return Ok(RowOutcome::Failed(seat_conflict(listed)));
        }
        let resumed = match state {
            Some(RowState::Sent(at)) if clock::now().saturating_duration_since(at) >= NOTE_RETENTION => {
                if let Some(ticket) = self.take_matching_listing(new, at).await? {
                    let _ = self.journal.mark_listed(key, &ticket);
                    return Ok(RowOutcome::Earlier(Box::new(ticket)));
                }
                false
            }
            Some(_) => true,
            None => false,
        };
        if !resumed {
            self.journal.mark_sent(key, clock::now()).map_err(|error| unwritable(&error))?;
        }
        loop {
            let write = self.api.client.tickets().create(new.clone());
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

    /// Returns a listing of this account for the same seat at the same event, from before the batch. Its pass would be a second one
    /// for the seat.
    async fn find_listed_seat(&self, new: &NewTicket) -> Result<Option<&Ticket>, Failure> {
        if !self.refuses_listed_seats || new.details.seat.is_none() {
            return Ok(None);
        }
        let load = || async {
            let mine = self.api.client.tickets().list().mine().past().any_status();
            let mut mine: Vec<Ticket> = mine.stream().try_collect().await?;
            mine.retain(|ticket| ticket.details.seat.is_some() && ticket.resale_of.is_none());
            Ok::<_, Failure>(mine)
        };
        // However it is spelled: as texts are compared everywhere, and with single spaces.
        let key = |text: &str| text::search_key(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        let place = |title: &str, details: &TicketDetails| {
            let starts_at = details.starts_at.as_ref().map(EventTime::instant);
            (key(title), details.seat.as_deref().map(key), details.venue.as_deref().map(key), starts_at)
        };
        let wanted = place(&new.title, &new.details);
        let earlier = self.earlier.get_or_try_init(load).await?;
        Ok(earlier.iter().find(|ticket| place(&ticket.title, &ticket.details) == wanted))
    }

    /// Waits as long as the server asks.
    async fn wait(&self, wait: Duration) {
        let words = format!("the server limits the rate: next ticket in {}", text::span(wait));
        self.api.io().status(Some(&words));
        tokio::time::sleep(wait).await;
    }

    /// Returns the listing that was created by a row sent at this time. The server no longer has its key, so the row is searched
    /// among the listings of the account.
    async fn take_matching_listing(&self, new: &NewTicket, at: Timestamp) -> Result<Option<Ticket>, Failure> {
        let mut listings = self.listings.lock().await;
        if listings.is_none() {
            let mine = self.api.client.tickets().list().mine().past().any_status();
            let mut unknown: Vec<Ticket> = mine.stream().try_collect().await?;
            unknown.retain(|ticket| !self.journal.has_listed(&ticket.id));
            *listings = Some(unknown);
        }
        let listings = listings.get_or_insert_default();
        let is_made = |ticket: &Ticket| {
            let is_equal =
                (&ticket.title, ticket.price, &ticket.details) == (&new.title, new.price, &new.details);
            let listed_at = ticket.created_at.unwrap_or(at);
            let apart = at.saturating_duration_since(listed_at).max(listed_at.saturating_duration_since(at));
            is_equal && apart <= CLOCK_TOLERANCE
        };
        let found = listings.iter().position(is_made);
        Ok(found.map(|index| listings.swap_remove(index)))
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

/// The failure of a row whose seat is listed.
fn seat_conflict(listed: &Ticket) -> Failure {
    let status = listed.status.label().to_lowercase();
    Failure::new(
        Exit::Conflict,
        format!("this account has listed the seat: ticket {} is {status}", listed.id),
    )
    .hint("--again lists every row once more, and `ticketing tickets create` a single one")
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
