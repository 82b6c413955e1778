//! Live changes of tickets, in sight and far away.

use crossterm::event::KeyCode;
use ticketing_sdk::{Ticket, TicketChange, TicketChangeKind, TicketStatus};
use ticketing_tui::{Event, Feed};

use crate::program::{Program, time_of};
use crate::report::Report;
use crate::tickets::Random;

const CHANGES: usize = 400;

pub(crate) fn measure(report: &mut Report, program: &mut Program, market: &[Ticket]) {
    let mut random = Random::new(11);
    let mut version = 10;
    let mut change = |place: usize, kind| {
        version += 1;
        let status = if version % 2 == 0 { TicketStatus::Available } else { TicketStatus::Reserved };
        let ticket = market[place].clone().version(version).status(status);
        Event::Feed(Feed::Change(Box::new(TicketChange::new(version.to_string(), kind, ticket))))
    };
    let mut anywhere = || {
        let event = change(random.below(market.len()), TicketChangeKind::Updated);
        time_of(|| program.update(event))
    };
    report.times("a live change anywhere: update", (0..CHANGES).map(|_| anywhere()).collect());
    program.key(KeyCode::Home);
    let mut seen = |n: usize| {
        let event = change(n % 50, TicketChangeKind::Updated);
        time_of(|| {
            program.update(event);
            program.show();
        })
    };
    report.times("a live change in sight: update, draw, written", (0..CHANGES).map(&mut seen).collect());

    // Four more keys lead to the order by title, and a fifth back.
    for _ in 0..4 {
        program.key(KeyCode::Char('s'));
    }
    let mut by_title = || {
        let event = change(random.below(market.len()), TicketChangeKind::Updated);
        time_of(|| program.update(event))
    };
    report
        .times("a live change anywhere, sorted by title: update", (0..CHANGES).map(|_| by_title()).collect());
    program.key(KeyCode::Char('s'));
}
