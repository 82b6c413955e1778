//! `GET /api/passes`

use serde_json::{Value, json};
use ticketing_testkit::{Shape, TestSession, TestStack, on_shapes};

use super::{buy_pass, check_in, sell_pass};
use crate::support::list;

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    passes_are_listed_newest_first_in_pages, door_list_has_the_passes_of_ones_events_without_codes,
    malformed_filters_are_reported_together;
}

async fn ids(stack: &TestStack, user: &TestSession, query: &str) -> Vec<Value> {
    let passes = stack.raw().get(&format!("/api/passes{query}")).by(user).await.ok(200);
    passes.as_array().unwrap().iter().map(|pass| pass["id"].clone()).collect()
}

async fn passes_are_listed_newest_first_in_pages(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let mut newest_first = Vec::new();
    for number in 0..3 {
        let ticket = list(&stack, &seller, &format!("Ticket {number}"), 20.0).await;
        newest_first.insert(0, buy_pass(&stack, &buyer, &ticket).await);
    }
    let expected: Vec<Value> = newest_first.iter().map(|pass| pass["id"].clone()).collect();
    assert_eq!(ids(&stack, &buyer, "").await, expected);
    let (mut found, mut next) = (Vec::new(), Some("/api/passes?limit=2".to_owned()));
    while let Some(path) = next {
        let reply = stack.raw().get(&path).by(&buyer).await;
        found.extend(reply.ok(200).as_array().unwrap().iter().map(|pass| pass["id"].clone()));
        next = reply.next_page();
    }
    assert_eq!(found, expected);
    check_in(&stack, &seller, &newest_first[1]["code"]).await.ok(201);
    assert_eq!(ids(&stack, &buyer, "?status=used").await, [expected[1].clone()]);
    assert_eq!(ids(&stack, &buyer, "?status=valid,offered").await.len(), 2);
    let order = newest_first[2]["orderId"].as_str().unwrap();
    assert_eq!(ids(&stack, &buyer, &format!("?order={order}")).await, [expected[2].clone()]);
    // The seller has issued that pass, and does not hold it.
    assert_eq!(ids(&stack, &seller, &format!("?issued=me&order={order}")).await, Vec::<Value>::new());
    stack.finish().await;
}

async fn door_list_has_the_passes_of_ones_events_without_codes(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let own = sell_pass(&stack, &seller, &seller).await;
    let door = stack.raw().get("/api/passes?issued=me").by(&seller).await.ok(200);
    let door = door.as_array().unwrap();
    assert_eq!(door.iter().map(|pass| &pass["id"]).collect::<Vec<_>>(), [&own["id"], &pass["id"]]);
    assert!(door.iter().all(|pass| pass["code"].is_null()), "{door:?}");
    assert_eq!(ids(&stack, &buyer, "?issued=me").await, Vec::<Value>::new());
    assert_eq!(ids(&stack, &seller, "").await, [own["id"].clone()]);
    stack.finish().await;
}

async fn malformed_filters_are_reported_together(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    let reply =
        stack.raw().get("/api/passes?status=new&issued=you&limit=0&cursor=!&order=%00").by(&user).await;
    let mut fields = reply.fields();
    fields.sort();
    assert_eq!(fields, ["cursor", "issued", "limit", "order", "status"]);
    stack.raw().get("/api/passes").await.assert_refused(401, "not_signed_in");
    assert_eq!(stack.raw().get("/api/passes?status=all&issued=").by(&user).await.ok(200), json!([]));
    stack.finish().await;
}
