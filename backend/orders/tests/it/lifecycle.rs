//! The transitions of an order: each compares the version, appends its event in the same transaction, and happens once.

use futures_util::future::join_all;
use ticketing_bus::ApplyOutcome;
use ticketing_engines::{DbEngine, on_both};
use ticketing_orders::DEFAULT_TTL;
use ticketing_orders::domain::lifecycle::Cause;
use ticketing_orders::store::{self, CancelError};
use ticketing_sdk::{OrderId, OrderStatus, UserId};

use crate::support::{Fixture, ONE_MILLISECOND};

on_both! {
    #[tokio::test]
    purchase_takes_three_versions_and_three_events, order_expires_at_its_deadline,
    refused_payment_releases_the_ticket, buyer_cancels_own_order_that_is_not_being_paid,
    event_of_an_unknown_order_changes_nothing;
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    one_of_many_concurrent_events_changes_the_order;
}

async fn cancel(shop: &Fixture, id: &OrderId, user: &str) -> Result<(), CancelError> {
    let (id, user, outbox) = (id.clone(), UserId::new(user), shop.core.outbox.clone());
    let now = shop.core.clock.now();
    shop.core.db.write(move |tx| store::cancel(tx, &outbox, &id, &user, now)).await
}

async fn purchase_takes_three_versions_and_three_events(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let order = shop.reserve_order("user", "t").await;
    assert_eq!(shop.advance(&order, Cause::PaymentAuthorized).await, ApplyOutcome::Done);
    assert_eq!(shop.status(&order).await, (OrderStatus::AwaitingPayment, 1));
    assert_eq!(shop.advance(&order, Cause::PaymentCreated).await, ApplyOutcome::Done);
    assert_eq!(shop.status(&order).await, (OrderStatus::Complete, 2));
    let expected = [
        format!("order:created {order} 0"),
        format!("order:confirmed {order} 1"),
        format!("order:completed {order} 2"),
    ];
    assert_eq!(shop.published_events().await, expected);
    for cause in [Cause::Cancelled, Cause::Expired, Cause::PaymentFailed, Cause::PaymentCreated] {
        assert_eq!(shop.advance(&order, cause).await, ApplyOutcome::Done);
        assert_eq!(shop.status(&order).await, (OrderStatus::Complete, 2), "{cause:?}");
    }
    assert_eq!(shop.published_events().await.len(), 3, "an event without a change publishes nothing");
}

async fn one_of_many_concurrent_events_changes_the_order(engine: DbEngine) {
    for round in 0..20 {
        let shop = Fixture::with(engine, &["t"]).await;
        let order = shop.reserve_order("user", "t").await;
        shop.core.clock.advance(DEFAULT_TTL - ONE_MILLISECOND);
        let causes = [Cause::Cancelled, Cause::PaymentAuthorized, Cause::Cancelled, Cause::PaymentAuthorized];
        let moves = (0..8).map(|number: usize| {
            let (shop, order) = (&shop, &order);
            async move {
                if number == round % 8 {
                    shop.core.clock.advance(ONE_MILLISECOND);
                }
                shop.advance(order, causes[(number + round) % 4]).await
            }
        });
        assert!(join_all(moves).await.iter().all(|moved| *moved == ApplyOutcome::Done));
        let (status, version) = shop.status(&order).await;
        assert!(version == 1 || (version, status) == (2, OrderStatus::Cancelled), "{status:?} at {version}");
        let versions: Vec<String> =
            shop.published_events().await.iter().map(|event| event[event.len() - 1..].to_owned()).collect();
        let expected: Vec<String> = (0..=version).map(|version| version.to_string()).collect();
        assert_eq!(versions, expected);
    }
}

async fn order_expires_at_its_deadline(engine: DbEngine) {
    let shop = Fixture::with(engine, &["a", "b"]).await;
    let (late, quick) = (shop.reserve_order("user", "a").await, shop.reserve_order("user", "b").await);
    shop.core.clock.advance(DEFAULT_TTL - ONE_MILLISECOND);
    assert_eq!(shop.advance(&late, Cause::Expired).await, ApplyOutcome::NotDue);
    assert_eq!(shop.status(&late).await, (OrderStatus::Created, 0));
    assert_eq!(shop.advance(&quick, Cause::PaymentAuthorized).await, ApplyOutcome::Done);
    shop.core.clock.advance(ONE_MILLISECOND);
    assert_eq!(shop.advance(&late, Cause::PaymentAuthorized).await, ApplyOutcome::Done);
    assert_eq!(shop.status(&late).await, (OrderStatus::Cancelled, 1), "late authorization cancels the order");
    assert_eq!(shop.advance(&quick, Cause::Expired).await, ApplyOutcome::Done);
    assert_eq!(
        shop.status(&quick).await,
        (OrderStatus::AwaitingPayment, 1),
        "an order that is being paid does not expire"
    );
}

async fn refused_payment_releases_the_ticket(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let order = shop.reserve_order("user", "t").await;
    assert_eq!(shop.advance(&order, Cause::PaymentFailed).await, ApplyOutcome::Done);
    assert_eq!(shop.status(&order).await, (OrderStatus::Created, 0), "there was no payment to fail");
    shop.advance(&order, Cause::PaymentAuthorized).await;
    shop.advance(&order, Cause::PaymentFailed).await;
    assert_eq!(shop.status(&order).await, (OrderStatus::Cancelled, 2));
    shop.reserve_order("other", "t").await;
}

async fn buyer_cancels_own_order_that_is_not_being_paid(engine: DbEngine) {
    let shop = Fixture::with(engine, &["a", "b"]).await;
    let (order, paid) = (shop.reserve_order("user", "a").await, shop.reserve_order("user", "b").await);
    assert!(matches!(cancel(&shop, &OrderId::new("nothing"), "user").await, Err(CancelError::NotFound)));
    assert!(matches!(cancel(&shop, &order, "other").await, Err(CancelError::NotOwner)));
    for _ in 0..3 {
        cancel(&shop, &order, "user").await.unwrap();
        assert_eq!(shop.status(&order).await, (OrderStatus::Cancelled, 1));
    }
    shop.advance(&paid, Cause::PaymentAuthorized).await;
    let refused = cancel(&shop, &paid, "user").await;
    assert!(matches!(refused, Err(CancelError::TooLate(OrderStatus::AwaitingPayment))));
    shop.advance(&paid, Cause::PaymentCreated).await;
    assert!(matches!(cancel(&shop, &paid, "user").await, Err(CancelError::TooLate(OrderStatus::Complete))));
}

async fn event_of_an_unknown_order_changes_nothing(engine: DbEngine) {
    let shop = Fixture::with(engine, &[]).await;
    for cause in [Cause::Expired, Cause::PaymentAuthorized, Cause::PaymentCreated, Cause::PaymentFailed] {
        assert_eq!(shop.advance(&OrderId::new("nothing"), cause).await, ApplyOutcome::Duplicate);
    }
    assert!(shop.published_events().await.is_empty());
}
