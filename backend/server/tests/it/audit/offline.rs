//! Audits of folders that no server uses.

use ticketing_platform::db::{Db, DbError, DbOptions, Tx};
use ticketing_server::StartError;
use ticketing_server::audit::{Offline, OfflineError};
use ticketing_testkit::TestStack;

use crate::support::{list, ordered, pay};

#[tokio::test]
async fn audit_reads_a_folder_once_its_server_has_stopped() {
    let mut stack = TestStack::start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let order = ordered(&stack, &buyer, &list(&stack, &seller, "A ticket", 20.0).await).await;
    pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    stack.settle().await;
    let folder = stack.data_dir();
    let in_use = Offline::new(&folder).audit().await;
    assert!(matches!(in_use, Err(OfflineError::DataDir(StartError::InUse { .. }))), "{in_use:?}");
    stack.stop().await;
    for _ in 0..2 {
        let report = Offline::new(&folder).audit().await.unwrap();
        assert!(report.is_clean(), "\n{report}");
        assert!(report.checks.iter().any(|check| check.number == 10 && check.examined == 1));
        assert_eq!(report.unsettled, 0);
    }
    let payments = folder.join("payments.db");
    std::fs::rename(&payments, folder.join("aside")).unwrap();
    let partly = Offline::new(&folder).audit().await;
    assert!(matches!(&partly, Err(OfflineError::Missing { path }) if *path == payments), "{partly:?}");
    std::fs::rename(folder.join("aside"), &payments).unwrap();
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
    assert_eq!(Offline::new(stack.data_dir()).audit().await.unwrap().unsettled, 1);
    stack.restart().await;
    stack.finish().await;
}

#[tokio::test]
async fn audit_of_an_empty_folder_creates_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = Offline::new(folder.path()).audit().await;
    assert!(matches!(nothing, Err(OfflineError::NoMarketplace { .. })), "{nothing:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let missing = folder.path().join("missing");
    assert!(Offline::new(&missing).audit().await.is_err());
    assert!(!missing.exists());
}
