//! The consumers of orders: tickets, payments and deadlines.

use ticketing_bus::ApplyOutcome;
use ticketing_engines::{DbEngine, on_both};
use ticketing_events::{
    Envelope, Event, ExpirationComplete, PaymentAuthorized, PaymentCreated, PaymentFailed, TicketUpdated,
};
use ticketing_orders::DEFAULT_TTL;
use ticketing_orders::domain::lifecycle::Cause;
use ticketing_orders::store::ReserveError;
use ticketing_sdk::{OrderId, OrderStatus, PaymentId};

use crate::support::{Fixture, ONE_MILLISECOND, ticket_deleted, ticket_updated};

on_both! {
    #[tokio::test]
    payment_confirms_and_completes_its_order, failed_payment_cancels_its_order,
    early_expiration_is_redelivered, event_of_an_unknown_order_is_dropped,
    order_survives_withdrawal_of_its_ticket, restored_ticket_takes_no_new_order;
}

async fn apply<E: Event>(shop: &Fixture, event: E) -> ApplyOutcome {
    let envelope = Envelope::encode("event".to_owned(), shop.core.clock.now(), &event).unwrap();
    let consumers = ticketing_orders::consumers(&shop.core);
    let effect = shop.core.db.write(move |tx| consumers.handle(tx, &envelope)).await;
    effect.unwrap().unwrap()
}

/// The three events of payments have the same fields.
macro_rules! of_payment {
    ($event:ident, $order:expr) => {
        $event { id: PaymentId::new("p"), order_id: $order.clone(), stripe_id: "pi".to_owned() }
    };
}

async fn payment_confirms_and_completes_its_order(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let order = shop.reserve_order("user", "t").await;
    let authorized = of_payment!(PaymentAuthorized, order);
    let effect = apply(&shop, authorized).await;
    assert_eq!((effect, shop.status(&order).await), (ApplyOutcome::Done, (OrderStatus::AwaitingPayment, 1)));
    let effect = apply(&shop, of_payment!(PaymentCreated, order)).await;
    assert_eq!((effect, shop.status(&order).await), (ApplyOutcome::Done, (OrderStatus::Complete, 2)));
}

async fn failed_payment_cancels_its_order(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let order = shop.reserve_order("user", "t").await;
    shop.advance(&order, Cause::PaymentAuthorized).await;
    let failed = PaymentFailed { id: PaymentId::new("p"), order_id: order.clone() };
    assert_eq!(apply(&shop, failed).await, ApplyOutcome::Done);
    assert_eq!(shop.status(&order).await, (OrderStatus::Cancelled, 2));
}

async fn early_expiration_is_redelivered(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let order = shop.reserve_order("user", "t").await;
    let expired = || {
        let event = ExpirationComplete { order_id: order.clone() };
        apply(&shop, event)
    };
    shop.core.clock.advance(DEFAULT_TTL - ONE_MILLISECOND);
    assert_eq!(expired().await, ApplyOutcome::NotDue);
    assert_eq!(shop.status(&order).await, (OrderStatus::Created, 0));
    shop.core.clock.advance(ONE_MILLISECOND);
    assert_eq!(expired().await, ApplyOutcome::Done);
    assert_eq!(shop.status(&order).await, (OrderStatus::Cancelled, 1));
    assert_eq!(expired().await, ApplyOutcome::Done);
    assert_eq!(shop.published_events().await.len(), 2, "a repetition publishes nothing");
}

async fn event_of_an_unknown_order_is_dropped(engine: DbEngine) {
    let shop = Fixture::with(engine, &[]).await;
    let nothing = OrderId::new("nothing");
    let expired = ExpirationComplete { order_id: nothing.clone() };
    assert_eq!(apply(&shop, expired).await, ApplyOutcome::Duplicate);
    let authorized = of_payment!(PaymentAuthorized, nothing);
    assert_eq!(apply(&shop, authorized).await, ApplyOutcome::Duplicate);
}

async fn order_survives_withdrawal_of_its_ticket(engine: DbEngine) {
    for (causes, expected) in [
        (&[][..], (OrderStatus::Created, 0)),
        (&[Cause::PaymentAuthorized], (OrderStatus::AwaitingPayment, 1)),
        (&[Cause::PaymentAuthorized, Cause::PaymentCreated], (OrderStatus::Complete, 2)),
    ] {
        let shop = Fixture::with(engine, &["t"]).await;
        let order = shop.reserve_order("user", "t").await;
        for cause in causes {
            shop.advance(&order, *cause).await;
        }
        let gone = ticket_deleted("t", 1);
        assert_eq!(gone.aggregate(), "t");
        assert_eq!(apply(&shop, ticket_deleted("t", 2)).await, ApplyOutcome::OutOfOrder);
        assert_eq!(apply(&shop, gone.clone()).await, ApplyOutcome::Done);
        assert_eq!(shop.status(&order).await, expected, "after {causes:?}");
        assert!(matches!(shop.reserve("user", "t").await, Err(ReserveError::Reserved)));
        assert_eq!(apply(&shop, gone).await, ApplyOutcome::Duplicate);
    }
}

async fn restored_ticket_takes_no_new_order(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let order = shop.reserve_order("user", "t").await;
    assert_eq!(apply(&shop, ticket_deleted("t", 1)).await, ApplyOutcome::Done);
    let held = TicketUpdated { order_id: Some(order.clone()), ..ticket_updated("t", 2, 1999) };
    assert_eq!(apply(&shop, held).await, ApplyOutcome::Done);
    shop.advance(&order, Cause::Cancelled).await;
    assert!(matches!(shop.reserve("user", "t").await, Err(ReserveError::NoTicket)));
    assert_eq!(apply(&shop, ticket_deleted("t", 3)).await, ApplyOutcome::Done);
    assert!(matches!(shop.reserve("user", "t").await, Err(ReserveError::NoTicket)));
}
