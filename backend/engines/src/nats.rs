//! A NATS server for one test.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::program;
use crate::reserved_address::ReservedAddress;

/// How long the server may take to become ready.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// Configures a [`NatsServer`].
#[derive(Debug, Default)]
#[must_use = "the server starts in `start`"]
pub struct NatsServerBuilder {
    config: String,
    without_jetstream: bool,
}

/// A running NATS server with JetStream. Dropping it kills the process.
#[derive(Debug)]
pub struct NatsServer {
    folder: TempDir,
    address: ReservedAddress,
    process: Option<Child>,
}

impl NatsServerBuilder {
    /// Appends to the configuration, such as a block `authorization { … }`.
    pub fn config(mut self, text: &str) -> Self {
        self.config += text;
        self.config.push('\n');
        self
    }

    /// Disables JetStream.
    pub fn without_jetstream(mut self) -> Self {
        self.without_jetstream = true;
        self
    }

    /// Starts the server on a free port.
    ///
    /// # Panics
    /// If the program is missing or the server does not become ready.
    pub async fn start(self) -> NatsServer {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut server = NatsServer { folder, address: ReservedAddress::reserve(), process: None };
        std::fs::write(server.config_path(), self.render(&server)).expect("the configuration is written");
        server.start().await;
        server
    }

    fn render(&self, server: &NatsServer) -> String {
        let jetstream = if self.without_jetstream {
            String::new()
        } else {
            // As in a deployment, a write is acknowledged after it is on disk.
            format!("jetstream {{ store_dir: {:?}, sync_interval: always }}\n", server.store_path())
        };
        format!("listen: {}\nserver_name: test\n{jetstream}{}", server.addr(), self.config)
    }
}

impl NatsServer {
    /// Starts a server with JetStream and without authorization.
    pub async fn begin() -> Self {
        Self::builder().start().await
    }

    /// Returns a builder for a server with another configuration.
    pub fn builder() -> NatsServerBuilder {
        NatsServerBuilder::default()
    }

    /// Returns the URL of the server. It stays the same after a restart.
    pub fn url(&self) -> String {
        format!("nats://{}", self.addr())
    }

    /// Returns the address of the server.
    pub fn addr(&self) -> SocketAddr {
        self.address.addr()
    }

    fn config_path(&self) -> PathBuf {
        self.folder.path().join("nats.conf")
    }

    fn store_path(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Starts the killed server again, on its stored streams.
    ///
    /// # Panics
    /// If the server is running or does not become ready.
    pub async fn start(&mut self) {
        assert!(self.process.is_none(), "the NATS server is running");
        self.try_start().await.unwrap_or_else(|log| panic!("the NATS server did not start:\n{log}"));
    }

    /// Starts the process and waits until it is ready.
    ///
    /// # Errors
    /// The log of the server, if it ends or does not become ready in time.
    async fn try_start(&mut self) -> Result<(), String> {
        let mut process = Command::new(program::nats_server())
            .arg("--config")
            .arg(self.config_path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the server can be started");
        let stderr = process.stderr.take().expect("stderr is piped");
        let mut lines = BufReader::new(stderr).lines();
        let deadline = Instant::now() + START_TIMEOUT;
        let mut log = String::new();
        // The server accepts connections before its streams are loaded, so wait for its log line.
        loop {
            let line = tokio::time::timeout_at(deadline, lines.next_line()).await;
            match line {
                Ok(Ok(Some(line))) if line.contains("Server is ready") => break,
                Ok(Ok(Some(line))) => log = log + &line + "\n",
                _ => return Err(log),
            }
        }
        // A full pipe would block the server.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        self.process = Some(process);
        Ok(())
    }

    /// Kills the server (SIGKILL).
    ///
    /// # Panics
    /// If the signal cannot be sent.
    pub async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await.expect("the server can be killed");
        }
    }

    /// Stops the server (SIGSTOP): connections stay open, and requests are not answered.
    ///
    /// # Panics
    /// If the server is not running.
    pub async fn pause(&self) {
        self.signal("-STOP").await;
    }

    /// Continues the stopped server (SIGCONT).
    ///
    /// # Panics
    /// If the server is not running.
    pub async fn resume(&self) {
        self.signal("-CONT").await;
    }

    async fn signal(&self, signal: &str) {
        let process = self.process.as_ref().and_then(Child::id).expect("the NATS server is running");
        let sent = Command::new("kill").args([signal, &process.to_string()]).status().await;
        assert!(sent.expect("signals can be sent").success());
    }

    /// Kills the server and starts it again.
    pub async fn restart(&mut self) {
        self.kill().await;
        self.start().await;
    }

    /// Deletes the stored streams. The server must not be running.
    ///
    /// # Panics
    /// If the server is running or the store cannot be deleted.
    pub fn lose_store(&self) {
        assert!(self.process.is_none(), "the NATS server is running");
        let store = self.store_path();
        if store.exists() {
            std::fs::remove_dir_all(store).expect("the store can be deleted");
        }
    }
}
