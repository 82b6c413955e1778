//! Tests of the testkit: it fails a test that leaves unfinished work or a violation.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail the test")]

mod original;
mod proxy;

use ticketing_platform::db::DbError;
use ticketing_sdk::NewTicket;
use ticketing_testkit::{TestStack, dollars, eventually};

#[tokio::test]
#[should_panic(expected = "a test must end with `stack.finish().await`")]
async fn unfinished_stack_fails_its_test() {
    let stack = TestStack::start().await;
    drop(stack);
}

#[tokio::test]
#[should_panic(expected = "BROKEN")]
async fn violated_invariant_fails_the_test() {
    let stack = TestStack::start().await;
    let seller = stack.user("seller").await;
    seller.tickets().create(NewTicket::new("A ticket", dollars("20"))).await.unwrap();
    stack.settle().await;
    let (_, tickets) = stack.stack().cores()[1];
    let forgotten = tickets.db.write(|tx| tx.execute("UPDATE tickets SET price = 1", &[]));
    forgotten.await.map_err(|error: DbError| error).unwrap();
    stack.finish().await;
}

#[tokio::test]
#[should_panic(expected = "for: 1 > 2")]
async fn deadline_fails_the_test() {
    eventually!(1 > 2, seconds 0);
}

#[tokio::test]
async fn users_are_distinct() {
    let stack = TestStack::start().await;
    let (first, second) = (stack.session("user").await, stack.session("user").await);
    assert_ne!(first.email, second.email);
    assert_ne!(first.id, second.id);
    let again = first.sign_in_again(stack.raw()).await;
    assert_eq!(again.id, first.id);
    assert_ne!(again.cookie, first.cookie);
    stack.finish().await;
}

#[tokio::test]
async fn restart_keeps_folder_and_time() {
    let mut stack = TestStack::start().await;
    let user = stack.session("user").await;
    stack.clock().advance(std::time::Duration::from_secs(3600));
    let before = stack.clock().now();
    stack.restart().await;
    assert!(stack.clock().now() >= before);
    user.sign_in_again(stack.raw()).await;
    stack.finish().await;
}
