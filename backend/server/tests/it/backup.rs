//! A backup beside a server under load, and a start on the copy.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use ticketing_server::{BackupError, StackSettings, back_up};
use ticketing_testkit::{TestSession, TestStack, eventually};

use crate::support::{list, order_when_visible, pay};

/// Makes one purchase after the other until `stop` is set. A failed write fails the test.
async fn trade(stack: Arc<TestStack>, stop: Arc<AtomicBool>, purchases: Arc<AtomicU32>) {
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    while !stop.load(Ordering::Relaxed) {
        purchase(&stack, &seller, &buyer).await;
        purchases.fetch_add(1, Ordering::Relaxed);
    }
}

async fn purchase(stack: &TestStack, seller: &TestSession, buyer: &TestSession) -> String {
    let ticket = list(stack, seller, "A ticket", 20.0).await;
    let order = order_when_visible(stack, buyer, &ticket).await;
    pay(stack, buyer, &order, "tok_visa").await.ok(201);
    order
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backup_under_load_is_complete_and_loses_no_write() {
    let folder = tempfile::tempdir().unwrap();
    let stack = Arc::new(TestStack::start().await);
    let (stop, purchases) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let clients: Vec<_> =
        (0..4).map(|_| tokio::spawn(trade(stack.clone(), stop.clone(), purchases.clone()))).collect();
    let buyer = stack.session("buyer").await;
    let before = purchase(&stack, &stack.session("seller").await, &buyer).await;

    let mut copies = Vec::new();
    for round in 0..3 {
        let reached = purchases.load(Ordering::Relaxed) + 4;
        eventually!(purchases.load(Ordering::Relaxed) >= reached, seconds 60);
        let settings = StackSettings::new(stack.data_dir());
        let target = folder.path().join(format!("copy-{round}"));
        let copy = target.clone();
        let made = tokio::task::spawn_blocking(move || back_up(&settings, &copy)).await.unwrap().unwrap();
        assert_eq!(made.databases, 7);
        copies.push(target);
    }
    stop.store(true, Ordering::Relaxed);
    for trader in clients {
        trader.await.unwrap();
    }
    Arc::into_inner(stack).unwrap().finish().await;

    for copy in copies {
        let restored = TestStack::builder().data_dir(&copy).start().await;
        restored.settle().await;
        restored.audit().await;
        // The copy has the acknowledged order, and its session is valid.
        let order = restored.raw().get(&format!("/api/orders/{before}")).by(&buyer).await.ok(200);
        assert_eq!(order["status"], "complete");
        purchase(&restored, &restored.session("fresh").await, &buyer).await;
        restored.finish().await;
    }
}

#[tokio::test]
async fn incomplete_backup_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("copy");
    let empty = folder.path().join("empty");
    let nothing = back_up(&StackSettings::new(&empty), &target);
    assert!(matches!(nothing, Err(BackupError::NoMarketplace { .. })), "{nothing:?}");
    assert!(!empty.exists() && !target.exists());

    let mut stack = TestStack::start().await;
    let settings = StackSettings::new(stack.data_dir());
    let mut on_postgres = settings.clone();
    on_postgres.database = Some("postgres://a@127.0.0.1/b".parse().unwrap());
    assert!(matches!(back_up(&on_postgres, &target), Err(BackupError::NotInFolder(_))));

    back_up(&settings, &target).unwrap();
    let again = back_up(&settings, &target);
    assert!(matches!(again, Err(BackupError::Exists { .. })), "{again:?}");

    for inside in [stack.data_dir().join("copy"), stack.data_dir().join("a/../deep/copy")] {
        let refused = back_up(&settings, &inside);
        assert!(matches!(refused, Err(BackupError::Inside { .. })), "{refused:?}");
        assert!(!inside.exists() && !inside.with_added_extension("partial").exists());
    }

    stack.stop().await;
    let payments = stack.data_dir().join("payments.db");
    let aside = folder.path().join("aside");
    std::fs::rename(&payments, &aside).unwrap();
    let second = folder.path().join("second");
    let partly = back_up(&settings, &second);
    assert!(matches!(&partly, Err(BackupError::Missing(path)) if *path == payments), "{partly:?}");
    assert!(!second.exists() && !payments.exists());
    std::fs::rename(&aside, &payments).unwrap();
    stack.restart().await;
    stack.finish().await;
}
