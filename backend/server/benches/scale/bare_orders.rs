//! The SQL of an order in `pgbench`: the same statements in the same order on the same tables, and no service.

use std::io::Write;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};

use ticketing_testkit::pgbench;
use tokio::process::Command;

use crate::bare_stream::BODY;
use crate::ground::{Ground, connect, list_tickets};
use crate::{ORDERS, ORDERS_A_USER, POOL};

/// Each statement waits for the answer to the one before.
pub(crate) const ONE_BY_ONE: &str = include_str!("order.sql");
/// Statements are sent together where the service sends them together.
pub(crate) const PIPELINED: &str = include_str!("order_pipelined.sql");

/// What every session of the service is told, too.
const SESSION: &str =
    "-c search_path=orders -c default_transaction_isolation=serializable -c enable_seqscan=off -c jit=off";

/// What an order is answered with.
const ANSWER: &str = r#"{"id":"019bbbbb-0000-7000-8000-000000000001","userId":"buyer-0-00-0","status":"created","expiresAt":"2026-11-22T10:15:00.000Z","ticket":{"id":"019aaaaa-0000-7000-8000-000000000001","title":"A concert","price":19.5,"version":0},"version":0,"createdAt":"2026-11-22T10:00:00.000Z"}"#;

/// Orders a second.
pub(crate) async fn measure(ground: &Ground, script: &str) -> f64 {
    static ROUND: AtomicUsize = AtomicUsize::new(0);
    let round = ROUND.fetch_add(1, Ordering::Relaxed);
    let client = connect(&ground.bare_url()).await;
    let each = ORDERS / POOL;
    list_tickets(&client, round, POOL, each).await;
    client.batch_execute("CHECKPOINT").await.unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(script.as_bytes()).unwrap();

    let mut command = Command::from(pgbench());
    command.env("PGOPTIONS", SESSION).arg("--no-vacuum").args(["--protocol", "prepared"]);
    command.args(["--client", &POOL.to_string(), "--transactions", &each.to_string()]);
    command.args(["--max-tries", "40", "--define", &format!("round={round}"), "--define", "n=0"]);
    command.args(["--define", &format!("orders_a_user={ORDERS_A_USER}")]);
    // In a script a colon begins a variable, even in a text.
    command.args(["--define", "event=order:created", "--define", &format!("body={BODY}")]);
    command.args(["--define", &format!("answer={ANSWER}")]);
    command.arg("--file").arg(file.path()).arg(ground.bare_url());
    let output = command.stdin(Stdio::null()).output().await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let failed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{failed}");
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.unwrap_or_else(|| panic!("pgbench tells a rate: {said}{failed}"))
}
