//! `ticketing tickets export`

use futures_util::TryStreamExt;
use ticketing_sdk::text::sanitize;
use ticketing_sdk::{DetailField, NewTicket, Ticket, TicketSort};

use super::file_format::FileFormat;
use super::list::StatusFilter;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome};
use crate::help;
use crate::output::{Format, escape_json, neutralize};

/// The arguments of `ticketing tickets export`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing tickets export > listings.csv",
        "ticketing tickets export --status available --format jsonl > listings.jsonl",
    ],
    "The columns are those that `ticketing tickets import` reads. In CSV, a text that a spreadsheet would run as a formula \
     begins with an apostrophe, which the import removes.",
))]
pub(crate) struct Args {
    /// Write only these statuses, separated by commas
    #[arg(long, help_heading = help::FILTER, value_enum, value_name = "STATUS", value_delimiter = ',')]
    #[arg(default_value = "all")]
    status: Vec<StatusFilter>,
    /// Write this format: by default CSV, JSON Lines with `--output jsonl`, or one document with json or yaml
    #[arg(long, help_heading = help::FILE, value_enum, value_name = "FORMAT", hide_possible_values = true)]
    format: Option<FileFormat>,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let list = api.client.tickets().list().mine().past().sort(TicketSort::Oldest).limit(MAX_PAGE);
        let list = if self.status.contains(&StatusFilter::All) {
            list.any_status()
        } else {
            list.status(self.status.into_iter().filter_map(StatusFilter::status))
        };
        let tickets: Vec<NewTicket> = list.stream().map_ok(to_new).try_collect().await?;
        let is_document = matches!(api.context.settings.format, Format::Json | Format::Yaml);
        if api.printer().is_selecting() || (self.format.is_none() && is_document) {
            return api.printer().json(&serde_json::json!({ "items": tickets, "hasMore": false }));
        }
        let terminal = api.io().terminal_info().out_terminal;
        let is_lines = match self.format {
            Some(format) => format == FileFormat::Jsonl,
            None => api.context.settings.format == Format::Jsonl,
        };
        let text = if is_lines { json_lines(&tickets)? } else { csv_text(&tickets, terminal)? };
        api.io().data(text)
    }
}

/// The largest page of a server.
const MAX_PAGE: u32 = 500;

fn to_new(ticket: Ticket) -> NewTicket {
    NewTicket::new(ticket.title, ticket.price).details(ticket.details)
}

/// Returns CSV. A terminal gets no control characters of other users.
fn csv_text(tickets: &[NewTicket], terminal: bool) -> Outcome<Vec<u8>> {
    let write = || -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let details = DetailField::ALL.iter().map(|field| field.name());
        writer.write_record(["title", "price"].into_iter().chain(details))?;
        for ticket in tickets {
            let price = ticket.price.to_string();
            let details = DetailField::ALL.iter().map(|field| ticket.details.get(*field).unwrap_or_default());
            let fields = [ticket.title.as_str(), &price].into_iter().chain(details);
            writer.write_record(fields.map(|text| {
                let text = if terminal { sanitize(text) } else { text.into() };
                neutralize(&text).into_owned()
            }))?;
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    };
    write().map_err(|error| Failure::failed(format!("cannot write CSV: {error}")))
}

fn json_lines(tickets: &[NewTicket]) -> Outcome<Vec<u8>> {
    let mut lines = String::new();
    for ticket in tickets {
        let json = serde_json::to_string(ticket)
            .map_err(|error| Failure::failed(format!("cannot write JSON: {error}")))?;
        lines += &escape_json(&json);
        lines.push('\n');
    }
    Ok(lines.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_gets_no_control_characters() {
        let hostile = NewTicket::new("Gig\u{1b}[2J \u{202e}x", "20".parse().unwrap());
        let is_harmless = |text: Vec<u8>| {
            let text = String::from_utf8(text).unwrap();
            assert!(text.contains("Gig"), "{text}");
            !text.contains(['\u{1b}', '\u{202e}'])
        };
        let tickets = std::slice::from_ref(&hostile);
        assert!(is_harmless(csv_text(tickets, true).unwrap()));
        assert!(!is_harmless(csv_text(tickets, false).unwrap()), "a file keeps every title as it is");
        let lines = json_lines(tickets).unwrap();
        assert!(is_harmless(lines.clone()));
        let read: NewTicket = serde_json::from_slice(&lines).unwrap();
        assert_eq!(read.title, hostile.title);
    }
}
