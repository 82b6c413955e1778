//! The server of a storm: a process that is killed and restarted.

use std::path::Path;
use std::process::ExitStatus;

use tokio::process::Child;

use super::Program;
use crate::process::{command, signal, wait_until_ended, wait_until_listening};

#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    pub(super) url: String,
}

/// Starts the process and does not wait for it.
pub(super) fn spawn(program: &Program, data_dir: &Path, order_ttl: &str) -> Child {
    let mut command = command(&program.path);
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
    command.spawn().expect("the server can be started")
}

impl Server {
    /// Starts the process and waits until it prints its address.
    pub(super) async fn start(program: &Program, data_dir: &Path, order_ttl: &str) -> Self {
        let listening = wait_until_listening(spawn(program, data_dir, order_ttl)).await;
        let (child, address) = listening.expect("the server prints its address in time");
        Self { child, url: format!("http://{address}") }
    }

    /// `kill -9`
    pub(super) async fn kill(mut self) {
        self.child.kill().await.expect("the server can be killed");
    }

    /// Terminates it gracefully, and waits for its end.
    pub(super) async fn terminate(self) -> ExitStatus {
        signal(&self.child, "-TERM").await;
        wait_until_ended(self.child).await
    }
}
