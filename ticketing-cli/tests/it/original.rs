//! The program at the original server: no idempotency keys, no codes, ObjectIds, a moment between its services, and a card
//! that is charged as often as it is asked to be. Every journey ends as documented.

use std::time::Duration;

use ticketing_testkit::{Method, OriginalServer, ProxiedRequest, ProxyAction, RequestProxy, RequestStage};

use crate::support::{Cli, Run, eventually, text};

const ORDERS: &str = "/api/orders";
const PAYMENTS: &str = "/api/payments";
/// Longer than any step of a command.
const STEP_TIMEOUT: Duration = Duration::from_secs(20);

/// The original with a seller, and a buyer behind a proxy.
struct OriginalFixture {
    original: OriginalServer,
    proxy: RequestProxy,
    seller: Cli,
    buyer: Cli,
}

impl OriginalFixture {
    fn new() -> Self {
        let original = OriginalServer::start();
        let proxy = RequestProxy::start(&original.url());
        let seller = Cli::for_server(&original.url()).sign_up("seller@example.com");
        let buyer = Cli::for_server(&proxy.url()).sign_up("buyer@example.com");
        Self { original, proxy, seller, buyer }
    }

    /// Lists a ticket, and waits until every service has received it.
    fn ticket(&self) -> String {
        let ticket = self.seller.ticket("RustConf", "20");
        self.after_lag();
        ticket
    }

    /// Waits until the services have received all events.
    fn after_lag(&self) {
        let now = self.original.clock().now();
        eventually("the lag passes", || {
            self.original.clock().now().saturating_duration_since(now) > Duration::from_millis(60)
        });
    }

    fn buy(&self, ticket: &str) -> Run {
        self.buyer.run(&["buy", ticket, "--token", "tok_visa", "--yes"])
    }

    fn order_of(&self, ticket: &str) -> serde_json::Value {
        let orders = self.buyer.json(&["orders", "list", "--all"]);
        let mut orders = orders.as_array().unwrap().iter();
        orders.find(|order| order["ticket"]["id"] == ticket).unwrap().clone()
    }

    fn has_notes(&self) -> bool {
        std::fs::read_dir(self.buyer.home.path().join("journal")).is_ok_and(|notes| notes.count() > 0)
    }
}

#[test]
fn account_of_original_is_made_used_and_left() {
    let original = OriginalServer::start();
    let cli = Cli::for_server(&original.url()).sign_up("ada@example.com");
    assert!(cli.ok(&["auth", "status"]).out.contains("ada@example.com"));
    cli.ok(&["auth", "signout"]);
    assert_eq!(cli.run(&["auth", "status"]).code, 4);
    assert_eq!(cli.run(&["orders", "list"]).code, 4);
    let sign = |verb: &str, email: &str, password: &str| {
        cli.run_with(&["auth", verb, "--email", email, "--password-stdin"], password)
    };
    assert_eq!(sign("signin", "ada@example.com", "wrong horse\n").code, 4);
    assert_eq!(sign("signup", "ada@example.com", "correct horse\n").code, 5);
    // The original takes at most 20 characters.
    let run = sign("signup", "eve@example.com", "correct horse battery staple\n");
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("Password must be between 4 and 20 characters"), "{}", run.err);
    assert_eq!(sign("signin", "ada@example.com", "correct horse\n").code, 0);
}

#[test]
fn listing_at_original_is_made_changed_and_kept() {
    let OriginalFixture { original, seller, buyer, .. } = &OriginalFixture::new();
    let ticket = seller.ticket("RustConf", "149.99");
    assert_eq!(ticket.len(), 24);
    assert!(seller.ok(&["tickets", "get", &ticket]).out.contains("RustConf\t149.99\tavailable"));
    assert_eq!(seller.json(&["tickets", "update", &ticket, "--price", "99"])["price"], 99);
    let run = buyer.run(&["tickets", "update", &ticket, "--price", "1"]);
    assert_eq!(run.code, 4, "{run:?}");
    assert_eq!(buyer.run(&["tickets", "get", "5ea9b8f0c1d2e3f405162738"]).code, 3);

    // The original has no such route. The ticket exists, and the message must not deny it.
    let run = seller.run(&["tickets", "withdraw", &ticket, "--yes"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("this server cannot withdraw tickets"), "{}", run.err);
    assert_eq!(seller.run(&["tickets", "withdraw", "5ea9b8f0c1d2e3f405162738", "--yes"]).code, 3);

    let run = seller.run(&["tickets", "watch"]);
    assert_eq!((run.code, run.err.as_str()), (1, "error: this server has no live changes\n"));
    assert_eq!(original.tickets_listed(), 1);
}

#[test]
fn lists_of_original_show_what_was_asked_for() {
    let OriginalFixture { seller, buyer, .. } = &OriginalFixture::new();
    let [opera, gig] =
        [("Opera, act 1", "30"), ("Gig", "10")].map(|(title, price)| seller.ticket(title, price));
    let ids = |cli: &Cli, words: &[&str]| -> Vec<String> {
        let listed = cli.json(&[&["tickets", "list"], words].concat());
        listed.as_array().unwrap().iter().map(|ticket| text(&ticket["id"])).collect()
    };
    assert_eq!(ids(seller, &["--query", "opera"]), [opera.as_str()]);
    assert_eq!(ids(seller, &["--max-price", "20"]), [gig.as_str()]);
    assert_eq!(ids(seller, &["--sort", "price"]), [gig.as_str(), &opera]);
    assert_eq!(ids(seller, &["--mine"]).len(), 2);
    assert!(ids(buyer, &["--mine"]).is_empty());
    assert!(ids(seller, &["--status", "sold"]).is_empty());
    let run = seller.ok(&["tickets", "list", "--limit", "1"]);
    assert_eq!(run.out.lines().count(), 1, "{run:?}");
    assert!(run.err.contains("only the first 1 are shown"), "{}", run.err);

    buyer.ok(&["orders", "create", &gig]);
    assert_eq!(buyer.json(&["orders", "list", "--status", "created"]).as_array().unwrap().len(), 1);
    assert_eq!(buyer.json(&["orders", "list", "--status", "complete"]), serde_json::json!([]));
    // The original shows no payments.
    let run = buyer.run(&["payments", "list"]);
    assert_eq!((run.code, run.err.as_str()), (1, "error: this server has no such list\n"));
}

#[test]
fn purchase_at_original_step_by_step() {
    let fixture = OriginalFixture::new();
    let OriginalFixture { original, seller, buyer, .. } = &fixture;
    // At once: orders has not received the ticket, payments not the order.
    let ticket = seller.ticket("RustConf", "20");
    let order = text(&buyer.json(&["orders", "create", &ticket])["id"]);
    let run = buyer.ok(&["payments", "create", &order, "--token", "tok_visa"]);
    assert_eq!(run.out.split('\t').next().unwrap().len(), 24, "{run:?}");
    let watched = buyer.ok(&["orders", "watch", &order]).out;
    assert!(watched.lines().last().unwrap().starts_with(&format!("{order}\tcomplete\t")), "{watched}");
    assert_eq!(seller.run(&["orders", "create", &ticket]).code, 5);
    assert_eq!(seller.run(&["orders", "get", &order]).code, 4);
    assert_eq!(seller.run(&["tickets", "update", &ticket, "--price", "1"]).code, 5);
    assert_eq!(original.charges().len(), 1);
}

#[test]
fn cancelled_and_expired_orders_of_original_are_conflicts() {
    let fixture = OriginalFixture::new();
    let OriginalFixture { original, buyer, .. } = &fixture;
    let ticket = fixture.ticket();
    for expires in [false, true] {
        let order = text(&buyer.json(&["orders", "create", &ticket])["id"]);
        fixture.after_lag();
        if expires {
            original.clock().advance(Duration::from_secs(15 * 60));
        } else {
            buyer.ok(&["orders", "cancel", &order, "--yes"]);
        }
        let watched = buyer.ok(&["orders", "watch", &order]).out;
        assert!(watched.lines().last().unwrap().starts_with(&format!("{order}\tcancelled\t")), "{watched}");
        fixture.after_lag();
        let run = buyer.run(&["payments", "create", &order, "--token", "tok_visa"]);
        assert_eq!(run.code, 5, "{run:?}");
        assert!(run.err.contains(&format!("order {order} was cancelled")), "{}", run.err);
    }
    assert!(original.charges().is_empty());
}

#[test]
fn buy_at_original_charges_once_however_often_it_runs() {
    let fixture = OriginalFixture::new();
    let ticket = fixture.seller.ticket("RustConf", "20");
    let run = fixture.buy(&ticket);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.err.contains("paid $20.00 for RustConf"), "{}", run.err);
    fixture.after_lag();
    for _ in 0..2 {
        let run = fixture.buy(&ticket);
        assert_eq!(run.code, 5, "{run:?}");
        assert!(run.err.contains("is paid already"), "{}", run.err);
    }
    assert_eq!(fixture.seller.run(&["buy", &ticket, "--token", "tok_visa", "--yes"]).code, 5);
    assert_eq!((fixture.original.charges().len(), fixture.original.orders_made()), (1, 1));
}

#[test]
fn buy_pays_no_other_price_than_the_one_agreed_to() {
    // The original ignores the price of an order.
    for (more, agrees) in
        [(["--yes"].as_slice(), false), (&["--max-price", "49.99"], false), (&["--max-price", "50"], true)]
    {
        let fixture = OriginalFixture::new();
        let ticket = fixture.ticket();
        // The price that is read is not the price that is ordered.
        let read = ProxiedRequest::new(Method::GET, format!("/api/tickets/{ticket}"), RequestStage::Answered);
        let hold = fixture.proxy.hold_at(read);
        let words = [&["buy", &ticket, "--token", "tok_visa"], more].concat();
        let buying = fixture.buyer.command(&words).spawn().unwrap();
        let held = hold.wait(STEP_TIMEOUT).unwrap();
        fixture.seller.ok(&["tickets", "update", &ticket, "--price", "50"]);
        fixture.after_lag();
        held.release(ProxyAction::Continue);
        let Run { code, err, .. } = Run::from_child(buying);
        fixture.after_lag();
        assert_eq!(fixture.original.charges().len(), usize::from(agrees), "{err}");
        if !agrees {
            assert_eq!(code, 5, "{err}");
            assert!(err.contains("the ticket costs $50.00 now, not $20.00; nothing was paid"), "{err}");
            assert_eq!(fixture.order_of(&ticket)["status"], "cancelled");
        }
    }
}

#[test]
fn buy_prompts_before_it_pays_an_own_order_at_another_price() {
    let fixture = OriginalFixture::new();
    let ticket = fixture.ticket();
    let order = text(&fixture.buyer.json(&["orders", "create", &ticket])["id"]);
    fixture.after_lag();
    let run = fixture.buyer.run(&["buy", &ticket, "--token", "tok_visa", "--max-price", "19.99"]);
    assert_eq!(run.code, 5, "{run:?}");
    assert!(run.err.contains("more than --max-price 19.99; nothing was paid"), "{}", run.err);
    assert!(fixture.original.charges().is_empty());
    // Paid in two steps, then by the wrong command.
    fixture.buyer.ok(&["payments", "create", &order, "--token", "tok_visa"]);
    fixture.after_lag();
    let run = fixture.buyer.run(&["payments", "create", &order, "--token", "tok_visa"]);
    assert!(run.code == 5 && run.err.contains("is paid already"), "{run:?}");
    assert_eq!(fixture.original.charges().len(), 1);
}

#[test]
fn lost_responses_at_original_are_reported_and_not_retried() {
    for (path, point, charges) in [
        (ORDERS, RequestStage::Arrived, 0),
        (ORDERS, RequestStage::Answered, 0),
        (PAYMENTS, RequestStage::Arrived, 0),
        (PAYMENTS, RequestStage::Answered, 1),
    ] {
        let fixture = OriginalFixture::new();
        let ticket = fixture.ticket();
        // Payments has received the order before the request: the loss meets the request that charges.
        let hold = fixture.proxy.hold_at(ProxiedRequest::new(Method::POST, path, RequestStage::Arrived));
        let buying =
            fixture.buyer.command(&["buy", &ticket, "--token", "tok_visa", "--yes"]).spawn().unwrap();
        let held = hold.wait(STEP_TIMEOUT).unwrap();
        fixture.after_lag();
        if point == RequestStage::Answered {
            fixture.proxy.drop_at(ProxiedRequest::new(Method::POST, path, point));
            held.release(ProxyAction::Continue);
        } else {
            held.release(ProxyAction::Drop);
        }
        let run = Run::from_child(buying);
        assert_eq!(run.code, 9, "{path} {point:?}: {run:?}");
        assert!(run.err.contains("not known whether this was done"), "{}", run.err);
        assert!(run.err.contains("look first whether it was done (`ticketing orders list`"), "{}", run.err);
        assert!(!run.err.contains("same command again"), "{}", run.err);
        assert_eq!(fixture.original.charges().len(), charges, "{path} {point:?}");
        fixture.after_lag();
        // The state on the server decides, and the next command follows it.
        let run = fixture.buy(&ticket);
        assert_eq!(run.code, if charges == 1 { 5 } else { 0 }, "{path} {point:?}: {run:?}");
        fixture.after_lag();
        assert_eq!(fixture.order_of(&ticket)["status"], "complete");
        assert_eq!((fixture.original.charges().len(), fixture.original.orders_made()), (1, 1));
        assert!(!fixture.has_notes());
    }
}

#[test]
fn exception_of_original_after_charge_is_not_called_a_refusal() {
    let fixture = OriginalFixture::new();
    let ticket = fixture.ticket();
    fixture.original.fail_after_next_charge();
    let run = fixture.buy(&ticket);
    assert_eq!(run.code, 9, "{run:?}");
    assert!(run.err.contains("not known whether this was done: Something went wrong"), "{}", run.err);
    assert!(run.err.contains("the account of the card"), "{}", run.err);
    assert_eq!(fixture.original.charges().len(), 1);
}

#[test]
fn raw_payment_with_lost_answer_is_not_repeated() {
    let fixture = OriginalFixture::new();
    let order = text(&fixture.buyer.json(&["orders", "create", &fixture.ticket()])["id"]);
    fixture.after_lag();
    fixture.proxy.drop_at(ProxiedRequest::new(Method::POST, PAYMENTS, RequestStage::Answered));
    let field = format!("orderId={order}");
    let run = fixture.buyer.run(&["api", "POST", PAYMENTS, "-f", &field, "-f", "token=tok_visa"]);
    assert_eq!(run.code, 9, "{run:?}");
    assert_eq!(fixture.original.charges().len(), 1);
}

#[test]
fn client_killed_at_any_step_of_buy_at_original_charges_once() {
    let fixture = OriginalFixture::new();
    let first = fixture.ticket();
    let _ = fixture.proxy.take_requests();
    assert_eq!(fixture.buy(&first).code, 0);
    let mut steps = fixture.proxy.take_requests();
    steps.dedup();
    assert!(steps.len() >= 6, "a read, an order and a payment, at two points each: {steps:?}");
    for (step, fate) in
        steps.iter().flat_map(|step| [(step, ProxyAction::Drop), (step, ProxyAction::Continue)])
    {
        let ticket = fixture.ticket();
        let charges = fixture.original.charges().len();
        let path = step.path.replace(&first, &ticket);
        let hold = fixture.proxy.hold_at(ProxiedRequest { path, ..step.clone() });
        let mut client =
            fixture.buyer.command(&["buy", &ticket, "--token", "tok_visa", "--yes"]).spawn().unwrap();
        let held = hold.wait(STEP_TIMEOUT).unwrap();
        let what = format!("{fate:?} at {step:?}");
        client.kill().unwrap();
        client.wait().unwrap();
        held.release(fate);
        fixture.proxy.wait_until_idle();
        fixture.after_lag();
        let was_charged = fixture.original.charges().len() > charges;
        let interrupted = fixture.has_notes();
        // The next command reports an interrupted write, and only that.
        let notice = fixture.buyer.ok(&["tickets", "list"]).err;
        assert_eq!(notice.contains("it is not known whether it was done"), interrupted, "{what}: {notice}");
        let run = fixture.buy(&ticket);
        match run.code {
            0 | 5 => {}
            // The server cannot tell a repeated write from a new one, so nothing was sent.
            9 => {
                assert!(interrupted && run.err.contains("look first whether it was done"), "{what}: {run:?}")
            }
            _ => panic!("{what}: {run:?}"),
        }
        fixture.after_lag();
        assert_eq!(
            fixture.original.charges().len() > charges,
            was_charged || run.code == 0,
            "{what}: {run:?}"
        );
        // After the report the command runs again.
        let again = fixture.buy(&ticket);
        assert!(matches!(again.code, 0 | 5), "{what}: {again:?}");
        fixture.after_lag();
        assert_eq!(fixture.original.charges().len() - charges, 1, "{what}");
        assert_eq!(fixture.order_of(&ticket)["status"], "complete", "{what}");
    }
    assert_eq!(fixture.original.orders_made(), fixture.original.tickets_listed());
}
