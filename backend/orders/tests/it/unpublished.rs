//! `listing:closed` and `order:restated`: published once, with the change that makes them true or after an upgrade.

use ticketing_bus::ApplyOutcome;
use ticketing_engines::{Engine, on_both};
use ticketing_orders::domain::lifecycle::Cause;
use ticketing_orders::store::{self, ReserveError};
use ticketing_sdk::OrderId;

use crate::support::{Fixture, ticket_deleted, ticket_updated};

on_both! {
    #[tokio::test]
    listing_without_an_order_closes_when_it_is_withdrawn, listing_with_an_order_closes_when_the_order_is_cancelled,
    sold_listing_never_closes, relisted_withdrawal_closes_nothing_again,
    orders_completed_before_the_upgrade_are_restated_once, tickets_withdrawn_by_an_older_replica_are_closed;
}

async fn read_closed_listings(shop: &Fixture) -> Vec<String> {
    shop.bodies("listing:closed").await
}

/// Publishes what is missing until nothing is, one row of each kind at a time.
async fn publish_missing(shop: &Fixture) -> usize {
    let mut found = 0;
    loop {
        let outbox = shop.core.outbox.clone();
        match shop.write(move |tx| store::publish_missing(tx, &outbox, 1)).await {
            0 => return found,
            more => found += more,
        }
    }
}

async fn listing_without_an_order_closes_when_it_is_withdrawn(engine: Engine) {
    let shop = Fixture::with(engine, &["t", "other"]).await;
    assert_eq!(read_closed_listings(&shop).await, [""; 0]);
    assert_eq!(shop.apply_deleted(&ticket_deleted("t", 1)).await, ApplyOutcome::Done);
    assert_eq!(read_closed_listings(&shop).await, [r#"{"ticketId":"t"}"#]);
    assert_eq!(shop.apply_deleted(&ticket_deleted("t", 1)).await, ApplyOutcome::Duplicate);
    assert_eq!(read_closed_listings(&shop).await.len(), 1, "a redelivery publishes nothing");
    assert!(matches!(shop.reserve("user", "t").await, Err(ReserveError::NoTicket)));
    assert_eq!(publish_missing(&shop).await, 0);
}

async fn listing_with_an_order_closes_when_the_order_is_cancelled(engine: Engine) {
    for causes in [&[Cause::Cancelled][..], &[Cause::PaymentAuthorized, Cause::PaymentFailed]] {
        let shop = Fixture::with(engine, &["t"]).await;
        let order = shop.reserve_order("user", "t").await;
        assert_eq!(shop.apply_deleted(&ticket_deleted("t", 1)).await, ApplyOutcome::Done);
        for cause in causes {
            assert_eq!(
                read_closed_listings(&shop).await,
                [""; 0],
                "the order may still be paid, before {cause:?}"
            );
            shop.advance(&order, *cause).await;
        }
        assert_eq!(read_closed_listings(&shop).await, [r#"{"ticketId":"t"}"#]);
        let names = shop.published_events().await;
        let cancelled = names.iter().position(|name| name.starts_with("order:cancelled")).unwrap();
        let closed = names.iter().position(|name| name.starts_with("listing:closed")).unwrap();
        assert!(cancelled < closed, "{names:?}");
    }
}

async fn sold_listing_never_closes(engine: Engine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let order = shop.reserve_order("user", "t").await;
    assert_eq!(shop.apply_deleted(&ticket_deleted("t", 1)).await, ApplyOutcome::Done);
    shop.advance(&order, Cause::PaymentAuthorized).await;
    shop.advance(&order, Cause::PaymentCreated).await;
    assert_eq!(publish_missing(&shop).await, 0);
    assert_eq!(read_closed_listings(&shop).await, [""; 0]);
}

async fn relisted_withdrawal_closes_nothing_again(engine: Engine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let order = shop.reserve_order("user", "t").await;
    shop.apply_deleted(&ticket_deleted("t", 1)).await;
    let mut held = ticket_updated("t", 2, 1999);
    held.order_id = Some(order.clone());
    assert_eq!(shop.apply_updated(&held).await, ApplyOutcome::Done);
    shop.advance(&order, Cause::Cancelled).await;
    assert_eq!(shop.apply_deleted(&ticket_deleted("t", 3)).await, ApplyOutcome::Done);
    assert_eq!(read_closed_listings(&shop).await.len(), 1);
}

async fn orders_completed_before_the_upgrade_are_restated_once(engine: Engine) {
    let shop = Fixture::with(engine, &[]).await;
    for (id, status) in [("a", "complete"), ("b", "cancelled"), ("c", "complete"), ("d", "created")] {
        shop.execute(&format!(
            "INSERT INTO orders (id, user_id, ticket_id, ticket_title, ticket_price, ticket_version, status, \
             expires_at, version, created_at) \
             VALUES ('{id}', 'u{id}', 't{id}', 'Jazz', 1999, 3, '{status}', 5, 2, 1)"
        ))
        .await;
    }
    assert_eq!(publish_missing(&shop).await, 2);
    let restated = |id: &str| {
        format!(
            r#"{{"id":"{id}","userId":"u{id}","ticket":{{"id":"t{id}","price":19.99,"title":"Jazz","version":3,"details":{{}}}}}}"#
        )
    };
    assert_eq!(shop.bodies("order:restated").await, [restated("a"), restated("c")]);
    shop.advance(&OrderId::new("d"), Cause::PaymentAuthorized).await;
    shop.advance(&OrderId::new("d"), Cause::PaymentCreated).await;
    assert_eq!(publish_missing(&shop).await, 0, "an order that completes now states its buyer");
    // A replica of the older version completes an order beside this one.
    shop.execute("UPDATE orders SET status = 'complete', buyer_stated = 0 WHERE id = 'b'").await;
    assert_eq!(publish_missing(&shop).await, 1);
}

async fn tickets_withdrawn_by_an_older_replica_are_closed(engine: Engine) {
    let shop = Fixture::with(engine, &["held", "t"]).await;
    let order = shop.reserve_order("user", "held").await;
    // The older version does not know the column.
    shop.execute("UPDATE tickets SET deleted = 1, version = 1").await;
    assert_eq!(publish_missing(&shop).await, 1);
    assert_eq!(read_closed_listings(&shop).await, [r#"{"ticketId":"t"}"#]);
    // It cancels the order, too.
    shop.execute("UPDATE orders SET status = 'cancelled', version = 1").await;
    assert_eq!((publish_missing(&shop).await, publish_missing(&shop).await), (1, 0));
    assert_eq!(read_closed_listings(&shop).await.len(), 2, "{order}");
}
