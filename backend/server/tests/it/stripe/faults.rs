//! Fault injection at Stripe: faults of a call, outages and restarts.

use std::time::Duration;

use ticketing_payments::domain::PaymentStep;
use ticketing_sdk::OrderId;
use ticketing_testkit::{FakeStripe, StripeFault, TestStackBuilder, eventually};

use super::StripeMarket;
use crate::support::{cancel, id, pay};

#[tokio::test]
async fn card_is_charged_once_under_each_fault() {
    type Fault = (&'static str, fn(&FakeStripe, PaymentStep));
    const FAULTS: [Fault; 6] = [
        ("a lost reply", |stripe, call| stripe.faults().lose_response(call, 2)),
        ("a lost request", |stripe, call| stripe.faults().fail_before_effect(call, 2)),
        ("500 after success", |stripe, call| stripe.server_faults().inject(StripeFault::ErrorAfter, call, 1)),
        ("a truncated response", |stripe, call| {
            stripe.server_faults().inject(StripeFault::Truncated, call, 2)
        }),
        ("429", |stripe, call| stripe.server_faults().inject(StripeFault::RateLimited, call, 1)),
        ("a key in use", |stripe, call| stripe.server_faults().inject(StripeFault::KeyInUse, call, 2)),
    ];
    let market = StripeMarket::start().await;
    for (name, fault) in FAULTS {
        for call in [PaymentStep::Authorize, PaymentStep::Capture] {
            let reservation = market.reserve().await;
            fault(&market.stripe, call);
            let paid = pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa").await;
            assert_eq!(paid.status, 201, "{name} at {call:?}: {}", paid.text());
            market.assert_sold(&reservation).await;
            let charges = market.stripe.ledger().charges_of(&OrderId::new(&reservation.order)).count();
            assert_eq!(charges, 1, "{name} at {call:?}");
        }
    }
    market.finish().await;
}

#[tokio::test]
async fn concurrent_buyers_are_charged_once_under_faults() {
    let market = StripeMarket::start().await;
    market.stripe.send_events_to(&market.stack.url());
    let reservations = market.reserve_many(24).await;
    let (faults, server_faults) = (market.stripe.faults(), market.stripe.server_faults());
    for call in [PaymentStep::Authorize, PaymentStep::Capture, PaymentStep::Void] {
        faults.fail_before_effect(call, 4);
        faults.lose_response(call, 8);
        server_faults.inject(StripeFault::ErrorAfter, call, 5);
        server_faults.inject(StripeFault::Truncated, call, 5);
        server_faults.inject(StripeFault::KeyInUse, call, 5);
        server_faults.inject(StripeFault::RateLimited, call, 3);
    }
    server_faults.inject(StripeFault::ErrorInstead, PaymentStep::Capture, 3);
    market.pay_twice_each(&reservations).await;
    market.finish().await;
}

#[tokio::test]
async fn capture_after_a_burnt_key_uses_a_new_key_once() {
    let market = StripeMarket::start().await;
    let reservation = market.reserve().await;
    market.stripe.server_faults().inject(StripeFault::ErrorInstead, PaymentStep::Capture, 2);
    pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(201);
    market.assert_sold(&reservation).await;
    market.finish().await;
}

#[tokio::test]
async fn authorization_is_not_repeated_after_its_key_was_used_up() {
    let market = StripeMarket::start().await;
    let reservation = market.reserve().await;
    market.stripe.server_faults().inject(StripeFault::ErrorInstead, PaymentStep::Authorize, 1);
    pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa")
        .await
        .assert_refused(503, "provider_unavailable");
    market.stack.clock().advance(Duration::from_secs(601));
    market.stack.settle().await;
    assert_eq!(market.stripe.intents().len(), 0, "never under another key");
    pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(201);
    market.assert_sold(&reservation).await;
    market.finish().await;
}

#[tokio::test]
async fn reply_after_the_timeout_charges_once() {
    let short_timeouts = |builder: TestStackBuilder| {
        builder.with(|settings| {
            let timeouts = &mut settings.stripe.as_mut().unwrap().timeouts;
            (timeouts.connect, timeouts.answer) = (Duration::from_millis(300), Duration::from_millis(200));
        })
    };
    let market = StripeMarket::start_with(short_timeouts).await;
    let reservation = market.reserve().await;
    let gate = market.stripe.faults().hold(PaymentStep::Authorize);
    pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa")
        .await
        .assert_refused(503, "provider_unavailable");
    drop(gate);
    market.assert_sold(&reservation).await;
    assert_eq!(market.stripe.ledger().charges.len(), 1);
    market.finish().await;
}

#[tokio::test]
async fn authorization_of_an_ended_order_is_voided_under_faults() {
    let market = StripeMarket::start().await;
    for fault in [
        (|stripe| stripe.faults().fail_before_effect(PaymentStep::Void, 4)) as fn(&FakeStripe),
        |stripe| stripe.faults().lose_response(PaymentStep::Void, 2),
        |stripe| stripe.server_faults().inject(StripeFault::ErrorAfter, PaymentStep::Void, 1),
        |stripe| stripe.server_faults().inject(StripeFault::ErrorInstead, PaymentStep::Void, 1),
    ] {
        let reservation = market.reserve().await;
        let before = market.stripe.faults().call_count(PaymentStep::Authorize);
        let gate = market.stripe.faults().hold(PaymentStep::Authorize);
        let meanwhile = async {
            eventually!(market.stripe.faults().call_count(PaymentStep::Authorize) > before);
            cancel(&market.stack, &reservation.buyer, &reservation.order).await.ok(204);
            fault(&market.stripe);
            drop(gate);
        };
        let (paid, ()) =
            tokio::join!(pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa"), meanwhile);
        paid.assert_refused(400, "order_cancelled");
        market.stack.settle().await;
        let charge = market.stripe.ledger().charges.pop().unwrap();
        assert_eq!((charge.captured, charge.voided, charge.held), (0, 1999, false));
    }
    market.finish().await;
}

#[tokio::test]
async fn unreachable_provider_is_reported_and_a_retry_is_safe() {
    let market = StripeMarket::start().await;
    let reservation = market.reserve().await;
    market.stripe.faults().set_unreachable(true);
    for _ in 0..2 {
        pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa")
            .await
            .assert_refused(503, "provider_unavailable");
    }
    assert!(market.stack.stack().auditor().audit().await.is_err(), "the ledger is unreachable");
    market.stripe.faults().set_unreachable(false);
    market.assert_sold(&reservation).await;
    market.finish().await;
}

#[tokio::test]
async fn webhook_settles_a_payment_whose_reply_was_lost() {
    let slow_retries = |builder: TestStackBuilder| {
        builder.with(|settings| {
            let pace = &mut settings.payment_timeouts;
            (pace.first_retry, pace.longest_retry) = (Duration::from_secs(60), Duration::from_secs(60));
        })
    };
    let market = StripeMarket::start_with(slow_retries).await;
    market.stripe.send_events_to(&market.stack.url());
    for call in [PaymentStep::Authorize, PaymentStep::Capture] {
        let reservation = market.reserve().await;
        market.stripe.faults().lose_response(call, 1);
        // The webhook precedes the next retry. Every event is delivered twice, the last one first.
        pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(201);
        market.assert_sold(&reservation).await;
    }
    market.finish().await;
}

#[tokio::test]
async fn restart_during_a_payment_finishes_it() {
    for call in [PaymentStep::Authorize, PaymentStep::Capture] {
        let mut market = StripeMarket::start_with(|builder| {
            builder.with(|settings| settings.payment_timeouts.outcome_wait = Duration::from_millis(50))
        })
        .await;
        let reservation = market.reserve().await;
        let gate = market.stripe.faults().hold(call);
        let payment = pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(202);
        market.stack.restart().await;
        drop(gate);
        let path = format!("/api/payments/{}", id(&payment));
        eventually!(market.stack.raw().get(&path).by(&reservation.buyer).await.ok(200)["status"] == "succeeded", seconds 20);
        market.assert_sold(&reservation).await;
        // Without the fresh purchase, for which the timeouts of this test are too short.
        market.stack.finish().await;
    }
}
