//! Watches the market for changes, and reports when the connection is lost and restored.
//!
//! `watch http://127.0.0.1:3000`

use anyhow::Context as _;
use futures_util::TryStreamExt as _;
use ticketing_sdk::text::sanitize;
use ticketing_sdk::{Client, WatchEvent};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it did")]
async fn main() -> anyhow::Result<()> {
    let server = std::env::args().nth(1).context("SERVER is missing, such as http://127.0.0.1:3000")?;
    let client = Client::new(server)?;

    // `watch()` returns a stream of changes; `into_events` adds the state of the connection.
    let mut events = client.tickets().watch().await?.into_events();
    while let Some(event) = events.try_next().await? {
        match event {
            WatchEvent::Connected => println!("connected"),
            WatchEvent::Change(change) => {
                let ticket = change.ticket;
                println!("{} {} {} {}", change.kind, ticket.status, ticket.price, sanitize(&ticket.title));
            }
            WatchEvent::Lost { error, retry_in } => println!("{error}; retrying in {retry_in:?}"),
            _ => {}
        }
    }
    Ok(())
}
