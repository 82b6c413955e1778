//! The SQL of an order in `pgbench`: the same statements in the same order on the same tables, without a service.

use std::io::Write;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};

use ticketing_testkit::pgbench;
use tokio::process::Command;

use crate::bare_stream::BODY;
use crate::engines::{Engines, connect, list_tickets};
use crate::{ORDERS, ORDERS_PER_USER, POOL};

/// Each statement waits for the response of the previous one.
pub(crate) const ONE_BY_ONE: &str = include_str!("order.sql");
/// Statements are pipelined where the service pipelines them.
pub(crate) const PIPELINED: &str = include_str!("order_pipelined.sql");

/// The settings of a session of the service.
const SESSION: &str =
    "-c search_path=orders -c default_transaction_isolation=serializable -c enable_seqscan=off -c jit=off";

/// The body of the response to an order.
const ANSWER: &str = r#"{"id":"019bbbbb-0000-7000-8000-000000000001","userId":"buyer-0-00-0","status":"created","expiresAt":"2026-11-22T10:15:00.000Z","ticket":{"id":"019aaaaa-0000-7000-8000-000000000001","title":"A concert","price":19.5,"version":0},"version":0,"createdAt":"2026-11-22T10:00:00.000Z"}"#;

/// Returns orders per second.
pub(crate) async fn measure(engines: &Engines, script: &str) -> f64 {
    static NEXT_ROUND: AtomicUsize = AtomicUsize::new(0);
    let round = NEXT_ROUND.fetch_add(1, Ordering::Relaxed);
    let client = connect(&engines.bare_url()).await;
    let each = ORDERS / POOL;
    list_tickets(&client, round, POOL, each).await;
    client.batch_execute("CHECKPOINT").await.unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(script.as_bytes()).unwrap();

    let mut command = Command::from(pgbench());
    command.env("PGOPTIONS", SESSION).arg("--no-vacuum").args(["--protocol", "prepared"]);
    command.args(["--client", &POOL.to_string(), "--transactions", &each.to_string()]);
    command.args(["--max-tries", "40", "--define", &format!("round={round}"), "--define", "n=0"]);
    command.args(["--define", &format!("orders_a_user={ORDERS_PER_USER}")]);
    // In a script a colon starts a variable, even in a string.
    command.args(["--define", "event=order:created", "--define", &format!("body={BODY}")]);
    command.args(["--define", &format!("answer={ANSWER}")]);
    command.arg("--file").arg(file.path()).arg(engines.bare_url());
    let output = command.stdin(Stdio::null()).output().await.unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    let rate = stdout.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.unwrap_or_else(|| panic!("pgbench prints no rate: {stdout}{stderr}"))
}
