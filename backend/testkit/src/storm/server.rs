//! The server of a storm: a process that is killed and restarted.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::Program;

/// How long a start or a graceful shutdown may take.
const START_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    pub(super) url: String,
}

/// Starts the process and does not wait for it.
pub(super) fn spawn(program: &Program, data_dir: &Path, order_ttl: &str) -> Child {
    let mut command = Command::new(&program.path);
    command.args(&program.args).args(["--listen", "127.0.0.1:0", "--order-ttl", order_ttl]);
    command.arg("--data-dir").arg(data_dir);
    // The environment of the tests must not configure the server.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TICKETING_"))
    {
        command.env_remove(name);
    }
    command.env("TICKETING_HOME", data_dir).env("TICKETING_LOG", "error");
    // All clients have one address.
    command.env("TICKETING_SIGNINS_PER_ADDRESS", "1000000");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
    command.spawn().expect("the server can be started")
}

impl Server {
    /// Starts the process and waits until it prints its address.
    pub(super) async fn start(program: &Program, data_dir: &Path, order_ttl: &str) -> Self {
        let mut child = spawn(program, data_dir, order_ttl);
        let mut lines = BufReader::new(child.stdout.take().expect("its stdout is a pipe")).lines();
        let first = timeout(START_TIMEOUT, lines.next_line()).await.expect("the server starts in time");
        let first = first.expect("its stdout can be read").unwrap_or_default();
        let url = first.strip_prefix("listening on ");
        let url = url.unwrap_or_else(|| panic!("its first line is {first:?}")).to_owned();
        // The pipe is drained, so that the server does not block.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, url }
    }

    /// `kill -9`
    pub(super) async fn kill(mut self) {
        self.child.kill().await.expect("the server can be killed");
    }

    /// Terminates it gracefully, and waits for its end.
    pub(super) async fn terminate(mut self) -> ExitStatus {
        let pid = self.child.id().expect("it runs").to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(asked.expect("signals can be sent").success());
        let ended = timeout(START_TIMEOUT, self.child.wait()).await;
        ended.expect("the server ends in time").expect("its status can be read")
    }
}
