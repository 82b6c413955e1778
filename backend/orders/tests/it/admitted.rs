//! `ticket:deleted` of a ticket whose pass a door has admitted: an order that no payment holds ends.

use ticketing_bus::ApplyOutcome;
use ticketing_engines::{DbEngine, on_both};
use ticketing_events::TicketDeleted;
use ticketing_orders::domain::lifecycle::Cause;
use ticketing_orders::store::ReserveError;
use ticketing_sdk::{CancelReason, OrderStatus, Timestamp};

use crate::support::{Fixture, ticket_deleted, ticket_updated};

on_both! {
    #[tokio::test]
    unpaid_order_ends_when_the_pass_was_admitted, order_of_a_payment_prevails_over_the_admission,
    order_of_a_withdrawn_ticket_ends_when_the_pass_was_admitted;
}

fn ticket_deleted_at_admission(ticket: &str, version: i64) -> TicketDeleted {
    TicketDeleted { admitted_at: Some(Timestamp::from_millis(1)), ..ticket_deleted(ticket, version) }
}

async fn unpaid_order_ends_when_the_pass_was_admitted(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let order = shop.reserve_order("user", "t").await;
    assert_eq!(shop.apply_deleted(&ticket_deleted_at_admission("t", 1)).await, ApplyOutcome::Done);
    let ended = shop.order(&order).await;
    assert_eq!((ended.status, ended.version), (OrderStatus::Cancelled, 1));
    assert_eq!(ended.cancel_reason, Some(CancelReason::Withdrawn));
    let cancelled =
        format!(r#"{{"id":"{order}","version":1,"ticket":{{"id":"t"}},"cancelReason":"withdrawn"}}"#);
    assert_eq!(shop.bodies("order:cancelled").await, [cancelled]);
    assert_eq!(shop.bodies("listing:closed").await, [r#"{"ticketId":"t"}"#]);
    assert_eq!(shop.apply_deleted(&ticket_deleted_at_admission("t", 1)).await, ApplyOutcome::Duplicate);
    assert!(matches!(shop.reserve("user", "t").await, Err(ReserveError::NoTicket)));
    // A payment that was authorized meanwhile changes nothing.
    shop.advance(&order, Cause::PaymentAuthorized).await;
    assert_eq!(shop.status(&order).await, (OrderStatus::Cancelled, 1));
}

async fn order_of_a_payment_prevails_over_the_admission(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let order = shop.reserve_order("user", "t").await;
    shop.advance(&order, Cause::PaymentAuthorized).await;
    assert_eq!(shop.apply_deleted(&ticket_deleted_at_admission("t", 1)).await, ApplyOutcome::Done);
    assert_eq!(shop.status(&order).await, (OrderStatus::AwaitingPayment, 1));
    shop.advance(&order, Cause::PaymentCreated).await;
    assert_eq!(shop.status(&order).await, (OrderStatus::Complete, 2));
    assert_eq!(shop.bodies("listing:closed").await, [""; 0]);
}

async fn order_of_a_withdrawn_ticket_ends_when_the_pass_was_admitted(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    let order = shop.reserve_order("user", "t").await;
    assert_eq!(shop.apply_deleted(&ticket_deleted("t", 1)).await, ApplyOutcome::Done);
    let mut held = ticket_updated("t", 2, 1999);
    held.order_id = Some(order.clone());
    assert_eq!(shop.apply_updated(&held).await, ApplyOutcome::Done);
    assert_eq!(shop.status(&order).await, (OrderStatus::Created, 0), "it prevails over its seller");
    assert_eq!(shop.apply_deleted(&ticket_deleted_at_admission("t", 3)).await, ApplyOutcome::Done);
    assert_eq!(shop.status(&order).await, (OrderStatus::Cancelled, 1));
    assert_eq!(shop.bodies("listing:closed").await.len(), 1);
}
