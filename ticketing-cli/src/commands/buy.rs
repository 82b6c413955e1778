//! `ticketing buy`: ordering and paying in one.

use clap_complete::ArgValueCandidates;
use futures_util::TryStreamExt;
use ticketing_sdk::{ErrorCode, Order, OrderStatus, TicketId};

use super::orders::create::{held, order};
use super::payments::create::pay;
use crate::context::{Online, OnlineCommand};
use crate::failure::{Failure, Outcome, Subject};
use crate::{card, complete};

/// Which ticket, and with which card.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The ticket's id
    #[arg(value_name = "TICKET", add = ArgValueCandidates::new(complete::tickets))]
    ticket: TicketId,
    /// The payment provider's token for the card, like tok_visa; never a card number
    #[arg(long)]
    token: Option<String>,
}

impl OnlineCommand for Args {
    async fn run(self, online: &Online) -> Outcome {
        // Nothing is reserved for someone who has no card to pay with.
        let token = card::token(online.io(), self.token)?;
        let order = reserve(online, &self.ticket).await?;
        online.io().remark(&format!("order {}: {}", order.id, held(&order)));
        let payment = pay(online, &order.id, &token).await?;
        online.io().remark(&format!("paid ${} for {}", order.ticket.price, order.ticket.title));
        online.printer().one(&payment)
    }
}

/// Orders the ticket, or goes on with the order that holds it for this buyer already.
async fn reserve(online: &Online, ticket: &TicketId) -> Outcome<Order> {
    let error = match order(online, ticket).await? {
        Ok(order) => return Ok(order),
        Err(error) => error,
    };
    if error.code() == Some(&ErrorCode::TicketReserved)
        && let Some(mine) = own_order(online, ticket).await
    {
        online.io().remark("you hold this ticket already; going on with that order");
        return Ok(mine);
    }
    Err(Failure::about(&error, &Subject::Ticket(ticket.clone())))
}

/// An unpaid order of this ticket by this buyer.
async fn own_order(online: &Online, ticket: &TicketId) -> Option<Order> {
    let mut orders = online.client.orders().list().status([OrderStatus::Created]).stream();
    while let Some(order) = orders.try_next().await.ok()? {
        if order.ticket.id == *ticket && order.status == OrderStatus::Created {
            return Some(order);
        }
    }
    None
}
