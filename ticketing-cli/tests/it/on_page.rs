//! Buying where the payment provider's form takes the cards: the program shows the page, and waits until the order is paid there.

use std::io::{BufRead, BufReader, Read};
use std::process::Child;

use ticketing_sdk::{CardToken, Client, OrderId};
use ticketing_testkit::{FakeStripe, TestStack};

use crate::support::{Cli, start_with_card_page, text};

/// A marketplace with Stripe, and the program of a buyer.
struct Shop {
    stack: TestStack,
    /// It answers until it is dropped.
    _stripe: FakeStripe,
    buyer: Cli,
    /// The buyer's browser.
    browser: Client,
    ticket: String,
}

impl Shop {
    async fn open() -> Self {
        let (stack, stripe) = start_with_card_page().await;
        let buyer = Cli::for_server(&stack.url()).sign_up("buyer@example.com");
        let ticket = Cli::for_server(&stack.url()).sign_up("seller@example.com").ticket("RustConf", "19.99");
        let browser = stack.client();
        browser.auth().sign_in("buyer@example.com", "correct horse").await.unwrap();
        Self { stack, _stripe: stripe, buyer, browser, ticket }
    }

    /// Runs the program until it shows the page, and gives the order of that page.
    fn run_until_page(&self, words: &[&str]) -> (Child, impl Read + use<>, OrderId) {
        let mut child = self.buyer.command(words).spawn().unwrap();
        let mut remarks = BufReader::new(child.stderr.take().unwrap());
        let page = loop {
            let mut line = String::new();
            assert_ne!(remarks.read_line(&mut line).unwrap(), 0, "no page was shown");
            if let Some(page) = line.trim_end().strip_prefix("pay on this page: ") {
                break page.to_owned();
            }
        };
        let order = page.strip_prefix(&format!("{}/orders/", self.stack.url())).unwrap();
        (child, remarks, OrderId::new(order))
    }
}

fn end(mut child: Child, mut remarks: impl Read) -> (i32, String, String) {
    let (mut out, mut err) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    remarks.read_to_string(&mut err).unwrap();
    (child.wait().unwrap().code().unwrap(), out, err)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn purchase_continues_after_payment_on_page() {
    let shop = Shop::open().await;
    let (child, remarks, order) =
        shop.run_until_page(&["-o", "json", "--quiet", "buy", &shop.ticket, "--no-input"]);
    let card = CardToken::new("pm_card_visa");
    let paid = shop.browser.payments().create(&order, card).wait_until_settled().await.unwrap();
    let (code, out, err) = end(child, remarks);
    assert_eq!((code, err.as_str()), (0, ""));
    let payment: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((text(&payment["id"]), &payment["status"]), (paid.id.to_string(), &"succeeded".into()));

    let again = shop.buyer.run(&["payments", "create", order.as_str()]);
    assert!(again.code == 5 && again.err.contains("is paid already"), "{again:?}");
    shop.stack.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn purchase_ends_when_its_order_is_cancelled() {
    let shop = Shop::open().await;
    let order = text(&shop.buyer.json(&["orders", "create", &shop.ticket])["id"]);
    let (child, remarks, shown) = shop.run_until_page(&["payments", "create", &order]);
    assert_eq!(shown.as_str(), order);
    shop.browser.orders().cancel(&shown).await.unwrap();
    let (code, out, err) = end(child, remarks);
    assert_eq!((code, out.as_str()), (5, ""));
    assert!(err.contains("was cancelled") && err.contains("You are not charged"), "{err}");
    shop.stack.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_that_is_given_is_used_without_the_page() {
    let shop = Shop::open().await;
    let run = shop.buyer.ok(&["buy", &shop.ticket, "--token", "pm_card_visa", "--yes"]);
    assert!(!run.err.contains("pay on this page"), "{}", run.err);
    shop.stack.finish().await;
}
