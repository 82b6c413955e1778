//! `POST /api/payments`: the order is lost while the card is being charged, and nothing is kept.

use std::time::Duration;

use ticketing_engines::{Engine, on_both};
use ticketing_payments::provider::Call;
use ticketing_sdk::{OrderId, OrderStatus, PaymentStatus};
use tokio::task::JoinHandle;

use crate::house::{Answer, House, User, eventually};

on_both! {
    #[tokio::test]
    cancelled_before_the_card_is_authorised, cancelled_before_orders_decides,
    expired_before_orders_decides, cancelled_while_the_money_is_being_taken, cancelled_after_it_was_paid;
}

fn pay(user: &User, order: &OrderId) -> JoinHandle<Answer> {
    let (user, order) = (user.clone(), order.clone());
    tokio::spawn(async move { user.pay(&order, "tok_visa").await })
}

async fn nothing_is_kept(house: &House, user: &User, order: &OrderId) {
    house.settled(user, PaymentStatus::Refunded).await;
    let ledger = house.ledger().await;
    assert_eq!(
        (ledger.kept(order), ledger.held(order)),
        (0, 0),
        "invariants 10 and 12: nothing is kept or held"
    );
}

async fn cancelled_before_the_card_is_authorised(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;
    let gate = house.provider().faults().hold(Call::Authorize);
    let answer = pay(&ada, &order);
    eventually("the provider is asked", async || house.provider().faults().seen(Call::Authorize) == 1).await;
    house.orders().cancel(&order).await;
    house.copied(&order, OrderStatus::Cancelled).await;
    drop(gate);

    answer.await.unwrap().refused(400, "order_cancelled");

    nothing_is_kept(&house, &ada, &order).await;
    assert_eq!(house.ledger().await.charges[0].voided, 2000);
    eventually("the end is told", async || house.said().await == ["payment:refunded"]).await;
}

async fn cancelled_before_orders_decides(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;
    house.orders().silent(true);
    let answer = pay(&ada, &order);
    eventually("it is authorised", async || house.said().await == ["payment:authorized"]).await;
    house.orders().cancel(&order).await;

    answer.await.unwrap().refused(400, "order_cancelled");

    house.orders().silent(false);
    nothing_is_kept(&house, &ada, &order).await;
    assert_eq!(house.ledger().await.charges[0].captures, 0, "invariant 12: not captured without winning");
}

async fn expired_before_orders_decides(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;
    house.orders().silent(true);
    let answer = pay(&ada, &order);
    eventually("it is authorised", async || house.said().await == ["payment:authorized"]).await;
    house.clock.advance(Duration::from_secs(900));
    house.orders().silent(false);

    answer.await.unwrap().refused(400, "order_expired");

    nothing_is_kept(&house, &ada, &order).await;
}

async fn cancelled_while_the_money_is_being_taken(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;
    let gate = house.provider().faults().hold(Call::Capture);
    let answer = pay(&ada, &order);
    eventually("the capture is out", async || house.provider().faults().seen(Call::Capture) == 1).await;
    house.orders().cancel(&order).await;
    house.copied(&order, OrderStatus::Cancelled).await;
    drop(gate);

    answer.await.unwrap().refused(400, "order_cancelled");

    nothing_is_kept(&house, &ada, &order).await;
    let ledger = house.ledger().await;
    assert_eq!((ledger.charges[0].captured, ledger.charges[0].refunded), (2000, 2000), "invariant 10");
}

async fn cancelled_after_it_was_paid(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;
    ada.pay(&order, "tok_visa").await.paid();
    house.copied(&order, OrderStatus::Complete).await;
    house.provider().faults().fail_before(Call::Refund, 2);
    house.provider().faults().lose_reply(Call::Refund, 2);

    house.orders().cancel(&order).await;

    nothing_is_kept(&house, &ada, &order).await;
    assert_eq!(house.ledger().await.charges[0].refunded, 2000, "invariant 10: given back once");
}
