//! `GET /api/passes/{id}`

use serde_json::json;
use ticketing_testkit::{Shape, TestStack, on_shapes};

use super::{path_of, read_pass, sell_pass};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    buyer_holds_a_pass_once_the_order_completes, pass_is_shown_to_its_holder_and_its_issuer_only;
}

async fn buyer_holds_a_pass_once_the_order_completes(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    assert_eq!(pass["issuerId"], seller.id);
    assert_eq!((&pass["serial"], &pass["status"], &pass["version"]), (&json!(0), &json!("valid"), &json!(0)));
    assert_eq!((&pass["title"], &pass["resaleLimit"]), (&json!("A ticket"), &json!(20)));
    let code = pass["code"].as_str().unwrap();
    assert!(code.starts_with("TK1") && code.len() == 128, "{code}");
    let reply = stack.raw().get(&format!("/api/passes{}", path_of(&pass, ""))).by(&buyer).await;
    assert_eq!(reply.header("etag"), "\"0\"");
    assert_eq!(reply.ok(200), pass);
    let cached = stack.raw().get(&format!("/api/passes{}", path_of(&pass, "")));
    assert_eq!(cached.by(&buyer).header("If-None-Match", "\"0\"").await.status, 304);
    stack.finish().await;
}

async fn pass_is_shown_to_its_holder_and_its_issuer_only(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let door = read_pass(&stack, &seller, &pass).await;
    for field in ["code", "orderId", "resaleLimit"] {
        assert!(door[field].is_null() && !pass[field].is_null(), "{field}");
    }
    let stranger = stack.session("stranger").await;
    let path = format!("/api/passes{}", path_of(&pass, ""));
    stack.raw().get(&path).by(&stranger).await.assert_refused(404, "not_found");
    stack.raw().get(&path).await.assert_refused(401, "not_signed_in");
    stack.raw().get("/api/passes/x").by(&buyer).await.assert_refused(404, "not_found");
    stack.finish().await;
}
