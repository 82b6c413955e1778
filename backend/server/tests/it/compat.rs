//! The API is compatible with the requests of the original web client.

use serde_json::{Value, json};
use ticketing_platform::session::CookieSettings;
use ticketing_testkit::{Shape, TestStack, eventually, on_shapes};

use crate::support::id;

on_shapes! {
    [embedded, postgres_and_nats, processes]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    original_client_buys_a_ticket,
    original_client_receives_its_error_messages,
    cookie_of_another_name_is_ignored;
}

/// Starts a stack with the cookie name of older deployments.
async fn original(shape: Shape) -> TestStack {
    let named = |settings: &mut ticketing_server::StackSettings| {
        settings.cookie = CookieSettings::new("express:sess", false).unwrap();
    };
    TestStack::builder().on(shape).with(named).start().await
}

async fn original_client_buys_a_ticket(shape: Shape) {
    let stack = original(shape).await;
    let raw = stack.raw();
    assert_eq!(raw.get("/api/users/currentuser").await.ok(200), json!({ "currentUser": null }));

    let credentials = json!({ "email": "test@test.com", "password": "password" });
    let reply = raw.post("/api/users/signup").json(&credentials).await;
    let user = reply.ok(201);
    assert_eq!(user.as_object().unwrap().keys().collect::<Vec<_>>(), ["email", "id"]);
    assert_eq!(user["email"], "test@test.com");
    let cookie = reply.cookie().to_owned();
    assert!(cookie.starts_with("express:sess=ey"), "{cookie}");
    let current = raw.get("/api/users/currentuser").cookie(&cookie).await.ok(200);
    assert_eq!(
        (&current["currentUser"]["id"], &current["currentUser"]["email"]),
        (&user["id"], &user["email"])
    );
    assert!(current["currentUser"]["iat"].is_i64());

    // The form sends the price as a string.
    let new = json!({ "title": "Concert", "price": "20.00" });
    let ticket = raw.post("/api/tickets").cookie(&cookie).json(&new).await.ok(201);
    assert_eq!(
        (&ticket["title"], &ticket["price"], &ticket["userId"]),
        (&json!("Concert"), &json!(20), &user["id"])
    );
    assert!(ticket["version"].is_i64());
    let tickets = raw.get("/api/tickets").await.ok(200);
    assert_eq!(tickets.as_array().expect("a bare array").len(), 1);
    assert_eq!(raw.get(&format!("/api/tickets/{}", id(&ticket))).await.ok(200), ticket);

    stack.settle().await;
    let order = json!({ "ticketId": ticket["id"] });
    let order = raw.post("/api/orders").cookie(&cookie).json(&order).await.ok(201);
    assert_eq!((&order["status"], &order["userId"]), (&json!("created"), &user["id"]));
    assert_eq!((&order["ticket"]["id"], &order["ticket"]["price"]), (&ticket["id"], &json!(20)));
    // The page counts down to this time.
    assert!(order["expiresAt"].as_str().unwrap().ends_with('Z'));

    stack.settle().await;
    let payment = json!({ "orderId": order["id"], "token": "tok_visa" });
    let payment = raw.post("/api/payments").cookie(&cookie).json(&payment).await.ok(201);
    assert!(payment["id"].is_string());
    let orders = async || raw.get("/api/orders").cookie(&cookie).await.ok(200);
    assert_eq!(orders().await.as_array().expect("a bare array").len(), 1);
    eventually!(orders().await[0]["status"] == "complete");
    eventually!(raw.get("/api/tickets").await.ok(200) == json!([]));

    let reply = raw.post("/api/users/signout").cookie(&cookie).json(&json!({})).await;
    assert_eq!(reply.ok(200), json!({}));
    assert!(reply.header("set-cookie").starts_with("express:sess=;"), "{}", reply.header("set-cookie"));
    let current = async || raw.get("/api/users/currentuser").cookie(&cookie).await.ok(200);
    // Another replica of auth receives the event later.
    eventually!(current().await == json!({ "currentUser": null }));
    stack.finish().await;
}

async fn original_client_receives_its_error_messages(shape: Shape) {
    let stack = original(shape).await;
    let raw = stack.raw();
    let credentials = json!({ "email": "test@test.com", "password": "password" });
    let cookie = raw.post("/api/users/signup").json(&credentials).await.cookie().to_owned();
    let messages = |reply: &ticketing_testkit::Reply, status: u16| -> Vec<(Value, Value)> {
        reply.errors(status).iter().map(|error| (error["message"].clone(), error["field"].clone())).collect()
    };
    let without_field = |message: &str| vec![(json!(message), Value::Null)];

    let again = raw.post("/api/users/signup").json(&credentials).await;
    assert_eq!(messages(&again, 400)[0].0, "Email in use");
    for wrong in [
        json!({ "email": "test@test.com", "password": "wrong" }),
        json!({ "email": "no@test.com", "password": "password" }),
    ] {
        let reply = raw.post("/api/users/signin").json(&wrong).await;
        assert_eq!(messages(&reply, 400), without_field("Invalid credentials"));
    }
    let anonymous = raw.post("/api/tickets").json(&json!({ "title": "x", "price": 1 })).await;
    assert_eq!(messages(&anonymous, 401), without_field("Not authorized"));
    assert_eq!(
        messages(&raw.get("/api/tickets/5f8d0d55b54764421b7156d9").await, 404),
        without_field("Not Found")
    );
    assert_eq!(messages(&raw.get("/api/nothing").await, 404), without_field("Not Found"));
    let reply = raw.post("/api/tickets").cookie(&cookie).json(&json!({ "title": "", "price": -10 })).await;
    let errors = messages(&reply, 400);
    assert_eq!(errors[0], (json!("Title is required"), json!("title")));
    assert_eq!(errors[1].1, "price");

    let ticket = raw.post("/api/tickets").cookie(&cookie).json(&json!({ "title": "x", "price": 1 })).await;
    stack.settle().await;
    let order = json!({ "ticketId": ticket.json()["id"] });
    raw.post("/api/orders").cookie(&cookie).json(&order).await.ok(201);
    let reply = raw.post("/api/orders").cookie(&cookie).json(&order).await;
    assert_eq!(messages(&reply, 400), without_field("Ticket is already reserved"));
    let path = format!("/api/tickets/{}", id(&ticket.json()));
    let edit = || async { raw.put(&path).cookie(&cookie).json(&json!({ "title": "y", "price": 2 })).await };
    eventually!(edit().await.status == 400);
    assert_eq!(messages(&edit().await, 400), without_field("Cannot edit a reserved ticket"));
    let reply = raw.delete(&path).cookie(&cookie).await;
    assert_eq!(messages(&reply, 400), without_field("Cannot delete a reserved ticket"));
    stack.finish().await;
}

async fn cookie_of_another_name_is_ignored(shape: Shape) {
    let stack = original(shape).await;
    let credentials = json!({ "email": "test@test.com", "password": "password" });
    let reply = stack.raw().post("/api/users/signup").json(&credentials).await;
    let renamed = reply.cookie().replace("express:sess=", "session=");
    let current = stack.raw().get("/api/users/currentuser").cookie(&renamed).await.ok(200);
    assert_eq!(current, json!({ "currentUser": null }));
    stack.finish().await;
}
