//! Buying where the payment provider's form takes the cards: the order shows its page, and continues once it is paid there.

use ticketing_sdk::{CardToken, OrderId};

use super::tui;
use crate::support::{Cli, start_with_card_page, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn order_goes_on_when_its_page_is_paid() {
    let (stack, _stripe) = start_with_card_page().await;
    let buyer = Cli::for_server(&stack.url()).sign_up("buyer@example.com");
    Cli::for_server(&stack.url()).sign_up("seller@example.com").ticket("Jazz at the lake", "38");

    let mut pty = tui(&buyer);
    pty.wait_until_shown("buyer@example.com");
    pty.line(&["Jazz at the lake"]);
    pty.press("b", "Pay on this page:");
    // The code for a phone.
    pty.wait_until_shown("█▀▀▀▀▀█");
    let order = OrderId::new(text(&buyer.json(&["orders", "list"])[0]["id"]));

    // The buyer's browser.
    let browser = stack.client();
    browser.auth().sign_in("buyer@example.com", "correct horse").await.unwrap();
    browser.payments().create(&order, CardToken::new("pm_card_visa")).wait_until_settled().await.unwrap();
    pty.wait_until_shown("Paid: Jazz at the lake is yours");
    pty.wait_until_shown("code at the door");
    pty.send("q");
    assert_eq!(pty.end(), 0);
    stack.finish().await;
}
