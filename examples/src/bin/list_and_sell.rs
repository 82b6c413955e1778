//! Signs in as a seller, creates a listing, reduces its price, and prints the market.
//!
//! `SELLER_PASSWORD=… list_and_sell http://127.0.0.1:3000 ada@example.com`

use anyhow::Context as _;
use futures_util::TryStreamExt as _;
use ticketing_sdk::text::sanitize;
use ticketing_sdk::{Client, Error, ErrorCode, NewTicket, SecretString, TicketSort};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it did")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().context("SERVER is missing, such as http://127.0.0.1:3000")?;
    let email = arguments.next().context("whose account? an e-mail address")?;
    // Other users of the machine can read arguments, so the password is an environment variable.
    let password =
        SecretString::from(std::env::var("SELLER_PASSWORD").context("SELLER_PASSWORD is not set")?);

    let client = Client::new(server)?;
    sign_in_or_up(&client, &email, password).await?;

    let ticket = client
        .tickets()
        .create(NewTicket::new("RustConf, day 1", "149.99".parse()?).venue("Palais de Tokyo"))
        .await?;
    println!("listed {} for {}", ticket.id, ticket.price);

    // With `if_match`, the update fails instead of overwriting a concurrent change.
    let cheaper = NewTicket::new(&ticket.title, "120".parse()?);
    let ticket = client.tickets().update(&ticket.id, cheaper).if_match(ticket.version).await?;
    println!("reduced to {}", ticket.price);

    let mut market = client.tickets().list().max_price("200".parse()?).sort(TicketSort::Price).stream();
    while let Some(ticket) = market.try_next().await? {
        // Titles are input of other users: remove control characters.
        println!("{:>10}  {}", ticket.price, sanitize(&ticket.title));
    }
    client.auth().sign_out().await?;
    Ok(())
}

/// Signs up, or signs in if the account exists.
async fn sign_in_or_up(client: &Client, email: &str, password: SecretString) -> Result<(), Error> {
    match client.auth().sign_up(email, password.clone()).await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some(&ErrorCode::EmailInUse) => {
            client.auth().sign_in(email, password).await.map(|_| ())
        }
        Err(error) => Err(error),
    }
}
