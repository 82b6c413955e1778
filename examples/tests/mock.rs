//! A test with the mock: how a program reacts to a marketplace, without one.

use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{Client, Error, ErrorCode, Method, Order, TicketId, fixtures};

/// The code under test: orders the first ticket of a list that nobody else has reserved.
async fn order_first_free(client: &Client, tickets: &[TicketId]) -> Result<Option<Order>, Error> {
    for ticket in tickets {
        match client.orders().create(ticket).await {
            Ok(order) => return Ok(Some(order)),
            Err(error) if error.code() == Some(&ErrorCode::TicketReserved) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

#[tokio::test]
async fn reserved_ticket_is_passed_over() {
    let mock = Mock::new();
    let order = fixtures::order("o-1", &fixtures::ticket("t-2"));
    mock.on(Method::POST, "/api/orders", Reply::problem(400, ErrorCode::TicketReserved, "reserved"));
    mock.on(Method::POST, "/api/orders", Reply::json(201, &order));
    let client = Client::builder("http://marketplace.test").mock(&mock).build().unwrap();

    let found = order_first_free(&client, &["t-1".into(), "t-2".into()]).await.unwrap();
    assert_eq!(found, Some(order));
    let asked: Vec<_> =
        mock.requests().iter().map(|request| request.json().unwrap()).collect::<Vec<serde_json::Value>>();
    assert_eq!(asked, [serde_json::json!({"ticketId": "t-1"}), serde_json::json!({"ticketId": "t-2"})]);
}

#[tokio::test(start_paused = true)]
async fn unreachable_marketplace_is_an_error() {
    let mock = Mock::new();
    mock.on(Method::POST, "/api/orders", Reply::unreachable());
    let client = Client::builder("http://marketplace.test").mock(&mock).build().unwrap();
    let error = order_first_free(&client, &["t-1".into()]).await.unwrap_err();
    assert!(error.is_unreachable());
}
