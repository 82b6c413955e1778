//! A live dashboard of the market. Any key ends it; without a terminal it prints one frame.
//!
//! `dashboard http://127.0.0.1:3000`

use std::io::IsTerminal as _;

use anyhow::Context as _;
use crossterm::event::EventStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use ratatui::backend::TestBackend;
use ratatui::layout::Constraint;
use ratatui::widgets::{Block, Row, Table};
use ratatui::{Frame, Terminal};
use ticketing_sdk::text::sanitize;
use ticketing_sdk::{Client, Error, Ticket, TicketChangeKind};

fn draw(frame: &mut Frame<'_>, tickets: &[Ticket]) {
    let cells = |ticket: &Ticket| {
        [ticket.status.label().to_owned(), ticket.price.to_string(), sanitize(&ticket.title).into()]
    };
    let rows = tickets.iter().map(|ticket| Row::new(cells(ticket)));
    let widths = [Constraint::Length(10), Constraint::Length(10), Constraint::Fill(1)];
    let block = Block::bordered().title(format!("{} tickets", tickets.len()));
    frame.render_widget(Table::new(rows, widths).block(block), frame.area());
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it did")]
async fn main() -> anyhow::Result<()> {
    let server = std::env::args().nth(1).context("SERVER is missing, such as http://127.0.0.1:3000")?;
    let client = Client::new(server)?;
    let mut changes = client.tickets().watch().await?;
    let newest = || client.tickets().list().any_status().newest(100);
    let mut tickets = newest().await?.items;
    if !std::io::stdout().is_terminal() {
        let mut terminal = Terminal::new(TestBackend::new(60, 12))?;
        terminal.draw(|frame| draw(frame, &tickets))?;
        println!("{}", terminal.backend());
        return Ok(());
    }
    let mut terminal = ratatui::try_init()?;
    let mut keys = EventStream::new();
    let result = loop {
        terminal.draw(|frame| draw(frame, &tickets))?;
        tokio::select! {
            change = changes.try_next() => match change {
                Ok(Some(change)) => {
                    tickets.retain(|ticket| ticket.id != change.ticket.id);
                    if change.kind != TicketChangeKind::Deleted { tickets.insert(0, change.ticket) }
                }
                Err(Error::ChangesMissed) => match newest().await {
                    Ok(newest) => tickets = newest.items, Err(error) => break Err(error.into()),
                },
                Err(error) => break Err(error.into()),
                Ok(None) => break Ok(()),
            },
            Some(Ok(event)) = keys.next() => if event.is_key_press() { break Ok(()) },
        }
    };
    ratatui::try_restore()?;
    result
}
