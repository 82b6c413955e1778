//! Many listings at once, each with a key of its own, continued after an interruption.

mod listings;
mod report;
mod send;

use std::collections::HashMap;

use futures_util::{StreamExt, stream};
use ticketing_sdk::{IdempotencyKey, NewTicket, TicketId};
use ticketing_tui::Operation;

pub(super) use self::listings::SeatsOfRows;
use self::report::Report;
use self::send::{RowOutcome, Sender, unwritable};
use super::details::warn_of_past_starts;
use crate::clock;
use crate::context::ApiContext;
use crate::failure::CliResult;
use crate::journal::{BatchJournal, RECORD_RETENTION, RowState, row_key};
use crate::output::Format;

/// A ticket to list.
#[derive(Debug)]
pub(super) struct Row {
    /// Its name in the report: `line 4`.
    pub(super) label: String,
    /// The id of the listing that was exported to this row.
    pub(super) id: Option<TicketId>,
    pub(super) ticket: NewTicket,
}

/// How tickets are handled that an earlier command has listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RepeatPolicy {
    /// They are not listed again, whichever command has listed them.
    Never,
    /// A run of this name lists them again. The same command continues an interrupted run.
    Again(String),
    /// Each complete command lists them again. The same command continues an interrupted one.
    Always,
}

/// The tickets of one command.
#[derive(Debug)]
pub(super) struct Batch {
    /// The command: `tickets import seats.csv`.
    pub(super) operation: Operation,
    /// What the record of the command is for, within the account.
    pub(super) scope: String,
    pub(super) rows: Vec<Row>,
    /// The largest number of requests at once.
    pub(super) jobs: usize,
    pub(super) repeat: RepeatPolicy,
    /// The key of the user, from which the keys of the rows are derived. The same command has no further effect then.
    pub(super) key: Option<IdempotencyKey>,
}

/// The run of a command that is named by its record alone.
const ONLY_RUN: &str = "";

impl Batch {
    /// Lists the rows that are not listed yet, and reports.
    ///
    /// With `--dry-run`, it prints the requests instead.
    pub(super) async fn run(self, api: &ApiContext) -> CliResult {
        let scope = match &self.key {
            Some(key) => format!("{} --idempotency-key {key}", self.scope),
            None => self.scope.clone(),
        };
        if api.is_dry_run() {
            return self.preview(api, &scope).await;
        }
        let journal = api.open_batch(&[&scope]).await?;
        self.warn_of_past_starts(api);
        let record = api.begin_command(&self.operation).await?;
        let salt = self.salt(&journal)?;
        let keyed = self.rows.iter().zip(self.keys(&journal, &salt));
        // What became of the rows on their way is found out first: each may be one of the account's listings.
        let (sent, unsent): (Vec<_>, Vec<_>) =
            keyed.partition(|(_, key)| matches!(journal.row(key), Some(RowState::Sent(_))));
        let keyed = || sent.iter().chain(&unsent);
        let sender = Sender::new(api, &journal, &self.rows, &self.repeat);
        let mut report = Report::new(self.rows.len());
        // A closed pipe (`| head`) ends the output, not the listing of further rows.
        let mut printed = Ok(());
        let mut take = |(row, _): &(&Row, IdempotencyKey), outcome: RowOutcome| {
            if let RowOutcome::Earlier(ticket) | RowOutcome::Listed(ticket) = &outcome
                && api.context.settings.format == Format::Tsv
                && printed.is_ok()
            {
                printed = api.printer().next(&**ticket);
            }
            report.take(&row.label, outcome);
        };
        let mut interrupt = std::pin::pin!(crate::wait_for_interrupt());
        let outcomes = [&sent, &unsent]
            .map(|rows| stream::iter(rows).map(|(row, key)| sender.list(row, key)).buffered(self.jobs));
        let [sent_outcomes, unsent_outcomes] = outcomes;
        let mut outcomes = std::pin::pin!(sent_outcomes.chain(unsent_outcomes));
        let mut left = keyed();
        let is_interrupted = loop {
            tokio::select! {
                biased;
                outcome = outcomes.next() => match (left.next(), outcome) {
                    (Some(row), Some(outcome)) => take(row, outcome),
                    _ => break false,
                },
                _ = &mut interrupt => break true,
            }
        };
        // After an interruption, what is listed by now is reported, and the rest is the next command's.
        for row in left {
            take(row, known_outcome(&journal, &row.1));
        }
        api.io().status(None);
        // The command reports the outcome of each row. `orders resume` settles the unknown ones.
        if !report.has_unknown() {
            record.settle();
        }
        if report.is_complete() || journal.is_empty() {
            self.end(&journal);
        }
        if !matches!(api.context.settings.format, Format::Table | Format::Tsv) {
            printed = api.printer().list(report.tickets());
        }
        let has_again = self.key.is_none() && self.repeat == RepeatPolicy::Never;
        if is_interrupted {
            return Err(report.into_interruption());
        }
        report.finish(api, has_again)?;
        printed
    }

    fn warn_of_past_starts(&self, api: &ApiContext) {
        warn_of_past_starts(api, self.rows.iter().map(|row| &row.ticket.details));
    }

    /// Returns the salt of the run that the command starts or continues.
    fn salt(&self, journal: &BatchJournal) -> CliResult<String> {
        let name = match &self.repeat {
            _ if self.key.is_some() => return Ok(String::new()),
            RepeatPolicy::Never => return Ok(String::new()),
            RepeatPolicy::Again(name) => name,
            RepeatPolicy::Always => ONLY_RUN,
        };
        let is_open = |started| clock::now().saturating_duration_since(started) < RECORD_RETENTION;
        let is_over = |salt: &str| {
            let is_listed = |key| matches!(journal.row(&key), Some(RowState::Listed(_)));
            self.keys(journal, salt).into_iter().all(is_listed)
        };
        match journal.run(name) {
            Some(run) if is_open(run.started_at) && !is_over(&run.salt) => Ok(run.salt),
            _ => Ok(journal.start_run(name, clock::now()).map_err(|error| unwritable(&error))?.salt),
        }
    }

    /// Returns the key of each row: equal rows are counted, so that each has a key of its own.
    fn keys(&self, journal: &BatchJournal, salt: &str) -> Vec<IdempotencyKey> {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let key = |row: &Row| {
            // A ticket is written as JSON without fail.
            let content = serde_json::to_string(&row.ticket).unwrap_or_default();
            let number = *numbers.entry(content.clone()).and_modify(|number| *number += 1).or_default();
            match &self.key {
                Some(key) => row_key(key.as_str(), number, &content),
                None => journal.key(salt, number, &content),
            }
        };
        self.rows.iter().map(key).collect()
    }

    /// Ends a run whose rows are all listed.
    fn end(&self, journal: &BatchJournal) {
        match &self.repeat {
            _ if self.key.is_some() => {}
            RepeatPolicy::Always => journal.remove(),
            // A run that is not ended has nothing to list: the next one starts again.
            RepeatPolicy::Again(name) => drop(journal.finish_run(name)),
            RepeatPolicy::Never => {}
        }
    }

    /// Prints the requests of the rows that are not listed yet.
    async fn preview(&self, api: &ApiContext, scope: &str) -> CliResult {
        let journal = api.open_batch(&[scope]).await?;
        self.warn_of_past_starts(api);
        let sender = Sender::new(api, &journal, &self.rows, &self.repeat);
        let lists_all = self.key.is_none() && self.repeat != RepeatPolicy::Never;
        let mut report = Report::new(self.rows.len());
        let mut requests = Vec::new();
        for (row, key) in self.rows.iter().zip(self.keys(&journal, "")) {
            let key = if lists_all { IdempotencyKey::generate() } else { key };
            match sender.find_known(row, &key).await? {
                Some(outcome) => report.take(&row.label, outcome),
                None => {
                    let write = api.client.tickets().create(row.ticket.clone());
                    requests.push(write.idempotency_key(key).request().clone());
                }
            }
        }
        let new = requests.len();
        api.print_requests(requests).await?;
        if journal.is_empty() {
            journal.remove();
        }
        report.finish_preview(api, new)
    }
}

/// Returns the outcome of a row after an interruption.
fn known_outcome(journal: &BatchJournal, key: &IdempotencyKey) -> RowOutcome {
    match journal.row(key) {
        Some(RowState::Listed(ticket)) => RowOutcome::Listed(ticket),
        Some(RowState::Sent(_)) => RowOutcome::Open,
        None => RowOutcome::NotSent,
    }
}

#[cfg(test)]
mod tests;
