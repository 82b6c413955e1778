//! The routes of the clock: they exist only with `--allow-clock`, on a loopback address.

use std::time::Duration;

use serde_json::json;
use ticketing_sdk::OrderStatus;
use ticketing_server::{Stack, StackSettings, StartError};
use ticketing_testkit::{TestStack, eventually};

#[tokio::test]
async fn advanced_clock_ends_a_reservation() {
    let stack = TestStack::builder().with(|settings| settings.movable_clock = true).start().await;
    let (seller, buyer) = (stack.user("seller").await, stack.user("buyer").await);
    let new = ticketing_sdk::NewTicket::new("A ticket", "20".parse().unwrap());
    let ticket = seller.tickets().create(new).await.unwrap();
    let order = buyer.orders().create(&ticket.id).await.unwrap();
    let before = buyer.clock().get().await.unwrap().now;
    let after = buyer.clock().advance(Duration::from_secs(16 * 60)).await.unwrap().now;
    assert!(after >= before + Duration::from_secs(16 * 60), "{before} {after}");
    eventually!(buyer.orders().get(&order.id).await.unwrap().status == OrderStatus::Cancelled);
    // Clients compare deadlines with the time of the marketplace.
    let date = stack.raw().get("/api/tickets").await;
    let date = jiff::fmt::rfc2822::parse(date.header("date")).unwrap().timestamp().as_millisecond();
    assert!(date >= after.as_millis() - 1_000, "{date} {after}");
    let explanation = buyer.orders().explain(&order.id).await.unwrap();
    assert!(explanation.summary.contains("not paid before its deadline"), "{}", explanation.summary);
    stack.finish().await;
}

#[tokio::test]
async fn clock_refuses_wrong_distances_and_forwarded_requests() {
    let stack = TestStack::builder().with(|settings| settings.movable_clock = true).start().await;
    for distance in [json!(0), json!(-1), json!(40_000_000_000_u64), json!("16m")] {
        let body = json!({ "milliseconds": distance });
        let reply = stack.raw().post("/api/clock/advance").json(&body).await;
        assert_eq!(reply.status, 400, "{distance}: {}", reply.text());
    }
    for name in ["x-forwarded-for", "forwarded"] {
        stack.raw().get("/api/clock").header(name, "for=192.0.2.1").await.assert_refused(404, "not_found");
    }
    stack.finish().await;
}

#[tokio::test]
async fn server_has_no_clock_route_unless_asked() {
    let stack = TestStack::start().await;
    stack.raw().get("/api/clock").await.assert_refused(404, "not_found");
    let body = json!({ "milliseconds": 1000 });
    stack.raw().post("/api/clock/advance").json(&body).await.assert_refused(404, "not_found");
    stack.finish().await;
}

#[tokio::test]
async fn movable_clock_needs_a_loopback_address() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = StackSettings::new(folder.path());
    settings.listen = "0.0.0.0:0".parse().unwrap();
    settings.movable_clock = true;
    let error = Stack::start(settings).await.unwrap_err();
    assert!(matches!(error, StartError::MovableClock(_)), "{error}");
    assert!(error.to_string().contains("loopback"), "{error}");
}
