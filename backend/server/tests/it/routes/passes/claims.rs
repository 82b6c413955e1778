//! `POST /api/passes/claims`

use std::time::Duration;

use serde_json::json;
use ticketing_testkit::{Shape, TestStack, on_shapes};

use super::{check_in, claim, read_pass, sell_pass, start_transfer};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    claimed_pass_has_another_holder_and_another_code, holder_who_claims_takes_the_transfer_back,
    failed_claims_are_limited_per_account, successful_claims_are_not_limited, expired_transfer_cannot_be_claimed, one_of_two_claimants_gets_the_pass;
}

async fn claimed_pass_has_another_holder_and_another_code(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let friend = stack.session("friend").await;
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let code = start_transfer(&stack, &buyer, &pass).await;
    let spelled = json!(code.as_str().unwrap().to_lowercase().replace('-', " "));
    let claimed = claim(&stack, &friend, &spelled).await.ok(201);
    assert_eq!((&claimed["id"], &claimed["serial"]), (&pass["id"], &json!(1)));
    assert!(claimed["orderId"].is_null() && claimed["code"] != pass["code"]);
    assert_eq!(claimed["resaleLimit"], 20);
    stack
        .raw()
        .get(&format!("/api/passes/{}", pass["id"].as_str().unwrap()))
        .by(&buyer)
        .await
        .assert_refused(404, "not_found");
    claim(&stack, &friend, &code).await.assert_refused(400, "claim_invalid");
    check_in(&stack, &seller, &pass["code"]).await.assert_refused(400, "pass_superseded");
    check_in(&stack, &seller, &claimed["code"]).await.ok(201);
    stack.finish().await;
}

async fn holder_who_claims_takes_the_transfer_back(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let code = start_transfer(&stack, &buyer, &pass).await;
    let kept = claim(&stack, &buyer, &code).await.ok(201);
    assert_eq!((&kept["serial"], &kept["code"]), (&json!(0), &pass["code"]));
    assert!(kept["transferExpiresAt"].is_null());
    stack.finish().await;
}

async fn failed_claims_are_limited_per_account(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (guesser, other) = (stack.session("guesser").await, stack.session("other").await);
    for number in 0..10 {
        let guess = json!(format!("0000-0000-0000-0000-000{number}"));
        claim(&stack, &guesser, &guess).await.assert_refused(400, "claim_invalid");
    }
    let refused = claim(&stack, &guesser, &json!("x")).await;
    refused.assert_refused(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), "6");
    claim(&stack, &other, &json!("x")).await.assert_refused(400, "claim_invalid");
    assert_eq!(claim(&stack, &other, &json!(7)).await.fields(), ["claimCode"]);
    stack.finish().await;
}

/// A group gives its passes to one account: more than the limit of guesses.
async fn successful_claims_are_not_limited(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let friend = stack.session("friend").await;
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let guess = json!("0000-0000-0000-0000-0000");
    for _ in 0..9 {
        claim(&stack, &friend, &guess).await.assert_refused(400, "claim_invalid");
    }
    for (holder, claimant) in [(&buyer, &friend), (&friend, &buyer)].into_iter().cycle().take(24) {
        let code = start_transfer(&stack, holder, &pass).await;
        claim(&stack, claimant, &code).await.ok(201);
    }
    claim(&stack, &friend, &guess).await.assert_refused(400, "claim_invalid");
    claim(&stack, &friend, &guess).await.assert_refused(429, "too_many_requests");
    stack.finish().await;
}

async fn expired_transfer_cannot_be_claimed(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let code = start_transfer(&stack, &buyer, &pass).await;
    stack.clock().advance(Duration::from_secs(7 * 24 * 3600));
    let friend = stack.session("friend").await;
    claim(&stack, &friend, &code).await.assert_refused(400, "claim_invalid");
    stack.finish().await;
}

async fn one_of_two_claimants_gets_the_pass(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let (one, two) = (stack.session("one").await, stack.session("two").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let code = start_transfer(&stack, &buyer, &pass).await;
    let (first, second) = tokio::join!(claim(&stack, &one, &code), claim(&stack, &two, &code));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400]);
    let holder = if first.status == 201 { &one } else { &two };
    assert_eq!(read_pass(&stack, holder, &pass).await["serial"], 1);
    stack.finish().await;
}
