//! Databases that somebody has tampered with: the audit names the invariant that is broken.

use std::path::Path;

use ticketing_platform::db::{Db, DbError, DbOptions};
use ticketing_testkit::TestStack;

use crate::support::{list, ordered, pay};

/// A marketplace with a bit of everything.
async fn busy() -> TestStack {
    let stack = TestStack::start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    for title in ["open", "paid", "cancelled", "free", "gone"] {
        let ticket = list(&stack, &seller, title, 20.0).await;
        match title {
            "free" => {}
            "gone" => {
                stack.raw().delete(&format!("/api/tickets/{ticket}")).by(&seller).await.ok(204);
            }
            _ => {
                let order = ordered(&stack, &buyer, &ticket).await;
                match title {
                    "paid" => drop(pay(&stack, &buyer, &order, "tok_visa").await.ok(201)),
                    "cancelled" => {
                        stack.raw().delete(&format!("/api/orders/{order}")).by(&buyer).await.ok(204);
                    }
                    _ => {}
                }
            }
        }
    }
    stack.settle().await;
    stack.audit().await;
    stack
}

async fn tamper(folder: &Path, service: &str, statements: &'static [&'static str]) {
    let db = Db::open(&folder.join(format!("{service}.db")), DbOptions::default(), &[]).unwrap();
    let tampered = db.write(move |tx| {
        statements.iter().try_for_each(|sql| {
            assert!(tx.execute(sql, &[])? > 0 || sql.starts_with("DROP"), "{sql} changed nothing");
            Ok::<_, DbError>(())
        })
    });
    tampered.await.unwrap();
}

/// Which invariants are broken after the statements, by number.
async fn broken_by(service: &str, statements: &'static [&'static str]) -> Vec<u8> {
    let stack = busy().await;
    tamper(&stack.data_dir(), service, statements).await;
    let report = stack.report().await;
    let broken = report.checks.iter().filter(|check| !check.broken.is_empty()).map(|check| check.number);
    let broken = broken.collect();
    assert!(!report.is_clean() && report.to_string().contains("BROKEN"));
    stack.discard().await;
    broken
}

#[tokio::test]
async fn a_second_active_order_of_a_ticket() {
    let broken = broken_by(
        "orders",
        &[
            "DROP INDEX orders_ticket_id",
            "UPDATE orders SET status = 'created', version = 0 WHERE status = 'cancelled'",
            "UPDATE orders SET ticket_id = (SELECT ticket_id FROM orders WHERE status = 'complete') \
             WHERE status = 'created'",
        ],
    );
    assert!(broken.await.contains(&1));
}

#[tokio::test]
async fn a_ticket_that_was_sold_twice() {
    let broken = broken_by(
        "orders",
        &[
            "DROP INDEX orders_ticket_id",
            "UPDATE orders SET status = 'complete', version = 2, \
             ticket_id = (SELECT ticket_id FROM orders WHERE status = 'complete') WHERE status = 'created'",
        ],
    );
    assert!(broken.await.contains(&2));
}

#[tokio::test]
async fn a_version_that_no_state_has() {
    assert!(
        broken_by("orders", &["UPDATE orders SET version = 7 WHERE status = 'complete'"]).await.contains(&3)
    );
}

#[tokio::test]
async fn a_change_without_its_event_and_an_event_without_its_change() {
    let lost = broken_by("orders", &["DELETE FROM outbox WHERE name = 'order:completed'"]).await;
    assert!(lost.contains(&4), "{lost:?}");
    let silent =
        broken_by("tickets", &["UPDATE tickets SET version = version + 1 WHERE status = 'available'"]).await;
    assert!(silent.contains(&4), "{silent:?}");
    let invented =
        broken_by("tickets", &["UPDATE outbox SET aggregate = 'nobody' WHERE name = 'ticket:created'"]);
    assert!(invented.await.contains(&4));
}

#[tokio::test]
async fn an_event_that_is_not_on_the_bus() {
    let broken = broken_by("bus", &["DELETE FROM messages WHERE name = 'order:cancelled'"]).await;
    assert!(broken.contains(&5), "{broken:?}");
}

#[tokio::test]
async fn events_out_of_order_on_the_bus() {
    let broken = broken_by("bus", &["UPDATE messages SET seq = seq + 1000 WHERE name = 'ticket:created'"]);
    assert!(broken.await.contains(&5));
}

#[tokio::test]
async fn an_event_that_was_never_heard() {
    let broken = broken_by("expiration", &["DELETE FROM inbox"]).await;
    assert!(broken.iter().any(|number| [6, 7, 9].contains(number)), "{broken:?}");
}

#[tokio::test]
async fn a_ticket_in_the_wrong_hands() {
    let freed = broken_by(
        "tickets",
        &["UPDATE tickets SET status = 'available', order_id = NULL WHERE status = 'reserved'"],
    );
    assert!(freed.await.contains(&8));
    let stolen = broken_by("tickets", &["UPDATE tickets SET order_id = 'nobody' WHERE status = 'sold'"]);
    assert!(stolen.await.contains(&8));
}

#[tokio::test]
async fn a_copy_that_differs_from_its_source() {
    for (service, statement) in [
        ("orders", &["UPDATE tickets SET price = 1 WHERE title = 'free'"] as &[&str]),
        ("orders", &["DELETE FROM tickets WHERE title = 'free'"]),
        ("orders", &["UPDATE tickets SET deleted = 0 WHERE deleted = 1"]),
        ("payments", &["UPDATE orders SET status = 'cancelled' WHERE status = 'created'"]),
        ("expiration", &["UPDATE timers SET version = 9 WHERE status = 'created'"]),
        ("expiration", &["DELETE FROM timers WHERE status = 'created'"]),
        ("tickets", &["UPDATE reservations SET status = 'complete' WHERE status = 'created'"]),
    ] {
        let broken = broken_by(service, statement).await;
        assert!(broken.contains(&9), "{service} {statement:?}: {broken:?}");
    }
}

#[tokio::test]
async fn money_that_is_not_owed_or_not_kept() {
    for statement in [
        &["UPDATE charges SET captured = 1 WHERE state = 'captured'"] as &'static [&'static str],
        &["UPDATE charges SET refunded = captured WHERE state = 'captured'"],
        &["UPDATE charges SET captures = 2 WHERE state = 'captured'"],
        &["UPDATE charges SET order_id = 'nobody' WHERE state = 'captured'"],
        &["DELETE FROM charges"],
    ] {
        let broken = broken_by("provider", statement).await;
        assert!(broken.contains(&10), "{statement:?}: {broken:?}");
    }
}

#[tokio::test]
async fn a_payment_that_is_not_settled() {
    let broken =
        broken_by("payments", &["UPDATE payments SET status = 'authorized' WHERE status = 'succeeded'"]);
    assert!(broken.await.contains(&11));
}

#[tokio::test]
async fn money_that_is_held_for_ever() {
    let broken = broken_by(
        "provider",
        &["UPDATE charges SET state = 'authorized', captured = 0 WHERE state = 'captured'"],
    );
    assert!(broken.await.contains(&12));
}

#[tokio::test]
async fn an_order_that_outlives_its_deadline() {
    let broken = broken_by("orders", &["UPDATE orders SET expires_at = 1 WHERE status = 'created'"]).await;
    assert!(broken.contains(&13), "{broken:?}");
}

#[tokio::test]
async fn an_event_that_was_set_aside() {
    let broken = broken_by(
        "bus",
        &[
            "INSERT INTO dead_letters (durable, seq, attempts, cause, died_at) VALUES ('orders-service', 1, 10, 'x', 1)",
        ],
    );
    assert!(broken.await.contains(&16));
}
