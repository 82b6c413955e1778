//! Memory per ticket: the growth of a fresh process after the market is loaded, as the kernel counts it.

use std::hint::black_box;
use std::process::Command;

use crossterm::event::KeyCode;
use ticketing_sdk::Ticket;

use crate::program::Program;
use crate::report::Report;
use crate::tickets::{self, Random};
use crate::{PAGE, TICKETS};

pub(crate) fn measure(report: &mut Report) {
    let names = ["memory a ticket, once all are in", "the same after searching and sorting"];
    for (name, bytes) in names.into_iter().zip(ask("core")) {
        report.count(name, "bytes", bytes);
    }
    for bytes in ask("naive") {
        report.count("naive: memory a ticket in a `Vec<Ticket>`", "bytes", bytes);
    }
}

/// Asks a fresh process.
fn ask(kind: &str) -> Vec<f64> {
    let child = Command::new(std::env::current_exe().unwrap()).args(["--memory", kind]).output().unwrap();
    let output = String::from_utf8(child.stdout).unwrap();
    output.split_whitespace().map(|figure| figure.parse().unwrap()).collect()
}

/// The fresh process: says how many bytes it takes for each ticket.
pub(crate) fn child(kind: &str) {
    let mut random = Random::new(7);
    let pages = (0..TICKETS / PAGE).map(|page| {
        (page * PAGE..(page + 1) * PAGE).map(|n| tickets::ticket(n, &mut random)).collect::<Vec<Ticket>>()
    });
    if kind == "naive" {
        let before = resident();
        let all: Vec<Ticket> = pages.flatten().collect();
        println!("{}", (resident() - before) / TICKETS);
        black_box(all);
        return;
    }
    let mut program = Program::start();
    program.show();
    let before = resident();
    for page in pages {
        program.page(page, false);
    }
    program.show();
    let loaded = resident();
    program.key(KeyCode::Char('s'));
    program.key(KeyCode::Char('/'));
    for letter in "night".chars() {
        program.key(KeyCode::Char(letter));
    }
    for _ in "night".chars() {
        program.key(KeyCode::Backspace);
    }
    println!("{} {}", (loaded - before) / TICKETS, (resident() - before) / TICKETS);
}

/// The bytes that this process has in memory.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}
