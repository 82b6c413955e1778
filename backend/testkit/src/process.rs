//! A server in a process of its own: it prints its address, and ends by a signal.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long a start or a graceful shutdown may take.
pub(crate) const START_TIMEOUT: Duration = Duration::from_secs(30);

/// Returns the command that runs a program. Its process is killed on drop.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
    command
}

/// Waits until the process prints its address; `None` if it ends before.
pub(crate) async fn wait_until_listening(mut child: Child) -> Option<(Child, SocketAddr)> {
    let mut lines = BufReader::new(child.stdout.take()?).lines();
    let first = timeout(START_TIMEOUT, lines.next_line()).await.ok()?.ok()??;
    let address = first.strip_prefix("listening on http://")?.parse().ok()?;
    // The pipe is drained, so that the process does not block.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Some((child, address))
}

/// Sends a signal to a process, like `-TERM`.
pub(crate) async fn signal(child: &Child, signal: &str) {
    let pid = child.id().expect("it runs").to_string();
    let sent = Command::new("kill").args([signal, &pid]).status().await;
    assert!(sent.expect("signals can be sent").success());
}

/// Waits for the end of a process.
pub(crate) async fn wait_until_ended(mut child: Child) -> ExitStatus {
    let ended = timeout(START_TIMEOUT, child.wait()).await;
    ended.expect("the process ends in time").expect("its status can be read")
}
