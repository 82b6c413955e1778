//! `/api/passes`, a file per route, and what they share.

mod calendar;
mod check_ins;
mod claims;
mod ended;
mod entered;
mod get;
mod keys;
mod list;
mod other_day;
mod resale;
mod transfer;

use serde_json::{Value, json};
use ticketing_testkit::{Deadline, Reply, TestSession, TestStack};

use crate::support::{list, order_when_visible, pay};

/// Buys this ticket, and returns the pass.
async fn buy_pass(stack: &TestStack, buyer: &TestSession, ticket: &str) -> Value {
    let order = order_when_visible(stack, buyer, ticket).await;
    pay(stack, buyer, &order, "tok_visa").await.ok(201);
    let deadline = Deadline::from_now(std::time::Duration::from_secs(30));
    loop {
        let passes = stack.raw().get(&format!("/api/passes?order={order}")).by(buyer).await.ok(200);
        if let Some(pass) = passes.as_array().unwrap().first() {
            return pass.clone();
        }
        deadline.pause("the pass of a completed order").await;
    }
}

/// Lists a ticket, buys it, and returns the pass.
async fn sell_pass(stack: &TestStack, seller: &TestSession, buyer: &TestSession) -> Value {
    let ticket = list(stack, seller, "A ticket", 20.0).await;
    buy_pass(stack, buyer, &ticket).await
}

async fn post(stack: &TestStack, user: &TestSession, path: &str, body: Value) -> Reply {
    stack.raw().post(&format!("/api/passes{path}")).by(user).json(&body).await
}

/// Returns the path of a pass, and what follows it.
fn path_of(pass: &Value, rest: &str) -> String {
    format!("/{}{rest}", pass["id"].as_str().unwrap())
}

/// Returns the pass as this user sees it.
async fn read_pass(stack: &TestStack, user: &TestSession, pass: &Value) -> Value {
    stack.raw().get(&format!("/api/passes{}", path_of(pass, ""))).by(user).await.ok(200)
}

async fn check_in(stack: &TestStack, door: &TestSession, code: &Value) -> Reply {
    post(stack, door, "/check-ins", json!({ "code": code })).await
}

/// Starts a transfer, and returns its claim code.
async fn start_transfer(stack: &TestStack, holder: &TestSession, pass: &Value) -> Value {
    post(stack, holder, &path_of(pass, "/transfer"), json!({})).await.ok(201)["claimCode"].clone()
}

async fn claim(stack: &TestStack, user: &TestSession, code: &Value) -> Reply {
    post(stack, user, "/claims", json!({ "claimCode": code })).await
}
