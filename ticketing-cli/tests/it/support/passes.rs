//! Passes that are bought, and the verdicts of a door.

use std::path::Path;

use super::{Cli, Run, eventually, text};

/// Lists a ticket, buys it, and returns the id of its pass.
#[track_caller]
pub(crate) fn buy(seller: &Cli, buyer: &Cli) -> String {
    let details = ["--venue", "City Hall", "--seat", "Row 4", "--starts-at", "2099-12-24T19:30:00+01:00"];
    let ticket = seller.json(&[&["tickets", "create", "-t", "Opera", "-p", "20"][..], &details].concat());
    let ticket = text(&ticket["id"]);
    buy_pass(buyer, &ticket, &ticket)
}

/// Buys a ticket, and returns the id of its pass, which the ticket that was sold first names.
#[track_caller]
pub(crate) fn buy_pass(buyer: &Cli, ticket: &str, sold_first: &str) -> String {
    buyer.ok(&["buy", ticket, "--token", "tok_visa", "--yes"]);
    let mut found = None;
    eventually("the pass of a paid order", || {
        let passes = buyer.json(&["passes", "list", "--status", "valid"]);
        let mut passes = passes.as_array().unwrap().iter();
        found = passes.find(|pass| pass["ticketId"] == *sold_first).map(|pass| text(&pass["id"]));
        found.is_some()
    });
    found.unwrap()
}

#[track_caller]
pub(crate) fn code(holder: &Cli, pass: &str) -> String {
    holder.ok(&["passes", "show", pass]).out.trim_end_matches('\n').to_owned()
}

/// The verdicts of a run.
pub(crate) fn verdicts(run: &Run) -> Vec<(String, String)> {
    let word = |line: &serde_json::Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    let lines = run.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines.map(|line| (word(&line, "verdict"), word(&line, "reason"))).collect()
}

#[track_caller]
pub(crate) fn check_in(door: &Cli, words: &[&str], codes: &str) -> (i32, Vec<(String, String)>) {
    let run = door.run_with(&[&["checkin"], words].concat(), codes);
    (run.code, verdicts(&run))
}

pub(crate) fn one(verdict: &str, reason: &str) -> Vec<(String, String)> {
    vec![(verdict.to_owned(), reason.to_owned())]
}

pub(crate) fn prepare(seller: &Cli, file: &Path) {
    seller.ok(&["checkin", "prepare", file.to_str().unwrap()]);
}
