//! The terms of an order: the price that the buyer was shown, the pause after a reservation was given up, the open
//! orders.

use std::time::Duration;

use ticketing_engines::{DbEngine, on_both};
use ticketing_orders::DEFAULT_TTL;
use ticketing_orders::domain::lifecycle::Cause;
use ticketing_orders::store::{self, ReserveError};
use ticketing_platform::args;
use ticketing_sdk::{Money, Order, OrderId, UserId};

use crate::support::{Fixture, reserve_with, ticket_deleted, ticket_updated};

on_both! {
    #[tokio::test]
    order_at_another_than_the_given_price_is_refused,
    buyer_waits_after_an_unpaid_reservation,
    pause_grows_with_each_unpaid_reservation_up_to_ten,
    reservation_with_a_failed_payment_causes_no_pause,
    count_of_open_orders_is_never_negative;
}

const PAUSE: Duration = Duration::from_secs(60);

async fn reserve_at_price(shop: &Fixture, user: &str, cents: i64) -> Result<Order, ReserveError> {
    let price = Money::from_cents(cents).unwrap();
    reserve_with(&shop.core, user, "t", |new| new.price = Some(price)).await
}

async fn reserve_with_pause(shop: &Fixture, user: &str) -> Result<OrderId, ReserveError> {
    reserve_with(&shop.core, user, "t", |new| new.reorder_pause = PAUSE).await.map(|order| order.id)
}

async fn cancel(shop: &Fixture, user: &str, order: &OrderId) {
    let (outbox, order, now) = (shop.core.outbox.clone(), order.clone(), shop.core.clock.now());
    let user = UserId::new(user);
    let cancelled = shop.core.db.write(move |tx| store::cancel(tx, &outbox, &order, &user, now));
    cancelled.await.unwrap();
}

async fn order_at_another_than_the_given_price_is_refused(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    for wrong in [1, 1998, 2000] {
        let Err(ReserveError::PriceChanged(price)) = reserve_at_price(&shop, "ada", wrong).await else {
            panic!("an order at {wrong} cents was made");
        };
        assert_eq!(price.cents(), 1999);
    }
    shop.apply_updated(&ticket_updated("t", 1, 2550)).await;
    assert!(matches!(reserve_at_price(&shop, "ada", 1999).await, Err(ReserveError::PriceChanged(_))));
    assert_eq!(reserve_at_price(&shop, "ada", 2550).await.unwrap().ticket.price.cents(), 2550);
    assert!(matches!(reserve_at_price(&shop, "bob", 2550).await, Err(ReserveError::Reserved)));
    shop.apply_deleted(&ticket_deleted("t", 2)).await;
    // Withdrawn while an order holds it: reserved; withdrawn and free: gone.
    assert!(matches!(reserve_at_price(&shop, "bob", 1).await, Err(ReserveError::Reserved)));
    shop.advance(&shop.holder("t").await, Cause::Cancelled).await;
    assert!(matches!(reserve_at_price(&shop, "bob", 1).await, Err(ReserveError::NoTicket)));
    let nothing =
        reserve_with(&shop.core, "bob", "nothing", |new| new.price = Money::from_cents(1).ok()).await;
    assert!(matches!(nothing, Err(ReserveError::UnknownTicket)));
}

async fn buyer_waits_after_an_unpaid_reservation(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let first = reserve_with_pause(&shop, "ada").await.unwrap();
    cancel(&shop, "ada", &first).await;
    let Err(ReserveError::ReorderTooSoon(wait)) = reserve_with_pause(&shop, "ada").await else {
        panic!("no pause")
    };
    assert_eq!(wait, PAUSE);
    shop.core.clock.advance(Duration::from_secs(20));
    // Another buyer reserves the ticket first, so the refusal is `Reserved`.
    let rival = reserve_with_pause(&shop, "bob").await.unwrap();
    assert!(matches!(reserve_with_pause(&shop, "ada").await, Err(ReserveError::Reserved)));
    cancel(&shop, "bob", &rival).await;
    let Err(ReserveError::ReorderTooSoon(wait)) = reserve_with_pause(&shop, "ada").await else {
        panic!("no pause")
    };
    assert_eq!(wait, Duration::from_secs(40));
    shop.core.clock.advance(Duration::from_secs(40));
    reserve_with_pause(&shop, "ada").await.unwrap();
    // Where no pause is set there is none.
    shop.advance(&shop.holder("t").await, Cause::Cancelled).await;
    shop.reserve("ada", "t").await.unwrap();
}

async fn pause_grows_with_each_unpaid_reservation_up_to_ten(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    for times in 1..=12_u32 {
        let order = reserve_with_pause(&shop, "ada").await.unwrap();
        if times.is_multiple_of(2) {
            cancel(&shop, "ada", &order).await;
        } else {
            shop.core.clock.advance(DEFAULT_TTL);
            shop.advance(&order, Cause::Expired).await;
        }
        let Err(ReserveError::ReorderTooSoon(wait)) = reserve_with_pause(&shop, "ada").await else {
            panic!("no pause")
        };
        assert_eq!(wait, PAUSE * times.min(10));
        shop.core.clock.advance(wait);
    }
    let day = Duration::from_secs(24 * 60 * 60);
    let now = shop.core.clock.now() + day;
    assert_eq!(shop.write(move |tx| store::prune(tx, now)).await, 1, "a day later it is forgotten");
}

async fn reservation_with_a_failed_payment_causes_no_pause(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let order = reserve_with_pause(&shop, "ada").await.unwrap();
    for cause in [Cause::PaymentAuthorized, Cause::PaymentFailed] {
        shop.advance(&order, cause).await;
    }
    reserve_with_pause(&shop, "ada").await.unwrap();
}

async fn count_of_open_orders_is_never_negative(engine: DbEngine) {
    let shop = Fixture::with(engine, &["a", "b"]).await;
    for (ticket, causes) in
        [("a", &[Cause::Cancelled][..]), ("b", &[Cause::PaymentAuthorized, Cause::PaymentFailed])]
    {
        let order = shop.reserve_order("ada", ticket).await;
        shop.execute("UPDATE open_orders SET orders = 0").await;
        for cause in causes {
            shop.advance(&order, *cause).await;
        }
    }
    let negative = "SELECT COUNT(*) AS n FROM open_orders WHERE orders < 0";
    assert_eq!(shop.write(|tx| tx.query_one(negative, args![], |row| row.int("n"))).await, 0);
}
