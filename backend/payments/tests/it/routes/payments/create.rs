//! `POST /api/payments`: what is paid, declined and refused.

use futures_util::future::join_all;
use ticketing_engines::{Engine, on_both};
use ticketing_payments::provider::Call;
use ticketing_sdk::{OrderId, OrderStatus, PaymentStatus};

use crate::house::{House, eventually};

on_both! {
    #[tokio::test]
    an_order_just_made_is_paid_to_the_cent, a_declined_card_leaves_the_order_payable,
    a_capture_that_is_refused_for_good_cancels_the_order, what_cannot_be_paid_is_refused_by_its_reason,
    a_hundred_requests_at_once_take_the_money_once, another_card_is_refused_while_one_is_being_charged;
}

async fn an_order_just_made_is_paid_to_the_cent(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "19.99").await;

    let payment = ada.pay(&order, "tok_visa").await.paid();

    assert_eq!(payment.order_id.as_ref(), Some(&order));
    assert_eq!(payment.amount.unwrap().cents(), 1999);
    assert_eq!(payment.currency.as_deref(), Some("usd"));
    assert_eq!(payment.created_at, Some(house.clock.now()));
    let ledger = house.ledger().await;
    let charge = &ledger.charges[0];
    assert_eq!(payment.stripe_id.as_deref(), Some(charge.id.as_str()));
    assert!(charge.id.starts_with("pi_sim_"));
    assert_eq!(
        (charge.authorized, charge.captured, charge.currency.as_str()),
        (1999, 1999, "usd"),
        "invariant 10"
    );
    assert_eq!((ledger.charges.len(), ledger.captures(&order)), (1, 1), "invariant 10: one capture");
    eventually("the order is complete", async || {
        house.orders().status(&order).await == OrderStatus::Complete
    })
    .await;
    assert_eq!(
        house.said().await,
        ["payment:authorized", "payment:created"],
        "invariant 12: authorise, win, capture"
    );
    house.copied(&order, OrderStatus::Complete).await;
    ada.pay(&order, "tok_visa").await.refused(400, "order_paid");
    ada.pay(&order, "tok_amex").await.refused(400, "order_paid");
}

async fn a_declined_card_leaves_the_order_payable(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;

    for (token, message) in [
        ("tok_chargeDeclined", "Your card was declined."),
        ("tok_chargeDeclinedInsufficientFunds", "Your card has insufficient funds."),
        ("pm_nothing", "No such token: pm_nothing"),
    ] {
        assert_eq!(ada.pay(&order, token).await.refused(400, "card_declined"), message);
    }
    assert_eq!(house.orders().status(&order).await, OrderStatus::Created);
    assert!(house.ledger().await.charges.is_empty());
    assert!(house.said().await.is_empty(), "nobody is told of a declined card");

    ada.pay(&order, "tok_mastercard").await.paid();
    let statuses: Vec<_> = house.payments(&ada).await.iter().map(|payment| payment.status).collect();
    assert_eq!(statuses[..3], [PaymentStatus::Failed; 3]);
    assert_eq!(house.ledger().await.kept(&order), 2000, "invariant 10");
}

async fn a_capture_that_is_refused_for_good_cancels_the_order(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;

    let message = ada.pay(&order, "tok_chargeCustomerFail").await.refused(400, "card_declined");

    assert_eq!(message, "Your card was declined.");
    house.copied(&order, OrderStatus::Cancelled).await;
    house.settled(&ada, PaymentStatus::Failed).await;
    assert_eq!(house.said().await, ["payment:authorized", "payment:failed"]);
    let ledger = house.ledger().await;
    assert_eq!((ledger.kept(&order), ledger.held(&order)), (0, 0), "invariant 10");
    ada.pay(&order, "tok_visa").await.refused(400, "order_cancelled");
}

async fn what_cannot_be_paid_is_refused_by_its_reason(engine: Engine) {
    let house = House::on(engine).await;
    let (ada, eve) = (house.user("ada"), house.user("eve"));
    let (cancelled, expired) = (house.order(&ada, "20").await, house.order(&ada, "20").await);
    house.orders().cancel(&cancelled).await;
    house.copied(&cancelled, OrderStatus::Cancelled).await;

    ada.pay(&cancelled, "tok_visa").await.refused(400, "order_cancelled");
    eve.pay(&expired, "tok_visa").await.refused(401, "not_owner");
    ada.signed_out().pay(&expired, "tok_visa").await.refused(401, "not_signed_in");
    house.clock.advance(std::time::Duration::from_secs(900));
    ada.pay(&expired, "tok_visa").await.refused(400, "order_expired");
    for unknown in ["5f8d0d55b54764421b7156d9", "x", "../orders", "019a0000-0000-7000-8000-000000000000"] {
        ada.pay(&OrderId::new(unknown), "tok_visa").await.refused(404, "not_found");
    }
    assert!(house.payments(&ada).await.is_empty(), "nothing was begun");
    assert_eq!(house.provider().faults().seen(Call::Authorize), 0, "nothing was asked");
}

async fn a_hundred_requests_at_once_take_the_money_once(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "19.99").await;

    let answers = join_all((0..100).map(|_| ada.pay(&order, "tok_visa"))).await;

    let paid: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert!(!paid.is_empty());
    assert!(paid.iter().all(|answer| answer.paid().id == paid[0].paid().id), "all follow one payment");
    for other in answers.iter().filter(|answer| answer.status != 201) {
        other.refused(400, "order_paid");
    }
    let ledger = house.ledger().await;
    assert_eq!((ledger.captures(&order), ledger.kept(&order)), (1, 1999), "invariant 10: one capture");
    assert_eq!(ledger.charges.len(), 1, "invariant 10: one authorisation");
}

async fn another_card_is_refused_while_one_is_being_charged(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;
    let gate = house.provider().faults().hold(Call::Authorize);
    let first = tokio::spawn({
        let (ada, order) = (ada.clone(), order.clone());
        async move { ada.pay(&order, "tok_visa").await }
    });
    eventually("the provider is asked", async || house.provider().faults().seen(Call::Authorize) == 1).await;

    ada.pay(&order, "tok_amex").await.refused(400, "payment_in_progress");

    drop(gate);
    first.await.unwrap().paid();
    assert_eq!(house.ledger().await.captures(&order), 1, "invariant 10");
}
