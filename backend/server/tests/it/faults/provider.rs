//! A card provider that declines, dawdles, loses answers or is gone: one capture at most, and the truth in the end.

use std::time::Duration;

use serde_json::json;
use ticketing_payments::provider::ProviderCall;
use ticketing_testkit::{Shape, TestSession, TestStack, eventually, on_shapes};

use crate::support::{cancel, id, list, order_of, ordered, pay, taken, ticket};

on_shapes! {
    [embedded, postgres, nats, postgres_and_nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    a_price_of_19_99_pays_exactly_1999_cents_and_cannot_be_undone,
    a_declined_card_leaves_the_reservation_for_another,
    a_charge_that_fails_at_the_end_frees_the_ticket_and_keeps_nothing,
    an_answer_that_is_lost_charges_nobody_twice,
    a_call_that_does_not_arrive_is_repeated,
    unreachable_provider_is_reported_and_a_retry_is_safe,
    a_payment_whose_outcome_is_late_can_be_followed,
    restart_during_a_payment_finishes_it,
    money_that_was_held_for_an_order_that_ended_is_given_up;
}

/// A ticket at 19.99 that somebody has ordered.
struct Deal {
    buyer: TestSession,
    ticket: String,
    order: String,
}

async fn deal(stack: &TestStack) -> Deal {
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(stack, &seller, "A ticket", 19.99).await;
    let order = ordered(stack, &buyer, &ticket).await;
    Deal { buyer, ticket, order }
}

impl Deal {
    /// Fails the test unless the ticket is sold and paid for, once.
    async fn is_done(&self, stack: &TestStack) {
        eventually!(order_of(stack, &self.buyer, &self.order).await["status"] == "complete");
        eventually!(ticket(stack, &self.ticket).await["status"] == "sold");
        assert_eq!(taken(stack, &self.order).await, (1, 1999));
    }
}

async fn a_price_of_19_99_pays_exactly_1999_cents_and_cannot_be_undone(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let deal = deal(&stack).await;
    let payment = pay(&stack, &deal.buyer, &deal.order, "tok_visa").await;
    assert!(payment.text().contains(r#""amount":19.99,"#), "{}", payment.text());
    let payment = payment.ok(201);
    assert_eq!((&payment["status"], &payment["currency"]), (&json!("succeeded"), &json!("usd")));
    assert_eq!(payment["orderId"], deal.order.as_str());
    deal.is_done(&stack).await;
    cancel(&stack, &deal.buyer, &deal.order).await.refused(400, "order_paid");
    pay(&stack, &deal.buyer, &deal.order, "tok_visa").await.refused(400, "order_paid");
    let order = order_of(&stack, &deal.buyer, &deal.order).await;
    assert_eq!((&order["status"], &order["version"]), (&json!("complete"), &json!(2)));
    deal.is_done(&stack).await;
    stack.finish().await;
}

async fn a_declined_card_leaves_the_reservation_for_another(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let deal = deal(&stack).await;
    for (token, message) in [
        ("tok_chargeDeclined", "Your card was declined."),
        ("tok_chargeDeclinedInsufficientFunds", "Your card has insufficient funds."),
    ] {
        let said = pay(&stack, &deal.buyer, &deal.order, token).await.refused(400, "card_declined");
        assert_eq!(said, message);
        assert_eq!(order_of(&stack, &deal.buyer, &deal.order).await["status"], "created");
    }
    pay(&stack, &deal.buyer, &deal.order, "tok_nothing").await.refused(400, "card_declined");
    assert_eq!(taken(&stack, &deal.order).await, (0, 0));
    pay(&stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
    deal.is_done(&stack).await;
    let payments = stack.raw().get("/api/payments").by(&deal.buyer).await.ok(200);
    let statuses: Vec<&str> =
        payments.as_array().unwrap().iter().map(|payment| payment["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["failed", "failed", "failed", "succeeded"], "the newest is last");
    stack.finish().await;
}

async fn a_charge_that_fails_at_the_end_frees_the_ticket_and_keeps_nothing(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let deal = deal(&stack).await;
    pay(&stack, &deal.buyer, &deal.order, "tok_chargeCustomerFail").await.refused(400, "card_declined");
    eventually!(order_of(&stack, &deal.buyer, &deal.order).await["status"] == "cancelled");
    eventually!(ticket(&stack, &deal.ticket).await["status"] == "available");
    assert_eq!(taken(&stack, &deal.order).await, (0, 0));
    pay(&stack, &deal.buyer, &deal.order, "tok_visa").await.refused(400, "order_cancelled");
    let next = stack.session("next").await;
    let order = ordered(&stack, &next, &deal.ticket).await;
    pay(&stack, &next, &order, "tok_visa").await.ok(201);
    stack.finish().await;
}

async fn an_answer_that_is_lost_charges_nobody_twice(shape: Shape) {
    for call in [ProviderCall::Authorize, ProviderCall::Capture] {
        let stack = TestStack::start_on(shape).await;
        let deal = deal(&stack).await;
        stack.provider().faults().lose_response(call, 2);
        pay(&stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
        deal.is_done(&stack).await;
        let ledger = stack.provider().ledger().await.unwrap();
        assert_eq!(ledger.charges.len(), 1, "{call:?} made a second charge");
        stack.finish().await;
    }
}

async fn a_call_that_does_not_arrive_is_repeated(shape: Shape) {
    for call in [ProviderCall::Authorize, ProviderCall::Capture] {
        let stack = TestStack::start_on(shape).await;
        let deal = deal(&stack).await;
        stack.provider().faults().fail_before_effect(call, 2);
        pay(&stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
        deal.is_done(&stack).await;
        stack.finish().await;
    }
}

async fn unreachable_provider_is_reported_and_a_retry_is_safe(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let deal = deal(&stack).await;
    let faults = stack.provider().faults().clone();
    faults.set_unreachable(true);
    for key in ["key-1", "key-1", "key-2"] {
        let request = stack.raw().post("/api/payments").by(&deal.buyer).key(key);
        let reply = request.json(&json!({ "orderId": deal.order, "token": "tok_visa" })).await;
        reply.refused(503, "provider_unavailable");
        assert!(reply.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds >= 1));
        assert_eq!(taken(&stack, &deal.order).await, (0, 0));
    }
    faults.set_unreachable(false);
    let request = stack.raw().post("/api/payments").by(&deal.buyer).key("key-1");
    request.json(&json!({ "orderId": deal.order, "token": "tok_visa" })).await.ok(201);
    deal.is_done(&stack).await;
    stack.finish().await;
}

async fn a_payment_whose_outcome_is_late_can_be_followed(shape: Shape) {
    let stack = TestStack::builder().on(shape).payment_wait(Duration::from_millis(50)).start().await;
    let deal = deal(&stack).await;
    let gate = stack.provider().faults().hold(ProviderCall::Capture);
    let reply = pay(&stack, &deal.buyer, &deal.order, "tok_visa").await;
    let payment = reply.ok(202);
    assert!(["pending", "authorized"].contains(&payment["status"].as_str().unwrap()), "{payment}");
    let path = format!("/api/payments/{}", id(&payment));
    let again = pay(&stack, &deal.buyer, &deal.order, "tok_visa").await.ok(202);
    assert_eq!(again["id"], payment["id"], "the same payment, not a second one");
    drop(gate);
    eventually!(stack.raw().get(&path).by(&deal.buyer).await.ok(200)["status"] == "succeeded");
    deal.is_done(&stack).await;
    stack.finish().await;
}

async fn restart_during_a_payment_finishes_it(shape: Shape) {
    for call in [ProviderCall::Authorize, ProviderCall::Capture] {
        let mut stack = TestStack::builder().on(shape).payment_wait(Duration::from_millis(50)).start().await;
        let deal = deal(&stack).await;
        let gate = stack.provider().faults().hold(call);
        let payment = pay(&stack, &deal.buyer, &deal.order, "tok_visa").await.ok(202);
        // What was sent is cut off: whether it arrived is not known.
        drop(gate);
        stack.restart().await;
        let path = format!("/api/payments/{}", id(&payment));
        eventually!(stack.raw().get(&path).by(&deal.buyer).await.ok(200)["status"] == "succeeded", seconds 20);
        deal.is_done(&stack).await;
        stack.finish().await;
    }
}

async fn money_that_was_held_for_an_order_that_ended_is_given_up(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let deal = deal(&stack).await;
    let faults = stack.provider().faults().clone();
    let gate = faults.hold(ProviderCall::Authorize);
    let meanwhile = async {
        eventually!(faults.call_count(ProviderCall::Authorize) > 0);
        cancel(&stack, &deal.buyer, &deal.order).await.ok(204);
        // Giving it up is hard too.
        faults.fail_before_effect(ProviderCall::Void, 2);
        faults.lose_response(ProviderCall::Void, 1);
        drop(gate);
    };
    let (paid, ()) = tokio::join!(pay(&stack, &deal.buyer, &deal.order, "tok_visa"), meanwhile);
    paid.refused(400, "order_cancelled");
    stack.settle().await;
    let ledger = stack.provider().ledger().await.unwrap();
    let charge = &ledger.charges[0];
    assert_eq!((charge.captured, charge.voided, charge.held), (0, 1999, false));
    stack.finish().await;
}
