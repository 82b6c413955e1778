//! `POST /api/payments`: payments, declines and refusals.

use futures_util::future::join_all;
use ticketing_engines::eventually;
use ticketing_payments::domain::PaymentStep;
use ticketing_sdk::{OrderId, OrderStatus, PaymentStatus};

use crate::fixture::{Cards, Fixture, Setup};
use crate::on_every_setup;

on_every_setup! {
    #[tokio::test]
    new_order_is_paid_exactly, declined_card_leaves_the_order_payable,
    declined_capture_cancels_the_order, unpayable_order_is_refused_with_its_reason,
    hundred_concurrent_requests_capture_once, other_card_is_refused_during_a_payment;
}

async fn new_order_is_paid_exactly(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "19.99").await;

    let payment = ada.pay(&order, "tok_visa").await.succeeded_payment();

    assert_eq!(payment.order_id.as_ref(), Some(&order));
    assert_eq!(payment.amount.unwrap().cents(), 1999);
    assert_eq!(payment.currency.as_deref(), Some("usd"));
    assert_eq!(payment.created_at, Some(fixture.clock.now()));
    let ledger = fixture.ledger().await;
    let charge = &ledger.charges[0];
    assert_eq!(payment.stripe_id.as_deref(), Some(charge.id.as_str()));
    assert!(charge.id.starts_with("pi_"));
    assert_eq!(
        (charge.authorized, charge.captured, charge.currency.as_str()),
        (1999, 1999, "usd"),
        "invariant 10"
    );
    assert_eq!((ledger.charges.len(), ledger.captures(&order)), (1, 1), "invariant 10: one capture");
    eventually("the order is complete", async || {
        fixture.orders().status(&order).await == OrderStatus::Complete
    })
    .await;
    assert_eq!(
        fixture.published_names().await,
        ["payment:authorized", "payment:created"],
        "invariant 12: authorize, win, capture"
    );
    fixture.wait_until_copied(&order, OrderStatus::Complete).await;
    ada.pay(&order, "tok_visa").await.assert_refused(400, "order_paid");
    ada.pay(&order, "tok_amex").await.assert_refused(400, "order_paid");
}

async fn declined_card_leaves_the_order_payable(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;

    let unknown = match setup.cards {
        Cards::Simulated => "No such token: pm_nothing",
        Cards::Stripe => "No such PaymentMethod: 'pm_nothing'",
    };
    for (token, message) in [
        ("tok_chargeDeclined", "Your card was declined."),
        ("tok_chargeDeclinedInsufficientFunds", "Your card has insufficient funds."),
        ("pm_nothing", unknown),
    ] {
        assert_eq!(ada.pay(&order, token).await.assert_refused(400, "card_declined"), message);
    }
    assert_eq!(fixture.orders().status(&order).await, OrderStatus::Created);
    assert!(fixture.ledger().await.charges.is_empty());
    assert!(fixture.published_names().await.is_empty(), "a declined card publishes no event");

    ada.pay(&order, "tok_mastercard").await.succeeded_payment();
    let statuses: Vec<_> = fixture.payments(&ada).await.iter().map(|payment| payment.status).collect();
    assert_eq!(statuses[..3], [PaymentStatus::Failed; 3]);
    assert_eq!(fixture.ledger().await.kept_cents(&order), 2000, "invariant 10");
}

async fn declined_capture_cancels_the_order(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;

    let message = ada.pay(&order, "tok_chargeCustomerFail").await.assert_refused(400, "card_declined");

    assert_eq!(message, "Your card was declined.");
    fixture.wait_until_copied(&order, OrderStatus::Cancelled).await;
    fixture.wait_until_settled(&ada, PaymentStatus::Failed).await;
    assert_eq!(fixture.published_names().await, ["payment:authorized", "payment:failed"]);
    let ledger = fixture.ledger().await;
    assert_eq!((ledger.kept_cents(&order), ledger.held_cents(&order)), (0, 0), "invariant 10");
    ada.pay(&order, "tok_visa").await.assert_refused(400, "order_cancelled");
}

async fn unpayable_order_is_refused_with_its_reason(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let (ada, eve) = (fixture.user("ada"), fixture.user("eve"));
    let (cancelled, expired) = (fixture.order(&ada, "20").await, fixture.order(&ada, "20").await);
    fixture.orders().cancel(&cancelled).await;
    fixture.wait_until_copied(&cancelled, OrderStatus::Cancelled).await;

    ada.pay(&cancelled, "tok_visa").await.assert_refused(400, "order_cancelled");
    eve.pay(&expired, "tok_visa").await.assert_refused(401, "not_owner");
    ada.signed_out().pay(&expired, "tok_visa").await.assert_refused(401, "not_signed_in");
    fixture.clock.advance(std::time::Duration::from_secs(900));
    ada.pay(&expired, "tok_visa").await.assert_refused(400, "order_expired");
    for unknown in ["5f8d0d55b54764421b7156d9", "x", "../orders", "019a0000-0000-7000-8000-000000000000"] {
        ada.pay(&OrderId::new(unknown), "tok_visa").await.assert_refused(404, "not_found");
    }
    assert!(fixture.payments(&ada).await.is_empty(), "no payment is created");
    assert_eq!(
        fixture.provider().faults().call_count(PaymentStep::Authorize),
        0,
        "the provider is not called"
    );
}

async fn hundred_concurrent_requests_capture_once(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "19.99").await;

    let answers = join_all((0..100).map(|_| ada.pay(&order, "tok_visa"))).await;

    let paid: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert!(!paid.is_empty());
    assert!(
        paid.iter().all(|answer| answer.succeeded_payment().id == paid[0].succeeded_payment().id),
        "all follow one payment"
    );
    for other in answers.iter().filter(|answer| answer.status != 201) {
        other.assert_refused(400, "order_paid");
    }
    let ledger = fixture.ledger().await;
    assert_eq!((ledger.captures(&order), ledger.kept_cents(&order)), (1, 1999), "invariant 10: one capture");
    assert_eq!(ledger.charges.len(), 1, "invariant 10: one authorization");
}

async fn other_card_is_refused_during_a_payment(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    let gate = fixture.provider().faults().hold(PaymentStep::Authorize);
    let first = tokio::spawn({
        let (ada, order) = (ada.clone(), order.clone());
        async move { ada.pay(&order, "tok_visa").await }
    });
    fixture.wait_until_called(PaymentStep::Authorize).await;

    ada.pay(&order, "tok_amex").await.assert_refused(400, "payment_in_progress");

    drop(gate);
    first.await.unwrap().succeeded_payment();
    assert_eq!(fixture.ledger().await.captures(&order), 1, "invariant 10");
}
