//! `POST` and `DELETE /api/passes/{id}/transfer`

use serde_json::json;
use ticketing_testkit::{Shape, TestStack, on_shapes};

use super::{check_in, claim, path_of, post, read_pass, sell_pass, start_transfer};
use crate::support::count;

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    pass_stays_valid_while_a_transfer_is_pending, transfer_that_is_taken_back_cannot_be_claimed,
    repeated_transfer_answers_the_same_code_that_is_not_stored, only_the_holder_of_a_valid_pass_gives_it_away;
}

async fn pass_stays_valid_while_a_transfer_is_pending(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let transfer = post(&stack, &buyer, &path_of(&pass, "/transfer"), json!({})).await.ok(201);
    let pending = read_pass(&stack, &buyer, &pass).await;
    assert_eq!(pending["transferExpiresAt"], transfer["expiresAt"]);
    assert_eq!((&pending["status"], &pending["code"]), (&json!("valid"), &pass["code"]));
    check_in(&stack, &seller, &pass["code"]).await.ok(201);
    // An admitted pass cannot be transferred.
    let friend = stack.session("friend").await;
    claim(&stack, &friend, &transfer["claimCode"]).await.assert_refused(400, "claim_invalid");
    stack.finish().await;
}

async fn transfer_that_is_taken_back_cannot_be_claimed(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let (first, second) =
        (start_transfer(&stack, &buyer, &pass).await, start_transfer(&stack, &buyer, &pass).await);
    let friend = stack.session("friend").await;
    claim(&stack, &friend, &first).await.assert_refused(400, "claim_invalid");
    let path = format!("/api/passes{}", path_of(&pass, "/transfer"));
    for _ in 0..2 {
        assert_eq!(stack.raw().delete(&path).by(&buyer).await.status, 204);
    }
    claim(&stack, &friend, &second).await.assert_refused(400, "claim_invalid");
    // Two starts and one end; the second end changed nothing.
    assert_eq!(read_pass(&stack, &buyer, &pass).await["version"], 3);
    stack.finish().await;
}

async fn repeated_transfer_answers_the_same_code_that_is_not_stored(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let path = format!("/api/passes{}", path_of(&pass, "/transfer"));
    let start = || stack.raw().post(&path).by(&buyer).key("k");
    let (first, again) = (start().await, start().await);
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("false", "true"));
    assert_eq!(first.ok(201), again.ok(201));
    let stored =
        "SELECT COUNT(*) AS n FROM idempotency_keys WHERE body LIKE '%claimCode%' OR body LIKE '%TK1%'";
    assert_eq!(count(&stack, "tickets", stored).await, 0);
    let friend = stack.session("friend").await;
    claim(&stack, &friend, &first.ok(201)["claimCode"]).await.ok(201);
    stack.finish().await;
}

async fn only_the_holder_of_a_valid_pass_gives_it_away(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let path = path_of(&pass, "/transfer");
    post(&stack, &seller, &path, json!({})).await.assert_refused(404, "not_found");
    stack.raw().delete(&format!("/api/passes{path}")).by(&seller).await.assert_refused(404, "not_found");
    check_in(&stack, &seller, &pass["code"]).await.ok(201);
    post(&stack, &buyer, &path, json!({})).await.assert_refused(400, "pass_not_valid");
    stack.finish().await;
}
