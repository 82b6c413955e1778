//! What happens in the market: the log and the charts.

use ticketing_sdk::{TicketChangeKind, TicketStatus};

use super::looks;
use crate::support::{Stage, props};

/// Ten minutes of a market.
fn keep_busy(stage: &mut Stage) {
    stage.sign_in();
    let mut tickets = props::tickets();
    for step in 0..40_u32 {
        stage.advance(14_000);
        let n = tickets.len();
        let ticket = props::ticket(&format!("n{step}"), &format!("Late show {step}"), "18.50", 0);
        stage.feed(props::change(TicketChangeKind::Created, ticket.clone()));
        tickets.push(ticket);
        let at = (step as usize * 7) % n;
        let status = [TicketStatus::Reserved, TicketStatus::Sold, TicketStatus::Available][step as usize % 3];
        tickets[at] = props::later(&tickets[at], status);
        stage.feed(props::change(TicketChangeKind::Updated, tickets[at].clone()));
    }
    let mut dear = props::later(&tickets[1], TicketStatus::Available);
    dear.price = "12.25".parse().unwrap();
    stage.feed(props::change(TicketChangeKind::Updated, dear));
    stage.feed(props::change(TicketChangeKind::Deleted, tickets[3].clone()));
    for ticket in props::odd_tickets() {
        stage.feed(props::change(TicketChangeKind::Created, ticket));
    }
    stage.press("4");
}

looks! {
    empty: |stage| {
        stage.sign_in();
        stage.press("4");
    };
    -SMALL +LARGE busy: keep_busy;
}
