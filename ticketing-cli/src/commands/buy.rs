//! `ticketing buy`: ordering and paying in one.

use clap_complete::ArgValueCandidates;
use futures_util::TryStreamExt;
use ticketing_sdk::{ErrorCode, Money, Order, OrderStatus, TicketId};

use super::orders::create::{held, order_at_price, settle_order};
use super::payments::create::{already_paid, pay};
use super::payments::on_page::pay_on_page;
use crate::card::{self, Card};
use crate::context::{ApiCommand, ApiContext};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome, Subject};
use crate::{complete, prompt};

/// Which ticket, at which price, and with which card.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The ticket's id
    #[arg(value_name = "TICKET", add = ArgValueCandidates::new(complete::tickets))]
    ticket: TicketId,
    /// The payment provider's token for the card, like tok_visa; never a card number. Where the marketplace takes cards on its
    /// pages, the order's page is shown instead, and the command waits until it is paid for
    #[arg(long)]
    token: Option<String>,
    /// Buy only at this price or below
    #[arg(long, value_name = "PRICE")]
    max_price: Option<Money>,
    /// Buy at the price shown, without asking
    #[arg(long, short)]
    yes: bool,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        // A buyer without a card reserves nothing.
        let card = card::card(api, self.token.clone()).await?;
        let order = match self.reserve(api).await? {
            Reservation::New(order) => {
                api.io().remark(&format!("order {}: {}", order.id, held(api, &order)));
                order
            }
            Reservation::Own(order) if order.status == OrderStatus::Complete => {
                return already_paid(api, &order, &card).await;
            }
            Reservation::Own(order) => {
                api.io().remark(&format!("you have ordered this ticket already; order {} goes on", order.id));
                order
            }
        };
        let payment = match card {
            Card::Token(token) => pay(api, &order.id, &token).await?,
            Card::OnPage => pay_on_page(api, &order).await?,
        };
        api.io().remark(&format!("paid ${} for {}", order.ticket.price, order.ticket.title));
        api.printer().one(&payment)
    }
}

/// The order that holds the ticket for this buyer.
enum Reservation {
    New(Order),
    /// An earlier command has made it, and may have paid for it.
    Own(Order),
}

impl Args {
    /// Orders the ticket at the price that is shown, or goes on with the buyer's own order of it.
    async fn reserve(&self, api: &ApiContext) -> Outcome<Reservation> {
        let subject = Subject::Ticket(self.ticket.clone());
        let about = |error| Failure::about(&error, &subject);
        let ticket = api.client.tickets().get(&self.ticket).await.map_err(about)?;
        if ticket.order_id.is_some()
            && let Some(own) = own_order(api, &self.ticket).await
        {
            return self.go_on_with(api, own, None).await;
        }
        self.agree(api, &ticket.title, ticket.price)?;
        let error = match order_at_price(api, &self.ticket, ticket.price).await? {
            Ok(order) if self.is_agreed(order.ticket.price, ticket.price) => {
                return Ok(Reservation::New(order));
            }
            Ok(order) => return Err(let_go(api, &order, ticket.price).await),
            Err(error) => error,
        };
        match (error.code(), error.new_price()) {
            (Some(ErrorCode::TicketReserved), _) => match own_order(api, &self.ticket).await {
                Some(own) => self.go_on_with(api, own, Some(ticket.price)).await,
                None => Err(about(error)),
            },
            (Some(ErrorCode::PriceChanged), Some(price)) => {
                Err(price_changed(price, ticket.price, "nothing was reserved"))
            }
            _ => Err(about(error)),
        }
    }

    /// Goes on with the buyer's own order, which may have been made at another price than `agreed`.
    async fn go_on_with(&self, api: &ApiContext, own: Order, agreed: Option<Money>) -> Outcome<Reservation> {
        let price = own.ticket.price;
        if own.status != OrderStatus::Complete && !agreed.is_some_and(|agreed| self.is_agreed(price, agreed))
        {
            self.agree(api, &own.ticket.title, price)?;
        }
        settle_order(api, &own).await?;
        Ok(Reservation::Own(own))
    }

    /// Whether the buyer pays this price, having agreed to that one.
    fn is_agreed(&self, price: Money, agreed: Money) -> bool {
        price == agreed || self.max_price.is_some_and(|most| price <= most)
    }

    /// Returns where the buyer wants the ticket at its price: by `--yes`, by `--max-price`, or by the answer on a terminal.
    fn agree(&self, api: &ApiContext, title: &str, price: Money) -> Outcome {
        match self.max_price {
            Some(most) if price > most => {
                return Err(Failure::new(
                    Exit::Conflict,
                    format!("{title} costs ${price}, more than --max-price {most}; nothing was paid"),
                ));
            }
            Some(_) => return Ok(()),
            None => {}
        }
        if self.yes || !api.io().can_ask() {
            api.io().remark(&format!("{title} costs ${price}"));
            return Ok(());
        }
        prompt::confirm(api.io(), false, &format!("Buy {title} for ${price}?"))
    }
}

fn price_changed(price: Money, agreed: Money, so: &str) -> Failure {
    Failure::new(Exit::Conflict, format!("the ticket costs ${price} now, not ${agreed}; {so}"))
        .hint("run the same command again to buy it at the new price")
}

/// Cancels an order at another price than the buyer agreed to. A server that ignores the price of an order makes such orders.
async fn let_go(api: &ApiContext, order: &Order, agreed: Money) -> Failure {
    let so = match api.client.orders().cancel(&order.id).await {
        Ok(()) => format!("nothing was paid, and order {} was cancelled", order.id),
        Err(error) => {
            format!("nothing was paid, but order {} could not be cancelled: {}", order.id, error)
        }
    };
    price_changed(order.ticket.price, agreed, &so)
}

/// The buyer's own order of this ticket, unless it was cancelled. The newest one counts.
async fn own_order(api: &ApiContext, ticket: &TicketId) -> Option<Order> {
    let statuses = [OrderStatus::Created, OrderStatus::AwaitingPayment, OrderStatus::Complete];
    let mut orders = api.client.orders().list().status(statuses).stream();
    let mut own = None;
    while let Some(order) = orders.try_next().await.ok()? {
        if order.ticket.id == *ticket && order.status != OrderStatus::Cancelled {
            own = Some(order);
        }
    }
    own
}
