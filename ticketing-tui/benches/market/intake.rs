//! Loading the market, page by page.

use std::time::Instant;

use crossterm::event::KeyCode;
use ticketing_sdk::Ticket;

use crate::program::{Program, time_of};
use crate::report::Report;
use crate::{PAGE, TICKETS};

/// Measures how a market is loaded. Returns the program that shows it.
pub(crate) fn measure(report: &mut Report, market: &[Ticket]) -> Program {
    let mut program = Program::start();
    report.times("first frame, drawn before any data is loaded", vec![time_of(|| program.show())]);
    let pages = load_pages(&mut program, market);
    report.times("the whole market loaded, without drawing", vec![pages.iter().sum()]);
    report.times("one page of it", pages);
    assert!(program.shows("100,000 tickets"), "the whole market is shown");
    measure_filter(report, market);
    program
}

/// Passes all pages to the program, as the driver does. Returns the time of each.
fn load_pages(program: &mut Program, market: &[Ticket]) -> Vec<std::time::Duration> {
    let last = market.len().div_ceil(PAGE);
    let pages = (1..).zip(market.chunks(PAGE));
    pages
        .map(|(number, page)| {
            let page = page.to_vec();
            time_of(|| program.page(page, number == last))
        })
        .collect()
}

/// Measures a reload of the market, which the key `r` starts.
pub(crate) fn reload(report: &mut Report, program: &mut Program, market: &[Ticket]) {
    program.press(KeyCode::Char('r'));
    let pages = load_pages(program, market);
    report.times("a reload: its first page, which replaces all rows", pages[..1].to_vec());
}

/// Measures a filter while pages arrive: twenty pages between the key and its result.
fn measure_filter(report: &mut Report, market: &[Ticket]) {
    let mut program = Program::start();
    let (loaded, pending) = market.split_at(TICKETS / 2);
    load_part(&mut program, loaded);
    program.press(KeyCode::Char('/'));
    let began = Instant::now();
    program.press(KeyCode::Char('a'));
    program.show();
    load_part(&mut program, &pending[..20 * PAGE]);
    let slice = program.work();
    report.times("a letter while 20 pages come in: longest slice", vec![slice]);
    report.times("a letter while 20 pages come in: until its result is shown", vec![began.elapsed()]);
}

fn load_part(program: &mut Program, market: &[Ticket]) {
    for page in market.chunks(PAGE) {
        program.page(page.to_vec(), false);
    }
}
