//! Reservations: the unique index decides, for any number of concurrent requests and connections.

use futures_util::future::join_all;
use ticketing_bus::ApplyOutcome;
use ticketing_engines::{DbEngine, on_both};
use ticketing_orders::domain::lifecycle::Cause;
use ticketing_orders::store::ReserveError;
use ticketing_platform::db::DbError;
use ticketing_sdk::{Money, OrderStatus};

use crate::support::{Fixture, reserve, reserve_within, ticket_deleted, ticket_updated};

on_both! {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    one_of_many_concurrent_buyers_gets_the_ticket, concurrent_orders_do_not_exceed_the_limit;
    #[tokio::test]
    unique_index_decides_between_concurrent_writers, ticket_can_be_ordered_after_its_order_was_cancelled,
    order_copies_the_known_ticket, unknown_or_withdrawn_ticket_cannot_be_ordered;
}

async fn one_of_many_concurrent_buyers_gets_the_ticket(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let replica = shop.replica();
    let tries = (0..60).map(|number| {
        let core = if number % 2 == 0 { &shop.core } else { &replica };
        async move { reserve(core, &format!("user{number}"), "t").await }
    });
    let outcomes = join_all(tries).await;
    let won: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(won.len(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(ReserveError::Reserved))));
    assert_eq!(shop.order(&won[0].id).await, *won[0]);
    assert_eq!(
        shop.published_events().await,
        [format!("order:created {} 0", won[0].id)],
        "only the winner is published"
    );
}

async fn unique_index_decides_between_concurrent_writers(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let order = shop.reserve_order("user", "t").await;
    let around = shop.core.db.write(|tx| {
        tx.execute(
            "INSERT INTO orders (id, user_id, ticket_id, ticket_title, ticket_price, ticket_version, \
             ticket_details, status, expires_at, version, created_at) SELECT 'other', user_id, ticket_id, ticket_title, \
             ticket_price, ticket_version, ticket_details, status, expires_at, version, created_at FROM orders",
            &[],
        )
    });
    let Err(DbError::Unique { constraint }) = around.await else { panic!("a second order was let in") };
    assert_eq!(constraint, "orders_ticket_id");
    for (cause, status) in [
        (Cause::PaymentAuthorized, OrderStatus::AwaitingPayment),
        (Cause::PaymentCreated, OrderStatus::Complete),
    ] {
        shop.advance(&order, cause).await;
        assert_eq!(shop.status(&order).await.0, status);
        assert!(matches!(shop.reserve("other", "t").await, Err(ReserveError::Reserved)));
    }
}

async fn ticket_can_be_ordered_after_its_order_was_cancelled(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    for round in 0..5 {
        let order = shop.reserve_order(&format!("user{round}"), "t").await;
        assert_eq!(shop.advance(&order, Cause::Cancelled).await, ApplyOutcome::Done);
    }
    assert_eq!(shop.published_events().await.len(), 10);
}

async fn order_copies_the_known_ticket(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    assert_eq!(shop.apply_updated(&ticket_updated("t", 1, 2550)).await, ApplyOutcome::Done);
    let order = shop.reserve("user", "t").await.unwrap();
    assert_eq!((order.ticket.price, order.ticket.version), (Money::from_cents(2550).unwrap(), Some(1)));
    assert_eq!((order.status, order.version), (OrderStatus::Created, 0));
    assert_eq!(shop.apply_updated(&ticket_updated("t", 2, 9900)).await, ApplyOutcome::Done);
    assert_eq!(shop.order(&order.id).await, order, "a later price does not change it");
}

async fn unknown_or_withdrawn_ticket_cannot_be_ordered(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    assert!(matches!(shop.reserve("user", "nothing").await, Err(ReserveError::UnknownTicket)));
    assert_eq!(shop.apply_deleted(&ticket_deleted("t", 1)).await, ApplyOutcome::Done);
    assert!(matches!(shop.reserve("user", "t").await, Err(ReserveError::NoTicket)));
    assert_eq!(shop.published_events().await, ["listing:closed t 0"]);
}

async fn concurrent_orders_do_not_exceed_the_limit(engine: DbEngine) {
    let shop = Fixture::with(engine, &["a", "b", "c", "d", "e", "f", "g", "h"]).await;
    let tickets = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let tries = tickets.map(|ticket| reserve_within(&shop.core, "user", ticket, 3));
    let outcomes = join_all(tries).await;
    let orders: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(orders.len(), 3);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(ReserveError::TooManyOpen))));
    let free = |shop: &Fixture| {
        let core = shop.core.clone();
        async move {
            for ticket in tickets {
                match reserve_within(&core, "user", ticket, 3).await {
                    Err(ReserveError::Reserved) => {}
                    other => return other.is_ok(),
                }
            }
            false
        }
    };
    assert!(!free(&shop).await);
    // Neither an order that is being paid nor a new one frees a place; a paid and a cancelled one do.
    shop.advance(&orders[0].id, Cause::PaymentAuthorized).await;
    assert!(!free(&shop).await);
    shop.advance(&orders[0].id, Cause::PaymentCreated).await;
    assert!(free(&shop).await);
    shop.advance(&orders[1].id, Cause::Cancelled).await;
    assert!(free(&shop).await);
    assert!(!free(&shop).await);
}
