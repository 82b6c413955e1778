//! `POST /api/tickets`

use serde_json::json;
use ticketing_testkit::{Shape, TestStack, on_shapes};

use crate::support::{id, rows, ticket};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    new_ticket_is_available, titles_have_1_to_200_characters, errors_of_both_fields_are_reported_at_once,
    listing_requires_a_session, ticket_details_are_kept, errors_of_details_are_named_by_field,
    title_venue_and_seat_are_single_lines;
}

async fn ticket_details_are_kept(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let new = json!({
        "title": "Opera", "price": 20, "venue": " Cafe\u{301} ", "startsAt": "2099-12-24T19:30:00+05:45",
    });
    let post = || stack.raw().post("/api/tickets").by(&seller).key("key-1").json(&new);
    let created = post().await.ok(201);
    assert_eq!(
        (&created["venue"], &created["startsAt"]),
        (&json!("Caf\u{e9}"), &json!("2099-12-24T19:30:00+05:45"))
    );
    assert!(created.get("seat").is_none(), "what is not given is absent");
    assert_eq!(ticket(&stack, &id(&created)).await, created);
    assert_eq!(post().await.ok(201), created);
    let other = json!({ "title": "Opera", "price": 20, "venue": "Tivoli" });
    let reused = stack.raw().post("/api/tickets").by(&seller).key("key-1").json(&other).await;
    reused.assert_refused(422, "idempotency_key_reused");
    stack.finish().await;
}

async fn title_venue_and_seat_are_single_lines(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let new = json!({
        "title": "Opera\r\n gala", "price": 20, "venue": "City\u{1b}[2JHall", "seat": "Row 4\n\tseat 1",
        "description": "One\ntwo",
    });
    let created = stack.raw().post("/api/tickets").by(&seller).json(&new).await.ok(201);
    let single = json!({ "title": "Opera gala", "venue": "City [2JHall", "seat": "Row 4 seat 1", "description": "One\ntwo" });
    for (field, text) in single.as_object().unwrap() {
        assert_eq!(&created[field], text, "{field}");
    }
    assert_eq!(ticket(&stack, &id(&created)).await, created);
    let path = format!("/api/tickets/{}", id(&created));
    let edit = json!({ "title": "Opera\u{2028}ball", "price": 20, "seat": "a\nb" });
    let edited = stack.raw().put(&path).by(&seller).json(&edit).await.ok(200);
    assert_eq!((&edited["title"], &edited["seat"]), (&json!("Opera ball"), &json!("a b")));
    stack.finish().await;
}

async fn errors_of_details_are_named_by_field(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let bad = json!({ "title": "", "price": 20, "venue": "\u{200b}", "startsAt": "tomorrow", "seat": 4 });
    let reply = stack.raw().post("/api/tickets").by(&seller).json(&bad).await;
    assert_eq!(reply.fields(), ["seat", "startsAt", "title", "venue"]);
    for (field, max) in [("venue", 120), ("seat", 60)] {
        let post = |text: String| {
            stack
                .raw()
                .post("/api/tickets")
                .by(&seller)
                .json(&json!({ "title": "x", "price": 1, field: text }))
        };
        post("é".repeat(max)).await.ok(201);
        for bad in ["é".repeat(max + 1), String::new(), "a\0b".to_owned()] {
            assert_eq!(post(bad).await.fields(), [field]);
        }
    }
    stack.finish().await;
}

async fn new_ticket_is_available(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let new = json!({ "title": "  RustConf, day 1 ", "price": 149.99 });
    let reply = stack.raw().post("/api/tickets").by(&seller).json(&new).await;
    let created = reply.ok(201);
    assert_eq!(created["title"], "RustConf, day 1", "without the space around it");
    assert_eq!((&created["price"], &created["userId"]), (&json!(149.99), &json!(seller.id)));
    assert_eq!((&created["version"], &created["status"]), (&json!(0), &json!("available")));
    assert!(created.get("orderId").is_none());
    assert_eq!(created["createdAt"], created["updatedAt"]);
    let time = created["createdAt"].as_str().unwrap();
    assert!(time.len() == 24 && time.ends_with('Z') && time.as_bytes()[19] == b'.', "{time}");
    assert_eq!(ticket(&stack, &id(&created)).await, created);
    stack.finish().await;
}

async fn titles_have_1_to_200_characters(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let before = rows(&stack).await;
    let post = |title: String| {
        stack.raw().post("/api/tickets").by(&seller).json(&json!({ "title": title, "price": 1 }))
    };
    for bad in ["", " ", "\t\n", "\u{3000}", &"x".repeat(201), &"é".repeat(201)] {
        assert_eq!(post(bad.to_owned()).await.fields(), ["title"], "{bad:?}");
    }
    assert_eq!(rows(&stack).await, before);
    for good in ["x", &"x".repeat(200), &"é".repeat(200), &format!("  {}  ", "x".repeat(200))] {
        post(good.to_owned()).await.ok(201);
    }
    stack.finish().await;
}

async fn errors_of_both_fields_are_reported_at_once(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let reply =
        stack.raw().post("/api/tickets").by(&seller).json(&json!({ "title": "", "price": -10 })).await;
    assert_eq!(reply.fields(), ["price", "title"]);
    stack.finish().await;
}

async fn listing_requires_a_session(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let new = json!({ "title": "A ticket", "price": 20 });
    stack.raw().post("/api/tickets").json(&new).await.assert_refused(401, "not_signed_in");
    stack.finish().await;
}
