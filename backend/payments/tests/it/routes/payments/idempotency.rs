//! `POST /api/payments` with an `Idempotency-Key`.

use std::time::Duration;

use ticketing_engines::{Engine, on_both};
use ticketing_payments::Pace;
use ticketing_payments::provider::Call;
use ticketing_sdk::{OrderStatus, PaymentStatus};

use crate::house::{House, eventually, quick};

on_both! {
    #[tokio::test]
    the_same_key_and_body_is_the_same_answer, a_refusal_is_the_answer_of_its_key,
    the_same_key_with_another_body_is_422, a_key_in_flight_is_409_and_its_first_request_goes_on,
    a_key_without_an_answer_follows_its_payment, after_503_the_key_follows_the_same_payment;
}

async fn the_same_key_and_body_is_the_same_answer(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let (paid, declined) = (house.order(&ada, "19.99").await, house.order(&ada, "20").await);

    let first = ada.pay_with_key(&paid, "tok_visa", "k1").await;
    let refused = ada.pay_with_key(&declined, "tok_chargeDeclined", "k2").await;
    first.paid();
    refused.refused(400, "card_declined");

    for _ in 0..3 {
        let again = ada.pay_with_key(&paid, "tok_visa", "k1").await;
        assert_eq!((again.status, &again.text), (201, &first.text), "invariant 14");
        let again = ada.pay_with_key(&declined, "tok_chargeDeclined", "k2").await;
        assert_eq!((again.status, &again.text), (400, &refused.text), "invariant 14");
    }
    assert_eq!(house.payments(&ada).await.len(), 2, "invariant 14: one effect");
    assert_eq!(house.provider().faults().seen(Call::Authorize), 2, "invariant 14: one effect");
}

async fn a_refusal_is_the_answer_of_its_key(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;
    house.orders().cancel(&order).await;
    house.copied(&order, OrderStatus::Cancelled).await;
    for _ in 0..2 {
        ada.pay_with_key(&order, "tok_visa", "k").await.refused(400, "order_cancelled");
    }
    let unknown = ticketing_sdk::OrderId::new("5f8d0d55b54764421b7156d9");
    ada.pay_with_key(&unknown, "tok_visa", "k2").await.refused(404, "not_found");
    // Nothing came of the 404, so its key is still free.
    let other = house.order(&ada, "20").await;
    ada.pay_with_key(&other, "tok_visa", "k2").await.paid();
}

async fn the_same_key_with_another_body_is_422(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let (one, two) = (house.order(&ada, "20").await, house.order(&ada, "20").await);
    ada.pay_with_key(&one, "tok_visa", "k").await.paid();

    ada.pay_with_key(&two, "tok_visa", "k").await.refused(422, "idempotency_key_reused");
    ada.pay_with_key(&one, "tok_amex", "k").await.refused(422, "idempotency_key_reused");

    assert_eq!(house.ledger().await.charges.len(), 1, "invariant 14");
    // Keys are each user's own.
    let eve = house.user("eve");
    let hers = house.order(&eve, "20").await;
    eve.pay_with_key(&hers, "tok_visa", "k").await.paid();
}

async fn a_key_in_flight_is_409_and_its_first_request_goes_on(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;
    let gate = house.provider().faults().hold(Call::Authorize);
    let first = tokio::spawn({
        let (ada, order) = (ada.clone(), order.clone());
        async move { ada.pay_with_key(&order, "tok_visa", "k").await }
    });
    eventually("the provider is asked", async || house.provider().faults().seen(Call::Authorize) == 1).await;

    let answer = ada.pay_with_key(&order, "tok_visa", "k").await;

    answer.refused(409, "idempotency_key_in_flight");
    assert!(answer.header("retry-after").is_some());
    drop(gate);
    let first = first.await.unwrap();
    first.paid();
    assert_eq!(ada.pay_with_key(&order, "tok_visa", "k").await.text, first.text, "invariant 14");
}

async fn a_key_without_an_answer_follows_its_payment(engine: Engine) {
    let house = House::paced(engine, Pace { outcome_wait: Duration::from_millis(50), ..quick() }).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "19.99").await;
    let gate = house.provider().faults().hold(Call::Authorize);
    let open = ada.pay_with_key(&order, "tok_visa", "k").await.payment(202);
    drop(gate);
    house.settled(&ada, PaymentStatus::Succeeded).await;

    // A keyless repeat is a new wish to pay; the keyed one is the same wish.
    ada.pay(&order, "tok_visa").await.refused(400, "order_paid");
    assert_eq!(ada.pay_with_key(&order, "tok_visa", "k").await.paid().id, open.id, "invariant 14");
}

async fn after_503_the_key_follows_the_same_payment(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "19.99").await;
    house.provider().faults().unreachable(true);
    ada.pay_with_key(&order, "tok_visa", "k").await.refused(503, "provider_unavailable");
    house.provider().faults().unreachable(false);

    ada.pay_with_key(&order, "tok_visa", "k").await.paid();

    let ledger = house.ledger().await;
    assert_eq!((ledger.charges.len(), ledger.captures(&order)), (1, 1), "invariant 10");
    assert_eq!(house.payments(&ada).await.len(), 1, "invariant 14: one effect");
}
