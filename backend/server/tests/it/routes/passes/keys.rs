//! `GET /api/passes/keys`

use ticketing_sdk::{PassCode, PassKeys, PassVerifier};
use ticketing_testkit::{Shape, TestStack, on_shapes};

use super::sell_pass;

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    published_keys_verify_codes_without_the_service;
}

async fn published_keys_verify_codes_without_the_service(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let keys: PassKeys = serde_json::from_value(stack.raw().get("/api/passes/keys").await.ok(200)).unwrap();
    let code = PassCode::from(pass["code"].as_str().unwrap());
    let claim = PassVerifier::new(&keys).verify(&code).unwrap();
    assert_eq!((claim.pass_id.as_str(), claim.serial), (pass["id"].as_str().unwrap(), 0));
    stack.finish().await;
}
