//! Buys a ticket: orders it, pays for it, and handles every way in which that can end.
//!
//! `TICKETING_SESSION=… buy http://127.0.0.1:3000 <ticket> tok_visa`

use anyhow::{Context as _, bail};
use ticketing_sdk::{CardToken, Client, ErrorCode, IdempotencyKey, Payment, PaymentStatus};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it did")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().context("which server? http://127.0.0.1:3000, for example")?;
    let ticket = arguments.next().context("which ticket? its id")?;
    let card = CardToken::new(arguments.next().context("which card? a token like tok_visa")?);
    let session = std::env::var("TICKETING_SESSION").context("TICKETING_SESSION is not set")?;

    let client = Client::builder(server).session_value(session).build()?;
    let order = match client.orders().create(ticket).await {
        Ok(order) => order,
        Err(error) if error.code() == Some(&ErrorCode::TicketReserved) => bail!("someone was quicker"),
        Err(error) => return Err(error.into()),
    };
    println!("held until {} for {}", order.expires_at, order.ticket.price);

    // One key for this purchase. A program that may crash notes it down here, and after a restart sends the same
    // payment with the same key: it learns the outcome, and nothing is charged twice.
    let key = IdempotencyKey::generate();
    let pay = || client.payments().create(&order.id, card.clone()).idempotency_key(key.clone());
    let payment = match pay().settled().await {
        Ok(payment) => payment,
        Err(error) if error.is_unknown_outcome() => pay().settled().await?,
        Err(error) if error.code() == Some(&ErrorCode::CardDeclined) => {
            client.orders().cancel(&order.id).await?;
            bail!("the card was declined: {error}; the ticket is free again");
        }
        Err(error) => return Err(error.into()),
    };
    println!("{}", outcome(&payment));
    Ok(())
}

fn outcome(payment: &Payment) -> &'static str {
    match payment.status {
        Some(PaymentStatus::Succeeded) | None => "paid: the ticket is yours",
        Some(PaymentStatus::Refunded) => "the hold ran out while paying; the money went back",
        Some(_) => "not paid",
    }
}
