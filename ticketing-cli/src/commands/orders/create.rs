//! `ticketing orders create`

use clap_complete::ArgValueCompleter;
use futures_util::TryStreamExt;
use ticketing_sdk::{Error, ErrorCode, Money, Order, OrderStatus, TicketId, Write};
use ticketing_tui::Operation;

use crate::commands::order_progress::hold_message;
use crate::commands::payments::unpaid::describe_cancellation;
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
        let order = order(api, &ticket, None).await?;
        let order = resolve::name_conflict(api, order, &Subject::Ticket(ticket)).await?;
        check_not_cancelled(api, &order)?;
        api.printer().one(&order)?;
        let id = &order.id;
        api.io().info(&match order.status {
            OrderStatus::Created => {
                format!("{}; `ticketing payments create {id}` pays", hold_message(api, &order))
            }
            status => format!("order {id}: {}", status.label()),
        });
        Ok(())
    }
}

/// Reserves a ticket, at the price that the buyer saw if there is one. The journal has the key before the request is sent. The order
/// of an interrupted command is returned as it is now.
pub(crate) async fn order(
    api: &ApiContext,
    ticket: &TicketId,
    price: Option<Money>,
) -> CliResult<Result<Order, Error>> {
    let (operation, write) = new_order(api, ticket, price);
    Ok(match api.write_or_resume(&operation, write).await? {
        (Ok(then), true) => Ok(api.read_order(&then.id).await.unwrap_or(then)),
        (answer, _) => answer,
    })
}

/// Fails if the order that an interrupted command has made was cancelled meanwhile.
pub(crate) fn check_not_cancelled(api: &ApiContext, order: &Order) -> CliResult {
    if order.status != OrderStatus::Cancelled {
        return Ok(());
    }
    Err(describe_cancellation(api, order, Failure::of_order(&ErrorCode::OrderCancelled, &order.id)))
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

/// Returns the newest order of the ticket among those of these statuses.
pub(crate) async fn newest_order(
    api: &ApiContext,
    ticket: &TicketId,
    statuses: &[OrderStatus],
) -> Result<Option<Order>, Error> {
    let mut orders = api.client.orders().list().status(statuses.iter().copied()).stream();
    // A server of the original contract ignores the statuses.
    let takes_cancelled = statuses.contains(&OrderStatus::Cancelled);
    let mut newest = None;
    while let Some(order) = orders.try_next().await? {
        if order.ticket.id == *ticket && (takes_cancelled || order.status != OrderStatus::Cancelled) {
            newest = Some(order);
        }
    }
    Ok(newest)
}
