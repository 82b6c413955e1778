//! `ticketing payments create`

use std::slice;

use clap_complete::ArgValueCompleter;
use ticketing_sdk::{CardToken, ErrorCode, Order, OrderId, OrderStatus, Payment, text};
use ticketing_tui::Evidence;

use super::on_page::pay_on_page;
use super::pay::{is_unsupported, operation, pay, payment_of, wait_until_settled};
use super::unpaid::mark_unknown;
use crate::card::{self, Card};
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Failure, Subject};
use crate::help;
use crate::{complete, resolve};

/// The arguments of `ticketing payments create`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::examples(&[
    "ticketing payments create 01a203b9-d806-71eb-8d06-dbab9285e702 --token tok_visa",
    "ticketing payments create 01a203b9-d806-71eb-8d06-dbab9285e702",
]))]
pub(crate) struct Args {
    /// The order's id
    #[arg(value_name = "ORDER", add = ArgValueCompleter::new(complete::by_id(complete::open_orders)))]
    order: OrderId,
    /// Pay with this token of the payment provider, like tok_visa; never a card number
    ///
    /// Where the marketplace takes cards on its pages only, the command shows the page of the order instead, and waits until the
    /// order is paid.
    #[arg(long, help_heading = help::PAYMENT)]
    token: Option<String>,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let card = card::card(api, self.token).await?;
        let id = resolve::order(api, self.order).await?;
        let subject = Subject::Order(id.clone());
        let order = api.client.orders().get(&id).await;
        let order = order.map_err(|error| Failure::from_error(&error, &subject))?;
        if order.status == OrderStatus::Complete {
            return already_paid(api, &order, &card, false).await;
        }
        let payment = match card {
            Card::Token(token) => pay(api, &order, &token).await?,
            Card::OnPage => pay_on_page(api, &order).await?,
        };
        api.printer().one(&payment)
    }
}

/// Ends a payment of an order that is already paid. Nothing is sent: a server without idempotency keys would charge
/// again.
///
/// If an interrupted command has paid for the order, or `is_repeatable`, the payment is the outcome.
pub(crate) async fn already_paid(
    api: &ApiContext,
    order: &Order,
    card: &Card,
    is_repeatable: bool,
) -> CliResult {
    let id = &order.id;
    if let Some(payment) = repeat_payment(api, id, card).await? {
        return api.printer().one(&payment);
    }
    let had_payment = match card {
        Card::Token(token) => {
            let write = api.client.payments().create(id, CardToken::new(token));
            api.settle_interrupted(&operation(id), write).await?
        }
        Card::OnPage => false,
    };
    api.settle_known(Evidence::Orders(slice::from_ref(order)));
    if (had_payment || is_repeatable)
        && let Some(payment) = payment_of(api, id).await
    {
        let (price, title) = (text::price(order.ticket.price), &order.ticket.title);
        api.io().info(&format!("paid {price} for {title} already; nothing is charged again"));
        return api.printer().one(&payment);
    }
    Err(Failure::of_order(&ErrorCode::OrderPaid, id).prefix_with(&order.ticket.title))
}

/// Sends the payment of a paid order once more with the key of the user, if there is one: the server answers what it answered the
/// first time. It is sent only to a server that keeps keys. `None` if the order was paid with another key.
async fn repeat_payment(api: &ApiContext, order: &OrderId, card: &Card) -> CliResult<Option<Payment>> {
    let (Some(key), Card::Token(token)) = (api.context.settings.writes.key.clone(), card) else {
        return Ok(None);
    };
    let payments = api.client.payments();
    let write = payments.create(order, CardToken::new(token)).idempotency_key(key).resumed(true);
    match api.send(write).await? {
        Ok(payment) => {
            let settled = wait_until_settled(api, payment).await;
            settled.map(Some).map_err(|error| mark_unknown(Failure::from(error)))
        }
        Err(error) if error.code() == Some(&ErrorCode::OrderPaid) || is_unsupported(&error) => Ok(None),
        Err(error) => Err(Failure::from_error(&error, &Subject::Order(order.clone()))),
    }
}
