//! One process of a service.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::ground::Ground;

pub(crate) struct Replica {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Replica {
    /// Starts it; it listens when this returns.
    pub(crate) async fn start(ground: &Ground, service: &str) -> Self {
        let mut command = ground.program(&ground.url());
        let mut child = command.args([service, "--listen", "127.0.0.1:0"]).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().expect("the service starts");
        let address = first.trim().rsplit('/').next().unwrap().parse();
        Self { child, address: address.expect("the first line tells the address") }
    }

    /// Ends it in an orderly way, so that what it had to itself is free at once.
    pub(crate) async fn stop(mut self) {
        let pid = self.child.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
        assert!(self.child.wait().await.unwrap().success());
    }
}
