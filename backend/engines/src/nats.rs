//! A NATS server of one test.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::program::{self, free_address};

/// How long a server may take to answer.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// How a server is made.
#[derive(Debug, Default)]
#[must_use = "a server is started by `start`"]
pub struct NatsServerBuilder {
    config: String,
    without_jetstream: bool,
}

/// A running NATS server with JetStream. It is killed when it is dropped.
#[derive(Debug)]
pub struct NatsServer {
    folder: TempDir,
    address: SocketAddr,
    process: Option<Child>,
}

impl NatsServerBuilder {
    /// More of the server's configuration, such as a block `authorization { … }`.
    pub fn config(mut self, text: &str) -> Self {
        self.config += text;
        self.config.push('\n');
        self
    }

    /// A server that only passes messages on.
    pub fn without_jetstream(mut self) -> Self {
        self.without_jetstream = true;
        self
    }

    /// Starts it on a free port.
    ///
    /// # Panics
    /// When it does not start, or there is no program.
    pub async fn start(self) -> NatsServer {
        let folder = tempfile::tempdir().expect("a folder");
        let mut server = NatsServer { folder, address: free_address(), process: None };
        // Between looking for a free port and taking it, somebody else may take it.
        for _ in 0..5 {
            let text = self.text(&server);
            std::fs::write(server.config_file(), text).expect("a file for the configuration");
            match server.try_start().await {
                Ok(()) => return server,
                Err(said) if said.contains("address already in use") => server.address = free_address(),
                Err(said) => panic!("the server did not start:\n{said}"),
            }
        }
        panic!("no port stays free")
    }

    fn text(&self, server: &NatsServer) -> String {
        let jetstream = if self.without_jetstream {
            String::new()
        } else {
            // Every write is on the disk before it is answered, as a deployment has it.
            format!("jetstream {{ store_dir: {:?}, sync_interval: always }}\n", server.store())
        };
        format!("listen: {}\nserver_name: test\n{jetstream}{}", server.address, self.config)
    }
}

impl NatsServer {
    /// A server with JetStream and without users.
    pub async fn begin() -> Self {
        Self::builder().start().await
    }

    /// A server that differs.
    pub fn builder() -> NatsServerBuilder {
        NatsServerBuilder::default()
    }

    /// Where it listens; the same after a restart.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    fn config_file(&self) -> PathBuf {
        self.folder.path().join("nats.conf")
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Starts it again, with what its store holds.
    ///
    /// # Panics
    /// When it runs, or does not start.
    pub async fn start(&mut self) {
        assert!(self.process.is_none(), "the server runs");
        self.try_start().await.unwrap_or_else(|said| panic!("the server did not start:\n{said}"));
    }

    /// Starts it, or says what it has said.
    async fn try_start(&mut self) -> Result<(), String> {
        let mut process = Command::new(program::nats_server())
            .arg("--config")
            .arg(self.config_file())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the server can be started");
        let log = process.stderr.take().expect("its log");
        let mut lines = BufReader::new(log).lines();
        let deadline = Instant::now() + READY_WITHIN;
        let mut said = String::new();
        // Its own word that it is ready: before that it answers, but its streams are not there yet.
        loop {
            let line = tokio::time::timeout_at(deadline, lines.next_line()).await;
            match line {
                Ok(Ok(Some(line))) if line.contains("Server is ready") => break,
                Ok(Ok(Some(line))) => said = said + &line + "\n",
                _ => return Err(said),
            }
        }
        // A pipe that nobody reads would stop it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        self.process = Some(process);
        Ok(())
    }

    /// Kills it where it stands (SIGKILL).
    ///
    /// # Panics
    /// When it cannot be killed.
    pub async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await.expect("the server can be killed");
        }
    }

    /// Stops it where it stands (SIGSTOP): connections stay open, and nobody answers.
    ///
    /// # Panics
    /// When it does not run.
    pub async fn pause(&self) {
        self.signal("-STOP").await;
    }

    /// Lets it go on (SIGCONT).
    ///
    /// # Panics
    /// When it does not run.
    pub async fn resume(&self) {
        self.signal("-CONT").await;
    }

    async fn signal(&self, signal: &str) {
        let process = self.process.as_ref().and_then(Child::id).expect("the server runs");
        let sent = Command::new("kill").args([signal, &process.to_string()]).status().await;
        assert!(sent.expect("signals can be sent").success());
    }

    /// Kills it and starts it again.
    pub async fn restart(&mut self) {
        self.kill().await;
        self.start().await;
    }

    /// Deletes everything that it has stored. It must not run.
    ///
    /// # Panics
    /// When it runs, or its store cannot be deleted.
    pub fn lose_store(&self) {
        assert!(self.process.is_none(), "the server runs");
        remove(&self.store());
    }
}

fn remove(folder: &Path) {
    if folder.exists() {
        std::fs::remove_dir_all(folder).expect("the store can be deleted");
    }
}
