//! Running the program, and a server of its own.

pub(crate) mod passes;
pub(crate) mod screen_code;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use ticketing_platform::clock::Clock;
use ticketing_testkit::{FakeStripe, ReservedAddress, TestStack};

/// The deadline of every wait.
const DEADLINE: Duration = Duration::from_secs(30);

/// The program with a separate home, without settings of the user who runs the tests.
pub(crate) struct Cli {
    pub(crate) home: TempDir,
    pub(crate) server: String,
}

/// Starts a marketplace whose cards are taken on a page of Stripe, which answers until it is dropped.
pub(crate) async fn start_with_card_page() -> (TestStack, FakeStripe) {
    let stripe = FakeStripe::start(Clock::system());
    let key = "pk_test_51Habc".parse().unwrap();
    let builder = TestStack::builder().stripe(&stripe);
    (builder.with(|settings| settings.stripe_publishable_key = Some(key)).start().await, stripe)
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Cli {
    /// A user of this server.
    pub(crate) fn for_server(server: &str) -> Self {
        Self { home: tempfile::tempdir().unwrap(), server: server.to_owned() }
    }

    /// A user without a server.
    pub(crate) fn offline() -> Self {
        Self::for_server("http://127.0.0.1:9")
    }

    /// The program, about to be run.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = program();
        command.env("TICKETING_HOME", self.home.path()).env("TICKETING_SERVER", &self.server).args(words);
        command
    }

    /// Runs it with nothing piped in.
    pub(crate) fn run(&self, words: &[&str]) -> Run {
        self.run_with(words, "")
    }

    /// Runs it with something piped in.
    pub(crate) fn run_with(&self, words: &[&str], input: &str) -> Run {
        finish(self.command(words), input)
    }

    /// Runs it, and stops the test where it fails.
    #[track_caller]
    pub(crate) fn ok(&self, words: &[&str]) -> Run {
        let run = self.run(words);
        assert_eq!(run.code, 0, "{words:?}: {run:?}");
        run
    }

    /// The one JSON document that it prints: a record, or the items of a list.
    #[track_caller]
    pub(crate) fn json(&self, words: &[&str]) -> serde_json::Value {
        let run = self.ok(&[&["--output", "json"], words].concat());
        items(&run.out)
    }

    /// Signs up.
    #[track_caller]
    pub(crate) fn sign_up(self, email: &str) -> Self {
        self.authenticate("signup", email)
    }

    /// Signs in with the password of [`sign_up`](Self::sign_up).
    pub(crate) fn sign_in(self, email: &str) -> Self {
        self.authenticate("signin", email)
    }

    fn authenticate(self, verb: &str, email: &str) -> Self {
        let run = self.run_with(&["auth", verb, "--email", email, "--password-stdin"], "correct horse\n");
        assert_eq!(run.code, 0, "{run:?}");
        self
    }

    /// The id of a new ticket.
    #[track_caller]
    pub(crate) fn ticket(&self, title: &str, price: &str) -> String {
        text(&self.json(&["tickets", "create", "--title", title, "--price", price])["id"])
    }
}

impl Run {
    /// Waits for the end of a started run.
    pub(crate) fn from_child(child: Child) -> Self {
        let output = child.wait_with_output().unwrap();
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The program in an empty environment.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing"));
    command.env_clear();
    for kept in ["PATH", "TMPDIR", "SYSTEMROOT", "LLVM_PROFILE_FILE"] {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command to its end.
pub(crate) fn finish(mut command: Command, input: &str) -> Run {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // A program that does not read its stdin may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    Run::from_child(child)
}

/// `ticketing serve` on a free port.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) data: PathBuf,
    /// The address, if another server can have it later.
    address: Option<Arc<ReservedAddress>>,
    child: Child,
    _folder: Option<TempDir>,
}

impl Server {
    /// A fresh one.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// A fresh one with more arguments.
    pub(crate) fn start_with(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Self::start_in(folder.path(), more);
        server._folder = Some(folder);
        server
    }

    /// One with data in a folder.
    pub(crate) fn start_in(data: &Path, more: &[&str]) -> Self {
        Self::start_at(&Arc::new(ReservedAddress::reserve()), data, more)
    }

    /// One with data in a folder, at the address of an earlier one.
    pub(crate) fn start_at(address: &Arc<ReservedAddress>, data: &Path, more: &[&str]) -> Self {
        let mut command = program();
        let listen = address.addr().to_string();
        command.args(["serve", "--listen", &listen, "--data-dir"]).arg(data).args(more);
        // Tests order a ticket again immediately after a cancellation.
        command.env("TICKETING_HOME", data).env("TICKETING_REORDER_PAUSE", "0s");
        // One user of a test writes more often than the default limit allows.
        command.env("TICKETING_WRITES_PER_MINUTE", "100000").env("TICKETING_WRITE_BURST", "10000");
        let (mut server, mut err) = Self::spawn(command);
        (server.data, server.address) = (data.to_owned(), Some(Arc::clone(address)));
        // Only one test is about a log that nothing reads.
        std::thread::spawn(move || std::io::copy(&mut err, &mut std::io::sink()));
        server
    }

    /// One that this command starts, and its stderr, which nothing reads yet.
    pub(crate) fn spawn(mut command: Command) -> (Self, ChildStderr) {
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        let Some(url) = first.trim().strip_prefix("listening on ") else {
            let mut err = String::new();
            child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
            panic!("the first line was {first:?}, stderr {err}");
        };
        let err = child.stderr.take().unwrap();
        (Self { url: url.to_owned(), data: PathBuf::new(), address: None, child, _folder: None }, err)
    }

    /// Returns the address, which stays reserved after the end of the server.
    pub(crate) fn address(&self) -> Arc<ReservedAddress> {
        Arc::clone(self.address.as_ref().unwrap())
    }

    /// Sends SIGTERM, and waits for the end.
    pub(crate) fn terminate(self) -> ExitStatus {
        self.signal("-TERM");
        self.wait_until_ended()
    }

    /// Sends it a signal, like `-HUP`.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Waits for its end.
    pub(crate) fn wait_until_ended(mut self) -> ExitStatus {
        let mut status = None;
        eventually("the server ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status that a server answers a `GET` of this address with.
#[track_caller]
pub(crate) fn status_of(url: &str) -> u16 {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut connection = TcpStream::connect(host).unwrap();
    connection.set_read_timeout(Some(DEADLINE)).unwrap();
    write!(connection, "GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

/// The record of a JSON document, or the items of its list.
#[track_caller]
pub(crate) fn items(document: &str) -> serde_json::Value {
    let mut document: serde_json::Value = serde_json::from_str(document).unwrap();
    match document.get_mut("items") {
        Some(items) => items.take(),
        None => document,
    }
}

/// A string of a JSON document.
#[track_caller]
pub(crate) fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Waits for a condition that other processes bring about.
#[track_caller]
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < end, "not within {DEADLINE:?}: {what}");
        std::thread::yield_now();
    }
}

/// A number that the environment gives.
pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Reports progress. A storm that is run on purpose reports past the harness: at once, not at the end.
#[expect(clippy::print_stdout, reason = "the harness shows it when the test fails")]
pub(crate) fn say(line: &str) {
    let on_purpose = ["STORM_ROUNDS", "STORM_CLIENT_KILLS"];
    if on_purpose.iter().any(|name| std::env::var_os(name).is_some()) {
        let mut out = std::io::stdout();
        writeln!(out, "{line}").unwrap();
    } else {
        println!("{line}");
    }
}
