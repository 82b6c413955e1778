//! The steps of tests about passes.

use serde_json::{Value, json};
use ticketing_testkit::{Reply, TestSession, TestStack, eventually};

/// Waits for the pass of a paid order.
pub(crate) async fn pass_of_order(stack: &TestStack, holder: &TestSession, order: &str) -> Value {
    let mut passes = Vec::new();
    eventually!(
        {
            let listed = stack.raw().get(&format!("/api/passes?order={order}")).by(holder).await.ok(200);
            passes.clone_from(listed.as_array().unwrap());
            !passes.is_empty()
        },
        seconds 30
    );
    assert_eq!(passes.len(), 1, "an order has one pass");
    passes.remove(0)
}

/// Reads a pass.
pub(crate) async fn pass(stack: &TestStack, reader: &TestSession, id: &str) -> Reply {
    stack.raw().get(&format!("/api/passes/{id}")).by(reader).await
}

/// Reads a code at a door of the issuer.
pub(crate) async fn check_in(stack: &TestStack, issuer: &TestSession, code: &str, device: &str) -> Reply {
    let body = json!({ "code": code, "device": device });
    stack.raw().post("/api/passes/check-ins").by(issuer).json(&body).await
}

/// Starts a transfer and returns its claim code.
pub(crate) async fn start_transfer(stack: &TestStack, holder: &TestSession, pass: &str) -> String {
    let started = stack.raw().post(&format!("/api/passes/{pass}/transfer")).by(holder).await.ok(201);
    started["claimCode"].as_str().unwrap().to_owned()
}

/// Claims a pass.
pub(crate) async fn claim(stack: &TestStack, by: &TestSession, code: &str) -> Reply {
    stack.raw().post("/api/passes/claims").by(by).json(&json!({ "claimCode": code })).await
}

/// Offers a pass for what most tickets of tests cost.
pub(crate) async fn resell(stack: &TestStack, holder: &TestSession, pass: &str) -> Reply {
    stack.raw().post(&format!("/api/passes/{pass}/resale")).by(holder).json(&json!({ "price": 20 })).await
}

/// Returns the code that the holder of a pass sees.
pub(crate) fn code_of(pass: &Value) -> &str {
    pass["code"].as_str().unwrap_or_else(|| panic!("no code in {pass}"))
}
