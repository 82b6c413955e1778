//! `ticketing tui --plain` on pipes: every task as numbered lines.

use super::talk::Talk;
use crate::support::{Cli, Server, eventually};

fn talk(cli: &Cli) -> Talk {
    Talk::begin(cli.command(&["tui", "--plain"]))
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
    let cli = Cli::at(&server.url);
    let mut talk = talk(&cli);
    talk.hear("== Market: 0 tickets ==");
    talk.pick("Sign in, or create an account");
    talk.hear("== Sign in ==");
    talk.pick("Switch between signing in and signing up");
    talk.hear("== Create an account ==");
    talk.pick("OK: Create an account");
    talk.fill("E-mail", "ada@example.com");
    talk.fill("Password", "correct horse");
    talk.fill("Repeat it", "correct horse");
    talk.hear("Done: Signed in as ada@example.com");

    talk.pick("List a ticket for sale");
    talk.pick("OK: Sell a ticket");
    talk.fill("Title", "Jazz at the lake");
    talk.fill("Price", "38");
    talk.hear("Done: Jazz at the lake is for sale");
    let others = Cli::at(&server.url).sign_up("bob@example.com");
    others.ticket("Opera", "20");

    // Buying, with a card that is declined first.
    talk.pick("Reload from the server");
    talk.pick("Opera, $20.00, Available");
    talk.hear("== Opera ==");
    talk.pick("Reserve the ticket, and go on to pay");
    talk.hear("Done: Opera is reserved for you for 1");
    talk.hear("== Pay ==");
    talk.hear("Opera, $20.00");
    talk.pick("Pay for the order");
    talk.fill("Card", "tok_chargeDeclined");
    talk.hear("Problem: ");
    talk.hear("declined");
    talk.pick("Card: tok_chargeDeclined");
    talk.fill("Card", "tok_visa");
    talk.pick("Pay for the order");
    talk.hear("Done: Paid: Opera is yours");
    talk.pick("Go back, or close");
    talk.pick("Go back, or close");
    talk.pick("Go to your orders");
    // The order hears of its payment a moment later.
    talk.hear("Opera, $20.00, ");

    // Ordering, and letting go.
    let gig = others.ticket("Gig", "15");
    talk.pick("Go to the market");
    talk.pick("Reload from the server");
    talk.pick("Gig, $15.00, Available");
    talk.pick("Reserve the ticket, and go on to pay");
    talk.hear("== Pay ==");
    talk.pick("Cancel the order");
    talk.hear("== Cancel the order of Gig? ==");
    talk.pick("Confirm");
    talk.hear("Done: Gig is available again");
    eventually("it is free", || others.json(&["tickets", "get", &gig])["status"] == "available");

    // Changing what one sells, and taking it down.
    talk.pick("Go back, or close");
    talk.pick("Go back, or close");
    talk.pick("Go to your listings");
    talk.pick("Jazz at the lake, $38.00");
    talk.pick("Change the listing");
    talk.hear("== Change a listing ==");
    talk.pick("Price: 38");
    talk.fill("Price", "45.50");
    talk.pick("Where: empty");
    talk.fill("Where", "City Hall");
    talk.pick("OK: Change a listing");
    talk.hear("Done: Changed");
    talk.pick("Withdraw the listing");
    talk.pick("Confirm");
    talk.hear("Done: The listing was withdrawn");
    talk.pick("Go back, or close");
    talk.pick("Sign out");
    talk.pick("Confirm");
    talk.hear("Note: You are signed out");
    talk.pick("Quit the program");
    let (code, output) = talk.end();
    assert_eq!(code, 0, "{output}");
    is_plain(&output);
    assert!(!output.contains("correct horse"), "{output}");
    assert_eq!(cli.run(&["auth", "status"]).code, 4);
}

#[test]
fn unknown_menu_number_is_answered_with_the_valid_ones() {
    let server = Server::start();
    let cli = Cli::at(&server.url);
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
    let cli = Cli::at(&server.url);
    let run = cli.run(&["tui", "--plain"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    assert!(run.out.contains("== Market: 0 tickets =="), "{}", run.out);
    is_plain(&run.out);
    // Also in the middle of a form.
    let mut talk = talk(&cli);
    talk.pick("Sign in, or create an account");
    talk.pick("OK: Sign in");
    talk.hear("E-mail: ");
    assert_eq!(talk.end().0, 0);
}

#[test]
fn field_error_is_shown_and_other_fields_are_kept() {
    let server = Server::start();
    let cli = Cli::at(&server.url).sign_up("ada@example.com");
    let mut talk = talk(&cli);
    talk.pick("List a ticket for sale");
    talk.pick("OK: Sell a ticket");
    talk.fill("Title", "Jazz at the lake");
    talk.fill("Price", "much");
    talk.hear("Title: Jazz at the lake\n");
    talk.pick("Price: much. ");
    talk.fill("Price", "38");
    talk.pick("OK: Sell a ticket");
    talk.hear("Done: Jazz at the lake is for sale");
}

#[test]
fn without_a_server_it_says_so_and_can_be_asked_again() {
    let run = Cli::offline().run_with(&["tui", "--plain"], "");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("cannot be reached"), "{}", run.out);
    assert!(run.out.contains(". Reload from the server\n"), "{}", run.out);
    is_plain(&run.out);
}

#[test]
fn remaining_time_is_shown_at_the_prompt() {
    let server = Server::start_with(&["--order-ttl", "12s"]);
    Cli::at(&server.url).sign_up("seller@example.com").ticket("Opera", "20");
    let cli = Cli::at(&server.url).sign_up("ada@example.com");
    let mut talk = talk(&cli);
    talk.pick("Opera, $20.00, Available");
    talk.pick("Reserve the ticket, and go on to pay");
    talk.hear("== Pay ==");
    talk.pick("Pay for the order");
    // Nothing is written. The message interrupts the prompt, which is repeated.
    talk.hear("Card: ");
    talk.hear(" s left to pay for Opera\nCard: ");
    talk.hear("Problem: Expired: Opera is no longer reserved for you\nCard: ");
    let (code, output) = talk.end();
    assert_eq!(code, 0);
    is_plain(&output);
}
