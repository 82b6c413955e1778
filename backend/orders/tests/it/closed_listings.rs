//! `listing:closed`: published once, with the change that closes the listing.

use ticketing_bus::ApplyOutcome;
use ticketing_engines::{DbEngine, on_both};
use ticketing_orders::domain::lifecycle::Cause;
use ticketing_orders::store::ReserveError;

use crate::support::{Fixture, ticket_deleted, ticket_updated};

on_both! {
    #[tokio::test]
    listing_without_an_order_closes_when_it_is_withdrawn, listing_with_an_order_closes_when_the_order_is_cancelled,
    sold_listing_never_closes, relisted_withdrawal_closes_nothing_again;
}

async fn read_closed_listings(shop: &Fixture) -> Vec<String> {
    shop.bodies("listing:closed").await
}

async fn listing_without_an_order_closes_when_it_is_withdrawn(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t", "other"]).await;
    assert_eq!(read_closed_listings(&shop).await, [""; 0]);
    assert_eq!(shop.apply_deleted(&ticket_deleted("t", 1)).await, ApplyOutcome::Done);
    assert_eq!(read_closed_listings(&shop).await, [r#"{"ticketId":"t"}"#]);
    assert_eq!(shop.apply_deleted(&ticket_deleted("t", 1)).await, ApplyOutcome::Duplicate);
    assert_eq!(read_closed_listings(&shop).await.len(), 1, "a redelivery publishes nothing");
    assert!(matches!(shop.reserve("user", "t").await, Err(ReserveError::NoTicket)));
}

async fn listing_with_an_order_closes_when_the_order_is_cancelled(engine: DbEngine) {
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

async fn sold_listing_never_closes(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let order = shop.reserve_order("user", "t").await;
    assert_eq!(shop.apply_deleted(&ticket_deleted("t", 1)).await, ApplyOutcome::Done);
    shop.advance(&order, Cause::PaymentAuthorized).await;
    shop.advance(&order, Cause::PaymentCreated).await;
    assert_eq!(read_closed_listings(&shop).await, [""; 0]);
}

async fn relisted_withdrawal_closes_nothing_again(engine: DbEngine) {
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
