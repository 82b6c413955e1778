//! `PUT /api/tickets/{id}`

use serde_json::json;
use ticketing_testkit::{Shape, TestStack, eventually, on_shapes};

use crate::support::{cancel, list, order_when_visible, pay, ticket};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    seller_changes_title_and_price, if_match_prevents_a_lost_update,
    reserved_or_sold_ticket_cannot_be_edited, absent_details_are_kept_and_null_clears_them;
}

async fn absent_details_are_kept_and_null_clears_them(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let starts = "2099-12-24T19:30:00+01:00";
    let new = json!({ "title": "Opera", "price": 20, "venue": "  Tivoli ", "startsAt": starts, "seat": "4" });
    let listed = stack.raw().post("/api/tickets").by(&seller).json(&new).await.ok(201);
    assert_eq!(
        (&listed["venue"], &listed["startsAt"], &listed["seat"]),
        (&json!("Tivoli"), &json!(starts), &json!("4"))
    );
    let path = format!("/api/tickets/{}", listed["id"].as_str().unwrap());
    let put = |body: serde_json::Value| stack.raw().put(&path).by(&seller).json(&body);
    // The original client sends title and price only.
    let kept = put(json!({ "title": "Opera", "price": 30 })).await.ok(200);
    assert_eq!(
        (&kept["venue"], &kept["startsAt"], &kept["seat"]),
        (&json!("Tivoli"), &json!(starts), &json!("4"))
    );
    let changed = json!({ "title": "Opera", "price": 30, "venue": null, "seat": "5" });
    let changed = put(changed).await.ok(200);
    assert_eq!(
        (changed.get("venue"), &changed["startsAt"], &changed["seat"]),
        (None, &json!(starts), &json!("5"))
    );
    assert_eq!(
        (&changed["version"], ticket(&stack, listed["id"].as_str().unwrap()).await),
        (&json!(2), changed.clone())
    );
    stack.finish().await;
}

async fn seller_changes_title_and_price(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let id = list(&stack, &seller, "A ticket", 20.0).await;
    let wanted = json!({ "title": " Another title ", "price": "35.50" });
    let reply = stack.raw().put(&format!("/api/tickets/{id}")).by(&seller).json(&wanted).await;
    assert_eq!(reply.header("etag"), "\"1\"");
    let updated = reply.ok(200);
    assert_eq!((&updated["title"], &updated["price"]), (&json!("Another title"), &json!(35.5)));
    assert_eq!(ticket(&stack, &id).await, updated);
    stack.settle().await;
    let order = order_when_visible(&stack, &buyer, &id).await;
    let order = stack.raw().get(&format!("/api/orders/{order}")).by(&buyer).await.json();
    assert_eq!((&order["ticket"]["price"], &order["ticket"]["version"]), (&json!(35.5), &json!(1)));
    stack.finish().await;
}

async fn if_match_prevents_a_lost_update(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let path = format!("/api/tickets/{}", list(&stack, &seller, "A ticket", 20.0).await);
    let put = |tag: &str, price: u32| {
        let wanted = json!({ "title": "A ticket", "price": price });
        stack.raw().put(&path).by(&seller).header("if-match", tag).json(&wanted)
    };
    for stale in ["\"1\"", "\"7\"", "0", "nonsense", "\"\"", "\"0x0\"", "W/\"0\""] {
        put(stale, 21).await.assert_refused(412, "version_mismatch");
    }
    put("\"0\"", 21).await.ok(200);
    put("\"0\"", 22).await.assert_refused(412, "version_mismatch");
    put("\"1\"", 22).await.ok(200);
    put("\"9\", \"2\"", 23).await.ok(200);
    put("*", 24).await.ok(200);
    assert_eq!(stack.raw().get(&path).await.json()["version"], 4);
    stack
        .raw()
        .delete(&path)
        .by(&seller)
        .header("if-match", "\"3\"")
        .await
        .assert_refused(412, "version_mismatch");
    stack.raw().delete(&path).by(&seller).header("if-match", "\"4\"").await.ok(204);
    stack.finish().await;
}

async fn reserved_or_sold_ticket_cannot_be_edited(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let id = list(&stack, &seller, "A ticket", 20.0).await;
    let path = format!("/api/tickets/{id}");
    let edit = || stack.raw().put(&path).by(&seller).json(&json!({ "title": "Dearer", "price": 99 }));
    let order = order_when_visible(&stack, &buyer, &id).await;
    eventually!(ticket(&stack, &id).await["status"] == "reserved");
    assert_eq!(edit().await.assert_refused(400, "ticket_reserved"), "Cannot edit a reserved ticket");
    cancel(&stack, &buyer, &order).await.ok(204);
    eventually!(ticket(&stack, &id).await["status"] == "available");
    edit().await.ok(200);
    stack.settle().await;
    let order = order_when_visible(&stack, &buyer, &id).await;
    pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    eventually!(ticket(&stack, &id).await["status"] == "sold");
    edit().await.assert_refused(400, "ticket_reserved");
    stack.finish().await;
}
