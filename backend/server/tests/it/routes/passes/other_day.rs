//! Check-ins of a door that admits only the events that start within some time.

use std::time::Duration;

use serde_json::{Value, json};
use ticketing_platform::clock::Clock;
use ticketing_sdk::Timestamp;
use ticketing_testkit::{Reply, Shape, TestSession, TestStack, on_shapes};

use super::{buy_pass, path_of, post, read_pass, sell_pass};
use crate::support::id;

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    pass_of_another_day_is_refused_and_stays_valid, refusal_for_another_day_precedes_the_status_of_the_pass,
    time_of_an_offline_admission_is_compared_with_the_start, pass_without_a_start_is_admitted_on_any_day,
    key_with_another_span_is_another_request, invalid_span_is_an_error_of_its_field;
}

const DAY: Duration = Duration::from_secs(86_400);
const HALF_A_DAY: u64 = 43_200;

struct Story {
    stack: TestStack,
    issuer: TestSession,
    holder: TestSession,
    pass: Value,
    /// The start of the event, in three days.
    starts: Timestamp,
}

impl Story {
    async fn begin(shape: Shape) -> Self {
        let clock = Clock::manual(Timestamp::from_millis(1_800_000_000_000));
        let stack = TestStack::builder().on(shape).clock(clock).start().await;
        let (issuer, holder) = (stack.session("issuer").await, stack.session("holder").await);
        let starts = stack.clock().now() + DAY * 3;
        // 2027-01-18T08:00Z, as the clock at the place shows it.
        let new = json!({
            "title": "Concert", "price": 20, "venue": "Hall", "startsAt": "2027-01-18T13:30:00+05:30",
        });
        let ticket = id(&stack.raw().post("/api/tickets").by(&issuer).json(&new).await.ok(201));
        let pass = buy_pass(&stack, &holder, &ticket).await;
        assert_eq!(starts.to_string(), "2027-01-18T08:00:00.000Z");
        Self { stack, issuer, holder, pass, starts }
    }

    async fn check_in(&self, more: Value) -> Reply {
        let mut body = json!({ "code": self.pass["code"] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        post(&self.stack, &self.issuer, "/check-ins", body).await
    }

    async fn version(&self) -> Value {
        read_pass(&self.stack, &self.issuer, &self.pass).await["version"].clone()
    }
}

async fn pass_of_another_day_is_refused_and_stays_valid(shape: Shape) {
    let story = Story::begin(shape).await;
    let refused = story.check_in(json!({ "startsWithin": HALF_A_DAY, "device": "north" })).await;
    let fault = refused.errors(400).remove(0);
    assert_eq!((&fault["code"], &fault["field"]), (&json!("pass_other_day"), &json!("code")));
    assert_eq!(fault["message"], "Concert: this ticket is for another day: Mon 18 Jan 2027, 13:30 +05:30");
    assert_eq!(
        (&fault["title"], &fault["startsAt"]),
        (&json!("Concert"), &json!("2027-01-18T13:30:00+05:30"))
    );
    let pass = read_pass(&story.stack, &story.holder, &story.pass).await;
    assert_eq!((&pass["status"], &pass["version"]), (&json!("valid"), &story.pass["version"]));
    // Half a day before the start to the millisecond.
    let earliest = story.starts - Duration::from_secs(HALF_A_DAY);
    let until = |at: Timestamp| at.saturating_duration_since(story.stack.clock().now());
    story.stack.clock().advance(until(earliest - Duration::from_millis(1)));
    let early = story.check_in(json!({ "startsWithin": HALF_A_DAY })).await;
    let message = early.assert_refused(400, "pass_other_day");
    // The limit was passed at a time of the same day at the place.
    assert_eq!(message, "Concert: this ticket is for another time: Mon 18 Jan 2027, 13:30 +05:30");
    story.stack.clock().advance(Duration::from_millis(1));
    let admitted = story.check_in(json!({ "startsWithin": HALF_A_DAY })).await.ok(201);
    assert_eq!(
        (&admitted["startsAt"], &admitted["venue"]),
        (&json!("2027-01-18T13:30:00+05:30"), &json!("Hall"))
    );
    story.stack.finish().await;
}

async fn refusal_for_another_day_precedes_the_status_of_the_pass(shape: Shape) {
    let story = Story::begin(shape).await;
    let Story { stack, holder, pass, .. } = &story;
    post(stack, holder, &path_of(pass, "/resale"), json!({ "price": 20 })).await.ok(201);
    let version = story.version().await;
    // Nothing of an upload is recorded either, which would end the offer.
    let at = stack.clock().now();
    let conditional = json!({ "startsWithin": HALF_A_DAY, "at": at });
    story.check_in(conditional).await.assert_refused(400, "pass_other_day");
    assert_eq!(story.version().await, version);
    story.check_in(json!({})).await.assert_refused(400, "pass_offered");
    // The title is not for the door of another issuer.
    let body = json!({ "code": pass["code"], "startsWithin": HALF_A_DAY });
    post(stack, holder, "/check-ins", body).await.assert_refused(401, "not_owner");
    story.stack.finish().await;
}

async fn time_of_an_offline_admission_is_compared_with_the_start(shape: Shape) {
    let story = Story::begin(shape).await;
    let at = |ahead: Duration| json!({ "startsWithin": 60, "at": story.starts + ahead });
    story.check_in(at(Duration::from_secs(61))).await.assert_refused(400, "pass_other_day");
    let admitted = story.check_in(at(Duration::from_secs(60))).await.ok(201);
    assert_eq!(admitted["admittedAt"], json!(story.starts + Duration::from_secs(60)));
    story.stack.finish().await;
}

async fn pass_without_a_start_is_admitted_on_any_day(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (issuer, holder) = (stack.session("issuer").await, stack.session("holder").await);
    let pass = sell_pass(&stack, &issuer, &holder).await;
    let body = json!({ "code": pass["code"], "startsWithin": 1 });
    let admitted = post(&stack, &issuer, "/check-ins", body).await.ok(201);
    assert!(admitted["startsAt"].is_null() && admitted["venue"].is_null(), "{admitted}");
    stack.finish().await;
}

async fn key_with_another_span_is_another_request(shape: Shape) {
    let story = Story::begin(shape).await;
    let admit = |within: Value| {
        let body = json!({ "code": story.pass["code"], "startsWithin": within });
        story.stack.raw().post("/api/passes/check-ins").by(&story.issuer).key("k").json(&body)
    };
    // A refusal releases the key.
    admit(json!(HALF_A_DAY)).await.assert_refused(400, "pass_other_day");
    let first = admit(json!(4 * 86_400)).await;
    assert_eq!(first.ok(201), admit(json!(4 * 86_400)).await.ok(201));
    for other in [json!(HALF_A_DAY), Value::Null] {
        admit(other).await.assert_refused(422, "idempotency_key_reused");
    }
    story.stack.finish().await;
}

async fn invalid_span_is_an_error_of_its_field(shape: Shape) {
    let story = Story::begin(shape).await;
    for wrong in [json!(0), json!(-1), json!(2_678_401), json!(1.5), json!("12h"), json!(true), json!([])] {
        assert_eq!(story.check_in(json!({ "startsWithin": wrong })).await.fields(), ["startsWithin"]);
    }
    let fields = story.check_in(json!({ "startsWithin": 0, "at": "soon" })).await.fields();
    assert_eq!(fields, ["at", "startsWithin"]);
    story.check_in(json!({ "startsWithin": 2_678_400 })).await.ok(201);
    story.stack.finish().await;
}
