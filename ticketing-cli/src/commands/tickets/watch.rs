//! `ticketing tickets watch`

use clap::builder::{PossibleValue, TypedValueParser};
use clap_complete::ArgValueCompleter;
use futures_util::StreamExt;
use ticketing_sdk::text::SearchWords;
use ticketing_sdk::{
    Error, Money, Ticket, TicketChange, TicketChangeKind, TicketId, TicketStatus, WatchEvent, text,
};

use super::list::{StatusFilter, status_filter};
use crate::commands::words::{one_of, words};
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Failure, Subject};
use crate::help;
use crate::output::WatchLine;
use crate::{complete, exec, resolve};

/// The arguments of `ticketing tickets watch`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing tickets watch",
        "ticketing tickets watch opera --max-price 100 --status available",
        "ticketing tickets watch --ticket 01a203b9-d806-71eb-8d06-dbab9285e702 --until available",
        "ticketing tickets watch --exec 'jq -r .ticket.title'",
        "ticketing tickets watch --output jsonl --after 1042",
    ],
    "The command runs until it is interrupted, or --until. It reconnects and resumes after a lost connection. --exec gets each \
     change as JSON on its stdin, and TICKETING_TICKET, TICKETING_KIND and TICKETING_STATUS.",
))]
pub(crate) struct Args {
    /// Show only titles and venues with all of these words
    #[arg(value_name = "WORDS")]
    words: Vec<String>,
    /// Resume after this event, without a gap
    #[arg(long, help_heading = help::STREAM, value_name = "EVENT")]
    after: Option<String>,
    /// Show only this ticket
    #[arg(long, help_heading = help::FILTER, value_name = "TICKET", add = ArgValueCompleter::new(complete::by_id(complete::tickets)))]
    ticket: Option<TicketId>,
    /// Show only this price and lower
    #[arg(long, help_heading = help::FILTER, value_name = "PRICE")]
    max_price: Option<Money>,
    /// Show only tickets of these statuses, separated by commas
    #[arg(long, help_heading = help::FILTER, value_name = "STATUS", value_delimiter = ',')]
    #[arg(value_parser = status_filter())]
    status: Vec<StatusFilter>,
    /// Run this command of the shell for each change
    #[arg(long, help_heading = help::STREAM, value_name = "COMMAND")]
    exec: Option<String>,
    /// End after the first change to this status
    #[arg(long, help_heading = help::STREAM, value_name = "STATUS", value_parser = until_status())]
    until: Option<UntilStatus>,
}

/// A status that ends a watch; `None` where the ticket is no longer listed.
type UntilStatus = Option<TicketStatus>;

fn until_status() -> impl TypedValueParser<Value = UntilStatus> {
    let known = words(TicketStatus::ALL).map(|(word, status)| (word, Some(status)));
    one_of(known.chain([(PossibleValue::new("withdrawn").help("It is no longer listed"), None)]))
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        tokio::select! {
            outcome = self.follow(api) => outcome,
            () = api.io().broken_pipe() => Err(Failure::broken_pipe()),
        }
    }
}

impl Args {
    async fn follow(mut self, api: &ApiContext) -> CliResult {
        if let Some(ticket) = self.ticket.take() {
            self.ticket = Some(resolve::ticket(api, ticket).await?);
        }
        let tickets = api.client.tickets();
        let watch = match self.after.take() {
            Some(event) => tickets.watch_after(event).await?,
            None => tickets.watch().await?,
        };
        let search = SearchWords::new(&self.words.join(" "));
        if self.is_reached_already(api).await? {
            return Ok(());
        }
        let mut events = watch.into_events();
        api.printer().begin_stream::<WatchLine>()?;
        while let Some(event) = events.next().await {
            let event = match event {
                Err(Error::ChangesMissed) => {
                    api.printer().next(&WatchLine::reset(events.last_event_id()))?;
                    api.io().warn(
                        "some changes were missed and are no longer stored; `ticketing tickets list` shows the current tickets",
                    );
                    continue;
                }
                event => event?,
            };
            match event {
                WatchEvent::Connected => api.io().info(&format!("watching {}", api.client.server())),
                WatchEvent::Change(change) if self.is_wanted(&change.ticket, &search) => {
                    let is_end = self.until == Some(status_after(&change));
                    self.show(api, change)?;
                    if is_end {
                        return Ok(());
                    }
                }
                WatchEvent::Lost { error, retry_in } => {
                    api.io().warn(&format!("{error}; retrying in {}", text::span(retry_in)));
                }
                _ => {}
            }
        }
        Err(Failure::failed("the server ended the stream of changes"))
    }

    /// Returns whether the one ticket that is watched has the status of `--until` before the first change.
    ///
    /// # Errors
    /// If there is no such ticket, since nothing would change.
    async fn is_reached_already(&self, api: &ApiContext) -> CliResult<bool> {
        let Some(ticket) = &self.ticket else { return Ok(false) };
        let has_status = match api.client.tickets().get(ticket).await {
            Ok(ticket) => self.until == Some(Some(ticket.status)),
            Err(error) if error.is_not_found() && self.until == Some(None) => true,
            Err(error) => return Err(Failure::from_error(&error, &Subject::Ticket(ticket.clone()))),
        };
        if has_status {
            api.io().info(&format!("ticket {ticket} has this status already"));
        }
        Ok(has_status)
    }

    /// Shows a change, and runs the command of the user with it.
    fn show(&self, api: &ApiContext, change: TicketChange) -> CliResult {
        let at = change.ticket.updated_at.or(change.ticket.created_at).unwrap_or_else(|| api.now());
        let at = if change.kind == TicketChangeKind::Deleted { api.now() } else { at };
        let (id, kind, status) = (change.ticket.id.clone(), change.kind, change.ticket.status);
        let line = WatchLine::change(change, at);
        api.printer().next(&line)?;
        let Some(command) = &self.exec else { return Ok(()) };
        let json = serde_json::to_string(&line)?;
        let kind = kind.to_string();
        let variables = [
            ("TICKETING_TICKET", id.as_str()),
            ("TICKETING_KIND", kind.as_str()),
            ("TICKETING_STATUS", status.as_str()),
        ];
        exec::run(api.io(), command, &json, &variables)
    }

    /// Returns whether a ticket passes the filters.
    fn is_wanted(&self, ticket: &Ticket, search: &SearchWords) -> bool {
        let has_status = self.status.is_empty()
            || self.status.iter().any(|filter| filter.is_none_or(|status| status == ticket.status));
        has_status
            && self.ticket.as_ref().is_none_or(|id| *id == ticket.id)
            && self.max_price.is_none_or(|most| ticket.price <= most)
            && search.matches_key(&ticket.search_key())
    }
}

/// Returns the status of a ticket after a change.
fn status_after(change: &TicketChange) -> UntilStatus {
    (change.kind != TicketChangeKind::Deleted).then_some(change.ticket.status)
}
