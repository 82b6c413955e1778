//! Cards at Stripe: the whole marketplace against a stand-in that speaks its wire, and every way in which that goes wrong.
//!
//! Each test ends with a fresh purchase, and with the audit, which reads the book through Stripe's own API.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use ticketing_bus::JetStreamOptions;
use ticketing_payments::StripeProvider;
use ticketing_payments::provider::{Authorization, Charge, Confirmation, Provider, ProviderCall};
use ticketing_platform::clock::Clock;
use ticketing_sdk::{Money, OrderId, PaymentId};
use ticketing_server::StackSettings;
use ticketing_server::audit::{Offline, OfflineError};
use ticketing_server::command::ParseError;
use ticketing_testkit::{FakeStripe, Shape, TestSession, TestStack, TestStackBuilder, eventually};

use crate::support::{cancel, id, list, order_of, ordered, pay, ticket};

struct Shop {
    stack: TestStack,
    stripe: FakeStripe,
}

impl Shop {
    async fn open() -> Self {
        Self::opened(|builder| builder).await
    }

    async fn opened(change: impl FnOnce(TestStackBuilder) -> TestStackBuilder) -> Self {
        let stripe = FakeStripe::start(Clock::system()).await;
        let stack = change(TestStack::builder().stripe(&stripe)).start().await;
        Self { stack, stripe }
    }

    async fn deal(&self) -> Deal {
        let (seller, buyer) = (self.stack.session("seller").await, self.stack.session("buyer").await);
        let ticket = list(&self.stack, &seller, "A ticket", 19.99).await;
        let order = ordered(&self.stack, &buyer, &ticket).await;
        Deal { buyer, ticket, order }
    }

    /// Fails the test unless the ticket is sold, and paid for once.
    async fn is_done(&self, deal: &Deal) {
        eventually!(order_of(&self.stack, &deal.buyer, &deal.order).await["status"] == "complete");
        eventually!(ticket(&self.stack, &deal.ticket).await["status"] == "sold");
        assert_eq!(self.taken(deal), (1, 1999));
    }

    /// How often money was taken, and how many cents of it were kept.
    fn taken(&self, deal: &Deal) -> (i64, i64) {
        let (ledger, order) = (self.stripe.ledger(), OrderId::new(&deal.order));
        (ledger.captures(&order), ledger.kept(&order))
    }

    /// Everything is healed: somebody else buys something in no time, and every invariant holds.
    fn finish(self) -> impl Future<Output = ()> {
        Box::pin(async move {
            let bought = tokio::time::timeout(Duration::from_secs(10), async {
                let deal = self.deal().await;
                pay(&self.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
                self.is_done(&deal).await;
            });
            assert!(bought.await.is_ok(), "a fresh purchase takes no ten seconds");
            self.stack.finish().await;
        })
    }
}

struct Deal {
    buyer: TestSession,
    ticket: String,
    order: String,
}

#[tokio::test]
async fn a_purchase_is_one_charge_of_its_price() {
    let shop = Shop::open().await;
    for token in ["tok_visa", "pm_card_visa"] {
        let deal = shop.deal().await;
        let payment = pay(&shop.stack, &deal.buyer, &deal.order, token).await.ok(201);
        assert!(payment["stripeId"].as_str().unwrap().starts_with("pi_"), "{payment}");
        shop.is_done(&deal).await;
    }
    shop.finish().await;
}

#[tokio::test]
async fn declines_are_told_in_stripes_words_and_leave_the_reservation() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    for (token, message) in [
        ("tok_chargeDeclined", "Your card was declined."),
        ("tok_chargeDeclinedInsufficientFunds", "Your card has insufficient funds."),
        ("tok_nothing", "No such token: 'tok_nothing'"),
    ] {
        let said = pay(&shop.stack, &deal.buyer, &deal.order, token).await.refused(400, "card_declined");
        assert_eq!(said, message);
    }
    let owner = pay(&shop.stack, &deal.buyer, &deal.order, "pm_card_authenticationRequired").await;
    assert!(owner.refused(400, "card_declined").contains("3-D Secure"));
    assert_eq!(shop.taken(&deal), (0, 0));
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
    shop.is_done(&deal).await;
    shop.finish().await;
}

/// Pays with a card that its owner must confirm, from a client that can have it confirmed: the payment, and its intent.
async fn pay_with_confirmation(shop: &Shop, deal: &Deal) -> (Value, String) {
    let body =
        json!({ "orderId": deal.order, "token": "pm_card_authenticationRequired", "canConfirm": true });
    let payment = shop.stack.raw().post("/api/payments").by(&deal.buyer).json(&body).await.ok(202);
    assert_eq!(payment["status"], "pending");
    let intent = payment["stripeId"].as_str().unwrap().to_owned();
    assert_eq!(payment["clientSecret"], format!("{intent}_secret_fake"));
    (payment, intent)
}

#[tokio::test]
async fn card_that_its_owner_confirms_pays() {
    let shop = Shop::open().await;
    shop.stripe.send_events_to(&shop.stack.url());
    let deal = shop.deal().await;
    let (payment, intent) = pay_with_confirmation(&shop, &deal).await;
    let path = format!("/api/payments/{}", id(&payment));
    // A reload finds the secret again, and nobody else does.
    let again = shop.stack.raw().get(&path).by(&deal.buyer).await.ok(200);
    assert_eq!(again["clientSecret"], payment["clientSecret"]);
    let other = shop.stack.session("other").await;
    let refused = shop.stack.raw().get(&path).by(&other).await;
    refused.refused(401, "not_owner");
    assert_eq!(shop.taken(&deal), (0, 0));
    shop.stripe.confirm(&intent, true);
    shop.is_done(&deal).await;
    let paid = shop.stack.raw().get(&path).by(&deal.buyer).await.ok(200);
    assert_eq!(paid["status"], "succeeded");
    assert!(paid["clientSecret"].is_null(), "{paid}");
    shop.finish().await;
}

#[tokio::test]
async fn card_that_its_owner_does_not_confirm_is_declined() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    let (payment, intent) = pay_with_confirmation(&shop, &deal).await;
    // No event comes: the marketplace asks by itself.
    shop.stripe.confirm(&intent, false);
    let path = format!("/api/payments/{}", id(&payment));
    eventually!(shop.stack.raw().get(&path).by(&deal.buyer).await.ok(200)["status"] == "failed");
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
    shop.is_done(&deal).await;
    shop.finish().await;
}

#[tokio::test]
async fn order_that_is_cancelled_gives_up_an_unconfirmed_card() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    let (_, intent) = pay_with_confirmation(&shop, &deal).await;
    cancel(&shop.stack, &deal.buyer, &deal.order).await.ok(204);
    eventually!(
        shop.stripe.intents().iter().any(|known| known["id"] == *intent && known["status"] == "canceled")
    );
    assert_eq!(shop.taken(&deal), (0, 0));
    shop.finish().await;
}

#[tokio::test]
async fn card_that_is_confirmed_after_the_order_was_cancelled_holds_nothing() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    let (_, intent) = pay_with_confirmation(&shop, &deal).await;
    shop.stripe.confirm(&intent, true);
    cancel(&shop.stack, &deal.buyer, &deal.order).await;
    eventually!(shop.stripe.ledger().charges.iter().all(|charge| !charge.held || charge.captured > 0));
    eventually!(
        ["cancelled", "complete"]
            .contains(&order_of(&shop.stack, &deal.buyer, &deal.order).await["status"].as_str().unwrap())
    );
    shop.finish().await;
}

#[tokio::test]
async fn a_bank_that_goes_back_on_a_hold_frees_the_ticket() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_chargeCustomerFail").await.refused(400, "card_declined");
    eventually!(order_of(&shop.stack, &deal.buyer, &deal.order).await["status"] == "cancelled");
    eventually!(ticket(&shop.stack, &deal.ticket).await["status"] == "available");
    assert_eq!(shop.taken(&deal), (0, 0));
    shop.finish().await;
}

#[tokio::test]
async fn whatever_goes_wrong_on_the_way_the_card_is_charged_once() {
    type Fault = (&'static str, fn(&FakeStripe, ProviderCall));
    const FAULTS: [Fault; 6] = [
        ("a lost reply", |stripe, call| stripe.faults().lose_response(call, 2)),
        ("a call that does not arrive", |stripe, call| stripe.faults().fail_before_effect(call, 2)),
        ("500 after success", |stripe, call| stripe.server_faults().error_after(call, 1)),
        ("a cut answer", |stripe, call| stripe.server_faults().truncate_response(call, 2)),
        ("429", |stripe, call| stripe.server_faults().rate_limit(call, 1)),
        ("a key in use", |stripe, call| stripe.server_faults().key_in_use(call, 2)),
    ];
    let shop = Shop::open().await;
    for (name, fault) in FAULTS {
        for call in [ProviderCall::Authorize, ProviderCall::Capture] {
            let deal = shop.deal().await;
            fault(&shop.stripe, call);
            let paid = pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await;
            assert_eq!(paid.status, 201, "{name} at {call:?}: {}", paid.text());
            shop.is_done(&deal).await;
            let charges = shop.stripe.ledger().of(&OrderId::new(&deal.order)).count();
            assert_eq!(charges, 1, "{name} at {call:?}");
        }
    }
    shop.finish().await;
}

#[tokio::test]
async fn a_crowd_in_a_bad_hour_is_charged_once_each() {
    const BUYERS: usize = 24;
    let shop = Shop::open().await;
    shop.stripe.send_events_to(&shop.stack.url());
    let mut deals = Vec::new();
    for _ in 0..BUYERS {
        deals.push(shop.deal().await);
    }
    let (faults, server_faults) = (shop.stripe.faults(), shop.stripe.server_faults());
    for call in [ProviderCall::Authorize, ProviderCall::Capture, ProviderCall::Void] {
        faults.fail_before_effect(call, 4);
        faults.lose_response(call, 8);
        server_faults.error_after(call, 5);
        server_faults.truncate_response(call, 5);
        server_faults.key_in_use(call, 5);
        server_faults.rate_limit(call, 3);
    }
    server_faults.error_instead(ProviderCall::Capture, 3);
    join_all(deals.iter().map(|deal| async {
        // Twice at once: the second joins the first, or finds the order paid.
        let twice = [(); 2].map(|()| pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa"));
        for answer in join_all(twice).await {
            assert!([201, 202, 400, 503].contains(&answer.status), "{}", answer.text());
        }
    }))
    .await;
    for deal in &deals {
        shop.is_done(deal).await;
    }
    shop.stack.settle().await;
    assert_eq!(shop.stripe.ledger().charges.len(), BUYERS);
    shop.finish().await;
}

#[tokio::test]
async fn a_capture_whose_key_is_burnt_is_made_under_another_one_once() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    shop.stripe.server_faults().error_instead(ProviderCall::Capture, 2);
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
    shop.is_done(&deal).await;
    shop.finish().await;
}

#[tokio::test]
async fn a_hold_whose_key_is_burnt_is_given_up_and_another_card_is_good() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    shop.stripe.server_faults().error_instead(ProviderCall::Authorize, 1);
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.refused(503, "provider_unavailable");
    shop.stack.clock().advance(Duration::from_secs(601));
    shop.stack.settle().await;
    assert_eq!(shop.stripe.intents().len(), 0, "never under another key");
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
    shop.is_done(&deal).await;
    shop.finish().await;
}

#[tokio::test]
async fn a_reply_beyond_the_time_out_charges_nobody_twice() {
    let hasty = |builder: TestStackBuilder| {
        builder.with(|settings| {
            let timeouts = &mut settings.stripe.as_mut().unwrap().timeouts;
            (timeouts.connect, timeouts.answer) = (Duration::from_millis(300), Duration::from_millis(200));
        })
    };
    let shop = Shop::opened(hasty).await;
    let deal = shop.deal().await;
    let gate = shop.stripe.faults().hold(ProviderCall::Authorize);
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.refused(503, "provider_unavailable");
    drop(gate);
    shop.is_done(&deal).await;
    assert_eq!(shop.stripe.ledger().charges.len(), 1);
    shop.finish().await;
}

#[tokio::test]
async fn a_hold_for_an_order_that_ended_is_given_up_however_hard_that_is() {
    let shop = Shop::open().await;
    for fault in [
        (|stripe| stripe.faults().fail_before_effect(ProviderCall::Void, 4)) as fn(&FakeStripe),
        |stripe| stripe.faults().lose_response(ProviderCall::Void, 2),
        |stripe| stripe.server_faults().error_after(ProviderCall::Void, 1),
        |stripe| stripe.server_faults().error_instead(ProviderCall::Void, 1),
    ] {
        let deal = shop.deal().await;
        let before = shop.stripe.faults().call_count(ProviderCall::Authorize);
        let gate = shop.stripe.faults().hold(ProviderCall::Authorize);
        let meanwhile = async {
            eventually!(shop.stripe.faults().call_count(ProviderCall::Authorize) > before);
            cancel(&shop.stack, &deal.buyer, &deal.order).await.ok(204);
            fault(&shop.stripe);
            drop(gate);
        };
        let (paid, ()) = tokio::join!(pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa"), meanwhile);
        paid.refused(400, "order_cancelled");
        shop.stack.settle().await;
        let charge = shop.stripe.ledger().charges.pop().unwrap();
        assert_eq!((charge.captured, charge.voided, charge.held), (0, 1999, false));
    }
    shop.finish().await;
}

#[tokio::test]
async fn a_provider_that_is_gone_is_said_to_be_and_trying_again_is_safe() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    shop.stripe.faults().set_unreachable(true);
    for _ in 0..2 {
        pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.refused(503, "provider_unavailable");
    }
    assert!(shop.stack.stack().audit().await.is_err(), "the book cannot be read now");
    shop.stripe.faults().set_unreachable(false);
    shop.is_done(&deal).await;
    shop.finish().await;
}

#[tokio::test]
async fn an_event_settles_a_payment_whose_reply_was_lost() {
    let patient = |builder: TestStackBuilder| {
        builder.with(|settings| {
            let pace = &mut settings.payment_timeouts;
            (pace.first_retry, pace.longest_retry) = (Duration::from_secs(60), Duration::from_secs(60));
        })
    };
    let shop = Shop::opened(patient).await;
    shop.stripe.send_events_to(&shop.stack.url());
    for call in [ProviderCall::Authorize, ProviderCall::Capture] {
        let deal = shop.deal().await;
        shop.stripe.faults().lose_response(call, 1);
        // Far sooner than it would be asked for again. Every event comes twice, the last one first.
        pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
        shop.is_done(&deal).await;
    }
    shop.finish().await;
}

#[tokio::test]
async fn a_restart_in_the_middle_of_a_payment_finishes_it() {
    for call in [ProviderCall::Authorize, ProviderCall::Capture] {
        let mut shop = Shop::opened(|builder| builder.payment_wait(Duration::from_millis(50))).await;
        let deal = shop.deal().await;
        let gate = shop.stripe.faults().hold(call);
        let payment = pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(202);
        shop.stack.restart().await;
        drop(gate);
        let path = format!("/api/payments/{}", id(&payment));
        eventually!(shop.stack.raw().get(&path).by(&deal.buyer).await.ok(200)["status"] == "succeeded", seconds 20);
        shop.is_done(&deal).await;
        // Its own waits are short here; what follows is patient again.
        shop.stack.finish().await;
    }
}

#[tokio::test]
async fn events_need_a_signature_and_neither_session_nor_origin() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
    let event = shop.stripe.events().pop().unwrap();
    assert_eq!(shop.stripe.send(shop.stack.raw(), &event).await.ok(200), json!({ "received": true }));
    let body = event.to_string();
    let elsewhere = |path: &str, signature: &str| {
        let request = shop.stack.raw().post(path).header("origin", "https://elsewhere.example");
        request.header("stripe-signature", signature).body("application/json", body.clone())
    };
    let good = shop.stripe.sign(&body, ticketing_testkit::STRIPE_WEBHOOK_SECRET);
    elsewhere("/api/payments/webhook", &good).await.ok(200);
    elsewhere("/api/payments/webhook", "t=1,v1=00").await.refused(400, "invalid_signature");
    elsewhere("/api/payments", &good).await.refused(403, "cross_origin");
    let object = json!({ "object": "customer", "description": "x".repeat(900 * 1024) });
    let large = json!({ "id": "evt_large", "data": { "object": object } });
    assert_eq!(shop.stripe.send(shop.stack.raw(), &large).await.ok(200), json!({ "received": true }));
    let large =
        shop.stack.raw().post("/api/payments/webhook").body("application/json", "x".repeat(1025 * 1024));
    large.await.refused(413, "payload_too_large");
    let get = shop.stack.raw().get("/api/payments/webhook").by(&deal.buyer).await;
    assert!([404, 405].contains(&get.status), "{}", get.text());
    shop.finish().await;
}

#[tokio::test]
async fn without_stripe_nobody_hears_events() {
    let stack = TestStack::start().await;
    let reply = stack.raw().post("/api/payments/webhook").header("stripe-signature", "t=1,v1=00");
    reply.body("application/json", "{}").await.refused(404, "not_found");
    stack.finish().await;
}

#[tokio::test]
async fn the_audit_holds_our_books_against_stripes() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
    shop.is_done(&deal).await;
    shop.stack.settle().await;
    shop.stack.audit().await;

    // A second charge for the same order, which none of our books know.
    let provider = StripeProvider::new(&shop.stripe.settings(), shop.stack.clock().clone()).unwrap();
    let amount = Money::from_cents(1999).unwrap();
    let request = Authorization {
        amount,
        currency: "usd".to_owned(),
        token: "tok_visa".parse().unwrap(),
        order_id: OrderId::new(&deal.order),
        payment_id: PaymentId::new("by hand"),
        begun_at: shop.stack.clock().now(),
        known: None,
        confirmation: Confirmation::Impossible,
    };
    let hold = provider.authorize("by hand", &request).await.unwrap();
    let broken = |report: &ticketing_server::audit::Report| -> Vec<u8> {
        report.checks.iter().filter(|check| !check.broken.is_empty()).map(|check| check.number).collect()
    };
    assert_eq!(broken(&shop.stack.report().await), [12], "a hold that is left open");
    let charge = Charge { stripe_id: hold.stripe_id, amount };
    provider.capture("by hand:capture", &charge).await.unwrap();
    assert_eq!(broken(&shop.stack.report().await), [10], "money that is not owed, and a second charge");
    provider.refund("by hand:refund", &charge).await.unwrap();
    let report = shop.stack.report().await;
    assert_eq!(broken(&report), [10], "it was charged twice all the same");
    assert!(report.to_string().contains("charged 2 times"), "{report}");
    shop.stack.discard().await;
}

#[tokio::test]
async fn a_folder_is_audited_against_stripes_book() {
    let mut shop = Shop::open().await;
    let deal = shop.deal().await;
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
    shop.is_done(&deal).await;
    shop.stack.settle().await;
    let folder = shop.stack.data_dir();
    shop.stack.stop().await;
    let alone = Offline::at(&folder).audit().await;
    assert!(matches!(alone, Err(OfflineError::BooksElsewhere)), "{alone:?}");
    assert!(!folder.join("provider.db").exists(), "nothing is made by looking");
    let mut settings = StackSettings::new(&folder);
    settings.stripe = Some(shop.stripe.settings());
    let report = Offline::of(&settings).await.unwrap().audit().await.unwrap();
    assert!(report.is_clean(), "\n{report}");
    shop.stack.restart().await;
    shop.finish().await;
}

#[tokio::test]
async fn sales_at_stripe_are_not_held_against_a_simulated_book() {
    let postgres = |builder: TestStackBuilder| builder.on(Shape::PostgresAndNats);
    let mut shop = Shop::opened(postgres).await;
    let deal = shop.deal().await;
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
    shop.is_done(&deal).await;
    shop.stack.settle().await;
    let mut settings = StackSettings::new(shop.stack.data_dir());
    settings.database = Some(shop.stack.database_url().parse().unwrap());
    settings.nats = Some(JetStreamOptions::new(shop.stack.nats().url()));
    // The schema of the simulated provider is there, and empty.
    let without = Offline::of(&settings).await.unwrap();
    let refused = without.audit_beside_server().await.unwrap_err();
    assert!(matches!(refused, OfflineError::BooksElsewhere), "{refused:?}");
    assert!(refused.to_string().contains("TICKETING_STRIPE_KEY"), "{refused}");
    settings.stripe = Some(shop.stripe.settings());
    let report = Offline::of(&settings).await.unwrap().audit_beside_server().await.unwrap();
    assert!(report.is_clean(), "\n{report}");
    shop.finish().await;
}

#[tokio::test]
async fn many_processes_of_payments_share_one_account() {
    let many = |builder: TestStackBuilder| builder.on(Shape::Processes);
    let shop = Shop::opened(many).await;
    shop.stripe.send_events_to(&shop.stack.url());
    shop.stripe.server_faults().error_instead(ProviderCall::Capture, 2);
    let mut deals = Vec::new();
    for _ in 0..6 {
        deals.push(shop.deal().await);
    }
    join_all(deals.iter().map(|deal| async {
        // Twice at once, by whichever process the ingress asks.
        let twice = [(); 2].map(|()| pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa"));
        for answer in join_all(twice).await {
            assert!([201, 202, 400, 503].contains(&answer.status), "{}", answer.text());
        }
    }))
    .await;
    for deal in &deals {
        shop.is_done(deal).await;
    }
    shop.stack.settle().await;
    assert_eq!(shop.stripe.ledger().charges.len(), deals.len());
    shop.finish().await;
}

fn read(flags: &[&str]) -> Result<StackSettings, Vec<String>> {
    StackSettings::from_flags("data", flags).map_err(|error| {
        assert!(!error.to_string().contains("hush"), "{error}");
        let ParseError::Settings(error) = error else { panic!("{error}") };
        error.invalid.iter().map(|fault| fault.name.clone()).collect()
    })
}

#[test]
fn stripe_settings_are_read_and_their_faults_reported_together() {
    const KEY: &str = "TICKETING_STRIPE_KEY";
    const BASE: &str = "TICKETING_STRIPE_API_BASE";
    const SECRET: &str = "TICKETING_STRIPE_WEBHOOK_SECRET";
    const LOCAL_BASE: &str = "--stripe-api-base=http://127.0.0.1:9";
    assert!(read(&[]).unwrap().stripe.is_none());
    let stripe = read(&["--stripe-key=sk_live_hush"]).unwrap().stripe.unwrap();
    assert_eq!(stripe.api_base.to_string(), "https://api.stripe.com/");
    assert_eq!(stripe.webhook_secrets.len(), 0);
    let secrets = "--stripe-webhook-secret=whsec_hush1, whsec_hush2";
    let all = read(&["--stripe-key=sk_test_hush", LOCAL_BASE, secrets]).unwrap();
    assert_eq!(all.stripe.as_ref().unwrap().webhook_secrets.len(), 2);
    assert!(!format!("{all:?}").contains("hush"));

    assert_eq!(read(&["--stripe-key=sk_live_hush", LOCAL_BASE]).unwrap_err(), [BASE]);
    assert_eq!(read(&["--stripe-key=hush", "--stripe-webhook-secret=hush"]).unwrap_err(), [KEY, SECRET]);
    for alone in [LOCAL_BASE, "--stripe-webhook-secret=whsec_hush"] {
        assert_eq!(read(&[alone]).unwrap_err(), [KEY], "simulated cards are not meant then");
    }
}
