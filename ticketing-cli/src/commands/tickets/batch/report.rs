//! The report of a batch: the number of listed tickets, and why others are not listed.

use ticketing_sdk::Ticket;

use super::send::RowOutcome;
use crate::context::ApiContext;
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};

/// The outcomes of the rows.
#[derive(Debug, Default)]
pub(super) struct Report {
    total: usize,
    tickets: Vec<Ticket>,
    listed: usize,
    earlier: usize,
    open: usize,
    /// The rows among `failures` that may be listed.
    unknown: usize,
    not_sent: usize,
    /// The rows that failed, by their names.
    failures: Vec<(String, Failure)>,
}

/// The hint after a failure: the effect of the same command.
const CONTINUES: &str = "the same command again lists the tickets that are missing, and none twice";

impl Report {
    pub(super) fn new(total: usize) -> Self {
        Self { total, ..Self::default() }
    }

    pub(super) fn take(&mut self, label: &str, outcome: RowOutcome) {
        match outcome {
            RowOutcome::Earlier(ticket) => {
                self.earlier += 1;
                self.tickets.push(*ticket);
            }
            RowOutcome::Listed(ticket) => {
                self.listed += 1;
                self.tickets.push(*ticket);
            }
            RowOutcome::Failed(failure) => self.failures.push((label.to_owned(), failure)),
            RowOutcome::Unknown(failure) => {
                self.unknown += 1;
                self.failures.push((label.to_owned(), failure));
            }
            RowOutcome::Open => self.open += 1,
            RowOutcome::NotSent => self.not_sent += 1,
        }
    }

    /// The listed tickets, in the order of the rows.
    pub(super) fn tickets(&self) -> &[Ticket] {
        &self.tickets
    }

    /// Returns whether every row is listed.
    pub(super) fn is_complete(&self) -> bool {
        self.tickets.len() == self.total
    }

    /// Returns whether it is not known of a row if it is listed.
    pub(super) fn has_unknown(&self) -> bool {
        self.open + self.unknown > 0
    }

    /// Reports the listed tickets, and fails if a row was not.
    pub(super) fn finish(self, api: &ApiContext, has_again: bool) -> CliResult {
        let again = if has_again { "; --again lists every row once more" } else { "" };
        let words = match (self.listed, self.earlier) {
            (listed, 0) => format!("{} listed", tickets(listed)),
            (0, earlier) if earlier == self.total => {
                let all =
                    if earlier == 1 { "the ticket was" } else { &format!("all {earlier} tickets were") };
                format!("{all} listed before: nothing was sent{again}")
            }
            (listed, earlier) => {
                format!("{} listed; {} listed before{again}", tickets(listed), were(earlier))
            }
        };
        api.io().info(&words);
        self.fail()
    }

    /// Reports what would be listed, and fails if a row would not.
    pub(super) fn finish_preview(self, api: &ApiContext, new: usize) -> CliResult {
        let known = match self.earlier {
            0 => String::new(),
            known => format!(", and {} listed before", were(known)),
        };
        api.io().info(&format!("{} valid{known}; nothing was sent", are(new)));
        self.fail()
    }

    /// Fails if a row failed.
    fn fail(self) -> CliResult {
        let Some((_, first)) = self.failures.first() else { return Ok(()) };
        let exit = first.exit;
        let exit =
            if self.failures.iter().all(|(_, other)| other.exit == exit) { exit } else { Exit::Failed };
        let missing = self.failures.len() + self.not_sent - self.unknown;
        let verb = if missing == 1 { "was" } else { "were" };
        let words = match self.unknown {
            0 if self.total == 1 => "the ticket was not listed".to_owned(),
            0 => format!("{missing} of {} {verb} not listed", tickets(self.total)),
            unknown => format!(
                "{missing} of {} {verb} not listed, and it is not known of {unknown}",
                tickets(self.total)
            ),
        };
        let mut failure = Failure::new(exit, words);
        let hint = first.hint.clone();
        for (label, cause) in self.failures {
            failure.details.push(format!("{label}: {}", cause.message.unwrap_or_default()));
            failure.details.extend(cause.details.into_iter().map(|detail| format!("  {detail}")));
        }
        if self.not_sent > 0 {
            failure.details.push(format!("{} more were not sent", self.not_sent));
        }
        Err(failure.hint(match (hint, exit) {
            (Some(hint), _) if self.not_sent > 0 => format!("{hint}; {CONTINUES}"),
            (None, Exit::Usage) => {
                "correct the rows and run the command again: it lists no row twice".to_owned()
            }
            (hint, _) => hint.unwrap_or_else(|| CONTINUES.to_owned()),
        }))
    }

    /// Returns the end of a command that was interrupted.
    pub(super) fn into_interruption(self) -> Failure {
        let listed = format!("interrupted: {} of {} listed", self.tickets.len(), are(self.total));
        let failure = Failure::new(Exit::Interrupted, listed);
        if self.is_complete() {
            return failure;
        }
        let open = match self.open {
            0 => failure,
            open => failure.detail(format!("{} on the way to the server", were(open))),
        };
        open.hint(CONTINUES)
    }
}

/// Returns "one ticket is" or "3 tickets are".
fn are(count: usize) -> String {
    format!("{} {}", tickets(count), if count == 1 { "is" } else { "are" })
}

/// Returns "one was" or "3 were".
fn were(count: usize) -> String {
    if count == 1 { "one was".to_owned() } else { format!("{count} were") }
}

/// Returns "one ticket" or "3 tickets".
fn tickets(count: usize) -> String {
    if count == 1 { "one ticket".to_owned() } else { format!("{count} tickets") }
}
