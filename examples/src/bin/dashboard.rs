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
use ticketing_sdk::{Client, Ticket, TicketChange, TicketChangeKind};

fn apply(tickets: &mut Vec<Ticket>, change: TicketChange) {
    tickets.retain(|ticket| ticket.id != change.ticket.id);
    if change.kind != TicketChangeKind::Deleted {
        tickets.insert(0, change.ticket);
    }
}

fn draw(frame: &mut Frame<'_>, tickets: &[Ticket]) {
    let rows = tickets.iter().map(|ticket| {
        let title = sanitize(&ticket.title).into_owned();
        Row::new([ticket.status.label().to_owned(), ticket.price.to_string(), title])
    });
    let widths = [Constraint::Length(10), Constraint::Length(10), Constraint::Fill(1)];
    let title = format!("{} tickets", tickets.len());
    frame.render_widget(Table::new(rows, widths).block(Block::bordered().title(title)), frame.area());
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it did")]
async fn main() -> anyhow::Result<()> {
    let server = std::env::args().nth(1).context("which server? http://127.0.0.1:3000, for example")?;
    let client = Client::new(server)?;
    let mut changes = client.tickets().watch().await?;
    let mut tickets = client.tickets().list().any_status().newest(100).await?.items;
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
                Ok(Some(change)) => apply(&mut tickets, change),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error.into()),
            },
            Some(Ok(event)) = keys.next() => if event.is_key_press() { break Ok(()) },
        }
    };
    ratatui::try_restore()?;
    result
}
