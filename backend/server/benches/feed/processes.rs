//! The measured server, and the process of its watchers.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::cookies::{KEY, PASS_KEY, SessionCookies};

/// The whole stack, in a process of its own.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    pub(crate) cookies: SessionCookies,
    /// Dropped after the process ended, which removes it.
    _data: tempfile::TempDir,
}

impl Server {
    pub(crate) fn start(program: &Path) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut child = Command::new(program)
            .args(["all", "--listen", "127.0.0.1:0", "--log", "warn"])
            .arg("--data-dir")
            .arg(data.path().join("data"))
            .env("TICKETING_JWT_KEY", KEY)
            .env("TICKETING_PASS_KEY", PASS_KEY)
            // One account creates every listing.
            .env("TICKETING_WRITES_PER_MINUTE", "0")
            // All watchers have one address here.
            .env("TICKETING_STREAMS_PER_ADDRESS", "100000")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit('/').next().unwrap().parse().expect("the first line is the address");
        Self { child, address, cookies: SessionCookies::new(), _data: data }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns a memory figure of the process from `/proc`, in MiB.
    pub(crate) fn memory_mib(&self, figure: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(figure)).unwrap_or_default();
        let kib: f64 = line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
        kib / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Watchers of the feed, in a process of their own.
pub(crate) struct Watchers {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Watchers {
    /// Starts the process, and waits until each watcher receives the feed.
    pub(crate) fn start(address: SocketAddr, count: usize) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--watch", &address.to_string(), "--count", &count.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut watchers = Self { child, input, output: BufReader::new(output) };
        watchers.line();
        watchers
    }

    /// Waits until each watcher has received `changes` changes, and returns the elapsed time.
    pub(crate) fn wait_for(&mut self, changes: usize) -> Duration {
        let began = Instant::now();
        writeln!(self.input, "{changes}").unwrap();
        self.line();
        began.elapsed()
    }

    fn line(&mut self) {
        assert_ne!(self.output.read_line(&mut String::new()).unwrap(), 0, "the watchers ended");
    }
}

impl Drop for Watchers {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
