//! Databases with changes made by hand: the audit reports the number of the invariant that is broken.

use std::path::Path;

use tempfile::TempDir;
use ticketing_platform::db::{Db, DbError, DbOptions};
use ticketing_server::audit::AuditTarget;
use ticketing_testkit::{TestSession, TestStack};

use crate::support::passes::{check_in, claim, code_of, pass_of_order, resell, start_transfer};
use crate::support::{id, list, order_when_visible, pay};

/// Starts a marketplace with tickets and passes in every status, and stops it.
async fn stopped_stack() -> TestStack {
    let mut stack = TestStack::start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    for title in ["open", "paid", "cancelled", "free", "gone"] {
        let ticket = list(&stack, &seller, title, 20.0).await;
        match title {
            "free" => {}
            "gone" => {
                stack.raw().delete(&format!("/api/tickets/{ticket}")).by(&seller).await.ok(204);
            }
            _ => {
                let order = order_when_visible(&stack, &buyer, &ticket).await;
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
    sell_passes(&stack, &seller, &buyer).await;
    stack.settle().await;
    stack.audit().await;
    stack.stop().await;
    stack
}

/// Sells a pass that is given away, sold back and admitted, and one that is offered for resale.
async fn sell_passes(stack: &TestStack, seller: &TestSession, buyer: &TestSession) {
    let friend = stack.session("friend").await;
    for title in ["entered", "offered"] {
        let order = order_when_visible(stack, buyer, &list(stack, seller, title, 20.0).await).await;
        pay(stack, buyer, &order, "tok_visa").await.ok(201);
        let pass = id(&pass_of_order(stack, buyer, &order).await);
        if title == "entered" {
            let code = start_transfer(stack, buyer, &pass).await;
            claim(stack, &friend, &code).await.ok(201);
            let listing = id(&resell(stack, &friend, &pass).await.ok(201));
            let order = order_when_visible(stack, buyer, &listing).await;
            pay(stack, buyer, &order, "tok_visa").await.ok(201);
            let code = code_of(&pass_of_order(stack, buyer, &order).await).to_owned();
            check_in(stack, seller, &code, "door").await.ok(201);
        } else {
            resell(stack, buyer, &pass).await.ok(201);
        }
    }
}

/// Statements on the database of a service, and the invariant that they break.
struct Tampering {
    number: u8,
    service: &'static str,
    statements: &'static [&'static str],
}

const fn tampering(number: u8, service: &'static str, statements: &'static [&'static str]) -> Tampering {
    Tampering { number, service, statements }
}

const TAMPERINGS: [Tampering; 53] = [
    tampering(
        1,
        "orders",
        &[
            "DROP INDEX orders_ticket_id",
            "UPDATE orders SET ticket_id = (SELECT ticket_id FROM orders WHERE status = 'complete') \
             WHERE status = 'created'",
        ],
    ),
    tampering(
        2,
        "orders",
        &[
            "DROP INDEX orders_ticket_id",
            "UPDATE orders SET status = 'complete', version = 2, \
             ticket_id = (SELECT ticket_id FROM orders WHERE status = 'complete') WHERE status = 'created'",
        ],
    ),
    tampering(3, "orders", &["UPDATE orders SET version = 7 WHERE status = 'complete'"]),
    tampering(4, "orders", &["DELETE FROM outbox WHERE name = 'order:completed'"]),
    tampering(4, "tickets", &["UPDATE tickets SET version = version + 1 WHERE status = 'available'"]),
    tampering(4, "tickets", &["UPDATE outbox SET aggregate = 'nobody' WHERE name = 'ticket:created'"]),
    tampering(5, "bus", &["DELETE FROM messages WHERE name = 'order:cancelled'"]),
    tampering(5, "bus", &["UPDATE messages SET seq = seq + 1000 WHERE name = 'ticket:created'"]),
    tampering(6, "expiration", &["DELETE FROM inbox"]),
    tampering(
        8,
        "tickets",
        &["UPDATE tickets SET status = 'available', order_id = NULL WHERE status = 'reserved'"],
    ),
    tampering(2, "tickets", &["UPDATE tickets SET order_id = 'nobody' WHERE status = 'sold'"]),
    tampering(
        2,
        "tickets",
        &["UPDATE tickets SET status = 'deleted', withdrawn = 1, order_id = NULL WHERE status = 'sold'"],
    ),
    tampering(
        10,
        "tickets",
        &["UPDATE tickets SET status = 'deleted', withdrawn = 1, order_id = NULL WHERE status = 'sold'"],
    ),
    tampering(
        2,
        "tickets",
        &["UPDATE tickets SET price = price + 1, listed_price = price WHERE status = 'sold'"],
    ),
    tampering(
        2,
        "tickets",
        &["UPDATE tickets SET title = 'other', listed_title = title WHERE status = 'sold'"],
    ),
    tampering(2, "tickets", &["DELETE FROM tickets WHERE status = 'sold'"]),
    tampering(
        8,
        "tickets",
        &["UPDATE tickets SET price = price + 1, listed_price = price WHERE status = 'reserved'"],
    ),
    tampering(8, "tickets", &["UPDATE tickets SET listed_price = 1 WHERE status = 'available'"]),
    tampering(9, "tickets", &["UPDATE reservations SET ticket_id = 'nothing' WHERE status = 'complete'"]),
    tampering(9, "tickets", &["UPDATE reservations SET price = 1 WHERE status = 'complete'"]),
    tampering(9, "payments", &["UPDATE orders SET user_id = 'nobody' WHERE status = 'complete'"]),
    tampering(9, "expiration", &["UPDATE timers SET expires_at = expires_at + 1 WHERE status = 'created'"]),
    tampering(10, "payments", &["UPDATE payments SET status = 'refunded' WHERE status = 'succeeded'"]),
    tampering(9, "orders", &["UPDATE tickets SET price = 1 WHERE title = 'free'"]),
    tampering(9, "orders", &["DELETE FROM tickets WHERE title = 'free'"]),
    tampering(9, "orders", &["UPDATE tickets SET deleted = 0 WHERE deleted = 1"]),
    tampering(9, "payments", &["UPDATE orders SET status = 'cancelled' WHERE status = 'created'"]),
    tampering(9, "expiration", &["UPDATE timers SET version = 9 WHERE status = 'created'"]),
    tampering(9, "expiration", &["DELETE FROM timers WHERE status = 'created'"]),
    tampering(9, "tickets", &["UPDATE reservations SET status = 'complete' WHERE status = 'created'"]),
    tampering(10, "provider", &["UPDATE charges SET captured = 1 WHERE state = 'captured'"]),
    tampering(10, "provider", &["UPDATE charges SET refunded = captured WHERE state = 'captured'"]),
    tampering(10, "provider", &["UPDATE charges SET captures = 2 WHERE state = 'captured'"]),
    tampering(10, "provider", &["UPDATE charges SET order_id = 'nobody' WHERE state = 'captured'"]),
    tampering(10, "provider", &["DELETE FROM charges"]),
    tampering(11, "payments", &["UPDATE payments SET status = 'authorized' WHERE status = 'succeeded'"]),
    tampering(11, "payments", &["UPDATE payments SET next_step = 'refund' WHERE status = 'succeeded'"]),
    tampering(
        12,
        "provider",
        &["UPDATE charges SET state = 'authorized', captured = 0 WHERE state = 'captured'"],
    ),
    tampering(4, "tickets", &["DELETE FROM outbox WHERE name = 'pass:admitted'"]),
    tampering(4, "tickets", &["UPDATE passes SET version = version + 1 WHERE status = 'offered'"]),
    tampering(19, "tickets", &["DELETE FROM passes WHERE status = 'offered'"]),
    tampering(
        19,
        "tickets",
        &[
            "UPDATE passes SET ticket_id = (SELECT id FROM tickets WHERE title = 'free') WHERE status = 'valid'",
        ],
    ),
    tampering(19, "tickets", &["UPDATE passes SET issuer_id = 'nobody' WHERE status = 'valid'"]),
    tampering(19, "tickets", &["UPDATE passes SET title = 'Front row' WHERE status = 'valid'"]),
    tampering(20, "tickets", &["UPDATE passes SET holder_id = 'nobody' WHERE status = 'valid'"]),
    tampering(20, "tickets", &["UPDATE passes SET serial = serial + 1 WHERE status = 'valid'"]),
    tampering(20, "tickets", &["UPDATE passes SET paid = paid + 1 WHERE status = 'valid'"]),
    tampering(21, "tickets", &["UPDATE passes SET status = 'used', admitted_at = 1 WHERE status = 'valid'"]),
    tampering(
        21,
        "tickets",
        &["UPDATE passes SET status = 'valid', admitted_at = NULL, device = NULL WHERE status = 'used'"],
    ),
    tampering(
        22,
        "tickets",
        &["UPDATE passes SET status = 'valid', listing_id = NULL WHERE status = 'offered'"],
    ),
    tampering(22, "tickets", &["UPDATE passes SET listing_id = 'nothing' WHERE status = 'offered'"]),
    tampering(13, "orders", &["UPDATE orders SET expires_at = 1 WHERE status = 'created'"]),
    tampering(
        16,
        "bus",
        &["INSERT INTO dead_letters (durable, seq, attempts, cause, died_at) \
           VALUES ('orders-service', 1, 10, 'poison', 1)"],
    ),
];

fn copy_folder(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    copy
}

async fn tamper(folder: &Path, tampering: &Tampering) {
    let db = Db::open(folder.join(format!("{}.db", tampering.service)), DbOptions::default(), &[]).unwrap();
    let statements = tampering.statements;
    let tampered = db.write(move |tx| {
        statements.iter().try_for_each(|sql| {
            assert!(tx.execute(sql, &[])? > 0 || sql.starts_with("DROP"), "{sql} changed nothing");
            Ok::<_, DbError>(())
        })
    });
    tampered.await.unwrap();
}

#[tokio::test]
async fn audit_reports_each_tampering_by_number() {
    let stack = Box::pin(stopped_stack()).await;
    let untouched = copy_folder(&stack.data_dir());
    assert!(AuditTarget::new(untouched.path()).audit().await.unwrap().is_clean());
    for tampering in &TAMPERINGS {
        let folder = copy_folder(&stack.data_dir());
        tamper(folder.path(), tampering).await;
        let report = AuditTarget::new(folder.path()).audit().await.unwrap();
        let broken: Vec<u8> =
            report.checks.iter().filter(|check| !check.holds()).map(|check| check.number).collect();
        assert!(
            broken.contains(&tampering.number),
            "{:?} broke {broken:?}, not {}",
            tampering.statements,
            tampering.number
        );
        let is_unfinished = tampering.statements.iter().any(|sql| sql.contains("next_step"));
        assert_eq!(report.is_unsettled(), is_unfinished, "{:?}:\n{report}", tampering.statements);
        assert_eq!(report.to_string().contains("BROKEN"), !is_unfinished, "\n{report}");
    }
    stack.finish().await;
}

const DUE_CAPTURE: Tampering = tampering(
    11,
    "payments",
    &["UPDATE payments SET status = 'authorized', next_step = 'capture' WHERE status = 'succeeded'"],
);
const NOT_CAPTURED: Tampering = tampering(
    10,
    "provider",
    &["UPDATE charges SET state = 'authorized', captured = 0, captures = 0 WHERE state = 'captured'"],
);

/// The state of a copy that was made while its server was about to capture money.
#[tokio::test]
async fn money_is_pending_while_its_capture_is_due() {
    let stack = Box::pin(stopped_stack()).await;
    let folder = copy_folder(&stack.data_dir());
    tamper(folder.path(), &DUE_CAPTURE).await;
    tamper(folder.path(), &NOT_CAPTURED).await;
    let report = AuditTarget::new(folder.path()).audit().await.unwrap();
    let pending: Vec<u8> =
        report.checks.iter().filter(|check| !check.pending.is_empty()).map(|check| check.number).collect();
    assert_eq!(pending, [10, 11, 12], "\n{report}");
    assert!(report.is_unsettled() && report.unsettled == 4, "\n{report}");
    assert!(!report.to_string().contains("BROKEN"), "\n{report}");
    // The same without the step is broken.
    tamper(folder.path(), &tampering(11, "payments", &["UPDATE payments SET next_step = NULL"])).await;
    let report = AuditTarget::new(folder.path()).audit().await.unwrap();
    assert!(report.count_violations() >= 3 && !report.is_unsettled(), "\n{report}");
    stack.finish().await;
}

#[tokio::test]
async fn running_server_reports_tampering() {
    let mut stack = Box::pin(stopped_stack()).await;
    stack.restart().await;
    tamper(
        &stack.data_dir(),
        &tampering(10, "provider", &["UPDATE charges SET captured = 1 WHERE state = 'captured'"]),
    )
    .await;
    let report = stack.report().await;
    assert!(report.checks.iter().any(|check| check.number == 10 && !check.broken.is_empty()), "\n{report}");
    stack.discard().await;
}
