//! The audit writes nothing, and beside a busy server it reports only violations that stay.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use ticketing_payments::domain::PaymentStep;
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Db, DbError, DbOptions};
use ticketing_server::audit::AuditTarget;
use ticketing_testkit::storm::ClientPool;
use ticketing_testkit::{TestStack, eventually};

use crate::support::{list, order_of, order_when_visible, pay};

/// How often a busy server is audited at most.
const MAX_AUDITS: u32 = 8;
/// The time between two audits.
const AUDIT_INTERVAL: Duration = Duration::from_millis(500);
/// How long a reservation lasts: longer than the payment takes on an overloaded machine.
const ORDER_TTL: Duration = Duration::from_secs(10);

/// Starts a marketplace, sells a ticket and settles. Returns the id of the order too.
async fn stack_with_sale() -> (TestStack, String) {
    sell_in(TestStack::start().await).await
}

async fn sell_in(stack: TestStack) -> (TestStack, String) {
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let order = order_when_visible(&stack, &buyer, &list(&stack, &seller, "A ticket", 20.0).await).await;
    pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    stack.settle().await;
    (stack, order)
}

/// Reads the bytes and the modification time of every file in a folder.
fn contents(folder: &Path) -> BTreeMap<String, (Vec<u8>, std::time::SystemTime)> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, (std::fs::read(&path).unwrap(), path.metadata().unwrap().modified().unwrap()))
    });
    files.collect()
}

fn copy_folder(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for (name, (bytes, _)) in contents(folder) {
        std::fs::write(copy.path().join(name), bytes).unwrap();
    }
    copy
}

#[tokio::test]
async fn audit_changes_no_file_of_a_stopped_server() {
    let (mut stack, _) = stack_with_sale().await;
    stack.stop().await;
    let before = contents(&stack.data_dir());
    assert!(AuditTarget::new(stack.data_dir()).audit().await.unwrap().is_clean());
    assert_eq!(contents(&stack.data_dir()), before);
    stack.finish().await;
}

/// A copy of a running server's folder is like the folder of a killed server: the last changes are in the write-ahead
/// logs.
#[tokio::test]
async fn audit_reads_write_ahead_logs_and_changes_no_file() {
    let (stack, _) = stack_with_sale().await;
    let copy = copy_folder(&stack.data_dir());
    let before = contents(copy.path());
    assert!(before.iter().any(|(name, (bytes, _))| name.ends_with("-wal") && !bytes.is_empty()));
    let report = AuditTarget::new(copy.path()).audit().await.unwrap();
    assert!(report.is_clean(), "\n{report}");
    assert!(report.checks.iter().any(|check| check.number == 10 && check.examined == 1), "\n{report}");
    assert!(contents(copy.path()) == before, "the copy was changed");
    // Not every copy has the index files.
    for name in before.keys().filter(|name| name.ends_with("-shm")) {
        std::fs::remove_file(copy.path().join(name)).unwrap();
    }
    assert!(AuditTarget::new(copy.path()).audit().await.unwrap().is_clean());
    assert!(contents(copy.path()).keys().all(|name| !name.ends_with("-shm")));
    stack.finish().await;
}

#[cfg(unix)]
#[tokio::test]
async fn read_only_folder_can_be_audited() {
    use std::os::unix::fs::PermissionsExt;
    let (stack, _) = stack_with_sale().await;
    let copy = copy_folder(&stack.data_dir());
    let set =
        |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    for name in contents(copy.path()).keys() {
        set(&copy.path().join(name), 0o400);
    }
    set(copy.path(), 0o500);
    let report = AuditTarget::new(copy.path()).audit().await;
    set(copy.path(), 0o700);
    assert!(report.unwrap().is_clean());
    stack.finish().await;
}

#[tokio::test]
async fn audit_beside_a_server_writes_no_database() {
    let (stack, _) = stack_with_sale().await;
    let data = |folder: &Path| {
        let mut files = contents(folder);
        files.retain(|name, _| !name.ends_with("-shm"));
        files
    };
    let before = data(&stack.data_dir());
    assert!(AuditTarget::new(stack.data_dir()).audit_beside_server().await.unwrap().is_clean());
    assert!(data(&stack.data_dir()) == before, "the audit has written into the folder");
    stack.finish().await;
}

#[tokio::test]
async fn outage_of_card_provider_is_pending() {
    let builder = TestStack::builder()
        .with(|settings| settings.payment_timeouts.outcome_wait = Duration::from_millis(50));
    let stack = builder.start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let order = order_when_visible(&stack, &buyer, &list(&stack, &seller, "A ticket", 20.0).await).await;
    let gate = stack.provider().faults().hold(PaymentStep::Capture);
    pay(&stack, &buyer, &order, "tok_visa").await.ok(202);
    eventually!(order_of(&stack, &buyer, &order).await["status"] == "awaiting:payment");
    let report =
        AuditTarget::new(stack.data_dir()).audit_confirmed(MAX_AUDITS, AUDIT_INTERVAL).await.unwrap();
    assert!(report.is_unsettled() && report.count_violations() == 0 && report.unsettled > 0, "\n{report}");
    assert!(!report.to_string().contains("BROKEN"), "\n{report}");
    drop(gate);
    stack.settle().await;
    stack.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn busy_server_is_clean_until_a_violation_stays() {
    // Orders that the clients do not pay expire by the clock of the machine.
    let builder = TestStack::builder().clock(Clock::system()).order_ttl(ORDER_TTL);
    let (stack, order) = sell_in(builder.start().await).await;
    let mut clients = ClientPool::start(&stack, 6, 1);
    clients.wait_for_responses(50).await;
    let marketplace = AuditTarget::new(stack.data_dir());
    let report = marketplace.audit_confirmed(MAX_AUDITS, AUDIT_INTERVAL).await.unwrap();
    assert!(report.is_clean(), "\n{report}");
    clients.wait_for_responses(50).await;

    let provider = Db::open(stack.data_dir().join("provider.db"), DbOptions::default(), &[]).unwrap();
    let charge = |captured: i64| {
        let sql = format!("UPDATE charges SET captured = {captured} WHERE order_id = '{order}'");
        provider.write(move |tx| tx.execute(&sql, &[]).map(drop))
    };
    charge(1999).await.map_err(|error: DbError| error).unwrap();
    let report = marketplace.audit_confirmed(MAX_AUDITS, AUDIT_INTERVAL).await.unwrap();
    let broken: Vec<u8> =
        report.checks.iter().filter(|check| !check.broken.is_empty()).map(|check| check.number).collect();
    assert_eq!(broken, [10], "\n{report}");
    charge(2000).await.map_err(|error: DbError| error).unwrap();
    clients.stop_and_verify().await;
    eventually!(stack.is_settled().await, seconds 60);
    stack.finish().await;
}
