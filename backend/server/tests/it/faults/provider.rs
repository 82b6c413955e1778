//! A card provider that declines, is slow, loses responses or is unreachable: one capture at most, and a correct
//! outcome.

use std::time::Duration;

use serde_json::json;
use ticketing_payments::domain::PaymentStep;
use ticketing_testkit::{Shape, TestSession, TestStack, eventually, on_shapes};

use crate::support::{cancel, id, list, order_of, order_when_visible, pay, read_captures, ticket};

on_shapes! {
    [embedded, postgres, nats, postgres_and_nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    payment_of_19_99_captures_1999_cents_for_good,
    declined_card_keeps_the_reservation,
    failed_capture_frees_the_ticket_and_charges_nothing,
    lost_response_charges_once,
    lost_call_is_retried,
    unreachable_provider_is_reported_and_a_retry_is_safe,
    late_payment_outcome_can_be_polled,
    restart_during_a_payment_finishes_it,
    hold_for_an_ended_order_is_voided;
}

/// A reserved ticket at 19.99.
struct Reservation {
    buyer: TestSession,
    ticket: String,
    order: String,
}

async fn reserve(stack: &TestStack) -> Reservation {
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(stack, &seller, "A ticket", 19.99).await;
    let order = order_when_visible(stack, &buyer, &ticket).await;
    Reservation { buyer, ticket, order }
}

impl Reservation {
    /// Asserts that the ticket is sold, and paid for once.
    async fn assert_sold(&self, stack: &TestStack) {
        eventually!(order_of(stack, &self.buyer, &self.order).await["status"] == "complete");
        eventually!(ticket(stack, &self.ticket).await["status"] == "sold");
        assert_eq!(read_captures(stack, &self.order).await, (1, 1999));
    }
}

async fn payment_of_19_99_captures_1999_cents_for_good(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let reservation = reserve(&stack).await;
    let payment = pay(&stack, &reservation.buyer, &reservation.order, "tok_visa").await;
    assert!(payment.text().contains(r#""amount":19.99,"#), "{}", payment.text());
    let payment = payment.ok(201);
    assert_eq!((&payment["status"], &payment["currency"]), (&json!("succeeded"), &json!("usd")));
    assert_eq!(payment["orderId"], reservation.order.as_str());
    reservation.assert_sold(&stack).await;
    cancel(&stack, &reservation.buyer, &reservation.order).await.assert_refused(400, "order_paid");
    pay(&stack, &reservation.buyer, &reservation.order, "tok_visa").await.assert_refused(400, "order_paid");
    let order = order_of(&stack, &reservation.buyer, &reservation.order).await;
    assert_eq!((&order["status"], &order["version"]), (&json!("complete"), &json!(2)));
    reservation.assert_sold(&stack).await;
    stack.finish().await;
}

async fn declined_card_keeps_the_reservation(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let reservation = reserve(&stack).await;
    for (token, message) in [
        ("tok_chargeDeclined", "Your card was declined."),
        ("tok_chargeDeclinedInsufficientFunds", "Your card has insufficient funds."),
    ] {
        let decline = pay(&stack, &reservation.buyer, &reservation.order, token)
            .await
            .assert_refused(400, "card_declined");
        assert_eq!(decline, message);
        assert_eq!(order_of(&stack, &reservation.buyer, &reservation.order).await["status"], "created");
    }
    pay(&stack, &reservation.buyer, &reservation.order, "tok_nothing")
        .await
        .assert_refused(400, "card_declined");
    assert_eq!(read_captures(&stack, &reservation.order).await, (0, 0));
    pay(&stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(201);
    reservation.assert_sold(&stack).await;
    let payments = stack.raw().get("/api/payments").by(&reservation.buyer).await.ok(200);
    let statuses: Vec<&str> =
        payments.as_array().unwrap().iter().map(|payment| payment["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["failed", "failed", "failed", "succeeded"], "the newest is last");
    stack.finish().await;
}

async fn failed_capture_frees_the_ticket_and_charges_nothing(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let reservation = reserve(&stack).await;
    pay(&stack, &reservation.buyer, &reservation.order, "tok_chargeCustomerFail")
        .await
        .assert_refused(400, "card_declined");
    eventually!(order_of(&stack, &reservation.buyer, &reservation.order).await["status"] == "cancelled");
    eventually!(ticket(&stack, &reservation.ticket).await["status"] == "available");
    assert_eq!(read_captures(&stack, &reservation.order).await, (0, 0));
    pay(&stack, &reservation.buyer, &reservation.order, "tok_visa")
        .await
        .assert_refused(400, "order_cancelled");
    let next = stack.session("next").await;
    let order = order_when_visible(&stack, &next, &reservation.ticket).await;
    pay(&stack, &next, &order, "tok_visa").await.ok(201);
    stack.finish().await;
}

async fn lost_response_charges_once(shape: Shape) {
    for call in [PaymentStep::Authorize, PaymentStep::Capture] {
        let stack = TestStack::start_on(shape).await;
        let reservation = reserve(&stack).await;
        stack.provider().faults().lose_response(call, 2);
        pay(&stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(201);
        reservation.assert_sold(&stack).await;
        let ledger = stack.provider().ledger().await.unwrap();
        assert_eq!(ledger.charges.len(), 1, "{call:?} made a second charge");
        stack.finish().await;
    }
}

async fn lost_call_is_retried(shape: Shape) {
    for call in [PaymentStep::Authorize, PaymentStep::Capture] {
        let stack = TestStack::start_on(shape).await;
        let reservation = reserve(&stack).await;
        stack.provider().faults().fail_before_effect(call, 2);
        pay(&stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(201);
        reservation.assert_sold(&stack).await;
        stack.finish().await;
    }
}

async fn unreachable_provider_is_reported_and_a_retry_is_safe(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let reservation = reserve(&stack).await;
    stack.settle().await;
    let faults = stack.provider().faults().clone();
    faults.set_unreachable(true);
    for key in ["key-1", "key-1", "key-2"] {
        let request = stack.raw().post("/api/payments").by(&reservation.buyer).key(key);
        let reply = request.json(&json!({ "orderId": reservation.order, "token": "tok_visa" })).await;
        reply.assert_refused(503, "provider_unavailable");
        assert!(reply.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds >= 1));
        assert_eq!(read_captures(&stack, &reservation.order).await, (0, 0));
    }
    faults.set_unreachable(false);
    let request = stack.raw().post("/api/payments").by(&reservation.buyer).key("key-1");
    request.json(&json!({ "orderId": reservation.order, "token": "tok_visa" })).await.ok(201);
    reservation.assert_sold(&stack).await;
    stack.finish().await;
}

async fn late_payment_outcome_can_be_polled(shape: Shape) {
    let stack = TestStack::builder()
        .on(shape)
        .with(|settings| settings.payment_timeouts.outcome_wait = Duration::from_millis(50))
        .start()
        .await;
    let reservation = reserve(&stack).await;
    let gate = stack.provider().faults().hold(PaymentStep::Capture);
    let reply = pay(&stack, &reservation.buyer, &reservation.order, "tok_visa").await;
    let payment = reply.ok(202);
    assert!(["pending", "authorized"].contains(&payment["status"].as_str().unwrap()), "{payment}");
    let path = format!("/api/payments/{}", id(&payment));
    let again = pay(&stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(202);
    assert_eq!(again["id"], payment["id"], "the same payment, not a second one");
    drop(gate);
    eventually!(stack.raw().get(&path).by(&reservation.buyer).await.ok(200)["status"] == "succeeded");
    reservation.assert_sold(&stack).await;
    stack.finish().await;
}

async fn restart_during_a_payment_finishes_it(shape: Shape) {
    for call in [PaymentStep::Authorize, PaymentStep::Capture] {
        let mut stack = TestStack::builder()
            .on(shape)
            .with(|settings| settings.payment_timeouts.outcome_wait = Duration::from_millis(50))
            .start()
            .await;
        let reservation = reserve(&stack).await;
        let gate = stack.provider().faults().hold(call);
        let payment = pay(&stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(202);
        // The call is cut off with an unknown outcome.
        drop(gate);
        stack.restart().await;
        let path = format!("/api/payments/{}", id(&payment));
        eventually!(stack.raw().get(&path).by(&reservation.buyer).await.ok(200)["status"] == "succeeded", seconds 20);
        reservation.assert_sold(&stack).await;
        stack.finish().await;
    }
}

async fn hold_for_an_ended_order_is_voided(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let reservation = reserve(&stack).await;
    let faults = stack.provider().faults().clone();
    let gate = faults.hold(PaymentStep::Authorize);
    let meanwhile = async {
        eventually!(faults.call_count(PaymentStep::Authorize) > 0);
        cancel(&stack, &reservation.buyer, &reservation.order).await.ok(204);
        // Calls to void the hold fail too.
        faults.fail_before_effect(PaymentStep::Void, 2);
        faults.lose_response(PaymentStep::Void, 1);
        drop(gate);
    };
    let (paid, ()) = tokio::join!(pay(&stack, &reservation.buyer, &reservation.order, "tok_visa"), meanwhile);
    paid.assert_refused(400, "order_cancelled");
    stack.settle().await;
    let ledger = stack.provider().ledger().await.unwrap();
    let charge = &ledger.charges[0];
    assert_eq!((charge.captured, charge.voided, charge.held), (0, 1999, false));
    stack.finish().await;
}
