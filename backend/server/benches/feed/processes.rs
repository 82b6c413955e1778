//! The process of the watchers.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

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
