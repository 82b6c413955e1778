//! The marketplace of the benchmark, in a separate process, with a few tickets and users.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use ticketing_sdk::{Client, MemorySessions, NewTicket};
use tokio::runtime::Runtime;

/// Tickets in the market: as many as a screen has room for.
pub(crate) const TICKETS: usize = 40;

const PASSWORD: &str = "correct horse";

/// `ticketing serve`, with the home folder of its user.
pub(crate) struct Server {
    pub(crate) url: String,
    /// The home folder of the user at the terminal, who is signed in.
    pub(crate) home: TempDir,
    pub(crate) runtime: Runtime,
    child: Child,
    /// Removed when this is dropped, after the process has ended.
    _data: TempDir,
}

impl Server {
    pub(crate) fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let home = tempfile::tempdir().unwrap();
        let mut child = program(data.path())
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data.path())
            .env("TICKETING_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();

        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let seller = runtime.block_on(sign_up_user(&url, "seller@example.com"));
        runtime.block_on(async {
            for n in 1..=TICKETS {
                let ticket = NewTicket::new(title(n), "19.50".parse().unwrap());
                seller.tickets().create(ticket).await.unwrap();
            }
        });
        sign_up(home.path(), &url);
        Self { url, home, runtime, child, _data: data }
    }

    /// Signs up the buyer of a round. After a cancelled reservation, a buyer cannot reserve the same ticket again for a
    /// minute, so each round has a new one.
    pub(crate) fn buyer(&self, round: u32) -> Client {
        self.runtime.block_on(sign_up_user(&self.url, &format!("buyer-{round}@example.com")))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The title of the `n`th ticket, counted from the oldest.
pub(crate) fn title(n: usize) -> String {
    format!("Concert number {n:02}")
}

async fn sign_up_user(url: &str, email: &str) -> Client {
    let client = Client::builder(url).session_store(MemorySessions::new()).build().unwrap();
    client.auth().sign_up(email, PASSWORD).await.unwrap();
    client
}

/// Signs up the user at the terminal, by the command line.
fn sign_up(home: &Path, url: &str) {
    let mut child = program(home)
        .args(["--server", url, "auth", "signup", "--email", "viewer@example.com", "--password-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    assert!(child.wait().unwrap().success(), "signing up");
}

/// Returns the program with its own home folder and an empty environment.
fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing"));
    command.env_clear().env("TICKETING_HOME", home).stdin(Stdio::null());
    command
}
