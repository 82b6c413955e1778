//! `ticketing tickets export`

use futures_util::TryStreamExt;
use serde::Serialize;
use ticketing_sdk::{DetailField, NewTicket, Ticket, TicketId, TicketSort, TicketStatus};

use super::file_format::FileFormat;
use super::list::{StatusFilter, status_filter};
use super::skipped_listings::{Reason, SkippedListings};
use crate::context::{ApiCommand, ApiContext};
use crate::failure::CliResult;
use crate::help;
use crate::output::{Format, csv_line, json_lines};
use crate::target::MAX_PAGE;

/// The arguments of `ticketing tickets export`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing tickets export > listings.csv",
        "ticketing tickets export --format jsonl > listings.jsonl",
        "ticketing tickets export --status all > archive.csv",
    ],
    "The columns are those that `ticketing tickets import` reads. By the id, an import of the same account knows that it has listed \
     the row. What cannot be listed again is left out and counted: reserved and \
     sold tickets, and resales of a pass. Another --status writes resales, too, with the columns status and resaleOf, by which the \
     import leaves out what cannot be listed again. In CSV, a text that a spreadsheet would run as a formula begins with an \
     apostrophe, which the import removes.",
))]
pub(crate) struct Args {
    /// Write only these statuses, separated by commas
    #[arg(long, help_heading = help::FILTER, value_name = "STATUS", value_delimiter = ',')]
    #[arg(default_value = "available", value_parser = status_filter())]
    status: Vec<StatusFilter>,
    /// Write this format: by default CSV, JSON Lines with `--output jsonl`, or one document with json or yaml
    #[arg(long, help_heading = help::FILE, value_enum, value_name = "FORMAT", hide_possible_values = true)]
    format: Option<FileFormat>,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let list = api.client.tickets().list().mine().past().sort(TicketSort::Oldest).limit(MAX_PAGE);
        let is_listable_only = self.status.iter().all(|status| *status == Some(TicketStatus::Available));
        let list = if is_listable_only || self.status.contains(&None) {
            list.any_status()
        } else {
            list.status(self.status.into_iter().flatten())
        };
        let all: Vec<Ticket> = list.stream().try_collect().await?;
        let mut skipped = SkippedListings::default();
        let mut exported = Vec::new();
        for ticket in all {
            match Reason::of_ticket(&ticket).filter(|_| is_listable_only) {
                Some(reason) => skipped.push(reason),
                None => exported.push(ExportedListing::new(ticket, !is_listable_only)),
            }
        }
        self::write(api, self.format, &exported, !is_listable_only)?;
        if !skipped.is_empty() {
            api.io().info(&format!("left out: {skipped}; --status all writes them, too"));
        }
        Ok(())
    }
}

/// A listing of a file, with what an import needs to know where it may not be listed again.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExportedListing {
    #[serde(flatten)]
    ticket: NewTicket,
    id: TicketId,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<TicketStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resale_of: Option<TicketId>,
}

impl ExportedListing {
    fn new(ticket: Ticket, has_status: bool) -> Self {
        Self {
            status: has_status.then_some(ticket.status),
            resale_of: ticket.resale_of.filter(|_| has_status),
            id: ticket.id,
            ticket: NewTicket::new(ticket.title, ticket.price).details(ticket.details),
        }
    }
}

fn write(
    api: &ApiContext,
    format: Option<FileFormat>,
    tickets: &[ExportedListing],
    has_status: bool,
) -> CliResult {
    let is_document = matches!(api.context.settings.format, Format::Json | Format::Yaml);
    if api.printer().is_selecting() || (format.is_none() && is_document) {
        return api.printer().json(&serde_json::json!({ "items": tickets, "hasMore": false }));
    }
    let terminal = api.io().terminal_info().out_terminal;
    let is_lines = match format {
        Some(format) => format == FileFormat::Jsonl,
        None => api.context.settings.format == Format::Jsonl,
    };
    let text = if is_lines { json_lines(tickets)? } else { csv_text(tickets, has_status, terminal) };
    api.io().data(text)
}

/// Returns CSV. A terminal gets no control characters of other users.
fn csv_text(tickets: &[ExportedListing], has_status: bool, terminal: bool) -> String {
    let last: &[&str] = if has_status { &["id", "status", "resaleOf"] } else { &["id"] };
    let line = |fields: Vec<&str>| csv_line(fields.into_iter().map(|text| (text.to_owned(), true)), terminal);
    let names = DetailField::ALL.iter().map(|field| field.name());
    let mut text = line(["title", "price"].into_iter().chain(names).chain(last.iter().copied()).collect());
    for ExportedListing { ticket, id, status, resale_of } in tickets {
        let price = ticket.price.to_string();
        let details = DetailField::ALL.iter().map(|field| ticket.details.get(*field).unwrap_or_default());
        let last_fields = [
            id.as_str(),
            status.as_ref().map_or("", TicketStatus::as_str),
            resale_of.as_ref().map_or("", TicketId::as_str),
        ];
        let fields = [ticket.title.as_str(), &price].into_iter().chain(details);
        text += &line(fields.chain(last_fields.into_iter().take(last.len())).collect());
    }
    text
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::fixtures;

    use super::*;

    #[test]
    fn terminal_gets_no_control_characters() {
        let title = "Gig\u{1b}[2J \u{202e}x";
        let hostile = ExportedListing::new(fixtures::ticket("t-1").title(title), false);
        let is_harmless = |text: String| {
            assert!(text.contains("Gig"), "{text}");
            !text.contains(['\u{1b}', '\u{202e}'])
        };
        let tickets = std::slice::from_ref(&hostile);
        assert!(is_harmless(csv_text(tickets, false, true)));
        assert!(!is_harmless(csv_text(tickets, false, false)), "a file keeps every title as it is");
        let lines = json_lines(tickets).unwrap();
        assert!(is_harmless(lines.clone()));
        let read: NewTicket = serde_json::from_str(&lines).unwrap();
        assert_eq!(read.title, title);
    }
}
