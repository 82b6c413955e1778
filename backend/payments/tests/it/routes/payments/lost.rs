//! `POST /api/payments`: the order is cancelled during the payment, and no money is kept.

use std::time::Duration;
use ticketing_engines::eventually;

use ticketing_payments::domain::PaymentStep;
use ticketing_sdk::{OrderId, OrderStatus, PaymentStatus};
use tokio::task::JoinHandle;

use crate::fixture::{Fixture, Setup, TestResponse, User};
use crate::on_every_setup;

on_every_setup! {
    #[tokio::test]
    order_cancelled_before_authorization_is_voided, order_cancelled_before_decision_is_voided,
    order_expired_before_decision_is_voided, order_cancelled_during_capture_is_refunded, order_cancelled_after_capture_is_refunded;
}

fn pay(user: &User, order: &OrderId) -> JoinHandle<TestResponse> {
    let (user, order) = (user.clone(), order.clone());
    tokio::spawn(async move { user.pay(&order, "tok_visa").await })
}

async fn assert_no_money_kept(fixture: &Fixture, user: &User, order: &OrderId) {
    fixture.wait_until_settled(user, PaymentStatus::Refunded).await;
    let ledger = fixture.ledger().await;
    assert_eq!(
        (ledger.kept_cents(order), ledger.held_cents(order)),
        (0, 0),
        "invariants 10 and 12: nothing is kept or held"
    );
}

/// Pays, and cancels the order while the provider is called for this step.
async fn cancel_during_call(fixture: &Fixture, user: &User, order: &OrderId, step: PaymentStep) {
    let gate = fixture.provider().faults().hold(step);
    let answer = pay(user, order);
    fixture.wait_until_called(step).await;
    fixture.orders().cancel(order).await;
    fixture.wait_until_copied(order, OrderStatus::Cancelled).await;
    drop(gate);
    answer.await.unwrap().assert_refused(400, "order_cancelled");
}

/// Pays until the payment is authorized. Orders does not decide.
async fn pay_until_authorized(fixture: &Fixture, user: &User, order: &OrderId) -> JoinHandle<TestResponse> {
    fixture.orders().set_silent(true);
    let answer = pay(user, order);
    eventually("the payment is authorized", async || {
        fixture.published_names().await == ["payment:authorized"]
    })
    .await;
    answer
}

async fn order_cancelled_before_authorization_is_voided(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    cancel_during_call(&fixture, &ada, &order, PaymentStep::Authorize).await;

    assert_no_money_kept(&fixture, &ada, &order).await;
    assert_eq!(fixture.ledger().await.charges[0].voided, 2000);
    eventually("the refund is published", async || fixture.published_names().await == ["payment:refunded"])
        .await;
}

async fn order_cancelled_before_decision_is_voided(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    let answer = pay_until_authorized(&fixture, &ada, &order).await;
    fixture.orders().cancel(&order).await;

    answer.await.unwrap().assert_refused(400, "order_cancelled");

    fixture.orders().set_silent(false);
    assert_no_money_kept(&fixture, &ada, &order).await;
    assert_eq!(fixture.ledger().await.charges[0].captures, 0, "invariant 12: not captured without winning");
}

async fn order_expired_before_decision_is_voided(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    let answer = pay_until_authorized(&fixture, &ada, &order).await;
    fixture.clock.advance(Duration::from_secs(900));
    fixture.orders().set_silent(false);

    answer.await.unwrap().assert_refused(400, "order_expired");

    assert_no_money_kept(&fixture, &ada, &order).await;
}

async fn order_cancelled_during_capture_is_refunded(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    cancel_during_call(&fixture, &ada, &order, PaymentStep::Capture).await;

    assert_no_money_kept(&fixture, &ada, &order).await;
    let ledger = fixture.ledger().await;
    assert_eq!((ledger.charges[0].captured, ledger.charges[0].refunded), (2000, 2000), "invariant 10");
}

async fn order_cancelled_after_capture_is_refunded(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    ada.pay(&order, "tok_visa").await.succeeded_payment();
    fixture.wait_until_copied(&order, OrderStatus::Complete).await;
    fixture.provider().faults().fail_before_effect(PaymentStep::Refund, 2);
    fixture.provider().faults().lose_response(PaymentStep::Refund, 2);

    fixture.orders().cancel(&order).await;

    assert_no_money_kept(&fixture, &ada, &order).await;
    assert_eq!(fixture.ledger().await.charges[0].refunded, 2000, "invariant 10: refunded once");
}
