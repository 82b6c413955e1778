//! The latency until a reservation of another user is on the screen.
//!
//! Changes follow each other at once, so that most of them wait for the next frame: the worst case.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use ticketing_sdk::{Client, TicketChange, TicketId, TicketStatus};
use vt100::Screen;

use crate::program::Program;
use crate::report::Report;
use crate::server::{Server, TICKETS, title};

/// The figures that are compared.
pub(crate) const SCREEN: &str = "someone else's reservation, from its answer to the screen";
pub(crate) const STREAM: &str = "the same to the SDK's own stream";

/// Reservations in one round. The newest ticket is left to the checkout of another figure.
const RESERVATIONS: usize = 30;

/// The columns of the list; beside it stand the selected ticket and the latest changes.
const LIST: u16 = 104;

pub(crate) fn measure(report: &mut Report, server: &Server, round: u32) {
    let buyer = &server.buyer(round);
    let tickets = server.runtime.block_on(buyer.tickets().list().any_status().all()).unwrap();
    let id = |title: &str| tickets.iter().find(|ticket| ticket.title == title).unwrap().id.clone();
    let changes = watch(server, buyer);
    let mut program = Program::start(server, &["tui"]);
    program.wait_until_shown(&title(TICKETS));

    let mut screen = Vec::new();
    let mut stream = Vec::new();
    let mut whole = Vec::new();
    let mut freed = Vec::new();
    // The first reservation only shows that the live feed is connected.
    for n in 0..=RESERVATIONS {
        let title = title(if n == 0 { RESERVATIONS + 1 } else { n });
        let id = id(&title);
        let asked = Instant::now();
        let order = server.runtime.block_on(async { buyer.orders().create(&id).await }).unwrap();
        let answered = Instant::now();
        let received_at = received_at(&changes, &id, TicketStatus::Reserved);
        let shown = program.wait_until("the reservation", |screen| is_reserved(screen, &title) == Some(true));
        server.runtime.block_on(async { buyer.orders().cancel(&order.id).await }).unwrap();
        let cancelled = Instant::now();
        let free =
            program.wait_until("the cancellation", |screen| is_reserved(screen, &title) == Some(false));
        if n > 0 {
            stream.push(received_at.saturating_duration_since(answered));
            screen.push(shown.saturating_duration_since(answered));
            whole.push(shown.saturating_duration_since(asked));
            freed.push(free.saturating_duration_since(cancelled));
        }
    }
    report.times(SCREEN, screen);
    report.times(STREAM, stream);
    report.times("the same from the request, not the answer, to the screen", whole);
    report.times("someone else's cancellation, from its answer to the screen", freed);
}

/// Returns whether the list shows a ticket as reserved, if it shows the ticket.
fn is_reserved(screen: &Screen, title: &str) -> Option<bool> {
    let row = screen.rows(0, LIST).find(|row| row.contains(title))?;
    Some(row.contains("Reserved"))
}

/// Follows all changes; answers once the connection stands.
fn watch(server: &Server, client: &Client) -> Receiver<(Instant, TicketChange)> {
    let mut changes = server.runtime.block_on(client.tickets().watch()).unwrap();
    let (sender, receiver) = channel();
    server.runtime.spawn(async move {
        while let Ok(Some(change)) = changes.try_next().await {
            if sender.send((Instant::now(), change)).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Returns the time at which the stream delivered this status of a ticket.
fn received_at(changes: &Receiver<(Instant, TicketChange)>, id: &TicketId, status: TicketStatus) -> Instant {
    loop {
        let (at, change) = changes.recv_timeout(Duration::from_secs(30)).unwrap();
        if change.ticket.id == *id && change.ticket.status == status {
            return at;
        }
    }
}
