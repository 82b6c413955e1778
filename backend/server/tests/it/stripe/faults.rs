//! Fault injection at Stripe: every fault of a call, outages and restarts.

use std::time::Duration;

use futures_util::future::join_all;
use ticketing_payments::provider::ProviderCall;
use ticketing_sdk::OrderId;
use ticketing_testkit::{FakeStripe, TestStackBuilder, eventually};

use super::Shop;
use crate::support::{cancel, id, pay};

#[tokio::test]
async fn card_is_charged_once_under_each_fault() {
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
            shop.assert_sold(&deal).await;
            let charges = shop.stripe.ledger().of(&OrderId::new(&deal.order)).count();
            assert_eq!(charges, 1, "{name} at {call:?}");
        }
    }
    shop.finish().await;
}

#[tokio::test]
async fn concurrent_buyers_are_charged_once_under_faults() {
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
        shop.assert_sold(deal).await;
    }
    shop.stack.settle().await;
    assert_eq!(shop.stripe.ledger().charges.len(), BUYERS);
    shop.finish().await;
}

#[tokio::test]
async fn capture_after_a_burnt_key_uses_a_new_key_once() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    shop.stripe.server_faults().error_instead(ProviderCall::Capture, 2);
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
    shop.assert_sold(&deal).await;
    shop.finish().await;
}

#[tokio::test]
async fn authorization_after_a_burnt_key_is_not_repeated() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    shop.stripe.server_faults().error_instead(ProviderCall::Authorize, 1);
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.refused(503, "provider_unavailable");
    shop.stack.clock().advance(Duration::from_secs(601));
    shop.stack.settle().await;
    assert_eq!(shop.stripe.intents().len(), 0, "never under another key");
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
    shop.assert_sold(&deal).await;
    shop.finish().await;
}

#[tokio::test]
async fn reply_after_the_timeout_charges_once() {
    let short_timeouts = |builder: TestStackBuilder| {
        builder.with(|settings| {
            let timeouts = &mut settings.stripe.as_mut().unwrap().timeouts;
            (timeouts.connect, timeouts.answer) = (Duration::from_millis(300), Duration::from_millis(200));
        })
    };
    let shop = Shop::open_with(short_timeouts).await;
    let deal = shop.deal().await;
    let gate = shop.stripe.faults().hold(ProviderCall::Authorize);
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.refused(503, "provider_unavailable");
    drop(gate);
    shop.assert_sold(&deal).await;
    assert_eq!(shop.stripe.ledger().charges.len(), 1);
    shop.finish().await;
}

#[tokio::test]
async fn authorization_of_an_ended_order_is_voided_under_faults() {
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
async fn unreachable_provider_is_reported_and_a_retry_is_safe() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    shop.stripe.faults().set_unreachable(true);
    for _ in 0..2 {
        pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.refused(503, "provider_unavailable");
    }
    assert!(shop.stack.stack().audit().await.is_err(), "the book cannot be read now");
    shop.stripe.faults().set_unreachable(false);
    shop.assert_sold(&deal).await;
    shop.finish().await;
}

#[tokio::test]
async fn webhook_settles_a_payment_whose_reply_was_lost() {
    let slow_retries = |builder: TestStackBuilder| {
        builder.with(|settings| {
            let pace = &mut settings.payment_timeouts;
            (pace.first_retry, pace.longest_retry) = (Duration::from_secs(60), Duration::from_secs(60));
        })
    };
    let shop = Shop::open_with(slow_retries).await;
    shop.stripe.send_events_to(&shop.stack.url());
    for call in [ProviderCall::Authorize, ProviderCall::Capture] {
        let deal = shop.deal().await;
        shop.stripe.faults().lose_response(call, 1);
        // Far sooner than it would be asked for again. Every event comes twice, the last one first.
        pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
        shop.assert_sold(&deal).await;
    }
    shop.finish().await;
}

#[tokio::test]
async fn restart_during_a_payment_finishes_it() {
    for call in [ProviderCall::Authorize, ProviderCall::Capture] {
        let mut shop = Shop::open_with(|builder| builder.payment_wait(Duration::from_millis(50))).await;
        let deal = shop.deal().await;
        let gate = shop.stripe.faults().hold(call);
        let payment = pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(202);
        shop.stack.restart().await;
        drop(gate);
        let path = format!("/api/payments/{}", id(&payment));
        eventually!(shop.stack.raw().get(&path).by(&deal.buyer).await.ok(200)["status"] == "succeeded", seconds 20);
        shop.assert_sold(&deal).await;
        // Its own waits are short here; what follows is patient again.
        shop.stack.finish().await;
    }
}
