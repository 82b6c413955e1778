//! `ticketing open`: the marketplace in the browser.

use clap::Subcommand;
use clap_complete::ArgValueCandidates;
use ticketing_sdk::{OrderId, TicketId};

use crate::complete;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::Outcome;

/// Which page.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
    Without more words it opens the market. The address is printed, too; on a pipe it is printed and nothing is opened. \
    BROWSER names the browser.")]
pub(crate) struct Args {
    #[command(subcommand)]
    page: Option<Page>,
    #[command(flatten)]
    how: How,
}

/// The pages that a thing has.
#[derive(Debug, Subcommand)]
enum Page {
    /// Open the page of a ticket
    Ticket(Ticket),
    /// Open the page of an order of yours: pay for it there, or look how it stands
    Order(Order),
}

/// A ticket's page.
#[derive(Debug, clap::Args)]
struct Ticket {
    /// The ticket's id
    #[arg(value_name = "TICKET", add = ArgValueCandidates::new(complete::tickets))]
    id: TicketId,
    #[command(flatten)]
    how: How,
}

/// An order's page.
#[derive(Debug, clap::Args)]
struct Order {
    /// The order's id
    #[arg(value_name = "ORDER", add = ArgValueCandidates::new(complete::orders))]
    id: OrderId,
    #[command(flatten)]
    how: How,
}

/// How it is opened.
#[derive(Debug, clap::Args)]
struct How {
    /// Only print the address
    #[arg(long)]
    print: bool,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let pages = api.client.pages();
        let (address, print) = match &self.page {
            None => (pages.market(), false),
            Some(Page::Ticket(ticket)) => (pages.ticket(&ticket.id), ticket.how.print),
            Some(Page::Order(order)) => (pages.order(&order.id), order.how.print),
        };
        api.io().line(&address)?;
        if print || self.how.print || !api.io().terminal_info().out_terminal {
            return Ok(());
        }
        // Whatever opens the browser may take its time.
        let opened = tokio::task::spawn_blocking(move || webbrowser::open(&address)).await;
        let why = match opened {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(why)) => why.to_string(),
            Err(why) => why.to_string(),
        };
        api.io().notice(&format!("no browser could be opened: {why}"));
        Ok(())
    }
}
