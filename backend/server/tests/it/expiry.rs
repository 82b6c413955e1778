//! Deadlines of reservations: an order expires at its deadline and not before, and a late payment is voided.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use ticketing_payments::domain::PaymentStep;
use ticketing_platform::clock::Clock;
use ticketing_sdk::Timestamp;
use ticketing_testkit::{Shape, TestSession, TestStack, eventually, on_shapes};

use crate::support::{cancel, count, list, order_of, order_when_visible, pay, read_captures, ticket};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    order_expires_at_its_deadline_and_not_before,
    deadline_does_not_end_the_next_order_of_the_ticket,
    order_does_not_expire_during_a_payment,
    payment_at_the_deadline_succeeds_or_charges_nothing,
    payment_after_the_deadline_is_refused,
    deadlines_survive_a_restart;
    [processes]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    order_expires_after_its_ttl,
    next_order_of_a_ticket_has_its_own_deadline,
    payment_near_the_deadline_succeeds_or_charges_nothing;
}

const TTL: Duration = Duration::from_secs(15 * 60);
const ONE_MILLISECOND: Duration = Duration::from_millis(1);

/// Starts a stack with a manual clock.
async fn start_with_manual_clock(shape: Shape) -> TestStack {
    TestStack::builder()
        .on(shape)
        .clock(Clock::manual(Timestamp::from_millis(1_800_000_000_000)))
        .start()
        .await
}

async fn status(stack: &TestStack, buyer: &TestSession, order: &str) -> String {
    order_of(stack, buyer, order).await["status"].as_str().unwrap().to_owned()
}

async fn order_expires_at_its_deadline_and_not_before(shape: Shape) {
    let stack = start_with_manual_clock(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket_id = list(&stack, &seller, "A ticket", 20.0).await;
    let order = order_when_visible(&stack, &buyer, &ticket_id).await;
    assert_eq!(order_of(&stack, &buyer, &order).await["expiresAt"], "2027-01-15T08:15:00.000Z");
    eventually!(ticket(&stack, &ticket_id).await["status"] == "reserved");
    stack.settle().await;

    stack.clock().advance(TTL - ONE_MILLISECOND);
    // A later order that every service has processed shows that the timers were checked meanwhile.
    let other = list(&stack, &seller, "Another", 20.0).await;
    let later = order_when_visible(&stack, &buyer, &other).await;
    stack.settle().await;
    assert_eq!(status(&stack, &buyer, &order).await, "created");

    stack.clock().advance(ONE_MILLISECOND);
    eventually!(status(&stack, &buyer, &order).await == "cancelled");
    eventually!(ticket(&stack, &ticket_id).await["status"] == "available");
    let free = ticket(&stack, &ticket_id).await;
    assert!(free.get("orderId").is_none(), "{free}");
    assert_eq!(status(&stack, &buyer, &later).await, "created");
    stack.settle().await;
    pay(&stack, &buyer, &order, "tok_visa").await.assert_refused(400, "order_cancelled");
    assert_eq!(read_captures(&stack, &order).await, (0, 0));
    order_when_visible(&stack, &buyer, &ticket_id).await;
    stack.finish().await;
}

async fn deadline_does_not_end_the_next_order_of_the_ticket(shape: Shape) {
    let stack = start_with_manual_clock(shape).await;
    let seller = stack.session("seller").await;
    let (first, second) = (stack.session("first").await, stack.session("second").await);
    let ticket_id = list(&stack, &seller, "A ticket", 20.0).await;
    let order_a = order_when_visible(&stack, &first, &ticket_id).await;
    stack.settle().await;
    stack.clock().advance(TTL - ONE_MILLISECOND);
    cancel(&stack, &first, &order_a).await.ok(204);
    let order_b = order_when_visible(&stack, &second, &ticket_id).await;

    stack.clock().advance(Duration::from_secs(60));
    stack.settle().await;
    assert_eq!(status(&stack, &second, &order_b).await, "created");
    let held = ticket(&stack, &ticket_id).await;
    assert_eq!((&held["status"], &held["orderId"]), (&"reserved".into(), &order_b.as_str().into()));
    cancel(&stack, &first, &order_a).await.ok(204);
    stack.settle().await;
    assert_eq!(
        ticket(&stack, &ticket_id).await["orderId"],
        order_b.as_str(),
        "a second cancel frees nothing"
    );
    pay(&stack, &second, &order_b, "tok_visa").await.ok(201);
    stack.finish().await;
}

async fn order_does_not_expire_during_a_payment(shape: Shape) {
    let stack = start_with_manual_clock(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket_id = list(&stack, &seller, "A ticket", 20.0).await;
    let order = order_when_visible(&stack, &buyer, &ticket_id).await;
    let gate = stack.provider().faults().hold(PaymentStep::Capture);
    let paying = async { pay(&stack, &buyer, &order, "tok_visa").await };
    let meanwhile = async {
        eventually!(status(&stack, &buyer, &order).await == "awaiting:payment");
        stack.clock().advance(TTL * 2);
        cancel(&stack, &buyer, &order).await.assert_refused(400, "payment_in_progress");
        // Another order that expires shows that the timers were checked.
        let other = list(&stack, &seller, "Another", 20.0).await;
        let other = order_when_visible(&stack, &buyer, &other).await;
        stack.clock().advance(TTL);
        eventually!(status(&stack, &buyer, &other).await == "cancelled");
        assert_eq!(status(&stack, &buyer, &order).await, "awaiting:payment");
        drop(gate);
    };
    let (paid, ()) = tokio::join!(paying, meanwhile);
    assert_eq!(paid.ok(201)["status"], "succeeded");
    eventually!(ticket(&stack, &ticket_id).await["status"] == "sold");
    stack.finish().await;
}

/// The event that is made to come first at the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Winner {
    Deadline,
    Payment,
    Either,
}

async fn payment_at_the_deadline_succeeds_or_charges_nothing(shape: Shape) {
    let stack = start_with_manual_clock(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let faults = stack.provider().faults().clone();
    let (mut won, mut lost) = (0, 0);
    for round in 0..60_u32 {
        let first = [Winner::Either, Winner::Deadline, Winner::Either, Winner::Payment][round as usize % 4];
        let ticket_id = list(&stack, &seller, &format!("Ticket {round}"), 19.99).await;
        let order = order_when_visible(&stack, &buyer, &ticket_id).await;
        // Payments must have the order: it does not wait for the event of an old order.
        let known = "SELECT COUNT(*) AS n FROM orders";
        eventually!(count(&stack, "payments", known).await == i64::from(round) + 1);
        stack.clock().advance(TTL - ONE_MILLISECOND);
        let (gate, seen) = (faults.hold(PaymentStep::Authorize), faults.call_count(PaymentStep::Authorize));
        let race = async {
            eventually!(faults.call_count(PaymentStep::Authorize) > seen);
            match first {
                Winner::Deadline => {
                    stack.clock().advance(ONE_MILLISECOND);
                    drop(gate);
                }
                Winner::Payment => {
                    drop(gate);
                    eventually!(status(&stack, &buyer, &order).await != "created");
                    stack.clock().advance(ONE_MILLISECOND);
                }
                Winner::Either => {
                    let deadline = tokio::task::spawn_blocking({
                        let clock = stack.clock().clone();
                        // Up to a few hundred microseconds after the payment.
                        move || {
                            let begun = Instant::now();
                            while begun.elapsed() < Duration::from_micros(u64::from(round) * 60) {
                                std::hint::spin_loop();
                            }
                            clock.advance(ONE_MILLISECOND);
                        }
                    });
                    drop(gate);
                    deadline.await.unwrap();
                }
            }
        };
        let (paid, ()) = tokio::join!(pay(&stack, &buyer, &order, "tok_visa"), race);
        if paid.status == 201 {
            assert_ne!(first, Winner::Deadline, "a late payment was captured");
            eventually!(status(&stack, &buyer, &order).await == "complete");
            assert_eq!(read_captures(&stack, &order).await, (1, 1999));
            won += 1;
        } else {
            assert_ne!(first, Winner::Payment, "a payment in time was refused: {}", paid.text());
            paid.assert_refused(400, "order_expired");
            assert_eq!(status(&stack, &buyer, &order).await, "cancelled");
            assert_eq!(read_captures(&stack, &order).await, (0, 0));
            lost += 1;
        }
    }
    assert!(won >= 15 && lost >= 15, "{won} won, {lost} lost");
    stack.finish().await;
}

async fn payment_after_the_deadline_is_refused(shape: Shape) {
    let stack = start_with_manual_clock(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket_id = list(&stack, &seller, "A ticket", 20.0).await;
    let order = order_when_visible(&stack, &buyer, &ticket_id).await;
    stack.settle().await;
    stack.clock().advance(TTL);
    let refused = pay(&stack, &buyer, &order, "tok_visa").await;
    let code = refused.errors(400)[0]["code"].clone();
    assert!(code == "order_expired" || code == "order_cancelled", "{code}");
    assert_eq!(read_captures(&stack, &order).await, (0, 0));
    stack.finish().await;
}

async fn deadlines_survive_a_restart(shape: Shape) {
    let mut stack = start_with_manual_clock(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket_id = list(&stack, &seller, "A ticket", 20.0).await;
    let order = order_when_visible(&stack, &buyer, &ticket_id).await;
    stack.restart().await;
    stack.clock().advance(TTL - ONE_MILLISECOND);
    stack.settle().await;
    assert_eq!(status(&stack, &buyer, &order).await, "created", "a restart moves no deadline");
    let clock = stack.clock().clone();
    stack.stop().await;
    clock.advance(ONE_MILLISECOND);
    stack.restart().await;
    eventually!(status(&stack, &buyer, &order).await == "cancelled");
    stack.finish().await;
}

/// Starts a stack with a short TTL, for shapes whose clock cannot be moved.
async fn start_with_short_ttl(shape: Shape) -> TestStack {
    TestStack::builder().on(shape).order_ttl(Duration::from_secs(3)).start().await
}

fn now() -> Timestamp {
    Clock::system().now()
}

async fn deadline(stack: &TestStack, buyer: &TestSession, order: &str) -> Timestamp {
    order_of(stack, buyer, order).await["expiresAt"].as_str().unwrap().parse().unwrap()
}

async fn order_expires_after_its_ttl(shape: Shape) {
    let stack = start_with_short_ttl(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket_id = list(&stack, &seller, "A ticket", 20.0).await;
    let order = order_when_visible(&stack, &buyer, &ticket_id).await;
    let ends = deadline(&stack, &buyer, &order).await;
    eventually!(status(&stack, &buyer, &order).await == "cancelled", seconds 30);
    assert!(now() >= ends, "it ended before its deadline");
    eventually!(ticket(&stack, &ticket_id).await["status"] == "available", seconds 30);
    // Payments may receive the cancellation later than tickets.
    let code = pay(&stack, &buyer, &order, "tok_visa").await.errors(400)[0]["code"].clone();
    assert!(code == "order_expired" || code == "order_cancelled", "{code}");
    assert_eq!(read_captures(&stack, &order).await, (0, 0));
    let again = order_when_visible(&stack, &buyer, &ticket_id).await;
    eventually!(status(&stack, &buyer, &again).await == "cancelled", seconds 30);
    stack.finish().await;
}

async fn next_order_of_a_ticket_has_its_own_deadline(shape: Shape) {
    let stack = start_with_short_ttl(shape).await;
    let seller = stack.session("seller").await;
    let (first, second) = (stack.session("first").await, stack.session("second").await);
    let ticket_id = list(&stack, &seller, "A ticket", 20.0).await;
    let order_a = order_when_visible(&stack, &first, &ticket_id).await;
    let ends_a = deadline(&stack, &first, &order_a).await;
    // Late enough to separate the two deadlines.
    eventually!(now() + Duration::from_secs(2) >= ends_a, seconds 30);
    let left = cancel(&stack, &first, &order_a).await;
    assert_eq!(left.status, 204, "{}", left.text());
    let order_b = order_when_visible(&stack, &second, &ticket_id).await;
    let ends_b = deadline(&stack, &second, &order_b).await;
    assert!(ends_b > ends_a);
    eventually!(status(&stack, &second, &order_b).await == "cancelled", seconds 30);
    assert!(now() >= ends_b, "the deadline of the first ended the order of the second");
    stack.finish().await;
}

async fn payment_near_the_deadline_succeeds_or_charges_nothing(shape: Shape) {
    let stack = start_with_short_ttl(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let round = |number: i64| {
        let (stack, seller, buyer) = (&stack, &seller, &buyer);
        async move {
            let ticket_id = list(stack, seller, &format!("Ticket {number}"), 19.99).await;
            let order = order_when_visible(stack, buyer, &ticket_id).await;
            let ends = deadline(stack, buyer, &order).await;
            // From 200 ms before the deadline to 80 ms after it.
            let when = Timestamp::from_millis(ends.as_millis() - 200 + number * 20);
            eventually!(now() >= when, seconds 30);
            let paid = pay(stack, buyer, &order, "tok_visa").await;
            if paid.status == 201 {
                assert!(when < ends, "a late payment was captured");
                eventually!(status(stack, buyer, &order).await == "complete", seconds 30);
                assert_eq!(read_captures(stack, &order).await, (1, 1999));
                return;
            }
            let code = paid.errors(400)[0]["code"].clone();
            assert!(code == "order_expired" || code == "order_cancelled", "{code}");
            eventually!(status(stack, buyer, &order).await == "cancelled", seconds 30);
            assert_eq!(read_captures(stack, &order).await, (0, 0));
        }
    };
    join_all((0..15).map(round)).await;
    stack.finish().await;
}
