//! Buys a ticket: creates an order, pays for it, and handles every outcome.
//!
//! `TICKETING_SESSION=… buy http://127.0.0.1:3000 <ticket> tok_visa`

use anyhow::{Context as _, bail};
use ticketing_sdk::{CardToken, Client, ErrorCode, IdempotencyKey, Payment, PaymentStatus};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it did")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().context("SERVER is missing, such as http://127.0.0.1:3000")?;
    let ticket = arguments.next().context("TICKET is missing: the id of a ticket")?;
    let card = CardToken::new(arguments.next().context("CARD is missing: a token such as tok_visa")?);
    let session = std::env::var("TICKETING_SESSION").context("TICKETING_SESSION is not set")?;

    let client = Client::builder(server).session_value(session).build()?;
    let order = match client.orders().create(ticket).await {
        Ok(order) => order,
        Err(error) if error.code() == Some(&ErrorCode::TicketReserved) => {
            bail!("the ticket was just reserved by another buyer")
        }
        Err(error) => return Err(error.into()),
    };
    println!("reserved until {} for {}", order.expires_at, order.ticket.price);

    // One idempotency key for this purchase. A program that may crash stores the key before it pays. After a restart it repeats the
    // payment with the same key and receives the outcome; the card is not charged twice.
    let key = IdempotencyKey::generate();
    let pay = || client.payments().create(&order.id, card.clone()).idempotency_key(key.clone());
    let payment = match pay().wait_until_settled().await {
        Ok(payment) => payment,
        Err(error) if error.is_unknown_outcome() => pay().wait_until_settled().await?,
        Err(error) if error.code() == Some(&ErrorCode::CardDeclined) => {
            client.orders().cancel(&order.id).await?;
            bail!("the card was declined: {error}; the ticket is available again");
        }
        Err(error) => return Err(error.into()),
    };
    println!("{}", outcome(&payment));
    Ok(())
}

fn outcome(payment: &Payment) -> &'static str {
    match payment.status {
        Some(PaymentStatus::Succeeded) | None => "paid: the ticket is yours",
        Some(PaymentStatus::Refunded) => "the order expired during the payment; the payment was refunded",
        Some(_) => "not paid",
    }
}
