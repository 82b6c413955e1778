//! `ticketing buy`: orders a ticket and pays for it.

use std::time::Duration;

use clap_complete::ArgValueCompleter;
use ticketing_sdk::{CardToken, Error, ErrorCode, Money, Order, OrderStatus, TicketId, text};
use ticketing_tui::Operation;

use super::order_progress::hold_message;
use super::orders::create::{check_not_cancelled, newest_order, order, settle_order};
use super::payments::create::already_paid;
use super::payments::on_page::pay_on_page;
use super::payments::pay::{pay, wait_until_decided};
use super::payments::unpaid::{ChargeStatus, reservation, unpaid};
use crate::card::{self, Card};
use crate::context::{ApiCommand, ApiContext};
use crate::exit::Exit;
use crate::failure::{CliResult, Failure, Subject};
use crate::help;
use crate::{complete, prompt, resolve};

/// The arguments of `ticketing buy`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing buy 01a203b9-d806-71eb-8d06-dbab9285e702 --token tok_visa",
        "ticketing buy 01a203b9-d806-71eb-8d06-dbab9285e702 --max-price 150 --token tok_visa --no-input",
    ],
    "An unpaid order of the same ticket is continued, and a paid one is shown with its payment: the same command charges once. Nothing \
     is charged if the price has changed. Without a terminal, --token needs --max-price or --yes.",
))]
pub(crate) struct Args {
    /// The ticket's id
    #[arg(value_name = "TICKET", add = ArgValueCompleter::new(complete::by_id(complete::tickets)))]
    ticket: TicketId,
    /// Pay with this token of the payment provider, like tok_visa; never a card number
    ///
    /// Where the marketplace takes cards on its pages only, the command shows the page of the order instead, and waits until the
    /// order is paid.
    #[arg(long, help_heading = help::PAYMENT)]
    token: Option<String>,
    /// Buy without a prompt, but only at this price or lower
    #[arg(long, help_heading = help::CONFIRMATION, value_name = "PRICE")]
    max_price: Option<Money>,
    /// Buy at the current price, without a prompt
    #[arg(long, short, help_heading = help::CONFIRMATION)]
    yes: bool,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        // First, so that a command without a card reserves nothing.
        let card = card::card(api, self.token.clone()).await?;
        let args = Self { ticket: resolve::ticket(api, self.ticket).await?, ..self };
        if api.is_dry_run() {
            return args.preview(api, &card).await;
        }
        // If the command is killed between its requests, the journal has no entry of a request, only this one.
        let purchase = api.begin_command(&Operation::Buy { ticket: args.ticket.clone() }).await?;
        // A ticket is bought once, so that the same command is the same purchase, unless the user gives another key.
        let is_repeatable = purchase.resumed || api.context.settings.writes.key.is_none();
        let outcome = args.buy(api, card, is_repeatable).await;
        // Known outcomes are printed, and a request with an unknown outcome has its own entry in the journal.
        purchase.settle();
        outcome
    }
}

impl Args {
    /// `is_repeatable` is whether an order that is paid already is the outcome.
    async fn buy(&self, api: &ApiContext, card: Card, is_repeatable: bool) -> CliResult {
        let mut order = self.reserve(api).await?;
        if order.status == OrderStatus::AwaitingPayment {
            // The payment of an earlier command may have been taken.
            order = wait_until_decided(api, &order.id).await.unwrap_or(order);
        }
        let is_paid = order.status == OrderStatus::Complete;
        if is_paid {
            already_paid(api, &order, &card, is_repeatable).await?;
        } else {
            let payment = match card {
                Card::Token(token) => pay(api, &order, &token).await?,
                Card::OnPage => pay_on_page(api, &order).await?,
            };
            api.io().info(&format!("paid {} for {}", text::price(order.ticket.price), order.ticket.title));
            api.printer().one(&payment)?;
        }
        report_pass(api, &order, is_paid).await;
        Ok(())
    }
}

/// The placeholder for the id of the order that `--dry-run` does not create.
const NEW_ORDER: &str = "ORDER";

impl Args {
    /// Prints the requests of the purchase: the order, and the payment where a token pays.
    async fn preview(&self, api: &ApiContext, card: &Card) -> CliResult {
        let about = |error| Failure::from_error(&error, &Subject::Ticket(self.ticket.clone()));
        let ticket = api.client.tickets().get(&self.ticket).await.map_err(about)?;
        let order = api.client.orders().create_at_price(&self.ticket, ticket.price);
        let mut requests = vec![order.request().clone()];
        if let Card::Token(token) = card {
            let payment = api.client.payments().create(NEW_ORDER, CardToken::new(token));
            requests.push(payment.request().clone());
        }
        Err(api.preview_all(requests).await)
    }

    /// Orders the ticket at the price that is shown, or continues the buyer's own order of it.
    async fn reserve(&self, api: &ApiContext) -> CliResult<Order> {
        let subject = Subject::Ticket(self.ticket.clone());
        let about = |error| Failure::from_error(&error, &subject);
        let ticket = api.client.tickets().get(&self.ticket).await.map_err(about)?;
        if ticket.order_id.is_some()
            && let Some(own) = own_order(api, &self.ticket).await
        {
            return self.continue_order(api, own, None).await;
        }
        self.agree(api, &ticket.title, ticket.price)?;
        let error = match order(api, &self.ticket, Some(ticket.price)).await? {
            Ok(order) if self.is_agreed(order.ticket.price, ticket.price) => {
                check_not_cancelled(api, &order)?;
                if order.status == OrderStatus::Created {
                    api.io().info(&format!("order {}: {}", order.id, hold_message(api, &order)));
                }
                return Ok(order);
            }
            Ok(order) => return Err(cancel_changed(api, &order, ticket.price).await),
            Err(error) => error,
        };
        match (error.code(), error.new_price()) {
            (Some(ErrorCode::TicketReserved), _) => match own_order(api, &self.ticket).await {
                Some(own) => self.continue_order(api, own, Some(ticket.price)).await,
                None => Err(about(error).prefix_with(&ticket.title)),
            },
            (Some(ErrorCode::PriceChanged), Some(price)) => {
                Err(price_changed(price, ticket.price, "nothing was reserved"))
            }
            _ => resolve::name_conflict(api, Err(error), &subject).await,
        }
    }

    /// Continues the buyer's own order, which may have another price than `agreed`. An earlier command may have paid for it.
    async fn continue_order(&self, api: &ApiContext, own: Order, agreed: Option<Money>) -> CliResult<Order> {
        let price = own.ticket.price;
        if own.status != OrderStatus::Complete && !agreed.is_some_and(|agreed| self.is_agreed(price, agreed))
        {
            self.agree(api, &own.ticket.title, price)?;
        }
        let settled = settle_order(api, &own).await;
        settled.map_err(|unrecorded| unpaid(api, &own, unrecorded, &ChargeStatus::None))?;
        if own.status != OrderStatus::Complete {
            api.io().info(&format!("this ticket is already ordered; continuing order {}", own.id));
        }
        Ok(own)
    }

    /// Returns whether the buyer, who agreed to pay `agreed`, has agreed to `price`, too.
    fn is_agreed(&self, price: Money, agreed: Money) -> bool {
        price == agreed || self.max_price.is_some_and(|most| price <= most)
    }

    /// Checks that the buyer agrees to the price: by `--yes`, by `--max-price`, or by the answer to a prompt.
    fn agree(&self, api: &ApiContext, title: &str, price: Money) -> CliResult {
        let shown = text::price(price);
        match self.max_price {
            Some(most) if price > most => {
                return Err(Failure::new(
                    Exit::Conflict,
                    format!("{title} costs {shown}, more than --max-price {most}; nothing was paid"),
                ));
            }
            Some(_) => return Ok(()),
            None => {}
        }
        // A card that is paid on a page is confirmed there.
        let is_paid_on_page = self.token.is_none() && !api.io().can_ask();
        if self.yes || is_paid_on_page {
            api.io().info(&format!("{title} costs {shown}"));
            return Ok(());
        }
        let confirmed = prompt::confirm(api.io(), &format!("Buy {title} for {shown}?"));
        confirmed.map_err(|failure| match failure.exit {
            Exit::Usage => Failure::usage(format!(
                "{title} costs {shown}, which needs to be confirmed; nothing was paid"
            ))
            .hint("pass --max-price PRICE, or --yes; prompts need a terminal, and are off with --no-input"),
            _ => failure,
        })
    }
}

/// How long a paid buyer waits for the pass.
const PASS_TIMEOUT: Duration = Duration::from_secs(3);

/// Prints the command that shows the pass. The purchase is complete even if the pass is not issued yet; that of an earlier command
/// may be another user's by now.
async fn report_pass(api: &ApiContext, order: &Order, is_earlier: bool) {
    match api.client.passes().wait_for_order(&order.id, PASS_TIMEOUT).await {
        Ok(Some(pass)) => api.io().info(&format!("`ticketing passes show {}` shows the pass", pass.id)),
        // A server of the original contract has no passes.
        Err(Error::Unsupported { .. }) => {}
        Ok(None) if is_earlier => api.io().info("`ticketing passes list` shows the passes that you hold"),
        Ok(None) | Err(_) => api.io().info("`ticketing passes list` shows the pass in a moment"),
    }
}

fn price_changed(price: Money, agreed: Money, so: &str) -> Failure {
    Failure::new(
        Exit::Conflict,
        format!("the ticket costs {} now, not {}; {so}", text::price(price), text::price(agreed)),
    )
    .hint("run the same command again to buy it at the new price")
}

/// Cancels an order at another price than the buyer agreed to. A server that ignores the price of an order creates such
/// orders.
async fn cancel_changed(api: &ApiContext, order: &Order, agreed: Money) -> Failure {
    let (id, price) = (&order.id, order.ticket.price);
    match api.client.orders().cancel(id).await {
        Ok(()) => price_changed(price, agreed, &format!("nothing was paid, and order {id} was cancelled")),
        Err(error) => {
            let so = format!("nothing was paid, but order {id} could not be cancelled");
            price_changed(price, agreed, &so)
                .detail(error.user_message())
                .detail(reservation(api, order))
                .hint(format!("`ticketing orders cancel {id}` cancels it"))
        }
    }
}

/// Returns the buyer's newest order of this ticket that is not cancelled.
async fn own_order(api: &ApiContext, ticket: &TicketId) -> Option<Order> {
    let statuses = [OrderStatus::Created, OrderStatus::AwaitingPayment, OrderStatus::Complete];
    newest_order(api, ticket, &statuses).await.ok()?
}
