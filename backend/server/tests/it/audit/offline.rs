//! Audits of folders that no server uses.

use std::time::Duration;

use ticketing_platform::db::{Db, DbError, DbOptions, Tx};
use ticketing_server::StartError;
use ticketing_server::audit::{AuditTarget, AuditTargetError, Report};
use ticketing_testkit::{TestStack, eventually};

use crate::support::passes::{check_in, code_of, pass_of_order};
use crate::support::{list, order_when_visible, pay};

#[tokio::test]
async fn audit_reads_a_folder_once_its_server_has_stopped() {
    let mut stack = TestStack::start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let order = order_when_visible(&stack, &buyer, &list(&stack, &seller, "A ticket", 20.0).await).await;
    pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    stack.settle().await;
    let folder = stack.data_dir();
    let in_use = AuditTarget::new(&folder).audit().await;
    assert!(matches!(in_use, Err(AuditTargetError::DataDir(StartError::InUse { .. }))), "{in_use:?}");
    stack.stop().await;
    for _ in 0..2 {
        let report = AuditTarget::new(&folder).audit().await.unwrap();
        assert!(report.is_clean(), "\n{report}");
        assert!(report.checks.iter().any(|check| check.number == 10 && check.examined == 1));
        assert_eq!(report.unsettled, 0);
    }
    let payments = folder.join("payments.db");
    std::fs::rename(&payments, folder.join("aside")).unwrap();
    let partly = AuditTarget::new(&folder).audit().await;
    assert!(matches!(&partly, Err(AuditTargetError::Missing(path)) if *path == payments), "{partly:?}");
    std::fs::rename(folder.join("aside"), &payments).unwrap();
    stack.restart().await;
    stack.finish().await;
}

/// The server deletes rows by its own clock, which is ahead of that of the audit.
#[tokio::test]
async fn audit_after_the_clock_was_moved_misses_no_deleted_row() {
    let mut stack = TestStack::builder().with(|settings| settings.movable_clock = true).start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let order = order_when_visible(&stack, &buyer, &list(&stack, &seller, "Sold", 20.0).await).await;
    pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    let pass = pass_of_order(&stack, &buyer, &order).await;
    check_in(&stack, &seller, code_of(&pass), "door").await.ok(201);
    order_when_visible(&stack, &buyer, &list(&stack, &seller, "Unpaid", 20.0).await).await;
    stack.raw().post("/api/users/signout").by(&buyer).await.ok(200);
    stack.settle().await;
    let audit = AuditTarget::new(stack.data_dir());
    let beside = || audit.audit_beside_server_repeatedly(4, Duration::from_millis(100));
    let events = |report: &Report| report.checks.iter().find(|check| check.number == 4).unwrap().examined;
    for days in [10, 40] {
        let before = events(&beside().await.unwrap());
        stack.clock().advance(Duration::from_secs(days * 24 * 3600));
        // Rows are deleted at the start, and every hour.
        stack.restart().await;
        stack.settle().await;
        eventually!(events(&beside().await.unwrap()) < before);
        let report = beside().await.unwrap();
        assert!(report.is_clean(), "after {days} days:\n{report}");
    }
    stack.stop().await;
    let report = audit.audit().await.unwrap();
    assert!(report.is_clean(), "\n{report}");
    stack.restart().await;
    stack.finish().await;
}

#[tokio::test]
async fn audit_counts_unfinished_work_of_a_stopped_server() {
    let mut stack = TestStack::start().await;
    let seller = stack.session("seller").await;
    list(&stack, &seller, "A ticket", 20.0).await;
    stack.settle().await;
    stack.stop().await;
    // The state after a kill between publishing an event and marking it.
    let tickets = Db::open(stack.data_dir().join("tickets.db"), DbOptions::default(), &[]).unwrap();
    let unmark = |tx: &mut Tx<'_>| tx.execute("UPDATE outbox SET published_at = NULL", &[]);
    assert_eq!(tickets.write::<_, DbError, _>(unmark).await.unwrap(), 1);
    drop(tickets);
    assert_eq!(AuditTarget::new(stack.data_dir()).audit().await.unwrap().unsettled, 1);
    stack.restart().await;
    stack.finish().await;
}

#[tokio::test]
async fn audit_of_an_empty_folder_creates_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = AuditTarget::new(folder.path()).audit().await;
    assert!(matches!(nothing, Err(AuditTargetError::NoMarketplace { .. })), "{nothing:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let missing = folder.path().join("missing");
    assert!(AuditTarget::new(&missing).audit().await.is_err());
    assert!(!missing.exists());
}
