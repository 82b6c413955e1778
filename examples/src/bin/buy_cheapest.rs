//! Buys the cheapest ticket under a limit, and never two: the purchase is on disk before anything is sent, and running the
//! program again, after a crash for example, continues the same purchase. Without the file it begins another.
//!
//! `TICKETING_SESSION=… buy_cheapest http://127.0.0.1:3000 80 tok_visa purchase.json`

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use ticketing_sdk::{
    CardToken, Client, ErrorCode, IdempotencyKey, Money, Order, PaymentStatus, TicketId, TicketSort,
};

/// The state that the program needs after a crash.
#[derive(Serialize, Deserialize)]
struct Purchase {
    ticket: TicketId,
    price: Money,
    order_key: IdempotencyKey,
    payment_key: IdempotencyKey,
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it did")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().context("SERVER is missing, such as http://127.0.0.1:3000")?;
    let limit: Money = arguments.next().context("LIMIT is missing, such as 80")?.parse()?;
    let card = arguments.next().context("CARD is missing: a token such as tok_visa")?;
    let file = arguments.next().context("FILE is missing: it stores the purchase")?;
    let session = std::env::var("TICKETING_SESSION").context("TICKETING_SESSION is not set")?;
    let client = Client::builder(server).session_value(session).build()?;

    let (order, payment_key) = reserve(&client, limit, Path::new(&file)).await?;
    println!("reserved {} for {}", order.ticket.id, order.ticket.price);
    let payment = client.payments().create(&order.id, CardToken::new(card)).idempotency_key(payment_key);
    // With the same key, all runs of the program make one payment.
    let payment = payment.resumed(true).wait_until_settled().await?;
    match payment.status {
        Some(PaymentStatus::Succeeded) | None => println!("paid: the ticket is yours"),
        Some(status) => bail!("not paid: the payment is {status}"),
    }
    Ok(())
}

/// Continues the purchase of the file, or begins one with the cheapest ticket that can be reserved.
async fn reserve(client: &Client, limit: Money, file: &Path) -> anyhow::Result<(Order, IdempotencyKey)> {
    if let Ok(text) = std::fs::read(file) {
        let purchase: Purchase = serde_json::from_slice(&text)?;
        if let Some(order) = order(client, &purchase, true).await? {
            return Ok((order, purchase.payment_key));
        }
    }
    let cheapest = client.tickets().list().max_price(limit.into()).sort(TicketSort::Price);
    for ticket in cheapest.await?.items {
        let (order_key, payment_key) = (IdempotencyKey::generate(), IdempotencyKey::generate());
        let purchase = Purchase { ticket: ticket.id, price: ticket.price, order_key, payment_key };
        store(&purchase, file)?;
        if let Some(order) = order(client, &purchase, false).await? {
            return Ok((order, purchase.payment_key));
        }
    }
    bail!("no ticket costs at most {limit}")
}

/// Orders the ticket of a purchase. Returns `None` if nothing is reserved: another buyer was first, or the seller has raised
/// the price. While the outcome is unknown, the file stays and the next run finds it out.
async fn order(client: &Client, purchase: &Purchase, is_resumed: bool) -> anyhow::Result<Option<Order>> {
    let order = client.orders().create_at_price(&purchase.ticket, purchase.price);
    match order.idempotency_key(purchase.order_key.clone()).resumed(is_resumed).await {
        Ok(order) => Ok(Some(order)),
        Err(error) if error.is_unknown_outcome() => Err(error.into()),
        Err(error) => match error.code() {
            Some(ErrorCode::TicketReserved | ErrorCode::PriceChanged) => Ok(None),
            _ => Err(error.into()),
        },
    }
}

/// Replaces the file in one step, and returns once it is on the disk: a crash leaves the old purchase or the new one.
fn store(purchase: &Purchase, file: &Path) -> anyhow::Result<()> {
    let (new, text) = (file.with_extension("new"), serde_json::to_vec(purchase)?);
    let mut output = std::fs::File::create(&new)?;
    output.write_all(&text)?;
    output.sync_all()?;
    Ok(std::fs::rename(new, file)?)
}
