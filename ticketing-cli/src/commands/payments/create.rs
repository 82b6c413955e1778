//! `ticketing payments create`

use std::time::Duration;

use clap_complete::ArgValueCandidates;
use futures_util::TryStreamExt;
use ticketing_sdk::{CardToken, Error, ErrorCode, Order, OrderId, OrderStatus, Payment, PaymentStatus};
use tokio::time::{Instant, sleep};

use super::on_page::pay_on_page;
use crate::card::{self, Card};
use crate::commands::orders::create::held as held_for;
use crate::complete;
use crate::context::{ApiCommand, ApiContext};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome, Subject};

/// Which order, and with which card.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The order's id
    #[arg(value_name = "ORDER", add = ArgValueCandidates::new(complete::open_orders))]
    order: OrderId,
    /// The payment provider's token for the card, like tok_visa; never a card number. Where the marketplace takes cards on its
    /// pages, the order's page is shown instead, and the command waits until it is paid for
    #[arg(long)]
    token: Option<String>,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let card = card::card(api, self.token).await?;
        let subject = Subject::Order(self.order.clone());
        let order = api.client.orders().get(&self.order).await;
        let order = order.map_err(|error| Failure::about(&error, &subject))?;
        if order.status == OrderStatus::Complete {
            return already_paid(api, &order, &card).await;
        }
        let payment = match card {
            Card::Token(token) => pay(api, &self.order, &token).await?,
            Card::OnPage => pay_on_page(api, &order).await?,
        };
        api.printer().one(&payment)
    }
}

fn operation(order: &OrderId) -> String {
    format!("payments create {order}")
}

/// Ends a payment of an order that is paid already. Nothing is sent: a server that keeps no keys would charge again.
///
/// Where an interrupted command has paid for the order, its payment is the outcome.
pub(crate) async fn already_paid(api: &ApiContext, order: &Order, card: &Card) -> Outcome {
    let id = &order.id;
    let was_interrupted = match card {
        Card::Token(token) => api.settle_interrupted(&operation(id), &[id.as_str(), token]).await?,
        Card::OnPage => false,
    };
    if was_interrupted && let Some(payment) = payment_of(api, id).await {
        api.io().remark(&format!("paid ${} for {}", order.ticket.price, order.ticket.title));
        return api.printer().one(&payment);
    }
    Err(Failure::of_order(&ErrorCode::OrderPaid, id))
}

/// The payment that has paid for an order, where the server shows payments.
pub(super) async fn payment_of(api: &ApiContext, order: &OrderId) -> Option<Payment> {
    let mut payments = api.client.payments().list().stream();
    while let Some(payment) = payments.try_next().await.ok()? {
        if payment.order_id.as_ref() == Some(order) && payment.status == Some(PaymentStatus::Succeeded) {
            return Some(payment);
        }
    }
    None
}

/// Pays for an order, noted down before it is sent, and follows the payment until its outcome is known.
pub(crate) async fn pay(api: &ApiContext, order: &OrderId, token: &str) -> Outcome<Payment> {
    let operation = operation(order);
    let payments = api.client.payments();
    let answer = api
        .write(&operation, &[order.as_str(), token], |key, resumed| {
            payments.create(order, CardToken::new(token)).idempotency_key(key).resumed(resumed)
        })
        .await?;
    let payment = match answer {
        Ok(payment) if payment.status.is_some_and(|status| !status.is_final()) => {
            api.io().remark("the payment provider is slow; waiting for its answer");
            payments.settled(&payment.id).await.map_err(|error| {
                Failure::from(error)
                    .hint(format!("`ticketing payments get {}` tells what became of it", payment.id))
            })?
        }
        Ok(payment) => payment,
        Err(error) if error.code() == Some(&ErrorCode::CardDeclined) && !error.is_unknown_outcome() => {
            return Err(declined(api, order, Failure::from(error)).await);
        }
        Err(error) => return Err(Failure::about(&error, &Subject::Order(order.clone()))),
    };
    match payment.status {
        Some(PaymentStatus::Failed) => {
            let failure = Failure::new(
                Exit::Declined,
                format!("the payment provider did not take payment {}", payment.id),
            );
            Err(declined(api, order, failure).await)
        }
        Some(PaymentStatus::Refunded) => Err(Failure::new(
            Exit::Conflict,
            format!(
                "order {order} was gone before the money was taken; payment {} was given back",
                payment.id
            ),
        )
        .hint("order the ticket again: `ticketing orders create TICKET`")),
        _ => Ok(payment),
    }
}

/// How long the end of an order is waited for after its payment failed: it comes a moment later.
const DECISION_TIMEOUT: Duration = Duration::from_secs(5);
const DECISION_POLL: Duration = Duration::from_millis(200);

/// The order, once it is no longer held by a payment.
async fn decided(api: &ApiContext, order: &OrderId) -> Result<Order, Error> {
    let deadline = Instant::now() + DECISION_TIMEOUT;
    loop {
        let found = api.client.orders().get(order).await?;
        if found.status != OrderStatus::AwaitingPayment || Instant::now() >= deadline {
            return Ok(found);
        }
        sleep(DECISION_POLL).await;
    }
}

/// Says whether, and for how long, another card can be tried.
async fn declined(api: &ApiContext, order: &OrderId, failure: Failure) -> Failure {
    let failure =
        Failure { message: failure.message.map(|why| format!("the card was declined: {why}")), ..failure };
    match decided(api, order).await {
        Ok(held) if !held.status.is_final() => failure.detail(held_for(api, &held)).hint(format!(
            "`ticketing payments create {order}` pays with another card, `ticketing orders cancel {order}` \
             lets go of it"
        )),
        Ok(Order { status, .. }) => failure.detail(format!("order {order} is {status}")),
        // The decline is what matters; that the order could not be looked at changes nothing about it.
        Err(_) => failure,
    }
}
