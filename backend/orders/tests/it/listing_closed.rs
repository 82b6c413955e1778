//! `listing:closed` and `order:restated`: what tickets must know for the sake of passes.

use ticketing_bus::Effect;
use ticketing_engines::{Engine, on_both};
use ticketing_orders::domain::lifecycle::Cause;
use ticketing_orders::store::{self, ReserveError};

use crate::support::{Shop, deleted, updated};

on_both! {
    #[tokio::test]
    withdrawn_ticket_without_an_order_is_closed_once, ticket_closes_when_its_last_order_is_cancelled,
    sold_ticket_is_never_closed, listing_that_an_earlier_version_left_is_closed,
    completed_order_of_an_earlier_version_is_restated_once, order_after_the_upgrade_is_not_restated;
}

const CLOSED: &str = r#"{"ticketId":"t"}"#;

async fn close_what_was_left(shop: &Shop) -> usize {
    let outbox = shop.core.outbox.clone();
    shop.write(move |tx| store::close_listings(tx, &outbox, 10)).await
}

/// Restates everything; answers the restated orders.
async fn restate(shop: &Shop) -> Vec<String> {
    let (outbox, now) = (shop.core.outbox.clone(), shop.core.clock.now());
    shop.write(move |tx| store::restate(tx, &outbox, "", 10, now).map(drop)).await;
    shop.bodies("order:restated").await
}

async fn withdrawn_ticket_without_an_order_is_closed_once(engine: Engine) {
    let shop = Shop::with(engine, &["t"]).await;
    assert_eq!(shop.hear_deleted(&deleted("t", 1)).await, Effect::Done);
    assert_eq!(shop.hear_deleted(&deleted("t", 1)).await, Effect::Duplicate);
    assert_eq!(close_what_was_left(&shop).await, 0);
    assert_eq!(shop.bodies("listing:closed").await, [CLOSED]);
    assert!(matches!(shop.reserve("user", "t").await, Err(ReserveError::NoTicket)));
}

async fn ticket_closes_when_its_last_order_is_cancelled(engine: Engine) {
    let shop = Shop::with(engine, &["t"]).await;
    let order = shop.reserved("user", "t").await;
    shop.hear_deleted(&deleted("t", 1)).await;
    assert_eq!(close_what_was_left(&shop).await, 0);
    assert!(shop.bodies("listing:closed").await.is_empty());
    shop.advance(&order, Cause::Cancelled).await;
    assert_eq!(shop.bodies("listing:closed").await, [CLOSED]);
    // Tickets withdraws it once more when it hears of the cancellation.
    shop.hear_updated(&updated("t", 2, 1999)).await;
    shop.hear_deleted(&deleted("t", 3)).await;
    assert_eq!(shop.bodies("listing:closed").await, [CLOSED]);
}

async fn sold_ticket_is_never_closed(engine: Engine) {
    let shop = Shop::with(engine, &["t"]).await;
    let order = shop.reserved("user", "t").await;
    for cause in [Cause::PaymentAuthorized, Cause::PaymentCreated] {
        shop.advance(&order, cause).await;
    }
    shop.hear_deleted(&deleted("t", 1)).await;
    assert_eq!(close_what_was_left(&shop).await, 0);
    assert!(shop.bodies("listing:closed").await.is_empty());
    let [completed] = shop.bodies("order:completed").await.try_into().unwrap();
    assert!(completed.contains(r#""userId":"user","ticket":{"id":"t","price":19.99}"#), "{completed}");
}

async fn listing_that_an_earlier_version_left_is_closed(engine: Engine) {
    let shop = Shop::with(engine, &["t"]).await;
    // An earlier version knows no `closed`.
    shop.execute("UPDATE tickets SET deleted = 1, version = 1").await;
    assert_eq!(close_what_was_left(&shop).await, 1);
    assert_eq!(close_what_was_left(&shop).await, 0);
    assert_eq!(shop.bodies("listing:closed").await, [CLOSED]);
}

async fn completed_order_of_an_earlier_version_is_restated_once(engine: Engine) {
    let shop = Shop::with(engine, &["t", "u"]).await;
    let order = shop.reserved("user", "t").await;
    shop.reserved("user", "u").await;
    assert!(restate(&shop).await.is_empty());
    for cause in [Cause::PaymentAuthorized, Cause::PaymentCreated] {
        shop.advance(&order, cause).await;
    }
    // It was made before the end of the upgrade, so an earlier tickets may have heard of it.
    let restated = restate(&shop).await;
    assert!(restated.len() == 1 && restated[0].contains(r#""userId":"user""#), "{restated:?}");
    assert_eq!(restate(&shop).await.len(), 1);
}

async fn order_after_the_upgrade_is_not_restated(engine: Engine) {
    let shop = Shop::with(engine, &["t"]).await;
    restate(&shop).await;
    shop.core.clock.advance(std::time::Duration::from_secs(24 * 60 * 60 + 1));
    let order = shop.reserved("user", "t").await;
    for cause in [Cause::PaymentAuthorized, Cause::PaymentCreated] {
        shop.advance(&order, cause).await;
    }
    assert!(restate(&shop).await.is_empty());
}
