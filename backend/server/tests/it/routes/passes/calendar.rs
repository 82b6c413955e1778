//! `GET /api/passes/{id}/calendar.ics`

use serde_json::json;
use ticketing_testkit::{Shape, TestStack, on_shapes};

use super::{buy_pass, path_of, sell_pass};
use crate::support::id;

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    event_of_a_pass_is_a_calendar_file;
}

async fn event_of_a_pass_is_a_calendar_file(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let new = json!({ "title": "Concert", "price": 20, "startsAt": "2099-12-24T19:30:00+01:00" });
    let ticket = id(&stack.raw().post("/api/tickets").by(&seller).json(&new).await.ok(201));
    let pass = buy_pass(&stack, &buyer, &ticket).await;
    let path = format!("/api/passes{}", path_of(&pass, "/calendar.ics"));
    let reply = stack.raw().get(&path).by(&buyer).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/calendar; charset=utf-8"));
    assert!(reply.text().contains("\r\nDTSTART:20991224T183000Z\r\nSUMMARY:Concert\r\n"), "{}", reply.text());
    stack.raw().get(&path).by(&seller).await.assert_refused(404, "not_found");
    let dateless = sell_pass(&stack, &seller, &buyer).await;
    let path = format!("/api/passes{}", path_of(&dateless, "/calendar.ics"));
    stack.raw().get(&path).by(&buyer).await.assert_refused(404, "not_found");
    stack.finish().await;
}
