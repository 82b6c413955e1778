//! A write that was interrupted is settled by the first command that learns its outcome, without `orders resume`.

use ticketing_testkit::{Method, ProxiedRequest, ProxyAction, RequestProxy, RequestStage};

use crate::resume::{assert_nothing_left, kill_at};
use crate::support::passes::buy;
use crate::support::{Cli, Server, text};

/// A buyer behind a proxy, with a home in which commands are interrupted, and with another one.
struct Stage {
    proxy: RequestProxy,
    seller: Cli,
    buyer: Cli,
    elsewhere: Cli,
    _server: Server,
}

impl Stage {
    fn new() -> Self {
        let server = Server::start();
        let proxy = RequestProxy::start(&server.url);
        let [seller, buyer] = ["seller", "buyer"]
            .map(|name| Cli::for_server(&proxy.url()).sign_up(&format!("{name}@example.com")));
        let elsewhere = Cli::for_server(&server.url).sign_in("buyer@example.com");
        Self { proxy, seller, buyer, elsewhere, _server: server }
    }

    /// Kills a command of the buyer before its write to this path arrives.
    fn interrupt(&self, words: &[&str], path: &str) {
        let step = ProxiedRequest::new(Method::POST, path, RequestStage::Arrived);
        kill_at(&self.proxy, &mut self.buyer.command(words), step, ProxyAction::Drop);
    }

    /// An order of the buyer whose payment was interrupted.
    fn interrupt_payment(&self) -> String {
        let ticket = self.seller.ticket("Opera", "20");
        let order = text(&self.buyer.json(&["orders", "create", &ticket])["id"]);
        self.interrupt(&["payments", "create", &order, "--token", "tok_visa"], "/api/payments");
        order
    }
}

#[test]
fn order_that_has_ended_settles_its_interrupted_payment() {
    let stage = Stage::new();
    let (buyer, elsewhere) = (&stage.buyer, &stage.elsewhere);
    let order = stage.interrupt_payment();
    let paid = buyer.ok(&["payments", "create", &order, "--token", "tok_mastercard"]);
    assert!(paid.err.contains("was interrupted"), "{paid:?}");
    assert_nothing_left(buyer);

    // A purchase that another program has finished.
    let ticket = stage.seller.ticket("Gig", "7");
    stage.interrupt(&["buy", &ticket, "--token", "tok_visa", "--yes"], "/api/payments");
    elsewhere.ok(&["buy", &ticket, "--token", "tok_mastercard", "--yes"]);
    buyer.ok(&["orders", "list"]);
    assert_nothing_left(buyer);

    for read in ["get", "watch", "explain"] {
        let order = stage.interrupt_payment();
        elsewhere.ok(&["payments", "create", &order, "--token", "tok_mastercard"]);
        elsewhere.ok(&["orders", "watch", &order]);
        buyer.ok(&["orders", read, &order]);
        assert_nothing_left(buyer);
    }
    let order = stage.interrupt_payment();
    buyer.ok(&["orders", "cancel", &order, "--yes"]);
    assert_nothing_left(buyer);

    let open = stage.interrupt_payment();
    buyer.ok(&["orders", "get", &open]);
    assert_eq!(buyer.run(&["orders", "resume"]).code, 9, "it may be paid yet");
}

#[test]
fn transfer_that_was_taken_back_is_not_answered_again() {
    let stage = Stage::new();
    let pass = buy(&stage.seller, &stage.buyer);
    let step =
        ProxiedRequest::new(Method::POST, format!("/api/passes/{pass}/transfer"), RequestStage::Answered);
    let transfer = ["passes", "transfer", &pass];
    kill_at(&stage.proxy, &mut stage.buyer.command(&transfer), step, ProxyAction::Drop);
    stage.buyer.ok(&["passes", "transfer", &pass, "--take-back"]);
    assert_nothing_left(&stage.buyer);
    let code = text(&stage.buyer.json(&transfer)["claimCode"]);
    stage.seller.ok(&["passes", "claim", &code]);
}

#[test]
fn resale_that_is_read_is_settled() {
    let stage = Stage::new();
    let pass = buy(&stage.seller, &stage.buyer);
    let resale = format!("/api/passes/{pass}/resale");
    let step = ProxiedRequest::new(Method::POST, resale, RequestStage::Answered);
    let words = ["passes", "resell", &pass, "--price", "5"];
    kill_at(&stage.proxy, &mut stage.buyer.command(&words), step, ProxyAction::Drop);
    assert_eq!(stage.buyer.json(&["passes", "list"])[0]["status"], "offered");
    assert_nothing_left(&stage.buyer);
}

#[test]
fn order_of_an_interrupted_command_is_shown_as_it_is_now() {
    let stage = Stage::new();
    let ticket = stage.seller.ticket("Opera", "20");
    let words = ["orders", "create", &ticket];
    let step = ProxiedRequest::new(Method::POST, "/api/orders", RequestStage::Answered);
    kill_at(&stage.proxy, &mut stage.buyer.command(&words), step, ProxyAction::Drop);
    let first = text(&stage.elsewhere.json(&["orders", "list"])[0]["id"]);
    stage.elsewhere.ok(&["orders", "cancel", &first, "--yes"]);
    let cancelled = stage.buyer.run(&words);
    assert_eq!((cancelled.code, cancelled.out.as_str()), (5, ""), "{cancelled:?}");
    assert!(cancelled.err.contains(&format!("order {first} of Opera was cancelled")), "{cancelled:?}");
    assert!(cancelled.err.contains(&format!("`ticketing orders create {ticket}`")), "{cancelled:?}");
    let second = stage.buyer.json(&words);
    assert_eq!(second["status"], "created");
    assert_ne!(second["id"], first);
}

#[test]
fn order_of_a_ticket_that_was_withdrawn_meanwhile_was_not_made() {
    let stage = Stage::new();
    let ticket = stage.seller.ticket("Opera", "20");
    let words = ["orders", "create", &ticket];
    stage.interrupt(&words, "/api/orders");
    stage.seller.ok(&["tickets", "withdraw", &ticket, "--yes"]);
    let again = stage.buyer.run(&words);
    assert!(again.code == 3 && again.err.contains(&format!("there is no ticket {ticket}")), "{again:?}");
    assert_nothing_left(&stage.buyer);
}
