//! A measured process, which is killed when it is dropped.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::cookies::{KEY, PASS_KEY, SessionCookies};

/// A process that prints its address first.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    /// Starts the process, and waits until it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit('/').next().unwrap().parse();
        Self { child, address: address.expect("the first line has the address") }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The whole stack in one process, with an empty data folder.
pub(crate) struct Stack {
    process: Process,
    pub(crate) cookies: SessionCookies,
    /// Dropped after the process ended, which removes it.
    _data: tempfile::TempDir,
}

impl Stack {
    /// Starts the server with these settings.
    pub(crate) fn start(program: &Path, settings: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut command = Command::new(program);
        command.args(["all", "--listen", "127.0.0.1:0", "--log", "warn"]);
        command.arg("--data-dir").arg(data.path().join("data"));
        command.env("TICKETING_JWT_KEY", KEY).env("TICKETING_PASS_KEY", PASS_KEY);
        // One account creates every listing.
        command.env("TICKETING_WRITES_PER_MINUTE", "0").envs(settings.iter().copied());
        Self { process: Process::start(&mut command), cookies: SessionCookies::new(), _data: data }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.process.address
    }

    /// Returns the identifier of the process.
    pub(crate) fn id(&self) -> u32 {
        self.process.child.id()
    }

    /// Returns a memory figure of the process from `/proc`, in MiB.
    pub(crate) fn memory_mib(&self, figure: &str) -> f64 {
        let path = format!("/proc/{}/status", self.id());
        let status = std::fs::read_to_string(path).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(figure)).unwrap_or_default();
        let kib: f64 = line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
        kib / 1024.0
    }
}
