//! `POST /api/passes/{id}/resale`, and the listings that it makes

use serde_json::{Value, json};
use ticketing_testkit::{Shape, TestSession, TestStack, eventually, on_shapes};

use super::{buy_pass, check_in, claim, path_of, post, read_pass, sell_pass, start_transfer};
use crate::support::{cancel, id, order_when_visible};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    sold_resale_moves_the_pass, withdrawn_resale_makes_the_pass_valid_again, price_of_a_resale_is_capped,
    withdrawal_that_meets_an_order_leaves_the_pass_offered, listing_of_a_resale_keeps_the_terms_of_the_pass,
    only_a_valid_pass_is_resold;
}

async fn resold(stack: &TestStack, holder: &TestSession, pass: &Value, price: f64) -> Value {
    post(stack, holder, &path_of(pass, "/resale"), json!({ "price": price })).await.ok(201)
}

async fn sold_resale_moves_the_pass(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let (next, last) = (stack.session("next").await, stack.session("last").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let gift = start_transfer(&stack, &buyer, &pass).await;
    let listing = resold(&stack, &buyer, &pass, 15.5).await;
    assert_eq!((&listing["resaleOf"], &listing["userId"]), (&pass["ticketId"], &json!(buyer.id)));
    assert_eq!(listing["title"], pass["title"]);
    let offered = read_pass(&stack, &buyer, &pass).await;
    assert_eq!((&offered["status"], &offered["listingId"]), (&json!("offered"), &listing["id"]));
    claim(&stack, &last, &gift).await.assert_refused(400, "claim_invalid");

    let moved = buy_pass(&stack, &next, &id(&listing)).await;
    assert_eq!((&moved["id"], &moved["serial"]), (&pass["id"], &json!(1)));
    assert_eq!((&moved["status"], &moved["resaleLimit"]), (&json!("valid"), &json!(15.5)));
    check_in(&stack, &seller, &pass["code"]).await.assert_refused(400, "pass_superseded");
    // A resale makes no second pass, and the issuer is the first seller.
    let of_reseller = stack.raw().get("/api/passes?issued=me").by(&buyer).await.ok(200);
    assert_eq!(of_reseller, json!([]));
    let again = resold(&stack, &next, &moved, 15.5).await;
    assert_eq!(again["resaleOf"], pass["ticketId"]);
    let final_pass = buy_pass(&stack, &last, &id(&again)).await;
    assert_eq!(final_pass["serial"], 2);
    check_in(&stack, &seller, &final_pass["code"]).await.ok(201);
    stack.finish().await;
}

async fn withdrawn_resale_makes_the_pass_valid_again(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let listing = resold(&stack, &buyer, &pass, 20.0).await;
    let path = format!("/api/tickets/{}", id(&listing));
    assert_eq!(stack.raw().delete(&path).by(&buyer).await.status, 204);
    eventually!(read_pass(&stack, &buyer, &pass).await["status"] == "valid");
    let kept = read_pass(&stack, &buyer, &pass).await;
    assert_eq!((&kept["serial"], &kept["code"]), (&json!(0), &pass["code"]));
    check_in(&stack, &seller, &pass["code"]).await.ok(201);
    stack.finish().await;
}

async fn withdrawal_that_meets_an_order_leaves_the_pass_offered(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let next = stack.session("next").await;
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let listing = resold(&stack, &buyer, &pass, 20.0).await;
    let order = order_when_visible(&stack, &next, &id(&listing)).await;
    // Tickets may or may not have received the order yet; the order prevails in both cases.
    let path = format!("/api/tickets/{}", id(&listing));
    let reply = stack.raw().delete(&path).by(&buyer).await;
    assert!(reply.status == 204 || reply.status == 400, "{}", reply.status);
    stack.settle().await;
    assert_eq!(read_pass(&stack, &buyer, &pass).await["status"], "offered");
    check_in(&stack, &seller, &pass["code"]).await.assert_refused(400, "pass_offered");
    assert_eq!(cancel(&stack, &next, &order).await.status, 204);
    stack.settle().await;
    if reply.status == 400 {
        assert_eq!(stack.raw().delete(&path).by(&buyer).await.status, 204);
    }
    eventually!(read_pass(&stack, &buyer, &pass).await["status"] == "valid");
    stack.finish().await;
}

async fn price_of_a_resale_is_capped(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let dear = post(&stack, &buyer, &path_of(&pass, "/resale"), json!({ "price": 20.01 })).await;
    assert_eq!(dear.fields(), ["price"]);
    assert_eq!(dear.json()["errors"][0]["message"], "Price must be at most $20.00");
    assert_eq!(read_pass(&stack, &buyer, &pass).await["version"], 0, "a refusal changes nothing");
    let listing = resold(&stack, &buyer, &pass, 20.0).await;
    let path = format!("/api/tickets/{}", id(&listing));
    let raise = json!({ "title": "A ticket", "price": 20.01 });
    assert_eq!(stack.raw().put(&path).by(&buyer).json(&raise).await.fields(), ["price"]);
    let lower = json!({ "title": "A ticket", "price": 12 });
    let updated = stack.raw().put(&path).by(&buyer).json(&lower).await.ok(200);
    assert_eq!((&updated["price"], &updated["resaleOf"]), (&json!(12), &pass["ticketId"]));
    stack.finish().await;
}

async fn listing_of_a_resale_keeps_the_terms_of_the_pass(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let new = json!({ "title": "Concert", "price": 20, "venue": "Tivoli", "seat": "4" });
    let ticket = id(&stack.raw().post("/api/tickets").by(&seller).json(&new).await.ok(201));
    let pass = buy_pass(&stack, &buyer, &ticket).await;
    let listing = resold(&stack, &buyer, &pass, 20.0).await;
    assert_eq!((&listing["venue"], &listing["seat"]), (&json!("Tivoli"), &json!("4")));
    let path = format!("/api/tickets/{}", id(&listing));
    let edit = json!({ "title": "Better", "price": 20, "seat": null, "description": "x" });
    let reply = stack.raw().put(&path).by(&buyer).json(&edit).await;
    assert_eq!(reply.fields(), ["description", "seat", "title"]);
    stack.finish().await;
}

async fn only_a_valid_pass_is_resold(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let path = path_of(&pass, "/resale");
    post(&stack, &seller, &path, json!({ "price": 1 })).await.assert_refused(404, "not_found");
    assert_eq!(post(&stack, &buyer, &path, json!({})).await.fields(), ["price"]);
    resold(&stack, &buyer, &pass, 20.0).await;
    post(&stack, &buyer, &path, json!({ "price": 1 })).await.assert_refused(400, "pass_not_valid");
    post(&stack, &buyer, &path_of(&pass, "/transfer"), json!({})).await.assert_refused(400, "pass_not_valid");
    stack.finish().await;
}
