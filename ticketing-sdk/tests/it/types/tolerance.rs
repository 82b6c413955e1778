//! What the Express version of the contract sends is understood.

use serde_json::json;
use ticketing_sdk::{
    CurrentUserAnswer, ErrorCode, Order, OrderStatus, Payment, Problem, Ticket, TicketStatus, Timestamp,
};

#[test]
fn ticket_without_status_and_times_is_read() {
    let ticket: Ticket = serde_json::from_value(json!({
        "id": "5ea9b8f0c1d2e3f405162738", "title": "concert", "price": "20.00",
        "userId": "5ea9b8f0c1d2e3f405162739", "version": 3, "__v": 0, "extra": {"a": [1]},
    }))
    .unwrap();
    assert_eq!(ticket.id.as_str(), "5ea9b8f0c1d2e3f405162738");
    assert_eq!(ticket.price.cents(), 2000);
    assert_eq!((ticket.status, ticket.version, ticket.created_at), (TicketStatus::Available, 3, None));
}

#[test]
fn ticket_with_an_order_is_reserved_by_default() {
    let ticket = |order: serde_json::Value, status: serde_json::Value| -> Ticket {
        serde_json::from_value(json!({
            "id": "t", "title": "x", "price": 1, "userId": "u", "orderId": order, "status": status,
        }))
        .unwrap()
    };
    assert_eq!(ticket(json!("5ea9b8f0c1d2e3f405162738"), json!(null)).status, TicketStatus::Reserved);
    assert_eq!(ticket(json!("o"), json!("sold")).status, TicketStatus::Sold);
    assert_eq!(ticket(json!(null), json!(null)).status, TicketStatus::Available);
}

#[test]
fn order_with_a_bare_ticket_is_read() {
    let order: Order = serde_json::from_value(json!({
        "id": "5ea9b8f0c1d2e3f405162738", "userId": "5ea9b8f0c1d2e3f405162739", "status": "awaiting:payment",
        "expiresAt": "2026-11-22T10:15:00.000Z", "version": 1,
        "ticket": {"id": "5ea9b8f0c1d2e3f40516273a", "title": "concert", "price": 20.5},
    }))
    .unwrap();
    assert_eq!(
        (order.status, order.ticket.version, order.created_at),
        (OrderStatus::AwaitingPayment, None, None)
    );
    assert_eq!(order.expires_at, Timestamp::from_millis(1_795_342_500_000));
}

#[test]
fn payment_with_only_an_id_is_read() {
    let payment: Payment = serde_json::from_value(json!({"id": "5ea9b8f0c1d2e3f405162738"})).unwrap();
    assert_eq!((payment.order_id, payment.status, payment.amount), (None, None, None));
}

#[test]
fn faults_without_codes_and_with_unknown_ones() {
    let problem: Problem = serde_json::from_value(json!({
        "errors": [{"message": "Invalid email", "field": "email"}, {"message": "x", "code": "brand_new"}],
    }))
    .unwrap();
    assert_eq!(problem.errors[0].field.as_deref(), Some("email"));
    assert_eq!(problem.errors[0].code, None);
    assert_eq!(problem.errors[1].code, Some(ErrorCode::Other("brand_new".into())));
}

#[test]
fn current_user_is_null_or_a_user() {
    let nobody: CurrentUserAnswer = serde_json::from_value(json!({"currentUser": null})).unwrap();
    assert_eq!(nobody.current_user, None);
    let present: CurrentUserAnswer =
        serde_json::from_value(json!({"currentUser": {"id": "u", "email": "a@b.c", "iat": 1_700_000_000}}))
            .unwrap();
    assert_eq!(present.current_user.unwrap().iat, 1_700_000_000);
}
