//! Watches the market, and prints each ticket that is listed or reduced to a limit or less. Ends after a number of them.
//!
//! `price_watcher http://127.0.0.1:3000 80 3`

use anyhow::Context as _;
use futures_util::TryStreamExt as _;
use ticketing_sdk::text::sanitize;
use ticketing_sdk::{Client, Error, Money, Ticket, TicketStatus};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it did")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().context("SERVER is missing, such as http://127.0.0.1:3000")?;
    let limit: Money = arguments.next().context("LIMIT is missing, such as 80")?.parse()?;
    let mut left: u32 = arguments.next().context("how many? 3, for example")?.parse()?;
    let client = Client::new(server)?;

    let is_wanted = |ticket: &Ticket| ticket.status == TicketStatus::Available && ticket.price <= limit;
    let mut changes = client.tickets().watch().await?;
    println!("watching");
    while left > 0 {
        match changes.try_next().await {
            Ok(Some(change)) if is_wanted(&change.ticket) => {
                println!("{} {}", change.ticket.price, sanitize(&change.ticket.title));
                left -= 1;
            }
            Ok(Some(_)) => {}
            Ok(None) => break,
            // The watch continues; tickets that were missed and are still for sale are in the list.
            Err(Error::ChangesMissed) => {
                for ticket in client.tickets().list().max_price(limit.into()).all().await? {
                    println!("{} {}", ticket.price, sanitize(&ticket.title));
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
