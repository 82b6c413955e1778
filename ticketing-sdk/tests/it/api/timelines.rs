//! The explanation of an order.

use serde_json::json;
use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{ErrorCode, Method, TimelineKind};

use crate::support::{client, order};

fn part(service: &str) -> serde_json::Value {
    json!({ "service": service, "orderId": "o-1", "entries": [
        { "at": "2026-11-22T10:15:00.000Z", "service": service, "kind": "event", "name": "order:created",
          "version": 0, "eventId": "e-1", "addedLater": true },
    ] })
}

#[tokio::test]
async fn service_that_does_not_answer_leaves_a_gap() {
    let mock = Mock::new();
    mock.on(Method::GET, "/api/orders/o-1", Reply::json(200, &order("created")))
        .on(Method::GET, "/api/orders/o-1/timeline", Reply::json(200, &part("orders")))
        .on(
            Method::GET,
            "/api/payments/timeline",
            Reply::problem(500, ErrorCode::Internal, "Something went wrong"),
        )
        .on(Method::GET, "/api/tickets/timeline", Reply::problem(404, ErrorCode::NotFound, "Not found"));
    let explanation = client(&mock).orders().explain("o-1").await.unwrap();
    let gaps: Vec<(&str, &str)> =
        explanation.gaps.iter().map(|gap| (gap.service.as_str(), gap.reason.as_str())).collect();
    assert_eq!(gaps[0].0, "payments");
    assert_eq!(gaps[1], ("tickets", "the service has not received the order"));
    assert_eq!(explanation.entries.len(), 1);
    assert_eq!(explanation.entries[0].kind, TimelineKind::Event);
    assert!(explanation.summary.contains("no payment was made yet"), "{}", explanation.summary);
    let queries: Vec<Option<String>> = mock.requests().into_iter().map(|request| request.query).collect();
    assert_eq!(queries.iter().filter(|query| query.as_deref() == Some("order=o-1")).count(), 2);
}

#[tokio::test]
async fn orders_service_that_does_not_answer_leaves_a_gap_too() {
    let mock = Mock::new();
    let down = || Reply::problem(500, ErrorCode::Internal, "Something went wrong");
    mock.on(Method::GET, "/api/orders/o-1", down())
        .on(Method::GET, "/api/orders/o-1/timeline", down())
        .on(Method::GET, "/api/payments/timeline", Reply::json(200, &part("payments")))
        .on(Method::GET, "/api/tickets/timeline", Reply::json(200, &part("tickets")));
    let explanation = client(&mock).orders().explain("o-1").await.unwrap();
    assert!(explanation.order.is_none() && explanation.entries.len() == 2);
    assert!(explanation.summary.contains("the order's status is unknown"), "{}", explanation.summary);
}

#[tokio::test]
async fn unknown_order_is_not_explained() {
    let error = client(&Mock::new()).orders().explain("o-2").await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::NotFound));
}
