//! `/api/orders`.

use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{ErrorCode, Method, OrderStatus};

use crate::support::{client, order};

#[tokio::test]
async fn order_life_cycle() {
    let mock = Mock::new();
    mock.on(Method::POST, "/api/orders", Reply::json(201, &order("created")))
        .on(Method::GET, "/api/orders", Reply::json(200, &[order("created")]))
        .on(Method::GET, "/api/orders/o-1", Reply::json(200, &order("cancelled")))
        .on(Method::DELETE, "/api/orders/o-1", Reply::empty(204));
    let orders = client(&mock).orders();
    let created = orders.create("t-1").await.unwrap();
    assert_eq!(created.status, OrderStatus::Created);
    assert_eq!(orders.list().await.unwrap().items[0], created);
    orders.cancel(&created.id).await.unwrap();
    assert!(orders.get(&created.id).await.unwrap().status.is_final());
}

#[tokio::test]
async fn reserved_ticket_is_refused_without_retry() {
    let mock = Mock::new();
    let refusal = Reply::problem(400, ErrorCode::TicketReserved, "Ticket is already reserved");
    mock.on(Method::POST, "/api/orders", refusal);
    let error = client(&mock).orders().create("t-1").await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::TicketReserved));
    assert_eq!(error.request_id(), Some("1"));
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn ticket_ordered_elsewhere_is_refused_as_by_the_original() {
    let mock = Mock::new().without_extensions();
    let refusal = Reply::text(
        400,
        "application/json; charset=utf-8",
        r#"{"errors":[{"message":"Ticket is already reserved"}]}"#,
    );
    mock.on(Method::POST, "/api/orders", refusal);
    let error = client(&mock).orders().create("5ea9b8f0c1d2e3f405162738").await.unwrap_err();
    assert_eq!((error.code(), error.request_id()), (Some(&ErrorCode::TicketReserved), None));
    assert_eq!(error.to_string(), "Ticket is already reserved");
}

#[tokio::test]
async fn changed_price_is_reported_and_not_repeated() {
    let mock = Mock::new();
    let detail = serde_json::json!({
        "message": "The ticket costs $25.50 now", "field": "price", "code": "price_changed", "price": 25.5
    });
    mock.on(Method::POST, "/api/orders", Reply::json(409, &serde_json::json!({ "errors": [detail] })));
    let shown = "20".parse().unwrap();
    let error = client(&mock).orders().create_at_price("t-1", shown).await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::PriceChanged));
    assert_eq!(error.new_price(), Some("25.5".parse().unwrap()));
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn call_waits_until_resource_is_visible() {
    let mock = Mock::new();
    let later =
        Reply::problem(503, ErrorCode::NotYetVisible, "not known here yet").header("retry-after", "1");
    mock.on(Method::POST, "/api/payments", later.clone()).on(Method::POST, "/api/payments", later).on(
        Method::POST,
        "/api/payments",
        Reply::json(201, &serde_json::json!({ "id": "p-1" })),
    );
    client(&mock).payments().create("o-1", ticketing_sdk::CardToken::new("tok_visa")).await.unwrap();
    assert_eq!(mock.requests().len(), 3);
}
