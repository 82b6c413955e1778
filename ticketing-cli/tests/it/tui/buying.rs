//! Making an account, selling, and buying, with a card that is declined and one that is not.

use super::{CTRL_T, DOWN, ENTER, ESC, TAB, tui};
use crate::support::{Cli, Server, eventually};

#[test]
fn one_signs_up_and_sells_and_another_buys() {
    let server = Server::start();
    let ada = Cli::for_server(&server.url);
    let mut pty = tui(&ada);
    pty.wait_until_shown("No tickets are for sale");
    pty.press("n", "Sign in");
    pty.press(CTRL_T, "Create an account");
    for field in ["ada@example.com", TAB, "correct horse", TAB, "correct horse"] {
        pty.send(field);
    }
    pty.press(ENTER, "Sell a ticket");
    pty.wait_until_shown("Signed in as ada@example.com");
    assert!(!pty.raw().contains("correct horse"), "the password was shown");
    for field in ["Jazz at the lake", ENTER, "0", ENTER] {
        pty.send(field);
    }
    pty.wait_until_shown("Like 38 or 149.99");
    pty.send("\x15");
    pty.send("38");
    pty.press(ENTER, "Jazz at the lake is for sale");
    pty.line(&["Jazz at the lake", "$38.00"]);
    // The session is the one of the other commands.
    assert!(ada.ok(&["auth", "status"]).out.contains("ada@example.com"));

    let bob = Cli::for_server(&server.url).sign_up("bob@example.com");
    let ticket = crate::support::text(&bob.json(&["tickets", "list"])[0]["id"]);
    bob.ok(&["buy", &ticket, "--token", "tok_visa", "--yes"]);
    pty.wait_until_shown("You sold Jazz at the lake for $38.00");
    pty.send("3");
    pty.line(&["Jazz at the lake", "$38.00", "Sold"]);
}

#[test]
fn declined_card_keeps_the_order_and_another_card_pays() {
    let server = Server::start();
    let ticket = Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");

    let mut pty = tui(&buyer);
    pty.wait_until_shown("buyer@example.com");
    pty.line(&["Jazz at the lake"]);
    pty.press(ENTER, "opens it in the browser");
    pty.press("b", "cancels it");
    pty.wait_until_shown("Jazz at the lake is reserved for you for 1");
    pty.press(ENTER, "Which card?");
    pty.send("4242424242424242");
    pty.press(ENTER, "That looked like a card number");
    assert!(!pty.text().contains("4242424242424242"), "{}", pty.text());
    pty.send("tok_chargeDeclined");
    pty.press(ENTER, "declined");
    pty.wait_until_shown("The ticket is still reserved for you. Try another card.");
    assert_eq!(buyer.json(&["orders", "list"])[0]["status"], "created");
    pty.send("\x15");
    pty.send("tok_visa");
    pty.press(ENTER, "code at the door");
    eventually("it is sold", || buyer.json(&["tickets", "get", &ticket])["status"] == "sold");
    let payments = buyer.json(&["payments", "list"]);
    let took = |status: &str| payments.as_array().unwrap().iter().filter(|p| p["status"] == status).count();
    assert_eq!(took("succeeded"), 1, "{payments}");
    // A settled write leaves no entry in the journal.
    assert_eq!(std::fs::read_dir(buyer.home.path().join("journal")).unwrap().count(), 0);
    pty.send("2");
    pty.line(&["Jazz at the lake", "$38.00", "Paid"]);
    pty.send("q");
    assert_eq!(pty.end(), 0);
}

#[test]
fn cancelling_a_reservation_is_confirmed_and_frees_the_ticket() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    seller.ticket("Opera", "20");
    let ticket = seller.ticket("Jazz at the lake", "38");
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");

    let mut pty = tui(&buyer);
    pty.line(&["Jazz at the lake"]);
    pty.wait_until_shown("buyer@example.com");
    pty.press("b", "cancels it");
    pty.press("\x18", "Cancel the order of Jazz at the lake?");
    pty.press("n", "cancels it");
    pty.wait_until_hidden("Cancel the order of");
    pty.press("\x18", "Cancel the order of Jazz at the lake?");
    pty.press("y", "You cancelled this order.");
    eventually("it is free", || seller.json(&["tickets", "get", &ticket])["status"] == "available");
    // Two presses of the same key order once.
    pty.press(ESC, "Opera");
    pty.send(DOWN);
    pty.send("bb");
    pty.wait_until_shown("cancels it");
    pty.wait_until_shown("Opera");
    assert_eq!(buyer.json(&["orders", "list", "--status", "created"]).as_array().unwrap().len(), 1);
}

#[test]
fn listing_is_changed_and_withdrawn() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let ticket = seller.ticket("Jazz at the lake", "38");
    let mut pty = tui(&seller);
    pty.wait_until_shown("seller@example.com");
    pty.send("3");
    pty.wait_until_shown("withdraws it");
    pty.press("e", "Change a listing");
    pty.send(TAB);
    pty.send("\x15");
    pty.send("45.50");
    pty.send(ENTER);
    pty.line(&["Jazz at the lake", "$45.50"]);
    pty.wait_until_shown("Changed");
    assert_eq!(seller.json(&["tickets", "get", &ticket])["price"], 45.5);
    pty.press("d", "Withdraw Jazz at the lake?");
    pty.press("y", "The listing was withdrawn");
    pty.wait_until_shown("You are not selling anything yet");
    assert_eq!(seller.run(&["tickets", "get", &ticket]).code, 3);
}
