//! Other users of the demo: a seller who lists tickets and changes prices, and another buyer who reserves, and pays or cancels.

use std::time::Duration;

use ticketing_sdk::{CardToken, Client, Error, IdempotencyKey, Money, NewTicket, Ticket};
use tokio::time::sleep;

use super::samples;

/// The minimum pause between two actions in milliseconds; the maximum is twice as long.
const MIN_PAUSE_MS: u64 = 2_500;

/// Trades until it is aborted. Refused requests are ignored.
pub(super) async fn trade(seller: Client, rival: Client) {
    let mut listed = 0;
    loop {
        sleep(Duration::from_millis(MIN_PAUSE_MS + random(MIN_PAUSE_MS))).await;
        let _ = match random(10) {
            0..=3 => {
                listed += 1;
                list(&seller, listed).await
            }
            4..=5 => reprice(&seller).await,
            6 => reserve_and_cancel(&rival).await,
            _ => buy(&rival).await,
        };
    }
}

/// Returns a random number below a bound.
fn random(below: u64) -> u64 {
    // The CLI depends on no random number generator; the digits of an idempotency key are random.
    let key = IdempotencyKey::generate();
    u64::from_str_radix(&key.as_str()[..12], 16).unwrap_or_default() % below.max(1)
}

async fn any_ticket(client: &Client) -> Result<Option<Ticket>, Error> {
    let mut tickets = client.tickets().list().limit(100).await?.into_items();
    if tickets.is_empty() {
        return Ok(None);
    }
    let index = usize::try_from(random(tickets.len() as u64)).unwrap_or(0);
    Ok(Some(tickets.swap_remove(index)))
}

/// Lists a ticket of a sample, with a seat of this round.
async fn list(seller: &Client, round: u32) -> Result<(), Error> {
    let mut new = samples::tickets(round).unwrap_or_default();
    if !new.is_empty() {
        let index = usize::try_from(random(new.len() as u64)).unwrap_or(0);
        seller.tickets().create(new.swap_remove(index)).await?;
    }
    Ok(())
}

async fn reprice(seller: &Client) -> Result<(), Error> {
    let Some(ticket) = any_ticket(seller).await? else { return Ok(()) };
    let percent = i64::try_from(random(40)).unwrap_or(0) + 80;
    let price = Money::from_cents(ticket.price.cents() * percent / 100).unwrap_or(ticket.price);
    seller.tickets().update(&ticket.id, NewTicket::new(ticket.title, price)).await?;
    Ok(())
}

async fn buy(rival: &Client) -> Result<(), Error> {
    let Some(ticket) = any_ticket(rival).await? else { return Ok(()) };
    let order = rival.orders().create(&ticket.id).await?;
    sleep(Duration::from_millis(MIN_PAUSE_MS)).await;
    rival.payments().create(&order.id, CardToken::new("tok_visa")).await?;
    Ok(())
}

async fn reserve_and_cancel(rival: &Client) -> Result<(), Error> {
    let Some(ticket) = any_ticket(rival).await? else { return Ok(()) };
    let order = rival.orders().create(&ticket.id).await?;
    sleep(Duration::from_millis(2 * MIN_PAUSE_MS)).await;
    rival.orders().cancel(&order.id).await
}
