//! Resales that are not sold when their event starts: the holder enters.

use std::time::Duration;

use serde_json::{Value, json};
use ticketing_platform::clock::Clock;
use ticketing_sdk::Timestamp;
use ticketing_testkit::{Shape, TestSession, TestStack, eventually, on_shapes};

use super::{buy_pass, check_in, path_of, post, read_pass};
use crate::support::{id, order, order_when_visible};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    unsold_resale_ends_when_its_event_starts, resale_ends_after_a_stop_over_the_start,
    unpaid_order_of_a_resale_ends_with_it;
    [processes]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    unsold_resale_ends_at_replicas;
}

/// The time from the listing to the start of the event.
const UNTIL_START: Duration = Duration::from_secs(5 * 60);
const ONE_MILLISECOND: Duration = Duration::from_millis(1);

struct Story {
    stack: TestStack,
    issuer: TestSession,
    holder: TestSession,
    pass: Value,
    listing: String,
}

impl Story {
    async fn begin(shape: Shape) -> Self {
        let clock = Clock::manual(Timestamp::from_millis(1_800_000_000_000));
        let stack = TestStack::builder().on(shape).clock(clock).start().await;
        let starts_at = stack.clock().now() + UNTIL_START;
        Self::offer(stack, starts_at).await
    }

    /// Sells a ticket to a holder who offers its pass.
    async fn offer(stack: TestStack, starts_at: Timestamp) -> Self {
        let (issuer, holder) = (stack.session("issuer").await, stack.session("holder").await);
        let new = json!({ "title": "Concert", "price": 20, "startsAt": starts_at });
        let ticket = id(&stack.raw().post("/api/tickets").by(&issuer).json(&new).await.ok(201));
        let pass = buy_pass(&stack, &holder, &ticket).await;
        let listing = post(&stack, &holder, &path_of(&pass, "/resale"), json!({ "price": 20 })).await;
        let listing = id(&listing.ok(201));
        Self { stack, issuer, holder, pass, listing }
    }

    async fn status(&self) -> Value {
        read_pass(&self.stack, &self.holder, &self.pass).await["status"].clone()
    }

    /// Checks that the resale ends within `seconds`, as if its seller had withdrawn it, and admits the holder.
    async fn assert_ends_within(&self, seconds: u64) {
        let Self { stack, holder, pass, listing, .. } = self;
        eventually!(self.status().await == "valid", seconds seconds);
        let kept = read_pass(stack, holder, pass).await;
        assert_eq!((&kept["serial"], &kept["code"]), (&json!(0), &pass["code"]));
        stack.raw().get(&format!("/api/tickets/{listing}")).by(holder).await.assert_refused(404, "not_found");
        check_in(stack, &self.issuer, &pass["code"]).await.ok(201);
    }
}

async fn unsold_resale_ends_when_its_event_starts(shape: Shape) {
    let story = Story::begin(shape).await;
    let stack = &story.stack;
    stack.settle().await;
    stack.clock().advance(UNTIL_START - ONE_MILLISECOND);
    // An order that every service has processed shows that the deadlines were checked meanwhile.
    let other = crate::support::list(stack, &story.issuer, "Another", 20.0).await;
    order_when_visible(stack, &story.holder, &other).await;
    stack.settle().await;
    assert_eq!(story.status().await, "offered");
    check_in(stack, &story.issuer, &story.pass["code"]).await.assert_refused(400, "pass_offered");
    stack.clock().advance(ONE_MILLISECOND);
    story.assert_ends_within(2).await;
    story.stack.finish().await;
}

async fn resale_ends_after_a_stop_over_the_start(shape: Shape) {
    let mut story = Story::begin(shape).await;
    let clock = story.stack.clock().clone();
    story.stack.stop().await;
    clock.advance(UNTIL_START * 2);
    story.stack.restart().await;
    story.assert_ends_within(5).await;
    story.stack.finish().await;
}

async fn unpaid_order_of_a_resale_ends_with_it(shape: Shape) {
    let story = Story::begin(shape).await;
    let stack = &story.stack;
    let second = stack.session("second").await;
    let order_id = order_when_visible(stack, &second, &story.listing).await;
    stack.settle().await;
    stack.clock().advance(UNTIL_START);
    story.assert_ends_within(5).await;
    let ended = crate::support::order_of(stack, &second, &order_id).await;
    assert_eq!((&ended["status"], &ended["cancelReason"]), (&json!("cancelled"), &json!("expired")));
    order(stack, &second, &story.listing).await.assert_refused(404, "not_found");
    story.stack.finish().await;
}

async fn unsold_resale_ends_at_replicas(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let story = Story::offer(stack, Clock::system().now() + Duration::from_secs(20)).await;
    assert_eq!(story.status().await, "offered");
    story.assert_ends_within(40).await;
    story.stack.finish().await;
}
