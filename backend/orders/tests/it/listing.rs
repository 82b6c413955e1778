//! A user's own orders, by state and page.

use ticketing_engines::{DbEngine, on_both};
use ticketing_orders::domain::lifecycle::Cause;
use ticketing_orders::store;
use ticketing_sdk::{OrderId, OrderStatus, UserId};

use crate::support::Fixture;

on_both! {
    #[tokio::test]
    orders_are_listed_by_owner_state_and_age;
}

async fn list(
    shop: &Fixture,
    user: &str,
    statuses: &[OrderStatus],
    after: Option<&OrderId>,
    limit: u32,
) -> Vec<OrderId> {
    let (user, statuses) = (UserId::new(user), statuses.to_vec());
    let after = after.map(|id| id.as_str().to_owned());
    let orders = shop.write(move |tx| store::list(tx, &user, &statuses, after.as_deref(), limit)).await;
    orders.into_iter().map(|order| order.id).collect()
}

async fn orders_are_listed_by_owner_state_and_age(engine: DbEngine) {
    let shop = Fixture::with(engine, &["a", "b", "c", "d", "e"]).await;
    let mut own = Vec::new();
    for ticket in ["a", "b", "c", "d"] {
        own.push(shop.reserve_order("user", ticket).await);
    }
    let others = shop.reserve_order("other", "e").await;
    shop.advance(&own[1], Cause::Cancelled).await;
    shop.advance(&own[2], Cause::PaymentAuthorized).await;

    assert_eq!(list(&shop, "user", &[], None, 100).await, own, "the newest is last");
    assert_eq!(list(&shop, "other", &[], None, 100).await, [others]);
    assert!(list(&shop, "nobody", &[], None, 100).await.is_empty());
    assert_eq!(list(&shop, "user", &[OrderStatus::Cancelled], None, 100).await, own[1..2]);
    let waiting = [OrderStatus::AwaitingPayment, OrderStatus::Created];
    assert_eq!(list(&shop, "user", &waiting, None, 100).await, [&own[..1], &own[2..]].concat());
    assert_eq!(list(&shop, "user", &[], None, 2).await, own[..2]);
    assert_eq!(list(&shop, "user", &[], Some(&own[1]), 2).await, own[2..]);
    assert!(list(&shop, "user", &[], Some(&own[3]), 2).await.is_empty());
}
