//! Loading the market, page by page.

use std::time::Instant;

use crossterm::event::KeyCode;
use ticketing_sdk::Ticket;

use crate::program::{Program, time_of};
use crate::report::Report;
use crate::{PAGE, TICKETS};

/// Loads a market, and answers with the program that has it.
pub(crate) fn measure(report: &mut Report, market: &[Ticket]) -> Program {
    let mut program = Program::start();
    report.times("first frame, drawn before anything is known", vec![time_of(|| program.show())]);
    let pages = take_in(&mut program, market);
    report.times("the whole market taken in, without drawing", vec![pages.iter().sum()]);
    report.times("one page of it", pages);
    assert!(program.shows("100 000 tickets"), "the whole market is shown");
    while_loading(report, market);
    program
}

/// Hands in all pages, as the driver does; answers how long each took.
fn take_in(program: &mut Program, market: &[Ticket]) -> Vec<std::time::Duration> {
    let last = market.len().div_ceil(PAGE);
    let pages = (1..).zip(market.chunks(PAGE));
    pages
        .map(|(number, page)| {
            let page = page.to_vec();
            time_of(|| program.page(page, number == last))
        })
        .collect()
}

/// Reloads everything, as the key for it does.
pub(crate) fn reload(report: &mut Report, program: &mut Program, market: &[Ticket]) {
    program.press(KeyCode::Char('r'));
    let pages = take_in(program, market);
    report.times("a reload: its first page, which takes the place of all", pages[..1].to_vec());
}

/// Measures a filter while pages arrive: twenty pages between the key and its result.
fn while_loading(report: &mut Report, market: &[Ticket]) {
    let mut program = Program::start();
    let (known, coming) = market.split_at(TICKETS / 2);
    take_in_part(&mut program, known);
    program.press(KeyCode::Char('/'));
    let began = Instant::now();
    program.press(KeyCode::Char('a'));
    program.show();
    take_in_part(&mut program, &coming[..20 * PAGE]);
    let slice = program.work();
    report.times("a letter while 20 pages come in: longest slice", vec![slice]);
    report.times("a letter while 20 pages come in: until its result is shown", vec![began.elapsed()]);
}

fn take_in_part(program: &mut Program, market: &[Ticket]) {
    for page in market.chunks(PAGE) {
        program.page(page.to_vec(), false);
    }
}
