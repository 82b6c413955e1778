//! The start of an event ends sales and reservations, and an order stores the details of its ticket.

use std::time::Duration;

use ticketing_bus::ApplyOutcome;
use ticketing_engines::{DbEngine, on_both};
use ticketing_events::{TicketCreated, TicketUpdated};
use ticketing_orders::DEFAULT_TTL;
use ticketing_orders::domain::lifecycle::Cause;
use ticketing_orders::store::ReserveError;
use ticketing_sdk::{CancelReason, Money, OrderId, Ticket, Timestamp, fixtures};

use crate::support::{Fixture, ONE_MILLISECOND, START, reserve_with, versioned_ticket};

on_both! {
    #[tokio::test]
    started_event_takes_no_order, reservation_ends_at_the_start_at_the_latest,
    order_keeps_the_details_at_reservation, cancelled_order_has_its_reason;
}

/// Returns a ticket of an event that starts this long after `START`.
fn ticket_starting_after(after: Duration, version: i64) -> Ticket {
    let starts_at = (Timestamp::from_millis(START) + after).to_string().parse().ok();
    let mut details = fixtures::details();
    details.starts_at = starts_at;
    versioned_ticket("t", version, 1999).details(details)
}

async fn shop_with(engine: DbEngine, ticket: &Ticket) -> Fixture {
    let shop = Fixture::with(engine, &[]).await;
    assert_eq!(shop.apply_created(&TicketCreated::from(ticket)).await, ApplyOutcome::Done);
    shop
}

async fn started_event_takes_no_order(engine: DbEngine) {
    let start = Duration::from_secs(60);
    let shop = shop_with(engine, &ticket_starting_after(start, 0)).await;
    shop.core.clock.advance(start - ONE_MILLISECOND);
    let order = shop.reserve_order("ada", "t").await;
    shop.core.clock.advance(ONE_MILLISECOND);
    assert_eq!(shop.advance(&order, Cause::Expired).await, ApplyOutcome::Done);
    assert!(matches!(shop.reserve("bob", "t").await, Err(ReserveError::Started)));
    // A started event is reported before a wrong price.
    let cheap = reserve_with(&shop.core, "bob", "t", |new| new.price = Money::from_cents(1).ok()).await;
    assert!(matches!(cheap, Err(ReserveError::Started)));
    // The seller postpones the event.
    let later = TicketUpdated::from(&ticket_starting_after(Duration::from_secs(7200), 1));
    assert_eq!(shop.apply_updated(&later).await, ApplyOutcome::Done);
    shop.reserve("bob", "t").await.unwrap();
}

async fn reservation_ends_at_the_start_at_the_latest(engine: DbEngine) {
    let shop = shop_with(engine, &ticket_starting_after(DEFAULT_TTL - ONE_MILLISECOND, 0)).await;
    let order = shop.reserve("ada", "t").await.unwrap();
    let starts = Timestamp::from_millis(START) + (DEFAULT_TTL - ONE_MILLISECOND);
    assert_eq!(order.expires_at, starts);
    assert_eq!(shop.order(&order.id).await, order, "the stored order equals the answer");
    let shop = shop_with(engine, &ticket_starting_after(DEFAULT_TTL + ONE_MILLISECOND, 0)).await;
    let order = shop.reserve("ada", "t").await.unwrap();
    assert_eq!(order.expires_at, Timestamp::from_millis(START) + DEFAULT_TTL);
}

async fn order_keeps_the_details_at_reservation(engine: DbEngine) {
    let ticket = ticket_starting_after(Duration::from_secs(7200), 0);
    let shop = shop_with(engine, &ticket).await;
    let order = shop.reserve("ada", "t").await.unwrap();
    assert_eq!(order.ticket.details, ticket.details);
    let mut held = TicketUpdated {
        order_id: Some(OrderId::new("o")),
        ..TicketUpdated::from(&ticket_starting_after(DEFAULT_TTL, 1))
    };
    held.details.venue = Some("of the order".to_owned());
    assert_eq!(shop.apply_updated(&held).await, ApplyOutcome::Done);
    shop.advance(&order.id, Cause::Cancelled).await;
    let next = shop.reserve("bob", "t").await.unwrap();
    assert_eq!(next.ticket.details, ticket.details, "the listing keeps its own details");
    assert_eq!(shop.order(&order.id).await.ticket.details, ticket.details);
}

async fn cancelled_order_has_its_reason(engine: DbEngine) {
    let shop = Fixture::with(engine, &["a", "b", "c", "d"]).await;
    let buyers = shop.reserve_order("ada", "a").await;
    shop.advance(&buyers, Cause::Cancelled).await;
    let refused = shop.reserve_order("ada", "b").await;
    assert_eq!(shop.order(&refused).await.cancel_reason, None);
    shop.advance(&refused, Cause::PaymentAuthorized).await;
    shop.advance(&refused, Cause::PaymentFailed).await;
    let (unpaid, late) = (shop.reserve_order("ada", "c").await, shop.reserve_order("ada", "d").await);
    shop.core.clock.advance(DEFAULT_TTL);
    shop.advance(&unpaid, Cause::Expired).await;
    shop.advance(&late, Cause::PaymentAuthorized).await;
    for (order, reason) in [
        (&buyers, CancelReason::Buyer),
        (&refused, CancelReason::PaymentFailed),
        (&unpaid, CancelReason::Expired),
        (&late, CancelReason::Expired),
    ] {
        assert_eq!(shop.order(order).await.cancel_reason, Some(reason));
    }
    let bodies = shop.bodies("order:cancelled").await;
    let reasons = ["buyer", "payment_failed", "expired", "expired"];
    for (body, reason) in bodies.iter().zip(reasons) {
        assert!(body.contains(&format!("\"cancelReason\":\"{reason}\"")), "{body}");
    }
    assert_eq!(bodies.len(), reasons.len());
}
