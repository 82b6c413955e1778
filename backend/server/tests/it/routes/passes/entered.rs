//! Holders who enter at a door without a network and sell their pass: nobody pays for a pass whose admission is known.

use std::time::Duration;

use serde_json::{Value, json};
use ticketing_sdk::Timestamp;
use ticketing_testkit::{Reply, Shape, TestSession, TestStack, eventually, on_shapes};

use super::{check_in, claim, path_of, post, read_pass, sell_pass, start_transfer};
use crate::support::{order, order_when_visible, pay};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    listing_of_an_admitted_pass_is_not_sold, withdrawn_listing_of_an_admitted_pass_leaves_it_used,
    reservation_of_an_admitted_pass_ends_unpaid, given_pass_that_was_admitted_is_not_sold_on,
    new_holder_is_admitted_with_a_warning;
}

/// An issuer, a holder with a pass, and another buyer.
struct Story {
    stack: TestStack,
    issuer: TestSession,
    holder: TestSession,
    second: TestSession,
    pass: Value,
}

impl Story {
    async fn begin(shape: Shape) -> Self {
        let stack = TestStack::start_on(shape).await;
        let (issuer, holder) = (stack.session("issuer").await, stack.session("holder").await);
        let second = stack.session("second").await;
        let pass = sell_pass(&stack, &issuer, &holder).await;
        stack.clock().advance(Duration::from_secs(60));
        Self { stack, issuer, holder, second, pass }
    }

    async fn resell(&self) -> String {
        let listing =
            post(&self.stack, &self.holder, &path_of(&self.pass, "/resale"), json!({ "price": 20 })).await;
        listing.ok(201)["id"].as_str().unwrap().to_owned()
    }

    fn entered_at(&self) -> Value {
        let issued: Timestamp = self.pass["issuedAt"].as_str().unwrap().parse().unwrap();
        json!(issued + Duration::from_secs(1))
    }

    /// Uploads the admission of a door that had no network.
    async fn upload(&self) -> Reply {
        let upload = json!({ "code": self.pass["code"], "at": self.entered_at(), "device": "north" });
        post(&self.stack, &self.issuer, "/check-ins", upload).await
    }

    async fn scan(&self, pass: &Value) -> Reply {
        check_in(&self.stack, &self.issuer, &pass["code"]).await
    }

    async fn seen_by_issuer(&self) -> Value {
        read_pass(&self.stack, &self.issuer, &self.pass).await
    }

    /// Checks that the door refuses the code of the holder who has entered.
    async fn assert_refused_as_admitted(&self) {
        let fault = self.scan(&self.pass).await.errors(409).remove(0);
        assert_eq!((&fault["code"], &fault["admittedAt"]), (&json!("already_admitted"), &self.entered_at()));
        assert_eq!(fault["device"], "north");
    }

    /// The other admissions in the answer to a check-in, and on record before it.
    fn warning(&self) -> Value {
        json!([{ "admittedAt": self.entered_at(), "device": "north" }])
    }
}

/// The holder enters without a network, offers the pass, and the door uploads.
async fn listing_of_an_admitted_pass_is_not_sold(shape: Shape) {
    let story = Story::begin(shape).await;
    let Story { stack, second, holder, .. } = &story;
    let listing = story.resell().await;
    stack.settle().await;
    let fault = story.upload().await.errors(400).remove(0);
    assert_eq!((&fault["code"], &fault["offerWithdrawn"]), (&json!("pass_offered"), &json!(true)));
    for viewer in [&story.issuer, holder] {
        let shown = read_pass(stack, viewer, &story.pass).await;
        assert_eq!(shown["admittedAt"], story.entered_at(), "{shown}");
        assert!(shown["doubleAdmissions"].is_null(), "{shown}");
    }
    story.assert_refused_as_admitted().await;
    stack.settle().await;
    order(stack, second, &listing).await.assert_refused(404, "not_found");
    stack.raw().get(&format!("/api/tickets/{listing}")).by(second).await.assert_refused(404, "not_found");
    eventually!(story.seen_by_issuer().await["status"] == "used", seconds 30);
    story.assert_refused_as_admitted().await;
    assert!(story.upload().await.errors(409)[0]["offerWithdrawn"].is_null(), "nothing is for sale now");
    let orders = stack.raw().get("/api/orders").by(second).await.ok(200);
    assert_eq!(orders, json!([]), "the second buyer has paid nothing");
    story.stack.finish().await;
}

/// The pass is offered, its holder enters by an older door list, and withdraws the listing.
async fn withdrawn_listing_of_an_admitted_pass_leaves_it_used(shape: Shape) {
    for is_uploaded_first in [true, false] {
        let story = Story::begin(shape).await;
        let listing = story.resell().await;
        let path = format!("/api/tickets/{listing}");
        if is_uploaded_first {
            story.upload().await.assert_refused(400, "pass_offered");
            let gone = story.stack.raw().delete(&path).by(&story.holder).await;
            gone.assert_refused(404, "not_found");
        } else {
            assert_eq!(story.stack.raw().delete(&path).by(&story.holder).await.status, 204);
            assert!(matches!(story.upload().await.status, 201 | 400));
        }
        eventually!(story.seen_by_issuer().await["status"] == "used", seconds 30);
        story.assert_refused_as_admitted().await;
        let shown = story.seen_by_issuer().await;
        assert_eq!((&shown["admittedAt"], &shown["device"]), (&story.entered_at(), &json!("north")));
        assert!(shown["doubleAdmissions"].is_null(), "{shown}");
        story.stack.finish().await;
    }
}

/// The second buyer has reserved the listing when the door uploads, and pays nothing.
async fn reservation_of_an_admitted_pass_ends_unpaid(shape: Shape) {
    let story = Story::begin(shape).await;
    let Story { stack, second, .. } = &story;
    let listing = story.resell().await;
    let order_id = order_when_visible(stack, second, &listing).await;
    stack.settle().await;
    story.upload().await.assert_refused(400, "pass_offered");
    let path = format!("/api/orders/{order_id}");
    eventually!(
        stack.raw().get(&path).by(second).await.ok(200)["cancelReason"] == "withdrawn",
        seconds 30
    );
    assert_eq!(stack.raw().get(&path).by(second).await.ok(200)["status"], "cancelled");
    stack.settle().await;
    pay(stack, second, &order_id, "tok_visa").await.assert_refused(400, "order_cancelled");
    order(stack, second, &listing).await.assert_refused(404, "not_found");
    eventually!(story.seen_by_issuer().await["status"] == "used", seconds 30);
    story.assert_refused_as_admitted().await;
    story.stack.finish().await;
}

/// The holder enters, gives the pass away, and the door uploads: before or after the new holder offers it.
async fn given_pass_that_was_admitted_is_not_sold_on(shape: Shape) {
    for is_offered_first in [false, true] {
        let story = Story::begin(shape).await;
        let Story { stack, issuer, holder, second, pass } = &story;
        let code = start_transfer(stack, holder, pass).await;
        let given = claim(stack, second, &code).await.ok(201);
        let resale = async || post(stack, second, &path_of(pass, "/resale"), json!({ "price": 20 })).await;
        let mut listing = None;
        if is_offered_first {
            let offered = resale().await.ok(201)["id"].as_str().unwrap().to_owned();
            listing = Some((order_when_visible(stack, holder, &offered).await, offered));
            stack.settle().await;
        }
        let fault = story.upload().await.errors(400).remove(0);
        assert_eq!(fault["code"], "pass_superseded");
        assert_eq!(fault["offerWithdrawn"], if is_offered_first { json!(true) } else { Value::Null });
        if let Some((order_id, offered)) = listing {
            eventually!(read_pass(stack, second, pass).await["status"] == "valid", seconds 30);
            let ended = stack.raw().get(&format!("/api/orders/{order_id}")).by(holder).await.ok(200);
            assert_eq!(ended["cancelReason"], "withdrawn");
            order(stack, holder, &offered).await.assert_refused(404, "not_found");
        }
        let refused = resale().await;
        refused.assert_refused(400, "pass_not_valid");
        let message = "An earlier holder has entered with this pass, so it cannot be sold on";
        assert_eq!(refused.json()["errors"][0]["message"], message);
        let own = read_pass(stack, second, pass).await;
        assert_eq!(own["doubleAdmissions"], json!([{ "admittedAt": story.entered_at() }]));
        assert_eq!((&own["code"], &own["admittedAt"]), (&given["code"], &json!(null)));
        // It can be given away, and its holder enters.
        let gift = start_transfer(stack, second, pass).await;
        let friend = stack.session("friend").await;
        let given = claim(stack, &friend, &gift).await.ok(201);
        assert_eq!(given["doubleAdmissions"], own["doubleAdmissions"]);
        let admitted = check_in(stack, issuer, &given["code"]).await.ok(201);
        assert_eq!(admitted["doubleAdmissions"], story.warning());
        let own = read_pass(stack, &friend, pass).await;
        assert_eq!(own["admittedAt"], admitted["admittedAt"], "not the entry of the earlier holder");
        story.stack.finish().await;
    }
}

async fn new_holder_is_admitted_with_a_warning(shape: Shape) {
    let story = Story::begin(shape).await;
    let Story { stack, issuer, holder, second, pass } = &story;
    let code = start_transfer(stack, holder, pass).await;
    let given = claim(stack, second, &code).await.ok(201);
    story.upload().await.assert_refused(400, "pass_superseded");
    let key = "a-scan";
    let scan = || stack.raw().post("/api/passes/check-ins").by(issuer).key(key);
    let body = json!({ "code": given["code"] });
    let admitted = scan().json(&body).await.ok(201);
    assert_eq!(admitted["doubleAdmissions"], story.warning());
    assert_eq!(scan().json(&body).await.ok(201), admitted, "repeated with the same key");
    // Nobody has entered with another pass.
    let other = sell_pass(stack, issuer, holder).await;
    assert!(story.scan(&other).await.ok(201)["doubleAdmissions"].is_null());
    story.stack.finish().await;
}
