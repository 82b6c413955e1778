//! `ticketing tui --plain` on pipes: every task as numbered lines.

use super::plain_session::PlainSession;
use crate::support::{Cli, Server, eventually};

fn start(cli: &Cli) -> PlainSession {
    PlainSession::begin(cli.command(&["tui", "--plain"]))
}

/// Numbered text is for ears and scripts: nothing in it steers a terminal.
#[track_caller]
fn is_plain(output: &str) {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\x07');
    assert!(!output.contains(steers), "{output:?}");
}

#[test]
fn every_task_can_be_done_with_numbers() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url);
    let mut session = start(&cli);
    session.wait_for_output("== Market: 0 tickets ==");
    session.pick("Sign in, or create an account");
    session.wait_for_output("== Sign in ==");
    session.pick("Switch between signing in and signing up");
    session.wait_for_output("== Create an account ==");
    session.pick("OK: Create an account");
    session.fill("E-mail", "ada@example.com");
    session.fill("Password", "correct horse");
    session.fill("Repeat it", "correct horse");
    session.wait_for_output("Done: Signed in as ada@example.com");

    session.pick("List a ticket for sale");
    session.pick("OK: Sell a ticket");
    session.fill("Title", "Jazz at the lake");
    session.fill("Price", "38");
    session.wait_for_output("Done: Jazz at the lake is for sale");
    let others = Cli::for_server(&server.url).sign_up("bob@example.com");
    others.ticket("Opera", "20");

    // Buying, with a card that is declined first.
    session.pick("Reload from the server");
    session.pick("Opera, $20.00, Available");
    session.wait_for_output("== Opera ==");
    session.pick("Reserve the ticket, and go on to pay");
    session.wait_for_output("Done: Opera is reserved for you for 1");
    session.wait_for_output("== Pay ==");
    session.wait_for_output("Opera, $20.00");
    session.pick("Pay for the order");
    session.fill("Card", "tok_chargeDeclined");
    session.wait_for_output("The card was declined");
    session.pick("Pay for the order");
    session.fill("Card", "tok_visa");
    session.wait_for_output("Done: Paid: Opera is yours");
    session.pick("Go back, or close");
    session.pick("Go back, or close");
    session.pick("Go to your orders");
    // The order receives the event of its payment a moment later.
    session.wait_for_output("Opera, $20.00, ");

    // Ordering, and letting go.
    let gig = others.ticket("Gig", "15");
    session.pick("Go to the market");
    session.pick("Reload from the server");
    session.pick("Gig, $15.00, Available");
    session.pick("Reserve the ticket, and go on to pay");
    session.wait_for_output("== Pay ==");
    session.pick("Cancel the order");
    session.wait_for_output("== Cancel the order of Gig? ==");
    session.pick("Confirm");
    session.wait_for_output("Done: Gig is available again");
    eventually("it is free", || others.json(&["tickets", "get", &gig])["status"] == "available");

    // A listing is edited and withdrawn.
    session.pick("Go back, or close");
    session.pick("Go back, or close");
    session.pick("Go to your listings");
    session.pick("Jazz at the lake, $38.00");
    session.pick("Change the listing");
    session.wait_for_output("== Change a listing ==");
    session.pick("Price: 38");
    session.fill("Price", "45.50");
    session.pick("Where: empty");
    session.fill("Where", "City Hall");
    session.pick("OK: Change a listing");
    session.wait_for_output("Done: Changed");
    session.pick("Withdraw the listing");
    session.pick("Confirm");
    session.wait_for_output("Done: The listing was withdrawn");
    session.pick("Go back, or close");
    session.pick("Sign out");
    session.pick("Confirm");
    session.wait_for_output("Note: You are signed out");
    session.pick("Quit the program");
    let (code, output) = session.end();
    assert_eq!(code, 0, "{output}");
    is_plain(&output);
    assert!(!output.contains("correct horse"), "{output}");
    assert_eq!(cli.run(&["auth", "status"]).code, 4);
}

#[test]
fn rows_of_one_title_differ_by_date_and_venue() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    for (venue, day) in [("City Hall", "24"), ("Lake stage", "25")] {
        let starts_at = format!("2099-12-{day}T19:30:00+01:00");
        let details = ["--venue", venue, "--starts-at", &starts_at];
        seller.ok(&[&["tickets", "create", "--title", "Opera", "--price", "5"][..], &details].concat());
    }
    let run = Cli::for_server(&server.url).run_with(&["tui", "--plain"], "");
    for row in [
        "1. Opera, $5.00, Available, 24 Dec 2099, 19:30 +01:00, City Hall",
        "2. Opera, $5.00, Available, 25 Dec 2099, 19:30 +01:00, Lake stage",
    ] {
        assert!(run.out.contains(row), "{}", run.out);
    }
}

#[test]
fn unknown_menu_number_is_answered_with_the_valid_ones() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url);
    let run = cli.run_with(&["tui", "--plain"], "99\n0\nbuy\n\n");
    assert_eq!(run.code, 0, "{run:?}");
    for wrong in ["99", "0", "buy"] {
        assert!(run.out.contains(&format!("There is no {wrong}. Write a number from 1 to ")), "{}", run.out);
    }
    is_plain(&run.out);
}

#[test]
fn end_of_input_ends_the_program() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url);
    let run = cli.run(&["tui", "--plain"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    assert!(run.out.contains("== Market: 0 tickets =="), "{}", run.out);
    is_plain(&run.out);
    // Also in the middle of a form.
    let mut session = start(&cli);
    session.pick("Sign in, or create an account");
    session.pick("OK: Sign in");
    session.wait_for_output("E-mail: ");
    assert_eq!(session.end().0, 0);
}

#[test]
fn field_error_is_shown_and_other_fields_are_kept() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let mut session = start(&cli);
    session.pick("List a ticket for sale");
    session.pick("OK: Sell a ticket");
    session.fill("Title", "Jazz at the lake");
    session.fill("Price", "much");
    session.wait_for_output("Title: Jazz at the lake\n");
    session.pick("Price: much. ");
    session.fill("Price", "38");
    session.pick("OK: Sell a ticket");
    session.wait_for_output("Done: Jazz at the lake is for sale");
}

#[test]
fn plain_view_without_server_offers_reload() {
    let run = Cli::offline().run_with(&["tui", "--plain"], "");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("cannot be reached"), "{}", run.out);
    assert!(run.out.contains(". Reload from the server\n"), "{}", run.out);
    is_plain(&run.out);
}

#[test]
fn remaining_time_is_shown_at_the_prompt() {
    let server = Server::start_with(&["--order-ttl", "12s"]);
    Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Opera", "20");
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let mut session = start(&cli);
    session.pick("Opera, $20.00, Available");
    session.pick("Reserve the ticket, and go on to pay");
    session.wait_for_output("== Pay ==");
    session.pick("Pay for the order");
    // Nothing is written. The message interrupts the prompt, which is repeated.
    session.wait_for_output("Card: ");
    session.wait_for_output("Problem: Expired: Opera is no longer reserved for you\nCard: ");
    let (code, output) = session.end();
    assert_eq!(code, 0);
    // The prompt was reached before or after this.
    assert!(output.contains(" s left to pay for Opera\n"), "{output}");
    is_plain(&output);
}
