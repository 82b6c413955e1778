//! `POST /api/payments` with an `Idempotency-Key`.

use std::time::Duration;
use ticketing_engines::eventually;

use ticketing_payments::PaymentTimeouts;
use ticketing_payments::domain::PaymentStep;
use ticketing_sdk::{OrderStatus, PaymentStatus};

use crate::fixture::{Fixture, Setup, quick};
use crate::on_every_setup;

on_every_setup! {
    #[tokio::test]
    same_key_and_body_replay_the_response, refusal_is_replayed_for_its_key,
    same_key_with_another_body_is_422, key_in_flight_is_409_and_first_request_continues,
    key_without_response_follows_its_payment, key_follows_the_same_payment_after_503,
    repeat_during_a_failing_call_waits_for_the_next_call;
}

async fn same_key_and_body_replay_the_response(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let (paid, declined) = (fixture.order(&ada, "19.99").await, fixture.order(&ada, "20").await);

    let first = ada.pay_with_key(&paid, "tok_visa", "k1").await;
    let refused = ada.pay_with_key(&declined, "tok_chargeDeclined", "k2").await;
    first.succeeded_payment();
    refused.assert_refused(400, "card_declined");

    for _ in 0..3 {
        let again = ada.pay_with_key(&paid, "tok_visa", "k1").await;
        assert_eq!((again.status, &again.text), (201, &first.text), "invariant 14");
        let again = ada.pay_with_key(&declined, "tok_chargeDeclined", "k2").await;
        assert_eq!((again.status, &again.text), (400, &refused.text), "invariant 14");
    }
    assert_eq!(fixture.payments(&ada).await.len(), 2, "invariant 14: one effect");
    assert_eq!(fixture.provider().faults().call_count(PaymentStep::Authorize), 2, "invariant 14: one effect");
}

async fn refusal_is_replayed_for_its_key(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    fixture.orders().cancel(&order).await;
    fixture.wait_until_copied(&order, OrderStatus::Cancelled).await;
    for _ in 0..2 {
        ada.pay_with_key(&order, "tok_visa", "k").await.assert_refused(400, "order_cancelled");
    }
    let unknown = ticketing_sdk::OrderId::new("5f8d0d55b54764421b7156d9");
    ada.pay_with_key(&unknown, "tok_visa", "k2").await.assert_refused(404, "not_found");
    // The 404 stored nothing, so its key is still free.
    let other = fixture.order(&ada, "20").await;
    ada.pay_with_key(&other, "tok_visa", "k2").await.succeeded_payment();
}

async fn same_key_with_another_body_is_422(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let (one, two) = (fixture.order(&ada, "20").await, fixture.order(&ada, "20").await);
    ada.pay_with_key(&one, "tok_visa", "k").await.succeeded_payment();

    ada.pay_with_key(&two, "tok_visa", "k").await.assert_refused(422, "idempotency_key_reused");
    ada.pay_with_key(&one, "tok_amex", "k").await.assert_refused(422, "idempotency_key_reused");

    assert_eq!(fixture.ledger().await.charges.len(), 1, "invariant 14");
    // Keys are scoped to a user.
    let eve = fixture.user("eve");
    let hers = fixture.order(&eve, "20").await;
    eve.pay_with_key(&hers, "tok_visa", "k").await.succeeded_payment();
}

async fn key_in_flight_is_409_and_first_request_continues(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    let gate = fixture.provider().faults().hold(PaymentStep::Authorize);
    let first = tokio::spawn({
        let (ada, order) = (ada.clone(), order.clone());
        async move { ada.pay_with_key(&order, "tok_visa", "k").await }
    });
    fixture.wait_until_called(PaymentStep::Authorize).await;

    let answer = ada.pay_with_key(&order, "tok_visa", "k").await;

    answer.assert_refused(409, "idempotency_key_in_flight");
    assert!(answer.header("retry-after").is_some());
    drop(gate);
    let first = first.await.unwrap();
    first.succeeded_payment();
    assert_eq!(ada.pay_with_key(&order, "tok_visa", "k").await.text, first.text, "invariant 14");
}

async fn key_without_response_follows_its_payment(setup: Setup) {
    let fixture =
        Fixture::with_timeouts(setup, PaymentTimeouts { outcome_wait: Duration::from_millis(50), ..quick() })
            .await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "19.99").await;
    let gate = fixture.provider().faults().hold(PaymentStep::Authorize);
    let open = ada.pay_with_key(&order, "tok_visa", "k").await.payment(202);
    drop(gate);
    fixture.wait_until_settled(&ada, PaymentStatus::Succeeded).await;

    // A request without a key is a new one; the same key is the same one.
    ada.pay(&order, "tok_visa").await.assert_refused(400, "order_paid");
    assert_eq!(
        ada.pay_with_key(&order, "tok_visa", "k").await.succeeded_payment().id,
        open.id,
        "invariant 14"
    );
}

async fn key_follows_the_same_payment_after_503(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "19.99").await;
    fixture.provider().faults().set_unreachable(true);
    ada.pay_with_key(&order, "tok_visa", "k").await.assert_refused(503, "provider_unavailable");
    fixture.provider().faults().set_unreachable(false);

    ada.pay_with_key(&order, "tok_visa", "k").await.succeeded_payment();

    let ledger = fixture.ledger().await;
    assert_eq!((ledger.charges.len(), ledger.captures(&order)), (1, 1), "invariant 10");
    assert_eq!(fixture.payments(&ada).await.len(), 1, "invariant 14: one effect");
}

async fn repeat_during_a_failing_call_waits_for_the_next_call(setup: Setup) {
    let fixture = Fixture::with_timeouts(setup, PaymentTimeouts { quick_tries: 1, ..quick() }).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "19.99").await;
    let gate = fixture.provider().faults().hold(PaymentStep::Authorize);
    fixture.provider().faults().fail_before_effect(PaymentStep::Authorize, 1);
    let pay = |key: &'static str| {
        let (ada, order) = (ada.clone(), order.clone());
        tokio::spawn(async move { ada.pay_with_key(&order, "tok_visa", key).await })
    };
    let first = pay("first");
    fixture.wait_until_called(PaymentStep::Authorize).await;

    let repeat = pay("repeat");

    eventually("the repeat follows the payment", async || fixture.payment_requests().await == 2).await;
    drop(gate);
    repeat.await.unwrap().succeeded_payment();
    first.await.unwrap();
    assert_eq!(fixture.ledger().await.captures(&order), 1, "invariant 10");
}
