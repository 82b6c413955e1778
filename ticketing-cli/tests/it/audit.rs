//! `ticketing audit`: beside a server, without one, and of manipulated data.

use std::path::Path;

use ticketing_platform::db::{Db, DbError, DbOptions};

use crate::support::{Cli, Run, Server, finish, program};

fn audit(data: &Path) -> Run {
    let mut command = program();
    command.env("TICKETING_HOME", data).args(["audit", "--data-dir"]).arg(data);
    finish(command, "")
}

/// A marketplace in which one ticket was sold.
fn sold_one(data: &Path) -> Server {
    let server = Server::start_in(data, &[]);
    let cli = Cli::for_server(&server.url).sign_up("seller@example.com");
    let ticket = cli.ticket("RustConf", "19.99");
    cli.ok(&["buy", &ticket, "--token", "tok_visa", "--yes"]);
    server
}

#[test]
fn valid_marketplace_passes_the_audit_online_and_offline() {
    let folder = tempfile::tempdir().unwrap();
    let server = sold_one(folder.path());
    for run in [audit(folder.path()), {
        assert!(server.terminate().success());
        audit(folder.path())
    }] {
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
        assert!(run.out.lines().count() >= 13 && !run.out.contains("BROKEN"), "{}", run.out);
    }
}

#[test]
fn audit_names_violated_invariants_by_number() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = sold_one(folder.path());
    // The audit repeats until no step of the sale is unfinished.
    assert_eq!(audit(folder.path()).code, 0);
    assert!(server.terminate().success());
    assert!(Server::start_in(other.path(), &[]).terminate().success());
    // A card provider that knows nothing of the sale.
    for end in ["", "-wal", "-shm"] {
        let name = format!("provider.db{end}");
        drop(std::fs::remove_file(folder.path().join(&name)));
        if other.path().join(&name).exists() {
            std::fs::copy(other.path().join(&name), folder.path().join(&name)).unwrap();
        }
    }
    let run = audit(folder.path());
    assert_eq!(run.code, 8, "{}", run.out);
    assert!(run.out.lines().any(|line| line.starts_with("10 BROKEN")), "{}", run.out);
    assert!(run.err.contains("invariant violations found"), "{}", run.err);
}

#[tokio::test]
async fn unfinished_work_is_not_settled_and_not_broken() {
    let folder = tempfile::tempdir().unwrap();
    assert!(sold_one(folder.path()).terminate().success());
    // As a server leaves it that stops before it captures the money.
    let tamper = async |database: &str, sql: &'static str| {
        let db = Db::open(folder.path().join(database), DbOptions::default(), &[]).unwrap();
        assert_eq!(db.write::<_, DbError, _>(move |tx| tx.execute(sql, &[])).await.unwrap(), 1);
    };
    tamper("payments.db", "UPDATE payments SET status = 'authorized', next_step = 'capture'").await;
    tamper("provider.db", "UPDATE charges SET state = 'authorized', captured = 0, captures = 0").await;
    let run = audit(folder.path());
    assert_eq!(run.code, 9, "{}", run.out);
    assert!(run.out.lines().any(|line| line.starts_with("10 pending money kept")), "{}", run.out);
    assert!(!run.out.contains("BROKEN"), "{}", run.out);
    assert!(run.err.contains("not settled: ") && run.err.contains("hint: "), "{}", run.err);
}

#[test]
fn folder_without_a_marketplace_is_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let run = audit(folder.path());
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("has no marketplace") && run.err.contains("hint: "), "{}", run.err);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn folder_that_cannot_be_read_is_not_called_empty() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let mut command = program();
    command.env("TICKETING_HOME", folder.path()).args(["audit", "--data-dir"]).arg(&file);
    let run = finish(command, "");
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("cannot be read") && !run.err.contains("has no marketplace"), "{}", run.err);
}

#[test]
fn missing_ledger_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    assert!(sold_one(folder.path()).terminate().success());
    // As where cards were never simulated.
    for end in ["", "-wal", "-shm"] {
        drop(std::fs::remove_file(folder.path().join(format!("provider.db{end}"))));
    }
    let run = audit(folder.path());
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("TICKETING_STRIPE_KEY") && run.err.contains("hint: "), "{}", run.err);
}
