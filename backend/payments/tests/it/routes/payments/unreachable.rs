//! `POST /api/payments`: the provider is slow, gone, or loses its answers.

use std::time::Duration;

use ticketing_engines::{Engine, on_both};
use ticketing_payments::Pace;
use ticketing_payments::provider::Call;
use ticketing_sdk::{OrderStatus, PaymentStatus};

use crate::house::{House, eventually, quick};

on_both! {
    #[tokio::test]
    a_lost_answer_is_asked_for_again_under_the_same_key, an_answer_that_comes_too_late_is_no_answer,
    an_unreachable_provider_is_503_and_a_repeat_is_safe, what_was_answered_503_is_settled_all_the_same,
    a_slow_outcome_is_202_and_can_be_followed, the_wait_ends_with_the_service;
}

async fn a_lost_answer_is_asked_for_again_under_the_same_key(engine: Engine) {
    for call in [Call::Authorize, Call::Capture] {
        let house = House::on(engine).await;
        let ada = house.user("ada");
        let order = house.order(&ada, "19.99").await;
        house.provider().faults().lose_reply(call, 2);

        ada.pay(&order, "tok_visa").await.paid();

        assert_eq!(house.provider().faults().seen(call), 3);
        let ledger = house.ledger().await;
        assert_eq!(ledger.charges.len(), 1, "invariant 11: never with a new key");
        assert_eq!((ledger.captures(&order), ledger.kept(&order)), (1, 1999), "invariant 10: one capture");
    }
}

async fn an_answer_that_comes_too_late_is_no_answer(engine: Engine) {
    let house = House::paced(engine, Pace { call_timeout: Duration::from_millis(30), ..quick() }).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;
    let gate = house.provider().faults().hold(Call::Authorize);

    ada.pay(&order, "tok_visa").await.refused(503, "provider_unavailable");

    drop(gate);
    house.settled(&ada, PaymentStatus::Succeeded).await;
    assert_eq!(house.ledger().await.kept(&order), 2000, "invariant 10");
}

async fn an_unreachable_provider_is_503_and_a_repeat_is_safe(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "19.99").await;
    house.provider().faults().unreachable(true);

    let answer = ada.pay(&order, "tok_visa").await;
    answer.refused(503, "provider_unavailable");
    assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    assert!(house.provider().faults().seen(Call::Authorize) >= 3, "it was tried more than once");
    ada.pay(&order, "tok_visa").await.refused(503, "provider_unavailable");
    ada.pay(&order, "tok_amex").await.refused(400, "payment_in_progress");
    assert_eq!(house.payments(&ada).await.len(), 1, "a repeat joins the payment that waits");
    house.provider().faults().unreachable(false);

    // By now the payment may have been completed without anybody asking.
    let answer = ada.pay(&order, "tok_visa").await;
    if answer.status == 400 {
        answer.refused(400, "order_paid");
    } else {
        answer.paid();
    }

    house.settled(&ada, PaymentStatus::Succeeded).await;
    let ledger = house.ledger().await;
    assert_eq!(
        (ledger.charges.len(), ledger.captures(&order), ledger.kept(&order)),
        (1, 1, 1999),
        "invariant 10"
    );
}

async fn what_was_answered_503_is_settled_all_the_same(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;
    house.provider().faults().unreachable(true);
    ada.pay(&order, "tok_visa").await.refused(503, "provider_unavailable");

    house.provider().faults().unreachable(false);

    house.settled(&ada, PaymentStatus::Succeeded).await;
    house.copied(&order, OrderStatus::Complete).await;
}

async fn a_slow_outcome_is_202_and_can_be_followed(engine: Engine) {
    let house = House::paced(engine, Pace { outcome_wait: Duration::from_millis(50), ..quick() }).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;
    let gate = house.provider().faults().hold(Call::Authorize);

    let payment = ada.pay(&order, "tok_visa").await.payment(202);

    assert_eq!(payment.status, Some(PaymentStatus::Pending));
    assert_eq!(payment.amount.unwrap().cents(), 2000);
    drop(gate);
    let path = format!("/api/payments/{}", payment.id);
    eventually("the payment can be followed to its end", async || {
        ada.get(&path).await.payment(200).status == Some(PaymentStatus::Succeeded)
    })
    .await;
}

async fn the_wait_ends_with_the_service(engine: Engine) {
    let mut house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;
    let gate = house.provider().faults().hold(Call::Authorize);
    let answer = tokio::spawn({
        let (ada, order) = (ada.clone(), order.clone());
        async move { ada.pay(&order, "tok_visa").await }
    });
    eventually("the provider is asked", async || house.provider().faults().seen(Call::Authorize) == 1).await;

    house.crash().await;

    assert_eq!(answer.await.unwrap().payment(202).status, Some(PaymentStatus::Pending));
    drop(gate);
    house.settled(&ada, PaymentStatus::Succeeded).await;
}
