//! A process of a service.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::engines::Engines;

pub(crate) struct Replica {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Replica {
    /// Starts the process, and waits until it listens.
    pub(crate) async fn start(engines: &Engines, service: &str) -> Self {
        let mut command = engines.program(&engines.url());
        let mut child = command.args([service, "--listen", "127.0.0.1:0"]).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().expect("the service starts");
        let address = first.trim().rsplit('/').next().unwrap().parse();
        Self { child, address: address.expect("the first line has the address") }
    }

    /// Stops the process gracefully, so that it releases its leases at once.
    pub(crate) async fn stop(mut self) {
        let pid = self.child.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
        assert!(self.child.wait().await.unwrap().success());
    }
}
