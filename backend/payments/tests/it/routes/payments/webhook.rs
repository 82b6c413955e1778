//! `POST /api/payments/webhook`: a second way to learn an outcome, and nobody else's way to say one.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use ticketing_engines::{Engine, on_both};
use ticketing_payments::Pace;
use ticketing_payments::provider::Call;
use ticketing_sdk::PaymentStatus;
use ticketing_testkit::STRIPE_WEBHOOK_SECRET;

use crate::house::{Answer, House, Place, eventually, quick};

on_both! {
    #[tokio::test]
    a_payment_whose_answer_was_lost_settles_when_the_event_comes, an_event_that_comes_while_its_call_is_out_is_looked_at_right_after, events_may_come_twice_and_in_any_order, what_is_not_signed_by_the_provider_is_refused_unread, events_about_strangers_are_received_and_forgotten, the_outcome_of_a_declined_card_is_learnt_by_event_too;
}

/// A provider whose unanswered calls are repeated much later than any test lasts.
fn slow() -> Pace {
    Pace { first_retry: Duration::from_secs(60), longest_retry: Duration::from_secs(60), ..quick() }
}

async fn post(house: &House, body: String, signature: Option<&str>) -> Answer {
    let mut request = Request::post("/api/payments/webhook").header("content-type", "application/json");
    if let Some(signature) = signature {
        request = request.header("stripe-signature", signature);
    }
    house.user("nobody").signed_out().send(request.body(Body::from(body)).unwrap()).await
}

async fn hear(house: &House, event: &Value) -> Answer {
    let body = event.to_string();
    let signature = house.stripe().sign(&body, STRIPE_WEBHOOK_SECRET);
    post(house, body, Some(&signature)).await
}

async fn notices(house: &House) -> i64 {
    let count = house
        .app()
        .core()
        .db
        .read(|tx| tx.query_one("SELECT COUNT(*) AS n FROM notices", &[], |row| row.int("n")));
    count.await.map_err(|error: ticketing_platform::db::DbError| error).unwrap()
}

async fn a_payment_whose_answer_was_lost_settles_when_the_event_comes(engine: Engine) {
    for call in [Call::Authorize, Call::Capture] {
        let house = House::paced(Place::stripe_on(engine), slow()).await;
        let ada = house.user("ada");
        let order = house.order(&ada, "19.99").await;
        house.stripe().faults().lose_reply(call, 1);
        let request = {
            let (ada, order) = (ada.clone(), order.clone());
            tokio::spawn(async move { ada.pay(&order, "tok_visa").await })
        };
        eventually("the answer was lost", async || {
            let payments = house.payments(&ada).await;
            let waits = payments.first().is_some_and(|payment| {
                payment.next_step.is_some() && payment.claimed_until.is_none() && payment.attempts == 1
            });
            waits && house.stripe().faults().seen(call) == 1
        })
        .await;

        let event = house.stripe().events().pop().unwrap();
        assert_eq!(hear(&house, &event).await.json(), json!({ "received": true }));

        request.await.unwrap().paid();
        let ledger = house.ledger().await;
        assert_eq!((ledger.charges.len(), ledger.captures(&order), ledger.kept(&order)), (1, 1, 1999));
    }
}

async fn an_event_that_comes_while_its_call_is_out_is_looked_at_right_after(engine: Engine) {
    let house =
        House::paced(Place::stripe_on(engine), Pace { call_timeout: Duration::from_secs(2), ..slow() }).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "19.99").await;
    // The effect comes, the event too, and the answer is as good as lost: it is waited for in vain.
    house.stripe().faults().lose_reply(Call::Authorize, 1);
    let gate = house.stripe().faults().hold(Call::Authorize);
    let request = {
        let (ada, order) = (ada.clone(), order.clone());
        tokio::spawn(async move { ada.pay(&order, "tok_visa").await })
    };
    eventually("the call is out", async || house.stripe().faults().seen(Call::Authorize) == 1).await;
    let payment = house.payments(&ada).await.remove(0);
    let early = json!({ "id": "evt_early", "data": { "object": {
        "object": "payment_intent", "id": "pi_fake000001", "metadata": { "payment_id": payment.id },
    } } });
    hear(&house, &early).await;
    drop(gate);

    request.await.unwrap().paid();
    assert_eq!(house.ledger().await.charges.len(), 1);
}

async fn events_may_come_twice_and_in_any_order(engine: Engine) {
    let house = House::on(Place::stripe_on(engine)).await;
    let ada = house.user("ada");
    let (paid, lost) = (house.order(&ada, "19.99").await, house.order(&ada, "20").await);
    ada.pay(&paid, "tok_visa").await.paid();
    ada.pay(&lost, "tok_chargeDeclined").await.refused(400, "card_declined");
    let (said, before) = (house.said().await, house.payments(&ada).await);

    let mut events = house.stripe().events();
    events.reverse();
    for event in events.iter().chain(&events).rev().chain(&events) {
        assert_eq!(hear(&house, event).await.status, 200);
    }

    assert_eq!(house.payments(&ada).await, before, "what is settled stays settled");
    assert_eq!(house.said().await, said);
    let of_the_paid = events.iter().filter(|event| event["data"]["object"]["id"] == "pi_fake000001").count();
    assert_eq!(notices(&house).await, i64::try_from(of_the_paid).unwrap(), "each is kept once");
    let ledger = house.ledger().await;
    assert_eq!((ledger.captures(&paid), ledger.kept(&paid), ledger.kept(&lost)), (1, 1999, 0));
}

async fn what_is_not_signed_by_the_provider_is_refused_unread(engine: Engine) {
    let house = House::on(Place::stripe_on(engine)).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "19.99").await;
    ada.pay(&order, "tok_visa").await.paid();
    let body = house.stripe().events().pop().unwrap().to_string();
    let good = house.stripe().sign(&body, STRIPE_WEBHOOK_SECRET);
    let forged = house.stripe().sign(&body, "whsec_another");
    for (body, signature) in [
        (body.clone(), None),
        (body.clone(), Some("")),
        (body.clone(), Some("t=1,v1=00")),
        (body.clone(), Some(forged.as_str())),
        (format!("{body} "), Some(good.as_str())),
        ("no JSON at all".to_owned(), Some(good.as_str())),
        (String::new(), Some(good.as_str())),
    ] {
        post(&house, body, signature).await.refused(400, "invalid_signature");
    }
    house.clock.advance(Duration::from_secs(301));
    post(&house, body.clone(), Some(&good)).await.refused(400, "invalid_signature");
    assert_eq!(notices(&house).await, 0);

    let large = "x".repeat(1024 * 1024 + 1);
    let signature = house.stripe().sign(&large, STRIPE_WEBHOOK_SECRET);
    post(&house, large, Some(&signature)).await.refused(413, "payload_too_large");
}

async fn events_about_strangers_are_received_and_forgotten(engine: Engine) {
    let house = House::on(Place::stripe_on(engine)).await;
    let intent =
        json!({ "object": "payment_intent", "id": "pi_9", "metadata": { "payment_id": "nobody's" } });
    for object in [
        intent,
        json!({ "object": "customer", "id": "cus_9" }),
        json!({ "object": "refund", "payment_intent": "pi_9" }),
        json!({ "object": "charge", "payment_intent": { "id": "pi_9" } }),
        json!({ "object": "payment_intent", "id": "pi_9", "metadata": [] }),
        json!({ "object": "payment_intent", "id": "pi_9\0", "metadata": { "payment_id": "\0" } }),
        json!(null),
    ] {
        let event = json!({ "id": "evt_9", "type": "x", "data": { "object": object } });
        assert_eq!(hear(&house, &event).await.status, 200, "{event}");
    }
    let large =
        json!({ "id": "evt_9", "data": { "object": { "object": "customer", "name": "x".repeat(900_000) } } });
    for body in
        ["nonsense".to_owned(), String::new(), "{}".to_owned(), "[null]".to_owned(), large.to_string()]
    {
        let signature = house.stripe().sign(&body, STRIPE_WEBHOOK_SECRET);
        assert_eq!(post(&house, body, Some(&signature)).await.status, 200);
    }
    assert_eq!(notices(&house).await, 0);
}

#[tokio::test]
async fn a_provider_that_tells_nothing_has_no_such_route() {
    let house = House::on(Engine::Sqlite).await;
    post(&house, "{}".to_owned(), Some("t=1,v1=00")).await.refused(404, "not_found");
}

async fn the_outcome_of_a_declined_card_is_learnt_by_event_too(engine: Engine) {
    let house = House::paced(Place::stripe_on(engine), slow()).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "19.99").await;
    house.stripe().faults().lose_reply(Call::Authorize, 1);
    let request = {
        let (ada, order) = (ada.clone(), order.clone());
        tokio::spawn(async move { ada.pay(&order, "tok_chargeDeclinedInsufficientFunds").await })
    };
    eventually("the answer was lost", async || {
        house
            .payments(&ada)
            .await
            .first()
            .is_some_and(|payment| payment.attempts == 1 && payment.claimed_until.is_none())
    })
    .await;
    hear(&house, &house.stripe().events().pop().unwrap()).await;
    let message = request.await.unwrap().refused(400, "card_declined");
    assert_eq!(message, "Your card has insufficient funds.");
    house.settled(&ada, PaymentStatus::Failed).await;
}
