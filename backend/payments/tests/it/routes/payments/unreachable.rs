//! `POST /api/payments`: the provider is slow, unreachable, or loses responses.

use std::time::Duration;
use ticketing_engines::eventually;

use ticketing_payments::PaymentTimeouts;
use ticketing_payments::domain::PaymentStep;
use ticketing_sdk::{OrderStatus, PaymentStatus};

use crate::fixture::{Fixture, Setup, quick};
use crate::on_every_setup;

on_every_setup! {
    #[tokio::test]
    lost_response_is_retried_with_the_same_key, response_after_timeout_is_503,
    unreachable_provider_is_503_and_retry_is_safe, payment_settles_after_503,
    slow_outcome_is_202_and_settles_later, waiting_request_ends_at_shutdown;
}

async fn lost_response_is_retried_with_the_same_key(setup: Setup) {
    for call in [PaymentStep::Authorize, PaymentStep::Capture] {
        let fixture = Fixture::on(setup).await;
        let ada = fixture.user("ada");
        let order = fixture.order(&ada, "19.99").await;
        fixture.provider().faults().lose_response(call, 2);

        ada.pay(&order, "tok_visa").await.succeeded_payment();

        assert_eq!(fixture.provider().faults().call_count(call), 3);
        let ledger = fixture.ledger().await;
        assert_eq!(ledger.charges.len(), 1, "invariant 11: never with a new key");
        assert_eq!(
            (ledger.captures(&order), ledger.kept_cents(&order)),
            (1, 1999),
            "invariant 10: one capture"
        );
    }
}

async fn response_after_timeout_is_503(setup: Setup) {
    let fixture =
        Fixture::with_timeouts(setup, PaymentTimeouts { call_timeout: Duration::from_millis(30), ..quick() })
            .await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    let gate = fixture.provider().faults().hold(PaymentStep::Authorize);

    ada.pay(&order, "tok_visa").await.assert_refused(503, "provider_unavailable");

    drop(gate);
    fixture.wait_until_settled(&ada, PaymentStatus::Succeeded).await;
    assert_eq!(fixture.ledger().await.kept_cents(&order), 2000, "invariant 10");
}

async fn unreachable_provider_is_503_and_retry_is_safe(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "19.99").await;
    fixture.provider().faults().set_unreachable(true);

    let answer = ada.pay(&order, "tok_visa").await;
    answer.assert_refused(503, "provider_unavailable");
    assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    assert!(fixture.provider().faults().call_count(PaymentStep::Authorize) >= 3, "the call was retried");
    ada.pay(&order, "tok_visa").await.assert_refused(503, "provider_unavailable");
    ada.pay(&order, "tok_amex").await.assert_refused(400, "payment_in_progress");
    assert_eq!(fixture.payments(&ada).await.len(), 1, "a retry joins the waiting payment");
    fixture.provider().faults().set_unreachable(false);

    // The worker can have completed the payment meanwhile.
    let answer = ada.pay(&order, "tok_visa").await;
    if answer.status == 400 {
        answer.assert_refused(400, "order_paid");
    } else {
        answer.succeeded_payment();
    }

    fixture.wait_until_settled(&ada, PaymentStatus::Succeeded).await;
    let ledger = fixture.ledger().await;
    assert_eq!(
        (ledger.charges.len(), ledger.captures(&order), ledger.kept_cents(&order)),
        (1, 1, 1999),
        "invariant 10"
    );
}

async fn payment_settles_after_503(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    fixture.provider().faults().set_unreachable(true);
    ada.pay(&order, "tok_visa").await.assert_refused(503, "provider_unavailable");

    fixture.provider().faults().set_unreachable(false);

    fixture.wait_until_settled(&ada, PaymentStatus::Succeeded).await;
    fixture.wait_until_copied(&order, OrderStatus::Complete).await;
}

async fn slow_outcome_is_202_and_settles_later(setup: Setup) {
    let fixture =
        Fixture::with_timeouts(setup, PaymentTimeouts { outcome_wait: Duration::from_millis(50), ..quick() })
            .await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    let gate = fixture.provider().faults().hold(PaymentStep::Authorize);

    let payment = ada.pay(&order, "tok_visa").await.payment(202);

    assert_eq!(payment.status, Some(PaymentStatus::Pending));
    assert_eq!(payment.amount.unwrap().cents(), 2000);
    drop(gate);
    let path = format!("/api/payments/{}", payment.id);
    eventually("the payment succeeds", async || {
        ada.get(&path).await.payment(200).status == Some(PaymentStatus::Succeeded)
    })
    .await;
}

async fn waiting_request_ends_at_shutdown(setup: Setup) {
    let mut fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    let gate = fixture.provider().faults().hold(PaymentStep::Authorize);
    let answer = tokio::spawn({
        let (ada, order) = (ada.clone(), order.clone());
        async move { ada.pay(&order, "tok_visa").await }
    });
    fixture.wait_until_called(PaymentStep::Authorize).await;

    fixture.crash().await;

    assert_eq!(answer.await.unwrap().payment(202).status, Some(PaymentStatus::Pending));
    drop(gate);
    fixture.wait_until_settled(&ada, PaymentStatus::Succeeded).await;
}
