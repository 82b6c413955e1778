//! `ticketing orders create`

use clap_complete::ArgValueCompleter;
use ticketing_sdk::{Error, Money, Order, TicketId, Write};
use ticketing_tui::Operation;

use crate::commands::order_progress::hold_message;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Failure, Subject};
use crate::help;
use crate::{complete, resolve};

/// The arguments of `ticketing orders create`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing orders create 01a203b9-d806-71eb-8d06-dbab9285e702",
        "ticketing orders create 01a203b9-d806-71eb-8d06-dbab9285e702 --jq .id",
    ],
    "The ticket is reserved until the order is paid, cancelled or expired. `ticketing buy` orders and pays in one command.",
))]
pub(crate) struct Args {
    /// The ticket's id
    #[arg(value_name = "TICKET", add = ArgValueCompleter::new(complete::by_id(complete::tickets)))]
    ticket: TicketId,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let ticket = resolve::ticket(api, self.ticket).await?;
        let order = match order(api, &ticket, None).await? {
            Ok(order) => order,
            Err(error) => {
                let subject = Subject::Ticket(ticket);
                return Err(
                    resolve::name_conflict(api, Failure::from_error(&error, &subject), &subject).await
                );
            }
        };
        api.printer().one(&order)?;
        api.io().info(&format!(
            "{}; `ticketing payments create {}` pays",
            hold_message(api, &order),
            order.id
        ));
        Ok(())
    }
}

/// Reserves a ticket, at the price that the buyer saw if there is one. The journal has the key before the request is sent.
pub(crate) async fn order(
    api: &ApiContext,
    ticket: &TicketId,
    price: Option<Money>,
) -> CliResult<Result<Order, Error>> {
    let (operation, write) = new_order(api, ticket, price);
    api.write(&operation, write).await
}

/// Removes the journal entry of an interrupted command that created this order: its outcome is known.
pub(crate) async fn settle_order(api: &ApiContext, order: &Order) -> CliResult {
    let (operation, write) = new_order(api, &order.ticket.id, Some(order.ticket.price));
    api.settle_interrupted(&operation, write).await?;
    Ok(())
}

fn new_order(api: &ApiContext, ticket: &TicketId, price: Option<Money>) -> (Operation, Write<Order>) {
    let orders = api.client.orders();
    let write = match price {
        Some(price) => orders.create_at_price(ticket, price),
        None => orders.create(ticket),
    };
    (Operation::CreateOrder { ticket: ticket.clone(), price }, write)
}
