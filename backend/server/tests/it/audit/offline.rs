//! The audit of a folder that no server uses.

use ticketing_server::StartError;
use ticketing_server::audit::{Offline, OfflineError};
use ticketing_testkit::TestStack;

use crate::support::{list, ordered, pay};

#[tokio::test]
async fn a_folder_is_audited_when_its_server_has_stopped() {
    let mut stack = TestStack::start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let order = ordered(&stack, &buyer, &list(&stack, &seller, "A ticket", 20.0).await).await;
    pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    stack.settle().await;
    let folder = stack.data_dir();
    let in_use = Offline::at(&folder).audit().await;
    assert!(matches!(in_use, Err(OfflineError::DataDir(StartError::InUse { .. }))), "{in_use:?}");
    stack.stop().await;
    for _ in 0..2 {
        let report = Offline::at(&folder).audit().await.unwrap();
        assert!(report.is_clean(), "\n{report}");
        assert!(report.checks.iter().any(|check| check.number == 10 && check.examined == 1));
    }
    stack.restart().await;
    stack.finish().await;
}

#[tokio::test]
async fn an_audit_of_nothing_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = Offline::at(folder.path()).audit().await;
    assert!(matches!(nothing, Err(OfflineError::NoMarketplace { .. })), "{nothing:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let missing = folder.path().join("missing");
    assert!(Offline::at(&missing).audit().await.is_err());
    assert!(!missing.exists());
}
