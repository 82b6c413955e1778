//! Lists the tickets of a CSV file with the columns `title`, `price` and `venue`. Running it again lists nothing twice.
//!
//! `TICKETING_SESSION=… sell_from_csv http://127.0.0.1:3000 tickets.csv`

use anyhow::Context as _;
use serde::Deserialize;
use ticketing_sdk::{Client, IdempotencyKey, NewTicket};

#[derive(Deserialize)]
struct Row {
    title: String,
    price: String,
    venue: Option<String>,
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it did")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().context("SERVER is missing, such as http://127.0.0.1:3000")?;
    let file = arguments.next().context("FILE is missing, such as tickets.csv")?;
    let session = std::env::var("TICKETING_SESSION").context("TICKETING_SESSION is not set")?;
    let client = Client::builder(server).session_value(session).build()?;

    // The whole file is read first, so that an invalid row stops the program before it lists a ticket.
    let rows: Vec<Row> = csv::Reader::from_path(&file)?.deserialize().collect::<Result<_, _>>()?;
    let name = file.rsplit('/').next().unwrap_or_default().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    for (index, row) in rows.into_iter().enumerate() {
        let mut ticket = NewTicket::new(row.title, row.price.parse()?);
        if let Some(venue) = row.venue.filter(|venue| !venue.is_empty()) {
            ticket = ticket.venue(venue);
        }
        // The key of a row is the same in every run, so the server answers a repetition with the first response.
        let key = IdempotencyKey::new(format!("{name}-row-{index}"))?;
        let listed = client.tickets().create(ticket).idempotency_key(key).await?;
        println!("listed {} for {}", listed.id, listed.price);
    }
    Ok(())
}
