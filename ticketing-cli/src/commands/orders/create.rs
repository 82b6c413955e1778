//! `ticketing orders create`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::{Error, Money, Order, OrderedTicket, TicketId, text};

use crate::complete;
use crate::context::{Online, OnlineCommand};
use crate::failure::{Failure, Outcome, Subject};

/// Which ticket.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The ticket's id
    #[arg(value_name = "TICKET", add = ArgValueCandidates::new(complete::tickets))]
    ticket: TicketId,
}

impl OnlineCommand for Args {
    async fn run(self, online: &Online) -> Outcome {
        let order = order(online, &self.ticket).await?;
        let order = order.map_err(|error| Failure::about(&error, &Subject::Ticket(self.ticket)))?;
        online.printer().one(&order)?;
        online.io().remark(&format!(
            "{}; `ticketing payments create {}` pays",
            held(online, &order),
            order.id
        ));
        Ok(())
    }
}

/// Reserves a ticket, noted down before it is sent.
pub(crate) async fn order(online: &Online, ticket: &TicketId) -> Outcome<Result<Order, Error>> {
    let operation = format!("orders create {ticket}");
    online
        .write(&operation, &[ticket.as_str()], |key, resumed| {
            online.client.orders().create(ticket).idempotency_key(key).resumed(resumed)
        })
        .await
}

fn operation_at_price(ticket: &TicketId, price: Money) -> String {
    format!("orders create {ticket} --price {price}")
}

/// Removes the note of an interrupted command that has made this order: its outcome is known.
pub(crate) async fn settle_order(online: &Online, order: &Order) -> Outcome {
    let OrderedTicket { id, price, .. } = &order.ticket;
    let (operation, price) = (operation_at_price(id, *price), price.to_string());
    online.settle_interrupted(&operation, &[id.as_str(), &price]).await?;
    Ok(())
}

/// Reserves a ticket at the price that the buyer was shown, noted down before it is sent.
pub(crate) async fn order_at_price(
    online: &Online,
    ticket: &TicketId,
    price: Money,
) -> Outcome<Result<Order, Error>> {
    let operation = operation_at_price(ticket, price);
    online
        .write(&operation, &[ticket.as_str(), &price.to_string()], |key, resumed| {
            online.client.orders().create_at_price(ticket, price).idempotency_key(key).resumed(resumed)
        })
        .await
}

/// For how long an order still holds its ticket.
pub(crate) fn held(online: &Online, order: &Order) -> String {
    let left = order.time_left(online.now()).unwrap_or_default();
    format!("{} is reserved for you for {}", order.ticket.title, text::span(left))
}
