//! `ticketing open`: opens a page of the marketplace in the browser.

use clap::Subcommand;
use clap_complete::ArgValueCompleter;
use ticketing_sdk::{OrderId, TicketId};

use crate::context::{ApiCommand, ApiContext};
use crate::failure::CliResult;
use crate::help;
use crate::{browser, complete, resolve};

/// The arguments of `ticketing open`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing open",
        "ticketing open ticket 01a203b9-d806-71eb-8d06-dbab9285e702",
        "ticketing open --print",
    ],
    "Without a subcommand, the page of the market opens. The address is printed, too; on a pipe it is only printed. BROWSER \
     selects the browser.",
))]
pub(crate) struct Args {
    #[command(subcommand)]
    page: Option<WebPage>,
    /// Only print the address
    #[arg(long, help_heading = help::OUTPUT)]
    print: bool,
}

/// The subcommands of `ticketing open`.
#[derive(Debug, Subcommand)]
enum WebPage {
    /// Open the page of a ticket in the browser
    #[command(after_long_help = help::examples(&[
        "ticketing open ticket 01a203b9-d806-71eb-8d06-dbab9285e702",
    ]))]
    Ticket {
        /// The ticket's id
        #[arg(value_name = "TICKET", add = ArgValueCompleter::new(complete::by_id(complete::tickets)))]
        id: TicketId,
        /// Only print the address
        #[arg(long, help_heading = help::OUTPUT)]
        print: bool,
    },
    /// Open the page of an order in the browser, to pay or to see its status
    #[command(after_long_help = help::examples(&[
        "ticketing open order 01a203b9-d806-71eb-8d06-dbab9285e702",
        "ticketing open order 01a203b9-d806-71eb-8d06-dbab9285e702 --print",
    ]))]
    Order {
        /// The order's id
        #[arg(value_name = "ORDER", add = ArgValueCompleter::new(complete::by_id(complete::orders)))]
        id: OrderId,
        /// Only print the address
        #[arg(long, help_heading = help::OUTPUT)]
        print: bool,
    },
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let pages = api.client.pages();
        let (address, print) = match self.page {
            None => (pages.market(), false),
            Some(WebPage::Ticket { id, print }) => (pages.ticket(&resolve::ticket(api, id).await?), print),
            Some(WebPage::Order { id, print }) => (pages.order(&resolve::order(api, id).await?), print),
        };
        if print || self.print {
            return api.io().line(&address);
        }
        browser::open(api, address).await
    }
}
